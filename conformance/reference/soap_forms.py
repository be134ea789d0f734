"""Defects in the form of a SOAP answer: of its envelope, its fault, its members. Tables of small edits of a tree.

A key is the rule, without its service, and the variant of the defect. Must never import the service.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from conformance.codecs.elements import elements, tag
from conformance.codecs.soap import ENVELOPES, PREFIXES
from conformance.facets import element_name
from conformance.judge.refusals import CODES, FLAGS
from conformance.model import Contract, Field
from conformance.reference.faults import LANGUAGE
from conformance.reference.places import holder_of, items, member_at, places
from conformance.rules.fields import walk

OTHER = "urn:example:other"
ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"


@dataclass(frozen=True, slots=True)
class Parts:
    """An envelope that is broken in place."""

    root: etree._Element
    version: str
    contract: Contract

    @property
    def own(self) -> str:
        """The namespace of the envelope."""
        return ENVELOPES[self.version]

    @property
    def body(self) -> etree._Element:
        return self.root[-1]

    @property
    def child(self) -> etree._Element:
        """The message, or the fault."""
        return self.body[0]

    @property
    def holder(self) -> etree._Element:
        """The element that the members of the message stand in."""
        return holder_of(self.contract.operation.response, self.child)

    def named(self, name: str) -> etree._Element:
        """A part of a fault of SOAP 1.2, or of one of SOAP 1.1 where its name begins with `fault`."""
        found = self.child.find(f".//{name if name.startswith('fault') else tag(self.own, name)}")
        if found is None:
            raise LookupError(name)
        return found


Change = Callable[[Parts], object]


# --- the envelope around a message ------------------------------------------------------------------------------------


def _foreign(parent: etree._Element, place: int) -> etree._Element:
    made = etree.Element(tag(OTHER, "Nota"), nsmap={"otra": OTHER})
    made.text = "x"
    parent.insert(place, made)
    return made


def _two_headers(parts: Parts) -> None:
    for _ in range(2):
        parts.root.insert(0, etree.Element(tag(parts.own, "Header")))


def _misread(parts: Parts) -> None:
    """Another word in every mustUnderstand of the answer."""
    for element in parts.root.iter(tag=etree.Element):
        if element.get(tag(parts.own, "mustUnderstand")) is not None:
            element.set(tag(parts.own, "mustUnderstand"), "yes")


def _unqualified(parts: Parts) -> None:
    # lxml would write the name into the default namespace of the element, so it is made anew without one.
    old = parts.child
    new = etree.Element(etree.QName(old).localname)
    new.extend(list(old))
    parts.body.replace(old, new)


def _rename(element: etree._Element, name: str) -> None:
    element.tag = tag(etree.QName(element).namespace, name)


def _move(found: list[etree._Element]) -> None:
    for element in found:
        element.tag = tag(OTHER, etree.QName(element).localname)


def _swap(parent: etree._Element) -> None:
    parent.append(parent[0])


def _nested(parts: Parts) -> etree._Element:
    """The first element in the message that holds several members of an object."""
    members = walk(parts.contract.operation.response.fields)
    path = next(path for path, member in members if len(member.fields) > 1)
    return next(places(parts.contract.operation.response, parts.child, path))


def _leaf(parts: Parts) -> etree._Element:
    """The last element of the message that has a member's text."""
    members = walk(parts.contract.operation.response.fields)
    path = [path for path, member in members if member.type == "string"][-1]
    return next(places(parts.contract.operation.response, parts.child, path))


def _again(parent: etree._Element) -> None:
    parent[0].addnext(deepcopy(parent[0]))


def _other_code(parts: Parts) -> None:
    """SOAP 1.2 says otherwise how it went than SOAP 1.1 does."""
    for element in parts.child.iter(tag=etree.Element) if parts.version == "1.2" else ():
        text = element.text or ""
        if CODES.search(etree.QName(element).localname) and text.strip() and text not in FLAGS and not len(element):
            element.text = "1" if text == "0" else f"{text}2"
            return


def _overflow(parts: Parts) -> None:
    """Numbers that no int is: a client that is not strict about it reads them all the same."""
    message = parts.contract.operation.response
    for path, member in walk(message.fields):
        for element in places(message, parts.child, path) if member.type == "int" else ():
            element.text = str(2**31)


def has_nested(contract: Contract) -> bool:
    """Do objects stand within the answer, so that what is wrong can be deep?"""
    return any(len(member.fields) > 1 for member in contract.operation.response.fields)


