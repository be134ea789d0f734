"""How the baseline's envelope is sent: media types and their parameters, SOAPAction, methods; and how deep it goes."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from conformance.codecs.elements import tag
from conformance.generate.soap.envelope import OTHER, changed, holder_of, other_version
from conformance.generate.subject import Subject
from conformance.generate.transport import UNKNOWN, case_of
from conformance.model import Case, Change, Expect

CHARSET = "charset=utf-8"
TYPES = {"1.1": "text/xml", "1.2": "application/soap+xml"}
WRONG = "urn:conformance:other"
"""An action that no operation has."""
DEPTH = 200
"""Levels of elements; parsers that guard against deeper ones do so from 256 on."""


def http_cases(subject: Subject) -> Iterator[Case]:
    """Every case about HTTP."""
    yield from _media_types(subject)
    yield from (_soap_action if subject.encoding.name == "soap-1.1" else _action)(subject)
    yield from _methods(subject)
    title = f"an element that nobody knows, {DEPTH} levels deep"
    nested = subject.request(changed(subject, lambda root: _nest(holder_of(subject, root))))
    yield case_of(subject, "http", "no-server-error", "nested", title, nested, Expect.ANY)


def _nest(parent: etree._Element) -> None:
    for _ in range(DEPTH):
        parent = etree.SubElement(parent, tag(OTHER, "NotDocumented"), nsmap={"c": OTHER})


def _media_types(subject: Subject) -> Iterator[Case]:
    body = subject.encode(subject.baseline())
    usual = subject.request(body).header("Content-Type") or ""
    name, parameters = usual.split(";", 1)

    def sent(facet: str, slug: str, media_type: str | None, expect: Expect) -> Case:
        title = f"Content-Type: {media_type}" if media_type else "no Content-Type"
        request = subject.request(body, media_type=media_type)
        change = Change(slot="media-type", media_type=media_type)
        return case_of(subject, "http", facet, slug, title, request, expect, change=change)

    yield sent("request-media-type", "documented", usual, Expect.ACCEPTED)
    yield sent("media-type-case", "upper", f"{name.upper()};{parameters}", Expect.ACCEPTED)
    for slug, charset in (("plain", CHARSET), ("upper", "charset=UTF-8"), ("quoted", 'charset="utf-8"')):
        yield sent("charset-parameter", slug, usual.replace(CHARSET, charset), Expect.ACCEPTED)
    yield sent("charset-parameter", "close", f"{name};{parameters.strip()}", Expect.ACCEPTED)
    yield sent("charset-parameter", "none", usual.replace(f"; {CHARSET}", ""), Expect.OBSERVE)
    yield sent("charset-parameter", "latin-1", usual.replace(CHARSET, "charset=iso-8859-1"), Expect.OBSERVE)
    yield sent("unsupported-media-type", "unknown", UNKNOWN, Expect.REFUSED)
    other = TYPES[other_version(subject)]
    for slug, media_type in (
        ("text-plain", f"text/plain; {CHARSET}"),
        ("application-xml", f"application/xml; {CHARSET}"),
        ("application-json", "application/json"),
        ("other-version", f"{other}; {CHARSET}"),
        ("none", None),
    ):
        yield sent("unsupported-media-type", slug, media_type, Expect.OBSERVE)


def _soap_action(subject: Subject) -> Iterator[Case]:
    """The header SOAPAction: what receivers make of it differs, so it is only observed."""
    own = subject.encoding.action
    tried: list[tuple[str, str | None]] = [("absent", None), ("wrong", f'"{WRONG}"')]
    if own:
        tried += [("unquoted", own), ("empty", '""')]
    for slug, action in tried:
        title = f"SOAPAction: {action}" if action is not None else "no SOAPAction"
        request = subject.request(subject.encode(subject.baseline()), action=action)
        yield case_of(subject, "http", "request-media-type", f"soap-action-{slug}", title, request, Expect.OBSERVE)


def _action(subject: Subject) -> Iterator[Case]:
    """The action parameter of the media type; one that is documented for the other version alone serves both."""
    encodings = (subject.encoding, *subject.contract.operation.encodings)
    own = next((encoding.action for encoding in encodings if encoding.action), None)
    tried: list[tuple[str, str | None, Expect]] = [
        ("without", None, Expect.ACCEPTED),
        *([("with", own, Expect.ACCEPTED)] if own else []),
        ("wrong", WRONG, Expect.OBSERVE),
    ]
    if not own:
        # What stock clients send where a WSDL names the empty action.
        media_type = f'{TYPES["1.2"]}; {CHARSET}; action=""'
        request = subject.request(subject.encode(subject.baseline()), media_type=media_type)
        title, change = 'the action parameter ""', Change(slot="media-type", media_type=media_type)
        yield case_of(subject, "http", "action-parameter", "empty", title, request, Expect.ACCEPTED, change=change)
    for slug, action, expect in tried:
        title = f'the action parameter "{action}"' if action is not None else "no action parameter"
        request = subject.request(subject.encode(subject.baseline()), action=action)
        # The action is a parameter of the media type, so both take one slot.
        change = Change(slot="media-type", action=action)
        yield case_of(subject, "http", "action-parameter", slug, title, request, expect, change=change)


def _methods(subject: Subject) -> Iterator[Case]:
    put = subject.request(subject.encode(subject.baseline()), method="PUT")
    title = "PUT in place of the documented method"
    yield case_of(subject, "http", "method", "put", title, put, Expect.ANY, also=("allow",), answer="method")
    get = subject.request(b"", method="GET", media_type=None, action=None)
    yield case_of(subject, "http", "method", "get", "GET in place of the documented method", get, Expect.OBSERVE)
