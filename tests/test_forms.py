"""Bodies that are known by how they are written: what a form admits, the walk finds nothing in."""

from __future__ import annotations

import html
import itertools
import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from bench.recordings import pool
from conformance.codecs import xsd
from conformance.codecs.lexical import value_of
from conformance.facets import Fit, blank, broken, fits
from conformance.judge.slots import LETTERS, Slot, _between, slot, slots_of
from conformance.model import Basis, Citation, Constraint, Field
from conformance.run.contracts import contracts
from conformance.traffic import forms
from conformance.traffic.forms import Forms, Likeness, LikeRequest, Odd, Room, Side
from conformance.traffic.masks import masked_text
from conformance.traffic.places import (
    DEEPEST,
    MOST_TOKENS,
    MOST_VALUES,
    Values,
    json_values,
    no_values,
    xml_values,
)
from conformance.traffic.recording import Recorded
from conformance.traffic.shapes import plain_json
from tests.audited import MASKS, SUBJECTS
from tests.test_audit_tiers import BASES, Tiers, base

HERE = Citation(document="d", line=1)

# --- where values stand -----------------------------------------------------------------------------------------------


def told(text: str, found: Values | None) -> dict[tuple[str | int, ...], str] | None:
    if found is None:
        return None
    return {place: text[begin:end] for (begin, end), place in zip(found.spans, found.places, strict=True)}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('{"a":"x","b":{"c":-1.5,"d":[true,"y",null,{"e":false}]}}',
         {("a",): "x", ("b", "c"): "-1.5", ("b", "d", 0): "true", ("b", "d", 1): "y", ("b", "d", 3, "e"): "false"}),
        (' {\n"a" : 0 ,\t"b":""}\r\n', {("a",): "0"}),
        ('{"a":[[1,2],[]],"b":[{}]}', {("a", 0, 0): "1", ("a", 0, 1): "2"}),
        ('{"a":":5,","b":"],{"}', {("a",): ":5,", ("b",): "],{"}),
        ('{"a":"x\\n"}', None),
        ('{"a\\u0062":1}', None),
        ('{"a":1e5}', None),
        ('{"a":1E5,"b":2}', None),
    ],
)  # fmt: skip
def test_the_values_of_an_object_have_places(text: str, values: Any) -> None:
    assert told(text, json_values(text)) == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("<m><a>x</a><b/><c></c><d> </d></m>", {("a",): "x", ("d",): " "}),
        ("<?xml version='1.0'?>\n<p:m xmlns:p='u'><p:a>x</p:a><l><i>1</i><i>2</i><j/></l></p:m>\n",
         {("a",): "x", ("l", "i"): "1", ("l", "i[1]"): "2"}),
        ('<m a="1"><a b="2">x</a><c>y</c >\n</m>', {("c",): "y"}),
        ("<m><a>x<b/></a><c>y</c></m>", {("c",): "y"}),
        ("<m>x</m>", {(): "x"}),
        ('<m><a b="c>d">x</a></m>', None),
        ("<m><!-- a --><a>x</a></m>", None),
        ("<m><a><![CDATA[x]]></a></m>", None),
        ("<m><?a b?><a>x</a></m>", None),
        ("<m><a>x</a></m><!-- -->", None),
    ],
)  # fmt: skip
def test_the_values_of_a_document_have_places(text: str, values: Any) -> None:
    etree.fromstring(text.encode())
    assert told(text, xml_values(text)) == values


def test_of_some_texts_no_places_are_known() -> None:
    found: Callable[[str], Values | None] = no_values
    assert found("a=1&b=2") is None


def flat(tree: Any, *place: str | int) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What a decoded message holds, as the text of it has it."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from flat(value, *place, name)
    elif isinstance(tree, list):
        for number, value in enumerate(tree):
            yield from flat(value, *place, number)
    elif tree not in {None, ""}:
        yield place, tree if isinstance(tree, str) else json.dumps(tree)


