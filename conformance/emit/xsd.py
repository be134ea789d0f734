"""Contract → XML Schema 1.0 of the request and of the answer, as one of .NET's two serializers writes models.

`xml-serializer`: members in the document's order, no target namespace. `data-contract`: members by name, in the
namespace of the message; items of lists of scalars belong to a namespace of their own and so to a file of their own.

Request and answer are two files: both have types of the same name, and those of the request carry constraints that an
answer need not satisfy. Rule ids stand in `xs:appinfo`, with the facet that expresses them; `not-expressed` lists what
XML Schema cannot say. Must never import rules, codecs or documents.
"""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from conformance.emit.bounds import Bounds, below, bounds_of, idle
from conformance.emit.xsd_notes import RULES, XS, Notes, Parent, xs
from conformance.emit.xsd_text import CONVERTED, simple
from conformance.facets import element_name
from conformance.model import Contract, Encoding, Field, Message

ARRAYS = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
DATA_CONTRACT = "http://schemas.datacontract.org/"


def xml_encoding(contract: Contract) -> Encoding | None:
    """The encoding that the schemas describe; None where the service has none."""
    return next((one for one in contract.operation.encodings if one.name == "xml"), None)


def xsd_files(contract: Contract) -> Mapping[str, str]:
    """File name → text: `request.xsd` and `response.xsd`, each with its `….arrays.xsd` where one is needed."""
    encoding = xml_encoding(contract)
    if encoding is None:
        return {}
    files: dict[str, str] = {}
    operation = contract.operation
    for part, message in (("request", operation.request), ("response", operation.response)):
        written = Schema(contract, part, message, data_contract=_data_contract(encoding, message))
        files[f"{part}.xsd"] = written.text()
        if written.arrays is not None:
            files[written.arrays_file] = _text(written.arrays)
    return files


def _data_contract(encoding: Encoding, message: Message) -> bool:
    if encoding.serializer is not None:
        return encoding.serializer == "data-contract"
    return (message.namespace or "").startswith(DATA_CONTRACT)


