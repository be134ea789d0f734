"""One plan → what each of several jobs sends of it. Every job makes the whole plan, so all of them cut the same one.

A shard is a stretch of the plan: what lies beside each other leans on the same baselines, so a cut costs two of them
and no more. Where a stretch begins or ends inside of a service and encoding, the baseline is sent there once more,
under an id of the shard (`x00040.s2.1`: behind x00040, by the second shard); all else keeps the id of the whole plan.
Pure; must never send.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from conformance.errors import ConformanceError
from conformance.model import Plan, Step

MOST = 9999
"""More jobs than anybody starts."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Which of how many, from 1."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def every(self) -> Iterator[Shard]:
        """All shards of the plan, this one among them."""
        return (Shard(number, self.of) for number in range(1, self.of + 1))

    def share(self, whole: int) -> int:
        """Its part of so many; all parts together are the whole."""
        return whole * self.number // self.of - whole * (self.number - 1) // self.of


def shard_of(text: str | None) -> Shard | None:
    """What `--shard` says; None where it is not given."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text, re.ASCII)
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise ConformanceError(f"--shard {text}: write K/N with K from 1 to N, such as 2/3")
    return Shard(int(found[1]), int(found[2]))


def part(whole: Plan, shard: Shard) -> Plan:
    """What the shard sends of the plan, with what the others send in `elsewhere`."""
    owners = _owners(whole.steps, shard.of)
    sent: dict[int, list[Step]] = {one.number: [] for one in shard.every()}
    for _, group in groupby(zip(whole.steps, owners, strict=True), key=lambda pair: _place(pair[0])):
        pairs = list(group)
        steps, first = [step for step, _ in pairs], 0
        for number, stretch in groupby(number for _, number in pairs):
            last = first + len(list(stretch)) - 1
            sent[number] += _stretch(steps, first, last, number)
            first = last + 1
    own = {step.exchange for step in sent[shard.number]}
    return replace(
        whole,
        steps=tuple(sent[shard.number]),
        spare=tuple(name for name in whole.spare if name in own),
        least={},
        elsewhere=tuple((number, step) for number, steps in sent.items() if number != shard.number for step in steps),
    )


def _place(step: Step) -> tuple[str, str]:
    return (step.case.service, step.case.encoding)


def _owners(steps: Sequence[Step], of: int) -> list[int]:
    """The shard of each step. What is sent between barriers counts; a barrier goes with what follows it in its service
    and encoding, the last ones with what is before them, and where there is nothing else the first one counts."""
    owners = [0] * len(steps)
    counting = [place for place in range(len(steps)) if _counts(steps, place)]
    for number, place in enumerate(counting):
        owners[place] = number * of // len(counting) + 1
    for way in (range(len(steps) - 2, -1, -1), range(1, len(steps))):
        step = -1 if way.step > 0 else 1
        for place in way:
            if not owners[place] and _place(steps[place]) == _place(steps[place + step]):
                owners[place] = owners[place + step]
    return owners


def _counts(steps: Sequence[Step], place: int) -> bool:
    if not steps[place].barrier:
        return True
    here = _place(steps[place])
    first = place == 0 or _place(steps[place - 1]) != here
    return first and all(step.barrier for step in steps if _place(step) == here)


def _stretch(steps: Sequence[Step], first: int, last: int, number: int) -> Iterator[Step]:
    """The steps of a service and encoding from one place to another, between baselines. Further sets of values have
    baselines of their own, behind the first and before the last."""
    again = list({step.case.id: step.case for step in steps if step.barrier}.values())
    alone = len(again) == 1 and steps[first].barrier
    if first and not alone:
        for place, case in enumerate(again, 1):
            yield Step(exchange=f"{steps[first - 1].exchange}.s{number}.{place}", case=case, barrier=True)
    yield from steps[first : last + 1]
    if last + 1 < len(steps):
        for place, case in enumerate((*again[1:], again[0]), 1):
            yield Step(exchange=f"{steps[last].exchange}.s{number}.{place}", case=case, barrier=True)
