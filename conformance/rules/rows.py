"""What the tables of envelope and HTTP rules share: a row with its clauses, and the rule that it is for a service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conformance.model import Basis, Citation, Contract, Level, Rule


@dataclass(frozen=True, slots=True)
class Row:
    """A rule that holds for every service with one of `encodings`."""

    part: str
    facet: str
    level: Level
    clause: str
    """`RFC 8259 §4`, or one clause for each of `encodings`, separated by semicolons. For a stated rule the kind of line
    that says it; empty where the basis is inferred."""
    statement: str
    encodings: tuple[str, ...]
    softer_in: tuple[str, ...] = ()


def standard_clause(row: Row, encoding: str) -> Citation:
    """The standard and clause of the row in the encoding."""
    clauses = row.clause.split("; ")
    standard, clause = clauses[row.encodings.index(encoding) if len(clauses) > 1 else 0].rsplit(" ", 1)
    return Citation(standard=standard, clause=clause)


def rule_of(
    contract: Contract,
    row: Row,
    basis: Basis,
    cited: Mapping[str, Citation],
    profile: Mapping[str, str] | None = None,
) -> Rule:
    """The row as a rule of the service in the encodings that `cited` has a citation for."""
    applies = tuple(cited)
    return Rule(
        id=f"{contract.service}/{row.part}/{row.facet}",
        service=contract.service,
        part=row.part,
        path="",
        facet=row.facet,
        level=row.level,
        basis=basis,
        citation=cited[applies[0]],
        statement=row.statement,
        encodings=applies,
        softer_in=tuple(name for name in row.softer_in if name in applies),
        elsewhere={name: cite for name, cite in cited.items() if cite != cited[applies[0]]},
        profile=profile or {},
    )
