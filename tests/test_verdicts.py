"""The table of verdicts, row by row: hand-made answers to the suite's own cases, judged and decided."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from conformance.codecs import json
from conformance.codecs.decoded import Malformed
from conformance.generate.plan import cases_of
from conformance.generate.subject import Subject
from conformance.judge import Judge
from conformance.judge.verdicts import MOST_EXCHANGES, decide, observed
from conformance.model import Exchange, Expect, Level, Outcome, Record, Reply, Response, Result
from conformance.reference import State, answer
from conformance.resources import cases_dir
from conformance.run.contracts import all_rules, contracts

CONTRACT = contracts()["collection-policy"]
RULES = {rule.id: rule for rule in all_rules().values() if rule.service == "collection-policy"}
ITEMS = [(rule, "json") for rule in RULES]
SUBJECT = Subject(
    contract=CONTRACT,
    encoding=CONTRACT.encoding("json"),
    url="http://127.0.0.1/api/CollectionPolicy",
    values=CONTRACT.baseline,
)
CASES = {
    case.id.removeprefix("collection-policy/json/"): case for case in cases_of(SUBJECT, "quick", RULES, cases_dir())
}
JUDGE = Judge(CONTRACT, RULES)
JSON = (("Content-Type", "application/json; charset=utf-8"),)
PASSED, FAILED, CANT_TELL, INAPPLICABLE, UNTESTED = Outcome


def response(status, tree=None, **members):
    body = json.encode(members or tree) if members or tree is not None else b""
    return Response(status=status, reason="", headers=JSON, body=body)


def taken(case, **changes):
    """The answer of a service that accepts the case's request and saves it."""
    try:
        sent = json.decode(case.request.body).tree
    except Malformed:
        sent = None
    members = CONTRACT.operation.request.fields
    saved = {member.name: sent.get(member.name) if isinstance(sent, dict) else None for member in members}
    envelope = {"success": True, "message": "", "messageDetail": [], "failureCode": "", "data": saved}
    return response(200, envelope | changes)


REFUSED = response(400, success=False, message="no", data=None)
NO = response(200, success=False, message="no", data=None)
BARE = response(422)
CRASH = Response(status=500, headers=(), body=b"")
DEAD = None


def record(number, slug, answered):
    case = slug if not isinstance(slug, str) else CASES[slug]
    given = answered(case) if callable(answered) else answered
    exchange = Exchange(
        id=f"x{number:05d}",
        case=case.id,
        request=case.request,
        response=given,
        error=None if given is not None else "reset by peer",
        started="",
        milliseconds=0.0,
    )
    return Record(case=case, exchange=exchange, judgement=JUDGE(case, exchange))


def run(*steps):
    """Records of (case, answer) in this order, one exchange each."""
    return [record(number, slug, answered) for number, (slug, answered) in enumerate(steps, start=1)]


def verdicts(*steps, **options):
    """Verdicts by rule, without the service, of the steps between two accepted baselines."""
    return decided(run(("baseline", taken), *steps, ("baseline", taken)), **options)


def decided(records, **options):
    found = decide(ITEMS, RULES, records, **options)
    assert [(verdict.rule, verdict.encoding) for verdict in found] == ITEMS
    return {verdict.rule.removeprefix("collection-policy/"): verdict for verdict in found}


def verdict(slug, answered, **options):
    """The verdict of the first rule of one case, so answered."""
    rule = CASES[slug].rules[0].removeprefix("collection-policy/")
    return verdicts((slug, answered), **options)[rule]


# --- accepted, refused, neither ---------------------------------------------------------------------------------------

NEITHER = [
    (status, response(status, success=False)) for status in (401, 403, 404, 405, 406, 409, 413, 415, 429, 500, 503)
]


@pytest.mark.parametrize("refusal", [REFUSED, NO, BARE, response(400), response(400, Message="no", ModelState={})])
def test_a_negative_that_is_refused_in_any_documented_way_passes(refusal):
    found = verdict("MaximumTermDays/maximum/outside", refusal)
    assert (found.outcome, found.level, found.findings) == (PASSED, Level.MUST, ())


def test_a_stated_constraint_that_is_not_enforced_is_a_must_failure():
    found = verdict("MaximumTermDays/maximum/outside", taken)
    assert (found.outcome, found.level) == (FAILED, Level.MUST)
    (finding,) = found.findings
    assert finding.path == "MaximumTermDays"
    assert "181" in finding.expected
    assert "refused" in finding.expected
    assert finding.observed.startswith("accepted: 200")
    assert found.exchanges == ("x00002",)


