"""The files of a run: its reports in the formats that are wanted, and the claim of the folder that they are in.

A folder holds one run, and nothing that was changed in it is claimed anew.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path

from conformance.errors import ConformanceError
from conformance.report.claim import REPORT, artefact
from conformance.report.claim.files import is_there
from conformance.report.claim.signing import Signer
from conformance.report.claim.writing import Claimed, changed, claimed, put_claim, withdraw
from conformance.report.material import Material
from conformance.report.writers import FORMATS, known, write_all
from conformance.run.rendering import JOURNAL


def written(told: Material, out: Path, formats: Iterable[str], signer: Signer | None = None) -> tuple[Path, ...]:
    """Write the report's formats, and the claim of the folder; the paths. Whatever becomes of them, the journal is
    whole, and the error says so."""
    names, run = known(formats), told.log.folder
    before = claimed(out)
    _check_folder(run, out)
    names = _with_others(told, names, before, signer)
    files = {FORMATS[name][0] for name in names}
    again = f"`conformance report {shlex.quote(str(run or out))}"
    if other := changed(out, before, files):
        advice = f"{again} --out DIR` shows what it tells" if other[0] == JOURNAL else f"{again}` writes it again"
        raise ConformanceError(f"{out / other[0]} {other[1]}; {advice}")
    kept = before.artefacts.keys() & {file for file, _ in FORMATS.values()}
    try:
        withdraw(out)
        paths = write_all(told, out, names)
        if run is None or _is(out, run):
            kept |= {JOURNAL} if is_there(out / JOURNAL) else set()
        elif not _as_claimed(run):
            return paths
        return (*paths, *put_claim(out, kept | files, before, signer))
    except ConformanceError as error:
        text = f"{error}. The journal of the run is whole; once that is mended, {again}` writes it"
        raise ConformanceError(text) from error


def _is(out: Path, run: Path) -> bool:
    return out.resolve() == run.resolve()


def _check_folder(run: Path | None, out: Path) -> None:
    """A folder holds one run, and its claim speaks of that one."""
    if run is not None and is_there(out / JOURNAL) and not _is(out, run):
        raise _taken(out)


def check_journal(named: Path, out: Path) -> None:
    """A ConformanceError where a journal is named beside which lies that of the folder that it would be reported in."""
    if not named.is_dir() and named.name != JOURNAL and is_there(out / JOURNAL):
        raise _taken(out)


def _taken(out: Path) -> ConformanceError:
    return ConformanceError(f"--out {out}: holds the journal of another run; name another folder")


def _as_claimed(run: Path) -> bool:
    """Is the journal what the claim of its folder says? Where it is not, nobody claims what follows from it."""
    try:
        before = claimed(run)
    except ConformanceError:
        return False
    return changed(run, before, before.artefacts.keys() - {JOURNAL}) is None


def _with_others(told: Material, names: tuple[str, ...], before: Claimed, signer: Signer | None) -> tuple[str, ...]:
    """The formats, with those that the folder's claim names where this is another report than they tell, or where
    somebody signs for them."""
    if not before.content:
        return names
    if signer is None and artefact(FORMATS["json"][1](told)) == before.artefacts[REPORT]:
        return names
    return known((*names, *(name for name, (file, _) in FORMATS.items() if file in before.artefacts)))
