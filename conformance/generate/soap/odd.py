"""Envelopes around another message, or with something that services legally read in different ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import partial

from lxml import etree

from conformance.codecs import CODECS
from conformance.codecs.elements import elements, tag
from conformance.codecs.soap import with_header
from conformance.generate.envelopes.text import DECLARATION
from conformance.generate.soap.envelope import (
    OTHER,
    bare,
    baseline,
    body_of,
    changed,
    child_of,
    envelope_case,
    holder_of,
    namespace,
    written,
)
from conformance.generate.subject import Subject
from conformance.generate.transport import case_of
from conformance.model import Case, Expect

Change = Callable[[Subject, etree._Element], None]
ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"


def odd_cases(subject: Subject) -> Iterator[Case]:
    """Other messages, which must not be taken for that of the operation, and oddities that are only observed."""
    yield from _other_messages(subject)
    for facet, slug, title, change in ODDITIES:
        body = changed(subject, partial(change, subject))
        yield envelope_case(subject, facet, slug, title, body, Expect.OBSERVE)
    for facet, slug, title, body in _observed(subject):
        yield envelope_case(subject, facet, slug, title, body, Expect.OBSERVE)
    if not subject.header:
        # What is filled in when a request is sent is found in UTF-8 alone.
        request = subject.request(b"")
        media_type = (request.header("Content-Type") or "").replace("charset=utf-8", "charset=utf-16")
        wide = ('<?xml version="1.0" encoding="utf-16"?>' + bare(subject).decode()).encode("utf-16")
        title = "the envelope in UTF-16, with a byte order mark"
        sent = subject.request(wide, media_type=media_type)
        yield case_of(subject, "envelope", "accepts-byte-order-mark", "utf-16", title, sent, Expect.OBSERVE)


def _other_messages(subject: Subject) -> Iterator[Case]:
    own = subject.contract.operation.request.namespace

    def renamed(root: etree._Element) -> None:
        child_of(root).tag = tag(own, "NotDocumented")

    def moved(root: etree._Element) -> None:
        # Built on the name of the documented one, so that it never is that.
        child_of(root).tag = tag(f"{own or ''}{OTHER}", etree.QName(child_of(root)).localname)

    for facet, slug, title, body in (
        ("request-root", "other", "an element of another name in the Body", changed(subject, renamed)),
        ("request-root", "no-envelope", "the message without an envelope", written(child_of(baseline(subject)))),
        ("request-namespace", "other", "the element in the Body in another namespace", changed(subject, moved)),
    ):
        yield envelope_case(subject, facet, slug, title, body, Expect.REFUSED)


def _first(subject: Subject, root: etree._Element) -> etree._Element | None:
    return next(elements(holder_of(subject, root)), None)


def _unqualified(_subject: Subject, root: etree._Element) -> None:
    child = child_of(root)
    # Without its own declaration of a default namespace, into which lxml would write it.
    made = etree.Element(etree.QName(child).localname)
    made[:] = list(child)
    body_of(root).replace(child, made)


def _member(subject: Subject, root: etree._Element) -> None:
    first = _first(subject, root)
    if first is not None:
        first.tag = tag(OTHER, etree.QName(first).localname)


def _two(_subject: Subject, root: etree._Element) -> None:
    body_of(root).append(deepcopy(child_of(root)))


def _after(_subject: Subject, root: etree._Element) -> None:
    etree.SubElement(root, tag(OTHER, "After"), nsmap={"c": OTHER}).text = "x"


def _style(subject: Subject, root: etree._Element) -> None:
    body_of(root).set(tag(namespace(subject), "encodingStyle"), ENCODING)


def _attribute(_subject: Subject, root: etree._Element) -> None:
    child_of(root).set("notDocumented", "x")


def _unknown(subject: Subject, root: etree._Element) -> None:
    first = _first(subject, root)
    space = etree.QName(first if first is not None else child_of(root)).namespace
    etree.SubElement(holder_of(subject, root), tag(space, "NotDocumented")).text = "x"


def _foreign(subject: Subject, root: etree._Element) -> None:
    etree.SubElement(holder_of(subject, root), tag(OTHER, "NotDocumented"), nsmap={"c": OTHER}).text = "x"


def _reverse(subject: Subject, root: etree._Element) -> None:
    holder = holder_of(subject, root)
    holder[:] = list(reversed(holder))


def _double(subject: Subject, root: etree._Element) -> None:
    first = _first(subject, root)
    if first is not None:
        first.addnext(deepcopy(first))


ODDITIES: tuple[tuple[str, str, str, Change], ...] = (
    ("request-namespace", "none", "the element in the Body in no namespace", _unqualified),
    ("request-namespace", "member", "the first member in another namespace", _member),
    ("request-root", "two", "the message twice in the Body", _two),
    ("request-root", "after-body", "an element after the Body", _after),
    ("request-root", "encoding-style", "encodingStyle on the Body", _style),
    ("request-root", "unknown-attribute", "an attribute that the document does not name", _attribute),
    ("request-root", "unknown-element", "an element that the document does not name", _unknown),
    ("request-root", "foreign-element", "an element of another namespace behind the members", _foreign),
    ("request-root", "order", "the members in reverse order", _reverse),
    ("request-root", "twice", "the first member twice, with one value", _double),
)
"""Under the facet of the nearest rule: what a stock server ignores, and a strict one refuses."""


def _observed(subject: Subject) -> Iterator[tuple[str, str, str, bytes]]:
    text = bare(subject)
    root = baseline(subject)
    name = f"{root.prefix}:Envelope" if root.prefix else "Envelope"
    document_type = DECLARATION + f"<!DOCTYPE {name}>".encode() + text
    yield "malformed", "document-type", "a document type declaration, without entities", document_type
    front = DECLARATION + b"<?conformance run?>" + text
    yield "malformed", "instruction", "a processing instruction in front of the envelope", front
    within = changed(subject, lambda root: body_of(root).insert(0, etree.ProcessingInstruction("conformance", "run")))
    yield "malformed", "instruction-within", "a processing instruction in the Body", within
    opened, _, end = text.decode().rpartition("</")
    yield "malformed", "prefix", "an element whose prefix is not declared", f"{opened}<undeclared:x/></{end}".encode()
    codec = CODECS[subject.encoding.name]
    empty = codec.encode(subject.contract.operation.request, None)
    if subject.header:
        empty = with_header(empty, subject.header)
    yield "empty-body", "message", "the element of the message with nothing in it", empty
