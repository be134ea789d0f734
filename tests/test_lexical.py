"""Scalars as text: both sides of each lexical space, and what is written back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.codecs import lexical
from conformance.codecs.lexical import text_of, value_of

# fmt: off
INSIDE = [
    ("boolean", "true", True), ("boolean", "1", True), ("boolean", "false", False), ("boolean", "0", False),
    ("boolean", " true\r\n", True), ("boolean", "\t0", False),
    ("integer", "0", 0), ("integer", "-0", 0), ("integer", "+5", 5), ("integer", "-5", -5), ("integer", "007", 7),
    ("integer", " 7\n", 7), ("integer", "2147483648", 2**31), ("int", "5", 5),
    ("decimal", "5", 5), ("decimal", "5.", Decimal(5)), ("decimal", ".5", Decimal("0.5")),
    ("decimal", "-0.10", Decimal("-0.10")), ("decimal", "+6.15", Decimal("6.15")),
    ("decimal", "\t1.0 ", Decimal("1.0")),
    ("guid", " abc ", "abc"), ("enum", "\nOpen\t", "Open"), ("dateTime", " 2025-01-31 ", "2025-01-31"),
    ("string", " a ", " a "), ("string", "", ""), ("base64Binary", " YQ== ", " YQ== "), ("open", "5", "5"),
]
OUTSIDE = [
    *(("boolean", text) for text in ("True", "TRUE", "yes", "", " ", "01", "2", "-0", "\u00a0true", "true\u2003")),
    *(("integer", text) for text in ("", " ", "+", "-", "--5", "+-5", "5.", "5.0", "1e1", "1_0", "5 0", "0x10", "5,0")),
    *(("integer", text) for text in ("٦", "１", "\u00a05", "5\u2009", "NaN", "true", "²", "5\x0b")),
    *(("decimal", text) for text in ("", ".", "-", "-.", "+.", "1e1", "1E2", "5,0", "1.2.3", "INF", "NaN", "1_0.0")),
    ("decimal", "٦.5"),
    *(("decimal", text) for text in ("\u00a05.0", "5.0\u3000", "$5", "0x1")),
]
# fmt: on


def exactly(one, other):
    """Equal, of the same type, and of the same scale: 1 is not True, 0.1 is not 0.10."""
    return type(one) is type(other) and str(one) == str(other)


@pytest.mark.parametrize(("type_name", "text", "value"), INSIDE)
def test_a_text_within_the_lexical_space_is_the_value_that_it_stands_for(type_name, text, value):
    assert exactly(value_of(type_name, text), value)


@pytest.mark.parametrize(("type_name", "text"), OUTSIDE)
def test_a_text_outside_of_the_lexical_space_stays_the_text_that_it_is(type_name, text):
    assert exactly(value_of(type_name, text), text)


@pytest.mark.parametrize("length", [4000, 4001, 5000])
def test_a_number_of_thousands_of_digits_keeps_its_value(length):
    digits = "9" * length
    for type_name in ("integer", "decimal"):
        value = value_of(type_name, digits)
        assert value == Decimal(digits)
        assert isinstance(value, int) is (length <= lexical.LONGEST)


# fmt: off
WRITTEN = [
    (True, "true"), (False, "false"), (5, "5"), (-5, "-5"), (Decimal("6.10"), "6.10"), (Decimal("1E+1"), "10"),
    (Decimal("-0.001"), "-0.001"), ("text", "text"), ("", ""), ({"a": 1}, '{"a":1}'), ([1, "ñ"], '[1,"ñ"]'),
    (None, "null"),
]
# fmt: on


@pytest.mark.parametrize(("value", "text"), WRITTEN)
def test_a_scalar_is_written_as_its_shortest_usual_text(value, text):
    assert text_of(value) == text


@given(st.booleans())
def test_a_boolean_is_read_as_it_was_written(value):
    assert value_of("boolean", text_of(value)) is value


@given(st.integers())
def test_an_integer_is_read_as_it_was_written(value):
    assert exactly(value_of("integer", text_of(value)), value)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_a_decimal_is_read_as_it_was_written(value):
    assert value_of("decimal", text_of(value)) == value


TYPES = st.sampled_from(["boolean", "integer", "int", "decimal", "guid", "dateTime", "enum", "string", "open"])


@given(TYPES, st.text(st.sampled_from("0123456789+-._eE tru\n\u00a0٦١xINFaf")))
def test_any_text_is_a_value_of_its_type_or_stays_a_text(type_name, text):
    value = value_of(type_name, text)
    if isinstance(value, str):
        assert value in {text, text.strip(lexical.BLANKS)}
        assert type_name not in {"boolean", "integer", "int", "decimal"} or value == text
    else:
        assert text.isascii()
        assert value_of(type_name, text_of(value)) == value
