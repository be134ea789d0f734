"""The translation of patterns, engine against engine: what must agree does, the rest is in docs/dialects.md.

The engines of this process always take part. Node and .NET do where they are at hand; the run names those that are not.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from conformance import facets
from conformance.emit.dialects import Unsupported, translate
from conformance.generate.strings import near_hits, near_misses
from conformance.patterns import Choice, Repeat, Sequence, derive, parse, reading, whole
from conformance.patterns.whole import decided
from tests import regex_tables
from tests.regex_readers import present, readers
from tests.regex_strategies import ADDRESSES, BEYOND, NO_ADDRESSES, near, noisy, patterns

MAIL = regex_tables.STATED["*mail*"]
HOW = {"node": "node is not on this machine", "dotnet": ".NET is not at hand: pip install dotnetcore2 pythonnet"}
# Drawing texts from a pattern's tree is slow to start, and no sign of anything.
QUIET = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
# Engines whose `$` lets a last line feed through, whatever the pattern.
LENIENT = {"jsonschema"}


@pytest.fixture(scope="module")
def engines():
    with readers() as found:
        yield found


@pytest.fixture(scope="module")
def dotnet(engines):
    if "dotnet" not in engines:
        pytest.skip(HOW["dotnet"])
    return engines["dotnet"]


@pytest.mark.parametrize("name", HOW)
def test_the_engine_takes_part(engines, name):
    if not present()[name]:
        pytest.skip(f"{HOW[name]}; its column of docs/dialects.md is not checked")
    assert engines[name].read("^[a-c]+$", ["abc", "d"]) == [True, False]
    assert engines[name].read("(", ["a"]) == [None]


def said(engines, pattern, texts):
    """What each engine says of the texts, by its own spelling of the pattern; .NET, which has its own test, apart."""
    for name, reader in engines.items():
        if name == "dotnet":
            continue
        spelt, reason = (pattern, "") if reader.dialect == "documents" else tried(pattern, reader.dialect)
        if reason:
            assert (reader.dialect, reason) == ("xsd", "a character that XML cannot hold")
        else:
            yield name, spelt, reader.read(spelt, texts)


def tried(pattern, dialect):
    """The translation and no reason, or no translation and the reason."""
    try:
        return translate(pattern, dialect), ""
    except Unsupported as reason:
        return None, str(reason)


def assert_agreement(engines, pattern, texts, *, without=frozenset()):
    """Every engine says of every text what the tree says; None where it cannot carry the text, or read the pattern."""
    tree = whole(parse(pattern))
    expected = [derive(tree, text) is not None for text in texts]
    for name, spelt, answers in said(engines, pattern, texts):
        if name in without:
            continue
        for text, answer, right in zip(texts, answers, expected, strict=True):
            if answer is None:
                assert name in {"decides", "lxml", "xmlschema"}, (name, spelt, text)
            elif not (text.endswith("\n") and name in LENIENT | {"decides"}):
                assert answer == right, (name, spelt, text)


def test_the_addresses_that_all_take_and_all_refuse(engines):
    assert_agreement(engines, MAIL, [*ADDRESSES, *NO_ADDRESSES])
    for name, _, answers in said(engines, MAIL, [*ADDRESSES, *NO_ADDRESSES]):
        assert answers == [True] * len(ADDRESSES) + [False] * len(NO_ADDRESSES), name
    if "dotnet" in engines:
        assert engines["dotnet"].read(MAIL, ADDRESSES) == [True] * len(ADDRESSES)
        assert engines["dotnet"].read(MAIL, NO_ADDRESSES) == [False] * len(NO_ADDRESSES)


@QUIET
@given(st.data())
def test_the_documents_patterns_say_the_same_everywhere(engines, data):
    pattern = data.draw(st.sampled_from(list(regex_tables.STATED.values())))
    fit = data.draw(st.from_regex(re.compile(reading(pattern)), fullmatch=True).filter(short))
    edited = [text for text, _ in (*near_misses(pattern, fit), *near_hits(pattern, fit))] if fit else []
    some = data.draw(st.lists(st.sampled_from(edited), max_size=8)) if edited else []
    texts = [fit, *some, *data.draw(st.lists(near(parse(pattern), BEYOND), min_size=1, max_size=4))]
    assert_agreement(engines, pattern, texts)
    if "dotnet" in engines:
        ordinary = [text for text in texts if text and text.isascii()]
        assert engines["dotnet"].read(pattern, ordinary) == [facets.matches(pattern, text) for text in ordinary]


def short(text):
    return len(text) < 60 and not text.endswith("\n")


@QUIET
@given(st.data())
def test_a_translation_says_the_same_everywhere(engines, data):
    pattern = data.draw(patterns)
    try:
        tree = whole(parse(pattern))
    except Unsupported as reason:
        event(f"refused: {str(reason)[:30]}")
        return
    texts = data.draw(st.lists(near(tree, BEYOND), min_size=2, max_size=6))
    assert_agreement(engines, pattern, texts, without=frozenset() if libxml2_can(tree) else {"lxml"})


def libxml2_can(tree):
    """libxml2 takes texts that it should not where several ways are open, or where a loop is an alternative."""
    return decided(tree) and not looping(tree)


def looping(node, inside=False):
    match node:
        case Sequence():
            return any(looping(item, inside) for item in node.items)
        case Choice():
            return any(looping(option, inside=True) for option in node.options)
        case Repeat():
            return (inside and node.high != 1) or looping(node.item, inside)
    return False


@QUIET
@given(st.data())
def test_no_translation_holds_what_is_not_ascii_for_a_digit_a_word_or_a_space(engines, data):
    pattern = data.draw(st.sampled_from([r"^\d+$", r"^\w+$", r"^\s+$", r"^[\d\w\s]+$"]))
    text = data.draw(st.text(alphabet=BEYOND, min_size=1, max_size=4))
    for name, spelt, answers in said(engines, pattern, [text]):
        assert answers == [False], (name, spelt)


@QUIET
@given(st.data())
def test_a_pattern_that_is_read_is_read_as_net_reads_it(dotnet, data):
    """Over ASCII, trailing line feeds and patterns without anchors included; Python's engine stands for the reading."""
    pattern = data.draw(st.one_of(patterns, noisy()))
    try:
        tree = parse(pattern)
    except Unsupported:
        event("refused")
        return
    texts = data.draw(st.lists(near(tree).filter(lambda text: text and text.isascii()), min_size=1, max_size=6))
    spelt = re.compile(reading(pattern), re.ASCII)
    assert dotnet.read(pattern, texts) == [
        (found := spelt.match(text)) is not None and found.end() == len(text) for text in texts
    ]


