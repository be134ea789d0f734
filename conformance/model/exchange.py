"""What is tested, sent and received: rules, cases, requests and their answers, the plan."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from conformance.model.terms import Basis, Citation, Expect, Level, Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One requirement. `id` is `<service>/<part>/<path>/<facet>`; `path` is empty for a whole message.

    `schema` says that the emitted schema expresses the rule, so that a second opinion exists. `softer_in` are encodings
    in which a MUST rule is SHOULD, since the document does not show how the member is written there, or the standard of
    that encoding is less strict; `elsewhere` cites for an encoding what `citation` does not say of it. `profile` is the
    profile whose clause it is, in the encodings of that: who claims the profile is held to it as to a MUST.
    """

    id: str
    service: str
    part: str
    path: str
    facet: str
    level: Level
    basis: Basis
    citation: Citation
    statement: str
    encodings: tuple[str, ...]
    schema: bool = False
    softer_in: tuple[str, ...] = ()
    elsewhere: Mapping[str, Citation] = field(default_factory=dict)
    profile: Mapping[str, str] = field(default_factory=dict)

    def cited_in(self, encoding: str) -> Citation:
        """Where the rule comes from in that encoding."""
        return self.elsewhere.get(encoding, self.citation)

    def level_in(self, encoding: str, profiles: Collection[str] = ()) -> Level:
        """How binding the rule is in that encoding, for a target that claims these profiles."""
        if self.profile.get(encoding) in profiles:
            return Level.MUST
        return Level.SHOULD if self.level is Level.MUST and encoding in self.softer_in else self.level


Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What goes over the wire. `url` is absolute; header names keep their case; the body is complete."""

    method: str
    url: str
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        return _header(self.headers, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What came back; the body is decoded of transfer and content codings."""

    status: int
    headers: Headers
    body: bytes
    reason: str = ""
    http_version: str = "HTTP/1.1"

    def header(self, name: str) -> str | None:
        return _header(self.headers, name)


def _header(headers: Headers, name: str) -> str | None:
    values = [value for key, value in headers if key.lower() == name.lower()]
    return ", ".join(values) if values else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a case does to the baseline, so that one message can carry what several cases do.

    `slot` is what it takes for itself, `besides` what it takes too: the path of a member, or a place of the request
    such as `accept`. Two changes that take the same exclude each other. `sets` are values by the path of names, its own
    first, then what must move along with it. `rewrite` writes the bytes in another way. The headers are as for the
    baseline where they are empty. `bound` marks a value at an edge of what its member may be. `row` is the set of the
    target's values that the baseline has.
    """

    slot: str
    sets: tuple[tuple[tuple[str, ...], Tree], ...] = ()
    rewrite: Callable[[bytes], bytes] | None = None
    media_type: str | None = ""
    accept: str | None = ""
    action: str | None = ""
    besides: tuple[str, ...] = ()
    bound: bool = False
    row: int = 0

    @property
    def slots(self) -> frozenset[str]:
        return frozenset({self.slot, *self.besides})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request to send: a baseline, or one difference from it.

    `rules` are what it decides: one rule, or an implied set with its own rule first. A refusal counts only where the
    case `leans_on` was accepted (the baseline of the encoding where None); `leans_on` also is what `absent` compares.
    `varies_reference` marks a difference in business data: a refusal then is cant-tell.
    `origin` is `contract`, `example:<file>#<n>` or `property:<seed>`. `path` is the member that differs.
    """

    id: str
    service: str
    encoding: str
    kind: str
    """`baseline`, `positive`, `negative`, `observe` or `http`."""
    expect: Expect
    rules: tuple[str, ...]
    title: str
    request: Request
    path: str = ""
    expected: str = ""
    observed: str = ""
    leans_on: str | None = None
    varies_reference: bool = False
    answer: str = ""
    """For `http` cases: which answers satisfy the rule, a name known to the judge."""
    origin: str = "contract"
    carries: tuple[str, ...] = ()
    """Of a packed case the ids of all cases whose changes its message has."""
    carried_by: str = ""
    """The packed case whose message has this case's change among others; empty where it is sent by itself."""
    change: Change | None = field(default=None, compare=False, repr=False)
    """None where the case cannot share a message with others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and what became of it. Exactly one of `response` and `error` is set. `id` orders a run: `x00001`;
    `late` tells of an error that the target's own time limit was what ended it; `tried` says why no byte of the tries
    before the last went out."""

    id: str
    case: str
    request: Request
    response: Response | None
    error: str | None
    started: str
    """ISO 8601 with zone."""
    milliseconds: float
    late: bool = False
    tried: tuple[str, ...] = ()


