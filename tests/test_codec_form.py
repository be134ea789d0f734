"""Forms in and out: pairs, escapes, the two spellings of nested members, and bytes that nobody sane would send."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import parse_qsl, quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.codecs import form
from conformance.codecs.decoded import Malformed
from conformance.facets import is_number
from conformance.run.contracts import contracts

REQUEST = contracts()["collection-policy"].operation.request
LIST = "NotificationSchemaList"
ID, NAME = "NotificationSchemaId", "NotificationSchemaName"
GUID = "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9"


def read(body):
    return form.decode(REQUEST, body if isinstance(body, bytes) else body.encode("ascii"))


def tree(body):
    return read(body).tree


# --- writing ----------------------------------------------------------------------------------------------------------

MESSAGE = {"ArMailName": "Ñandú & Co = 5+5 %", "MaximumTermDays": 60, "AssignSeller": False, "MinimumInterest": 6}


def test_a_message_is_written_as_pairs_in_its_own_order():
    expected = (
        b"ArMailName=%C3%91and%C3%BA+%26+Co+%3D+5%2B5+%25&MaximumTermDays=60&AssignSeller=false&MinimumInterest=6"
    )
    assert form.encode(REQUEST, MESSAGE) == expected
    backwards = dict(reversed(MESSAGE.items()))
    assert form.encode(REQUEST, backwards).startswith(b"MinimumInterest=6&AssignSeller=false")


def test_any_other_reader_of_forms_reads_the_same_pairs():
    assert parse_qsl(form.encode(REQUEST, MESSAGE).decode()) == [
        ("ArMailName", "Ñandú & Co = 5+5 %"),
        ("MaximumTermDays", "60"),
        ("AssignSeller", "false"),
        ("MinimumInterest", "6"),
    ]


@pytest.mark.parametrize("nothing", [None, [], {}, [{}], [None], [[]], {"a": None}])
def test_what_a_form_cannot_say_is_left_out(nothing):
    assert form.encode(REQUEST, {"UserId": nothing, "Email": ""}) == b"Email="


@pytest.mark.parametrize(
    ("style", "names"),
    [
        ("dots", [f"{LIST}[0].{ID}", f"{LIST}[0].{NAME}", f"{LIST}[1].{NAME}"]),
        ("brackets", [f"{LIST}[0][{ID}]", f"{LIST}[0][{NAME}]", f"{LIST}[1][{NAME}]"]),
    ],
)
def test_nested_members_are_written_in_either_style_and_read_back(style, names):
    items = [{ID: GUID, NAME: "Uno"}, {NAME: "Dos"}]
    pairs = list(form.pairs({LIST: items}, style))
    assert [name for name, _ in pairs] == names
    assert tree(form.written(pairs)) == {LIST: items}


def test_dots_are_what_is_written_unless_asked_otherwise():
    assert form.encode(REQUEST, {LIST: [{NAME: "Uno"}]}) == quote(f"{LIST}[0].{NAME}").encode() + b"=Uno"


def test_a_surrogate_has_no_bytes_and_becomes_a_question_mark():
    assert form.encode(REQUEST, {"ArMailName": "a\ud800b"}) == b"ArMailName=a%3Fb"


def test_what_is_no_message_has_no_pairs():
    assert form.encode(REQUEST, []) == form.encode(REQUEST, "text") == form.encode(REQUEST, None) == b""


# --- reading ----------------------------------------------------------------------------------------------------------

# fmt: off
SPELLINGS = [
    ("ArMailName=a+b", {"ArMailName": "a b"}), ("ArMailName=a%20b", {"ArMailName": "a b"}),
    ("ArMailName=a%2Bb", {"ArMailName": "a+b"}), ("ArMailName=a%2bb", {"ArMailName": "a+b"}),
    ("ArMailName=a%26b%3Dc", {"ArMailName": "a&b=c"}), ("ArMailName=a=b", {"ArMailName": "a=b"}),
    ("%41r%4D%61ilName=x", {"ArMailName": "x"}), ("ArMailName=%C3%91", {"ArMailName": "Ñ"}),
    ("ArMailName=%F0%9D%90%80", {"ArMailName": "\N{MATHEMATICAL BOLD CAPITAL A}"}),
    ("ArMailName=%00", {"ArMailName": "\x00"}), ("ArMailName=%0D%0A", {"ArMailName": "\r\n"}),
    ("ArMailName=a;b", {"ArMailName": "a;b"}),
    ("ArMailName=", {"ArMailName": ""}), ("ArMailName", {"ArMailName": ""}),
    ("", {}), ("&", {}), ("&&ArMailName=x&", {"ArMailName": "x"}),
    ("ArMailName=%", {"ArMailName": "%"}), ("ArMailName=%zz", {"ArMailName": "%zz"}),
    ("ArMailName=%4", {"ArMailName": "%4"}),
    ("ArMailName=100%&Email=a", {"ArMailName": "100%", "Email": "a"}),
]
SCALARS = [
    ("MaximumTermDays=60", {"MaximumTermDays": 60}), ("MaximumTermDays=+60", {"MaximumTermDays": 60}),
    ("MaximumTermDays=%2B60", {"MaximumTermDays": 60}), ("MaximumTermDays=60.0", {"MaximumTermDays": "60.0"}),
    ("MaximumTermDays=", {"MaximumTermDays": ""}), ("MaximumTermDays=abc", {"MaximumTermDays": "abc"}),
    ("MinimumInterest=6.10", {"MinimumInterest": Decimal("6.10")}),
    ("MinimumInterest=6%2C1", {"MinimumInterest": "6,1"}),
    ("AssignSeller=true", {"AssignSeller": True}), ("AssignSeller=0", {"AssignSeller": False}),
    ("AssignSeller=True", {"AssignSeller": "True"}), ("AssignSeller=on", {"AssignSeller": "on"}),
    (f"UserId=+{GUID}+", {"UserId": GUID}), ("UserId=", {"UserId": ""}), ("Other=60", {"Other": "60"}),
    ("maximumtermdays=60", {"maximumtermdays": "60"}),
]
NESTED = [
    (f"{LIST}[0].{NAME}=a&{LIST}[1].{NAME}=b", {LIST: [{NAME: "a"}, {NAME: "b"}]}),
    (f"{LIST}[1].{NAME}=b&{LIST}[0].{NAME}=a", {LIST: [{NAME: "a"}, {NAME: "b"}]}),
    (f"{LIST}[7].{NAME}=b&{LIST}[3].{NAME}=a", {LIST: [{NAME: "a"}, {NAME: "b"}]}),
    (f"{LIST}[10].{NAME}=b&{LIST}[9].{NAME}=a", {LIST: [{NAME: "a"}, {NAME: "b"}]}),
    (f"{LIST}%5B0%5D%5B{NAME}%5D=a&{LIST}[0].{ID}={GUID}", {LIST: [{NAME: "a", ID: GUID}]}),
    (f"{LIST}[0].Other[0]=x", {LIST: [{"Other": {"0": "x"}}]}),
    (f"{LIST}.{NAME}=a", {LIST: {NAME: "a"}}), (f"{LIST}[x].{NAME}=a", {LIST: {"x": {NAME: "a"}}}),
    (f"{LIST}=a", {LIST: "a"}), (f"{LIST}[0]=a", {LIST: ["a"]}), (f"{LIST}[]=a&{LIST}[]=b", {LIST: ["a", "b"]}),
    ("ArMailName.x=1", {"ArMailName": {"x": "1"}}), ("ArMailName[0]=1", {"ArMailName": {"0": "1"}}),
]
ODD_NAMES = ["a[", "a]", "a[0", "a]0[", ".a", "a.", "a..b", "[0]", "a[0]b", "a[[0]]", " a", "a b", "a[0]."]
# fmt: on


@pytest.mark.parametrize(("body", "expected"), [*SPELLINGS, *SCALARS, *NESTED])
def test_pairs_are_read_as_the_message_that_they_stand_for(body, expected):
    found = tree(body)
    assert found == expected
    assert repr(found) == repr(expected)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_name_that_is_no_path_is_a_member_of_that_very_name(name):
    assert tree(f"{quote_plus(name)}=1&Email=a") == {name: "1", "Email": "a"}


def test_a_list_of_texts_may_be_one_bare_value():
    answer = contracts()["collection-policy"].operation.response
    assert form.decode(answer, b"messageDetail=a").tree == {"messageDetail": ["a"]}
    assert form.decode(answer, b"messageDetail[]=a&messageDetail[]=b").tree == {"messageDetail": ["a", "b"]}


# fmt: off
TWICE = [
    ("Email=a&Email=b", {"Email": "a"}, ("Email",)), ("Email=a&Email=a", {"Email": "a"}, ("Email",)),
    ("Email=a&Email=b&Email=c", {"Email": "a"}, ("Email", "Email")),
    ("Email=a&Email.x=b", {"Email": "a"}, ("Email.x",)), ("Email.x=b&Email=a", {"Email": {"x": "b"}}, ("Email",)),
    (f"{LIST}[0].{NAME}=a&{LIST}[0][{NAME}]=b", {LIST: [{NAME: "a"}]}, (f"{LIST}[0][{NAME}]",)),
    ("Email=a&email=b", {"Email": "a", "email": "b"}, ()),
]
# fmt: on


@pytest.mark.parametrize(("body", "expected", "told"), TWICE)
def test_of_names_that_occur_twice_the_first_counts_and_the_rest_is_told(body, expected, told):
    decoded = read(body)
    assert (decoded.tree, decoded.duplicates) == (expected, told)


def test_text_that_is_no_utf8_is_read_as_latin_1_and_told():
    decoded = read("ArMailName=%D1and%FA&MaximumTermDays=5")
    assert decoded.tree == {"ArMailName": "Ñandú", "MaximumTermDays": 5}
    assert not decoded.utf8
    assert read("ArMailName=%C3%91").utf8


def test_bytes_beyond_ascii_that_nobody_escaped_are_read_as_utf8():
    decoded = form.decode(REQUEST, "ArMailName=Ñandú".encode())
    assert decoded.tree == {"ArMailName": "Ñandú"}
    assert decoded.utf8
    latin = form.decode(REQUEST, "ArMailName=Ñandú".encode("latin-1"))
    assert latin.tree == {"ArMailName": "Ñandú"}
    assert not latin.utf8


@pytest.mark.parametrize("charset", ["", "utf-8", "iso-8859-1", "none-such"])
def test_a_charset_changes_nothing_since_forms_are_utf8(charset):
    assert form.decode(REQUEST, b"ArMailName=%C3%91", charset).tree == {"ArMailName": "Ñ"}


def test_a_form_has_no_oddities_and_no_byte_order_mark():
    decoded = read("Email=a&ArMailName=b")
    assert decoded.oddities == ()
    assert not decoded.byte_order_mark


@pytest.mark.parametrize("name", ["A" + "[0]" * 20, "A" + ".b" * 20, "A" + "[]" * 5000])
def test_a_name_of_many_steps_is_beyond_what_is_read(name):
    with pytest.raises(Malformed, match="nested deeper than the 20 levels") as caught:
        read(f"{name}=1")
    assert caught.value.unread


def test_a_name_of_twenty_steps_is_read():
    found = tree("A" + ".b" * 19 + "=1")
    for _ in range(19):
        found = found.get("A") or found.get("b")
    assert found == {"b": "1"}


@pytest.mark.parametrize("index", ["9" * 5000, "0" * 5000, "99999999999999999999", "٣"])
def test_an_index_is_any_number_and_costs_nothing(index):
    name = quote(f"{LIST}[{index}].{NAME}")
    found = tree(f"{LIST}[5].{NAME}=five&{name}=x")[LIST]
    if index.isascii():
        assert found == ([{NAME: "x"}, {NAME: "five"}] if index[0] == "0" else [{NAME: "five"}, {NAME: "x"}])
    else:
        assert found == {"5": {NAME: "five"}, index: {NAME: "x"}}


def test_thousands_of_pairs_are_read_in_order():
    body = "&".join(f"{LIST}[{number}].{NAME}={number}" for number in reversed(range(5000)))
    assert [item[NAME] for item in tree(body)[LIST]] == [str(number) for number in range(5000)]


# --- anything ---------------------------------------------------------------------------------------------------------


def scalars(found):
    if isinstance(found, dict):
        for value in found.values():
            yield from scalars(value)
    elif isinstance(found, list):
        for value in found:
            yield from scalars(value)
    else:
        yield found


PIECES = st.sampled_from(
    [*"&=+%;.[]0159", "%zz", "%C3%91", "%D1", "%00", "%", "[0]", "[]", ".", "\xff", "\xc3\x91"]
    + [member.name for member in REQUEST.fields]
    + [ID, NAME, GUID, "true", "6.1", "-1"]
)
BODIES = st.binary(max_size=60) | st.lists(PIECES, max_size=25).map(lambda parts: "".join(parts).encode("latin-1"))


def attempt(body):
    """What is decoded, or the reason why nothing is."""
    try:
        return form.decode(REQUEST, body)
    except Malformed as reason:
        return str(reason)


@given(BODIES)
def test_any_bytes_are_a_message_or_malformed(body):
    decoded = attempt(body)
    assert decoded == attempt(body)
    if isinstance(decoded, str):
        assert "nested deeper" in decoded
        return
    assert isinstance(decoded.tree, dict)
    assert all(isinstance(value, str | bool) or is_number(value) for value in scalars(decoded.tree))


VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
FREE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=".[]"), min_size=1, max_size=8)


@given(st.dictionaries(FREE.filter(lambda name: name not in {f.name for f in REQUEST.fields}), VALUES, max_size=4))
def test_texts_are_read_as_they_were_written(message):
    decoded = form.decode(REQUEST, form.encode(REQUEST, message))
    assert decoded.tree == message
    assert decoded.utf8
    assert not decoded.duplicates
