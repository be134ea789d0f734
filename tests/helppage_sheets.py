"""A help page as data: models, enumerations, the operation, and how it all becomes text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

UNFIT = {"time interval", "URI"}
"""What XmlSerializer does not write; dictionaries neither."""


@dataclass(frozen=True)
class Word:
    """A type: `simple`, `model`, `enum`, `list`, `map`, `pair`."""

    kind: str
    name: str = ""
    parts: tuple[Word, ...] = ()

    @property
    def text(self) -> str:
        match self.kind:
            case "list":
                return f"Collection of {self.parts[0].text}"
            case "map":
                return f"Dictionary of {self.parts[0].text} [key] and {self.parts[1].text} [value]"
            case "pair":
                return f"Pair of {self.parts[0].text} [key] and {self.parts[1].text} [value]"
        return self.name

    def reaches(self) -> set[str]:
        held = {self.name} if self.kind in {"model", "enum"} else set()
        return held.union(*(part.reaches() for part in self.parts))

    def fits_xml_serializer(self) -> bool:
        return (
            self.kind not in {"map", "pair"}
            and self.name not in UNFIT
            and all(part.fits_xml_serializer() for part in self.parts)
        )


@dataclass(frozen=True)
class Note:
    """An annotation: its facet, its text on the page, and what a contract holds of it."""

    facet: str
    text: str
    values: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Member:
    name: str
    word: Word
    notes: tuple[Note, ...] = ()
    description: str = ""


@dataclass(frozen=True)
class Sheet:
    """Everything that a page says, and how. `models` are in an order in which each only holds later ones."""

    method: str
    path: str
    models: dict[str, tuple[Member, ...]]
    enums: dict[str, tuple[tuple[str, int], ...]]
    untabled: frozenset[str]
    body: str
    answer: str
    parameters: tuple[Member, ...]
    rendering: str
    serializer: str
    json_state: str
    xml_state: str
    lost: int | None
    quirks: dict[str, Any] = field(default_factory=dict)
