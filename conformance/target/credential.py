"""A token that a command prints, fetched when it is first needed and again when it ages.

Must never import the wire: whoever sends asks here for the token of the moment.
"""

from __future__ import annotations

import shlex
import subprocess
import threading
import time
from collections.abc import Callable

from conformance.errors import ConformanceError

PLACEHOLDER = "${CREDENTIAL}"
_PATIENCE = 60.0


class Credential:
    """`command` is split like a shell would and run without one; `seconds` is how long its token is used."""

    def __init__(
        self, command: str, seconds: float | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._command = command
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._fetched: float | None = None
        self._tokens: list[str] = []

    def __repr__(self) -> str:
        return f"Credential({len(self._tokens)} fetched)"

    def __deepcopy__(self, memo: object) -> Credential:
        return self

    def tokens(self) -> tuple[str, ...]:
        """All tokens so far: each must be masked, also after it aged."""
        with self._lock:
            return tuple(self._tokens)

    def token(self) -> str:
        """The token to send now."""
        with self._lock:
            now = self._clock()
            if self._fetched is None or (self._seconds is not None and now - self._fetched >= self._seconds):
                token = _printed(self._command)
                if token not in self._tokens:
                    self._tokens.append(token)
                else:
                    self._tokens.append(self._tokens.pop(self._tokens.index(token)))
                self._fetched = now
            return self._tokens[-1]

    def resolve(self, text: str) -> str:
        """The text with the token in place of `${CREDENTIAL}`."""
        return text.replace(PLACEHOLDER, self.token()) if PLACEHOLDER in text else text


def _printed(command: str) -> str:
    # What a command prints, on either stream, may be secret: no message repeats it.
    try:
        done = subprocess.run(  # noqa: S603 — the owner of the target file names the command; no shell reads it
            shlex.split(command), stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        raise ConformanceError(
            f"credential.command printed no token within {_PATIENCE:.0f} seconds; run it by hand to see why"
        ) from None
    except (OSError, ValueError, IndexError) as error:
        reason = getattr(error, "strerror", None) or "it is empty, or its quotes do not match"
        raise ConformanceError(f"credential.command cannot be run ({reason}); check its path and quotes") from None
    if done.returncode != 0:
        raise ConformanceError(
            f"credential.command ended with status {done.returncode}; run it by hand to see why it prints no token"
        )
    token = done.stdout.decode("utf-8", "replace").strip()
    if not token or not token.isprintable():
        raise ConformanceError("credential.command must print the token, one line of text, and nothing else")
    return token
