"""Values of a report in the shape that JSON documents of this suite share. Pure; must never import a writer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.model import Citation, Comparison, Difference


def citation(of: Citation) -> dict[str, Any]:
    """A line of a document, or a clause of a standard."""
    if of.document is not None:
        return {"document": of.document, "line": of.line}
    return {"standard": of.standard, "clause": of.clause}


def waiver(of: Mapping[str, Any]) -> dict[str, Any]:
    """A waiver that was given, with the verdicts that it is laid over."""
    covered = [{"rule": rule, "encoding": encoding} for rule, encoding in of["verdicts"]]
    return {**of, "verdicts": covered}


def comparison(of: Comparison) -> dict[str, Any]:
    """What changed between two runs, as JSON says it."""
    return {
        "old": dict(of.old),
        "new": dict(of.new),
        "regressed": of.regressed,
        "newly_failing": _differences(of.newly_failing),
        "newly_passing": _differences(of.newly_passing),
        "appeared": _differences(of.appeared),
        "gone": _differences(of.gone),
        "other": _differences(of.other),
        "unchanged": of.unchanged,
        "strict": of.strict,
        "remarks": of.remarks,
    }


def _differences(of: Iterable[Difference]) -> list[dict[str, Any]]:
    names = ("rule", "service", "encoding", "level", "before", "after", "told")
    return [{name: getattr(difference, name) for name in names} for difference in of]
