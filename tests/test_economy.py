"""The depth quick: the least that shows every kind of bug, within its limits, and what a budget leaves of a plan."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from conformance.facets import matches
from conformance.generate.economy import economical
from conformance.generate.plan import BETWEEN_BASELINES, least
from conformance.model import Expect, Level
from conformance.patterns.mutants import mutants
from conformance.run.options import Options
from conformance.run.setup import bind_all, plan, set_up, subjects

LIMITS = {"collection-policy": 350, "envio-correo": 300, "actualizar-correo": 60}
each = pytest.mark.parametrize("service", LIMITS)


def prepared(service, depth="quick", budget=None):
    made = bind_all(set_up(Options(depth=depth, services=(service,)), {}), None)
    return replace(made, target=replace(made.target, budget_requests=budget))


def planned(service, depth="quick", budget=None):
    ready = prepared(service, depth, budget)
    return plan(ready, ready.items)


WHOLE = {service: planned(service, "standard") for service in LIMITS}
QUICK = {service: planned(service) for service in LIMITS}


def members(ready):
    return {member.name: member for member in subjects(ready)[0].fields}


def cases_of(made):
    return [case for step in made.steps for case in (step.case, *made.riding(step))]


@each
def test_quick_keeps_within_its_limit(service):
    assert 0 < len(QUICK[service].steps) <= LIMITS[service]
    assert len(QUICK[service].steps) < len(WHOLE[service].steps) / 2


@each
def test_no_plan_could_have_fewer_than_it_says(service):
    made = QUICK[service]
    negatives = [case for case in cases_of(made) if case.expect is Expect.REFUSED]
    assert 0 < made.least[service] <= len({case.request.body for case in negatives}) < len(made.steps)
    # The bound is the same whatever more is sent.
    assert made.least == WHOLE[service].least


def test_a_negative_that_serves_two_rules_counts_once_for_both():
    (case,) = [
        one
        for one in cases_of(WHOLE["collection-policy"])
        if one.id == "collection-policy/json/MaximumTermDays/minimum/outside"
    ]
    assert len(case.rules) == 2
    assert least([case]) == {"collection-policy": 1}
    alone = replace(case, rules=case.rules[:1])
    assert least([alone, replace(case, rules=case.rules[1:])]) == {"collection-policy": 2}
    assert least([replace(case, expect=Expect.ACCEPTED)]) == {"collection-policy": 0}


@each
def test_quick_decides_whatever_standard_decides(service):
    def decided(made):
        return {
            (rule, case.encoding, case.expect)
            for case in cases_of(made)
            if case.expect is not Expect.OBSERVE
            for rule in case.rules
        }

    assert decided(QUICK[service]) == decided(WHOLE[service])


@each
def test_quick_sends_nothing_that_decides_nothing(service):
    assert not [case.id for case in cases_of(QUICK[service]) if case.expect is Expect.OBSERVE]
    assert [case.id for case in cases_of(WHOLE[service]) if case.expect is Expect.OBSERVE]


@each
def test_negatives_stay_one_difference_each(service):
    made = QUICK[service]
    for step in made.steps:
        if any(case.expect is Expect.REFUSED for case in (step.case, *made.riding(step))):
            assert step.case.expect is Expect.REFUSED or step.case.answer == "malformed-status", step.case.id
            assert step.case.id not in made.parts


def test_the_texts_of_a_pattern_are_few_and_tell_every_pattern_that_people_write_for_it():
    rule = "collection-policy/request/Email/pattern"
    member = members(prepared("collection-policy"))["Email"]

    def texts(made):
        found = [case for case in cases_of(made) if rule in case.rules and case.origin == "contract"]
        decisive = [case for case in found if case.change is not None and case.expect is not Expect.OBSERVE]
        return {(case.expect, case.change.sets[0][1]) for case in decisive}

    def told(made):
        return {
            name
            for name, other in mutants(member.constraint("pattern").pattern)
            for expect, text in texts(made)
            if matches(other, text) is (expect is Expect.REFUSED)
        }

    every, kept = WHOLE["collection-policy"], QUICK["collection-policy"]
    assert told(kept) == told(every)
    assert len(told(every)) > 40
    assert len(texts(kept)) < len(texts(every)) / 2
    shown = {case.encoding for case in cases_of(kept) if rule in case.rules}
    assert shown == {"json", "xml", "form"}


def test_what_is_required_is_left_out_in_every_encoding_and_null_in_json():
    found = {
        (case.path, case.encoding, case.id.rpartition("/")[2])
        for case in cases_of(QUICK["collection-policy"])
        if case.rules and case.rules[0].endswith("/required") and case.expect is Expect.REFUSED
    }
    demanded = {name for name, member in members(prepared("collection-policy")).items() if member.required}
    assert {(name, encoding, "absent") for name in demanded for encoding in ("json", "xml", "form")} <= found
    assert {(name, "json", "null") for name in demanded} <= found
    assert [one for one in found if one[1:] == ("xml", "null")]


def test_the_kinds_of_wrong_types_take_turns_over_members_and_encodings():
    found = [
        case
        for case in cases_of(QUICK["collection-policy"])
        if case.rules and case.rules[0].endswith("/type") and case.expect is Expect.REFUSED
    ]
    slugs = Counter(case.id.rpartition("/")[2] for case in found)
    assert {"word", "object", "list"} <= set(slugs)
    here = {(case.rules[0], case.encoding) for case in found}
    assert len(found) < 2 * len(here)


def test_an_encoding_by_itself_gets_every_kind():
    ready = prepared("collection-policy")
    (json,) = [one for one in subjects(ready) if one.encoding.name == "json"]
    whole = [case for case in cases_of(WHOLE["collection-policy"]) if case.encoding == "json"]
    (kept,) = economical([whole], {})
    nulls = {case.id for case in whole if case.id.endswith("/required/null")}
    assert json.encoding.name == "json"
    assert len(nulls) == 16
    assert nulls <= {case.id for case in kept}


# --- the budget -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("budget", [1, 2, 3, 7, 40, 100, 200, 330])
def test_a_budget_is_kept_and_goes_to_the_most_valuable_rules_of_every_encoding(budget):
    made = planned("collection-policy", budget=budget)
    assert len(made.steps) <= budget
    whole = {case.id for case in cases_of(QUICK["collection-policy"]) if case.rules}
    sent = {case.id for case in cases_of(made) if case.rules}
    assert sent | set(made.left_out) >= whole
    assert not sent & set(made.left_out)
    rules = prepared("collection-policy").rules
    levels = {
        level: [case.encoding for case in cases_of(made) if any(rules[rule].level is level for rule in case.rules)]
        for level in (Level.MUST, Level.SHOULD)
    }
    if budget >= 7:
        assert {"json", "xml", "form"} == set(levels[Level.MUST])
    assert {f"left out: the target's budget of {budget} requests is spent"} == set(made.left_out.values())


def test_what_a_budget_leaves_out_is_told_rule_by_rule():
    made = planned("collection-policy", budget=60)
    decided = {(rule, case.encoding) for case in cases_of(QUICK["collection-policy"]) for rule in case.rules}
    sent = {case.id for case in cases_of(made)}
    wanting = {
        (rule, case.encoding)
        for case in cases_of(QUICK["collection-policy"])
        if case.id not in sent
        for rule in case.rules
    }
    assert wanting <= set(made.undecided) <= decided
    assert {"left out: the target's budget of 60 requests is spent"} == set(made.undecided.values())


def test_each_encoding_that_is_sent_ends_with_its_baseline():
    made = planned("collection-policy", budget=120)
    last = {}
    for step in made.steps:
        last[step.case.encoding] = step.case.kind
    assert set(last.values()) == {"baseline"}
    negatives = 0
    for step in made.steps:
        negatives = 0 if step.case.kind == "baseline" else negatives + (step.case.kind == "negative")
        assert negatives <= BETWEEN_BASELINES
