"""The least that still shows every kind of bug: what the depth quick keeps of all cases.

Every rule keeps what decides it in each encoding; every further kind of wrong value is sent once, in the place of
whichever member and encoding has its turn. What decides nothing is not sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from conformance.generate.packing import packable
from conformance.model import Case, Expect, Field
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
FIRST = frozenset({"null"})
"""Values that the first encoding that has them is best at."""


def economical(groups: Sequence[Group], members: Members) -> list[list[Case]]:
    """Of each group what is to be sent."""
    known: set[Kind] = set()
    spent: Counter[tuple[int, str]] = Counter()
    kept: list[set[str]] = [set() for _ in groups]

    def take(place: int, case: Case) -> None:
        if case.id not in kept[place]:
            kept[place].add(case.id)
            known.add(_kind(case, members))
            spent[place, _slot(case)] += 1

    for place, group in enumerate(groups):
        for candidates in _by_rule(group).values():
            if not any(case.id in kept[place] for case in candidates):
                fresh = (case for case in candidates if _kind(case, members) not in known)
                take(place, next(fresh, candidates[0]))
    for kind, found in _by_kind(groups, members).items():
        if kind not in known:
            first = _slug(found[0][1]) in FIRST
            take(*(found[0] if first else min(found, key=lambda one: spent[one[0], _slot(one[1])])))
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


def _by_kind(groups: Sequence[Group], members: Members) -> Mapping[Kind, list[tuple[int, Case]]]:
    """Kind → where there are cases of it."""
    found: dict[Kind, list[tuple[int, Case]]] = {}
    for place, group in enumerate(groups):
        for case in group:
            kind = _kind(case, members)
            if kind:
                found.setdefault(kind, []).append((place, case))
    return found


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
    if not case.path:
        return (case.service, "soap" if is_soap(case.encoding) else case.encoding, facet, slug)
    if facet in ONE_READER and case.expect is Expect.REFUSED and not is_soap(case.encoding):
        member = members.get((case.service, case.path))
        return (case.service, facet, slug, member.type if member is not None else "")
    if case.expect is Expect.ACCEPTED and is_soap(case.encoding):
        # Packed they cost next to nothing, and each version has a reader of its own.
        return (case.service, case.encoding, case.path, facet, slug)
    return (case.service, case.path, facet, slug)


def _slug(case: Case) -> str:
    return case.id.rpartition("/")[2]
