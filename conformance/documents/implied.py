"""Which constraint of a field cannot be broken without breaking another one.

Computed, not claimed: over the critical values of the field's own type, facet A is implied by B where every value that
breaks A breaks B too. One case then serves both rules. Must never import a reader.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from conformance.documents.ledger import facets
from conformance.facets import broken, readable
from conformance.patterns import Unsupported, parse
from conformance.patterns.lengths import lengths

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.model import Constraint, Field

STEPS = (Decimal("0.1"), Decimal("0.01"), Decimal("0.001"))
POWERS = 7
LONGEST = 10_000
"""A text beyond this length proves nothing here that a shorter one would not."""


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
    stated_pattern = member.constraint("pattern")
    if member.type == "string" and stated_pattern is not None:
        return _by_pattern(member, stated_pattern.pattern or "")
    breaking: dict[str, set[Decimal | str]] = {}
    for value in critical(member):
        for facet in broken_facets(member, value):
            breaking.setdefault(facet, set()).add(value)
    stated = [facet for constraint in member.constraints for facet in facets(constraint) if facet in breaking]
    order = tuple(dict.fromkeys(stated))
    found = {
        facet: tuple(other for other in order if other != facet and breaking[facet] <= breaking[other])
        for facet in order
    }
    return {facet: others for facet, others in found.items() if others}


def _by_pattern(member: Field, pattern: str) -> dict[str, tuple[str, ...]]:
    """The bounds of a text's length that no text of its pattern comes near. One that is not read implies nothing."""
    try:
        shortest, longest = lengths(parse(pattern))
    except Unsupported:
        return {}
    least = max((held.min_length or 0 for held in member.constraints), default=0)
    most = min((held.max_length for held in member.constraints if held.max_length is not None), default=None)
    found: dict[str, tuple[str, ...]] = {}
    if least and shortest >= least:
        found["min-length"] = ("pattern",)
    if most is not None and longest is not None and longest <= most:
        found["max-length"] = ("pattern",)
    return found


def broken_facets(member: Field, value: Decimal | str) -> tuple[str, ...]:
    """The facets that a value breaks. A pattern that cannot be read here proves nothing and is left out."""
    sure = replace(member, constraints=tuple(held for held in member.constraints if _readable(held)))
    return tuple(facet.removesuffix("-step") for facet in broken(sure, value))


def critical(member: Field) -> Iterator[Decimal | str]:
    """The values of a type at which its constraints can turn. Text whose pattern decides is left to the generators."""
    bounds = member.constraint("range")
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
        lengths = {held for c in member.constraints for held in (c.min_length, c.max_length) if held is not None}
        sizes = {length + step for length in lengths or {1} for step in (-1, 0, 1)}
        yield from ("a" * size for size in sorted(sizes) if 0 <= size <= LONGEST)


def _readable(constraint: Constraint) -> bool:
    try:
        return readable(constraint.pattern or "")
    except (OverflowError, RecursionError):
        return False
