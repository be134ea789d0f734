"""The contract walk: what a request breaks, what an answer lacks, one finding for one defect."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal

import pytest

from conformance.codecs import Oddity
from conformance.judge.walk import answer_results, request_findings
from conformance.model import Outcome
from conformance.run.contracts import all_rules, contracts

CONTRACT = contracts()["collection-policy"]
BASELINE = dict(CONTRACT.baseline)
ITEM = BASELINE["NotificationSchemaList"][0]
RULES = {
    name: {rule.id for rule in all_rules().values() if rule.part == "response" and name in rule.encodings}
    for name in ("json", "xml")
}
GOOD = {"success": True, "message": "ok", "messageDetail": ["a"], "failureCode": "", "data": deepcopy(BASELINE)}


def answered(tree, sent=None, *, accepted=True, items=None):
    """Rule, without service and part → its result."""
    results = answer_results(CONTRACT, BASELINE if sent is None else sent, tree, accepted=accepted, items=items)
    assert len({result.rule for result in results}) == len(results)
    return {result.rule.removeprefix("collection-policy/response/"): result for result in results}


def of(results, outcome):
    return {rule for rule, result in results.items() if result.outcome is outcome}


def data(**changes):
    return GOOD | {"data": {name: value for name, value in (BASELINE | changes).items() if value is not LEFT_OUT}}


LEFT_OUT = object()


# --- requests ---------------------------------------------------------------------------------------------------------


def broken(**changes):
    tree = {name: value for name, value in (BASELINE | changes).items() if value is not LEFT_OUT}
    return {rule.removeprefix("collection-policy/request/") for rule, _ in request_findings(CONTRACT, tree)}


# fmt: off
REQUESTS = [
    ({}, set()),
    ({"Email": LEFT_OUT}, {"Email/required"}), ({"Email": None}, {"Email/required"}),
    ({"Email": ""}, {"Email/not-blank"}), ({"Email": " \u00a0"}, {"Email/not-blank"}),
    ({"Email": "a@b"}, {"Email/pattern"}), ({"Email": {}}, {"Email/type"}), ({"Email": True}, {"Email/strict-type"}),
    ({"UserId": LEFT_OUT}, set()), ({"UserId": None}, set()), ({"UserId": "abc"}, {"UserId/type"}),
    ({"UserId": "00000000-0000-0000-0000-000000000000"}, set()),
    ({"DefaultNotificationSchemaId": ""}, {"DefaultNotificationSchemaId/not-blank"}),
    ({"MaximumTermDays": Decimal("60.0")}, set()),
    ({"MaximumTermDays": Decimal("1.5")}, {"MaximumTermDays/strict-type"}),
    ({"MaximumTermDays": "60"}, {"MaximumTermDays/strict-type"}),
    ({"MaximumTermDays": -1}, {"MaximumTermDays/pattern", "MaximumTermDays/minimum"}),
    ({"DaysUncollectibleDebt": 0}, {"DaysUncollectibleDebt/minimum"}),
    ({"MinimumInterest": Decimal("100.01")}, {"MinimumInterest/maximum-step"}),
    ({"MinimumInterest": 50, "MaximunInterest": 10}, set()),
    ({"NotificationSchemaList": ["abc"]}, {"NotificationSchemaList/type"}),
    ({"NotificationSchemaList": [None, {}]}, set()),
    ({"NotificationSchemaList": {}}, {"NotificationSchemaList/strict-type"}),
    ({"NotificationSchemaList": [ITEM, {"NotificationSchemaId": 5}]},
     {"NotificationSchemaList/NotificationSchemaId/type"}),
    ({"Email": LEFT_OUT, "MaximumTermDays": 181}, {"Email/required", "MaximumTermDays/maximum"}),
    ({"email": "a@b"}, set()),
]
# fmt: on


@pytest.mark.parametrize(("changes", "rules"), REQUESTS)
def test_a_request_breaks_exactly_these_rules(changes, rules):
    assert broken(**changes) == rules


def test_a_finding_says_what_was_due_and_what_came():
    ((_, finding),) = request_findings(CONTRACT, BASELINE | {"MaximumTermDays": 181})
    assert (finding.path, finding.expected, finding.observed) == ("MaximumTermDays", "at most 180", "181")


# --- answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("encoding", "items"), [("json", None), ("xml", {})])
def test_the_documented_answer_passes_every_rule_about_answers_but_the_one_about_refusals(encoding, items):
    results = answered(GOOD, items=items)
    assert of(results, Outcome.PASSED) == set(results)
    assert {f"collection-policy/response/{rule}" for rule in results} == RULES[encoding] - {
        "collection-policy/response/success/refusal"
    }


@pytest.mark.parametrize("name", ["message", "messageDetail", "failureCode"])
@pytest.mark.parametrize("value", [None, LEFT_OUT])
def test_the_texts_of_an_answer_may_be_null_or_absent(name, value):
    results = answered({key: kept for key, kept in (GOOD | {name: value}).items() if kept is not LEFT_OUT})
    assert of(results, Outcome.FAILED) == set()
    assert results[f"{name}/type"].outcome is Outcome.INAPPLICABLE
    assert results[f"{name}/type"].reason == f"no accepted answer carried {name}"


@pytest.mark.parametrize(("value", "observed"), [(None, "null"), (LEFT_OUT, "absent")])
def test_success_must_be_there_and_not_null(value, observed):
    tree = {key: kept for key, kept in (GOOD | {"success": value}).items() if kept is not LEFT_OUT}
    results = answered(tree, accepted=False)
    assert of(results, Outcome.FAILED) == {"success/required"}
    assert results["success/required"].finding.observed == observed
    assert results["success/type"].outcome is Outcome.UNTESTED


# fmt: off
MISTYPED = [
    ("success", "true"), ("success", 1), ("message", 5), ("messageDetail", "text"), ("messageDetail", [5]),
    ("failureCode", []), ("data", []), ("data", "x"),
]
# fmt: on


@pytest.mark.parametrize(("path", "value"), MISTYPED)
def test_a_member_of_another_type_is_one_failure_and_what_lies_inside_is_blocked(path, value):
    results = answered(GOOD | {path: value})
    assert of(results, Outcome.FAILED) == {f"{path}/type"}
    inside = {rule for rule in results if rule.startswith(f"{path}/") and rule.count("/") > 1}
    assert inside <= of(results, Outcome.UNTESTED)
    assert bool(inside) == (path == "data")
    assert all(results[rule].reason == f"blocked by response/{path}/type" for rule in inside)


# fmt: off
MISTYPED_SAVED = [
    ("MaximumTermDays", "60"), ("MaximumTermDays", Decimal("60.5")), ("ShowDocumentDetail", "true"),
    ("ShowDocumentDetail", 1), ("Email", 5), ("UserId", "abc"), ("MinimumInterest", "5"),
    ("NotificationSchemaList", "x"), ("NotificationSchemaList", {}), ("NotificationSchemaList", ["x"]),
]
# fmt: on


@pytest.mark.parametrize(("name", "value"), MISTYPED_SAVED)
def test_a_saved_member_of_another_type_fails_its_type_and_not_its_echo_as_well(name, value):
    results = answered(data(**{name: value}))
    assert of(results, Outcome.FAILED) == {f"data/{name}/type"}
    assert results[f"data/{name}/echo"].outcome is Outcome.UNTESTED


def test_a_missing_parent_blocks_its_children():
    results = answered({key: value for key, value in GOOD.items() if key != "data"})
    assert of(results, Outcome.FAILED) == {"data/required"}
    children = {rule for rule in results if rule.startswith("data/") and rule.count("/") > 1}
    assert len(children) == 23 * 3
    assert all(results[rule].outcome is Outcome.UNTESTED for rule in children)
    assert {results[rule].reason for rule in children} == {"blocked by response/data/required"}


def test_a_missing_saved_list_blocks_its_items():
    results = answered(data(NotificationSchemaList=LEFT_OUT))
    assert of(results, Outcome.FAILED) == {"data/NotificationSchemaList/echo"}
    assert results["data/NotificationSchemaList/NotificationSchemaId/echo"].outcome is Outcome.UNTESTED
    # A type is demanded of what is present only.
    assert results["data/NotificationSchemaList/NotificationSchemaId/type"].outcome is Outcome.INAPPLICABLE


@pytest.mark.parametrize("name", ["Email", "UserId", "MinimumInterest", "NotificationSchemaList"])
def test_a_re_cased_member_is_one_finding(name):
    tree = data(**{name: LEFT_OUT, name.lower(): BASELINE[name]})
    results = answered(tree)
    assert of(results, Outcome.FAILED) == {f"data/{name}/name"}
    assert results[f"data/{name}/name"].finding.observed == name.lower()
    assert results[f"data/{name}/type"].outcome is Outcome.UNTESTED
    assert results[f"data/{name}/echo"].reason == f"blocked by response/data/{name}/name"


def test_a_re_cased_parent_is_one_finding():
    tree = {("Data" if key == "data" else key): value for key, value in GOOD.items()}
    assert of(answered(tree), Outcome.FAILED) == {"data/name"}


def test_a_member_that_is_there_in_both_spellings_counts_by_the_documented_one():
    assert of(answered(data(email="x")), Outcome.FAILED) == set()


def test_members_that_no_document_names_are_ignored():
    assert of(answered(GOOD | {"Version": 1}), Outcome.FAILED) == set()
    assert of(answered(data(Version=1)), Outcome.FAILED) == set()


# fmt: off
SAME = [
    ({"MinimumInterest": 5}, {"MinimumInterest": Decimal("5.00")}),
    ({"MinimumInterest": Decimal("6.10")}, {"MinimumInterest": Decimal("6.1")}),
    ({"MaximumTermDays": 60}, {"MaximumTermDays": Decimal("60.0")}),
    ({"UserId": ITEM["NotificationSchemaId"]}, {"UserId": ITEM["NotificationSchemaId"].upper()}),
    ({"UserId": ITEM["NotificationSchemaId"]}, {"UserId": ITEM["NotificationSchemaId"].replace("-", "")}),
    ({"UserId": f"{{{ITEM['NotificationSchemaId']}}}"}, {"UserId": ITEM["NotificationSchemaId"]}),
    ({"UserId": None}, {"UserId": None}), ({"UserId": None}, {"UserId": LEFT_OUT}),
    ({"UserId": LEFT_OUT}, {"UserId": None}), ({"UserId": LEFT_OUT}, {"UserId": ITEM["NotificationSchemaId"]}),
    ({"NotificationSchemaList": []}, {"NotificationSchemaList": []}),
]
# fmt: on


@pytest.mark.parametrize(("sent", "came"), SAME)
def test_what_was_sent_comes_back_by_value_and_what_was_not_sent_is_free(sent, came):
    message = {name: value for name, value in (BASELINE | sent).items() if value is not LEFT_OUT}
    assert of(answered(data(**came), message), Outcome.FAILED) == set()


# fmt: off
OTHER = [
    ("MinimumInterest", 6, "6"), ("MaximumTermDays", 61, "61"), ("Email", "b@mail.test", '"b@mail.test"'),
    ("Email", "Cobranza@mail.test", '"Cobranza@mail.test"'), ("ShowDocumentDetail", False, "false"),
    ("Email", None, "null"), ("Email", LEFT_OUT, "absent"), ("GrantorTaxId", "AAA010101AAA ", '"AAA010101AAA "'),
    ("NotificationSchemaList", [], "0 items"), ("NotificationSchemaList", [ITEM, ITEM], "2 items"),
]
# fmt: on


@pytest.mark.parametrize(("name", "came", "observed"), OTHER)
def test_what_comes_back_with_another_value_fails_the_echo_alone(name, came, observed):
    results = answered(data(**{name: came}))
    assert of(results, Outcome.FAILED) == {f"data/{name}/echo"}
    assert results[f"data/{name}/echo"].finding.observed == observed


def test_items_are_compared_in_their_order():
    one, two = ITEM | {"NotificationSchemaName": "Zeta"}, ITEM | {"NotificationSchemaName": "Alfa"}
    sent = BASELINE | {"NotificationSchemaList": [one, two]}
    same = answered(data(NotificationSchemaList=[one, two]), sent)
    turned = answered(data(NotificationSchemaList=[two, one]), sent)
    assert of(same, Outcome.FAILED) == set()
    assert of(turned, Outcome.FAILED) == {"data/NotificationSchemaList/NotificationSchemaName/echo"}


def test_one_bad_item_fails_although_the_others_are_good():
    sent = BASELINE | {"NotificationSchemaList": [ITEM, ITEM]}
    results = answered(data(NotificationSchemaList=[ITEM, ITEM | {"NotificationSchemaId": 5}]), sent)
    assert of(results, Outcome.FAILED) == {"data/NotificationSchemaList/NotificationSchemaId/type"}


def test_an_empty_list_shows_nothing_of_its_items():
    results = answered(data(NotificationSchemaList=[]), BASELINE | {"NotificationSchemaList": []})
    inner = "data/NotificationSchemaList/NotificationSchemaId/"
    assert results[f"{inner}type"].outcome is Outcome.INAPPLICABLE
    assert f"{inner}echo" not in results


def test_an_answer_that_does_not_accept_owes_no_echo():
    results = answered(GOOD | {"success": False, "data": None}, accepted=False)
    assert of(results, Outcome.FAILED) == set()


def test_an_answer_of_unclear_acceptance_cannot_tell_the_echo():
    results = answered(data(MinimumInterest=6) | {"success": "true"}, accepted=False)
    assert of(results, Outcome.FAILED) == {"success/type"}
    assert results["data/MinimumInterest/echo"].outcome is Outcome.CANT_TELL


# --- the names of items, where the encoding has any -------------------------------------------------------------------

SAVED = "data/NotificationSchemaList"


def odd(path):
    return {path: Oddity(kind="item", path=path, expected="due", observed="came")}


@pytest.mark.parametrize("path", ["messageDetail", SAVED])
def test_items_of_another_name_fail_that_rule_alone(path):
    results = answered(GOOD, items=odd(path))
    assert of(results, Outcome.FAILED) == {f"{path}/item"}
    finding = results[f"{path}/item"].finding
    assert (finding.path, finding.expected, finding.observed) == (path, "due", "came")


@pytest.mark.parametrize("value", [[], None, LEFT_OUT])
def test_a_list_without_items_says_nothing_of_their_name(value):
    tree = {name: kept for name, kept in (GOOD | {"messageDetail": value}).items() if kept is not LEFT_OUT}
    results = answered(tree, items={})
    assert results["messageDetail/item"].outcome is Outcome.INAPPLICABLE
    assert "messageDetail" in results["messageDetail/item"].reason


@pytest.mark.parametrize(
    ("tree", "blocked"),
    [
        (GOOD | {"messageDetail": "text"}, {"messageDetail/item": "messageDetail/type"}),
        (GOOD | {"messageDetail": [5]}, {"messageDetail/item": "messageDetail/type"}),
        ({("Data" if key == "data" else key): value for key, value in GOOD.items()}, {f"{SAVED}/item": "data/name"}),
        (data(NotificationSchemaList="x"), {f"{SAVED}/item": f"{SAVED}/type"}),
    ],
    ids=["mistyped", "mistyped item", "re-cased parent", "mistyped inside"],
)
def test_the_name_of_items_is_not_asked_behind_another_finding(tree, blocked):
    results = answered(tree, items={})
    for rule, by in blocked.items():
        assert results[rule].outcome is Outcome.UNTESTED, results[rule]
        assert results[rule].reason == f"blocked by response/{by}"


def test_where_items_have_no_names_the_rule_is_not_spoken_of():
    assert not [rule for rule in answered(GOOD) if rule.endswith("/item")]
    assert not [rule for rule in answered(GOOD | {"messageDetail": 5}) if rule.endswith("/item")]
