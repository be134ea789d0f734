"""Defects in the form of a SOAP answer: of its envelope and its members. Tables of small edits of a tree.

A key is the rule, without its service, and the variant of the defect. Must never import the service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from conformance.codecs.elements import tag, unwrapped
from conformance.codecs.soap import ENVELOPES
from conformance.judge.refusals import CODES, FLAGS
from conformance.model import Contract, Field
from conformance.reference.places import attribute_of, holder_of, items, member_at, places
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


def foreign(parent: etree._Element, place: int) -> etree._Element:
    """A child that nobody knows, at that place."""
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


def put_last(parent: etree._Element) -> None:
    """The first child behind the others."""
    parent.append(parent[0])


def _nested(parts: Parts) -> etree._Element:
    """The first element in the message that holds several members of an object."""
    message = parts.contract.operation.response
    return next(places(message, parts.child, next(nested(message.fields))))


def nested(fields: tuple[Field, ...]) -> Iterator[str]:
    """The paths of members that hold several others, each in an element of its own."""
    return (path for path, member in walk(fields) if len(in_elements(member.fields)) > 1)


def in_elements(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """The members that stand in elements, one each."""
    return tuple(one for one in fields if not one.name.startswith(("@", "#")) and not unwrapped(one))


def _leaf(parts: Parts) -> etree._Element:
    """The last documented element of the answer that holds no other."""
    message = parts.contract.operation.response
    found = [parts.child]
    for path, member in walk(message.fields):
        if not member.name.startswith(("@", "#")):
            stand = items if member.type == "list" else places
            found += [element for element in stand(message, parts.child, path) if not len(element)]
    return found[-1]


def _again(parts: Parts) -> None:
    message = parts.contract.operation.response
    for found in places(message, parts.child, in_elements(message.fields)[0].name):
        found.addnext(deepcopy(found))


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


ACCEPTED: Mapping[tuple[str, str], Change] = {
    ("envelope/structure", "two-headers"): _two_headers,
    ("envelope/structure", "before-body"): lambda parts: foreign(parts.root, 0),
    ("envelope/after-body", "dropped"): lambda parts: foreign(parts.root, len(parts.root)),
    ("envelope/one-child", "dropped"): lambda parts: foreign(parts.body, 1),
    ("envelope/qualified-child", "dropped"): _unqualified,
    ("envelope/encoding-style", "dropped"): lambda parts: parts.body.set(tag(parts.own, "encodingStyle"), ENCODING),
    ("envelope/soap-attributes", "dropped"): lambda parts: parts.body.set(tag(parts.own, "root"), "1"),
    ("envelope/must-understand-value", "dropped"): _misread,
    ("envelope/root", "dropped"): lambda parts: _rename(parts.child, "OtraRespuesta"),
    ("envelope/root", "wrapper"): lambda parts: _rename(parts.child[0], "OtroResultado"),
    ("envelope/namespace", "dropped"): lambda parts: _move(list(parts.child.iter(tag=etree.Element))),
    ("envelope/namespace", "leaf"): lambda parts: _move([_leaf(parts)]),
    ("envelope/order", "dropped"): lambda parts: put_last(parts.holder),
    ("envelope/order", "nested"): lambda parts: put_last(_nested(parts)),
    ("envelope/repeated", "dropped"): _again,
    ("envelope/versions-agree", "code"): _other_code,
    ("response/valid", "overflow"): _overflow,
    ("response/valid", "unknown"): lambda parts: etree.SubElement(parts.holder, "noDescrito"),
    ("response/valid", "order"): lambda parts: put_last(_nested(parts)),
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


def _called(element: etree._Element, member: Field, change: Callable[[str], str]) -> None:
    """Another name for the member."""
    attribute = attribute_of(member)
    if attribute:
        named = etree.QName(attribute)
        element.set(tag(named.namespace, change(named.localname)), element.attrib.pop(attribute))
    else:
        _rename(element, change(str(etree.QName(element).localname)))


def _recased(name: str) -> str:
    """The first letter that has a case in the other one."""
    place = next((place for place, letter in enumerate(name) if letter.swapcase() != letter), None)
    return f"{name}s" if place is None else name[:place] + name[place].swapcase() + name[place + 1 :]


def _retype(element: etree._Element, member: Field) -> None:
    """A text that is no value of the type: any where elements are due; where any text is due, an element."""
    attribute, text = attribute_of(member), OTHER_TEXT.get(member.type, "texto")
    if attribute:
        element.set(attribute, text)
    elif member.type in OTHER_TEXT or member.fields or member.item is not None:
        element[:] = []
        element.text = text
    else:
        _fill(element, member)


def _fill(element: etree._Element, _member: Field) -> None:
    element.text = None
    etree.SubElement(element, element.tag).text = "1"


MEMBERS: Mapping[tuple[str, str], Callable[[etree._Element, Field], object]] = {
    ("name", "dropped"): lambda element, member: _called(element, member, _recased),
    ("name", "renamed"): lambda element, member: _called(element, member, lambda name: f"{name}s"),
    ("type", "dropped"): _retype,
    ("type", "element"): _fill,
    ("item", "dropped"): lambda element, _: _rename(element, f"{etree.QName(element).localname}Item"),
}
"""Facet and variant → what breaks the element of a member."""
