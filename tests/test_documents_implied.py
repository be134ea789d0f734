"""Which constraint cannot be broken alone is computed, not claimed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from conformance.documents.implied import implied_by
from conformance.model import Basis, Citation, Constraint, Field

CITE = Citation(document="page.txt", line=1)


def member(kind, pattern=None, low=None, high=None, longest=None, shortest=None, ends=None):
    held = []
    if pattern is not None:
        held.append(Constraint(facet="pattern", basis=Basis.STATED, citation=CITE, pattern=pattern))
    if low is not None:
        bounds = {"minimum": Decimal(low), "maximum": Decimal(high)}
        held.append(Constraint(facet="range", basis=Basis.STATED, citation=CITE, **bounds))
    if longest is not None:
        held.append(Constraint(facet="max-length", basis=Basis.STATED, citation=CITE, max_length=longest))
    if shortest is not None:
        held.append(Constraint(facet="min-length", basis=Basis.STATED, citation=CITE, min_length=shortest))
    if ends is not None:
        low, high = ends
        held.append(Constraint(facet="length", basis=Basis.STATED, citation=CITE, min_length=low, max_length=high))
    return Field(name="Size", type=kind, basis=Basis.STATED, citation=CITE, constraints=tuple(held))


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (member("integer", "^[0-9]*$", 1, 120), {"pattern": ("minimum",)}),
        (member("integer", "^[0-9]*$", 0, 180), {"pattern": ("minimum",), "minimum": ("pattern",)}),
        (member("decimal", r"^\d+(\.\d{1,2})?$", 0, 100), {"minimum": ("pattern",)}),
        (member("integer", "^[0-9]{1,2}$", 0, 99), {"minimum": ("pattern",), "maximum": ("pattern",)}),
        (member("integer", None, 1, 5), {}),
        (member("integer", "^-?[0-9]*$", 1, 5), {}),
        (member("string", None, longest=5), {}),
        (member("string", "^a*$", longest=5), {}),
        (member("integer", "^(?<sign>-)[0-9]*$", 1, 5), {"maximum": ("pattern",)}),
        (member("integer", "^(?<a-b>-)[0-9]*$", 1, 5), {}),
        (member("string", shortest=3, longest=5), {}),
        (member("string", shortest=3, ends=(2, 5)), {}),
        (member("string", longest=2147483647), {}),
        (member("boolean"), {}),
    ],
)
def test_a_facet_is_implied_where_nothing_breaks_it_alone(field, expected):
    assert implied_by(field) == expected
