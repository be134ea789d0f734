"""Regular expressions as trees: what is represented, what is refused, how a text matches."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.facets import matches
from conformance.patterns import Anchor, Chars, Choice, Repeat, Sequence, Span, Unsupported, derive, parse
from conformance.run.contracts import contracts

PATTERNS = tuple(
    dict.fromkeys(
        constraint.pattern
        for member in contracts()["collection-policy"].operation.request.fields
        for constraint in member.constraints
        if constraint.pattern
    )
)
SMALL = (*PATTERNS[1:], r"^\d+(\.\d{1,2})?$", "^(?:ab|c)+d?$", "^[a-c]{2,3}-?x*$", r"^[^\d]\s?$", "^a+?b$", "^.$", "^$")
UNSUPPORTED = {
    r"^(?=a)a$": "assert",
    r"^(a)\1$": "groupref",
    r"^\bword\b$": "BOUNDARY",
    r"^a++$": "possessive",
    r"^(?>a)b$": "atomic",
    r"(?i)^a$": "inline flags",
    r"^(?i:a)$": "inline flags",
    r"^[^\W_]$": "negated class",
    r"\Aa\Z": "at",
    r"^(a$": "not a regular expression",
}


def test_the_tree_of_a_pattern_names_its_parts():
    digit = Chars(((0x30, 0x39),))
    assert parse(r"^\d+(\.\d{1,2})?$") == Sequence(
        (
            Anchor("start"),
            Repeat(digit, 1, None),
            Repeat(Sequence((Chars(((0x2E, 0x2E),)), Repeat(digit, 1, 2))), 0, 1),
            Anchor("end"),
        )
    )
    assert parse("ab|c") == Choice((Sequence((Chars(((97, 97),)), Chars(((98, 98),)))), Chars(((99, 99),))))


def test_a_word_character_is_an_ascii_letter_a_digit_or_the_underscore():
    word = parse(r"\w")
    assert {char for code in range(0x250) if word.has(char := chr(code))} == set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
    )
    assert parse(r"\W").has("ñ")
    assert not parse("[^a]").has("a")
    assert parse("[^a]").has("b")


def test_a_dot_is_everything_but_a_line_feed():
    assert not parse(".").has("\n")
    assert parse(".").has("\r")


@pytest.mark.parametrize(("pattern", "reason"), UNSUPPORTED.items())
def test_what_the_dialects_do_not_share_is_refused_with_its_name(pattern, reason):
    with pytest.raises(Unsupported, match=reason):
        parse(pattern)


def test_every_pattern_of_the_documents_is_understood():
    assert len(PATTERNS) == 3
    assert all(isinstance(parse(pattern), Sequence) for pattern in PATTERNS)


def leaves(span: Span) -> list[Span]:
    return [leaf for part in span.parts for leaf in leaves(part)] if span.parts else [span]


@given(st.data())
def test_a_derivation_covers_the_text_piece_by_piece_exactly_where_the_pattern_matches(data):
    pattern = data.draw(st.sampled_from(SMALL))
    text = data.draw(st.one_of(st.from_regex(pattern, fullmatch=True), st.text(alphabet="abcdx019.-\n ", max_size=6)))
    span = derive(parse(pattern), text)
    found = re.compile(pattern, re.ASCII).fullmatch(text)
    assert (span is not None) == (found is not None)
    if span is not None:
        pieces = [leaf for leaf in leaves(span) if isinstance(leaf.node, Chars)]
        assert "".join(text[piece.start : piece.end] for piece in pieces) == text
        assert all(piece.node.has(text[piece.start]) for piece in pieces)
        assert matches(pattern, text) or text.endswith("\n")


def test_a_derivation_counts_the_repetitions():
    span = derive(parse("^(?:ab)+$"), "ababab")
    assert [len(part.parts) for part in span.parts if isinstance(part.node, Repeat)] == [3]


def test_a_text_that_does_not_match_has_no_derivation():
    assert derive(parse(PATTERNS[1]), "a@b") is None
