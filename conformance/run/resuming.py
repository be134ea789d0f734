"""`--resume`: a run that did not come to its end is gone on with as it was made, or refused with the difference.

Its options are those that its journal has; the suite, the contracts, the target's settings and the plan must be the
same. Sends nothing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from conformance.errors import ConformanceError
from conformance.run.options import Options, given
from conformance.run.rendering import JOURNAL, log_of
from conformance.run.setup import Item, Setup
from conformance.target.journal import RunLog, masked
from conformance.target.secrets import MASK, Secrets

NEW = "start a new run without --resume"
NAMES = {
    "target": "--target",
    "services": "--service",
    "rules": "--rules",
    "depth": "--depth",
    "seed": "--seed",
    "strict": "--strict",
    "replay": "--replay",
    "shard": "--shard",
    "schemas": "--schemas",
    "workers": "--workers",
    "formats": "--format",
}
FREE = frozenset({"target", "schemas", "workers", "formats"})
"""May be others than the run was begun with: a file may have moved, and what is in it is compared."""
PATHS = frozenset({"target", "schemas"})


def folder_of(run: Path) -> Path:
    """The folder of the run, named by itself or by its journal."""
    return run if run.is_dir() else run.parent


def options_of(words: Mapping[str, Any]) -> tuple[Options, RunLog | None]:
    """The options of a run: those that were given, else the defaults, or what the run to go on with was made with. Its
    journal comes with them: to read it takes a while, so it is read once."""
    told = given(words)
    resume = told.get("resume")
    if resume is None:
        if told.get("resend"):
            raise ConformanceError("--resend goes with --resume; name the run to go on with")
        return Options(**told), None
    log = journal_of(resume)
    if told.get("dry_run"):
        raise ConformanceError(
            f"--resume {resume}: not with --dry-run; `conformance report {resume}` says what is missing"
        )
    folder = folder_of(resume)
    if told.get("out") is not None and told["out"].absolute() != folder.absolute():
        raise ConformanceError(f"--resume {resume}: goes on in its own folder; leave out --out {told['out']}")
    recorded = log.header.get("options", {})
    for name, word in NAMES.items():
        told[name] = _one(resume, name, told.get(name), recorded.get(word))
    return Options(**{**given(told), "out": folder}), log


def journal_of(run: Path) -> RunLog:
    """The journal of a run to go on with; refused where it is damaged."""
    log = log_of(run)
    if "audit" in log.header:
        raise ConformanceError(f"--resume {run}: holds an audit, which sends nothing; make it again, or name a run")
    if log.header.get("merged"):
        advice = "resume the shard that did not come to its end, and merge them again"
        raise ConformanceError(f"--resume {run}: holds merged shards; {advice}")
    if log.problems:
        text = f"--resume {run}: the journal is damaged, and what it lost might be sent twice: {log.problems[0]}"
        raise ConformanceError(f"{text}; {NEW}, and see `conformance report {run}` for what can be read")
    return log


def _one(resume: Path, name: str, now: Any, then: Any) -> Any:
    """The value of an option: that of the run, with which a given one must agree."""
    word = NAMES[name]
    if MASK in json.dumps(then, ensure_ascii=False):
        if now is None:
            raise ConformanceError(f"--resume {resume}: {word} of the run held a secret, so give {word} again")
        return now
    if isinstance(then, list):
        then = tuple(then)
    if now is None or now == then:
        return Path(then) if name in PATHS and then is not None else then
    if name in FREE and then is not None:
        return now
    was = _told(then)
    raise ConformanceError(
        f"--resume {resume}: {word} {_told(now)} was given, the run has {was}; leave it out, or {NEW}"
    )


def _told(value: Any) -> str:
    if value is None or value == () or value is False:
        return "none"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def narrowed(setup: Setup, log: RunLog) -> Setup:
    """The setup with the rules and encodings that the run was begun with, whatever chose them."""
    wanted = {(str(rule), str(encoding)) for rule, encoding in log.header.get("rules", ())}
    kept = tuple(item for item in setup.items if item in wanted)
    gone = wanted - set(kept)
    if gone:
        rule, encoding = min(gone)
        raise ConformanceError(
            f"--resume {setup.options.resume}: {rule} in {encoding} was in scope and is not any more; {NEW}"
        )
    return replace(setup, items=kept, earlier=log)


def check_selected(setup: Setup, log: RunLog, selected: Collection[Item]) -> None:
    """A ConformanceError where not all that the run is about was selected."""
    if len(selected) != len(log.header.get("rules", ())):
        raise ConformanceError(
            f"--resume {setup.options.resume}: goes on with all that the run is about; leave out -k and the like"
        )


def check_same(log: RunLog, facts: Mapping[str, Any], secrets: Secrets, run: Path) -> None:
    """A ConformanceError that names the difference, where the run was begun under other circumstances."""
    then = log.header
    now = json.loads(json.dumps(masked(facts, secrets)))
    for key in ("version", "hypothesis"):
        if then.get("suite", {}).get(key) != now["suite"][key]:
            name = "the suite" if key == "version" else key
            was, here = then.get("suite", {}).get(key), now["suite"][key]
            raise ConformanceError(f"--resume {run}: begun with version {was} of {name}, and this is {here}; {NEW}")
    for service, contract in now["contracts"].items():
        if then.get("contracts", {}).get(service, {}).get("hash") != contract["hash"]:
            raise ConformanceError(f"--resume {run}: the contract of {service} is another one by now; {NEW}")
    if then.get("target", {}).get("reference") != now["target"]["reference"]:
        raise ConformanceError(f"--resume {run}: begun against another target; name its target file with --target")
    old, new = dict(then.get("settings", ())), dict(now["settings"])
    changed = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    if changed:
        text = f"--resume {run}: the target file's {changed[0]} is another one than when the run was begun"
        raise ConformanceError(f"{text}; put it back, or {NEW}")


def check_plan(log: RunLog, facts: Mapping[str, Any], secrets: Secrets, run: Path, wanting: Sequence[str]) -> None:
    """A ConformanceError where the plan is another one. What was fetched is fetched anew, so it is no part of that;
    `wanting` says why a service could not be planned."""
    then = [step for step in log.header["plan"] if not step["exchange"].startswith("w")]
    now = [step for step in json.loads(json.dumps(masked(facts, secrets)))["plan"] if step["exchange"][0] != "w"]
    if then == now:
        return
    if wanting:
        raise ConformanceError(f"--resume {run}: {wanting[0]}; try again later, or {NEW}")
    pairs = zip(then, now, strict=False)
    differ = (min(one["exchange"], other["exchange"]) for one, other in pairs if one != other)
    first = next(differ, f"its request {min(len(then), len(now)) + 1}")
    text = f"--resume {run}: the plan is another one from {first} on, though all settings are the same"
    raise ConformanceError(f"{text}; its example cases, its WSDL or a library changed; {NEW}")


def journal_in(folder: Path) -> Path:
    """Where a run has its journal."""
    return folder / JOURNAL
