"""Contract → XML Schema 1.0 of the messages of a SOAP service, as an ASMX publishes it: one schema for each namespace.

Request, answer and header blocks are elements of one schema; types are named after what they hold. A member of an
answer may be nil: a nullable value prints as one that is not. A type whose content the page does not show admits any
content, and so does one that is printed empty: `ExtensionData` is a leak of generated proxies, and nothing in it is any
rule's business.

Rule ids stand in `xs:appinfo`, as in the schemas of plain XML. Must never import rules, codecs or documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from lxml import etree

from conformance.emit.bounds import below
from conformance.emit.soap_documents import XML, XSI, Document, Documents, sides, space_of
from conformance.emit.soap_notes import note, occurs_in
from conformance.emit.soap_types import OPEN, VALUES, built_in, restricted
from conformance.emit.xsd_notes import Parent, xs
from conformance.facets import element_name
from conformance.model import Basis, Contract, Field, Message


def soap_schemas(contract: Contract, *, published: bool = True) -> Mapping[str, Parent]:
    """Namespace → schema, that of the messages first. Imports name no file.

    One that is not `published` is for looking up members: it has the types of the contract also where the page prints
    the name of another, and no wildcard beside members, which may leave no room for them.
    """
    return _Schemas(contract, published=published).written()


def blocks(message: Message) -> Iterator[Field]:
    """The header blocks that a schema can declare."""
    for held in message.headers:
        if held.name[0] not in "@#":
            # One that is printed twice is a list without an element around it.
            yield replace(held.item, namespace=held.namespace) if _flat(held) and held.item is not None else held


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a member stands: the part and path of its rules, the schema that is being written, the namespace around."""

    part: str
    path: str
    document: Document
    namespace: str
    ruled: bool = True
    """Do rules speak of what stands here?"""


class _Schemas:
    """Writes the schemas of one contract."""

    def __init__(self, contract: Contract, *, published: bool) -> None:
        self._contract = contract
        self._published = published
        self._documents = Documents(contract)

    def written(self) -> Mapping[str, Parent]:
        """Namespace → schema."""
        both = sides(self._contract)
        roots = {message.root: (part, message) for part, message in both if message.root}
        # What a WSDL refers to has its name before anything else can take it.
        for _, message in roots.values():
            self._documents.of(message.namespace or "").elements.add(message.root)
        headers: list[tuple[str, Document, Field]] = []
        for part, message in both:
            for block in blocks(message):
                document = self._documents.of(space_of(block, message.namespace))
                if block.name not in document.elements:
                    document.elements.add(block.name)
                    headers.append((part, document, block))
        for part, message in roots.values():
            self._message(part, message)
        for part, document, block in headers:
            element = etree.SubElement(document.root, xs("element"), name=block.name)
            self._type(element, _Place(part, block.name, document, document.namespace, ruled=False), block)
        return self._documents.finished()

    def _message(self, part: str, message: Message) -> None:
        document = self._documents.of(message.namespace or "")
        element = etree.SubElement(document.root, xs("element"), name=message.root)
        place = _Place(part, "", document, document.namespace)
        for name in message.wrappers:
            sequence = etree.SubElement(etree.SubElement(element, xs("complexType")), xs("sequence"))
            element = etree.SubElement(sequence, xs("element"), name=name, minOccurs="0", maxOccurs="1")
            if part == "response":
                element.set("nillable", "true")
        if message.wrappers:
            name = document.fresh(message.wrappers[-1], part, object())
            element.set("type", document.named(name))
            held = etree.SubElement(document.root, xs("complexType"), name=name)
        elif len(message.fields) == 1 and message.fields[0].name == "#text":
            self._text(element, place, message.fields[0])
            return
        else:
            held = etree.SubElement(element, xs("complexType"))
        self._content(held, place, message.fields)

    # --- what an element holds ---

    def _content(self, held: Parent, place: _Place, fields: tuple[Field, ...]) -> None:
        """Fill a complex type with members: elements, attributes, text, anything."""
        text = next((one for one in fields if one.name == "#text"), None)
        if text is not None:
            extension = etree.SubElement(etree.SubElement(held, xs("simpleContent")), xs("extension"))
            self._text(extension, place, text, attribute="base")
            self._attributes(extension, place, fields)
            return
        elements = tuple(one for one in fields if one.name[0] not in "@#")
        anything = any(one.name == "#any" for one in fields)
        beside = _wildcard(place, elements) if anything else ""
        if anything and not beside and self._published:
            elements, beside = (), "##any"
        if elements or anything:
            sequence = etree.SubElement(held, xs("sequence"))
            for one in elements:
                least, most = occurs_in(place.part, one)
                path = below(place.path, one.name)
                inner = one.item if _flat(one) and one.item is not None else one
                space = space_of(one, place.namespace)
                element = self._element(sequence, replace(place, path=path), one.name, space, inner, (least, most))
                if place.ruled:
                    note(self._contract, place.part, path, element, one)
            if beside:
                _any(sequence, beside)
            if anything:
                held.set("mixed", "true")
        self._attributes(held, place, fields)

    def _element(
        self, sequence: Parent, place: _Place, name: str, space: str, held: Field, occurs: tuple[int, int | None]
    ) -> Parent:
        """Declare an element that holds a member; its declaration."""
        least, most = occurs
        particle, element, document = self._documents.element(sequence, place.document, space, name)
        particle.set("minOccurs", str(least))
        particle.set("maxOccurs", "unbounded" if most is None else str(most))
        printed = place.part == "response" and held.basis is not Basis.ASSUMED
        if printed or not (least or held.type in VALUES):
            element.set("nillable", "true")
        self._type(element, replace(place, document=document, namespace=space), held)
        return element

    def _type(self, element: Parent, place: _Place, member: Field) -> None:
        """Give the element its type: one of XML Schema, or one with a name."""
        document, item = place.document, member.item
        if member.fields or (member.type == "list" and item is not None):
            name = document.fresh(_type_name(member), place.path, object())
            held = etree.SubElement(document.root, xs("complexType"), name=name)
            if member.fields or item is None:
                self._content(held, place, member.fields)
            else:
                sequence = etree.SubElement(held, xs("sequence"))
                self._element(sequence, place, item.name, space_of(item, place.namespace), item, (0, None))
            element.set("type", document.named(name))
        elif member.type in OPEN:
            element.set("type", document.named(_opened(document, _type_name(member), place.path)))
        else:
            self._text(element, place, member)

    def _text(self, element: Parent, place: _Place, member: Field, attribute: str = "type") -> None:
        """The type of text, by its name."""
        name = built_in(member, words=self._published)
        if not name:
            document = place.document
            key = (member.type, tuple(choice.literal or choice.name for choice in member.choices))
            wanted = "guid" if member.type == "guid" else _type_name(member)
            found = element_name(wanted)
            if document.types.get(found) != key:
                found = document.fresh(wanted, place.path, key)
                document.root.append(restricted(found, member))
            name = document.named(found)
        element.set(attribute, name)

    def _attributes(self, held: Parent, place: _Place, fields: tuple[Field, ...]) -> None:
        for member in fields:
            if member.name[0] != "@" or member.namespace in {XML, XSI}:
                continue
            space, path = member.namespace or "", below(place.path, member.name)
            used, declared, document = self._documents.attribute(held, place.document, space, member.name[1:])
            if used.get("ref") is not None or used is declared:
                used.set("use", "required" if occurs_in(place.part, member)[0] else "optional")
            self._text(declared, replace(place, path=path, document=document), member)
            if place.ruled:
                note(self._contract, place.part, path, declared, member)
        if any(member.name[0] == "@" and member.namespace == XML for member in fields):
            # Attributes of XML itself have a schema of their own, which is not ours to publish.
            etree.SubElement(held, xs("anyAttribute"), namespace=XML, processContents="skip")


