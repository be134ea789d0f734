"""The command as a user meets it: what it prints, where, and with which exit status.

Also the helpers with which the other tests of the command start it and stand in for a server.
"""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from conformance.model import Request
from conformance.reference.service import State, answer
from conformance.run.contracts import contracts
from conformance.run.serving import defects
from conformance.target.journal import RunLog, read
from tests.target_support import RawServer, raw_server

SERVICE = "collection-policy"
RULE = "collection-policy/request/Email/pattern"
MUST_DEFECT = f"{RULE}:dropped"
SHOULD_DEFECT = "collection-policy/request/Email/not-blank:dropped"
NARROW = ("--rules", "*/request/Email/*")


# --- helpers ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ran:
    """What a process left: its exit status and what it wrote."""

    status: int
    out: str
    err: str


def surroundings(**changes: str) -> dict[str, str]:
    """The environment of a user: without what this test session, a CI server or a terminal put into ours."""
    foreign = ("PYTEST", "CONFORMANCE", "HYPOTHESIS", "COV_", "QA_TOKEN")
    single = {"CI", "FORCE_COLOR", "COLUMNS", "PYTHONWARNINGS"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign) and name not in single}
    return {**kept, **changes}


def run(command: list[str], cwd: Path, **environ: str) -> Ran:
    """Runs it to its end, as a child of its own."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=surroundings(**environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def conformance(*words: str | Path, cwd: Path, **environ: str) -> Ran:
    """`conformance` with these words, in a folder."""
    return run([sys.executable, "-m", "conformance", *map(str, words)], cwd, **environ)


def report_of(folder: Path) -> dict[str, Any]:
    """The `report.json` of a run."""
    document: dict[str, Any] = json.loads((folder / "report.json").read_text("utf-8"))
    return document


def log_of(folder: Path) -> RunLog:
    """The journal of a run."""
    return read(folder / "run.jsonl")


def outcomes(report: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """(rule, encoding) → outcome."""
    return {(verdict["rule"], verdict["encoding"]): verdict["outcome"] for verdict in report["verdicts"]}


def target_file(
    folder: Path,
    url: str,
    more: str = "",
    *,
    name: str = "target.toml",
    section: str = "",
    encodings: tuple[str, ...] = ("json",),
) -> Path:
    """A target file for that url; `more` stands above the section. One encoding is enough where none is the subject."""
    path = folder / name
    listed = ", ".join(f'"{one}"' for one in encodings)
    path.write_text(f'{more}\n[{SERVICE}]\nurl = "{url}"\nencodings = [{listed}]\n{section}\n', "utf-8")
    return path


def parsed(raw: bytes) -> Request:
    """The bytes of a request as a value; the url is its path."""
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines))
    return Request(method=method, url=path, headers=headers, body=body)


def sent_over(connection: socket.socket, status: str, headers: Mapping[str, str], body: bytes) -> None:
    """An answer, whole."""
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers.items())]
    lines.append(f"Content-Length: {len(body)}")
    connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def reference(defect: str | None = None) -> Callable[[socket.socket, bytes], None]:
    """What the reference answers, as an answer of a `RawServer`."""
    contract = contracts()[SERVICE]
    flaw = next(known for known in defects(SERVICE) if known.id == defect) if defect else None
    lock = threading.Lock()
    state = State()

    def reply(connection: socket.socket, raw: bytes) -> None:
        nonlocal state
        with lock:
            response, state = answer(contract, parsed(raw), state, flaw)
        sent_over(connection, f"{response.status} {response.reason}", dict(response.headers), response.body)

    return reply


@contextmanager
def server(defect: str | None = None) -> Iterator[RawServer]:
    """The reference on loopback, keeping the bytes that it receives."""
    with raw_server(reference(defect)) as running:
        yield running


def refuses(connection: socket.socket, raw: bytes) -> None:
    """A server that refuses everything in the documented way."""
    body = b'{"success":false,"message":"no","messageDetail":["closed today"],"failureCode":"1","data":null}'
    sent_over(connection, "400 BAD REQUEST", {"Content-Type": "application/json; charset=utf-8"}, body)


def one_message(ran: Ran) -> str:
    """The only thing that was said on stderr: lines that begin with the name of the command, no traceback."""
    assert "Traceback" not in ran.out + ran.err
    assert ran.err.startswith("conformance: ")
    lines = ran.err.removesuffix("\n").split("\n")
    assert len(lines) == 1, ran.err
    return lines[0].removeprefix("conformance: ")


# --- verdicts and their exit status -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("defect", "words", "status", "outcome"),
    [
        (None, (), 0, "conforms"),
        (MUST_DEFECT, (), 1, "does-not-conform"),
        (SHOULD_DEFECT, (), 0, "conforms"),
        (SHOULD_DEFECT, ("--strict",), 1, "does-not-conform"),
    ],
    ids=["clean", "MUST broken", "SHOULD broken", "SHOULD broken, strict"],
)
def test_the_exit_status_follows_the_verdict(
    defect: str | None, words: tuple[str, ...], status: int, outcome: str, tmp_path: Path
) -> None:
    with server(defect) as running:
        target_file(tmp_path, running.url)
        ran = conformance("check", "--target", "target.toml", *NARROW, *words, "--out", "run", cwd=tmp_path)
    assert (ran.status, ran.err) == (status, "")
    report = report_of(tmp_path / "run")
    assert (report["outcome"], report["exit_status"]) == (outcome, status)
    failed = {rule for (rule, _), result in outcomes(report).items() if result == "failed"}
    assert failed == ({defect.rpartition(":")[0]} if defect else set())
    assert report["sentence"] in ran.out


def test_a_server_that_refuses_everything_leaves_the_run_inconclusive(tmp_path: Path) -> None:
    with raw_server(refuses) as running:
        target_file(tmp_path, running.url)
        ran = conformance("check", "--target", "target.toml", *NARROW, "--out", "run", cwd=tmp_path)
    assert (ran.status, ran.err) == (6, "")
    report = report_of(tmp_path / "run")
    assert report["outcome"] == "inconclusive"
    assert "the baseline was not accepted" in report["sentence"]
    assert "closed today" in report["sentence"]
    assert "Traceback" not in ran.out


def test_a_selection_without_a_rule_is_told_as_nothing_selected(tmp_path: Path) -> None:
    ran = conformance("check", "--depth", "smoke", "--rules", RULE, cwd=tmp_path)
    assert ran.status == 5
    assert "Traceback" not in ran.out + ran.err
    assert not (tmp_path / "reports").exists()


def test_quiet_says_nothing_and_writes_everything(tmp_path: Path) -> None:
    ran = conformance("check", "--quiet", *NARROW, "--out", "run", cwd=tmp_path)
    assert ran == Ran(0, "", "")
    assert report_of(tmp_path / "run")["outcome"] == "conforms"


def test_smoke_shows_what_the_baseline_was_answered(tmp_path: Path) -> None:
    with server() as running:
        target_file(tmp_path, running.url, encodings=("json", "xml", "form"))
        ran = conformance("check", "--target", "target.toml", "--depth", "smoke", "--out", "run", cwd=tmp_path)
        assert [parsed(raw).method for raw in running.received] == ["POST"] * 3
    assert ran.status == 0
    assert ran.out.count('"success":true') == 2
    assert ran.out.count("<success>true</success>") == 1
    for encoding in ("json", "xml", "form"):
        assert f"{encoding}: POST {running.url}" in ran.out


# --- what ends without a verdict --------------------------------------------------------------------------------------


def test_a_defect_of_the_suite_is_one_message_and_status_3(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from conformance.cli import main\n"
        "from conformance.report import writers\n"
        "def broken(*_):\n"
        "    raise LookupError('hidden')\n"
        "writers.FORMATS['har'] = ('evidence.har', broken)\n"
        f"main(['check', *{NARROW!r}, '--out', 'run'])\n"
    )
    ran = run([sys.executable, "-c", program], tmp_path)
    assert ran.status == 3
    assert "a defect of the suite (LookupError at " in one_message(ran)
    assert "hidden" not in ran.out + ran.err


def test_a_host_that_is_not_loopback_is_not_met_without_leave(tmp_path: Path) -> None:
    target_file(tmp_path, "http://192.0.2.1/api/CollectionPolicy")
    program = (
        "import socket, sys\n"
        "from conformance.cli import main\n"
        "def met(event, arguments):\n"
        "    if event in ('socket.connect', 'socket.sendto', 'socket.sendmsg'):\n"
        "        print('met', event, file=sys.stderr)\n"
        "sys.addaudithook(met)\n"
        "main(['check', '--target', 'target.toml', '--out', 'run'])\n"
    )
    ran = run([sys.executable, "-c", program], tmp_path)
    message = one_message(ran)
    assert ran.status == 4
    assert "192.0.2.1" in message
    assert 'effects = "allow"' in message
    assert not (tmp_path / "run" / "run.jsonl").exists()


# --- secrets ----------------------------------------------------------------------------------------------------------

TOKEN = "s3cr3t/tok+en=ñ&7"
FORMS = (TOKEN, "s3cr3t%2Ftok%2Ben%3D", "s3cr3t/tok+en", "czNjcjN0L3Rvay", "s3cr3t")


def echoes(connection: socket.socket, raw: bytes) -> None:
    """The reference, but with the request's credentials in the answer in several forms."""
    header = parsed(raw).header("Authorization") or ""
    token = header.removeprefix("Bearer ")
    detail = [header, quote(token, safe=""), base64.b64encode(token.encode()).decode()]
    body = json.dumps({"success": False, "message": header, "messageDetail": detail}, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8", "X-Saw": quote(token, safe="")}
    sent_over(connection, "400 BAD REQUEST", headers, body)


def test_a_token_of_the_environment_is_in_nothing_that_is_written_or_said(tmp_path: Path) -> None:
    with raw_server(echoes) as running:
        target_file(tmp_path, running.url, section='headers = { Authorization = "Bearer ${QA_TOKEN}" }')
        ran = conformance("check", "--target", "target.toml", *NARROW, "--out", "run", cwd=tmp_path, QA_TOKEN=TOKEN)
        assert any(b"Bearer s3cr3t" in raw for raw in running.received)
    assert ran.status == 6
    again = conformance("report", "run", "--out", "again", cwd=tmp_path)
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "target.toml"]
    assert {"report.json", "report.html", "junit.xml", "evidence.har", "run.jsonl"} <= {path.name for path in written}
    for text in (ran.out, ran.err, again.out, again.err, *(path.read_text("utf-8") for path in written)):
        assert not [form for form in FORMS if form in text]
