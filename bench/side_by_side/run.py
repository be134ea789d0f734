"""One tool against one defect, as its user starts it: a process, the reference on loopback, a count at the server."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT
from time import perf_counter

import yaml

from bench.side_by_side import ours, theirs
from bench.side_by_side.compare import CLEAN, Run
from bench.side_by_side.document import helped
from bench.side_by_side.serve import counted
from conformance.model import Request, Response
from conformance.reference import Defect
from conformance.reference.app import path_of
from conformance.reference.service import State, answer
from conformance.resources import schemas_dir
from conformance.run.contracts import contracts

SERVICE = "collection-policy"

OVER = 0.5
"""Seconds by which a slow answer is later than either tool waits."""

GRACE = 30
"""Seconds that an interrupted tool has for its report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is the same for each run. `limit` is for a run, `answer` for one answer, both in seconds."""

    seed: int = 1
    examples: int = 300
    limit: float = 300
    answer: float = 2
    as_emitted: bool = False


def clean(request: Request) -> Response:
    """The answer of the reference without a defect."""
    return answer(contracts()[SERVICE], request, State())[0]


def run_ours(settings: Settings, defect: Defect | None) -> Run:
    """`conformance check` against the defect, or against the clean reference."""
    contract = contracts()[SERVICE]
    with tempfile.TemporaryDirectory() as name, counted(contract, defect, settings.answer + OVER) as (root, seen):
        folder = Path(name)
        target = folder / "target.toml"
        target.write_text(ours.target(SERVICE, root + path_of(contract), settings.answer), "utf-8")
        seconds, cut = _timed(ours.command(target, folder / "out", SERVICE, settings.seed), folder, settings.limit)
        told = ours.failed(folder / "out" / "report.json")
        return Run(
            tool=ours.TOOL,
            defect=defect.id if defect else CLEAN,
            caught=defect is not None and ours.catches(told, _own(defect)),
            requests=seen(),
            seconds=seconds,
            told=told,
            cut=cut,
        )


def _own(defect: Defect) -> tuple[str, ...]:
    """The rules that are to catch it: one, or any of those that share the habit."""
    return defect.rules if defect.wide else defect.rules[:1]


def run_theirs(settings: Settings, defect: Defect | None, events: Path) -> Run:
    """Schemathesis against the defect, or against the clean reference; its record goes to `events`."""
    with counted(contracts()[SERVICE], defect, settings.answer + OVER) as (root, seen):
        document = events.with_suffix(".openapi.json")
        document.write_text(json.dumps(_document(as_emitted=settings.as_emitted)), "utf-8")
        command = theirs.command(
            document, root, events, examples=settings.examples, seed=settings.seed, limit=settings.answer
        )
        seconds, cut = _timed(command, events.parent, settings.limit)
        with events.open(encoding="utf-8") as lines:
            told = theirs.read(lines)
        at = next((one.at for one in told if defect and theirs.shows(one, clean)), None)
        return Run(
            tool=theirs.TOOL,
            defect=defect.id if defect else CLEAN,
            caught=at is not None,
            requests=seen(),
            seconds=seconds,
            told=theirs.kinds(told),
            at=at,
            cut=cut,
        )


def _document(*, as_emitted: bool) -> object:
    found = yaml.safe_load((schemas_dir() / SERVICE / "openapi.yaml").read_text("utf-8"))
    return found if as_emitted else helped(found)


def _timed(command: Sequence[str], folder: Path, limit: float) -> tuple[float, bool]:
    """The wall time of the command, and whether the limit ended it.

    Both tools report what they have when they are interrupted.
    """
    began = perf_counter()
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as started:
        cut = False
        try:
            said, _ = started.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            cut = True
            started.send_signal(SIGINT)
            try:
                said, _ = started.communicate(timeout=GRACE)
            except subprocess.TimeoutExpired:
                started.kill()
                said, _ = started.communicate()
        seconds = perf_counter() - began
    # Findings are 0, 1 and, of ours, 6; anything else is a mistake of this benchmark, not a result.
    if not cut and started.returncode not in {0, 1, 6}:
        raise SystemExit(f"{' '.join(command)}\nexit {started.returncode}\n{said.decode()}")
    return seconds, cut
