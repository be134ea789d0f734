"""The cases in XML and as forms: as deep as in JSON, one difference each, complete over the rules that hold there."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from lxml import etree

from conformance.codecs.decoded import Malformed
from conformance.generate.addresses import addresses_in, unowned
from conformance.generate.members import member_cases
from conformance.generate.plan import baseline_case, cases_of
from conformance.generate.transport import transport_cases
from conformance.judge import request_findings
from conformance.model import Expect, Level
from conformance.reference import State, answer
from conformance.resources import cases_dir
from conformance.rules.http import EVERY_ANSWER, about_answers
from tests.policy_cases import CONTRACT, GUID, REFERENCES, RULES, TENANTS, differences, message, subject

TEXT = ("xml", "form")
CASES = {name: cases_of(subject(name), "deep", RULES, cases_dir()) for name in TEXT}
BY_ID = {case.id: case for cases in CASES.values() for case in cases}
JSON = cases_of(subject("json"), "deep", RULES, cases_dir())
BASELINES = {name: message(BY_ID[f"collection-policy/{name}/baseline"]) for name in TEXT}
BOTH = pytest.mark.parametrize("encoding", TEXT)


def of(encoding, slug):
    return BY_ID[f"collection-policy/{encoding}/{slug}"]


# --- one difference ---------------------------------------------------------------------------------------------------


@BOTH
def test_the_baseline_is_that_of_json_as_far_as_the_encoding_states_how_it_is_written(encoding):
    whole = message(JSON[0])
    assert BASELINES[encoding] == {name: value for name, value in whole.items() if name in BASELINES[encoding]}
    assert set(whole) == set(BASELINES[encoding])


@BOTH
def test_a_member_case_is_exactly_one_difference_from_what_it_leans_on(encoding):
    cases = tuple(member_cases(subject(encoding)))
    assert len(cases) > 150
    for case in cases:
        around = BASELINES[encoding] if case.leans_on is None else message(BY_ID[case.leans_on])
        found = list(differences(around, message(case)))
        if found:
            assert found == [f"/{case.path}"], case.id
        else:
            # A number spelt in another way is the same number; the baseline may stand on a bound already.
            assert case.expect is not Expect.REFUSED, case.id


@BOTH
def test_every_case_leans_on_a_case_of_its_encoding_that_exists_and_is_positive(encoding):
    for case in CASES[encoding]:
        if case.leans_on is not None:
            assert BY_ID[case.leans_on].expect is Expect.ACCEPTED
            assert BY_ID[case.leans_on].encoding == encoding


def test_what_is_tried_of_a_member_in_json_is_tried_in_xml_but_for_what_has_no_text():
    def tried(cases, prefix):
        return {case.id.removeprefix(prefix) for case in cases if "/example/" not in case.id and case.path}

    json, xml = tried(JSON, "collection-policy/json/"), tried(CASES["xml"], "collection-policy/xml/")
    facets = {slug.rsplit("/", 2)[1] for slug in json - xml}
    assert facets == {"type", "strict-type"}
    # A text has no wrong type in XML, so its second value serves the rule that demands it.
    assert {slug.rsplit("/", 2)[1] for slug in xml - json} == {"type", "strict-type", "required"}


# --- what is covered --------------------------------------------------------------------------------------------------


@BOTH
def test_every_rule_of_the_encoding_has_a_case_or_is_decided_by_answers(encoding):
    named = {rule for case in CASES[encoding] if case.expect is not Expect.OBSERVE for rule in case.rules}
    due = {rule.id for rule in RULES.values() if encoding in rule.encodings}
    general = {
        rule.id for rule in RULES.values() if rule.part == "response" or f"{rule.part}/{rule.facet}" in EVERY_ANSWER
    }
    assert due <= named | general
    assert len(due & named) > 60


@BOTH
def test_every_rule_that_a_case_names_holds_in_its_encoding(encoding):
    for case in CASES[encoding]:
        for rule in case.rules:
            if case.expect is not Expect.OBSERVE:
                assert encoding in RULES[rule].encodings or about_answers(rule, "collection-policy"), (case.id, rule)


@BOTH
def test_a_bound_is_tried_on_both_sides(encoding):
    bounds = {"minimum", "maximum", "max-length"}
    for rule in (rule for rule in RULES.values() if rule.facet in bounds and encoding in rule.encodings):
        expected = {case.expect for case in CASES[encoding] if rule.id in case.rules}
        assert {Expect.ACCEPTED, Expect.REFUSED} <= expected, rule.id


# fmt: off
TABLE = [
    ("xml", "MaximumTermDays/required/absent", Expect.REFUSED, Level.MUST),
    ("xml", "MaximumTermDays/required/null", Expect.REFUSED, Level.MUST),
    ("xml", "MaximumTermDays/type/word", Expect.REFUSED, Level.MUST),
    ("xml", "MaximumTermDays/type/child", Expect.OBSERVE, Level.MUST),
    ("xml", "MaximumTermDays/strict-type/fraction", Expect.REFUSED, Level.SHOULD),
    ("xml", "MaximumTermDays/type/plus", Expect.OBSERVE, Level.MUST),
    ("xml", "MaximumTermDays/type/padded", Expect.OBSERVE, Level.MUST),
    ("xml", "AssignSeller/type/digit", Expect.OBSERVE, Level.MUST),
    ("xml", "AssignSeller/strict-type/capital", Expect.REFUSED, Level.SHOULD),
    ("xml", "IsAfiliatedCC/optional/absent", Expect.ACCEPTED, Level.MUST),
    ("xml", "IsAfiliatedCC/optional/null", Expect.OBSERVE, Level.MUST),
    ("xml", "envelope/malformed/truncated", Expect.REFUSED, Level.SHOULD),
    ("xml", "envelope/malformed/document-type", Expect.OBSERVE, Level.SHOULD),
    ("xml", "envelope/malformed/utf-16", Expect.OBSERVE, Level.SHOULD),
    ("xml", "envelope/malformed/byte-order-mark", Expect.OBSERVE, Level.SHOULD),
    ("xml", "envelope/request-root/other", Expect.REFUSED, Level.SHOULD),
    ("xml", "envelope/request-root/order", Expect.OBSERVE, Level.SHOULD),
    ("xml", "envelope/request-root/namespace", Expect.OBSERVE, Level.SHOULD),
    ("xml", "envelope/empty-body/root", Expect.REFUSED, Level.SHOULD),
    ("xml", "envelope/spelling/cdata", Expect.ACCEPTED, Level.MUST),
    ("xml", "http/request-media-type/text-xml", Expect.ACCEPTED, Level.MUST),
    ("xml", "http/accept-documented/application-json", Expect.ANY, Level.MUST),
    ("xml", "http/accept-documented/text-xml-text-json", Expect.ANY, Level.MUST),
    ("form", "MaximumTermDays/required/absent", Expect.REFUSED, Level.SHOULD),
    ("form", "MaximumTermDays/type/word", Expect.REFUSED, Level.SHOULD),
    ("form", "MaximumTermDays/maximum/outside", Expect.REFUSED, Level.SHOULD),
    ("form", "MaximumTermDays/maximum/at", Expect.ACCEPTED, Level.SHOULD),
    ("form", "IsAfiliatedCC/optional/absent", Expect.ACCEPTED, Level.MUST),
    ("form", "envelope/spelling/escapes", Expect.ACCEPTED, Level.MUST),
    ("form", "envelope/spelling/twice", Expect.OBSERVE, Level.MUST),
    ("form", "envelope/spelling/nested-NotificationSchemaList-dots", Expect.OBSERVE, Level.MUST),
    ("form", "envelope/spelling/nested-NotificationSchemaList-brackets", Expect.OBSERVE, Level.MUST),
    ("form", "http/request-media-type/application-x-www-form-urlencoded", Expect.ACCEPTED, Level.MUST),
    ("form", "http/accept-documented/application-xml", Expect.ANY, Level.MUST),
]
# fmt: on


@pytest.mark.parametrize(("encoding", "slug", "expect", "level"), TABLE, ids=str)
def test_the_table_of_verdicts_is_tried_as_it_says(encoding, slug, expect, level):
    case = of(encoding, slug)
    assert case.expect is expect
    assert RULES[case.rules[0]].level_in(encoding) is level


def test_only_acceptance_of_scalars_is_binding_in_a_form():
    binding = {rule.id for rule in RULES.values() if "form" in rule.encodings and rule.level_in("form") is Level.MUST}
    assert {rule.removeprefix("collection-policy/").split("/")[0] for rule in binding} == {
        "request",
        "envelope",
        "http",
    }
    assert {rule.rsplit("/", 1)[1] for rule in binding if "/request/" in rule} == {"optional"}
    assert not {rule for rule in binding if "NotificationSchemaList" in rule}


def test_a_form_has_no_case_that_decides_over_a_nested_list():
    for case in CASES["form"]:
        if any("NotificationSchemaList" in name for name in message_names(case)):
            assert case.expect is Expect.OBSERVE, case.id


def message_names(case):
    try:
        return list(message(case))
    except Malformed:
        return []


# --- the expectation and the contract ---------------------------------------------------------------------------------


def disagreements(cases):
    """Cases whose expectation is not what the walk over their message says."""
    for case in cases:
        if "/envelope/" in case.id or "/http/" in case.id or any("/envelope/" in rule for rule in case.rules):
            continue
        found = {rule for rule, _ in request_findings(CONTRACT, message(case))}
        if case.expect is Expect.REFUSED and found != set(case.rules):
            yield case.id, found
        if case.expect is Expect.ACCEPTED and found:
            yield case.id, found


@BOTH
def test_a_case_is_refused_exactly_for_the_rules_that_it_names(encoding):
    assert list(disagreements(CASES[encoding])) == []


@BOTH
def test_the_reference_does_what_each_case_expects(encoding):
    state = State()
    for case in CASES[encoding]:
        response, state = answer(CONTRACT, case.request, state)
        if case.expect is Expect.ACCEPTED:
            assert response.status == 200, case.id
        elif case.expect is Expect.REFUSED:
            assert response.status in {400, 415}, case.id


@BOTH
def test_transport_cases_carry_the_baseline_wherever_they_carry_a_message(encoding):
    beside = {"/ArMailName", "/NotDocumented", "/NotificationSchemaList"}
    first = next(iter(BASELINES[encoding]))
    for case in transport_cases(subject(encoding)):
        try:
            sent = message(case)
        except Malformed:
            assert {"malformed", "empty-body", "allow"} & set(case.id.split("/")), case.id
            continue
        if not sent or case.id.endswith(("/wrapped", "/allow/get")):
            continue
        odd = {f"/{first}", f"/{first.lower()}"} if case.id.endswith("/lower-case") else set()
        assert set(differences(BASELINES[encoding], sent)) <= beside | odd, case.id


@BOTH
def test_each_spelling_is_other_bytes_for_the_same_message(encoding):
    spelt = [case for case in CASES[encoding] if "/envelope/spelling/" in case.id and case.expect is Expect.ACCEPTED]
    assert len(spelt) == {"xml": 6, "form": 3}[encoding]
    bodies = {case.request.body for case in spelt} | {of(encoding, "baseline").request.body}
    assert len(bodies) == len(spelt) + 1
    for case in spelt:
        assert message(case) == BASELINES[encoding], case.id


def test_text_beyond_ascii_is_sent_as_it_stands_and_as_references():
    assert "Ñandú".encode() in of("xml", "envelope/non-ascii/utf-8").request.body
    assert of("xml", "envelope/non-ascii/escaped").request.body.isascii()
    assert message(of("xml", "envelope/non-ascii/escaped")) == message(of("xml", "envelope/non-ascii/utf-8"))
    assert b"%C3%91and%C3%BA" in of("form", "envelope/non-ascii/utf-8").request.body


def test_everything_that_is_sent_in_xml_is_a_document_for_libxml2_but_for_what_shall_not_be_one():
    kept = 0
    for case in CASES["xml"]:
        shall_not = {"malformed", "empty-body", "allow"} & set(case.id.split("/"))
        if not shall_not and case.rules[:1] != ("collection-policy/envelope/malformed",):
            assert etree.fromstring(case.request.body).tag, case.id
            kept += 1
    assert kept > 300


# --- business data, safety --------------------------------------------------------------------------------------------


@BOTH
def test_references_keep_the_value_of_the_target_in_every_positive(encoding):
    for case in CASES[encoding]:
        if case.expect is Expect.ACCEPTED:
            for name in REFERENCES:
                assert message(case).get(name) in (None, CONTRACT.baseline[name]), case.id
            assert message(case)["MinimumInterest"] <= message(case)["MaximunInterest"], case.id


@BOTH
def test_no_case_holds_an_address_that_somebody_may_own(encoding):
    seen = 0
    for case in CASES[encoding]:
        texts = [case.request.body, case.title.encode(), *(value.encode() for _, value in case.request.headers)]
        for address in (found for text in texts for found in addresses_in(text)):
            assert unowned(address.rpartition("@")[2]), (case.id, address)
            seen += 1
    assert seen > 300


@BOTH
@settings(max_examples=6)
@given(values=TENANTS)
def test_the_cases_hold_together_whatever_values_the_tenant_needs(encoding, values):
    chosen = subject(encoding, **values)
    cases = [baseline_case(chosen), *member_cases(chosen)]
    assert len({case.id for case in cases}) == len(cases)
    assert list(disagreements(cases)) == []
    base = message(cases[0])
    for case in cases:
        assert all(unowned(address.rpartition("@")[2]) for address in addresses_in(case.request.body))
    for case in transport_cases(chosen):
        if "/spelling/" in case.id and case.expect is Expect.ACCEPTED:
            assert message(case) == base, case.id


@BOTH
def test_a_member_that_the_target_vouches_for_is_in_the_baseline(encoding):
    assert subject(encoding, UserId=GUID).baseline()["UserId"] == GUID
    nested = subject(encoding, NotificationSchemaList=[{"NotificationSchemaId": GUID}]).baseline()
    assert ("NotificationSchemaList" in nested) is (encoding == "xml")
