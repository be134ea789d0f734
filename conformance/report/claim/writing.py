"""The claim of a run's folder, put there once its reports are, and never laid over a file that somebody has changed.

A claim speaks of one report. Where another is rendered into its folder, all that it names is written again; where the
report is the same, what is not written again must still be what the claim says. Must never import a writer.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.errors import ConformanceError
from conformance.report.claim import CLAIM, REPORT, REVISION, SCHEMA_ID, SIGNATURE, Artefact, claim, misfits
from conformance.report.claim.files import Unreadable, content_of, is_there, measured
from conformance.report.claim.signing import LENGTH, Signer
from conformance.report.files import put
from conformance.report.reading import migrated
from conformance.report.text import one_line

LARGEST = 16 * 1024 * 1024
"""Bytes of a claim. It is a small statement."""
LARGEST_REPORT = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A claim as it stands in a folder, not checked against it; without content where there is none."""

    content: bytes = b""
    signature: bytes | None = None
    artefacts: Mapping[str, Artefact] = field(default_factory=dict)


def read_claim(path: Path) -> Claimed:
    """The claim in the file. A ConformanceError where it is none, or one of a later version."""
    try:
        content = content_of(path, LARGEST)
        document = json.loads(content)
    except Unreadable as why:
        raise ConformanceError(f"{path}: {why}") from None
    except (ValueError, RecursionError) as error:
        raise ConformanceError(f"{path}: is no claim: not JSON ({type(error).__name__})") from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA_ID:
        raise ConformanceError(f"{path}: is no claim; name the folder that a run wrote")
    revision = document.get("revision")
    if type(revision) is int and revision > REVISION:
        text = f"{path}: a claim of revision {revision}, and this version reads up to {REVISION}"
        raise ConformanceError(f"{text}; update billing-conformance")
    wrong = misfits(document)
    if wrong:
        raise ConformanceError(f"{path}: is no claim of this suite: {one_line(wrong[0])}")
    artefacts = {name: Artefact(**facts) for name, facts in document["artefacts"].items()}
    return Claimed(content=content, signature=_signature(path.with_name(SIGNATURE)), artefacts=artefacts)


def report_in(folder: Path) -> dict[str, Any]:
    """The report of the folder, in the present revision, not checked against its schema."""
    path = folder / REPORT
    content = content_of(path, LARGEST_REPORT)
    try:
        return migrated(json.loads(content), path)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"is not JSON ({type(error).__name__})") from None


def _signature(path: Path) -> bytes | None:
    try:
        return content_of(path, LENGTH)
    except Unreadable:
        # Anything there that is no signature is one that does not hold.
        return b"" if is_there(path) else None


def claimed(folder: Path) -> Claimed:
    """The claim that stands in a folder where reports are about to be written."""
    path = folder / CLAIM
    if not is_there(path):
        return Claimed()
    try:
        return read_claim(path)
    except ConformanceError as error:
        raise ConformanceError(f"{error}; remove it, or name another folder with --out") from None


def changed(folder: Path, before: Claimed, rewritten: Collection[str]) -> tuple[str, str] | None:
    """The first file of the claim that is not to be written again and is not what the claim says, and what became of
    it."""
    for name, said in sorted(before.artefacts.items()):
        if name not in rewritten:
            try:
                if measured(folder / name, said.bytes) != said:
                    return name, "was changed since the claim of the run was made"
            except Unreadable as why:
                return name, f"{why}, and the claim of the run names it"
    return None


def withdraw(folder: Path) -> None:
    """Take the claim away: what it speaks of is about to change."""
    for path in (folder / CLAIM, folder / SIGNATURE):
        try:
            path.unlink(missing_ok=True)
        except NotADirectoryError:
            continue
        except OSError as error:
            raise ConformanceError(f"{path}: cannot be taken away: {error.strerror or error}") from error


def put_claim(folder: Path, names: Collection[str], before: Claimed, signer: Signer | None) -> tuple[Path, ...]:
    """Write the claim of these files of the folder, signed where somebody signs; the paths. Where there is no
    `report.json` among them there is nothing to claim."""
    if REPORT not in names:
        return ()
    path = folder / CLAIM
    try:
        found = {name: of for name in sorted(names) if (of := measured(folder / name)) is not None}
        content = claim(report_in(folder), found)
        signature = None if signer is None else signer.sign(content)
        if signature is None and content == before.content and before.signature:
            signature = before.signature
        paths = [put(path, content)]
        if signature is not None:
            paths.append(put(folder / SIGNATURE, signature))
    except Unreadable as why:
        raise ConformanceError(f"{folder}: a file of the run {why}, so there is no claim of it") from None
    except OSError as error:
        raise ConformanceError(f"{path}: cannot write the claim: {error.strerror or error}") from error
    return tuple(paths)