@pytest.mark.parametrize(("status", "answered"), NEITHER, ids=lambda value: value if isinstance(value, int) else "")
def test_what_is_neither_accepted_nor_refused_is_no_evidence_that_a_field_was_checked(status, answered):
    found = verdict("MaximumTermDays/maximum/outside", answered)
    assert found.outcome is CANT_TELL
    assert str(status) in found.reason


def test_a_redirect_and_an_empty_success_are_no_refusals():
    for answered in (
        Response(status=302, headers=(("Location", "/login"),), body=b""),
        response(204),
        response(200, {}),
    ):
        assert verdict("MaximumTermDays/maximum/outside", answered).outcome is CANT_TELL


def test_a_server_error_fails_the_rule_about_server_errors_as_a_should():
    found = verdicts(("MaximumTermDays/maximum/outside", CRASH))
    assert found["request/MaximumTermDays/maximum"].outcome is CANT_TELL
    assert (found["http/no-server-error"].outcome, found["http/no-server-error"].level) == (FAILED, Level.SHOULD)


def test_no_answer_says_nothing():
    found = verdicts(("MaximumTermDays/maximum/outside", DEAD))
    assert found["request/MaximumTermDays/maximum"].outcome is CANT_TELL
    assert "reset by peer" in found["request/MaximumTermDays/maximum"].reason
    assert found["http/no-server-error"].outcome is PASSED


# fmt: off
VALID = [
    (taken, PASSED), (REFUSED, FAILED), (NO, FAILED), (CRASH, FAILED), (response(405), FAILED),
    (response(200, {}), FAILED), (response(401), CANT_TELL), (response(429), CANT_TELL), (response(503), CANT_TELL),
    (DEAD, CANT_TELL), (Response(status=302, headers=(), body=b""), CANT_TELL),
]
# fmt: on


@pytest.mark.parametrize(("answered", "outcome"), VALID)
def test_a_valid_message_must_be_accepted(answered, outcome):
    assert verdict("MaximumTermDays/maximum/at", answered).outcome is outcome


# --- the baseline -----------------------------------------------------------------------------------------------------


def test_a_baseline_refused_at_first_leaves_every_rule_that_leans_on_it_undecided_with_the_servers_words():
    wrong = response(400, Message="GrantorTaxId unknown")
    found = decided(run(("baseline", wrong), ("MaximumTermDays/maximum/outside", REFUSED), ("baseline", wrong)))
    assert found["request/MaximumTermDays/maximum"].outcome is CANT_TELL
    assert "GrantorTaxId unknown" in found["request/MaximumTermDays/maximum"].reason


def test_a_baseline_refused_at_first_makes_nothing_of_a_violation_that_is_accepted():
    found = decided(run(("baseline", REFUSED), ("MaximumTermDays/maximum/outside", taken), ("baseline", REFUSED)))
    assert found["request/MaximumTermDays/maximum"].outcome is CANT_TELL


def test_a_baseline_refused_at_first_leaves_rules_about_answers_decided():
    found = decided(run(("baseline", Response(status=400, headers=JSON, body=b"{")), ("baseline", REFUSED)))
    assert found["envelope/well-formed"].outcome is FAILED
    assert found["http/no-server-error"].outcome is PASSED


@pytest.mark.parametrize("stale", [REFUSED, CRASH, response(429), DEAD])
def test_refusals_between_an_accepted_and_a_refused_baseline_do_not_count(stale):
    steps = run(
        ("baseline", taken),
        ("MaximumTermDays/maximum/outside", REFUSED),
        ("baseline", taken),
        ("MaximumTermDays/minimum/outside", REFUSED),
        ("baseline", stale),
        ("DaysUncollectibleDebt/maximum/outside", REFUSED),
        ("baseline", taken),
        ("ArMailName/max-length/over", REFUSED),
        ("baseline", taken),
    )
    found = decided(steps)
    assert found["request/MaximumTermDays/maximum"].outcome is PASSED
    assert found["request/MaximumTermDays/minimum"].outcome is CANT_TELL
    assert "x00005" in found["request/MaximumTermDays/minimum"].reason
    assert found["request/DaysUncollectibleDebt/maximum"].outcome is CANT_TELL
    assert found["request/ArMailName/max-length"].outcome is PASSED


