"""What an ASP.NET help page leaves unread: formats that are not listed, an end that is missing, annotations of no known
kind, bars that may mean two things. Must never import a reader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.documents.draft import erratum
from conformance.documents.ledger import members
from conformance.documents.page import Page, kebab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.helppage.printed import Printed
    from conformance.documents.helppage.tables import Table
    from conformance.model import Erratum, Operation

MANY = 3
"""So many lines are named one by one."""


def of_bars(page: Page, table: Table, parts: Printed) -> Iterator[Erratum]:
    """Patterns whose bars are escaped as the row of a table in Markdown demands, or for their own sake."""
    for row in table.rows:
        if parts.marks.barred(page.line(row.annotation_line)):
            yield erratum(
                page,
                row.annotation_line,
                f"escaped-bar-{kebab(row.name or '') or row.annotation_line}",
                "The pattern has a bar behind a backslash, as Markdown writes every bar in a table.",
                "It is read as a bar between alternatives; for the character itself, write [|] in the document."
                if parts.marks.markdown
                else "It is read as the character itself; for a bar between alternatives, leave the backslash out.",
            )


def of_formats(page: Page, parts: Printed) -> Iterator[Erratum]:
    """A page with a body and no media type at all."""
    bodied = any(body.table is not None or body.word is not None for body in parts.bodies.values())
    if bodied and not any(parts.formats.values()):
        yield erratum(
            page,
            parts.formatless,
            "no-format",
            "The page has a body and lists no media type that this reader knows for it.",
            "No encoding is known, and nothing of the operation can be sent; add lines such as application/json below"
            " the headings Request Formats and Response Formats.",
        )


def of_end(page: Page, parts: Printed) -> Iterator[Erratum]:
    """A page that was cut before its answer: the page generator prints that heading even where there is none."""
    if not parts.answered:
        yield erratum(
            page,
            max(len(page.lines), 1),
            "no-response-information",
            "The page ends without the heading Response Information, so it may have been cut short.",
            "No answer is described, and no member of one is checked; save the page as a whole.",
        )


def of_texts(page: Page, operation: Operation) -> Iterator[Erratum]:
    """Annotations that are none of the page generator's, or whose values are no numbers."""
    every = [*members(operation.request.fields), *members(operation.parameters)]
    found = {
        held.citation.line: held.text for _, member in every for held in member.constraints if held.facet == "text"
    }
    lines = sorted(line for line in found if line is not None)
    if lines:
        told = " and ".join(f"line {line}" for line in lines[:MANY])
        more = f" and {len(lines) - MANY} more" if len(lines) > MANY else ""
        yield erratum(
            page,
            lines[0],
            "annotations-not-read",
            f"The annotations on {told}{more} are none that this reader knows, the first being:"
            f" {(found[lines[0]] or '')[:60]!r}.",
            "They are kept as text, and nothing that they demand is checked.",
        )
