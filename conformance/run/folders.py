"""The folder of a run: `--out` exactly, or one named by time and target. A folder holds one run."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from conformance.errors import ConformanceError
from conformance.run import rendering
from conformance.target.secrets import Secrets


def folder(out: Path | None, name: str, masks: Secrets, *, resumable: bool = True) -> Path:
    """The run's own folder, made now: `out`, or one named by time and the name, masked, that no other run has."""
    try:
        if out is not None:
            unused(out, resumable=resumable)
            out.mkdir(parents=True, exist_ok=True)
            return out
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        plain = "".join(char if char.isalnum() or char in "-_." else "-" for char in masks.mask(name))
        for candidate in _names(f"{stamp}-{plain}"):
            path = Path("reports") / candidate
            with contextlib.suppress(FileExistsError):
                path.mkdir(parents=True)
                return path
    except OSError as error:
        where = error.filename or out or "reports"
        raise ConformanceError(
            f"{where}: cannot write here: {error.strerror}; name another folder with --out"
        ) from None
    raise ConformanceError("reports: a thousand runs began in this second; name a folder with --out")


def unused(out: Path, *, resumable: bool = True) -> None:
    """A folder holds one run: a ConformanceError where it has a journal already. `resumable`: one can go on with it."""
    try:
        taken = (out / rendering.JOURNAL).exists()
    except OSError as error:
        raise ConformanceError(f"--out {out}: cannot write here: {error.strerror}; name another folder") from None
    if taken and not resumable:
        raise ConformanceError(f"--out {out}: holds the journal of an earlier run; name another folder")
    if taken:
        raise ConformanceError(
            f"--out {out}: holds the journal of an earlier run; go on with it by --resume {out}, or name another folder"
        )


def _names(base: str) -> Sequence[str]:
    return (base, *(f"{base}-{number}" for number in range(2, 1000)))
