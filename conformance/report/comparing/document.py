"""What changed between two runs, for programs: checked against its published schema before it is kept. English.

Must never import a writer.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conformance.errors import SuiteError
from conformance.report.as_json import comparison as as_json
from conformance.report.comparing import LISTS, sentence, status
from conformance.report.schema import misfits
from conformance.report.text import inert, unique

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.model import Comparison

SCHEMA_ID = "https://billing-conformance.example/schemas/diff-1.json"
SCHEMA_FILE = "diff-1.schema.json"


def write(comparison: Comparison, statements: Mapping[str, str]) -> bytes:
    """The document as UTF-8, indented. `statements` are rules as sentences, by id."""
    told = unique(one.rule for name in LISTS for one in getattr(comparison, name))
    document = {
        "schema": SCHEMA_ID,
        "sentence": sentence(comparison),
        "exit_status": status(comparison),
        **as_json(comparison),
        "rules": {rule: statements[rule] for rule in told if rule in statements},
    }
    return checked(document, SCHEMA_FILE)


def checked(document: Any, schema: str) -> bytes:
    """The document as bytes; a defect of the suite where it does not fit its schema."""
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    content = inert(text)
    wrong = misfits(json.loads(content), schema)
    if wrong:
        raise SuiteError(f"a document would not fit {schema}: {wrong[0]}")
    return content
