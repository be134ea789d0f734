"""What a text says once its escapes are undone, one layer at a time, and where in the text each part of it stands.

A server that sends back what it was sent may write it in the escapes of its own format, over those that it came in: a
JSON string inside of an XML error, a form inside of a log line. Each round undoes one layer of all kinds of escapes, in
time linear in the text. Standard library only.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from html import unescape
from html.entities import html5

ROUNDS = 6
_H = "[0-9a-fA-F]"
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


def _bytes(mark: str) -> str:
    """A character of UTF-8 as escaped bytes, or else one byte."""
    more = rf"{mark}[89abAB]{_H}"
    return rf"{mark}[cdCD]{_H}{more}|{mark}[eE]{_H}{more}{more}|{mark}[fF][0-7]{more}{more}{more}|{mark}{_H}{_H}"


# No part of it can match the same characters in two ways, and none is without a bound but for digits in a row.
_ESCAPE = re.compile(
    rf"(?P<units>(?:\\u|%u)[dD][89abAB]{_H}{_H}(?:\\u|%u)[dD][c-fC-F]{_H}{_H}|(?:\\u|%u){_H}{_H}{_H}{_H})"
    rf"|(?P<bytes>{_bytes('%')}|{_bytes(re.escape(chr(92)) + 'x')})"
    rf"|(?P<point>\\U{_H}{{8}}|\\u\{{{_H}{{1,6}}\}})"
    r"|\\(?P<single>[\"'\\/nrtbf])"
    rf"|(?P<entity>&#(?:[0-9]+|[xX]{_H}+);?|&[A-Za-z][A-Za-z0-9]{{1,31}};)"
    r"|(?P<cut>\]\]><!\[CDATA\[)"
)
_HINTS = ("\\", "%", "&", "]]><")
_NOT_HEX = re.compile(r"\\[uUx]|%u|[%{}]")


class Layer:
    """A text with one round of escapes undone. `text` is that; `source` tells where a part of it came from."""

    __slots__ = ("_below", "_escapes", "_places", "text")

    def __init__(self, below: Layer | str) -> None:
        self._below = below if isinstance(below, Layer) else None
        source = below.text if isinstance(below, Layer) else below
        parts: list[str] = []
        self._places: list[int] = []
        self._escapes: list[tuple[int, int, int]] = []
        length = last = 0
        for match in _ESCAPE.finditer(source):
            said = _said(match)
            start, end = match.span()
            parts += (source[last:start], said)
            length += start - last
            self._places.append(length)
            length += len(said)
            self._escapes.append((length, start, end))
            last = end
        parts.append(source[last:])
        self.text: str = "".join(parts)

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The part of the first text that says what stands in `text` there: escapes count whole."""
        start, end = self._start(start), self._end(end)
        return self._below.source(start, end) if self._below else (start, end)

    def _start(self, place: int) -> int:
        at = bisect_right(self._places, place) - 1
        if at < 0:
            return place
        after, start, end = self._escapes[at]
        return start if place < after else end + place - after

    def _end(self, place: int) -> int:
        at = bisect_left(self._places, place) - 1
        if at < 0:
            return place
        after, _, end = self._escapes[at]
        return end + max(0, place - after)


def layers(text: str) -> Iterator[Layer]:
    """The text with its escapes undone once, twice and so on, as long as there are any."""
    below: Layer | str = text
    for _ in range(ROUNDS):
        before = below.text if isinstance(below, Layer) else below
        if not any(hint in before for hint in _HINTS):
            return
        below = Layer(below)
        if below.text == before:
            return
        yield below


def _said(match: re.Match[str]) -> str:
    kind, written = match.lastgroup, match[0]
    if kind == "single":
        return _LETTERS.get(match["single"], match["single"])
    if kind == "cut":
        return ""
    if kind == "entity":
        return _entity(written)
    digits = _NOT_HEX.sub("", written)
    if kind == "point":
        point = int(digits, 16)
        return chr(point) if point < 0x110000 else written
    raw = bytes.fromhex(digits)
    if kind == "units":
        return raw.decode("utf-16-be", "surrogatepass")
    for name in ("utf-8", "cp1252"):
        try:
            return raw.decode(name)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _entity(written: str) -> str:
    if not written.startswith("&#"):
        return html5.get(written[1:], written)
    # Longer, leading zeros aside, it is no character, and Python reads no integer of any length.
    hexadecimal = written[2] in "xX"
    digits = written.rstrip(";")[2:].lstrip("xX").lstrip("0")
    point = int(digits or "0", 16 if hexadecimal else 10) if len(digits) <= 7 else 0x110000
    if 0x80 <= point < 0xA0:
        return unescape(f"&#{point};")  # HTML reads these as windows-1252.
    return chr(point) if point < 0x110000 else written
