"""Runs that are killed, and what is left of them: how often nothing was lost, and the resumed run told the same.

`python -m tests.kills 50` kills fifty and prints the figures; `tests/test_kills.py` kills a few. A kill comes from
outside at a random moment, or in the middle of a write at a random byte of the journal. The server is a process of its
own and writes down each request that it has answered to the last byte.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.model import asked_again
from conformance.target.journal import RunLog, read
from conformance.target.journal import lines as journal_lines
from tests.test_workers import timeless

RULES = ("--rules", "*/request/Email/*", "--rules", "*/request/M*")
COMMAND = (sys.executable, "-m", "conformance", "check")


# --- the server -------------------------------------------------------------------------------------------------------


def serve(log: Path, seconds: float) -> None:
    """The reference until stdin ends; each answer takes so long. Prints its address."""
    from tests.target_support import raw_server
    from tests.test_cli import reference
    from tests.test_workers import TIGHT

    answer, lock = reference(TIGHT), threading.Lock()

    def slow(connection: socket.socket, raw: bytes) -> None:
        if not raw:
            return
        time.sleep(seconds)
        answer(connection, raw)
        _, _, body = raw.partition(b"\r\n\r\n")
        with lock, log.open("a") as file:
            file.write(fingerprint(body) + "\n")

    with raw_server(slow) as running:
        print(running.url, flush=True)
        sys.stdin.read()


def fingerprint(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]


@dataclass(frozen=True)
class Server:
    url: str
    log: Path

    def answered(self) -> list[str]:
        """The fingerprints of what was answered, in order."""
        return self.log.read_text().split() if self.log.exists() else []


@contextmanager
def server(folder: Path, seconds: float = 0.005) -> Iterator[Server]:
    log = folder / "answered.txt"
    words = [sys.executable, "-m", "tests.kills", "serve", str(log), str(seconds)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Server(process.stdout.readline().strip(), log)
        finally:
            process.stdin.close()


# --- a kill -----------------------------------------------------------------------------------------------------------


class Dying(io.FileIO):
    """A file whose process ends, without a word, when so many bytes were written to it."""

    left = 0

    def write(self, data: Any) -> int:
        if len(data) >= Dying.left:
            super().write(bytes(data)[: Dying.left])
            os.kill(os.getpid(), signal.SIGKILL)
        Dying.left -= len(data)
        return super().write(data) or 0


def die(at: int) -> None:
    """`conformance check` that dies in the middle of a write to its journal."""
    from conformance.cli import main

    Dying.left = at
    journal_lines._open = Dying  # type: ignore[assignment]
    main(sys.argv[3:])


@dataclass(frozen=True)
class Kill:
    """What a killed run left, and what became of it."""

    workers: int
    answered: int
    recorded: int
    pending: int
    lost: int
    torn: bool
    faults: tuple[str, ...] = ()


@dataclass
class Figures:
    kills: list[Kill] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        good = [kill for kill in self.kills if not kill.faults and not kill.lost]
        told = (
            f"kills survived {len(good)} of {len(self.kills)}",
            f"exchanges lost {sum(kill.lost for kill in self.kills)} of {sum(kill.answered for kill in self.kills)}",
            f"{sum(kill.torn for kill in self.kills)} torn lines",
            f"{sum(kill.pending for kill in self.kills)} under way",
        )
        return "\n".join((", ".join(told), *(fault for kill in self.kills for fault in kill.faults)))


class Bench:
    """A server, and the report of a run that nobody broke."""

    def __init__(self, folder: Path, running: Server, chance: random.Random) -> None:
        from tests.test_cli import target_file

        self.folder, self.server, self.chance = folder, running, chance
        target_file(folder, running.url)
        began = len(running.answered())
        self.status = self._run("whole").returncode
        self.whole = self._report("whole")
        self.requests = len(running.answered()) - began
        self.bytes = (folder / "whole" / "run.jsonl").stat().st_size

    def _run(self, name: str, *words: str) -> subprocess.CompletedProcess[bytes]:
        command = [*COMMAND, *(words or self._words(name, 1))]
        return subprocess.run(command, cwd=self.folder, capture_output=True, timeout=120, check=False)

    def _words(self, name: str, workers: int) -> tuple[str, ...]:
        depth = ("--depth", "quick", *RULES)
        return ("--target", "target.toml", "--out", name, "--workers", str(workers), *depth)

    def _report(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / name / "report.json").read_text("utf-8"))
        return found

    def kill(self, name: str, workers: int, *, inside: bool) -> Kill:
        """Kill one run, look at what it left, go on with it, and compare."""
        before = len(self.server.answered())
        torn = self._die(name, workers) if inside else self._killed(name, workers, before)
        path = self.folder / name / "run.jsonl"
        self._settle()
        answered = Counter(self.server.answered()[before:])
        log = read(path)
        recorded = Counter(fingerprint(body) for body in _bodies(log))
        unknown = answered - recorded
        lost = max(0, unknown.total() - len(log.pending))
        faults = [*self._left(log, workers), *self._resumed(name, log)]
        return Kill(
            workers=workers,
            answered=answered.total(),
            recorded=recorded.total(),
            pending=len(log.pending),
            lost=lost,
            torn=torn,
            faults=tuple(f"{name} ({workers} workers): {fault}" for fault in faults),
        )

    def _settle(self) -> None:
        """Until the server has written down what it was answering."""
        known = -1
        while known != (known := len(self.server.answered())):
            time.sleep(0.05)

    def _die(self, name: str, workers: int) -> bool:
        at = self.chance.randrange(self._first(), self.bytes)
        words = [sys.executable, "-m", "tests.kills", "die", str(at), "check", *self._words(name, workers)]
        root = Path(__file__).parents[1]
        environ = {**os.environ, "PYTHONPATH": str(root)}
        subprocess.run(words, cwd=self.folder, capture_output=True, timeout=120, check=False, env=environ)
        return not (self.folder / name / "run.jsonl").read_bytes().endswith(b"\n")

    def _first(self) -> int:
        """Bytes of the header: before it there is no run."""
        return (self.folder / "whole" / "run.jsonl").read_bytes().index(b"\n") + 1

    def _killed(self, name: str, workers: int, before: int) -> bool:
        wanted = before + self.chance.randrange(self.requests - workers)
        command = [*COMMAND, *self._words(name, workers)]
        with subprocess.Popen(
            command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            until = time.monotonic() + 60
            while len(self.server.answered()) <= wanted and process.poll() is None and time.monotonic() < until:
                time.sleep(0.001)
            time.sleep(self.chance.random() / 100)
            process.kill()
        return not (self.folder / name / "run.jsonl").read_bytes().endswith(b"\n")

    def _left(self, log: RunLog, workers: int) -> Iterator[str]:
        if log.problems:
            yield f"damaged: {log.problems[0]}"
        if log.ended:
            yield "it was not killed in time"
        if len(log.pending) > workers:
            yield f"{len(log.pending)} under way"

    def _resumed(self, name: str, log: RunLog) -> Iterator[str]:
        told = self._run(name, "--resume", name, *(["--resend"] if log.pending else []))
        if told.returncode != self.status:
            yield f"--resume ended with {told.returncode}: {told.stderr.decode()}"
            return
        yield from (f"other than unbroken: {line}" for line in differences(self.whole, self._report(name)))


def _bodies(log: RunLog) -> Iterator[bytes]:
    for exchange in {record.exchange.id: record.exchange for record in log.records}.values():
        yield exchange.request.body


# --- two reports ------------------------------------------------------------------------------------------------------


def differences(one: Any, other: Any) -> list[str]:
    """Where two reports differ in more than ids of what was asked again, times and the words of the command."""
    return list(_unlike(comparable(one), comparable(other), "report"))


def comparable(report: dict[str, Any]) -> dict[str, Any]:
    """The report without what a resumed run may have other than an unbroken one."""
    again = [name for name in report["exchanges"] if asked_again(name)]
    made: dict[str, Any] = timeless({**report, "suite": {**report["suite"], "resumed": []}})
    made["exchanges"] = {name: told for name, told in made["exchanges"].items() if name not in again}
    made["scope"] = {**made["scope"], "requests": {k: v - len(again) for k, v in made["scope"]["requests"].items()}}
    for told in (*made["verdicts"], *made["observations"]):
        told["exchanges"] = [name for name in told["exchanges"] if name not in again]
    return made


def _unlike(one: Any, other: Any, place: str) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in {**one, **other}:
            yield from _unlike(one.get(key), other.get(key), f"{place}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (first, second) in enumerate(zip(one, other, strict=True)):
            yield from _unlike(first, second, f"{place}[{number}]")
    elif one != other:
        yield f"{place}: {one!r} became {other!r}"


def killed(number: int, folder: Path, seed: int) -> Figures:
    """So many kills, from outside and inside in turn, with one sender and with four."""
    chance = random.Random(seed)
    figures = Figures()
    with server(folder) as running:
        bench = Bench(folder, running, chance)
        for turn in range(number):
            workers, inside = (1, 4)[turn % 2], (turn + turn // 2) % 2 == 1
            figures.kills.append(bench.kill(f"kill-{turn}", workers, inside=inside))
    return figures


def main(words: Sequence[str]) -> int:
    if words[0] == "serve":
        serve(Path(words[1]), float(words[2]))
        return 0
    if words[0] == "die":
        die(int(words[1]))
    seed = int(words[1]) if len(words) > 1 else random.SystemRandom().randrange(10**6)
    with tempfile.TemporaryDirectory() as folder:
        figures = killed(int(words[0]), Path(folder), seed)
    print(f"seed {seed}: {figures}")
    return int(any(kill.faults or kill.lost for kill in figures.kills))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
