"""The verdict of a run in one sentence: who was tested, whether it conforms, and why.

Pure; must never import a writer.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.model import Level, Outcome, Verdict
from conformance.report.sections import DECIDED, UNDECIDED, blocks, waived
from conformance.report.text import counted, full_stop, listed, one_line, unique
from conformance.report.waivers import why_not_zero

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from conformance.model import Report

CONFORMS = "conforms"
DOES_NOT_CONFORM = "does-not-conform"
INCONCLUSIVE = "inconclusive"

_FIRST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the sentence is made of. `stopped` says what became of a run without an end, when `answered` of `planned`
    requests had an answer; `damaged` counts the lines of its journal that cannot be read."""

    target: Mapping[str, Any]
    services: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    started: str
    strict: bool
    stopped: str
    damaged: int
    selected_nothing: bool
    answered: int
    planned: int
    unplanned: bool = False
    """It ended before there was a plan; `planned` then counts what was fetched to make one."""
    waivers: tuple[Mapping[str, Any], ...] = ()
    selection: str = ""

    def excused(self, verdict: Verdict) -> bool:
        """It would decide the run, did nobody answer for it."""
        deciding = verdict.level is Level.MUST or (self.strict and verdict.level is Level.SHOULD)
        return deciding and waived(verdict, self.started)


def headline(facts: Facts, outcome: str) -> str:
    """One sentence for the top of every report."""
    who, many = subject(facts), len(facts.services) > 1
    if outcome == DOES_NOT_CONFORM:
        why, broken = _failures(facts), _broken(facts)
        if many and broken:  # the others were tested too, and nobody may take them for broken
            who, many = listed(broken), len(broken) > 1
        return full_stop(f"{who} do not conform: {why}" if many else f"{who} does not conform: {why}")
    if outcome == CONFORMS:
        why = _passes(facts)
        said = f"{who} conform: {why}" if many else f"{who} conforms: {why}"
        part = narrower(facts.selection)
        said = f"{said}; only a part was tested: {part}" if part else said
    else:
        why = _doubt(facts)
        said = f"{who} are inconclusive: {why}" if many else f"{who} is inconclusive: {why}"
    wrong = why_not_zero(facts.waivers)
    return full_stop(f"{said}; the exit status is 1, since {wrong}" if wrong else said)


def in_part(report: Report) -> bool:
    """It conforms, as far as a part of the rules says so."""
    return report.outcome == CONFORMS and bool(narrower(str(report.scope.get("selection", ""))))


def as_seen(report: Report) -> bool:
    """It conforms, as far as recorded traffic shows it."""
    return report.outcome == CONFORMS and "audit" in report.scope


def narrower(selection: str) -> str:
    """What of the services was selected, empty for all of it. They themselves are the subject of the sentence."""
    return "; ".join(part for part in selection.split("; ") if not part.startswith("service "))


def how_far(facts: Facts) -> str:
    """`was killed when 7 of 90 requests had an answer`."""
    if not facts.planned:
        return f"{facts.stopped} before anything was sent"
    if facts.unplanned:
        return f"{facts.stopped} before it had a plan"
    return f"{facts.stopped} when {facts.answered} of {counted(facts.planned, 'request')} had an answer"


def subject(facts: Facts) -> str:
    """The service with its address; of several the names, since their addresses would bury the verdict."""
    if len(facts.services) != 1:
        return listed(facts.services) or str(facts.target.get("name") or "the target")
    (service,) = facts.services
    url = facts.target.get("services", {}).get(service, {}).get("url")
    return f"{service} at {one_line(str(url))}" if url else service


def _broken(facts: Facts) -> tuple[str, ...]:
    """The services with a failure that decides."""
    deciding = {v.service for v in facts.verdicts if blocks(v, facts.started, strict=facts.strict)}
    return tuple(service for service in facts.services if service in deciding)


