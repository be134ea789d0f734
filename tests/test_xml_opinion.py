"""The second opinion on XML: it says of every message what the contract walk says, and never stumbles."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from conformance.codecs import xml
from conformance.emit.xsd import xsd_files
from conformance.judge import request_findings
from conformance.judge.walk import answer_results
from conformance.judge.xml_opinion import XmlOpinion, compiled
from conformance.model import Outcome
from conformance.run.contracts import contracts
from tests.xml_words import CONTRACT as LOANS
from tests.xml_words import VALID, in_namespace

POLICY = contracts()["collection-policy"]
OPINION = XmlOpinion(POLICY)
BASELINE = dict(POLICY.baseline)
REQUEST, RESPONSE = POLICY.operation.request, POLICY.operation.response
FILES = xsd_files(POLICY)
LIBXML = {part: etree.XMLSchema(etree.fromstring(FILES[f"{part}.xsd"].encode())) for part in ("request", "response")}
XMLSCHEMA = compiled(FILES, "request")


def asked(changes, without=()):
    tree = {name: value for name, value in (BASELINE | changes).items() if name not in without}
    return xml.encode(REQUEST, tree)


def short(rules):
    return {
        rule.removeprefix("collection-policy/").removeprefix("request/").removeprefix("response/") for rule in rules
    }


# --- requests ---------------------------------------------------------------------------------------------------------

# fmt: off
BREAKS = [
    ({"Email": "a@b"}, {"Email/pattern"}), ({"Email": None}, {"Email/required"}), ({"UserId": "abc"}, {"UserId/type"}),
    ({"UserId": None}, set()), ({"UserId": ""}, {"UserId/type"}), ({"GrantorTaxId": ""}, set()),
    ({"UserId": f"{{{BASELINE['UserId'].upper()}}}"}, set()), ({"UserId": f" {BASELINE['UserId']}\n"}, set()),
    ({"MaximumTermDays": 181}, {"MaximumTermDays/maximum"}), ({"MaximumTermDays": "x"}, {"MaximumTermDays/type"}),
    ({"MaximumTermDays": -1}, {"MaximumTermDays/minimum", "MaximumTermDays/pattern"}),
    ({"MaximumTermDays": "1.5"}, {"MaximumTermDays/type"}), ({"MaximumTermDays": "60.0"}, {"MaximumTermDays/type"}),
    ({"MaximumTermDays": " 7 "}, set()), ({"MaximumTermDays": "+7"}, set()), ({"MaximumTermDays": "007"}, set()),
    ({"MaximumTermDays": "٦"}, {"MaximumTermDays/type"}), ({"NotificationTypeId": "1_0"}, {"NotificationTypeId/type"}),
    ({"NotificationTypeId": "٦"}, {"NotificationTypeId/type"}), ({"AssignSeller": "\u00a0true"}, {"AssignSeller/type"}),
    ({"MaximumTermDays": "9" * 6000}, {"MaximumTermDays/maximum"}),
    ({"MinimumInterest": "9" * 6000}, {"MinimumInterest/maximum"}),
    ({"MinimumInterest": Decimal("1.234")}, {"MinimumInterest/pattern"}),
    ({"MaximunInterest": Decimal("100.01")}, {"MaximunInterest/maximum"}), ({"MaximunInterest": "5."}, set()),
    ({"MaximunInterest": "1e1"}, {"MaximunInterest/type"}), ({"MaximunInterest": ""}, {"MaximunInterest/type"}),
    ({"AssignSeller": "1"}, set()), ({"AssignSeller": "TRUE"}, {"AssignSeller/type"}),
    ({"AssignSeller": {"deep": {"er": 1}}}, {"AssignSeller/type"}),
    ({"ArMailName": "x" * 101}, {"ArMailName/max-length"}), ({"ArMailName": "x" * 100}, set()),
    ({"NotificationSchemaList": "abc"}, {"NotificationSchemaList/type"}), ({"NotificationSchemaList": []}, set()),
    ({"NotificationSchemaList": ["abc", None, {}]}, {"NotificationSchemaList/type"}),
    ({"NotificationSchemaList": [{"NotificationSchemaId": 5}]}, {"NotificationSchemaList/NotificationSchemaId/type"}),
    ({"Unknown": "1"}, set()), ({}, set()),
]
# fmt: on


@pytest.mark.parametrize(
    ("changes", "rules"),
    BREAKS,
    # Sets are written in the same order by every process.
    ids=lambda value: str(sorted(value) if isinstance(value, set) else value)[:50],
)
def test_one_difference_is_its_rule_and_no_other(changes, rules):
    assert short(OPINION.of_request(asked(changes))) == rules


def test_each_missing_member_is_named():
    without = ("Email", "ArMailName", "UserId", "ShowLinkDocumentAttachment")
    assert short(OPINION.of_request(asked({}, without))) == {
        "Email/required",
        "ArMailName/required",
        "ShowLinkDocumentAttachment/required",
    }


@pytest.mark.parametrize("contract", [LOANS, in_namespace()], ids=["xml-serializer", "data-contract"])
@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({}, set()),
        ({"Tags": ["a", "b", "c"]}, {"Tags/max-length"}),
        ({"Title": "ab"}, {"Title/min-length"}),
        ({"Weeks": 9}, {"Weeks/maximum"}),
        ({"Weeks": 0}, {"Weeks/minimum"}),
        ({"Shelf": "Ajar"}, {"Shelf/type"}),
        ({"Shelf": "0"}, {"Shelf/type"}),
        ({"Due": "2025-02-31"}, {"Due/type"}),
        ({"Code": "ABCD"}, {"Code/pattern"}),
        ({"Code": "ab"}, {"Code/pattern"}),
        ({"Spare": {}}, {"Spare/Barcode/required"}),
        ({"Copies": [{"Barcode": None}, {"Barcode": "b"}]}, {"Copies/Barcode/required", "Copies/Barcode/min-length"}),
        ({"Notes": {"any": "thing"}, "Anything": {"at": "all"}}, set()),
        ({"Notes": "text"}, {"Notes/type"}),
        ({"Odd": "b", "Never": 7}, set()),
    ],
    ids=lambda value: str(sorted(value) if isinstance(value, set) else value),
)
def test_every_facet_in_both_forms(contract, changes, rules):
    found = XmlOpinion(contract).of_request(xml.encode(contract.operation.request, VALID | changes))
    assert {rule.removeprefix("loans/request/") for rule in found} == rules


# --- answers ----------------------------------------------------------------------------------------------------------

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
OK = "<success>true</success>"


def said(inner, root=RESPONSE.root):
    rules, differs = OPINION.of_response(f"<{root} {XSI}>{inner}</{root}>".encode())
    return short(rules), differs


# fmt: off
ANSWERS = [
    (OK, set(), False), ("", {"success/required"}, False), ("<success>yes</success>", {"success/type"}, False),
    ('<success xsi:nil="true"/>', {"success/required"}, False), ('<success xsi:nil="false">1</success>', set(), False),
    ('<success xmlns="urn:x">yes</success>', {"success/type"}, True),
    (f"<message>a</message>{OK}", set(), True), ("<message>a</message>", {"success/required"}, False),
    ("<message>a</message><data/><failureCode/>", {"success/required"}, True), (OK * 2, set(), True),
    ("<Success>true</Success>", {"success/required"}, True), (f"{OK}<other/>", set(), True), ("words", set(), True),
    (f"{OK}<messageDetail><string/><other/></messageDetail>", set(), True),
    (f"{OK}<messageDetail>a</messageDetail>", {"messageDetail/type"}, False),
    (f"{OK}<data>a</data>", {"data/type"}, False), (f"{OK}<data><UserId/></data>", {"data/UserId/type"}, False),
    (f'{OK}<data xmlns="urn:y"><UserId/></data>', {"data/UserId/type"}, True),
    (f"{OK}<message><b>bold</b></message>", {"message/type"}, False),
    # What the codec takes no notice of:
    ('<success a="b" xsi:type="c">true</success>', set(), False), (f"{OK}text<data/>", set(), False),
    (f'{OK}<message xsi:nil="true">x</message>', set(), False),
]
# fmt: on


@pytest.mark.parametrize(("inner", "rules", "differs"), ANSWERS)
def test_values_and_structure_of_an_answer_are_told_apart(inner, rules, differs):
    assert said(inner) == (rules, differs)


def test_another_root_differs_and_its_members_are_judged():
    assert said("<success>yes</success>", root="Answer") == ({"success/type"}, True)


def test_a_nil_root_is_an_empty_one():
    assert OPINION.of_response(f'<{RESPONSE.root} {XSI} xsi:nil="true"/>'.encode())[1] is False


def test_what_is_deep_or_strange_is_no_obstacle():
    deep = "<a>" * 900 + "</a>" * 900
    assert said(f"<success>{deep}</success>{deep}<?pi x?><!-- c --><data>{deep}</data>") == ({"success/type"}, True)


# --- beside the walk and libxml2 --------------------------------------------------------------------------------------

TEXTS = st.sampled_from(
    [
        *("", " ", "5", "5.10", "-1", "+5", "5.", ".5", "1e1", "0", "1", "true", "abc", "a@b.co", "a@b", "x" * 101),
        "ñ@b.co",
        BASELINE["UserId"],
        f"({BASELINE['UserId']})",
        " 7 ",
        "007",
        "100.001",
        "181",
        "2147483648",
        "9" * 1200,
        "٦",
        "\u00a05",
    ]
)
VALUES = st.recursive(
    st.one_of(TEXTS, st.none(), st.booleans(), st.integers(-2, 200), st.decimals(-2, 102, places=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(
            st.sampled_from(["NotificationSchemaId", "NotificationSchemaName", "Other"]), inner, max_size=2
        ),
    ),
    max_leaves=4,
)
NAMES = st.sampled_from(list(BASELINE))
FACETS = {"strict-type": "type", "maximum-step": "maximum"}


def comparable(rules):
    """Facets by member as far as both speak of them: behind a wrong type neither looks further, blank is not said."""
    members = {}
    for rule in rules:
        path, facet = rule.rsplit("/", 1)
        members.setdefault(path, set()).add(FACETS.get(facet, facet))
    return {path: {"type"} if "type" in facets else facets for path, facets in members.items()}


@given(st.dictionaries(NAMES, VALUES, max_size=5), st.sets(NAMES, max_size=3))
def test_the_opinion_on_a_request_is_that_of_the_walk(changes, without):
    body = asked(changes, without)
    tree = xml.decode(REQUEST, body).tree
    walked = comparable({rule for rule, _ in request_findings(POLICY, tree)})
    schema = comparable(OPINION.of_request(body))
    for path in [path for path, facets in walked.items() if "not-blank" in facets]:
        del walked[path]
        schema.pop(path, None)
    assert walked == schema


GOOD = {"success": True, "message": "ok", "messageDetail": ["a"], "failureCode": "", "data": BASELINE}


@st.composite
def answers(draw):
    tree = deepcopy(GOOD)
    tree["data"] |= draw(st.dictionaries(NAMES, VALUES, max_size=3))
    tree |= draw(st.dictionaries(st.sampled_from([*GOOD, "other"]), VALUES, max_size=2))
    for name in draw(st.sets(st.sampled_from(list(GOOD)), max_size=2)):
        tree.pop(name, None)
    return tree


@given(answers())
def test_the_opinion_on_an_answer_is_that_of_the_walk(tree):
    body = xml.encode(RESPONSE, tree)
    read = xml.decode(RESPONSE, body).tree
    results = answer_results(POLICY, BASELINE, read, accepted=read.get("success") is True)
    judged = {one.rule: one.outcome for one in results if one.rule.endswith("/type")}
    failed = {rule for rule, outcome in judged.items() if outcome is Outcome.FAILED}
    blocked = {rule for rule, outcome in judged.items() if outcome is Outcome.UNTESTED}
    rules, _ = OPINION.of_response(body)
    types = {rule for rule in rules if rule.endswith("/type")}
    assert failed <= types
    assert types - failed <= blocked
    absent = read.get("success") is None
    assert ("collection-policy/response/success/required" in rules) is absent


ELEMENTS = st.recursive(
    st.tuples(st.sampled_from([*GOOD, *BASELINE, "string", "NotificationSchemaModelApi", "other"]), TEXTS),
    lambda inner: st.tuples(st.sampled_from([*GOOD, "NotificationSchemaList", "other"]), st.lists(inner, max_size=4)),
    max_leaves=8,
)


def built(parent, node, namespace):
    name, inner = node
    element = etree.SubElement(parent, f"{{{namespace}}}{name}" if namespace else name)
    if isinstance(inner, str):
        element.text = inner
    else:
        for child in inner:
            built(element, child, namespace)


@given(st.lists(ELEMENTS, max_size=5), st.sampled_from(["", "", "", "urn:other"]))
def test_the_structure_of_any_answer_is_judged_without_stumbling(nodes, namespace):
    root = etree.Element(RESPONSE.root)
    for node in nodes:
        built(root, node, namespace)
    body = etree.tostring(root, encoding="utf-8")
    rules, differs = OPINION.of_response(body)
    decoded = xml.decode(RESPONSE, body)
    # The codec names what differs but for elements that nobody documents; the schema sees those too.
    if decoded.oddities:
        assert differs
    valid = LIBXML["response"].validate(etree.fromstring(body))
    assert valid is not (differs or bool(rules))


# What xmlschema takes for a number and libxml2 does not; the opinion sides with libxml2.
PYTHONIC = {"٦", "\u00a05", "9" * 1200}


@given(st.dictionaries(NAMES, VALUES, max_size=3), st.sets(NAMES, max_size=2))
def test_libxml2_finds_the_same_requests_valid(changes, without):
    body = asked(changes, without)
    root = etree.fromstring(body)
    valid = LIBXML["request"].validate(root)
    if not any((one.text or "") in PYTHONIC for one in root.iter()):
        assert XMLSCHEMA.is_valid(root) is valid
    if OPINION.of_request(body):
        assert not valid
