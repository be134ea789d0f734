"""What must never be written down, and how it is taken out of text, bytes and headers.

A secret is looked for in every form that a message or a library gives it: plain, in any case, with the escapes of JSON,
XML, URLs and mail, also one over another, cut by a comment, in base64 at any alignment, in hexadecimal, in base64 of
that or of a packed body, in UTF-16 and UTF-32, misread in another character encoding. What a server makes of a secret
that cannot be undone, such as a hash of its own, is no form of it.

Some texts are no secret, whoever marks them: nothing, a single character, and `true`, `false` and `null`. They are
guessed at once, and stand in every answer: what their mask would hide is the report. Two or three characters are masked
where they stand alone; anything longer wherever it is.

The collection never shows what it holds. Standard library and model only.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from secrets import token_bytes
from typing import Any

from conformance.model import Field, Headers
from conformance.target.secrets.escapes import views
from conformance.target.secrets.nested import (
    DEPTH,
    FULL,
    WORDS,
    bare,
    decoded,
    is_utf_8,
    joined,
    packed,
    texts,
    unpacked,
)
from conformance.target.secrets.spellings import cased, low, lowered

MASK = "•••"
OPEN = frozenset({"true", "false", "null"})
"""Words of the formats themselves, in any case."""
_SENSITIVE = re.compile(
    r"^(authorization|proxy-authorization|cookie|set-cookie|x-api-key)$|token|secret|passw|api-?key|clave|contrase",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"(?i)(basic|bearer|digest|negotiate|ntlm|token|apikey|hmac|aws4-hmac-sha256)\s+(?=\S)")

REMEMBERED = 2048
"""Texts, and as many words of them, that a collection has masked before: a run says most of what it says often."""
LONGEST = 512
"""Characters of a text that is remembered."""
HEARD, LEAST_HEARD, LONGEST_HEARD = 8, 8, 256
"""Values of an answer's own headers that are masked in it, and their characters: of a shorter one, such as a language,
nobody could tell what its mask hides; more and longer ones are no session's."""
BODIES, LONGEST_BODY = 256, 2**14
"""The same of bodies: many answers are the same bytes."""
Forms = tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]]
MOST_APART = 12
"""Expressions of a collection that others may be added to, before they are made into one."""
WITH = 16
"""Collections for answers that are kept: many answers set the same cookie."""
_WIDE = tuple((name, start) for start in (0, 1) for name in ("utf-16-le", "utf-16-be"))
_KEY, _NAME = token_bytes(32), token_bytes(4).hex()
"""Of this process alone: nobody can guess from what it makes of a text what that was."""


