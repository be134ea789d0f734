"""What earlier starts of a run have done, for the start that goes on with it: what is there, and what is missing.

Refusals count only between accepted baselines, so the baseline is asked again before the first request that is
missing, and after the last where the next one was asked for already. Must never import the exchanger.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from conformance.judge.parts import Splitting, is_baseline
from conformance.model import Plan, Record, Step, asked_again, order_of, repeated
from conformance.target.journal.reader import RunLog


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """`records` has the first of each exchange; `unknown` were sent without an answer, and are not sent again;
    `settled` have no room in the budget. `start` counts the starts behind the first. `opening` says behind which
    exchange the baseline is asked again, by the baseline that goes before."""

    records: Mapping[str, Record] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    settled: Mapping[str, str] = field(default_factory=dict)
    start: int = 0
    opening: Mapping[str, str] = field(default_factory=dict)

    def has(self, exchange: str) -> bool:
        """Is there nothing to send?"""
        return exchange in self.records or exchange in self.unknown or exchange in self.settled

    def again(self, step: Step, behind: str, number: int = 1) -> Step:
        """The step once more, in the place behind an exchange."""
        return Step(exchange=f"{behind.partition('.r')[0]}.r{self.start}.{number}", case=step.case, barrier=True)


FIRST = Earlier()
"""Of a run that begins."""


def is_whole(log: RunLog, *, resend: bool = False) -> bool:
    """Is nothing missing that a further start would send?"""
    missing = log.unreached or log.unsent.keys() - log.spent or (resend and (log.pending or unanswered(log)))
    return log.ended and not missing


def unanswered(log: RunLog) -> tuple[str, ...]:
    """What went out, and had no answer in its time or before the connection ended. Not a message that went on in parts,
    which say what it did not, nor what is beside the plan."""
    known = (*log.unsent, *log.pending, *(record.exchange.id for record in log.records))
    above = {name.partition(".")[0] for name in known if not repeated(name) and "." in name}
    gone = (record.exchange.id for record in log.records if record.exchange.response is None)
    return tuple(
        name
        for name in dict.fromkeys(gone)
        if not (name.startswith("w") or asked_again(name) or name in log.unreached or name in above)
    )


def earlier(log: RunLog, plan: Plan, *, resend: bool = False) -> Earlier:
    """What the journal holds of the plan, for the next start of the run."""
    gone = {*log.unreached, *(unanswered(log) if resend else ())}
    records: dict[str, Record] = {}
    for record in log.records:
        if record.exchange.id not in gone:
            records.setdefault(record.exchange.id, record)
    pending = () if resend else log.pending
    unknown = frozenset((*pending, *(exchange.id for exchange in log.unjudged))) - gone
    settled = {name: log.unsent[name] for name in log.spent}
    done = Earlier(records=records, unknown=unknown, settled=settled, start=len(log.resumed) + 1)
    return Earlier(
        records=records, unknown=unknown, settled=settled, start=done.start, opening=dict(_openings(done, plan))
    )


def _openings(done: Earlier, plan: Plan) -> Mapping[str, str]:
    """Baseline → the last exchange before the first that is missing behind it; none where it is missing itself."""
    missing: dict[str, list[str]] = {}
    splitting, baseline = Splitting(plan), ""
    for step in plan.steps:
        baseline = step.exchange if step.case.kind == "baseline" else baseline

        def recorded(part: Step, baseline: str = baseline) -> Record | None:
            if not done.has(part.exchange):
                missing.setdefault(baseline, []).append(part.exchange)
            return done.records.get(part.exchange)

        splitting.carry_out(step, recorded)
    there = sorted({*done.records, *done.unknown, *(step.exchange for step in plan.steps)}, key=order_of)
    found: dict[str, str] = {}
    for name, parts in missing.items():
        first = order_of(min(parts, key=order_of))
        before = [one for one in there if order_of(one) < first]
        if before and name not in parts:
            found[name] = before[-1]
    return found


class GoingOn:
    """What is to be done of each step: nothing where an earlier start has it, else it is sent, with the baselines that
    this wants. `send` sends one request."""

    def __init__(self, done: Earlier, send: Callable[[Step], Record | None]) -> None:
        self._done = done
        self._send = send
        self._asking = threading.Lock()
        self._baseline: Step | None = None
        self._fresh = False
        self._unclosed = ""

    def __call__(self, step: Step) -> Record | None:
        """The first record of the step's exchange; None where there is none."""
        if not self._done.start:
            return self._send(step)
        if step.case.kind == "baseline":
            # It is sent apart from all else.
            self._close(step)
        if self._done.has(step.exchange):
            return self._recorded(step)
        self._open(step)
        return self._send(step)

    def _recorded(self, step: Step) -> Record | None:
        """What an earlier start has. A baseline whose answer is unknown is asked again, as it always is."""
        if not (step.exchange in self._done.unknown and is_baseline(step.case)):
            return self._done.records.get(step.exchange)
        self._fresh = step.case.kind == "baseline" or self._fresh
        return self._send(self._done.again(step, step.exchange))

    def _open(self, step: Step) -> None:
        with self._asking:
            behind = self._done.opening.get(self._baseline.exchange) if self._baseline is not None else None
            if self._baseline is not None and behind is not None and not self._fresh:
                self._send(self._done.again(self._baseline, behind))
            self._fresh = True
            if step.case.kind != "baseline":
                self._unclosed = max(self._unclosed, step.exchange, key=order_of)

    def _close(self, step: Step) -> None:
        if self._unclosed and self._baseline is not None and step.exchange in self._done.records:
            self._send(self._done.again(self._baseline, self._unclosed, 2))
        self._baseline, self._fresh, self._unclosed = step, False, ""
