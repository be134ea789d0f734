"""What an audit found → its journal and its reports. The journal alone makes the report again, as with a run.

Whoever judges recordings hands over a `Summary`; what the header says of the audit comes as `AuditFacts`. Reads no
recording.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from conformance import __version__
from conformance.errors import ConformanceError
from conformance.model import (
    CONSUMER,
    PROVIDER,
    Case,
    Exchange,
    Expect,
    Observation,
    Outcome,
    Record,
    Reply,
    Report,
    Result,
)
from conformance.model import Judgement as Judged
from conformance.report.audit import BOTH, UNNAMED
from conformance.report.claim.signing import Signer
from conformance.report.comparing.snapshot import Snapshot, as_kept
from conformance.report.language import language_of
from conformance.report.writers import ALWAYS
from conformance.run import rendering, writing
from conformance.run.contracts import all_rules, chosen, matching
from conformance.run.header import about_contracts, about_service
from conformance.run.waiving import Waiver, recorded
from conformance.target.journal import FORMAT, Journal, now
from conformance.target.journal.records import masked_exchange, masked_judgement
from conformance.target.secrets import Secrets
from conformance.target.settings import Target
from conformance.traffic.keeping import kept, numbered
from conformance.traffic.recording import Place
from conformance.traffic.summary import Example, Key, Summary

TRAFFIC = UNNAMED[0]
"""What an audit without a target file is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A file that was read: its bytes as stored, and its records, where they are known."""

    path: str
    size: int | None = None
    records: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFacts:
    """All that a report says of an audit beside what was found. Empty `services` and `rules` mean all; `party` is who
    decides; `target` says where the services are, and what it claims of them."""

    command: str
    files: tuple[Recording, ...]
    started: str = field(default_factory=now)
    name: str = TRAFFIC
    environment: str = ""
    services: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    party: str = BOTH
    engine: str = "local"
    workers: int = 1
    strict: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    disagreements: tuple[str, ...] = ()
    """Rules over which walk and schemas differ: a defect of this suite."""
    target: Target | None = None
    waivers: Sequence[Waiver] | None = None
    baseline: Snapshot | None = None
    secrets: Secrets = field(default_factory=Secrets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """The report of an audit, and the files that were written."""

    report: Report
    files: tuple[Path, ...]


def write_audit(
    summary: Summary,
    facts: AuditFacts,
    out: Path,
    formats: Iterable[str] = (),
    *,
    lang: str | None = None,
    signer: Signer | None = None,
    stopped: str = "",
) -> Audited:
    """Write the journal and the reports of an audit into the folder. `stopped` says what became of one that did not
    come to its end: it `was interrupted`, say."""
    journal_of(out, summary, facts, stopped=stopped)
    return reported(out, formats, lang=lang, signer=signer, interrupted=bool(stopped))


def reported(
    out: Path,
    formats: Iterable[str] = (),
    *,
    lang: str | None = None,
    signer: Signer | None = None,
    interrupted: bool = False,
) -> Audited:
    """Write the reports of the journal in the folder."""
    log = rendering.log_of(out)
    report = rendering.report_of(log, interrupted=interrupted)
    told = rendering.material(report, log, language_of(lang))
    files = writing.written(told, out, (*ALWAYS, *formats), signer)
    return Audited(report=report, files=(*files, out / rendering.JOURNAL))


def journal_of(out: Path, summary: Summary, facts: AuditFacts, *, stopped: str = "") -> Path:
    """Write `run.jsonl`: header, an exchange for each example, the summary, the end."""
    path = out / rendering.JOURNAL
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConformanceError(f"--out {out}: cannot write here ({error.strerror}); name another folder") from None
    journal = Journal.create(path, header_of(facts), facts.secrets)
    try:
        for exchange, records in _shown(summary, facts.secrets):
            journal.exchange(exchange, records)
        journal.summary(kept(summary) | ({"disagreements": list(facts.disagreements)} if facts.disagreements else {}))
        if stopped:
            journal.stopped(stopped)
        else:
            journal.end()
    finally:
        journal.close()
    return path


def header_of(facts: AuditFacts) -> dict[str, Any]:
    """The first line of the journal of an audit."""
    services = tuple(name for name in chosen(facts.services) if facts.target is None or name in facts.target.services)
    rules = [rule for rule in matching(facts.rules, all_rules()) if rule.service in services]
    target = facts.target
    name = facts.name if target is None or facts.name != TRAFFIC else target.name
    return {
        "journal": FORMAT,
        "run": f"{datetime.fromisoformat(facts.started).astimezone(UTC):%Y%m%dT%H%M%SZ}-audit",
        "started": facts.started,
        "command": facts.command,
        "options": dict(facts.options),
        "strict": facts.strict,
        "suite": {
            "name": "billing-conformance",
            "version": __version__,
            "python": platform.python_version(),
            "workers": facts.workers,
        },
        "target": {
            "name": name,
            "environment": facts.environment or (target.environment if target is not None else ""),
            "reference": False,
            "effects": False,
            "tls_verify": True,
            "services": {} if target is None else {name: about_service(kept) for name, kept in target.services.items()},
        },
        "settings": [],
        "scope": {
            "services": list(services),
            "encodings": {},
            "selection": _selection(facts),
            "not_covered": [],
        },
        "contracts": about_contracts(services),
        "rules": [[rule.id, encoding] for rule in rules for encoding in rule.encodings],
        "notices": list(facts.notices),
        "audit": {"files": [_file(one) for one in facts.files], "engine": facts.engine, "party": facts.party},
        **({} if facts.waivers is None else {"waivers": recorded(facts.waivers, name)}),
        **({} if facts.baseline is None else {"baseline": as_kept(facts.baseline)}),
    }


def _file(of: Recording) -> dict[str, Any]:
    told = asdict(of)
    told["bytes"] = told.pop("size")
    return {name: held for name, held in told.items() if held is not None}


def _selection(facts: AuditFacts) -> str:
    """In words what was selected; empty for everything."""
    parts = []
    if facts.services:
        parts.append(f"service {', '.join(facts.services)}")
    if facts.rules:
        parts.append(f"rules {', '.join(facts.rules)}")
    return "; ".join(parts)


def _shown(summary: Summary, secrets: Secrets) -> Iterator[tuple[Exchange, list[Record]]]:
    """Each exchange that is an example, with what it shows of either party. What names tell was masked where it was
    read; what only a target file tells is masked here."""
    ids, found = numbered(summary), dict[Place, list[tuple[Key, Example]]]()
    for key, tally in sorted(summary.tallies.items()):
        for example in tally.examples:
            found.setdefault(example.occurrence.place, []).append((key, example))
    for place, name in ids.items():
        shown = found[place]
        key, example = shown[0]
        service = key.rule.partition("/")[0]
        exchange = masked_exchange(example.exchange, secrets)
        exchange = replace(exchange, id=name, case=f"{service}/{key.encoding}/recorded")
        title = f"recorded in {secrets.mask(place.path)} at byte {place.offset}"
        records = [
            record_of(
                exchange,
                service,
                key.encoding,
                party,
                [
                    Result(rule=one.rule, outcome=Outcome.FAILED, finding=finding, encoding=one.encoding)
                    for one, example in shown
                    if one.party == party
                    for finding in example.findings
                ],
                title=title,
            )
            for party in (PROVIDER, CONSUMER)
            if any(one.party == party for one, _ in shown)
        ]
        yield exchange, [replace(one, judgement=masked_judgement(one.judgement, secrets)) for one in records]


def record_of(
    exchange: Exchange,
    service: str,
    encoding: str,
    party: str,
    results: Iterable[Result],
    observations: Iterable[Observation] = (),
    *,
    title: str = "a recorded exchange",
    reply: Reply = Reply.NEITHER,
) -> Record:
    """What a recorded exchange says of one party, as a journal has it."""
    said = tuple(results)
    return Record(
        case=Case(
            id=f"{service}/{encoding}/recorded",
            service=service,
            encoding=encoding,
            kind="positive",
            expect=Expect.ANY,
            rules=tuple(dict.fromkeys(one.rule for one in said)),
            title=title,
            request=exchange.request,
            origin=f"recorded:{party}",
        ),
        exchange=exchange,
        judgement=Judged(
            exchange=exchange.id,
            reply=reply,
            words="",
            encoding=encoding,
            results=said,
            observations=tuple(observations),
        ),
    )
