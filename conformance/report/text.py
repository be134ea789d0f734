"""Text from servers made safe to show: no control, no invisible and no direction character reaches a reader unmarked.

A terminal obeys escape sequences and a page obeys direction marks, so both are replaced by something visible. Pure;
must never import the writers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_PICTURES = 0x2400
_DELETE = 0x7F
_SPACE = 0x20

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, but for tab and line feed
    "\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # invisible or turning the line
    "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"  # fillers: letters that show nothing
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # the same beyond the BMP: tags, above all
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"  # not characters at all
)


def printable(text: str) -> str:
    """Controls as control pictures, other unsafe characters as their number; tab and line feed stay."""
    return _UNSAFE.sub(_picture, text)


def _picture(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < _SPACE:
        return chr(_PICTURES + code)
    return "␡" if code == _DELETE else f"⟨U+{code:04X}⟩"


def inert(document: str) -> bytes:
    """A text of JSON as UTF-8, with the same values, in which what `printable` marks stands as JSON's own escapes: no
    terminal that shows the file obeys a server, and half a surrogate pair, which has no UTF-8, is written as well."""
    return _UNSAFE.sub(_escape, document).encode("utf-8")


def _escape(match: re.Match[str]) -> str:
    units = match.group().encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def one_line(text: str, limit: int = 300) -> str:
    """The text on one line, cut to about `limit` characters, safe to show."""
    line = printable(re.sub(r"[ \t\r\n]+", " ", text).strip())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def full_stop(text: str) -> str:
    """The text with exactly one full stop at its end, unless it ends in another mark of its own."""
    text = text.rstrip()
    return text if text.endswith((".", "!", "?", "…", ".'", '."')) else text + "."


def listed(words: Sequence[str], limit: int | None = None) -> str:
    """`a`, `a and b`, `a, b and c`, or `a, b and 4 more` past the limit."""
    if limit is not None and len(words) > limit:
        words = [*words[:limit], f"{len(words) - limit} more"]
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def counted(number: int, noun: str) -> str:
    """`1 request`, `2 requests`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def unique(words: Iterable[str]) -> tuple[str, ...]:
    """Without repetitions, in order of first appearance."""
    return tuple(dict.fromkeys(words))
