"""The words that a target's messages have for kinds of billing documents: from an enumeration of its WSDL, or as told.

A table of what is usual, in Spanish and English and as codes of tax authorities. Pure; knows no service.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from conformance.wsdl.words import plain, words

USUAL = (
    frozenset("factura facturas fac fact fv fe fc fev f 01 invoice invoices inv bill fac_venta facturaventa".split()),
    frozenset("notacredito notascredito nc ncr nce notacr 91 07 creditnote creditmemo credit credito cn".split()),
    frozenset("notadebito notasdebito nd ndb nde notadb 92 08 debitnote debitmemo debit debito dn".split()),
)
"""Literals that mean the same, in small letters and digits: invoices, credit notes, debit notes."""
CREDIT, DEBIT = frozenset({"credito", "credit", "nc"}), frozenset({"debito", "debit", "nd"})
INVOICE = frozenset({"factura", "invoice", "facturas", "invoices", "bill"})
SIDES = (INVOICE - CREDIT, CREDIT, DEBIT)

Values = Sequence[tuple[str, str]]
"""What a type lists: value and what the schema says of it."""


def literals(names: Iterable[str], values: Values) -> dict[str, str]:
    """Kind → literal, for those kinds that exactly one of the values can stand for."""
    found: dict[str, str] = {}
    for name in names:
        place = next((number for number, usual in enumerate(USUAL) if plain(name) in usual), None)
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
    return (
        [value for value, _ in values if plain(value) in USUAL[place]],
        [value for value, _ in values if _side(value) == place],
        [value for value, said in values if said and (plain(said) in USUAL[place] or _side(said) == place)],
    )


def _side(text: str) -> int | None:
    """Which of the kinds a text of several words speaks of."""
    found = frozenset(words(text))
    for place in (1, 2, 0):
        if found & SIDES[place]:
            return place
    return None


def lists_kinds(names: Sequence[str], values: Values) -> bool:
    """Do the values of a type look like the kinds?"""
    return len(literals(names, values)) > 1


def mended(names: Sequence[str], values: Values, told: Mapping[str, str]) -> dict[str, str]:
    """Kind → literal: as told in the target file, then as the values say."""
    rest = [pair for pair in values if pair[0] not in told.values()]
    return literals([name for name in names if name not in told], rest) | dict(told)
