"""Lines on a terminal: text from anywhere goes there as one line of plain text, wrapped only where somebody looks.

Must never import a writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from conformance.report.text import one_line

if TYPE_CHECKING:
    from rich.console import Console


def say(console: Console, text: str, *, style: str = "", indent: int = 0, wrap: bool = True) -> None:
    """Print the text as it is, without markup and escape sequences."""
    line = Text(one_line(text, 2000), style=style)
    whole = not (wrap and console.is_terminal)  # a log is searched line by line
    for part in [line] if whole else line.wrap(console, max(20, console.width - indent)):
        part.rstrip()
        console.print(Text(" " * indent).append_text(part), highlight=False, soft_wrap=True)


def heading(console: Console, text: str) -> None:
    """Print a blank line and the title of what follows."""
    console.print()
    say(console, text, style="bold")
