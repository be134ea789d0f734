"""Judgements of a whole run → one verdict a rule and encoding. Pure; the order of arrival does not matter.

Evidence that leans on a baseline counts only where that baseline was accepted before and after it: a service that
refuses everything enforces nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from conformance.judge import doubtful
from conformance.judge.parts import PROBE
from conformance.model import (
    Basis,
    Finding,
    Level,
    Observation,
    Outcome,
    Record,
    Reply,
    Result,
    Rule,
    Verdict,
    order_of,
    repeated,
)
from conformance.rules.soap import BOTH_VERSIONS

MOST_EXCHANGES = 50
"""Exchanges named by a verdict; rules over every answer would name them all."""

NOT_SENT = "not sent"
"""What is said in place of a reply, of a request that the run did not send."""

PRECEDENCE = (Outcome.FAILED, Outcome.CANT_TELL, Outcome.PASSED, Outcome.UNTESTED, Outcome.INAPPLICABLE)


@dataclass(frozen=True, slots=True)
class Baselines:
    """The sendings of one baseline, in order: exchange id, whether it was accepted, the server's words."""

    sent: tuple[tuple[str, bool, str], ...]

    @property
    def first_refused(self) -> str | None:
        """Why nothing can lean on this baseline; None where it was accepted at first."""
        if not self.sent:
            return "the baseline was not sent"
        _, accepted, words = self.sent[0]
        return None if accepted else f"the baseline was not accepted: {words}"

    def doubt(self, exchange: str) -> str | None:
        """Why a refusal at that place does not count: a neighbouring baseline was not accepted."""
        place = order_of(exchange)
        before = [item for item in self.sent if order_of(item[0]) <= place]
        after = [item for item in self.sent if order_of(item[0]) >= place]
        for neighbour in (*before[-1:], *after[:1]):
            if not neighbour[1]:
                return f"the baseline {neighbour[0]} beside it was not accepted: {neighbour[2]}"
        return None


