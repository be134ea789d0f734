"""What must never be written down, and how it is taken out of text, bytes and headers.

A secret is looked for in every form that a message or a library gives it: plain, with the escapes of JSON, XML and
URLs, also one over another, in base64 at any alignment, in UTF-16, misread in another character encoding. The
collection never shows what it holds. Standard library and model only.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from conformance.model import Field, Headers
from conformance.target.escapes import layers
from conformance.target.spellings import pattern

MASK = "•••"
_SENSITIVE = re.compile(
    r"^(authorization|proxy-authorization|cookie|set-cookie|x-api-key)$|token|secret|passw|api-?key|clave|contrase",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"(?i)(basic|bearer|digest|negotiate|ntlm|token|apikey|hmac|aws4-hmac-sha256)\s+(?=\S)")


_BREAK = r"(?:\r|\n|\\+[rn]|&#(?:x0*[aAdD]|0*1[03]);|%0[aAdD])"
BREAKS = re.compile(_BREAK)
"""Ends of lines, plain and as JSON, XML and URLs escape them."""
_WORD = "[A-Za-z0-9+/_-]"
RUNS = re.compile(rf"{_WORD}{{16,}}(?:(?<={_WORD}{{40}}){_BREAK}+(?:{_WORD}{{40,}}{_BREAK}+)*{_WORD}*)?={{0,2}}")
"""What may be base64: a word, or words that fill lines. A pattern that begins with a plain word is quick to look for,
and what it finds is whole, since that is the longest from the leftmost place."""
URL_ALPHABET = str.maketrans("-_", "+/")
REMEMBERED = 2048
"""Texts, and as many words of them, that a collection has masked before: a run says most of what it says often."""
LONGEST = 512
"""Characters of a text that is remembered."""
BODIES, LONGEST_BODY = 256, 2**14
"""The same of bodies: many answers are the same bytes."""


class Secrets:
    """An immutable collection of strings to mask."""

    __slots__ = ("__bodies", "__known", "__pattern", "__values", "__within")

    def __init__(self, values: Iterable[str] = ()) -> None:
        self.__values = frozenset(value for value in values if value)
        self.__pattern = pattern(self.__values) if self.__values else None
        self.__known = lru_cache(maxsize=REMEMBERED)(self.__masked)
        self.__bodies = lru_cache(maxsize=BODIES)(self.__body)
        self.__within = lru_cache(maxsize=REMEMBERED)(self.__holds)

    def __repr__(self) -> str:
        return f"Secrets({len(self.__values)})"

    def __len__(self) -> int:
        return len(self.__values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secrets) and self.__values == other.__values

    def __hash__(self) -> int:
        return hash(self.__values)

    def __reduce__(self) -> str:
        raise TypeError("secrets are not written down")

    def __deepcopy__(self, memo: object) -> Secrets:
        return self

    def __copy__(self) -> Secrets:
        return self

    def add(self, *values: str) -> Secrets:
        """A collection that holds these as well; the same one where it holds them already."""
        return self if self.__values.issuperset(filter(None, values)) else Secrets({*self.__values, *values})

    def join(self, other: Secrets) -> Secrets:
        """The secrets of both."""
        return self.add(*other.__values)

    @staticmethod
    def for_values(values: Mapping[str, Any], fields: Iterable[Field]) -> Secrets:
        """The values of members that the contract marks `secret`."""
        return Secrets(_marked(values, tuple(fields)))

    @staticmethod
    def for_names(values: Mapping[str, Any]) -> Secrets:
        """The texts whose name says that they are secret, whatever a contract knows of them."""
        return Secrets(value for name, value in values.items() if _SENSITIVE.search(name) and isinstance(value, str))

    @staticmethod
    def for_headers(headers: Headers) -> Secrets:
        """What the headers hold that are masked by name, so that it is masked too where a server sends it back."""
        return Secrets(part for name, value in headers if _SENSITIVE.search(name) for part in _credentials(value))

    def mask(self, text: str) -> str:
        """The text without the secrets. Half a surrogate pair, which no file can hold, is written as its escape."""
        if not text.isascii():
            text = text.encode("utf-8", "backslashreplace").decode()
        return self.__known(text) if len(text) <= LONGEST else self.__masked(text)

    def __masked(self, text: str, mask: str = MASK) -> str:
        if self.__pattern is None:
            return text
        text = self.__pattern.sub(mask, text)
        text = RUNS.sub(lambda run: mask if self.__in_run(run[0]) else run[0], text)
        found = sorted(
            layer.source(*match.span()) for layer in layers(text) for match in self.__pattern.finditer(layer.text)
        )
        parts: list[str] = []
        last = 0
        for start, end in found:
            if start >= last:
                parts += (text[last:start], mask)
            last = max(last, end)
        return "".join((*parts, text[last:]))

    def __in_run(self, run: str) -> bool:
        return self.__within(run) if len(run) <= LONGEST else self.__holds(run)

    def __holds(self, run: str) -> bool:
        """Does the base64 hold a secret that is not its own bytes: escaped, or cut by the end of a line?"""
        bare = BREAKS.sub("", run).translate(URL_ALPHABET).rstrip("=")
        try:
            raw = base64.b64decode(bare[: len(bare) - (len(bare) % 4 == 1)] + "==", validate=False)
        except ValueError:
            return False
        inner = raw.decode("utf-8", "surrogateescape") if _valid(raw) else raw.decode("latin-1")
        if self.__pattern is None:
            return False
        return self.__pattern.search(inner) is not None or any(
            self.__pattern.search(layer.text) is not None for layer in layers(inner)
        )

    def mask_bytes(self, body: bytes) -> bytes:
        """The body without the secrets, in the character encoding that it is in."""
        if self.__pattern is None:
            return body
        return self.__bodies(body) if len(body) <= LONGEST_BODY else self.__body(body)

    def __body(self, body: bytes) -> bytes:
        body = self.__masked(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        for name in () if _valid(body) else ("latin-1", "cp1252"):
            try:
                text = body.decode(name)
            except UnicodeDecodeError:
                continue
            body = self.__masked(text, MASK.encode().decode(name)).encode(name)
        if b"\0" in body:
            # Bytes of one order, read from an odd place, look like the other: the even places come first.
            for start in (0, 1):
                for name in ("utf-16-le", "utf-16-be"):
                    body = self.__wide(body, name, start)
        return body

    def __wide(self, body: bytes, name: str, start: int) -> bytes:
        end = start + (len(body) - start) // 2 * 2
        try:
            text = body[start:end].decode(name, "surrogatepass")
        except UnicodeDecodeError:
            return body
        masked = self.__masked(text)
        return body if masked == text else body[:start] + masked.encode(name, "surrogatepass") + body[end:]

    def mask_headers(self, headers: Headers) -> Headers:
        """The headers without the secrets; of those that carry credentials only the scheme is left."""
        return tuple((name, self.__header(name, value)) for name, value in headers)

    def __header(self, name: str, value: str) -> str:
        if not value or not _sensitive(name):
            return self.mask(value)
        scheme = _SCHEME.match(value) if "authorization" in name.lower() else None
        return (scheme[0] if scheme else "") + MASK


@lru_cache(maxsize=256)
def _sensitive(name: str) -> bool:
    return _SENSITIVE.search(name) is not None


def _marked(values: Mapping[str, Any], fields: tuple[Field, ...]) -> Iterator[str]:
    for field in fields:
        value = values.get(field.name)
        if "secret" in field.marks and isinstance(value, (str, int)) and not isinstance(value, bool):
            yield str(value)
        items = value if isinstance(value, list) else [value]
        below = field.fields or (field.item.fields if field.item else ())
        for item in items:
            if isinstance(item, Mapping):
                yield from _marked(item, below)


def _credentials(value: str) -> Iterator[str]:
    """A header's value without its scheme; of Basic credentials the password as well."""
    scheme = _SCHEME.match(value)
    rest = (value[scheme.end() :] if scheme else value).strip()
    if rest.startswith("${"):
        return
    yield rest
    if scheme and scheme[1].lower() == "basic":
        try:
            _, _, password = base64.b64decode(rest, validate=True).decode("utf-8").partition(":")
        except ValueError:
            return
        yield password


def _valid(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
