"""What a reader must know beside the verdict of an audit: what could not be judged or read, and what it leaves out.

Pure; must never import a writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.model import PROVIDER
from conformance.report.audit.headline import how_far
from conformance.report.notices import coverage, damage
from conformance.report.text import counted, full_stop, listed, one_line, unique
from conformance.report.waivers import errors, remarks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conformance.report.audit.headline import Facts
    from conformance.target.journal import RunLog

_FEW = 10
"""Records that could not be read and are told one by one; the rest is in the report."""


def notices(log: RunLog, facts: Facts, read: Mapping[str, Any], *, disagreements: Sequence[str]) -> tuple[str, ...]:
    """The notices of page one, most pressing first, none twice. `read` is the part `audit` of the scope."""
    found: list[str] = []
    if disagreements:
        ids = listed(unique(disagreements), 5)
        found.append(f"The two judges of this suite disagree, which is a defect of the suite: {ids}.")
    found.extend(damage(log))
    if facts.stopped:
        found.append(f"The audit {how_far(facts)}; what it did not read is not in this report")
    found.extend(errors(facts.waivers, facts.verdicts))
    found.extend(_unread(read))
    found.extend(_unjudged(read))
    found.extend(log.header.get("notices", ()))
    found.extend(_unmet(log.header, read))
    found.extend(coverage(log.header))
    found.extend(remarks(facts.waivers, facts.verdicts))
    return unique(full_stop(one_line(text, 600)) for text in found)


def _unread(read: Mapping[str, Any]) -> Iterator[str]:
    """The records that could not be read, by file and byte."""
    number = sum(one["records"] for one in read["unread"])
    if not number:
        return
    files = counted(len({one["file"] for one in read["unread"]}), "file")
    yield f"{counted(number, 'record')} of {files} could not be read, and counted for nothing"
    problems = read["problems"][:_FEW]
    for one in problems:
        yield f"Could not be read: {one['file']} at byte {one['offset']}: {one['detail'] or one['reason']}"
    if number > len(problems):
        yield f"Could not be read: {counted(number - len(problems), 'record')} more"


def _unjudged(read: Mapping[str, Any]) -> Iterator[str]:
    """How much of what was read was not judged, and why."""
    for one in read["unjudged"]:
        number = counted(one["exchanges"], "exchange")
        if not one["party"]:
            yield f"Not judged: {number}: {one['reason']}"
        elif one["party"] == PROVIDER:
            yield f"The answers of {number} were not judged, or not in all: {one['reason']}"
        else:
            yield f"The requests of {number} were not judged, or not in all: {one['reason']}"


def _unmet(header: Mapping[str, Any], read: Mapping[str, Any]) -> Iterator[str]:
    """The services that were asked for and not met."""
    scope = header.get("scope", {})
    looked_for = scope.get("services", ()) if str(scope.get("selection", "")).startswith("service ") else ()
    missing = [service for service in looked_for if service not in read["exchanges"]]
    if missing and read["exchanges"]:
        yield f"No exchange of {listed(missing)} was recorded, so nothing is said of it"
