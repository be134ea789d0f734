"""A journal → the report. The same way for a run that just ended, one that was killed, and one of last year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from conformance.emit.contract_json import fingerprint
from conformance.errors import ConformanceError
from conformance.judge import Judge
from conformance.judge.verdicts import decide, observed
from conformance.model import Condition, Contract, Expect, Outcome, Record, Refusal, Report
from conformance.report.build import build
from conformance.report.text import printable
from conformance.report.writers import write_all
from conformance.run.bound import described
from conformance.run.contracts import all_rules, contracts
from conformance.target.journal import RunLog, read
from conformance.target.records import masked_judgement
from conformance.target.secrets import MASK, Secrets

JOURNAL = "run.jsonl"


def log_of(run: Path) -> RunLog:
    """The journal of a run, named by its folder or its file."""
    path = run / JOURNAL if run.is_dir() else run
    if not path.is_file():
        raise ConformanceError(f"{run}: no {JOURNAL} here; name the folder that a run wrote")
    log = read(path)
    if not log.header:
        raise ConformanceError(f"{path}: the first line is no header of a run; nothing can be said of it")
    return log


def report_of(log: RunLog, *, interrupted: bool | None = None) -> Report:
    """Verdicts and report of a journal. A run without an end was interrupted."""
    log = _rejudged(log)
    rules = all_rules()
    items = _items(log)
    gone = sorted({rule for rule, _ in items if rule not in rules})
    if gone:
        advice = "name the schemas of a derived service with --schemas"
        text = f"rule {gone[0]} of the run is unknown here: it is of another version of the suite, or {advice}"
        raise ConformanceError(text)
    services = log.header.get("target", {}).get("services", {})
    verdicts = decide(
        items,
        rules,
        log.records,
        enforcement={service: facts.get("enforcement", "must") for service, facts in services.items()},
        unsent=_unsent(log),
        profiles={service: facts.get("profiles", ()) for service, facts in services.items()},
        beyond={(rule, encoding): reason for rule, encoding, reason in log.header.get("beyond", ())},
    )
    disagreements = sorted({rule for record in log.records for rule in record.judgement.disagreements})
    return build(
        log,
        verdicts,
        observed(log.records, rules),
        disagreements=disagreements,
        interrupted=not log.ended if interrupted is None else interrupted,
        selected_nothing=not items,
    )


def _items(log: RunLog) -> list[tuple[str, str]]:
    """What the run speaks of: everything selected, or what the one exchange bears on that was sent again."""
    items = [(str(rule), str(encoding)) for rule, encoding in log.header.get("rules", ())]
    replay = log.header.get("replay")
    if replay is None:
        return items
    again = [record for record in log.records if record.exchange.id == replay]
    borne = {
        (result.rule, result.encoding or record.judgement.encoding)
        for record in again
        for result in record.judgement.results
    }
    borne |= {(rule, record.case.encoding) for record in again for rule in record.case.rules}
    return [item for item in items if item in borne]


def written(report: Report, log: RunLog, out: Path, formats: Iterable[str]) -> tuple[Path, ...]:
    """Write the report's formats; the paths."""
    return write_all(report, log, all_rules(), out, formats)


def shown(body: bytes) -> str:
    """A body for a terminal: at most a page, no control characters."""
    return printable(body[:4000].decode("utf-8", "replace"))


def _unsent(log: RunLog) -> Mapping[tuple[str, str], str]:
    """(Rule, encoding) → why a case that decides it was not sent, or not answered."""
    planned = {step["exchange"]: step for step in log.header.get("plan", ())}
    reasons = _unsent_parts(log, planned)
    seen = {record.exchange.id for record in log.records}
    for exchange, step in planned.items():
        if exchange in seen:
            continue
        if exchange in log.pending:
            reason = f"{exchange} was sent, its answer is unknown"
        else:
            reason = log.unsent.get(exchange, "the run ended before it was sent")
        for case in (step["case"], *step.get("riders", ())):
            if case.get("expect") != Expect.OBSERVE:
                reasons |= {(rule, case["encoding"]): reason for rule in case.get("rules", ())}
    return reasons | {(rule, encoding): reason for rule, encoding, reason in log.header.get("undecided", ())}


def _unsent_parts(log: RunLog, planned: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """The same of cases whose packed message showed nothing, where they were to be sent alone and were not."""
    shown = {record.case.id for record in log.records if not record.judgement.split}
    reasons: dict[tuple[str, str], str] = {}
    for exchange, reason in log.unsent.items():
        whole, part, _ = exchange.partition(".")
        for case in planned.get(whole, {}).get("riders", ()) if part else ():
            if case["id"] not in shown:
                reasons |= {(rule, case["encoding"]): reason for rule in case.get("rules", ())}
    return reasons


def _rejudged(log: RunLog) -> RunLog:
    """Judge again what was judged under another contract; what is masked cannot be judged any more."""
    known = contracts()
    other = [
        service
        for service, facts in log.header.get("contracts", {}).items()
        if service in known and facts.get("hash") != fingerprint(known[service])
    ]
    if not other:
        return log
    declared = log.header.get("target", {}).get("services", {})
    # Names that came from a WSDL are not in the contract: what was judged by them stays as it is.
    judges = {
        service: Judge(_as_declared(known[service], declared.get(service, {})), all_rules())
        for service in other
        if not described(known[service])
    }
    kept = [service for service in other if service not in judges]
    if kept:
        notice = f"{', '.join(kept)} was judged under another contract, by the names of its WSDL; that is kept"
        log = replace(log, header={**log.header, "notices": [*log.header.get("notices", ()), notice]})
    if not judges:
        return log
    records = tuple(_again(judges, record) for record in log.records)
    names = ", ".join(judges)
    notice = f"Judged again under this version's contract of {names}, which is not the one that the run had"
    return replace(log, records=records, header={**log.header, "notices": [*log.header.get("notices", ()), notice]})


def _as_declared(contract: Contract, facts: Mapping[str, Any]) -> Contract:
    """The contract with the refusals that the target of the run declared."""
    told = facts.get("refusal")
    if not told:
        return contract
    any_of, all_of = (tuple(Condition(**one) for one in told.get(key, ())) for key in ("any", "all"))
    return replace(contract, operation=replace(contract.operation, refusal=Refusal(any=any_of, all=all_of)))


def _again(judges: Mapping[str, Judge], record: Record) -> Record:
    judge = judges.get(record.case.service)
    if judge is None:
        return record
    judgement = judge(record.case, record.exchange)
    bodies = record.exchange.request.body + (record.exchange.response.body if record.exchange.response else b"")
    if MASK.encode() in bodies:
        hidden = tuple(
            replace(result, outcome=Outcome.CANT_TELL, finding=None, reason="masked")
            if "/http/" not in result.rule
            else result
            for result in judgement.results
        )
        judgement = replace(judgement, results=hidden)
    return replace(record, judgement=masked_judgement(judgement, Secrets()))
