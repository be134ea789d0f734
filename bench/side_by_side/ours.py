"""Our own suite as a user runs it: the command, and which rules its report says failed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

TOOL = "conformance"
TARGET = """\
name = "bench"
timeout = {{ exchange = {limit} }}

[{service}]
url = "{url}"
"""


def target(service: str, url: str, limit: float) -> str:
    """A target file that says no more than where the service is."""
    return TARGET.format(service=service, url=url, limit=limit)


def command(target_file: Path, out: Path, service: str, seed: int) -> list[str]:
    """What a user types."""
    return [
        sys.executable,
        *("-m", "conformance", "check", "--quiet"),
        *("--target", str(target_file), "--service", service),
        *("--depth", "quick", "--seed", str(seed), "--out", str(out)),
    ]


def failed(report: Path) -> tuple[str, ...]:
    """`rule@encoding` for each failure of the report; none where the run left no report."""
    if not report.exists():
        return ()
    document: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return tuple(
        f"{verdict['rule']}@{verdict['encoding']}" for verdict in document["verdicts"] if verdict["outcome"] == "failed"
    )


def catches(told: Iterable[str], rules: Iterable[str]) -> bool:
    """Did a rule that the defect is made to break fail? Another rule's failure does not count."""
    return not {name.rpartition("@")[0] for name in told}.isdisjoint(rules)
