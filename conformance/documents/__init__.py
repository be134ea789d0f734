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
from conformance.documents.interpret import baseline, effect, interpret, note
from conformance.documents.ledger import ledger, members, note_operation
from conformance.documents.mail import with_mail
from conformance.documents.page import Page, open_page
from conformance.documents.readings import are_readings, errata, readings_for
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
    ("min-length", "minimum length", "minimum lengths"),
    ("length", "string length", "string lengths"),
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
        contract = contract_of(open_page(path), directory)
        if contract.service in found:
            other = found[contract.service].document.name
            raise ConformanceError(
                f"{path.name}, line 1: {other} already describes {contract.service}; keep one of them"
            )
        found[contract.service] = contract
    for path in sorted(directory.glob("*.toml")):
        if path.stem not in found and are_readings(path):
            known = ", ".join(sorted(contract.operation.name for contract in found.values()))
            text = f"{path.name}: its key operation names no operation of the pages here; they have {known}"
            raise ConformanceError(f"{text}; correct it or move the file elsewhere")
    return tuple(found[service] for service in sorted(found))


def contract_of(page: Page, folder: Path | None = None) -> Contract:
    """The contract of one page. Readings of it are looked for in the folder, then among those of this package."""
    draft = _draft(page)
    ours = readings_for(page, draft.operation.name, folder)
    operation = with_mail(interpret(draft.operation, ours))
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
        effect=effect(ours),
        ledger=ledger(page, draft.notes),
    )


def _draft(page: Page) -> Draft:
    for recognises, read in READERS:
        if recognises(page):
            return read(page)
    raise page.error(1, "this is no ASP.NET help page, ASMX help page or prose with an address that ends in ?wsdl/…")


def count(contract: Contract) -> str:
    """One line for people: how many members the document describes and how many constraints it states."""
    parts = (contract.operation.request, contract.operation.response)
    every = [member for part in parts for _, member in members(part.fields)]
    every += [member for _, member in members(contract.operation.parameters)]
    help_page = contract.document.kind == helppage.KIND
    # A member that a table describes has a line for its type, and that is no line of a sample.
    samples = {entry.line for entry in contract.ledger if any(fact.endswith("/sample") for fact in entry.facts)}
    typed = {member.citation.line for member in every if member.type_citation is not None}
    number = len(typed - samples) if help_page else len(every)
    noun = "field rows" if help_page else "members"
    # A model that stands in two places states its constraints once.
    stated = {
        (constraint.citation.line if help_page else path, constraint.facet): constraint.facet
        for path, member in enumerate(every)
        for constraint in member.constraints
        if constraint.basis is Basis.STATED and constraint.facet in {facet for facet, *_ in FACETS}
    }
    facets = list(stated.values())
    kinds = [_counted(facets.count(facet), *words) for facet, *words in FACETS if facet in facets]
    detail = f" ({', '.join(kinds)})" if kinds else ""
    said = f"{number} {noun}, {_counted(len(facets), 'stated constraint', 'stated constraints')}{detail}"
    kept = sorted({c.citation.line or 0 for member in every for c in member.constraints if c.facet == "text"})
    # What an annotation in words of its own demands is for a person to read.
    return said + (f"; kept as text and not tested: line {', '.join(map(str, kept))}" if kept else "")


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
