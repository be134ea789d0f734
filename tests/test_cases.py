"""The cases about members and about transport: one difference each, complete over the rules, safe to send."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from conformance.codecs import json
from conformance.codecs.decoded import Malformed
from conformance.facets import matches
from conformance.generate.addresses import addresses_in, unowned
from conformance.generate.members import member_cases
from conformance.generate.plan import baseline_case, cases_of
from conformance.generate.transport import transport_cases
from conformance.judge import request_findings
from conformance.model import Expect, Level
from conformance.resources import cases_dir
from conformance.rules.http import EVERY_ANSWER
from tests.policy_cases import CONTRACT, GUID, REFERENCES, RULES, TENANTS, differences, subject

MAIL = next(f for f in CONTRACT.operation.request.fields if f.name == "Email").constraint("pattern").pattern
PREFIX = "collection-policy/json/"


CASES = cases_of(subject(), "deep", RULES, cases_dir())
BY_ID = {case.id: case for case in CASES}
MEMBER_CASES = tuple(member_cases(subject()))
BASELINE = json.decode(BY_ID[f"{PREFIX}baseline"].request.body).tree


def tree(case):
    return json.decode(case.request.body).tree


def of(slug):
    return BY_ID[PREFIX + slug]


def short(rules):
    return {rule.removeprefix("collection-policy/request/") for rule in rules}


# --- one difference ---------------------------------------------------------------------------------------------------


def made_of(case):
    """The message that a case is compared with."""
    return BASELINE if case.leans_on is None else tree(BY_ID[case.leans_on])


@pytest.mark.parametrize("case", MEMBER_CASES, ids=lambda case: case.id.removeprefix(PREFIX))
def test_a_member_case_is_exactly_one_difference_from_what_it_leans_on(case):
    found = list(differences(made_of(case), tree(case)))
    if not found:
        # The baseline or the counterpart may stand on a bound already; the same bytes are then sent once.
        assert case.expect is Expect.ACCEPTED
        return
    assert len(found) == 1
    assert found[0] == f"/{case.path}"


def test_property_cases_are_one_difference_from_the_baseline_as_well():
    drawn = [case for case in CASES if case.origin.startswith("property:")]
    assert len(drawn) > 300
    for case in drawn:
        assert list(differences(BASELINE, tree(case))) in ([f"/{case.path}"], []), case.id


def test_an_ordered_pair_leans_on_the_case_that_moves_its_other_side_alone():
    moved = [case for case in MEMBER_CASES if case.leans_on and case.path in {"MinimumInterest", "MaximunInterest"}]
    assert {case.id.removeprefix(PREFIX): case.leans_on.removeprefix(PREFIX) for case in moved} == {
        "MinimumInterest/maximum/at": "MaximunInterest/maximum/at",
        "MinimumInterest/maximum/inside": "MaximunInterest/maximum/inside",
        "MaximunInterest/minimum/at": "MinimumInterest/minimum/at",
        "MaximunInterest/minimum/inside": "MinimumInterest/minimum/inside",
    }
    for case in moved:
        message = tree(case)
        assert message["MinimumInterest"] == message["MaximunInterest"]


def test_no_positive_has_a_minimum_above_its_maximum():
    for case in CASES:
        if case.expect is Expect.ACCEPTED and case.request.body:
            message = tree(case)
            assert message["MinimumInterest"] <= message["MaximunInterest"], case.id


def test_every_case_leans_on_a_case_that_exists_and_is_positive():
    for case in CASES:
        assert case.leans_on is None or BY_ID[case.leans_on].expect is Expect.ACCEPTED


# --- what is covered --------------------------------------------------------------------------------------------------


def test_case_ids_are_unique():
    assert len(BY_ID) == len(CASES)


def test_every_rule_has_a_case_or_is_decided_by_answers():
    named = {rule for case in CASES if case.expect is not Expect.OBSERVE for rule in case.rules}
    for rule in RULES.values():
        general = rule.part == "response" or f"{rule.part}/{rule.facet}" in EVERY_ANSWER
        assert rule.id in named or general, rule.id


def test_every_rule_that_a_case_names_exists():
    assert {rule for case in CASES for rule in case.rules} <= set(RULES)


@pytest.mark.parametrize(
    "rule",
    [rule for rule in RULES.values() if rule.facet in {"minimum", "maximum", "max-length", "pattern"}],
    ids=lambda rule: rule.id,
)
def test_a_bound_is_tried_on_both_sides(rule):
    expected = {case.expect for case in CASES if rule.id in case.rules}
    assert {Expect.ACCEPTED, Expect.REFUSED} <= expected or rule.id.endswith(
        ("DaysUncollectibleDebt/pattern", "MaximumTermDays/pattern")
    )
    assert Expect.REFUSED in expected


@pytest.mark.parametrize(
    ("slug", "rules"),
    [
        ("DaysUncollectibleDebt/minimum/outside", {"DaysUncollectibleDebt/minimum"}),
        ("DaysUncollectibleDebt/minimum/far", {"DaysUncollectibleDebt/minimum", "DaysUncollectibleDebt/pattern"}),
        ("DaysUncollectibleDebt/pattern/negative", {"DaysUncollectibleDebt/minimum", "DaysUncollectibleDebt/pattern"}),
        ("MaximumTermDays/minimum/outside", {"MaximumTermDays/minimum", "MaximumTermDays/pattern"}),
        ("MinimumInterest/minimum/outside", {"MinimumInterest/minimum", "MinimumInterest/pattern"}),
        ("MinimumInterest/maximum/outside", {"MinimumInterest/maximum"}),
        ("MinimumInterest/maximum-step/step", {"MinimumInterest/maximum-step"}),
        ("MinimumInterest/pattern/decimals-50.125", {"MinimumInterest/pattern"}),
    ],
)
def test_what_cannot_be_broken_alone_is_served_by_one_case_its_own_rule_first(slug, rules):
    case = of(slug)
    assert short(case.rules) == rules
    assert case.rules[0] == f"collection-policy/request/{slug.rsplit('/', 1)[0]}"


# --- the table of verdicts, as levels and expectations of cases -------------------------------------------------------

# fmt: off
TABLE = [
    ("Email/required/absent", Expect.REFUSED, Level.MUST), ("Email/required/null", Expect.REFUSED, Level.MUST),
    ("ShowDocumentDetail/required/absent", Expect.REFUSED, Level.MUST),
    ("MaximumTermDays/required/null", Expect.REFUSED, Level.MUST),
    ("ArMailName/not-blank/empty", Expect.REFUSED, Level.SHOULD),
    ("ArMailName/not-blank/spaces", Expect.REFUSED, Level.SHOULD),
    ("IsAfiliatedCC/optional/absent", Expect.ACCEPTED, Level.MUST),
    ("IsAfiliatedCC/optional/null", Expect.OBSERVE, Level.MUST),
    ("MaximumTermDays/type/word", Expect.REFUSED, Level.MUST),
    ("MaximumTermDays/type/object", Expect.REFUSED, Level.MUST),
    ("MaximumTermDays/strict-type/text", Expect.REFUSED, Level.SHOULD),
    ("MaximumTermDays/strict-type/fraction", Expect.REFUSED, Level.SHOULD),
    ("ShowDocumentDetail/strict-type/text", Expect.REFUSED, Level.SHOULD),
    ("ShowDocumentDetail/strict-type/one", Expect.REFUSED, Level.SHOULD),
    ("MaximumTermDays/type/point-zero", Expect.OBSERVE, Level.MUST),
    ("MaximumTermDays/type/exponent", Expect.OBSERVE, Level.MUST),
    ("envelope/malformed/plus-sign", Expect.OBSERVE, Level.SHOULD),
    ("MinimumInterest/pattern/decimals-50.125", Expect.REFUSED, Level.MUST),
    ("MinimumInterest/minimum/outside", Expect.REFUSED, Level.MUST),
    ("MinimumInterest/maximum/outside", Expect.REFUSED, Level.MUST),
    ("MinimumInterest/maximum-step/step", Expect.REFUSED, Level.SHOULD),
    ("MinimumInterest/pattern/decimals-50.25", Expect.ACCEPTED, Level.MUST),
    ("UserId/type/braces", Expect.OBSERVE, Level.MUST), ("UserId/type/word", Expect.REFUSED, Level.MUST),
    ("ArMailName/max-length/beyond-ascii", Expect.ACCEPTED, Level.MUST),
    ("ArMailName/max-length/astral", Expect.OBSERVE, Level.MUST),
    ("NotificationSchemaList/type/empty", Expect.OBSERVE, Level.MUST),
    ("NotificationSchemaList/NotificationSchemaName/type/object", Expect.REFUSED, Level.SHOULD),
    ("envelope/malformed/truncated", Expect.REFUSED, Level.SHOULD),
    ("envelope/malformed/trailing-comma", Expect.OBSERVE, Level.SHOULD),
    ("envelope/malformed/comment", Expect.OBSERVE, Level.SHOULD),
    ("envelope/malformed/twice", Expect.OBSERVE, Level.SHOULD),
    ("envelope/malformed/byte-order-mark", Expect.OBSERVE, Level.SHOULD),
    ("envelope/empty-body/null", Expect.REFUSED, Level.SHOULD),
    ("envelope/request-root/list", Expect.REFUSED, Level.SHOULD),
    ("envelope/spelling/white-space", Expect.ACCEPTED, Level.MUST),
    ("envelope/non-ascii/escaped", Expect.ACCEPTED, Level.MUST),
    ("http/request-media-type/text-json", Expect.ACCEPTED, Level.MUST),
    ("http/unsupported-media-type/unknown", Expect.REFUSED, Level.SHOULD),
    ("http/unsupported-media-type/none", Expect.OBSERVE, Level.SHOULD),
    ("http/accept-unknown/unknown", Expect.ANY, Level.SHOULD),
    ("http/accept-documented/application-xml", Expect.ANY, Level.MUST),
    ("http/accept-quality/last", Expect.ANY, Level.SHOULD),
    ("http/accept-wildcard/none", Expect.ANY, Level.SHOULD),
    ("http/allow/get", Expect.ANY, Level.MUST),
]
# fmt: on


@pytest.mark.parametrize(("slug", "expect", "level"), TABLE, ids=str)
def test_the_table_of_verdicts_is_tried_as_it_says(slug, expect, level):
    assert of(slug).expect is expect
    assert RULES[of(slug).rules[0]].level is level


def test_a_table_row_fails_or_passes_nothing_where_either_behaviour_conforms():
    for case in CASES:
        assert (case.kind == "observe") == (case.expect is Expect.OBSERVE)
        assert case.kind != "negative" or case.expect is Expect.REFUSED
        assert case.kind != "positive" or case.expect is Expect.ACCEPTED


# --- the expectation and the contract ---------------------------------------------------------------------------------


def disagreements(cases):
    """Cases whose expectation is not what the walk over their message says."""
    for case in cases:
        if (
            "/envelope/" in case.id
            or "/http/" in case.id
            or case.rules[:1] == ("collection-policy/envelope/request-root",)
        ):
            continue
        found = {rule for rule, _ in request_findings(CONTRACT, tree(case))}
        if case.expect is Expect.REFUSED and found != set(case.rules):
            yield case.id, found
        if case.expect is Expect.ACCEPTED and found:
            yield case.id, found


def test_a_case_is_refused_exactly_for_the_rules_that_it_names():
    assert list(disagreements(CASES)) == []


def test_transport_cases_carry_the_baseline_wherever_they_carry_a_message():
    for case in transport_cases(subject()):
        try:
            message = tree(case)
        except Malformed:
            assert "/malformed/" in case.id or "/empty-body/" in case.id or case.id.endswith("/allow/get")
            continue
        if isinstance(message, dict) and message:
            unnamed = {"/NotDocumented"} if case.id.endswith("/no-server-error/nested") else set()
            assert set(differences(BASELINE, message)) <= {"/ArMailName"} | unnamed, case.id


def test_each_spelling_is_other_bytes_for_the_same_message():
    for slug in ("white-space", "order", "escapes"):
        case = of(f"envelope/spelling/{slug}")
        assert tree(case) == BASELINE
        assert case.request.body != of("baseline").request.body


def test_text_beyond_ascii_is_sent_as_utf8_and_as_escapes():
    assert "Ñandú".encode() in of("envelope/non-ascii/utf-8").request.body
    assert of("envelope/non-ascii/escaped").request.body.isascii()
    assert tree(of("envelope/non-ascii/escaped")) == tree(of("envelope/non-ascii/utf-8"))


def test_letters_outside_the_basic_plane_are_escaped_as_pairs():
    case = next(c for c in transport_cases(subject(ArMailName="Señor 😀")) if c.id.endswith("/spelling/escapes"))
    assert b"\\ud83d\\ude00" in case.request.body
    assert tree(case)["ArMailName"] == "Señor 😀"


# --- business data ----------------------------------------------------------------------------------------------------


def test_references_keep_the_value_of_the_target_in_every_positive():
    for case in CASES:
        if case.expect is Expect.ACCEPTED and case.request.body:
            message = tree(case)
            for name in REFERENCES:
                assert message.get(name) in (None, CONTRACT.baseline[name]), case.id
            for item in message.get("NotificationSchemaList") or ():
                assert (
                    item["NotificationSchemaId"]
                    == CONTRACT.baseline["NotificationSchemaList"][0]["NotificationSchemaId"]
                )


def test_a_positive_that_brings_a_reference_along_says_so():
    for name in ("UserId", "NotificationSchemaList"):
        assert of(f"{name}/echo/with").varies_reference
        assert not of(f"{name}/optional/absent").varies_reference
        assert of(f"{name}/optional/absent").leans_on == f"{PREFIX}{name}/echo/with"


def test_an_optional_reference_enters_the_baseline_only_where_the_target_vouches_for_it():
    assert "UserId" not in BASELINE
    assert "NotificationSchemaList" not in BASELINE
    assert "CollectionReminderTime" not in BASELINE
    explicit = subject(UserId=GUID, CollectionReminderTime="08:00").baseline()
    assert explicit["UserId"] == GUID
    assert explicit["CollectionReminderTime"] == "08:00"


def test_a_member_that_the_baseline_carries_is_compared_with_the_baseline():
    cases = {case.id: case for case in member_cases(subject(UserId=GUID))}
    assert f"{PREFIX}UserId/echo/with" not in cases
    assert cases[f"{PREFIX}UserId/optional/absent"].leans_on is None


def test_the_baseline_has_whole_interests_and_plain_ascii():
    assert isinstance(BASELINE["MinimumInterest"], int)
    assert isinstance(BASELINE["MaximunInterest"], int)
    assert of("baseline").request.body.isascii()


# --- safety -----------------------------------------------------------------------------------------------------------


def test_no_case_holds_an_address_that_somebody_may_own():
    for case in CASES:
        texts = [case.request.body, case.title.encode(), *(value.encode() for _, value in case.request.headers)]
        for address in (found for text in texts for found in addresses_in(text)):
            assert unowned(address.rpartition("@")[2]), (case.id, address)


def test_strings_on_which_the_dialects_differ_decide_nothing():
    for case in CASES:
        if case.path == "Email" and case.expect in {Expect.ACCEPTED, Expect.REFUSED} and case.kind != "http":
            value = tree(case).get("Email")
            if isinstance(value, str):
                assert value.isascii(), case.id
                assert "\n" not in value, case.id
                if case.rules[0].endswith("/pattern"):
                    assert matches(MAIL, value) == (case.expect is Expect.ACCEPTED)


def test_the_headers_of_the_target_are_sent_with_every_case():
    kept = replace(subject(), headers=(("X-Tenant", "qa"), ("ACCEPT", "text/html")))
    for case in (baseline_case(kept), *member_cases(kept), *transport_cases(kept)):
        assert case.request.header("X-Tenant") == "qa"
        assert case.request.header("Accept") != "text/html"
        assert re.fullmatch(r"billing-conformance/[\w.]+", case.request.header("User-Agent"))


# --- whatever the tenant's values -------------------------------------------------------------------------------------


@settings(max_examples=12)
@given(TENANTS)
def test_the_cases_hold_together_whatever_values_the_tenant_needs(values):
    chosen = subject(**values)
    cases = [baseline_case(chosen), *member_cases(chosen)]
    assert len({case.id for case in cases}) == len(cases)
    assert list(disagreements(cases)) == []
    for case in cases:
        json.decode(case.request.body)
        assert all(unowned(address.rpartition("@")[2]) for address in addresses_in(case.request.body))
    json.decode(next(c for c in transport_cases(chosen) if c.id.endswith("/spelling/escapes")).request.body)


# --- what a service is tempted to do with what it takes ---------------------------------------------------------------


def test_texts_come_in_the_other_case_between_blanks_and_with_marks():
    tried = {slug: tree(of(f"ArMailName/type/{slug}"))["ArMailName"] for slug in ("case", "padded", "marks")}
    assert tried["case"] == BASELINE["ArMailName"].swapcase()
    assert tried["padded"] == f" {BASELINE['ArMailName']} "
    assert set("&'%") <= set(tried["marks"])
    assert tree(of("Email/pattern/case"))["Email"] == BASELINE["Email"].swapcase()
    for slug in ("ArMailName/type/padded", "Email/pattern/case"):
        assert of(slug).expect is Expect.ACCEPTED
        assert of(slug).change is not None, "it shares a message with others"


def test_a_list_comes_with_several_items_and_with_a_wrong_one_that_is_not_the_first():
    several = tree(of("NotificationSchemaList/echo/several"))["NotificationSchemaList"]
    names = [item["NotificationSchemaName"] for item in several]
    assert names not in (sorted(names), names[::-1], list(dict.fromkeys(names)))
    wrong = of("NotificationSchemaList/NotificationSchemaId/type/second")
    assert wrong.expect is Expect.REFUSED
    assert wrong.rules == ("collection-policy/request/NotificationSchemaList/NotificationSchemaId/type",)
    items = tree(wrong)["NotificationSchemaList"]
    assert [item == good for item, good in zip(items, several, strict=True)] == [True, False, True]


@pytest.mark.parametrize("encoding", ["json", "xml"])
def test_a_member_that_nobody_knows_is_nested_deeper_than_a_small_stack(encoding):
    case = next(one for one in transport_cases(subject(encoding)) if one.id.endswith("/no-server-error/nested"))
    assert case.expect is Expect.ANY
    assert case.request.body.count(b"NotDocumented") > 150


def test_a_length_that_blanks_alone_exceed_decides_nothing():
    case = of("ArMailName/max-length/padded")
    assert case.expect is Expect.OBSERVE
    assert len(tree(case)["ArMailName"]) == 101
