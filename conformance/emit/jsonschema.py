"""Contract → JSON Schema 2020-12 of the messages as JSON, rule ids inside.

`x-rules` beside a keyword maps it to the id of the rule that it expresses (`null` stands for a null where the type
refuses it). What JSON Schema cannot say of a member is listed under `x-not-expressed` with the rule ids and the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from conformance.emit.bounds import NUMBERS, TEXTS, Bounds, below, bounds_of, idle, rule_id
from conformance.emit.dialects import translate
from conformance.model import Contract, Field
from conformance.patterns import Unsupported

DIALECT = "https://json-schema.org/draft/2020-12/schema"
BASE = "https://billing-conformance.example/schemas"
DIGITS = "[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}"
# Braces, parentheses and missing dashes are spellings that services take; none of them decides a verdict.
GUID = rf"^(?:{DIGITS}|\{{{DIGITS}\}}|\({DIGITS}\))$"
LONG = r"(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
SHORT = r"(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
FEBRUARY = r"02-(?:0[1-9]|1[0-9]|2[0-8])"
LEAP = r"(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)-02-29"
YEAR = r"(?:[0-9]{3}[1-9]|[0-9]{2}[1-9][0-9]|[0-9][1-9][0-9]{2}|[1-9][0-9]{3})"
HOUR = r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])?"
# .NET writes and reads local times, which have no zone: the format `date-time` would refuse them.
DATE_TIME = f"^(?:{YEAR}-(?:{LONG}|{SHORT}|{FEBRUARY})|{LEAP})(?:{HOUR})?$"
TYPES = {
    "string": ("string",),
    "boolean": ("boolean",),
    "integer": ("integer",),
    "int": ("integer",),
    "decimal": ("number",),
    "guid": ("string",),
    "dateTime": ("string",),
    "base64Binary": ("string",),
    "enum": ("string", "integer"),
    "list": ("array",),
    "object": ("object",),
    "map": ("object",),
    "open": ("string", "number", "boolean", "array", "object"),
    "empty": ("string", "number", "boolean", "array", "object"),
}
# `pattern` speaks of strings only. For an integer member this pattern says no more than "not negative".
INTEGER_PATTERNS = {"^[0-9]*$": 0, r"^\d*$": 0, "^[0-9]+$": 0, r"^\d+$": 0}
Schema = dict[str, Any]


def request_schema(contract: Contract) -> Schema:
    """What a request must satisfy."""
    message = contract.operation.request
    return _root(contract, "request", message.root, _object(contract, "request", "", message.fields))


def response_schema(contract: Contract) -> Schema:
    """What the answer to an accepted request must satisfy."""
    message = contract.operation.response
    schema = _object(contract, "response", "", message.fields)
    acceptance = contract.operation.acceptance
    if acceptance is not None:
        schema["required"] = [acceptance.member]
        rule = rule_id(contract, "response", acceptance.member, "required")
        schema["x-rules"] = {"required": {acceptance.member: rule}}
        member = schema["properties"][acceptance.member]
        member["type"] = "boolean"
        member["x-rules"]["null"] = rule
    return _root(contract, "response", message.root, schema)


def parameter_schema(member: Field) -> Schema:
    """What the text of a parameter in the address stands for. No rule speaks of one, so none is named."""
    schema: Schema = {"type": _types(member, nullable=False), "x-rules": {"type": ""}}
    _form(member, schema)
    bounds = bounds_of(member)
    for keyword, value, _ in _keywords(member, bounds):
        schema[keyword] = _number(value)
    for pattern in bounds.patterns if member.type in TEXTS else ():
        with suppress(Unsupported):
            _pattern(schema, translate(pattern, "ecma"), "")
    for inner in (schema, *schema.get("allOf", [])):
        del inner["x-rules"]
    return schema


def _root(contract: Contract, part: str, title: str, schema: Schema) -> Schema:
    return {"$schema": DIALECT, "$id": f"{BASE}/{contract.service}/{part}.schema.json", "title": title} | schema


def _object(contract: Contract, part: str, path: str, fields: tuple[Field, ...]) -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": {member.name: _member(contract, part, below(path, member.name), member) for member in fields},
    }
    required = [member.name for member in fields if member.required] if part == "request" else []
    if required:
        schema["required"] = required
        names = {name: rule_id(contract, part, below(path, name), "required") for name in required}
        schema["x-rules"] = {"required": names}
    return schema


def _member(contract: Contract, part: str, path: str, member: Field) -> Schema:
    demanded = part == "request" and member.required
    rules: dict[str, Any] = {}
    if member.type not in {"open", "empty"}:
        rules["type"] = rule_id(contract, part, path, "type")
    schema: Schema = {"type": _types(member, nullable=not demanded), "x-rules": rules}
    if demanded:
        rules["null"] = rule_id(contract, part, path, "required")
    _shape(contract, part, path, member, schema)
    if part == "request":
        _constrain(contract, path, member, schema)
    return schema


def _types(member: Field, *, nullable: bool) -> str | list[str]:
    names = [*TYPES[member.type], *(["null"] if nullable else [])]
    return names[0] if len(names) == 1 else names


def _shape(contract: Contract, part: str, path: str, member: Field, schema: Schema) -> None:
    """What the type asks for beside its name."""
    _form(member, schema)
    if member.fields:
        schema |= _nested(_object(contract, part, path, member.fields), schema["x-rules"])
    if member.item is not None:
        schema["additionalProperties" if member.type == "map" else "items"] = _item(contract, part, path, member)


def _form(member: Field, schema: Schema) -> None:
    """The form of a text, and choices."""
    rules = schema["x-rules"]
    # No `format`: `uuid` and `date-time` would refuse spellings that the patterns admit.
    pattern = {"guid": GUID, "dateTime": DATE_TIME}.get(member.type)
    if pattern is not None:
        schema["pattern"] = pattern
        rules["pattern"] = rules["type"]
    if member.choices:
        numbers = [choice.number for choice in member.choices if choice.number is not None]
        null = [None] if "null" in schema["type"] else []
        schema["enum"] = [*(choice.name for choice in member.choices), *numbers, *null]
        rules["enum"] = rules["type"]


def _nested(inner: Schema, rules: dict[str, Any]) -> Schema:
    rules |= inner.get("x-rules", {})
    return {key: value for key, value in inner.items() if key not in {"type", "x-rules"}}


def _item(contract: Contract, part: str, path: str, holder: Field) -> Schema:
    """An item of a list, or a value of a dictionary: of its kind, or null. No rule goes into a dictionary's values."""
    item = holder.item if holder.item is not None else holder
    rules = {"type": rule_id(contract, part, path, "type")}
    schema: Schema = {"type": _types(item, nullable=True), "x-rules": rules}
    if holder.type == "map":
        _form(item, schema)
    else:
        _shape(contract, part, path, item, schema)
    return schema


