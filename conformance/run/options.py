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
    """`K/N`: every N-th item, beginning with the K-th."""
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


def given(words: Mapping[str, Any]) -> dict[str, Any]:
    """Of all options those that were given: the others stand at their default, or at what a resumed run had."""
    return {name: value for name, value in words.items() if value is not None and value != ()}
