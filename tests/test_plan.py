"""What is sent and in which order: baselines around the negatives, nothing twice, the most valuable first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.generate.plan import BETWEEN_BASELINES, DEPTHS, VALUE, cases_of, plan_of
from conformance.generate.subject import Subject
from conformance.model import Expect
from conformance.resources import cases_dir
from conformance.run.contracts import all_rules, contracts
from conformance.run.setup import set_up

CONTRACT = contracts()["collection-policy"]
RULES = {rule.id: rule for rule in all_rules().values() if rule.service == "collection-policy"}
SUBJECT = Subject(
    contract=CONTRACT,
    encoding=CONTRACT.encoding("json"),
    url="http://127.0.0.1/api/CollectionPolicy",
    values=CONTRACT.baseline,
)
ITEMS = frozenset((rule, "json") for rule in RULES)
CASES = {depth: cases_of(SUBJECT, depth, RULES, cases_dir()) for depth in DEPTHS}
PLANS = {depth: plan_of(cases, RULES, ITEMS) for depth, cases in CASES.items()}
"""Not packed and with everything in them; packing and economy have tests of their own."""
BASELINE = "collection-policy/json/baseline"


def key(request):
    return (request.method, request.url, request.headers, request.body)


def sent_and_ridden(plan):
    return {step.case.id for step in plan.steps} | {case.id for riders in plan.riders.values() for case in riders}


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_plan_begins_and_ends_with_the_baseline_sent_alone(depth):
    steps = PLANS[depth].steps
    assert steps[0].case.id == BASELINE
    assert steps[-1].case.id == BASELINE
    assert all(step.barrier == (step.case.id == BASELINE) for step in steps)


def test_smoke_is_the_baseline_and_nothing_else():
    assert [step.case.id for step in PLANS["smoke"].steps] == [BASELINE]


@pytest.mark.parametrize("depth", ["quick", "standard", "deep"])
def test_the_baseline_is_sent_again_after_every_fifty_negatives(depth):
    since = 0
    for step in PLANS[depth].steps:
        if step.case.id == BASELINE:
            assert since <= BETWEEN_BASELINES
            since = 0
        else:
            since += step.case.kind in {"negative", "observe"}
    assert since == 0
    assert BETWEEN_BASELINES == 50


@pytest.mark.parametrize("depth", DEPTHS)
def test_no_bytes_are_sent_twice_but_those_of_the_baseline(depth):
    keys = [key(step.case.request) for step in PLANS[depth].steps if step.case.id != BASELINE]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("depth", DEPTHS)
def test_every_case_is_sent_or_rides_on_the_same_bytes(depth):
    plan = PLANS[depth]
    assert sent_and_ridden(plan) == {case.id for case in CASES[depth]}
    carriers = {step.case.id: step.case for step in plan.steps}
    for carrier, riders in plan.riders.items():
        for rider in riders:
            assert key(rider.request) == key(carriers[carrier].request)
    assert not plan.left_out


def test_the_baseline_without_user_id_is_the_case_that_leaves_it_out():
    riders = {case.id for case in PLANS["standard"].riders[BASELINE]}
    assert "collection-policy/json/UserId/optional/absent" in riders


@pytest.mark.parametrize("depth", DEPTHS)
def test_exchanges_are_numbered_in_order(depth):
    numbers = [step.exchange for step in PLANS[depth].steps]
    assert numbers == [f"x{number:05d}" for number in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("depth", ["quick", "standard", "deep"])
def test_the_most_valuable_cases_come_first(depth):
    order = {"positive": 1, "http": 2, "negative": 3, "observe": 4}
    values = [
        (
            step.case.expect is Expect.OBSERVE,
            min(VALUE[RULES[rule].level] for rule in step.case.rules),
            order[step.case.kind],
        )
        for step in PLANS[depth].steps
        if step.case.id != BASELINE
    ]
    assert values == sorted(values)


def test_planning_twice_gives_the_same_plan():
    assert plan_of(cases_of(SUBJECT, "standard", RULES, cases_dir()), RULES, ITEMS) == PLANS["standard"]


@given(st.integers(min_value=0, max_value=420))
def test_a_budget_is_kept_and_the_last_request_is_still_the_baseline(budget):
    plan = plan_of(CASES["quick"], RULES, ITEMS, budget)
    assert len(plan.steps) <= budget
    if budget:
        assert plan.steps[0].case.id == plan.steps[-1].case.id == BASELINE
    everything = {case.id for case in CASES["quick"]}
    assert sent_and_ridden(plan) | set(plan.left_out) == everything
    assert not sent_and_ridden(plan) & set(plan.left_out)
    assert all(f"budget of {budget} requests" in reason for reason in plan.left_out.values())


def test_a_budget_leaves_out_the_least_valuable():
    whole, cut = PLANS["quick"], plan_of(CASES["quick"], RULES, ITEMS, 100)
    order = [step.case.id for step in whole.steps if step.case.id != BASELINE]
    kept = [step.case.id for step in cut.steps if step.case.id != BASELINE]
    assert kept == order[: len(kept)]


def test_a_selected_rule_brings_its_cases_and_what_they_lean_on():
    rule = "collection-policy/request/MinimumInterest/maximum"
    plan = plan_of(CASES["quick"], RULES, frozenset({(rule, "json")}))
    ids = [step.case.id for step in plan.steps]
    assert all(case.id in sent_and_ridden(plan) for case in CASES["quick"] if rule in case.rules)
    assert "collection-policy/json/MaximunInterest/maximum/at" in ids
    assert len(ids) < 20
    assert ids[0] == ids[-1] == BASELINE


def test_a_rule_about_answers_brings_the_positives():
    plan = plan_of(CASES["quick"], RULES, frozenset({("collection-policy/response/success/type", "json")}))
    kinds = {step.case.kind for step in plan.steps}
    # A hundred letters beyond ASCII lean on the case that sends a few.
    assert kinds == {"baseline", "positive", "http"}
    assert [step.case.rules for step in plan.steps if step.case.kind == "http"] == [
        ("collection-policy/envelope/non-ascii",)
    ]
    assert len(plan.steps) > 10


def test_the_rule_about_refusals_brings_the_negatives():
    plan = plan_of(CASES["quick"], RULES, frozenset({("collection-policy/response/success/refusal", "json")}))
    assert "negative" in {step.case.kind for step in plan.steps}


@pytest.mark.parametrize("selected", [frozenset(), frozenset({("envio-correo/request/NIT/required", "json")})])
def test_nothing_of_the_service_selected_sends_nothing(selected):
    assert plan_of(CASES["quick"], RULES, selected).steps == ()


def test_an_encoding_that_is_not_selected_sends_nothing():
    assert plan_of(CASES["quick"], RULES, frozenset((rule, "xml") for rule in RULES)).steps == ()


def test_two_services_are_sent_one_after_the_other_each_between_its_baselines():
    other = [
        replace(
            case,
            id=case.id.replace("collection-policy", "zweite"),
            service="zweite",
            rules=tuple(f"zweite/{rule}" for rule in case.rules),
        )
        for case in CASES["quick"][:20]
    ]
    rules = RULES | {rule: RULES[rule.removeprefix("zweite/")] for case in other for rule in case.rules}
    other = [replace(case, leans_on=None) for case in other]
    items = ITEMS | {(rule, "json") for rule in rules if rule.startswith("zweite/")}
    plan = plan_of([*CASES["quick"], *other], rules, items)
    services = [step.case.service for step in plan.steps]
    assert services == sorted(services)
    assert [step.exchange for step in plan.steps] == [f"x{n:05d}" for n in range(1, len(services) + 1)]
    assert plan.steps[services.index("zweite")].case.kind == "baseline"
    assert plan.steps[-1].case.id == "zweite/json/baseline"


def test_cases_of_rules_that_are_not_in_scope_are_not_made():
    rule = "collection-policy/request/Email/pattern"
    cases = cases_of(SUBJECT, "quick", {rule: RULES[rule]}, cases_dir() / "nowhere")
    assert {name for case in cases for name in case.rules} == {rule}


def test_a_run_at_a_depth_plans_the_cases_of_that_depth():
    from conformance.run.options import Options
    from conformance.run.setup import plan

    prepared = set_up(Options(depth="quick", services=("collection-policy",)), {})
    made = plan(prepared, prepared.items)
    ids = [step.case.id for step in made.steps]
    single = {name for name in sent_and_ridden(made) if "/json/" in name} - set(made.parts)
    assert single < sent_and_ridden(PLANS["quick"])
    assert {name.split("/")[1] for name in ids} == {"json", "xml", "form"}
    assert ids[-1] == "collection-policy/form/baseline"
