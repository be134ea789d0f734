"""What an ASP.NET help page betrays about itself: lost names, stray bars, missing tables and samples, samples that
break the constraints printed above them. Must never import a reader.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from conformance.documents.draft import erratum
from conformance.documents.helptable import TYPE_WORDS, Table
from conformance.documents.implied import broken_facets
from conformance.documents.ledger import facets, members
from conformance.documents.page import Page, kebab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.samples import Node
    from conformance.model import Constraint, Erratum, Field, Message


def of_table(page: Page, table: Table | None, message: Message) -> Iterator[Erratum]:
    """Rows without a name, bars without a row, models without a table."""
    if table is None:
        return
    for row, member in zip(table.rows, message.fields, strict=True):
        if row.name is None:
            yield erratum(
                page,
                row.line,
                f"unnamed-row-{kebab(member.name)}",
                f"The row has no name. The samples carry {member.name} in its place.",
                f"The constraints of the row are taken as those of {member.name}.",
            )
        word = row.type_word.removeprefix("Collection of ")
        inner = member.item.fields if member.item is not None else ()
        if word not in TYPE_WORDS and inner:
            names = " and ".join(child.name for child in inner)
            yield erratum(
                page,
                row.type_line,
                f"no-table-{kebab(word)}",
                f"{word} has no table. Its members {names} are seen in the samples only.",
                "Their types are inferred, and no constraint on them is known.",
            )
    for line in table.stray:
        before = [m.name for r, m in zip(table.rows, message.fields, strict=True) if r.line < line]
        yield erratum(
            page,
            line,
            f"stray-bar-after-{kebab(before[-1]) if before else line}",
            "A lone bar stands between two rows.",
            "It is read as the end of the row before it, not as a row.",
        )


def of_format(page: Page, name: str, line: int, sample: Node | None) -> Iterator[Erratum]:
    """A format that is listed and not shown."""
    if sample is None:
        yield erratum(
            page,
            line,
            f"no-sample-{name}",
            f"The {name} format of the request is listed without a sample.",
            "How lists and nested members are written in it is not stated.",
        )


def of_samples(page: Page, samples: list[Node | None], message: Message) -> Iterator[Erratum]:
    """Sample values that the page's own constraints refuse."""
    shown = [sample for sample in samples if sample is not None]
    for path, member in members(message.fields):
        if "/" in path:
            continue
        for constraint in member.constraints:
            nodes = [node for sample in shown if (node := sample.child(path)) is not None]
            broken = [node for node in nodes if breaks(member, constraint, node.value)]
            if broken:
                lines = " and ".join(f"line {node.line}" for node in broken)
                yield erratum(
                    page,
                    broken[0].line,
                    f"sample-breaks-{kebab(path)}-{constraint.facet}",
                    f"The sample value of {path} on {lines} breaks the {constraint.facet} that line"
                    f" {constraint.citation.line} states.",
                    "The page's own sample is no valid request and is never the baseline.",
                )


def breaks(member: Field, constraint: Constraint, value: Any) -> bool:
    """Whether a sample value, text in XML, breaks a constraint."""
    text = str(value)
    if member.type not in {"integer", "int", "decimal"}:
        broken = broken_facets(member, text)
    elif re.fullmatch(r"-?\d+(\.\d+)?", text):
        broken = broken_facets(member, Decimal(text))
    else:
        return False
    return any(facet in broken for facet in facets(constraint))
