"""What a summary of recordings comes to: verdicts of two parties, one sentence, an exit status, and what is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from conformance.errors import ConformanceError
from conformance.model import CONSUMER, PROVIDER, Exchange, Level, Outcome, Report, Verdict
from conformance.report.audit.verdicts import ASKED, UNSEEN, outcome_of
from conformance.report.reading import read_report
from conformance.run.audited import AuditFacts, header_of, journal_of, record_of
from conformance.run.contracts import all_rules
from conformance.run.rendering import log_of, report_of
from conformance.target.journal import Journal
from conformance.target.journal.header import header_mistake
from conformance.target.settings import ServiceTarget, Target
from conformance.traffic.keeping import kept, numbered, summary_from
from conformance.traffic.recording import Place
from conformance.traffic.summary import Key, Occurrence, Seen, Summary, Tally
from tests.audit_samples import (
    CORREO,
    DATE,
    EMAIL,
    FILES,
    POLICY,
    STRING,
    SUCCESS,
    TAX_ID,
    TOO_LARGE,
    TYPE,
    USER,
    VALID,
    at,
    clean,
    example,
    exchange,
    facts,
    failing,
    summary,
)

STRICT_TYPE = f"{POLICY}/request/UserId/strict-type"


def report(of: Summary | None = None, tmp: Path | None = None, *, stopped: str = "", **changes: object) -> Report:
    assert tmp is not None
    journal_of(tmp, summary() if of is None else of, facts(**changes), stopped=stopped)
    return report_of(log_of(tmp), interrupted=bool(stopped))


def found(of: Report, rule: str, party: str) -> Verdict:
    (one,) = [verdict for verdict in of.verdicts if verdict.rule == rule and verdict.party == party]
    return one


def only(**tallies: Tally) -> Summary:
    """One of the provider's answers, and what is named."""
    names = {"success": Key(PROVIDER, SUCCESS, "json"), "email": Key(CONSUMER, EMAIL, "json")}
    return replace(clean(), tallies={names[name]: tally for name, tally in tallies.items()})


@pytest.mark.parametrize(
    ("rule", "party", "outcome", "reason"),
    [
        (SUCCESS, PROVIDER, Outcome.FAILED, ""),
        (EMAIL, PROVIDER, Outcome.FAILED, ""),
        (EMAIL, CONSUMER, Outcome.FAILED, ""),
        (TYPE, PROVIDER, Outcome.PASSED, ""),
        (TAX_ID, CONSUMER, Outcome.PASSED, ""),
        (TAX_ID, PROVIDER, Outcome.UNTESTED, UNSEEN),
        (USER, CONSUMER, Outcome.CANT_TELL, "what was masked is not judged"),
        (VALID, PROVIDER, Outcome.UNTESTED, "no answer had it"),
        (DATE, CONSUMER, Outcome.FAILED, ""),
    ],
)
def test_a_verdict_for_each_party(tmp_path: Path, rule: str, party: str, outcome: Outcome, reason: str) -> None:
    verdict = found(report(tmp=tmp_path), rule, party)
    assert (verdict.outcome, verdict.reason) == (outcome, reason)


def test_one_failure_outweighs_all_that_passed_and_one_that_passed_all_that_cannot_be_told() -> None:
    assert outcome_of(Tally(passed=10**9, failed=1)) is Outcome.FAILED
    assert outcome_of(Tally(passed=1, cant_tell=9, untested=9, inapplicable=9)) is Outcome.PASSED
    assert outcome_of(Tally(cant_tell=1, untested=9, inapplicable=9)) is Outcome.CANT_TELL
    assert outcome_of(Tally(untested=1, inapplicable=9)) is Outcome.UNTESTED
    assert outcome_of(Tally(inapplicable=9)) is Outcome.INAPPLICABLE
    assert outcome_of(Tally()) is Outcome.UNTESTED


