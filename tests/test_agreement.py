"""Two opinions: the contract walk and the emitted schemas say the same of every message, drawn or made by the suite.

Whole messages and single violations are in `test_agreement_requests`, broken answers in `test_agreement_answers`; here
are trees of any shape, and what the suite itself sends.
"""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.codecs import json, xml
from conformance.codecs.decoded import Malformed
from conformance.generate.plan import cases_of
from conformance.generate.subject import Subject
from conformance.judge import Judge, request_findings
from conformance.judge.opinion import Opinion
from conformance.judge.reply import media_type
from conformance.judge.walk import answer_results
from conformance.judge.xml_opinion import XmlOpinion
from conformance.model import Exchange, Outcome, Response
from conformance.reference import State, answer
from conformance.resources import cases_dir
from conformance.run.contracts import all_rules, contracts

CONTRACT = contracts()["collection-policy"]
RULES = {rule.id: rule for rule in all_rules().values() if rule.service == "collection-policy"}
OPINION, XML_OPINION = Opinion(CONTRACT), XmlOpinion(CONTRACT)
JUDGE = Judge(CONTRACT, RULES)
BASELINE = dict(CONTRACT.baseline)


def cases(encoding):
    subject = Subject(
        contract=CONTRACT,
        encoding=CONTRACT.encoding(encoding),
        url="http://127.0.0.1/api/CollectionPolicy",
        values=CONTRACT.baseline,
    )
    return cases_of(subject, "standard", RULES, cases_dir())


CASES = cases("json")
TEXT_CASES = cases("xml") + cases("form")

# What the schema cannot say: that a text is blank, and what a decimal looks like when it is written.
UNSPOKEN = {"not-blank"}
DECIMAL_PATTERNS = {f"collection-policy/request/{name}/pattern" for name in ("MinimumInterest", "MaximunInterest")}


def parts(rule):
    return tuple(rule.removeprefix("collection-policy/request/").rsplit("/", 1))


def comparable(found, unsaid=DECIMAL_PATTERNS):
    """Facets by member, as far as both opinions speak of them: behind a wrong type the walk looks no further."""
    members: dict[str, set[str]] = {}
    for rule in found - unsaid:
        path, facet = parts(rule)
        members.setdefault(path, set()).add({"strict-type": "type", "maximum-step": "maximum"}.get(facet, facet))
    return {path: {"type"} if "type" in facets else facets for path, facets in members.items()}


def opinions(tree):
    walked = comparable({rule for rule, _ in request_findings(CONTRACT, tree)})
    schema = comparable(OPINION.of_request(tree))
    for path, facets in list(walked.items()):
        # Blank text may break the pattern or the form of a GUID as well; the walk reports one defect.
        if facets & UNSPOKEN:
            del walked[path]
            schema.pop(path, None)
    return walked, schema


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-200, 200),
    st.decimals(min_value=-2, max_value=102, places=3),
    st.sampled_from([Decimal("60.0"), Decimal("6e1"), Decimal("1e999"), 2**70]),
    st.sampled_from(
        ["", " ", "5", "true", "abc", "a@b.co", "a@b", "09:59", "09:59:00", "x" * 101, "ñ@b.co", "a@b.co\n"]
    ),
    st.sampled_from([BASELINE["UserId"], BASELINE["UserId"].upper(), f"{{{BASELINE['UserId']}}}", "0" * 32, "0" * 31]),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(
            st.sampled_from(["NotificationSchemaId", "NotificationSchemaName", "Other"]), inner, max_size=2
        ),
    ),
    max_leaves=4,
)
NAMES = st.sampled_from(list(BASELINE))


@given(NAMES, TREES)
def test_the_opinions_on_a_request_with_one_member_changed_are_the_same(name, value):
    walked, schema = opinions(BASELINE | {name: value})
    assert walked == schema


@given(st.dictionaries(NAMES, TREES, max_size=6), st.sets(NAMES, max_size=4))
def test_the_opinions_on_a_request_with_many_members_changed_are_the_same(changes, absent):
    tree = {name: value for name, value in (BASELINE | changes).items() if name not in absent}
    walked, schema = opinions(tree)
    assert walked == schema


def test_the_opinions_on_a_list_of_items_are_the_same():
    item = BASELINE["NotificationSchemaList"][0]
    for items in ([item, 5], [item, {"NotificationSchemaId": 5}], [None], [[item]], [item, item], [{}], ["abc"]):
        walked, schema = opinions(BASELINE | {"NotificationSchemaList": items})
        assert walked == schema


def test_the_opinions_on_every_message_of_the_suite_are_the_same():
    compared = 0
    for case in CASES:
        try:
            tree = json.decode(case.request.body).tree
        except Malformed:
            continue
        if isinstance(tree, dict):
            walked, schema = opinions(tree)
            assert walked == schema, case.id
            compared += 1
    assert compared > 350


def test_the_opinions_on_every_message_of_the_suite_in_xml_are_the_same():
    compared = 0
    for case in TEXT_CASES:
        if case.encoding != "xml":
            continue
        try:
            tree = xml.decode(CONTRACT.operation.request, case.request.body).tree
        except Malformed:
            continue
        if not isinstance(tree, dict):
            continue
        walked = comparable({rule for rule, _ in request_findings(CONTRACT, tree)}, unsaid=frozenset())
        said = comparable(XML_OPINION.of_request(case.request.body), unsaid=frozenset())
        for path in [path for path, facets in walked.items() if facets & UNSPOKEN]:
            del walked[path]
            said.pop(path, None)
        assert walked == said, case.id
        compared += 1
    assert compared > 300


