"""The published schemas of `report.json` and of what compares runs, and the check that what is written fits them.

The schema files in `schemas/` are the only copies. Must never import a writer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from conformance.resources import schemas_dir

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

SCHEMA_ID = "https://billing-conformance.example/schemas/report-1.json"
REVISION = 3
"""Grows with every change of the shape of `report.json`; a document without one is of the first."""
OF_RUNS = 2
"""The revision that runs are written in; the third brought audits, and nothing of a run changed."""

SCHEMA_FILE = "report-1.schema.json"


@cache
def _validator(file: str) -> Any:
    # The first request of a run need not wait for what checks its report.
    from jsonschema import Draft202012Validator  # noqa: PLC0415
    from jsonschema.validators import extend  # noqa: PLC0415

    schema = _schema(file)
    kinds: dict[str, Any] = {}

    def referred(validator: Any, ref: str, instance: Any, _schema: Any) -> Iterator[ValidationError]:
        """A reference within the schema, looked up once: a report has many thousands of the same."""
        if ref not in kinds:
            kinds[ref] = validator.evolve(schema=schema["$defs"][ref.removeprefix("#/$defs/")])
        yield from kinds[ref].iter_errors(instance)

    return extend(Draft202012Validator, {"$ref": referred})(schema)  # type: ignore[no-untyped-call]


def report_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of `report.json`."""
    return _schema(SCHEMA_FILE)


def _schema(file: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((schemas_dir() / file).read_text(encoding="utf-8"))
    return schema


def misfits(document: Any, file: str = SCHEMA_FILE) -> list[str]:
    """Where the document does not fit the schema in that file, each with its place; empty when it does."""
    return [f"{error.json_path}: {error.message}" for error in _validator(file).iter_errors(document)]
