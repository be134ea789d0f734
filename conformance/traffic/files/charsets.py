"""Text as bytes again, in the charset that it says it has: a recorder turned it into Unicode. Pure."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from conformance.model import Headers

_CHARSET = re.compile(r""";\s*charset\s*=\s*["']?([\w.:+-]{1,40})""", re.IGNORECASE)
_DECLARED = re.compile(r"""\ufeff?<\?xml\s[^>]{0,200}?\bencoding\s*=\s*["']([\w.-]{1,40})["']""")
_NOT_OF_TEXT = frozenset(
    ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "utf-7", "palmos")
)
_UTF8 = frozenset(("utf-8", "utf-8-sig"))


def charset_of(text: str, media: str) -> str:
    """The charset that the media type names, else the XML declaration; Python's name of it, empty where it is UTF-8,
    none, or one that Python does not know."""
    named = _CHARSET.search(media) or _DECLARED.match(text)
    return _known(named[1]) if named is not None else ""


@lru_cache(256)
def _known(name: str) -> str:
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    # Some codecs of Python turn bytes into bytes, or are no charsets.
    known = getattr(codec, "_is_text_encoding", True) and codec.name not in _NOT_OF_TEXT
    return codec.name if known and codec.name not in _UTF8 else ""


def in_its_charset(text: str, media: str) -> bytes | None:
    """The bytes, where they differ from UTF-8 and the charset has all the characters."""
    charset = charset_of(text, media)
    if not charset or (text.isascii() and not charset.startswith(("utf-16", "utf-32", "cp037", "cp500", "cp1140"))):
        return None
    try:
        return text.encode(charset)
    except (UnicodeError, ValueError):
        return None


def in_utf_8(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    """A body of which a recorder kept the text, as UTF-8 with a label that says so: which bytes went over the wire
    nobody knows, whatever charset they were said to be in."""
    media = next((value for name, value in headers if name.lower() == "content-type"), "")
    charset = charset_of(body[:400].decode("latin-1").replace("\xef\xbb\xbf", "\ufeff"), media)
    if not charset:
        return headers, body
    try:
        wide = charset.startswith(("utf-16", "utf-32")) and b"\0" in body
        text = body.decode(charset if wide else "utf-8")
    except UnicodeDecodeError:
        try:
            text = body.decode(charset)
        except UnicodeDecodeError:
            return headers, body
    label = f"{_CHARSET.sub('', media)}; charset=utf-8"
    told = tuple((name, label if name.lower() == "content-type" else value) for name, value in headers)
    return told, text.removeprefix("\ufeff").encode()


def longest(utf8: bytes, rebuilt: bytes | None) -> int:
    """The most bytes that the body may have had, if this is all of its text, in its charset or in UTF-8: a recorder
    leaves out its mark of order, and a charset may take more bytes than UTF-8."""
    return max(len(utf8) + 3, len(rebuilt) + 4 if rebuilt is not None else 0)


def writable(text: str) -> str:
    """The text without halves of surrogate pairs, which nothing could write down."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
