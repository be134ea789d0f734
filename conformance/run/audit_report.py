"""The journal of an audit → its report: of its summary, or where it has none, of the exchanges that it holds.

A journal without a summary is that of an audit which was killed: one that watches live traffic writes each exchange as
it comes, so nothing that was judged is lost. Reads no recording.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from conformance.errors import ConformanceError
from conformance.model import CONSUMER, PROVIDER, Outcome, Record, Report, Result
from conformance.report.audit.build import build
from conformance.report.audit.verdicts import observations, verdicts
from conformance.report.evidence import instant
from conformance.run.contracts import all_rules, changed_since, contracts, scope
from conformance.run.waiving import Waiver, laid
from conformance.target.journal import RunLog
from conformance.traffic.keeping import numbered, summary_from
from conformance.traffic.recording import Place
from conformance.traffic.summary import Example, Key, Occurrence, Seen, Summary, Tally

_COUNTED = {
    Outcome.FAILED: "failed",
    Outcome.PASSED: "passed",
    Outcome.CANT_TELL: "cant_tell",
    Outcome.UNTESTED: "untested",
    Outcome.INAPPLICABLE: "inapplicable",
}
"""What an outcome counts as; of several of one exchange the first counts."""
_RECORDED = "recorded:"


def audit_report_of(log: RunLog, *, interrupted: bool, waivers: tuple[Waiver, ...] | None) -> Report:
    """Verdicts and report of an audit."""
    rules = all_rules()
    summary = _summary(log)
    log = _as_judged(log)
    items = [(str(rule), str(encoding)) for rule, encoding in log.header.get("rules", ())]
    gone = sorted({rule for rule, _ in items if rule not in rules})
    if gone:
        text = f"rule {gone[0]} of the audit is unknown here: it is of another version of the suite"
        raise ConformanceError(f"{text}, or name the schemas of a derived service with --schemas")
    met = _met(summary)
    spoken_of = [item for item in items if item[1] in _encodings(rules[item[0]], met)]
    ids = _ids(log, summary)
    declared = log.header.get("target", {}).get("services", {})
    found, told = laid(log, verdicts(summary, spoken_of, rules, declared, ids), waivers)
    selected = frozenset(spoken_of)
    return build(
        log,
        summary,
        found,
        observations(summary, lambda rule, encoding: (rule, encoding) in selected),
        interrupted=interrupted,
        selected_nothing=not items,
        waivers=told,
    )


def _as_judged(log: RunLog) -> RunLog:
    """The journal with a notice where it was judged by other contracts: the recordings are not at hand any more."""
    other = changed_since(log.header)
    if not other:
        return log
    names = ", ".join(other)
    notice = f"{names} was judged under another contract than that of this version; the recordings are not judged again"
    return replace(log, header={**log.header, "notices": [*log.header.get("notices", ()), notice]})


def _met(summary: Summary) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for service, encoding in summary.exchanges:
        found.setdefault(service, set()).add(encoding)
    return found


def _encodings(rule: Any, met: Mapping[str, set[str]]) -> set[str]:
    """The encodings in which the recordings can speak of the rule."""
    there = met.get(rule.service, set())
    return there | set(scope(rule, there)) if there and rule.service in contracts() else set()


def _ids(log: RunLog, summary: Summary) -> Mapping[Place, str]:
    """Where each example is from → its exchange in the journal."""
    if not log.summary:
        return {_place(log, record): record.exchange.id for record in log.records}
    named = {
        Place(*example["at"][2:]): str(example["exchange"])
        for tally in log.summary["tallies"]
        for example in tally["examples"]
    }
    return numbered(summary) | named


def _summary(log: RunLog) -> Summary:
    if not log.summary:
        return _summed(log)
    try:
        return summary_from(log.summary, {record.exchange.id: record.exchange for record in log.records})
    except (KeyError, TypeError, ValueError, AttributeError):
        where = log.folder / "run.jsonl" if log.folder is not None else "the journal"
        text = f"{where}: its summary does not fit, so another version wrote it, or it was changed by hand"
        raise ConformanceError(f"{text}; make a new audit") from None


def _place(log: RunLog, record: Record) -> Place:
    """Where an exchange is that was recorded by the journal itself."""
    return Place(0, str(log.folder / "run.jsonl") if log.folder is not None else "run.jsonl", _number(record))


def _number(record: Record) -> int:
    digits = record.exchange.id[1:].partition(".")[0]
    return int(digits) if digits.isdigit() else 0


def _summed(log: RunLog) -> Summary:
    """What the exchanges of the journal say, one by one."""
    summary = Summary()
    for record in log.records:
        party = record.case.origin.removeprefix(_RECORDED)
        if party in {PROVIDER, CONSUMER}:
            summary.merge(_of(record, party, _place(log, record)))
    counted = {record.exchange.id: (record.case.service, record.case.encoding) for record in log.records}
    for pair in counted.values():
        summary.exchanges[pair] = summary.exchanges.get(pair, 0) + 1
    summary.records = len(counted) + len(log.unjudged)
    return summary


def _of(record: Record, party: str, place: Place) -> Summary:
    exchange = record.exchange
    at = Occurrence(instant(exchange.started), exchange.started, place)
    found = Summary(first=at, last=at)
    by_key: dict[Key, list[Result]] = {}
    for result in record.judgement.results:
        by_key.setdefault(Key(party, result.rule, result.encoding or record.judgement.encoding), []).append(result)
    broken = sum(any(one.outcome is Outcome.FAILED for one in results) for results in by_key.values())
    size = len(exchange.request.body) + (len(exchange.response.body) if exchange.response is not None else 0)
    for key, results in by_key.items():
        worst = next(outcome for outcome in _COUNTED if any(one.outcome is outcome for one in results))
        tally = Tally(reason=next((one.reason for one in results if one.outcome is worst), ""))
        setattr(tally, _COUNTED[worst], 1)
        if worst is Outcome.FAILED:
            findings = tuple(one.finding for one in results if one.finding is not None)
            tally.first = tally.last = at
            tally.examples = (Example(broken - 1, size, at, exchange, findings),)
        found.tallies[key] = tally
    for seen in record.judgement.observations:
        found.observations[Key(party, seen.rule, seen.encoding), seen.sentence] = Seen(1, at)
    return found
