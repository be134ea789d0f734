"""What a run says on the terminal."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console
from rich.text import Text

from conformance.model import Outcome, Report
from conformance.report.build import build
from conformance.report.terminal import summary
from tests.report_samples import EMAIL, FINDINGS, NASTY, RULES, STEP, hostile, log, verdict


def told(report: Report, *, tty: bool = False, with_rules: bool = True, width: int = 300) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=tty, color_system="standard" if tty else None)
    summary(report, console, rules=RULES if with_rules else None, files=(Path("reports/a b/report.html"),))
    return out.getvalue()


def test_the_summary_says_verdict_counts_failures_open_rules_notices_and_files() -> None:
    report, _ = hostile(pending=("x00005",))
    text = told(report)
    assert text.startswith(report.sentence)
    assert "2 of 4 tested, 1 cant-tell" in text
    assert f"{EMAIL} (json) MUST failed: Email matches the stated pattern (001_a7101fb9927c4164.txt, line 57)" in text
    assert "Email: expected a refusal of 'a@b'; observed 200 with success true, time 0. 4 more findings" in text
    assert f"{STEP} (json) SHOULD failed" in text
    assert "1 MUST rule cant-tell: no answer: <script>" in text
    assert "1 SHOULD rule untested: budget" in text
    assert "1 request sent, answer unknown: x00005." in text
    assert "reports/a b/report.html" in text


def test_without_rules_a_failure_is_still_named() -> None:
    assert f"{EMAIL} (json) MUST failed\n" in told(hostile()[0], with_rules=False)


def test_a_log_has_one_line_for_each_statement_however_long() -> None:
    lines = told(hostile()[0], width=40).splitlines()
    assert hostile()[0].sentence in lines
    assert any(line.startswith(f"  {EMAIL} (json) MUST failed: Email matches") for line in lines)


def test_a_terminal_has_wrapped_lines_with_their_indent() -> None:
    lines = told(hostile()[0], tty=True, width=60).splitlines()
    assert max(len(Text.from_ansi(line)) for line in lines if "report.html" not in line) <= 60


def test_no_escape_sequence_of_a_server_reaches_a_terminal() -> None:
    report, _ = hostile()
    plain = told(report)
    assert all(char.isprintable() or char == "\n" for char in plain)
    assert "␛[31mred␛[0m ␀" in plain
    assert "\x1b[31mred\x1b[0m \x00" not in told(report, tty=True)


def test_colours_are_for_terminals_only() -> None:
    report, _ = hostile()
    assert "\x1b[" in told(report, tty=True)
    assert "\x1b" not in told(report)


def test_markup_of_a_server_is_text() -> None:
    report = build(log(), [verdict(EMAIL, Outcome.CANT_TELL, reason="[bold]no[/bold] [/] :smile:")], ())
    assert "[bold]no[/bold] [/] :smile:" in told(report)


def test_ten_failures_are_told_and_the_others_counted() -> None:
    many = [verdict(f"collection-policy/request/F{n}/type", Outcome.FAILED, findings=FINDINGS[:1]) for n in range(13)]
    text = told(build(log(), many, ()))
    assert text.count("expected a refusal") == 10
    assert "and 3 more, in the report" in text


def test_an_empty_run_is_told_too() -> None:
    assert "nothing was selected" in told(build(log(), (), (), selected_nothing=True))
    assert NASTY not in told(build(log(), (), ()))
