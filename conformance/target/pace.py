"""The rate of a run: at most so many sends a second, over all its senders. Standard library only."""

from __future__ import annotations

import threading
import time


class Pace:
    """Slots for sends, evenly spaced; each sender waits for its own."""

    def __init__(self, per_second: float | None) -> None:
        self._gap = 1 / per_second if per_second else 0.0
        self._next = 0.0
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def wait(self) -> bool:
        """Until the slot comes; False where the run stops before."""
        if not self._gap:
            return not self._stop.is_set()
        with self._lock:
            slot = max(self._next, time.monotonic())
            self._next = slot + self._gap
        return not self._stop.wait(max(0.0, slot - time.monotonic()))

    def stop(self) -> None:
        self._stop.set()
