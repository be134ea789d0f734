"""The kill matrix: every defect of the reference against the suite, in process.

The plan is made once. For each defect the answers are computed again in order; an answer whose bytes are those of the
clean reference keeps its judgement, any other is judged anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from conformance.judge import Judge
from conformance.judge.verdicts import decide
from conformance.model import Contract, Description, Exchange, Judgement, Outcome, Plan, Record, Response, Rule, Verdict
from conformance.reference.defects import Defect
from conformance.reference.service import Memory, State, answer

EPOCH = "1970-01-01T00:00:00+00:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """One defect and what the suite said of it. `strays` are failed rules that the defect does not break."""

    defect: Defect
    caught_by: tuple[str, ...]
    strays: tuple[str, ...]
    caught_in: tuple[str, ...] = ()
    """The encodings in which its own rule failed."""
    disagreements: tuple[str, ...] = ()

    @property
    def caught(self) -> bool:
        """Its own rule failed in every encoding where the defect shows, and no unrelated rule did anywhere."""
        everywhere = set(self.defect.encodings) <= set(self.caught_in)
        return everywhere and not self.strays and not self.disagreements


class Bench:
    """A plan, sent to the reference in process as often as needed."""

    def __init__(
        self,
        contract: Contract,
        rules: Mapping[str, Rule],
        plan: Plan,
        items: Sequence[tuple[str, str]],
        *,
        description: Description | None = None,
        described: Callable[[Defect | None], Sequence[Record]] = lambda _: (),
    ) -> None:
        self.contract, self.rules, self.plan, self.items = contract, rules, plan, items
        self._judge = Judge(contract, rules, description)
        self._described = described
        self._memory = Memory()
        self._clean: dict[tuple[str, str], tuple[Response, Judgement]] = {}

    def records(self, defect: Defect | None = None) -> Iterator[Record]:
        """Every step answered and judged, riders included, behind what the service says of itself."""
        yield from self._described(defect)
        state = State()
        for step in self.plan.steps:
            response, state = answer(self.contract, step.case.request, state, defect, self._memory)
            for case in (step.case, *self.plan.riding(step)):
                exchange = Exchange(
                    id=step.exchange,
                    case=case.id,
                    request=step.case.request,
                    response=response,
                    error=None,
                    started=EPOCH,
                    milliseconds=0.0,
                )
                key = (step.exchange, case.id)
                known = self._clean.get(key)
                judgement = known[1] if known is not None and known[0] == response else self._judge(case, exchange)
                if defect is None:
                    self._clean[key] = (response, judgement)
                yield Record(case=case, exchange=exchange, judgement=judgement)

    def verdicts(self, defect: Defect | None = None) -> tuple[tuple[Verdict, ...], tuple[str, ...]]:
        """The verdicts of a run against the defect, and the rules over which the two opinions differ."""
        records = tuple(self.records(defect))
        disagreements = sorted({rule for record in records for rule in record.judgement.disagreements})
        return decide(self.items, self.rules, records), tuple(disagreements)

    def kill(self, defect: Defect) -> Kill:
        """What the suite says of the defect."""
        verdicts, disagreements = self.verdicts(defect)
        failed = [verdict for verdict in verdicts if verdict.outcome is Outcome.FAILED]
        rules = tuple(dict.fromkeys(verdict.rule for verdict in failed))
        return Kill(
            defect=defect,
            caught_by=rules,
            strays=tuple(rule for rule in rules if rule not in defect.rules),
            caught_in=tuple(verdict.encoding for verdict in failed if verdict.rule == defect.rules[0]),
            disagreements=disagreements,
        )


def matrix(
    bench: Bench, defects: Sequence[Defect], progress: Callable[[int, int], None] | None = None
) -> Iterator[Kill]:
    """Every defect's kill, in order."""
    for number, defect in enumerate(defects, start=1):
        yield bench.kill(defect)
        if progress is not None:
            progress(number, len(defects))
