"""Cases about the members of a SOAP message: one difference from the baseline each, named by the rule that it serves.

Members that name something at the tenant keep its value: they are spelt otherwise, or broken, but never replaced.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace

from conformance.codecs.xsd import hard, valid
from conformance.generate.members import ABSENT, Place
from conformance.generate.soap import values
from conformance.generate.subject import Subject, refers
from conformance.generate.values import Value
from conformance.model import Case, Expect, Field, Tree
from conformance.rules.fields import walk
from conformance.rules.soap_fields import SPELT, TYPED, due, free


def member_cases(subject: Subject) -> Iterator[Case]:
    """Every case about members, in the order of the document."""
    base = subject.baseline()
    for member in subject.fields:
        if member.name in base:
            yield from _of(Place(subject, member, (member.name,), base))
    yield from _alike(subject)


def _alike(subject: Subject) -> Iterator[Case]:
    """A text that is nil, which a service may take or refuse, but in both versions alike."""
    for path, member in sorted(walk(subject.fields), key=lambda found: not free(found[1])):
        place = Place(subject, member, tuple(path.split("/")), subject.baseline())
        if member.type == "string" and not member.name.startswith(("@", "#")) and _varies(place):
            case = place.case("text", Value("nil", None, "nil"), Expect.ANY)
            rule = f"{subject.service}/envelope/versions-agree"
            name = f"{subject.service}/{subject.encoding.name}/envelope/versions-agree/nil"
            yield replace(case, id=name, rules=(rule,), varies_reference=False, change=None)
            return


def _varies(place: Place) -> bool:
    """May something else be sent in place of what the baseline has?"""
    return _current(place) is not None and place.names[0] not in place.subject.private and not refers(place.member)


def _of(place: Place) -> Iterator[Case]:
    yield from _presence(place)
    if place.names[0] not in place.subject.private:
        yield from _typed(place)
        yield from _texts(place)
        yield from _choices(place)
    yield from _items(place)
    item = place.member.item if place.member.type == "list" else None
    current = _current(place)
    for child in item.fields if item is not None else place.member.fields:
        inner = replace(place, member=child, names=(*place.names, child.name))
        if current and _current(inner) is not None:
            yield from _of(inner)
        elif current and child.constraint("optional") is not None:
            # The baseline itself does without it.
            yield from _choices(inner)


def _current(place: Place) -> Tree:
    inner: Tree = place.around
    for name in place.names:
        inner = inner[0] if isinstance(inner, list) and inner else inner
        inner = inner.get(name) if isinstance(inner, dict) else None
    return inner


def _presence(place: Place) -> Iterator[Case]:
    member = place.member
    absent = Value("absent", ABSENT, "left out")
    nil = Value("nil", None, "nil")
    if member.required or due(member):
        yield place.case("required", absent, Expect.REFUSED)
        # That a document demands a member says nothing of nil; a value type has no such value.
        yield _seen(place, "required", nil) if member.required else place.case("required", nil, Expect.REFUSED)
        if member.required and member.type == "string":
            yield place.case("not-blank", Value("empty", "", "an empty element"), Expect.REFUSED)
            yield place.case("not-blank", Value("spaces", "   ", "three spaces"), Expect.REFUSED)
        return
    if member.constraint("optional") is not None:
        return
    for value in (absent, nil):
        yield _seen(place, _nearest(member), value)


def _seen(place: Place, facet: str, value: Value) -> Case:
    return replace(place.case(facet, value, Expect.OBSERVE), varies_reference=False)


def _nearest(member: Field) -> str:
    """The rule under which something about the member is observed."""
    if member.type in TYPED:
        return "type"
    return "several" if member.type == "list" else "text" if free(member) else "presence"


def _typed(place: Place) -> Iterator[Case]:
    member, current = place.member, _current(place)
    for value in values.WRONG.get(member.type, ()):
        if not valid(member, str(value.value)) and hard(member, str(value.value)):
            yield place.case("type", value, Expect.REFUSED)
    for value in values.NEARLY.get(member.type, ()):
        if not valid(member, str(value.value)) and not hard(member, str(value.value)):
            yield place.case("strict-type", value, Expect.REFUSED)
    for value in values.spellings(member, current) if member.type in SPELT else ():
        # The value stays the tenant's, so a refusal is one of the spelling.
        yield replace(place.case("lexical", value, Expect.ACCEPTED), varies_reference=False)
    # Another number in the place of a tenant's would speak of another company, or send to another environment.
    for value in () if refers(member) else values.edges(member):
        yield _seen(place, "type", value)
    for value in values.sizes() if member.type == "base64Binary" else ():
        yield place.case("size", value, Expect.ACCEPTED)
    if member.type in TYPED:
        yield _seen(place, "type", Value("child", {"value": "1"}, "an element in place of text"))


def _texts(place: Place) -> Iterator[Case]:
    for value in values.MALFORMED if "mail" in place.member.marks else ():
        rules = (f"{place.subject.service}/envelope/well-formed",)
        yield replace(_seen(place, "address", value), rules=rules)
    if free(place.member):
        for value in values.TEXTS:
            yield place.case("text", value, Expect.ACCEPTED)
        yield _seen(place, "text", values.ASTRAL)
        yield _seen(place, "text", Value("empty", "", "an empty element"))


def _items(place: Place) -> Iterator[Case]:
    """None, two and three of what the list has one of; what a tenant has is taken as it is."""
    current = _current(place)
    if place.member.type != "list" or not isinstance(current, list) or not current:
        return
    yield _seen(place, "several", Value("none", [], "no items"))
    yield from _second(place, current[0])
    owned = place.subject.items(place.member)
    if owned:
        if len(owned) > 1:
            case = place.case("several", Value("two", owned[:2], "two items"), Expect.ACCEPTED)
            yield replace(case, varies_reference=False)
            last = Value("all", owned, f"all {len(owned)} items")
            case = place.case("several", last, Expect.ACCEPTED)
            yield replace(case, varies_reference=False)
        return
    for slug, count in (("two", 2), ("three", 3)):
        value = Value(slug, [deepcopy(current[0]) for _ in range(count)], f"{count} items")
        yield place.case("several", value, Expect.ACCEPTED)


def _second(place: Place, first: Tree) -> Iterator[Case]:
    """An item that is broken behind a proper one, and in front of it, for readers that look at one item alone."""
    item = place.member.item
    for child in item.fields if item is not None and isinstance(first, dict) else ():
        if child.name not in first or child.type == "list":
            continue
        wrong = next((one.value for one in values.WRONG.get(child.type, ())), None)
        facet = "type" if wrong is not None else "required" if child.required else ""
        if not facet:
            continue
        broken = {name: value for name, value in first.items() if name != child.name}
        broken |= {} if wrong is None else {child.name: wrong}
        inner = replace(place, member=child, names=(*place.names, child.name))
        for which, items in (("second", [first, broken]), ("first", [broken, first])):
            value = Value(f"{which}-{facet}", deepcopy(items), f"two items, {child.name} of the {which} is wrong")
            case = place.case("several", value, Expect.REFUSED)
            title = f"{inner.path}: wrong in the {which} item of two"
            yield replace(case, rules=(inner.rule(facet),), path=inner.path, title=title)
        return


def _choices(place: Place) -> Iterator[Case]:
    """Each documented choice, an item without an optional member, and what is no choice. Where an item names something
    of the tenant's, only what the tenant has is sent."""
    member, subject = place.member, place.subject
    listed = next(one for one in subject.fields if one.name == place.names[0])
    owned = subject.items(listed)
    if member.type == "enum":
        yield from _kinds(place, owned) if owned else _each(place)
        other = Value("other", "conformance-other", "a word that is no documented choice")
        yield place.case("enumeration", other, Expect.REFUSED)
    if member.constraint("optional") is not None:
        held = next((item for item in owned if item.get(member.name) is None), None)
        if held is not None:
            yield _with_item(place, "optional", held, "left out")


