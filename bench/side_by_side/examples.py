"""`python -m bench.side_by_side.examples`: how many examples are enough for Schemathesis, as its curve says.

One long run against the clean reference is recorded; its requests are then answered again in process by each defect of
what is refused and accepted. A defect is shown by the first request whose status betrays it. That is much quicker
than a run for each defect and each number of examples, and says where more examples stop to pay.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.side_by_side import theirs
from bench.side_by_side.compare import kind
from bench.side_by_side.run import SERVICE, Settings, clean, run_theirs
from bench.side_by_side.sample import sample
from bench.side_by_side.tables import table
from conformance.model import Request
from conformance.reference import Defect
from conformance.reference.service import State, answer
from conformance.run.contracts import contracts
from conformance.run.serving import defects

STEPS = (0, 100, 300, 1000, 3000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request of the long run: is it meant to be valid, is it a drawn example, what does the clean one answer?"""

    request: Request
    valid: bool
    drawn: bool
    status: int


def betrays(sent: Sent, status: int) -> bool:
    """Would a check of the status fail on the defect's answer, and not on the clean one?"""
    return status != sent.status and (status >= 500 or sent.valid != (200 <= status < 300))


def read(lines: Iterable[str]) -> Iterator[Sent]:
    """The requests of a record, in their order, with the clean reference's status."""
    for line in lines:
        event: dict[str, Any] = json.loads(line)
        if "ScenarioFinished" in event:
            recorder = event["ScenarioFinished"]["recorder"]
            for case in theirs.in_order(recorder):
                request = theirs.request_of(recorder["interactions"][case]["request"])
                yield Sent(
                    request=request,
                    valid=recorder["cases"][case]["value"]["meta"]["generation"]["mode"] == "positive",
                    drawn=event["ScenarioFinished"]["phase"] == "fuzzing",
                    status=clean(request).status,
                )


def first(defect: Defect, sent: Sequence[Sent], patience: float) -> int | None:
    """How many drawn examples it takes to show the defect; 0 if the phases before suffice, None if all do not."""
    state, drawn, began = State(), 0, perf_counter()
    for one in sent:
        drawn += one.drawn
        response, state = answer(contracts()[SERVICE], one.request, state, defect)
        if betrays(one, response.status):
            return drawn
        if perf_counter() - began > patience:
            return None
    return None


def main() -> int:
    """Record, answer again, print the curve."""
    parser = argparse.ArgumentParser(prog="python -m bench.side_by_side.examples", description=__doc__)
    parser.add_argument("--sample", type=int, default=60, help="how many defects of what is refused and accepted")
    parser.add_argument("--seed", type=int, default=1, help="of the sample and of Schemathesis")
    parser.add_argument("--patience", type=float, default=60, help="seconds for one defect")
    chosen = parser.parse_args()
    known = {defect.id: defect for defect in defects(SERVICE) if kind(defect.id).startswith("request ")}
    drawn = sample(tuple(known), chosen.sample, chosen.seed)
    with tempfile.TemporaryDirectory() as name:
        events = Path(name) / "events.ndjson"
        run_theirs(Settings(seed=chosen.seed, examples=STEPS[-1], limit=3600, answer=30), None, events)
        with events.open(encoding="utf-8") as lines:
            sent = tuple(read(lines))
    places = []
    for place, defect in enumerate(drawn, start=1):
        places.append(first(known[defect], sent, chosen.patience))
        print(f"{place}/{len(drawn)} {defect}: {places[-1]}", file=sys.stderr, flush=True)
    counts = [sum(place is not None and place <= step for place in places) for step in STEPS]
    print(f"Of {len(drawn)} defects, shown by the examples, the coverage phase and so many drawn examples:\n")
    print(table([str(step) for step in STEPS], [[str(count) for count in counts]]))
    never = [name for name, place in zip(drawn, places, strict=True) if place is None]
    print(f"\nNever shown ({len(never)}):\n")
    print("\n".join(f"* `{name}`" for name in never))
    return 0


if __name__ == "__main__":
    sys.exit(main())
