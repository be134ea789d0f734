"""Values that nobody named: each satisfies its member's constraints, and none is an address of somebody."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.facets import Fit, broken, fits
from conformance.generate.addresses import safe
from conformance.generate.defaults import default
from conformance.model import Basis, Choice, Citation, Constraint, Field, Tree

CITE = Citation(document="loans.txt", line=1)


def held(**values: Any) -> Constraint:
    return Constraint(basis=Basis.STATED, citation=CITE, **values)


def member(kind: str, *constraints: Constraint, name: str = "Member", **more: Any) -> Field:
    return Field(name=name, type=kind, basis=Basis.STATED, citation=CITE, constraints=constraints, **more)


def pattern(text: str) -> Constraint:
    return held(facet="pattern", pattern=text)


def length(least: int | None, most: int | None) -> Constraint:
    return held(facet="length", min_length=least, max_length=most)


def limits(low: str, high: str) -> Constraint:
    return held(facet="range", minimum=Decimal(low), maximum=Decimal(high))


REQUIRED = held(facet="required")
MAIL = r"^((?:[\w-]+\.)*\w[\w-]{0,63})@((?:[\w-]+\.)*\w[\w-]{0,98})\.([a-zA-Z]{2,15}(?:\.[a-zA-Z]{2})?)$"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (member("string"), "Conformance"),
        (member("string", length(None, 4)), "Con"),
        (member("string", length(13, 20)), "Conformanceeee"),
        (member("string", pattern(r"^[A-Z]{3}-\d{4}$")), "AAA-0000"),
        (member("string", pattern(r"^\d*$")), "12345"),
        (member("string", pattern("^[A-Z]{2,10}$"), length(5, 8)), "AAAAAA"),
        (member("string", marks=("mail",)), "conformance@mail.test"),
        (member("string", length(None, 15), marks=("mail",)), "qa@mail.test"),
        (member("string", pattern(MAIL)), "conformance@mail.test"),
        (member("string", held(facet="data-type", text="EmailAddress")), "conformance@mail.test"),
        (member("string", held(facet="data-type", text="Url")), "https://mail.test/"),
        (member("boolean"), True),
        (member("integer"), 1),
        (member("integer", limits("0", "9")), 1),
        (member("integer", limits("5", "9")), 7),
        (member("integer", limits("-9", "-5")), -7),
        (member("integer", pattern("^[2-9][0-9]{3}$")), 2111),
        (member("integer", pattern(r"^\d{6}$")), 111111),
        (member("decimal", limits("0.1", "0.9")), Decimal("0.1")),
        (member("decimal", limits("1.5", "9")), 5),
        (member("decimal", pattern(r"^\d+\.\d{2}$")), Decimal("1.11")),
        (member("dateTime"), "2025-01-31T00:00:00"),
        (member("enum", choices=(Choice(name="Lent", number=3), Choice(name="Late"))), "Lent"),
        (member("map", item=member("integer")), {}),
        (member("list", item=member("integer")), [1]),
        (member("list", held(facet="min-length", min_length=2), item=member("string")), ["Conformance"] * 2),
        (member("list", item=member("open")), []),
    ],
    ids=lambda value: (
        f"{value.type}-{'-'.join(c.facet for c in value.constraints)}" if isinstance(value, Field) else ""
    ),
)
def test_the_simplest_value_that_the_constraints_admit(field: Field, value: Tree) -> None:
    assert default(field) == value
    assert fits(field, value) is Fit.EXACT
    assert not list(broken(field, value))


def test_an_object_carries_what_is_required_and_what_nothing_binds() -> None:
    fields = (
        member("string", REQUIRED, length(None, 3), name="Code"),
        member("integer", name="Copies"),
        member("string", length(None, 3), name="Optional"),
        member("guid", marks=("reference",), name="Branch"),
        member("list", name="Parts", item=member("object", fields=(member("boolean", name="New"),))),
    )
    assert default(member("object", fields=fields)) == {"Code": "Co", "Copies": 1, "Parts": [{"New": True}]}


def test_a_pattern_beyond_what_texts_are_made_from_is_met_by_one_of_a_few() -> None:
    assert default(member("string", pattern(r"^(?=.*\d)(?=.*-).{8,}$"))) == "2025-01-31"


def test_what_cannot_be_met_gets_a_value_all_the_same() -> None:
    assert default(member("string", pattern("^[^@]{40}@bank$"))) == "Conformance"
    assert default(member("integer", limits("5", "9"), pattern("^1$"))) == 7


CLASSES = st.sampled_from(["[A-Z]", r"\d", "[a-f0-9]", "[a-z_]", r"\w", "(?:ab|c)"])
PARTS = st.tuples(CLASSES, st.integers(0, 4), st.integers(0, 4)).map(
    lambda part: f"{part[0]}{{{part[1]},{sum(part[1:])}}}"
)
PATTERNS = st.lists(st.one_of(PARTS, st.sampled_from(["-", "/", "@", "x"])), min_size=1, max_size=4).map("".join)


@given(PATTERNS)
def test_a_text_made_from_a_pattern_matches_it_and_is_nobodys_address(text: str) -> None:
    field = member("string", pattern(f"^{text}$"))
    value = default(field)
    assert safe(value)
    if not list(broken(field, value)):
        assert value
    else:
        # Only an empty text, or an address that somebody may own, would have matched.
        assert "@" in text or "{0," in text


@given(st.integers(0, 40), st.integers(0, 40))
def test_a_text_is_as_long_as_its_bounds_want(least: int, more: int) -> None:
    field = member("string", length(least, least + more))
    assert least + more == 0 or not list(broken(field, default(field)))


@given(st.decimals(-500, 500, places=2), st.decimals(0, 500, places=2))
def test_a_decimal_is_within_its_range(low: Decimal, width: Decimal) -> None:
    field = member("decimal", limits(str(low), str(low + width)))
    assert not list(broken(field, default(field)))