def _kinds(place: Place, owned: list[Tree]) -> Iterator[Case]:
    """An item of each documented choice. The baseline has one of them, which leans on another: a service that does not
    take that choice refuses the baseline, and shows it by what it takes."""
    name = place.member.name
    found = {choice.name: [one for one in owned if one.get(name) == choice.name] for choice in place.member.choices}
    yield from _leaning(
        place, {kind: _with_item(place, f"choice-{kind}", held[0], kind) for kind, held in found.items() if held}
    )


def _each(place: Place) -> Iterator[Case]:
    """Each documented choice in the place of the baseline's."""
    names = [choice.name for choice in place.member.choices]
    yield from _leaning(
        place, {name: place.case(f"choice-{name}", Value(name, name, name), Expect.ACCEPTED) for name in names}
    )


def _leaning(place: Place, cases: dict[str, Case]) -> Iterator[Case]:
    own = _current(place)
    for kind, case in cases.items():
        others = [other.id for rank, other in cases.items() if rank != kind]
        yield replace(case, leans_on=others[0]) if kind == own and others else case


def _with_item(place: Place, facet: str, held: Tree, what: str) -> Case:
    """The message with another item of the tenant's in the list; the rule is about the member inside."""
    outer = replace(place, member=replace(place.member, marks=()), names=place.names[:1])
    value = Value(place.member.name, [deepcopy(held)], what)
    case = outer.case(facet, value, Expect.ACCEPTED)
    return replace(case, rules=(place.rule(facet),), path=place.path, title=f"{place.path}: {what}")


def undecided(subject: Subject) -> dict[str, str]:
    """Rule id → why no case can decide it: the tenant has nothing of the kind that it is about."""
    reasons: dict[str, str] = {}
    for listed in subject.fields:
        item = listed.item
        if listed.type != "list" or item is None or not item.fields or listed.name not in subject.baseline():
            continue
        owned = subject.items(listed)
        if not owned:
            continue
        prefix = f"{subject.service}/request/{listed.name}"
        add = f"add one to {listed.name} in the target file"
        if len(owned) < 2:
            reasons[f"{prefix}/several"] = f"one item of {listed.name} is declared; {add}"
        for member in item.fields:
            kinds = {one.get(member.name) for one in owned}
            for choice in member.choices if member.type == "enum" else ():
                if choice.name not in kinds:
                    reasons[f"{prefix}/{member.name}/choice-{choice.name}"] = f"no {choice.name} is declared; {add}"
            if member.constraint("optional") is not None and None not in kinds:
                reasons[f"{prefix}/{member.name}/optional"] = f"none without {member.name} is declared; {add}"
    return reasons
