"""What a user asks of a run, from the command line or from pytest's options alike. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`target` None is the embedded reference; empty `services` and `rules` mean all."""

    target: Path | None = None
    services: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    depth: str = "standard"
    seed: int = 0
    workers: int = 1
    strict: bool = False
    dry_run: bool = False
    replay: str | None = None
    shard: str | None = None
    """`K/N`: the K-th of N parts of the plan."""
    out: Path | None = None
    formats: tuple[str, ...] = ()
    command: str = "conformance check"
    schemas: Path | None = None
    resume: Path | None = None
    """The folder of a run to go on with; what it was made with holds again."""
    resend: bool = False
    waivers: Path | None = None
    baseline: Path | None = None
    """The folder of an earlier run that the report compares with."""
    lang: str | None = None
    """`es` or `en`; None by the environment."""


DECLARED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("target", {"metavar": "FILE", "help": "target file; without it the embedded reference is checked"}),
    ("service", {"metavar": "ID", "action": "append", "default": [], "help": "only this service (repeatable)"}),
    ("rules", {"metavar": "GLOB", "action": "append", "default": [], "help": "only rules that match (repeatable)"}),
    ("depth", {"metavar": "DEPTH", "help": "smoke, quick, standard (the default) or deep"}),
    ("seed", {"metavar": "N", "type": int, "help": "seed of the drawn cases; 0 by default"}),
    ("workers", {"metavar": "N", "type": int, "help": "sender threads; 1 by default"}),
    ("strict", {"action": "store_true", "help": "a failed SHOULD decides as well"}),
    ("dry-run", {"action": "store_true", "help": "print the plan, send nothing"}),
    ("replay", {"metavar": "EXCHANGE", "help": "send only this exchange and its baselines"}),
    ("schemas", {"metavar": "DIR", "help": "further services: a folder that `conformance derive` wrote"}),
    ("shard", {"metavar": "K/N", "help": "send the K-th of N parts of the plan"}),
    ("out", {"metavar": "DIR", "help": "folder of the run's files"}),
    ("resume", {"metavar": "DIR", "help": "go on with the run in this folder: send only what is missing"}),
    ("resend", {"action": "store_true", "help": "with it send again what was sent without an answer"}),
    ("format", {"metavar": "LIST", "action": "append", "default": [], "help": "further report formats, or all"}),
    ("waivers", {"metavar": "FILE", "help": "failures that someone answers for"}),
    ("baseline", {"metavar": "DIR", "help": "an earlier run to compare with"}),
    ("lang", {"metavar": "es|en", "help": "language of what is said; by the environment by default"}),
    ("command", {"default": "", "help": "the command as the report shows it"}),
    ("progress", {"action": "store_true", "help": "show progress on a terminal"}),
)
"""The options as pytest has them, each behind `--conformance-`."""


def given(words: Mapping[str, Any]) -> dict[str, Any]:
    """Of all options those that were given: the others stand at their default, or at what a resumed run had."""
    return {name: value for name, value in words.items() if value is not None and value != ()}
