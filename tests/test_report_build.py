"""The outcome of a run, its exit status, its one sentence, its counts and its notices."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import ConformanceError
from conformance.model import Level, Outcome, Report, Verdict
from conformance.report.build import build
from conformance.report.decision_rules import decision_rules
from conformance.report.headline import in_part
from conformance.target.journal import RunLog
from tests.report_samples import (
    EMAIL,
    FINDINGS,
    INTEREST,
    PASSED,
    RECORDS,
    STEP,
    SUCCESS,
    URL,
    USER,
    WAIVER,
    header,
    hostile,
    log,
    record,
    verdict,
)

FAILED = verdict(EMAIL, Outcome.FAILED, findings=FINDINGS[:1], exchanges=("x00002",))
SHOULD_FAILED = verdict(STEP, Outcome.FAILED, level=Level.SHOULD, findings=FINDINGS[:1])


LOG = ("ended", "stopped", "problems", "pending", "folder")


def built(*verdicts: Verdict, header_changes: dict[str, Any] | None = None, **options: Any) -> Report:
    kept = {name: options.pop(name) for name in LOG if name in options}
    return build(log(RECORDS[:1], **(header_changes or {}), **kept), verdicts, (), **options)


def without_verdict(name: str, reason: str, outcome: Outcome = Outcome.CANT_TELL) -> Verdict:
    return verdict(name, outcome, reason=reason)


def test_all_must_rules_passed_conforms_and_exits_0() -> None:
    report = built(*PASSED)
    assert (report.outcome, report.exit_status) == ("conforms", 0)
    assert report.sentence == f"collection-policy at {URL} conforms: 3 of 3 MUST rules passed in json."


def test_a_failed_must_does_not_conform_and_exits_1_naming_the_rule() -> None:
    report = built(*PASSED, FAILED)
    assert (report.outcome, report.exit_status) == ("does-not-conform", 1)
    assert report.sentence == f"collection-policy at {URL} does not conform: 1 of 4 MUST rules failed in json: {EMAIL}."


def test_the_sentence_names_three_failed_rules_and_counts_the_others() -> None:
    many = [verdict(f"collection-policy/request/F{n}/type", Outcome.FAILED) for n in range(5)]
    ids = "collection-policy/request/F0/type, collection-policy/request/F1/type, collection-policy/request/F2/type"
    assert built(*many).sentence.endswith(f"5 of 5 MUST rules failed in json: {ids} and 2 more.")


def test_of_several_services_the_sentence_has_the_names_and_one_number_each() -> None:
    other = [replace(v, service="envio-correo", encoding=e) for v in PASSED for e in ("soap-1.1", "soap-1.2")]
    scope = {"scope": {"services": ["collection-policy", "envio-correo"]}}
    report = built(*PASSED, FAILED, *other, header_changes=scope)
    assert report.sentence == (
        f"collection-policy does not conform: 1 of 4 MUST rules failed in collection-policy: {EMAIL}."
    )
    broken = replace(FAILED, rule="envio-correo/envelope/version", service="envio-correo")
    report = built(*PASSED, FAILED, *other, broken, header_changes=scope)
    assert report.sentence == (
        "collection-policy and envio-correo do not conform: 1 of 4 MUST rules failed in collection-policy and 1 of 7 "
        f"in envio-correo: {EMAIL} and envio-correo/envelope/version."
    )
    report = built(*PASSED, *other, header_changes=scope)
    assert report.sentence == (
        "collection-policy and envio-correo conform: 3 of 3 MUST rules passed in collection-policy and 6 of 6 in "
        "envio-correo."
    )


def test_a_part_that_conforms_is_called_a_part_in_the_sentence_itself() -> None:
    """Who reads no further must not take a look at the baseline for conformance."""
    scope = {
        "services": ["collection-policy"],
        "selection": "service collection-policy; depth smoke: the baseline alone",
    }
    assert built(*PASSED, header_changes={"scope": scope}).sentence == (
        f"collection-policy at {URL} conforms: 3 of 3 MUST rules passed in json; "
        "only a part was tested: depth smoke: the baseline alone."
    )
    assert in_part(built(*PASSED, header_changes={"scope": scope}))
    scope["selection"] = "service collection-policy"
    whole = built(*PASSED, header_changes={"scope": scope})
    assert "part" not in whole.sentence
    assert not in_part(whole)


def test_untested_rules_are_never_part_of_the_denominator() -> None:
    report = built(*PASSED, FAILED, without_verdict(USER, "budget", Outcome.UNTESTED))
    assert "1 of 4 tested MUST rules failed in json" in report.sentence
    assert report.sentence.endswith("; 1 untested.")


def test_a_failed_should_conforms_and_is_told() -> None:
    report = built(*PASSED, SHOULD_FAILED)
    assert (report.outcome, report.exit_status) == ("conforms", 0)
    assert report.sentence.endswith("3 of 3 MUST rules passed in json; 1 SHOULD rule failed.")


def test_a_failed_should_decides_a_strict_run() -> None:
    report = built(*PASSED, SHOULD_FAILED, header_changes={"strict": True})
    assert (report.outcome, report.exit_status) == ("does-not-conform", 1)
    assert f"1 of 1 SHOULD rule failed in json: {STEP}" in report.sentence
    assert any("strict" in sentence for sentence in report.decision_rules)


def test_a_service_of_which_no_rule_was_selected_is_not_said_to_conform() -> None:
    report = built(*PASSED, header_changes={"scope": {"services": ["collection-policy", "envio-correo"]}})
    assert report.exit_status == 0
    assert "envio-correo" not in report.sentence
    assert report.scope["services"] == ["collection-policy", "envio-correo"]


def test_a_failed_may_never_decides() -> None:
    report = built(*PASSED, verdict(USER, Outcome.FAILED, level=Level.MAY), header_changes={"strict": True})
    assert report.exit_status == 0


def test_a_live_waiver_lets_a_failed_must_conform_and_is_told() -> None:
    report = built(*PASSED[:2], verdict(SUCCESS, Outcome.FAILED, waiver=WAIVER))
    assert (report.outcome, report.exit_status) == ("conforms", 0)
    assert "2 of 3 MUST rules passed in json; 1 failed and is waived" in report.sentence
    assert report.counts["collection-policy"]["MUST"]["waived"] == 1


def test_an_expired_waiver_excuses_nothing() -> None:
    report = built(*PASSED[:2], verdict(SUCCESS, Outcome.FAILED, waiver=WAIVER | {"expiry": "2026-03-03"}))
    assert report.exit_status == 1


def test_a_waiver_holds_through_its_last_day() -> None:
    report = built(*PASSED[:2], verdict(SUCCESS, Outcome.FAILED, waiver=WAIVER | {"expiry": "2026-03-04"}))
    assert report.exit_status == 0


@pytest.mark.parametrize(
    "reason",
    [
        "the baseline was refused (400): 'RFC unknown'",
        "the baseline was answered 401, which says nothing about the request",
        "the baseline was answered 302 to https://login.example.com/",
        "the baseline was answered 200 with text/html, not with the documented message",
        "the baseline was answered 500",
        "no answer: connection refused",
    ],
)
def test_a_target_that_cannot_be_judged_gets_a_sentence_with_its_reason(reason: str) -> None:
    report = built(without_verdict(EMAIL, reason), without_verdict(INTEREST, reason))
    assert (report.outcome, report.exit_status) == ("inconclusive", 6)
    assert report.sentence == (
        f"collection-policy at {URL} is inconclusive: {reason}; 2 of 2 MUST rules are undecided in json."
    )


def test_the_sentence_prefers_a_cause_to_what_it_blocks() -> None:
    blocked = [without_verdict(name, f"blocked by {EMAIL}", Outcome.UNTESTED) for name in (INTEREST, SUCCESS)]
    report = built(*blocked, without_verdict(EMAIL, "masked"))
    assert "is inconclusive: masked; " in report.sentence


def test_server_words_in_the_sentence_stay_on_one_safe_line() -> None:
    report = built(without_verdict(EMAIL, "the server said\n\x1b[31m'no'"))
    assert "the server said ␛[31m'no';" in report.sentence


def test_a_must_without_an_exchange_is_never_green() -> None:
    report = built(*PASSED, without_verdict(EMAIL, "", Outcome.UNTESTED))
    assert report.exit_status == 6
    assert f"{EMAIL} is untested" in report.sentence


def test_no_evidence_at_any_level_is_inconclusive() -> None:
    only_should = verdict(STEP, Outcome.CANT_TELL, level=Level.SHOULD, reason="no answer: connection refused")
    report = built(only_should)
    assert report.exit_status == 6
    assert "no answer: connection refused; 1 of 1 SHOULD rule is undecided in json" in report.sentence


def test_a_part_without_must_rules_conforms_by_its_should_rules() -> None:
    report = built(verdict(STEP, Outcome.PASSED, level=Level.SHOULD))
    assert report.exit_status == 0
    assert report.sentence.endswith("no MUST rule was in scope; 1 of 1 SHOULD rule passed in json.")


def test_inapplicable_rules_decide_nothing() -> None:
    assert built(*PASSED, verdict(EMAIL, Outcome.INAPPLICABLE)).exit_status == 0
    assert built(verdict(EMAIL, Outcome.INAPPLICABLE)).exit_status == 6


def test_one_service_without_evidence_keeps_two_services_inconclusive() -> None:
    scope = header()["scope"] | {"services": ["collection-policy", "envio-correo"]}
    silent = verdict("envio-correo/envelope/fault-status", Outcome.UNTESTED, level=Level.SHOULD, reason="no answer")
    report = built(*PASSED, silent, header_changes={"scope": scope})
    assert report.exit_status == 6
    assert "envio-correo are inconclusive: " in report.sentence


def test_two_encodings_are_counted_apart() -> None:
    both = [*PASSED, *(Verdict(**{**_values(v), "encoding": "xml"}) for v in PASSED[:2])]
    assert built(*both).sentence.endswith("3 of 3 MUST rules passed in json and 2 of 2 in xml.")


def _values(of: Verdict) -> dict[str, Any]:
    return {name: getattr(of, name) for name in Verdict.__dataclass_fields__}


def test_exit_statuses_follow_their_precedence() -> None:
    undecided = without_verdict(USER, "masked")
    broken: dict[str, Any] = {"ended": False, "interrupted": True}
    assert built(FAILED, undecided, disagreements=(USER,), problems=("line 2",), **broken).exit_status == 3
    assert built(FAILED, undecided, problems=("line 2",), **broken).exit_status == 4
    assert built(FAILED, undecided, **broken).exit_status == 2
    assert built(FAILED, undecided, ended=False).exit_status == 1
    assert built(*PASSED, ended=False).exit_status == 6
    assert built(selected_nothing=True, ended=False).exit_status == 6
    assert built(FAILED, undecided).exit_status == 1
    assert built(undecided).exit_status == 6
    assert built(selected_nothing=True).exit_status == 5


def test_an_interrupted_run_says_how_far_it_came() -> None:
    report = built(*PASSED, ended=False, stopped="was interrupted")
    assert report.outcome == "inconclusive"
    assert report.sentence.endswith("is inconclusive: the run was interrupted when 1 of 8 requests had an answer.")
    killed = built(*PASSED, ended=False)
    assert killed.sentence.endswith("is inconclusive: the run was killed when 1 of 8 requests had an answer.")


def test_a_run_that_ended_over_its_wsdl_counts_no_requests() -> None:
    """What was fetched to make a plan is no part of one."""
    fetched = replace(log(ended=False), fetched=(replace(RECORDS[0].exchange, id="w00001"),))
    del fetched.header["plan"]  # type: ignore[attr-defined]
    assert build(fetched, (), ()).sentence.endswith("is inconclusive: the run was killed before it had a plan.")


def test_a_run_that_did_not_end_says_how_to_go_on_with_it() -> None:
    told = "\n".join(built(*PASSED, ended=False, folder=Path("my runs/one"), pending=("x00002",)).notices)
    assert "`conformance check --resume 'my runs/one'` sends what is missing, with --resend also" in told
    assert "--resume" not in "\n".join(built(*PASSED, ended=False, folder=Path("r"), problems=("line 2",)).notices)


def test_of_a_damaged_journal_nothing_is_held_to_conform() -> None:
    report = built(*PASSED, problems=tuple(f"run.jsonl, line {number}: torn" for number in range(2, 15)))
    assert (report.outcome, report.exit_status) == ("inconclusive", 4)
    assert report.sentence.endswith("is inconclusive: 13 lines of its journal are damaged.")
    assert "Damaged: run.jsonl, line 2: torn." in report.notices
    assert "Damaged: 3 lines more." in report.notices
    assert built(FAILED, problems=("line 2",)).outcome == "does-not-conform"


def test_nothing_selected_says_so() -> None:
    report = built(selected_nothing=True)
    assert report.outcome == "inconclusive"
    assert report.sentence.endswith("nothing was selected, so nothing was tested.")


def test_counts_hold_every_level_and_outcome_of_every_service() -> None:
    report, _ = hostile()
    assert report.counts == {
        "collection-policy": {
            "MUST": _row(passed=2, failed=2, tested=4, waived=1) | {"cant-tell": 1},
            "SHOULD": _row(failed=1, tested=1, untested=1),
            "MAY": _row(),
        }
    }


def _row(**known: int) -> dict[str, int]:
    names = ("passed", "failed", "cant-tell", "inapplicable", "untested", "tested", "waived")
    return dict.fromkeys(names, 0) | known


def test_a_run_against_a_real_target_says_what_it_overwrote() -> None:
    told = "This run wrote to collection-policy: the earlier policy was overwritten."
    assert told in built(*PASSED).notices


def test_a_run_of_a_service_whose_effect_nobody_read_says_that_it_may_have_written() -> None:
    known = header()["contracts"]["collection-policy"] | {"effect": ""}
    report = built(*PASSED, header_changes={"contracts": {"collection-policy": known}})
    assert "This run wrote to collection-policy: accepted requests may have written data." in report.notices


def test_a_run_in_which_nothing_was_accepted_overwrote_nothing() -> None:
    report = build(log(RECORDS[3:4]), PASSED, ())
    assert not any("overwritten" in notice for notice in report.notices)


def test_a_run_against_the_reference_has_nothing_to_confess() -> None:
    target = header()["target"] | {"reference": True, "tls_verify": False}
    assert built(*PASSED, header_changes={"target": target}).notices == ()


def test_notices_tell_all_that_a_reader_must_know() -> None:
    base = header()
    service = base["target"]["services"]["collection-policy"]
    service |= {"enforcement": "advisory", "values_defaulted": ["GrantorTaxId", "UserId"]}
    run = log(
        RECORDS,
        target=base["target"] | {"tls_verify": False},
        scope=base["scope"] | {"selection": "--rules '*/pattern'", "not_covered": ["XML is not covered yet"]},
        notices=["a word of the header"],
        left_out={"a": "budget of 2 requests", "b": "budget of 2 requests"},
        unsent={"x00006": "the run stopped"},
        pending=("x00005",),
        problems=("line 9 is torn",),
        ended=False,
        stopped="was interrupted",
    )
    told = "\n".join(build(run, PASSED, (), disagreements=(EMAIL, EMAIL)).notices)
    for part in (
        f"disagree, which is a defect of the suite: {EMAIL}.",
        "The run was interrupted",
        "a word of the header.",
        "Only a part was tested: --rules '*/pattern'.",
        "XML is not covered yet.",
        'For collection-policy the target file says enforcement = "advisory"',
        'effects = "allow"',
        "TLS certificates were not verified",
        "no value for GrantorTaxId and UserId",
        "1 request sent, answer unknown: x00005.",
        "2 cases not sent: budget of 2 requests.",
        "1 request not sent: the run stopped.",
        "Damaged: line 9 is torn.",
    ):
        assert part in told


def test_decision_rules_speak_of_the_services_in_scope_only() -> None:
    told = " ".join(built(*PASSED).decision_rules)
    assert "Refused means 400 or 422" in told
    assert "fault" not in told


def told(*, accepted: str | None, echo: str = "", encodings: tuple[str, ...] = ("json", "xml")) -> tuple[str, ...]:
    facts = {} if accepted is None else {"accepted": accepted, "echo": echo}
    scope = {"services": ["library"], "encodings": {"library": list(encodings)}}
    return decision_rules({"scope": scope, "contracts": {"library": facts}}, strict=False)


def test_decision_rules_name_the_member_that_tells_acceptance() -> None:
    rules = told(accepted="kept", echo="loan")
    assert "Accepted means a 2xx answer with kept true." in rules
    assert "A refusal need not use the documented answer, but it must not say kept true." in rules
    assert any(rule.startswith("Saved values") for rule in rules)
    assert not any("{" in rule or "success" in rule for rule in rules)


def test_decision_rules_of_a_service_without_such_a_member_go_by_the_status() -> None:
    rules = told(accepted="")
    assert "Refused means 400 or 422, where the document has no member that tells acceptance." in rules
    assert not any("true" in rule or rule.startswith("Saved values") for rule in rules)


def test_decision_rules_follow_the_encodings_and_not_the_name_of_a_service() -> None:
    rules = told(accepted="", encodings=("soap-1.1",))
    assert "Fault codes are judged, fault texts never." in rules
    assert not any("2xx" in rule for rule in rules)


def test_a_journal_of_the_first_version_is_told_as_it_was() -> None:
    assert "Accepted means a 2xx answer with success true." in told(accepted=None)


def test_scope_counts_the_requests_by_exchange_and_not_by_rider() -> None:
    report, _ = hostile(pending=("x00005",))
    assert report.scope["requests"] == {"planned": 8, "sent": 5, "answered": 3}


def test_the_same_journal_gives_the_same_report() -> None:
    assert hostile()[0] == hostile()[0]


def test_a_dead_exchange_is_sent_but_not_answered() -> None:
    report = build(log((record(1, (USER,), error="timed out"),)), PASSED, ())
    assert report.scope["requests"] == {"planned": 8, "sent": 1, "answered": 0}


def test_an_answer_that_the_judge_could_not_read_is_our_bug() -> None:
    report = build(log(unjudged=(RECORDS[1].exchange,)), PASSED, ())
    assert report.exit_status == 3
    assert "The judge of this suite failed over x00001" in report.notices[0]
    assert report.scope["requests"]["answered"] == 1


def test_the_end_of_the_run_is_told_where_it_came_to_one() -> None:
    assert build(log(end={"at": "2026-03-04T15:01:00Z"}), PASSED, ()).suite["ended"] == "2026-03-04T15:01:00Z"
    assert "ended" not in build(log(), PASSED, ()).suite


def test_a_journal_without_a_header_is_a_users_error() -> None:
    with pytest.raises(ConformanceError, match=r"r/run\.jsonl: no header line; without it there is nothing to report"):
        build(RunLog(problems=("r/run.jsonl: no header line",)), (), ())
