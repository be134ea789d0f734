"""The words that every value is made of: levels, bases, outcomes, citations. Imports nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Tree = Any
"""A decoded message: dict, list, str, bool, None, int, or Decimal for a number with a fraction or exponent."""


class Level(StrEnum):
    """How binding a rule is. Only MUST decides a run, unless `--strict` is given."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Basis(StrEnum):
    """Where a fact comes from; DESIGN: facts and their basis."""

    STATED = "stated"
    STANDARD = "standard"
    INFERRED = "inferred"
    ASSUMED = "assumed"


class Outcome(StrEnum):
    """EARL 1.0's five outcome values, in this project's spelling."""

    PASSED = "passed"
    FAILED = "failed"
    CANT_TELL = "cant-tell"
    INAPPLICABLE = "inapplicable"
    UNTESTED = "untested"


class Expect(StrEnum):
    """What a conforming service does with the case's request."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    OBSERVE = "observe"
    """Either answer conforms; what was seen becomes an observation."""
    ANY = "any"
    """Only envelope and HTTP rules look at the answer."""


class Reply(StrEnum):
    """What an answer says about the request."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    NEITHER = "neither"
    DEAD = "dead"
    """No answer: not connected, timed out, cut off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A line of a document, or a clause of a standard: one of the two pairs is set."""

    document: str | None = None
    line: int | None = None
    standard: str | None = None
    clause: str | None = None

    def __str__(self) -> str:
        if self.document is not None:
            return f"{self.document}, line {self.line}"
        return f"{self.standard} {self.clause}"
