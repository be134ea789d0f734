"""The formats that a report can be written in: one table, one function a format, each blind to the others.

`write_all` puts them on disk so that a reader never meets half a file. Must never import the command line or pytest.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from conformance.errors import ConformanceError
from conformance.report import browser
from conformance.report.files import put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from conformance.report.material import Material

    Writer = Callable[[Material], bytes]


def _of(module: str) -> Writer:
    """The writer in the module, which is loaded when there is a report to write: the first request need not wait."""

    def write(material: Material) -> bytes:
        written: bytes = import_module(f"{__name__}.{module}").write(material)
        return written

    return write


FORMATS: Mapping[str, tuple[str, Writer]] = {
    "json": ("report.json", _of("report_json")),
    "html": ("report.html", _of("html")),
    "junit": ("junit.xml", _of("junit")),
    "har": ("evidence.har", _of("har")),
    "pdf": ("report.pdf", _of("pdf")),
    "ctrf": ("ctrf-report.json", _of("ctrf")),
    "earl": ("earl.jsonld", _of("earl")),
    "markdown": ("summary.md", _of("markdown")),
    "csv": ("verdicts.csv", _of("csv")),
    "badge": ("badge.svg", _of("badge")),
    "waivers": ("waivers-draft.toml", _of("waivers")),
}

ALWAYS: tuple[str, ...] = ("json", "html", "junit", "har")
"""What every run writes; `--format` adds to it."""

ALL = "all"
"""Stands for every format but those that want more than this package, such as a browser."""

WANTS_MORE: Mapping[str, Callable[[], object]] = {"pdf": browser.found}
"""What such a format wants, said before anything is sent where it is not there."""


def known(formats: Iterable[str]) -> tuple[str, ...]:
    """The formats without repetitions; an error that names the known ones for any other."""
    every = [name for name in FORMATS if name not in WANTS_MORE]
    names = tuple(dict.fromkeys(one for name in formats for one in (every if name == ALL else (name,))))
    strange = [name for name in names if name not in FORMATS]
    if strange:
        raise ConformanceError(f"unknown report format {', '.join(strange)}; known are {', '.join(FORMATS)} and {ALL}")
    for name in names:
        if name in WANTS_MORE:
            WANTS_MORE[name]()
    return names


def write_all(material: Material, out: Path, formats: Iterable[str]) -> tuple[Path, ...]:
    """Write the formats into `out`; the paths in the order asked for."""
    names = known(formats)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConformanceError(f"{out}: cannot write reports here: {error.strerror or error}") from error
    paths = []
    for name in names:
        file, render = FORMATS[name]
        content = render(material)
        try:
            paths.append(put(out / file, content))
        except OSError as error:
            raise ConformanceError(f"{out / file}: cannot write the report: {error.strerror or error}") from error
    return tuple(paths)
