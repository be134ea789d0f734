"""A journal → the report. The same way for a run that just ended, one that was killed, and one of last year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from conformance.errors import ConformanceError
from conformance.judge import Judge
from conformance.judge.verdicts import decide, observed
from conformance.model import (
    Condition,
    Contract,
    Exchange,
    Expect,
    Outcome,
    Record,
    Refusal,
    Report,
    Request,
    Response,
    repeated,
)
from conformance.report.build import build
from conformance.report.comparing import compare
from conformance.report.comparing.snapshot import Snapshot, of_kept, of_report
from conformance.report.language import Language
from conformance.report.material import Material
from conformance.report.text import printable
from conformance.run.bound import described
from conformance.run.contracts import all_rules, changed_since, contracts
from conformance.run.elsewhere import is_empty, lacking, open_still, out_of_scope, why
from conformance.run.waiving import Waiver, laid
from conformance.target.journal import FORMAT, RunLog, read
from conformance.target.journal.header import header_mistake
from conformance.target.journal.records import masked_judgement
from conformance.target.secrets import MASK, Secrets

JOURNAL = "run.jsonl"
JUDGED = frozenset({"accept", "accept-charset", "allow", "content-type", "soapaction"})
"""Headers whose values rules are about."""


def log_of(run: Path) -> RunLog:
    """The journal of a run, named by its folder or its file."""
    path = run / JOURNAL if run.is_dir() else run
    if not path.is_file():
        raise ConformanceError(f"{run}: no {JOURNAL} here; name the folder that a run wrote")
    log = read(path)
    written_by = log.header.get("journal", FORMAT)
    if isinstance(written_by, int) and written_by > FORMAT:
        text = f"{path}, line 1: a journal of format {written_by}, and this version reads up to {FORMAT}"
        raise ConformanceError(f"{text}; update billing-conformance")
    if not log.header:
        raise ConformanceError(
            f"{log.problems[0]}{_what_it_is(path)}; name the folder that a run wrote, or its {JOURNAL}"
        )
    if misshapen := header_mistake(log.header):
        text = f"{path}, line 1 or 2: {misshapen}, so another version wrote it, or it was changed by hand"
        raise ConformanceError(f"{text}; name the folder of a run of this version")
    return log


def _what_it_is(path: Path) -> str:
    """What a file is that somebody took for a journal."""
    with path.open("rb") as file:
        start = file.read(4096).lstrip()
    if not start:
        return ": it is empty"
    if start.startswith(b"<"):
        return ": it looks like a report for people, not like a journal"
    if b'"log"' in start:
        return ": it looks like a HAR"
    return ": it looks like a report.json" if b'"schema"' in start else ""


def report_of(
    log: RunLog,
    *,
    interrupted: bool = False,
    waivers: Sequence[Waiver] | None = None,
    baseline: Snapshot | None = None,
) -> Report:
    """Verdicts and report of a journal; `interrupted` is a run that ends just now, by whoever started it. `waivers`
    stand in place of those that the run was made with, and `baseline` in place of the earlier run that it names."""
    if "audit" in log.header:
        from conformance.run.audit_report import audit_report_of  # noqa: PLC0415 - a run need not wait for it

        given = None if waivers is None else tuple(waivers)
        return _compared(audit_report_of(log, interrupted=interrupted, waivers=given), log, baseline)
    log = _rejudged(log)
    rules = all_rules()
    items = _items(log)
    gone = sorted({rule for rule, _ in items if rule not in rules})
    if gone:
        advice = "name the schemas of a derived service with --schemas"
        text = f"rule {gone[0]} of the run is unknown here: it is of another version of the suite, or {advice}"
        raise ConformanceError(text)
    services = log.header.get("target", {}).get("services", {})
    beyond = {(rule, encoding): reason for rule, encoding, reason in log.header.get("beyond", ())}
    verdicts = decide(
        items,
        rules,
        log.records,
        enforcement={service: facts.get("enforcement", "must") for service, facts in services.items()},
        unsent=_unsent(log),
        profiles={service: facts.get("profiles", ()) for service, facts in services.items()},
        beyond=beyond,
        **_unshown(log),
    )
    verdicts, told = laid(log, open_still(log.header, verdicts, beyond), waivers)
    disagreements = sorted({rule for record in log.records for rule in record.judgement.disagreements})
    report = build(
        log,
        verdicts,
        observed(log.records, rules),
        disagreements=disagreements,
        interrupted=interrupted,
        selected_nothing=not items or is_empty(log.header),
        waivers=told,
        elsewhere=out_of_scope(log.header, verdicts),
    )
    return _compared(report, log, baseline)


def _unshown(log: RunLog) -> dict[str, str]:
    """Why no answer shows a rule that any answer might, where there is a reason."""
    if reason := why(log.header):
        return {"unshown": reason}
    return {} if log.ended else {"unshown": "the run ended before an answer showed it"}


def _compared(report: Report, log: RunLog, baseline: Snapshot | None) -> Report:
    """The report beside that of an earlier run: the one that is given, else the one that the run was made with."""
    recorded = log.header.get("baseline")
    if baseline is None and recorded is not None:
        baseline = of_kept(recorded, str(log.folder or JOURNAL))
    return report if baseline is None else replace(report, baseline=compare(baseline, of_report(report)))


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
    if not again:
        # Its answer is unknown, or it was not sent: that is to be said of what it was planned for.
        cases = [case for step in log.header.get("plan", ()) if step["exchange"] == replay for case in _cases(step)]
        borne = {(rule, case["encoding"]) for case in cases for rule in case.get("rules", ())}
    return [item for item in items if item in borne]


def material(report: Report, log: RunLog, language: Language) -> Material:
    """What writers render of a run."""
    known = {name: contract for name, contract in contracts().items() if name in report.scope["services"]}
    return Material(report=report, log=log, rules=all_rules(), contracts=known, language=language)


def shown(body: bytes) -> str:
    """A body for a terminal: at most a page, no control characters."""
    return printable(body[:4000].decode("utf-8", "replace"))


def _unsent(log: RunLog) -> Mapping[tuple[str, str], str]:
    """(Rule, encoding) → why a case that decides it was not sent, or not answered."""
    planned = {step["exchange"]: step for step in log.header.get("plan", ())}
    reasons = {**lacking(log.header), **_unsent_parts(log, planned)}
    seen = {record.exchange.id for record in log.records}
    for exchange, step in planned.items():
        if exchange in seen:
            continue
        if exchange in log.pending:
            reason = f"{exchange} was sent, its answer is unknown"
        else:
            reason = log.unsent.get(exchange, "the run ended before it was sent")
        for case in _cases(step):
            if case.get("expect") != Expect.OBSERVE:
                reasons |= {(rule, case["encoding"]): reason for rule in case.get("rules", ())}
    return reasons | {(rule, encoding): reason for rule, encoding, reason in log.header.get("undecided", ())}


def _cases(step: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """What a planned request is for."""
    return (step["case"], *step.get("riders", ()))


def _unsent_parts(log: RunLog, planned: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """The same of cases whose packed message showed nothing, where they were to be sent alone and were not."""
    shown = {record.case.id for record in log.records if not record.judgement.split}
    reasons: dict[tuple[str, str], str] = {}
    for exchange, reason in log.unsent.items():
        whole, part, _ = exchange.partition(".")
        for case in planned.get(whole, {}).get("riders", ()) if part and not repeated(exchange) else ():
            if case["id"] not in shown:
                reasons |= {(rule, case["encoding"]): reason for rule in case.get("rules", ())}
    return reasons


def _rejudged(log: RunLog) -> RunLog:
    """Judge again what was judged under another contract; what is masked cannot be judged any more."""
    other = changed_since(log.header)
    if not other:
        return log
    known, declared = contracts(), log.header.get("target", {}).get("services", {})
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
    # What an answer without its body was judged by is not there any more.
    records = tuple(record if record.exchange.id in log.bodiless else _again(judges, record) for record in log.records)
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
    judgement, before = judge(record.case, record.exchange), record.judgement
    bodies, labels = _seen(record.exchange)
    if MASK.encode() in bodies or MASK in labels:
        hidden = tuple(
            replace(result, outcome=Outcome.CANT_TELL, finding=None, reason="masked")
            if "/http/" not in result.rule or MASK in labels
            else result
            for result in judgement.results
        )
        # Whether it was accepted was told by the true answer, and others lean on it.
        told = {name: getattr(before, name) for name in ("reply", "said", "codes", "echoed", "decided", "split")}
        judgement = replace(judgement, results=hidden, **told)
    return replace(record, judgement=masked_judgement(judgement, Secrets()))


def _seen(exchange: Exchange) -> tuple[bytes, str]:
    """What of an exchange is judged: the bodies, and the headers that carry no credentials."""
    sides: tuple[Request | Response, ...] = (exchange.request,)
    if exchange.response is not None:
        sides = (*sides, exchange.response)
    pairs = (pair for side in sides for pair in side.headers if pair[0].lower() in JUDGED)
    return b"".join(side.body for side in sides), " ".join(value for _, value in pairs)
