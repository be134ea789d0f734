"""What an ASP.NET help page betrays about itself: lost names, stray bars, missing tables and samples, samples that
break the constraints printed above them. Must never import a reader.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from conformance.documents.draft import erratum
from conformance.documents.helppage import unread
from conformance.documents.implied import broken_facets
from conformance.documents.ledger import facets, members
from conformance.documents.page import Page, kebab

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.documents.helppage.printed import Printed
    from conformance.documents.helppage.tables import Table
    from conformance.documents.samples import Node
    from conformance.model import Constraint, Erratum, Field, Message, Operation

MANY = 3
"""More stray bars than these in one table are the way it was made into text, and one erratum."""
TORN = "xml-names-in-another-case"


def of_page(page: Page, parts: Printed, operation: Operation, respelt: Iterable[Erratum]) -> tuple[Erratum, ...]:
    """Everything, each erratum once."""
    asked, given = parts.formats["request"], parts.formats["response"]
    found = (
        *unread.of_formats(page, parts),
        *unread.of_end(page, parts),
        *unread.of_texts(page, operation),
        *(e for table in parts.tables for e in unread.of_bars(page, table, parts)),
        *(e for table in parts.tables for e in of_table(page, table, parts.models.known_names(table))),
        *(e for message in (operation.request, operation.response) for e in of_models(page, message, parts)),
        *(e for part in ("request", "response") for e in of_body(page, part, parts)),
        *respelt,
        *(e for held in asked for e in of_format(page, held.name, held.line, held.sample, "request")),
        *(e for held in given for e in of_format(page, held.name, held.line, held.sample, "answer")),
        *of_samples(page, [held.sample for held in asked], operation.request),
    )
    kept: dict[str, Erratum] = {}
    for held in found:
        kept.setdefault(held.id, held)
    return tuple(kept.values())


def of_table(page: Page, table: Table, names: tuple[str, ...] | None) -> Iterator[Erratum]:
    """Rows without a name, and bars without a row."""
    named = names if names is not None else tuple(row.name or "" for row in table.rows)
    for row, name in zip(table.rows, named, strict=True):
        if row.name is None and name:
            yield erratum(
                page,
                row.line,
                f"unnamed-row-{kebab(name)}",
                f"The row has no name. The samples carry {name} in its place.",
                f"The constraints of the row are taken as those of {name}.",
            )
    if len(table.stray) > MANY:
        yield erratum(
            page,
            table.stray[0],
            f"stray-bars-{kebab(table.model) or table.line}",
            f"Lone bars stand between the rows of this table, {len(table.stray)} in all.",
            "Each is read as the end of the row before it, not as a row.",
        )
        return
    for line in table.stray:
        before = [name for row, name in zip(table.rows, named, strict=True) if row.line < line]
        yield erratum(
            page,
            line,
            f"stray-bar-after-{kebab(before[-1]) if before and before[-1] else line}",
            "A lone bar stands between two rows.",
            "It is read as the end of the row before it, not as a row.",
        )


def of_models(page: Page, message: Message, parts: Printed) -> Iterator[Erratum]:
    """Models that a table names and no table describes."""
    known = {*parts.models.tables, *parts.models.enums}
    for _, member in members(message.fields):
        held = member
        while held.item is not None:
            held = held.item
        word, inner = held.model, held.fields
        cite = member.type_citation or member.citation
        if not word or word in known:
            continue
        if inner:
            names = " and ".join(child.name for child in inner)
            statement = f"{word} has no table. Its members {names} are seen in the samples only."
            consequence = "Their types are inferred, and no constraint on them is known."
        else:
            statement = f"{word} has no table, and the samples show no members of it."
            consequence = "Nothing of its value is known, and any value passes."
        yield erratum(page, cite.line or 1, f"no-table-{kebab(word)}", statement, consequence)


def of_body(page: Page, part: str, parts: Printed) -> Iterator[Erratum]:
    """Bodies that are no object with members."""
    body = parts.bodies[part]
    if (body.word is not None and body.word.kind not in {"model", "pair"}) or parts.shown[part].listed:
        told = body.word.text if body.word is not None else "a list"
        yield erratum(
            page,
            body.line,
            f"{part}-is-no-object",
            f"The body of the {part} is no object with members: {told}.",
            "A contract describes the members of an object; this body is not described, and nothing in it is checked.",
        )


def of_spelling(page: Page, parts: Printed) -> tuple[Erratum, ...]:
    """Names that JSON writes in another case than the tables, and XML perhaps not."""
    other = [
        (row, name)
        for table in parts.tables
        if table is not parts.parameters
        for row, name in zip(table.rows, parts.models.known_names(table) or (), strict=False)
        if row.name is not None and row.name != name
    ]
    if not other:
        return ()
    row, name = other[0]
    found = [
        erratum(
            page,
            row.line,
            "names-in-another-case",
            f"The tables and the JSON samples write {len(other)} names in different case: {row.name} and {name}.",
            "The spelling of the JSON samples is sent and expected.",
        )
    ]
    xml = [held for part in parts.formats.values() for held in part if held.name == "xml"]
    printed = {node.name for shown in parts.shown.values() if shown.xml for node in _nodes(shown.xml)}
    if xml and not ({name for _, name in other} & printed and not {row.name for row, _ in other} & printed):
        found.append(
            erratum(
                page,
                xml[0].line,
                TORN,
                "XML and JSON write the names of members in different case.",
                "A contract has one name for a member, that of JSON, so XML is not part of it.",
            )
        )
    return tuple(found)


def torn(respelt: Iterable[Erratum]) -> bool:
    """Whether XML has names of its own."""
    return any(held.id == TORN for held in respelt)


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.nodes:
        yield from _nodes(child)


def of_format(page: Page, name: str, line: int, sample: Node | None, part: str) -> Iterator[Erratum]:
    """A format that is listed and not shown."""
    if sample is None:
        yield erratum(
            page,
            line,
            f"no-sample-{name}" if part == "request" else f"no-sample-{name}-{part}",
            f"The {name} format of the {part} is listed without a sample.",
            "How lists and nested members are written in it is not stated.",
        )


def of_samples(page: Page, samples: list[Node | None], message: Message) -> Iterator[Erratum]:
    """Sample values that the page's own constraints refuse."""
    shown = [sample for sample in samples if sample is not None]
    for path, member in members(message.fields):
        if "/" in path:
            continue
        for constraint in member.constraints:
            nodes = [node for sample in shown if (node := sample.child(path)) is not None and not node.container]
            broken = [node for node in nodes if not node.nil and breaks(member, constraint, node.value)]
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
    elif re.fullmatch(r"-?\d{1,400}(\.\d{1,400})?", text):
        broken = broken_facets(member, Decimal(text))
    else:
        return False
    return any(facet in broken for facet in facets(constraint))
