"""Forms: spellings of the baseline's pairs, and how ASP.NET reads nested lists, which no page states."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, quote_plus

from conformance.codecs import form
from conformance.generate.envelopes.text import ACCENTED, Text, observed, spelt, words
from conformance.generate.subject import Subject
from conformance.model import Expect
from conformance.rules.applies import NESTED


def texts(subject: Subject) -> Iterator[Text]:
    """Every text that is tried."""
    yield from _spellings(subject)
    yield from _odd(subject)
    yield from _nested(subject)
    for slug, title, body in (("nothing", "no body at all", b""), ("ampersand", "an ampersand alone", b"&")):
        yield Text("empty-body", slug, title, body, Expect.REFUSED)


def _pairs(subject: Subject) -> list[tuple[str, str]]:
    return list(form.pairs(subject.baseline()))


def _written(pairs: list[tuple[str, str]], space: str = "+", *, escape_all: bool = False) -> bytes:
    def value(text: str) -> str:
        if escape_all:
            return "".join(f"%{byte:02x}" for byte in text.encode())
        return quote_plus(text) if space == "+" else quote(text, safe="")

    return "&".join(f"{quote_plus(name)}={value(text)}" for name, text in pairs).encode()


def _spellings(subject: Subject) -> Iterator[Text]:
    pairs = _pairs(subject)
    yield spelt("spelling", "order", "the pairs in reverse order", _written(pairs[::-1]))
    yield spelt("spelling", "percent", "spaces written %20", _written(pairs, "%20"))
    yield spelt("spelling", "escapes", "every value written in escapes", _written(pairs, escape_all=True))
    name = words(subject)
    if name is not None:
        accented = [(key, ACCENTED if key == name else text) for key, text in pairs]
        yield spelt("non-ascii", "utf-8", f"{name} = {ACCENTED!r} in UTF-8", _written(accented))


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
        latin = "&".join(
            f"{quote_plus(key)}={quote_plus(ACCENTED if key == name else text, encoding='latin-1')}"
            for key, text in pairs
        )
        yield observed("latin-1", f"{name} = {ACCENTED!r} in Latin-1", latin.encode(), "spelling")


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