def order_of(exchange: str) -> tuple[tuple[int, str], ...]:
    """The place of an exchange in its run, past x99999 too; the parts of a packed message follow it: `x00012.1`. What a
    resumed run asked again stands before those: `x00012.r1.1`; with what a shard ends or begins, behind: `x00012.s2.1`.
    """
    return tuple((len(part) - _FIRST * part.startswith("r"), part) for part in exchange.split("."))


def asked_again(exchange: str) -> bool:
    """Was it sent beside the plan, because the run was resumed there?"""
    return ".r" in exchange


def repeated(exchange: str) -> bool:
    """Is it a baseline that is sent once more than the whole plan has it: because the run was resumed there, or because
    a shard of it begins or ends there?"""
    return asked_again(exchange) or ".s" in exchange


_FIRST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One sending. The baseline case stands in several steps; a `barrier` is sent alone: after all before, before all
    after it. `exchange` is the id that its exchange will carry."""

    exchange: str
    case: Case
    barrier: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run sends, in order, fixed before the first byte.

    `riders` maps the id of a case that is sent to further cases that its answer decides: those with the very same
    bytes, and those whose changes a packed message carries. `parts` maps the id of a packed case to what is sent behind
    it where it is not accepted: its halves, until each case stands alone.
    `left_out` maps the id of a case that is not sent to the reason (budget), `undecided` a (rule, encoding) that such
    a case would have decided. `spare` are the exchanges that the run can do without, the most valuable first, should
    parts need their place in a budget. `least` says for each service how many requests no plan could save: one for each
    rule and encoding that only a refusal shows.
    `elsewhere` is what other shards of the plan send, each step with the number of its shard.
    """

    steps: tuple[Step, ...]
    riders: Mapping[str, tuple[Case, ...]] = field(default_factory=dict)
    parts: Mapping[str, tuple[Case, ...]] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    undecided: Mapping[tuple[str, str], str] = field(default_factory=dict)
    spare: tuple[str, ...] = ()
    least: Mapping[str, int] = field(default_factory=dict)
    elsewhere: tuple[tuple[int, Step], ...] = ()

    def riding(self, step: Step) -> tuple[Case, ...]:
        """The further cases that the step's answer decides: those of the baseline ride on its first sending alone."""
        riders = self.riders.get(step.case.id, ())
        if not riders or step.case.kind != "baseline":
            return riders
        every = (*self.steps, *(one for _, one in self.elsewhere))
        first = min((one.exchange for one in every if one.case.id == step.case.id), key=order_of)
        return riders if first == step.exchange else ()

    def halves(self, step: Step) -> tuple[Step, ...]:
        """What is sent behind the step where its message is not accepted."""
        parts = self.parts.get(step.case.id, ())
        return tuple(Step(exchange=f"{step.exchange}.{number}", case=part) for number, part in enumerate(parts, 1))

    def singles(self, step: Step) -> tuple[Step, ...]:
        """The cases of the step's message, each by itself."""
        return tuple(one for one in self._below(step) if one.case.id not in self.parts)

    def _below(self, step: Step) -> Iterator[Step]:
        for half in self.halves(step):
            yield half
            yield from self._below(half)

    def all_steps(self) -> Iterator[Step]:
        """Every step, those behind a refused message included."""
        for step in self.steps:
            yield step
            yield from self._below(step)
