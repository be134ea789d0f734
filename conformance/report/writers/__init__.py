"""The formats that a report can be written in: one table, one function a format, each blind to the others.

`write_all` puts them on disk so that a reader never meets half a file. Must never import the command line or pytest.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from conformance.errors import ConformanceError
from conformance.report.writers import har, html, junit, report_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from conformance.model import Report, Rule
    from conformance.target.journal import RunLog

    Writer = Callable[[Report, RunLog, Mapping[str, Rule]], bytes]

FORMATS: Mapping[str, tuple[str, Writer]] = {
    "json": ("report.json", report_json.write),
    "html": ("report.html", html.write),
    "junit": ("junit.xml", junit.write),
    "har": ("evidence.har", har.write),
}

ALWAYS: tuple[str, ...] = ("json", "html", "junit", "har")
"""What every run writes; `--format` adds to it."""


def known(formats: Iterable[str]) -> tuple[str, ...]:
    """The formats without repetitions; an error that names the known ones for any other."""
    names = tuple(dict.fromkeys(formats))
    strange = [name for name in names if name not in FORMATS]
    if strange:
        raise ConformanceError(f"unknown report format {', '.join(strange)}; known are {', '.join(FORMATS)}")
    return names


def write_all(
    report: Report, log: RunLog, rules: Mapping[str, Rule], out: Path, formats: Iterable[str]
) -> tuple[Path, ...]:
    """Write the formats into `out`; the paths in the order asked for."""
    names = known(formats)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConformanceError(f"{out}: cannot write reports here: {error.strerror or error}") from error
    paths = []
    for name in names:
        file, render = FORMATS[name]
        paths.append(_replace(out / file, render(report, log, rules)))
    return tuple(paths)


def _replace(path: Path, content: bytes) -> Path:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ConformanceError(f"{path}: cannot write the report: {error.strerror or error}") from error
    return path
