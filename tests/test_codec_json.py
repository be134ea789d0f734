"""JSON in and out: values exact, texts read strictly, oddities of spelling told."""

from __future__ import annotations

import json as standard
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.codecs import CODECS, answered_in, covered, json
from conformance.codecs.decoded import Malformed
from conformance.run.contracts import contracts

NUMBERS = st.integers() | st.decimals(allow_nan=False, allow_infinity=False).map(
    lambda value: value if value != value.to_integral_value() else int(value) if abs(value) < 10**9 else Decimal("0.5")
)
TREES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(TREES)
def test_what_is_written_is_read_back_exactly(tree):
    decoded = json.decode(json.encode(tree))
    assert decoded.tree == tree
    assert decoded.utf8
    assert not decoded.duplicates
    assert not decoded.byte_order_mark


@given(TREES)
def test_what_is_written_is_json_for_any_other_reader(tree):
    standard.loads(json.encode(tree).decode("utf-8"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("60.0", Decimal("60.0")),
        ("1e1", Decimal("1E+1")),
        ("0.10", Decimal("0.10")),
        ("12345678901234567890.123456789", Decimal("12345678901234567890.123456789")),
        ("9007199254740993", 9007199254740993),
        ("-0", 0),
    ],
)
def test_a_number_keeps_its_value_and_its_scale(text, value):
    read = json.decode(text.encode()).tree
    assert read == value
    assert str(read) == str(value)


def test_a_number_of_five_thousand_digits_is_read():
    assert json.decode(b"9" * 5000).tree == Decimal("9" * 5000)


@pytest.mark.parametrize("token", ["60.0", "1e1", "+5", "NaN"])
def test_a_token_can_be_written_as_it_stands(token):
    assert json.encode({"A": json.raw(token)}) == f'{{"A":{token}}}'.encode()


def test_a_decimal_is_written_as_it_stands_and_text_as_utf8():
    assert json.encode({"A": Decimal("6.10"), "B": "Ñandú", "C": None}) == '{"A":6.10,"B":"Ñandú","C":null}'.encode()


def test_a_lone_surrogate_goes_out_as_the_escape_that_it_came_as():
    text = b'{"A":"x\\ud800"}'
    assert json.encode(json.decode(text).tree) == text


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b" \r\n ",
        b"{",
        b'{"A":}',
        b'{"A":1,}',
        b"[1,]",
        b"/* a */ {}",
        b"{} end",
        b"{'A':1}",
        b"policy",
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        b"[+5]",
        b"[01]",
        b"[.5]",
        b'"a\nb"',
        b"<policy/>",
        b"\xff\xfe{\x00}\x00",
        b"[" * 200_000,
        b"[1e99999999999999999999]",
    ],
    ids=lambda text: repr(text[:20]),
)
def test_what_is_no_json_text_is_malformed_with_a_reason(text):
    with pytest.raises(Malformed, match=r"\w"):
        json.decode(text)


def test_the_reason_says_where():
    with pytest.raises(Malformed, match=r"at character 6$"):
        json.decode(b'{"A":}')


def test_names_that_occur_twice_are_told_and_the_last_one_counts():
    decoded = json.decode(b'{"A":1,"B":{"C":1,"C":2},"A":3}')
    assert decoded.tree == {"A": 3, "B": {"C": 2}}
    assert sorted(decoded.duplicates) == ["A", "C"]


def test_names_that_differ_in_case_are_different_names():
    assert json.decode(b'{"A":1,"a":2}').duplicates == ()


def test_a_byte_order_mark_is_told_and_skipped():
    decoded = json.decode(b'\xef\xbb\xbf{"A":1}')
    assert decoded.byte_order_mark
    assert decoded.tree == {"A": 1}


def test_bytes_that_are_no_utf8_are_read_as_latin_1_and_told():
    decoded = json.decode('{"A":"ñ"}'.encode("latin-1"))
    assert not decoded.utf8
    assert decoded.tree == {"A": "ñ"}


PIECES = st.sampled_from(
    [*'{}[]:,"\\/ \n', '"A"', "true", "null", "60", "-", "1e9", "1e99999999999999999999", "NaN", "\xff"]
)
BODIES = st.binary(max_size=60) | st.lists(PIECES, max_size=25).map(lambda parts: "".join(parts).encode("latin-1"))


def attempt(body):
    """What is decoded, or the reason why nothing is."""
    try:
        return json.decode(body)
    except Malformed as reason:
        return str(reason)


@given(BODIES)
def test_any_bytes_are_a_message_or_malformed(body):
    decoded = attempt(body)
    assert decoded == attempt(body)
    if isinstance(decoded, str):
        assert decoded
    elif not decoded.duplicates:
        assert json.decode(json.encode(decoded.tree)).tree == decoded.tree


# --- every codec ------------------------------------------------------------------------------------------------------


def test_an_encoding_is_covered_where_there_is_a_codec_and_the_document_names_it():
    assert list(CODECS) == ["json", "xml", "form", "soap-1.1", "soap-1.2"]
    assert {name: covered(contract) for name, contract in contracts().items()} == {
        "actualizar-correo": ("soap-1.1", "soap-1.2"),
        "collection-policy": ("json", "xml", "form"),
        "envio-correo": ("soap-1.1", "soap-1.2"),
    }


@pytest.mark.parametrize(("encoding", "answered"), [("json", "json"), ("xml", "xml"), ("form", "json")])
def test_nobody_answers_with_a_form(encoding, answered):
    assert answered_in(contracts()["collection-policy"], encoding) == answered
    assert CODECS[encoding].answers is (encoding == answered)


def test_an_answer_is_asked_for_in_an_encoding_that_answers_are_documented_in():
    contract = contracts()["collection-policy"]
    silent = tuple(
        replace(one, response_media_types=()) if one.name == "json" else one for one in contract.operation.encodings
    )
    only_xml = replace(contract, operation=replace(contract.operation, encodings=silent))
    assert [answered_in(only_xml, name) for name in ("json", "xml", "form")] == ["xml", "xml", "xml"]


@pytest.mark.parametrize("name", list(CODECS))
def test_every_codec_has_the_same_shape(name):
    contract = contracts()["collection-policy"]
    message = contract.operation.request
    tree = {"Email": "a@b.test", "MaximumTermDays": 60, "AssignSeller": True, "ArMailName": "Ñandú & <Co>"}
    decoded = CODECS[name].decode(message, CODECS[name].encode(message, tree), "")
    assert decoded.tree == tree
    assert type(decoded.tree["AssignSeller"]) is bool
    assert decoded.utf8
    assert decoded.oddities == ()
