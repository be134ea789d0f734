"""The account of every line of a document: which facts it yields, or why it carries none.

Readers note what they see line by line; the facts that a contract cites are added here from the contract itself, so a
citation and the ledger cannot disagree. A line that nobody accounts for is an error, never silence. Imports no reader.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance.model import Citation, Constraint, Field, LedgerLine, Message, Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.page import Page


@dataclass(slots=True)
class Notes:
    """What a reader has said about the lines so far. Facts beat a reason."""

    facts: dict[int, list[str]] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)
    below: dict[int, list[str]] = field(default_factory=dict)

    def fact(self, line: int | None, *names: str) -> None:
        """The line yields these facts."""
        if line is None or not names:
            return
        held = self.facts.setdefault(line, [])
        held.extend(name for name in names if name not in held)

    def under(self, line: int, name: str) -> None:
        """The line yields this fact about the member that it describes, whatever that is called in the end."""
        self.below.setdefault(line, []).append(name)

    def reason(self, line: int, why: str) -> None:
        """The line carries no fact, because…"""
        self.reasons.setdefault(line, why)


def ledger(page: Page, notes: Notes) -> tuple[LedgerLine, ...]:
    """Every line once."""
    return tuple(_entry(page, notes, number) for number in range(1, len(page.lines) + 1))


def _entry(page: Page, notes: Notes, number: int) -> LedgerLine:
    if number in notes.facts:
        return LedgerLine(line=number, facts=tuple(notes.facts[number]))
    if number in notes.reasons:
        return LedgerLine(line=number, reason=notes.reasons[number])
    if not page.line(number).strip():
        return LedgerLine(line=number, reason="blank")
    raise page.error(number, f"no reader knows what this line is: {page.line(number)[:60]!r}")


def note_operation(notes: Notes, operation: Operation) -> None:
    """Add every fact that the operation cites, at the line that it cites."""
    for citation, name in facts_of(operation):
        notes.fact(citation.line, name)
    for path, member in members(operation.request.fields):
        for name in notes.below.get(member.citation.line or 0, ()):
            notes.fact(member.citation.line, f"request/{path}/{name}")


def facts_of(operation: Operation) -> Iterator[tuple[Citation, str]]:
    """The named facts of an operation with their citations; names are those of rules, without the service."""
    yield operation.citation, "operation"
    for encoding in operation.encodings:
        yield encoding.citation, f"encoding/{encoding.name}"
        for part, held in (("request", encoding.request), ("response", encoding.response)):
            if held is not None:
                yield from _message(f"encoding/{encoding.name}/{part}", held)
    for part, message in (("request", operation.request), ("response", operation.response)):
        yield from _message(part, message)
    yield from _fields("parameters", operation.parameters)
    if operation.acceptance is not None:
        yield operation.acceptance.citation, f"response/{operation.acceptance.member}/acceptance"
        if operation.acceptance.echo_citation is not None:
            yield operation.acceptance.echo_citation, f"response/{operation.acceptance.echo}/echo"
    for order in operation.orders:
        yield order.citation, f"request/{order.lower}/not-above/{order.upper}"


def _message(part: str, message: Message) -> Iterator[tuple[Citation, str]]:
    if message.root:
        yield message.citation, f"{part}/root"
    yield from _fields(f"{part}/header", message.headers)
    yield from _fields(part, message.fields)


def _fields(part: str, fields: tuple[Field, ...]) -> Iterator[tuple[Citation, str]]:
    for path, member in members(fields):
        yield member.citation, f"{part}/{path}"
        yield member.type_citation or member.citation, f"{part}/{path}/type"
        if member.item is not None:
            yield member.item.citation, f"{part}/{path}/item"
        for constraint in member.constraints:
            for facet in facets(constraint):
                yield constraint.citation, f"{part}/{path}/{facet}"


def facets(constraint: Constraint) -> tuple[str, ...]:
    """The facets that become rules: a range is two, and so are both ends of a length."""
    return {"range": ("minimum", "maximum"), "length": ("min-length", "max-length")}.get(
        constraint.facet, (constraint.facet,)
    )


def members(fields: tuple[Field, ...], prefix: str = "") -> Iterator[tuple[str, Field]]:
    """Every member with its path, list items left out of it."""
    for member in fields:
        path = f"{prefix}{member.name}"
        yield path, member
        inner = member
        while inner.item is not None:
            inner = inner.item
        yield from members(inner.fields, f"{path}/")
