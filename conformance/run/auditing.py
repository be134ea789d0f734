"""What an audit is: recordings, found and judged by an engine, and the report of what they say. Sends nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from conformance.emit.assumed import assumed, is_assumed
from conformance.errors import ConformanceError, SuiteError, hint
from conformance.model import Contract, Report, Request, Response
from conformance.report.claim.signing import signer_of
from conformance.report.writers import known as known_formats
from conformance.run.audited import AuditFacts, Recording, write_audit
from conformance.run.bound import described, from_target, plain
from conformance.run.comparing import baseline_of
from conformance.run.contracts import all_rules, chosen, contracts, encodings
from conformance.run.execution import INTERRUPTED
from conformance.run.folders import folder, unused
from conformance.run.waiving import load_waivers
from conformance.target.file import load_target
from conformance.target.secrets import Secrets
from conformance.target.settings import Target
from conformance.traffic.auditing import Brief, Told, summarise
from conformance.traffic.files.parts import Part, parts_of
from conformance.traffic.judging import Desk, Subject
from conformance.traffic.summary import PROVIDER, Summary

ENGINES = ("local", "dask")
PARTIES = ("provider", "consumer", "both")
MOST_WORKERS = 256
PART = 32 * 2**20
"""Bytes of a part: enough that what a process compiles is soon earned, few enough that parts end together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditOptions:
    """What the command line says. `workers` is None for as many processes as there are cores."""

    paths: tuple[str, ...]
    command: str
    services: tuple[str, ...] = ()
    target: Path | None = None
    engine: str = "local"
    scheduler: str | None = None
    workers: int | None = None
    party: str = "both"
    strict: bool = False
    out: Path | None = None
    formats: tuple[str, ...] = ()
    waivers: Path | None = None
    baseline: Path | None = None
    lang: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of an audit: the report, its files, the folder, and whether it was interrupted."""

    report: Report
    files: tuple[Path, ...]
    out: Path
    interrupted: bool


def audit(options: AuditOptions, told: Told | None = None) -> Done:
    """Judge the recordings and write the report. Every mistake of the user is a ConformanceError, told before anything
    is read that takes long; an interruption ends in the report of what was read by then."""
    _check(options)
    services = chosen(options.services)
    waivers = load_waivers(options.waivers) if options.waivers is not None else None
    baseline = baseline_of(options.baseline, None)
    signer_of(os.environ)
    target = load_target(options.target, os.environ, contracts(), encodings()) if options.target is not None else None
    subjects = subjects_of(services, target, named=bool(options.services))
    parts = parts_of(options.paths, PART)
    # Those of a scheduler that was named are its own affair.
    workers = 0 if options.scheduler is not None else options.workers or _cores()
    brief = Brief(subjects=subjects)
    engine: Iterator[Summary] = _engine(options)(parts, brief, workers, told)
    # Nobody shall read for hours and then be told that there is no room for the report.
    new = options.out is None or not options.out.exists()
    out = folder(options.out, _name(target), target.masks() if target else Secrets(), resumable=False)
    whole, interrupted = Summary(), False
    try:
        for summary in engine:
            whole.merge(summary)
    except KeyboardInterrupt:
        interrupted = True
        # Whatever still reads is stopped before the report is written.
        getattr(engine, "close", lambda: None)()
    except ConformanceError:
        if new:
            out.rmdir()
        raise
    whole.ordered()
    written = write_audit(
        whole,
        AuditFacts(
            command=options.command,
            files=_files(parts),
            services=options.services,
            party=options.party,
            engine=options.engine,
            workers=workers,
            strict=options.strict,
            disagreements=doubted(whole, Desk(subjects)),
            target=target,
            secrets=target.masks() if target is not None else Secrets(),
            waivers=waivers,
            baseline=baseline,
        ),
        out,
        options.formats,
        lang=options.lang,
        stopped=INTERRUPTED if interrupted else "",
    )
    return Done(report=written.report, files=written.files, out=out, interrupted=interrupted)


def _check(options: AuditOptions) -> None:
    for name, value, known in (("engine", options.engine, ENGINES), ("party", options.party, PARTIES)):
        if value not in known:
            raise ConformanceError(f"--{name} {value}: known are {', '.join(known)}{_meant(value, known)}")
    if options.scheduler is not None and options.engine != "dask":
        raise ConformanceError("--scheduler names a scheduler of Dask; add --engine dask")
    if options.scheduler is not None and options.workers is not None:
        raise ConformanceError("--workers: with --scheduler its own workers judge; leave this out")
    if options.workers is not None and not 1 <= options.workers <= MOST_WORKERS:
        raise ConformanceError(f"--workers {options.workers}: from 1 to {MOST_WORKERS}")
    known_formats(options.formats)
    if options.out is not None:
        unused(options.out, resumable=False)


def _meant(value: str, known: Iterable[str]) -> str:
    told = hint(value, known)
    return told if "did you mean" in told else ""


def _engine(options: AuditOptions) -> Callable[[Sequence[Part], Brief, int, Told | None], Iterator[Summary]]:
    if options.engine == "local":
        return summarise
    from conformance.traffic.dask_engine import on_dask  # noqa: PLC0415 - an extra

    return on_dask(options.scheduler)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def doubted(whole: Summary, desk: Desk) -> tuple[str, ...]:
    """The rules about answers over which walk and schemas differ, in what is shown. Each has two opinions."""
    shown = {
        example.occurrence.place: (key, example.exchange)
        for key, tally in whole.tallies.items()
        if key.party == PROVIDER and "/response/" in key.rule
        for example in tally.examples
    }
    found = (desk.again(key.rule.partition("/")[0], key.encoding, exchange) for key, exchange in shown.values())
    return tuple(sorted(frozenset[str]().union(*found)))


# --- services ---------------------------------------------------------------------------------------------------------


def subjects_of(services: Iterable[str], target: Target | None, *, named: bool) -> Mapping[str, Subject]:
    """The services as recordings are judged by them. With a target file those that it has sections of, at its addresses
    and with its refusals; a service whose document has no names needs its WSDL as a file, since nothing is fetched."""
    rules = all_rules()
    found: dict[str, Subject] = {}
    for service in services:
        contract = contracts()[service]
        if target is None:
            found[service] = Subject(contract=assumed(contract), rules=rules, named=not is_assumed(contract))
        elif service in target.services:
            found[service] = replace(_at(contract, target), rules=rules)
        elif named:
            raise ConformanceError(f"--service {service}: the target file has no section [{service}]")
    if not found:
        raise ConformanceError("the target file has no section with a service that this version can judge")
    return found


def _at(contract: Contract, target: Target) -> Subject:
    kept = target.services[contract.service]
    if not described(contract):
        return Subject(contract=plain(contract, kept).contract, rules={}, url=kept.url)
    if not kept.wsdl or urlsplit(kept.wsdl).scheme:
        text = f"[{contract.service}] wsdl: an audit fetches nothing; download the WSDL and name the file"
        raise ConformanceError(text)
    bound = from_target(contract, kept, target, _never)
    return Subject(contract=bound.contract, rules={}, description=bound.description, url=kept.url)


def _never(_request: Request) -> Response:
    raise SuiteError("an audit fetches nothing")


# --- files ------------------------------------------------------------------------------------------------------------


def _files(parts: Sequence[Part]) -> tuple[Recording, ...]:
    """One for each file: two addresses of a storage may be shown alike."""
    found = {part.order: part for part in reversed(parts)}
    return tuple(Recording(path=found[order].path, size=found[order].size) for order in sorted(found))


def _name(target: Target | None) -> str:
    return "recorded" if target is None else f"{target.name}-recorded"