def leaves(element: etree._Element, *place: str) -> Iterator[tuple[tuple[str | int, ...], str]]:
    met: dict[str, int] = {}
    for child in element:
        name = etree.QName(child).localname
        number = met[name] = met.get(name, -1) + 1
        here = (*place, f"{name}[{number}]" if number else name)
        if len(child):
            yield from leaves(child, *here)
        elif child.text and not child.attrib:
            yield here, child.text


@pytest.mark.parametrize("kind", ["rest", "soap"])
def test_places_are_those_of_what_is_decoded(kind: str) -> None:
    seen = 0
    for one in pool(kind, 120, seed=5):
        assert one.response is not None
        for text in (one.request.body, one.response.body):
            if text[0] == "{":
                assert told(text, json_values(text)) == dict(flat(json.loads(text)))
            else:
                assert told(text, xml_values(text)) == dict(leaves(etree.fromstring(text.encode())))
            seen += 1
    assert seen == 240


# --- what a slot admits -----------------------------------------------------------------------------------------------


def scalars(fields: tuple[Field, ...]) -> Iterator[Field]:
    for member in fields:
        yield member
        yield from scalars(member.fields)
        if member.item is not None:
            yield from scalars((member.item,))


MEMBERS = {
    f"{name}/{part}/{member.name}": member
    for name, contract in contracts().items()
    for part in ("request", "response")
    for member in scalars(getattr(contract.operation, part).fields)
    if slot(member) is not None
}
PLAIN = {
    "string": "aviso de cobro",
    "boolean": "true",
    "integer": "7",
    "int": "7",
    "decimal": "7.5",
    "guid": "3f6a1c52-7d48-4e0b-9a35-c1e2b4d60f78",
    "dateTime": "2026-06-01T12:38:00",
    "base64Binary": "Q29uZm9ybWE=",
}


def sound(member: Field, made: Slot, text: str) -> None:
    """The walk would find nothing, whatever the encoding, and no recorder put it there."""
    assert fits(member, value_of(member.type, text)) is Fit.EXACT
    assert not list(broken(member, value_of(member.type, text)))
    assert xsd.valid(member, text)
    assert not blank(text)
    assert not masked_text(text) or re.search("edacted|EDACTED", text)
    assert html.escape(text, quote=False) == text
    assert text.isprintable()
    if made.bare:
        read = json.loads(text, parse_float=Decimal)
        assert fits(member, read) is Fit.EXACT
        assert not list(broken(member, read))
    else:
        assert json.dumps(text, ensure_ascii=False) == f'"{text}"'
        assert not list(broken(member, text))
    assert len(text.encode("utf-16-le")) == 2 * len(text)


@pytest.mark.parametrize("name", MEMBERS)
def test_a_slot_of_a_documented_member_takes_what_the_walk_takes(name: str) -> None:
    member, made = MEMBERS[name], slot(MEMBERS[name])
    assert made is not None

    drawn = st.from_regex(made.pattern, fullmatch=True)
    if member.type == "base64Binary":
        drawn = st.binary(min_size=1, max_size=40).map(lambda data: b64encode(data).decode())

    @given(drawn.filter(made.check or (lambda _text: True)))
    def holds(text: str) -> None:
        sound(member, made, text)

    if member.constraint("pattern") is None or made.bare:
        holds()
    plain = "aviso@example.com" if "mail" in member.marks else "09:59" if member.constraint("max-length") else ""
    usual = plain or PLAIN[member.type]
    assert re.fullmatch(made.pattern, usual), "nothing usual fits"
    assert made.check is None or made.check(usual)
    sound(member, made, usual)


