"""The contract with a defect's bounds in place of the documented ones."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from conformance.model import Constraint, Contract, Field
from conformance.reference.defect import Defect


def edited(contract: Contract, defect: Defect) -> Contract:
    """The contract with the defect's bounds in place of the documented ones."""
    if not defect.edits:
        return contract
    request = contract.operation.request
    fields = tuple(_edited(member, defect.edits) for member in request.fields)
    return replace(contract, operation=replace(contract.operation, request=replace(request, fields=fields)))


def _edited(member: Field, edits: tuple[tuple[str, str, Decimal], ...]) -> Field:
    for name, facet, value in edits:
        if name == member.name:
            member = replace(member, constraints=tuple(_bounded(c, facet, value) for c in member.constraints))
    return member


def _bounded(constraint: Constraint, facet: str, value: Decimal) -> Constraint:
    if facet == "minimum" and constraint.minimum is not None:
        return replace(constraint, minimum=value)
    if facet == "maximum" and constraint.maximum is not None:
        return replace(constraint, maximum=value)
    if facet == "min-length" and constraint.min_length:
        return replace(constraint, min_length=int(value))
    if facet == "max-length" and constraint.max_length is not None:
        return replace(constraint, max_length=int(value))
    return constraint
