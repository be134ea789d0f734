"""The body that a text of a HAR stands for, and how much of it is there.

A HAR holds text, not bytes, in an encoding of the tool's own; some tools cut it, and sizes mean different things: of
the body, of what was packed, of what was shown. So a body is called a part only where a size says so and the text is
not whole by itself. Pure.
"""

from __future__ import annotations

import base64
import re
from typing import NamedTuple

import msgspec

from conformance.traffic.files.charsets import in_its_charset, longest
from conformance.traffic.recording import BYTES, NOTHING, PART, TEXT, Kept

_ROOT = re.compile(r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*>\s*)*<([\w.:-]+)", re.DOTALL)


class Body(NamedTuple):
    """What of a body is there, as a recording says it."""

    body: str = ""
    body64: str | None = None
    kept: Kept = BYTES


NONE, LOST = Body(), Body(kept=NOTHING)
"""There was no body; there was one, and nothing of it is recorded."""


def body_of_text(text: str, media: str, size: float, *, packed: bool, ours: bool) -> Body:
    """The body of a text; of `packed` Base64, or where it is `ours`, that is the bytes. `size` is what the recording
    says of it, or 0. ValueError where what is packed is no Base64."""
    if packed:
        data = _unpacked(text)
        whole = size <= len(data) or ours or is_whole(data.decode("utf-8", "replace"))
        return _of_bytes(data, BYTES if whole else PART)
    if ours:
        return _of_bytes(text.encode("utf-8", "surrogatepass"), BYTES)
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError:
        return _of_halves(text)
    rebuilt = in_its_charset(text, media)
    kept: Kept = PART if size > longest(data, rebuilt) and not is_whole(text) else TEXT
    return Body(text, None, kept) if rebuilt is None else _of_bytes(rebuilt, kept)


def is_whole(text: str) -> bool:
    """Whether a text of JSON or XML has its end, so that nothing was cut off, whatever a size says."""
    text = text.removeprefix("\ufeff").strip()
    if text.startswith(("{", "[")):
        try:
            msgspec.json.decode(text.encode("utf-8"), type=msgspec.Raw)
        except (ValueError, RecursionError):
            return False
        return True
    root = _ROOT.match(text) if text.startswith("<") else None
    if root is None:
        return False
    rest = text[root.end() :]
    return rest.endswith(f"</{root[1]}>") or (rest.endswith("/>") and rest.count(">") == 1)


def _of_halves(text: str) -> Body:
    """A text that has no UTF-8. Where a tool is written in Python, what is no UTF-8 stands in it as halves of surrogate
    pairs; where it is not, nobody knows what was there."""
    try:
        return _of_bytes(text.encode("utf-8", "surrogateescape"), TEXT)
    except UnicodeEncodeError:
        return Body(text.encode("utf-8", "replace").decode("utf-8"), None, PART)


def _of_bytes(data: bytes, kept: Kept) -> Body:
    try:
        return Body(data.decode("utf-8"), None, kept)
    except UnicodeDecodeError:
        return Body("", base64.b64encode(data).decode("ascii"), kept)


def _unpacked(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        raise ValueError("a body of it is no Base64") from None
