"""`conformance audit` as a user meets it: one report whatever the engine does, nothing sent, no secret written down."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from bench.recordings import pool
from conformance.cli import main
from conformance.run import auditing
from conformance.traffic.files.lines import write_line
from conformance.traffic.files.parts import parts_of
from conformance.traffic.recording import Recorded
from tests.audited import damaged

TIMES = ("started", "ended", "claim", "run")


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
    monkeypatch.setattr(auditing, "PART", 100_000)
    written(tmp_path / "rest.jsonl", damaged("rest", 150, 1))
    written(tmp_path / "soap.jsonl", damaged("soap", 80, 2))
    assert len(parts_of(["rest.jsonl", "soap.jsonl"], 100_000)) > 4
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


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_audit_reports_what_it_has_read(tmp_path: Path, sent: signal.Signals, workers: int) -> None:
    """The first part is short, and so are its exchanges; the other one is not read to its end."""
    written(tmp_path / "a.jsonl", pool("rest", 5, seed=1))
    os.mkfifo(tmp_path / "b.jsonl")
    out = tmp_path / "out"
    started = subprocess.Popen(
        [sys.executable, "-c", FED, str(tmp_path), str(out), str(workers)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert started.stdout is not None
    assert started.stdout.readline() == b"1\n"
    if sent == signal.SIGINT:
        os.killpg(started.pid, sent)
    else:
        started.send_signal(sent)
    _, error = started.communicate(timeout=60)
    assert started.returncode == 2, error
    assert b"Traceback" not in error
    report = json.loads((out / "report.json").read_text())
    assert report["outcome"] != "conforms"
    assert any(one["outcome"] == "passed" for one in report["verdicts"])


FED = """
import sys
from conformance.cli import main
from conformance.run import auditing
import conformance.traffic.auditing as engine
kept = engine.summarise
def summarise(parts, brief, workers, told):
    for number, summary in enumerate(kept(parts, brief, workers, told), 1):
        yield summary
        print(number, flush=True)
        import time
        time.sleep(30)
auditing.summarise = summarise
folder, out, workers = sys.argv[1:]
main(["audit", folder + "/a.jsonl", "--out", out, "--workers", workers, "--quiet"])
"""
