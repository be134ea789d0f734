"""What a reader hands on: the facts of one page, before our own readings are laid over them. Imports no reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.model import Erratum, Operation

if TYPE_CHECKING:
    from conformance.documents.ledger import Notes
    from conformance.documents.page import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """`kind` is that of `model.Document`; the errata are those that the page itself betrays."""

    kind: str
    operation: Operation
    notes: Notes
    errata: tuple[Erratum, ...] = ()


def erratum(page: Page, line: int, identity: str, statement: str, consequence: str) -> Erratum:
    """Something that a reader found wrong on the page."""
    return Erratum(id=identity, document=page.name, line=line, statement=statement, consequence=consequence)
