"""Packed messages: many changes that must all be accepted, in one. Accepted, each is shown; refused, none is.

Pure. Who sends goes on with the halves of a message that is undecided, until a change stands alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from conformance.judge.expectation import GATE
from conformance.judge.reply import Answer
from conformance.model import Case, Exchange, Outcome, Plan, Record, Reply, Result, Step


def packed(case: Case) -> bool:
    """Does the case stand for others, and for no rule of its own?"""
    return case.kind == "positive" and not case.rules


def undecided(exchange: Exchange, answer: Answer) -> bool:
    """Must the parts of the message tell what was wrong with it? A gate, a limit or a dead connection speaks of the
    message as little as of its parts."""
    if answer.reply is Reply.ACCEPTED or exchange.response is None:
        return False
    status = exchange.response.status
    return not (status in GATE or 300 <= status < 400)


class Splitting:
    """Which packed messages of a run are sent again in parts: none whose encoding was refused its baseline at first,
    since its parts would be refused as well. Fed with the first record of every exchange, in the order of the plan."""

    def __init__(self) -> None:
        self._accepted: dict[tuple[str, str], bool] = {}

    def follows(self, record: Record) -> bool:
        """Do the parts of the record's message follow it?"""
        key = (record.case.service, record.case.encoding)
        if record.case.kind == "baseline":
            self._accepted.setdefault(key, record.judgement.reply is Reply.ACCEPTED)
        return record.judgement.split and self._accepted.get(key, True)


def in_turn(plan: Plan, judged: Callable[[Step], Sequence[Record]]) -> Iterator[Record]:
    """The records of a plan whose steps are taken one by one, with the parts of messages that were not accepted."""
    splitting = Splitting()
    waiting = [*reversed(plan.steps)]
    while waiting:
        step = waiting.pop()
        records = judged(step)
        yield from records
        if splitting.follows(records[0]):
            waiting += reversed(plan.halves(step))


def carried_results(case: Case) -> Iterator[Result]:
    """Nothing is known of the case's rules by this answer."""
    reason = f"{case.carried_by}, which carried it, was not accepted, and it was not sent alone"
    return (Result(rule=rule, outcome=Outcome.UNTESTED, reason=reason) for rule in case.rules)
