"""A whole run with a server that is busy, gone now and then, or nobody knows who: what goes out and what is told."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time

from conformance.report.schema import misfits
from conformance.target.wire import Wire
from tests.profiles.running import run_suite
from tests.target_support import OK, raw_server
from tests.wire_support import CONNECT

FEW = ("request/UserId/*",)
BUSY = b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\nRetry-After: %s\r\n\r\n"


def test_a_server_that_asks_for_a_day_ends_the_run_undecided(tmp_path) -> None:
    with raw_server(BUSY % b"86400") as server:
        checked = run_suite(tmp_path, server.url, *FEW, workers=8)
        asked = len(server.received)
    assert asked == 1
    assert checked.exit == 6
    assert not checked.failed()
    assert misfits(checked.document) == []
    told = "not sent: the service answered 429 and asks for a pause of more than 120 seconds."
    assert any(told in notice for notice in checked.report.notices)
    paused = "collection-policy asked for 1 pause (429, or 503 with Retry-After)"
    assert f"{paused}; the longest that it named is more than 120 s." in checked.report.notices


def test_a_pause_that_is_asked_for_is_kept_and_told_and_the_run_goes_on(tmp_path, capsys) -> None:
    arrived: list[float] = []
    lock = threading.Lock()

    def busy_at_first(connection: socket.socket, received: bytes) -> None:
        with lock:
            arrived.append(time.monotonic())
            first = len(arrived) == 1
        connection.sendall(BUSY % b"1" if first else OK)

    with raw_server(busy_at_first) as server:
        checked = run_suite(tmp_path, server.url, *FEW, workers=8)
    assert len(arrived) > 3
    assert min(arrived[1:]) - arrived[0] >= 1
    assert not any("not sent" in notice for notice in checked.report.notices)
    # While it waits, and in the report.
    waiting = "conformance: collection-policy answered 429: nothing is sent for 1 s\n"
    assert capsys.readouterr().err.count(waiting) == 1
    asked = "collection-policy asked for 1 pause (429, or 503 with Retry-After)"
    assert f"{asked}; the longest that it named is 1 s." in checked.report.notices


def test_a_connection_that_took_more_than_one_try_is_told(tmp_path, monkeypatch) -> None:
    missed: list[object] = []

    def connect(self: socket.socket, address: tuple[str, int]) -> None:
        if len(missed) < 2:
            missed.append(address)
            raise ConnectionRefusedError(111, "refused")
        CONNECT(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    with raw_server() as server:
        checked = run_suite(tmp_path, server.url, *FEW, workers=1)
    told = "1 request needed more than one try, since no connection came about: x00001 (3 tries): Nothing listens at"
    assert f"{told} 127.0.0.1:{server.port}." in checked.report.notices
    lines = [json.loads(line) for line in (checked.out / "run.jsonl").read_text("utf-8").splitlines()]
    tried = [len(line["exchange"]["tried"]) for line in lines if "tried" in line.get("exchange", {})]
    assert tried == [2]


def test_nothing_that_had_no_answer_is_sent_again_in_a_whole_run(tmp_path) -> None:
    def hang_up_now_and_then(connection: socket.socket, received: bytes) -> None:
        with lock:
            bodies.append(received)
            answered = len(bodies) % 3 != 0
        if answered:
            connection.sendall(OK)

    bodies: list[bytes] = []
    lock = threading.Lock()
    sent: list[bytes] = []
    true_send = Wire.send

    def send(self: Wire, request, tried=None):
        sent.append(request.body)
        return true_send(self, request, tried)

    with raw_server(hang_up_now_and_then) as server:
        Wire.send = send  # type: ignore[method-assign]
        try:
            run_suite(tmp_path, server.url, *FEW, workers=4)
        finally:
            Wire.send = true_send  # type: ignore[method-assign]
    assert len(bodies) > 6
    assert sorted(body.rpartition(b"\r\n\r\n")[2] for body in bodies) == sorted(sent)


def test_a_run_that_verifies_no_certificate_says_so_before_and_in_every_report(tmp_path, context) -> None:
    words = "TLS certificates were not verified (tls.verify = false)"
    target = tmp_path / "target.toml"
    with raw_server(OK, context) as server:
        target.write_text(
            f'name = "t"\nenvironment = "e"\ntls = {{ verify = false }}\n[collection-policy]\nurl = "{server.url}"\n'
        )
        command = ["check", "--target", str(target), "--depth", "smoke", "--out", str(tmp_path / "run")]
        done = subprocess.run(
            [sys.executable, "-m", "conformance", *command], capture_output=True, text=True, check=False
        )
    assert done.stderr == "conformance: TLS certificates are not verified (tls.verify = false)\n"
    assert words in done.stdout
    for name in ("report.html", "report.json", "junit.xml", "evidence.har"):
        assert words in (tmp_path / "run" / name).read_text("utf-8"), name
