"""Runs of shards → one run: the journal that a single job would have written, so that its report decides the whole.

They must be shards of one plan: made by the same suite, for the same target, with the same choices. What differs is
named with the two runs that differ. A shard that is missing leaves what it would have sent untested. Sends nothing.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from conformance.errors import ConformanceError
from conformance.model import order_of
from conformance.report.commands import without
from conformance.run.elsewhere import missing
from conformance.run.folders import folder
from conformance.run.rendering import JOURNAL, log_of
from conformance.target.journal import RunLog
from conformance.target.journal.joined import join
from conformance.target.secrets import Secrets

Header = Mapping[str, Any]

ALIKE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("the target", ("target", "name")),
    ("the embedded reference as target", ("target", "reference")),
    ("the number of shards", ("shard", "of")),
    ("the version of the suite", ("suite", "version")),
    ("the version of hypothesis", ("suite", "hypothesis")),
    ("--seed", ("suite", "seed")),
    ("--depth", ("suite", "depth")),
    ("--service", ("options", "--service")),
    ("--rules", ("options", "--rules")),
    ("--strict", ("strict",)),
)
"""What all shards of a plan have alike, and where their headers say it."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the runs, as it was named."""

    run: Path
    log: RunLog

    @property
    def header(self) -> Header:
        return self.log.header

    @property
    def number(self) -> int:
        number: int = self.header["shard"]["number"]
        return number

    @property
    def name(self) -> str:
        """`2/3`."""
        return f"{self.number}/{self.header['shard']['of']}"


def merged(runs: Sequence[Path], out: Path | None) -> Path:
    """The folder of the merged run, which holds its journal and no report yet. Refused before anything is written."""
    parts = sorted((_part(run) for run in runs), key=lambda part: part.number)
    for part in parts[1:]:
        _check(parts[0], part)
    for before, part in pairwise(parts):
        if before.number == part.number:
            raise ConformanceError(f"{before.run} and {part.run} are both shard {part.name}; name each shard once")
    made = _header(parts)
    where = folder(out, str(made["target"]["name"]), Secrets())
    join(where / JOURNAL, {**made, "run": where.name}, [part.log for part in parts], _last(parts, made["merged"]))
    return where


def _part(run: Path) -> Part:
    log = log_of(run)
    if log.header.get("merged"):
        raise ConformanceError(f"{run}: holds merged shards; name the runs of the shards themselves")
    if not log.header.get("shard"):
        advice = "of several runs one report is made only where each was made with --shard K/N"
        raise ConformanceError(f"{run}: is no shard; {advice}, and `conformance diff` or `history` compares runs")
    if log.problems:
        advice = "bring back a whole journal, or leave the shard out"
        raise ConformanceError(f"{run}: the journal is damaged: {log.problems[0]}; {advice}")
    return Part(run, log)


# --- are they shards of one plan? -------------------------------------------------------------------------------------


def _check(one: Part, other: Part) -> None:
    """A ConformanceError that names the two runs, and the first thing in which they differ."""
    told = next(_differences(one.header, other.header), None)
    if told is not None:
        raise ConformanceError(f"{one.run} and {other.run} are not shards of one plan: {told}")


def _differences(one: Header, other: Header) -> Iterator[str]:
    for name, keys in ALIKE:
        here, there = _held(one, keys), _held(other, keys)
        if here != there:
            yield f"{name} is {_told(here)} in the one and {_told(there)} in the other"
    for service in {**one["contracts"], **other["contracts"]}:
        if one["contracts"].get(service, {}).get("hash") != other["contracts"].get(service, {}).get("hash"):
            yield f"the contract of {service} is another one"
    old, new = dict(one["settings"]), dict(other["settings"])
    for key in {**old, **new}:
        if old.get(key) != new.get(key):
            yield f"the target file's {key} is another one"
    if one["rules"] != other["rules"]:
        yield "other rules were selected"
    if one.get("waivers") != other.get("waivers"):
        yield "other waivers were given"
    if _run(one.get("baseline")) != _run(other.get("baseline")):
        yield "another earlier run was named with --baseline"
    if "plan" in one and "plan" in other:
        yield from _in_plan(_plan(one), _plan(other))


