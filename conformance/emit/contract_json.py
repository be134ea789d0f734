"""`contract.json`: a `Contract` as text and back, and the JSON Schema that the text satisfies.

The text is deterministic: keys in the order of the model, two spaces, defaults left out. So a change of one fact is
a change of one line, and the SHA-256 of the text names the contract. Must never import documents, rules or codecs.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from conformance.errors import ConformanceError
from conformance.model import Contract

if TYPE_CHECKING:
    from pathlib import Path

VERSION = 1
SCHEMA_ID = f"https://billing-conformance.example/schemas/contract-{VERSION}.json"
AGAIN = "write it again with `conformance derive`"
_VERSION = re.compile(r"https://billing-conformance\.example/schemas/contract-(\d{1,4})\.json")


def dumps(contract: Contract) -> str:
    """The text of contract.json."""
    return json.dumps(_plain(contract), indent=2, ensure_ascii=False) + "\n"


def loads(text: str, source: str) -> Contract:
    """The contract that a text holds; `source` is named where it does not fit."""
    try:
        raw = json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        place = f"{source}, line {error.lineno}, column {error.colno}"
        raise ConformanceError(f"{place}: this is no JSON ({error.msg}); {AGAIN}") from None
    except (ValueError, ArithmeticError, RecursionError):
        raise ConformanceError(f"{source}: a number is too long, or it is too deep, to be read; {AGAIN}") from None
    schema = raw.get("schema") if isinstance(raw, dict) else None
    if schema != SCHEMA_ID:
        raise ConformanceError(f"{source}: key schema: {_other(schema)}")
    try:
        contract: Contract = _adapter().validate_json(text, strict=True, extra="forbid")
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "the whole text"
        raise ConformanceError(f"{source}: key {key}: {first['msg']}; {AGAIN}") from None
    # Pydantic reads numbers of an untyped mapping as binary floats; the model promises Decimal.
    return replace(contract, baseline=raw.get("baseline", {}))


def _other(schema: object) -> str:
    """What to say of a contract that has another schema, or none."""
    found = _VERSION.fullmatch(schema) if isinstance(schema, str) else None
    if found is not None and int(found[1]) > VERSION:
        text = f"the contract has version {found[1]}, this version of the suite reads {VERSION}"
        return f"{text}; update billing-conformance, or {AGAIN}"
    return f"expected {SCHEMA_ID}, found {schema!r}; {AGAIN}"


def load(path: Path) -> Contract:
    """The contract in a file."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConformanceError(f"{path}: byte {error.start} is not UTF-8; {AGAIN}") from None
    except OSError as error:
        raise ConformanceError(f"{path} cannot be read ({error.strerror}); {AGAIN}") from None
    return loads(text, str(path))


def fingerprint(contract: Contract) -> str:
    """SHA-256 of the text, in hexadecimal digits: what a report calls the hash of a contract."""
    return hashlib.sha256(dumps(contract).encode()).hexdigest()


def contract_schema() -> dict[str, Any]:
    """The JSON Schema 2020-12 of contract.json. A member that the model does not know is refused."""
    body = _adapter().json_schema()
    definitions = body.pop("$defs")
    for definition in (body, *definitions.values()):
        if definition.get("type") == "object":
            definition["additionalProperties"] = False
    body["properties"]["schema"] = {"const": SCHEMA_ID}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        **body,
        "$defs": definitions,
    }


@cache
def _adapter() -> TypeAdapter[Contract]:
    return TypeAdapter(Contract)


def _plain(value: Any) -> Any:
    """What json can write."""
    if is_dataclass(value):
        members = ((member.name, getattr(value, member.name), _default(member)) for member in fields(value))
        return {name: _plain(held) for name, held, default in members if held != default}
    if isinstance(value, Mapping):
        return {key: _plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(held) for held in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _default(member: Any) -> Any:
    if member.default_factory is not MISSING:
        return member.default_factory()
    return member.default
