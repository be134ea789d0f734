"""Schedulers and workers of Dask as people start them, each by its command, and a file that says when it is read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
LONG = 60.0
"""Seconds after which a test has failed, on however slow a machine."""
ENVIRON = {"DASK_DISTRIBUTED__SCHEDULER__HTTP__ROUTES": "[]", "DASK_DISTRIBUTED__WORKER__HTTP__ROUTES": "[]"}


@contextmanager
def started(folder: Path, program: str, *words: str, **environ: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program of Dask; ended with its children."""
    command = [sys.executable, "-m", f"distributed.cli.dask_{program}", "--no-dashboard", *words]
    with (folder / f"{program}.log").open("ab") as log:
        process = subprocess.Popen(
            command, stderr=log, stdout=log, cwd=folder, env={**os.environ, **ENVIRON, **environ}
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(LONG)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def scheduler(folder: Path) -> Iterator[str]:
    """The address of a scheduler without workers."""
    told = folder / "scheduler.json"
    words = ("--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0", "--scheduler-file", str(told))
    with started(folder, "scheduler", *words) as process:

        def address() -> str | None:
            assert process.poll() is None, (folder / "scheduler.log").read_text()
            try:
                return str(json.loads(told.read_text())["address"])
            except (OSError, ValueError):
                return None

        yield until(address)


@contextmanager
def worker(folder: Path, address: str, *words: str, **environ: str) -> Iterator[subprocess.Popen[bytes]]:
    """Processes that work for a scheduler."""
    local = ("--local-directory", str(folder), "--host", "127.0.0.1", "--nthreads", "1", "--memory-limit", "0")
    with started(folder, "worker", address, *local, *words, **environ) as process:
        yield process


def until(found: Callable[[], T | None]) -> T:
    """What comes to be there."""
    end = time.monotonic() + LONG
    while time.monotonic() < end:
        if (value := found()) is not None:
            return value
        time.sleep(0.02)
    raise TimeoutError


class Held:
    """A recording that whoever reads it waits for: a pipe to which nothing is written before we say so."""

    def __init__(self, path: Path, content: bytes) -> None:
        self.path, self._content = path, content
        self._writing: int | None = None
        os.mkfifo(path)

    def reader(self, other: int | None = None) -> int:
        """The process that reads it, once there is one, and another than that; it waits for more."""
        if self._writing is None:
            self._writing = until(self._opened)

        def another() -> int | None:
            found = self._reader()
            return None if found == other else found

        return until(another)

    def go_on(self) -> None:
        """Write it to its reader."""
        assert self._writing is not None
        os.set_blocking(self._writing, True)
        with os.fdopen(self._writing, "wb") as file:
            file.write(self._content)

    def _opened(self) -> int | None:
        try:
            return os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            return None

    def _reader(self) -> int | None:
        for process in Path("/proc").glob("[0-9]*"):
            if process.name == str(os.getpid()):
                continue
            try:
                names = [one.readlink() for one in (process / "fd").iterdir()]
            except OSError:
                continue
            if self.path in names:
                return int(process.name)
        return None