RANGES = [(None, None), (0, 100), (1, 120), (-5, 5), (0, None), (None, 99), (Decimal("0.5"), Decimal("9.5")), (7, 3)]
PATTERNS = [None, "^[0-9]*$", r"^\d{2,4}$", r"^\d+(\.\d{1,2})?$", "^[a-z ]+$", "(?<=x)y", "^-?[0-9]*$", "a|ab", "("]
LENGTHS = [(None, None), (0, 5), (2, 4), (6, None), (4, 2)]
TEXTS = (
    *PLAIN.values(),
    "false",
    "0",
    "-1",
    "00",
    "5",
    "99",
    "100",
    "100.0",
    "100.01",
    "120",
    "121",
    "1200",
    "0.5",
    "0.49",
)
TEXTS += ("9.5", "9.50", "9.51", "5.125", "-5.5", "1234567890", "a", "ab", "y", "xy", "abcde", "abcdef", " ab", "ab ")


@pytest.mark.parametrize("kind", PLAIN)
def test_a_slot_takes_no_more_than_the_walk_whatever_the_bounds(kind: str) -> None:
    taken = 0
    for (low, high), pattern, (least, most) in itertools.product(RANGES, PATTERNS, LENGTHS):
        facets = (
            {"facet": "range", "minimum": low, "maximum": high},
            {"facet": "pattern", "pattern": pattern},
            {"facet": "min-length", "min_length": least},
            {"facet": "max-length", "max_length": most},
        )
        held = tuple(Constraint(basis=Basis.STATED, citation=HERE, **one) for one in facets)
        member = Field(name="v", type=kind, basis=Basis.STATED, citation=HERE, constraints=held)
        made = slot(member)
        if made is None:
            continue
        for text in TEXTS:
            if re.fullmatch(made.pattern, text) and (made.check is None or made.check(text)):
                sound(member, made, text)
                taken += 1
    assert taken


@given(st.integers(0, 400) | st.integers(0, 10**9), st.integers(0, 400) | st.integers(0, 10**6), st.data())
def test_whole_numbers_between_two(low: int, more: int, data: st.DataObject) -> None:
    high = low + more
    found = re.compile("|".join(_between(low, high))).fullmatch
    number = data.draw(st.integers(0, 2 * high + 20) | st.sampled_from([max(0, low - 1), low, high, high + 1]))
    assert (found(f"{number}") is not None) == (low <= number <= high)
    assert found(f"0{number}") is None


LOOK = ('"&<>*[\\', "\x00\t\n\x7f\x85", "\u00a0\u00ad\u2022\u2028\ufeff", "\U0001f600\ud800")


@pytest.mark.parametrize("letter", "".join(LOOK), ids=lambda letter: f"U+{ord(letter):04X}")
def test_letters_that_need_a_look_are_in_no_slot(letter: str) -> None:
    assert not re.fullmatch(f"[ {LETTERS}]", letter)


def test_members_of_one_name_that_differ_have_no_slot() -> None:
    def member(name: str, kind: str, *fields: Field) -> Field:
        return Field(name=name, type=kind, basis=Basis.STATED, citation=HERE, fields=fields)

    held = (member("a", "string"), member("o", "object", member("a", "int"), member("b", "int"), member("c", "int")))
    assert set(slots_of(held)) == {"b", "c"}
    assert set(slots_of((*held, member("a", "string")), frozenset({"c"}))) == {"b"}
    bound = replace(member("a", "string"), element=("{urn:x}holder", "{urn:x}real"))
    assert set(slots_of((bound, member("b c", "int")))) == {"real", "a", "b_x0020_c", "b c"}


# --- what a form admits -----------------------------------------------------------------------------------------------

ODD = (
    *("", " ", "x", "x ", " x", "true", "1", "0", "-1", "007", "5.0", "1e1", "100", "100.00", "100.01", "121", "180.5"),
    *("9" * 30, "a&amp;b", "&#65;", 'a"b', "a\\u0062", "\\n", "a<b/>", "ñandú", "\U0001f600", "\u00a0", "null"),
    *(
        "x" * 101,
        "x" * 100,
        "2026-02-29T00:00:00",
        "2026-04-31T00:00:00",
        "2026-06-01",
        "2026-06-01T24:00:00",
        "2026-06-01T12:00:00+14:30",
    ),
    *("Q29", "Q2==", "Q29uZh==", "====", "Q===", "a@b", "aviso..x@example.com", "xaviso.1@example.com"),
    *("{3f6a1c52-7d48-4e0b-9a35-c1e2b4d60f78}", *MASKS),
)


