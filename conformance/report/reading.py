"""A `report.json` read back: brought to the present revision of its shape, and checked against its schema.

A revision more is a row in `MIGRATIONS`. Must never import a writer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from conformance.errors import ConformanceError
from conformance.report.schema import REVISION, misfits

FILE = "report.json"
LARGEST = 512 * 1024 * 1024
"""Bytes. A run of all services has a thousandth of that."""

Document = dict[str, Any]


def _first(document: Document) -> Document:
    """Waivers were laid over verdicts without a list of their own, and no run was held against an earlier one."""
    return document | {"revision": 2, "waivers": [], "baseline": None}


def _second(document: Document) -> Document:
    """The third revision brought audits; a run stays as it is."""
    return document


MIGRATIONS: Mapping[int, Callable[[Document], Document]] = {
    1: _first,
    2: _second,
}
"""From each revision to the next."""


def read_report(run: Path) -> Document:
    """The report of a run, named by its folder or by the file. A ConformanceError where there is none, or another."""
    path = run / FILE if run.is_dir() else run
    try:
        if path.exists() and not path.is_file():
            raise ConformanceError(f"{path}: is no file; name the folder that a run wrote")
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise ConformanceError(f"{path}: has more than {LARGEST} bytes; name the folder that a run wrote")
        text = content.decode("utf-8")
    except OSError as error:
        told = f"{run}: no {FILE} here ({error.strerror}); name the folder that a run wrote"
        raise ConformanceError(f"{told}; `conformance report {run}` makes one of its journal") from None
    except UnicodeDecodeError:
        raise ConformanceError(f"{path}: is no report: not UTF-8; name the folder that a run wrote") from None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConformanceError(f"{path}: is no report: not JSON ({type(error).__name__})") from None
    present = migrated(document, path)
    wrong = misfits(present)
    if wrong:
        raise ConformanceError(f"{path}: is no report of this suite: {wrong[0]}")
    return present


def migrated(document: Any, path: Path) -> Document:
    """The document in the present revision, not checked yet; `path` is for the error about one from the future."""
    if not isinstance(document, dict):
        raise ConformanceError(f"{path}: is no report: not a JSON object; name the folder that a run wrote")
    found: Document = document
    revision = found.get("revision", 1)
    if type(revision) is not int or revision < 1:
        return found
    if revision > REVISION:
        told = f"{path}: a report of revision {revision}, and this version reads up to {REVISION}"
        raise ConformanceError(f"{told}; update billing-conformance")
    for step in range(revision, REVISION):
        found = MIGRATIONS[step](found)
    return found
