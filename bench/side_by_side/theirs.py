"""Schemathesis with its strongest settings: the command, and what its record of events says.

A failure counts as a catch when the clean reference, given the same request, would not have had it. That is the
benefit of the doubt: a user has no clean server to ask. Must never import our judge: what it catches is for its own
checks to say.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.model import Request, Response

TOOL = "Schemathesis"

SETTINGS: tuple[str, ...] = (
    *("--checks", "all"),
    *("--phases", "examples,coverage,fuzzing,stateful"),
    *("--mode", "all"),
    # Its own first failure on the clean reference would end the rest.
    "--continue-on-failure",
    # A report of one failure is as good as the smallest one: the time for that is spared.
    "--no-shrink",
    *("--generation-database", "none"),
    *("--warnings", "off"),
    *("--report", "ndjson"),
)

BY_STATUS = frozenset(
    {
        "not_a_server_error",
        "status_code_conformance",
        "negative_data_rejection",
        "positive_data_acceptance",
        "missing_required_header",
        "unsupported_method",
        "ignored_auth",
        "use_after_free",
        "ensure_resource_availability",
        "object_level_authorization",
    }
)
"""Checks that look at the status alone; the others look at the whole answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One failure: the place of its request in the run, the check, and the exchange. Without an answer, None."""

    at: int
    check: str
    code: str
    media_type: str
    request: Request
    response: Response | None

    @property
    def kind(self) -> str:
        return f"{self.code} in {self.media_type}"


def command(document: Path, url: str, events: Path, *, examples: int, seed: int, limit: float) -> list[str]:
    """What a user types."""
    return [
        str(Path(sys.executable).with_name("schemathesis")),
        *("run", str(document), "--url", url),
        *SETTINGS,
        *("--max-examples", str(examples), "--seed", str(seed), "--max-response-time", str(limit)),
        *("--report-ndjson-path", str(events)),
    ]


def read(lines: Iterable[str]) -> tuple[Told, ...]:
    """Every failure of a run, in the order of its requests. A line that was cut off is the last, and is left out."""
    found: list[Told] = []
    before = 0
    for line in lines:
        try:
            event: dict[str, Any] = json.loads(line)
        except ValueError:
            break
        if "ScenarioFinished" in event:
            recorder = event["ScenarioFinished"]["recorder"]
            found += _scenario(recorder, before)
            before += len(recorder["interactions"])
    return tuple(found)


def _scenario(recorder: dict[str, Any], before: int) -> Iterator[Told]:
    exchanges = recorder["interactions"]
    for at, case in enumerate(in_order(recorder), start=before + 1):
        for check in recorder["checks"].get(case, ()):
            if check["status"] == "failure":
                failure = check["failure_info"]["failure"]
                yield Told(
                    at=at,
                    check=check["name"],
                    code=failure.get("title") or failure["type"],
                    media_type=recorder["cases"][case]["value"].get("media_type") or "no body",
                    request=request_of(exchanges[case]["request"]),
                    response=_response(exchanges[case].get("response")),
                )


def in_order(recorder: dict[str, Any]) -> list[str]:
    """The cases of a scenario in the order in which they were sent."""
    exchanges = recorder["interactions"]
    return sorted(exchanges, key=lambda case: exchanges[case]["timestamp"])


def request_of(record: dict[str, Any]) -> Request:
    """The request of an exchange, as it was sent."""
    return Request(
        method=record["method"],
        url=record["uri"],
        headers=_headers(record["headers"]),
        body=_bytes(record.get("body")),
    )


def _response(record: dict[str, Any] | None) -> Response | None:
    if record is None:
        return None
    return Response(
        status=record["status_code"], headers=_headers(record["headers"]), body=_bytes(record.get("content"))
    )


def _headers(record: dict[str, list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, values in record.items() for value in values)


def _bytes(record: dict[str, str] | None) -> bytes:
    return base64.b64decode(record["$base64"]) if record else b""


def shows(told: Told, clean: Callable[[Request], Response]) -> bool:
    """Is the failure one that the clean reference would not have had for the same request?"""
    if told.response is None or told.check == "max_response_time":
        return True
    expected = clean(told.request)
    if told.check in BY_STATUS:
        return told.response.status != expected.status
    return _looked_at(told.response) != _looked_at(expected)


def _looked_at(response: Response) -> tuple[object, ...]:
    return (response.status, response.header("Content-Type"), response.header("Allow"), response.body)


def kinds(told: Iterable[Told]) -> tuple[str, ...]:
    """The kinds of failure in a report, each once, as its reader tells them apart."""
    return tuple(sorted({one.kind for one in told}))
