"""A token that a command prints, fetched when it is first needed and again when it ages.

Must never import the wire: whoever sends asks here for the token of the moment, and says how it was answered. A request
that was answered 401 is never sent again; but where the token had worked, and is no longer young, it is taken for
expired, and the next request goes out with a new one. A token that never worked is not fetched again: whoever gives
it out would only be asked a thousand times.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Callable

from conformance.errors import ConformanceError
from conformance.target.patience import within

PLACEHOLDER = "${CREDENTIAL}"
NOT_FOR_IT = "CONFORMANCE_SIGNING_"
"""Variables of the environment with the key that signs claims: no command needs them."""
_PATIENCE = 60.0
_YOUNG = 30.0
"""Seconds in which a 401 is not the age of the token."""
_LONGEST = 64 * 1024
"""Bytes of a token. Headers of more are refused everywhere."""


class Credential:
    """`command` is split like a shell would and run without one; `seconds` is how long its token is used. Where the
    command failed once it is not run again: every sender would wait for it in turn."""

    def __init__(
        self, command: str, seconds: float | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._command = command
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._fetched: float | None = None
        self._worked = False
        self._failure = ""
        self._tokens: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Credential({len(self._tokens)} fetched)"

    def __deepcopy__(self, memo: object) -> Credential:
        return self

    def tokens(self) -> tuple[str, ...]:
        """All tokens so far: each must be masked, also after it aged. Never waits for a command."""
        return self._tokens

    def token(self) -> str:
        """The token to send now."""
        with self._lock:
            if self._failure:
                raise ConformanceError(self._failure)
            now = self._clock()
            if self._fetched is None or (self._seconds is not None and now - self._fetched >= self._seconds):
                self._fetch()
                self._fetched = now
            return self._tokens[-1]

    def answered(self, status: int) -> None:
        """How a request that carried the token was answered."""
        with self._lock:
            if status != 401:
                self._worked = True
            elif self._worked and self._fetched is not None and self._clock() - self._fetched >= _YOUNG:
                self._fetched = None

    def _fetch(self) -> None:
        try:
            token = _printed(self._command)
        except ConformanceError as error:
            self._failure = str(error)
            raise
        self._tokens = (*(kept for kept in self._tokens if kept != token), token)
        self._worked = False

    def resolve(self, text: str) -> str:
        """The text with the token in place of `${CREDENTIAL}`."""
        return text.replace(PLACEHOLDER, self.token()) if PLACEHOLDER in text else text


def _printed(command: str) -> str:
    # What a command prints, on either stream, may be secret: no message repeats it.
    try:
        # Its own session, so that it is ended with all that it started.
        process = subprocess.Popen(  # noqa: S603 — the owner of the target file names the command; no shell reads it
            shlex.split(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            bufsize=0,
            env={name: value for name, value in os.environ.items() if not name.startswith(NOT_FOR_IT)},
        )
    except (OSError, ValueError, IndexError) as error:
        reason = getattr(error, "strerror", None) or "it is empty, or its quotes do not match"
        raise ConformanceError(f"credential.command cannot be run ({reason}); check its path and quotes") from None
    until = time.monotonic() + _PATIENCE
    try:
        # Whoever keeps the pipe open, or prints without end, is not waited for.
        printed = within(_PATIENCE, lambda: _read(process))
        status = 0 if len(printed) > _LONGEST else process.wait(max(0.0, until - time.monotonic()))
    except (TimeoutError, subprocess.TimeoutExpired):
        raise ConformanceError(
            f"credential.command printed no token within {_PATIENCE:.0f} seconds; run it by hand to see why"
        ) from None
    finally:
        _end(process)
    if status != 0:
        raise ConformanceError(
            f"credential.command ended with status {status}; run it by hand to see why it prints no token"
        )
    try:
        token = printed.decode("utf-8").strip()
    except UnicodeDecodeError:
        token = ""
    if not token or not token.isprintable() or len(printed) > _LONGEST:
        raise ConformanceError("credential.command must print the token, one line of text, and nothing else")
    return token


def _read(process: subprocess.Popen[bytes]) -> bytes:
    printed = b""
    while process.stdout and len(printed) <= _LONGEST and (part := process.stdout.read(_LONGEST)):
        printed += part
    return printed


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the command, and what it started where it did not come to an end itself."""
    if process.returncode is None:
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()
