"""The second opinion on XML: xmlschema over the emitted XML Schemas, its errors turned back into rule ids.

A validator stops to look once the order of elements is broken, and sees nothing below a wrong namespace. So each
message is validated in two copies: one as it came, with what is missing put in, tells whether the structure differs;
one with the members put straight tells which values are wrong. How often an element must occur is read from the
compiled schema.

Left out of both, since the codec takes no notice either: attributes other than `xsi:nil`, text between elements, and
the content of an element that says it is nil.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree
from xmlschema.validators import XMLSchemaChildrenValidationError, XMLSchemaValidationError

from conformance.codecs.lexical import BLANKS, value_of
from conformance.emit.bounds import NUMBERS, below, rule_id
from conformance.emit.xsd import xsd_files
from conformance.facets import element_name, is_number, plain
from conformance.model import Contract, Field, Message
from conformance.wsdl.compiler import Schema

XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
FACETS = {
    "XsdMinInclusiveFacet": "minimum",
    "XsdMaxInclusiveFacet": "maximum",
    "XsdMinLengthFacet": "min-length",
    "XsdMaxLengthFacet": "max-length",
}
OWN_PATTERN = frozenset({"guid", "dateTime"})
"""Types that the schema spells out with a pattern: to break it is to have another type."""
LOCATION = re.compile(r" schemaLocation=\"[^\"]*\"")
"""Of an imported schema, which is at hand and need not be looked for."""
ASCII = NUMBERS | OWN_PATTERN | {"boolean"}
"""Types whose lexical space is ASCII. xmlschema reads numbers as Python does, Arabic digits and `1_0` included."""
LONG = re.compile(r"^(\s*[+-]?[0-9]{200})[0-9]{800,}")
"""More digits than Python converts; no bound has two hundred of them."""


@dataclass(slots=True)
class _Copies:
    """What was made of one message. `places` says for each element of the straight copy which member it is."""

    places: dict[Any, tuple[str, Field]] = field(default_factory=dict)
    added: set[Any] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)


class XmlOpinion:
    """The emitted schemas of a service, compiled."""

    def __init__(self, contract: Contract) -> None:
        files = xsd_files(contract)
        self._request = _Side(contract, "request", contract.operation.request, files)
        self._response = _Side(contract, "response", contract.operation.response, files)

    def of_request(self, body: bytes) -> frozenset[str]:
        """Ids of the rules that the request breaks according to its schema."""
        return self._request.judge(body)[0]

    def of_response(self, body: bytes) -> tuple[frozenset[str], bool]:
        """The same of the answer to an accepted request, and whether its structure differs: names, order, namespace,
        unknown or repeated elements."""
        return self._response.judge(body)

    def rules_of_response(self, body: bytes) -> frozenset[str]:
        """The rules alone, at half the cost."""
        return self._response.judge(body, structure=False)[0]


def compiled(files: Mapping[str, str], name: str) -> Any:
    """The schema in the files of that name, with what it imports. Nothing is fetched."""
    text = LOCATION.sub("", files[f"{name}.xsd"])
    schema = Schema(text, allow="none", build=False)
    arrays = files.get(f"{name}.arrays.xsd")
    if arrays is not None:
        schema.add_schema(arrays)
    schema.build()
    return schema


class _Side:
    def __init__(self, contract: Contract, part: str, message: Message, files: Mapping[str, str]) -> None:
        self._contract = contract
        self._part = part
        self._message = message
        self._schema = compiled(files, part)
        (self._root,) = self._schema.elements.values()

    def judge(self, body: bytes, *, structure: bool = True) -> tuple[frozenset[str], bool]:
        """(rules that are broken, whether the structure differs where that is asked)."""
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
        )
        came = etree.fromstring(body, parser)
        made = _Copies()
        differs = came.tag != self._root.name
        if not len(came) and (came.text or "").strip(BLANKS):
            return frozenset(), True
        shown, straight = etree.Element(self._root.name), etree.Element(self._root.name)
        self._members(made, (came, shown, straight), self._root, self._message.fields, "")
        differs = differs or (
            structure and any(self._structural(made, error) for error in self._schema.iter_errors(shown))
        )
        for error in self._schema.iter_errors(straight):
            made.rules |= set(self._rules(made, error))
        return frozenset(_settled(made.rules)), differs

    # --- the two copies ---

    def _members(self, made: _Copies, trio: tuple[Any, Any, Any], particle: Any, fields: Any, path: str) -> None:
        """Copy the children of an object, and put in what must be there and is not."""
        came, shown, straight = trio
        particles = {one.local_name: one for one in particle.type.content.iter_elements()}
        known = {element_name(member.name): member for member in fields}
        first: dict[str, Any] = {}
        for child in came:
            name = etree.QName(child).localname
            twin = etree.SubElement(shown, child.tag)
            if name not in known or name in first:
                continue
            first[name] = (child, twin)
        for name, one in particles.items():
            member = known[name]
            inner = below(path, member.name)
            if name in first:
                right = etree.SubElement(straight, one.name)
                made.places[right] = (inner, member)
                self._value(made, (*first[name], right), one, member, inner)
            elif one.min_occurs:
                made.rules.add(self._id(inner, "required"))
                self._put_in(made, shown, one, list(particles))

    def _put_in(self, made: _Copies, shown: Any, missing: Any, order: list[str]) -> None:
        later = set(order[order.index(missing.local_name) + 1 :])
        before = next((child for child in shown if etree.QName(child).localname in later), None)
        filler = etree.Element(missing.name)
        made.added.add(filler)
        if before is None:
            known = [child for child in shown if etree.QName(child).localname in order]
            shown.insert(shown.index(known[-1]) + 1 if known else 0, filler)
        else:
            before.addprevious(filler)

    def _value(self, made: _Copies, trio: tuple[Any, Any, Any], particle: Any, member: Field, path: str) -> None:
        came, shown, straight = trio
        nil = came.get(XSI_NIL)
        if nil is not None and nil.strip(BLANKS) in {"true", "1"}:
            for twin in (shown, straight):
                twin.set(XSI_NIL, "true")
            return
        children = len(came)
        if children and member.type == "list" and member.item is not None:
            self._list(made, trio, particle, member.item, path)
        elif children and member.fields:
            self._members(made, trio, particle, member.fields, path)
        elif children:
            # One level is enough to see that there is no text here.
            etree.SubElement(straight, etree.QName(particle.target_namespace or None, etree.QName(came[0]).localname))
            etree.SubElement(shown, came[0].tag)
        else:
            text = came.text or ""
            shown.text = straight.text = LONG.sub(r"\1", text) if member.type in NUMBERS else text
            if beyond(member, text):
                made.rules.add(self._id(path, "type"))
            if member.fields and not text.strip(BLANKS):
                self._members(made, trio, particle, member.fields, path)

    def _list(self, made: _Copies, trio: tuple[Any, Any, Any], particle: Any, item: Field, path: str) -> None:
        came, shown, straight = trio
        (entry,) = particle.type.content.iter_elements()
        for child in came:
            right = etree.SubElement(straight, entry.name)
            made.places[right] = (path, item)
            self._value(made, (child, etree.SubElement(shown, child.tag), right), entry, item, path)

    # --- errors ---

    def _structural(self, made: _Copies, error: XMLSchemaValidationError) -> bool:
        """Is the error one of names and their order, in what came?"""
        return isinstance(error, XMLSchemaChildrenValidationError) and error.elem not in made.added

    def _id(self, path: str, facet: str) -> str:
        return rule_id(self._contract, self._part, path, facet)

    def _rules(self, made: _Copies, error: XMLSchemaValidationError) -> Iterator[str]:
        element: Any = error.elem
        if element not in made.places:
            return
        path, member = made.places[element]
        kind = type(error.validator).__name__
        if isinstance(error, XMLSchemaChildrenValidationError):
            if member.type == "list":
                yield self._id(path, "max-length" if error.invalid_tag else "min-length")
        elif element.get(XSI_NIL) is not None:
            yield self._id(path, "required")
        elif kind in FACETS:
            yield self._id(path, FACETS[kind])
        elif kind == "XsdPatternFacets" and member.type not in OWN_PATTERN:
            if not self._other_spelling(error, member):
                yield self._id(path, "pattern")
        else:
            yield self._id(path, "type")

    def _other_spelling(self, error: Any, member: Field) -> bool:
        """Is the pattern broken by how the number is written alone? `+5` has no digit that 5 has not."""
        value = value_of(member.type, error.elem.text or "")
        if not is_number(value):
            return False
        try:
            error.validator(plain(value))
        except XMLSchemaValidationError:
            return False
        return True


def _settled(rules: set[str]) -> Iterator[str]:
    """Behind a wrong type nothing else counts."""
    for rule in rules:
        place, _, facet = rule.rpartition("/")
        if facet == "type" or f"{place}/type" not in rules:
            yield rule


def beyond(member: Field, text: str) -> bool:
    """Does xmlschema take a text of that type that XML Schema does not? Blanks there are those of XML alone."""
    bare = text.strip(BLANKS)
    if member.type == "list" or member.fields:
        return bool(bare) and not bare.strip()
    if member.type in ASCII:
        return not bare.isascii() or "_" in bare or len(bare.split()) > 1
    # Python's blanks are more than XML's.
    return member.type == "enum" and bare != bare.strip()
