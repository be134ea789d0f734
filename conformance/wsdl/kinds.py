"""The words that a target's messages have for kinds of billing documents: from an enumeration of its WSDL, or as told.

What is usual is a table in `words.toml`: Spanish, English, codes of tax authorities. Pure; knows no service.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from conformance.wsdl.words import KINDS, plain, words

Values = Sequence[tuple[str, str]]
"""What a type lists: value and what the schema says of it."""


def literals(names: Iterable[str], values: Values) -> dict[str, str]:
    """Kind → literal, for those kinds that exactly one of the values can stand for."""
    found: dict[str, str] = {}
    for name in names:
        place = next((number for number, (usual, _) in enumerate(KINDS) if plain(name) in usual), None)
        same = [value for value, _ in values if plain(value) == plain(name)]
        for candidates in (same, *_candidates(place, values)):
            if len(candidates) == 1:
                found[name] = candidates[0]
            if candidates:
                break
    taken = list(found.values())
    return {name: literal for name, literal in found.items() if taken.count(literal) == 1}


def _candidates(place: int | None, values: Values) -> tuple[list[str], ...]:
    """Values that may stand for the kind, the surest first."""
    if place is None:
        return ()
    usual, _ = KINDS[place]
    return (
        [value for value, _ in values if plain(value) in usual],
        [value for value, _ in values if _spoken(value) == place],
        [value for value, said in values if said and (plain(said) in usual or _spoken(said) == place)],
    )


def _spoken(text: str) -> int | None:
    """Which of the kinds a text of several words speaks of; a credit note of an invoice is a credit note."""
    found = frozenset(words(text))
    spoken = [place for place, (_, speaks) in enumerate(KINDS) if found & speaks]
    return spoken[-1] if spoken else None


def lists_kinds(names: Sequence[str], values: Values) -> bool:
    """Do the values of a type look like the kinds?"""
    return len(literals(names, values)) > 1


def mended(names: Sequence[str], values: Values, told: Mapping[str, str]) -> dict[str, str]:
    """Kind → literal: as told in the target file, then as the values say."""
    rest = [pair for pair in values if pair[0] not in told.values()]
    return literals([name for name in names if name not in told], rest) | dict(told)
