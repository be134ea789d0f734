"""The exchanges of a part, one by one, whatever kind of recording it is of.

What cannot be read is told in its place, and what follows it is read: a recording is evidence, damaged or not. Memory
does not grow with the file. What a value says is not looked at here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.traffic.files import lines
from conformance.traffic.files.parts import FLOW, HAR, JOURNAL, JSONL, Part
from conformance.traffic.files.storage import blocks
from conformance.traffic.recording import Recorded, Unread


@dataclass(slots=True)
class Progress:
    """How far a reader is: bytes of unpacked content."""

    size: int = 0


def records(part: Part, progress: Progress | None = None) -> Iterator[tuple[int, Recorded | Unread]]:
    """Every exchange of the part with its place in the unpacked content, and every record that cannot be read.
    ConformanceError where the file cannot be opened; nothing else is raised. Each body of what it yields can be had."""
    progress = progress or Progress()
    if part.kind in {JSONL, JOURNAL}:
        read = lines.exchanges if part.kind == JSONL else lines.journal
        content = blocks(part.url or part.path, part.packed, max(0, part.start - 1))
        if part.end is None:
            content = _counted(content, progress)
        else:
            progress.size += part.end - part.start
        return read(content, part.start, part.end)
    content = _counted(blocks(part.url or part.path, part.packed), progress)
    if part.kind == HAR:
        from conformance.traffic.files import har  # noqa: PLC0415 - who reads lines need not wait for it

        return har.exchanges(content)
    if part.kind == FLOW:
        from conformance.traffic.files import flows  # noqa: PLC0415 - as above

        return flows.exchanges(content)
    return iter([(0, Unread(lines.CORRUPT, "by its name it is a recording, and by its content it is none"))])


def _counted(content: Iterator[bytes], progress: Progress) -> Iterator[bytes]:
    for block in content:
        progress.size += len(block)
        yield block