def test_a_valid_message_breaks_nothing_in_either_opinion():
    assert opinions(BASELINE) == ({}, {})
    assert OPINION.of_request(BASELINE) == frozenset()


# fmt: off
ONE_VIOLATION = [
    ({"Email": "a@b"}, "Email/pattern"), ({"Email": None}, "Email/required"), ({"Email": 5}, "Email/type"),
    ({"MaximumTermDays": 181}, "MaximumTermDays/maximum"),
    ({"DaysUncollectibleDebt": 0}, "DaysUncollectibleDebt/minimum"),
    ({"ArMailName": "x" * 101}, "ArMailName/max-length"), ({"UserId": "abc"}, "UserId/type"),
    ({"NotificationSchemaList": [{"NotificationSchemaId": 5}]}, "NotificationSchemaList/NotificationSchemaId/type"),
]
# fmt: on


@pytest.mark.parametrize(("changes", "rule"), ONE_VIOLATION)
def test_one_violation_is_one_rule_in_the_second_opinion_as_well(changes, rule):
    assert OPINION.of_request(BASELINE | changes) == {f"collection-policy/request/{rule}"}


def test_an_implied_set_is_the_same_set_in_both_opinions():
    for name in ("MaximumTermDays", "DaysUncollectibleDebt"):
        expected = {f"collection-policy/request/{name}/{facet}" for facet in ("pattern", "minimum")}
        assert OPINION.of_request(BASELINE | {name: -1}) == expected


def test_a_missing_member_is_named_by_the_second_opinion():
    tree = {name: value for name, value in BASELINE.items() if name not in {"Email", "ArMailName"}}
    assert OPINION.of_request(tree) == {
        "collection-policy/request/Email/required",
        "collection-policy/request/ArMailName/required",
    }


# --- answers ----------------------------------------------------------------------------------------------------------

GOOD = {"success": True, "message": "ok", "messageDetail": ["a"], "failureCode": "", "data": BASELINE}
MEMBERS = st.sampled_from(["success", "message", "messageDetail", "failureCode", "data", "Success", "DATA", "other"])
INNER = st.sampled_from([*BASELINE, "email", "USERID", "other"])


@st.composite
def answers(draw):
    """The documented answer with members changed, left out, or spelt in another case."""
    tree = deepcopy(GOOD)
    for name in draw(st.lists(INNER, max_size=3)):
        tree["data"][name] = draw(TREES)
    for name in draw(st.lists(st.sampled_from(list(BASELINE)), max_size=2)):
        tree["data"].pop(name, None)
    for name in draw(st.lists(MEMBERS, max_size=2)):
        tree[name] = draw(TREES)
    for name in draw(st.lists(MEMBERS, max_size=2)):
        tree.pop(name, None)
    return tree


@given(answers())
def test_the_opinions_on_an_answer_are_the_same_as_far_as_the_walk_can_see(tree):
    results = answer_results(CONTRACT, BASELINE, tree, accepted=tree.get("success") is True)
    failed = {one.rule for one in results if one.outcome is Outcome.FAILED and RULES[one.rule].schema}
    blocked = {one.rule for one in results if one.outcome is Outcome.UNTESTED}
    schema = OPINION.of_response(tree)
    assert failed <= schema
    assert schema - failed <= blocked


def judged(case, response):
    exchange = Exchange(
        id="x1", case=case.id, request=case.request, response=response, error=None, started="", milliseconds=0.0
    )
    return JUDGE(case, exchange)


@given(st.sampled_from([case for case in CASES if case.kind in {"baseline", "positive", "http"}]), answers())
def test_the_judge_never_finds_its_opinions_apart(case, tree):
    response = Response(status=200, headers=(("Content-Type", "application/json"),), body=json.encode(tree))
    assert judged(case, response).disagreements == ()


def test_the_opinions_agree_on_every_answer_of_the_reference():
    state, seen = State(), set()
    for case in (*CASES, *TEXT_CASES):
        response, state = answer(CONTRACT, case.request, state)
        assert judged(case, response).disagreements == (), case.id
        if response.status == 200:
            if media_type(response).endswith("xml"):
                assert XML_OPINION.of_response(response.body) == (frozenset(), False), case.id
            else:
                assert OPINION.of_response(json.decode(response.body).tree) == frozenset(), case.id
            seen.add((case.encoding, media_type(response)))
    assert len(seen) == 12, "three encodings of requests, four media types of answers"


@pytest.mark.parametrize("text", ["90.0", "9e1", "9.00e1"])
def test_an_integral_number_is_an_integer_however_it_is_written(text):
    tree = json.decode(f'{{"success":true,"data":{{"DaysUncollectibleDebt":{text}}}}}'.encode()).tree
    assert OPINION.of_response(tree) == frozenset()
    assert (
        OPINION.of_request(BASELINE | {"DaysUncollectibleDebt": tree["data"]["DaysUncollectibleDebt"]}) == frozenset()
    )
