"""Cases about the members of a request: one difference from the baseline each, named by the rule that it serves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance.facets import blank, broken, matches, plain
from conformance.generate import strings, values
from conformance.generate.addresses import addresses_in, safe, unsafe
from conformance.generate.defaults import default
from conformance.generate.lengths import bounds_of_length, length_cases
from conformance.generate.lists import list_cases
from conformance.generate.place import ABSENT, OF_TEXTS, Place, as_echo, is_words, put, witness
from conformance.generate.subject import Subject, refers
from conformance.generate.values import Value
from conformance.model import Case, Expect, Field, Tree
from conformance.rules.applies import applies, free_text, testable

__all__ = ["ABSENT", "Place", "bounds_of_length", "is_words", "member_cases", "put", "with_case_id"]

MARKS = "Cobros & Pagos d'Or 10%"
"""What HTML, XML and URLs write in other ways."""


def with_case_id(subject: Subject, member: Field) -> str:
    """The id of the case that adds an optional reference to the baseline."""
    return f"{subject.service}/{subject.encoding.name}/{member.name}/echo/with"


def member_cases(subject: Subject) -> Iterator[Case]:
    """Every case about members, in the document's order."""
    base = subject.baseline()
    for member in subject.fields:
        if not subject.writes(member):
            continue
        around, leans_on = base, None
        if not subject.in_baseline(member):
            yield _with(subject, member, base)
            # What the member itself gets is put in its place; only its insides need it present.
            inner_around, inner_leans = base | {member.name: subject.value(member)}, with_case_id(subject, member)
        else:
            inner_around, inner_leans = base, None
        place = Place(subject, member, (member.name,), around, leans_on)
        yield from _cases(place)
        yield from _inside(replace(place, around=inner_around, leans_on=inner_leans))
        if member.type == "list" and member.item is not None and member.item.fields and inner_around[member.name]:
            yield from list_cases(place, inner_around)


def _inside(place: Place) -> Iterator[Case]:
    """Cases about the members of an object or of a list's first item, as deep as the message goes."""
    item = place.member.item if place.member.type == "list" else None
    children = item.fields if item is not None else place.member.fields
    if not children or not _current(place):
        return
    for child in children:
        inner = replace(place, member=child, names=(*place.names, child.name))
        if _current(inner) is None:
            # Nobody vouched for it, so one message has it first; what is tried in its place leans on that.
            held = Value("with", default(child), "present")
            case = inner.case("type", held, Expect.ACCEPTED)
            yield replace(case, varies_reference=refers(child))
            inner = replace(inner, around=put(inner.around, inner.names, held.value), leans_on=case.id)
        yield from _cases(inner)
        yield from _inside(inner)


def _with(subject: Subject, member: Field, base: dict[str, Tree]) -> Case:
    place = Place(subject, member, (member.name,), base)
    case = place.case("echo", Value("with", subject.value(member), "present"), Expect.ACCEPTED)
    return as_echo(subject, case, member.name)


def _cases(place: Place) -> Iterator[Case]:
    yield from _presence(place)
    yield from _types(place)
    if "reference" not in place.member.marks:
        yield from _others(place)
        yield from _bounds(place)
    yield from _patterns(place)
    yield from length_cases(place)


def _presence(place: Place) -> Iterator[Case]:
    member, subject = place.member, place.subject
    absent = Value("absent", ABSENT, "left out")
    null = () if subject.encoding.name == "form" else (Value("null", None, "null"),)
    if member.required:
        for value in (absent, *null):
            yield place.case("required", value, Expect.REFUSED)
        if member.type in {"string", "guid"}:
            yield place.case("not-blank", Value("empty", "", "an empty string"), Expect.REFUSED)
            yield place.case("not-blank", Value("spaces", "   ", "three spaces"), Expect.REFUSED)
    elif len(place.names) == 1:
        case = place.case("optional", absent, Expect.ACCEPTED)
        leans_on = None if subject.in_baseline(member) else with_case_id(subject, member)
        yield replace(case, leans_on=leans_on, varies_reference=False)
        for value in null:
            yield place.case("optional", value, Expect.OBSERVE)


def _types(place: Place) -> Iterator[Case]:
    current = None if len(place.names) == 1 else _current(place)
    current = place.subject.value(place.member) if current is None else current
    member, encoding = place.member, place.subject.encoding.name

    def tried(facet: str) -> bool:
        return applies(encoding, member, facet, nested=len(place.names) > 1)

    for value in values.wrong(member, encoding) if tried("type") else ():
        yield place.case("type", value, Expect.REFUSED)
    for value in values.convertible(member, current, encoding) if tried("strict-type") else ():
        yield place.case("strict-type", value, Expect.REFUSED)
    for value in () if place.names[0] in place.subject.private else values.spellings(member, current, encoding):
        yield place.case("type", value, Expect.OBSERVE)


def _current(place: Place) -> Tree:
    inner: Tree = place.around
    for name in place.names:
        inner = inner[0] if isinstance(inner, list) and inner else inner
        inner = inner.get(name) if isinstance(inner, dict) else None
    return inner


