"""A killed run loses nothing that was answered, and goes on to the report of a run that nobody broke."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kills import killed


@pytest.mark.parametrize(
    ("number", "seed"), [(2, 20261), pytest.param(50, 20262, marks=pytest.mark.nightly)], ids=["a few", "fifty"]
)
def test_nothing_is_lost_by_a_kill(tmp_path: Path, number: int, seed: int) -> None:
    figures = killed(number, tmp_path, seed)
    print(figures)
    assert len(figures.kills) == number
    assert str(figures).startswith(f"kills survived {number} of {number}, exchanges lost 0 of "), figures
    assert {kill.workers for kill in figures.kills} == {1, 4}
