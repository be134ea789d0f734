"""`ctrf-report.json`: the Common Test Report Format, for the dashboards and actions that read it.

What it has no place for, such as level, basis and citation, stands in labels and `extra`. Must never import another
writer.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from conformance.report.as_json import comparison, frequency
from conformance.report.evidence import exchanges, instant, milliseconds
from conformance.report.outcomes import Standing, standing, words
from conformance.report.schema import SCHEMA_ID
from conformance.report.sections import started
from conformance.report.sentences import finding_sentence, verdict_sentence, waiver_sentence
from conformance.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.model import Report, Verdict
    from conformance.report.evidence import Sent
    from conformance.report.material import Material

SPECIFICATION = "0.0.0"
STATUSES = ("passed", "failed", "skipped", "pending", "other")


def write(material: Material) -> bytes:
    """The document as UTF-8, indented, with a final newline."""
    report = material.report
    seen = exchanges(material.log)
    ended = _ended(report, seen)
    told: dict[str, Any] = {
        "reportFormat": "CTRF",
        "specVersion": SPECIFICATION,
        "reportId": _id(report.suite),
        "runId": str(report.suite.get("run", "")) or "run",
        "timestamp": ended,
        "generatedBy": _suite(report),
        "results": _results(material, seen, ended),
    }
    if report.baseline is not None:
        changes = comparison(report.baseline)
        told["baseline"] = {"reportId": _id(report.baseline.old), "extra": changes}
    text = json.dumps(_shown(told), ensure_ascii=False, indent=1, default=str) + "\n"
    return text.encode("utf-8")


def _shown(value: Any) -> Any:
    """Nothing in it that a terminal obeys, or that has no UTF-8: these documents are shown by many."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {printable(str(key)): _shown(item) for key, item in value.items()}
    return [_shown(item) for item in value] if isinstance(value, list | tuple) else value


def _results(material: Material, seen: Mapping[str, Sent], ended: str) -> dict[str, Any]:
    report = material.report
    tests = [_test(verdict, material, seen) for verdict in report.verdicts]
    numbers = Counter(test["status"] for test in tests)
    start, stop = (round(instant(when) * 1000) for when in (started(report.suite), ended))
    return {
        "tool": {"name": str(report.suite.get("name", "")) or "suite", "version": str(report.suite.get("version", ""))},
        "summary": {
            "tests": len(tests),
            **{status: numbers[status] for status in STATUSES},
            "suites": len({tuple(test["suite"]) for test in tests}),
            "start": start,
            "stop": max(start, stop),
            "duration": max(0, stop - start),
            "extra": {"outcome": report.outcome, "exit_status": report.exit_status},
        },
        "tests": tests,
        "environment": {
            "reportName": material.language.say(report.sentence),
            "appName": str(report.target.get("name", "")),
            "testEnvironment": str(report.target.get("environment", "")),
            "healthy": report.exit_status == 0,
            "extra": {"services": report.target.get("services", {}), "contracts": report.suite.get("contracts", {})},
        },
        "extra": {
            "scope": report.scope,
            "notices": [material.language.say(notice) for notice in report.notices],
            "decision_rules": [material.language.say(rule) for rule in report.decision_rules],
        },
    }


def _test(verdict: Verdict, material: Material, seen: Mapping[str, Sent]) -> dict[str, Any]:
    language, rule = material.language, material.rules.get(verdict.rule)
    stands = standing(verdict, material.report)
    sent = [seen[key].exchange for key in verdict.exchanges if key in seen]
    labels = {"rule": verdict.rule, "service": verdict.service, "encoding": verdict.encoding}
    party = (verdict.party,) if verdict.party else ()
    labels |= {"party": verdict.party} if party else {}
    told: dict[str, Any] = {
        "testId": "@".join((verdict.rule, verdict.encoding, *party)),
        "name": f"{verdict.rule} ({verdict.place})",
        "status": words(verdict, material.report).ctrf,
        "rawStatus": str(verdict.outcome),
        "duration": round(sum(milliseconds(exchange) for exchange in sent)),
        "suite": [verdict.service, *party, verdict.encoding],
        "type": "conformance",
        "tags": [str(verdict.level), str(verdict.basis)],
        "labels": labels | {"level": str(verdict.level), "basis": str(verdict.basis), "standing": str(stands)},
        "extra": {"exchanges": list(verdict.exchanges)},
    }
    if sent:
        told["start"] = min(round(instant(exchange.started) * 1000) for exchange in sent)
    if stands is not Standing.PASSED:
        told["message"] = verdict_sentence(verdict, rule, language=language)
    if verdict.findings:
        told["trace"] = "\n".join(finding_sentence(finding, language=language) for finding in verdict.findings)
    if rule is not None:
        cited = language.say(str(rule.cited_in(verdict.encoding)))
        told["extra"] |= {"statement": language.say(rule.statement), "citation": cited}
    if verdict.tally is not None:
        told["extra"]["tally"] = frequency(verdict.tally)
    if verdict.waiver is not None:
        told["extra"]["waiver"] = waiver_sentence(verdict.waiver, language=language)
    return told


def _id(run: Mapping[str, Any]) -> str:
    """The same for the same run, however often it is rendered."""
    return str(uuid5(NAMESPACE_URL, printable(f"{SCHEMA_ID}#{run.get('run', '')}/{run.get('started', '')}")))


def _suite(report: Report) -> str:
    return f"{report.suite.get('name', '')} {report.suite.get('version', '')}"


def _ended(report: Report, seen: Mapping[str, Sent]) -> str:
    """When the run ended, or where it did not, when the last request went out."""
    last = max((sent.exchange.started for sent in seen.values()), key=instant, default=started(report.suite))
    return str(report.suite.get("ended") or last)