def test_a_failure_has_its_rate_its_ends_and_its_clearest_examples(tmp_path: Path) -> None:
    verdict = found(report(tmp=tmp_path), SUCCESS, PROVIDER)
    assert verdict.tally is not None
    assert (verdict.tally.checked, verdict.tally.failed) == (1204, 3)
    assert verdict.tally.rate == 3 / 1204
    assert verdict.tally.first is not None
    assert verdict.tally.last is not None
    assert (verdict.tally.first.file, verdict.tally.first.offset) == (FILES[0], 3 * 2048)
    assert (verdict.tally.last.file, verdict.tally.last.offset) == (FILES[1], 90 * 2048)
    assert verdict.findings == (STRING,)
    assert len(verdict.exchanges) == 3


def test_the_consumer_is_judged_by_what_a_request_can_break_and_by_what_was_said_of_it(tmp_path: Path) -> None:
    mine = {verdict.rule for verdict in report(tmp=tmp_path).verdicts if verdict.party == CONSUMER}
    rules = all_rules()
    assert mine == {
        rule.id
        for rule in rules.values()
        if rule.service in {POLICY, CORREO}
        and rule.part == "request"
        and rule.facet in ASKED
        and {"json", "soap-1.1"} & set(rule.encodings)
    }


def test_a_rule_is_spoken_of_in_the_encodings_that_were_met(tmp_path: Path) -> None:
    told = report(tmp=tmp_path)
    assert {(one.service, one.encoding) for one in told.verdicts} == {(POLICY, "json"), (CORREO, "soap-1.1")}


def test_no_key_of_two_verdicts_is_the_same(tmp_path: Path) -> None:
    keys = [verdict.key for verdict in report(tmp=tmp_path).verdicts]
    assert len(keys) == len(set(keys))


def test_a_form_is_answered_in_json(tmp_path: Path) -> None:
    of = replace(clean(), exchanges={(POLICY, "form"): 9})
    told = report(of, tmp_path)
    assert found(told, SUCCESS, PROVIDER).encoding == "json"


def test_counts_are_by_service_and_party(tmp_path: Path) -> None:
    told = report(tmp=tmp_path)
    assert list(told.counts) == [
        f"{POLICY} · provider",
        f"{POLICY} · consumer",
        f"{CORREO} · provider",
        f"{CORREO} · consumer",
    ]
    assert told.counts[f"{POLICY} · provider"]["MUST"]["failed"] == 2
    assert told.counts[f"{POLICY} · consumer"]["MUST"]["failed"] == 1


# --- the sentence -----------------------------------------------------------------------------------------------------

BOTH = "Recorded traffic of collection-policy and envio-correo: "
ONE = "Recorded traffic of collection-policy: "
HOLDS = "conforms in what was seen"
BAD = failing(0, (example(1, STRING),))


