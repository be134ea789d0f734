"""The documents' patterns in other readers: ECMA-262 for JSON Schema, Python, XSD."""

from __future__ import annotations

import re
from xml.sax.saxutils import quoteattr

import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from conformance.emit.dialects import DIALECTS, translate
from conformance.facets import matches
from conformance.judge.opinion import Validator
from conformance.patterns import Unsupported
from conformance.run.contracts import contracts

FIELDS = contracts()["collection-policy"].operation.request.fields
STATED = {member.name: pattern.pattern for member in FIELDS if (pattern := member.constraint("pattern"))}
MAIL = STATED["Email"]

# fmt: off
ACCEPT = [
    "a@b.co", "a.b-c_d@sub.dom.com.mx", "a-@b.co", "a@b-.co", "a@b_c.co", "_@_.co", "a@1.2.co", "a@b.co.uk",
    f"a@b.{'x' * 15}",
]
REFUSE = [
    "a+b@b.co", "o'neil@b.co", ".a@b.co", "a..b@b.co", "-a@b.co", "a@-b.co", "a@b", "a@b.c", f"a@b.{'x' * 16}",
    "user@[127.0.0.1]",
]
# fmt: on

READERS = {}


def reader(function):
    READERS[function.__name__] = function
    return function


@reader
def python(pattern):
    compiled = re.compile(translate(pattern, "python"), re.ASCII)
    return lambda text: compiled.search(text) is not None


@reader
def json_schema(pattern):
    validator = Validator({"type": "string", "pattern": translate(pattern, "ecma")})
    return validator.is_valid


def xsd(pattern):
    return (
        '<s:schema xmlns:s="http://www.w3.org/2001/XMLSchema"><s:element name="v"><s:simpleType>'
        f'<s:restriction base="s:string"><s:pattern value={quoteattr(translate(pattern, "xsd"))}/></s:restriction>'
        "</s:simpleType></s:element></s:schema>"
    )


def document(text):
    element = etree.Element("v")
    element.text = text
    return element


@reader
def libxml2(pattern):
    schema = etree.XMLSchema(etree.fromstring(xsd(pattern)))
    return lambda text: schema.validate(document(text))


@reader
def xmlschema_(pattern):
    schema = xmlschema.XMLSchema10(xsd(pattern))
    return lambda text: schema.is_valid(etree.tostring(document(text), encoding="unicode"))


@pytest.mark.parametrize("name", READERS)
def test_every_reader_accepts_and_refuses_the_same_addresses(name):
    accepts = READERS[name](MAIL)
    assert [text for text in ACCEPT if not accepts(text)] == []
    assert [text for text in REFUSE if accepts(text)] == []


@pytest.mark.parametrize("name", READERS)
def test_every_reader_says_the_same_of_the_number_patterns(name):
    decimal = READERS[name](STATED["MinimumInterest"])
    integer = READERS[name](STATED["MaximumTermDays"])
    assert [decimal(text) for text in ("6", "6.1", "6.15", "6.125", "-6", "6.", "6,1")] == [True] * 3 + [False] * 4
    assert [integer(text) for text in ("0", "180", "-1", "1.5", "a")] == [True, True, False, False, False]


@pytest.mark.parametrize("name", ["python", "json_schema"])
def test_a_trailing_newline_is_not_let_through(name):
    for pattern, text in ((MAIL, "a@b.co\n"), (STATED["MinimumInterest"], "6\n")):
        assert not READERS[name](pattern)(text)
        assert not matches(pattern, text)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("text", ["ñ@b.co", "josé@b.co", "a@b\u0301.co", "a\u203fb@b.co", "\U0001d41a@b.co"])
def test_letters_on_which_dialects_differ_are_no_word_characters_here(name, text):
    assert not READERS[name](MAIL)(text)


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
    ("pattern", "dialect", "reason"),
    [
        ("^a+?$", "xsd", "lazy repetition"),
        ("^a|b$", "xsd", "anchor"),
        ("^a(?:^b)$", "xsd", "anchor"),
        ("^(?=a)$", "ecma", "assert"),
        (r"^(a)\1$", "python", "groupref"),
        (r"^\bab$", "xsd", "BOUNDARY"),
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


@given(st.data())
def test_a_translation_matches_what_the_pattern_matches(data):
    pattern = data.draw(st.sampled_from(TRANSLATED))
    text = data.draw(
        st.one_of(
            st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True).filter(lambda found: len(found) < 120),
            st.text(alphabet="abcdx019.-@[]^\\ ", max_size=8),
        )
    )
    expected = re.compile(pattern, re.ASCII).fullmatch(text) is not None
    assert READERS["python"](pattern)(text) == expected
    assert READERS["json_schema"](pattern)(text) == expected
    if text.isprintable() and text.strip(" ") == text:
        assert READERS["libxml2"](pattern)(text) == expected


def test_there_are_three_dialects_and_each_takes_every_stated_pattern():
    assert DIALECTS == ("ecma", "python", "xsd")
    assert all(translate(pattern, dialect) for pattern in STATED.values() for dialect in DIALECTS)
