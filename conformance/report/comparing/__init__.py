"""Two runs held against each other, by rule and encoding: what newly fails, newly passes, appeared, is gone.

What counts as a regression is decided here. A rule that a newer suite brings, or a wider scope, is told apart and is
none: nothing is known of it before. Pure; must never import a writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.model import Comparison, Difference, Level, Outcome
from conformance.report.comparing.remarks import remarks
from conformance.report.comparing.snapshot import WAIVED
from conformance.report.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.report.comparing.snapshot import Said, Snapshot

NO_REGRESSION, REGRESSED, INCONCLUSIVE = 0, 1, 6

LISTS = ("newly_failing", "newly_passing", "appeared", "gone", "other")
"""Where a difference can be, in the order of telling."""

FAILURES = (str(Outcome.FAILED), WAIVED)


def compare(old: Snapshot, new: Snapshot, *, strict: bool = False) -> Comparison:
    """What became of each rule and encoding. With `strict`, or where the newer run was strict, a SHOULD counts too."""
    then, now = ({one.key: one for one in side.said} for side in (old, new))
    found: dict[str, list[Difference]] = {name: [] for name in LISTS}
    unchanged = 0
    for key in {**now, **then}:
        before, after = then.get(key), now.get(key)
        place = kind(before.word if before else None, after.word if after else None)
        if place is None:
            unchanged += 1
        elif (one := after or before) is not None:
            found[place].append(_difference(one, before, after))
    return Comparison(
        old=old.about,
        new=new.about,
        **{name: _sorted(differences) for name, differences in found.items()},
        unchanged=unchanged,
        strict=strict or new.strict,
        remarks=tuple(remarks(old, new)),
    )


def kind(before: str | None, after: str | None) -> str | None:
    """The list that a change belongs to; None where there is no change."""
    if before == after:
        return None
    if before is None:
        return "appeared"
    if after is None:
        return "gone"
    if after == Outcome.FAILED:
        return "newly_failing"
    return "newly_passing" if after == Outcome.PASSED and before in FAILURES else "other"


def _difference(one: Said, before: Said | None, after: Said | None) -> Difference:
    return Difference(
        rule=one.rule,
        service=one.service,
        encoding=one.encoding,
        level=one.level,
        before=before.word if before else None,
        after=after.word if after else None,
        told=after.told if after else "",
        party=one.party,
    )


def _sorted(differences: Iterable[Difference]) -> tuple[Difference, ...]:
    """The binding ones first, of these the failures; else as the runs have them."""
    levels = list(Level)
    return tuple(sorted(differences, key=lambda d: (levels.index(d.level), d.after not in FAILURES)))


def status(comparison: Comparison) -> int:
    """The exit status of a comparison: a regression, or not, or nobody can tell."""
    if comparison.regressed:
        return REGRESSED
    return INCONCLUSIVE if comparison.lost or _nothing_in_common(comparison) else NO_REGRESSION


def _nothing_in_common(comparison: Comparison) -> bool:
    return not (comparison.unchanged or comparison.newly_failing or comparison.newly_passing or comparison.other)


def sentence(comparison: Comparison) -> str:
    """What came out, for the top of every rendering."""
    failing = comparison.regressions
    if failing and comparison.strict:
        return f"Regression: {counted(len(failing), 'MUST or SHOULD rule')} newly failing."
    if failing:
        return f"Regression: {counted(len(failing), 'MUST rule')} newly failing."
    if _nothing_in_common(comparison):
        return "Inconclusive: the two runs have no rule and encoding in common."
    if comparison.lost:
        return f"Inconclusive: {counted(len(comparison.lost), 'MUST rule')} decided before and not decided now."
    if any(d.after == Outcome.FAILED and d.level is Level.MUST for d in comparison.appeared):
        return "No regression, but MUST rules that only the newer run has fail."
    return "No regression."


def since(comparison: Comparison) -> str:
    """One line about a baseline, for the top of a report."""
    sizes = [len(getattr(comparison, name)) for name in LISTS]
    run = comparison.old.get("run") or comparison.old.get("started", "")
    if not any(sizes):
        return f"Since {run}: nothing changed."
    failing, passing, appeared, gone, other = sizes
    return (
        f"Since {run}: {failing} newly failing, {passing} newly passing, "
        f"{appeared} appeared, {gone} gone, {other} changed otherwise."
    )
