"""What a hostile answer may want to touch: files, other hosts, other programs. Here is who would notice.

Python's own calls are heard by an audit hook, which is installed once and listens only where asked. Libraries in C call
past it: they are caught by a file that the kernel watches and by a host that counts who comes.
"""

from __future__ import annotations

import ctypes
import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.hostile.way import Lures

CANARY = "canary-5f0c9e1d7b"
"""What the file holds: nothing that a run writes may say so."""
IN_ACCESS, IN_OPEN = 0x1, 0x20
ROOTS = tuple(
    str(Path(place).resolve()) for place in (sys.prefix, sys.base_prefix, sys.exec_prefix, Path(__file__).parents[2])
)
"""Code and data of ours are read as they are needed."""
PLAIN = (
    f"/proc/{os.getpid()}/",
    "/dev/null",
    "/dev/tty",
    "/etc/localtime",
    "/etc/mime.types",
    "/usr/share/zoneinfo",
    "/sys/",
    "/dev/urandom",
)
PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "webbrowser.open", "ctypes.dlopen")

_listening: list[Listening] = []


class Listening:
    """What was touched while somebody listened. `ports` are those of this machine that may be asked."""

    def __init__(self, folders: tuple[Path, ...], ports: tuple[int, ...]) -> None:
        self.ports = ports
        self.heard: list[str] = []
        self._roots = (*ROOTS, *(str(folder.resolve()) for folder in folders))

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], (str, bytes)):
            path = os.path.realpath(os.fsdecode(arguments[0]))
            if not path.startswith((*self._roots, *PLAIN)):
                self.heard.append(f"open {path}")
        elif event == "socket.connect" and isinstance(arguments[1], tuple):
            host, port = arguments[1][:2]
            if host != "127.0.0.1" or port not in self.ports:
                self.heard.append(f"connect {host}:{port}")
        elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
            if arguments[0] not in {"127.0.0.1", b"127.0.0.1"}:
                self.heard.append(f"look up {arguments[0]!r}")
        elif event in PROGRAMS:
            self.heard.append(f"{event} {arguments[0]!r}")


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    for one in _listening:
        one.hear(event, arguments)


@contextmanager
def listening(*folders: Path, ports: tuple[int, ...]) -> Iterator[Listening]:
    """Hear what is touched while the block runs; files below the folders may be."""
    if not getattr(sys, "_hostile_hook", False):
        sys.addaudithook(_hook)
        sys._hostile_hook = True  # type: ignore[attr-defined]
    one = Listening(folders, ports)
    _listening.append(one)
    try:
        yield one
    finally:
        _listening.remove(one)


class Bait:
    """A file that the kernel watches, and a host that nobody may ask."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.file = folder / "bait.txt"
        self.file.write_text(CANARY, "utf-8")
        (folder / "bait.xsd").write_text(f"<!-- {CANARY} -->", "utf-8")
        self._watch = _watching(folder)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.callers = 0
        self.lures = Lures(
            file=self.file.as_uri(),
            folder=folder.as_uri(),
            http=f"http://127.0.0.1:{self.port}",
            host=f"127.0.0.1:{self.port}",
        )
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.callers += 1
            connection.close()

    def touched(self) -> int:
        """How often the files were opened or read since the last time that this was asked."""
        try:
            return len(os.read(self._watch, 65536))
        except BlockingIOError:
            return 0

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        os.close(self._watch)


def _watching(folder: Path) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    watch = int(library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
    if watch < 0 or library.inotify_add_watch(watch, os.fsencode(folder), IN_OPEN | IN_ACCESS) < 0:
        raise OSError(ctypes.get_errno(), "the kernel does not watch files here")
    return watch
