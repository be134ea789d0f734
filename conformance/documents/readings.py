"""Our own readings of a document, kept as data in `readings/<service>.toml`: loaded, and checked against the page.

One search for `[[stated]]`, `[[inferred]]` or `[[assumed]]` lists every interpretation. Each cites a line and a word
that must stand in it, so a reading cannot outlive the sentence that it reads. Must never import a reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.documents.page import Page, kebab
from conformance.errors import ConformanceError
from conformance.model import Basis, Citation, Erratum
from conformance.toml_file import load_toml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.documents.draft import Draft

FOLDER = Path(__file__).resolve().parent / "readings"
BASES = {"stated": Basis.STATED, "inferred": Basis.INFERRED, "assumed": Basis.ASSUMED}
ERRATUM = "erratum"
# What a reading may be, in the order in which readings are laid over a draft: names first, others speak of them.
KINDS = (
    "name",
    "encoding",
    "action",
    "mark",
    "acceptance",
    "echo",
    "order",
    "value",
    "reference-value",
    "fact",
    "effect",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One interpretation: what kind, on what basis, and its keys as the file has them."""

    kind: str
    basis: Basis
    keys: Mapping[str, Any]
    source: str
    document: str

    @property
    def line(self) -> int:
        line = self["line"]
        if not isinstance(line, int):
            raise ConformanceError(f"{self.source}: the key line holds {line!r}; give the number of a line")
        return line

    @property
    def citation(self) -> Citation:
        return Citation(document=self.document, line=self.line)

    @property
    def subject(self) -> str:
        """What it speaks of, for messages."""
        named = (self.keys.get(key) for key in ("member", "id", "name", "encoding", "lower", "is"))
        return f"{self.kind} {next(name for name in (*named, '') if name is not None)}".strip()

    def __getitem__(self, key: str) -> Any:
        if key not in self.keys:
            raise ConformanceError(f"{self.source}: the key {key} is missing")
        return self.keys[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """All readings of one service."""

    service: str
    readings: tuple[Reading, ...] = ()

    def of(self, kind: str) -> Iterator[Reading]:
        return (reading for reading in self.readings if reading.kind == kind)


def readings_for(page: Page, operation: str, folder: Path | None = None) -> Readings:
    """The readings of the service that has this operation; none for a document that nobody has read yet.

    They stand beside the document, or here. The name of their file is the id of the service.
    """
    for path in (*sorted(folder.glob("*.toml") if folder is not None else ()), *sorted(FOLDER.glob("*.toml"))):
        content = _content(path)
        if content.pop("operation", None) == operation:
            found = Readings(service=path.stem, readings=tuple(_parsed(path.name, page, content)))
            check(page, found)
            return found
    return Readings(service=kebab(operation) or "service")


def are_readings(path: Path) -> bool:
    """Is the file meant to hold readings? Other files may stand beside a page."""
    return not {"operation", ERRATUM, *BASES}.isdisjoint(_content(path))


def _content(path: Path) -> dict[str, Any]:
    return load_toml(path, "make it a file with readings, or move it elsewhere")


def _parsed(file: str, page: Page, content: Mapping[str, Any]) -> Iterator[Reading]:
    for table, entries in content.items():
        if table not in {*BASES, ERRATUM} or not isinstance(entries, list):
            known = ", ".join(f"[[{name}]]" for name in (*BASES, ERRATUM))
            raise ConformanceError(f"{file}: {table} is no table of readings; they are {known}")
        for number, entry in enumerate(entries, start=1):
            source = f"{file}, [[{table}]] {number}"
            if table == ERRATUM:
                yield Reading(kind=table, basis=Basis.STATED, keys=entry, source=source, document=page.name)
                continue
            kind, keys = next(iter(entry.items()), ("", None))
            if kind not in KINDS or len(entry) != 1 or not isinstance(keys, dict):
                raise ConformanceError(f"{source}: {kind} is no reading that this version knows")
            yield Reading(kind=kind, basis=BASES[table], keys=keys, source=source, document=page.name)


def check(page: Page, readings: Readings) -> None:
    """Every cited word must stand in the cited line."""
    for reading in readings.readings:
        word = str(reading["word"])
        if word in page.line(reading.line):
            continue
        elsewhere = [number for number, line in enumerate(page.lines, start=1) if word in line]
        hint = f"it stands in line {elsewhere[0]}" if elsewhere else "it stands nowhere in the document"
        raise page.error(
            reading.line,
            f"the word {word!r} is not in this line ({hint}), and {reading.source} ({reading.subject}) cites it here;"
            " correct the reading or the document",
        )


def errata(page: Page, draft: Draft, readings: Readings) -> tuple[Erratum, ...]:
    """What the reader found and what we read, in the order of the document."""
    read = (
        Erratum(
            id=str(reading["id"]),
            document=page.name,
            line=reading.line,
            statement=str(reading["statement"]),
            consequence=str(reading["consequence"]),
        )
        for reading in readings.of(ERRATUM)
    )
    every = sorted((*draft.errata, *read), key=lambda erratum: (erratum.line, erratum.id))
    ids = [erratum.id for erratum in every]
    for identity in ids:
        if ids.count(identity) > 1:
            raise ConformanceError(f"{readings.service}: the erratum {identity} is there twice; give one another id")
    return tuple(every)
