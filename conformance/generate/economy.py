"""The least that still shows every kind of bug: what the depth quick keeps of all cases.

Every rule keeps what decides it in each encoding; every further kind of wrong value is sent once, in the place of
whichever member and encoding has its turn. What decides nothing is not sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from conformance.facets import matches
from conformance.generate.packing import packable
from conformance.model import Case, Expect, Field
from conformance.patterns.mutants import mutants
from conformance.rules.soap import is_soap

Kind = tuple[str, ...]
Group = Sequence[Case]
"""The cases of one service and encoding."""
Members = Mapping[tuple[str, str], Field]
"""(service, path) → the member of its request."""

ONE_READER = frozenset({"type", "strict-type", "not-blank", "enumeration"})
"""Facets that the reader of a type enforces, alike for every member of it; others are checked member by member."""
ONE_PARSER = frozenset({"malformed", "malformed-status"})
"""Facets whose cases all meet the same parser: one that stops at this does not go on at that."""
REDUNDANT = frozenset({"inside"})
"""Values between an edge and the middle: who takes the edge takes them."""
SHARED = frozenset({"far"})
"""Values so far out that one is enough: they overflow something, whatever member they stand in."""
NULL = "null"
"""In JSON it is written for every member alike, so each may take it; in XML it takes an attribute that few know of."""


def economical(groups: Sequence[Group], members: Members) -> list[list[Case]]:
    """Of each group what is to be sent."""
    kinds = _kinds(groups, members)
    known: set[Kind] = set()
    spent: Counter[tuple[int, str]] = Counter()
    kept: list[set[str]] = [set() for _ in groups]

    def take(place: int, case: Case) -> None:
        if case.id not in kept[place]:
            kept[place].add(case.id)
            known.add(kinds[case.id])
            spent[place, _slot(case)] += 1

    for place, group in enumerate(groups):
        for candidates in _by_rule(group).values():
            if not any(case.id in kept[place] for case in candidates):
                # Far out is no place to decide a bound, and what is absent must be missed before what is null.
                near = [case for case in candidates if _slug(case) not in SHARED | {NULL}]
                fresh = (case for case in near if kinds[case.id] not in known)
                take(place, next(fresh, candidates[0]))
    for kind, found in _by_kind(groups, kinds).items():
        if kind not in known:
            take(*min(found, key=lambda one: spent[one[0], _slot(one[1])]))
    leaned = [{case.leans_on for case in group if case.id in kept[place]} for place, group in enumerate(groups)]
    return [[case for case in group if case.id in kept[place] | leaned[place]] for place, group in enumerate(groups)]


def _slot(case: Case) -> str:
    """Where the case needs a message of its own: in the slot of its change where it can be packed, anywhere if not."""
    return case.change.slot if packable(case) and case.change is not None else ""


def _by_rule(group: Group) -> Mapping[tuple[str, Expect], list[Case]]:
    """(rule, what is expected) → the cases that decide it, those of the contract before examples."""
    found: dict[tuple[str, Expect], list[Case]] = {}
    for case in sorted(group, key=lambda case: (case.origin != "contract", _slug(case) in REDUNDANT | SHARED)):
        for rule in case.rules if case.expect is not Expect.OBSERVE else ():
            found.setdefault((rule, case.expect), []).append(case)
    # What breaks an implied set is refused for the other rules too, whatever becomes of this one.
    alone = {key: [case for case in cases if case.rules == (key[0],)] for key, cases in found.items()}
    own = {key: [case for case in cases if case.rules[0] == key[0]] for key, cases in found.items()}
    return {key: alone[key] or own[key] or cases for key, cases in found.items()}


def _by_kind(groups: Sequence[Group], kinds: Mapping[str, Kind]) -> Mapping[Kind, list[tuple[int, Case]]]:
    """Kind → where there are cases of it."""
    found: dict[Kind, list[tuple[int, Case]]] = {}
    for place, group in enumerate(groups):
        for case in group:
            if kinds[case.id]:
                found.setdefault(kinds[case.id], []).append((place, case))
    return found


def _kinds(groups: Sequence[Group], members: Members) -> Mapping[str, Kind]:
    """Case id → its kind."""
    every = [case for group in groups for case in group]
    telling = _telling(every, members)
    return {case.id: () if telling.get(case.id) is False else _kind(case, members) for case in every}


def _telling(cases: Sequence[Case], members: Members) -> Mapping[str, bool]:
    """Of each text that was made from a pattern: is it among the few that tell all the patterns that people write in
    place of that one?"""
    texts: dict[tuple[str, str], dict[tuple[Expect, str], list[str]]] = {}
    for case in cases:
        decides = case.origin == "contract" and case.expect is not Expect.OBSERVE
        if decides and case.rules and case.rules[0].endswith("/pattern") and case.change is not None:
            text = str(case.change.sets[0][1])
            texts.setdefault((case.service, case.path), {}).setdefault((case.expect, text), []).append(case.id)
    found: dict[str, bool] = {}
    for place, ids in texts.items():
        # A number shows more than its pattern: how it is kept.
        member = members.get(place)
        stated = member.constraint("pattern") if member is not None and member.type == "string" else None
        others = [other for _, other in mutants(stated.pattern)] if stated is not None and stated.pattern else []
        if others:
            kept = _fewest({key: _told_by(key, others) for key in ids})
            found |= {name: key in kept for key, names in ids.items() for name in names}
    return found


def _told_by(key: tuple[Expect, str], others: Sequence[str]) -> frozenset[int]:
    """The patterns that take the text though it must be refused, or refuse it though it must be taken."""
    expect, text = key
    return frozenset(
        number for number, other in enumerate(others) if matches(other, text) is (expect is Expect.REFUSED)
    )


def _fewest(tells: Mapping[tuple[Expect, str], frozenset[int]]) -> set[tuple[Expect, str]]:
    """A small choice that tells as much as all: the one that tells most of what is left, again and again."""
    left = set().union(*tells.values())
    kept: set[tuple[Expect, str]] = set()
    while left:
        best = max(tells, key=lambda key: len(tells[key] & left))
        kept.add(best)
        left -= tells[best]
    return kept


def _kind(case: Case, members: Members) -> Kind:
    """What the case shows that cases of another kind do not; nothing where its rule's other cases show as much."""
    if case.expect is Expect.OBSERVE or not case.rules:
        return (case.id,) if not case.rules else ()
    slug = _slug(case)
    facet = case.rules[0].rpartition("/")[2]
    if case.origin != "contract":
        # Of a bad value the contract's own cases show as much.
        return (case.service, case.origin) if case.expect is Expect.ACCEPTED else ()
    if slug in REDUNDANT or facet in ONE_PARSER:
        return ()
    if slug in SHARED:
        return (case.service, facet, slug)
    if slug == NULL:
        return (case.service, case.encoding, facet, slug, case.path if case.encoding == "json" else "")
    if not case.path:
        return (case.service, "soap" if is_soap(case.encoding) else case.encoding, facet, slug)
    if facet in ONE_READER and case.expect is Expect.REFUSED and not is_soap(case.encoding):
        member = members.get((case.service, case.path))
        return (case.service, facet, slug, member.type if member is not None else "")
    bound = packable(case) and case.change is not None and case.change.bound
    if bound or (case.expect is Expect.ACCEPTED and is_soap(case.encoding)):
        # Packed they cost next to nothing, and each encoding has a reader of its own.
        return (case.service, case.encoding, case.path, facet, slug)
    return (case.service, case.path, facet, slug)


def _slug(case: Case) -> str:
    return case.id.rpartition("/")[2]
