"""What changed between two runs, on a terminal: the sentence, the two runs side by side, then list by list.

Text of servers and of target files never reaches the terminal as markup or as an escape sequence. Must never import a
writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from conformance.report.comparing import NO_REGRESSION, REGRESSED, sentence, status
from conformance.report.comparing.wording import change, names, sides
from conformance.report.console import heading, say
from conformance.report.sentences import place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from conformance.model import Comparison, Difference
    from conformance.report.language import Language

FEW, MANY = 10, 50
"""How many of a list are told one by one; of what newly fails, and of what is not decided any more, many."""

_COLOURS = {NO_REGRESSION: "bold green", REGRESSED: "bold red"}


def told(comparison: Comparison, console: Console, statements: Mapping[str, str], language: Language) -> None:
    """Print the comparison. `statements` are rules as sentences, by id."""
    say(console, language.say(sentence(comparison)), style=_COLOURS.get(status(comparison), "bold yellow"))
    console.print()
    console.print(_sides(comparison, language))
    for name, (title, differences) in names(comparison, language).items():
        if differences:
            heading(console, f"{title} ({language.number(len(differences))})")
            most = MANY if name in {"newly_failing", "lost"} else FEW
            _listed(console, differences, statements, language, most)
    console.print()
    say(console, language.fill("Unchanged: {n}", n=language.number(comparison.unchanged)))
    if comparison.remarks:
        heading(console, language.fill("What to mind in comparing"))
        for remark in comparison.remarks:
            say(console, language.say(remark), indent=2)


def _sides(comparison: Comparison, language: Language) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for head in ("", language.fill("Older run"), language.fill("Newer run")):
        table.add_column(head, overflow="fold")
    for line in sides(comparison, language):
        table.add_row(*map(Text, line))
    return table


def _listed(
    console: Console, differences: Sequence[Difference], statements: Mapping[str, str], language: Language, most: int
) -> None:
    for difference in differences[:most]:
        head = f"{difference.rule} ({place(difference, language)}) {difference.level}: {change(difference, language)}"
        say(console, head, style="red" if difference.after == "failed" else "", indent=2)
        for text in (statements.get(difference.rule, ""), difference.told):
            if text:
                say(console, language.say(text), indent=4)
    if len(differences) > most:
        more = language.fill("and {n} more; --format json or html has them all", n=len(differences) - most)
        say(console, more, indent=2)