def test_a_violation_that_is_accepted_stays_failed_also_beside_a_refused_baseline():
    steps = run(("baseline", taken), ("MaximumTermDays/maximum/outside", taken), ("baseline", REFUSED))
    assert decided(steps)["request/MaximumTermDays/maximum"].outcome is FAILED


def test_a_case_that_leans_on_a_counterpart_is_doubted_beside_a_refused_baseline_as_well():
    slug = "NotificationSchemaList/NotificationSchemaName/type/object"
    steps = [("NotificationSchemaList/echo/with", taken), ("baseline", taken), (slug, REFUSED)]
    rule = "request/NotificationSchemaList/NotificationSchemaName/type"
    assert decided(run(("baseline", taken), *steps, ("baseline", taken)))[rule].outcome is PASSED
    assert decided(run(("baseline", taken), *steps, ("baseline", REFUSED)))[rule].outcome is CANT_TELL


def test_a_run_that_was_cut_off_before_its_last_baseline_counts_what_follows_an_accepted_one():
    found = decided(run(("baseline", taken), ("MaximumTermDays/maximum/outside", REFUSED)))
    assert found["request/MaximumTermDays/maximum"].outcome is PASSED


def test_without_any_baseline_nothing_is_decided():
    found = decided(run(("MaximumTermDays/maximum/outside", REFUSED)))
    assert found["request/MaximumTermDays/maximum"].outcome is CANT_TELL
    assert "was not sent" in found["request/MaximumTermDays/maximum"].reason


# --- rows of the table ------------------------------------------------------------------------------------------------

# fmt: off
ENFORCED = [
    ("Email/required/absent", Level.MUST), ("Email/required/null", Level.MUST),
    ("Email/not-blank/empty", Level.SHOULD), ("Email/not-blank/spaces", Level.SHOULD),
    ("Email/type/object", Level.MUST), ("ShowDocumentDetail/type/word", Level.MUST),
    ("MaximumTermDays/type/word", Level.MUST), ("MaximumTermDays/strict-type/text", Level.SHOULD),
    ("MaximumTermDays/strict-type/fraction", Level.SHOULD), ("ShowDocumentDetail/strict-type/text", Level.SHOULD),
    ("ShowDocumentDetail/strict-type/one", Level.SHOULD), ("MinimumInterest/pattern/decimals-50.125", Level.MUST),
    ("MinimumInterest/maximum/outside", Level.MUST), ("MinimumInterest/maximum-step/step", Level.SHOULD),
    ("DefaultNotificationSchemaId/type/word", Level.MUST), ("envelope/malformed/truncated", Level.SHOULD),
    ("envelope/request-root/list", Level.SHOULD),
]
OBSERVED = [
    "IsAfiliatedCC/optional/null", "MaximumTermDays/type/point-zero", "MaximumTermDays/type/exponent",
    "envelope/malformed/plus-sign", "envelope/malformed/trailing-comma", "NotificationSchemaList/type/empty",
    "http/unsupported-media-type/none", "example/policies.toml#10", "ArMailName/max-length/astral",
]
# fmt: on


@pytest.mark.parametrize(("slug", "level"), ENFORCED, ids=str)
def test_a_row_that_demands_a_refusal_fails_at_its_level_where_there_is_none(slug, level):
    assert (verdict(slug, REFUSED).outcome, verdict(slug, REFUSED).level) == (PASSED, level)
    assert (verdict(slug, taken).outcome, verdict(slug, taken).level) == (FAILED, level)


@pytest.mark.parametrize("slug", OBSERVED)
def test_a_row_that_observes_decides_nothing_and_says_what_was_seen(slug):
    for answered, words in ((REFUSED, "refused: 400"), (taken, "accepted")):
        records = run(("baseline", taken), (slug, answered), ("baseline", taken))
        plain = decided(run(("baseline", taken), ("baseline", taken)))
        assert {rule for rule, one in decided(records).items() if one.outcome is not plain[rule].outcome} <= {
            "response/success/refusal"
        }
        (seen,) = (one for one in observed(records, RULES) if one.exchanges == ("x00002",))
        assert words in seen.sentence
        assert seen.rule == CASES[slug].rules[0]


