from __future__ import annotations

import os
import re
import sys
import threading
import time
from pathlib import Path

import pytest

from conformance.errors import ConformanceError
from conformance.target import credential as module
from conformance.target.credential import Credential
from conformance.target.wire import Wire
from tests.target_support import OK, raw_server, request, target
from tests.wire_support import ending_within


def script(path: Path, text: str) -> str:
    (path / "fetch.py").write_text(text)
    return f"{sys.executable} '{path / 'fetch.py'}'"


COUNT = """
from pathlib import Path
seen = Path(__file__).with_name("seen")
seen.write_text(seen.read_text() + "x" if seen.exists() else "x")
print("  token-%d  " % len(seen.read_text()))
"""


def test_a_token_is_fetched_when_it_is_needed_and_again_when_it_ages(tmp_path) -> None:
    now = [0.0]
    credential = Credential(script(tmp_path, COUNT), 10, clock=lambda: now[0])
    assert not (tmp_path / "seen").exists()
    assert credential.token() == "token-1"
    now[0] = 9.9
    assert credential.token() == "token-1"
    now[0] = 10.0
    assert credential.resolve("Bearer ${CREDENTIAL}") == "Bearer token-2"
    assert credential.tokens() == ("token-1", "token-2")


def test_without_an_age_it_is_fetched_once(tmp_path) -> None:
    now = [0.0]
    credential = Credential(script(tmp_path, COUNT), clock=lambda: now[0])
    credential.token()
    now[0] = 1e9
    assert credential.token() == "token-1"


def test_a_text_without_the_placeholder_runs_no_command(tmp_path) -> None:
    credential = Credential(script(tmp_path, COUNT))
    assert credential.resolve("Bearer x") == "Bearer x"
    assert credential.tokens() == ()


def test_eight_senders_fetch_one_token(tmp_path) -> None:
    credential = Credential(script(tmp_path, COUNT), 900)
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(credential.token())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["token-1"] * 8
    assert credential.tokens() == ("token-1",)


def test_a_command_that_failed_is_not_run_for_every_sender_anew(tmp_path) -> None:
    credential = Credential(script(tmp_path, COUNT + "\nraise SystemExit(3)"), 900)
    for _ in range(8):
        with pytest.raises(ConformanceError, match="ended with status 3"):
            credential.token()
    assert (tmp_path / "seen").read_text() == "x"


def test_a_token_that_worked_and_is_refused_is_fetched_anew_for_the_next_request(tmp_path) -> None:
    now = [0.0]
    credential = Credential(script(tmp_path, COUNT), clock=lambda: now[0])
    assert credential.token() == "token-1"
    credential.answered(200)
    now[0] = 29.0
    credential.answered(401)
    assert credential.token() == "token-1"
    now[0] = 31.0
    credential.answered(403)
    assert credential.token() == "token-1"
    credential.answered(401)
    credential.answered(401)
    assert credential.token() == "token-2"


def test_a_token_that_never_worked_is_not_fetched_again(tmp_path) -> None:
    now = [0.0]
    credential = Credential(script(tmp_path, COUNT), clock=lambda: now[0])
    for _ in range(50):
        assert credential.token() == "token-1"
        now[0] += 60
        credential.answered(401)


def test_over_the_wire_the_refused_request_is_not_sent_again_and_the_next_has_a_new_token(tmp_path) -> None:
    now = [0.0]
    refusal = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
    answers = iter([OK, refusal, OK])
    credential = Credential(script(tmp_path, COUNT), clock=lambda: now[0])
    with raw_server(lambda connection, received: connection.sendall(next(answers))) as server:
        way = Wire(target(server.url, credential=credential), environ={})
        bearer = (("Authorization", "Bearer ${CREDENTIAL}"),)
        for _ in range(3):
            way.send(request(server.url, b"{}", bearer))
            now[0] += 60
        way.close()
    sent = [re.findall(rb"Bearer (\S+)", received)[0] for received in server.received]
    assert sent == [b"token-1", b"token-1", b"token-2"]


