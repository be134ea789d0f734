"""A run that ends before its end: nothing that was answered is lost, and the report says how far it came."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conformance.model import Expect
from tests.target_support import RawServer, raw_server
from tests.test_cli import NARROW, Ran, conformance, log_of, reference, report_of, surroundings, target_file


class Holding:
    """The reference until it has answered so many requests; then it holds every further one until it is let go."""

    def __init__(self, answered: int) -> None:
        self._answers = reference()
        self._left = answered
        self._lock = threading.Lock()
        self.reached = threading.Event()
        self.go_on = threading.Event()

    def __call__(self, connection: socket.socket, raw: bytes) -> None:
        if not raw:
            return  # connected, and killed before a byte came
        with self._lock:
            free = self._left > 0
            self._left -= 1
        if not free:
            self.reached.set()
            self.go_on.wait(30)
        self._answers(connection, raw)


@contextmanager
def started(folder: Path, answered: int, *words: str) -> Iterator[tuple[subprocess.Popen[bytes], Holding]]:
    """A check that has had so many answers and waits for the next."""
    holding = Holding(answered)
    with raw_server(holding) as running, _checking(folder, running, words) as process:
        try:
            assert holding.reached.wait(60)
            yield process, holding
        finally:
            holding.go_on.set()


@contextmanager
def _checking(folder: Path, running: RawServer, words: tuple[str, ...]) -> Iterator[subprocess.Popen[bytes]]:
    target_file(folder, running.url)
    command = [sys.executable, "-m", "conformance", "check", "--target", "target.toml", "--out", "run", *words]
    # Whoever runs these tests behind a shell's `&` has SIGINT ignored, and so would its children.
    with subprocess.Popen(
        command,
        cwd=folder,
        env=surroundings(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - one call, no lock
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[bytes]) -> Ran:
    out, err = process.communicate(timeout=60)
    return Ran(process.returncode, out.decode(), err.decode())


@pytest.fixture(scope="module", params=[0, 1, 57], ids="killed after {}".format)
def killed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int, Ran]:
    """The folder of a run killed after so many answers, that number, and how `report` then told it."""
    folder = tmp_path_factory.mktemp("killed")
    with started(folder, request.param) as (process, _):
        process.kill()
        assert ended(process).status == -signal.SIGKILL
    return folder / "run", request.param, conformance("report", "run", cwd=folder)


def test_the_journal_of_a_killed_run_holds_every_exchange_that_was_answered(killed: tuple[Path, int, Ran]) -> None:
    folder, answered, ran = killed
    log = log_of(folder)
    exchanges = {record.exchange.id for record in log.records}
    assert exchanges == {f"x{number:05d}" for number in range(1, answered + 1)}
    assert log.pending == (f"x{answered + 1:05d}",)
    assert (log.ended, log.problems) == (False, ())

    report = report_of(folder)
    planned = len(log.header["plan"])
    assert (ran.status, ran.err) == (6, "")
    assert (report["outcome"], report["exit_status"]) == ("inconclusive", 6)
    assert f"the run was killed when {answered} of {planned} requests had an answer" in report["sentence"]
    assert report["scope"]["requests"] == {"planned": planned, "sent": answered + 1, "answered": answered}
    entries = json.loads((folder / "evidence.har").read_text("utf-8"))["log"]["entries"]
    assert [entry["response"]["status"] == 0 for entry in entries] == [False] * answered + [True]
    unknown = entries[-1]["request"]
    assert unknown["method"] == "POST"
    assert unknown["url"] == next(iter(report["target"]["services"].values()))["url"]
    page = (folder / "report.html").read_text("utf-8")
    assert f"The run was killed when {answered} of {planned} requests had an answer; what it did not" in page
    assert "conformance check --resume run" in page
    assert f"1 request sent, answer unknown: x{answered + 1:05d}." in page


def test_a_rule_of_which_a_case_was_not_reached_is_not_passed(killed: tuple[Path, int, Ran]) -> None:
    folder, answered, _ = killed
    log = log_of(folder)
    reached = {record.exchange.id for record in log.records}
    open_ = {
        (rule, case["encoding"])
        for planned in log.header["plan"]
        if planned["exchange"] not in reached
        for case in (planned["case"], *planned["riders"])
        if case["expect"] != Expect.OBSERVE  # either behaviour conforms, so it leaves nothing open
        for rule in case["rules"]
    }
    verdicts = report_of(folder)["verdicts"]
    passed = {(verdict["rule"], verdict["encoding"]) for verdict in verdicts if verdict["outcome"] == "passed"}
    assert open_
    assert not passed & open_
    reasons = {verdict["reason"] for verdict in verdicts if (verdict["rule"], verdict["encoding"]) in open_}
    assert reasons & {f"x{answered + 1:05d} was sent, its answer is unknown", "the run ended before it was sent"}
    assert "no exchange bears on it" not in reasons


def test_of_a_killed_run_with_workers_only_what_was_under_way_is_open(tmp_path: Path) -> None:
    with started(tmp_path, 40, "--workers", "4") as (process, _):
        process.kill()
        ended(process)
    log = log_of(tmp_path / "run")
    # Four senders: three may have had their answer and not yet written it when the fourth was held.
    assert 37 <= len({record.exchange.id for record in log.records}) <= 40
    assert 1 <= len(log.pending) <= 4
    assert conformance("report", "run", cwd=tmp_path).status == 6


def test_a_line_that_was_torn_in_the_middle_is_left_out_and_the_rest_is_told(tmp_path: Path) -> None:
    assert conformance("check", *NARROW, "--out", "run", cwd=tmp_path).status == 0
    journal = tmp_path / "run" / "run.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    assert b'"sending"' in lines[13]
    journal.write_bytes(b"".join(lines[:14]) + lines[14][:200])
    # What was killed has no claim yet.
    (tmp_path / "run" / "claim.json").unlink()
    ran = conformance("report", "run", cwd=tmp_path)
    assert (ran.status, ran.err) == (6, "")
    requests = report_of(tmp_path / "run")["scope"]["requests"]
    assert (requests["sent"], requests["answered"]) == (6, 5)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_an_interrupted_run_takes_in_what_is_under_way_and_writes_its_report(tmp_path: Path, name: str) -> None:
    with started(tmp_path, 25) as (process, holding):
        process.send_signal(signal.Signals[name])
        threading.Timer(0.5, holding.go_on.set).start()
        ran = ended(process)
    assert ran.status == 2
    assert "Traceback" not in ran.out + ran.err
    report = report_of(tmp_path / "run")
    assert (report["outcome"], report["exit_status"]) == ("inconclusive", 2)
    requests = report["scope"]["requests"]
    assert 26 <= requests["answered"] == requests["sent"] < requests["planned"]
    assert log_of(tmp_path / "run").pending == ()
    assert report["sentence"] in ran.out
    assert {path.name for path in (tmp_path / "run").iterdir()} >= {"report.html", "junit.xml", "evidence.har"}
    rendered = conformance("report", "run", "--out", "again", cwd=tmp_path)
    assert rendered.status == 6
    assert report_of(tmp_path / "again")["verdicts"] == report["verdicts"]
    assert report_of(tmp_path / "again")["sentence"] == report["sentence"]
    assert "the run was interrupted when" in report["sentence"]
