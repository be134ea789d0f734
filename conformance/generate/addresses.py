"""Which mail addresses a text could hold, and which of them nobody can receive.

Every message of this suite may make a server send mail. So a message is searched for anything that some reader could
take for an address, however it is written, and each must have a domain that nobody can own. In doubt an address is not
safe: a text that declares entities, or an encoding that is not known here, counts as one. What stands in base64 is
looked into where it is a text. The text of elements without text of their own is not joined. Must never import the
target or the judge.
"""

from __future__ import annotations

import codecs
import html
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from urllib.parse import unquote

from conformance.generate.encoded import RUN, unpacked
from conformance.generate.markup import declares, joined

UNOWNED = (
    "example.com",  # RFC 2606, section 3
    "example.org",
    "example.net",
    "example",  # RFC 2606, section 2
    "test",
    "invalid",
    "x",  # a top level of one letter is never delegated
    "z",
    "z9",  # nor one with a digit, other than xn--
    "zz",  # user-assigned in ISO 3166, so never a country
    "x" * 15,
    "x" * 16,
)
"""Domains that nobody can own; so is everything below them."""

OPAQUE = "@<unread>"
"""Stands for the addresses that a text could hold unseen."""
_ROUNDS = 8
_MARKS = ("@", "&", "%", "\\u", "\\x", "<!", "=?")
"""An `@`, and what begins an escape of one."""
_ESCAPE = re.compile(
    r"(?:(?<!\\)\\+(?:u\{?|x)|%u)"
    r"((?<=\{)[0-9a-fA-F]{1,6}\}|(?<=x)[0-9a-fA-F]{2}|(?<=u)[0-9a-fA-F]{4})"
)
_BLANK = re.compile(r"(?<!\\)\\+[bfnrt]")
_DECLARED = re.compile(r"<\?xml[^<>]{0,200}?\sencoding\s*=\s*[\"']([^\"'<>]{0,80})[\"']")
_EBCDIC = b"\x4c\x6f\xa7\x94"
"""`<?xm` in every kind of EBCDIC."""
_LONG = re.compile(r"&#(?:([xX]?)0+(?=[0-9a-fA-F])|[0-9]{9,})")
"""Zeros that a number begins with, and numbers so long that they are no character and that Python does not read."""
_NO_CHARSETS = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}
_KINDS = ("cp037", "cp273", "cp500", "cp1026", "cp1140")
_WRITTEN = re.compile(r"=\?[^?\s]{1,40}\?[qQ]\?([^?\s]*)\?=")
"""A word as RFC 2047 writes it in a head of a mail, with escapes like `=40`."""
_HEX = re.compile(r"=([0-9a-fA-F]{2})")
_BRACKET = re.compile(r"([()])")
_COMMENT = re.compile(r"\([^()]*\)")
# Each begins only where a run of its characters begins: a long run without an address costs its length once.
_FOLDED = re.compile(r"(?:(?<!\s)\s+)?([.@])\s*")
_DOTS = str.maketrans({"。": ".", "｡": "."})
_ENDS = r"\s\x00-\x1f\x7f\"'`,;:<>()\[\]{}\\/=&?#|@"
_LOCAL = re.compile(rf"[^{_ENDS}]*")
"""Read from the end, on the text turned round."""
_DOMAIN = re.compile(rf"@\s*(\[[^\]]*\]?|[^{_ENDS}]*)")
_HOST = re.compile(r"[\w.-]*")
_ODD = "!$%*+^~"
_BETWEEN = re.compile(r">([^<>]+)(?:<|\Z)")
"""A value between two tags, or behind the last of a broken document."""
_QUOTED = re.compile(r"=\s?(\"[^\"<>]*\"|'[^'<>]*')")
"""The value of an attribute."""
_WORD = re.compile(r"[\w.+-]+\Z")
_NAME = re.compile(r"(?:[\w-]{1,63}\.){1,9}[^\W\d_]{2,63}")
_NESTED = 3
"""Documents in documents are read so deep."""