@QUIET
@given(noisy())
def test_a_translation_is_made_or_refused_and_one_that_is_made_is_read(engines, pattern):
    for dialect in ("ecma", "python", "xsd"):
        spelt, reason = tried(pattern, dialect)
        assert (spelt is None) == bool(reason)
        if spelt is None:
            continue
        for reader in engines.values():
            if reader.dialect == dialect:
                assert reader.read(spelt, ["a"]) != [None], (reader.name, spelt)
        if dialect == "ecma":
            assert translate(spelt, "ecma") == spelt


LARGE = [r"^.{0,4000}$", r"^[\s\S]{0,10000}$", r"^(?:[a-z]{1,99} ){0,99}$", r"^\w{10000}$"]


@pytest.mark.parametrize("pattern", LARGE)
def test_the_largest_repetitions_that_are_let_through_are_read_everywhere(engines, pattern):
    assert_agreement(engines, pattern, ["a" * 4000, "a" * 4001, "a" * 10000, "a" * 10001, "abc " * 99, "abc " * 100])


@pytest.mark.parametrize("name", regex_tables.TABLES)
def test_the_page_says_what_the_engines_do(engines, name):
    page = regex_tables.PAGE.read_text(encoding="utf-8")
    told = regex_tables.parsed(page, name)
    measured = regex_tables.table(name, engines, told)
    differences = [
        f"{row[0]}: {column} says {now}, the page says {then}"
        for row, page_row in zip(measured, told, strict=True)
        for column, now, then in zip(measured[0], row, page_row, strict=True)
        if now != then
    ]
    assert differences == [], "look whether the change is right, then run: python -m tests.regex_tables"
    assert not any("?" in row for row in told)
