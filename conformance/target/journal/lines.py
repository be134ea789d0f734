"""The file under a journal: lines with a checksum, appended whole or not at all, by one process at a time.

A line is `{"crc32": "0a1b2c3d", "line": 17, …}`: CRC-32 over its bytes without that member, and its number in the file,
so that neither a change nor a line that is gone goes unnoticed. Beside the file lies a reserve, which is given up where
the disk is full: then what is under way still fits, and nothing more is begun. Knows nothing of what the lines say;
standard library only.
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


def sealed(value: Mapping[str, Any], number: int) -> bytes:
    """The line, with its checksum and its number."""
    return _sealed(_encoded(value), number)


def _encoded(value: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value).encode("ascii")


def _sealed(text: bytes, number: int) -> bytes:
    text = b'{"line": %d, %s' % (number, text[1:])
    return b'{"crc32": "%08x", %s\n' % (zlib.crc32(text), text[1:])


def unsealed(line: bytes) -> bytes:
    """The line without its checksum; ValueError where it does not fit it, or has none."""
    seal = _SEAL.match(line)
    if seal is None:
        raise ValueError("it has no checksum")
    text = b"{" + line[seal.end() :]
    if zlib.crc32(text) != int(seal[1], 16):
        raise ValueError("it does not fit its checksum")
    return text


def opened(line: bytes) -> tuple[int, dict[str, Any]]:
    """The number of the line, and what it says; ValueError where it does not fit its checksum, or has none."""
    value = json.loads(unsealed(line).decode("utf-8"))
    number = value.pop("line", None)
    if type(number) is not int:
        raise ValueError("it has no number")
    return number, value


class LineFile:
    """A file of such lines, open for writing. Safe for several threads; no second process writes it meanwhile."""

    def __init__(self, path: Path, file: BinaryIO, senders: int) -> None:
        self._path = path
        self._file = file
        self._end = file.seek(0, os.SEEK_END)
        self._lines = 0
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
        lines._lines = content.count(b"\n")
        if _fits(content[whole:]):
            # Killed between the line and its end: it is whole.
            lines._put(b"\n")
            lines._lines += 1
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
        """FullError where a write has failed, or the next would pass the limit that the process has for a file; an
        error where the file is not there any more as it was left."""
        if self._problem is not None:
            raise self._full(self._problem)
        if not self._in_place():
            text = f"{self._path} was removed, moved or changed by somebody else, so nothing more is sent"
            raise ConformanceError(f"{text}; leave the folder of a run alone until its end, and start anew")
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0] if resource is not None else -1
        if limit >= 0 and self._end + self._size > limit:
            raise self._full(OSError(errno.EFBIG, os.strerror(errno.EFBIG)))

    def _in_place(self) -> bool:
        try:
            here, there = os.fstat(self._file.fileno()), self._path.stat()
        except OSError:
            return False
        return os.path.samestat(here, there) and here.st_size == self._end

    @property
    def is_full(self) -> bool:
        return self._problem is not None

    def append(self, value: Mapping[str, Any], lean: Callable[[], Mapping[str, Any]] | None = None) -> None:
        """Write the line. Where there is no room the reserve makes some, then what is `lean` of it; else FullError."""
        text = _encoded(value)
        with self._lock:
            line = self._next(text)
            try:
                self._put(line)
            except OSError as error:
                self._problem = self._problem or error
                with suppress(OSError):
                    self._reserve.unlink()
                self._put_somehow(line, lean, error)
            self._lines += 1

    def begin(self, value: Mapping[str, Any]) -> None:
        """Write the line that something begins, if there is room without the reserve, which is for what has begun."""
        text = _encoded(value)
        with self._lock:
            self._check_room()
            try:
                self._put(self._next(text))
            except OSError as error:
                self._problem = error
                raise self._full(error) from None
            self._lines += 1

    def _next(self, text: bytes) -> bytes:
        return _sealed(text, self._lines + 1)

    def _put_somehow(self, line: bytes, lean: Callable[[], Mapping[str, Any]] | None, error: OSError) -> None:
        try:
            self._put(line)
        except OSError:
            if lean is None:
                raise self._full(error) from None
            try:
                self._put(self._next(_encoded(lean())))
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
