"""The engine that is never slow says what Python's says, and patterns of XML Schema say what their compiler's do."""

from __future__ import annotations

import re

import pytest
from elementpath.regex import translate_pattern
from hypothesis import given
from hypothesis import strategies as st

from conformance.patterns import Unsupported, parse, reading
from conformance.patterns.linear import MOST_PLACES, Machine, TooLongError
from conformance.patterns.xsd import parse_xsd

ATOMS = ["a", "b", ".", "[ab]", "[^a]", "(a|b)", "(a|ab)", "(a*)", "(a?b)", r"\w", "(?:ab)", "(b|$)"]
TIMES = ["", "", "", "*", "+", "?", "{2}", "{1,3}", "*?", "{0,2}?"]
PIECES = st.lists(st.tuples(st.sampled_from(ATOMS), st.sampled_from(TIMES)).map("".join), min_size=1, max_size=4)
TEXTS = st.text("ab", max_size=7)


@st.composite
def patterns(draw):
    written = "|".join("".join(draw(PIECES)) for _ in range(draw(st.integers(1, 2))))
    return draw(st.sampled_from(["{}", "^{}$", "({})*", "^(?:{})+$"])).format(written)


@given(patterns(), TEXTS)
def test_any_match_of_the_whole_is_found_where_pythons_engine_finds_one(pattern, text):
    assert Machine(parse(pattern)).full(text) is (re.fullmatch(reading(pattern), text, re.ASCII) is not None)


@given(PIECES, TEXTS)
def test_the_first_match_ends_where_pythons_does(pieces, text):
    pattern = "".join(pieces)
    found = re.match(reading(pattern), text, re.ASCII)
    assert Machine(parse(pattern)).end(text) == (None if found is None else found.end())


@pytest.mark.parametrize(("pattern", "end"), [("a|ab", 1), ("ab|a", 2), ("a*?b?", 0), ("(a|ab)(b|)$", 2), ("c", None)])
def test_the_first_match_is_the_one_that_comes_first_in_the_pattern(pattern, end):
    assert Machine(parse(pattern)).end("ab") == end


def test_a_machine_may_be_asked_for_either_match():
    machine = Machine(parse("a|ab"))
    assert (machine.end("ab"), machine.full("ab"), machine.end("ab")) == (1, True, 1)


def test_a_text_that_is_too_long_is_told_and_not_waited_for():
    machine = Machine(parse(r"^(\w{0,90}){0,90}x$"))
    with pytest.raises(TooLongError):
        machine.full("a" * 20_000)
    assert machine.full("aax")


@pytest.mark.parametrize(
    "pattern", ["((a{100}){100}){100}", "(){99999}{99999}", "((()|){9999}){9999}", "(" * 99 + ")" * 99]
)
def test_a_pattern_of_xml_schema_that_is_too_much_is_unsupported(pattern):
    with pytest.raises(Unsupported):
        Machine(parse_xsd(pattern))


@pytest.mark.parametrize(
    "pattern", ["(", ")", "[", "[a", "a**", "*", "a{2,1}", "a{999999}", r"\p{Xx}", r"\q", "]", "{", "\\"]
)
def test_what_is_no_pattern_of_xml_schema_is_unsupported(pattern):
    with pytest.raises(Unsupported):
        parse_xsd(pattern)


# fmt: off
XSD = [
    "", "abc", "a|b|", "(a|b)*c?", "[a-z]{2,3}", r"\d+(\.\d{1,2})?", r"[\w-[\d]]+", r"\p{Lu}\P{Lu}*", r"\i\c*", "^a$",
    r"[^,\s]+", r"[\-\]]", ".", r"\.|\\|\[", "[A-Z]{3,}", "x{0}", "é+", r"[+\-]?\d*",
]
HELD = [
    "", "a", "abc", "bac", "ab", "AB", "12.5", "٣", "Éa", "_x:y", "^a$", "a,b", "-", "]", "\n", ".", "[", "ABCD", "x",
    "éé", "+7",
]
# fmt: on


@pytest.mark.parametrize("pattern", XSD)
def test_a_pattern_of_xml_schema_says_what_its_compiler_makes_of_it(pattern):
    machine = Machine(parse_xsd(pattern))
    due = re.compile(translate_pattern(pattern, back_references=False, lazy_quantifiers=False, anchors=False))
    for text in HELD:
        assert machine.full(text) is (due.fullmatch(text) is not None), text


def test_the_bound_is_one_that_patterns_of_documents_keep():
    assert Machine(parse_xsd("[0-9]{0,9999}")).full("1" * 9999)
    assert MOST_PLACES > 9999
