"""The kill matrix in numbers and words: which rules are proven, as a table and as JSON. Runs nothing."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from conformance.model import Rule
from conformance.reference.prove import Kill
from conformance.report.language import ENGLISH, Language

OUTCOMES = {"caught": "its own rule", "partly": "its own in part", "others": "others only", "missed": "MISSED"}
"""What caught a defect, in words."""
WIDTH = 240
"""Columns where there is no terminal: ids are for copying, so they go whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Every defect against the suite. `requests` are those of one round, by service; `false_alarms` is what
    the suite holds against the reference without a defect."""

    rules: tuple[Rule, ...]
    kills: tuple[Kill, ...]
    false_alarms: tuple[str, ...]
    requests: Mapping[str, int]
    seconds: float = 0.0

    @property
    def unproven(self) -> tuple[str, ...]:
        """`rule@encoding` wherever a rule applies and no defect shows that it can fail there."""
        of_rule: dict[str, list[Kill]] = {}
        for kill in self.kills:
            of_rule.setdefault(kill.defect.rules[0], []).append(kill)
        return tuple(
            f"{rule.id}@{encoding}"
            for rule in self.rules
            for encoding in rule.encodings
            if encoding not in proven_in(rule.id, of_rule.get(rule.id, ()))
        )

    @property
    def perfect(self) -> bool:
        """Does every rule catch what it is for, and nothing else?"""
        return not self.unproven and not self.false_alarms and all(kill.caught for kill in self.kills)


def proven_in(rule: str, kills: Sequence[Kill]) -> frozenset[str]:
    """The encodings in which the rule is proven by the defects that are its own.

    The best of those that break it in several encodings counts, and each that is made for one encoding alone; shreds of
    several do not add up.
    """

    def seen(kill: Kill) -> frozenset[str]:
        return frozenset(encoding for failed, encoding in kill.failed if failed == rule)

    whole = [seen(kill) for kill in kills if len(kill.defect.encodings) > 1]
    alone = [seen(kill).intersection(kill.defect.encodings) for kill in kills if len(kill.defect.encodings) == 1]
    return max(whole, key=len, default=frozenset()).union(*alone)


def as_json(matrix: Matrix) -> str:
    """The matrix for other programs."""
    document = {
        "defects": [
            {
                "id": kill.defect.id,
                "rules": list(kill.defect.rules),
                "encodings": list(kill.defect.encodings),
                "outcome": kill.outcome,
                "caught_by": list(kill.caught_by),
                "caught_in": list(kill.caught_in),
                "strays": list(kill.strays),
                "disagreements": list(kill.disagreements),
            }
            for kill in matrix.kills
        ],
        # Its own rule let it pass, whatever others said.
        "missed": [kill.defect.id for kill in matrix.kills if kill.outcome in {"others", "missed"}],
        "unproven": list(matrix.unproven),
        "false_alarms": list(matrix.false_alarms),
        "requests": dict(matrix.requests),
    }
    return json.dumps(document, indent=2) + "\n"


def as_table(matrix: Matrix, language: Language = ENGLISH) -> str:
    """The matrix for people: rule by rule what breaks it and what noticed."""
    heads = ("rule", "defect", "caught by", "in", "others", "unrelated")
    table = Table(*map(language.word, heads))
    before = ""
    for kill in sorted(matrix.kills, key=_in_order_of(matrix.rules)):
        own = kill.defect.rules[0]
        others = sum(rule != own and rule in kill.defect.rules for rule in kill.caught_by)
        unrelated = (*kill.strays, *(f"two opinions of {rule}" for rule in kill.disagreements))
        table.add_row(
            own if own != before else "",
            kill.defect.variant,
            language.word(OUTCOMES[kill.outcome]),
            language.say(", ".join(_where(kill))),
            str(others or ""),
            ", ".join(map(language.say, unrelated)),
        )
        before = own
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    with console.capture() as captured:
        console.print(table)
        for line in _totals(matrix):
            console.print(language.say(line), markup=False, soft_wrap=True)
    return captured.get()


def _in_order_of(rules: Sequence[Rule]) -> Callable[[Kill], int]:
    places = {rule.id: place for place, rule in enumerate(rules)}
    return lambda kill: places[kill.defect.rules[0]]


def _where(kill: Kill) -> Iterator[str]:
    """The encodings where its own rule failed, and those where it should have."""
    yield from kill.caught_in
    if kill.defect.variant == "dropped":
        yield from (f"NOT {name}" for name in kill.defect.encodings if name not in kill.caught_in)


def _wrong(kill: Kill) -> str:
    """Why a defect spoils the matrix."""
    if kill.outcome != "caught":
        return f"{kill.outcome}: {kill.defect.id}"
    return f"unrelated: {kill.defect.id}: {', '.join(kill.strays or kill.disagreements)}"


def _totals(matrix: Matrix) -> Iterator[str]:
    count = Counter(kill.outcome for kill in matrix.kills)
    yield (
        f"{count['caught']} of {len(matrix.kills)} defects caught by their own rule; {count['partly']} in part, "
        f"{count['others']} by others only, {count['missed']} missed, "
        f"{sum(bool(kill.strays) for kill in matrix.kills)} failed an unrelated rule"
    )
    yield from (f"  {_wrong(kill)}" for kill in matrix.kills if not kill.caught)
    places = sum(len(rule.encodings) for rule in matrix.rules)
    yield (
        f"{places - len(matrix.unproven)} of {places} rules and encodings proven; "
        f"{len(matrix.false_alarms)} false alarms on the clean reference"
    )
    yield from (f"  unproven: {place}" for place in matrix.unproven)
    yield from (f"  false alarm: {told}" for told in matrix.false_alarms)
    sent = ", ".join(f"{service} {number}" for service, number in matrix.requests.items())
    yield f"requests for each defect: {sent}; {matrix.seconds:.0f} s in all"
