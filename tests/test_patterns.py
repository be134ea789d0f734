"""Regular expressions as trees: what is represented, what is refused, how a text matches."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.facets import matches
from conformance.patterns import (
    Anchor,
    Chars,
    Choice,
    Repeat,
    Sequence,
    Span,
    Unsupported,
    derive,
    parse,
    reading,
    whole,
)
from conformance.run.contracts import contracts
from tests.regex_strategies import noisy

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
    r"^(?=a)a$": "a lookahead",
    r"^(?!a)b$": "a lookahead",
    r"^a(?<=a)$": "a lookbehind",
    r"^a(?<!b)$": "a lookbehind",
    r"^(a)\1$": "a backreference",
    r"^(?<n>a)\k<n>$": "a backreference",
    r"^\bword\b$": "a word boundary",
    r"^a++$": "possessive",
    r"^a{2}+$": "possessive",
    r"^(?>a)b$": "an atomic group",
    r"^(a)(?(1)b|c)$": "a conditional group",
    r"^a(?#b)$": "a comment",
    r"(?i)^a$": "inline flags",
    r"^(?i:a)$": "inline flags",
    r"^(?-i:a)$": "inline flags",
    r"(?u)a": "inline flags",
    r"^(?P<n>a)$": "Python's spelling",
    r"^(?<n-m>a)$": "a group of .NET's own",
    r"^(?<1>a)$": "a group of .NET's own",
    r"\Aa\Z": r"the anchor \\A",
    r"^a\z": r"the anchor \\z",
    r"\p{L}": "a Unicode category",
    r"[\P{L}]": "a Unicode category",
    r"\cA": "a control escape",
    r"\012": "an octal escape",
    r"[\0]": "an octal escape",
    r"[a-z-[aeiou]]": "a class taken from a class",
    r"[^(-[-/]": "a class taken from a class",
    r"[[:alpha:]]": "a POSIX class",
    r"[^\s\S]": "holds no character",
    r"a{,3}": "text to .NET and a repetition to Python",
    r"^*": "a repeated anchor",
    r"a{10001}": "more than 10000",
    r"(?:a{101}){100}": "more than 10000",
    r"a{99999999999999999999}": "more than 10000",
    "(" * 60 + ")" * 60: "more than 50 deep",
    "\U0001d41a": "beyond",
    r"\ud835": "beyond",
    "\ud835": "beyond",
}
NO_PATTERN = [
    r"^(a$",
    "a)",
    "*a",
    "a**",
    "{2}",
    "a{2,1}",
    "[]",
    "[a",
    "[b-a]",
    r"[a-\d]",
    "\\",
    r"\_",
    r"\U00000041",
    r"\x4",
    r"\u041",
]
READ_AS_NET = {
    # The texts that match, of those beside them that do not.
    r"^(?<name>a)|b$": (["a", "b"], ["ab"]),
    "^(?'name'a)$": (["a"], ["n"]),
    r"^[\w-.]+$": (["a-.", "-"], ["!", ","]),
    r"^[\w--/]$": (["-", ".", "/", "a"], ["0-", ","]),
    r"^[]a]+$": (["]a"], ["b"]),
    r"^[^]a]$": (["b"], ["]", "a"]),
    r"^[^\W_]+$": (["aZ9"], ["_", " "]),
    r"^[^\D]$": (["5"], ["a"]),
    r"^[\s\S]$": (["a", "\n", "\x00"], ["", "aa"]),
    r"^[\D1]$": (["1", "a"], ["2"]),
    r"^[\b]$": (["\x08"], ["b"]),
    r"^\x41\u00e1\.\-\/$": (["Aá.-/"], ["Aa.-/"]),
    r"^\a\e\f\v$": (["\x07\x1b\x0c\x0b"], ["aefv"]),
    "^a{b}{$": (["a{b}{"], ["ab"]),
    "^a{1$": (["a{1"], ["a"]),
    "^a}]$": (["a}]"], ["a"]),
    "^(?:a?){2}$": (["", "a", "aa"], ["aaa"]),
    "^(?:a*){2,3}b$": (["b", "aaaaab"], ["a"]),
    r"^[$^.|(){}*+?]+$": (["$^.|(){}*+?"], ["a"]),
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
    assert parse(r"[^\W_]") == Chars(((0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A)))
    assert not parse("[^a]").has("a")
    assert parse("[^a]").has("b")


def test_a_dot_is_everything_but_a_line_feed():
    assert not parse(".").has("\n")
    assert parse(".").has("\r")


@pytest.mark.parametrize(("pattern", "reason"), UNSUPPORTED.items())
def test_what_the_dialects_do_not_share_is_refused_with_its_name(pattern, reason):
    with pytest.raises(Unsupported, match=reason):
        parse(pattern)


@pytest.mark.parametrize("pattern", NO_PATTERN)
def test_what_is_no_pattern_is_refused_with_the_position(pattern):
    with pytest.raises(Unsupported, match=r"not a regular expression: .+ at position"):
        parse(pattern)


@pytest.mark.parametrize(("pattern", "texts"), READ_AS_NET.items())
def test_the_spelling_is_net_s(pattern, texts):
    hits, misses = texts
    tree, spelt = parse(pattern), re.compile(reading(pattern), re.ASCII)
    for text in hits:
        assert derive(tree, text) is not None
        assert spelt.fullmatch(text)
    for text in misses:
        assert derive(tree, text) is None
        assert not spelt.fullmatch(text)


def test_a_reading_keeps_anchors_laziness_and_the_order_of_alternatives():
    assert reading(r"^(?<n>\d+?|ab|a)$") == "^(?:[0-9]+?|ab|a)$"
    assert reading("a|^b") == "a|^b"


@given(noisy())
def test_a_text_is_a_pattern_or_unsupported_and_nothing_else(text):
    try:
        tree = parse(text)
    except Unsupported:
        return
    assert isinstance(tree, (Anchor, Chars, Choice, Repeat, Sequence))
    assert reading(reading(text)) == reading(text)


@given(st.text(max_size=30))
def test_any_text_at_all_is_a_pattern_or_unsupported(text):
    try:
        spelt = reading(text)
    except Unsupported:
        return
    assert re.compile(spelt)


@pytest.mark.parametrize(
    ("pattern", "bare"),
    [
        ("^ab$", "ab"),
        ("ab", "ab"),
        ("^(^ab$)$", "ab"),
        ("^a|b$", "a|b"),
        ("(?:^a$)?", "a?"),
        ("^^ab$$", "ab"),
        ("^$", ""),
        ("^(?:|a)$", "|a"),
        ("^((a|ab)$)", "a|ab"),
        ("^a()*$", "a"),
    ],
)
def test_anchors_at_the_ends_add_nothing_to_the_whole_text(pattern, bare):
    for text in ("", "a", "b", "ab", "aab", "abab"):
        assert (derive(whole(parse(pattern)), text) is None) == (re.fullmatch(bare, text) is None)


@pytest.mark.parametrize("pattern", ["a^b", "a$b", "(^a)+b", "a(b$)?c", "$a", "a^", "(?:^a|b$)c"])
def test_an_anchor_elsewhere_is_refused(pattern):
    with pytest.raises(Unsupported, match="an anchor that is not at an end"):
        whole(parse(pattern))


DECIDED = [
    r"\d{10}",
    "Yes|No",
    r"\w+@\w+\.\w+",
    "[a-z ]*",
    r"[A-Z]{4}\d{6}[A-Z0-9]{3}",
    r"\d+(\.\d{1,2})?",
    "(ab)+c",
    "^a|b",
]
STOPS_SHORT = [
    "a|ab",
    r"\d{3}|\d{5}",
    "a+?",
    "a*(ab)?",
    "(|a)",
    "a??",
    r"[\w.]+\.\w+",
    "(a|ab)$|c",
    "(a*)*",
    "a{1,2}a{1,2}",
]


@pytest.mark.parametrize("pattern", DECIDED)
def test_without_an_end_anchor_the_next_character_has_to_decide(pattern):
    tree, spelt = whole(parse(pattern)), re.compile(pattern)
    for text in ("Yes", "No", "a@b.c", "6.15", "6", "6.", "ababc", "a", "b", "1234567890", "ABCD123456A1B", "x y", ""):
        first = spelt.match(text)
        assert (derive(tree, text) is not None) == (first is not None and first.end() == len(text))


@pytest.mark.parametrize("pattern", STOPS_SHORT)
def test_without_an_end_anchor_a_match_that_may_stop_short_is_refused(pattern):
    with pytest.raises(Unsupported, match="no anchor at the end"):
        whole(parse(pattern))


def test_the_first_match_of_net_is_not_always_the_longest():
    first = re.match(reading(r"\d{3}|\d{5}"), "12345")
    assert first.group() == "123"


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^(a+)+$", "a" * 60 + "!"),
        ("^(a|a)*$", "a" * 300 + "!"),
        ("^((a*)*)*$", "a" * 60 + "!"),
        ("^.*.*.*x$", "a" * 60),
    ],
)
def test_a_pattern_that_keeps_engines_busy_is_settled_at_once(pattern, text):
    before = time.perf_counter()
    assert derive(parse(pattern), text) is None
    assert time.perf_counter() - before < 5


def test_a_long_text_is_settled_without_recursion():
    assert derive(parse(r"^[\s\S]{0,10000}$"), "a" * 9000).end == 9000


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