def test_an_optional_member_left_out_must_be_accepted():
    assert verdict("IsAfiliatedCC/optional/absent", taken).outcome is PASSED
    found = verdict("IsAfiliatedCC/optional/absent", REFUSED)
    assert (found.outcome, found.level) == (FAILED, Level.MUST)


def test_enforcement_that_is_advisory_turns_stated_request_rules_into_shoulds():
    advisory = {"enforcement": {"collection-policy": "advisory"}}
    found = verdicts(("MaximumTermDays/maximum/outside", taken), **advisory)
    assert found["request/MaximumTermDays/maximum"].level is Level.SHOULD
    assert found["request/MaximumTermDays/maximum"].outcome is FAILED
    assert {one.level for rule, one in found.items() if rule.startswith("request/")} == {Level.SHOULD}
    assert found["response/success/type"].level is Level.MUST
    assert found["envelope/well-formed"].level is Level.MUST
    must = verdicts(("MaximumTermDays/maximum/outside", taken), enforcement={"collection-policy": "must"})
    assert must["request/MaximumTermDays/maximum"].level is Level.MUST


def test_one_case_serves_an_implied_set_and_every_rule_of_it_fails():
    found = verdicts(("MaximumTermDays/minimum/outside", taken))
    assert found["request/MaximumTermDays/minimum"].outcome is FAILED
    assert found["request/MaximumTermDays/pattern"].outcome is FAILED
    found = verdicts(("DaysUncollectibleDebt/minimum/outside", taken))
    assert found["request/DaysUncollectibleDebt/minimum"].outcome is FAILED
    assert found["request/DaysUncollectibleDebt/pattern"].outcome is UNTESTED


# --- pairs and business data ------------------------------------------------------------------------------------------


def test_an_ordered_pair_counts_only_where_its_counterpart_was_accepted():
    one, other = "MaximunInterest/maximum/at", "MinimumInterest/maximum/at"
    rule = "request/MinimumInterest/maximum"
    assert verdicts((one, taken), (other, REFUSED))[rule].outcome is FAILED
    assert verdicts((one, taken), (other, taken))[rule].outcome is PASSED
    refused = verdicts((one, REFUSED), (other, REFUSED))
    assert refused[rule].outcome is CANT_TELL
    assert (
        "counterpart collection-policy/json/MaximunInterest/maximum/at was not accepted (refused)"
        in refused[rule].reason
    )
    assert refused["request/MaximunInterest/maximum"].outcome is FAILED
    assert "not sent" in verdicts((other, REFUSED))[rule].reason


def test_user_id_is_optional_by_the_pair_with_and_without_it():
    rule = "request/UserId/optional"
    without = CASES["UserId/optional/absent"]
    assert verdicts(("UserId/echo/with", taken), (without, taken))[rule].outcome is PASSED
    # The target knows the user and wants one: what is documented as optional is demanded.
    records = run(("baseline", REFUSED), (without, REFUSED), ("UserId/echo/with", taken), ("baseline", REFUSED))
    found = decided(records)[rule]
    assert (found.outcome, found.level) == (FAILED, Level.MUST)
    # The target does not know the user; that it takes a request without one is shown all the same.
    unknown = verdicts(("UserId/echo/with", REFUSED), (without, taken))
    assert unknown[rule].outcome is PASSED


def test_an_unknown_reference_that_is_refused_cannot_tell_with_the_servers_words():
    found = verdicts(("UserId/echo/with", response(400, Message="no such user")))
    echo = found["response/data/UserId/echo"]
    assert echo.outcome is CANT_TELL
    assert "no such user" in echo.reason
    assert "business" in echo.reason


def test_a_refusal_of_interests_the_wrong_way_round_is_an_observation():
    case = CASES["example/policies.toml#10"]
    assert case.expect is Expect.OBSERVE
    records = run(("baseline", taken), (case, REFUSED), ("baseline", taken))
    assert decided(records)["request/MinimumInterest/maximum"].outcome is UNTESTED


# --- answers ----------------------------------------------------------------------------------------------------------


def about_answers(**changes):
    return decided(run(("baseline", lambda case: taken(case, **changes)), ("baseline", taken)))


def failed(found):
    return {(rule, one.level) for rule, one in found.items() if one.outcome is FAILED}


def saved(case=None, **changes):
    tree = json.decode((case or CASES["baseline"]).request.body).tree
    return {name: value for name, value in (tree | changes).items() if value is not ...}


