"""Every rule is proven: each defect of the reference is caught by its own rule and by no other."""

from __future__ import annotations

import pytest

from conformance.codecs import json
from conformance.facets import matches
from conformance.generate.place import ABSENT
from conformance.model import Request
from conformance.patterns.mutants import mutants
from conformance.reference import State, answer, defects_of
from conformance.reference.answers import CHANGES
from conformance.reference.echoes import DATA, ECHOES
from conformance.reference.habits import ALWAYS, LETTERS, OVERLOOKS, REFUSES, SPELLINGS, TAKES
from conformance.reference.negotiation import CHARSETS, HABITS, KNOWN
from conformance.reference.rest_ways import WAYS, WIDE
from conformance.reference.wire import EDITS, JSON_EDITS, LATE, XML_EDITS
from conformance.run.contracts import all_rules, contracts
from conformance.run.proving import matrix_of

CONTRACT = contracts()["collection-policy"]
RULES = {rule.id: rule for rule in all_rules().values() if rule.service == "collection-policy"}
DEFECTS = {defect.id: defect for defect in defects_of(CONTRACT, RULES.values())}


def named(rule):
    """The ways of the defects that are named by the rule."""
    return {name.rsplit(":", 1)[1] for name in DEFECTS if name.startswith(f"collection-policy/{rule}:")}


@pytest.fixture(scope="module")
def kills():
    return {kill.defect.id: kill for kill in matrix_of(("collection-policy",)).kills}


def test_every_defect_is_caught_by_its_own_rule_and_by_no_other(kills):
    assert set(kills) == set(DEFECTS)
    wrong = {name: (kill.caught_in, kill.strays, kill.disagreements) for name, kill in kills.items() if not kill.caught}
    assert wrong == {}


def test_every_rule_is_proven_in_each_of_its_encodings(kills):
    for rule in RULES.values():
        own = [kill for kill in kills.values() if kill.defect.rules[0] == rule.id and not kill.defect.wide]
        assert {name for kill in own for name in kill.caught_in} == set(rule.encodings), rule.id


def test_a_defect_of_a_must_rule_fails_a_must_rule(kills):
    for kill in kills.values():
        own = RULES[kill.defect.rules[0]]
        if not kill.defect.wide:
            assert own.level in {RULES[rule].level for rule in kill.caught_by}


# --- what the defects are ---------------------------------------------------------------------------------------------


def test_defects_have_unique_ids_and_break_rules_that_exist():
    assert len(DEFECTS) == len(defects_of(CONTRACT, RULES.values())) > 550
    for name, defect in DEFECTS.items():
        assert name.rsplit(":", 1)[0] == defect.rules[0]
        assert set(defect.rules) <= set(RULES)
        assert defect.broken or defect.edits
        assert set(defect.encodings) <= {one for rule in defect.rules for one in RULES[rule].encodings}
        assert not defect.only or defect.encodings == defect.only


BEHAVIOURS = {
    *TAKES, *REFUSES, *CHANGES, *HABITS, *OVERLOOKS,
    *(("echo", name) for name in ECHOES),
    *((key.partition("/")[2], way) for table in (EDITS, JSON_EDITS, XML_EDITS) for key, way in table),
    *(("spelling", name) for name in SPELLINGS),
    *(("non-ascii", name) for name in LETTERS),
    *(("charset-parameter", name) for name in CHARSETS),
    *(("request-media-type", name) for name in KNOWN),
    *(("in-time", name) for name in LATE),
    *(("refusal", "status"), ("required", "bare")),
}  # fmt: skip


def test_every_way_in_the_tables_has_a_behaviour():
    for (_, facet), ways in WAYS.items():
        for way in ways:
            known = (facet, way.variant) in BEHAVIOURS or way.variant in ALWAYS
            assert known or way.variant == "dropped", (facet, way.variant)
    for habit in WIDE:
        known = habit.variant in ALWAYS or habit.variant in DATA
        assert known or all((facet, habit.variant) in BEHAVIOURS for facet in habit.facets), habit


def test_no_way_of_taking_what_is_wrong_stands_idle():
    used = {(facet, way.variant) for (_, facet), ways in WAYS.items() for way in ways}
    used |= {(facet, habit.variant) for habit in WIDE for facet in habit.facets}
    assert set(TAKES) | set(OVERLOOKS) <= used
    assert {way for _, way in REFUSES} <= {way for _, way in used} | {"dropped"}
    sorting = {"sorted", "backwards"}
    assert set(ECHOES) - sorting <= {way for facet, way in used if facet == "echo"}


def test_every_bound_is_tried_too_loose_and_too_tight():
    for rule in RULES.values():
        if rule.facet in {"maximum", "max-length"} and rule.part == "request":
            assert {f"{rule.id}:looser", f"{rule.id}:tighter"} <= set(DEFECTS)


