"""What a run says on the terminal when it ends: verdict, counts, failures, what is open, where the files are.

Text from servers never reaches the terminal as markup or as an escape sequence. Must never import a writer.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from conformance.model import group_of
from conformance.report.audit import by_party, group_said
from conformance.report.comparing import since
from conformance.report.console import heading, say
from conformance.report.counts import all_rows
from conformance.report.headline import CONFORMS, DOES_NOT_CONFORM
from conformance.report.language import ENGLISH, Language
from conformance.report.sections import Group, split
from conformance.report.sentences import (
    ends_of,
    finding_sentence,
    left_out,
    rate_sentence,
    requirement,
    tally,
    verdict_head,
    waiver_sentence,
)
from conformance.report.text import one_line, printable
from conformance.report.waivers.block import blocks_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from conformance.model import Report, Rule, Verdict

MOST = 10
"""How many failures are told one by one."""
BLOCKS = 3
"""How many waivers to paste are shown."""

_COLOURS = {CONFORMS: "bold green", DOES_NOT_CONFORM: "bold red"}


def summary(
    report: Report,
    console: Console,
    *,
    rules: Mapping[str, Rule] | None = None,
    files: Sequence[Path] = (),
    run: Path | None = None,
    language: Language = ENGLISH,
) -> None:
    """Print the report. With `rules` a failure also says what was required; `files` are those that were written, and
    `run` is the folder of the run."""
    parts, fill = split(report), language.fill
    say(console, language.say(report.sentence), style=_COLOURS.get(report.outcome, "bold yellow"))
    if report.baseline is not None:
        say(console, language.say(since(report.baseline)))
    _counts(report, console, language)
    for party, members in by_party(parts.blocking):
        _failures(console, _of(fill("Failures that decide"), party, language), members, rules or {}, language)
    for party, members in by_party(parts.advisory):
        _short(console, _of(fill("Failures that do not decide"), party, language), members, language)
    for party, members in by_party(parts.waived):
        _short(console, _of(fill("Waived failures"), party, language), members, language)
    _groups(console, parts.undecided, language)
    if report.notices:
        heading(console, fill("Notices"))
        for notice in report.notices:
            say(console, language.say(notice), indent=2)
    _waivers(console, blocks_of(report, rules or {}, language), run, language)
    if files:
        heading(console, fill("Files"))
        for file in files:
            say(console, str(file), indent=2, wrap=False)


def _of(text: str, party: str, language: Language) -> str:
    """The text, and in an audit whose it is."""
    return group_said(group_of(text, party), language)


def _counts(report: Report, console: Console, language: Language) -> None:
    rows = all_rows(report.counts)
    if not rows:
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("service", "level", "passed"):
        table.add_column(language.word(name))
    names = ["failed", *(name for name in ("waived", "inapplicable") if any(row[name] for _, _, row in rows))]
    for name in names:
        table.add_column(language.word(name), justify="right")
    for service, level, row in rows:
        numbers = [language.number(row[name]) if row[name] else "–" for name in names]
        cells = (one_line(group_said(service, language)), level, tally(row, language=language), *numbers)
        table.add_row(*map(Text, cells))
    console.print()
    console.print(table)


def _failures(
    console: Console, title: str, verdicts: Sequence[Verdict], rules: Mapping[str, Rule], language: Language
) -> None:
    if not verdicts:
        return
    heading(console, title)
    for verdict in verdicts[:MOST]:
        rule = rules.get(verdict.rule)
        head = verdict_head(verdict, language=language)
        said = f"{head}: {requirement(rule, verdict.encoding, language=language)}" if rule else head
        say(console, said, style="red", indent=2)
        say(console, _first_finding(verdict, language), indent=4)
        if verdict.tally is not None:
            rates = [rate_sentence(verdict.tally, language=language)]
            rates += [f"{name}: {told}." for name, told in ends_of(verdict.tally, language)]
            say(console, " ".join(rates), indent=4)
        if verdict.waiver is not None:
            say(console, waiver_sentence(verdict.waiver, language=language), indent=4)
    _more(console, len(verdicts), language)


def _first_finding(verdict: Verdict, language: Language) -> str:
    said = [finding_sentence(finding, language=language) for finding in verdict.findings[:1]]
    said = said or [language.say(verdict.reason) if verdict.reason else language.fill("No finding.")]
    said.append(left_out(verdict.findings, 1, language=language))
    if verdict.exchanges:
        said.append(f"{language.listed(verdict.exchanges, 3)}.")
    return " ".join(part for part in said if part)


def _short(console: Console, title: str, verdicts: Sequence[Verdict], language: Language) -> None:
    if not verdicts:
        return
    heading(console, title)
    for verdict in verdicts[:MOST]:
        found = [finding_sentence(finding, language=language) for finding in verdict.findings[:1]]
        text = one_line("".join(found) or language.say(verdict.reason), 160)
        if verdict.tally is not None:
            text = f"{text} {rate_sentence(verdict.tally, language=language)}"
        say(console, f"{verdict_head(verdict, language=language)}: {text}", indent=2)
        if verdict.waiver is not None:
            say(console, waiver_sentence(verdict.waiver, language=language), indent=4)
    _more(console, len(verdicts), language)


def _more(console: Console, number: int, language: Language) -> None:
    if number > MOST:
        say(console, language.fill("and {number} more, in the report", number=number - MOST), indent=2)


def _groups(console: Console, groups: Iterable[Group], language: Language) -> None:
    groups = tuple(groups)
    if not groups:
        return
    heading(console, language.fill("Without a verdict"))
    for group in groups[:MOST]:
        number, levels = len(group.verdicts), language.listed(sorted({str(v.level) for v in group.verdicts}))
        rules = language.fill(
            "1 {levels} rule" if number == 1 else "{number} {levels} rules", number=number, levels=levels
        )
        head = f"{rules} {language.word(group.outcome)}"
        head = _of(head, group.party, language)
        say(console, f"{head}: {one_line(language.say(group.reason))}", indent=2)
    _more(console, len(groups), language)


def _waivers(console: Console, blocks: Sequence[str], run: Path | None, language: Language) -> None:
    """What a failure needs to be waived, to be copied; so it stands at the margin and is never wrapped."""
    if not blocks:
        return
    heading(
        console,
        language.fill(
            "To let a failure stand until a day, put this into a file, say why and who answers for it, "
            "and name the file with --waivers"
        ),
    )
    for block in blocks[:BLOCKS]:
        console.print()
        console.print(Text(block), highlight=False, soft_wrap=True)
    if len(blocks) > BLOCKS:
        console.print()
        folder = "RUN" if run is None else shlex.quote(printable(str(run)))
        command = f"conformance report {folder} --format waivers"
        say(
            console,
            language.fill("{number} rules more: `{command}`", number=len(blocks) - BLOCKS, command=command),
            wrap=False,
        )
