"""What a verdict is called in the formats of others: one table, from which every writer takes its words.

JUnit, CTRF and EARL know less than a report, or something else: whether a failure decides the run, whether someone
answers for it. Here both are settled once. Pure; must never import a writer.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from conformance.model import Outcome, Report, Verdict
from conformance.report.sections import decides, started, waived

if TYPE_CHECKING:
    from collections.abc import Mapping


class Standing(StrEnum):
    """Outcome, level and waiver of a verdict in one word."""

    PASSED = "passed"
    BLOCKING = "failed"
    """It decides the run: a MUST, or in a strict run a SHOULD."""
    ADVISORY = "failed, does not decide"
    WAIVED = "waived"
    CANT_TELL = "cant-tell"
    INAPPLICABLE = "inapplicable"
    UNTESTED = "untested"


class Words(NamedTuple):
    """`earl` is an outcome of EARL 1.0; `junit` the element in a test case, empty for none; `ctrf` a status."""

    earl: str
    junit: str
    ctrf: str


# fmt: off
WORDS: Mapping[Standing, Words] = {
    #                            EARL            JUnit         CTRF
    Standing.PASSED:       Words("passed",       "",           "passed"),
    Standing.BLOCKING:     Words("failed",       "failure",    "failed"),
    Standing.ADVISORY:     Words("failed",       "system-out", "failed"),
    Standing.WAIVED:       Words("failed",       "skipped",    "other"),
    Standing.CANT_TELL:    Words("cantTell",     "skipped",    "other"),
    Standing.INAPPLICABLE: Words("inapplicable", "skipped",    "skipped"),
    Standing.UNTESTED:     Words("untested",     "skipped",    "pending"),
}
# fmt: on


def standing(verdict: Verdict, report: Report) -> Standing:
    """Where the verdict stands in its report. A waiver that expired before the run is none."""
    if verdict.outcome is not Outcome.FAILED:
        return Standing(str(verdict.outcome))
    if waived(verdict, started(report.suite)):
        return Standing.WAIVED
    return Standing.BLOCKING if decides(verdict, report) else Standing.ADVISORY


def words(verdict: Verdict, report: Report) -> Words:
    """What the formats call the verdict."""
    return WORDS[standing(verdict, report)]
