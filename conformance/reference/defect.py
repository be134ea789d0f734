"""One thing that is wrong with the reference, as a value. Must never import what behaves by it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """`broken` are the rules that the reference forgets; `variant` says how, where there is more than one way.

    `rules` are all rules that may fail because of it, its own first. `edits` change a bound of the contract instead:
    (member, facet, new value).
    """

    id: str
    rules: tuple[str, ...]
    encodings: tuple[str, ...]
    broken: frozenset[str] = frozenset()
    variant: str = "dropped"
    edits: tuple[tuple[str, str, Decimal], ...] = ()

    def breaks(self, rule: str) -> bool:
        return rule in self.broken
