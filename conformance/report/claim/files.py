"""Files beside a claim, read as what they are: no link is followed, no device waited for, nothing read without end.

A folder to be checked may come from anybody. Must never import a writer.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from conformance.report.claim import Artefact

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK = 1024 * 1024
LARGEST = 8 * 1024**3
"""Bytes of a file beside a claim. No run writes as many."""

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)  # the names in a claim may lead out of the folder
    | getattr(os, "O_NONBLOCK", 0)  # opening a pipe waits for who writes it
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


class Unreadable(Exception):  # noqa: N818 - a fact about a file, told by whoever asked
    """Why the file cannot be read, as the end of a sentence that begins with its name."""


def is_there(path: Path) -> bool:
    """Is there anything of that name, be it a link that leads nowhere?"""
    try:
        path.lstat()
    except (OSError, ValueError):
        return False
    return True


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        descriptor = os.open(path, _FLAGS)
    except FileNotFoundError:
        raise Unreadable("is not there") from None
    except OSError as error:
        linked = error.errno == errno.ELOOP or path.is_symlink()
        raise Unreadable("is a link and no file" if linked else f"cannot be read ({error.strerror})") from None
    except ValueError:
        raise Unreadable("is no name of a file") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Unreadable("is no file")
    with os.fdopen(descriptor, "rb") as file:
        yield file


def content_of(path: Path, most: int) -> bytes:
    """The content of a file of at most so many bytes."""
    with _opened(path) as file:
        content = b"".join(_chunks(file, most + 1))
    if len(content) > most:
        raise Unreadable(f"has more than {most} bytes")
    return content


def measured(path: Path, size: int | None = None) -> Artefact | None:
    """What the file is; None where it has not the size that is asked for, and then it is not read."""
    with _opened(path) as file:
        found = os.fstat(file.fileno()).st_size
        if size is not None and found != size:
            return None
        if found > LARGEST:
            raise Unreadable(f"has more than {LARGEST} bytes")
        digest, length = hashlib.sha256(), 0
        for chunk in _chunks(file, LARGEST):
            digest.update(chunk)
            length += len(chunk)
    return Artefact(bytes=length, sha256=digest.hexdigest())


def _chunks(file: BinaryIO, most: int) -> Iterator[bytes]:
    while most > 0 and (chunk := file.read(min(CHUNK, most))):
        most -= len(chunk)
        yield chunk