def _held(header: Header, keys: Sequence[str]) -> Any:
    found: Any = header
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _told(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "none"
    return {True: "set", False: "not set"}[value] if isinstance(value, bool) else str(value)


def _run(baseline: Any) -> Any:
    return baseline.get("run") if isinstance(baseline, Mapping) else baseline


def _in_plan(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    differ = [name for name in {**one, **other} if one.get(name) != other.get(name)]
    if differ:
        first = min(differ, key=order_of)
        yield f"they differ from {first} on, so an example case, a WSDL or a library is another one"


def _plan(header: Header) -> dict[str, Any]:
    """Exchange → what it is for, of all shards; not what was fetched, since each fetches for itself."""
    steps = (*header["plan"], *header["elsewhere"])
    return {step["exchange"]: (step["case"], step["riders"]) for step in steps if step["exchange"][0] != "w"}


# --- what the whole says ----------------------------------------------------------------------------------------------


def _header(parts: Sequence[Part]) -> dict[str, Any]:
    """The header of the whole, by those of the shards, of which the first that came to a plan has most to say."""
    first = next((part for part in parts if "plan" in part.header), parts[0])
    header, here = dict(first.header), {part.number for part in parts}
    of = header.pop("shard")["of"]
    header["started"] = min(part.header["started"] for part in parts)
    header["command"] = _without_shard(header["command"])
    header["options"] = {**header["options"], "--shard": None}
    header["scope"] = {**header["scope"], "selection": _narrower(first)}
    header["merged"] = {
        "of": of,
        "runs": [_told_of(part) for part in parts],
        "missing": [number for number in range(1, of + 1) if number not in here],
    }
    if "plan" in header:
        steps = {step["exchange"]: step for part in parts for step in part.header.get("plan", ())}
        others = [step for step in header.pop("elsewhere") if step["exchange"] not in steps]
        steps |= {step["exchange"]: _bare(step) for step in others if step["shard"] in here}
        header["plan"] = [steps[name] for name in sorted(steps, key=lambda name: (name[0], order_of(name)))]
        header["elsewhere"] = [step for step in others if step["shard"] not in here]
    return header


def _bare(step: Mapping[str, Any]) -> dict[str, Any]:
    return {key: held for key, held in step.items() if key != "shard"}


def _without_shard(command: str) -> str:
    try:
        return shlex.join(without(shlex.split(command), ("--shard", "--out", "--resume")))
    except ValueError:
        return command


def _narrower(part: Part) -> str:
    """What was selected besides the shard."""
    said = str(part.header["scope"]["selection"]).split("; ")
    return "; ".join(one for one in said if one != f"shard {part.name}")


def _told_of(part: Part) -> dict[str, Any]:
    """Where a part of the whole comes from."""
    ended = {"ended": part.log.end["at"]} if part.log.end.get("at") else {}
    return {"shard": part.name, "run": part.header["run"], "started": part.header["started"], **ended}


def _last(parts: Sequence[Part], whole: Mapping[str, Any]) -> dict[str, Any]:
    """The line that ends the journal: the end of the last shard, or why the whole has none."""
    ends = [str(part.log.end["at"]) for part in parts if part.log.end.get("at")]
    at = max(ends, default=whole["runs"][0]["started"])
    stopped = [(part.log.stopped, part.name) for part in parts if not part.log.ended]
    if whole["missing"]:
        return {"stopped": {"at": at, "how": f"was merged without {missing(whole)}"}}
    if stopped:
        (how, name), *_ = stopped
        return {"stopped": {"at": at, "how": f"{how} in shard {name}"}}
    return {"end": {"at": at}}
