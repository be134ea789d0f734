"""Verdicts of a run that differs from a known one in some records: only what these may touch is decided again.

A verdict hangs on the records that bear on it, on the baselines of their encodings, and on the cases that they lean on.
It must come out as `decide` over all records has it. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from conformance.judge.verdicts import decide
from conformance.model import Record, Rule, Verdict
from conformance.rules.soap import BOTH_VERSIONS

Item = tuple[str, str]
"""A rule id and an encoding."""
Place = tuple[str, str]
"""Exchange and case of a record."""


class Recount:
    """The known run: its records and verdicts, and what hangs on what."""

    def __init__(
        self,
        items: Sequence[Item],
        rules: Mapping[str, Rule],
        records: Sequence[Record],
        verdicts: Sequence[Verdict],
    ) -> None:
        self.known = {(verdict.rule, verdict.encoding): verdict for verdict in verdicts}
        self.disagreements = disagreements_of(records)
        self._items, self._rules = tuple(items), rules
        self._records = {_place(record): record for record in records}
        self._of_case: dict[str, set[Item]] = {}
        self._of_encoding: dict[tuple[str, str], set[Item]] = {}
        for rule, encoding in items:
            self._of_encoding.setdefault((rules[rule].service, encoding), set()).add((rule, encoding))
        self._bearing: dict[Place, frozenset[Item]] = {}
        for record in records:
            found = self._bearing[_place(record)] = _bears_on(record)
            for case in _leans_on(record):
                self._of_case.setdefault(case, set()).update(found)
            self._of_encoding.setdefault((record.case.service, record.case.encoding), set()).update(found)
        # What compares versions looks at records beside those that bear on it; which encodings are in scope is read off
        # the items.
        self._always = {
            item for item in items if rules[item[0]].part == "envelope" and rules[item[0]].facet in BOTH_VERSIONS
        }
        self._always |= {next(item for item in items if item[1] == name) for name in {name for _, name in items}}

    def verdicts(self, records: Sequence[Record]) -> dict[Item, Verdict]:
        """The verdict of every item for these records. One that is the very object of the known run has not changed."""
        touched = self._touched(records)
        if not touched:
            return self.known
        again = touched | self._always
        items = [item for item in self._items if item in again]
        bearing = self._needed(records, again)
        return {**self.known, **{(one.rule, one.encoding): one for one in decide(items, self._rules, bearing)}}

    def _touched(self, records: Sequence[Record]) -> set[Item]:
        """The items whose verdict may not be the known one."""
        found: set[Item] = set()
        gone = dict(self._records)
        for record in records:
            before = gone.pop(_place(record), None)
            if before is not record:
                found |= self._touched_by(record, before)
        for record in gone.values():
            found |= self._touched_by(record, None)
        return found

    def _bears(self, record: Record) -> frozenset[Item]:
        place = _place(record)
        return self._bearing[place] if self._records.get(place) is record else _bears_on(record)

    def _touched_by(self, record: Record, before: Record | None) -> set[Item]:
        found = {*_bears_on(record), *(self._bears(before) if before is not None else ())}
        if before is None or before.judgement.reply is not record.judgement.reply:
            found |= self._of_case.get(record.case.id, set())
        if record.case.kind == "baseline" and (before is None or _told(before) != _told(record)):
            found |= self._of_encoding[record.case.service, record.case.encoding]
        return found

    def _needed(self, records: Sequence[Record], items: set[Item]) -> list[Record]:
        """The records that bear on the items, and those that are looked at beside them."""
        bearing = [not items.isdisjoint(self._bears(record)) for record in records]
        beside = {case for record, bears in zip(records, bearing, strict=True) if bears for case in _leans_on(record)}
        return [
            record
            for record, bears in zip(records, bearing, strict=True)
            if bears or record.case.kind in {"baseline", "observe"} or record.case.id in beside
        ]


def disagreements_of(records: Sequence[Record]) -> tuple[str, ...]:
    """The rules over which the two opinions on an answer differ."""
    return tuple(sorted({rule for record in records for rule in record.judgement.disagreements}))


def _place(record: Record) -> Place:
    return record.exchange.id, record.case.id


def _bears_on(record: Record) -> frozenset[Item]:
    own = record.judgement.encoding
    return frozenset((result.rule, result.encoding or own) for result in record.judgement.results)


def _leans_on(record: Record) -> Iterator[str]:
    if record.case.leans_on is not None:
        yield record.case.leans_on


def _told(record: Record) -> tuple[object, ...]:
    """What of a baseline others are weighed by."""
    return record.judgement.reply, record.judgement.words, record.judgement.said