def unowned(domain: str) -> bool:
    """Nobody can receive mail there: the table has the domain or one above it, or there is no domain at all."""
    name = unicodedata.normalize("NFKC", domain).translate(_DOTS).lower().removesuffix(".")
    return not name or any(name == entry or name.endswith("." + entry) for entry in UNOWNED)


def safe(text: str, recipients: Sequence[str] = ()) -> bool:
    """All that could be an address in the text is unowned or matches one of the globs."""
    return not unsafe(addresses(text), recipients)


def unsafe(found: Sequence[str], recipients: Sequence[str] = ()) -> tuple[str, ...]:
    """Those of the addresses that somebody could receive and that no glob admits."""
    globs = [glob.lower() for glob in recipients]
    return tuple(
        address
        for address in found
        if not unowned(address.rpartition("@")[2]) and not any(fnmatchcase(address.lower(), glob) for glob in globs)
    )


def _could(text: str) -> bool:
    """May a reader take an `@` from it? What stands in base64 apart."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return any(mark in plain for mark in _MARKS)


@lru_cache(maxsize=512)
def addresses(text: str) -> tuple[str, ...]:
    """Everything in the text that could be a mail address, as `local@domain`; either side may be empty.

    The text is read as it stands and again after each round of undoing escapes (JSON, XML, percent, full width),
    so an address that only one reader would see is found.
    """
    if not _could(text) and RUN.search(text) is None:
        return ()
    return (OPAQUE,) if declares(text) else tuple(_within(text, 0))


def _within(text: str, depth: int) -> dict[str, None]:
    values, elements = _parts(text, depth)
    found: dict[str, None] = {}
    for value in values:
        found.update(_value(value, depth + 1))
    for form in _rounds(text, elements):
        found.update(dict.fromkeys(_found(form)))
        for held in unpacked(form):
            if _could(held):
                found.update(dict.fromkeys(address for below in _forms(held) for address in _plain(below)))
    return found


@lru_cache(maxsize=2**12)
def _value(text: str, depth: int) -> dict[str, None]:
    """The messages of a plan differ in one value; all others were read before."""
    return _within(text, depth)


def addresses_in(body: bytes, charset: str = "") -> tuple[str, ...]:
    """The addresses in a message, in each character encoding that it may be in, and in the strings of a JSON text.
    `charset` is what its Content-Type names."""
    found: dict[str, None] = {}
    for text in _texts(body, charset):
        if text is None:
            found[OPAQUE] = None
            continue
        found.update(dict.fromkeys(addresses(text)))
        for string in _strings(text):
            found.update(dict.fromkeys(addresses(string)))
    return tuple(found)


def _parts(text: str, depth: int) -> tuple[Sequence[str], Sequence[str] | None]:
    """The values of a document that are worth a look, and those of its elements that stand in pieces; None for the
    elements of what is no document.

    The tags of a document are those that it has before any escape is undone: `&lt;b` in one value opens nothing that
    the next value could end.
    """
    if not text.lstrip("\ufeff \r\n\t").startswith("<"):
        return (), None
    elements = tuple(joined(text))
    if depth >= _NESTED:
        return (), elements
    values = dict.fromkeys((*_BETWEEN.findall(text), *(one[1:-1] for one in _QUOTED.findall(text)), *elements))
    return [value for value in values if value != text and _could(value)], elements


def _forms(text: str, depth: int = 0) -> Iterator[str]:
    """The text in every way that a reader may take it, and so each of its values."""
    values, elements = _parts(text, depth)
    for value in values:
        yield from _forms(value, depth + 1)
    yield from _rounds(text, elements)


def _rounds(text: str, elements: Sequence[str] | None) -> Iterator[str]:
    seen: set[str] = set()
    while text not in seen and len(seen) < _ROUNDS:
        yield text
        # What has no '@' in this round holds no address yet.
        if "@" in text:
            yield from _read(text, joined(text) if elements is None else () if seen else elements)
        seen.add(text)
        text = _unescaped(text)


def _read(text: str, elements: Iterable[str]) -> Iterator[str]:
    """The text, and each element of it, without what a reader of mail skips."""
    for part in (text, *elements):
        if part is not text:
            yield part
        folded = _folded(part)
        if folded != part:
            yield folded
        if "(" in folded:
            yield _folded(_uncommented(part))


def _plain(text: str) -> Iterator[str]:
    """The addresses beyond doubt: words and identifiers read as base64 hold an `@` now and then, hardly ever one."""
    start = 0
    while (place := text.find("@", start)) >= 0:
        start = place + 1
        word, name = _WORD.search(text[max(0, place - 64) : place]), _NAME.match(text, start)
        if word is not None and name is not None:
            yield f"{word[0]}@{name[0]}"


def _folded(text: str) -> str:
    """Without what RFC 5322 lets stand between the parts of an address: comments and blanks."""
    text = _COMMENT.sub("", text)
    parts = text.replace("@", ".").split(".")
    # An expression that may begin anywhere takes its time over a long text; most have nothing to fold.
    blanks = any(part[:1].isspace() or part[-1:].isspace() for part in parts)
    return _FOLDED.sub(r"\1", text) if blanks else text


def _uncommented(text: str) -> str:
    """Without comments, whatever comments stand in them."""
    kept: list[str] = []
    begun: list[int] = []
    for piece in _BRACKET.split(text):
        if piece == ")" and begun:
            del kept[begun.pop() :]
            continue
        if piece == "(":
            begun.append(len(kept))
        kept.append(piece)
    return "".join(kept)


def _unescaped(text: str) -> str:
    if "=?" in text:
        text = _WRITTEN.sub(lambda word: _HEX.sub(lambda found: chr(int(found[1], 16)), word[1]), text)
    if "\\" in text or "%" in text:
        text = _BLANK.sub(" ", _ESCAPE.sub(_escaped, text))
    if "&" in text:
        text = html.unescape(_LONG.sub(r"&#\1", text))
    text = unquote(text)
    return text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_DOTS)


def _escaped(match: re.Match[str]) -> str:
    point = int(match[1].rstrip("}"), 16)
    return chr(point) if point < 0x110000 else match[0]


def _found(text: str) -> Iterator[str]:
    start = 0
    while (
        (place := text.find("@", start)) >= 0
        and (before := _LOCAL.match(text[start:place][::-1]))
        and (match := _DOMAIN.match(text, place))
    ):
        local, domain = before[0][::-1], match[1].rstrip(_ODD)
        yield f"{local}@{domain}"
        host = _HOST.match(domain)
        # Where the domain holds a character that no host name has, a reader may stop at it.
        if host is not None and host[0] and host[0] != domain:
            yield f"{local}@{host[0]}"
        # An '@' that ends this match may begin the next, with this domain for its local part.
        start = match.start(1)


def _texts(body: bytes, charset: str) -> Iterator[str | None]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("latin-1")
    yield text
    wide = b"\0" in body or body.startswith((b"\xfe\xff", b"\xff\xfe"))
    names = ["utf-16", "utf-16-le", "utf-16-be", "utf-32"] if wide else []
    names += _KINDS if body.startswith(_EBCDIC) else ()
    names += ["utf-7"] if body.startswith(b"+/v") else []
    texts = [body.decode(name, "replace").removeprefix("\ufeff") for name in names]
    yield from texts
    declared = (found[1] for found in map(_DECLARED.search, (text, *texts)) if found)
    for name in dict.fromkeys(name.strip().lower() for name in (charset, *declared) if name):
        yield _in(body, name)


def _in(body: bytes, name: str) -> str | None:
    """The body in an encoding that it claims to be in; None where that is none that is read here."""
    try:
        if codecs.lookup(name).name in _NO_CHARSETS:
            return None
        return body.decode(name, "replace")
    except (LookupError, ValueError):
        return None


def _strings(text: str) -> Iterator[str]:
    """Names and strings of a JSON text, duplicates included; none where it is not JSON."""
    found: list[str] = []

    def keep(pairs: list[tuple[str, object]]) -> None:
        for name, value in pairs:
            found.append(name)
            walk(value)

    def walk(value: object) -> None:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    try:
        walk(json.loads(text, strict=False, object_pairs_hook=keep, parse_int=len, parse_float=len))
    except (ValueError, RecursionError):
        return
    yield from found
