"""What an audit read, for page one of `report.html`: files, exchanges, times, what was not judged and not read.

Values for the template alone. Must never import another writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.report.audit import BOTH
from conformance.report.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.model import Report
    from conformance.report.language import Language

FEW = 5
"""Files that stand unfolded."""
_KIBI = 1024
_UNITS = ("KiB", "MiB", "GiB", "TiB")


def audit_of(report: Report, language: Language) -> dict[str, Any]:
    """The part `audit` of the scope, in words."""
    told: Mapping[str, Any] = report.scope["audit"]
    files = [_file(one, language) for one in told["files"]]
    return {
        "files": files[:FEW],
        "others": files[FEW:],
        "number": len(files),
        "records": told["records"],
        "size": size(told["bytes"], language),
        "unread": sum(one["records"] for one in told["unread"]),
        "exchanges": [
            (service, [(encoding, language.number(times)) for encoding, times in found.items()])
            for service, found in told["exchanges"].items()
        ],
        "first": told["first"],
        "last": told["last"],
        "engine": told["engine"],
        "party": "" if told["party"] == BOTH else told["party"],
        "unjudged": told["unjudged"],
        "problems": told["problems"],
        "more": sum(one["records"] for one in told["unread"]) - len(told["problems"]),
    }


def _file(of: Mapping[str, Any], language: Language) -> str:
    """A file with its bytes and records, as far as they are known."""
    said = [size(of["bytes"], language)] if of["bytes"] is not None else []
    if of["records"] is not None:
        said.append(
            language.fill(
                "1 record" if of["records"] == 1 else "{number} records", number=language.number(of["records"])
            )
        )
    path = one_line(of["path"])
    return f"{path}: {', '.join(said)}" if said else path


def size(number: int, language: Language) -> str:
    """A number of bytes, with one figure behind the point where it is large."""
    if number < _KIBI:
        return language.fill("1 byte" if number == 1 else "{number} bytes", number=number)
    value, unit = float(number), ""
    for unit in _UNITS:  # noqa: B007 - the one that it stops at is wanted
        value /= _KIBI
        if value < _KIBI:
            break
    return f"{language.number(round(value, 1))} {unit}"