def _opened(document: Document, wanted: str, path: str) -> str:
    """The name of a type with any content, text and attributes too."""
    name = element_name(wanted)
    if document.types.get(name) == "open":
        return name
    name = document.fresh(wanted, path, "open")
    held = etree.SubElement(document.root, xs("complexType"), name=name, mixed="true")
    _any(etree.SubElement(held, xs("sequence")), "##any")
    etree.SubElement(held, xs("anyAttribute"), processContents="skip")
    return name


def _flat(member: Field) -> bool:
    """A list without an element around it."""
    return member.type == "list" and member.item is not None and member.occurs is not None and member.occurs[1] is None


def _type_name(member: Field) -> str:
    """The name of the type: the document's, else that of the member, as such a server would form it."""
    if member.model:
        return member.model
    if member.type == "list" and member.item is not None:
        inner = _type_name(member.item)
        return f"ArrayOf{inner[:1].upper()}{inner[1:]}"
    if member.fields or member.type in OPEN | {"enum"}:
        return member.name.lstrip("@#")
    return built_in(member).removeprefix("xs:") or member.type


def _any(sequence: Parent, namespace: str) -> None:
    """Any elements. The inner sequence is for xmlschema, which takes a lone wildcard for anything at all."""
    held = etree.SubElement(sequence, xs("sequence"))
    occurs = {"minOccurs": "0", "maxOccurs": "unbounded"}
    etree.SubElement(held, xs("any"), occurs, namespace=namespace, processContents="skip")


def _wildcard(place: _Place, elements: tuple[Field, ...]) -> str:
    """The namespaces of a wildcard behind the elements. A reader must know from the name alone which of both an element
    is: empty where no wildcard says so."""
    answer = "##any"
    for member in reversed(elements):
        if occurs_in(place.part, member) == (1, 1):
            return answer
        if space_of(member, place.namespace) not in {place.document.namespace, ""}:
            return ""
        answer = "##other"
    return answer
