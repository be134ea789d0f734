"""`report.json`: the master, from which every other format could be made. Checked against its schema before it is kept.

Must never import another writer.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conformance.errors import SuiteError
from conformance.report.as_json import citation, comparison, frequency, sighting, waiver
from conformance.report.audit import is_audit
from conformance.report.evidence import index
from conformance.report.schema import OF_RUNS, REVISION, misfits
from conformance.report.text import inert, unique

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.model import Observation, Report, Rule, Verdict
    from conformance.report.material import Material
    from conformance.target.journal import RunLog


def write(material: Material) -> bytes:
    """The document as UTF-8, indented, with a final newline."""
    report, log, rules = material.report, material.log, material.rules
    text = json.dumps(_document(report, log, rules), ensure_ascii=False, indent=2, default=str) + "\n"
    content = inert(text)
    wrong = misfits(json.loads(content))
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise SuiteError(f"report.json would not fit its own schema: {wrong[0]}{more}")
    return content


def _document(report: Report, log: RunLog, rules: Mapping[str, Rule]) -> dict[str, Any]:
    told = unique([v.rule for v in report.verdicts] + [o.rule for o in report.observations])
    return {
        "schema": report.schema,
        # A run says nothing that the second revision has no place for, and earlier versions go on reading it.
        "revision": REVISION if is_audit(report) else OF_RUNS,
        "outcome": report.outcome,
        "sentence": report.sentence,
        "exit_status": report.exit_status,
        "target": report.target,
        "suite": report.suite,
        "scope": report.scope,
        "counts": report.counts,
        "decision_rules": report.decision_rules,
        "notices": report.notices,
        "waivers": [waiver(given) for given in report.waivers],
        "baseline": None if report.baseline is None else comparison(report.baseline),
        "verdicts": [_verdict(verdict) for verdict in report.verdicts],
        "observations": [_observation(observation) for observation in report.observations],
        "rules": {name: _rule(rules[name]) for name in told if name in rules},
        "exchanges": index(log),
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "rule": verdict.rule,
        "service": verdict.service,
        "encoding": verdict.encoding,
        "level": verdict.level,
        "basis": verdict.basis,
        "outcome": verdict.outcome,
        "findings": [{"path": f.path, "expected": f.expected, "observed": f.observed} for f in verdict.findings],
        "exchanges": verdict.exchanges,
        "reason": verdict.reason,
        "waiver": None if verdict.waiver is None else dict(verdict.waiver),
        **({"party": verdict.party} if verdict.party else {}),
        **({} if verdict.tally is None else {"tally": frequency(verdict.tally)}),
    }


def _observation(observation: Observation) -> dict[str, Any]:
    return {
        "rule": observation.rule,
        "encoding": observation.encoding,
        "sentence": observation.sentence,
        "exchanges": observation.exchanges,
        **({"party": observation.party} if observation.party else {}),
        **({"times": observation.times, "first": sighting(observation.first)} if observation.times else {}),
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {"statement": rule.statement, "citation": citation(rule.citation)}
