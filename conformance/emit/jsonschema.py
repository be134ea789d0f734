"""Contract → JSON Schema 2020-12 for the JSON encoding, rule ids inside.

`x-rules` beside a keyword maps it to the id of the rule that it expresses (`null` stands for a null where the type
refuses it). What JSON Schema cannot say of a member is listed under `x-not-expressed` with the rule ids and the reason.
"""

from __future__ import annotations

from typing import Any

from conformance.emit.dialects import translate
from conformance.model import Constraint, Contract, Field
from conformance.patterns import Unsupported

DIALECT = "https://json-schema.org/draft/2020-12/schema"
BASE = "https://billing-conformance.example/schemas"
DIGITS = "[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}"
# Braces, parentheses and missing dashes are spellings that services take; none of them decides a verdict.
GUID = rf"^(?:{DIGITS}|\{{{DIGITS}\}}|\({DIGITS}\))$"
TYPES = {
    "string": "string",
    "boolean": "boolean",
    "integer": "integer",
    "decimal": "number",
    "guid": "string",
    "list": "array",
    "object": "object",
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
        schema["x-rules"] = {"required": {acceptance.member: _id(contract, "response", acceptance.member, "required")}}
        member = schema["properties"][acceptance.member]
        member["type"] = "boolean"
        member["x-rules"]["null"] = _id(contract, "response", acceptance.member, "required")
    return _root(contract, "response", message.root, schema)


def _root(contract: Contract, part: str, title: str, schema: Schema) -> Schema:
    return {"$schema": DIALECT, "$id": f"{BASE}/{contract.service}/{part}.schema.json", "title": title} | schema


def _id(contract: Contract, part: str, path: str, facet: str) -> str:
    return f"{contract.service}/{part}/{path}/{facet}"


def _object(contract: Contract, part: str, path: str, fields: tuple[Field, ...]) -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": {
            member.name: _member(contract, part, f"{path}/{member.name}" if path else member.name, member)
            for member in fields
        },
    }
    required = [member.name for member in fields if member.required] if part == "request" else []
    if required:
        schema["required"] = required
        names = {name: _id(contract, part, f"{path}/{name}" if path else name, "required") for name in required}
        schema["x-rules"] = {"required": names}
    return schema


def _member(contract: Contract, part: str, path: str, member: Field) -> Schema:
    demanded = part == "request" and member.required
    rules: dict[str, Any] = {"type": _id(contract, part, path, "type")}
    schema: Schema = {"type": TYPES[member.type] if demanded else [TYPES[member.type], "null"], "x-rules": rules}
    if demanded:
        rules["null"] = _id(contract, part, path, "required")
    if member.type == "guid":
        schema |= {"format": "uuid", "pattern": GUID}
        rules["pattern"] = rules["type"]
    if member.fields:
        schema |= _nested(_object(contract, part, path, member.fields), rules)
    if member.item is not None:
        schema["items"] = _item(contract, part, path, member.item)
    if part == "request":
        for constraint in member.constraints:
            _constrain(contract, path, member, constraint, schema)
    return schema


def _nested(inner: Schema, rules: dict[str, Any]) -> Schema:
    rules |= inner.get("x-rules", {})
    return {key: value for key, value in inner.items() if key not in {"type", "x-rules"}}


def _item(contract: Contract, part: str, path: str, item: Field) -> Schema:
    type_rule = {"type": _id(contract, part, path, "type")}
    schema: Schema = {"type": [TYPES[item.type], "null"], "x-rules": type_rule}
    if item.fields:
        schema |= _nested(_object(contract, part, path, item.fields), type_rule)
    return schema


def _constrain(contract: Contract, path: str, member: Field, constraint: Constraint, schema: Schema) -> None:
    rules = schema["x-rules"]
    if constraint.pattern is not None:
        rule = _id(contract, "request", path, "pattern")
        if member.type == "string":
            try:
                schema["pattern"] = translate(constraint.pattern, "ecma")
                rules["pattern"] = rule
            except Unsupported as reason:
                _not_expressed(schema, rule, f"the pattern cannot be translated: {reason}")
        elif member.type == "integer" and constraint.pattern in INTEGER_PATTERNS:
            floor = {"minimum": INTEGER_PATTERNS[constraint.pattern], "x-rules": {"minimum": rule}}
            schema.setdefault("allOf", []).append(floor)
        else:
            _not_expressed(schema, rule, "a pattern speaks of strings only, this member is a number")
    if constraint.minimum is not None:
        schema["minimum"] = _number(constraint.minimum)
        rules["minimum"] = _id(contract, "request", path, "minimum")
    if constraint.maximum is not None:
        schema["maximum"] = _number(constraint.maximum)
        rules["maximum"] = _id(contract, "request", path, "maximum")
    if constraint.max_length is not None:
        schema["maxLength"] = constraint.max_length
        rules["maxLength"] = _id(contract, "request", path, "max-length")


def _not_expressed(schema: Schema, rule: str, reason: str) -> None:
    schema.setdefault("x-not-expressed", {})[rule] = reason


def _number(value: Any) -> int | float:
    return int(value) if value == int(value) else float(value)