def _text(root: Parent) -> str:
    etree.indent(root, space="  ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + etree.tostring(root, encoding="unicode") + "\n"


class Schema:
    """One schema document under construction: the root element, then the types that it names, each once."""

    def __init__(self, contract: Contract, part: str, message: Message, *, data_contract: bool) -> None:
        self._contract = contract
        self._part = part
        self._message = message
        self._data_contract = data_contract
        self.arrays: Parent | None = None
        self.arrays_file = f"{part}.arrays.xsd"
        self._named: set[str] = set()
        self.root = self._document()
        acceptance = contract.operation.acceptance
        self._demanded = acceptance.member if acceptance is not None and part == "response" else None
        self._echo = acceptance.echo if acceptance is not None and part == "response" else None

    def text(self) -> str:
        """The whole document."""
        element = etree.SubElement(self.root, xs("element"), name=element_name(self._message.root))
        element.set("type", self._prefixed(self._type(self._message.root, "", self._message.fields)))
        return _text(self.root)

    def _document(self) -> Parent:
        namespaces = {"xs": XS, "suite": RULES}
        target = self._message.namespace
        if target:
            namespaces |= {"own": target}
        if self._data_contract:
            namespaces |= {"arrays": ARRAYS}
        root = etree.Element(xs("schema"), nsmap=namespaces)
        if target:
            root.set("targetNamespace", target)
        root.set("elementFormDefault", "qualified" if target else "unqualified")
        return root

    def _prefixed(self, name: str) -> str:
        return f"own:{name}" if self._message.namespace else name

    # --- types with members ---

    def _type(self, model: str, path: str, fields: tuple[Field, ...]) -> str:
        """Write the complex type of a model; its name. The same model at another place has rules of its own there."""
        name = element_name(model)
        if name in self._named:
            name = element_name(f"{model}.{path.replace('/', '.')}")
        while name in self._named:
            name += "_"
        self._named.add(name)
        held = etree.SubElement(self.root, xs("complexType"), name=name)
        sequence = etree.SubElement(held, xs("sequence"))
        members = sorted(fields, key=lambda member: member.name) if self._data_contract else fields
        for member in members:
            self._element(sequence, below(path, member.name), member)
        return name

    def _element(self, parent: Parent, path: str, member: Field) -> None:
        element = etree.SubElement(parent, xs("element"), name=element_name(member.name))
        demanded = (self._part == "request" and member.required) or path == self._demanded
        if not demanded:
            element.set("minOccurs", "0")
            element.set("nillable", "true")
        notes = Notes(self._contract, self._part, path, element)
        self._note_presence(notes, path, member, demanded=demanded)
        if member.type not in {"open", "empty"}:
            notes.rule("type", "type")
        self._content(element, path, member, notes)
        if self._part == "request":
            if member.type in CONVERTED:
                notes.rule("type", "strict-type")
            for facet, reason in idle(member):
                notes.missing(facet, reason)
        notes.close()

    def _note_presence(self, notes: Notes, path: str, member: Field, *, demanded: bool) -> None:
        if demanded:
            notes.rule("minOccurs", "required")
        if self._part == "response":
            notes.rule("name", "name")
            if path == self._echo:
                notes.missing("required", "an answer to a request that is not accepted need not carry it")
            elif self._echo is not None and path.startswith(f"{self._echo}/"):
                notes.missing("echo", "a schema sees one message, not the one that it answers")
            if demanded:
                notes.missing("refusal", "a schema does not see what is answered")
        elif member.required and member.type in {"string", "guid"}:
            notes.missing("not-blank", "a blank text is a text")
        elif not member.required and "/" not in path:
            notes.rule("minOccurs", "optional")

    def _content(self, element: Parent, path: str, member: Field, notes: Notes) -> None:
        """The type of the element: a reference to a named one, or one of its own."""
        bounds = bounds_of(member) if self._part == "request" else Bounds()
        if member.fields:
            element.set("type", self._prefixed(self._type(member.model or member.name, path, member.fields)))
        elif member.type in {"object", "map"}:
            # No sample shows how a dictionary is written.
            _anything(element)
        elif member.type == "list" and member.item is not None:
            self._list(element, path, member.item, bounds, notes)
            if self._part == "response":
                notes.rule("name", "item")
        else:
            simple(element, member, bounds, notes)
            return
        for _ in bounds.patterns:
            notes.missing("pattern", "a pattern speaks of text, this member has members of its own")

    def _list(self, element: Parent, path: str, item: Field, bounds: Bounds, notes: Notes) -> None:
        held = etree.SubElement(element, xs("complexType"))
        sequence = etree.SubElement(held, xs("sequence"))
        entry = etree.SubElement(sequence, xs("element"))
        if self._data_contract and not item.fields:
            entry.set("ref", f"arrays:{element_name(item.name)}")
            self._array_item(item)
        else:
            entry.set("name", element_name(item.name))
        least, most = bounds.min_length, bounds.max_length
        if bounds.empty_length:
            least, most = None, None
            notes.empty("length")
        entry.set("minOccurs", str(least or 0))
        entry.set("maxOccurs", "unbounded" if most is None else str(most))
        for length, keyword, facet in ((least, "minOccurs", "min-length"), (most, "maxOccurs", "max-length")):
            if length is not None:
                notes.rule(keyword, facet)
        if entry.get("ref") is None:
            entry.set("nillable", "true")
            self._item(entry, path, item, notes)

    def _item(self, entry: Parent, path: str, item: Field, notes: Notes) -> None:
        if item.fields:
            entry.set("type", self._prefixed(self._type(item.model or item.name, path, item.fields)))
        elif item.type == "list" and item.item is not None:
            self._list(entry, path, item.item, Bounds(), notes)
        elif item.type in {"object", "map"}:
            _anything(entry)
        else:
            simple(entry, item, Bounds(), None)

    def _array_item(self, item: Field) -> None:
        """Declare the item in the namespace of arrays, which is a document of its own."""
        if self.arrays is None:
            self.arrays = etree.Element(xs("schema"), nsmap={"xs": XS, "arrays": ARRAYS})
            self.arrays.set("targetNamespace", ARRAYS)
            self.arrays.set("elementFormDefault", "qualified")
            imported = etree.Element(xs("import"), namespace=ARRAYS, schemaLocation=self.arrays_file)
            self.root.insert(0, imported)
        if any(one.get("name") == element_name(item.name) for one in self.arrays):
            return
        entry = etree.SubElement(self.arrays, xs("element"), name=element_name(item.name), nillable="true")
        if item.type in {"list", "object", "map"}:
            _anything(entry)
        else:
            simple(entry, item, Bounds(), None)


def _anything(element: Parent) -> None:
    """Any elements, no text. The inner sequence is for xmlschema, which takes a lone wildcard for anything at all."""
    held = etree.SubElement(element, xs("complexType"))
    sequence = etree.SubElement(etree.SubElement(held, xs("sequence")), xs("sequence"))
    etree.SubElement(sequence, xs("any"), minOccurs="0", maxOccurs="unbounded", processContents="skip")