def _passes(facts: Facts) -> str:
    said = [_share(facts, Level.MUST, _passed, failed=False) or "no MUST rule was in scope"]
    if not any(v.level is Level.MUST and v.outcome is not Outcome.INAPPLICABLE for v in facts.verdicts):
        said.append(_share(facts, Level.SHOULD, _passed, failed=False))
    said.append(_excused(facts))
    should = sum(
        v.level is Level.SHOULD and v.outcome is Outcome.FAILED and not facts.excused(v) for v in facts.verdicts
    )
    if should:
        said.append(f"{counted(should, 'SHOULD rule')} failed")
    return "; ".join(part for part in said if part)


def _excused(facts: Facts) -> str:
    excused = sum(map(facts.excused, facts.verdicts))
    if not excused:
        return ""
    return "1 failed and is waived" if excused == 1 else f"{excused} failed and are waived"


def _failures(facts: Facts) -> str:
    def decides(verdict: Verdict) -> bool:
        return blocks(verdict, facts.started, strict=facts.strict)

    said = [_share(facts, level, decides, failed=True) for level in Level]
    ids = listed(unique(v.rule for v in facts.verdicts if decides(v)), _FIRST)
    must = [v for v in facts.verdicts if v.level is Level.MUST]
    open_ = ", ".join(f"{n} {o}" for o in UNDECIDED if (n := sum(v.outcome is o for v in must)))
    decided = f"{'; '.join(part for part in said if part)}: {ids}"
    return "; ".join(part for part in (decided, _excused(facts), open_) if part)


def _passed(verdict: Verdict) -> bool:
    return verdict.outcome is Outcome.PASSED


def _share(facts: Facts, level: Level, counts: Callable[[Verdict], bool], *, failed: bool) -> str:
    """`3 of 78 MUST rules failed in json and 2 of 80 in xml`, of those that were tested; nothing where none failed, or
    none was tested. Of several services each has one number."""
    said: list[str] = []
    for where, members in _by_place(facts, level).items():
        tested = [v for v in members if v.outcome in DECIDED]
        hits = sum(map(counts, tested))
        if not tested or (failed and not hits):
            continue
        share, one = f"{hits} of {len(tested)}", len(tested) == 1
        noun = f"{level} rule" if one else f"{level} rules"
        if any(v.outcome in UNDECIDED for v in members):
            noun = f"tested {level} rule" if one else f"tested {level} rules"
        if said:
            said.append(f"{share} in {where}")
        else:
            said.append(f"{share} {noun} failed in {where}" if failed else f"{share} {noun} passed in {where}")
    return listed(said)


def _by_place(facts: Facts, level: Level) -> dict[str, list[Verdict]]:
    groups: dict[str, list[Verdict]] = {}
    for verdict in facts.verdicts:
        if verdict.level is level:
            place = verdict.service if len(facts.services) > 1 else verdict.encoding
            groups.setdefault(place, []).append(verdict)
    return groups


def _doubt(facts: Facts) -> str:
    if facts.selected_nothing and not facts.damaged:
        return "nothing was selected, so nothing was tested"
    if facts.damaged == 1:
        return "1 line of its journal is damaged"
    if facts.damaged:
        return f"{facts.damaged} lines of its journal are damaged"
    if facts.stopped:
        return f"the run {how_far(facts)}"
    level = Level.MUST if any(v.level is Level.MUST for v in facts.verdicts) else Level.SHOULD
    scope = [v for v in facts.verdicts if v.level is level and v.outcome is not Outcome.INAPPLICABLE]
    undecided = [v for v in scope if v.outcome in UNDECIDED]
    if not undecided:
        return "no rule was tested"
    number, whole = len(undecided), counted(len(scope), f"{level} rule")
    where, why = listed(unique(v.encoding for v in undecided)), main_reason(undecided)
    if number == 1:
        return f"{why}; 1 of {whole} is undecided in {where}"
    return f"{why}; {number} of {whole} are undecided in {where}"


def main_reason(undecided: Sequence[Verdict]) -> str:
    """The reason that leaves most rules open; of equals the first. What merely follows from another rule comes last."""
    reasons = [v.reason for v in undecided if v.reason]
    roots = [reason for reason in reasons if not reason.startswith("blocked by")] or reasons
    if not roots:
        return f"{undecided[0].rule} is {undecided[0].outcome}"
    return one_line(Counter(roots).most_common(1)[0][0]).rstrip(".")
