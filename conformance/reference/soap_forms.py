"""Defects in the form of a SOAP answer: of its envelope, and of the message as a whole. A table of small edits.

A key is the rule, without its service, and the variant of the defect. What is wrong with single members stands in
`soap_member_forms`. Must never import the service.
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
from conformance.reference.places import holder_of, items, places
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


def _misread(word: str) -> Change:
    """Another word in every mustUnderstand of the answer."""

    def change(parts: Parts) -> None:
        for element in parts.root.iter(tag=etree.Element):
            if element.get(tag(parts.own, "mustUnderstand")) is not None:
                element.set(tag(parts.own, "mustUnderstand"), word)

    return change


def _header_last(parts: Parts) -> None:
    """A Header behind the Body."""
    header = parts.root.find(tag(parts.own, "Header"))
    parts.root.append(header if header is not None else etree.Element(tag(parts.own, "Header")))


def _unqualified(parts: Parts) -> None:
    # lxml would write the name into the default namespace of the element, so it is made anew without one.
    old = parts.child
    new = etree.Element(etree.QName(old).localname)
    new.extend(list(old))
    parts.body.replace(old, new)


def _unwrapped(parts: Parts) -> None:
    """The result without the element of the response around it."""
    parts.body.replace(parts.child, parts.child[0])


def rename(element: etree._Element, name: str) -> None:
    """Another local name in the same namespace."""
    element.tag = tag(etree.QName(element).namespace, name)


def _move(found: list[etree._Element], namespace: str = OTHER) -> None:
    for element in found:
        element.tag = tag(namespace, etree.QName(element).localname)


def _unqualified_members(parts: Parts) -> None:
    """The members in no namespace, below a response that is in its own."""
    old = parts.child
    # Below a default namespace lxml would write them into that.
    new = etree.Element(old.tag, nsmap={"res": etree.QName(old).namespace or OTHER})
    _copied_plainly(old, new)
    parts.body.replace(old, new)


def _copied_plainly(source: etree._Element, made: etree._Element) -> None:
    made.text = source.text
    for child in source:
        inner = etree.SubElement(made, etree.QName(child).localname)
        for name, value in child.attrib.items():
            inner.set(name, value)
        _copied_plainly(child, inner)


def _near(parts: Parts) -> None:
    """The namespace with a slash more, or less, at its end."""
    known = etree.QName(parts.child).namespace or OTHER
    _move(list(parts.child.iter(tag=etree.Element)), known[:-1] if known.endswith("/") else f"{known}/")


def _sorted(parts: Parts) -> None:
    """The members by name, as a serializer that knows no order writes them."""
    parts.holder[:] = sorted(parts.holder, key=lambda one: str(etree.QName(one).localname).lower())


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
    ("envelope/structure", "header-last"): _header_last,
    ("envelope/structure", "two-bodies"): lambda parts: parts.root.append(deepcopy(parts.body)),
    ("envelope/structure", "before-body"): lambda parts: foreign(parts.root, 0),
    ("envelope/after-body", "dropped"): lambda parts: foreign(parts.root, len(parts.root)),
    ("envelope/one-child", "dropped"): lambda parts: foreign(parts.body, 1),
    ("envelope/one-child", "twice"): lambda parts: parts.body.append(deepcopy(parts.child)),
    ("envelope/qualified-child", "dropped"): _unqualified,
    ("envelope/encoding-style", "dropped"): lambda parts: parts.body.set(tag(parts.own, "encodingStyle"), ENCODING),
    ("envelope/encoding-style", "message"): lambda parts: parts.child.set(tag(parts.own, "encodingStyle"), ENCODING),
    ("envelope/soap-attributes", "dropped"): lambda parts: parts.body.set(tag(parts.own, "root"), "1"),
    ("envelope/must-understand-value", "dropped"): _misread("yes"),
    ("envelope/must-understand-value", "true"): _misread("true"),
    ("envelope/root", "dropped"): lambda parts: rename(parts.child, "OtraRespuesta"),
    ("envelope/root", "request"): lambda parts: rename(parts.child, parts.contract.operation.request.root),
    ("envelope/root", "recased"): lambda parts: rename(parts.child, parts.contract.operation.response.root.lower()),
    ("envelope/root", "bare"): _unwrapped,
    ("envelope/root", "wrapper"): lambda parts: rename(parts.child[0], "OtroResultado"),
    ("envelope/namespace", "dropped"): lambda parts: _move(list(parts.child.iter(tag=etree.Element))),
    ("envelope/namespace", "slash"): _near,
    ("envelope/namespace", "members"): _unqualified_members,
    ("envelope/namespace", "leaf"): lambda parts: _move([_leaf(parts)]),
    ("envelope/order", "dropped"): lambda parts: put_last(parts.holder),
    ("envelope/order", "sorted"): _sorted,
    ("envelope/order", "nested"): lambda parts: put_last(_nested(parts)),
    ("envelope/repeated", "dropped"): _again,
    ("envelope/repeated", "nested"): lambda parts: _nested(parts)[0].addnext(deepcopy(_nested(parts)[0])),
    ("envelope/versions-agree", "code"): _other_code,
    ("response/valid", "overflow"): _overflow,
    ("response/valid", "unknown"): lambda parts: etree.SubElement(parts.holder, "noDescrito"),
    ("response/valid", "order"): lambda parts: put_last(_nested(parts)),
}
"""What breaks an answer to an accepted request."""
