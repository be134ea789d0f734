"""JSON texts: spellings of the baseline, and bodies that are no such text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import simplejson

from conformance.codecs import json as codec
from conformance.generate.envelopes.text import (
    ACCENTED,
    Text,
    accented,
    halved,
    observed,
    refused,
    rewritten,
    spelt,
    words,
)
from conformance.generate.subject import Subject
from conformance.model import Tree

_SLOT = "the value of the first member"
_QUOTE = re.compile(r'\\.|"')


def texts(subject: Subject) -> Iterator[Text]:
    """Every text that is tried."""
    yield from _spellings(subject)
    yield from _malformed(subject)


def _spellings(subject: Subject) -> Iterator[Text]:
    base = subject.baseline()
    compact = subject.encode(base).decode()
    yield rewritten(subject, "white-space", "white space between all tokens and around the text", _spaced)
    yield rewritten(subject, "order", "the members in reverse order", _backwards)
    name = words(subject)
    if name is not None:
        text = str(base[name])
        units = text.encode("utf-16-be").hex()
        escaped = "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
        body = compact.replace(subject.encode(text).decode(), f'"{escaped}"', 1)
        yield spelt("spelling", "escapes", f"{name} written in \\u escapes", body.encode())
        yield accented(subject, name)
        plain = json.dumps(json.loads(subject.encode(base | {name: ACCENTED})))
        yield spelt("non-ascii", "escaped", f"{name} = {ACCENTED!r} in escapes", plain.encode())


def _spaced(body: bytes) -> bytes:
    members = simplejson.loads(body, use_decimal=True)
    wide = simplejson.dumps(members, use_decimal=True, indent="\t", ensure_ascii=False, separators=(" , ", " : "))
    return f" \r\n{wide}\n".encode()


def _backwards(body: bytes) -> bytes:
    members = simplejson.loads(body, use_decimal=True)
    return codec.encode(dict(reversed(members.items())))


def _malformed(subject: Subject) -> Iterator[Text]:
    base = subject.baseline()
    text = subject.encode(base).decode()

    yield refused("malformed", "truncated", "the text ends after its first half", halved(subject))
    yield refused("malformed", "unclosed", "the last brace left out", text[:-1].encode())
    if base:
        yield from _broken(subject, base, text)
    yield refused("malformed", "other-format", "an XML element", b"<policy/>")
    yield observed("comment", "a comment in front", f"/* policy */ {text}".encode())
    yield observed("trailing-bytes", "a word after the text", f"{text} end".encode())
    yield observed("single-quotes", "single quotes for double", _single(text).encode())
    yield observed("byte-order-mark", "a byte order mark in front", b"\xef\xbb\xbf" + text.encode())
    yield refused("empty-body", "nothing", "no body at all", b"")
    yield refused("empty-body", "white-space", "white space alone", b" \r\n ")
    yield refused("empty-body", "null", "null", b"null")
    yield refused("empty-body", "object", "an empty object", b"{}")
    yield refused("request-root", "list", "the message in a list", f"[{text}]".encode())
    yield refused("request-root", "empty-list", "an empty list", b"[]")
    yield refused("request-root", "string", "a string", b'"policy"')
    yield refused("request-root", "number", "a number", b"5")


def _broken(subject: Subject, base: dict[str, Tree], text: str) -> Iterator[Text]:
    first = next(iter(base))
    yield refused("malformed", "bare-word", "a bare word for a value", _swap(subject, base, "policy"))
    yield refused("malformed", "no-colon", "a member without its colon", text.replace(":", " ", 1).encode())
    yield observed("trailing-comma", "a comma after the last member", f"{text[:-1]},}}".encode())
    again = f"{text[:-1]},{json.dumps(first)}:{json.dumps(base[first], default=str)}}}"
    yield observed("twice", f"{first} twice, with one value", again.encode())
    yield observed("plus-sign", "a number with a plus sign", _plus(subject, base).encode())
    yield observed("not-a-number", "NaN for a value", _swap(subject, base, "NaN"))


def _swap(subject: Subject, base: dict[str, Tree], token: str) -> bytes:
    """The text with the value of its first member replaced by a bare token."""
    first = next(iter(base))
    return subject.encode(base | {first: _SLOT}).replace(f'"{_SLOT}"'.encode(), token.encode(), 1)


def _single(text: str) -> str:
    """The text with single quotes around its strings; what the strings hold stays."""
    return _QUOTE.sub(lambda found: "'" if found[0] == '"' else found[0], text)


def _plus(subject: Subject, base: dict[str, Tree]) -> str:
    number = next(
        (name for name, value in base.items() if isinstance(value, int) and not isinstance(value, bool)), None
    )
    text = subject.encode(base).decode()
    return text if number is None else text.replace(f'"{number}":', f'"{number}":+', 1)
