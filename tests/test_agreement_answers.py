"""Agreement on answers: the walk finds what both schemas find, in JSON and XML, of proper answers and of broken ones.

Broken are the reference's own: every defect that shows in an answer, whatever the request was and was written in.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from conformance.codecs import CODECS
from conformance.codecs.decoded import Malformed
from conformance.emit.xsd import xsd_files
from conformance.judge import Judge
from conformance.judge.opinion import Opinion
from conformance.judge.xml_opinion import XmlOpinion
from conformance.model import Case, Exchange, Expect, Outcome
from conformance.reference import State, answer, defects_of
from conformance.rules.http import about_answers
from conformance.run.contracts import all_rules, contracts
from tests.messages import MEDIA_TYPES, as_form, messages, sent

CONTRACT = contracts()["collection-policy"]
SERVICE = CONTRACT.service
RULES = {rule.id: rule for rule in all_rules().values() if rule.service == SERVICE}
JUDGE = Judge(CONTRACT, RULES)
OPINION, XML_OPINION = Opinion(CONTRACT), XmlOpinion(CONTRACT)
LIBXML = etree.XMLSchema(etree.fromstring(xsd_files(CONTRACT)["response.xsd"].encode()))
REFUSAL = f"{SERVICE}/response/success/refusal"
DEFECTS = [
    defect
    for defect in defects_of(CONTRACT, RULES.values())
    if about_answers(defect.rules[0], SERVICE) and defect.rules[0] != REFUSAL
]
BROKEN = [(defect, encoding) for defect in DEFECTS for encoding in defect.encodings]
STRUCTURE = ("/root", "/namespace", "/order", "/repeated", "/item", "/name")
"""Facets of the text around the values: what the schemas call another structure."""
MESSAGES = messages(CONTRACT)
ANSWERS = st.sampled_from(["json", "xml"])
REST = ("json", "xml", "form")
ITEMS = [
    {"NotificationSchemaId": CONTRACT.baseline["UserId"], "NotificationSchemaName": name}
    for name in ("Zeta", "Alfa", "Alfa")
]
FULL = dict(CONTRACT.baseline) | {
    "NotificationSchemaList": ITEMS,
    "ArMailName": f" Ñandú & {'o' * 90} ",
    "Email": f"{'c' * 60}@{'m' * 34}.Test",
    "MinimumInterest": Decimal("5.05"),
    "MaximunInterest": Decimal("60.05"),
}
"""A message in which every member has a value, each at the end of its length."""
FLIPPED = FULL | {name: not value for name, value in FULL.items() if isinstance(value, bool)}
SHOWING = (FULL, FLIPPED | {"NotificationSchemaList": ITEMS[:1]})
"""Every defect shows in one of these: as a default is the value of some, and a list of one is not like others."""


def other(value):
    """A value of the same type that is not this one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, list):
        return []
    return value + 1 if isinstance(value, (int, Decimal)) else f"{value[:-1]}0"


OTHERS = {name: other(value) for name, value in FULL.items()}
EARLIER = State(saved=OTHERS, latest=OTHERS, first=OTHERS)


def answered(tree, how, encoding, defect=None, state=EARLIER):
    """The judgement of the reference's answer in the encoding to the message sent in another, and the answer."""
    request = sent(CONTRACT, how, tree, accept=MEDIA_TYPES[encoding])
    response, _ = answer(CONTRACT, request, state, defect)
    case = Case(
        id=f"{SERVICE}/{how}/x",
        service=SERVICE,
        encoding=how,
        kind="positive",
        expect=Expect.ACCEPTED,
        rules=(),
        title="x",
        request=request,
    )
    exchange = Exchange(
        id="x1", case=case.id, request=request, response=response, error=None, started="", milliseconds=0.0
    )
    return JUDGE(case, exchange), response


def of(judgement, outcome):
    return {result.rule for result in judgement.results if result.outcome is outcome}


TOP = {member.name.lower(): member for member in CONTRACT.operation.response.fields}
DATA = {member.name.lower() for member in TOP["data"].fields}


def unknown(tree):
    """Does an element stand in the answer that the document does not name? The walk only tells of it."""
    data = tree.get("data")
    inner = set(map(str.lower, data)) if isinstance(data, dict) else set()
    return not (TOP.keys() >= set(map(str.lower, tree)) and inner <= DATA)