def _others(place: Place) -> Iterator[Case]:
    """A second proper value, so that an answer made up rather than saved is seen."""
    if len(place.names) > 1:
        return
    member, current = place.member, place.subject.value(place.member)
    found = values.other(member, current)
    if member.type == "boolean":
        found = Value("other", not current, str(not current).lower())
    elif member.name in place.subject.private:
        return
    elif member.type == "string" and member.constraint("pattern") is None and is_words(current):
        # Only words: the characters of a time or a code mean nothing in another order.
        found = Value("other", current[::-1], "the same letters in reverse order")
    # A text has no wrong type in a form, so the rule that it is demanded, or not, serves there.
    typed = applies(place.subject.encoding.name, member, "type", nested=False)
    facet = "type" if typed else "required" if member.required else "optional"
    if found is not None:
        yield place.case(facet, found, Expect.ACCEPTED)
    if member.type == "string":
        for value in _kept(place, str(current)):
            yield place.case("pattern" if member.constraint("pattern") is not None else facet, value, Expect.ACCEPTED)


def _kept(place: Place, current: str) -> Iterator[Value]:
    """Texts that a service is tempted to tidy up before it saves them: each comes back as it went."""
    tried = [Value("case", current.swapcase(), "the same letters in the other case")]
    if free_text(place.member):
        tried.append(Value("padded", f" {current} ", "the same text between two spaces"))
        tried.append(Value("marks", MARKS, f"{MARKS!r}, with marks that are escaped here and there"))
    for value in tried:
        if value.value != current and not any(broken(place.member, value.value)) and safe(str(value.value)):
            yield value


def _bounds(place: Place) -> Iterator[Case]:
    for facet, value in values.bounds(place.member):
        facets = values.breaks(place.member, value.value)
        if not facets:
            yield _ordered(place, facet, value)
        elif facet in facets:
            yield place.case(facet, value, Expect.REFUSED, also=facets)


def _ordered(place: Place, facet: str, value: Value) -> Case:
    """A positive, with the other side of an ordered pair moved along where it would be overtaken.

    It then is one difference from the case that moves the other side alone, and leans on that.
    """
    subject = place.subject
    changed, leans_on = dict(place.around), place.leans_on
    along: tuple[str, ...] = ()
    for order in subject.contract.operation.orders:
        for mine, other, overtakes in (
            (order.lower, order.upper, value.value > changed.get(order.upper, value.value)),
            (order.upper, order.lower, value.value < changed.get(order.lower, value.value)),
        ):
            if place.path == mine and overtakes:
                changed[other] = value.value
                along = (other,)
                leans_on = f"{subject.service}/{subject.encoding.name}/{other}/{facet}/{value.slug}"
    change = place.change(value, bound=facet not in OF_TEXTS, along=along)
    return replace(place.case(facet, value, Expect.ACCEPTED, changed=changed), leans_on=leans_on, change=change)


def _patterns(place: Place) -> Iterator[Case]:
    member = place.member
    constraint = member.constraint("pattern")
    if constraint is None or constraint.pattern is None or not testable(member, constraint):
        return
    current = place.subject.value(member)
    if member.type == "string":
        kept = witness(place.subject, member)
        # Of a pattern that dialects read differently nothing is made; example cases may still decide its rule.
        if strings.usable(constraint.pattern, kept):
            yield from _texts(place, constraint.pattern, kept)
        return
    if member.type == "decimal":
        for value in values.decimals(member):
            facets = values.breaks(member, value.value)
            expect = Expect.REFUSED if facets else Expect.ACCEPTED
            yield place.case("pattern", value, expect, also=facets) if facets else _ordered(place, "pattern", value)
    negative = Value("negative", -current, f"{plain(-current)}, a minus sign in front")
    facets = values.breaks(member, negative.value)
    if "pattern" in facets:
        yield place.case("pattern", negative, Expect.REFUSED, also=facets)


def _texts(place: Place, pattern: str, current: str) -> Iterator[Case]:
    subject = place.subject
    for kind, found in (("miss", strings.near_misses(pattern, current)), ("hit", strings.near_hits(pattern, current))):
        for number, (text, what) in enumerate(found, start=1):
            facets = tuple(broken(place.member, text))
            # Another facet broken as well would be two differences; an address that somebody may own is never sent.
            if not safe(text, subject.recipients) or blank(text) or set(facets) - {"pattern"}:
                continue
            expect = Expect.REFUSED if kind == "miss" else Expect.ACCEPTED
            if kind == "miss" and matches(pattern, text.strip()):
                # Who trims what comes in saves a text that matches.
                expect = Expect.OBSERVE
            case = place.case("pattern", Value(f"{kind}-{number}", text, f"{text!r} ({what})"), expect)
            # Behind `@[` an address runs on into the rest of the message.
            if not unsafe(addresses_in(case.request.body), subject.recipients):
                yield case
