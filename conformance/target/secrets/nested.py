"""Bytes inside of text and of other bytes: base64, hexadecimal, gzip, and the encodings of wide characters, undone.

What is secret may come back inside of any of them, also one in another. Nothing here knows what a secret is. Standard
library only.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator

_BREAK = r"(?:(?:\r|\n|\\+[rn]|&#(?:x0*[aAdD]|0*1[03]);|%0[aAdD])[ \t]*)"
BREAKS = re.compile(_BREAK)
"""Ends of lines, plain and as JSON, XML and URLs escape them."""
_WORD = "[A-Za-z0-9+/_-]"
WORDS = re.compile(rf"{_WORD}{{16,}}(?:(?<={_WORD}{{40}}){_BREAK}+(?:{_WORD}{{40,}}{_BREAK}+)*{_WORD}*)?={{0,2}}")
"""What may be base64: a word, or words that fill lines. A pattern that begins with a plain word is quick to look for,
and what it finds is whole, since that is the longest from the leftmost place."""
_HEX = re.compile(r"[0-9a-fA-F]{16,}")
_URL_ALPHABET = str.maketrans("-_", "+/")
DEPTH = 3
"""Codings of bytes, one inside of another, that are undone."""
_UNPACKED = 2**20
"""Bytes that are read of something packed."""
_PACKED = (b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")


def bare(word: str) -> str:
    """The word of base64 in one alphabet, on one line, without padding."""
    return BREAKS.sub("", word).translate(_URL_ALPHABET).rstrip("=")


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


def unpacked(raw: bytes) -> bytes:
    """What the bytes say unpacked, as far as they are read; nothing where they are not packed."""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(raw, _UNPACKED) if packed(raw) else b""
    except zlib.error:
        return b""


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
