"""The whole suite, run against a URL or in process. What a test asks of the run.

Against a URL: target file, plan, wire, journal, judge, report. In process a function of request to answer takes the
place of the wire, and nothing is written: plan, judge, verdicts and report are the same.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from conformance.judge import Judge
from conformance.judge.parts import in_turn
from conformance.judge.verdicts import decide, observed
from conformance.model import (
    Exchange,
    Judgement,
    Level,
    Outcome,
    Plan,
    Record,
    Report,
    Request,
    Response,
    Step,
    Verdict,
)
from conformance.report.build import build
from conformance.run.contracts import all_rules, contracts
from conformance.run.execution import Run
from conformance.run.header import header
from conformance.run.header import planned as planned_facts
from conformance.run.options import Options
from conformance.run.setup import Setup, plan, set_up
from conformance.target.journal import RunLog, now
from tests.profiles.wire import PATH, Answer, Incoming

SERVICE = "collection-policy"


@dataclass(frozen=True)
class Checked:
    """A finished run."""

    report: Report
    out: Path

    @property
    def exit(self) -> int:
        return self.report.exit_status

    @property
    def sentence(self) -> str:
        return self.report.sentence

    @property
    def document(self) -> dict[str, Any]:
        """report.json as another program reads it."""
        found: dict[str, Any] = json.loads((self.out / "report.json").read_text("utf-8"))
        return found

    def rules(self, outcome: Outcome, *levels: Level) -> set[str]:
        """The rules with that outcome, without the service's name."""
        return {short(v) for v in self.report.verdicts if v.outcome is outcome and v.level in (levels or tuple(Level))}

    def failed(self, *levels: Level) -> set[str]:
        return self.rules(Outcome.FAILED, *levels)

    def failed_in(self, *levels: Level) -> set[str]:
        """What failed, as `rule@encoding`."""
        return self.found(Outcome.FAILED, *levels)

    def found(self, outcome: Outcome, *levels: Level) -> set[str]:
        """`rule@encoding` of every verdict with that outcome."""
        chosen = levels or tuple(Level)
        return {f"{short(v)}@{v.encoding}" for v in self.report.verdicts if v.outcome is outcome and v.level in chosen}

    def verdict(self, rule: str) -> Verdict:
        """The verdict of a rule, or of `rule@encoding`."""
        name, _, encoding = rule.partition("@")
        return next(v for v in self.report.verdicts if short(v) == name and encoding in ("", v.encoding))

    def why(self, rules: Collection[str]) -> dict[str, object]:
        """The reasons, for the message of an assertion."""
        return {rule: self.verdict(rule).findings or self.verdict(rule).reason for rule in sorted(rules)}


def short(verdict: Verdict) -> str:
    return verdict.rule.removeprefix(f"{SERVICE}/")


def all_of(part: str, *facets: str, level: Level | None = None, encoding: str = "json") -> set[str]:
    """Every rule of that part in the encoding with one of the facets (all for none) at that level."""
    return {
        rule.id.removeprefix(f"{SERVICE}/")
        for rule in all_rules().values()
        if rule.service == SERVICE
        and rule.part == part
        and encoding in rule.encodings
        and (not facets or rule.facet in facets)
        and level in (None, rule.level_in(encoding))
    }


def everywhere(part: str, *facets: str, encodings: Collection[str] = ("json", "xml", "form")) -> set[str]:
    """The same as `rule@encoding`, in all of the encodings."""
    return {f"{rule}@{encoding}" for encoding in encodings for rule in all_of(part, *facets, encoding=encoding)}


def target_file(folder: Path, url: str, more: str = "") -> Path:
    """A target file of one URL."""
    path = folder / "target.toml"
    path.write_text(
        f'name = "profile"\nenvironment = "a server of the tests"\n[{SERVICE}]\nurl = "{url}"\n{more}', "utf-8"
    )
    return path


def run_suite(
    folder: Path,
    url: str,
    *rules: str,
    depth: str = "quick",
    seed: int = 0,
    workers: int = 4,
    more: str = "",
    strict: bool = False,
) -> Checked:
    """Check the server at the URL, all rules or those that match."""
    folder.mkdir(parents=True, exist_ok=True)
    options = Options(
        target=target_file(folder, url, more),
        rules=tuple(f"{SERVICE}/{rule}" for rule in rules),
        depth=depth,
        seed=seed,
        workers=workers,
        strict=strict,
        out=folder / "run",
    )
    prepared = set_up(options, {})
    run = Run(prepared, prepared.items, narrowed=False)
    try:
        run.start()
        report = run.finish()
    finally:
        run.close()
    assert report is not None
    return Checked(report, folder / "run")


# --- in process -------------------------------------------------------------------------------------------------------

NOWHERE = f"http://127.0.0.1:9{PATH}"


def ask(
    answer: Answer, *rules: str, encodings: Collection[str] = (), depth: str = "quick", seed: int = 0, more: str = ""
) -> Checked:
    """What the suite says of the answers, all rules or those that match. There is no folder behind the result."""
    listed = f"encodings = {json.dumps(list(encodings))}\n" if encodings else ""
    prepared, planned, known = _planned(rules, listed + more, depth, seed)
    judge = Judge(contracts()[SERVICE], prepared.rules)

    def judged(step: Step) -> list[Record]:
        response = _response(answer, step.case.request)
        records = []
        for case in (step.case, *planned.riding(step)):
            exchange = Exchange(
                id=step.exchange,
                case=case.id,
                request=step.case.request,
                response=response,
                error=None,
                started=now(),
                milliseconds=0.0,
            )
            # The judge is pure, and most answers of one service are those of another to the byte.
            key = (step.exchange, case.id, response)
            if key not in known:
                known[key] = judge(case, exchange)
            records.append(Record(case=case, exchange=exchange, judgement=known[key]))
        return records

    records = list(in_turn(planned, judged))
    verdicts = decide(prepared.items, prepared.rules, records)
    facts = {**header(prepared, prepared.items, "in process", ""), **planned_facts(prepared, planned, prepared.items)}
    log = RunLog(header=facts, records=tuple(records), ended=True)
    disagreements = sorted({rule for record in records for rule in record.judgement.disagreements})
    report = build(log, verdicts, observed(records, prepared.rules), disagreements=disagreements)
    return Checked(report, Path())


Known = dict[tuple[str, str, Response], Judgement]
"""Exchange, case and answer of a plan → what the judge said of them."""


@cache
def _planned(rules: tuple[str, ...], more: str, depth: str, seed: int) -> tuple[Setup, Plan, Known]:
    with TemporaryDirectory() as folder:
        options = Options(
            target=target_file(Path(folder), NOWHERE, more),
            rules=tuple(f"{SERVICE}/{rule}" for rule in rules),
            depth=depth,
            seed=seed,
        )
        prepared = set_up(options, {})
    return prepared, plan(prepared, prepared.items), {}


def _response(answer: Answer, request: Request) -> Response:
    incoming = Incoming(method=request.method, path=PATH, headers=request.headers, body=request.body)
    outgoing = answer(incoming)
    phrase = HTTPStatus(outgoing.status).phrase
    return Response(status=outgoing.status, headers=outgoing.headers, body=outgoing.body, reason=phrase)
