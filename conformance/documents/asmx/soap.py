"""The SOAP parts of an ASMX help page: a request in an envelope, and an answer in one, or an answer without a body.

Must never import another reader or the readings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.documents.asmx.fields import ENVELOPES, message, unwrapped
from conformance.documents.asmx.notes import note_envelope, note_head, note_message, note_rest
from conformance.documents.asmx.tree import Element, read_xml
from conformance.model import Encoding, Message

if TYPE_CHECKING:
    from conformance.documents.asmx.heads import Head
    from conformance.documents.asmx.tree import Source
    from conformance.documents.ledger import Notes

TAKEN = frozenset({202, 204})
"""Statuses of answers that never have a body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One request of the page and its answer, as an encoding with the two messages."""

    ask: Head
    encoding: Encoding
    request: Message
    response: Message
    one_way: bool = False
    tops: tuple[Element, ...] = ()
    """The elements that hold the members, and headers, as they are printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Printed:
    """One envelope, and what is in it."""

    envelope: Element
    message: Message
    header: Element | None
    wrappers: tuple[Element, ...]
    top: Element
    start: int
    end: int


def soap_part(source: Source, notes: Notes, ask: Head, reply: Head | None) -> Part:
    """A request in an envelope and its answer."""
    page = source.page
    if reply is None:
        raise page.error(ask.line, "no answer is printed below this request")
    one_way = reply.status in TAKEN and not reply.media_type
    content = ask.headers.get("content-type")
    if content is None:
        raise page.error(ask.line, "this request has no Content-Type")
    if not (one_way or reply.media_type):
        raise page.error(reply.line, "this answer has no Content-Type")
    asked = _printed(source, ask)
    name = ENVELOPES[asked.envelope.namespace]
    replied = None if one_way else _printed(source, reply)
    if replied is not None and replied.envelope.namespace != asked.envelope.namespace:
        raise page.error(replied.envelope.line, "the answer is in another version of SOAP than its request")
    for head in (ask, reply):
        note_head(notes, head, name)
    for part, printed in (("request", asked), ("response", replied)):
        if printed is not None:
            note_message(notes, part, printed.message, printed.wrappers)
            note_envelope(notes, printed.envelope, name)
            note_rest(notes, source, printed.envelope, printed.start, printed.end)
    encoding = Encoding(
        name=name,
        media_types=(ask.media_type,),
        citation=page.cite(content.line),
        response_media_types=(reply.media_type,) if reply.media_type else (),
        action=ask.action,
        envelope=asked.envelope.namespace,
    )
    silent = Message(root="", citation=page.cite(reply.line), fields=())
    tops = (held for one in (asked, replied) if one is not None for held in (one.top, one.header) if held is not None)
    return Part(
        ask=ask,
        encoding=encoding,
        request=asked.message,
        response=replied.message if replied is not None else silent,
        one_way=one_way,
        tops=tuple(tops),
    )


def _printed(source: Source, head: Head) -> _Printed:
    page = source.page
    if not source.text.startswith("<", head.body) or head.body >= head.limit:
        raise page.error(head.line, "no complete envelope follows this line")
    envelope, end = read_xml(source, head.body, head.limit)
    held = {child.name: child for child in envelope.children if child.namespace == envelope.namespace}
    body = held.get("Body")
    if envelope.name != "Envelope" or envelope.namespace not in ENVELOPES or body is None:
        raise page.error(envelope.line, "this is no SOAP envelope with a body")
    made = message(page, body, held.get("Header"))
    wrappers, top = unwrapped(body.children[0]) if body.children else ((), body)
    return _Printed(
        envelope=envelope,
        message=made,
        header=held.get("Header"),
        wrappers=wrappers,
        top=top,
        start=head.body,
        end=end,
    )
