"""The contract with a defect's bounds and patterns in place of the documented ones."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from conformance.model import Constraint, Contract, Field
from conformance.reference.defect import Edit


def edited(contract: Contract, edits: tuple[Edit, ...]) -> Contract:
    """The contract with none but the members that are edited, as a service reads them that has those edits."""
    request = contract.operation.request
    names = {name for name, _, _ in edits}
    fields = tuple(_edited(member, edits) for member in request.fields if member.name in names)
    return replace(contract, operation=replace(contract.operation, request=replace(request, fields=fields)))


def _edited(member: Field, edits: tuple[Edit, ...]) -> Field:
    for name, facet, value in edits:
        if name == member.name:
            member = replace(member, constraints=tuple(_bounded(c, facet, value) for c in member.constraints))
    return member


def _bounded(constraint: Constraint, facet: str, value: Decimal | str) -> Constraint:
    if isinstance(value, str):
        return (
            replace(constraint, pattern=value) if facet == "pattern" and constraint.pattern is not None else constraint
        )
    if facet == "minimum" and constraint.minimum is not None:
        return replace(constraint, minimum=value)
    if facet == "maximum" and constraint.maximum is not None:
        return replace(constraint, maximum=value)
    if facet == "min-length" and constraint.min_length:
        return replace(constraint, min_length=int(value))
    if facet == "max-length" and constraint.max_length is not None:
        return replace(constraint, max_length=int(value))
    return constraint
