"""`conformance audit` as a user meets it: one report whatever the engine does, nothing sent, no secret written down."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import quote

import pytest

from bench.recordings import pool, write
from conformance.cli import main
from conformance.run import auditing
from conformance.traffic.auditing import Auditor, Brief
from conformance.traffic.files.lines import write_line
from conformance.traffic.files.parts import parts_of
from conformance.traffic.recording import Recorded
from tests.audited import CORREO, POLICY, SUBJECTS, damaged
from tests.traffic_support import har


def audited(*arguments: object) -> int:
    """The exit status."""
    with pytest.raises(SystemExit) as ended:
        main(["audit", *map(str, arguments)])
    return int(ended.value.code or 0)


def written(path: Path, exchanges: Iterable[Recorded]) -> Path:
    path.write_bytes(b"".join(map(write_line, exchanges)))
    return path


def verdicts(out: Path) -> list[dict[str, object]]:
    return json.loads((out / "report.json").read_text())["verdicts"]


# --- one report -------------------------------------------------------------------------------------------------------


def test_however_many_processes_read_the_report_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(auditing, "PART", 60_000)
    written(tmp_path / "rest.jsonl", damaged("rest", 80, 1))
    written(tmp_path / "soap.jsonl", damaged("soap", 30, 2))
    assert len(parts_of(["rest.jsonl", "soap.jsonl"], 60_000)) > 4
    told = []
    for workers in (1, 2):
        out = tmp_path / f"out{workers}"
        assert audited("rest.jsonl", "soap.jsonl", "--workers", workers, "--out", out, "--quiet") == 1
        report = json.loads((out / "report.json").read_text())
        assert not report.get("partial")
        shown = [json.loads(line) for line in (out / "run.jsonl").read_text().splitlines()]
        told.append(
            (report["verdicts"], report["observations"], report["counts"], [o for o in shown if "summary" in o])
        )
    assert told[0] == told[1]


def test_the_parties_are_never_added(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", damaged("rest", 60, 3))
    audited(path, "--out", tmp_path / "out", "--quiet")
    told = verdicts(tmp_path / "out")
    assert {one["party"] for one in told} == {"provider", "consumer"}
    keys = [(one["rule"], one["encoding"], one["party"]) for one in told]
    assert len(keys) == len(set(keys))


# --- interrupted ------------------------------------------------------------------------------------------------------


READ = """
import signal, sys, time
from conformance.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs in the background of a shell ignores it
from conformance.run import auditing
auditing.PART = 60_000
kept = auditing.summarise
def summarise(*given):
    for summary in kept(*given):
        yield summary
        print("read", flush=True)
        time.sleep(60)
