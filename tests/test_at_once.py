"""Runs that begin in the same moment have folders of their own, and no reader meets half a file."""

from __future__ import annotations

import multiprocessing
import os
import threading
from pathlib import Path

import pytest

from conformance.report.files import put
from conformance.run import folders, resuming, setup
from conformance.run.options import Options
from conformance.target.journal import Journal, read

RUNS, EACH = 4, 12


def begin(folder: str, gate, found) -> None:
    """As a run does it: a folder, and a journal in it."""
    os.chdir(folder)
    prepared = setup.set_up(Options(services=("collection-policy",)))
    gate.wait(60)
    names = []
    for number in range(EACH):
        out = folders.folder(None, prepared.target.name, prepared.target.masks())
        journal = Journal.create(resuming.journal_in(out), {"run": out.name, "started": f"{os.getpid()} {number}"})
        journal.close()
        names.append(out.name)
    found.put(names)


def test_runs_that_begin_at_once_do_not_meet(tmp_path: Path) -> None:
    own = multiprocessing.get_context("spawn")
    gate, found = own.Barrier(RUNS), own.Queue()
    processes = [own.Process(target=begin, args=(str(tmp_path), gate, found)) for _ in range(RUNS)]
    for process in processes:
        process.start()
    names = [name for _ in processes for name in found.get(timeout=120)]
    for process in processes:
        process.join(60)
    assert len(set(names)) == len(names) == RUNS * EACH
    # They did begin in the same second: most had to take another name.
    assert sum(name[-2:].strip("-").isdigit() for name in names) > RUNS
    headers = [read(tmp_path / "reports" / name / "run.jsonl").header for name in names]
    assert [header["run"] for header in headers] == names
    assert len({header["started"] for header in headers}) == len(names)


def test_a_reader_never_meets_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    contents = [bytes([letter]) * 200_000 for letter in b"abcd"]
    put(path, contents[0])
    over = threading.Event()

    def write(content: bytes) -> None:
        while not over.is_set():
            put(path, content)

    threads = [threading.Thread(target=write, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    met = {path.read_bytes() for _ in range(300)}
    over.set()
    for thread in threads:
        thread.join()
    assert met <= set(contents)
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path / "report.json", b"old")

    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        put(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