def test_all_tokens_are_masked_and_none_is_shown(tmp_path) -> None:
    now = [0.0]
    credential = Credential(script(tmp_path, COUNT), 10, clock=lambda: now[0])
    one = target("http://127.0.0.1/", credential=credential)
    credential.token()
    now[0] = 11.0
    credential.token()
    assert one.masks().mask("token-1 token-2") == "••• •••"
    assert "token-1" not in repr(one)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import sys; print('hidden-word'); sys.exit('hidden-word')", "status 1"),
        ("", "must print the token"),
        ("print('hidden-word\\nhidden-word')", "must print the token"),
        ("print('hidden-word' * 10_000)", "must print the token"),
        ("import sys; sys.stdout.buffer.write(b'hidden-word\\377\\376')", "must print the token"),
    ],
)
def test_a_command_that_fails_is_an_error_that_shows_no_output(tmp_path, text: str, words: str) -> None:
    with pytest.raises(ConformanceError, match=words) as caught:
        Credential(script(tmp_path, text)).token()
    assert "hidden-word" not in str(caught.value)


@pytest.mark.parametrize("command", ["/no/such/command", "'unclosed", ""])
def test_a_command_that_cannot_be_run_is_an_error(command: str) -> None:
    with pytest.raises(ConformanceError, match=r"credential\.command"):
        Credential(command).token()


def test_no_shell_reads_the_command(tmp_path) -> None:
    assert Credential("echo $HOME ; ls").token() == "$HOME ; ls"


HANGS = {
    "sleeps": "__import__('time').sleep(60)",
    "asks": "input('password: ')",
    "prints without end": "while True: print('hidden-word' * 1000)",
    "prints one line without end": "while True: print('a' * 1000, end='')",
    "leaves a child behind that keeps the pipe": (
        "import subprocess, sys\nprint('hidden-word', flush=True)\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    ),
    "leaves a child behind that is nobody's": (
        "import subprocess, sys\nprint('hidden-word', flush=True)\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(8)'], start_new_session=True)"
    ),
    "does not end when asked to": (
        "import signal, time\nfor one in (signal.SIGTERM, signal.SIGINT): signal.signal(one, signal.SIG_IGN)\n"
        "print('hidden-word', flush=True)\ntime.sleep(60)"
    ),
}


@pytest.mark.parametrize("text", HANGS.values(), ids=HANGS)
def test_a_command_that_hangs_or_floods_is_ended_and_holds_no_lock(tmp_path, monkeypatch, text: str) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 1.0)
    credential = Credential(script(tmp_path, text))
    failures: list[str] = []

    def ask() -> None:
        with pytest.raises(ConformanceError, match=r"credential\.command") as caught:
            credential.token()
        failures.append(str(caught.value))

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(8)]
    with ending_within(1.0):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert len(failures) == 8
    assert all("hidden-word" not in failure for failure in failures)


def test_a_flood_is_ended_at_once(tmp_path) -> None:
    with ending_within(0), pytest.raises(ConformanceError, match="must print the token"):
        Credential(script(tmp_path, HANGS["prints without end"])).token()


def test_whoever_masks_does_not_wait_for_the_command(tmp_path) -> None:
    text = """
import pathlib, time
here = pathlib.Path(__file__).parent
(here / "begun").touch()
while not (here / "go").exists():
    time.sleep(0.02)
print("token-1")
"""
    credential = Credential(script(tmp_path, text))
    fetching = threading.Thread(target=credential.token, daemon=True)
    fetching.start()
    until = time.monotonic() + 20
    while not (tmp_path / "begun").exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert credential.tokens() == ()
    assert not (tmp_path / "go").exists()
    assert fetching.is_alive()
    (tmp_path / "go").touch()
    fetching.join(20)
    assert credential.tokens() == ("token-1",)


def test_what_the_command_started_ends_with_it(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 2.0)
    text = (
        "import os, pathlib, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(child.pid))\n"
    )
    with pytest.raises(ConformanceError):
        Credential(script(tmp_path, text)).token()
    child = int((tmp_path / "pid").read_text())
    until = time.monotonic() + 10
    while alive(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive(child)


def alive(process: int) -> bool:
    """Is it there, and no mere entry that nobody has read the status of?"""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
