"""The documents' patterns in other readers: ECMA-262 for JSON Schema, Python, XSD."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.emit.dialects import DIALECTS, translate
from conformance.facets import matches
from conformance.patterns import Unsupported
from conformance.run.contracts import contracts
from tests.regex_readers import HERE, NO_XML
from tests.regex_strategies import ADDRESSES, NO_ADDRESSES

FIELDS = contracts()["collection-policy"].operation.request.fields
STATED = {member.name: pattern.pattern for member in FIELDS if (pattern := member.constraint("pattern"))}
MAIL = STATED["Email"]


ENGINES = {reader.name: reader for reader in HERE if reader.dialect != "documents"}


def accepts(name, pattern):
    """What the engine says of one text, by the pattern in its own spelling."""
    engine = ENGINES[name]
    return lambda text: engine.read(translate(pattern, engine.dialect), [text])[0]


@pytest.mark.parametrize("name", ENGINES)
def test_every_reader_accepts_and_refuses_the_same_addresses(name):
    said = accepts(name, MAIL)
    assert [text for text in ADDRESSES if not said(text)] == []
    assert [text for text in NO_ADDRESSES if said(text)] == []


@pytest.mark.parametrize("name", ENGINES)
def test_every_reader_says_the_same_of_the_number_patterns(name):
    decimal = accepts(name, STATED["MinimumInterest"])
    integer = accepts(name, STATED["MaximumTermDays"])
    assert [decimal(text) for text in ("6", "6.1", "6.15", "6.125", "-6", "6.", "6,1")] == [True] * 3 + [False] * 4
    assert [integer(text) for text in ("0", "180", "-1", "1.5", "a")] == [True, True, False, False, False]


@pytest.mark.parametrize("name", sorted(ENGINES.keys() - {"jsonschema"}))
def test_a_trailing_newline_is_not_let_through(name):
    for pattern, text in ((MAIL, "a@b.co\n"), (STATED["MinimumInterest"], "6\n")):
        assert not accepts(name, pattern)(text)
        assert not matches(pattern, text)


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("text", ["ñ@b.co", "josé@b.co", "a@b\u0301.co", "a\u203fb@b.co", "\U0001d41a@b.co"])
def test_letters_on_which_dialects_differ_are_no_word_characters_here(name, text):
    assert not accepts(name, MAIL)(text)


def test_xsd_has_neither_anchors_nor_groups_without_capture_nor_class_escapes():
    for pattern in STATED.values():
        written = translate(pattern, "xsd")
        assert not written.startswith("^")
        assert not written.endswith("$")
        assert "(?:" not in written
        assert "\\w" not in written
        assert "\\d" not in written


def test_a_translation_spells_the_classes_out_so_that_no_reader_takes_more():
    assert translate(STATED["MinimumInterest"], "ecma") == r"^[0-9]+(?:\.[0-9]{1,2})?$"
    assert translate(STATED["MinimumInterest"], "python") == r"^[0-9]+(?:\.[0-9]{1,2})?\Z"
    assert translate(STATED["MinimumInterest"], "xsd") == r"[0-9]+(\.[0-9]{1,2})?"
    assert translate("^[\\w-]$", "ecma") == "^[\\-0-9A-Z_a-z]$"


@pytest.mark.parametrize(
    ("pattern", "ecma", "xsd"),
    [
        ("a|b", "^(?:a|b)$", "a|b"),
        ("^a|b$", "^(?:a|b)$", "a|b"),
        ("^(?:a|b)c$", "^(?:a|b)c$", "(a|b)c"),
        (r"\d{10}", "^[0-9]{10}$", "[0-9]{10}"),
        ("^a+?b??$", "^a+?b??$", "a+b?"),
        (r"^[\s\S]*$", r"^[\s\S]*$", r"[\s\S]*"),
        (r"^\s$", r"^[\t-\r ]$", r"[\t\n\r ]"),
        (r"^\S$", r"^[^\t-\r ]$", r"[^\t\n\r ]"),
        (r"^[^\x00-\x1f]$", r"^[^\x00-\x1f]$", r"[^\t\n\r]"),
        (r"^[\\-^]$", r"^[\\-\^]$", r"[\\\]\^]"),
        (r"^(?<year>\d{4})-(?'m'\d\d)$", "^[0-9]{4}-[0-9][0-9]$", "[0-9]{4}-[0-9][0-9]"),
        ("", "^$", ""),
    ],
)
def test_every_translation_asks_for_the_whole_text(pattern, ecma, xsd):
    assert translate(pattern, "ecma") == ecma
    assert translate(pattern, "python") == ecma.removesuffix("$") + r"\Z"
    assert translate(pattern, "xsd") == xsd
    assert translate(ecma, "ecma") == ecma


@pytest.mark.parametrize(
    ("pattern", "dialect", "reason"),
    [
        (r"^\x07$", "xsd", "XML cannot hold"),
        ("a|ab", "ecma", "no anchor at the end"),
        ("^a(?:^b)$", "xsd", "an anchor that is not at an end"),
        ("^(?=a)$", "ecma", "a lookahead"),
        (r"^(a)\1$", "python", "a backreference"),
        (r"^\bab$", "xsd", "a word boundary"),
        ("(?i)^a$", "ecma", "inline flags"),
    ],
)
def test_what_a_dialect_cannot_say_is_refused_with_the_reason(pattern, dialect, reason):
    with pytest.raises(Unsupported, match=reason):
        translate(pattern, dialect)


TRANSLATED = [
    *STATED.values(),
    "^(?:ab|c)+d?$",
    "^[a-c]{2,3}-?x*$",
    r"^[^\d]\s?$",
    r"^(?:a|b){2}\[\^\]$",
    r"^[\]\\^-]+$",
]


def plain(text):
    return len(text) < 120 and not text.endswith("\n") and not NO_XML.search(text)


@given(st.data())
def test_a_translation_matches_what_the_pattern_matches(data):
    pattern = data.draw(st.sampled_from(TRANSLATED))
    text = data.draw(
        st.one_of(
            st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True).filter(plain),
            st.text(alphabet="abcdx019.-@[]^\\ ", max_size=8),
        )
    )
    expected = re.compile(pattern, re.ASCII).fullmatch(text) is not None
    assert {name: accepts(name, pattern)(text) for name in ENGINES} == dict.fromkeys(ENGINES, expected)


def test_there_are_three_dialects_and_each_takes_every_stated_pattern():
    assert DIALECTS == ("ecma", "python", "xsd")
    assert all(translate(pattern, dialect) for pattern in STATED.values() for dialect in DIALECTS)