@pytest.mark.parametrize(
    ("of", "changes", "sentence", "outcome", "status"),
    [
        (
            summary(),
            {},
            f"{BOTH}the provider does not conform (2 MUST rules failed); the consumer does not conform "
            "(2 MUST rules failed).",
            "does-not-conform",
            1,
        ),
        (clean(), {}, f"{ONE}the provider {HOLDS}; the consumer {HOLDS}.", "conforms", 0),
        (
            only(success=BAD, email=Tally(passed=1)),
            {},
            f"{ONE}the provider does not conform (1 MUST rule failed); the consumer {HOLDS}.",
            "does-not-conform",
            1,
        ),
        (
            only(success=BAD, email=Tally(passed=1)),
            {"party": "consumer"},
            f"{ONE}the provider does not conform (1 MUST rule failed), which does not decide here; "
            f"the consumer {HOLDS}.",
            "conforms",
            0,
        ),
        (
            only(success=BAD, email=Tally(passed=1)),
            {"party": "provider"},
            f"{ONE}the provider does not conform (1 MUST rule failed); the consumer {HOLDS}, "
            "which does not decide here.",
            "does-not-conform",
            1,
        ),
        (
            only(email=Tally(passed=1)),
            {},
            f"{ONE}nothing of the provider could be judged; the consumer {HOLDS}.",
            "inconclusive",
            6,
        ),
        (
            only(email=Tally(passed=1)),
            {"party": "consumer"},
            f"{ONE}nothing of the provider could be judged, which does not decide here; the consumer {HOLDS}.",
            "conforms",
            0,
        ),
        (
            replace(clean(), exchanges={}, tallies={}),
            {},
            "Recorded traffic: inconclusive, no exchange of the services was recognised in 9 records.",
            "inconclusive",
            6,
        ),
        (
            Summary(),
            {},
            "Recorded traffic: inconclusive, the recordings hold no record that can be read.",
            "inconclusive",
            6,
        ),
        (
            clean(),
            {"rules": (f"{POLICY}/response/*",)},
            f"{ONE}the provider {HOLDS}; no rule of the consumer was selected; "
            f"only a part was judged: rules {POLICY}/response/*.",
            "conforms",
            0,
        ),
        (
            clean(),
            {"services": (POLICY,), "rules": (f"{CORREO}/*",)},
            f"Recorded traffic: nothing was selected, so nothing was judged; only a part was judged: rules {CORREO}/*.",
            "inconclusive",
            5,
        ),
        (
            clean(),
            {"stopped": "was interrupted"},
            f"{ONE}the provider {HOLDS}; the consumer {HOLDS}; the audit was interrupted after 9 records.",
            "inconclusive",
            2,
        ),
        (
            only(success=BAD),
            {"stopped": "was interrupted"},
            f"{ONE}the provider does not conform (1 MUST rule failed); nothing of the consumer could be judged; "
            "the audit was interrupted after 9 records.",
            "does-not-conform",
            2,
        ),
        (clean(), {"disagreements": (SUCCESS,)}, f"{ONE}the provider {HOLDS}; the consumer {HOLDS}.", "conforms", 3),
    ],
)
def test_the_sentence_names_both_parties_apart(
    tmp_path: Path, of: Summary, changes: dict[str, object], sentence: str, outcome: str, status: int
) -> None:
    told = report(of, tmp_path, **changes)  # type: ignore[arg-type]
    assert (told.sentence, told.outcome, told.exit_status) == (sentence, outcome, status)


def test_a_should_decides_where_the_audit_is_strict(tmp_path: Path) -> None:
    of = replace(
        clean(),
        tallies={Key(CONSUMER, STRICT_TYPE, "json"): BAD, Key(PROVIDER, SUCCESS, "json"): Tally(passed=1)},
    )
    lax, strict = report(of, tmp_path / "lax"), report(of, tmp_path / "strict", strict=True)
    assert lax.sentence == f"{ONE}the provider {HOLDS}; the consumer {HOLDS} (1 SHOULD rule failed)."
    assert strict.sentence == f"{ONE}the provider {HOLDS}; the consumer does not conform (1 SHOULD rule failed)."
    assert (lax.exit_status, strict.exit_status) == (0, 1)


def test_what_a_target_says_of_its_enforcement_excuses_the_provider_alone(tmp_path: Path) -> None:
    kept_ = ServiceTarget(service=POLICY, url="https://x.example/y", encodings=("json",), enforcement="advisory")
    target = Target(name="staging", environment="build 7", services={POLICY: kept_})
    told = report(summary(), tmp_path, target=target)
    assert found(told, EMAIL, PROVIDER).level is Level.SHOULD
    assert found(told, EMAIL, CONSUMER).level is Level.MUST
    assert told.target["name"] == "staging"
    assert told.target["services"][POLICY]["url"] == "https://x.example/y"
    assert any('enforcement = "advisory"' in notice for notice in told.notices)


# --- what is told besides ---------------------------------------------------------------------------------------------


def test_what_could_not_be_judged_or_read_is_told_with_reason_number_and_place(tmp_path: Path) -> None:
    told = report(tmp=tmp_path)
    assert list(told.notices) == [
        "3 records of 2 files could not be read, and counted for nothing.",
        f"Could not be read: {FILES[0]} at byte 12: it is no JSON from byte 3 of it on.",
        f"Could not be read: {FILES[0]} at byte 99: `request` is missing.",
        f"Could not be read: {FILES[1]} at byte 4096: {TOO_LARGE}.",
        "Not judged: 40 exchanges: no request to a service that is judged.",
        "The requests of 3 exchanges were not judged, or not in all: what was masked is not judged.",
        "The answers of 4 exchanges were not judged, or not in all: the recording holds a part of the body.",
    ]
    assert told.exit_status == 1


