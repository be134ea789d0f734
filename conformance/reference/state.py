"""What the reference keeps: between requests of one service, and in memory while the same requests come again."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from conformance.codecs import Decoded, Malformed
from conformance.model import Contract, Finding, Response, Tree
from conformance.reference.defect import Defect, Edit

NO_DEFECT = Defect(id="none", rules=(), encodings=())


@dataclass(frozen=True, slots=True)
class State:
    """What the service keeps between requests: the last value of every member. The rest is what a defect goes by that
    should not: how the request before was answered, which rules have refused something since the start, the message
    that was accepted last and the one that was accepted first, the code of the first fault."""

    saved: Mapping[str, Tree] = field(default_factory=dict)
    refused: bool = False
    caught: frozenset[str] = frozenset()
    latest: Mapping[str, Tree] = field(default_factory=dict)
    first: Mapping[str, Tree] = field(default_factory=dict)
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """Something in a SOAP message that its contract, or our reading of it, excludes. `facet` is that of the rule that
    says so, `text` what stands in the place: `absent` and `nil` where nothing does."""

    path: str
    facet: str
    text: str


class Memory:
    """What was made of a body before: the same bodies are sent to one contract with one defect after the other."""

    def __init__(self) -> None:
        self.decoded: dict[tuple[str, bytes], Decoded | Malformed] = {}
        self.findings: dict[tuple[str, bytes], tuple[tuple[str, Finding], ...]] = {}
        self.flaws: dict[tuple[str, bytes], tuple[Flaw, ...]] = {}
        self.answers: dict[tuple[str, str], bytes] = {}
        self.edited: dict[tuple[Edit, ...], Contract] = {}
        self.said: dict[Hashable, Response] = {}
        """What is answered by a service that breaks no rule, but may draw a bound elsewhere."""
