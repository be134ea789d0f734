"""Looks for traces of secrets in whatever was written, decoded in every way that a reader may think of.

Knows nothing of how secrets are masked: what it undoes, it undoes its own way, generously and slowly. Standard library
only.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import html
import quopri
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from urllib.parse import unquote, unquote_plus

MARKS = ("kqzvxw", "jyvqzk", "facade07", "7351958264", "zeehgzk")
"""What a secret here has in it: letters that no document, answer or page has in a row."""
ROUNDS = 4
DEPTH = 3
_UNITS = re.compile(r"(?:\\u|%u|\\U0000)([0-9a-fA-F]{4})")
_BYTES = re.compile(r"\\x([0-9a-fA-F]{2})")
_CUTS = re.compile(r"<!--[^<>]{0,80}-->|<!\[CDATA\[|\]\]>")
_WORDS = re.compile(r"[A-Za-z0-9+/_-]{8,}")
_DIGITS = re.compile(r"(?:[0-9a-fA-F]{2}[-: ]?){6,}")
_PACKED = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
_LINES = re.compile(r"(?:\\r|\\n|[\r\n]|&#10;|&#13;|%0[aAdD])+[ \t]*")
WAYS: tuple[Callable[[str], str], ...] = (
    lambda text: _BYTES.sub(lambda found: chr(int(found[1], 16)), text),
    lambda text: _UNITS.sub(lambda found: chr(int(found[1], 16)), text),
    lambda text: text.replace("\\r", "\r").replace("\\n", "\n"),
    lambda text: text.replace("\\/", "/").replace('\\"', '"').replace("\\\\", "\\"),
    html.unescape,
    lambda text: unquote(text, errors="replace"),
    lambda text: _CUTS.sub("", text),
)  # fmt: skip
LATE: tuple[Callable[[str], str], ...] = (
    unquote_plus,
    lambda text: unquote(text, encoding="latin-1"),
    lambda text: text.replace("\0", ""),
    lambda text: quopri.decodestring(text.encode("utf-8", "replace")).decode("utf-8", "replace"),
    lambda text: _LINES.sub("", text),
    lambda text: _LINES.sub("", text).replace(" ", ""),
)


@lru_cache(maxsize=64)
def traces(data: bytes | str) -> frozenset[str]:
    """The marks that are found, as they are or in any coding."""
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    # What stands in many lines is looked at once.
    return frozenset(_found(_texts(b"\n".join(dict.fromkeys(raw.split(b"\n")))), DEPTH))


def _found(texts: Iterable[str], depth: int) -> set[str]:
    found: set[str] = set()
    words: set[str] = set()
    for text in texts:
        for seen in _views(text):
            small = seen.lower()
            found |= {mark for mark in MARKS if mark in small}
            words.update(_WORDS.findall(seen))
            words.update(re.sub("[-: ]", "", one) for one in _DIGITS.findall(seen))
    if depth and words:
        inner = b"\n".join(raw for word in words for raw in _decoded(word))
        found |= _found(_texts(inner), depth - 1)
    return found


def _views(text: str) -> Iterator[str]:
    first, seen = text, {text}
    yield text
    for _ in range(ROUNDS):
        before = text
        for way in WAYS:
            text = way(text)
            if text not in seen:
                seen.add(text)
                yield text
        if text == before:
            break
    yield from (way(view) for view in {first, text} for way in LATE)


def _texts(raw: bytes) -> Iterator[str]:
    yield raw.decode("utf-8", "replace")
    if b"\0" in raw:
        yield raw.replace(b"\0", b"").decode("latin-1")


def _decoded(word: str) -> Iterator[bytes]:
    if len(word) % 2 == 0 and re.fullmatch("[0-9a-fA-F]+", word):
        yield bytes.fromhex(word)
    plain = word.translate(str.maketrans("-_", "+/"))
    for start in range(4):
        part = plain[start:]
        try:
            raw = base64.b64decode(part[: len(part) - (len(part) % 4 == 1)] + "==")
        except binascii.Error:
            continue
        yield raw
        # Behind a word of a path, too.
        for begins in _PACKED.finditer(raw):
            with contextlib.suppress(zlib.error):
                yield zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(raw[begins.start() :])