def compare(judgement, response, encoding):
    """The schemas find what the walk finds, as far as either sees: behind a finding the walk is told not to look."""
    failed, blocked = of(judgement, Outcome.FAILED), of(judgement, Outcome.UNTESTED)
    assert judgement.disagreements == ()
    try:
        decoded = CODECS[encoding].decode(CONTRACT.operation.response, response.body, "utf-8")
    except Malformed:
        assert failed == {f"{SERVICE}/envelope/well-formed"}
        return
    if not isinstance(decoded.tree, dict):
        assert failed == {f"{SERVICE}/envelope/root"}
        return
    spoken = {rule for rule in failed if RULES[rule].schema}
    if encoding == "json":
        said = OPINION.of_response(decoded.tree)
    elif decoded.utf8:
        said, differs = XML_OPINION.of_response(response.body)
        assert differs == (any(rule.endswith(STRUCTURE) for rule in failed) or unknown(decoded.tree))
        assert LIBXML.validate(etree.fromstring(response.body)) is not (differs or bool(said))
    else:
        return
    assert spoken <= said
    assert said - spoken <= blocked


def without_nulls(tree):
    """The message without members that are null: whether those are left out is free."""
    if isinstance(tree, dict):
        return {name: without_nulls(value) for name, value in tree.items() if value is not None}
    return [without_nulls(item) for item in tree] if isinstance(tree, list) else tree


@given(MESSAGES, st.sampled_from(REST), ANSWERS)
def test_an_answer_to_a_valid_message_is_proper_for_everybody(tree, how, encoding):
    judgement, response = answered(tree, how, encoding)
    assert of(judgement, Outcome.FAILED) == set()
    assert judgement.reply == "accepted"
    compare(judgement, response, encoding)
    came = CODECS[encoding].decode(CONTRACT.operation.response, response.body, "utf-8").tree["data"]
    asked = as_form(tree) if how == "form" else tree
    assert without_nulls(came) == without_nulls(asked)


@pytest.mark.parametrize(("defect", "encoding"), BROKEN, ids=lambda value: getattr(value, "id", value))
def test_each_defect_of_an_answer_is_found_and_nothing_else_is(defect, encoding):
    found = set()
    for message in SHOWING:
        judgement, response = answered(message, "json", encoding, defect)
        failed = of(judgement, Outcome.FAILED)
        assert failed <= set(defect.rules)
        assert {result.encoding or "json" for result in judgement.results if result.rule in failed} <= {encoding}
        compare(judgement, response, encoding)
        found |= failed
    assert found if defect.wide else defect.rules[0] in found
    assert defect.wide or len(defect.rules) > 1 or found == set(defect.rules)


@given(MESSAGES, MESSAGES, st.sampled_from(BROKEN), st.sampled_from(REST))
def test_a_defect_of_any_answer_is_never_mistaken_for_another(tree, earlier, broken, how):
    defect, encoding = broken
    judgement, response = answered(tree, how, encoding, defect, State(saved=earlier, latest=earlier, first=earlier))
    assert of(judgement, Outcome.FAILED) <= set(defect.rules)
    compare(judgement, response, encoding)


@pytest.mark.parametrize("encoding", ["json", "xml"])
@pytest.mark.parametrize("how", REST)
def test_a_refusal_that_says_success_contradicts_itself_in_every_encoding(how, encoding):
    defect = next(one for one in defects_of(CONTRACT, RULES.values()) if one.id == f"{REFUSAL}:dropped")
    broken = {name: value for name, value in FULL.items() if name != "Email"}
    judgement, _ = answered(broken, how, encoding, defect)
    assert of(judgement, Outcome.FAILED) == {REFUSAL}
    assert of(answered(broken, how, encoding)[0], Outcome.FAILED) == set()


def test_every_rule_about_answers_has_a_defect_in_each_of_its_encodings():
    due = {(rule.id, name) for rule in RULES.values() for name in rule.encodings if about_answers(rule.id, SERVICE)}
    shown = {(defect.rules[0], name) for defect, name in BROKEN}
    assert due - shown == {(REFUSAL, "json"), (REFUSAL, "xml")}
