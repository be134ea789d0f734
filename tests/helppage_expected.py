"""What a reader should make of a page, put together from its sheet alone and without citations.

What a rendering loses is lost here too: the type of a member that only a sample shows, the element name of an item that
no XML shows, XML where JSON spells the names in a case of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.helppage_pages import CONTRACTS, item_element, spelt
from tests.helppage_sheets import Member, Sheet, Word

TYPES = {
    "string": "string",
    "boolean": "boolean",
    "integer": "integer",
    "unsigned integer": "integer",
    "byte": "integer",
    "signed byte": "integer",
    "decimal number": "decimal",
    "globally unique identifier": "guid",
    "date": "dateTime",
    "character": "string",
    "time interval": "string",
    "URI": "string",
    "Object": "open",
}


def expected(sheet: Sheet) -> dict[str, Any]:
    """The contract, in the form of `projection` in the test."""
    requested = _closure(sheet, sheet.body)
    return {
        "name": "OrchardTree" if "Orchard" in sheet.path else "Tree",
        "method": sheet.method,
        "path": sheet.path,
        "request": _fields(sheet, sheet.body, moved=False, requested=frozenset()),
        "response": _fields(sheet, sheet.answer, moved=False, requested=requested),
        "roots": (sheet.body, sheet.answer),
        "namespace": CONTRACTS if sheet.xml_state == "shown" and sheet.serializer == "data-contract" else None,
        "parameters": tuple(_field(sheet, member, moved=False, requested=frozenset()) for member in sheet.parameters),
        "encodings": _encodings(sheet),
    }


def _encodings(sheet: Sheet) -> tuple[Any, ...]:
    found: list[Any] = []
    if sheet.json_state != "unlisted":
        types = ("application/json", "text/json")
        found.append(("json", types, types, None))
    # Where JSON writes the names in a case of its own, the contract has those, and XML is left out of it.
    if sheet.xml_state != "unlisted" and not sheet.quirks["camel"]:
        types = ("application/xml", "text/xml")
        found.append(("xml", types, types, sheet.serializer if sheet.xml_state == "shown" else None))
    if sheet.quirks["form"]:
        found.append(("form", ("application/x-www-form-urlencoded",), (), None))
    return tuple(found)


def _closure(sheet: Sheet, model: str) -> frozenset[str]:
    """The models that a model carries, itself included."""
    found = {model}
    if model in sheet.models and model not in sheet.untabled:
        for member in sheet.models[model]:
            found = found.union(*(_closure(sheet, name) for name in member.word.reaches()))
    return frozenset(found)


def _fields(sheet: Sheet, model: str, *, moved: bool, requested: frozenset[str]) -> tuple[Any, ...]:
    return tuple(_field(sheet, member, moved=moved, requested=requested) for member in sheet.models[model])


def _field(sheet: Sheet, member: Member, *, moved: bool, requested: frozenset[str]) -> dict[str, Any]:
    stated = () if moved else tuple((note.facet, note.values) for note in member.notes)
    name = member.name if member in sheet.parameters else spelt(sheet, member.name)
    return _shape(sheet, name, member.word, moved=moved, requested=requested) | {"constraints": stated}


def _shape(sheet: Sheet, name: str, word: Word, *, moved: bool, requested: frozenset[str]) -> dict[str, Any]:
    made: dict[str, Any] = {"name": name, "type": "", "constraints": ()}

    def inner(called: str, part: Word) -> dict[str, Any]:
        return _shape(sheet, called, part, moved=moved, requested=requested)

    match word.kind:
        case "list":
            return made | {"type": "list", "item": inner(item_element(_told(sheet), word.parts[0]), word.parts[0])}
        case "map":
            return made | {"type": "map", "item": inner("Value", word.parts[1])}
        case "pair":
            fields = tuple(inner(key, part) for key, part in zip(("Key", "Value"), word.parts, strict=True))
            return made | {"type": "object", "fields": fields}
        case "enum":
            return made | {"type": "enum", "model": word.name, "choices": sheet.enums[word.name]}
        case "model" if word.name in sheet.untabled:
            return made | _untabled(sheet, word.name)
        case "model":
            held = _fields(sheet, word.name, moved=moved or word.name in requested, requested=requested)
            return made | {"type": "object", "model": word.name, "fields": held}
    return made | {"type": TYPES[word.name]}


def _told(sheet: Sheet) -> Sheet:
    """The sheet by which items are named: without an XML sample they have the names of XmlSerializer."""
    return sheet if sheet.xml_state == "shown" else replace(sheet, serializer="xml-serializer")


def _untabled(sheet: Sheet, model: str) -> dict[str, Any]:
    """A model that only samples show: types are what one value shows, in the order of the first sample."""
    if "shown" not in {sheet.json_state, sheet.xml_state}:
        return {"type": "open", "model": model}
    held = sheet.models[model]
    if sheet.json_state != "shown" and sheet.serializer == "data-contract":
        held = tuple(sorted(held, key=lambda member: member.name))
    fields = []
    for member in held:
        made: dict[str, Any] = {"name": spelt(sheet, member.name), "type": "", "constraints": ()}
        if member.word.kind == "list":
            part = member.word.parts[0]
            called = item_element(sheet, part) if sheet.xml_state == "shown" else "item"
            item = {"name": called, "type": TYPES[part.name], "constraints": ()}
            fields.append(made | {"type": "list", "item": item})
        else:
            fields.append(made | {"type": TYPES[member.word.name]})
    return {"type": "object", "model": model, "fields": tuple(fields)}
