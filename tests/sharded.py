"""A plan run as a whole and in shards, in process: the reference is the wire, so nothing is waited for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.judge import Judge
from conformance.model import Case, Contract, Exchange, Judgement, Plan, Request, Response
from conformance.reference import Defect
from conformance.reference.service import State, answer
from conformance.report.language import ENGLISH
from conformance.report.writers import report_json
from conformance.run import rendering, setup
from conformance.run.contracts import contracts
from conformance.run.header import header, planned, selection
from conformance.run.merging import merged
from conformance.run.options import Options
from conformance.run.serving import defects
from conformance.run.setup import Setup
from conformance.target.exchanger import Exchanger
from conformance.target.journal import Journal, read
from conformance.target.journal.earlier import FIRST, Earlier, earlier

REPEATED = re.compile(r"\.s\d+")
PROVENANCE = ("run", "started", "ended", "command", "merged")

Fails = Callable[[Request, int], Exception | None]


class Wire:
    """The reference with several defects at once, as something that sends; what it got is kept. `fails` says of a
    request, and how many were sent before, how it fails."""

    def __init__(self, *flaws: Defect, fails: Fails = lambda request, number: None) -> None:
        self._flaws = flaws
        self._fails = fails
        self._states: dict[str, State] = {}
        self.sent: list[Request] = []

    def send(self, request: Request, tried: list[str]) -> Response:
        self.sent.append(request)
        if (failure := self._fails(request, len(self.sent) - 1)) is not None:
            raise failure
        contract = _served(request)
        state = self._states.get(contract.service, State())
        here = replace(request, url=contract.operation.path)
        found, self._states[contract.service] = answer(contract, here, state, None)
        for flaw in self._flaws:
            other, _ = answer(contract, here, state, flaw) if flaw.service == contract.service else (found, None)
            if other != found:
                return other
        return found


def _served(request: Request) -> Contract:
    path = urlsplit(request.url).path
    return next(known for known in contracts().values() if urlsplit(known.operation.path).path.strip("/") in path)


@cache
def flaw(name: str) -> Defect:
    """The defect of that id."""
    return next(known for known in defects(name.partition("/")[0]) if known.id == name)


@dataclass(frozen=True)
class Job:
    """A run, or a shard of it, that was planned."""

    setup: Setup
    plan: Plan


def prepared(folder: Path, services: Sequence[str], shard: str | None = None, head: str = "", **more: Any) -> Job:
    """A run, or a shard of it, planned once for as often as it is sent."""
    file = folder / "target.toml"
    urls = {name: f"http://127.0.0.1:9/{contracts()[name].operation.path.lstrip('/')}" for name in services}
    sections = "".join(f'[{name}]\nurl = "{url}"\n' for name, url in urls.items())
    file.write_text(f'name = "here"\n{head}\n{sections}', "utf-8")
    options = Options(**{"target": file, "depth": "quick", "shard": shard, **more})
    made = setup.bind_all(setup.set_up(options, {}), None)
    return Job(made, setup.plan(made, made.items))


def run(out: Path, job: Job, wire: Wire, *, workers: int = 1) -> Path:
    """The folder of a run that sent all of its plan, or that was gone on with where it has a journal already: what
    had no answer is sent again."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / rendering.JOURNAL
    made, plan, masks = job.setup, job.plan, job.setup.target.masks()
    if path.exists():
        log = read(path)
        journal = Journal.extend(path, log.header, masks)
        journal.resumed(command="")
        before = earlier(log, plan, resend=True)
    else:
        words = selection(made.options, narrowed=False)
        journal, before = Journal.create(path, header(made, made.items, out.name, words), masks), FIRST
        journal.plan(planned(made, plan, made.items))
    _send(plan, made, wire, journal, before, workers)
    journal.end()
    journal.close()
    return out


def _send(plan: Plan, made: Setup, wire: Wire, journal: Journal, before: Earlier, workers: int) -> None:
    judges = {name: Judge(made.service(name).contract, made.rules) for name in made.target.services}

    def judge(case: Case, exchange: Exchange) -> Judgement:
        return judges[case.service](case, exchange)

    target = setup.affordable(made, plan)
    one = Exchanger(plan, wire=wire, judge=judge, journal=journal, target=target, workers=workers, earlier=before)
    one.start()
    one.wait_all()


def told(folder: Path) -> dict[str, Any]:
    """The report of the folder's journal."""
    log = rendering.log_of(folder)
    document: dict[str, Any] = json.loads(report_json.write(rendering.material(rendering.report_of(log), log, ENGLISH)))
    return document


def merge(out: Path, *runs: Path) -> dict[str, Any]:
    """The report of the merged shards."""
    return told(merged(runs, out))


def comparable(report: dict[str, Any]) -> dict[str, Any]:
    """The report without times, ids of runs and repeated baselines: what merged shards have in common with a whole."""
    for one in (*report["verdicts"], *report["observations"]):
        one["exchanges"] = [name for name in one["exchanges"] if not REPEATED.search(name)]
    kept = {name: seen for name, seen in report["exchanges"].items() if not REPEATED.search(name)}
    suite = {key: held for key, held in report["suite"].items() if key not in PROVENANCE}
    scope = {key: held for key, held in report["scope"].items() if key != "requests"}
    return {**report, "exchanges": kept, "suite": suite, "scope": scope}
