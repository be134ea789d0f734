"""What a text says once its escapes are undone, one layer at a time, and where in the text each part of it stands.

A server that sends back what it was sent may write it in the escapes of its own format, over those that it came in: a
JSON string inside of an XML error, a form inside of a log line, with a comment in its middle or in the soft lines of a
mail. Each view undoes one layer of one kind, in time linear in the text. Standard library only.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from html import unescape
from html.entities import html5

ROUNDS = 6
"""Layers of escapes of all formats, one over another."""
MOST = 12
"""Views of a text beside itself: a text made to have more says nothing that a server would write."""
_H = "[0-9a-fA-F]"
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


def _bytes(mark: str) -> str:
    """A character of UTF-8 as escaped bytes, or else one byte."""
    more = rf"{mark}[89abAB]{_H}"
    return rf"{mark}[cdCD]{_H}{more}|{mark}[eE]{_H}{more}{more}|{mark}[fF][0-7]{more}{more}{more}|{mark}{_H}{_H}"


# No part of it can match the same characters in two ways, and none is without a bound but for digits in a row.
_ESCAPE = re.compile(
    r"(?=[\\%&\]])(?:"  # What all begin with: most places are passed by quickly.
    rf"(?P<units>(?:\\u|%u)[dD][89abAB]{_H}{_H}(?:\\u|%u)[dD][c-fC-F]{_H}{_H}|(?:\\u|%u){_H}{_H}{_H}{_H})"
    rf"|(?P<bytes>{_bytes('%')}|{_bytes(re.escape(chr(92)) + 'x')})"
    rf"|(?P<point>\\U{_H}{{8}}|\\u\{{{_H}{{1,6}}\}})"
    r"|\\(?P<single>[\"'\\/nrtbf])"
    rf"|(?P<entity>&#(?:[0-9]+|[xX]{_H}+);?|&[A-Za-z][A-Za-z0-9]{{1,31}};)"
    r"|(?P<cut>\]\]><!\[CDATA\[))"
)
_HINTS = ("\\", "%", "&", "]]><")
_NOT_HEX = re.compile(r"\\[uUx]|%u|[%={}]")

# A comment holds no other one, so that each is read once, also where none of them ends.
_COMMENT = re.compile(r"<!--(?:[^-<]|-(?!->)|<(?!!--))*+-->")
_NOTHING = re.compile("\0+")
"""Between the letters of wide characters that were read as narrow ones."""
_MARKS = re.compile(r"<!\[CDATA\[|\]\]>")

_QUOTED = re.compile(rf"=\r?\n|{_bytes('=')}")
_ONE_QUOTED = re.compile(rf"=(?:\r?\n|{_H}{_H})")

Said = Callable[[re.Match[str]], str]


class Layer:
    """A text with one round of escapes undone. `text` is that; `source` tells where a part of it came from."""

    __slots__ = ("_below", "_escapes", "_places", "text")

    def __init__(self, below: Layer | str, escape: re.Pattern[str] = _ESCAPE, said: Said | None = None) -> None:
        self._below = below if isinstance(below, Layer) else None
        source = below.text if isinstance(below, Layer) else below
        said = said or _said
        parts: list[str] = []
        self._places: list[int] = []
        self._escapes: list[tuple[int, int, int]] = []
        length = last = 0
        for match in escape.finditer(source):
            meant = said(match)
            start, end = match.span()
            parts += (source[last:start], meant)
            length += start - last
            self._places.append(length)
            length += len(meant)
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
        layer = _undone(below)
        if layer is None:
            return
        below = layer
        yield layer


def views(text: str) -> Iterator[Layer]:
    """The layers of the text; then all of these without comments and marks of CDATA, and with the escapes of mail
    undone, as far as there are any, and the layers below."""
    whole: list[Layer | str] = [text, *layers(text)]
    yield from (layer for layer in whole if isinstance(layer, Layer))
    seen = {_text(one) for one in whole}
    queue = [layer for one in whole for layer in _joined(one)]
    for layer in queue:
        if layer.text in seen:
            continue
        if len(seen) > MOST:
            return
        seen.add(layer.text)
        yield layer
        undone = _undone(layer)
        queue += [*([undone] if undone else []), *_joined(layer)]


def _text(below: Layer | str) -> str:
    return below.text if isinstance(below, Layer) else below


def _undone(below: Layer | str) -> Layer | None:
    before = _text(below)
    if not any(hint in before for hint in _HINTS):
        return None
    layer = Layer(below)
    return None if layer.text == before else layer


def _joined(below: Layer | str) -> Iterator[Layer]:
    """What stands apart put together. A comment may hold marks of CDATA, so each kind goes by itself."""
    before = _text(below)
    if "<![CDATA[" in before:
        yield Layer(below, _MARKS, _nothing)
    if "<!--" in before:
        yield Layer(below, _COMMENT, _nothing)
    if "\0" in before:
        yield Layer(below, _NOTHING, _nothing)
    if "=" in before and _ONE_QUOTED.search(before):
        yield Layer(below, _QUOTED, _of_quoted)


def _nothing(_: re.Match[str]) -> str:
    return ""


def _of_quoted(match: re.Match[str]) -> str:
    return "" if match[0].endswith("\n") else _of_bytes(match[0])


def _said(match: re.Match[str]) -> str:
    kind, written = match.lastgroup, match[0]
    if kind == "single":
        return _LETTERS.get(match["single"], match["single"])
    if kind == "cut":
        return ""
    if kind == "entity":
        return _entity(written)
    if kind == "point":
        point = int(_NOT_HEX.sub("", written), 16)
        return chr(point) if point < 0x110000 else written
    if kind == "units":
        return bytes.fromhex(_NOT_HEX.sub("", written)).decode("utf-16-be", "surrogatepass")
    return _of_bytes(written)


def _of_bytes(written: str) -> str:
    raw = bytes.fromhex(_NOT_HEX.sub("", written))
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
