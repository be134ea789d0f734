"""Connections for one exchange each, on top of urllib3: the peer is checked, nothing is added, and time is bounded.

A connection is never used twice: what one exchange leaves behind, half-read bodies included, cannot reach the next,
and no request is lost to a connection that the server was about to close. Only `wire` may import this module.
"""

from __future__ import annotations

import socket
import threading
import time
from types import TracebackType
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from conformance.target.guard import loopback, loopback_address


class RemotePeerError(HTTPError):
    """The connection led to another machine although effects are not allowed. No byte was sent."""


class Attempt:
    """One try to send one request, as its connection sees it: may the peer be remote, did a byte go out, is time up.

    A context manager. The connection is made in the same thread and finds its attempt there. At the deadline the
    socket is shut down, which ends every wait on it: a socket's own timeout begins anew with each byte that drips in.
    """

    def __init__(self, *, remote: bool, seconds: float) -> None:
        self.remote = remote
        self.sent = False
        self.expired = False
        self._until = time.monotonic() + seconds
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Attempt:
        _thread.attempt = self
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._socket = None
        _thread.attempt = None

    def remaining(self) -> float:
        """Seconds until the deadline, never nothing: a timeout of 0 means non-blocking."""
        return max(0.001, self._until - time.monotonic())

    def watch(self, connected: socket.socket) -> None:
        """The socket to shut down at the deadline."""
        with self._lock:
            self._socket = connected
            if self.expired:
                self._shut()

    def _expire(self) -> None:
        with self._lock:
            self.expired = True
            self._shut()

    def _shut(self) -> None:
        if self._socket is None:
            return
        try:
            # Not the method of an SSLSocket, which takes the TLS state away from the reading thread.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
        except OSError:
            return


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
        if not attempt.remote and not loopback(self._dns_host):
            raise RemotePeerError(f"{self.host} is not this machine")
        connected: socket.socket = super()._new_conn()  # type: ignore[misc]
        # The name may have been resolved anew: what counts is who is at the other end.
        if not attempt.remote and not _loopback_peer(connected):
            connected.close()
            raise RemotePeerError(f"{self.host} is not this machine")
        attempt.watch(connected)
        return connected

    def connect(self: Any) -> None:
        self._opening = True
        try:
            super().connect()  # type: ignore[misc]
        finally:
            self._opening = False
        attempt = _attempt()
        attempt.watch(self.sock)
        self.sock.settimeout(attempt.remaining())

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
        return False


class _Connection(_Exact, HTTPConnection):
    pass


class _TLSConnection(_Exact, HTTPSConnection):
    pass


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

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _use_pools(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        return _use_pools(super().proxy_manager_for(*args, **kwargs))


def _use_pools(manager: PoolManager) -> PoolManager:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}
    return manager
