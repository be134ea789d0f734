"""One exchange as a recording holds it, whatever kind of file that is.

A line of JSONL is exactly this shape (`schemas/exchange-1.schema.json`); readers of other files make the same values.
`kept` says what of a body the recording has, since a HAR keeps text, not bytes, and some tools keep a part or nothing.
"""

from __future__ import annotations

import base64
from typing import Final, Literal, NamedTuple

import msgspec

Kept = Literal["bytes", "text", "part", "nothing"]
"""Of a body is kept: every byte; its text, in an encoding of the recorder's; a part of it; nothing, though there was
one."""
BYTES: Final = "bytes"
TEXT: Final = "text"
PART: Final = "part"
NOTHING: Final = "nothing"


class Asked(msgspec.Struct, kw_only=True):
    """The request. `body64` stands in place of `body` where the bytes are no text."""

    method: str
    url: str
    headers: list[tuple[str, str]] = []
    body: str = ""
    body64: str | None = None
    kept: Kept = BYTES


class Answered(msgspec.Struct, kw_only=True):
    """The answer, decoded of transfer and content codings."""

    status: int
    reason: str = ""
    http_version: str = "HTTP/1.1"
    headers: list[tuple[str, str]] = []
    body: str = ""
    body64: str | None = None
    kept: Kept = BYTES


class Recorded(msgspec.Struct, kw_only=True):
    """One exchange. Without a `response` nobody answered, or no answer was recorded: `error` says what is known."""

    request: Asked
    response: Answered | None = None
    error: str | None = None
    started: str = ""
    """ISO 8601 with zone; empty where the recording does not say when."""
    milliseconds: float = 0.0


class Unread(NamedTuple):
    """A record that could not be read: `reason` is `corrupt` or `too-large`, `detail` says what is wrong."""

    reason: str
    detail: str


class Place(NamedTuple):
    """Where a record begins: the number of its file in the order of the command line, the file, the byte in it (of the
    unpacked content)."""

    order: int
    path: str
    offset: int


def body_of(side: Asked | Answered) -> bytes:
    """The bytes of the body; ValueError where `body64` is no base64."""
    return side.body.encode("utf-8") if side.body64 is None else base64.b64decode(side.body64, validate=True)
