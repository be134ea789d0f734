"""One HTTP flow of mitmproxy → one exchange, whether it was read from a file or is seen as it goes by.

What went over the wire in a content coding is told decoded, within a bound. Takes the flow as it comes and imports
nothing of mitmproxy: who has no flow need not have that.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any, NamedTuple

from conformance.target.wire.answer import LARGEST
from conformance.target.wire.coding import TooLargeError, UndecodedError, decoded
from conformance.traffic.files.charsets import writable
from conformance.traffic.recording import BYTES, NOTHING, Answered, Asked, Kept, Recorded


class _Body(NamedTuple):
    """A body as a recording has it; `coded` is what is wrong with its coding."""

    body: str
    body64: str | None
    kept: Kept
    coded: str = ""


def recorded(flow: Any) -> Recorded:
    """The exchange. An answer that did not come to its end, or whose coding does not decode, is none."""
    asked, answer = flow.request, flow.response
    sent = _body(asked)
    error = writable(str(flow.error.msg)) if flow.error is not None else None
    response = None
    if answer is not None and error is None:
        got = _body(answer)
        error = got.coded or None
        response = None if error else _answered(answer, got)
    return Recorded(
        request=Asked(
            method=writable(asked.method),
            url=writable(_url(asked)),
            headers=_headers(asked),
            body=sent.body,
            body64=sent.body64,
            kept=sent.kept,
        ),
        response=response,
        error=error if response is None else None,
        started=_time(asked.timestamp_start),
        milliseconds=_milliseconds(asked.timestamp_start, answer.timestamp_end if answer is not None else None),
    )


def _answered(answer: Any, got: _Body) -> Answered:
    return Answered(
        status=answer.status_code,
        reason=writable(answer.reason or ""),
        http_version=writable(answer.http_version).upper(),
        headers=_headers(answer),
        body=got.body,
        body64=got.body64,
        kept=got.kept,
    )


def _url(asked: Any) -> str:
    """The address that was meant: where the proxy sees but an address of IP, the host that the client names."""
    try:
        ip_address(asked.host)
    except ValueError:
        return str(asked.url)
    return str(asked.pretty_url)


def _headers(message: Any) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message.headers.fields]


def _body(message: Any) -> _Body:
    if message.raw_content is None:
        # It was streamed.
        return _Body("", None, NOTHING)
    if len(message.raw_content) > LARGEST:
        return _Body("", None, NOTHING)
    codings = ",".join(value for name, value in _headers(message) if name.lower() == "content-encoding")
    try:
        raw = decoded(message.raw_content, codings, LARGEST)
    except TooLargeError:
        return _Body("", None, NOTHING)
    except UndecodedError as error:
        return _Body("", None, NOTHING, str(error))
    try:
        return _Body(raw.decode("utf-8"), None, BYTES)
    except UnicodeDecodeError:
        return _Body("", base64.b64encode(raw).decode("ascii"), BYTES)


def _time(moment: float | None) -> str:
    return "" if not moment else datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")


def _milliseconds(begun: float | None, ended: float | None) -> float:
    return round((ended - begun) * 1000, 3) if begun and ended and ended >= begun else 0.0
