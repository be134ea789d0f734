"""The history of runs on a terminal: a line a run, then what changed and what flaps.

Text of target files never reaches the terminal as markup or as an escape sequence. Must never import a writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from conformance.report.audit import group_said
from conformance.report.console import heading, say
from conformance.report.history.rows import NONE, Row, heads, rows, service_rows, services

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from conformance.report.history import Flapping, History, Point, Track
    from conformance.report.language import Language

FEW = 10
"""How many rules of a run, and how many that flap, are told one by one."""

LATELY = 5
"""Of how many runs, the latest ones, it is told what newly failed."""

UNBROKEN = {0, 3}
"""The columns of time and outcome stay on one line."""

MARKS = {"passed": "+", "failed": "x", "waived": "w", "": " "}
"""A rule in one run, in one character; `?` for what was not decided."""

_COLOURS = {"conforms": "green", "does-not-conform": "red"}


def told(history: History, console: Console, language: Language) -> None:
    """Print the history."""
    for number, track in enumerate(history.tracks):
        if number:
            console.print()
        _track(track, console, language)


def _track(track: Track, console: Console, language: Language) -> None:
    say(console, group_said(track.name, language) or language.fill("Target without a name"), style="bold")
    console.print(_table(rows(track, language), language))
    for service in services(track):
        heading(console, service)
        console.print(_table(service_rows(track, service, language), language, about=False))
    changed = [point for point in track.points if point.since is not None and point.since.newly_failing]
    for point in changed[-LATELY:]:
        _changed(console, point, language)
    if track.flapping:
        heading(console, language.fill("Rules that hold and fail by turns"))
        for one in track.flapping[:FEW]:
            say(console, _flap(one, language), indent=2)
        _more(console, len(track.flapping), language)
        say(console, language.fill("One mark a run: + passed, x failed, w waived, ? not decided."), indent=2)


def _table(shown: Sequence[Row], language: Language, *, about: bool = True) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    words, numbers = heads(language, about=about)
    for place, head in enumerate(words):
        table.add_column(head, overflow="fold", no_wrap=about and place in UNBROKEN)
    # A column without a number only takes the room of the others.
    kept = [place for place in range(len(numbers)) if any(row.numbers[place] != NONE for row in shown)]
    for place in kept:
        table.add_column(numbers[place], justify="right", overflow="fold")
    for row in shown:
        style = _COLOURS.get(row.outcome, "yellow")
        said = [Text(text, style=style if text == row.about[-1] and about else "") for text in row.about]
        table.add_row(*said, *(Text(row.numbers[place]) for place in kept))
    return table


def _changed(console: Console, point: Point, language: Language) -> None:
    heading(console, language.fill("Newly failing on {moment}", moment=language.moment(point.run.started)))
    failing = point.since.newly_failing if point.since is not None else ()
    for one in failing[:FEW]:
        say(console, f"{one.rule} ({one.encoding}) {one.level}: {language.say(one.told)}", indent=2)
    _more(console, len(failing), language)


def _more(console: Console, number: int, language: Language) -> None:
    if number > FEW:
        say(console, language.fill("and {n} more; --format json or html has them all", n=number - FEW), indent=2)


def _flap(one: Flapping, language: Language) -> str:
    marks = "".join(MARKS.get(word, "?") for word in one.words)
    return f"[{marks}] {one.rule} ({one.encoding}): {language.counted(one.changes, 'change')}"
