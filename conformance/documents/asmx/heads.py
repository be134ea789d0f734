"""The HTTP messages that an ASMX help page prints: first line, headers, and the place where a body may begin.

Found by what HTTP demands, never by the sentences around them, which come in the language of the server. A message may
begin in the middle of a line, and its headers may stand on one line, with or without a blank between them: a copied
page keeps no more of its layout. Must never import a reader.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.asmx.tree import Source

_HEAD = re.compile(
    r"(?P<method>GET|POST) (?P<path>/[^\s?<]*)(?:\?(?P<query>[^\s<]*))? HTTP/1\.[01]"
    r"|HTTP/1\.[01] (?P<status>\d{3})(?!\d)"
)
_NAMES = "Content-Length|Content-Type|Host|SOAPAction"
_NEXT = rf"(?=(?:{_NAMES}):|HTTP/1\.|[<\n]|\Z)"
_REASON = re.compile(rf"[^\S\n]*(?:[A-Za-z][A-Za-z ]*?[^\S\n]*{_NEXT}|Accepted|OK)")
_HEADERS = (
    re.compile(r"\s*(?P<name>Content-Length):[^\S\n]*(?P<value>length|[^\s<]*)"),
    re.compile(r"\s*(?P<name>SOAPAction):[^\S\n]*(?P<value>\"[^\"\n]*\")"),
    re.compile(rf"\s*(?P<name>{_NAMES}):[^\S\n]*(?P<value>[^\n<]*?)[^\S\n]*{_NEXT}"),
    re.compile(r"[^\S\n]*\n[^\S\n]*(?P<name>[A-Za-z][A-Za-z0-9-]*):[^\S\n](?P<value>[^\n<]*)"),
)
_SPACE = re.compile(r"\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The value of a header, and its line."""

    value: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of one message. A request has `method` and `path`, an answer `status`; `query` is None without one.

    The body, if any, begins at `body` and ends before `limit`, where the next head begins.
    """

    line: int
    body: int
    limit: int
    method: str = ""
    path: str = ""
    query: str | None = None
    status: int = 0
    headers: dict[str, Header] = field(default_factory=dict)

    @property
    def asks(self) -> bool:
        return bool(self.method)

    @property
    def media_type(self) -> str:
        """That of the Content-Type, without parameters; empty where there is none."""
        held = self.headers.get("content-type")
        return held.value.split(";")[0].strip() if held is not None else ""

    @property
    def action(self) -> str | None:
        """The action that the headers name: SOAPAction, or the parameter of the media type in SOAP 1.2."""
        held = self.headers.get("soapaction")
        if held is not None:
            return held.value.strip('"')
        content = self.headers.get("content-type")
        found = re.search(r";\s*action=\"?([^\";]*)", content.value) if content is not None else None
        return found[1] if found is not None else None


def prints_requests(text: str) -> bool:
    """Does the text hold the head of a request at all?"""
    return any(found["method"] for found in _HEAD.finditer(text))


def heads(source: Source) -> Iterator[Head]:
    """The heads of all messages, in the order of the page."""
    found = list(_HEAD.finditer(source.text))
    for number, head in enumerate(found):
        limit = found[number + 1].start() if number + 1 < len(found) else len(source.text)
        at = head.end()
        if head["status"] and (reason := _REASON.match(source.text, at, limit)) is not None:
            at = reason.end()
        headers, at = _headers(source, at, limit)
        yield Head(
            line=source.line(head.start()),
            body=_skip(source.text, at, limit),
            limit=limit,
            method=head["method"] or "",
            path=head["path"] or "",
            query=head["query"],
            status=int(head["status"] or 0),
            headers=headers,
        )


def _headers(source: Source, at: int, limit: int) -> tuple[dict[str, Header], int]:
    """The headers that follow a first line, and the place behind them."""
    held: dict[str, Header] = {}
    while (found := next(filter(None, (form.match(source.text, at, limit) for form in _HEADERS)), None)) is not None:
        held[found["name"].lower()] = Header(value=found["value"].strip(), line=source.line(found.start("name")))
        at = found.end()
    return held, at


def _skip(text: str, at: int, limit: int) -> int:
    found = _SPACE.match(text, at, limit)
    return found.end() if found is not None else at
