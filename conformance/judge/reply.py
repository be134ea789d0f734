"""What an answer says about the request: accepted, refused, neither, or no answer. DESIGN: verdicts.

The body is read whatever its label says, so that a lying Content-Type is one finding and not two hundred.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from conformance.codecs import CODECS, Decoded, Envelope, Malformed
from conformance.judge import refusals
from conformance.judge.show import UNCUT, whole
from conformance.model import Contract, Exchange, Reply, Request, Response, Tree
from conformance.rules.soap import is_soap

REFUSALS = frozenset({400, 422})
ABSENT = object()


@dataclass(frozen=True, slots=True)
class Answer:
    """An exchange's answer, read. `decoded` is None where the body is no message, `malformed` then says why.

    `encoding` is that of the body, or of its label where the body is none: `json`, `xml`, or empty for neither.
    """

    reply: Reply
    words: str
    decoded: Decoded | None
    malformed: str
    unread: bool = False
    """The body may be a message, but is beyond what this suite reads."""
    encoding: str = ""
    said: Mapping[str, str] = field(default_factory=dict)
    """The texts of an answer without a fault by their place, in a service where an answer may be a refusal."""
    decided: bool = False
    """A condition for refusals had something to look at."""

    @property
    def tree(self) -> Tree:
        """The message; None where there is none."""
        return None if self.decoded is None else self.decoded.tree


def read(contract: Contract, exchange: Exchange, asked: str = "") -> Answer:
    """Classify the answer of an exchange. `asked` is the encoding of the request."""
    response = exchange.response
    if response is None:
        return Answer(
            Reply.DEAD, f"no answer: {exchange.error}", None, "no answer", encoding=asked if is_soap(asked) else ""
        )
    if is_soap(asked):
        return _soap(contract, response, asked)
    encoding = _encoding(response)
    decoded, malformed = _decode(contract, response, encoding)
    reply = _reply(contract, response, decoded)
    unread = malformed is not None and malformed.unread
    return Answer(reply, _words(response), decoded, str(malformed or ""), unread, encoding)


def media_type(response: Response | Request) -> str:
    """The media type of a body in lower case, without parameters; empty where it has none. Of several the first."""
    return media_in(response.header("Content-Type") or "")


def media_in(label: str) -> str:
    """The same of the value of a Content-Type."""
    return label.split(";", maxsplit=1)[0].split(",", maxsplit=1)[0].strip().lower()


def is_json(name: str) -> bool:
    """Does the media type name declare JSON?"""
    return name in {"application/json", "text/json"} or name.endswith("+json")


def is_xml(name: str) -> bool:
    """Does the media type name declare an XML document, other than a page or a picture?"""
    return name in {"application/xml", "text/xml"} or (name.endswith("+xml") and name not in PAGES | PICTURES)


PAGES = frozenset({"text/html", "application/xhtml+xml"})
PICTURES = frozenset({"image/svg+xml"})
PAGE = re.compile(rb"<(?:!doctype\s+)?html", re.IGNORECASE)
WIDE = (b"\xff\xfe<\0", b"\xfe\xff\0<", b"<\0", b"\0<")
"""How a document in UTF-16 begins."""


def start_of(response: Response) -> str:
    """What the body looks like by its first character: `json`, `xml` for any markup, or empty."""
    if response.body.startswith(WIDE):
        return "xml"
    first = response.body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return {b"{": "json", b"[": "json", b"<": "xml"}.get(first, "")


def _encoding(response: Response) -> str:
    """How the body is read: by its first character, and by its label where that says nothing."""
    name = media_type(response)
    label = "json" if is_json(name) else "xml" if is_xml(name) else ""
    begins = start_of(response)
    if begins == "xml" and label != "xml" and (name in PAGES or PAGE.search(response.body[:1000])):
        # A page of a proxy is markup too.
        return label
    return begins or label


def charset_of(response: Response | Request) -> str:
    """The charset parameter of the Content-Type in lower case; empty where there is none."""
    return charset_in(response.header("Content-Type") or "")


def charset_in(label: str) -> str:
    """The same of the value of a Content-Type."""
    for parameter in label.split(";")[1:]:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "charset":
            return value.split(",")[0].strip().strip('"').lower()
    return ""


def _decode(contract: Contract, response: Response, encoding: str) -> tuple[Decoded | None, Malformed | None]:
    if not encoding:
        return None, Malformed("neither JSON nor XML")
    try:
        return CODECS[encoding].decode(contract.operation.response, response.body, charset_of(response)), None
    except Malformed as reason:
        return None, reason


def _soap(contract: Contract, response: Response, asked: str) -> Answer:
    """A SOAP answer goes by the version that was asked for, whatever version it came in."""
    decoded, malformed = None, None
    try:
        decoded = CODECS[asked].decode(contract.operation.response, response.body, charset_of(response))
    except Malformed as reason:
        malformed = reason
    envelope = decoded.envelope if decoded is not None else None
    words = _words(response)
    packaged = media_type(response).startswith("multipart/")
    if packaged:
        # MTOM and SOAP with Attachments: the envelope is one part of several.
        words = f"{response.status} {response.reason}: {media_type(response)}, which this suite does not read"
    if envelope is not None and envelope.fault is not None:
        fault = envelope.fault
        words = whole(f"{response.status} {response.reason}: fault {fault.text}: {fault.reason}")
    told = refusals.said(envelope) if envelope is not None else {}
    refused, decided = refusals.refused(contract, told)
    if refused:
        words = whole(f"{response.status} {response.reason}: a declared refusal: {refusals.reason(contract, told)}")
    return Answer(
        _soap_reply(response, envelope, refused=refused, one_way=contract.operation.one_way),
        words,
        decoded,
        str(malformed or ""),
        packaged or (malformed is not None and malformed.unread),
        asked,
        # Our reading of what accepts leaves other codes to speak; what the target declares does not.
        refusals.told(told, coded=decided),
        refused or (decided and refusals.declared(contract)),
    )


def _soap_reply(response: Response, envelope: Envelope | None, *, refused: bool, one_way: bool) -> Reply:
    """DESIGN: a fault, 400 with or without a body, or a declared refusal."""
    if response.status == 400 or (envelope is not None and envelope.fault is not None):
        return Reply.REFUSED
    if one_way and 200 <= response.status < 300 and not response.body.strip():
        return Reply.ACCEPTED
    if not 200 <= response.status < 300 or envelope is None or envelope.body is None:
        return Reply.NEITHER
    return Reply.REFUSED if refused else Reply.ACCEPTED


def _reply(contract: Contract, response: Response, decoded: Decoded | None) -> Reply:
    if response.status in REFUSALS:
        return Reply.REFUSED
    if not 200 <= response.status < 300 or response.status == 204:
        return Reply.NEITHER
    acceptance = contract.operation.acceptance
    if acceptance is None:
        return Reply.ACCEPTED
    tree = decoded.tree if decoded is not None else None
    said = tree.get(acceptance.member, ABSENT) if isinstance(tree, dict) else ABSENT
    if said is True:
        return Reply.ACCEPTED
    return Reply.REFUSED if said is False else Reply.NEITHER


def _words(response: Response) -> str:
    text = response.body[:UNCUT].decode("utf-8", "replace")
    name = media_type(response)
    if name in PAGES:
        text = "an HTML page"
    location = response.header("Location")
    if location and 300 <= response.status < 400:
        text = f"redirect to {location}"
    status = f"{response.status} {response.reason}"
    return whole(f"{status}: {text}" if text.strip() else status)
