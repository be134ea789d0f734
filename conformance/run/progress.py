"""A bar on the terminal while something runs for long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from conformance.report.language import ENGLISH, Language


@contextmanager
def bar(doing: str = "sending", language: Language = ENGLISH) -> Iterator[Callable[[int, int], None]]:
    """Yields what is to be called with (done, total)."""
    doing = language.word(doing)
    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(doing, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
