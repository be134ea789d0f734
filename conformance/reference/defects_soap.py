"""The defects of the reference in SOAP: what the table of ways makes of the rules of a contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conformance.model import Contract, Rule
from conformance.reference.defect import Defect, Way
from conformance.reference.soap_habits import FORGETS
from conformance.reference.soap_reading import ITEMS
from conformance.reference.soap_ways import ALIKE, WAYS
from conformance.rules.fields import walk
from conformance.rules.soap import SOAP

CHECKS = frozenset({"type", "strict-type", "required", "not-blank", "enumeration"})
"""Facets of a member that is looked at by itself."""


def soap_defects(contract: Contract, rules: Iterable[Rule]) -> Iterator[Defect]:
    """Every defect of the service's reference in SOAP, in the order of the rules."""
    known = tuple(rules)
    requested = dict(walk(contract.operation.request.fields))
    answered = dict(walk(contract.operation.response.fields))
    for rule in known:
        member = (requested if rule.part == "request" else answered).get(rule.path)
        for way in WAYS.get((rule.part, rule.facet), (Way(),)):
            shown = way.encodings or rule.encodings
            if set(shown) & set(rule.encodings) and (way.when is None or way.when(contract, member)):
                yield _defect(contract, rule, way, known)
    yield from _habits(contract, known)


def _habits(contract: Contract, known: tuple[Rule, ...]) -> Iterator[Defect]:
    """What a service does with all its checks, or with all those of a list's items: whichever shows it is enough."""
    checks = tuple(rule for rule in known if rule.part == "request" and rule.facet in CHECKS)
    # What one version takes after the other has refused it is also a difference between the two.
    alike = tuple(f"{contract.service}/{rule}" for rule in ALIKE)
    for variant in FORGETS if checks else ():
        yield _habit(checks, variant, alike)
    for path, member in walk(contract.operation.request.fields):
        inner = tuple(rule for rule in checks if rule.path.rpartition("/")[0] == path)
        for variant in ITEMS if inner and member.type == "list" else ():
            yield _habit(inner, variant)


def _habit(rules: tuple[Rule, ...], variant: str, also: tuple[str, ...] = ()) -> Defect:
    names = tuple(rule.id for rule in rules)
    return Defect(
        id=f"{names[0]}:{variant}",
        rules=(*names, *also),
        encodings=tuple(name for name in SOAP if any(name in rule.encodings for rule in rules)),
        broken=frozenset(names),
        variant=variant,
        wide=True,
    )


def _defect(contract: Contract, rule: Rule, way: Way, known: tuple[Rule, ...]) -> Defect:
    also = [found for pattern in way.also for found in _named(contract.service, pattern, known)]
    also += _around(contract, rule, known)
    return Defect(
        id=f"{rule.id}:{way.variant}",
        rules=tuple(dict.fromkeys((rule.id, *also))),
        encodings=way.encodings or rule.encodings,
        broken=frozenset({rule.id}),
        variant=way.variant,
    )


def _named(service: str, pattern: str, known: tuple[Rule, ...]) -> Iterator[str]:
    part, star, facet = pattern.partition("/*/")
    if not star:
        yield f"{service}/{pattern}"
    else:
        yield from (rule.id for rule in known if (rule.part, rule.facet) == (part, facet))


def _around(contract: Contract, rule: Rule, known: tuple[Rule, ...]) -> Iterator[str]:
    """A list of several items holds what its items are refused for one by one: a choice, or a member left out. An
    attribute that is nil has an empty text."""
    attribute = rule.part == "request" and rule.path.rpartition("/")[2].startswith("@")
    if attribute and rule.facet in {"type", "strict-type"}:
        required = f"{rule.id.removesuffix(rule.facet)}required"
        yield from (found.id for found in known if found.id == required)
    if rule.part == "request" and "/" in rule.path and rule.facet.startswith(("choice-", "optional")):
        parent = f"{contract.service}/request/{rule.path.rpartition('/')[0]}/several"
        yield from (found.id for found in known if found.id == parent)
