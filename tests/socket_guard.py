"""Watches what a process does to the network, through Python's audit events: connections, packets, names, programs.

Nothing but loopback is let out: what would leave is recorded and refused. Names resolve as a test says, so no name
server is asked either. `python -m tests.socket_guard RECORD NAMES -- ARGUMENTS` runs the command line, or pytest, so.
C libraries that open sockets of their own raise no audit event; the suite has one, libxml2, which is told no network.
"""

from __future__ import annotations

import ipaddress
import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

HERE = frozenset({"127.0.0.1", "::1", "localhost", "localhost.", "ip6-localhost"})
"""Hosts whose resolution says nothing to anybody."""
RESOLVE = socket.getaddrinfo
Names = Mapping[str, Sequence[str] | Callable[[], Sequence[str]]]
"""A name → the addresses that it resolves to, or what gives them anew each time."""


@dataclass
class Seen:
    """`left` are the addresses elsewhere that a connection or packet was tried to, `asked` the names elsewhere that
    were to be resolved, `local` the ports of this machine that were connected to, `started` the programs."""

    left: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    local: list[int] = field(default_factory=list)
    started: list[str] = field(default_factory=list)


def is_here(host: object) -> bool:
    """Is the address one of this machine, as the kernel sees it? 0.0.0.0 connects to it, but is no loopback."""
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if text in HERE:
        return True
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return bool((mapped or found).is_loopback)


class _Watch:
    """The one audit hook of the process: such a hook can never be taken away, only switched off."""

    def __init__(self) -> None:
        self.seen: Seen | None = None
        self._lock = threading.Lock()
        self._installed = False

    def switch(self, seen: Seen | None) -> None:
        with self._lock:
            if not self._installed:
                sys.addaudithook(self._heard)
                self._installed = True
            self.seen = seen

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        seen = self.seen
        if seen is None:
            return
        if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
            self._address(seen, arguments[1])
        elif event in {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}:
            if arguments[0] not in {None, ""} and not _numeric(arguments[0]) and not is_here(arguments[0]):
                seen.asked.append(str(arguments[0]))
                raise socket.gaierror(socket.EAI_NONAME, "refused by the socket guard")
        elif event == "socket.bind":
            if isinstance(arguments[1], tuple) and not is_here(arguments[1][0]):
                seen.left.append(f"bind {arguments[1][0]}")
                raise PermissionError("refused by the socket guard")
        elif event in {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn"}:
            seen.started.append(str(arguments[0]))
        elif event == "urllib.Request" and not str(arguments[0]).startswith("file:"):
            seen.asked.append(str(arguments[0]))

    def _address(self, seen: Seen, address: object) -> None:
        if address is None:
            # sendmsg on a connected socket: the connection was looked at.
            return
        if isinstance(address, tuple) and is_here(address[0]):
            seen.local.append(int(address[1]))
            return
        # A path is a unix socket: a way out as well, to whoever listens there.
        seen.left.append(str(address[0] if isinstance(address, tuple) else address))
        raise ConnectionRefusedError("refused by the socket guard")


_WATCH = _Watch()


def _numeric(host: object) -> bool:
    """Is the name one that resolves without being asked for? That includes 127.1 and 0x7f.1."""
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    try:
        socket.inet_aton(text)
    except (OSError, UnicodeError):
        return ":" in text
    return True


def resolver(names: Names, asked: list[str]) -> Callable[..., list[Any]]:
    """In place of `socket.getaddrinfo`: what is not in `names` and not of this machine does not resolve."""

    def resolve(host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> list[Any]:  # noqa: A002
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if name in {"localhost.", "ip6-localhost"}:
            # Not every machine has them in its table.
            host = "127.0.0.1" if name == "localhost." else "::1"
        if name is None or _numeric(name) or is_here(name):
            return list(RESOLVE(host, port, family, type, proto, flags))
        asked.append(str(name))
        found = names.get(str(name))
        if found is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        made: list[Any] = []
        for address in found() if callable(found) else found:
            made += RESOLVE(address, port, family, type, proto, flags | socket.AI_NUMERICHOST)
        return made

    return resolve


@contextmanager
def guarded(names: Names | None = None) -> Iterator[Seen]:
    """Nothing leaves while the block runs; what was tried is in the value."""
    seen = Seen()
    socket.getaddrinfo = resolver(names or {}, seen.asked)
    _WATCH.switch(seen)
    try:
        yield seen
    finally:
        _WATCH.switch(None)
        socket.getaddrinfo = RESOLVE


def main(arguments: Sequence[str]) -> None:
    """Run `conformance ARGUMENTS` under the guard, then write down what was seen."""
    from conformance import cli

    record, names, _, *command = arguments
    with guarded(json.loads(names)) as seen:
        try:
            if command[0] == "pytest":
                import pytest

                sys.exit(pytest.main(command[1:]))
            cli.main(command)
        finally:
            Path(record).write_text(json.dumps(asdict(seen)), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
