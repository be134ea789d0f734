"""What an answer shows of the rules about HTTP: its version, its status, what its headers say of its body.

Who owns which defect is told in `soap_envelope`.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from conformance.codecs import Envelope, Malformed
from conformance.codecs.elements import tag
from conformance.codecs.soap import ENVELOPES
from conformance.codecs.xml_bytes import MARKS, document_of
from conformance.judge.reply import Answer, charset_of, is_json, is_xml, media_type, start_of
from conformance.judge.soap_marks import Marks, bad, blocked, good, judged
from conformance.model import Case, Response

TYPES = {"1.1": "text/xml", "1.2": "application/soap+xml"}
OLD = frozenset({"HTTP/0.9", "HTTP/1.0"})


@dataclass(frozen=True, slots=True)
class Asked:
    """The request of a case. `plain`: its media type and its envelope are those of `version`; `readable`: it is an XML
    document."""

    version: str
    plain: bool
    readable: bool


def asked(case: Case) -> Asked:
    """What was asked, by the bytes that were sent."""
    version = case.encoding.removeprefix("soap-")
    label = (case.request.header("Content-Type") or "").split(";")[0].strip().lower()
    try:
        root = document_of(case.request.body).root
    except Malformed:
        return Asked(version, plain=False, readable=False)
    same = etree.QName(root).text == tag(ENVELOPES[version], "Envelope")
    return Asked(version, plain=same and label == TYPES[version], readable=True)


def header_marks(response: Response, answer: Answer) -> Marks:
    """Marks of the rules that an answer to any method bears on."""
    yield from _http_version(response)
    if response.status == 405:
        yield judged("http/allow", "an Allow header", "" if response.header("Allow") is not None else "none", "allow")
    yield from _content_type(response, answer)


def _http_version(response: Response) -> Marks:
    name = response.http_version.upper()
    if name.startswith(("HTTP/", "H2", "H3")):
        yield judged("http/version", "HTTP/1.1", name if name in OLD else "", "version")


def is_envelope(answer: Answer) -> bool:
    """Is it an envelope, of whatever version? Its label is for media-type to judge."""
    held = answer.decoded.envelope if answer.decoded is not None else None
    return held is not None and etree.QName(held.root).localname == "Envelope"


def _content_type(response: Response, answer: Answer) -> Marks:
    if not response.body.strip():
        return
    name = media_type(response)
    if not name:
        yield bad("http/content-type-present", "a Content-Type header", "none", "content-type-present")
        return
    yield good("http/content-type-present")
    observed = ""
    if is_xml(name) and start_of(response) == "json":
        observed = "JSON"
    elif is_json(name) and start_of(response) == "xml" and not is_envelope(answer):
        observed = "markup"
    elif label_lies(response, answer):
        observed = f"another encoding, though charset={charset_of(response)}"
    yield judged("http/content-type", f"a body that is {name}", observed, "content-type")


def label_lies(response: Response, answer: Answer) -> bool:
    """Does the charset name an encoding other than UTF-8 that the bytes are not in?"""
    label = charset_of(response)
    marked = any(response.body.startswith(mark) for mark, _ in MARKS)
    unfair = answer.decoded is not None and not answer.decoded.utf8
    return bool(label) and label not in {"utf-8", "utf8"} and unfair and not marked


def travel_marks(response: Response, envelope: Envelope, told: Asked) -> Marks:
    """The label and the status that an envelope comes with."""
    name = media_type(response)
    if not name:
        yield from blocked("http/content-type-present", "http/media-type")
    elif told.plain:
        due = TYPES[told.version]
        if name == due:
            yield good("http/media-type")
        elif envelope.version != told.version and name == TYPES[envelope.version]:
            yield from blocked("envelope/version", "http/media-type")
        else:
            yield bad("http/media-type", due, name, "media-type")
    if envelope.fault is not None:
        return
    if response.status >= 500:
        yield from blocked("http/no-server-error", "http/success-status")
    else:
        observed = "" if response.status == 200 else str(response.status)
        yield judged("http/success-status", "200", observed, "success-status")