def slots_in(one: Recorded, side: str, encoding: str) -> list[tuple[int, int]]:
    text = getattr(one, side).body
    found = (json_values if encoding == "json" else xml_values)(text)
    assert found is not None
    return found.spans


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("side", ["request", "response"])
@pytest.mark.parametrize("encoding", BASES)
def test_whatever_stands_in_a_slot_the_tiers_agree(encoding: str, side: str, both: bool) -> None:
    one, tiers = base(encoding), Tiers()
    assert tiers.agree(one)
    assert tiers.agree(one), "now as a form"
    known = 0
    for begin, end in slots_in(one, side, encoding):
        for odd in ODD[:: 1 if side == "request" or not both else 3]:
            made = deepcopy(one)
            here, other = (made.request, made.response)[:: 1 if side == "request" else -1]
            assert here is not None
            assert other is not None
            old, here.body = here.body[begin - 1 : end + 1], here.body[:begin] + odd + here.body[end:]
            if both:
                # The old value is another now wherever it stands, as where it comes back.
                other.body = other.body.replace(old, old[0] + odd + old[-1])
            assert tiers.agree(made), (odd, here.body)
            known += tiers.auditor._kinds.of(made) is not None
    assert known


def kinds_of(one: Recorded) -> tuple[Tiers, Forms, str]:
    tiers = Tiers()
    assert tiers.agree(one)
    assert one.response is not None
    route, client = tiers.auditor._kinds._way(one.request, one.response)
    assert route is not None
    return tiers, route.forms, client


@pytest.mark.parametrize("encoding", BASES)
def test_a_form_is_known_again_with_other_values(encoding: str) -> None:
    one = base(encoding)
    tiers, held, client = kinds_of(one)
    assert one.response is not None
    kind = tiers.auditor._kinds.of(one)
    assert kind is not None
    assert held.of(client, one.request.body, one.response.body) == kind
    assert held.of("another client", one.request.body, one.response.body) == kind
    name = "NombreDocumento" if encoding == "soap-1.1" else "ArMailName"
    other = deepcopy(one)
    for side in (other.request, other.response):
        assert side is not None
        side.body = re.sub(rf'({name}"?[:>]"?)[^<"]+', r"\1otro aviso (ñ)", side.body)
    assert other.request.body != one.request.body
    assert other.response is not None
    assert held.of(client, other.request.body, other.response.body) == kind
    assert held.of_request(client, other.request.body) == kind.request
    if encoding != "soap-1.1":
        # What was sent has to come back.
        assert held.of(client, other.request.body, one.response.body) is None
        assert held.of(client, one.request.body, other.response.body) is None


@pytest.mark.parametrize("kind", ["rest", "soap"])
def test_most_exchanges_of_a_few_clients_are_known_by_their_forms(kind: str) -> None:
    tiers, known, every = Tiers(), 0, list(pool(kind, 400, seed=2))
    for one in every:
        assert tiers.agree(one)
    for one in every:
        assert one.response is not None
        route, client = tiers.auditor._kinds._way(one.request, one.response)
        assert route is not None
        known += route.forms.of(client, one.request.body, one.response.body) is not None
    assert known > 390


def sides() -> tuple[Side, Side]:
    slots = slots_of(SUBJECTS["collection-policy"].contract.operation.request.fields)
    return Side(json_values, slots, plain_json, bare=True), Side(json_values, slots, plain_json, bare=True)


def kind_of(number: int) -> Likeness:
    return Likeness(LikeRequest(1, number), number, accepts=True)


