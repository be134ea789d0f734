"""Flow files of mitmproxy, read by mitmproxy itself, which knows the formats of all its versions.

A flow is a netstring: its length, then what mitmproxy reads. The lengths are read here, so that one flow is held at a
time and a damaged one does not end the reading. mitmproxy is an extra and is imported where a flow is met.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from conformance.errors import ConformanceError
from conformance.traffic.files.flow import recorded
from conformance.traffic.files.lines import CORRUPT, LARGEST, TOO_LARGE
from conformance.traffic.files.parts import FLOWS_NEED
from conformance.traffic.files.window import Window
from conformance.traffic.recording import Recorded, Unread

_LENGTH = re.compile(rb"([0-9]{1,12}):")
_LONGEST_LENGTH = 13
_LIKE_FLOW = re.compile(rb"[0-9]{2,9}:[0-9]{1,2}:[a-z_]{1,40};[0-9]{1,9}:")
_OVERLAP = 128
_TORN = "the file ends in the middle of this flow"
_VERSION = b"7:version;"
"""Every flow has it, and no message in it."""


def exchanges(content: Iterator[bytes]) -> Iterator[tuple[int, Recorded | Unread]]:
    """The exchanges of the flows; flows of other protocols are none and say nothing."""
    if find_spec("mitmproxy") is None:
        raise ConformanceError(FLOWS_NEED)
    window, at, lost = Window(content), 0, False
    while True:
        if lost and (at := _like_flow(window, at)) < 0:
            return
        end = _ending(window, at)
        if end == at:
            if window.torn:
                yield at, Unread(CORRUPT, window.torn)
            return
        found = _found(window, at, end)
        if not isinstance(found, Unread):
            if found is not None:
                yield at, found
            at, lost = end, False
            continue
        if not lost:
            yield at, found
        if found.reason == TOO_LARGE and _skipped(window, end):
            at = end
        else:
            at, lost = at + 1, True


def _ending(window: Window, at: int) -> int:
    """Where the flow ends that begins there, by its own word; `at` itself at the end of the file, -1 where none is."""
    while True:
        length = _LENGTH.match(window.data, at - window.base)
        if length is not None:
            return window.base + length.end() + int(length[1]) + 1
        if window.end - at > _LONGEST_LENGTH or not window.more(at):
            return at if window.end == at else -1


def _found(window: Window, at: int, end: int) -> Recorded | Unread | None:
    """The flow that lies there, what is wrong with it, or nothing where it is of another protocol."""
    if end < 0:
        # Nothing but digits are the beginning of a length, at the end of the file.
        torn = window.data[at - window.base :].isdigit()
        return Unread(CORRUPT, _TORN if torn else "here begins no flow of mitmproxy")
    if end - at > LARGEST:
        return Unread(TOO_LARGE, f"the flow is larger than the {LARGEST // 2**20} MiB that are read of one exchange")
    while window.end < end:
        if not window.more(at):
            return Unread(CORRUPT, window.torn or _TORN)
    frame = window.data[at - window.base : end - window.base]
    if _VERSION not in frame:
        return Unread(CORRUPT, "mitmproxy cannot read this flow")
    return _read(frame)


def _read(frame: bytes) -> Recorded | Unread | None:
    from mitmproxy.io import FlowReader  # noqa: PLC0415 - an extra, and dear

    try:
        flow: Any = next(iter(FlowReader(io.BytesIO(frame)).stream()))
        return recorded(flow) if flow.type == "http" else None
    except Exception:  # noqa: BLE001 - over a damaged flow mitmproxy stumbles in any way
        return Unread(CORRUPT, "mitmproxy cannot read this flow")


def _skipped(window: Window, end: int) -> bool:
    """Pass over what is too large; whether a flow may follow."""
    while window.end < end:
        if not window.more(window.end):
            return False
    return True


def _like_flow(window: Window, at: int) -> int:
    """Where the next text begins that may be a flow; -1 where none does."""
    while True:
        found = _LIKE_FLOW.search(window.data, at - window.base)
        if found is not None:
            return window.base + found.start()
        at = max(at, window.end - _OVERLAP)
        if not window.more(at):
            return -1
