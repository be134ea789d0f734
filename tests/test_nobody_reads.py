"""Whoever reads what a run says may go away, or was never there: the run goes on, and its files are whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_cli import MUST_DEFECT, NARROW, log_of, report_of, server, surroundings, target_file

FILES = ("report.json", "report.html", "junit.xml", "evidence.har")


def shell(folder: Path, line: str) -> int:
    """The exit status of `conformance`, started by a shell with that redirection."""
    words = f"{sys.executable} -m conformance check --target target.toml {' '.join(map(repr, NARROW))} --out run"
    script = f"set -o pipefail; {words} {line}"
    done = subprocess.run(["bash", "-c", script], cwd=folder, env=surroundings(), timeout=120, check=False)
    return done.returncode


@pytest.mark.parametrize(
    "line",
    ["| true", ">&-", "<&- >&- 2>&-", "2>&1 | head -c 1", "> /dev/full 2>&1"],
)
def test_the_run_goes_on_and_its_status_is_its_own(tmp_path: Path, line: str) -> None:
    with server(MUST_DEFECT) as running:
        target_file(tmp_path, running.url)
        status = shell(tmp_path, line)
        received = len(running.received)
    assert status == 1
    log = log_of(tmp_path / "run")
    assert (log.ended, log.problems) == (True, ())
    assert len({record.exchange.id for record in log.records}) == received
    assert report_of(tmp_path / "run")["exit_status"] == 1
    assert json.loads((tmp_path / "run" / "evidence.har").read_text("utf-8"))["log"]["entries"]
    assert all((tmp_path / "run" / name).stat().st_size for name in FILES)


@pytest.mark.parametrize("words", [["rules"], ["explain", "collection-policy/request/Email/type"], ["errata"]])
def test_what_cannot_be_printed_for_want_of_room_is_no_defect_of_the_suite(tmp_path: Path, words: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "conformance", *words],
            cwd=tmp_path,
            env=surroundings(),
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert done.returncode == 4
    assert done.stderr == b"conformance: it cannot be printed: No space left on device; print it to another place\n"


def test_a_mistake_has_its_status_though_nobody_hears_of_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "conformance", "check", "--depth", "none"]
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=surroundings(),
            stdout=writing,
            stderr=writing,
            timeout=60,
            check=False,
            preexec_fn=lambda: signal.signal(signal.SIGPIPE, signal.SIG_DFL),
        )
    finally:
        os.close(writing)
    assert done.returncode == 4
