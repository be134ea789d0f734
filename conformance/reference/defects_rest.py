"""What can be wrong with the reference in REST: the ways of `rest_ways` for each rule, bounds and patterns drawn wrong,
and habits that many members share.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise

from conformance.facets import is_number, matches
from conformance.generate import strings, values
from conformance.generate.addresses import safe
from conformance.model import Contract, Field, Rule, Tree
from conformance.patterns.mutants import mutants
from conformance.reference.defect import Defect, Edit, Way
from conformance.reference.rest_ways import DROPPED, WAYS, WIDE, Habit
from conformance.rules.fields import walk


def rest_defects(contract: Contract, rules: Iterable[Rule]) -> Iterator[Defect]:
    """Every defect of the service's reference in REST, in the order of the rules, then those of many rules."""
    known = tuple(rules)
    requested = dict(walk(contract.operation.request.fields))
    for rule in known:
        member = _member(contract, rule)
        together = _implied(contract.service, rule, requested.get(rule.path)) if rule.part == "request" else (rule.id,)
        for way in WAYS.get((rule.part, rule.facet), DROPPED):
            shown = tuple(name for name in way.encodings or rule.encodings if name in rule.encodings)
            if shown and (way.when is None or way.when(contract, member)):
                yield _defect(contract, rule, way, together, shown)
        if rule.part == "request" and rule.path in requested and "/" not in rule.path:
            yield from _bounds(contract.service, rule, requested[rule.path])
        if (rule.part, rule.facet) == ("request", "required") and len(rule.encodings) > 1:
            yield from _in_one_encoding(rule, together)
    yield from _patterns(contract, known)
    yield from _swapped(contract, known)
    yield from _lists(contract, known)
    for habit in WIDE:
        yield from _wide(contract, habit, known)


def _member(contract: Contract, rule: Rule) -> Field | None:
    """The member that the rule is about; of an echo the one that was sent."""
    requested = dict(walk(contract.operation.request.fields))
    if rule.part == "request":
        return requested.get(rule.path)
    if rule.facet == "echo":
        return requested.get(rule.path.partition("/")[2])
    return dict(walk(contract.operation.response.fields)).get(rule.path)


def _defect(contract: Contract, rule: Rule, way: Way, together: tuple[str, ...], encodings: tuple[str, ...]) -> Defect:
    also = tuple(f"{contract.service}/{name}" for name in way.also)
    return Defect(
        id=f"{rule.id}:{way.variant}",
        rules=(*together, *also),
        encodings=encodings,
        broken=frozenset(together),
        variant=way.variant,
    )


def _implied(service: str, rule: Rule, member: Field | None) -> tuple[str, ...]:
    """The rule and those that would still catch what it lets through: only together can they be broken."""
    implied = member.implied_by.get(rule.facet, ()) if member is not None else ()
    if rule.facet == "min-length" and member is not None and member.required and bound(member, rule.facet) == 1:
        # Nothing is shorter than one character but blank text.
        implied += ("not-blank",) if member.type == "string" else ()
    return (rule.id, *(f"{service}/request/{rule.path}/{facet}" for facet in implied))


def _in_one_encoding(rule: Rule, together: tuple[str, ...]) -> Iterator[Defect]:
    """Each reader has a list of its own of what is demanded, and one of them lacks the member."""
    for name in rule.encodings:
        yield Defect(
            id=f"{rule.id}:not-in-{name}",
            rules=together,
            encodings=(name,),
            broken=frozenset(together),
            variant="absent",
            only=(name,),
        )


# --- bounds -----------------------------------------------------------------------------------------------------------


def _bounds(service: str, rule: Rule, member: Field) -> Iterator[Defect]:
    """Bounds off by one on each side, where no other constraint hides it."""
    step = {"minimum": -1, "maximum": 1, "max-length": 1, "min-length": -1}.get(rule.facet)
    value = bound(member, rule.facet)
    if step is None or value is None or "reference" in member.marks:
        return
    for variant, change in (("looser", step), ("tighter", -step)):
        implied = _implied(service, rule, member)[1:]
        if implied and (variant == "looser" or rule.facet.endswith("-length")):
            continue
        also: tuple[str, ...] = ()
        if variant == "tighter" and rule.facet.endswith("-length"):
            # A drawn text of just that length was to show another rule of the member.
            also = tuple(
                f"{service}/request/{rule.path}/{facet}" for facet in ("type", "pattern", "required", "optional")
            )
        if member.type == "decimal" and rule.facet == "maximum" and variant == "looser":
            also = (f"{service}/request/{rule.path}/maximum-step",)
        yield _edited(rule, variant, ((rule.path, rule.facet, value + change),), also)


def _edited(rule: Rule, variant: str, edits: tuple[Edit, ...], also: tuple[str, ...], *, wide: bool = False) -> Defect:
    return Defect(
        id=f"{rule.id}:{variant}",
        rules=(rule.id, *also),
        encodings=rule.encodings,
        variant=variant,
        edits=edits,
        wide=wide,
    )


def bound(member: Field, facet: str) -> Decimal | None:
    """The member's bound of that facet; None where it has none."""
    for constraint in member.constraints:
        if facet == "minimum" and constraint.minimum is not None:
            return constraint.minimum
        if facet == "maximum" and constraint.maximum is not None:
            return constraint.maximum
        if facet == "max-length" and constraint.max_length is not None:
            return Decimal(constraint.max_length)
        if facet == "min-length" and constraint.min_length:
            return Decimal(constraint.min_length)
    return None


