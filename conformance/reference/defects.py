"""What can be wrong with the reference, as data: each defect breaks one rule, or one implied set, in one way.

Most defects follow from the rule: `dropped` forgets it. The table of variants holds the subtler ones. `rules` are all
rules that may fail because of the defect, its own first; a check that fails another rule has raised a false alarm.
Those of SOAP stand in `defects_soap`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from conformance.model import Contract, Field, Rule
from conformance.reference.defect import Defect
from conformance.reference.defects_soap import soap_defects
from conformance.rules.fields import walk
from conformance.rules.soap import is_soap

__all__ = ["VARIANTS", "Defect", "bound", "defects_of"]


VARIANTS: dict[str, tuple[str, ...]] = {
    "echo": ("altered", "missing", "null", "stale"),
}
"""The ways to break a rule about answers, where there are several."""


def defects_of(contract: Contract, rules: Iterable[Rule]) -> tuple[Defect, ...]:
    """Every defect of the service's reference, in the order of the rules."""
    known = tuple(rules)
    ids = {rule.id for rule in known}
    soap = any(is_soap(encoding.name) for encoding in contract.operation.encodings)
    found = soap_defects(contract, known) if soap else _all(contract, known)
    return tuple(replace(one, rules=tuple(rule for rule in one.rules if rule in ids)) for one in found)


def _all(contract: Contract, rules: tuple[Rule, ...]) -> Iterator[Defect]:
    members = {member.name: member for member in contract.operation.request.fields}
    everywhere = dict(walk(contract.operation.request.fields))
    # Members that name something at the tenant keep their value, so a stale one cannot be told.
    varied = {name for name, member in members.items() if member.marks in {(), ("mail",)} and member.type != "list"}
    for rule in rules:
        if rule.part == "response":
            for variant in VARIANTS.get(rule.facet, ("dropped",)):
                if variant == "stale" and rule.path.removeprefix(f"{_echo(contract)}/") not in varied:
                    continue
                yield _defect(rule, (rule.id,), variant)
            continue
        together = _implied(contract.service, rule, everywhere.get(rule.path))
        yield _defect(rule, together, "dropped")
        if rule.path in members:
            yield from _bounds(contract.service, rule, members[rule.path])


def _defect(rule: Rule, rules: tuple[str, ...], variant: str) -> Defect:
    return Defect(
        id=f"{rule.id}:{variant}", rules=rules, encodings=rule.encodings, broken=frozenset(rules), variant=variant
    )


def _implied(service: str, rule: Rule, member: Field | None) -> tuple[str, ...]:
    """The rule and those that would still catch what it lets through: only together can they be broken."""
    implied = member.implied_by.get(rule.facet, ()) if member is not None else ()
    if rule.facet == "min-length" and member is not None and member.required and bound(member, rule.facet) == 1:
        # Nothing is shorter than one character but blank text.
        implied += ("not-blank",) if member.type == "string" else ()
    return (rule.id, *(f"{service}/request/{rule.path}/{facet}" for facet in implied))


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
            also = tuple(f"{service}/request/{rule.path}/{facet}" for facet in ("type", "pattern", "required"))
        if member.type == "decimal" and rule.facet == "maximum" and variant == "looser":
            also = (f"{service}/request/{rule.path}/maximum-step",)
        yield Defect(
            id=f"{rule.id}:{variant}",
            rules=(rule.id, *also),
            encodings=rule.encodings,
            variant=variant,
            edits=((rule.path, rule.facet, value + change),),
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


def _echo(contract: Contract) -> str:
    acceptance = contract.operation.acceptance
    return (acceptance.echo or "") if acceptance is not None else ""
