"""What a check of a SOAP answer yields: one mark for one rule, its text not yet made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.model import Outcome


@dataclass(frozen=True, slots=True)
class Mark:
    """`rule` is part and facet, `expected` and `observed` are set where it failed, `reason` where it is neither failed
    nor passed."""

    rule: str
    outcome: Outcome
    expected: str = ""
    observed: str = ""
    reason: str = ""
    path: str = ""


Marks = Iterator[Mark]


def good(rule: str) -> Mark:
    """The answer keeps the rule."""
    return Mark(rule, Outcome.PASSED)


def bad(rule: str, expected: str, observed: str, path: str = "") -> Mark:
    """The answer breaks the rule."""
    return Mark(rule, Outcome.FAILED, expected, observed, path=path)


def judged(rule: str, expected: str, observed: str, path: str = "") -> Mark:
    """Broken where something was observed, else kept."""
    return bad(rule, expected, observed, path) if observed else good(rule)


def blocked(by: str, *rules: str) -> Marks:
    """What cannot be seen behind a finding of another rule."""
    for rule in rules:
        yield Mark(rule, Outcome.UNTESTED, reason=f"blocked by {by}")


def void(rule: str, reason: str) -> Mark:
    """The answer has nothing that the rule is about."""
    return Mark(rule, Outcome.INAPPLICABLE, reason=reason)
