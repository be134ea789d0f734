"""The file under a journal: lines with a checksum, appended whole or not at all, by one process at a time.

A line is `{"crc32": "0a1b2c3d", …}`, CRC-32 over its bytes without that member. Beside the file lies a reserve, which
is given up where the disk is full: then what is under way still fits, and nothing more is begun. Knows nothing of what
the lines say; standard library only.
"""

from __future__ import annotations

import errno
import json
import os
import re
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from conformance.errors import ConformanceError

try:
    import fcntl
    import resource
except ImportError:  # Windows has neither locks nor limits of this kind
    fcntl = resource = None  # type: ignore[assignment]

RESERVE = 256 * 1024
"""Bytes kept for each sender: room for what it has under way, but for an uncommonly large answer."""
_TRIES, _MOMENT = 5, 0.05
_SEAL = re.compile(rb'\{"crc32": "([0-9a-f]{8})", ')


class FullError(ConformanceError):
    """The journal takes no more, so nothing more is sent."""


def sealed(value: Mapping[str, Any]) -> bytes:
    """The line, with its checksum."""
    try:
        text = json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value).encode("ascii")
    return b'{"crc32": "%08x", %s\n' % (zlib.crc32(text), text[1:])


def opened(line: bytes) -> Any:
    """What the line says; ValueError where it does not fit its checksum, or has none."""
    seal = _SEAL.match(line)
    if seal is None:
        raise ValueError("it has no checksum")
    text = b"{" + line[seal.end() :]
    if zlib.crc32(text) != int(seal[1], 16):
        raise ValueError("it does not fit its checksum")
    return json.loads(text.decode("utf-8"))


class LineFile:
    """A file of such lines, open for writing. Safe for several threads; no second process writes it meanwhile."""

    def __init__(self, path: Path, file: BinaryIO, senders: int) -> None:
        self._path = path
        self._file = file
        self._end = file.seek(0, os.SEEK_END)
        self._lock = threading.Lock()
        self._size = RESERVE * senders
        self._reserve = path.with_name(f"{path.name}.reserve")
        self._problem: OSError | None = None

    @classmethod
    def create(cls, path: Path, senders: int = 1) -> LineFile:
        """A new file, with its reserve."""
        file = _open(path, "xb")
        try:
            return cls(path, file, senders)._ready()
        except ConformanceError:
            path.unlink()
            raise

    @classmethod
    def extend(cls, path: Path, senders: int = 1) -> LineFile:
        """A file that is there, to go on with. A torn last line is cut off."""
        lines = cls(path, _open(path, "r+b"), senders)._ready()
        content = path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if _fits(content[whole:]):
            # Killed between the line and its end: it is whole.
            lines._put(b"\n")
        else:
            lines._cut(whole)
        return lines

    def _ready(self) -> LineFile:
        try:
            _lock(self._path, self._file)
            # Bytes that do not compress: what is kept has to take up room.
            self._reserve.write_bytes(os.urandom(self._size))
        except OSError as error:
            self.close()
            text = f"{self._path}: no room to keep what will be answered ({error.strerror}), so nothing is sent"
            raise ConformanceError(f"{text}; make room, or name a folder that has some with --out") from None
        except ConformanceError:
            self._file.close()
            raise
        return self

    def _check_room(self) -> None:
        """FullError where a write has failed, or the next would pass the limit that the process has for a file."""
        if self._problem is not None:
            raise self._full(self._problem)
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0] if resource is not None else -1
        if limit >= 0 and self._end + self._size > limit:
            raise self._full(OSError(errno.EFBIG, os.strerror(errno.EFBIG)))

    @property
    def is_full(self) -> bool:
        return self._problem is not None

    def append(self, value: Mapping[str, Any], lean: Callable[[], Mapping[str, Any]] | None = None) -> None:
        """Write the line. Where there is no room the reserve makes some, then what is `lean` of it; else FullError."""
        line = sealed(value)
        with self._lock:
            try:
                self._put(line)
            except OSError as error:
                self._problem = self._problem or error
                with suppress(OSError):
                    self._reserve.unlink()
                self._put_somehow(line, lean, error)

    def begin(self, value: Mapping[str, Any]) -> None:
        """Write the line that something begins, if there is room without the reserve, which is for what has begun."""
        line = sealed(value)
        with self._lock:
            self._check_room()
            try:
                self._put(line)
            except OSError as error:
                self._problem = error
                raise self._full(error) from None

    def _put_somehow(self, line: bytes, lean: Callable[[], Mapping[str, Any]] | None, error: OSError) -> None:
        try:
            self._put(line)
        except OSError:
            if lean is None:
                raise self._full(error) from None
            try:
                self._put(sealed(lean()))
            except OSError:
                raise self._full(error) from None

    def _put(self, line: bytes) -> None:
        left = memoryview(line)
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError:
            with suppress(OSError):
                self._cut(self._end)
            raise
        self._end += len(line)

    def _cut(self, end: int) -> None:
        self._file.truncate(end)
        self._file.seek(end)
        self._end = end

    def _full(self, error: OSError) -> FullError:
        run = self._path.parent
        text = (
            f"{self._path} cannot be written ({error.strerror}), so nothing more is sent; it holds every answer so far"
        )
        return FullError(f"{text}. Make room, then go on with `conformance check --resume {run}`")

    def close(self) -> None:
        """Closes the file; the reserve is of no more use."""
        with self._lock:
            self._file.close()
            with suppress(OSError):
                self._reserve.unlink(missing_ok=True)


def _fits(line: bytes) -> bool:
    try:
        opened(line)
    except ValueError:
        return False
    return True


def in_use(path: Path) -> bool:
    """Is a run writing the file at this moment?"""
    if fcntl is None:
        return False
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _open(path: Path, mode: str) -> BinaryIO:
    try:
        # Without a buffer: one that could not be written would be tried again when the file is closed.
        return path.open(mode, buffering=0)  # type: ignore[return-value]
    except FileExistsError:
        raise ConformanceError(f"{path} exists; name another directory with --out") from None
    except OSError as error:
        raise ConformanceError(
            f"{path} cannot be written ({error.strerror}); name another directory with --out"
        ) from None


def _lock(path: Path, file: BinaryIO) -> None:
    if fcntl is None:
        return
    for _ in range(_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # Whoever looks whether it is locked locks it for a moment.
            time.sleep(_MOMENT)
        except OSError:
            # Some network folders know no locks.
            return
        else:
            return
    raise ConformanceError(f"{path} is being written by another run; wait for its end, or end it")
