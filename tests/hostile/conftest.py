"""The figure at the end of a test run: how many ways there were, and how many were survived."""

from __future__ import annotations

from typing import Any

import pytest

WAYS = pytest.StashKey[dict[str, bool]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[WAYS] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Remember how each way ended."""
    report = yield
    callspec = getattr(item, "callspec", None)
    way = callspec.params.get("way") if callspec is not None else None
    if way is not None and (report.when == "call" or report.failed):
        seen = item.config.stash[WAYS]
        seen[way.id] = seen.get(way.id, True) and report.passed
    return report


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """`N hostile behaviours survived of N`."""
    seen = config.stash[WAYS]
    if seen:
        terminalreporter.write_line(f"{sum(seen.values())} hostile behaviours survived of {len(seen)}")