class Evidence:
    """The records of a run, arranged for verdicts."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.records = sorted(records, key=lambda record: (order_of(record.exchange.id), record.case.id))
        self._replies: dict[str, Reply] = {}
        self._alone: set[str] = set()
        sent: dict[tuple[str, str], list[tuple[str, bool, str]]] = {}
        for record in self.records:
            if not record.judgement.split:
                self._replies.setdefault(record.case.id, record.judgement.reply)
            if not record.case.carried_by:
                self._alone.add(record.case.id)
            if record.case.kind == "baseline":
                key = (record.case.service, record.case.encoding)
                accepted = record.judgement.reply is Reply.ACCEPTED
                sent.setdefault(key, []).append((record.exchange.id, accepted, record.judgement.words))
        self._baselines = {key: Baselines(tuple(value)) for key, value in sent.items()}
        self.said = doubtful.Baselines(self.records)
        self.apart = dict(self._apart())

    def _apart(self) -> Iterator[tuple[tuple[str, str], str]]:
        """(Rule, encoding) of cases whose packed message showed nothing, and that had no answer alone → why."""
        silent: dict[str, tuple[Record, str]] = {}
        shown: set[str] = set()
        for record in self.records:
            why = self.silence(record)
            if why is None:
                shown.add(record.case.id)
            else:
                silent[record.case.id] = (record, why)
        for name, (record, why) in silent.items():
            if name not in shown:
                yield from (((rule, record.case.encoding), why) for rule in record.case.rules)

    def silence(self, record: Record) -> str | None:
        """Why the answer to a packed message shows nothing of the case that it carried; None where it does."""
        if not record.case.carried_by:
            return None
        if record.judgement.split:
            return f"{record.case.carried_by}, which carried it, was not accepted, and it was not sent alone"
        return self.said.doubt(record, PROBE)

    def first_refused(self, service: str, encoding: str) -> str | None:
        """Why nothing can lean on the baseline, where one was sent and not accepted at first."""
        baselines = self._baselines.get((service, encoding))
        return None if baselines is None else baselines.first_refused

    def accepted(self, case: str) -> bool:
        """Was the case accepted, by itself or with others?"""
        return self._replies.get(case) is Reply.ACCEPTED

    def doubt(self, record: Record, result: Result) -> str | None:
        """Why this result does not count as evidence; None where it does."""
        if not result.leans:
            return None
        if record.case.leans_on is not None:
            reply = self._replies.get(record.case.leans_on)
            # An acceptance that was due shows itself; a refusal needs the counterpart that was accepted.
            shown = record.judgement.reply is Reply.ACCEPTED and result.outcome is Outcome.PASSED
            if reply is not Reply.ACCEPTED and not shown:
                return f"its counterpart {record.case.leans_on} was not accepted ({reply or NOT_SENT})"
        baselines = self._baselines.get((record.case.service, record.case.encoding), Baselines(()))
        if (first := baselines.first_refused) is not None:
            # A pair speaks for itself where the baseline lacks what this target wants. A counterpart that was accepted
            # with other changes may owe that to one of them.
            accepted = record.judgement.reply is Reply.ACCEPTED
            pair = record.case.leans_on is not None and (accepted or record.case.leans_on in self._alone)
            return None if pair else first
        if record.judgement.reply is Reply.ACCEPTED:
            return self.said.doubt(record, result)
        return baselines.doubt(record.exchange.id)


def decide(
    items: Sequence[tuple[str, str]],
    rules: Mapping[str, Rule],
    records: Iterable[Record],
    *,
    enforcement: Mapping[str, str] | None = None,
    unsent: Mapping[tuple[str, str], str] | None = None,
    profiles: Mapping[str, Collection[str]] | None = None,
    beyond: Mapping[tuple[str, str], str] | None = None,
    unshown: str = "no exchange bears on it",
) -> tuple[Verdict, ...]:
    """One verdict for each (rule id, encoding). `unsent` says why a case of one was not sent, `beyond` why the target
    has nothing that the rule could be about, `unshown` why no answer shows one; `profiles` are those that a target
    claims, by service."""
    evidence = Evidence(records)
    found: dict[tuple[str, str], list[tuple[Record, Result]]] = {}
    for record in evidence.records:
        disagreed = set(record.judgement.disagreements)
        for result in record.judgement.results:
            if result.rule in disagreed:
                reason = f"suite disagreement over exchange {record.exchange.id}"
                result = replace(result, outcome=Outcome.CANT_TELL, finding=None, reason=reason, leans=False)  # noqa: PLW2901
            place = (result.rule, result.encoding or record.judgement.encoding)
            found.setdefault(place, []).append((record, result))
    decided = []
    scope = frozenset(encoding for _, encoding in items)
    for rule_id, encoding in items:
        rule = rules[rule_id]
        pairs = [(record, _weighed(evidence, record, result)) for record, result in found.get((rule_id, encoding), ())]
        if rule.facet in BOTH_VERSIONS and rule.part == "envelope":
            pairs = doubtful.agreement(rule, encoding, evidence.records, evidence.said)
        advisory = (enforcement or {}).get(rule.service) == "advisory"
        why = (unsent or {}).get((rule_id, encoding)) or evidence.apart.get((rule_id, encoding), "")
        level = rule.level_in(encoding, (profiles or {}).get(rule.service, ()))
        verdict = _verdict(rule, encoding, pairs, level=level, advisory=advisory, why=why or ("" if pairs else unshown))
        if (lacking := (beyond or {}).get((rule_id, encoding))) is not None:
            verdict = replace(verdict, outcome=Outcome.INAPPLICABLE, findings=(), exchanges=(), reason=lacking)
            decided.append(verdict)
            continue
        told = (result for _, result in pairs if result.outcome is verdict.outcome and result.reason)
        came_in = next((result.came_in for result in told), "")
        if verdict.outcome is Outcome.INAPPLICABLE and came_in and came_in not in scope:
            # Nobody judges those answers in this run, so nothing is known of them.
            verdict = replace(verdict, outcome=Outcome.UNTESTED, reason=f"{verdict.reason}, which is not in scope")
        refused = evidence.first_refused(rule.service, encoding)
        unseen = not why if not pairs else all(evidence.silence(record) is not None for record, _ in pairs)
        if unseen and refused is not None:
            # Whatever would have shown the rule is an answer that this target did not give.
            verdict = replace(verdict, outcome=Outcome.CANT_TELL, reason=refused)
        decided.append(verdict)
    return tuple(decided)


def _weighed(evidence: Evidence, record: Record, result: Result) -> Result:
    silent = evidence.silence(record)
    if silent is not None:
        return Result(rule=result.rule, outcome=Outcome.UNTESTED, reason=silent)
    doubt = evidence.doubt(record, result)
    if doubt is None or result.outcome is Outcome.UNTESTED:
        return result
    return Result(rule=result.rule, outcome=Outcome.CANT_TELL, reason=doubt)


def _verdict(
    rule: Rule, encoding: str, pairs: list[tuple[Record, Result]], *, level: Level, advisory: bool, why: str
) -> Verdict:
    if advisory and rule.part == "request" and rule.basis is Basis.STATED and level is Level.MUST:
        level = Level.SHOULD
    outcome = min((result.outcome for _, result in pairs), key=PRECEDENCE.index, default=Outcome.UNTESTED)
    deciding = [(record, result) for record, result in pairs if result.outcome is outcome]
    reason = (
        "" if outcome in {Outcome.PASSED, Outcome.FAILED} else next((r.reason for _, r in deciding if r.reason), "")
    )
    if outcome is Outcome.PASSED and why:
        # Part of the evidence is missing: what was seen does not stand for what was not sent.
        outcome, reason = Outcome.UNTESTED, why
    if not pairs:
        reason = why
    return Verdict(
        rule=rule.id,
        service=rule.service,
        encoding=encoding,
        level=level,
        basis=rule.basis,
        outcome=outcome,
        findings=tuple(dict.fromkeys(_findings(deciding))),
        exchanges=_first(record.exchange.id for record, _ in deciding),
        reason=reason,
    )


def _first(exchanges: Iterable[str]) -> tuple[str, ...]:
    """As many as are named. A baseline that a resumed run or a shard asked again takes the place of none."""
    names = tuple(dict.fromkeys(exchanges))
    beyond = [name for name in names if not repeated(name)][MOST_EXCHANGES:]
    return names[: names.index(beyond[0])] if beyond else names


def _findings(pairs: Iterable[tuple[Record, Result]]) -> Iterator[Finding]:
    for _, result in pairs:
        if result.finding is not None:
            yield result.finding


def observed(records: Iterable[Record], rules: Mapping[str, Rule]) -> tuple[Observation, ...]:
    """Observations of a run, the same sentence once with all its exchanges; those of requests need a good baseline."""
    evidence = Evidence(records)
    merged: dict[tuple[str, str, str], Observation] = {}
    for record in evidence.records:
        probe = Result(rule="", outcome=Outcome.PASSED, leans=True)
        if record.judgement.observations and evidence.doubt(record, probe) is not None:
            continue
        for observation in record.judgement.observations:
            if observation.rule not in rules:
                continue
            key = (observation.rule, observation.encoding, observation.sentence)
            known = merged.get(key)
            exchanges = _first((*(known.exchanges if known else ()), *observation.exchanges))
            merged[key] = replace(observation, exchanges=exchanges)
    return (*merged.values(), *_together(evidence, rules))


def _together(evidence: Evidence, rules: Mapping[str, Rule]) -> Iterator[Observation]:
    """Packed messages that were not accepted though whatever they carried was accepted by itself: no rule speaks of
    that. Of a message and its parts the smallest is told."""
    refused = [record for record in evidence.records if record.case.carries and record.judgement.split]
    ids = [record.exchange.id for record in refused]
    known = {record.case.id: record.case.rules for record in evidence.records}
    for record in refused:
        case = record.case
        smaller = any(other.startswith(f"{record.exchange.id}.") for other in ids)
        if smaller or not all(evidence.accepted(name) for name in case.carries):
            continue
        rule = next((rule for name in case.carries for rule in known[name]), "")
        if rule in rules:
            reply, words = record.judgement.reply, record.judgement.words
            said = "refused" if reply is Reply.REFUSED else f"not accepted ({words})"
            sentence = f"{said}, though each was accepted by itself: {case.title.removeprefix('at once: ')}"
            yield Observation(rule=rule, encoding=case.encoding, sentence=sentence, exchanges=(record.exchange.id,))