class Secrets:
    """An immutable collection of strings to mask, and what was issued for one request each, which it shares with the
    collections that are made from it."""

    __slots__ = (
        *("__base", "__beyond", "__bodies", "__first", "__issued", "__known"),
        *("__ready", "__values", "__with", "__within"),
    )

    def __init__(
        self, values: Iterable[str] = (), issued: set[str] | None = None, below: Secrets | None = None
    ) -> None:
        own = frozenset(value for value in values if not why_open(value))
        self.__values: frozenset[str] = own if below is None else own | below.__values
        self.__issued: set[str] = set() if issued is None else issued
        self.__beyond = any(char > "\xff" for value in self.__values for char in value)
        self.__base = below
        self.__first: Secrets | None = None
        self.__ready: Forms | None = None
        self.__with = lru_cache(maxsize=WITH)(self.__then)
        self.__known = lru_cache(maxsize=REMEMBERED)(self.__masked)
        self.__bodies = lru_cache(maxsize=BODIES)(self.__body)
        self.__within = lru_cache(maxsize=REMEMBERED)(self.__in_word)

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
        return self.__and(frozenset(values) - self.__values)

    def heard(self, headers: Headers) -> Secrets:
        """A collection for one answer, which holds as well what its own headers say in secret, such as the cookie of a
        session, which the body may say again."""
        named = (pair for pair in headers if _sensitive(pair[0]))
        said = (part for name, value in named for part in _credentials(name, value))
        more = tuple(part for part in said if LEAST_HEARD <= len(part) <= LONGEST_HEARD)[:HEARD]
        return self.__with(frozenset(more) - self.__values) if more else self

    def __then(self, more: frozenset[str]) -> Secrets:
        if all(map(why_open, more)):
            return self
        # What a server says is masked last: it may say a part of what hides a secret, and so tear that.
        made = Secrets(more, self.__issued)
        made.__first = self
        return made

    def __and(self, more: frozenset[str]) -> Secrets:
        if all(map(why_open, more)):
            return self
        # To make the expressions of all takes longer than an exchange may; to look for each apart, longer in time.
        if self.__ready is None or len(self.__ready[0]) > MOST_APART:
            return Secrets(self.__values | more, self.__issued)
        return Secrets(more, self.__issued, self)

    def __forms(self) -> Forms:
        """The expressions to look for. They are made when they are first needed."""
        if self.__ready is None:
            below = self.__base
            own = self.__values - (below.__values if below is not None else frozenset())
            first, other = below.__forms() if below is not None else ((), ())
            self.__ready = ((*lowered(own), *first), (*cased(own), *other))
        return self.__ready

    def join(self, other: Secrets) -> Secrets:
        """The secrets of both."""
        return self.add(*other.__values)

    @staticmethod
    def for_values(values: Mapping[str, Any], fields: Iterable[Field]) -> Secrets:
        """The values of members that the contract marks `secret`."""
        return Secrets(value for _, value in marked(values, tuple(fields)))

    @staticmethod
    def for_names(values: Mapping[str, Any]) -> Secrets:
        """The texts whose name says that they are secret, whatever a contract knows of them."""
        return Secrets(value for name, value in values.items() if _SENSITIVE.search(name) and isinstance(value, str))

    @staticmethod
    def for_headers(headers: Headers) -> Secrets:
        """What the headers hold that are masked by name, so that it is masked too where a server sends it back."""
        return Secrets(part for name, value in headers if _SENSITIVE.search(name) for part in _credentials(name, value))

    def issue(self, *words: str) -> None:
        """Words of base64 that nobody could know before now, each for one request: a digest, a nonce. They are masked
        where they stand as a word, from now on."""
        self.__issued.update(map(bare, words))

    def mask(self, text: str) -> str:
        """The text without the secrets. Half a surrogate pair, which no file can hold, is written as its escape."""
        if not text.isascii():
            text = text.encode("utf-8", "backslashreplace").decode()
        return self.__known(text) if len(text) <= LONGEST else self.__masked(text)

    def distinct(self, text: str) -> str:
        """The text, or where it holds a secret a mask that is the same for the same text and no other: whether two
        answers say the same decides verdicts. It tells nothing to who has not the key, which dies with this process;
        it has that key's name, so that nobody compares what two processes made."""
        masked = self.mask(text)
        return masked if masked == text else f"{MASK}#{_NAME}:{hmac.digest(_KEY, text.encode(), 'sha256')[:8].hex()}"

    def __masked(self, text: str, mask: str = MASK) -> str:
        if self.__first is not None:
            text = self.__first.__masked(text, mask)
        if not self.__values and not self.__issued:
            return text
        text = self.__without(text, self.__spans(text), mask)
        held: dict[str, bool] = {}
        text = WORDS.sub(lambda run: mask if self.__in_run(run[0], held) else run[0], text)
        spans = [layer.source(*span) for layer in views(text) for span in self.__under(layer.text, held)]
        text = self.__without(text, spans, mask) if spans else text
        if not any(len(run) >= FULL for run in held):
            return text
        spans = [run.span() for run in joined(text, held) if self.__in_run(run[0], held)]
        for layer in views(text):
            spans += [layer.source(*run.span()) for run in joined(layer.text, held) if self.__in_run(run[0], held)]
        return self.__without(text, spans, mask) if spans else text

    def __spans(self, text: str) -> Iterator[tuple[int, int]]:
        in_any_case, in_its_own = self.__forms()
        small = low(text)
        yield from (match.span() for form in in_any_case for match in form.finditer(small))
        yield from (match.span() for form in in_its_own for match in form.finditer(text))

    def __under(self, text: str, held: dict[str, bool]) -> Iterator[tuple[int, int]]:
        yield from self.__spans(text)
        yield from (run.span() for run in WORDS.finditer(text) if self.__in_run(run[0], held))

    @staticmethod
    def __without(text: str, spans: Iterable[tuple[int, int]], mask: str) -> str:
        parts: list[str] = []
        last = 0
        for start, end in sorted(spans):
            if start >= last:
                parts += (text[last:start], mask)
            last = max(last, end)
        return "".join((*parts, text[last:])) if parts else text

    def __in_run(self, run: str, held: dict[str, bool]) -> bool:
        """`held` is what has been found out: most words of a text stand in each view of it."""
        if run not in held:
            if self.__issued and bare(run) in self.__issued:
                held[run] = True
            else:
                held[run] = self.__within(run) if len(run) <= LONGEST else self.__in_word(run)
        return held[run]

    def __in_word(self, word: str, depth: int = DEPTH) -> bool:
        """Does the base64 or hexadecimal hold a secret that is not its own bytes: escaped, coded again, or cut by the
        end of a line?"""
        return any(self.__holds(raw, depth) for raw in decoded(word))

    def __holds(self, raw: bytes, depth: int) -> bool:
        """Do the bytes, which something was undone to have, hold a secret?"""
        if depth and any(self.__holds(inner, depth - 1) for inner in unpacked(raw)):
            return True
        return any(self.__says(text, depth) for text in texts(raw, wide=self.__beyond))

    def __says(self, text: str, depth: int) -> bool:
        for seen in (text, *(layer.text for layer in views(text))):
            if next(self.__spans(seen), None) is not None:
                return True
            words = [run[0] for run in WORDS.finditer(seen)]
            words += [run[0] for run in joined(seen, words)]
            if any(bare(word) in self.__issued or (depth and self.__in_word(word, depth - 1)) for word in words):
                return True
        return False

    def mask_bytes(self, body: bytes) -> bytes:
        """The body without the secrets, in the character encoding that it is in; of a packed one nothing is left."""
        if not self.__values and not self.__issued:
            return body
        return self.__bodies(body) if len(body) <= LONGEST_BODY else self.__body(body)

    def __body(self, body: bytes) -> bytes:
        if self.__first is not None:
            body = self.__first.__body(body)
        if packed(body) and self.__holds(body, DEPTH):
            return MASK.encode()
        if b"\0" in body:
            # Bytes of one order, read from an odd place, look like the other: the even places come first.
            for name, start in (*((name, 0) for name in ("utf-32-le", "utf-32-be")), *_WIDE):
                body = self.__wide(body, name, start)
        body = self.__masked(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        for name in () if is_utf_8(body) else ("latin-1", "cp1252"):
            try:
                text = body.decode(name)
            except UnicodeDecodeError:
                continue
            body = self.__masked(text, MASK.encode().decode(name)).encode(name)
        return body

    def __wide(self, body: bytes, name: str, start: int) -> bytes:
        unit = 4 if "32" in name else 2
        end = start + (len(body) - start) // unit * unit
        try:
            text = body[start:end].decode(name, "surrogatepass")
        except UnicodeDecodeError:
            return body
        masked = self.__masked(text)
        return body if masked == text else body[:start] + masked.encode(name, "surrogatepass") + body[end:]

    def mask_headers(self, headers: Headers) -> Headers:
        """The headers without the secrets; of those that carry credentials only the scheme is left."""
        return tuple((self.mask(name), self.__header(name, value)) for name, value in headers)

    def __header(self, name: str, value: str) -> str:
        if not value or not _sensitive(name):
            return self.mask(value)
        scheme = _SCHEME.match(value) if "authorization" in name.lower() else None
        return (scheme[0] if scheme else "") + MASK


def why_open(value: str) -> str:
    """Why the value is no secret, whoever says so, as a part of a sentence; nothing where it is one."""
    if len(value) < 2:
        return "has one character" if value else "is empty"
    return "is a word that every answer may hold" if value.lower() in OPEN else ""


@lru_cache(maxsize=256)
def _sensitive(name: str) -> bool:
    return _SENSITIVE.search(name) is not None


def marked(values: Mapping[str, Any], fields: tuple[Field, ...]) -> Iterator[tuple[str, str]]:
    """The values of members that the contract marks `secret`, by the members' names."""
    for field in fields:
        value = values.get(field.name)
        if "secret" in field.marks and isinstance(value, (str, int)) and not isinstance(value, bool):
            yield field.name, str(value)
        items = value if isinstance(value, list) else [value]
        below = field.fields or (field.item.fields if field.item else ())
        for item in items:
            if isinstance(item, Mapping):
                yield from marked(item, below)


def _credentials(name: str, value: str) -> Iterator[str]:
    """A header's value without its scheme; of Basic credentials the password as well, of cookies each value that is
    long enough to be a session's."""
    if name.lower() in {"cookie", "set-cookie"}:
        pairs = value.split(";") if name.lower() == "cookie" else [value.partition(";")[0]]
        cookies = (pair.partition("=")[2].strip().strip('"') for pair in pairs)
        yield from (cookie for cookie in cookies if len(cookie) >= LEAST_HEARD and not cookie.startswith("${"))
        if name.lower() == "set-cookie":
            return
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
