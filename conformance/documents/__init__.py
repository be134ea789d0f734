"""Documents → contracts: the only code that knows page formats.

`derive` reads a folder of pages, `differences` says by fact how a committed contract departs from what a document
says, `count` sums a contract up. Descriptions stay in the documents. Must never import emit, rules or codecs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.documents import asmx, helppage, prose
from conformance.documents.differences import differences
from conformance.documents.implied import with_implied
from conformance.documents.interpret import baseline, interpret, note
from conformance.documents.ledger import ledger, members, note_operation
from conformance.documents.page import Page, open_page
from conformance.documents.readings import FOLDER, errata, readings_for
from conformance.errors import ConformanceError
from conformance.model import Basis, Contract, Document

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conformance.documents.draft import Draft

__all__ = ["contract_of", "count", "derive", "differences"]

SCHEMA_ID = "https://billing-conformance.example/schemas/contract-1.json"
READERS: tuple[tuple[Callable[[Page], bool], Callable[[Page], Draft]], ...] = (
    (asmx.recognises, asmx.read),
    (helppage.recognises, helppage.read),
    (prose.recognises, prose.read),
)
FACETS = (
    ("required", "required", "required"),
    ("pattern", "pattern", "patterns"),
    ("range", "range", "ranges"),
    ("max-length", "maximum length", "maximum lengths"),
)


def derive(directory: Path) -> tuple[Contract, ...]:
    """The contract of every document in a folder, by service id."""
    if not directory.is_dir():
        raise ConformanceError(f"{directory} is no folder; name the folder that holds the documents as *.txt")
    paths = sorted(directory.glob("*.txt"))
    if not paths:
        raise ConformanceError(f"{directory} holds no document; put the pages there as *.txt")
    found: dict[str, Contract] = {}
    for path in paths:
        contract = contract_of(open_page(path))
        if contract.service in found:
            other = found[contract.service].document.name
            raise ConformanceError(
                f"{path.name}, line 1: {other} already describes {contract.service}; keep one of them"
            )
        found[contract.service] = contract
    return tuple(found[service] for service in sorted(found))


def contract_of(page: Page, folder: Path = FOLDER) -> Contract:
    """The contract of one page."""
    draft = _draft(page)
    ours = readings_for(page, draft.operation.name, folder)
    operation = interpret(draft.operation, ours)
    fields = tuple(with_implied(member) for member in operation.request.fields)
    operation = replace(operation, request=replace(operation.request, fields=fields))
    note(draft.notes, ours)
    note_operation(draft.notes, operation)
    return Contract(
        schema=SCHEMA_ID,
        service=ours.service,
        document=Document(name=page.name, kind=draft.kind, sha256=page.sha256, lines=len(page.lines)),
        operation=operation,
        errata=errata(page, draft, ours),
        baseline=baseline(operation, ours),
        ledger=ledger(page, draft.notes),
    )


def _draft(page: Page) -> Draft:
    for recognises, read in READERS:
        if recognises(page):
            return read(page)
    raise page.error(1, "this is no ASP.NET help page, ASMX help page or prose with an address that ends in ?wsdl/…")


def count(contract: Contract) -> str:
    """One line for people: how many members the document describes and how many constraints it states."""
    described = (*contract.operation.request.fields, *contract.operation.response.fields)
    noun = "field rows" if contract.document.kind == helppage.KIND else "members"
    if contract.document.kind != helppage.KIND:
        parts = (contract.operation.request, contract.operation.response)
        described = tuple(member for part in parts for _, member in members(part.fields))
    stated = [
        constraint.facet
        for member in described
        for constraint in member.constraints
        if constraint.basis is Basis.STATED
    ]
    kinds = [_counted(stated.count(facet), *words) for facet, *words in FACETS if facet in stated]
    detail = f" ({', '.join(kinds)})" if kinds else ""
    return f"{len(described)} {noun}, {_counted(len(stated), 'stated constraint', 'stated constraints')}{detail}"


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