def test_where_no_two_are_alike_few_forms_are_made() -> None:
    held = Forms(*sides())
    for number in range(forms.TRIES + 40):
        held.learn(f'{{"x":{number}}}', '{"y":1}', kind_of(number))
    known = [held.of("", f'{{"x":{number}}}', '{"y":1}') for number in range(forms.TRIES + 40)]
    assert known == [kind_of(number) for number in range(forms.TRIES)] + [None] * 40


def test_a_form_that_is_of_use_earns_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "TRIES", 1)
    monkeypatch.setattr(forms, "WORTH", 3)
    held = Forms(*sides())
    for number in range(2):
        held.learn(f'{{"x":{number}}}', "{}", kind_of(number))
    assert held.of("", '{"x":1}', "{}") is None
    for _ in range(3):
        assert held.of("", '{"x":0}', "{}") == kind_of(0)
    held.learn('{"x":1}', "{}", kind_of(1))
    assert held.of("", '{"x":1}', "{}") == kind_of(1)


def test_forms_that_were_not_met_for_long_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "MOST_FORMS", 2)
    held = Forms(*sides())

    def known(number: int, answer: str = "{}") -> Likeness | None:
        return held.of("a", f'{{"x":{number}}}', answer)

    for number in range(2):
        held.learn(f'{{"x":{number}}}', "{}", kind_of(number))
    assert known(1) == kind_of(1)
    held.learn('{"x":2}', "{}", kind_of(2))
    assert [known(number) for number in range(3)] == [None, kind_of(1), kind_of(2)]
    for number in range(3, 5):
        held.learn('{"x":2}', f'{{"y":{number}}}', kind_of(number))
    assert [known(2, answer) for answer in ("{}", '{"y":3}', '{"y":4}')] == [kind_of(2), None, kind_of(4)]


def test_there_is_room_for_so_many_forms_whatever_the_head(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "MOST_FORMS", 2)
    room = Room(4)
    one, other = (Forms(*sides(), room=room) for _ in range(2))
    for number in range(4):
        # The oldest of its own make room.
        one.learn(f'{{"x":{number}}}', "{}", kind_of(number))
        assert one.of("", f'{{"x":{number}}}', "{}") == kind_of(number)
    assert room.left == 0
    assert not other.learn('{"x":0}', "{}", kind_of(0))
    one.forget(kind_of(3))
    assert room.left == 1
    assert one.of("", '{"x":3}', "{}") is None
    assert not other.learn('{"x":0}', "{}", kind_of(0)), "there is room for the request alone"
    assert other.of_request("", '{"x":0}') == kind_of(0).request


@pytest.mark.parametrize(
    ("asked", "answer", "known"),
    [
        ('{"Email":"a@example.com"}', '{"data":{"Email":"a@example.com"}}', True),
        ('{"Email":"a@example.com"}', '{"data":{"Email":"a@example.com","ArMailName":"x"}}', True),
        ('{"GrantorTaxId":"x"}', '{"data":{}}', True),
        ('{"Email":"a@example.com"}', '{"data":{}}', False),
        ('{"Email":null}', '{"data":{"Email":"a@example.com"}}', False),
        ('{"Email":"a@example.com"}', '{"data":{"Email":null},"Email":"a@example.com"}', False),
        ('{"Email":"a@example.com"}', '{"data":{"o":{"Email":"a@example.com"}}}', False),
        ('{"o":{"Email":"a@example.com"}}', '{"data":"x","GrantorTaxId":"x"}', True),
    ],
)
def test_what_comes_back_is_told_by_both_forms_or_by_none(asked: str, answer: str, known: bool) -> None:
    held = Forms(*sides(), "data", frozenset({"Email", "ArMailName"}))
    held.learn(asked, answer, kind_of(1))
    assert (held.of("", asked, answer) is not None) is known


