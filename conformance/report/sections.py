"""The order in which a report tells its verdicts: what decides it first, what passed last.

Every writer for people takes its parts from here, so that page, terminal and JUnit never disagree about what counts.
Pure; must never import a writer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.model import Level, Outcome, Report, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

UNDECIDED = (Outcome.CANT_TELL, Outcome.UNTESTED)
DECIDED = (Outcome.PASSED, Outcome.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Verdicts that share outcome and reason, and in an audit the party."""

    outcome: Outcome
    reason: str
    verdicts: tuple[Verdict, ...]
    party: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """`blocking` decides the run; `advisory` are the failures that do not; `waived` those that someone answers for."""

    blocking: tuple[Verdict, ...]
    advisory: tuple[Verdict, ...]
    waived: tuple[Verdict, ...]
    undecided: tuple[Group, ...]
    inapplicable: tuple[Group, ...]
    passed: tuple[Verdict, ...]


def waived(verdict: Verdict, started: str) -> bool:
    """A failure with a waiver that had not expired on the day of the run."""
    if verdict.outcome is not Outcome.FAILED or verdict.waiver is None:
        return False
    expiry = verdict.waiver.get("expiry")
    return expiry is None or str(expiry)[:10] >= started[:10]


def blocks(verdict: Verdict, started: str, *, strict: bool) -> bool:
    """The verdict alone makes the target not conform."""
    deciding = (Level.MUST, Level.SHOULD) if strict else (Level.MUST,)
    return verdict.outcome is Outcome.FAILED and verdict.level in deciding and not waived(verdict, started)


def has_say(verdict: Verdict, report: Report) -> bool:
    """Does its party decide? In a run there is but one."""
    return report.scope.get("audit", {}).get("party", "both") in {"both", verdict.party}


def is_strict(report: Report) -> bool:
    """SHOULD failures decide this run too."""
    return bool(report.scope.get("strict"))


def started(of: Mapping[str, Any]) -> str:
    """When the run began, from a header or a report's `suite`; empty when unknown."""
    return str(of.get("started", ""))


def decides(verdict: Verdict, report: Report) -> bool:
    """The verdict alone makes the target of this report not conform."""
    return has_say(verdict, report) and blocks(verdict, started(report.suite), strict=is_strict(report))


def split(report: Report) -> Sections:
    """Every verdict in exactly one section."""
    day = started(report.suite)
    failed = [v for v in report.verdicts if v.outcome is Outcome.FAILED]
    blocking = [v for v in failed if decides(v, report)]
    rest = [v for v in failed if not decides(v, report) and not waived(v, day)]
    return Sections(
        blocking=_by_level(blocking),
        advisory=_by_level(rest),
        waived=tuple(v for v in failed if waived(v, day)),
        undecided=_groups(v for v in report.verdicts if v.outcome in UNDECIDED),
        inapplicable=_groups(v for v in report.verdicts if v.outcome is Outcome.INAPPLICABLE),
        passed=tuple(v for v in report.verdicts if v.outcome is Outcome.PASSED),
    )


def _by_level(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    return tuple(sorted(verdicts, key=lambda v: list(Level).index(v.level)))


def _groups(verdicts: Iterable[Verdict]) -> tuple[Group, ...]:
    found: dict[tuple[Outcome, str, str], list[Verdict]] = {}
    for verdict in _by_level(verdicts):
        key = (verdict.outcome, verdict.reason or "no reason was recorded", verdict.party)
        found.setdefault(key, []).append(verdict)
    return tuple(Group(outcome=o, reason=r, party=p, verdicts=tuple(held)) for (o, r, p), held in found.items())
