"""How many verdicts there are: by service, level and outcome. Pure; must never import a writer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.model import Level, Outcome, Verdict
from conformance.report.sections import DECIDED, waived

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def counts(verdicts: Sequence[Verdict], services: Iterable[str], started: str) -> dict[str, dict[str, dict[str, int]]]:
    """Service, or party of it, to level to the five outcomes, `tested` (passed and failed) and `waived` (of the
    failed)."""
    names = dict.fromkeys([*services, *(v.group for v in verdicts)])
    return {
        name: {
            str(level): _row([v for v in verdicts if v.group == name and v.level is level], started) for level in Level
        }
        for name in names
    }


def _row(verdicts: Sequence[Verdict], started: str) -> dict[str, int]:
    row = {str(outcome): sum(v.outcome is outcome for v in verdicts) for outcome in Outcome}
    row["tested"] = sum(v.outcome in DECIDED for v in verdicts)
    row["waived"] = sum(waived(v, started) for v in verdicts)
    return row


def all_rows(of: Any) -> list[tuple[str, str, dict[str, int]]]:
    """Service, level and row, without the rows of levels that have no verdict."""
    return [
        (service, level, row)
        for service, levels in of.items()
        for level, row in levels.items()
        if any(row[outcome] for outcome in Outcome)
    ]
