"""The level policy as one table: how binding each kind of rule is, and why.

A stated fact is a MUST, our reading a SHOULD, an assumption a MAY; a standard speaks with the clause's own word. The
rows below are the exceptions, each with its reason. Nothing else in the project decides a level.
"""

from __future__ import annotations

from conformance.model import Basis, Level

BY_BASIS: dict[Basis, Level] = {
    Basis.STATED: Level.MUST,
    Basis.INFERRED: Level.SHOULD,
    Basis.ASSUMED: Level.MAY,
}

EXCEPTIONS: dict[tuple[str, str], tuple[Level, str]] = {
    ("request", "not-blank"): (Level.SHOULD, "the page says Required, not how blank text counts"),
    ("request", "strict-type"): (Level.SHOULD, "widespread readers convert, and the page does not forbid it"),
    ("request", "maximum-step"): (Level.SHOULD, "a range written in whole numbers rounds, and prints the same line"),
    ("response", "echo"): (Level.SHOULD, "that the answer carries what was saved is our reading"),
    ("response", "refusal"): (Level.MUST, "an answer that says success of a refused request contradicts itself"),
}


def level_of(part: str, facet: str, basis: Basis) -> Level:
    """The level of a rule derived from a document."""
    exception = EXCEPTIONS.get((part, facet))
    if exception is not None and basis is not Basis.ASSUMED:
        return exception[0]
    return BY_BASIS[basis]
