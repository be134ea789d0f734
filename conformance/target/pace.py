"""The rate of a run, over all its senders: at most so many sends a second, and none while a server asks for a pause.

A 429, and a 503 with Retry-After, hold every sender back; nothing is sent again because of them. How long is bounded: a
server that asks for a day gets no more requests instead. Standard library and the model only; opens no connection.
"""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from conformance.model import Request, Response

LONGEST_HOLD = 120.0
"""Seconds that a service may hold the run back without an answer of another kind: longer is no limit but an outage, and
a job in CI that sleeps looks like one that hangs."""
LONGEST_ALTOGETHER = 600.0
"""Seconds that one service may hold the run back in all, answers in between or not."""
_FIRST = 1.0
"""Seconds after a 429 that does not say how long; twice as long after each further one."""
_SECONDS = re.compile(r"[0-9]+")
_DIGITS = 9


@dataclass(slots=True)
class _Asked:
    """What a service asked for: seconds in a row and in all, and how often in a row without saying how long."""

    row: float = 0.0
    total: float = 0.0
    vague: int = 0


class Pace:
    """Slots for sends, at least `1 / per_second` apart and none during a hold; each sender waits for its own. `tell`
    hears of each hold, so that a run that waits does not look like one that hangs."""

    def __init__(
        self,
        per_second: float | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self._gap = 1 / per_second if per_second else 0.0
        self._clock = clock
        self._tell = tell
        self._next = 0.0
        self._held = 0.0
        self._asked: dict[str, _Asked] = {}
        self._changed = threading.Condition()
        self._stopped = False

    def wait(self) -> bool:
        """Until the slot comes; False where the run stops before."""
        with self._changed:
            while not self._stopped:
                now = self._clock()
                rest = max(self._next, self._held) - now
                if rest <= 0:
                    self._next = now + self._gap
                    return True
                self._changed.wait(min(rest, threading.TIMEOUT_MAX))
            return False

    def stop(self) -> None:
        """No further slot; whoever waits for one wakes."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def obey(self, service: str, response: Response) -> str | None:
        """Hold all senders back as the answer demands. Why the service gets no more requests, where it asks for too
        much."""
        pause = retry_after(response, datetime.now(UTC)) if response.status in {429, 503} else None
        with self._changed:
            asked = self._asked.setdefault(service, _Asked())
            if response.status != 429 and pause is None:
                asked.row, asked.vague = 0.0, 0
                return None
            before = self._held
            reason = self._hold(asked, response.status, pause)
            rest = self._held - self._clock()
            told = self._held > before
        if told and self._tell is not None:
            self._tell(f"{service or 'the target'} answered {response.status}: nothing is sent for {rest:.0f} s")
        return reason

    def paced(self, send: Callable[[Request], Response]) -> Callable[[Request], Response]:
        """The send, in its slot and with its answer obeyed: for what is fetched before there is a plan."""

        def waiting(request: Request) -> Response:
            self.wait()
            response = send(request)
            self.obey("", response)
            return response

        return waiting

    def _hold(self, asked: _Asked, status: int, pause: float | None) -> str | None:
        now = self._clock()
        if pause is None:
            if self._held > now:
                # It was under way when the hold began, and says nothing new.
                return None
            pause = _FIRST * 2**asked.vague
            asked.vague += 1
        more = now + pause - max(now, self._held)
        if more <= 0:
            return None
        if pause > LONGEST_HOLD:
            return f"the service answered {status} and asks for a pause of more than {LONGEST_HOLD:.0f} seconds"
        asked.row += more
        asked.total += more
        if asked.row > LONGEST_HOLD:
            return (
                f"the service answered {status} after each pause, and they come to more than {LONGEST_HOLD:.0f} seconds"
            )
        if asked.total > LONGEST_ALTOGETHER:
            return f"the service answered {status}, and all pauses come to more than {LONGEST_ALTOGETHER:.0f} seconds"
        self._held = now + pause
        return None


def pause_asked(response: Response, now: datetime) -> float | None:
    """The seconds that the answer asks to wait for, 0 where it does not say how long; None where it asks for none."""
    pause = retry_after(response, now) if response.status in {429, 503} else None
    return 0.0 if pause is None and response.status == 429 else pause


def retry_after(response: Response, now: datetime) -> float | None:
    """The seconds that the answer asks to wait for: the longest where it says several, None where it says nothing that
    can be read. A date counts from the server's own, for its clock need not be ours."""
    waits = [
        _seconds(value.strip(), response, now) for name, value in response.headers if name.lower() == "retry-after"
    ]
    return max((wait for wait in waits if wait is not None), default=None)


def _seconds(value: str, response: Response, now: datetime) -> float | None:
    if _SECONDS.fullmatch(value):
        return float(value) if len(value) <= _DIGITS else math.inf
    until = _date(value)
    if until is None:
        return None
    rest = (until - (_date(response.header("Date") or "") or now)).total_seconds()
    return rest if rest > 0 else None


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
