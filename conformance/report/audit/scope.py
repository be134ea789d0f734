"""What an audit read: files, exchanges, times, what could not be judged or read. For page one, and for programs.

Pure; must never import a writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.report.as_json import sighting
from conformance.report.audit.verdicts import sighting as of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.traffic.summary import Summary


def scope(header: Mapping[str, Any], summary: Summary, parties: Mapping[str, str]) -> dict[str, Any]:
    """The part `audit` of a report's scope. `parties` says what each comes to."""
    told = header["audit"]
    exchanges: dict[str, dict[str, int]] = {}
    for (service, encoding), times in sorted(summary.exchanges.items()):
        exchanges.setdefault(service, {})[encoding] = times
    return {
        "engine": told["engine"],
        "party": told["party"],
        "parties": dict(parties),
        "files": [
            {"path": file["path"], "bytes": file.get("bytes"), "records": file.get("records")} for file in told["files"]
        ],
        "records": summary.records,
        "bytes": summary.size,
        "exchanges": exchanges,
        "first": sighting(of(summary.first)),
        "last": sighting(of(summary.last)),
        "unjudged": [
            {"party": party, "reason": reason, "exchanges": seen.times, "first": sighting(of(seen.first))}
            for (party, reason), seen in sorted(
                summary.unjudged.items(), key=lambda row: (row[0][0], -row[1].times, row[0][1])
            )
        ],
        "unread": [
            {"file": file, "reason": reason, "records": times}
            for (file, reason), times in sorted(summary.unread.items())
        ],
        "problems": [
            {"file": one.place.path, "offset": one.place.offset, "reason": one.reason, "detail": one.detail}
            for one in summary.problems
        ],
    }
