"""Packed messages: many changes that must all be accepted, in one. Accepted, each is shown; otherwise none is.

Pure. Who sends goes on with the parts of a message that showed nothing, until a change stands alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from conformance.judge import doubtful
from conformance.judge.expectation import GATE
from conformance.model import Case, Outcome, Plan, Record, Reply, Result, Step

DEAD, GATED, DOUBTFUL, REFUSED = "dead", "gated", "doubtful", "refused"
"""What becomes of a packed message that shows nothing: no answer, one of a gate or a limit, one of which nobody knows
whether it is an acceptance, a plain no."""
PASSING = frozenset({GATED, DOUBTFUL})
"""Of these nobody knows whether the message was the reason."""
IN_A_ROW = 5
"""So many of these within one message are a gate's; fewer may be those of single values in it."""
PROBE = Result(rule="", outcome=Outcome.PASSED, leans=True)


def is_baseline(case: Case) -> bool:
    """Is it the baseline, or that of a further set of values?"""
    return case.kind == "baseline" or not (case.rules or case.carries)


def carried_results(case: Case) -> Iterator[Result]:
    """Nothing is known of the case's rules by this answer."""
    reason = f"{case.carried_by}, which carried it, was not accepted, and it was not sent alone"
    return (Result(rule=rule, outcome=Outcome.UNTESTED, reason=reason) for rule in case.rules)


class Splitting:
    """Which packed messages of a run are sent again in parts: none whose own baseline was refused at first, since its
    parts would be refused as well. What it knows are the baselines, which are sent apart from all else."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._accepted: dict[str, bool] = {}
        self._baselines = doubtful.Baselines(())

    def carry_out(self, step: Step, send: Callable[[Step], Record | None]) -> None:
        """Send the step, and behind it the parts of its message while they tell more. `send` gives the first record of
        the exchange, None where nothing was sent."""
        record = send(step)
        if record is not None and is_baseline(record.case):
            self._accepted.setdefault(record.case.id, record.judgement.reply is Reply.ACCEPTED)
            self._baselines.add(record)
        if record is not None and record.case.carries:
            self._below(step, record, send, [self._trouble(record)])

    def _below(self, step: Step, record: Record, send: Callable[[Step], Record | None], met: list[str]) -> None:
        """`met` is what the last answers of the message were, while they are such as a gate gives."""
        if len(met) >= IN_A_ROW:
            return
        sent = [(part, send(part)) for part in self._parts(step, record)]
        for _, one in sent:
            trouble = "" if one is None else self._trouble(one)
            met[:] = [*met, trouble] if trouble in PASSING else []
        for part, one in sent:
            if one is not None and one.case.carries:
                self._below(part, one, send, met)

    def _parts(self, step: Step, record: Record) -> tuple[Step, ...]:
        case, met = record.case, self._trouble(record)
        own = case.leans_on or f"{case.service}/{case.encoding}/baseline"
        if not met or not self._accepted.get(own, True):
            return ()
        # A dead connection may be a server that takes its time: each half would have to be waited for again.
        return self._plan.singles(step) if met == DEAD else self._plan.halves(step)

    def _trouble(self, record: Record) -> str:
        response = record.exchange.response
        if response is None:
            return DEAD
        if record.judgement.reply is Reply.ACCEPTED:
            return DOUBTFUL if self._baselines.doubt(record, PROBE) is not None else ""
        return GATED if response.status in GATE or 300 <= response.status < 400 else REFUSED


def in_turn(plan: Plan, judged: Callable[[Step], Sequence[Record]]) -> Iterator[Record]:
    """The records of a plan whose steps are taken one by one, with the parts of messages that showed nothing."""
    splitting = Splitting(plan)
    for step in plan.steps:
        found: list[Record] = []

        def send(part: Step, found: list[Record] = found) -> Record:
            records = judged(part)
            found += records
            return records[0]

        splitting.carry_out(step, send)
        yield from found
