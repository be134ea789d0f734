"""However many senders a run has, its report is the same but for times and the words of the command."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from conformance.target.journal import read
from tests.test_cli import conformance, report_of, server, target_file

TIGHT = "collection-policy/request/MinimumInterest/maximum:tighter"
"""It refuses messages that carry several changes, which are then sent in halves."""
OF_A_RUN = {"started", "ended", "run", "command", "workers"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?[\d.]*(\+00:00|Z)?")


def timeless(value: Any) -> Any:
    """The value without moments, durations and what names the run."""
    if isinstance(value, dict):
        return {name: timeless(held) for name, held in value.items() if name not in OF_A_RUN}
    if isinstance(value, list):
        return [timeless(held) for held in value]
    return MOMENT.sub("T", value) if isinstance(value, str) else value


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The folders of two runs over one server, with one sender and with four."""
    folder = tmp_path_factory.mktemp("workers")
    with server(TIGHT) as running:
        target_file(folder, running.url, encodings=("json", "xml"))
        for workers in ("1", "4"):
            words = ("--depth", "quick", "--rules", "*/request/M*", "--workers", workers, "--out", f"of-{workers}/run")
            ran = conformance("check", "--target", "target.toml", *words, cwd=folder)
            assert (ran.status, ran.err) == (1, "")
    return [folder / "of-1" / "run", folder / "of-4" / "run"]


def test_a_message_is_sent_in_halves_whatever_the_senders(runs: list[Path]) -> None:
    halves = [{record.exchange.id for record in read(run / "run.jsonl").records} for run in runs]
    assert any("." in exchange for exchange in halves[0])
    assert halves[0] == halves[1]


def test_the_report_is_the_same(runs: list[Path]) -> None:
    one, four = (report_of(run) for run in runs)
    assert (one["suite"]["workers"], four["suite"]["workers"]) == (1, 4)
    assert timeless(one) == timeless(four)


def test_the_evidence_is_the_same(runs: list[Path]) -> None:
    """In the order in which it was sent, which is another one."""
    entries = []
    for run in runs:
        archive = json.loads((run / "evidence.har").read_text("utf-8"))["log"]
        told = [{**timeless(entry), "time": 0, "timings": {}} for entry in archive["entries"]]
        entries.append({entry["_conformance"]["exchange"]: entry for entry in told})
        assert len(entries[-1]) == len(told)
    assert entries[0] == entries[1]


def test_the_pages_are_the_same(runs: list[Path]) -> None:
    for file in ("report.html", "junit.xml"):
        one, four = ((run / file).read_text("utf-8") for run in runs)
        one = one.replace("--workers 1 --out of-1", "--workers 4 --out of-4")
        times = re.compile(rf"{MOMENT.pattern}|\d+ \w+ \d{{4}}, \d\d:\d\d:\d\d UTC| time=\"[\d.]+\"|[\d.]+ ms")
        assert times.sub("", one) == times.sub("", four), file
