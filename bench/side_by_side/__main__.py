"""`python -m bench.side_by_side`: our suite and Schemathesis against the same defects, one after the other.

Both are started as their users start them, against the reference on loopback, in turn, so that whatever else the
machine does disturbs both alike. Exit 1 unless ours catches every defect with a third of the requests, a quarter of the
wall time and no false alarm. Nightly, never in a test.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version
from os import cpu_count, getloadavg
from pathlib import Path

from bench.side_by_side import ours, theirs
from bench.side_by_side.compare import CLEAN, Run, short_of, total
from bench.side_by_side.run import SERVICE, Settings, run_ours, run_theirs
from bench.side_by_side.sample import sample
from bench.side_by_side.tables import command, page, placed
from conformance.run.serving import defects


def main() -> int:
    """Run, print, and say whether the aims are met."""
    parser = argparse.ArgumentParser(prog="python -m bench.side_by_side", description=__doc__)
    parser.add_argument("--sample", type=int, default=40, help="how many defects, spread over their kinds")
    parser.add_argument("--all", action="store_true", help="every defect")
    parser.add_argument("--seed", type=int, default=1, help="of the sample and of both tools")
    parser.add_argument("--examples", type=int, default=300, help="--max-examples of Schemathesis")
    parser.add_argument("--limit", type=float, default=300, help="seconds for one run")
    parser.add_argument("--answer", type=float, default=2, help="seconds for one answer")
    parser.add_argument("--as-emitted", action="store_true", help="give Schemathesis the document without additions")
    parser.add_argument("--json", type=Path, help="write every run here, as they end")
    parser.add_argument("--write", type=Path, help="put the tables into this page, between its marks")
    chosen = parser.parse_args()
    settings = Settings(
        seed=chosen.seed,
        examples=chosen.examples,
        limit=chosen.limit,
        answer=chosen.answer,
        as_emitted=chosen.as_emitted,
    )
    known = {defect.id: defect for defect in defects(SERVICE)}
    drawn = sample(tuple(known), len(known) if chosen.all else chosen.sample, chosen.seed)
    runs: list[Run] = []
    for place, name in enumerate((CLEAN, *drawn)):
        with tempfile.TemporaryDirectory() as folder:
            pair = (
                run_ours(settings, known.get(name)),
                run_theirs(settings, known.get(name), Path(folder) / "events.ndjson"),
            )
        clean = {run.tool: set(run.told) for run in (runs or pair) if run.defect == CLEAN}
        runs += [replace(run, novel=bool(set(run.told) - clean[run.tool])) for run in pair]
        print(f"{place}/{len(drawn)} {name or 'clean'}: {'; '.join(map(_line, pair))}", file=sys.stderr, flush=True)
        if chosen.json:
            chosen.json.write_text(json.dumps([asdict(run) for run in runs], indent=1) + "\n", "utf-8")
    text = page(_facts(settings, len(drawn), len(known)), runs, ours.TOOL, theirs.TOOL)
    print(text)
    if chosen.write:
        chosen.write.write_text(placed(chosen.write.read_text("utf-8"), text), "utf-8")
    return 1 if short_of(total(ours.TOOL, runs), total(theirs.TOOL, runs)) else 0


def _facts(settings: Settings, drawn: int, known: int) -> tuple[tuple[str, str], ...]:
    document = "as emitted" if settings.as_emitted else "as emitted, with the additions of bench/side_by_side"
    machine = (
        f"{cpu_count()} cores, load {getloadavg()[1]:.1f}, {platform.system()}, Python {platform.python_version()}"
    )
    return (
        ("date", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
        ("command", f"`{command(sys.argv[1:])}`"),
        ("versions", f"billing-conformance {version('billing-conformance')}, Schemathesis {version('schemathesis')}"),
        ("machine", machine),
        ("defects", f"{drawn} of the {known} of {SERVICE}, in proportion to their kinds, seed {settings.seed}"),
        ("settings of Schemathesis", f"`{' '.join(theirs.SETTINGS)} --max-examples {settings.examples}`"),
        ("its document", document),
        ("time limit", f"{settings.limit:.0f} s for a run, {settings.answer:g} s for an answer"),
    )


def _line(run: Run) -> str:
    found = "caught" if run.caught else "-"
    return f"{run.tool} {found} {run.requests} requests {run.seconds:.1f} s{' CUT' if run.cut else ''}"


if __name__ == "__main__":
    sys.exit(main())