def test_the_documented_answer_passes_what_it_shows():
    found = about_answers()
    assert failed(found) == set()
    assert {one.outcome for rule, one in found.items() if rule.startswith("response/data/Email")} == {PASSED}


@pytest.mark.parametrize("name", ["message", "messageDetail", "failureCode"])
def test_texts_that_are_null_in_every_answer_are_inapplicable(name):
    quiet = {"message": None, "messageDetail": None, "failureCode": None}
    found = decided(
        run(("baseline", lambda case: taken(case, **quiet)), ("baseline", lambda case: taken(case, **quiet)))
    )
    assert found[f"response/{name}/type"].outcome is INAPPLICABLE
    assert failed(found) == set()


def test_presence_and_echo_of_what_was_saved_are_shoulds():
    assert failed(about_answers(data=None)) == {("response/data/required", Level.SHOULD)}
    assert failed(about_answers(data=saved(Email=...))) == {("response/data/Email/echo", Level.SHOULD)}
    assert failed(about_answers(data=saved(MaximumTermDays=61))) == {
        ("response/data/MaximumTermDays/echo", Level.SHOULD)
    }


def test_type_and_name_of_what_is_present_are_musts():
    assert failed(about_answers(message=5)) == {("response/message/type", Level.MUST)}
    recased = saved(Email=..., email="cobranza@mail.test")
    assert failed(about_answers(data=recased)) == {("response/data/Email/name", Level.MUST)}


def test_a_missing_parent_is_one_failure_and_its_children_are_untested():
    missing = [("baseline", lambda case: taken(case, data=None)), ("baseline", lambda case: taken(case, data=None))]
    found = decided(run(*missing))
    assert failed(found) == {("response/data/required", Level.SHOULD)}
    child = found["response/data/Email/type"]
    assert (child.outcome, child.reason) == (UNTESTED, "blocked by response/data/required")


def test_further_members_of_an_answer_are_an_observation():
    records = run(("baseline", lambda case: taken(case, version=1)), ("baseline", lambda case: taken(case, version=1)))
    assert failed(decided(records)) == set()
    (seen,) = observed(records, RULES)
    assert "version" in seen.sentence
    assert seen.exchanges == ("x00001", "x00002")


def test_a_refusal_that_says_success_is_a_must_failure():
    slug = "MaximumTermDays/maximum/outside"
    found = verdicts((slug, response(400, success=True)))
    assert failed(found) == {("response/success/refusal", Level.MUST)}
    assert found["request/MaximumTermDays/maximum"].outcome is PASSED
    assert verdicts((slug, REFUSED))["response/success/refusal"].outcome is PASSED
    bare = verdicts((slug, BARE))["response/success/refusal"]
    assert (bare.outcome, bare.reason) == (INAPPLICABLE, "no refusal carried success")


def test_success_that_is_no_boolean_true_is_not_accepted_and_fails_its_type():
    found = decided(run(("baseline", lambda case: taken(case, success="true"))))
    assert failed(found) == {("response/success/type", Level.MUST)}


def test_an_integral_number_with_a_point_is_an_integer_for_both_opinions():
    def pointed(case):
        body = taken(case).body.replace(b'"MaximumTermDays":60', b'"MaximumTermDays":60.0')
        return Response(status=200, headers=JSON, body=body)

    records = run(("baseline", pointed), ("baseline", taken))
    assert b"60.0" in records[0].exchange.response.body
    assert records[0].judgement.disagreements == ()
    assert failed(decided(records)) == set()


# --- how evidence adds up ---------------------------------------------------------------------------------------------


def test_what_was_not_sent_is_untested_with_the_reason():
    found = verdicts(unsent={("collection-policy/request/Email/required", "json"): "left out: the budget is spent"})
    one = found["request/Email/required"]
    assert (one.outcome, one.reason, one.exchanges) == (UNTESTED, "left out: the budget is spent", ())
    assert found["request/ArMailName/required"].reason == "no exchange bears on it"


def test_evidence_that_is_partly_missing_does_not_pass():
    reason = {("collection-policy/request/Email/required", "json"): "interrupted"}
    found = verdicts(("Email/required/absent", REFUSED), unsent=reason)["request/Email/required"]
    assert (found.outcome, found.reason) == (UNTESTED, "interrupted")
    found = verdicts(("Email/required/absent", taken), unsent=reason)["request/Email/required"]
    assert found.outcome is FAILED


