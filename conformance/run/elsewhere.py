"""What a run cannot decide because other shards of its plan send the requests: for one shard alone, and for shards that
were merged while some are missing. By the header of the journal alone; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from conformance.judge.verdicts import NOT_SENT
from conformance.model import Expect, Outcome, Verdict
from conformance.report.text import listed

Item = tuple[str, str]
SHOWN = 5
OTHERS = "it takes the requests of other shards"


def why(header: Mapping[str, Any]) -> str:
    """Why not all is decided, where a run is a shard, or made of some; empty for a whole run."""
    if not header.get("elsewhere"):
        return ""
    merged = header.get("merged")
    if merged is None:
        return OTHERS
    is_missing = "which is missing" if len(merged["missing"]) == 1 else "which are missing"
    return f"it takes the requests of {missing(merged)}, {is_missing}"


def is_empty(header: Mapping[str, Any]) -> bool:
    """Does nothing of the plan fall to the shard, since there are more of them than requests?"""
    return "shard" in header and bool(header.get("elsewhere")) and not header.get("plan")


def out_of_scope(header: Mapping[str, Any], verdicts: Iterable[Verdict]) -> frozenset[Item]:
    """What a shard alone does not decide and need not: the whole is decided once all are merged."""
    if "shard" not in header:
        return frozenset()
    untested = (verdict for verdict in verdicts if verdict.outcome is Outcome.UNTESTED and verdict.reason == OTHERS)
    return frozenset((verdict.rule, verdict.encoding) for verdict in untested)


def missing(merged: Mapping[str, Any]) -> str:
    """The shards that were not merged, by number."""
    names = [f"{number}/{merged['of']}" for number in merged["missing"]]
    return f"shard {names[0]}" if len(names) == 1 else f"shards {listed(names, SHOWN)}"


def lacking(header: Mapping[str, Any]) -> dict[Item, str]:
    """(Rule, encoding) → why a case that decides it was not sent by this run."""
    reason = why(header)
    return {
        (rule, case["encoding"]): reason
        for step in header.get("elsewhere", ())
        for case in (step["case"], *step.get("riders", ()))
        if case.get("expect") != Expect.OBSERVE
        for rule in case.get("rules", ())
    }


def open_still(header: Mapping[str, Any], verdicts: Iterable[Verdict], beyond: Collection[Item]) -> tuple[Verdict, ...]:
    """The verdicts, where what no answer showed may be shown by those to other shards, and what leans on a request of
    theirs hangs on its answer; not what is `beyond` the target."""
    services, reason = {step["case"].get("service") for step in header.get("elsewhere", ())}, why(header)

    def is_open(verdict: Verdict) -> bool:
        if verdict.service not in services or (verdict.rule, verdict.encoding) in beyond:
            return False
        leans = verdict.outcome is Outcome.CANT_TELL and verdict.reason.endswith(f"({NOT_SENT})")
        return leans or verdict.outcome is Outcome.INAPPLICABLE

    return tuple(
        replace(verdict, outcome=Outcome.UNTESTED, reason=reason) if is_open(verdict) else verdict
        for verdict in verdicts
    )