def test_a_service_that_was_asked_for_and_not_met_is_told(tmp_path: Path) -> None:
    told = report(clean(), tmp_path, services=(POLICY, CORREO))
    assert f"No exchange of {CORREO} was recorded, so nothing is said of it." in told.notices
    assert told.exit_status == 0


def test_an_audit_speaks_of_nothing_that_a_run_does(tmp_path: Path) -> None:
    told = report(tmp=tmp_path)
    assert not {"seed", "depth"} & told.suite.keys()
    assert "requests" not in told.scope
    said = " ".join((*told.notices, *told.decision_rules, told.sentence))
    assert not any(word in said for word in ("baseline", "seed", "wrote to", "may be left as", "--resume"))


def test_the_scope_says_what_was_read(tmp_path: Path) -> None:
    read = report(tmp=tmp_path).scope["audit"]
    assert read["files"] == [
        {"path": FILES[0], "bytes": 46_000_000, "records": 1000},
        {"path": FILES[1], "bytes": 2_000_001, "records": None},
    ]
    assert (read["records"], read["bytes"]) == (1214, 48_000_000)
    assert read["exchanges"] == {POLICY: {"json": 1204}, CORREO: {"soap-1.1": 7}}
    assert (read["engine"], read["party"]) == ("local", "both")
    assert read["parties"] == {"provider": "does-not-conform", "consumer": "does-not-conform"}
    assert read["first"] == {"started": at(1).started, "file": FILES[0], "offset": 2048}
    assert [one["exchanges"] for one in read["unjudged"]] == [40, 3, 4]
    assert read["unread"] == [
        {"file": FILES[0], "reason": "corrupt", "records": 2},
        {"file": FILES[1], "reason": "too-large", "records": 1},
    ]


def test_one_party_that_decides_alone_is_named_among_the_decision_rules(tmp_path: Path) -> None:
    both = report(tmp=tmp_path / "both").decision_rules
    alone = report(tmp=tmp_path / "alone", party="provider").decision_rules
    assert set(alone) - set(both) == {
        "The provider alone decides this audit: what the consumer breaks is told, and decides nothing."
    }


def test_observations_are_told_with_how_often_and_by_whom(tmp_path: Path) -> None:
    seen = report(tmp=tmp_path).observations
    assert [(one.party, one.times, one.rule) for one in seen] == [(PROVIDER, 1, SUCCESS), (CONSUMER, 17, TAX_ID)]


# --- the journal ------------------------------------------------------------------------------------------------------


def test_a_summary_that_was_kept_comes_back_as_it_was() -> None:
    of = summary()
    ids = numbered(of)
    exchanges = {ids[one.occurrence.place]: one.exchange for tally in of.tallies.values() for one in tally.examples}
    assert summary_from(kept(of), exchanges) == of


def test_exchanges_are_numbered_in_the_order_of_the_recordings_each_once() -> None:
    assert list(numbered(summary()).values()) == [f"x{number:05}" for number in range(1, 6)]
    assert [*numbered(summary())] == [at(3).place, at(7).place, at(11).place, at(12, 1).place, at(90, 1).place]


def test_the_header_of_an_audit_fits(tmp_path: Path) -> None:
    journal_of(tmp_path, summary(), facts())
    assert header_mistake(log_of(tmp_path).header) == ""
    strange = header_of(facts()) | {"audit": {"files": [], "engine": "local", "party": "nobody"}}
    assert "audit" in header_mistake(strange)


def test_a_journal_whose_summary_was_changed_is_refused_in_one_sentence(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "run.jsonl", header_of(facts()))
    journal.summary(kept(clean()) | {"records": "many"})
    journal.end()
    journal.close()
    with pytest.raises(ConformanceError, match=r"run\.jsonl: its summary does not fit"):
        report_of(log_of(tmp_path))


def test_what_was_judged_by_another_contract_is_kept_and_told(tmp_path: Path) -> None:
    header = header_of(facts())
    header["contracts"][POLICY]["hash"] = "0" * 64
    journal = Journal.create(tmp_path / "run.jsonl", header)
    journal.summary(kept(clean()))
    journal.end()
    journal.close()
    told = report_of(log_of(tmp_path))
    assert told.outcome == "conforms"
    assert told.notices[0].startswith(f"{POLICY} was judged under another contract than that of this version")


