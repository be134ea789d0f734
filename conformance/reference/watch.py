"""The clean reference's defect as a witness: it notes what of a defect an answer hangs on.

An answer depends on the defect only through what was looked at while it was made. A defect that is the same in all of
that gives the same answer, which need not be made again. Pure but for the notes.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, fields
from typing import Any, cast

from conformance.reference.defect import Defect
from conformance.reference.state import NO_DEFECT

NAMES = frozenset(one.name for one in fields(Defect)) - {"broken"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What was looked at: rules and facets, asked whether they are broken; tables, asked for the variant; the rest with
    what it was."""

    rules: frozenset[str]
    facets: tuple[Container[str], ...]
    tables: tuple[Container[str], ...]
    rest: tuple[tuple[str, Any], ...]

    def same_for(self, defect: Defect) -> bool:
        """Does the defect look the same in all of it?"""
        return (
            self.rules.isdisjoint(defect.broken)
            and not any(defect.broken_of(facets) for facets in self.facets)
            and not any(defect.variant in table for table in self.tables)
            and all(getattr(defect, name) == kept for name, kept in self.rest)
        )


class _Asked:
    """No rule is in it, and whoever asks is noted; who takes all of them has looked at the whole."""

    def __init__(self) -> None:
        self.rules: set[str] = set()
        self.whole = False

    def __iter__(self) -> Iterator[str]:
        self.whole = True
        return iter(())

    def __contains__(self, rule: str) -> bool:
        self.rules.add(rule)
        return False


class Witness(Defect):
    """Behaves as no defect."""

    __slots__ = ("asked", "facets", "looked", "tables")
    asked: _Asked
    facets: list[Container[str]]
    looked: set[str]
    tables: list[Container[str]]

    def __init__(self) -> None:
        asked = _Asked()
        super().__init__(
            id=NO_DEFECT.id, rules=NO_DEFECT.rules, encodings=NO_DEFECT.encodings, broken=cast("frozenset[str]", asked)
        )
        object.__setattr__(self, "asked", asked)
        object.__setattr__(self, "facets", [])
        object.__setattr__(self, "looked", set())
        object.__setattr__(self, "tables", [])

    def __getattribute__(self, name: str) -> Any:
        if name in NAMES:
            object.__getattribute__(self, "looked").add(name)
        return object.__getattribute__(self, name)

    def goes_by(self, variants: Container[str]) -> bool:
        if NO_DEFECT.variant in variants:
            # Then it matters that a variant is among them, and which.
            return self.variant in variants
        self.tables.append(variants)
        return False

    def broken_of(self, facets: Container[str]) -> list[str]:
        self.facets.append(facets)
        return []

    def seen(self) -> Seen:
        """What was looked at until now."""
        rest = {name: object.__getattribute__(self, name) for name in self.looked}
        if self.asked.whole:
            rest["broken"] = NO_DEFECT.broken
        return Seen(frozenset(self.asked.rules), tuple(self.facets), tuple(self.tables), tuple(rest.items()))
