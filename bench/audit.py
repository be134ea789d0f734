"""What an audit of recorded traffic costs, as ratios: nothing here is a test, since a clock proves nothing on a busy
machine.

    python -m bench.audit [rest|soap|all] [--only PART]... [--count N] [--rounds N] [--json FILE] [--write PAGE]

`bare`: one process that audits one file, against the bare pipeline; what is compared runs in turn, and each begins with
nothing compiled. `command`: `conformance audit`, from its start to its report, against the bare pipeline as a process.
`opinions`: against jsonschema and xmlschema alone, on a tenth. `memory`: the peak of all processes of the command, for
a recording and one ten times as long. `workers`: the command with one process and with two, on ten times as many.
`broken`: how the throughput falls where much is broken. `shapes`: HAR and packed files against plain lines.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from bench import audit_told
from bench.audit_rivals import DECODERS, bare, opinions
from bench.recordings import SERVICES, write
from conformance.run.auditing import PART, subjects_of
from conformance.run.contracts import contracts
from conformance.traffic.auditing import Auditor, Brief, merged
from conformance.traffic.files.parts import parts_of

Figures = dict[str, Any]

ROOT = Path(__file__).parents[1]
COUNT = 50_000
ROUNDS = 7
BROKEN = 0.01
SHARES = (0.0, 0.01, 0.1, 1.0)
UNLIKE = "0%, no two written alike"
DEFECT = {
    "rest": "collection-policy/response/data/AssignBranch/type:digit",
    "soap": "envio-correo/response/RespuestaProduccion/IsValid/type:element",
}
"""In every answer of a recording whose provider has one systematic defect."""
SHAPES = ("jsonl", "jsonl.gz", "jsonl.zst", "har", "har.zst")


class Spent(NamedTuple):
    """Seconds: of the clock, and of all processors; and bytes, where they were looked at."""

    wall: float
    cpu: float
    peak: int = 0


@dataclass(frozen=True)
class Plan:
    """What is measured, and where recordings may be written."""

    kind: str
    count: int
    rounds: int
    folder: Path

    def recording(
        self, count: int, broken: float = BROKEN, *, suffix: str = "jsonl", defect: str = "", unlike: bool = False
    ) -> Path:
        """A recording, made when it is first asked for."""
        path = self.folder / f"{self.kind}-{count}-{broken}{'-defect' if defect else ''}{'-unlike' * unlike}.{suffix}"
        if not path.exists():
            write(self.kind, count, path, broken, defect, unlike=unlike)
        return path


# --- measuring --------------------------------------------------------------------------------------------------------


def spent(act: Callable[[], object]) -> Spent:
    """What one act takes, in this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


def in_turn(acts: Mapping[str, Callable[[], Spent]], rounds: int) -> dict[str, list[Spent]]:
    """Every act once, then every act again: what slows the machine for a while slows all of them."""
    taken: dict[str, list[Spent]] = {name: [] for name in acts}
    for _ in range(rounds):
        for name, act in acts.items():
            taken[name].append(act())
    return taken


