"""Forms: spellings of the baseline's pairs, and how ASP.NET reads nested lists, which no page states."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import quote_plus

from conformance.codecs import form
from conformance.generate.envelopes.text import ACCENTED, Text, accented, observed, refused, rewritten, spelt, words
from conformance.generate.subject import Subject
from conformance.rules.applies import NESTED


def texts(subject: Subject) -> Iterator[Text]:
    """Every text that is tried."""
    yield from _spellings(subject)
    yield from _odd(subject)
    yield from _nested(subject)
    for slug, title, body in (("nothing", "no body at all", b""), ("ampersand", "an ampersand alone", b"&")):
        yield refused("empty-body", slug, title, body)


def _pairs(subject: Subject) -> list[tuple[str, str]]:
    return list(form.pairs(subject.baseline()))


def _written(pairs: list[tuple[str, str]], *, escaped: Callable[[str], bool] = lambda _name: False) -> bytes:
    """The pairs; the values of names that are `escaped` in nothing but escapes."""

    def value(name: str, text: str) -> str:
        if escaped(name):
            return "".join(f"%{byte:02x}" for byte in text.encode("utf-8", "replace"))
        return quote_plus(text, errors="replace")

    return "&".join(f"{quote_plus(name)}={value(name, text)}" for name, text in pairs).encode()


def _spellings(subject: Subject) -> Iterator[Text]:
    pairs = _pairs(subject)
    yield rewritten(subject, "order", "the pairs in reverse order", lambda body: b"&".join(body.split(b"&")[::-1]))
    # A plus sign that is meant stands in an escape.
    yield rewritten(subject, "percent", "spaces written %20", lambda body: body.replace(b"+", b"%20"))
    # A secret stays as masking knows it best, and as the other requests write it.
    escaped = _written(pairs, escaped=lambda name: re.split(r"[.\[]", name)[0] not in subject.private)
    yield spelt("spelling", "escapes", "every value written in escapes", escaped)
    name = words(subject)
    if name is not None:
        yield accented(subject, name)


def _odd(subject: Subject) -> Iterator[Text]:
    pairs = _pairs(subject)
    if not pairs:
        return
    body = _written(pairs)
    first = pairs[0]
    yield observed("twice", f"{first[0]} twice, with one value", _written([first, *pairs]), "spelling")
    yield observed("unknown-pair", "a pair that the document does not name", body + b"&NotDocumented=x", "spelling")
    lower = _written([(first[0].lower(), first[1]), *pairs[1:]])
    yield observed("lower-case", "the name of the first pair in lower case", lower, "spelling")
    yield observed("broken-escape", "an escape that is none", body + b"&NotDocumented=%zz", "spelling")
    name = words(subject)
    if name is not None:
        # That one pair alone: the others may hold what Latin-1 has no letters for, or a secret.
        latin = f"{quote_plus(name)}={quote_plus(ACCENTED, encoding='latin-1')}".encode()
        at = [key for key, _ in pairs].index(name)
        parts = [part for part in (_written(pairs[:at]), latin, _written(pairs[at + 1 :])) if part]
        yield observed("latin-1", f"{name} = {ACCENTED!r} in Latin-1", b"&".join(parts), "spelling")


def _nested(subject: Subject) -> Iterator[Text]:
    """A nested list in each of the spellings that ASP.NET reads."""
    base = subject.baseline()
    for member in subject.fields:
        value = subject.value(member)
        if member.type not in NESTED or member.required or not value:
            continue
        for style, shape in (("dots", "[0].Member"), ("brackets", "[0][Member]")):
            body = form.written(form.pairs(base | {member.name: value}, style))
            slug = f"nested-{member.name}-{style}"
            yield observed(slug, f"{member.name} written as {member.name}{shape}", body, "spelling")
