"""Values of a report in the shape that JSON documents of this suite share. Pure; must never import a writer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.model import Citation, Comparison, Difference, Frequency, Sighting


def citation(of: Citation) -> dict[str, Any]:
    """A line of a document, or a clause of a standard."""
    if of.document is not None:
        return {"document": of.document, "line": of.line}
    return {"standard": of.standard, "clause": of.clause}


def waiver(of: Mapping[str, Any]) -> dict[str, Any]:
    """A waiver that was given, with the verdicts that it is laid over."""
    covered = [
        {"rule": rule, "encoding": encoding, **({"party": party[0]} if party else {})}
        for rule, encoding, *party in of["verdicts"]
    ]
    return {**of, "verdicts": covered}


def sighting(of: Sighting | None) -> dict[str, Any] | None:
    """When and where something was recorded."""
    return None if of is None else {"started": of.started, "file": of.file, "offset": of.offset}


def frequency(of: Frequency) -> dict[str, Any]:
    """How often something failed."""
    return {
        "checked": of.checked,
        "failed": of.failed,
        "rate": of.rate,
        "first": sighting(of.first),
        "last": sighting(of.last),
    }


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
    return [{name: getattr(one, name) for name in names} | ({"party": one.party} if one.party else {}) for one in of]
