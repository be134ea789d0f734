"""`conformance check` and pytest itself are one runner: the same items, outcomes and exit status."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from conformance.resources import cases_dir
from tests.target_support import RawServer
from tests.test_cli import MUST_DEFECT, NARROW, RULE, Ran, outcomes, report_of, run, server, target_file

ITEM = f"cases/test_request.py::test_request[{RULE}@json]"
SPY = """
import json, sys
import pytest

class Spy:
    seen = {}

    def pytest_runtest_logreport(self, report):
        if report.when == "call":
            self.seen[report.nodeid] = report.outcome

real = pytest.main

def main(args=None, plugins=None):
    return real(args, [*(plugins or []), Spy()])

pytest.main = main
name, *words = sys.argv[1:]
try:
    if name == "conformance":
        from conformance.cli import main as command
        command(words)
    sys.exit(main(words))
finally:
    with open("seen.json", "w") as file:
        json.dump(list(Spy.seen.items()), file)
"""
"""Runs either runner as its command does, and writes each item's id and outcome to a file."""


@dataclass(frozen=True)
class Seen:
    """What a runner ran, in order, and how it ended."""

    items: list[tuple[str, str]]
    status: int


def _seen(name: str, *words: str, cwd: Path) -> Seen:
    ran = run([sys.executable, "-c", SPY, name, *words], cwd)
    assert "Traceback" not in ran.out + ran.err
    return Seen([(nodeid, outcome) for nodeid, outcome in json.loads((cwd / "seen.json").read_text())], ran.status)


ECHO = "collection-policy/response/data/Email/echo"


def _plain(*words: str | Path, cwd: Path, cases: Path | None = None) -> Ran:
    command = [sys.executable, "-m", "pytest", "-p", "conformance.plugin", str(cases or cases_dir())]
    return run([*command, "-o", f"cache_dir={cwd / 'cache'}", *map(str, words)], cwd)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RawServer]:
    with server(MUST_DEFECT) as running:
        yield running


def test_a_clean_target_gives_the_same_items_outcomes_and_status(tmp_path: Path) -> None:
    check = _seen("conformance", "check", "--depth", "quick", "--out", "check", cwd=tmp_path)
    words = ("-p", "conformance.plugin", str(cases_dir()), "-o", f"cache_dir={tmp_path / 'cache'}")
    plain = _seen("pytest", *words, "--conformance-depth=quick", "--conformance-out=plain", cwd=tmp_path)
    assert check == plain
    assert plain.status == 0
    assert (ITEM, "passed") in plain.items
    report = outcomes(report_of(tmp_path / "plain"))
    assert outcomes(report_of(tmp_path / "check")) == report
    named = {nodeid.partition("[")[2].removesuffix("]") for nodeid, _ in plain.items}
    assert named == {f"{rule}@{encoding}" for rule, encoding in report}
    assert len(plain.items) == len(report)
    parts = {nodeid.partition("[")[0]: nodeid.partition("[")[2].split("/")[1] for nodeid, _ in plain.items}
    assert parts == {f"cases/test_{part}.py::test_{part}": part for part in ("envelope", "http", "request", "response")}


def test_a_broken_target_gives_the_same_items_outcomes_and_status(broken: RawServer, tmp_path: Path) -> None:
    target_file(tmp_path, broken.url)
    check = _seen("conformance", "check", "--target", "target.toml", *NARROW, "--out", "check", cwd=tmp_path)
    options = ("--conformance-target=target.toml", f"--conformance-rules={NARROW[1]}", "--conformance-out=plain")
    words = ("-p", "conformance.plugin", str(cases_dir()), "-o", f"cache_dir={tmp_path / 'cache'}", *options)
    plain = _seen("pytest", *words, cwd=tmp_path)
    assert check == plain
    assert plain.status == 1
    assert [nodeid for nodeid, outcome in plain.items if outcome == "failed"] == [ITEM]
    assert report_of(tmp_path / "check")["verdicts"] == report_of(tmp_path / "plain")["verdicts"]


def test_a_failing_rule_is_told_by_its_sentence_without_a_traceback(broken: RawServer, tmp_path: Path) -> None:
    target_file(tmp_path, broken.url)
    # --showlocals and the capture of logs would print what the run holds.
    words = ("--conformance-target=target.toml", "--conformance-out=run", "--showlocals", "-v", "-k", RULE)
    ran = _plain(*words, cwd=tmp_path)
    assert (ran.status, ran.err) == (1, "")
    assert f"{RULE} (json) MUST failed: " in ran.out
    assert f"test_request[{RULE}@json] FAILED" in ran.out
    assert report_of(tmp_path / "run")["sentence"] in ran.out
    assert not [word for word in ("Traceback", "def holds", "Error", "raise ", "Captured") if word in ran.out]
    replay = report_of(tmp_path / "run")["suite"]["command"]
    assert replay.startswith("pytest -p conformance.plugin ")
    assert f"-k {RULE}" in replay


def test_selection_speaks_rule_ids(tmp_path: Path) -> None:
    ran = _plain("-k", f"{RULE} or echo and Email", "--collect-only", "-q", cwd=tmp_path)
    assert ran.status == 0
    assert [line for line in ran.out.splitlines() if "::" in line] == [
        *(ITEM.replace("@json", f"@{encoding}") for encoding in ("json", "xml", "form")),
        *(f"cases/test_response.py::test_response[{ECHO}@{encoding}]" for encoding in ("json", "xml")),
    ]
    assert not (tmp_path / "reports").exists()


def test_last_failed_runs_what_failed_and_nothing_else(broken: RawServer, tmp_path: Path) -> None:
    target_file(tmp_path, broken.url)
    words = ("--conformance-target=target.toml", f"--conformance-rules={NARROW[1]}", "-q")
    first = _plain(*words, "--conformance-out=first", cwd=tmp_path)
    assert first.status == 1
    again = _plain(*words, "--conformance-out=again", "--lf", cwd=tmp_path)
    assert again.status == 1
    assert outcomes(report_of(tmp_path / "again")) == {(RULE, "json"): "failed"}
    assert report_of(tmp_path / "again")["scope"]["selection"]
    assert "1 failed" in again.out


def test_nothing_selected_is_status_5(tmp_path: Path) -> None:
    ran = _plain("-k", "no_rule_has_this_name", "--conformance-out=run", cwd=tmp_path)
    assert ran.status == 5
    assert not (tmp_path / "run").exists()


def test_a_mistake_is_status_4_and_one_sentence(tmp_path: Path) -> None:
    ran = _plain("--conformance-depth=fast", "-q", cwd=tmp_path)
    assert ran.status == 4
    assert ran.err.strip() == "ERROR: --depth fast: known are smoke, quick, standard, deep"
    assert "Traceback" not in ran.out


def test_distribution_over_processes_is_refused_in_one_sentence(tmp_path: Path) -> None:
    ran = _plain("-n", "2", "-q", "--conformance-out=run", cwd=tmp_path)
    assert ran.status == 4
    (line,) = ran.err.strip().splitlines()
    assert "--workers" in line
    assert "--shard" in line
    assert "INTERNALERROR" not in ran.out
    assert "Traceback" not in ran.out
    assert not (tmp_path / "run").exists()
