"""The kill matrix: every defect of the reference against the suite, in process.

The plan is made once and sent to the clean reference once. For each defect the answers are computed again in order; an
answer whose bytes are those of the clean reference keeps its judgement, any other is judged anew, and only verdicts
that such an answer may touch are decided again. Must never import what sends, writes or prints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from conformance.judge import Judge
from conformance.judge.parts import in_turn
from conformance.judge.verdicts import decide
from conformance.model import (
    Case,
    Contract,
    Description,
    Exchange,
    Outcome,
    Plan,
    Record,
    Response,
    Rule,
    Step,
    Verdict,
)
from conformance.reference.defects import Defect
from conformance.reference.recount import Recount, disagreements_of
from conformance.reference.service import Memory, State, answer, slow
from conformance.reference.watch import Seen, Witness

EPOCH = "1970-01-01T00:00:00+00:00"
LATE = "No complete answer in time."
Item = tuple[str, str]
"""A rule id and an encoding."""
Records = tuple[Record, ...]
"""What one exchange shows: for the case that was sent, then for each that rides on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """One defect and what the suite said of it: the rules that failed, each with the encoding where it did, and those
    over which the suite's two opinions differ."""

    defect: Defect
    failed: tuple[Item, ...]
    disagreements: tuple[str, ...] = ()

    @property
    def caught_by(self) -> tuple[str, ...]:
        """The rules that failed."""
        return tuple(dict.fromkeys(rule for rule, _ in self.failed))

    @property
    def caught_in(self) -> tuple[str, ...]:
        """The encodings in which its own rule failed; of a wide one, any of its rules."""
        own = self.defect.rules if self.defect.wide else self.defect.rules[:1]
        return tuple(dict.fromkeys(encoding for rule, encoding in self.failed if rule in own))

    @property
    def strays(self) -> tuple[str, ...]:
        """Failed rules that the defect does not break."""
        return tuple(rule for rule in self.caught_by if rule not in self.defect.rules)

    @property
    def outcome(self) -> str:
        """`caught` by its own rule, by that `partly`, by `others` only, or `missed`. What is dropped shows wherever the
        rule applies; a subtler way shows in one of its encodings at least."""
        due, seen = set(self.defect.encodings), set(self.caught_in)
        if due <= seen if self.defect.variant == "dropped" else due & seen:
            return "caught"
        if seen:
            return "partly"
        return "others" if self.failed else "missed"

    @property
    def caught(self) -> bool:
        """Its own rule failed, and nothing did that the defect does not break."""
        return self.outcome == "caught" and not self.strays and not self.disagreements


@dataclass(frozen=True, slots=True)
class _Shown:
    """A step of the clean round: the answer between two states, what was made of it, and what it hangs on."""

    before: State
    response: Response | None
    after: State
    records: Records
    seen: Seen


class Bench:
    """A plan, sent to the reference in process as often as needed. All of it is sent: a run gives up on a service that
    leaves three requests in a row without an answer, which here nobody waits for."""

    def __init__(
        self,
        contract: Contract,
        rules: Mapping[str, Rule],
        plan: Plan,
        items: Sequence[Item],
        *,
        description: Description | None = None,
        described: Callable[[Defect | None], Sequence[Record]] = lambda _: (),
    ) -> None:
        self.contract, self.rules, self.plan, self.items = contract, rules, plan, items
        self._judge = Judge(contract, rules, description)
        self._described = described
        self._memory = Memory()
        self._shown: dict[str, _Shown] = {}
        self._cases: dict[str, tuple[Case, ...]] = {}

    def records(self, defect: Defect | None = None) -> Iterator[Record]:
        """Every step answered and judged, riders included, behind what the service says of itself. Nothing is taken
        from the clean round."""
        return self._round(defect, lambda step, state: self._anew(step, state, defect))

    def _round(self, defect: Defect | None, reply: Callable[[Step, State], tuple[Records, State]]) -> Iterator[Record]:
        yield from self._described(defect)
        state = State()

        def judged(step: Step) -> Records:
            nonlocal state
            records, state = reply(step, state)
            return records

        yield from in_turn(self.plan, judged)

    def _anew(self, step: Step, before: State, defect: Defect | None) -> tuple[Records, State]:
        response, after = self._answer(step, before, defect)
        return self._judged(step, response), after

    def _answer(
        self, step: Step, before: State, defect: Defect | None, memory: Memory | None = None
    ) -> tuple[Response | None, State]:
        """The answer; None where it takes too long."""
        response, after = answer(self.contract, step.case.request, before, defect, memory or self._memory)
        return None if slow(self.contract, defect, step.case.request) else response, after

    def _noted(self, step: Step, before: State) -> tuple[Records, State]:
        """A step of the clean round."""
        # An answer that is remembered would hide what it hangs on; what was read of a body hangs on no defect.
        kept, memory, witness = self._memory, Memory(), Witness()
        memory.decoded, memory.findings, memory.flaws = kept.decoded, kept.findings, kept.flaws
        response, after = self._answer(step, before, witness, memory)
        shown = _Shown(before, response, after, self._judged(step, response), witness.seen())
        self._shown[step.exchange] = shown
        return shown.records, after

    def _again(self, step: Step, before: State, defect: Defect) -> tuple[Records, State]:
        """A step of a defect's round."""
        shown = self._shown.get(step.exchange)
        if shown is None:
            return self._anew(step, before, defect)
        if shown.before == before and shown.seen.same_for(defect):
            return shown.records, shown.after
        response, after = self._answer(step, before, defect)
        return (shown.records if response == shown.response else self._judged(step, response)), after

    def _judged(self, step: Step, response: Response | None) -> Records:
        exchange = Exchange(
            id=step.exchange,
            case=step.case.id,
            request=step.case.request,
            response=response,
            error=None if response is not None else LATE,
            started=EPOCH,
            milliseconds=0.0,
            late=response is None,
        )
        cases = self._cases.get(step.exchange)
        if cases is None:
            cases = self._cases[step.exchange] = (step.case, *self.plan.riding(step))
        return tuple(Record(case=case, exchange=exchange, judgement=self._judge(case, exchange)) for case in cases)

    @cached_property
    def clean(self) -> Recount:
        """What the clean reference shows, made once."""
        records = tuple(self._round(None, self._noted))
        return Recount(self.items, self.rules, records, decide(self.items, self.rules, records))

    def again(self, defect: Defect) -> tuple[Mapping[Item, Verdict], tuple[str, ...]]:
        """The same as `verdicts`, with what the clean round has shown already taken from there."""
        records = tuple(self._round(defect, lambda step, state: self._again(step, state, defect)))
        return self.clean.verdicts(records), disagreements_of(records)

    def verdicts(self, defect: Defect | None = None) -> tuple[tuple[Verdict, ...], tuple[str, ...]]:
        """The verdicts of a run against the defect, and the rules over which the two opinions differ."""
        records = tuple(self.records(defect))
        return decide(self.items, self.rules, records), disagreements_of(records)

    def kill(self, defect: Defect) -> Kill:
        """What the suite says of the defect. What the clean reference fails too says nothing of it."""
        verdicts, disagreements = self.again(defect)
        noise = {place for place, verdict in self.clean.known.items() if verdict.outcome is Outcome.FAILED}
        failed = (place for place, one in verdicts.items() if one.outcome is Outcome.FAILED and place not in noise)
        return Kill(defect=defect, failed=tuple(failed), disagreements=disagreements)
