"""Connections for one exchange each, on top of urllib3: the peer is checked, nothing is added, and time is bounded.

A connection is never used twice: what one exchange leaves behind, half-read bodies included, cannot reach the next,
and no request is lost to a connection that the server was about to close. Only `wire` may import this module.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from types import TracebackType
from typing import Any, cast

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError

from conformance.target.guard import loopback_address
from conformance.target.patience import resolved
from conformance.target.wire.answer import Answer


class RemotePeerError(HTTPError):
    """The connection led to another machine although effects are not allowed. No byte was sent."""


class UnresolvedError(NewConnectionError):
    """The name servers said nothing in time. No byte was sent."""


class TunnelRefusedError(HTTPError):
    """The proxy answered, and leads nowhere. No byte of the request was sent."""


class Attempt:
    """One try to send one request, as its connection sees it: may the peer be remote, did a byte go out, is time up.

    A context manager. The connection is made in the same thread and finds its attempt there. Until it stands, TLS and a
    proxy's tunnel included, it has `opening` seconds, and all of it has `seconds`. Then the socket is shut down, which
    ends every wait on it: a socket's own timeout begins anew with each byte that drips in.
    """

    def __init__(self, *, remote: bool, seconds: float, opening: float) -> None:
        self.remote = remote
        self.sent = False
        self.expired = False
        self._until = time.monotonic() + seconds
        self._opening = time.monotonic() + min(opening, seconds)
        self._opened = threading.Event()
        self._over = threading.Event()
        self._connection: HTTPConnection | None = None
        self._handle: socket.socket | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Attempt:
        _thread.attempt = self
        threading.Thread(target=self._end_in_time, name="deadline", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._opened.set()
        if self._connection is not None:
            self._connection.close()
        with self._lock:
            if self._handle is not None:
                self._handle.close()
            self._handle = None
        _thread.attempt = None

    def remaining(self, *, opening: bool = False) -> float:
        """Seconds until the deadline, never nothing: a timeout of 0 means non-blocking."""
        return max(0.001, (self._opening if opening else self._until) - time.monotonic())

    def watch(self, connection: HTTPConnection, connected: socket.socket) -> None:
        """The connection to close in the end, and to shut down at the deadline. The socket itself is of no use for
        that: TLS takes its file from it and makes another, whose handshake could drip on."""
        self._connection = connection
        with self._lock:
            self._handle = connected.dup()
            if self.expired:
                self._shut()

    def opened(self) -> None:
        """The connection stands; what is left is for the exchange."""
        self._opened.set()

    def _end_in_time(self) -> None:
        if self._opened.wait(self.remaining(opening=True)) and self._over.wait(self.remaining()):
            return
        with self._lock:
            if not self._over.is_set():
                self.expired = True
                self._shut()

    def _shut(self) -> None:
        if self._handle is not None:
            with contextlib.suppress(OSError):
                self._handle.shutdown(socket.SHUT_RDWR)


class _Thread(threading.local):
    attempt: Attempt | None = None


_thread = _Thread()


def _attempt() -> Attempt:
    if _thread.attempt is None:
        raise RemotePeerError("a connection outside an attempt")
    return _thread.attempt


class _Exact:
    """What both kinds of connection do besides their own."""

    _opening = False

    def _new_conn(self: Any) -> socket.socket:
        attempt = _attempt()
        found = self._resolved(attempt)
        # Resolved once: a name that is asked twice may lead to two machines.
        if not attempt.remote and not all(loopback_address(str(place[0])) for *_, place in found):
            raise RemotePeerError(f"{self.host} is not this machine")
        connected: socket.socket = self._connected(found, attempt)
        if not attempt.remote and not _loopback_peer(connected):
            connected.close()
            raise RemotePeerError(f"{self.host} is not this machine")
        attempt.watch(self, connected)
        return connected

    def _resolved(self: Any, attempt: Attempt) -> list[tuple[Any, ...]]:
        try:
            return resolved(self._dns_host.strip("[]"), self.port, attempt.remaining(opening=True))
        except TimeoutError as error:
            raise UnresolvedError(self, "not in time") from error
        except (OSError, UnicodeError) as error:
            raise NameResolutionError(self.host, self, cast("socket.gaierror", error)) from error

    def _connected(self: Any, found: list[tuple[Any, ...]], attempt: Attempt) -> socket.socket:
        """To the first address that takes the connection, within the time for all of them."""
        last: OSError = OSError("the name has no address")
        for family, kind, protocol, _, place in found:
            made = socket.socket(family, kind, protocol)
            try:
                for option in self.socket_options or ():
                    made.setsockopt(*option)
                made.settimeout(attempt.remaining(opening=True))
                made.connect(place)
            except OSError as error:
                made.close()
                last = error
            else:
                made.settimeout(attempt.remaining(opening=True))
                return made
        if isinstance(last, TimeoutError):
            raise ConnectTimeoutError(self, "not in time") from last
        raise NewConnectionError(self, str(last)) from last

    def connect(self: Any) -> None:
        self._opening = True
        try:
            super().connect()  # type: ignore[misc]
        finally:
            self._opening = False
        attempt = _attempt()
        attempt.opened()
        # A socket that was shut down before TLS began looks like one that is not connected, and no handshake is made.
        if attempt.expired:
            raise TimeoutError
        self.sock.settimeout(attempt.remaining())

    def _tunnel(self: Any) -> None:
        try:
            super()._tunnel()  # type: ignore[misc]
        except OSError as error:
            refused = re.match(r"Tunnel connection failed: (\d+)", str(error))
            if refused is None:
                raise
            raise TunnelRefusedError(refused[1]) from None

    def send(self: Any, data: Any) -> None:
        if self.sock is None:
            self.connect()
        # CONNECT to a proxy is no byte of the request.
        if not self._opening:
            _attempt().sent = True
        super().send(data)  # type: ignore[misc]


def _loopback_peer(connected: socket.socket) -> bool:
    try:
        return loopback_address(str(connected.getpeername()[0]))
    except OSError:
        connected.close()
        raise ConnectionResetError("cut off before it was used") from None


class _Connection(_Exact, HTTPConnection):
    response_class = Answer


class _TLSConnection(_Exact, HTTPSConnection):
    response_class = Answer


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.close()
        super()._put_conn(None)


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.close()
        super()._put_conn(None)

    def _validate_conn(self, conn: Any) -> None:
        # Unlike the original without a warning for `tls.verify = false`: the report says so on page one.
        if conn.is_closed:
            conn.connect()


class Adapter(HTTPAdapter):
    """The transport of requests over such connections. It follows no redirect and retries nothing."""

    def __init__(self) -> None:
        super().__init__(pool_connections=8, pool_maxsize=64, max_retries=0)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        # The original looks at the url alone: on the way to an http one it would trust any proxy that speaks TLS.
        original: Any = super().cert_verify
        original(conn, "https:" if isinstance(conn, _TLSPool) else url, verify, cert)

    def build_response(self, req: PreparedRequest, resp: Any) -> Response:
        # The original also parses cookies and charset, which nobody asks it for, from the server's text.
        response = Response()
        response.raw, response.status_code, response.request = resp, resp.status, req
        return response

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _use_pools(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        return _use_pools(super().proxy_manager_for(*args, **kwargs))


def _use_pools(manager: PoolManager) -> PoolManager:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}
    return manager
