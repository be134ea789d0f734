"""`claim.json`: the small statement of a run. What was tested, when and by what, what came out, and what each file is.

A claim follows from `report.json` and the digests of the files, and from nothing else: whoever has the folder makes it
again and compares bytes. Pure; must never import a writer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance.errors import SuiteError
from conformance.report import schema

SCHEMA_ID = "https://billing-conformance.example/schemas/claim-1.json"
SCHEMA_FILE = "claim-1.schema.json"
REVISION = 2
"""Grows with every change of the shape; the id stays."""
OF_RUNS = 1
"""The revision that runs are claimed in; the second brought audits."""

CLAIM, SIGNATURE = "claim.json", "claim.json.sig"
REPORT = "report.json"

TARGET = ("name", "environment", "reference", "effects", "tls_verify")
SERVICE = ("url", "encodings", "enforcement")
CONTRACT = ("hash", "document", "sha256")
SUITE = ("name", "version", "run", "started", "ended", "resumed", "seed", "depth")
SCOPE = ("services", "encodings", "selection", "not_covered", "strict", "requests", "audit")
AUDIT = ("engine", "party", "parties", "files", "records", "bytes", "exchanges", "first", "last")
WAIVER = ("rule", "encodings", "target", "reason", "owner", "expiry", "ticket", "state", "party")
"""What a claim repeats of the parts of a report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """What one file is: as many bytes, with this digest in hexadecimal."""

    bytes: int
    sha256: str


def artefact(content: bytes) -> Artefact:
    """What a file with this content is."""
    return Artefact(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def claim(report: Mapping[str, Any], artefacts: Mapping[str, Artefact]) -> bytes:
    """The claim of a report, by the files beside it: sorted keys, UTF-8, one final newline. `report` is a document of
    the present revision that fits its schema."""
    document = _document(report, artefacts)
    wrong = misfits(document)
    if wrong:
        raise SuiteError(f"{CLAIM} would not fit its own schema: {wrong[0]}")
    text = json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    # Half a surrogate pair has no UTF-8; JSON has an escape for it.
    return text.encode("utf-8", "backslashreplace")


def _document(report: Mapping[str, Any], artefacts: Mapping[str, Artefact]) -> dict[str, Any]:
    target, suite = report["target"], report["suite"]
    scope = _of(report["scope"], SCOPE)
    if "audit" in scope:
        scope["audit"] = _of(scope["audit"], AUDIT)
    return {
        "schema": SCHEMA_ID,
        "revision": REVISION if "audit" in scope else OF_RUNS,
        "outcome": report["outcome"],
        "sentence": report["sentence"],
        "exit_status": report["exit_status"],
        "target": {
            **_of(target, TARGET),
            "services": {name: _of(facts, SERVICE) for name, facts in target["services"].items()},
        },
        "suite": _of(suite, SUITE),
        "contracts": {name: _of(facts, CONTRACT) for name, facts in suite["contracts"].items()},
        "scope": scope,
        "counts": report["counts"],
        "waivers": [_of(waiver, WAIVER) for waiver in report["waivers"]],
        "decision_rules": report["decision_rules"],
        "artefacts": {name: {"bytes": of.bytes, "sha256": of.sha256} for name, of in artefacts.items()},
    }


def _of(facts: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: facts[name] for name in names if name in facts}


def misfits(document: Any) -> list[str]:
    """Where the document does not fit the schema of claims, each with its place; empty when it does."""
    return schema.misfits(document, SCHEMA_FILE)
