"""A `report.json` read back: checked against its schema, and brought to the present version of it.

Must never import a writer.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from conformance.errors import ConformanceError
from conformance.report.schema import misfits

FILE = "report.json"


def read_report(run: Path) -> dict[str, Any]:
    """The report of a run, named by its folder or by the file. A ConformanceError where there is none, or another."""
    path = run / FILE if run.is_dir() else run
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        told = f"{run}: no {FILE} here ({error.strerror}); name the folder that a run wrote"
        raise ConformanceError(f"{told}; `conformance report {run}` makes one of its journal") from None
    except UnicodeDecodeError:
        raise ConformanceError(f"{path}: is no report: not UTF-8; name the folder that a run wrote") from None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConformanceError(f"{path}: is no report: not JSON ({type(error).__name__})") from None
    wrong = misfits(document)
    if wrong:
        raise ConformanceError(f"{path}: is no report of this suite: {wrong[0]}")
    found: dict[str, Any] = document
    return found
