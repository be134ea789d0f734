"""Made-up runs on disk, for the tests of what compares runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from conformance.cli import main
from conformance.model import Level, Verdict
from conformance.report.build import build
from conformance.report.comparing.snapshot import Said, Snapshot
from conformance.report.writers.report_json import write
from tests.report_samples import header, log, material

SERVICE = "collection-policy"
FACTS = {"url": "https://staging.example.com/x", "encodings": "json", "enforcement": "must", "contract": "0" * 64}
DAYS = tuple(f"2026-03-{day:02}T10:00:00-05:00" for day in range(1, 29))


def said(rule: str, word: str, level: Level = Level.MUST, encoding: str = "json", told: str = "") -> Said:
    return Said(rule=f"{SERVICE}/request/{rule}", encoding=encoding, service=SERVICE, level=level, word=word, told=told)


def run(*rules: Said, **changes: Any) -> Snapshot:
    facts: dict[str, Any] = {
        "run": "20260304T150000Z-staging",
        "started": "2026-03-04T10:00:00-05:00",
        "outcome": "conforms",
        "sentence": "It conforms.",
        "name": "staging",
        "environment": "build 4.2.1",
        "version": "0.1.0",
        "depth": "standard",
        "seed": 0,
        "selection": "",
        "strict": False,
        "reference": False,
        "trouble": "",
        "services": {SERVICE: FACTS},
        "said": rules,
    }
    return Snapshot(**(facts | changes))


def wrote(folder: Path, *verdicts: Verdict, day: int = 1, name: str = "staging", **changes: Any) -> Path:
    """The folder of a run with these verdicts, which holds a report and nothing else."""
    target = {**header()["target"], "name": name} | changes.pop("target", {})
    facts = {"run": folder.name, "started": DAYS[day - 1], "target": target, "end": {"at": DAYS[day - 1]}}
    run = log(**(facts | changes))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_bytes(write(material(build(run, verdicts, ()), run)))
    return folder


def ran(*words: str | Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Exit status, output and errors of a command in this process."""
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    out, err = capsys.readouterr()
    status = ended.value.code
    assert isinstance(status, int), status
    sys.stdout.flush()
    return status, out, err
