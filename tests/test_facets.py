"""What a type admits, when a constraint is broken, and when two values are the same."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.codecs import json
from conformance.facets import Fit, blank, broken, equal, fit, fits, is_integral, is_number, matches, plain, same
from conformance.model import Basis, Choice, Citation, Constraint, Field
from conformance.run.contracts import contracts

MEMBERS = {member.name: member for member in contracts()["collection-policy"].operation.request.fields}
GUID = "3f6a1c52-7d48-4e0b-9a35-c1e2b4d60f78"

# fmt: off
FITS = [
    ("string", "a", Fit.EXACT), ("string", "", Fit.EXACT), ("string", 5, Fit.CONVERTIBLE),
    ("string", True, Fit.CONVERTIBLE), ("string", ["a"], Fit.CONVERTIBLE), ("string", {}, Fit.WRONG),
    ("string", [], Fit.WRONG), ("string", ["a", "b"], Fit.WRONG),
    ("boolean", True, Fit.EXACT), ("boolean", False, Fit.EXACT), ("boolean", "true", Fit.CONVERTIBLE),
    ("boolean", "False", Fit.CONVERTIBLE), ("boolean", 1, Fit.CONVERTIBLE), ("boolean", 0, Fit.CONVERTIBLE),
    ("boolean", 2, Fit.WRONG), ("boolean", "abc", Fit.WRONG), ("boolean", {}, Fit.WRONG),
    ("integer", 60, Fit.EXACT), ("integer", Decimal("60.0"), Fit.EXACT), ("integer", Decimal("6e1"), Fit.EXACT),
    ("integer", Decimal("1.5"), Fit.CONVERTIBLE), ("integer", "5", Fit.CONVERTIBLE), ("integer", True, Fit.CONVERTIBLE),
    ("integer", "abc", Fit.WRONG), ("integer", {}, Fit.WRONG), ("integer", [], Fit.WRONG), ("integer", "", Fit.WRONG),
    ("decimal", 5, Fit.EXACT), ("decimal", Decimal("5.25"), Fit.EXACT), ("decimal", "5.25", Fit.CONVERTIBLE),
    ("decimal", True, Fit.CONVERTIBLE), ("decimal", "5,25", Fit.WRONG),
    ("guid", GUID, Fit.EXACT), ("guid", GUID.upper(), Fit.EXACT), ("guid", f"{{{GUID}}}", Fit.EXACT),
    ("guid", f"({GUID})", Fit.EXACT), ("guid", GUID.replace("-", ""), Fit.EXACT), ("guid", f"{{{GUID})", Fit.WRONG),
    ("guid", GUID[:-1], Fit.WRONG), ("guid", f"{GUID}\n", Fit.WRONG), ("guid", "", Fit.WRONG), ("guid", 5, Fit.WRONG),
    ("guid", "00000000-0000-0000-0000-000000000000", Fit.EXACT),
    ("list", [], Fit.EXACT), ("list", {}, Fit.CONVERTIBLE), ("list", "abc", Fit.WRONG), ("list", 5, Fit.WRONG),
    ("object", {}, Fit.EXACT), ("object", [{}], Fit.CONVERTIBLE), ("object", "abc", Fit.WRONG),
    ("open", [1, {}], Fit.EXACT), ("empty", "x", Fit.EXACT),
    ("map", {}, Fit.EXACT), ("map", [{}], Fit.CONVERTIBLE), ("map", [], Fit.WRONG), ("map", "abc", Fit.WRONG),
    ("dateTime", "2025-01-31T10:00:00", Fit.EXACT), ("dateTime", "2025-01-31", Fit.EXACT),
    ("dateTime", "2025-01-31T10:00:00.1234567-05:00", Fit.EXACT), ("dateTime", "2025-01-31T10:00:00Z", Fit.EXACT),
    ("dateTime", "2025-01-31 10:00:00", Fit.CONVERTIBLE), ("dateTime", "2025-01-31T10:00", Fit.CONVERTIBLE),
    ("dateTime", "2025-01-31T10:00:00-0500", Fit.CONVERTIBLE), ("dateTime", "01/31/2025", Fit.CONVERTIBLE),
    ("dateTime", "/Date(1738281600000)/", Fit.CONVERTIBLE), ("dateTime", "10:00", Fit.CONVERTIBLE),
    ("dateTime", "31/01/2025", Fit.WRONG), ("dateTime", "2025-02-30", Fit.WRONG), ("dateTime", "abc", Fit.WRONG),
    ("dateTime", "2025-02-30 10:00", Fit.WRONG), ("dateTime", "2025-01-31T24:00:00", Fit.WRONG),
    ("dateTime", "2025-01-31T10:00:00+14:30", Fit.WRONG), ("dateTime", 20250131, Fit.WRONG),
]
CHOICES = (Choice(name="Lent", number=0), Choice(name="Late", number=7), Choice(name="Lost"))
CHOSEN = [
    ("Lent", Fit.EXACT), ("Lost", Fit.EXACT), (0, Fit.EXACT), (7, Fit.EXACT), (1, Fit.CONVERTIBLE),
    (-1, Fit.CONVERTIBLE), ("lent", Fit.CONVERTIBLE), ("7", Fit.CONVERTIBLE), ("Lent, Late", Fit.CONVERTIBLE),
    (["Lent"], Fit.CONVERTIBLE), (Decimal("1.5"), Fit.WRONG), ("Other", Fit.WRONG), ("Lent, Other", Fit.WRONG),
    ("", Fit.WRONG), (True, Fit.WRONG), ({}, Fit.WRONG),
]
BROKEN = [
    ("DaysUncollectibleDebt", -1, {"pattern", "minimum"}), ("DaysUncollectibleDebt", 0, {"minimum"}),
    ("DaysUncollectibleDebt", 1, set()), ("DaysUncollectibleDebt", 120, set()),
    ("DaysUncollectibleDebt", 121, {"maximum"}), ("DaysUncollectibleDebt", Decimal("60.0"), set()),
    ("MaximumTermDays", -1, {"pattern", "minimum"}), ("MaximumTermDays", 0, set()), ("MaximumTermDays", 180, set()),
    ("MaximumTermDays", 181, {"maximum"}),
    ("MinimumInterest", -1, {"pattern", "minimum"}), ("MinimumInterest", Decimal("0.01"), set()),
    ("MinimumInterest", Decimal("6.125"), {"pattern"}), ("MinimumInterest", Decimal("100.01"), {"maximum-step"}),
    ("MinimumInterest", 101, {"maximum"}), ("MinimumInterest", Decimal("101.001"), {"pattern", "maximum"}),
    ("MinimumInterest", 100, set()),
    ("CollectionReminderTime", "09:59", set()), ("CollectionReminderTime", "09:590", {"max-length"}),
    ("ArMailName", "ñ" * 100, set()), ("ArMailName", "ñ" * 101, {"max-length"}),
    ("Email", "a@b.co", set()), ("Email", "a+b@b.co", {"pattern"}), ("Email", "a@b.co\n", {"pattern"}),
    ("Email", f"{'a' * 60}@{'b' * 40}.co", {"max-length"}),
    ("GrantorTaxId", "anything at all", set()),
]
SAME = [
    ("decimal", 5, Decimal("5.00"), True), ("decimal", Decimal("5.10"), Decimal("5.1"), True),
    ("integer", 60, Decimal("6e1"), True), ("integer", 60, 61, False), ("integer", 5, "5", False),
    ("integer", 1, True, False), ("boolean", True, 1, False), ("boolean", True, True, True),
    ("guid", GUID, GUID.upper(), True), ("guid", GUID, f"{{{GUID}}}", True),
    ("guid", GUID, GUID.replace("-", ""), True),
    ("guid", GUID, GUID.replace("3", "4"), False), ("guid", GUID, None, False),
    ("string", GUID, GUID.upper(), False), ("string", "a", "a ", False), ("string", "a", "a", True),
    ("list", [1], [1], True), ("list", [1], (1,), False),
    ("dateTime", "2025-01-31", "2025-01-31T00:00:00", True),
    ("dateTime", "2025-01-31T10:00:00.5", "2025-01-31T10:00:00.500", True),
    ("dateTime", "2025-01-31T10:00:00Z", "2025-01-31T05:00:00-05:00", True),
    ("dateTime", "2025-01-31T10:00:00Z", "2025-01-31T10:00:00-05:00", False),
    ("dateTime", "2025-01-31T10:00:00", "2025-01-31T10:00:01", False),
    # In what zone a server reads and writes a text without one is its own affair, as long as there is such a zone.
    ("dateTime", "2025-01-31T10:00:00", "2025-01-31T15:00:00Z", True),
    ("dateTime", "2025-01-31T10:00:00-05:00", "2025-01-31T10:00:00", True),
    ("dateTime", "2025-01-31T10:00:00", "2025-01-31T10:07:00Z", False),
    ("dateTime", "2025-01-31T10:00:00", "2025-02-01T10:00:00Z", False),
    ("dateTime", "abc", "abc", True), ("dateTime", "abc", "2025-01-31", False),
]
# fmt: on


@pytest.mark.parametrize(("type_name", "value", "expected"), FITS, ids=repr)
def test_a_value_fits_its_type_exactly_by_conversion_or_not_at_all(type_name, value, expected):
    assert fit(type_name, value) is expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    BROKEN,
    # Sets are written in the same order by every process.
    ids=lambda value: repr(sorted(value) if isinstance(value, set) else value)[:30],
)
def test_a_value_breaks_exactly_these_facets(name, value, expected):
    assert set(broken(MEMBERS[name], value)) == expected


@pytest.mark.parametrize(("type_name", "sent", "came", "expected"), SAME, ids=repr)
def test_values_are_compared_by_value_and_not_by_spelling(type_name, sent, came, expected):
    assert same(type_name, sent, came) is expected


@pytest.mark.parametrize("text", ["", " ", "\t\r\n", "\u00a0", " \u00a0 "])
def test_white_space_alone_is_blank_the_no_break_space_included(text):
    assert blank(text)


@pytest.mark.parametrize("value", ["a", " a ", 0, False, [], None])
def test_zero_false_and_an_empty_list_are_not_blank(value):
    assert not blank(value)


@pytest.mark.parametrize("text", ["٦١", "\uff11", "6\n", "6 ", "", "a"])
def test_a_number_pattern_is_read_over_ascii_and_over_the_whole_string(text):
    assert not matches(r"^\d+$", text)


@pytest.mark.parametrize("pattern", [r"^[^@]+$", r"^a\s*$", "^(?:a|\n)+$"])
def test_a_trailing_newline_never_matches_since_the_dialects_differ_on_it(pattern):
    assert matches(pattern, "a")
    assert not matches(pattern, "a\n")


def test_a_boolean_is_no_number_although_python_counts_it_as_one():
    assert not is_number(True)
    assert is_number(0)
    assert is_number(Decimal("0.5"))


@pytest.mark.parametrize(
    ("value", "text"),
    [(60, "60"), (Decimal("60.0"), "60.0"), (Decimal("1E+2"), "100"), (Decimal("5.10"), "5.10"), (-3, "-3")],
)
def test_a_number_is_written_out_as_a_service_would_write_it(value, text):
    assert plain(value) == text


@pytest.mark.parametrize("text", ["1e999999999", "-1e999999999", "1e-999999999", "9" * 5000])
def test_a_huge_number_is_judged_without_being_written_out(text):
    value = json.decode(text.encode()).tree
    assert len(plain(value)) < 5200
    assert set(broken(MEMBERS["MaximumTermDays"], value)) <= {"pattern", "minimum", "maximum"}
    assert isinstance(is_integral(value), bool)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-1000, max_value=1000))
def test_a_number_is_the_same_as_itself_with_further_zeros(value):
    longer = value.quantize(Decimal("0.00001"))
    assert same("decimal", value, longer)
    assert Decimal(plain(value)) == value


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from(sorted({row[0] for row in FITS})), TREES)
def test_what_fits_exactly_is_the_same_as_itself(type_name, value):
    if fit(type_name, value) is Fit.EXACT:
        assert same(type_name, value, value)


@pytest.mark.parametrize(
    ("value", "facets"),
    [("1E+999", ("maximum",)), ("-1E+999", ("pattern", "minimum")), ("1E+2", ())],
)
def test_a_number_too_long_to_write_breaks_what_a_shorter_one_of_its_kind_breaks(value, facets):
    request = contracts()["collection-policy"].operation.request
    member = next(one for one in request.fields if one.name == "DaysUncollectibleDebt")
    assert tuple(broken(member, Decimal(value))) == facets


CITE = Citation(document="loans.txt", line=1)


def member(kind: str, **constraint: object) -> Field:
    held = (Constraint(basis=Basis.STATED, citation=CITE, **constraint),) if constraint else ()  # type: ignore[arg-type]
    choices = CHOICES if kind == "enum" else ()
    return Field(name="Member", type=kind, basis=Basis.STATED, citation=CITE, constraints=held, choices=choices)


@pytest.mark.parametrize(("value", "expected"), CHOSEN, ids=repr)
def test_an_enumeration_admits_its_names_and_its_numbers(value, expected):
    assert fits(member("enum"), value) is expected


def test_an_enumeration_without_choices_admits_any_word_and_any_whole_number():
    assert [fit("enum", value) for value in ("a", 5, True)] == [Fit.EXACT, Fit.EXACT, Fit.WRONG]


def test_the_number_and_the_name_of_a_choice_are_the_same_value():
    held = member("enum")
    assert equal(held, "Late", 7)
    assert equal(held, 7, "Late")
    assert not equal(held, "Late", 0)
    assert not equal(held, "Lost", None)


@pytest.mark.parametrize(
    ("constraint", "value", "expected"),
    [
        ({"facet": "min-length", "min_length": 3}, "ab", ("min-length",)),
        ({"facet": "min-length", "min_length": 3}, "abc", ()),
        ({"facet": "min-length", "min_length": 1}, [], ("min-length",)),
        ({"facet": "max-length", "max_length": 1}, [1, 2], ("max-length",)),
        ({"facet": "length", "min_length": 2, "max_length": 3}, "a", ("min-length",)),
        ({"facet": "length", "min_length": 2, "max_length": 3}, "abcd", ("max-length",)),
        ({"facet": "length", "min_length": 2, "max_length": 3}, "ab", ()),
        ({"facet": "data-type", "text": "EmailAddress"}, "no address", ()),
        ({"facet": "default", "text": "5"}, "6", ()),
        ({"facet": "text", "text": "Must be odd"}, "2", ()),
        # Unicode classes are .NET's alone: what cannot be read here decides nothing here.
        ({"facet": "pattern", "pattern": r"^\p{Lu}+$"}, "abc", ()),
    ],
)
def test_lengths_are_broken_at_either_end_and_words_alone_never(constraint, value, expected):
    assert tuple(broken(member("string", **constraint), value)) == expected
