"""Nothing waits longer than its deadline: whatever a name server, a proxy or a server does, or does not do."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from conformance.target.guard import Refused, loopback
from conformance.target.patience import resolved, within
from tests.target_support import raw_server, request
from tests.wire_support import RESOLVE, broken, dripping, ending_within, failing, resolving, send

DEADLINE = 0.5
LATE = "No complete answer within 0.5 seconds."
STREAM = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def silent(connection: socket.socket, received: bytes) -> None:
    while connection.recv(65536):
        continue


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"", b""),
        (b"", b"H"),
        (HEAD + b"X-A: ", b"a"),
        (HEAD, b"X-A: a\r\n"),
        (HEAD + b"\r\n", b"a"),
        (HEAD + b"Content-Length: 1000\r\n\r\n", b"a"),
        (CHUNKED, b"1\r\na\r\n"),
        (CHUNKED + b"5;", b"a"),
        (CHUNKED + b"0\r\n", b"X-A: a\r\n"),
        (b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
        (b"HTTP/1.1 100 Continue\r\n", b"X-A: a\r\n"),
        (HEAD + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b", b"\x08"),
    ],
    ids=[
        "nothing",
        "status line",
        "header",
        "headers",
        "body",
        "body of a length",
        "chunks",
        "chunk extension",
        "trailers",
        "provisional answers",
        "headers of a provisional answer",
        "coded body",
    ],
)
def test_an_answer_that_drips_ends_at_the_deadline(head: bytes, drop: bytes) -> None:
    with ending_within(DEADLINE):
        error = broken(dripping(head, drop, 0.03) if drop else silent, exchange_timeout=DEADLINE)
    assert (str(error), error.sent, error.late) == (LATE, True, True)


@pytest.mark.parametrize("encrypted", [False, True], ids=["http", "https"])
def test_a_large_body_to_a_peer_that_does_not_read_ends_at_the_deadline(encrypted: bool, context, certificate) -> None:
    def deaf(connection: socket.socket, received: bytes) -> None:
        server.released.wait(10)

    with raw_server(deaf, context if encrypted else None, reads=False) as server:
        sent = request(server.url, b"[" + b" " * 16 * 1024 * 1024 + b"]")
        error = failing(DEADLINE, server.url, sent, ca=str(certificate), exchange_timeout=DEADLINE)
        server.released.set()
    assert (str(error), error.sent, error.late) == (LATE, True, True)


def test_the_deadline_holds_under_tls(context, certificate) -> None:
    with raw_server(dripping(HEAD + b"\r\n"), context) as server:
        error = failing(DEADLINE, server.url, ca=str(certificate), exchange_timeout=DEADLINE)
    assert (str(error), error.sent) == (LATE, True)


@pytest.mark.parametrize("head", [b"", b"\x16\x03\x03\x40\x00\x02"], ids=["silent", "dripping"])
@pytest.mark.parametrize("limit", ["connect_timeout", "exchange_timeout"])
def test_a_handshake_that_does_not_end_is_no_connection_in_time(head: bytes, limit: str) -> None:
    with raw_server(dripping(head, b"\x00") if head else silent, reads=False) as server:
        error = failing(3 * DEADLINE, server.url.replace("http:", "https:"), **{limit: DEADLINE})
    assert (str(error), error.sent) == (f"No connection to 127.0.0.1:{server.port} in time.", False)


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nX-A: "], ids=["silent", "dripping"])
@pytest.mark.parametrize("limit", ["connect_timeout", "exchange_timeout"])
def test_a_proxy_that_does_not_say_whether_it_leads_there_is_ended(head: bytes, limit: str) -> None:
    with raw_server(dripping(head) if head else silent) as proxy:
        settings = {"effects": True, "proxy": proxy.url, limit: DEADLINE}
        error = failing(3 * DEADLINE, "https://staging.invalid/", **settings)
    assert (str(error), error.sent) == ("No connection to staging.invalid:443 in time.", False)


@pytest.fixture
def mute(monkeypatch) -> Iterator[threading.Event]:
    """The name servers say nothing."""
    released = threading.Event()

    def waiting(host: str, *rest: object, **more: object) -> object:
        if host.endswith(".test"):
            released.wait(20)
            raise socket.gaierror("released")
        return RESOLVE(host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", waiting)
    yield released
    released.set()


def test_a_name_server_that_says_nothing_is_not_waited_for(mute) -> None:
    error = failing(3 * DEADLINE, "http://mute.test/", effects=True, connect_timeout=DEADLINE)
    assert (str(error), error.sent) == ("The name of mute.test:80 is not resolved in time.", False)


def test_a_name_of_a_proxy_that_is_not_resolved_is_not_waited_for(mute) -> None:
    settings = {"effects": True, "proxy": "http://mute.test:1/", "connect_timeout": DEADLINE}
    error = failing(3 * DEADLINE, "http://192.0.2.1/", **settings)
    assert str(error) == "The name of the proxy on the way to 192.0.2.1:80 is not resolved in time."
    assert not error.sent


def test_the_guard_does_not_wait_for_a_name_server(mute) -> None:
    with ending_within(DEADLINE):
        assert not loopback("mute.test", DEADLINE)
    with ending_within(DEADLINE), pytest.raises(Refused, match=r"mute\.test is not this machine"):
        send("http://mute.test/", connect_timeout=DEADLINE)


@contextmanager
def full() -> Iterator[int]:
    """A port of this machine that takes no further connection and does not say so."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        waiting = []
        try:
            for _ in range(4):
                one = socket.socket()
                one.setblocking(False)
                one.connect_ex(listener.getsockname())
                waiting.append(one)
            yield listener.getsockname()[1]
        finally:
            for one in waiting:
                one.close()


def test_the_time_to_connect_is_for_all_addresses_of_a_name_together(monkeypatch) -> None:
    with full() as port:
        rows = [(*STREAM, ("127.0.0.1", port))] * 20
        monkeypatch.setattr(socket, "getaddrinfo", lambda *rest, **more: rows)
        error = failing(3 * DEADLINE, f"http://many.test:{port}/", connect_timeout=DEADLINE)
    assert (str(error), error.sent) == (f"No connection to many.test:{port} in time.", False)


def test_all_tries_have_the_time_of_one_exchange() -> None:
    with full() as port:
        error = failing(DEADLINE, f"http://127.0.0.1:{port}/", connect_timeout=5.0, exchange_timeout=DEADLINE)
    assert (str(error), error.sent) == (f"No connection to 127.0.0.1:{port} in time.", False)


def test_an_address_that_is_not_there_does_not_keep_the_next_from_being_tried(monkeypatch) -> None:
    with raw_server() as server, socket.create_server(("127.0.0.1", 0)) as listener:
        gone = listener.getsockname()
        listener.close()
        rows = [(*STREAM, gone), (*STREAM, ("127.0.0.1", server.port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *rest, **more: rows)
        assert send(f"http://two.test:{server.port}/").status == 200


def test_a_call_that_fails_in_time_fails_as_it_did() -> None:
    with pytest.raises(KeyError, match="here"):
        within(5, lambda: {}["here"])
    assert within(5, lambda: 1) == 1


def test_a_number_is_resolved_where_it_stands(monkeypatch) -> None:
    threads = []

    def asked(*rest: object, **more: object) -> list[object]:
        threads.append(threading.current_thread())
        return list(resolving({})(*rest, **more))

    monkeypatch.setattr(socket, "getaddrinfo", asked)
    resolved("127.0.0.1")
    resolved("::1")
    resolved("localhost")
    assert [thread is threading.current_thread() for thread in threads] == [True, True, False]
