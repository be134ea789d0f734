"""What must never be written down, and how it is taken out of text, bytes and headers.

A secret is looked for in every form that a message or a library gives it: plain, with the escapes of JSON, XML and
URLs, also one over another, in base64 at any alignment, in UTF-16, misread in another character encoding. The
collection never shows what it holds. Standard library and model only.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from typing import Any

from conformance.model import Field, Headers
from conformance.target.escapes import layers

MASK = "•••"
_SHORT = 4
_CORE = 6
"""The least number of base64 characters that are taken for a part of a secret."""
_SENSITIVE = re.compile(
    r"^(authorization|proxy-authorization|cookie|set-cookie|x-api-key)$|token|secret|passw|api-?key|clave|contrase",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"(?i)(basic|bearer|digest|negotiate|ntlm|token|apikey|hmac|aws4-hmac-sha256)\s+(?=\S)")
_UUID = re.compile(r"(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_NOT_ASCII = re.compile(r"([?\ufffd]*[^\x00-\x7f][^\x00-\x3e\x40-\x7f]*)")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
_LETTERS = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}


class Secrets:
    """An immutable collection of strings to mask."""

    __slots__ = ("__pattern", "__values")

    def __init__(self, values: Iterable[str] = ()) -> None:
        self.__values = frozenset(value for value in values if value)
        self.__pattern = _pattern(self.__values) if self.__values else None

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
    def for_headers(headers: Headers) -> Secrets:
        """What the headers hold that are masked by name, so that it is masked too where a server sends it back."""
        return Secrets(part for name, value in headers if _SENSITIVE.search(name) for part in _credentials(value))

    def mask(self, text: str) -> str:
        """The text without the secrets. Half a surrogate pair, which no file can hold, is written as its escape."""
        if not text.isascii():
            text = text.encode("utf-8", "backslashreplace").decode()
        return self.__masked(text)

    def __masked(self, text: str, mask: str = MASK) -> str:
        if self.__pattern is None:
            return text
        text = self.__pattern.sub(mask, text)
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

    def mask_bytes(self, body: bytes) -> bytes:
        """The body without the secrets, in the character encoding that it is in."""
        if self.__pattern is None:
            return body
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
        if not value or not _SENSITIVE.search(name):
            return self.mask(value)
        scheme = _SCHEME.match(value) if "authorization" in name.lower() else None
        return (scheme[0] if scheme else "") + MASK


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


def _pattern(values: frozenset[str]) -> re.Pattern[str]:
    """One expression for all forms of all secrets; the longest first, since one may be a part of another."""
    forms: dict[str, int] = {}
    for value in values:
        for said in _readings(value):
            whole = "".join(map(_char, said))
            forms.setdefault(rf"(?<![^\W_]){whole}(?![^\W_])" if len(said) < _SHORT else whole, len(said))
        if not value.isascii() and sum(char.isascii() and char.isalnum() for char in value) >= _SHORT:
            # As a server writes it whose character encoding lacks a letter.
            forms.setdefault(_lost(value), len(value))
        for core in _cores(value):
            forms.setdefault("".join(map(_base64_char, core)), len(core))
    ordered = sorted(forms, key=lambda form: (-forms[form], form))
    return re.compile("|".join(ordered))


def _readings(value: str) -> Iterator[str]:
    """The secret as it is, as a reader has it who undoes escapes that it holds, and its UTF-8 misread byte by byte."""
    yield value
    yield from (layer.text for layer in layers(value) if len(layer.text) >= _SHORT)
    if _UUID.fullmatch(value):
        yield from (value.lower(), value.upper(), value.replace("-", "").lower())
    if value.isascii():
        return
    # What is a control character by its number is a letter of windows-1252 to readers of HTML.
    yield "".join(unescape(f"&#{ord(char)};") if "\x80" <= char < "\xa0" else char for char in value)
    for name in ("latin-1", "cp1252"):
        try:
            yield value.encode("utf-8").decode(name)
        except UnicodeError:
            continue


def _lost(value: str) -> str:
    """The secret with question marks for what is not ASCII; one count for those in a row: they match in one way."""
    parts = _NOT_ASCII.split(value)
    return "".join(
        rf"[?\ufffd]{{1,{4 * len(part)}}}" if number % 2 else "".join(map(_char, part))
        for number, part in enumerate(parts)
    )


def _char(char: str) -> str:
    """The ways in which one character is written, one layer deep; `layers` finds the others."""
    if char.isascii() and char.isalnum():
        return char
    code = ord(char)
    units = char.encode("utf-16-be", "surrogatepass")
    # Backslashes are counted: without an end, a long run of them would be read again from each of its places.
    escaped = "".join(rf"\\{{1,8}}u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))
    percent = "".join(f"%(?:25)?{byte:02x}" for byte in char.encode("utf-8", "surrogatepass"))
    entity = f"&#(?:0{{0,8}}{code}|x0{{0,8}}{code:x});"
    # A backslash stands for itself alone here: several that may be any number each match in too many ways.
    plain = re.escape(char) if char == "\\" else rf"\\{{0,8}}{re.escape(char)}"
    ways = [plain, f"(?i:{escaped})", f"(?i:{percent})", f"(?i:{entity})"]
    if char in _ENTITIES:
        ways.append(f"&(?:amp;)?{_ENTITIES[char][1:]}")
    if char in _LETTERS:
        ways.append(rf"\\{{1,8}}{_LETTERS[char]}")
    if char == " ":
        ways.append(r"\+")
    return f"(?:{'|'.join(ways)})"


def _cores(value: str) -> Iterator[str]:
    """What of the base64 of a longer text is this secret, for each of the three places that it can start at."""
    for name in ("utf-8",) if value.isascii() else ("utf-8", "latin-1"):
        try:
            raw = value.encode(name, "surrogatepass")
        except UnicodeEncodeError:
            continue
        if len(raw) >= _SHORT:
            yield from _of_bytes(raw)


def _of_bytes(raw: bytes) -> Iterator[str]:
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).decode()
        first = -(-offset * 8 // 6)
        last = (offset + len(raw)) * 8 // 6
        if last - first >= _CORE or (offset == 0 and last - first >= _SHORT + 1):
            yield encoded[first:last]


def _base64_char(char: str) -> str:
    """Both alphabets of base64, and the escapes of URLs and JSON for what is no letter."""
    if char == "+":
        return r"(?:\+|-|%2[bB]|\\u002[bB])"
    if char == "/":
        return r"(?:\\?/|_|%2[fF])"
    return char
