"""The published schema of `report.json`, and the check that what is written fits it.

The schema file in `schemas/` is the only copy. Must never import a writer.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from conformance.resources import schemas_dir

SCHEMA_ID = "https://billing-conformance.example/schemas/report-1.json"
SCHEMA_FILE = "report-1.schema.json"


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(report_schema())


def report_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of `report.json`."""
    schema: dict[str, Any] = json.loads((schemas_dir() / SCHEMA_FILE).read_text(encoding="utf-8"))
    return schema


def misfits(document: Any) -> list[str]:
    """Where the document does not fit, each with its place; empty when it does."""
    return [f"{error.json_path}: {error.message}" for error in _validator().iter_errors(document)]
