"""Judged exchanges → a `Summary`, exchange by exchange, in memory that does not grow with them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any

from conformance.errors import SuiteError
from conformance.judge.show import shortened
from conformance.model import Exchange, Finding, Outcome
from conformance.traffic.judging import MOST_KINDS, Judged, Said, quoted
from conformance.traffic.kinds import Kind
from conformance.traffic.recording import Place, Recorded, Unread
from conformance.traffic.summary import (
    MOST_EXAMPLES,
    MOST_PROBLEMS,
    MOST_SENTENCES,
    Example,
    Key,
    Occurrence,
    Problem,
    Seen,
    Summary,
    Tally,
    clearest,
)

LONGEST_SENTENCE = 400
Rank = tuple[int, int, Occurrence]
Mask = Callable[[Exchange, str, str], tuple[Exchange, Callable[[str], str]]]
"""An exchange with its service and encoding → it as it may be written down, and what masks texts about it."""


class Counter:
    """Counts what the exchanges of one part say. `summary` is complete once `done` was called."""

    def __init__(self, order: int, path: str, mask: Mask) -> None:
        self._order, self._path, self._mask = order, path, mask
        self._kinds: dict[Hashable, Kind] = {}
        self._shown: dict[Key, list[tuple[Rank, _Shown, list[Finding]]]] = {}
        self._zones: dict[tuple[int, str], list[Any]] = {}
        self.summary = Summary()

    def again(self, kind: Hashable, recorded: Recorded, offset: int) -> bool:
        """One more exchange of the kind; False where it has to be looked at: none of it was added yet, or it may be an
        example."""
        known = self._kinds.get(kind)
        if known is None or (known.failures and not self._is_like(known, recorded, offset)):
            return False
        known.times += 1
        self.timed(recorded.started, offset)
        return True

    def _is_like(self, known: Kind, recorded: Recorded, offset: int) -> bool:
        """Is the exchange no clearer than the examples of what it fails?"""
        here = occurrence(recorded.started, Place(self._order, self._path, offset))
        asked, answer = recorded.request, recorded.response
        size = len(asked.body.encode()) + len(answer.body.encode() if answer is not None else b"")
        for keys in known.failures:
            rank = (len(keys), size, here)
            for key in keys:
                kept = self._shown.get(key)
                if kept is None or len(kept) < MOST_EXAMPLES or kept[-1][0] > rank:
                    return False
        known.first, known.last = min(known.first, here), max(known.last, here)
        return True

    def timed(self, started: str, offset: int) -> None:
        """An exchange was read that began then. Times of one length and zone are compared as they are written."""
        key = (len(started), "Z" if started[-1:] == "Z" else started[-6:])
        zone = self._zones.get(key)
        if zone is None:
            if len(self._zones) >= MOST_KINDS:
                self._span()
            self._zones[key] = [1, started, offset, started, offset]
            return
        zone[0] += 1
        if started < zone[1]:
            zone[1], zone[2] = started, offset
        elif started >= zone[3]:
            zone[3], zone[4] = started, offset

    def add(self, judged: Judged, started: str, offset: int, kind: Hashable | None) -> bool:
        """What the walk said of an exchange, which stands for those of its kind. True where it is an example by now."""
        self.timed(started, offset)
        here = occurrence(started, Place(self._order, self._path, offset))
        shown = _Shown(judged, self._mask)
        if kind is not None and kind not in self._kinds:
            if len(self._kinds) >= MOST_KINDS:
                self._fold()
            said = judged if judged.exchange is None else quoted(judged, shown.mask)
            self._kinds[kind] = Kind(said, here, here, int(judged.clean), judged.failures)
            if judged.clean:
                return False
        self._say(judged, 1, (here, here), shown.mask)
        return judged.exchange is not None and self._show(judged, judged.exchange, shown, here)

    def unread(self, unread: Unread, offset: int) -> None:
        """A record that could not be read."""
        self.summary.records += 1
        key = (self._path, unread.reason)
        self.summary.unread[key] = self.summary.unread.get(key, 0) + 1
        if len(self.summary.problems) < MOST_PROBLEMS:
            place = Place(self._order, self._path, offset)
            self.summary.problems = (*self.summary.problems, Problem(place, unread.reason, unread.detail))

    def done(self) -> Summary:
        """The summary of the part."""
        self._fold()
        self._examples()
        self._span()
        _fewest(self.summary)
        return self.summary

    def _fold(self) -> None:
        for kind in self._kinds.values():
            if kind.times:
                self._say(kind.judged, kind.times, (kind.first, kind.last), _Shown(kind.judged, self._mask).mask)
        self._kinds.clear()

    def _span(self) -> None:
        for times, first, at, last, until in self._zones.values():
            self.summary.records += times
            begin = occurrence(first, Place(self._order, self._path, at))
            end = occurrence(last, Place(self._order, self._path, until))
            self.summary.first = min(filter(None, (self.summary.first, begin)))
            self.summary.last = max(filter(None, (self.summary.last, end)))
        self._zones.clear()

    def _say(self, judged: Judged, times: int, span: tuple[Occurrence, Occurrence], mask: Callable[[str], str]) -> None:
        """What is said of so many exchanges, the first and the last of which were then."""
        summary, (here, until) = self.summary, span
        if judged.service:
            pair = (judged.service, judged.encoding)
            summary.exchanges[pair] = summary.exchanges.get(pair, 0) + times
        for one in judged.said:
            key = Key(one.party, one.rule, one.encoding)
            tally = summary.tallies.get(key)
            if tally is None:
                tally = summary.tallies[key] = Tally()
            _count(tally, one, times, mask)
            if one.outcome is Outcome.FAILED:
                tally.first = here if tally.first is None else min(tally.first, here)
                tally.last = until if tally.last is None else max(tally.last, until)
        for why in judged.unjudged:
            summary.unjudged.setdefault(why, Seen()).merge(Seen(times, here))
        for key, sentence in judged.observations:
            told = (key, shortened(mask(sentence), LONGEST_SENTENCE))
            summary.observations.setdefault(told, Seen()).merge(Seen(times, here))
        if len(summary.observations) > 2 * MOST_SENTENCES:
            _fewest(summary)

    def _show(self, judged: Judged, exchange: Exchange, shown: _Shown, here: Occurrence) -> bool:
        """Keep the exchange as an example of each failure of which few are clearer; False where there is none."""
        is_kept = False
        size = len(exchange.request.body) + len(exchange.response.body if exchange.response is not None else b"")
        for keys in judged.failures:
            rank = (len(keys), size, here)
            for key in keys:
                kept = self._shown.setdefault(key, [])
                if len(kept) == MOST_EXAMPLES and kept[-1][0] <= rank:
                    continue
                kept.append((rank, shown, judged.findings(key)))
                kept.sort(key=lambda one: one[0])
                del kept[MOST_EXAMPLES:]
                is_kept = True
        return is_kept

    def _examples(self) -> None:
        """The examples as they may be written down: of the few exchanges that were clear for long few are left now."""
        for key, kept in self._shown.items():
            self.summary.tallies[key].examples = clearest(
                Example(*rank, shown.exchange(), tuple(_masked(one, shown.mask) for one in findings))
                for rank, shown, findings in kept
            )
        self._shown.clear()


class _Shown:
    """An exchange as it may be written down. What masks it is made when it is first needed: most are never shown."""

    def __init__(self, judged: Judged, mask: Mask) -> None:
        self._judged, self._make = judged, mask
        self._made: tuple[Exchange, Callable[[str], str]] | None = None

    def _both(self) -> tuple[Exchange, Callable[[str], str]]:
        if self._made is None:
            if self._judged.exchange is None:
                raise SuiteError("there is no exchange to show")
            self._made = self._make(self._judged.exchange, self._judged.service, self._judged.encoding)
        return self._made

    def exchange(self) -> Exchange:
        return self._both()[0]

    def mask(self, text: str) -> str:
        """What is said of a kind was masked before."""
        return text if self._judged.exchange is None else self._both()[1](text)


def _count(tally: Tally, said: Said, times: int, mask: Callable[[str], str]) -> None:
    match said.outcome:
        case Outcome.PASSED:
            tally.passed += times
            return
        case Outcome.FAILED:
            tally.failed += times
            return
        case Outcome.CANT_TELL:
            tally.cant_tell += times
        case Outcome.UNTESTED:
            tally.untested += times
        case _:
            tally.inapplicable += times
    if said.reason and (not tally.reason or said.reason < tally.reason):
        reason = shortened(mask(said.reason), LONGEST_SENTENCE)
        tally.reason = min(tally.reason, reason) if tally.reason else reason


def _masked(finding: Finding, mask: Callable[[str], str]) -> Finding:
    path, expected, observed = (
        shortened(mask(text), LONGEST_SENTENCE) for text in (finding.path, finding.expected, finding.observed)
    )
    return Finding(path=path, expected=expected, observed=observed)


def _fewest(summary: Summary) -> None:
    """Keep the least sentences: what is dropped once is never among them again."""
    if len(summary.observations) > MOST_SENTENCES:
        kept = sorted(summary.observations)[:MOST_SENTENCES]
        summary.observations = {told: summary.observations[told] for told in kept}


def occurrence(started: str, place: Place) -> Occurrence:
    """When and where; a time that cannot be read is none."""
    try:
        moment = datetime.fromisoformat(started)
    except ValueError:
        return Occurrence(0.0, started[:40], place)
    return Occurrence(moment.timestamp() if moment.tzinfo is not None else 0.0, started, place)
