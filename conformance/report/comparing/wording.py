"""What terminal and page say of a comparison beside its sentences: titles, the two runs, a change in words.

Pure; must never import a writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.report.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.model import Comparison, Difference
    from conformance.report.language import Language


def names(comparison: Comparison, language: Language) -> dict[str, tuple[str, Sequence[Difference]]]:
    """The lists in the order of telling, each with its title; what is lost is told apart from other changes."""
    lost = comparison.lost
    return {
        "newly_failing": (language.fill("Newly failing"), comparison.newly_failing),
        "lost": (language.fill("MUST rules decided before and not decided now"), lost),
        "newly_passing": (language.fill("Newly passing"), comparison.newly_passing),
        "appeared": (language.fill("Appeared: only in the newer run"), comparison.appeared),
        "gone": (language.fill("Gone: only in the older run"), comparison.gone),
        "other": (language.fill("Changed otherwise"), tuple(one for one in comparison.other if one not in set(lost))),
    }


def sides(comparison: Comparison, language: Language) -> list[tuple[str, str, str]]:
    """The two runs line by line: label, then, now."""
    old, new = comparison.old, comparison.new
    lines = [
        (language.fill("Run"), old["run"], new["run"]),
        (language.fill("Target"), old["name"], new["name"]),
        (language.fill("Environment"), old["environment"], new["environment"]),
        (language.fill("Started"), language.moment(old["started"]), language.moment(new["started"])),
        (language.fill("Version of the suite"), old["version"], new["version"]),
        (language.fill("Outcome"), language.word(old["outcome"]), language.word(new["outcome"])),
    ]
    return [(label, one_line(then), one_line(now)) for label, then, now in lines]


def change(difference: Difference, language: Language) -> str:
    """`passed → failed`, or the one word where only one of the runs has it."""
    return " → ".join(language.word(word) for word in (difference.before, difference.after) if word is not None)
