"""Audits on Dask: the report of the local engine, whoever does the work, and whoever of them is lost."""

from __future__ import annotations

import _thread
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.recordings import recording
from conformance.run import auditing
from conformance.run.auditing import AuditOptions
from conformance.traffic.files.parts import Part, parts_of
from tests.dask_support import Held, scheduler, worker

PARTS = 100_000
"""Bytes of a part, so that there are several."""
CORRUPT = (b'{"request": nonsense\n', b'{"request": {"method": "POST"}}\n', b"\x00\xff\n")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Exchanges in JSON, XML and SOAP, good and broken, with lines that are none."""
    folder = tmp_path_factory.mktemp("recorded")
    for kind, count in (("rest", 160), ("soap", 80)):
        lines = list(recording(kind, count, broken=0.1))
        for number, line in enumerate(CORRUPT):
            lines.insert(number * 70, line)
        (folder / f"{kind}.jsonl").write_bytes(b"".join(lines))
    return folder


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A scheduler, and two processes that work for it; a lost one is started again."""
    folder = tmp_path_factory.mktemp("cluster")
    with scheduler(folder) as address, worker(folder, address, "--nworkers", "2"):
        yield address


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditing, "PART", PARTS)


def report(recorded: Path, out: Path, **options: Any) -> dict[str, Any]:
    """What an audit says, without what is of the run: when, by which command, by whom."""
    done = auditing.audit(AuditOptions(paths=(str(recorded),), command="", out=out, **options))
    return told(done.out)


def told(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "report.json").read_text("utf-8"))
    for name in ("run", "started", "ended", "command", "workers"):
        del found["suite"][name]
    del found["scope"]["audit"]["engine"]
    return found


@pytest.fixture(scope="module")
def local(recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the local engine says, of the recordings in one piece."""
    return report(recorded, tmp_path_factory.mktemp("local") / "out", workers=1)


def same(found: dict[str, Any], local: dict[str, Any]) -> bool:
    """Equal to the byte, ordering included."""
    return json.dumps(found) == json.dumps(local)


def test_the_recordings_have_what_is_to_be_told_alike(recorded: Path, local: dict[str, Any]) -> None:
    parts = parts_of([str(recorded)], PARTS)
    assert len({part.path for part in parts}) == 2
    assert len(parts) > 5
    outcomes = {verdict["outcome"] for verdict in local["verdicts"]}
    assert {"passed", "failed"} <= outcomes

    assert sum(one["records"] for one in local["scope"]["audit"]["unread"]) == 2 * len(CORRUPT)


def test_processes_of_this_machine_say_what_the_local_engine_says(
    recorded: Path, local: dict[str, Any], tmp_path: Path
) -> None:
    assert same(report(recorded, tmp_path / "out", engine="dask", workers=2), local)


def test_a_scheduler_and_workers_that_a_command_started_say_the_same(
    recorded: Path, local: dict[str, Any], cluster: str, tmp_path: Path
) -> None:
    words = ("audit", str(recorded), "--engine", "dask", "--scheduler", cluster, "--out", "out")
    done = subprocess.run(
        [sys.executable, "-m", "conformance", *words], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert same(told(tmp_path / "out"), local)


def test_a_worker_that_is_killed_in_the_middle_changes_nothing(
    recorded: Path, local: dict[str, Any], cluster: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, said = held_back(recorded, tmp_path, monkeypatch), []

    def kill() -> None:
        said.append(held.reader())
        os.kill(said[0], signal.SIGKILL)
        said.append(held.reader(other=said[0]))
        held.go_on()

    with beside(kill):
        found = report(recorded, tmp_path / "out", engine="dask", scheduler=cluster)
    assert len(said) == 2
    assert same(found, local)


def held_back(recorded: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Held:
    """Instead of the bytes of one of the parts, a pipe that its reader waits for."""
    whole = (recorded / "soap.jsonl").read_bytes()
    held = Held(folder / "held", whole)

    def parts(paths: Sequence[str], size: int) -> tuple[Part, ...]:
        found = parts_of(paths, size)
        rest = [part for part in found if not part.path.endswith("soap.jsonl")]
        of_it = next(part for part in found if part.path.endswith("soap.jsonl"))
        return (replace(of_it, end=len(whole), url=str(held.path)), *rest)

    monkeypatch.setattr(auditing, "parts_of", parts)
    return held


class beside:  # noqa: N801 - reads as a word
    """Something that is done meanwhile; its error is an error of the test."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work, self._errors = work, list[BaseException]()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - raised below
            self._errors.append(error)
            # Nobody goes on with what the test waits for.
            _thread.interrupt_main()

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        for error in self._errors:
            raise error
