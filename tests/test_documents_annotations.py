"""The last cell of a row and the type words: every annotation of the page generator, and what only the order tells."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.documents.helppage.annotations import annotations_in, balanced, constraints
from conformance.documents.helppage.typewords import DEEPEST, SIMPLE, type_word
from conformance.documents.mail import plainly_mail
from conformance.model import Basis, Citation, Constraint

CITE = Citation(document="page.txt", line=7)
PATTERN = "Matching regular expression pattern: "


def told(text):
    """The annotations as (facet, what they hold)."""
    return [
        (held.facet, *(v for v in (held.text, held.low, held.high) if v is not None)) for held in annotations_in(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("None.", []),
        ("Required", [("required",)]),
        ("Max length: 5", [("max-length", "5")]),
        ("Min length: 2", [("min-length", "2")]),
        ("String length: inclusive between 2 and 9", [("length", "2", "9")]),
        ("Range: inclusive between -1.5 and 1E+30", [("range", "-1.5", "1E+30")]),
        ("Data type: EmailAddress", [("data-type", "EmailAddress")]),
        ("Default value is 3 | 4", [("default", "3 | 4")]),
        ("Required Default value is all", [("required",), ("default", "all")]),
        (
            "Required Data type: Date Max length: 9 Min length: 2",
            [("required",), ("data-type", "Date"), ("max-length", "9"), ("min-length", "2")],
        ),
        # Texts without blanks between them, as renderings that join paragraphs print them.
        (
            "RequiredData type: DateTimeMax length: 9Range: inclusive between 1 and 2"
            "String length: inclusive between 0 and 9",
            [("required",), ("data-type", "DateTime"), ("max-length", "9"), ("range", "1", "2"), ("length", "0", "9")],
        ),
        (f"Required{PATTERN}^a$Max length: 5", [("required",), ("pattern", "^a$"), ("max-length", "5")]),
        # Custom texts stand wherever the alphabet puts them.
        ("Checked twice", [("text", "Checked twice")]),
        (
            "Required Checked twice Data type: Url Hidden Max length: 5 Nice Range: inclusive between 1 and 2 Unique",
            [
                ("required",),
                ("text", "Checked twice"),
                ("data-type", "Url"),
                ("text", "Hidden"),
                ("max-length", "5"),
                ("text", "Nice"),
                ("range", "1", "2"),
                ("text", "Unique"),
            ],
        ),
        (f"Checked twice {PATTERN}^a$", [("text", "Checked twice"), ("pattern", "^a$")]),
        (f"{PATTERN}^a$ Must be new", [("pattern", "^a$"), ("text", "Must be new")]),
        (
            f"{PATTERN}^a$ Material is wood Max length: 5",
            [("pattern", "^a$"), ("text", "Material is wood"), ("max-length", "5")],
        ),
        (f"{PATTERN}^a$ Must be new Max length: 5", [("pattern", "^a$ Must be new"), ("max-length", "5")]),
        (f"{PATTERN}^a$ Checked twice", [("pattern", "^a$ Checked twice")]),
        (f"{PATTERN}a Must be new", [("pattern", "a Must be new")]),
        # A condition is no absolute demand.
        ("Required if paid", [("text", "Required if paid")]),
        ("Required Is paid", [("required",), ("text", "Is paid")]),
        # Bounds that are no numbers, and lengths that the attribute prints for "no bound", are kept as text.
        (
            "Range: inclusive between 1/1/2000 and 12/31/2020",
            [("text", "Range: inclusive between 1/1/2000 and 12/31/2020")],
        ),
        (
            f"{PATTERN}^a$ Range: inclusive between 1/1/2000 and 1/1/2001",
            [("pattern", "^a$"), ("text", "Range: inclusive between 1/1/2000 and 1/1/2001")],
        ),
        ("Max length: -1", [("text", "Max length: -1")]),
    ],
)
def test_annotations_of_a_cell(text, expected):
    assert told(text) == expected


@pytest.mark.parametrize(
    ("cell", "pattern", "after"),
    [
        ("^a$ Max length: 5", "^a$", ["max-length"]),
        # Not in the sorted order: the words before are the pattern's own.
        ("^a$ Range: inclusive between 1 and 2 Max length: 5", "^a$ Range: inclusive between 1 and 2", ["max-length"]),
        ("^a$ Max length: 3 Max length: 5", "^a$ Max length: 3", ["max-length"]),
        ("^a$ Max length: 5 Range: inclusive between 1 and 2", "^a$", ["max-length", "range"]),
        # What remains would be no pattern.
        ("(a Max length: 5", "(a Max length: 5", []),
        ("[a Max length: 5", "[a Max length: 5", []),
        ("a\\ Max length: 5", "a\\ Max length: 5", []),
        ("[ Max length: 5]", "[ Max length: 5]", []),
        ("^(Max length: 5)$", "^(Max length: 5)$", []),
        ("^a Range: inclusive between 1 and 2 b$", "^a Range: inclusive between 1 and 2 b$", []),
        # Truly ambiguous, and decided: see the docstring of the module.
        ("^a Max length: 5", "^a", ["max-length"]),
        ("^Matching regular expression pattern: a$", "^Matching regular expression pattern: a$", []),
        ("", "", []),
    ],
)
def test_what_follows_a_pattern_is_read_from_the_right(cell, pattern, after):
    found = list(annotations_in(PATTERN + cell))
    assert (found[0].facet, found[0].text) == ("pattern", pattern)
    assert [held.facet for held in found[1:]] == after


@pytest.mark.parametrize(
    "pattern", [r"[]a]", r"[^]a]", r"[a-z-[aeiou]]", r"\(\[", r"(?<n>a)(?'m'b)", r"[[:x]", r"(a(b)c)"]
)
def test_balanced_patterns(pattern):
    assert balanced(pattern)


@pytest.mark.parametrize("pattern", ["(", ")", "a)(", "[", "[]", "[a-z-[b]", "a\\", "(()"])
def test_patterns_that_are_a_part_of_one(pattern):
    assert not balanced(pattern)


def test_constraints_hold_numbers():
    found = constraints(
        "Max length: 5 Min length: 1 Range: inclusive between 0,5 and 10 String length: inclusive between 0 and 9", CITE
    )
    assert [(held.max_length, held.min_length, held.minimum, held.maximum) for held in found] == [
        (5, None, None, None),
        (None, 1, None, None),
        (None, None, Decimal("0.5"), Decimal(10)),
        (9, 0, None, None),
    ]
    assert {(held.basis, held.citation) for held in found} == {(Basis.STATED, CITE)}


@given(st.text(st.sampled_from("()[]{}\\|^$-ab :5RMS"), max_size=30))
def test_no_text_of_a_cell_is_lost_or_loops(text):
    found = list(annotations_in(f"Required {PATTERN}{text} Max length: 5"))
    assert found[0].facet == "required"
    assert found[1].facet == "pattern"
    assert "".join(held.text or "" for held in found).count("|") == text.count("|")


@pytest.mark.parametrize("word", SIMPLE)
def test_simple_words(word):
    found = type_word(word)
    assert (found.kind, found.type) == ("simple", SIMPLE[word])


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("Tree", ("model", "Tree")),
        ("AnswerOfTree", ("model", "AnswerOfTree")),
        ("stringency", ("model", "stringency")),
        ("Collection of unsigned integer", ("list", ("simple", "unsigned integer"))),
        ("Collection of Collection of Tree", ("list", ("list", ("model", "Tree")))),
        ("Collection ofTree", ("list", ("model", "Tree"))),
        ("Dictionary of string [key] and Tree [value]", ("map", ("simple", "string"), ("model", "Tree"))),
        ("Dictionary of string [key]and Tree[value]", ("map", ("simple", "string"), ("model", "Tree"))),
        (
            "Dictionary of Pair of string [key] and date [value] [key] and Collection of URI [value]",
            ("map", ("pair", ("simple", "string"), ("simple", "date")), ("list", ("simple", "URI"))),
        ),
        ("Pair of integer [key] and Object [value]", ("pair", ("simple", "integer"), ("simple", "Object"))),
    ],
)
def test_phrases(text, shape):
    def plain(word):
        return (word.kind, *((plain(part) for part in word.parts) if word.parts else (word.text,)))

    assert plain(type_word(text)) == shape


@pytest.mark.parametrize(
    "text",
    ["", "two words", "None.", "None", "Required", "Dictionary of string", "Pair of string [key] and", "5", "a-b"],
)
def test_what_is_no_type(text):
    assert type_word(text) is None


def test_phrases_that_nest_too_deep_are_no_types():
    assert type_word("Collection of " * DEEPEST + "string") is not None
    assert type_word("Collection of " * (DEEPEST + 1) + "string") is None


@pytest.mark.parametrize(
    ("facet", "value", "mail"),
    [
        ("data-type", "EmailAddress", True),
        ("data-type", "Url", False),
        ("pattern", r"^[\w.]+@[\w.]+$", True),
        ("pattern", r"^[^@]+@[^@]+\.[a-z]+$", True),
        ("pattern", r"^.*$", False),
        ("pattern", r"^@\w+$", False),
        ("pattern", r"@", False),
        ("pattern", r"(@", False),
        ("pattern", r"[a-z-[b]]+@", False),
        ("text", "Mail @ home", False),
    ],
)
def test_what_plainly_is_mail(facet, value, mail):
    key = "pattern" if facet == "pattern" else "text"
    held = Constraint(facet=facet, basis=Basis.STATED, citation=CITE, **{key: value})
    assert plainly_mail(held) is mail