def test_a_watch_that_was_killed_is_summed_up_from_its_exchanges(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "run.jsonl", header_of(facts()))
    from conformance.model import Finding, Observation, Result

    wrong = Finding(path="success", expected="true or false", observed="maybe")
    for number in (1, 2, 3):
        asked = replace(exchange(), id=f"x{number:05}", case="recorded", started=at(number).started)
        bad = Result(rule=SUCCESS, outcome=Outcome.FAILED, finding=wrong)
        good = Result(rule=SUCCESS, outcome=Outcome.PASSED)
        fine = Result(rule=EMAIL, outcome=Outcome.PASSED)
        seen = Observation(rule=EMAIL, encoding="json", sentence="It has a member more", exchanges=(asked.id,))
        journal.exchange(
            asked,
            [
                record_of(asked, POLICY, "json", PROVIDER, [bad if number == 2 else good]),
                record_of(asked, POLICY, "json", CONSUMER, [fine], [seen]),
            ],
        )
    journal.close()
    told = report_of(log_of(tmp_path))
    verdict = found(told, SUCCESS, PROVIDER)
    assert verdict.tally is not None
    assert (verdict.tally.checked, verdict.tally.failed, verdict.exchanges) == (3, 1, ("x00002",))
    assert found(told, EMAIL, CONSUMER).outcome is Outcome.PASSED
    assert [(one.sentence, one.times) for one in told.observations] == [("It has a member more", 3)]
    assert told.sentence == (
        f"{ONE}the provider does not conform (1 MUST rule failed); the consumer {HOLDS}; "
        "the audit was killed after 3 records."
    )
    assert told.exit_status == 1
    assert told.scope["audit"]["exchanges"] == {POLICY: {"json": 3}}


def test_of_several_results_of_one_exchange_the_worst_counts_once(tmp_path: Path) -> None:
    from conformance.model import Result

    asked = replace(exchange(), id="x00001")
    journal = Journal.create(tmp_path / "run.jsonl", header_of(facts()))
    both = [Result(rule=SUCCESS, outcome=Outcome.PASSED), Result(rule=SUCCESS, outcome=Outcome.FAILED, finding=STRING)]
    journal.exchange(asked, [record_of(asked, POLICY, "json", PROVIDER, both)])
    journal.close()
    tally = found(report_of(log_of(tmp_path)), SUCCESS, PROVIDER).tally
    assert tally is not None
    assert (tally.checked, tally.failed) == (1, 1)


def test_a_secret_reaches_no_line_of_the_journal(tmp_path: Path) -> None:
    from conformance.target.secrets import Secrets

    of = summary()
    of.unjudged["", "the path held Zx9-hidden-Zx9"] = Seen(1, Occurrence(0.0, "", Place(0, "a/Zx9-hidden-Zx9", 1)))
    journal_of(tmp_path, of, facts(command="audit Zx9-hidden-Zx9", secrets=Secrets(("Zx9-hidden-Zx9",))))
    assert "hidden" not in (tmp_path / "run.jsonl").read_text("utf-8")
    assert report_of(log_of(tmp_path)).outcome == "does-not-conform"


def test_an_audit_is_not_gone_on_with(tmp_path: Path) -> None:
    from conformance.run.resuming import journal_of as to_resume

    journal_of(tmp_path, summary(), facts())
    with pytest.raises(ConformanceError, match="holds an audit, which sends nothing"):
        to_resume(tmp_path)


def test_facts_have_defaults_for_all_but_command_and_files() -> None:
    assert AuditFacts(command="x", files=()).party == "both"
    assert isinstance(exchange(), Exchange)


def test_a_report_of_an_audit_reads_back(tmp_path: Path) -> None:
    from tests.audit_samples import written

    written(tmp_path)
    document = read_report(tmp_path)
    assert document["revision"] == 3
    assert {one["party"] for one in document["verdicts"]} == {PROVIDER, CONSUMER}
