"""What is tested, sent and received: rules, cases, requests and their answers, the plan."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from conformance.model.terms import Basis, Citation, Expect, Level


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and what became of it. Exactly one of `response` and `error` is set. `id` orders a run: `x00001`."""

    id: str
    case: str
    request: Request
    response: Response | None
    error: str | None
    started: str
    """ISO 8601 with zone."""
    milliseconds: float


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

    `riders` maps the id of a case that is sent to further cases with the very same bytes, judged on the same answer.
    `left_out` maps the id of a case that is not sent to the reason (budget), `undecided` a (rule, encoding) that such
    a case would have decided.
    """

    steps: tuple[Step, ...]
    riders: Mapping[str, tuple[Case, ...]] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    undecided: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def riding(self, step: Step) -> tuple[Case, ...]:
        """The further cases that the step's answer decides: those of the baseline ride on its first sending alone."""
        riders = self.riders.get(step.case.id, ())
        if not riders:
            return ()
        first = next(one for one in self.steps if one.case.id == step.case.id)
        return riders if first.exchange == step.exchange else ()