@pytest.mark.parametrize(
    ("asked", "answer", "other", "known"),
    [
        ('{"AssignBranch":true}', '{"data":{"AssignBranch":1}}', '{"AssignBranch":true}', True),
        ('{"AssignBranch":true}', '{"data":{"AssignBranch":1}}', '{"AssignBranch":false}', False),
        ('{"AssignBranch":true}', '{"data":{"AssignBranch":null}}', '{"AssignBranch":false}', True),
        ('{"AssignBranch":true}', '{"data":{}}', '{"AssignBranch":false}', True),
        ('{"AssignBranch":true}', '{"data":{"AssignBranch":true},"x":"\u00a0"}', '{"AssignBranch":false}', False),
        ('{"AssignBranch":true}', '{"data":{"AssignBranch":false}}', '{"AssignBranch":true}', False),
        ('{"AssignBranch":true}', '{"data":{"AssignBranch":1,"AssignBranch":1}}', '{"AssignBranch":true}', False),
        ('{"AssignBranch":true}', '{"data":{"AssignBranch":1}', '{"AssignBranch":true}', False),
    ],
)
def test_an_odd_answer_is_known_with_the_value_of_which_it_is_one(
    asked: str, answer: str, other: str, known: bool
) -> None:
    held = Forms(*sides(), "data", frozenset({"AssignBranch"}))
    kind = Likeness(LikeRequest(1, 1), Odd(0), accepts=False)
    held.learn(asked, answer, kind)
    assert held.of("", other, answer) == (kind if known else None)


@pytest.mark.parametrize(
    ("text", "many"),
    [
        ('{{"x":"{}"}}', "x" * forms.LONGEST_REST),
        ('{{"x":[{}1]}}', "1," * MOST_VALUES),
        ('{{"x":[{}null]}}', "null," * MOST_TOKENS),
        ('{{"x":{}0}}', '{"x":' * DEEPEST),
        ("<m>{}</m>", "<a>1</a>" * (MOST_VALUES + 1)),
        ("<m>{}</m>", "<a/>" * (MOST_TOKENS + 1)),
        ("<m>{}</m>", "<a>" * (DEEPEST + 1)),
    ],
)
def test_of_what_is_larger_than_a_message_no_form_is_made(text: str, many: str) -> None:
    values = json_values if text[0] == "{" else xml_values
    assert values(text.format("")) is not None
    whole = text.format(many)
    if many.startswith(('{"', "<a>" * 2)):
        whole = (
            whole[:-1] + "}" * DEEPEST + "}"
            if text[0] == "{"
            else whole.replace("</m>", "</a>" * many.count("<a>") + "</m>")
        )
    assert Forms._form(whole, Side(values, {}, lambda _text: True), odd=True) is None
    assert len(many) >= forms.LONGEST_REST or values(whole) is None


@pytest.mark.parametrize("other", ["no mail", "redacted@example.com", "REDACTED@example.com", "[x@example.com", ""])
def test_what_needs_a_look_fits_no_form(other: str) -> None:
    held = Forms(*sides())
    held.learn('{"Email":"a@example.com"}', '{"Email":"b@example.com"}', kind_of(1))
    odd = f'{{"Email":"{other}"}}'
    for client in ("", "another client"):
        assert held.of(client, odd, '{"Email":"c@example.com"}') is None
        assert held.of_request(client, odd) is None
        assert held.of(client, '{"Email":"c@example.com"}', odd) is None
        assert held.of(client, '{"Email":"c@example.com"}', '{"Email":"d@example.com"}') == kind_of(1)
        held = Forms(*sides())
        held.learn('{"Email":"a@example.com"}', '{"Email":"b@example.com"}', kind_of(1))


@pytest.mark.parametrize("text", ['{"ArMailName":"REDACTED"}', '{"ArMailName":"x [x"}', '{"MinimumInterest":"5"}'])
def test_what_needs_a_look_becomes_no_form(text: str) -> None:
    held = Forms(*sides())
    held.learn(text, "{}", kind_of(1))
    other = text.replace("5", "6").replace("x", "y")
    assert held.of("", other, "{}") is None