def synthetic(outcomes, rule="collection-policy/http/no-server-error"):
    base = record(1, "baseline", taken)
    for number, outcome in enumerate(outcomes, start=1):
        result = Result(rule=rule, outcome=outcome, reason="" if outcome in {PASSED, FAILED} else f"because {outcome}")
        exchange = replace(base.exchange, id=f"x{number:05d}")
        yield replace(
            base, exchange=exchange, judgement=replace(base.judgement, exchange=exchange.id, results=(result,))
        )


PRECEDENCE = [FAILED, CANT_TELL, PASSED, UNTESTED, INAPPLICABLE]


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(PRECEDENCE, 2)))
def test_of_two_outcomes_the_graver_decides_in_either_order(one, other):
    for outcomes in ((one, other), (other, one)):
        found = decided(synthetic(outcomes))["http/no-server-error"]
        assert found.outcome is one
        assert found.exchanges == (f"x{outcomes.index(one) + 1:05d}",)


def test_a_rule_over_every_answer_names_fifty_exchanges_at_most():
    found = decided(synthetic([PASSED] * 80))["http/no-server-error"]
    assert len(found.exchanges) == MOST_EXCHANGES == 50
    again = list(synthetic([PASSED] * 80))
    for place in (10, 20, 60):
        one = again[place]
        again[place] = replace(one, exchange=replace(one.exchange, id=f"x{place:05d}.r1.1"))
    named = decided(again)["http/no-server-error"].exchanges
    # What a resumed run asked again takes the place of none.
    assert [name for name in named if ".r" not in name][-1] == "x00052"
    assert len(named) == 52


def test_the_order_of_arrival_does_not_matter():
    records = run(
        ("baseline", taken),
        ("MaximumTermDays/maximum/outside", taken),
        ("UserId/echo/with", taken),
        ("Email/required/absent", REFUSED),
        ("baseline", taken),
    )
    expected = decide(ITEMS, RULES, records)
    assert all(decide(ITEMS, RULES, turned) == expected for turned in itertools.permutations(records))


def test_a_disagreement_of_the_two_opinions_makes_that_verdict_cant_tell():
    records = run(("baseline", taken), ("baseline", taken))
    rule = "collection-policy/response/success/type"
    doubtful = replace(records[0], judgement=replace(records[0].judgement, disagreements=(rule,)))
    found = decided([doubtful, records[1]])
    assert found["response/success/type"].outcome is CANT_TELL
    assert found["response/success/type"].reason == "suite disagreement over exchange x00001"
    assert found["response/success/name"].outcome is PASSED


def test_the_judge_tells_where_the_schema_says_otherwise(monkeypatch):
    judge = Judge(CONTRACT, RULES)
    rule = "collection-policy/response/message/type"
    monkeypatch.setattr(judge._opinions, "of", lambda *_: frozenset({rule}))
    first = record(1, "baseline", taken)
    assert judge(first.case, first.exchange).disagreements == (rule,)
    assert first.judgement.disagreements == ()


def test_a_finding_is_told_once_however_often_it_was_seen():
    records = run(*[("baseline", lambda case: taken(case, message=5))] * 3)
    assert len(decided(records)["response/message/type"].findings) == 1


def test_an_encoding_without_an_exchange_is_untested():
    (one,) = decide([("collection-policy/request/Email/required", "xml")], RULES, run(("baseline", taken)))
    assert (one.outcome, one.encoding) == (UNTESTED, "xml")


def test_observations_of_requests_need_a_good_baseline():
    slug = "MaximumTermDays/type/exponent"
    assert observed(run(("baseline", REFUSED), (slug, REFUSED), ("baseline", REFUSED)), RULES) == ()


def test_all_five_outcomes_occur_in_one_run():
    found = verdicts(
        ("MaximumTermDays/maximum/outside", taken),
        ("Email/required/absent", BARE),
        ("ArMailName/required/absent", response(404)),
    )
    assert {one.outcome for one in found.values()} == set(Outcome)


def test_the_same_exchange_gives_the_same_judgement():
    one, again = record(1, "baseline", REFUSED), record(1, "baseline", REFUSED)
    assert one.judgement == again.judgement
    assert one.judgement.reply is Reply.REFUSED


def test_the_reference_answers_every_case_of_this_table_as_documented():
    for slug, _ in ENFORCED:
        given, _ = answer(CONTRACT, CASES[slug].request, State())
        assert verdict(slug, given).outcome is PASSED