def _swapped(contract: Contract, rules: tuple[Rule, ...]) -> Iterator[Defect]:
    """Two members with the range of each other, where the baseline has room in both."""
    ranged = [member for member in contract.operation.request.fields if bound(member, "maximum") is not None]
    for one, other in pairwise(ranged):
        own = next((rule for rule in rules if rule.id == f"{contract.service}/request/{one.name}/maximum"), None)
        if own is None or bound(one, "maximum") == bound(other, "maximum"):
            continue
        edits = (*_range_of(other, one.name), *_range_of(one, other.name))
        fits = all(_within(contract.baseline.get(mine.name), theirs) for mine, theirs in ((one, other), (other, one)))
        if fits:
            facets = ("minimum", "maximum", "maximum-step", "pattern", "type")
            also = tuple(
                f"{contract.service}/request/{name}/{facet}" for name in (one.name, other.name) for facet in facets
            )
            yield _edited(own, "swapped", edits, tuple(rule for rule in also if rule != own.id), wide=True)


def _range_of(member: Field, name: str) -> tuple[Edit, ...]:
    found = ((facet, bound(member, facet)) for facet in ("minimum", "maximum"))
    return tuple((name, facet, value) for facet, value in found if value is not None)


def _within(value: Tree, member: Field) -> bool:
    low, high = bound(member, "minimum"), bound(member, "maximum")
    return is_number(value) and low is not None and high is not None and low <= value <= high


# --- patterns ---------------------------------------------------------------------------------------------------------


BESIDE = ("type", "required", "optional", "max-length", "min-length")
"""Rules of a member whose values a pattern that is too narrow refuses as well."""


def _patterns(contract: Contract, rules: tuple[Rule, ...]) -> Iterator[Defect]:
    """The mutants of each pattern that a text tells which this suite can send; one constant may serve many members."""
    stated: dict[str, list[Rule]] = {}
    for rule in rules:
        member = _member(contract, rule)
        if (rule.part, rule.facet) != ("request", "pattern") or member is None or "/" in rule.path:
            continue
        constraint = member.constraint("pattern")
        if constraint is not None and constraint.pattern is not None and not member.implied_by.get("pattern"):
            stated.setdefault(constraint.pattern, []).append(rule)
    for pattern, found in stated.items():
        for name, mutant in mutants(pattern):
            told = [rule for rule in found if _told(contract, rule, pattern, mutant)]
            if told:
                edits = tuple((rule.path, "pattern", mutant) for rule in told)
                also = (f"{rule.id.removesuffix('pattern')}{facet}" for rule in told for facet in BESIDE)
                others = (*(rule.id for rule in told[1:]), *also)
                yield _edited(told[0], name, edits, others, wide=len(told) > 1)


def _told(contract: Contract, rule: Rule, pattern: str, mutant: str) -> bool:
    """Does a text of the rule's cases tell the mutant, and does it take the baseline?"""
    member = _member(contract, rule)
    current = contract.baseline.get(rule.path)
    if member is None or current is None or not matches(mutant, str(current)):
        return False
    if member.type == "decimal":
        texts = [str(value.value) for value in values.decimals(member)]
    else:
        near = (*strings.near_misses(pattern, str(current)), *strings.near_hits(pattern, str(current)))
        longest = bound(member, "max-length") or Decimal("Infinity")
        texts = [text for text, _ in near if safe(text) and len(text) <= longest]
    return any(matches(pattern, text) != matches(mutant, text) for text in texts)


# --- many members -----------------------------------------------------------------------------------------------------


def _lists(contract: Contract, rules: tuple[Rule, ...]) -> Iterator[Defect]:
    """Lists whose items come back in another order: what the items hold shows it."""
    echoes = [rule for rule in rules if (rule.part, rule.facet) == ("response", "echo")]
    for rule in echoes:
        inside = [one for one in echoes if one.path.startswith(f"{rule.path}/")]
        texts = [one for one in inside if (found := _member(contract, one)) is not None and not found.marks]
        for variant in ("sorted", "backwards") if texts else ():
            rest = [one.id for one in (*inside, rule) if one is not texts[0]]
            yield Defect(
                id=f"{texts[0].id}:{variant}",
                rules=(texts[0].id, *rest),
                encodings=rule.encodings,
                broken=frozenset({rule.id}),
                variant=variant,
            )


def _wide(contract: Contract, habit: Habit, rules: tuple[Rule, ...]) -> Iterator[Defect]:
    found = [rule for rule in rules if rule.part == habit.part and _shares(contract, habit, rule)]
    if habit.facets == ("*",):
        found = [rule for rule in found if rule.facet != "optional"]
    encodings = tuple(dict.fromkeys(name for rule in found for name in rule.encodings))
    shown = tuple(name for name in encodings if not habit.encodings or name in habit.encodings)
    if found and shown:
        together = tuple(rule.id for rule in found)
        yield Defect(
            id=f"{together[0]}:{habit.variant}",
            rules=(*together, *(f"{contract.service}/{name}" for name in habit.also)),
            encodings=shown,
            broken=frozenset(together),
            variant=habit.variant,
            wide=True,
        )


def _shares(contract: Contract, habit: Habit, rule: Rule) -> bool:
    member = _member(contract, rule)
    around = dict(walk(contract.operation.request.fields)).get(rule.path.rpartition("/")[0])
    if habit.listed and (around is None or around.type != "list" or rule.path.count("/") > 1):
        return False
    named = habit.facets == ("*",) or rule.facet in habit.facets
    return named and (not habit.types or (member is not None and member.type in habit.types))
