"""What recordings say, summed up: counts by rule, first and last occurrence, the clearest examples.

A summary is all that travels between processes and machines. It does not grow with the recordings, and merging is
associative and blind to order: the same recordings in any partition give the same summary.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from conformance.model import CONSUMER, PROVIDER, Exchange, Finding
from conformance.traffic.recording import Place

__all__ = ["CONSUMER", "PROVIDER", "Example", "Key", "Occurrence", "Problem", "Seen", "Summary", "Tally", "clearest"]

MOST_EXAMPLES = 3
MOST_PROBLEMS = 100
"""Records that could not be read and are told one by one; all are counted."""
MOST_SENTENCES = 1000
"""Different observations that are kept."""


class Key(NamedTuple):
    """What is counted: a rule in an encoding, for one of the two parties."""

    party: str
    rule: str
    encoding: str


class Occurrence(NamedTuple):
    """When and where. Those whose recording says no time come first, by place."""

    instant: float
    """Seconds since 1970; 0 where the recording does not say."""
    started: str
    place: Place


class Example(NamedTuple):
    """One exchange that shows a failure; the clearest has the fewest failures beside it, then the fewest bytes."""

    beside: int
    size: int
    occurrence: Occurrence
    exchange: Exchange
    """Masked."""
    findings: tuple[Finding, ...]

    @property
    def rank(self) -> tuple[int, int, Occurrence]:
        return self.beside, self.size, self.occurrence


@dataclass(slots=True)
class Tally:
    """The exchanges that bear on one key, by what they say."""

    passed: int = 0
    failed: int = 0
    cant_tell: int = 0
    untested: int = 0
    inapplicable: int = 0
    reason: str = ""
    """Of what is neither passed nor failed one reason, the least in the order of texts."""
    first: Occurrence | None = None
    last: Occurrence | None = None
    """Of the failures."""
    examples: tuple[Example, ...] = ()

    def merge(self, other: Tally) -> None:
        """Add what another tally of the same key holds."""
        self.passed += other.passed
        self.failed += other.failed
        self.cant_tell += other.cant_tell
        self.untested += other.untested
        self.inapplicable += other.inapplicable
        self.reason = min(filter(None, (self.reason, other.reason)), default="")
        self.first = min(filter(None, (self.first, other.first)), default=None)
        self.last = max(filter(None, (self.last, other.last)), default=None)
        self.examples = clearest((*self.examples, *other.examples))


def clearest(examples: Iterable[Example]) -> tuple[Example, ...]:
    """The examples that are kept."""
    return tuple(sorted(examples, key=lambda one: one.rank)[:MOST_EXAMPLES])


@dataclass(slots=True)
class Seen:
    """How often something was met, and where first in the order of the files."""

    times: int = 0
    first: Occurrence | None = None

    def merge(self, other: Seen) -> None:
        """Add what another count of the same thing holds."""
        self.times += other.times
        self.first = min(filter(None, (self.first, other.first)), key=lambda one: one.place, default=None)


class Problem(NamedTuple):
    """A record that could not be read."""

    place: Place
    reason: str
    detail: str


@dataclass(slots=True)
class Summary:
    """All that recordings say.

    `exchanges` counts what was recognised, by service and encoding; `unjudged` what was not judged, by party (empty
    where neither was) and reason; `unread` the records that could not be read, by file and reason.
    """

    records: int = 0
    size: int = 0
    """Bytes of unpacked content that were read."""
    exchanges: dict[tuple[str, str], int] = field(default_factory=dict)
    tallies: dict[Key, Tally] = field(default_factory=dict)
    observations: dict[tuple[Key, str], Seen] = field(default_factory=dict)
    unjudged: dict[tuple[str, str], Seen] = field(default_factory=dict)
    unread: dict[tuple[str, str], int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    first: Occurrence | None = None
    last: Occurrence | None = None
    """Of everything that was read."""

    def merge(self, other: Summary) -> Summary:
        """Add what another summary holds; itself."""
        self.records += other.records
        self.size += other.size
        for pair, times in other.exchanges.items():
            self.exchanges[pair] = self.exchanges.get(pair, 0) + times
        for file, times in other.unread.items():
            self.unread[file] = self.unread.get(file, 0) + times
        for key, tally in other.tallies.items():
            self.tallies.setdefault(key, Tally()).merge(tally)
        for told, seen in other.observations.items():
            self.observations.setdefault(told, Seen()).merge(seen)
        for why, seen in other.unjudged.items():
            self.unjudged.setdefault(why, Seen()).merge(seen)
        self.problems = tuple(sorted((*self.problems, *other.problems))[:MOST_PROBLEMS])
        self.first = min(filter(None, (self.first, other.first)), default=None)
        self.last = max(filter(None, (self.last, other.last)), default=None)
        return self

    def ordered(self) -> Summary:
        """The same, with everything in an order that does not hang on how it was put together; itself."""
        self.exchanges = dict(sorted(self.exchanges.items()))
        self.unread = dict(sorted(self.unread.items()))
        self.unjudged = dict(sorted(self.unjudged.items()))
        self.tallies = dict(sorted(self.tallies.items()))
        self.observations = dict(sorted(self.observations.items())[:MOST_SENTENCES])
        return self
