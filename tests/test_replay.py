"""One exchange sent again: the same bytes, the same verdict, from the id or from the command in the report."""

from __future__ import annotations

import html
import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.target_support import RawServer
from tests.test_cli import (
    MUST_DEFECT,
    RULE,
    conformance,
    log_of,
    one_message,
    outcomes,
    parsed,
    report_of,
    server,
    target_file,
)


@dataclass(frozen=True)
class Run:
    """A run in a folder, and the server that it met."""

    folder: Path
    running: RawServer

    def since(self, start: int) -> list[bytes]:
        return self.running.received[start:]


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A run that found a defect, with its server still there."""
    folder = tmp_path_factory.mktemp("failed")
    with server(MUST_DEFECT) as running:
        target_file(folder, running.url)
        ran = conformance("check", "--target", "target.toml", "--seed", "3", "--out", "run", cwd=folder)
        assert ran.status == 1
        yield Run(folder, running)


def _deciding(run: Run, rule: str) -> str:
    """The first exchange that decided the rule."""
    verdicts = report_of(run.folder / "run")["verdicts"]
    found: str = next(verdict["exchanges"][0] for verdict in verdicts if verdict["rule"] == rule)
    return found


def _verdict(folder: Path, rule: str) -> str:
    return outcomes(report_of(folder))[rule, "json"]


def test_a_replay_sends_the_exchange_between_its_baselines_and_comes_to_the_same_verdict(failed: Run) -> None:
    exchange = _deciding(failed, RULE)
    start = len(failed.running.received)
    words = ("--seed", "3", "--replay", exchange, "--out", "replayed")
    ran = conformance("check", "--target", "target.toml", *words, cwd=failed.folder)
    assert ran.status == 1
    sent = failed.since(start)
    first, last = failed.running.received[0], failed.running.received[start - 1]
    assert sent == [first, failed.running.received[int(exchange[1:]) - 1], last]
    kept = {record.exchange.id: record for record in log_of(failed.folder / "replayed").records}
    assert kept[exchange].exchange.request.body == parsed(sent[1]).body
    report = report_of(failed.folder / "replayed")
    assert f"replay of {exchange}" in report["scope"]["selection"]
    # A replay speaks of all that the exchange shows, and of nothing else.
    assert (RULE, "json") in outcomes(report)
    assert ("collection-policy/http/no-server-error", "json") in outcomes(report)
    assert not any("/echo" in rule or "/required" in rule for rule, _ in outcomes(report))
    assert _verdict(failed.folder / "replayed", RULE) == _verdict(failed.folder / "run", RULE) == "failed"


def test_a_replay_sends_also_what_its_cases_lean_on(failed: Run) -> None:
    # The baseline carries cases of members left out; what they lean on is sent alone, or rides on other bytes.
    records = log_of(failed.folder / "run").records
    carried = {record.case.id: record.exchange.id for record in records}
    needed = {
        carried[record.case.leans_on]
        for record in records[:20]
        if record.exchange.id == "x00001" and record.case.leans_on
    }
    assert needed
    words = ("--seed", "3", "--replay", "x00001", "--out", "leaning")
    assert conformance("check", "--target", "target.toml", *words, cwd=failed.folder).status == 0
    sent = {record.exchange.id for record in log_of(failed.folder / "leaning").records}
    assert sent == {"x00001", records[-1].exchange.id, *needed}
    before = outcomes(report_of(failed.folder / "run"))
    for item, outcome in outcomes(report_of(failed.folder / "leaning")).items():
        assert outcome == before[item] == "passed"


def _blocks(folder: Path) -> list[str]:
    page = (folder / "report.html").read_text("utf-8")
    return [html.unescape(block) for block in re.findall(r"<pre data-copy>(.*?)</pre>", page, re.DOTALL)]


def test_the_replay_command_of_the_page_shows_the_failure_again(failed: Run) -> None:
    command = next(block for block in _blocks(failed.folder / "run") if "--replay" in block)
    program, *words = shlex.split(command)
    assert program == "conformance"
    ran = conformance(*words, "--out", "shown", cwd=failed.folder)
    assert ran.status == 1
    assert _verdict(failed.folder / "shown", RULE) == "failed"


def test_the_curl_command_of_the_page_carries_the_bytes_of_the_exchange(failed: Run) -> None:
    blocks = _blocks(failed.folder / "run")
    commands = {
        shlex.split(replay)[-1]: curl
        for curl, replay in zip(
            [block for block in blocks if block.startswith("curl ")],
            [block for block in blocks if "--replay" in block],
            strict=True,
        )
    }
    assert commands
    sent = {record.exchange.id: record.exchange.request for record in log_of(failed.folder / "run").records}
    for exchange, command in commands.items():
        spoken = subprocess.run(
            ["bash", "-c", "curl() { printf '%s\\0' \"$@\"; }; " + command], capture_output=True, check=True
        ).stdout.split(b"\0")
        assert sent[exchange].url.encode() in spoken
        assert sent[exchange].body in spoken


def test_an_exchange_of_another_plan_is_a_mistake_that_says_what_to_repeat(failed: Run) -> None:
    ran = conformance("check", "--target", "target.toml", "--depth", "smoke", "--replay", "x00100", cwd=failed.folder)
    assert ran.status == 4
    assert "repeat the selection, --seed and --depth of the run that it is from" in one_message(ran)


@pytest.mark.parametrize("out", [(), ("--out", "run")])
def test_a_mistyped_exchange_leaves_nothing_though_a_wsdl_was_fetched_to_find_out(
    tmp_path: Path, out: tuple[str, ...]
) -> None:
    words = ("--service", "actualizar-correo", "--depth", "smoke", "--replay", "x99999")
    ran = conformance("check", *words, *out, cwd=tmp_path)
    assert ran.status == 4
    assert "--replay x99999: the plan has no such exchange or case" in one_message(ran)
    assert not list(tmp_path.rglob("run.jsonl*"))
    assert not (tmp_path / "reports").exists()


def test_a_replay_that_was_killed_says_what_it_does_not_know(failed: Run) -> None:
    exchange = _deciding(failed, RULE)
    words = ("check", "--target", "target.toml", "--seed", "3", "--replay", exchange, "--out", "killed")
    assert conformance(*words, cwd=failed.folder).status == 1
    path = failed.folder / "killed" / "run.jsonl"
    # What was killed has no claim yet.
    (path.parent / "claim.json").unlink()
    lines = path.read_bytes().splitlines(keepends=True)
    begun = next(
        number for number, line in enumerate(lines) if b'"sending": {"exchange": "%s"' % exchange.encode() in line
    )
    path.write_bytes(b"".join(lines[: begun + 1]))
    for command in (("report", "killed"), ("check", "--resume", "killed")):
        ran = conformance(*command, cwd=failed.folder)
        assert (ran.status, ran.err) == (6, "")
        told = {verdict["rule"]: verdict["reason"] for verdict in report_of(failed.folder / "killed")["verdicts"]}
        assert told[RULE] == f"{exchange} was sent, its answer is unknown"
    assert conformance("check", "--resume", "killed", "--resend", cwd=failed.folder).status == 1
    assert _verdict(failed.folder / "killed", RULE) == "failed"