ACCEPTED: Mapping[tuple[str, str], Change] = {
    ("envelope/structure", "two-headers"): _two_headers,
    ("envelope/structure", "before-body"): lambda parts: _foreign(parts.root, 0),
    ("envelope/after-body", "dropped"): lambda parts: _foreign(parts.root, len(parts.root)),
    ("envelope/one-child", "dropped"): lambda parts: _foreign(parts.body, 1),
    ("envelope/qualified-child", "dropped"): _unqualified,
    ("envelope/encoding-style", "dropped"): lambda parts: parts.body.set(tag(parts.own, "encodingStyle"), ENCODING),
    ("envelope/soap-attributes", "dropped"): lambda parts: parts.body.set(tag(parts.own, "root"), "1"),
    ("envelope/must-understand-value", "dropped"): _misread,
    ("envelope/root", "dropped"): lambda parts: _rename(parts.child, "OtraRespuesta"),
    ("envelope/root", "wrapper"): lambda parts: _rename(parts.child[0], "OtroResultado"),
    ("envelope/namespace", "dropped"): lambda parts: _move(list(parts.child.iter(tag=etree.Element))),
    ("envelope/namespace", "leaf"): lambda parts: _move([_leaf(parts)]),
    ("envelope/order", "dropped"): lambda parts: _swap(parts.holder),
    ("envelope/order", "nested"): lambda parts: _swap(_nested(parts)),
    ("envelope/repeated", "dropped"): lambda parts: _again(parts.holder),
    ("envelope/versions-agree", "code"): _other_code,
    ("response/valid", "overflow"): _overflow,
    ("response/valid", "unknown"): lambda parts: etree.SubElement(parts.holder, "noDescrito"),
    ("response/valid", "order"): lambda parts: _swap(_nested(parts)),
}
"""What breaks an answer to an accepted request."""


# --- its members ------------------------------------------------------------------------------------------------------

OTHER_TEXT: Mapping[str, str] = {
    "int": "1.5",
    "integer": "1.5",
    "decimal": "1,5",
    "boolean": "True",
    "dateTime": "2025/01/31",
    "base64Binary": "JVBE-_8=",
    "guid": "not-a-guid",
    "enum": "NotDocumented",
}
"""For each type a text that is no value of it."""


def change_member(parts: Parts, path: str, facet: str, variant: str) -> None:
    """Break a rule about a member of the answer in place."""
    message = parts.contract.operation.response
    member = member_at(message.fields, path)
    change = MEMBERS[facet, variant]
    found = items if facet == "item" else places
    for element in list(found(message, parts.child, path)):
        change(element, member)


def _recase(element: etree._Element, member: Field) -> None:
    attribute = _attribute(member)
    name = attribute or str(etree.QName(element).localname)
    other = name[0].swapcase() + name[1:]
    if attribute:
        element.set(other, element.attrib.pop(attribute))
    else:
        _rename(element, other)


def _retype(element: etree._Element, member: Field) -> None:
    attribute, text = _attribute(member), OTHER_TEXT.get(member.type, "")
    if attribute:
        element.set(attribute, text)
    else:
        element.text = text


def _attribute(member: Field) -> str:
    """The name of the attribute that the member is; empty for an element."""
    return tag(member.namespace, element_name(member.name[1:])) if member.name.startswith("@") else ""


def _fill(element: etree._Element, _member: Field) -> None:
    element.text = None
    etree.SubElement(element, element.tag).text = "1"


MEMBERS: Mapping[tuple[str, str], Callable[[etree._Element, Field], object]] = {
    ("name", "dropped"): _recase,
    ("name", "renamed"): lambda element, _: _rename(element, f"{etree.QName(element).localname}s"),
    ("type", "dropped"): _retype,
    ("type", "element"): _fill,
    ("item", "dropped"): lambda element, _: _rename(element, f"{etree.QName(element).localname}Item"),
}
"""Facet and variant → what breaks the element of a member."""


# --- faults -----------------------------------------------------------------------------------------------------------


def _gone(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _code(parts: Parts) -> etree._Element:
    return parts.named("faultcode" if parts.version == "1.1" else "Value")


def _unbound(parts: Parts) -> None:
    """The right code with a prefix that nobody has declared."""
    code = _code(parts)
    code.text = f"desconocido:{(code.text or '').rpartition(':')[2]}"


def _another_code(parts: Parts) -> None:
    """A number in place of the code, in SOAP 1.2 a sixth one; codes that a request asks for stay."""
    code = _code(parts)
    if (code.text or "").rpartition(":")[2] in {"Client", "Sender"}:
        code.text = "400" if parts.version == "1.1" else f"{PREFIXES[parts.version]}:Wrong"


def _dotted(parts: Parts) -> None:
    code = _code(parts)
    code.text = f"{code.text}.Datos"


def _qualify(parts: Parts) -> None:
    for element in elements(parts.child):
        element.tag = tag(parts.own, etree.QName(element).localname)


def _without_language(parts: Parts) -> None:
    del parts.named("Text").attrib[LANGUAGE]


FAULTS: Mapping[tuple[str, str], Change] = {
    ("envelope/fault-structure", "dropped"): lambda parts: _gone(
        parts.named("faultstring" if parts.version == "1.1" else "Reason")
    ),
    ("envelope/fault-structure", "no-code"): lambda parts: _gone(
        parts.named("faultcode" if parts.version == "1.1" else "Code")
    ),
    ("envelope/fault-structure", "order"): lambda parts: _swap(parts.child),
    ("envelope/fault-children", "dropped"): lambda parts: etree.SubElement(parts.child, "nota"),
    ("envelope/fault-unqualified", "dropped"): _qualify,
    ("envelope/fault-code", "dropped"): _unbound,
    ("envelope/fault-code", "unknown"): _another_code,
    ("envelope/fault-dots", "dropped"): _dotted,
    ("envelope/fault-language", "dropped"): _without_language,
    ("envelope/fault-alone", "dropped"): lambda parts: _foreign(parts.body, 1),
}
"""What breaks a fault."""
