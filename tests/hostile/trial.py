"""A way put on trial: everything that must hold of it, and what did not, in words. As a program: one process for the
ways that are named, under a bound on its memory.

    python -m tests.hostile.trial FOLDER ID…
"""

from __future__ import annotations

import contextlib
import io
import json
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.hostile.artefacts import TERMINAL, problems
from tests.hostile.lures import CANARY, Bait
from tests.hostile.running import ROOM, SOON, Seen, put
from tests.hostile.table import BY_ID, WITHOUT_FAULT
from tests.hostile.verdicts import differences
from tests.hostile.way import Way

SPACE = 2**30
"""Bytes of address space of a process of its own; Python with our libraries takes half of it before the first byte."""


def tried(way: Way, bait: Bait, folder: Path, clean: Seen) -> list[str]:
    """What did not hold."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        seen = put(way, bait, folder)
    return [*differences(seen, clean), *_left(seen), *_touched(seen), *_told(said.getvalue())]


def _left(seen: Seen) -> Iterator[str]:
    if seen.report is None:
        return
    yield from problems(seen.out, CANARY)
    sent, taken = seen.answered
    if sent != taken:
        yield f"the report says {sent} requests were sent, {taken} came"


def _touched(seen: Seen) -> Iterator[str]:
    yield from seen.heard
    if seen.callers:
        yield f"another host was asked {seen.callers} times"
    if seen.touched:
        yield "a file was opened"
    if seen.seconds > SOON:
        yield f"it took {seen.seconds:.0f} seconds"
    if seen.grown > ROOM:
        yield f"memory grew by {seen.grown >> 20} MiB"
    for request in seen.received:
        if {b"cookie", b"authorization"} & {one.split(b":")[0].lower() for one in request.split(b"\r\n")[1:]}:
            yield "a cookie or a credential went out"


def _told(text: str) -> Iterator[str]:
    found = TERMINAL.search(text)
    if found is not None:
        yield f"the terminal is told {found[0]!r}: {text[max(0, found.start() - 60) : found.end() + 20]!r}"


def without_fault(bait: Bait, folder: Path) -> Seen:
    """The run that others are held against."""
    with contextlib.redirect_stdout(io.StringIO()):
        return put(WITHOUT_FAULT, bait, folder)


def main(folder: Path, names: list[str]) -> None:
    """A line of JSON for each: id and what did not hold."""
    resource.setrlimit(resource.RLIMIT_AS, (SPACE, SPACE))
    bait = Bait(folder / "bait")
    clean = without_fault(bait, folder / "clean")
    for number, name in enumerate(names):
        try:
            found = tried(BY_ID[name], bait, folder / str(number), clean)
        except BaseException as error:  # noqa: BLE001 - told to whoever started us
            found = [f"{type(error).__name__}: {error}"]
        sys.stdout.write(json.dumps([name, found]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
