"""Cases about the members of a request: one difference from the baseline each, named by the rule that it serves."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace

from conformance.facets import blank, broken, plain
from conformance.generate import strings, values
from conformance.generate.addresses import addresses_in, safe, unsafe
from conformance.generate.defaults import default
from conformance.generate.subject import Subject, refers
from conformance.generate.values import Value
from conformance.model import Case, Expect, Field, Tree
from conformance.rules.applies import applies, testable
from conformance.rules.fields import join

ABSENT = object()
MOST_ITEMS = 200
"""No list is made longer."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a difference is made: a member by its path, in a message that carries it.

    `around` is the message without the difference; `leans_on` the case that sends it where that is not the baseline.
    """

    subject: Subject
    member: Field
    names: tuple[str, ...]
    around: dict[str, Tree]
    leans_on: str | None = None

    @property
    def path(self) -> str:
        return join(*self.names)

    def rule(self, facet: str, part: str = "request") -> str:
        return f"{self.subject.service}/{part}/{self.path}/{facet}"

    def case(
        self,
        facet: str,
        value: Value,
        expect: Expect,
        *,
        also: tuple[str, ...] = (),
        origin: str = "contract",
        changed: dict[str, Tree] | None = None,
    ) -> Case:
        """The case that puts `value` (ABSENT to leave out) in the place. `also` names implied facets."""
        message = put(self.around if changed is None else changed, self.names, value.value)
        return Case(
            id=f"{self.subject.service}/{self.subject.encoding.name}/{self.path}/{facet}/{value.slug}",
            service=self.subject.service,
            encoding=self.subject.encoding.name,
            kind={Expect.ACCEPTED: "positive", Expect.REFUSED: "negative"}.get(expect, "observe"),
            expect=expect,
            rules=(self.rule(facet), *(self.rule(other) for other in also if other != facet)),
            title=f"{self.path}: {value.what}",
            request=self.subject.request(self.subject.encode(message)),
            path=self.path,
            leans_on=self.leans_on,
            varies_reference=expect is not Expect.REFUSED and refers(self.member),
            origin=origin,
        )


def put(message: dict[str, Tree], names: tuple[str, ...], value: Tree) -> dict[str, Tree]:
    """A copy of the message with the value at the path; the first item of a list stands for the list."""
    copy = deepcopy(message)
    inner: Tree = copy
    for name in names[:-1]:
        inner = inner[name]
        inner = inner[0] if isinstance(inner, list) else inner
    if value is ABSENT:
        inner.pop(names[-1], None)
    else:
        inner[names[-1]] = value
    return copy


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
            yield from _list_cases(place, inner_around)


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
    return _as_echo(subject, case, member.name)


def _as_echo(subject: Subject, case: Case, path: str) -> Case:
    operation = subject.contract.operation
    echo = operation.acceptance.echo if operation.acceptance is not None else None
    rules = (f"{subject.service}/response/{join(echo, path)}/echo",) if echo else ()
    return replace(case, rules=rules, varies_reference=True)


def _cases(place: Place) -> Iterator[Case]:
    yield from _presence(place)
    yield from _types(place)
    if "reference" not in place.member.marks:
        yield from _others(place)
        yield from _bounds(place)
    yield from _patterns(place)
    yield from _lengths(place)


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


def is_words(value: Tree) -> bool:
    """Letters and spaces: text that may be replaced by other text."""
    return isinstance(value, str) and value.replace(" ", "").isalpha()


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
    for order in subject.contract.operation.orders:
        for mine, other, overtakes in (
            (order.lower, order.upper, value.value > changed.get(order.upper, value.value)),
            (order.upper, order.lower, value.value < changed.get(order.lower, value.value)),
        ):
            if place.path == mine and overtakes:
                changed[other] = value.value
                leans_on = f"{subject.service}/{subject.encoding.name}/{other}/{facet}/{value.slug}"
    return replace(place.case(facet, value, Expect.ACCEPTED, changed=changed), leans_on=leans_on)


def _patterns(place: Place) -> Iterator[Case]:
    member = place.member
    constraint = member.constraint("pattern")
    if constraint is None or constraint.pattern is None or not testable(member, constraint):
        return
    current = place.subject.value(member)
    if member.type == "string":
        witness = _witness(place.subject, member)
        # Of a pattern that dialects read differently nothing is made; example cases may still decide its rule.
        if strings.usable(constraint.pattern, witness):
            yield from _texts(place, constraint.pattern, witness)
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


def _witness(subject: Subject, member: Field) -> str:
    """The value that near misses are made from: the target's, unless its neighbours would be addresses of somebody."""
    current = str(subject.value(member))
    free = safe(current) and member.name not in subject.private
    return current if free else str(subject.contract.baseline.get(member.name, current))


def _texts(place: Place, pattern: str, current: str) -> Iterator[Case]:
    subject = place.subject
    for kind, found in (("miss", strings.near_misses(pattern, current)), ("hit", strings.near_hits(pattern, current))):
        for number, (text, what) in enumerate(found, start=1):
            facets = tuple(broken(place.member, text))
            # Another facet broken as well would be two differences; an address that somebody may own is never sent.
            if not safe(text, subject.recipients) or blank(text) or set(facets) - {"pattern"}:
                continue
            expect = Expect.REFUSED if kind == "miss" else Expect.ACCEPTED
            case = place.case("pattern", Value(f"{kind}-{number}", text, f"{text!r} ({what})"), expect)
            # Behind `@[` an address runs on into the rest of the message.
            if not unsafe(addresses_in(case.request.body), subject.recipients):
                yield case


def _lengths(place: Place) -> Iterator[Case]:
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
    current, stated = _witness(place.subject, member), member.constraint("pattern")
    pattern = stated.pattern if stated is not None else None
    if pattern is not None and strings.usable(pattern, current):
        found = strings.sized(pattern, current, size)
        if found is not None:
            yield found
    yield strings.sized(None, current, size)


def _beyond_ascii(place: Place, most: int) -> Iterator[Case]:
    member, subject = place.member, place.subject
    if member.constraint("pattern") is not None or not is_words(_witness(subject, member)):
        return
    # Two bytes each in UTF-8, one character each by any count of characters.
    value = Value("beyond-ascii", "ñ" * most, f"{most} letters ñ")
    # Who takes no such letter at all is told so by another rule.
    any_length = f"{subject.service}/{subject.encoding.name}/envelope/non-ascii/utf-8"
    yield replace(place.case("max-length", value, Expect.ACCEPTED), leans_on=any_length)
    astral = "𝐀" * (most // 2 + 1)
    yield place.case("max-length", Value("astral", astral, f"{len(astral)} astral letters"), Expect.OBSERVE)


def _list_cases(place: Place, around: dict[str, Tree]) -> Iterator[Case]:
    """More than one item, in an order that sorting would change, and none."""
    first = around[place.member.name][0]
    names = [child.name for child in place.member.item.fields if child.type == "string"] if place.member.item else []
    items = [first | dict.fromkeys(names, text) for text in ("Zeta", "Alfa")]
    case = place.case("echo", Value("two", items, "two items, not in alphabetical order"), Expect.ACCEPTED)
    yield _as_echo(place.subject, case, place.path)
    yield place.case("type", Value("empty", [], "an empty list"), Expect.OBSERVE)
