"""Counts what was provoked, and tells it in one line at the end: `python -m pytest tests/effects -q`."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import pytest

from tests.socket_guard import Seen

KEYS = ("provoked", "left")
OWN = frozenset({"the target's own host"})
"""Leave to ask for one name, however it is spelt."""
Provoked = Callable[..., None]


@pytest.fixture
def provoked(record_property: Callable[[str, object], None]) -> Provoked:
    """Called once an attempt to make the suite send elsewhere was made; nothing may have left but for `leave`."""

    def count(seen: Seen, *, leave: Collection[str] = (), asked: Collection[str] = ()) -> None:
        away = [address for address in seen.left if address not in leave]
        record_property("provoked", 1)
        record_property("left", len(away))
        assert away == []
        names = {name.rstrip(".").lower() for name in seen.asked}
        assert names <= set(asked) or (asked is OWN and len(names) == 1)

    return count


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Over all tests, whatever process they ran in."""
    reports = [one for kind in ("passed", "failed") for one in terminalreporter.stats.get(kind, ())]
    told = [pair for one in reports if one.when == "call" for pair in one.user_properties]
    provoked, left = (sum(value for name, value in told if name == key) for key in KEYS)
    if provoked:
        terminalreporter.line(f"hosts contacted without leave: {left} of {provoked} attempts provoked")
