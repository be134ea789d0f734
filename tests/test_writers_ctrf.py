"""`ctrf-report.json`: one test for each rule and encoding; its published schema is met in tests/interop."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

from conformance.model import Comparison, Difference, Level
from conformance.report.build import build
from conformance.report.language import language_of
from conformance.report.writers import ctrf
from tests.report_samples import (
    ACCEPT,
    EMAIL,
    FINDINGS,
    INTEREST,
    NASTY,
    SUCCESS,
    USER,
    VERDICTS,
    header,
    hostile,
    log,
    material,
    record,
)


def document(code: str = "en", **changes: Any) -> Any:
    report, run = hostile(**changes)
    return json.loads(ctrf.write(material(report, run, language_of(code))))


def by_rule(told: Any) -> dict[str, Any]:
    return {test["labels"]["rule"]: test for test in told["results"]["tests"]}


def test_each_verdict_is_a_test_with_its_status_and_the_word_of_ours() -> None:
    found = by_rule(document())
    assert len(found) == len(VERDICTS)
    said = {rule: (test["status"], test["rawStatus"], test["labels"]["standing"]) for rule, test in found.items()}
    assert said[INTEREST] == ("passed", "passed", "passed")
    assert said[EMAIL] == ("failed", "failed", "failed")
    assert said[USER] == ("other", "cant-tell", "cant-tell")
    assert said[ACCEPT] == ("pending", "untested", "untested")
    assert said[SUCCESS] == ("other", "failed", "waived")


def test_the_summary_counts_the_tests() -> None:
    results = document()["results"]
    numbers = [test["status"] for test in results["tests"]]
    summary = results["summary"]
    assert {name: numbers.count(name) for name in ctrf.STATUSES} == {name: summary[name] for name in ctrf.STATUSES}
    assert summary["tests"] == len(numbers)
    assert (summary["start"], summary["stop"]) == (1772636400000, 1772636404250)
    assert results["environment"]["healthy"] is False


def test_a_run_that_did_not_end_stops_with_its_last_request_in_whatever_zone() -> None:
    first, last = record(1, (EMAIL,)), record(2, (EMAIL,))
    object.__setattr__(first.exchange, "started", "2026-03-04T23:00:00+09:00")
    object.__setattr__(last.exchange, "started", "2026-03-04T10:00:09-05:00")
    run = log((first, last))
    told = json.loads(ctrf.write(material(build(run, (), ()), run)))
    assert told["timestamp"] == "2026-03-04T10:00:09-05:00"


def test_a_failure_says_what_was_due_and_every_finding() -> None:
    failure = by_rule(document())[EMAIL]
    assert "Email matches the stated pattern (001_a7101fb9927c4164.txt, line 57)" in failure["message"]
    assert all(finding.observed in failure["trace"] for finding in FINDINGS)
    assert failure["tags"] == ["MUST", "stated"]
    assert failure["extra"]["exchanges"] == ["x00001", "x00002"]
    assert (failure["duration"], failure["start"]) == (25, 1772636401250)
    assert "message" not in by_rule(document())[INTEREST]


def test_a_waived_failure_says_who_answers_for_it() -> None:
    assert by_rule(document())[SUCCESS]["extra"]["waiver"] == (
        "Waived: fixed in 4.3, owner Ana, until 2026-12-31, ticket QA-9."
    )


def test_the_same_run_has_the_same_id_and_another_has_another() -> None:
    one, other = document()["reportId"], document(run="20260304T160000Z-staging")["reportId"]
    assert UUID(one) != UUID(other)
    assert document()["reportId"] == one


def test_the_run_that_it_was_held_against_is_named_with_what_changed() -> None:
    report, run = hostile()
    gone = Difference(
        rule=EMAIL, service="collection-policy", encoding="json", level=Level.MUST, before="passed", after="failed"
    )
    changed = Comparison(old={"run": "earlier", "started": "2026-03-01T10:00:00Z"}, new={}, newly_failing=(gone,))
    told = json.loads(ctrf.write(material(replace(report, baseline=changed), run)))
    assert told["baseline"]["extra"]["newly_failing"][0]["rule"] == EMAIL
    assert UUID(told["baseline"]["reportId"]) != UUID(told["reportId"])
    assert "baseline" not in document()


def test_what_a_terminal_obeys_is_made_visible() -> None:
    target = header()["target"] | {"environment": NASTY}
    text = ctrf.write(material(*hostile(target=target, run=NASTY))).decode()
    assert "\\u001b" not in text
    assert "\x1b" not in text
    assert "␛[31mred" in text
    assert "⟨U+D800⟩" in text
