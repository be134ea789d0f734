"""`conformance verify`: is a folder what its claim says, and the claim what its report says?

The folder may come from anybody: nothing in it leads out of it, and nothing of it is read without end.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from conformance.errors import ConformanceError, SuiteError
from conformance.report.claim import CLAIM, REPORT, SIGNATURE, Artefact, claim
from conformance.report.claim.files import Unreadable, is_there, measured
from conformance.report.claim.signing import LENGTH, Checker, checker_of
from conformance.report.claim.writing import Claimed, read_claim, report_in
from conformance.report.language import Language
from conformance.report.schema import misfits
from conformance.report.text import one_line
from conformance.run.rendering import JOURNAL

DIFFERS = 1
MOST_TOLD = 20
MOST_LISTED = 10_000
BESIDES = (CLAIM, SIGNATURE, f"{JOURNAL}.reserve", ".cache")
"""What no claim vouches for, and whose presence needs no word; the last is pytest's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What verifying found: what differs, and what is worth a word besides."""

    differences: tuple[str, ...]
    notes: tuple[str, ...]


def told(run: Path, key: Path | None, language: Language) -> tuple[str, int]:
    """What there is to say of a run, named by its folder or by its claim, and the exit status."""
    checker = None if key is None else checker_of(key)
    path = _path(run)
    before = read_claim(path)
    found = verified(path.parent, before, checker, language)
    lines = [*found.differences[:MOST_TOLD]]
    if (more := len(found.differences) - MOST_TOLD) > 0:
        lines.append(language.fill("And {number} more.", number=language.number(more)))
    if found.differences:
        lines.append(language.fill("The claim does not hold: {folder}", folder=path.parent))
        return _text(lines), DIFFERS
    holds = language.fill("The claim holds: {folder}", folder=path.parent)
    return _text([holds, *found.notes, *_what(before, language)]), 0


def _what(before: Claimed, language: Language) -> Iterator[str]:
    """What the claim says, in short."""
    said = json.loads(before.content)
    suite, target = said["suite"], said["target"]
    yield language.fill(
        "Tested was {target} ({environment}) on {started}, by {suite} {version}."
        if target["environment"]
        else "Tested was {target} on {started}, by {suite} {version}.",
        target=target["name"],
        environment=target["environment"],
        started=language.moment(suite["started"]),
        suite=suite["name"],
        version=suite["version"],
    )
    yield language.say(said["sentence"])


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{one_line(line, 2000)}\n" for line in lines)


def _path(run: Path) -> Path:
    if not run.is_dir():
        return run
    path = run / CLAIM
    if is_there(path):
        return path
    if is_there(run / JOURNAL):
        why = "a run that was killed or goes on has none"
        raise ConformanceError(f"{run}: no {CLAIM} here; {why}, and `conformance report {run}` makes one")
    raise ConformanceError(f"{run}: no {CLAIM} here; name the folder that a run wrote")


def verified(folder: Path, before: Claimed, checker: Checker | None, language: Language) -> Found:
    """Hold the folder against its claim."""
    differences: list[str] = []
    found: dict[str, Artefact] = {}
    for name, said in sorted(before.artefacts.items()):
        try:
            now = measured(folder / name, said.bytes)
        except Unreadable as why:
            differences.append(language.fill("{name}: {why}.", name=name, why=language.say(str(why))))
            continue
        if now != said:
            size = language.fill("{name}: is not the file that the claim names: another size.", name=name)
            digest = language.fill("{name}: is not the file that the claim names: another SHA-256.", name=name)
            differences.append(size if now is None else digest)
        else:
            found[name] = now
    if REPORT in found:
        differences += _statement(folder, before, language)
    notes: list[str] = []
    differences += _signature(before, checker, notes, language)
    notes += _extra(folder, before, language)
    return Found(differences=tuple(differences), notes=tuple(notes))


def _statement(folder: Path, before: Claimed, language: Language) -> Iterator[str]:
    """Where the claim is not the one that follows from the report."""
    try:
        report = report_in(folder)
        wrong = misfits(report)
        again = b"" if wrong else claim(report, before.artefacts)
    except (Unreadable, SuiteError, ConformanceError) as error:
        wrong, again = [str(error)], b""
    if wrong:
        yield language.fill("{name}: is no report of this suite: {why}", name=REPORT, why=one_line(wrong[0]))
        return
    if again == before.content:
        return
    said, due = json.loads(before.content), json.loads(again)
    parts = [name for name in due if due[name] != said[name]]
    for name in parts:
        yield language.fill("{claim}: its {part} is not what {report} says.", claim=CLAIM, part=name, report=REPORT)
    if not parts:
        yield language.fill("{claim}: says what {report} says, in other bytes.", claim=CLAIM, report=REPORT)


def _signature(before: Claimed, checker: Checker | None, notes: list[str], language: Language) -> Iterator[str]:
    signature = before.signature
    if signature is None:
        if checker is not None:
            yield language.fill("{name}: is not there, so nobody signed the claim.", name=SIGNATURE)
        else:
            notes.append(language.fill("The claim is not signed: whoever changes a file can make another claim."))
    elif len(signature) != LENGTH:
        yield language.fill("{name}: is no signature.", name=SIGNATURE)
    elif checker is None:
        notes.append(language.fill("The claim is signed, and the signature was not checked: name a key with --key."))
    elif checker.holds(signature, before.content):
        notes.append(language.fill("The signature holds, by the key {key}.", key=checker.fingerprint))
    else:
        yield language.fill("{name}: does not hold: another key signed, or the claim was changed.", name=SIGNATURE)


def _extra(folder: Path, before: Claimed, language: Language) -> Iterator[str]:
    """Files that lie beside the artefacts: whoever sent the folder may have put them there, and the claim is silent."""
    names = sorted(
        path.name
        for path in islice(folder.iterdir(), MOST_LISTED)
        if path.name not in before.artefacts and path.name not in BESIDES
    )
    if names:
        shown = language.listed([one_line(name, 100) for name in names], 5)
        yield language.fill("The claim says nothing of what else is in the folder: {files}.", files=shown)