def _constrain(contract: Contract, path: str, member: Field, schema: Schema) -> None:
    bounds = bounds_of(member)
    for facet, reason in idle(member):
        _not_expressed(schema, rule_id(contract, "request", path, facet), reason)
    _patterns(contract, path, member, bounds, schema)
    for keyword, value, facet in _keywords(member, bounds):
        schema[keyword] = _number(value)
        schema["x-rules"][keyword] = rule_id(contract, "request", path, facet)


def _keywords(member: Field, bounds: Bounds) -> Iterator[tuple[str, Any, str]]:
    """(keyword, value, facet) of the bounds that the type has."""
    counted = "Items" if member.type == "list" else "Length"
    keywords: list[tuple[str, Any, str]] = []
    if member.type in NUMBERS:
        keywords += [("minimum", bounds.minimum, "minimum"), ("maximum", bounds.maximum, "maximum")]
    if member.type in TEXTS | {"list"}:
        keywords.append((f"min{counted}", bounds.min_length, "min-length"))
        keywords.append((f"max{counted}", bounds.max_length, "max-length"))
    yield from (row for row in keywords if row[1] is not None)


def _patterns(contract: Contract, path: str, member: Field, bounds: Bounds, schema: Schema) -> None:
    rule = rule_id(contract, "request", path, "pattern")
    for pattern in bounds.patterns:
        if member.type in NUMBERS and pattern in INTEGER_PATTERNS:
            floor = {"minimum": INTEGER_PATTERNS[pattern], "x-rules": {"minimum": rule}}
            schema.setdefault("allOf", []).append(floor)
        elif member.type not in TEXTS:
            kind = "a number" if member.type in NUMBERS else f"of type {member.type}"
            _not_expressed(schema, rule, f"a pattern speaks of strings only, this member is {kind}")
        else:
            try:
                _pattern(schema, translate(pattern, "ecma"), rule)
            except Unsupported as reason:
                _not_expressed(schema, rule, f"the pattern cannot be translated: {reason}")


def _pattern(schema: Schema, pattern: str, rule: str) -> None:
    """Add a pattern; there may be one already."""
    if "pattern" in schema:
        schema.setdefault("allOf", []).append({"pattern": pattern, "x-rules": {"pattern": rule}})
    else:
        schema["pattern"] = pattern
        schema["x-rules"]["pattern"] = rule


def _not_expressed(schema: Schema, rule: str, reason: str) -> None:
    schema.setdefault("x-not-expressed", {})[rule] = reason


def _number(value: Any) -> int | float:
    return int(value) if value == int(value) else float(value)
