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

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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


def headline(facts: Facts, outcome: str) -> str:
    """One sentence for the top of every report."""
    if outcome == DOES_NOT_CONFORM:
        said = f"{subject(facts)} {_verb(facts, 'does', 'do')} not conform: {_failures(facts)}"
    elif outcome == CONFORMS:
        said = f"{subject(facts)} {_verb(facts, 'conforms', 'conform')}: {_passes(facts)}"
    else:
        said = f"{subject(facts)} {_verb(facts, 'is', 'are')} inconclusive: {_doubt(facts)}"
    return full_stop(said)


def how_far(facts: Facts) -> str:
    """`was killed when 7 of 90 requests had an answer`."""
    if not facts.planned:
        return f"{facts.stopped} before anything was sent"
    return f"{facts.stopped} when {facts.answered} of {counted(facts.planned, 'request')} had an answer"


def subject(facts: Facts) -> str:
    """The services with their addresses."""
    declared = facts.target.get("services", {})
    named = []
    for service in facts.services:
        url = declared.get(service, {}).get("url")
        named.append(f"{service} at {one_line(str(url))}" if url else service)
    return listed(named) or str(facts.target.get("name") or "the target")


def _verb(facts: Facts, one: str, many: str) -> str:
    return many if len(facts.services) > 1 else one


def _passes(facts: Facts) -> str:
    said = [_share(facts, Level.MUST, _passed, "passed") or "no MUST rule was in scope"]
    if not any(v.level is Level.MUST and v.outcome is not Outcome.INAPPLICABLE for v in facts.verdicts):
        said.append(_share(facts, Level.SHOULD, _passed, "passed"))
    excused = sum(v.level is Level.MUST and waived(v, facts.started) for v in facts.verdicts)
    if excused:
        said.append(f"{excused} failed and {'is' if excused == 1 else 'are'} waived")
    should = sum(v.level is Level.SHOULD and v.outcome is Outcome.FAILED for v in facts.verdicts)
    if should:
        said.append(f"{counted(should, 'SHOULD rule')} failed")
    return "; ".join(part for part in said if part)


def _failures(facts: Facts) -> str:
    said = [_share(facts, level, lambda v: blocks(v, facts.started, strict=facts.strict), "failed") for level in Level]
    failed = [v for v in facts.verdicts if blocks(v, facts.started, strict=facts.strict)]
    ids = listed(list(dict.fromkeys(v.rule for v in failed)), _FIRST)
    must = [v for v in facts.verdicts if v.level is Level.MUST]
    open_ = [f"{n} {o}" for o in UNDECIDED if (n := sum(v.outcome is o for v in must))]
    return f"{' and '.join(part for part in said if part)}: {ids}" + (f"; {', '.join(open_)}" if open_ else "")


def _passed(verdict: Verdict) -> bool:
    return verdict.outcome is Outcome.PASSED


def _share(facts: Facts, level: Level, counts: Callable[[Verdict], bool], verb: str) -> str:
    """`3 of 78 MUST rules failed in json and 2 of 80 in xml`, of those that were tested; nothing where none counts."""
    said: list[str] = []
    for (service, encoding), members in _by_encoding(facts.verdicts, level).items():
        tested = [v for v in members if v.outcome in DECIDED]
        hits = sum(map(counts, tested))
        if not hits:
            continue
        where = f"{service} in {encoding}" if len(facts.services) > 1 else encoding
        share = f"{hits} of {len(tested)}"
        said.append(f"in {where}" if not said else f"{share} in {where}")
        if len(said) == 1:
            some = "tested " if any(v.outcome in UNDECIDED for v in members) else ""
            said[0] = f"{share} {some}{level} {'rule' if len(tested) == 1 else 'rules'} {verb} {said[0]}"
    return listed(said)


def _by_encoding(verdicts: Sequence[Verdict], level: Level) -> dict[tuple[str, str], list[Verdict]]:
    groups: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.level is level:
            groups.setdefault((verdict.service, verdict.encoding), []).append(verdict)
    return groups


def _doubt(facts: Facts) -> str:
    if facts.selected_nothing and not facts.damaged:
        return "nothing was selected, so nothing was tested"
    if facts.damaged:
        return f"{counted(facts.damaged, 'line')} of its journal {'is' if facts.damaged == 1 else 'are'} damaged"
    if facts.stopped:
        return f"the run {how_far(facts)}"
    level = Level.MUST if any(v.level is Level.MUST for v in facts.verdicts) else Level.SHOULD
    scope = [v for v in facts.verdicts if v.level is level and v.outcome is not Outcome.INAPPLICABLE]
    undecided = [v for v in scope if v.outcome in UNDECIDED]
    if not undecided:
        return "no rule was tested"
    number = len(undecided)
    are = "is" if number == 1 else "are"
    where = listed(unique(v.encoding for v in undecided))
    return f"{main_reason(undecided)}; {number} of {counted(len(scope), f'{level} rule')} {are} undecided in {where}"


def main_reason(undecided: Sequence[Verdict]) -> str:
    """The reason that leaves most rules open; of equals the first. What merely follows from another rule comes last."""
    reasons = [v.reason for v in undecided if v.reason]
    roots = [reason for reason in reasons if not reason.startswith("blocked by")] or reasons
    if not roots:
        return f"{undecided[0].rule} is {undecided[0].outcome}"
    return one_line(Counter(roots).most_common(1)[0][0]).rstrip(".")
