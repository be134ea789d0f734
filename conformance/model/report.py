"""What is said of it: findings, judgements of exchanges, verdicts of runs, the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.model.exchange import Case, Exchange
from conformance.model.terms import Basis, Level, Outcome, Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One place where what came differs from what was due; text is made later."""

    path: str
    expected: str
    observed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one exchange says of one rule. `leans` marks evidence that counts only beside an accepted partner;
    `encoding` is that of the answer for rules about answers, empty for that of the case."""

    rule: str
    outcome: Outcome
    finding: Finding | None = None
    reason: str = ""
    leans: bool = False
    encoding: str = ""
    came_in: str = ""
    """The encoding of the answer, where one in another encoding was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """When a recorded exchange began, empty where its recording does not say, and the byte of the file where its record
    begins."""

    started: str
    file: str
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequency:
    """How many recorded exchanges showed whether a rule was kept, how many broke it, the first and last of these."""

    checked: int
    failed: int
    first: Sighting | None = None
    last: Sighting | None = None

    @property
    def rate(self) -> float:
        """Failures by exchange that showed anything, 0 where none did."""
        return self.failed / self.checked if self.checked else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """Something worth telling that decides nothing: either behaviour conforms."""

    rule: str
    encoding: str
    sentence: str
    exchanges: tuple[str, ...]
    party: str = ""
    """Whose exchanges showed it, in an audit; how often, and where first."""
    times: int = 0
    first: Sighting | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All that one exchange says. `words` are the server's own, for a reason; `encoding` is that of the case."""

    exchange: str
    reply: Reply
    words: str
    encoding: str
    results: tuple[Result, ...] = ()
    observations: tuple[Observation, ...] = ()
    said: Mapping[str, str] = field(default_factory=dict)
    """The texts of an answer that may be a refusal, by place; once they are masked, long ones and those that hold a
    secret as digests."""
    codes: tuple[str, ...] = ()
    """The places of them that tell how it went."""
    echoed: tuple[str, ...] = ()
    """The places that only say again what was sent, where that matters."""
    decided: bool = True
    """Whether it is one does not hang on them: there are none, or what is declared of refusals had something to see."""
    split: bool = False
    """The packed message was not accepted, so what it carried is decided by its parts."""
    disagreements: tuple[str, ...] = ()
    """Rule ids over which the contract walk and the schema validator differ: a defect of this suite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One line of evidence: a case, its exchange, and what the judge made of it. Several records share an exchange
    where cases ride on the same bytes."""

    case: Case
    exchange: Exchange
    judgement: Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a run says of one rule in one encoding."""

    rule: str
    service: str
    encoding: str
    level: Level
    basis: Basis
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    exchanges: tuple[str, ...] = ()
    reason: str = ""
    waiver: Mapping[str, Any] | None = None
    party: str = ""
    """`provider` or `consumer` in an audit, which judges both and adds nothing of theirs; empty in a run."""
    tally: Frequency | None = None
    """How often, in an audit."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from every other verdict of its report."""
        return self.rule, self.encoding, self.party

    @property
    def place(self) -> str:
        """Where it holds: its encoding, and in an audit its party."""
        return f"{self.encoding}, {self.party}" if self.party else self.encoding

    @property
    def group(self) -> str:
        """What it is counted with: its service, and in an audit its party of it."""
        return group_of(self.service, self.party)


PROVIDER, CONSUMER = "provider", "consumer"
"""Who is judged by recorded traffic: answers are the provider's, requests the consumer's."""
BETWEEN = " · "
"""Between a service and a party of it."""


def group_of(service: str, party: str) -> str:
    """What verdicts of the service are counted with."""
    return f"{service}{BETWEEN}{party}" if party else service


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What became of one rule in one encoding between two runs. `before` and `after` are an outcome, or `waived`;
    None where the run did not speak of it. `told` is what the newer run saw, or why it could not tell."""

    rule: str
    service: str
    encoding: str
    level: Level
    before: str | None
    after: str | None
    told: str = ""
    party: str = ""
    """Of two audits, whose it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two runs side by side. `old` and `new` say which runs: run, name, environment, started, version, outcome,
    sentence. `unchanged` counts what both say alike; `remarks` say what makes the two hard to compare; where `strict`
    is set a SHOULD that newly fails is a regression too."""

    old: Mapping[str, str]
    new: Mapping[str, str]
    newly_failing: tuple[Difference, ...] = ()
    newly_passing: tuple[Difference, ...] = ()
    appeared: tuple[Difference, ...] = ()
    gone: tuple[Difference, ...] = ()
    other: tuple[Difference, ...] = ()
    unchanged: int = 0
    strict: bool = False
    remarks: tuple[str, ...] = ()

    @property
    def regressions(self) -> tuple[Difference, ...]:
        """What newly fails and decides: a MUST, with `strict` a SHOULD too."""
        deciding = (Level.MUST, Level.SHOULD) if self.strict else (Level.MUST,)
        return tuple(difference for difference in self.newly_failing if difference.level in deciding)

    @property
    def regressed(self) -> bool:
        """Something that decides fails now and did not before."""
        return bool(self.regressions)

    @property
    def lost(self) -> tuple[Difference, ...]:
        """A MUST that was decided before and is not any more: nobody knows whether it still holds. That the recordings
        of an audit do not bear on it this time is none."""
        undecided = (Outcome.CANT_TELL, Outcome.UNTESTED)
        was = (*undecided, Outcome.INAPPLICABLE)
        seen = (one for one in self.other if not (one.party and one.after == Outcome.UNTESTED))
        must = (difference for difference in seen if difference.level is Level.MUST)
        return tuple(one for one in must if one.before not in was and one.after in undecided)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One run, complete or not; every writer renders from it."""

    schema: str
    outcome: str
    """`conforms`, `does-not-conform` or `inconclusive`."""
    sentence: str
    exit_status: int
    target: Mapping[str, Any]
    suite: Mapping[str, Any]
    scope: Mapping[str, Any]
    counts: Mapping[str, Any]
    decision_rules: tuple[str, ...]
    notices: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    observations: tuple[Observation, ...]
    waivers: tuple[Mapping[str, Any], ...] = ()
    """The waivers that were given, each as in its file, with `state`: `used`, `stale`, `expired`, `idle` (what it
    names was not tested here) or `elsewhere` (it is for another target); and `verdicts`, pairs of rule and encoding
    that it is laid over, in an audit with the party."""
    baseline: Comparison | None = None
    """What changed since the run that `--baseline` names."""