def test_an_echo_is_broken_in_the_ways_that_its_type_has():
    always = {"altered", "missing", "null"}
    assert named("response/data/MaximumTermDays/echo") == always | {"stale", "defaulted"}
    assert named("response/data/MinimumInterest/echo") >= {"rounded", "whole", "single-precision"}
    assert named("response/data/ArMailName/echo") >= {"trimmed", "html-escaped", "twice-encoded", "upper-case", "cut"}
    assert named("response/data/NotificationSchemaList/echo") == always | {"last-item", "without-twins"}
    assert named("response/data/NotificationSchemaList/NotificationSchemaName/echo") == always | {"sorted", "backwards"}


def test_what_cannot_be_broken_alone_is_broken_as_a_set():
    days = DEFECTS["collection-policy/request/MaximumTermDays/minimum:dropped"]
    assert set(days.rules) == {f"collection-policy/request/MaximumTermDays/{facet}" for facet in ("minimum", "pattern")}
    debt = DEFECTS["collection-policy/request/DaysUncollectibleDebt/minimum:dropped"]
    assert debt.rules == ("collection-policy/request/DaysUncollectibleDebt/minimum",)


def test_a_demand_is_forgotten_by_each_reader_alone():
    rule = "collection-policy/request/AssignSeller/required"
    for name in ("json", "xml", "form"):
        assert DEFECTS[f"{rule}:not-in-{name}"].encodings == (name,)


# --- patterns ---------------------------------------------------------------------------------------------------------

LEFT_OUT = {
    # The baseline would be refused, and nothing could be told.
    "count-1-least-more", "count-4-least-more", "count-8-least-more",
    "class-2-no-lower-case", "class-3-no-lower-case", "class-5-no-lower-case", "class-6-no-lower-case",
    "class-7-no-lower-case",
    # A domain label of 99 characters does not fit into the 100 of an address.
    "count-6-more", "count-6-most-fewer",
    # The last label can always be read as the one before it: the texts are the same.
    "count-8-more", "count-9-more", "class-8-no-upper-case", "class-8-no-lower-case",
    # Only a top level that is in nobody's table tells them.
    "class-7-with-underscore", "class-7-with-hyphen", "class-8-with-underscore", "class-8-with-hyphen",
}  # fmt: skip


def test_every_mutant_of_the_mail_pattern_is_a_defect_but_those_that_no_text_may_tell():
    member = next(one for one in CONTRACT.operation.request.fields if one.name == "Email")
    pattern = member.constraint("pattern").pattern
    every = dict(mutants(pattern))
    kept = named("request/Email/pattern") & set(every)
    assert set(every) - kept == LEFT_OUT
    assert len(kept) > 50
    refused = {name for name, mutant in every.items() if not matches(mutant, str(CONTRACT.baseline["Email"]))}
    assert refused == {name for name in LEFT_OUT if name.endswith(("-least-more", "-no-lower-case"))} - {
        "class-8-no-lower-case"
    }


def test_a_pattern_that_several_members_state_is_one_constant():
    decimals = DEFECTS["collection-policy/request/MinimumInterest/pattern:count-3-more"]
    assert [edit[0] for edit in decimals.edits] == ["MinimumInterest", "MaximunInterest"]
    assert decimals.wide


# --- what came before -------------------------------------------------------------------------------------------------


def sent(state, defect, **changes):
    body = {name: value for name, value in {**CONTRACT.baseline, **changes}.items() if value is not ABSENT}
    headers = (("Content-Type", "application/json"), ("Accept", "application/json"))
    request = Request(method="POST", url="http://127.0.0.1/", headers=headers, body=json.encode(body))
    response, after = answer(CONTRACT, request, state, DEFECTS[f"collection-policy/request/{defect}"])
    return response.status, after


def test_a_check_that_is_skipped_behind_a_refusal_depends_on_the_order():
    first, state = sent(State(), "Email/pattern:after-refusal", Email="a@b")
    second, state = sent(state, "Email/pattern:after-refusal", Email="a@b")
    third, _ = sent(state, "Email/pattern:after-refusal", Email="a@b")
    assert (first, second, third) == (400, 200, 400)


def test_a_check_that_works_once_never_works_again():
    name = "DaysUncollectibleDebt/pattern:once"
    statuses, state = [], State()
    for _ in range(3):
        status, state = sent(state, name, Email="a@b")
        statuses.append(status)
    assert statuses == [400, 200, 200]


def test_a_demanded_member_that_was_sent_before_is_remembered():
    name = "GrantorTaxId/required:remembered"
    assert sent(State(), name, GrantorTaxId=ABSENT)[0] == 400
    _, state = sent(State(), name)
    assert sent(state, name, GrantorTaxId=ABSENT)[0] == 200
    assert sent(state, name, GrantorTaxId=None)[0] == 400, "null is no absence"
