"""How a committed contract departs from the one that a document yields, fact by fact.

Both are taken apart into named facts, so nothing that a contract holds can differ unnoticed. Must never
import a reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Any

from conformance.model import Choice, Citation, Constraint, Contract, Encoding, Field, Message, Order

_VALUES = frozenset({"facet", "pattern", "max_length", "min_length", "minimum", "maximum", "text"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One value of a contract, and the document line that it comes from where there is one."""

    value: Any
    line: int | None


def differences(committed: Contract, derived: Contract) -> tuple[str, ...]:
    """One sentence for each fact that differs, in the order of the derived contract; empty where both are equal."""
    before, after = dict(_facts(committed)), dict(_facts(derived))
    names = [*after, *(name for name in before if name not in after)]
    sentences = []
    for name in names:
        old, new = before.get(name), after.get(name)
        if old is None or new is None or old.value != new.value:
            sentences.append(f"{derived.service} {name}: {_sentence(old, new)}")
    if not sentences and committed != derived:
        sentences.append(f"{derived.service} contract: the committed order of its facts is not that of the document")
    return tuple(sentences)


def _sentence(old: Fact | None, new: Fact | None) -> str:
    held = f"committed {_shown(old.value)}" if old is not None else "not committed"
    if new is None:
        return f"{held}, the document yields nothing of that name"
    where = f"document line {new.line} says" if new.line is not None else "the document yields"
    return f"{held}, {where} {_shown(new.value)}"


def _shown(value: Any) -> str:
    if isinstance(value, Enum):
        return f"'{value.value}'"
    if isinstance(value, tuple):
        return "[" + ", ".join(_shown(held) for held in value) + "]"
    return f"'{value}'"


def _facts(contract: Contract) -> Iterator[tuple[str, Fact]]:
    operation = contract.operation
    yield from _members("operation", operation, operation.citation.line, skip={"request", "response", "parameters"})
    for encoding in operation.encodings:
        for part, message in (("request", encoding.request), ("response", encoding.response)):
            if message is not None:
                yield from _message(f"operation/encodings/{encoding.name}/{part}", message)
    for part, message in (("request", operation.request), ("response", operation.response)):
        yield from _message(part, message)
    yield from _fields("parameters", operation.parameters, operation.citation.line)
    yield "effect", Fact(value=contract.effect, line=None)
    for entry in contract.errata:
        yield from _members(f"errata/{entry.id}", entry, entry.line, skip={"id"})
    yield "errata/order", Fact(value=tuple(entry.id for entry in contract.errata), line=None)
    for member, value in contract.baseline.items():
        yield f"baseline/{member}", Fact(value=value, line=None)
    for line in contract.ledger:
        said = (*line.facts, line.reason) if line.reason is not None else line.facts
        yield f"ledger/{line.line}", Fact(value=said, line=line.line)
    yield from _members("document", contract.document, None)
    for name in ("schema", "service"):
        yield name, Fact(value=getattr(contract, name), line=None)


def _message(part: str, message: Message) -> Iterator[tuple[str, Fact]]:
    yield from _members(part, message, message.citation.line, skip={"fields", "headers"})
    yield from _fields(f"{part}/header", message.headers, message.citation.line)
    yield from _fields(part, message.fields, message.citation.line)


def _fields(path: str, members: tuple[Field, ...], line: int | None) -> Iterator[tuple[str, Fact]]:
    yield f"{path}/members", Fact(value=tuple(member.name for member in members), line=line)
    for member in members:
        yield from _field(f"{path}/{member.name}", member)


def _field(path: str, member: Field) -> Iterator[tuple[str, Fact]]:
    line = member.citation.line
    typed = member.type_citation.line if member.type_citation is not None else line
    yield path, Fact(value=member.name, line=line)
    yield f"{path}/type", Fact(value=member.type, line=typed)
    yield from _members(path, member, line, skip={"name", "type", "constraints", "item", "fields"})
    yield f"{path}/constraints", Fact(value=tuple(held.facet for held in member.constraints), line=None)
    facets: list[str] = []
    for constraint in member.constraints:
        facets.append(constraint.facet)
        nth = facets.count(constraint.facet)
        yield from _constraint(path, constraint, constraint.facet if nth == 1 else f"{constraint.facet}-{nth}")
    if member.item is not None:
        yield from _field(f"{path}/item", member.item)
    yield from _fields(path, member.fields, line)


def _constraint(path: str, constraint: Constraint, name: str) -> Iterator[tuple[str, Fact]]:
    line = constraint.citation.line
    ends = {
        "range": (("minimum", constraint.minimum), ("maximum", constraint.maximum)),
        "length": (("min-length", constraint.min_length), ("max-length", constraint.max_length)),
    }.get(constraint.facet)
    if ends is not None:
        for end, bound in ends:
            yield (
                f"{path}/{name}/{end}" if constraint.facet == "length" else f"{path}/{end}",
                Fact(value=bound, line=line),
            )
    else:
        values = (constraint.pattern, constraint.max_length, constraint.min_length, constraint.text)
        value = next((held for held in values if held is not None), constraint.facet)
        yield f"{path}/{name}", Fact(value=value, line=line)
    yield from _members(f"{path}/{name}", constraint, line, skip=_VALUES)


def _members(path: str, value: Any, line: int | None, skip: frozenset[str] | set[str] = frozenset()) -> Iterator[Any]:
    """Every member of a dataclass as a fact of its own; a nested value is named below it."""
    for member in fields(value):
        if member.name not in skip:
            yield from _value(f"{path}/{member.name.replace('_', '-')}", getattr(value, member.name), line)


def _value(name: str, value: Any, line: int | None) -> Iterator[tuple[str, Fact]]:
    if isinstance(value, Citation):
        yield name, Fact(value=str(value), line=line)
    elif is_dataclass(value):
        yield from _members(name, value, line)
    elif isinstance(value, tuple) and value and all(is_dataclass(held) for held in value):
        for held in value:
            own = getattr(held, "citation", None)
            skip = {"request", "response"} if isinstance(held, Encoding) else set()
            yield from _members(f"{name}/{_key(held)}", held, own.line if own is not None else line, skip=skip)
    elif isinstance(value, Mapping):
        for key, held in value.items():
            yield f"{name}/{key}", Fact(value=held, line=line)
    else:
        yield name, Fact(value=value, line=line)


def _key(value: Any) -> str:
    if isinstance(value, Encoding):
        return value.name
    if isinstance(value, Choice):
        return value.name
    return f"{value.lower}-{value.upper}" if isinstance(value, Order) else ""
