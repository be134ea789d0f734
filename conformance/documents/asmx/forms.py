"""The HTTP GET and HTTP POST parts of an ASMX help page: parameters as names and values, answers without an envelope.

Such a part prints `string` for a parameter of any simple type, so its types say less than those of the SOAP parts; the
answer has the element of the returned type for a root. Must never import another reader or the readings.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from conformance.documents.asmx.fields import ANY, UNBOUNDED, answer
from conformance.documents.asmx.notes import note_head, note_message, note_rest
from conformance.documents.asmx.soap import Part
from conformance.documents.asmx.tree import Element, read_xml
from conformance.documents.asmx.words import ANYTHING, word
from conformance.model import Basis, Encoding, Field, Message

if TYPE_CHECKING:
    from conformance.documents.asmx.heads import Head
    from conformance.documents.asmx.tree import Source
    from conformance.documents.ledger import Notes

NAMES = {"GET": "http-get", "POST": "http-post"}
FORM = "application/x-www-form-urlencoded"
_PAIRS = re.compile(r"[^\s=&<>]+=[^\s&<>]*(?:&(?:amp;)?[^\s=&<>]+=[^\s&<>]*)*")
_BARE = re.compile(r"<\?xml[^<>]*\?>\s*(?P<words>(?:(?:xml|dataset)\b\s*)+)")


def form_part(source: Source, notes: Notes, ask: Head, reply: Head | None) -> Part:
    """A request without an envelope and its answer; a method that takes its message one way has none."""
    asked = _request(source, ask)
    answered, root, end = Message(root="", citation=source.page.cite(ask.line), fields=()), None, 0
    if reply is not None:
        answered, root, end = _answer(source, reply)
    encoding = _encoding(source, ask, reply, asked, answered)
    note_head(notes, ask, encoding.name)
    note_message(notes, f"encoding/{encoding.name}/request", asked)
    if reply is not None:
        note_head(notes, reply, encoding.name)
        note_message(notes, f"encoding/{encoding.name}/response", answered)
        if root is not None:
            note_rest(notes, source, root, reply.body, end)
    tops = (root,) if root is not None else ()
    return Part(ask=ask, encoding=encoding, request=asked, response=answered, one_way=reply is None, tops=tops)


def _request(source: Source, ask: Head) -> Message:
    """The parameters of a request. They are text on the wire, whatever a program makes of them, and have no root."""
    page = source.page
    text, line = ask.query or "", ask.line
    if ask.method == "POST" and (found := _PAIRS.match(source.text, ask.body, ask.limit)) is not None:
        text, line = found[0], source.line(ask.body)
    pairs = [part.partition("=")[::2] for part in re.split(r"&(?:amp;)?", text) if part]
    fields: list[Field] = []
    for name, group in groupby(pairs, key=lambda pair: pair[0]):
        values = [value for _, value in group]
        fields.append(_parameter(source, line, unquote_plus(name), unquote_plus(values[0]), several=len(values) > 1))
    names = [held.name for held in fields]
    if len(set(names)) != len(names) or not all(names):
        raise page.error(line, f"these parameters cannot be told apart: {', '.join(names)}")
    return Message(root="", citation=page.cite(line), fields=tuple(fields))


def _parameter(source: Source, line: int, name: str, value: str, *, several: bool) -> Field:
    said = word(value)
    if said is None:
        raise source.page.error(line, f"the type {value!r} of the parameter {name} is not known to this reader")
    cite = source.page.cite(line)
    # A word that names no type of XSD names a type of the service here, not one of its values.
    named = said.type == "enum"
    made = Field(
        name=name,
        type=said.type,
        basis=Basis.STATED,
        citation=cite,
        type_basis=Basis.INFERRED if named else said.type_basis,
        constraints=said.constraints(cite),
        occurs=said.occurs,
        model=value if named else "",
    )
    if not several:
        return made
    item = replace(made, occurs=UNBOUNDED)
    return replace(item, type="list", type_basis=Basis.STATED, item=item, constraints=(), model="")


def _answer(source: Source, reply: Head) -> tuple[Message, Element | None, int]:
    """What is answered, its XML where there is any, and the place behind it. Nothing returned has no body."""
    page = source.page
    bare = _BARE.match(source.text, reply.body, reply.limit)
    if bare is not None and ANYTHING.fullmatch(bare["words"].strip()) is not None:
        cite = page.cite(source.line(bare.start("words")))
        anything = Field(name=ANY, type="open", basis=Basis.STATED, citation=cite, occurs=UNBOUNDED)
        return Message(root="", citation=cite, fields=(anything,)), None, bare.end()
    if not source.text.startswith("<", reply.body) or reply.body >= reply.limit:
        if reply.media_type:
            raise page.error(reply.line, "this answer has a Content-Type, but no content is printed below it")
        return Message(root="", citation=page.cite(reply.line), fields=()), None, reply.body
    root, end = read_xml(source, reply.body, reply.limit)
    return answer(page, root), root, end


def _encoding(source: Source, ask: Head, reply: Head | None, asked: Message, answered: Message) -> Encoding:
    """The encoding with its own address and messages."""
    content = ask.headers.get("content-type")
    return Encoding(
        name=NAMES[ask.method],
        media_types=(ask.media_type,) if content is not None else (),
        citation=source.page.cite(content.line if content is not None else ask.line),
        response_media_types=(reply.media_type,) if reply is not None and reply.media_type else (),
        method=ask.method,
        path=ask.path,
        request=asked,
        response=answered,
    )