auditing.summarise = summarise
recording, out, workers = sys.argv[1:]
main(["audit", recording, "--out", out, "--workers", workers, "--quiet"])
"""
"""An audit of many parts that stands still behind the first."""


@pytest.mark.parametrize(("sent", "workers"), [(signal.SIGINT, 1), (signal.SIGTERM, 2)])
def test_an_interrupted_audit_reports_what_it_has_read(tmp_path: Path, sent: signal.Signals, workers: int) -> None:
    path, out = written(tmp_path / "a.jsonl", pool("rest", 200, seed=1)), tmp_path / "out"
    with subprocess.Popen(
        [sys.executable, "-c", READ, str(path), str(out), str(workers)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as started:
        assert started.stdout is not None
        assert started.stdout.readline() == b"read\n"
        if sent == signal.SIGINT:
            os.killpg(started.pid, sent)
        else:
            started.send_signal(sent)
        _, error = started.communicate(timeout=50)
    assert (started.returncode, error) == (2, b"")
    report = json.loads((out / "report.json").read_text())
    assert any(one["outcome"] == "passed" for one in report["verdicts"])
    assert report["outcome"] != "conforms"
    assert "interrupted" in (out / "report.html").read_text()


# --- secrets ----------------------------------------------------------------------------------------------------------

PASSWORD, SECRET, TOKEN, COOKIE, IN_URL, KEY, USER = (
    *("Zanahoria-7731", "Pimentón&Ajo-5512", "tok-93b1c7a4e2", "ses-48c1d0ff17", "url-secreto-6620", "llave-0917-xyz"),
    "usuario-8841",
)
WSSE = (
    '<wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">'
    f"<wsse:UsernameToken><wsse:Username>{USER}</wsse:Username><wsse:Password>{PASSWORD}</wsse:Password>"
    "</wsse:UsernameToken></wsse:Security>"
)
HEADERS = [("Authorization", f"Bearer {TOKEN}"), ("Cookie", f"ASP.NET_SessionId={COOKIE}"), ("X-Api-Key", KEY)]
Change = Callable[[str], str]


def soap_exchange(edit: Change) -> Recorded:
    one = next(iter(pool("soap", 1, seed=4)))
    assert one.response is not None
    escaped = SECRET.replace("&", "&amp;")
    body = one.request.body.replace("clave-de-prueba", escaped)
    assert escaped in body
    one.request.body = edit(body.replace("<soap:Body>", f"<soap:Header>{WSSE}</soap:Header><soap:Body>"))
    one.request.headers = [*one.request.headers, *HEADERS]
    one.request.url += f"?token={IN_URL}"
    one.response.headers = [*one.response.headers, ("Set-Cookie", f"s={COOKIE}; path=/")]
    again = f"<StatusMessage>{escaped} {TOKEN} {PASSWORD} {USER} "
    one.response.body = one.response.body.replace("<IsValid>true", "<IsValid>maybe").replace("<StatusMessage>", again)
    return one


def rest_exchange(edit: Change) -> Recorded:
    one = next(iter(pool("rest", 1, seed=4)))
    assert one.response is not None
    told = f'"Clave":{json.dumps(SECRET)},"password":"{PASSWORD}","Email":"x","NoEmail":'
    one.request.body = edit(one.request.body.replace('"Email":', told))
    one.request.headers = [*one.request.headers, *HEADERS]
    one.request.url = one.request.url.replace("https://", f"https://user:{IN_URL}@")
    again = f'"success":5,"seen":"{TOKEN} {PASSWORD} {IN_URL} {COOKIE}"'
    one.response.body = one.response.body.replace('"success":true', again)
    return one


EDITS: dict[str, Change] = {
    "whole": lambda body: body,
    "cut": lambda body: body[: len(body) * 9 // 10],
    "no beginning": lambda body: body[8:],
    "a tag that is not closed": lambda body: body.replace("</correo>", ""),
    "a prefix that nobody bound": lambda body: body.replace("xmlns:soap=", "xmlns:nope="),
    "twice": lambda body: body.replace("<NIT>", "<Clave>otra</Clave><NIT>"),
    "text behind": lambda body: body + "x",
}


def forms(word: str) -> set[bytes]:
    escaped = word.replace("&", "&amp;")
    twice = escaped.replace("&", "&amp;")
    spelt = {word, escaped, twice, quote(word), json.dumps(word)[1:-1], json.dumps(escaped)[1:-1]}
    return {one.encode() for one in spelt} | {base64.b64encode(word.encode())[:-4]}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_no_secret_of_a_recording_is_in_any_file(edit: Change, tmp_path: Path) -> None:
    """Nor where the message that holds it cannot be read."""
    path, out = tmp_path / "a.har", tmp_path / "out"
    path.write_bytes(har([soap_exchange(edit), rest_exchange(edit)], creator="WebInspector"))
    assert audited(path, "--out", out, "--quiet", "--format", "all", "--strict") == 1
    shown = [one for one in verdicts(out) if one["exchanges"]]
    assert {str(one["service"]) for one in shown} == {POLICY, CORREO}
    for file in sorted(out.rglob("*")):
        content = file.read_bytes() if file.is_file() else b""
        for word in (PASSWORD, SECRET, TOKEN, COOKIE, IN_URL, KEY, USER):
            assert not [form for form in forms(word) if form in content], (file.name, word)


def test_what_the_target_file_keeps_secret_is_masked_wherever_it_stands(tmp_path: Path, monkeypatch) -> None:
    """No name in the recording tells that it is one."""
    monkeypatch.setenv("QA_TENANT_WORD", KEY)
    target = tmp_path / "t.toml"
    address = "https://cobros.example.com/api/CollectionPolicy"
    target.write_text(f'name = "${{QA_TENANT_WORD}}"\n[{POLICY}]\nurl = "{address}"\n', "utf-8")
    one = next(iter(pool("rest", 1, seed=4)))
    assert one.response is not None
    one.response.body = one.response.body.replace('"success":true', f'"success":5,"seen":"{KEY}"')
    path = written(tmp_path / "a.jsonl", [one])
    monkeypatch.chdir(tmp_path)
    assert audited(path, "--target", target, "--quiet", "--format", "all") == 1
    (out,) = (tmp_path / "reports").iterdir()
    assert KEY not in out.name
    assert [one["rule"] for one in verdicts(out) if one["outcome"] == "failed"] == [f"{POLICY}/response/success/type"]
    assert not [file.name for file in out.rglob("*") if file.is_file() and KEY.encode() in file.read_bytes()]


# --- nothing is sent, and little is kept ------------------------------------------------------------------------------


def test_an_audit_opens_no_connection(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", [*damaged("rest", 20, 1), *damaged("soap", 20, 1)])
    seen = tmp_path / "seen.json"
    command = [sys.executable, "-m", "tests.socket_guard", str(seen), "{}", "--", "audit", str(path)]
    ran = subprocess.run([*command, "--out", str(tmp_path / "out"), "--workers", "1", "--quiet"], check=False)
    told = json.loads(seen.read_text())
    assert ran.returncode == 1
    assert (told["left"], told["asked"], told["local"]) == ([], [], [])


def peak(folder: Path, count: int) -> int:
    path = folder / f"{count}.jsonl"
    write("rest", count, path, broken=0.01)
    auditor, (part,) = Auditor(Brief(subjects=SUBJECTS)), parts_of([str(path)], 1 << 40)
    tracemalloc.start()
    try:
        auditor(part)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.nightly
def test_memory_does_not_grow_with_the_recording(tmp_path: Path) -> None:
    peak(tmp_path, 100)
    assert peak(tmp_path, 20_000) < 1.2 * peak(tmp_path, 2_000)
