"""What the modules of this package yield, and the member whose text they play with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conformance.generate.subject import Subject
from conformance.model import Change, Expect, Field

ACCENTED = "Ñandú Cobranza"
"""Letters beyond ASCII, two bytes each in UTF-8."""
DECLARATION = b"<?xml version='1.0' encoding='utf-8'?>\n"


@dataclass(frozen=True, slots=True)
class Text:
    """A body to send: the facet of the envelope rule that it tries, a slug for the case id, what it is in words.
    `change` says how to send the same in a message that carries other changes too."""

    facet: str
    slug: str
    title: str
    body: bytes
    expect: Expect = Expect.REFUSED
    change: Change | None = None


Rewrite = Callable[[bytes], bytes]
"""Another way to write a message: its bytes as the codec makes them → bytes that say the same."""


def spelt(facet: str, slug: str, title: str, body: bytes) -> Text:
    """A text that says the same as the baseline, or as good as."""
    return Text(facet, slug, title, body, Expect.ACCEPTED)


def rewritten(subject: Subject, slug: str, title: str, rewrite: Rewrite) -> Text:
    """The baseline in another spelling, which any other message can have as well."""
    body = rewrite(subject.encode(subject.baseline()))
    return Text("spelling", slug, title, body, Expect.ACCEPTED, Change(slot="spelling", rewrite=rewrite))


def accented(subject: Subject, name: str) -> Text:
    """The baseline with letters beyond ASCII in a member."""
    body = subject.encode(subject.baseline() | {name: ACCENTED})
    change = Change(slot=name, sets=(((name,), ACCENTED),))
    return Text("non-ascii", "utf-8", f"{name} = {ACCENTED!r} in UTF-8", body, Expect.ACCEPTED, change)


def refused(facet: str, slug: str, title: str, body: bytes) -> Text:
    """A text that must not be taken for a message."""
    return Text(facet, slug, title, body, Expect.REFUSED)


def observed(slug: str, title: str, body: bytes, facet: str = "malformed") -> Text:
    """A text that services legally treat in different ways."""
    return Text(facet, slug, title, body, Expect.OBSERVE)


def words(subject: Subject) -> str | None:
    """A free text member of the baseline, for text beyond ASCII: without a pattern, and no reference."""
    for member in subject.fields:
        free = member.type == "string" and not member.marks and member.name not in subject.private
        free = free and subject.in_baseline(member)
        if free and member.constraint("pattern") is None and subject.value(member) and _room(member):
            return member.name
    return None


def halved(subject: Subject) -> bytes:
    """The first half of a message that holds no secret: masking does not know a half of one."""
    body = subject.encode({name: value for name, value in subject.baseline().items() if name not in subject.private})
    text = body.removeprefix(DECLARATION).decode()
    return text[: len(text) // 2].encode()


def _room(member: Field) -> bool:
    bounds = [held for held in member.constraints if held.max_length is not None or held.min_length is not None]
    return all((held.min_length or 0) <= len(ACCENTED) <= (held.max_length or len(ACCENTED)) for held in bounds)
