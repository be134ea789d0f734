"""Bytes inside of text and of other bytes: base64, hexadecimal, gzip, and the encodings of wide characters, undone.

What is secret may come back inside of any of them, also one in another. Nothing here knows what a secret is. Standard
library only.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterable, Iterator
from itertools import islice

_BREAK = r"(?:(?:\r|\n|\\+[rn]|&#(?:x0*[aAdD]|0*1[03]);|%0[aAdD])[ \t]*)"
_BREAKS = re.compile(rf"{_BREAK}|[ \t]+")
"""Ends of lines, plain and as JSON, XML and URLs escape them, and the blanks that they become in a text put on one
line."""
_WORD = "[A-Za-z0-9+/_-]"
FULL = 40
"""Characters of a word that fills a line."""
_LINE = rf"{_WORD}{{{FULL},}}"
WORDS = re.compile(rf"{_WORD}{{16,}}(?:(?<={_WORD}{{{FULL}}}){_BREAK}+(?:{_LINE}{_BREAK}+)*{_WORD}*)?={{0,2}}")
"""What may be base64: a word, or words that fill lines. A pattern that begins with a plain word is quick to look for,
and what it finds is whole, since that is the longest from the leftmost place."""
_JOINED = re.compile(rf"(?<!{_WORD}){_LINE}+(?:[ \t]++{_LINE}+)*+(?:[ \t]++{_WORD}++)?+={{0,2}}")
_HEX = re.compile(r"[0-9a-fA-F]{16,}")
_URL_ALPHABET = str.maketrans("-_", "+/")
DEPTH = 3
"""Codings of bytes, one inside of another, that are undone."""
_UNPACKED = 2**20
"""Bytes that are read of something packed."""
_PACKED = (b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_BEGINS = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
_BEFORE = 192
"""Bytes that may stand before something packed: what a path or a name before the word of base64 decodes to."""
_BEGUN = 4
"""Places there that look like the beginning of something packed and are tried."""


def bare(word: str) -> str:
    """The word of base64 in one alphabet, on one line, without padding."""
    return _BREAKS.sub("", word).translate(_URL_ALPHABET).rstrip("=")


def joined(text: str, words: Iterable[str]) -> Iterator[re.Match[str]]:
    """Words that filled lines before the text was put on one; `words` are those that were found in it. They may be
    words of their own as well: whoever masks them looks for everything else first, so as not to tear it."""
    if any(len(word) >= FULL for word in words):
        yield from (run for run in _JOINED.finditer(text) if any(blank in run[0] for blank in " \t"))


def decoded(word: str) -> Iterator[bytes]:
    """What the word says as base64, and what is hexadecimal in it: from every place that it may begin at, since what
    stands before it may look like a part of it."""
    digits = bare(word)
    for start in range(4):
        part = digits[start:]
        try:
            yield base64.b64decode(part[: len(part) - (len(part) % 4 == 1)] + "==", validate=False)
        except ValueError:
            return
    for found in _HEX.finditer(digits):
        for start in (0, 1):
            part = found[0][start:]
            yield bytes.fromhex(part[: len(part) // 2 * 2])


def packed(raw: bytes) -> bool:
    """Do the bytes look like gzip, or like zlib?"""
    return raw.startswith(_PACKED)


def unpacked(raw: bytes) -> Iterator[bytes]:
    """What the bytes say unpacked, as far as they are read: from all places near their start where something packed may
    begin."""
    for found in islice(_BEGINS.finditer(raw, 0, _BEFORE), _BEGUN):
        try:
            inner = zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(raw[found.start() :], _UNPACKED)
        except zlib.error:
            continue
        if inner:
            yield inner


def texts(raw: bytes, *, wide: bool) -> Iterator[str]:
    """The texts that the bytes may be. `wide` asks for letters that Latin-1 has not."""
    if b"\0" not in raw:
        yield raw.decode("utf-8", "surrogateescape") if is_utf_8(raw) else raw.decode("latin-1")
        return
    # Of two or four bytes a letter those of Latin-1 have one that is not nothing.
    yield raw.replace(b"\0", b"").decode("latin-1")
    for name in ("utf-16-le", "utf-16-be") if wide else ():
        yield raw.decode(name, "replace")


def is_utf_8(raw: bytes) -> bool:
    """Are the bytes text in UTF-8?"""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
