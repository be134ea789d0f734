"""Which constraint of a field cannot be broken without breaking another one.

Computed, not claimed: over the critical values of the field's own type, facet A is implied by B where every value that
breaks A breaks B too. One case then serves both rules. Must never import a reader.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from conformance.documents.ledger import facets
from conformance.facets import broken, compiled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.model import Constraint, Field

STEPS = (Decimal("0.1"), Decimal("0.01"), Decimal("0.001"))
POWERS = 7


def with_implied(member: Field) -> Field:
    """The field, and the fields in it, with `implied_by` filled in."""
    return replace(
        member,
        implied_by=implied_by(member),
        item=with_implied(member.item) if member.item is not None else None,
        fields=tuple(with_implied(inner) for inner in member.fields),
    )


def implied_by(member: Field) -> dict[str, tuple[str, ...]]:
    """Facet → the facets that no critical value can keep while it breaks this one."""
    breaking: dict[str, set[Decimal | str]] = {}
    for value in critical(member):
        for facet in broken_facets(member, value):
            breaking.setdefault(facet, set()).add(value)
    order = [facet for constraint in member.constraints for facet in facets(constraint) if facet in breaking]
    found = {
        facet: tuple(other for other in order if other != facet and breaking[facet] <= breaking[other])
        for facet in order
    }
    return {facet: others for facet, others in found.items() if others}


def broken_facets(member: Field, value: Decimal | str) -> tuple[str, ...]:
    """The facets that a value breaks. A pattern that cannot be read here proves nothing and is left out."""
    readable = replace(member, constraints=tuple(held for held in member.constraints if _readable(held)))
    return tuple(facet.removesuffix("-step") for facet in broken(readable, value))


def critical(member: Field) -> Iterator[Decimal | str]:
    """The values of a type at which its constraints can turn. Text whose pattern decides is left to the generators."""
    bounds = member.constraint("range")
    longest = member.constraint("max-length")
    if member.type in {"integer", "int", "decimal"}:
        edges = {Decimal(0), Decimal(1)}
        if bounds is not None:
            edges |= {bound for bound in (bounds.minimum, bounds.maximum) if bound is not None}
        whole = {edge + step for edge in edges for step in (-1, 0, 1)}
        whole |= {sign * Decimal(10) ** power for power in range(POWERS) for sign in (-1, 1)}
        yield from sorted(whole)
        if member.type == "decimal":
            yield from sorted({value + sign * step for value in whole for step in STEPS for sign in (-1, 1)} - whole)
    elif member.type == "string" and member.constraint("pattern") is None:
        length = longest.max_length if longest is not None and longest.max_length is not None else 1
        yield from ("a" * size for size in (length - 1, length, length + 1))


def _readable(constraint: Constraint) -> bool:
    try:
        compiled(constraint.pattern or "")
    except re.error:
        return False
    return True
