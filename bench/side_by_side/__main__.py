"""`python -m bench.side_by_side`: our suite and Schemathesis against the same defects, one after the other.

Both are started as their users start them, against the reference on loopback, in turn, so that whatever else the
machine does disturbs both alike. Exit 1 unless ours catches every defect with a third of the requests, a quarter of the
wall time and no false alarm. Nightly, never in a test.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version
from os import cpu_count
from pathlib import Path
from signal import SIGINT
from time import perf_counter

import yaml

from bench.side_by_side import ours, theirs
from bench.side_by_side.compare import CLEAN, Run, short_of, total
from bench.side_by_side.document import helped
from bench.side_by_side.sample import sample
from bench.side_by_side.serve import counted
from bench.side_by_side.tables import page, placed
from conformance.model import Request, Response
from conformance.reference import Defect
from conformance.reference.app import path_of
from conformance.reference.service import State, answer
from conformance.resources import schemas_dir
from conformance.run.contracts import contracts
from conformance.run.serving import defects

SERVICE = "collection-policy"
GRACE = 30
"""Seconds that an interrupted tool has for its report."""


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """What the command takes."""
    parser = argparse.ArgumentParser(prog="python -m bench.side_by_side", description=__doc__)
    parser.add_argument("--sample", type=int, default=40, help="how many defects, spread over their kinds")
    parser.add_argument("--all", action="store_true", help="every defect")
    parser.add_argument("--seed", type=int, default=1, help="of the sample and of both tools")
    parser.add_argument("--examples", type=int, default=300, help="--max-examples of Schemathesis")
    parser.add_argument("--limit", type=float, default=300, help="seconds for one run")
    parser.add_argument("--answer", type=float, default=2, help="seconds for one answer")
    parser.add_argument("--as-emitted", action="store_true", help="give Schemathesis the document without additions")
    parser.add_argument("--json", type=Path, help="write every run here")
    parser.add_argument("--write", type=Path, help="put the tables into this page, between its marks")
    return parser.parse_args(arguments)


def main() -> int:
    """Run, print, and say whether the aims are met."""
    chosen = options()
    known = {defect.id: defect for defect in defects(SERVICE)}
    drawn = sample(tuple(known), len(known) if chosen.all else chosen.sample, chosen.seed)
    runs: list[Run] = []
    with tempfile.TemporaryDirectory() as folder:
        document = _document(Path(folder), as_emitted=chosen.as_emitted)
        for place, name in enumerate((CLEAN, *drawn)):
            pair = (_ours(chosen, known.get(name)), _theirs(chosen, known.get(name), document))
            clean = {run.tool: set(run.told) for run in (runs or pair) if run.defect == CLEAN}
            runs += [replace(run, novel=bool(set(run.told) - clean[run.tool])) for run in pair]
            print(f"{place}/{len(drawn)} {name or 'clean'}: {'; '.join(map(_line, pair))}", file=sys.stderr, flush=True)
    text = page(_facts(chosen, len(drawn), len(known)), runs, ours.TOOL, theirs.TOOL)
    print(text)
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(run) for run in runs], indent=1) + "\n", "utf-8")
    if chosen.write:
        chosen.write.write_text(placed(chosen.write.read_text("utf-8"), text), "utf-8")
    return 1 if short_of(total(ours.TOOL, runs), total(theirs.TOOL, runs)) else 0


def _document(folder: Path, *, as_emitted: bool) -> Path:
    found = yaml.safe_load((schemas_dir() / SERVICE / "openapi.yaml").read_text("utf-8"))
    path = folder / "openapi.json"
    path.write_text(json.dumps(found if as_emitted else helped(found)), "utf-8")
    return path


def _ours(chosen: argparse.Namespace, defect: Defect | None) -> Run:
    contract = contracts()[SERVICE]
    with tempfile.TemporaryDirectory() as name, counted(contract, defect) as (root, seen):
        folder = Path(name)
        target = folder / "target.toml"
        target.write_text(ours.target(SERVICE, root + path_of(contract), chosen.answer), "utf-8")
        seconds, cut = _timed(ours.command(target, folder / "out", SERVICE, chosen.seed), folder, chosen.limit)
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


def _theirs(chosen: argparse.Namespace, defect: Defect | None, document: Path) -> Run:
    contract = contracts()[SERVICE]

    def clean(request: Request) -> Response:
        return answer(contract, request, State())[0]

    with tempfile.TemporaryDirectory() as name, counted(contract, defect) as (root, seen):
        events = Path(name) / "events.ndjson"
        command = theirs.command(
            document, root, events, examples=chosen.examples, seed=chosen.seed, limit=chosen.answer
        )
        seconds, cut = _timed(command, Path(name), chosen.limit)
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


def _facts(chosen: argparse.Namespace, drawn: int, known: int) -> tuple[tuple[str, str], ...]:
    return (
        ("date", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
        ("command", f"`python -m bench.side_by_side {' '.join(sys.argv[1:])}`"),
        ("versions", f"billing-conformance {version('billing-conformance')}, Schemathesis {version('schemathesis')}"),
        ("machine", f"{cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"),
        ("defects", f"{drawn} of the {known} of {SERVICE}, in proportion to their kinds, seed {chosen.seed}"),
        ("settings of Schemathesis", f"`{' '.join(theirs.SETTINGS)} --max-examples {chosen.examples}`"),
        ("its document", "as emitted" if chosen.as_emitted else "as emitted, with the additions of bench/side_by_side"),
        ("time limit", f"{chosen.limit:.0f} s for a run, {chosen.answer:g} s for an answer"),
    )


def _line(run: Run) -> str:
    found = "caught" if run.caught else "-"
    return f"{run.tool} {found} {run.requests} requests {run.seconds:.1f} s{' CUT' if run.cut else ''}"


if __name__ == "__main__":
    sys.exit(main())
