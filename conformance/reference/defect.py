"""One thing that is wrong with the reference, as a value, and the rows of the tables of what can be.

Must never import what behaves by it.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from decimal import Decimal

from conformance.model import Contract, Field

Edit = tuple[str, str, Decimal | str]
"""Member, facet, and the bound or the pattern that stands in place of the documented one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """`broken` are the rules that the reference forgets; `variant` says how, where there is more than one way.

    `rules` are all rules that may fail because of it, its own first. `edits` change a constraint of the contract
    instead. A `wide` one is a single habit that shows in many members: whichever of its rules fails has caught it.
    `only` are the encodings of requests in which it shows, where it does not show in all.
    """

    id: str
    rules: tuple[str, ...]
    encodings: tuple[str, ...]
    broken: frozenset[str] = frozenset()
    variant: str = "dropped"
    edits: tuple[Edit, ...] = ()
    wide: bool = False
    only: tuple[str, ...] = ()

    @property
    def service(self) -> str:
        return self.id.partition("/")[0]

    def breaks(self, rule: str) -> bool:
        return rule in self.broken

    def goes_by(self, variants: Container[str]) -> bool:
        """Is its variant one of these, such as the keys of a table? Asked before anything else is made of the variant,
        it tells that an answer does not hang on it."""
        return self.variant in variants

    def broken_of(self, facets: Container[str]) -> list[str]:
        """The broken rules with one of these facets. Asked in place of going through all that is broken, for the same
        reason."""
        return sorted(rule for rule in self.broken if rule.rpartition("/")[2] in facets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way to break a rule. `when` says of the contract, and of the member where the rule is about one, whether there
    is anything to break; `also` names further rules without the service, `*` stands for any path."""

    variant: str = "dropped"
    also: tuple[str, ...] = ()
    encodings: tuple[str, ...] = ()
    when: Callable[[Contract, Field | None], bool] | None = None


def is_of(*types: str) -> Callable[[Contract, Field | None], bool]:
    """Is the member of one of these types?"""
    return lambda _, member: member is not None and member.type in types