def process(command: Sequence[str], *, watched: bool = False) -> Spent:
    """What a process takes with all those that it starts. Watched, with the sum of the peaks of each, as the system
    keeps them; what `wait` says of a peak is also that of whoever started the process."""
    begun = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as started:
        peaks: dict[int, int] = {}
        while watched and os.waitid(os.P_PID, started.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            for pid in _tree(started.pid):
                peaks[pid] = max(peaks.get(pid, 0), _peak(pid))
            time.sleep(0.01)
        _, status, used = os.wait4(started.pid, 0)
        started.returncode = os.waitstatus_to_exitcode(status)
    # An audit that finds something broken ends with 1.
    if started.returncode not in {0, 1}:
        raise SystemExit(f"{' '.join(command)} ended with {started.returncode}")
    return Spent(time.perf_counter() - begun, used.ru_utime + used.ru_stime, sum(peaks.values()))


def _tree(pid: int) -> list[int]:
    """The process and all below it."""
    found = [pid]
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text("ascii").split():
                found += _tree(int(child))
    return found


def _peak(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def audited(path: Path) -> int:
    """The whole audit of a file in this process, from nothing to its summary; how many records it holds."""
    brief = Brief(subjects=subjects_of(tuple(contracts()), None, named=False))
    return merged(map(Auditor(brief), parts_of([str(path)], PART))).records


def _command(plan: Plan, path: Path, workers: int, *, watched: bool = False) -> Spent:
    """What `conformance audit` takes. Each has a folder of its own for its report."""
    out = tempfile.mkdtemp(dir=plan.folder)
    audit = [sys.executable, "-m", "conformance", "audit", str(path), "--workers", str(workers)]
    return process([*audit, "--out", f"{out}/report", "--quiet"], watched=watched)


# --- parts ------------------------------------------------------------------------------------------------------------


def beside_bare(plan: Plan) -> Figures:
    """The audit of a file in one process beside the bare pipeline: with and without broken requests, and where no
    body has the white space of another."""
    found: Figures = {}
    for title, share, unlike in (("0%", 0.0, False), (f"{BROKEN:.0%}", BROKEN, False), (UNLIKE, 0.0, True)):
        path = plan.recording(plan.count, share, unlike=unlike)
        acts = {name: partial(spent, partial(bare, plan.kind, path, name)) for name in DECODERS}
        found[title] = in_turn({"audit": partial(spent, partial(audited, path)), **acts}, plan.rounds)
    return {"count": plan.count, "recordings": found}


def of_command(plan: Plan) -> Figures:
    """The command beside the bare pipeline as a process, for the recording and for one ten times as long."""
    found: Figures = {}
    for count in (plan.count, 10 * plan.count):
        path = plan.recording(count)
        acts: dict[str, Callable[[], Spent]] = {
            "audit": partial(_command, plan, path, 1),
            "bare": partial(process, [sys.executable, "-m", "bench.audit_rivals", plan.kind, str(path)]),
        }
        found[str(count)] = in_turn(acts, min(3, plan.rounds))
    return found


def beside_opinions(plan: Plan) -> Figures:
    """The audit beside jsonschema and xmlschema alone."""
    count = max(1, plan.count // 10)
    path = plan.recording(count)
    acts = {
        "audit": partial(spent, partial(audited, path)),
        "opinions": partial(spent, partial(opinions, plan.kind, path)),
    }
    return {"count": count, **in_turn(acts, min(3, plan.rounds))}


def memory(plan: Plan) -> Figures:
    """The peak of the command's processes, for a recording and one ten times as long, with one process and with two."""
    counts = plan.count, 10 * plan.count
    return {
        str(workers): {str(count): _command(plan, plan.recording(count), workers, watched=True) for count in counts}
        for workers in (1, 2)
    }


def workers(plan: Plan) -> Figures:
    """The command with one process and with two."""
    path = plan.recording(10 * plan.count)
    acts = {str(number): partial(_command, plan, path, number) for number in (1, 2)}
    return {"count": 10 * plan.count, "bytes": path.stat().st_size, "taken": in_turn(acts, min(5, plan.rounds))}


def broken(plan: Plan) -> Figures:
    """The throughput of one process where much is broken, in requests and in all answers."""
    count = max(1, plan.count // 5)
    paths = {f"{share:.0%} of the requests": plan.recording(count, share) for share in SHARES}
    paths["every answer"] = plan.recording(count, 0.0, defect=DEFECT[plan.kind])
    acts = {name: partial(spent, partial(audited, path)) for name, path in paths.items()}
    return {"count": count, "taken": in_turn(acts, min(3, plan.rounds))}


def shapes(plan: Plan) -> Figures:
    """The same exchanges as lines and as HAR, plain and packed."""
    paths = {suffix: plan.recording(plan.count, 0.0, suffix=suffix) for suffix in SHAPES}
    acts = {suffix: partial(spent, partial(audited, path)) for suffix, path in paths.items()}
    sizes = {suffix: path.stat().st_size for suffix, path in paths.items()}
    return {"count": plan.count, "bytes": sizes, "taken": in_turn(acts, min(3, plan.rounds))}


# --- the command ------------------------------------------------------------------------------------------------------

PARTS: Mapping[str, Callable[[Plan], Figures]] = {
    "bare": beside_bare,
    "command": of_command,
    "opinions": beside_opinions,
    "memory": memory,
    "workers": workers,
    "broken": broken,
    "shapes": shapes,
}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("kind", choices=(*SERVICES, "all"), nargs="?", default="all")
    parser.add_argument("--only", action="append", choices=PARTS, default=[])
    parser.add_argument("--count", type=int, default=COUNT, help="exchanges; some parts take a share or a multiple")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", type=Path, help="write every figure here")
    parser.add_argument("--write", type=Path, help="put the tables into this page, between its marks")
    chosen = parser.parse_args(arguments)
    figures: dict[str, dict[str, Figures]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for part in chosen.only or PARTS:
            for kind in SERVICES if chosen.kind == "all" else (chosen.kind,):
                plan = Plan(kind, chosen.count, chosen.rounds, Path(folder))
                figures.setdefault(part, {})[kind] = PARTS[part](plan)
    text = audit_told.page(figures)
    print(text)
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    if chosen.write:
        chosen.write.write_text(audit_told.placed(chosen.write.read_text("utf-8"), text), "utf-8")


if __name__ == "__main__":
    main()
