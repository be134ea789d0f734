"""Live traffic, judged as it goes by: what a proxy sees → the journal of an audit, and at the end its report.

Whoever sees the traffic hands over one exchange after the other and waits for none of them: they are judged, masked and
written in a thread of their own, in their order. Each is in the journal as soon as it is judged, so that `conformance
report` makes the report of a watch that was killed. Knows no proxy; sends nothing.
"""

from __future__ import annotations

import os
import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from conformance.errors import ConformanceError
from conformance.model import Level, Report
from conformance.report.language import language_of
from conformance.report.text import one_line
from conformance.report.writers import known
from conformance.run.audited import AuditFacts, Recording, header_of
from conformance.run.auditing import subjects_of
from conformance.run.contracts import chosen, contracts, encodings
from conformance.run.folders import folder
from conformance.run.watched import Book
from conformance.target.file import load_target
from conformance.target.secrets import Secrets
from conformance.traffic.recording import Recorded

ENGINE = "live"
SEEN = "live traffic"
TOO_FAST = "came faster than it could be judged"
LEFT = "came when nothing could be judged or written any more"
MOST_WAITING = 64 * 2**20
"""Characters of bodies that wait for their turn."""
PATIENCE = 30.0
"""Seconds that what waits is given at the end."""
Say = Callable[[str, bool], None]
"""Is told a line, and whether it is a warning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchOptions:
    """What the user says. `command` is told in the report."""

    command: str
    out: Path | None = None
    target: Path | None = None
    services: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    lang: str | None = None


class Watch:
    """Judges what it is shown until it is closed. A mistake of the user is a ConformanceError when it is made; from
    then on nothing is raised: what goes wrong is told in a line."""

    def __init__(self, options: WatchOptions, say: Say) -> None:
        known(options.formats)
        self._options, self._say, self.language = options, say, language_of(options.lang)
        file = options.target
        target = load_target(file, os.environ, contracts(), encodings()) if file is not None else None
        subjects = subjects_of(chosen(options.services), target, named=bool(options.services))
        secrets = target.masks() if target else Secrets()
        facts = AuditFacts(
            command=options.command,
            files=(Recording(path=SEEN),),
            name=SEEN,
            services=options.services,
            engine=ENGINE,
            target=target,
            secrets=secrets,
        )
        self.out = folder(options.out, "watched", secrets, resumable=False)
        self._book = Book(self.out, subjects, header_of(facts), secrets)
        self._waiting: deque[tuple[Recorded, int]] = deque()
        self._size = 0
        self._left_out: Counter[str] = Counter()
        self._closing = False
        self._turn = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="conformance", daemon=True)
        self._thread.start()

    def see(self, recorded: Recorded) -> None:
        """One exchange more. Returns at once."""
        size = sum(len(side.body) + len(side.body64 or "") for side in (recorded.request, recorded.response) if side)
        with self._turn:
            if self._size + size <= MOST_WAITING:
                self._waiting.append((recorded, size))
                self._size += size
                self._turn.notify()
                return
        told = "exchanges come faster than they can be judged: some are left out, and counted"
        self._leave_out(TOO_FAST, self.language.fill(told))

    def close(self) -> Report | None:
        """What waits is judged, and the report written; None where that cannot be."""
        with self._turn:
            self._closing = True
            self._turn.notify()
        self._thread.join(PATIENCE)
        with self._turn:
            self._left_out[TOO_FAST] += len(self._waiting)
            self._waiting.clear()
        # What is under way by now is not waited for for ever.
        self._thread.join(PATIENCE)
        try:
            return self._book.done(self._left_out, self._options.formats, self._options.lang)
        except (ConformanceError, OSError) as error:
            self._tell("there is no report: {error}", error=self.language.say(str(error)))
        except Exception as error:  # noqa: BLE001 - who watches ends as usual
            kind = type(error).__name__
            self._tell("there is no report, by a defect of the suite ({error}); please report it", error=kind)
            self._tell("`conformance report {folder}` makes it of the journal", folder=self.out)
        return None

    def _work(self) -> None:
        while (recorded := self._next()) is not None:
            try:
                for level, line in self._book.add(recorded, self.language):
                    self._say(line, level is Level.MUST)
            except ConformanceError as error:
                self._leave_out(LEFT, self.language.say(str(error)))
            except Exception as error:  # noqa: BLE001 - the traffic goes on, whatever is wrong with us
                told = "an exchange could not be judged ({error}); please report it"
                self._leave_out(LEFT, self.language.fill(told, error=type(error).__name__))

    def _next(self) -> Recorded | None:
        with self._turn:
            self._turn.wait_for(lambda: self._waiting or self._closing)
            if not self._waiting:
                return None
            recorded, size = self._waiting.popleft()
            self._size -= size
            return recorded

    def _leave_out(self, reason: str, told: str) -> None:
        """Count an exchange that is not judged, and tell of the first."""
        with self._turn:
            self._left_out[reason] += 1
            first = self._left_out[reason] == 1
        if first:
            self._say(one_line(told), True)

    def _tell(self, template: str, **parts: object) -> None:
        self._say(one_line(self.language.fill(template, **parts)), True)
