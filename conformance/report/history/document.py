"""The history of runs, for programs: checked against its published schema before it is kept. English.

Must never import a writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.report.comparing.document import checked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.model import Difference
    from conformance.report.history import History, Point

SCHEMA_ID = "https://billing-conformance.example/schemas/history-1.json"
SCHEMA_FILE = "history-1.schema.json"


def write(history: History) -> bytes:
    """The document as UTF-8, indented."""
    document = {
        "schema": SCHEMA_ID,
        "targets": [
            {
                "name": track.name,
                "runs": [_point(point) for point in track.points],
                "flapping": [
                    {
                        "rule": one.rule,
                        "encoding": one.encoding,
                        "changes": one.changes,
                        "words": [word or None for word in one.words],
                    }
                    for one in track.flapping
                ],
            }
            for track in history.tracks
        ],
    }
    return checked(document, SCHEMA_FILE)


def _point(point: Point) -> dict[str, Any]:
    since = point.since
    return {
        **point.run.about,
        "trouble": point.run.trouble or None,
        "counts": point.counts,
        "since": None
        if since is None
        else {
            "run": since.old["run"],
            "newly_failing": _named(since.newly_failing),
            "newly_passing": _named(since.newly_passing),
            "remarks": list(since.remarks),
        },
    }


def _named(differences: Iterable[Difference]) -> list[dict[str, str]]:
    return [{"rule": one.rule, "encoding": one.encoding, "level": str(one.level)} for one in differences]
