"""Cases about the length of texts and lists: on each bound, past it, and how it is counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance.facets import broken
from conformance.generate import strings
from conformance.generate.addresses import safe
from conformance.generate.place import Place, is_words, witness
from conformance.generate.values import Value
from conformance.model import Case, Expect, Field, Tree
from conformance.rules.applies import free_text, testable

MOST_ITEMS = 200
"""No list is made longer."""


def length_cases(place: Place) -> Iterator[Case]:
    """Texts and lists on each bound of their length, and past it."""
    member = place.member
    if "reference" in member.marks or member.type not in {"string", "list"}:
        return
    least, most = bounds_of_length(member)
    if most is not None:
        yield from _length(place, "max-length", "at", most, Expect.ACCEPTED)
        yield from _length(place, "max-length", "over", most + 1, Expect.REFUSED)
        yield from _length(place, "max-length", "far", most + 10, Expect.REFUSED)
        yield from _beyond_ascii(place, most)
        yield from _padded(place, most)
    if least:
        yield from _length(place, "min-length", "least", least, Expect.ACCEPTED)
        yield from _length(place, "min-length", "under", least - 1, Expect.REFUSED)


def bounds_of_length(member: Field) -> tuple[int | None, int | None]:
    """The longest minimum and the shortest maximum that are stated."""
    held = [constraint for constraint in member.constraints if testable(member, constraint)]
    least = [constraint.min_length for constraint in held if constraint.min_length]
    most = [constraint.max_length for constraint in held if constraint.max_length is not None]
    return max(least, default=None), min(most, default=None)


def _length(place: Place, facet: str, slug: str, size: int, expect: Expect) -> Iterator[Case]:
    member = place.member
    for value in _sized(place, size):
        facets = tuple(broken(member, value))
        if not value and member.required and member.type == "string":
            facets += ("not-blank",)
        fits = not facets if expect is Expect.ACCEPTED else facet in facets
        if not fits or (isinstance(value, str) and not safe(value, place.subject.recipients)):
            continue
        unit = "items" if isinstance(value, list) else "characters"
        yield place.case(facet, Value(slug, value, f"{size} {unit}"), expect, also=facets)
        return


def _sized(place: Place, size: int) -> Iterator[Tree]:
    """Values of that length: first one that keeps the pattern, then, for want of one, any."""
    member = place.member
    if member.type == "list":
        current = place.subject.value(member)
        if isinstance(current, list) and current and size <= MOST_ITEMS:
            yield (current * size)[:size]
        return
    current, stated = witness(place.subject, member), member.constraint("pattern")
    pattern = stated.pattern if stated is not None else None
    if pattern is not None and strings.usable(pattern, current):
        found = strings.sized(pattern, current, size)
        if found is not None:
            yield found
    yield strings.sized(None, current, size)


def _padded(place: Place, most: int) -> Iterator[Case]:
    """One too many, and the last a blank: who trims what comes before it is saved may take it."""
    if free_text(place.member):
        text = f"{strings.sized(None, witness(place.subject, place.member), most)} "
        yield place.case("max-length", Value("padded", text, f"{most} characters and a blank"), Expect.OBSERVE)


def _beyond_ascii(place: Place, most: int) -> Iterator[Case]:
    member, subject = place.member, place.subject
    if member.constraint("pattern") is not None or not is_words(witness(subject, member)):
        return
    # Two bytes each in UTF-8, one character each by any count of characters.
    value = Value("beyond-ascii", "ñ" * most, f"{most} letters ñ")
    # Who takes no such letter at all is told so by another rule.
    any_length = f"{subject.service}/{subject.encoding.name}/envelope/non-ascii/utf-8"
    yield replace(place.case("max-length", value, Expect.ACCEPTED), leans_on=any_length)
    astral = "𝐀" * (most // 2 + 1)
    yield place.case("max-length", Value("astral", astral, f"{len(astral)} astral letters"), Expect.OBSERVE)
