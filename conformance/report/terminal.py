"""What a run says on the terminal when it ends: verdict, counts, failures, what is open, where the files are.

Text from servers never reaches the terminal as markup or as an escape sequence. Must never import a writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from conformance.report.counts import all_rows
from conformance.report.headline import CONFORMS, DOES_NOT_CONFORM
from conformance.report.sections import Group, split
from conformance.report.sentences import finding_sentence, left_out, requirement, tally, verdict_head
from conformance.report.text import counted, listed, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from conformance.model import Report, Rule, Verdict

MOST = 10
"""How many failures are told one by one."""

_COLOURS = {CONFORMS: "bold green", DOES_NOT_CONFORM: "bold red"}


def summary(
    report: Report, console: Console, *, rules: Mapping[str, Rule] | None = None, files: Sequence[Path] = ()
) -> None:
    """Print the report. With `rules` a failure also says what was required; `files` are those that were written."""
    parts = split(report)
    _say(console, report.sentence, style=_COLOURS.get(report.outcome, "bold yellow"))
    _counts(report, console)
    _failures(console, "Failures that decide", parts.blocking, rules or {})
    _short(console, "Failures that do not decide", parts.advisory)
    _short(console, "Waived failures", parts.waived)
    _groups(console, parts.undecided)
    if report.notices:
        _heading(console, "Notices")
        for notice in report.notices:
            _say(console, notice, indent=2)
    if files:
        _heading(console, "Files")
        for file in files:
            _say(console, str(file), indent=2, wrap=False)


def _say(console: Console, text: str, *, style: str = "", indent: int = 0, wrap: bool = True) -> None:
    line = Text(one_line(text, 2000), style=style)
    whole = not (wrap and console.is_terminal)  # a log is searched line by line
    for part in [line] if whole else line.wrap(console, max(20, console.width - indent)):
        part.rstrip()
        console.print(Text(" " * indent).append_text(part), highlight=False, soft_wrap=True)


def _heading(console: Console, text: str) -> None:
    console.print()
    _say(console, text, style="bold")


def _counts(report: Report, console: Console) -> None:
    rows = all_rows(report.counts)
    if not rows:
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("service", "level", "passed"):
        table.add_column(name)
    names = ["failed", *(name for name in ("waived", "inapplicable") if any(row[name] for _, _, row in rows))]
    for name in names:
        table.add_column(name, justify="right")
    for service, level, row in rows:
        numbers = [str(row[name]) if row[name] else "–" for name in names]
        table.add_row(Text(one_line(service)), Text(level), Text(tally(row)), *(Text(number) for number in numbers))
    console.print()
    console.print(table)


def _failures(console: Console, title: str, verdicts: Sequence[Verdict], rules: Mapping[str, Rule]) -> None:
    if not verdicts:
        return
    _heading(console, title)
    for verdict in verdicts[:MOST]:
        rule = rules.get(verdict.rule)
        head = verdict_head(verdict)
        _say(console, f"{head}: {requirement(rule, verdict.encoding)}" if rule else head, style="red", indent=2)
        _say(console, _first_finding(verdict), indent=4)
    _more(console, len(verdicts))


def _first_finding(verdict: Verdict) -> str:
    said = [finding_sentence(finding) for finding in verdict.findings[:1]] or [verdict.reason or "No finding."]
    said.append(left_out(verdict.findings, 1))
    if verdict.exchanges:
        said.append(f"{listed(verdict.exchanges, 3)}.")
    return " ".join(part for part in said if part)


def _short(console: Console, title: str, verdicts: Sequence[Verdict]) -> None:
    if not verdicts:
        return
    _heading(console, title)
    for verdict in verdicts[:MOST]:
        text = finding_sentence(verdict.findings[0]) if verdict.findings else verdict.reason
        _say(console, f"{verdict_head(verdict)}: {one_line(text, 160)}", indent=2)
    _more(console, len(verdicts))


def _more(console: Console, number: int) -> None:
    if number > MOST:
        _say(console, f"and {number - MOST} more, in the report", indent=2)


def _groups(console: Console, groups: Iterable[Group]) -> None:
    groups = tuple(groups)
    if not groups:
        return
    _heading(console, "Without a verdict")
    for group in groups[:MOST]:
        levels = listed(sorted({str(v.level) for v in group.verdicts}))
        head = f"{counted(len(group.verdicts), f'{levels} rule')} {group.outcome}"
        _say(console, f"{head}: {one_line(group.reason)}", indent=2)
    _more(console, len(groups))
