"""Names of rows that their table does not print, recovered from the order of the samples.

Mail obfuscation swallows a cell whose text looks like an address. JSON and XmlSerializer keep the order in which the
model declares its members, which is that of the table; DataContractSerializer sorts by name, so its sample only tells
the name if it is the only one missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.documents.helppage.tables import Table
    from conformance.documents.page import Page
    from conformance.documents.samples import Node


def names_of(page: Page, table: Table, ordered: Sequence[Node], sorted_: Sequence[Node]) -> tuple[str, ...]:
    """The names of the rows. `ordered` are samples of the model in the order of declaration, `sorted_` others."""
    given = [row.name for row in table.rows]
    lost = next((row for row in table.rows if row.name is None), None)
    if lost is None:
        return tuple(name for name in given if name is not None)
    if not ordered and not sorted_:
        raise page.error(lost.line, "this row has no name, and there is no sample to tell it")
    names = list(given)
    orders = [_spelt(sample, given) for sample in ordered]
    for shown in orders:
        names = _filled(names, shown)
    if names.count(None) == 1:
        spare = [[name for name in _spelt(sample, given) if name not in names] for sample in sorted_]
        only = next((found[0] for found in spare if len(found) == 1), None)
        names = [only if name is None else name for name in names]
    agree = all(
        told in {None, name} for shown in orders for told, name in zip(_filled(given, shown), names, strict=True)
    )
    found = [name for name in names if name is not None]
    in_order = all([n for n in shown if n in found] == [n for n in found if n in shown] for shown in orders)
    if len(found) < len(names) or len(set(found)) < len(found) or not agree or not in_order:
        raise page.error(lost.line, "this row has no name, and the order of the samples does not tell it")
    return tuple(found)


def _spelt(sample: Node, given: Sequence[str | None]) -> list[str]:
    """The names in a sample, in the table's spelling where they differ from it in case alone."""
    known = {name.casefold(): name for name in given if name is not None}
    return [known.get(node.name.casefold(), node.name) for node in sample.nodes]


def _filled(names: list[str | None], shown: list[str]) -> list[str | None]:
    """The names with those gaps filled for which the sample has as many names between the same neighbours."""
    filled = list(names)
    spare = [name for name in shown if name not in names]
    at = 0
    while at < len(filled):
        if filled[at] is not None:
            at += 1
            continue
        end = next((index for index in range(at, len(filled)) if filled[index] is not None), len(filled))
        before = [shown.index(name) for name in filled[:at] if name in shown]
        after = [shown.index(name) for name in filled[end:] if name in shown]
        low, high = max(before, default=-1), min(after, default=len(shown))
        between = [name for name in shown[low + 1 : high] if name in spare]
        if len(between) == end - at:
            filled[at:end] = between
        at = end
    return filled
