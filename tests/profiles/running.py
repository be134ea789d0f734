"""The whole suite, run against a URL: target file, plan, wire, journal, judge, report. What a test asks of the run."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.model import Level, Outcome, Report, Verdict
from conformance.run.contracts import all_rules
from conformance.run.execution import Run
from conformance.run.options import Options
from conformance.run.setup import set_up

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

    def verdict(self, rule: str) -> Verdict:
        return next(verdict for verdict in self.report.verdicts if short(verdict) == rule)

    def why(self, rules: Collection[str]) -> dict[str, object]:
        """The reasons, for the message of an assertion."""
        return {rule: self.verdict(rule).findings or self.verdict(rule).reason for rule in rules}


def short(verdict: Verdict) -> str:
    return verdict.rule.removeprefix(f"{SERVICE}/")


def all_of(part: str, *facets: str, level: Level | None = None) -> set[str]:
    """Every rule of that part with one of the facets (all for none) at that level."""
    return {
        rule.id.removeprefix(f"{SERVICE}/")
        for rule in all_rules().values()
        if rule.service == SERVICE
        and rule.part == part
        and (not facets or rule.facet in facets)
        and level in (None, rule.level)
    }


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
