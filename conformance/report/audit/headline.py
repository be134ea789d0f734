"""The verdict of an audit in one sentence: provider and consumer apart, and never added.

Pure; must never import a writer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.model import PROVIDER, Level, Outcome, Verdict
from conformance.report.audit import PARTIES
from conformance.report.headline import CONFORMS, DOES_NOT_CONFORM, INCONCLUSIVE, narrower
from conformance.report.sections import DECIDED, blocks, waived
from conformance.report.text import counted, full_stop, listed
from conformance.report.waivers import why_not_zero

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the sentence is made of. `deciding` are the parties that decide; `stopped` says what became of an audit
    without an end, `records` how many records were read by then."""

    services: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    deciding: tuple[str, ...]
    started: str
    strict: bool
    records: int
    recognised: int
    stopped: str = ""
    damaged: int = 0
    selected_nothing: bool = False
    waivers: tuple[Mapping[str, Any], ...] = ()
    selection: str = ""

    def of(self, party: str) -> Sequence[Verdict]:
        """The verdicts of one party."""
        return [one for one in self.verdicts if one.party == party]

    def breaks(self, verdict: Verdict) -> bool:
        """It alone makes its party not conform."""
        return blocks(verdict, self.started, strict=self.strict)


def party_outcome(facts: Facts, party: str) -> str:
    """What one party comes to, by what was seen of it."""
    mine = facts.of(party)
    if any(map(facts.breaks, mine)):
        return DOES_NOT_CONFORM
    return CONFORMS if any(one.outcome in DECIDED for one in mine) else INCONCLUSIVE


def outcome(facts: Facts) -> str:
    """What the audit comes to: that of the parties that decide, the worst of them. One of which no rule was selected
    has no say."""
    found = {party_outcome(facts, party) for party in facts.deciding if facts.of(party)} or {INCONCLUSIVE}
    if DOES_NOT_CONFORM in found:
        return DOES_NOT_CONFORM
    open_ = facts.stopped or facts.damaged or facts.selected_nothing or INCONCLUSIVE in found
    return INCONCLUSIVE if open_ else CONFORMS


def headline(facts: Facts) -> str:
    """One sentence for the top of every report of an audit."""
    said = _said(facts)
    part = narrower(facts.selection)
    said = f"{said}; only a part was judged: {part}" if part else said
    wrong = why_not_zero(facts.waivers)
    return full_stop(f"{said}; the exit status is 1, since {wrong}" if wrong else said)


def _said(facts: Facts) -> str:
    if facts.selected_nothing:
        return "Recorded traffic: nothing was selected, so nothing was judged"
    broken = any(map(facts.breaks, facts.verdicts))
    if facts.damaged and not broken:
        return f"Recorded traffic: inconclusive, since {counted(facts.damaged, 'line')} of the journal cannot be read"
    if not facts.recognised:
        if facts.stopped:
            return f"Recorded traffic: inconclusive, the audit {how_far(facts)}"
        if not facts.records:
            return "Recorded traffic: inconclusive, the recordings hold no record that can be read"
        records = counted(facts.records, "record")
        return f"Recorded traffic: inconclusive, no exchange of the services was recognised in {records}"
    provider, consumer = (_party(facts, party) for party in PARTIES)
    said = f"Recorded traffic of {listed(facts.services)}: {provider}; {consumer}"
    return f"{said}; the audit {how_far(facts)}" if facts.stopped else said


def how_far(facts: Facts) -> str:
    """`was killed after 7 records`."""
    return f"{facts.stopped} after {counted(facts.records, 'record')}"


def _party(facts: Facts, party: str) -> str:
    """What one party comes to, with the reason in brackets."""
    found, provider = party_outcome(facts, party), party == PROVIDER
    if not facts.of(party):
        return "no rule of the provider was selected" if provider else "no rule of the consumer was selected"
    why = "; ".join(part for part in (_failures(facts, party), _besides(facts, party)) if part)
    if found == INCONCLUSIVE:
        said = "nothing of the provider could be judged" if provider else "nothing of the consumer could be judged"
    elif found == DOES_NOT_CONFORM:
        said = f"the provider does not conform ({why})" if provider else f"the consumer does not conform ({why})"
    elif why:
        said = (
            f"the provider conforms in what was seen ({why})"
            if provider
            else f"the consumer conforms in what was seen ({why})"
        )
    else:
        said = "the provider conforms in what was seen" if provider else "the consumer conforms in what was seen"
    return said if party in facts.deciding else f"{said}, which does not decide here"


def _rules(verdicts: Sequence[Verdict]) -> int:
    """How many rules there are, whatever the encodings."""
    return len({one.rule for one in verdicts})


def _failures(facts: Facts, party: str) -> str:
    """`2 MUST rules failed`, of what decides; `and 1 SHOULD rule` where the audit is strict."""
    broken = [one for one in facts.of(party) if facts.breaks(one)]
    rules = listed([counted(number, f"{level} rule") for level in Level if (number := _rules(_at(broken, level)))])
    return f"{rules} failed" if rules else ""


def _besides(facts: Facts, party: str) -> str:
    """What failed and does not decide: waived, or a SHOULD."""
    failed = [one for one in facts.of(party) if one.outcome is Outcome.FAILED and not facts.breaks(one)]
    excused = _rules([one for one in failed if waived(one, facts.started)])
    should = _rules([one for one in _at(failed, Level.SHOULD) if not waived(one, facts.started)])
    said = []
    if excused:
        said.append("1 failed and is waived" if excused == 1 else f"{excused} failed and are waived")
    if should:
        said.append(f"{counted(should, 'SHOULD rule')} failed")
    return "; ".join(said)


def _at(verdicts: Sequence[Verdict], level: Level) -> list[Verdict]:
    return [one for one in verdicts if one.level is level]
