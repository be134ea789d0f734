"""Readings laid over what a reader found: names, marks, acceptance, order, and the values that work on loopback.

One small function for each kind of reading; each returns a changed operation. Must never import a reader.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from conformance.documents.ledger import Notes, members
from conformance.documents.readings import KINDS, Reading, Readings
from conformance.errors import ConformanceError
from conformance.facets import Fit, broken, fits
from conformance.model import Acceptance, Encoding, Field, Operation, Order

if TYPE_CHECKING:
    from collections.abc import Callable

MARKS = ("reference", "mail", "secret", "target-only")
KNOWN_AS = ("cufe", "pdf", "xml", "nit", "check-digit", "environment")
"""What a value is publicly known as: it shapes advice, never a verdict."""


def interpret(operation: Operation, readings: Readings) -> Operation:
    """The operation with all readings laid over it."""
    for kind in KINDS:
        for reading in readings.of(kind):
            change = _CHANGES.get(kind)
            if change is not None:
                operation = change(operation, reading)
    return operation


def baseline(operation: Operation, readings: Readings) -> dict[str, Any]:
    """Member → a value that works on loopback, in the order of the request; optional references included."""
    values: dict[str, Any] = {}
    for reading in (*readings.of("value"), *readings.of("reference-value")):
        _must_know(operation.request.fields, str(reading["member"]), reading)
        _must_fit(operation.request.fields, reading)
        values[str(reading["member"])] = reading["is"]
    return {member.name: values[member.name] for member in operation.request.fields if member.name in values}


def effect(readings: Readings) -> str:
    """What accepted requests leave behind, in a clause; empty where nobody has said it."""
    return next((str(reading["text"]) for reading in readings.of("effect")), "")


def note(notes: Notes, readings: Readings) -> None:
    """The facts that a line yields by our reading only."""
    for reading in readings.of("mark"):
        part = "response" if _of_answer(reading) else "request"
        notes.fact(reading.line, f"{part}/{reading['member']}/{reading['as']}")
    for reading in readings.of("fact"):
        notes.fact(reading.line, str(reading["is"]))


def _name(operation: Operation, reading: Reading) -> Operation:
    """The page describes a member on this line without naming it."""
    fields = operation.request.fields
    if reading.line not in {member.citation.line for _, member in members(fields)}:
        raise ConformanceError(f"{reading.source}: line {reading.line} describes no member that could be named")
    return _with_fields(operation, _renamed(fields, reading))


def _renamed(fields: tuple[Field, ...], reading: Reading) -> tuple[Field, ...]:
    out = []
    for member in fields:
        here = member.citation.line == reading.line
        item = member.item
        if item is not None:
            name = str(reading["item"]) if here else item.name
            item = replace(item, name=name, fields=_renamed(item.fields, reading))
        named = replace(member, name=str(reading["is"]), basis=reading.basis) if here else member
        out.append(replace(named, item=item, fields=_renamed(member.fields, reading)))
    return tuple(out)


def _encoding(operation: Operation, reading: Reading) -> Operation:
    media = (str(reading["media-type"]),)
    made = Encoding(
        name=str(reading["name"]),
        media_types=media,
        response_media_types=media,
        citation=reading.citation,
        envelope=str(reading["envelope"]),
    )
    return replace(operation, encodings=(*operation.encodings, made))


def _action(operation: Operation, reading: Reading) -> Operation:
    name, action = str(reading["encoding"]), str(reading["is"])
    if name not in {encoding.name for encoding in operation.encodings}:
        raise ConformanceError(f"{reading.source}: the document has no encoding {name}")
    encodings = (replace(held, action=action) if held.name == name else held for held in operation.encodings)
    return replace(operation, encodings=tuple(encodings))


def _mark(operation: Operation, reading: Reading) -> Operation:
    known = (*MARKS, *KNOWN_AS)
    if reading["as"] not in known:
        raise ConformanceError(f"{reading.source}: {reading['as']} is no mark; marks are {', '.join(known)}")
    message = operation.response if _of_answer(reading) else operation.request
    _must_know(message.fields, str(reading["member"]), reading)
    fields = _marked(message.fields, str(reading["member"]).split("/"), str(reading["as"]))
    if _of_answer(reading):
        return replace(operation, response=replace(message, fields=fields))
    return _with_fields(operation, fields)


def _of_answer(reading: Reading) -> bool:
    """Does the reading speak of the answer? Marks do of the request, unless they say otherwise."""
    return reading.keys.get("of") == "response"


def _marked(fields: tuple[Field, ...], path: list[str], mark: str) -> tuple[Field, ...]:
    def one(member: Field) -> Field:
        if len(path) == 1:
            return replace(member, marks=(*member.marks, *(() if mark in member.marks else (mark,))))
        if member.item is not None:
            return replace(member, item=replace(member.item, fields=_marked(member.item.fields, path[1:], mark)))
        return replace(member, fields=_marked(member.fields, path[1:], mark))

    return tuple(one(member) if member.name == path[0] else member for member in fields)


def _acceptance(operation: Operation, reading: Reading) -> Operation:
    _must_know(operation.response.fields, str(reading["member"]), reading)
    told = next(member for path, member in members(operation.response.fields) if path == reading["member"])
    if told.type != "boolean":
        text = f"{reading.source}: {told.name} has the type {told.type}; acceptance is told by a boolean"
        raise ConformanceError(text)
    made = Acceptance(member=str(reading["member"]), citation=reading.citation, basis=reading.basis)
    return replace(operation, acceptance=made)


def _echo(operation: Operation, reading: Reading) -> Operation:
    _must_know(operation.response.fields, str(reading["member"]), reading)
    if operation.acceptance is None:
        raise ConformanceError(f"{reading.source}: an echo needs a reading of acceptance beside it")
    made = replace(operation.acceptance, echo=str(reading["member"]), echo_citation=reading.citation)
    return replace(operation, acceptance=made)


def _order(operation: Operation, reading: Reading) -> Operation:
    lower, upper = str(reading["lower"]), str(reading["upper"])
    for member in (lower, upper):
        _must_know(operation.request.fields, member, reading)
    made = Order(lower=lower, upper=upper, basis=reading.basis, citation=reading.citation)
    return replace(operation, orders=(*operation.orders, made))


_CHANGES: dict[str, Callable[[Operation, Reading], Operation]] = {
    "name": _name,
    "encoding": _encoding,
    "action": _action,
    "mark": _mark,
    "acceptance": _acceptance,
    "echo": _echo,
    "order": _order,
}


def _with_fields(operation: Operation, fields: tuple[Field, ...]) -> Operation:
    return replace(operation, request=replace(operation.request, fields=fields))


def _must_fit(fields: tuple[Field, ...], reading: Reading) -> None:
    """A value must be one that the document admits, or every run would begin with a refusal."""
    member = next((member for member in fields if member.name == reading["member"]), None)
    value = Decimal(str(reading["is"])) if isinstance(reading["is"], float) else reading["is"]
    if member is None or member.type in {"open", "empty"}:
        return
    wrong = member.type if fits(member, value) is not Fit.EXACT else next(iter(broken(member, value)), "")
    if wrong:
        raise ConformanceError(f"{reading.source}: {value!r} is no value of {member.name}, it breaks its {wrong}")


def _must_know(fields: tuple[Field, ...], path: str, reading: Reading) -> None:
    """A reading must speak of a member that the document has."""
    if path not in {known for known, _ in members(fields)}:
        raise ConformanceError(f"{reading.source}: the document has no member {path}; correct the reading")
