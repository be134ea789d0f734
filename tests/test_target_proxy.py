"""Proxies: of the environment or of the target file, never for this machine, and their password goes to them alone."""

from __future__ import annotations

import base64
import select
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing

import pytest

from conformance.errors import ConformanceError
from conformance.target.wire import Wire, WireError
from tests.target_support import OK, Answer, raw_server, request, target
from tests.wire_support import CONNECT, failing, held_on_this_machine, resolving, send

NAMES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
BASIC = b"Proxy-Authorization: Basic " + base64.b64encode(b"qa:s3cret-word")


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch) -> Iterator[None]:
    """None but those that a test names, and nothing leaves this machine."""
    for name in (*NAMES, *(name.upper() for name in NAMES)):
        monkeypatch.delenv(name, raising=False)
    with held_on_this_machine() as attempts:
        yield
    assert attempts == []


def refusing(status: bytes) -> Answer:
    return lambda connection, received: connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")


def leading_to(port: int) -> Answer:
    """A proxy that leads whoever asks to that port of this machine."""

    def lead(connection: socket.socket, received: bytes) -> None:
        with closing(socket.socket()) as onward:
            CONNECT(onward, ("127.0.0.1", port))
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            while True:
                ready, _, _ = select.select([connection, onward], [], [], 10)
                # What TLS has read already is seen by no select.
                while connection in ready or getattr(connection, "pending", lambda: 0)():
                    ready = [one for one in ready if one is not connection]
                    if not (part := connection.recv(65536)):
                        return
                    onward.sendall(part)
                if onward in ready:
                    if not (part := onward.recv(65536)):
                        return
                    connection.sendall(part)

    return lead


def test_a_proxy_of_the_environment_is_used_for_other_machines_only(monkeypatch) -> None:
    with raw_server() as proxy, raw_server() as server:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        send(server.url, effects=True)
        send(server.url.replace("127.0.0.1", "localhost"), effects=True)
        assert proxy.received == []
        send("http://staging.invalid/api", effects=True)
    assert proxy.received[0].startswith(b"POST http://staging.invalid/api HTTP/1.1\r\nHost: staging.invalid\r\n")
    assert b"Accept" not in proxy.received[0]
    assert b"User-Agent" not in proxy.received[0]


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_the_environment_names_a_proxy_in_several_ways(monkeypatch, name: str) -> None:
    with raw_server() as proxy:
        monkeypatch.setenv(name, f"127.0.0.1:{proxy.port}")
        assert send("http://staging.invalid/api", effects=True).status == 200
    assert len(proxy.received) == 1


def test_no_proxy_keeps_a_host_from_it(monkeypatch) -> None:
    with raw_server() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "staging.invalid")
        with pytest.raises(WireError, match=r"The name of staging\.invalid:80 does not resolve"):
            send("http://staging.invalid/api", effects=True)
    assert proxy.received == []


def test_the_proxy_of_the_target_is_used_before_that_of_the_environment(monkeypatch) -> None:
    with raw_server() as proxy, raw_server() as other:
        monkeypatch.setenv("http_proxy", other.url)
        monkeypatch.setenv("no_proxy", "staging.invalid")
        send("http://staging.invalid/api", effects=True, proxy=proxy.url)
    assert (len(proxy.received), len(other.received)) == (1, 0)


@pytest.mark.parametrize("effects", [False, True])
def test_what_is_on_this_machine_is_sent_by_no_proxy(monkeypatch, effects: bool) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving({"here.test": "127.0.0.1"}))
    with raw_server() as proxy, raw_server() as server:
        for host in ("127.0.0.1", "localhost", "here.test"):
            url = server.url.replace("127.0.0.1", host)
            assert send(url, effects=effects, proxy=proxy.url).status == 200
    assert (len(proxy.received), len(server.received)) == (0, 3)


def test_where_names_are_resolved_by_the_proxy_alone_each_is_asked_for_once(monkeypatch) -> None:
    asked: list[str] = []

    def unknown(host: str, *rest: object, **more: object) -> object:
        if host == "127.0.0.1":
            return resolving({})(host, *rest, **more)
        asked.append(host)
        raise socket.gaierror("unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with raw_server() as proxy:
        way = Wire(target("http://staging.invalid/", effects=True, proxy=proxy.url), environ={})
        for _ in range(5):
            assert way.send(request("http://staging.invalid/")).status == 200
    assert asked == ["staging.invalid"]


# --- CONNECT ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (b"403 Forbidden", "The proxy on the way to staging.invalid:443 refuses to lead there."),
        (b"502 Bad Gateway", "The proxy on the way to staging.invalid:443 refuses to lead there."),
        (b"407 Who", "The proxy on the way to staging.invalid:443 wants another user or password."),
    ],
)
def test_a_proxy_that_refuses_is_asked_once_and_connect_is_no_byte_of_the_request(status: bytes, sentence: str) -> None:
    tried: list[str] = []
    with raw_server(refusing(status)) as proxy, pytest.raises(WireError) as caught:
        send("https://staging.invalid/api", tried=tried, effects=True, proxy=proxy.url)
    # A wrong password that is shown three times locks an account.
    assert [line.split(b"\r\n")[0].split(b" HTTP")[0] for line in proxy.received] == [b"CONNECT staging.invalid:443"]
    assert (str(caught.value), caught.value.sent, tried) == (sentence, False, [])


def test_a_proxy_that_is_not_there_is_told_apart_from_the_target() -> None:
    with raw_server() as gone:
        url = gone.url
    with pytest.raises(WireError, match=r"^Nothing listens at the proxy on the way to staging\.invalid:443\.$"):
        send("https://staging.invalid/api", effects=True, proxy=url)


@pytest.mark.parametrize("encrypted", [False, True], ids=["http proxy", "https proxy"])
def test_what_goes_by_a_proxy_reaches_the_target_over_tls(
    authority, certificate, context, monkeypatch, encrypted: bool
) -> None:
    inner = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("staging.invalid").configure_cert(inner)
    with raw_server(OK, inner) as server, raw_server(leading_to(server.port), context if encrypted else None) as proxy:
        named = proxy.url.replace("127.0.0.1", "qa:s3cret-word@127.0.0.1")
        response = send("https://staging.invalid/api", effects=True, ca=str(certificate), proxy=named)
    assert response.status == 200
    assert proxy.received[0].startswith(b"CONNECT staging.invalid:443")
    assert BASIC in proxy.received[0]
    assert server.received[0].startswith(b"POST /api HTTP/1.1\r\nHost: staging.invalid\r\n")
    assert b"Proxy" not in server.received[0]
    assert b"s3cret" not in server.received[0]


def test_the_deadline_holds_behind_a_proxy_with_tls_in_tls(authority, certificate, context) -> None:
    inner = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("staging.invalid").configure_cert(inner)

    def silent(connection: socket.socket, received: bytes) -> None:
        connection.recv(1)

    with raw_server(silent, inner) as server, raw_server(leading_to(server.port), context) as proxy:
        settings = {"effects": True, "ca": str(certificate), "proxy": proxy.url, "exchange_timeout": 0.5}
        error = failing(0.5, "https://staging.invalid/", **settings)
    assert (str(error), error.sent) == ("No complete answer within 0.5 seconds.", True)


def test_a_proxy_whose_certificate_nobody_trusts_gets_no_password(context) -> None:
    with raw_server(OK, context) as proxy:
        named = proxy.url.replace("127.0.0.1", "qa:s3cret-word@127.0.0.1")
        for scheme in ("http", "https"):
            with pytest.raises(
                WireError, match=r"^The certificate of the proxy on the way to staging\.invalid"
            ) as caught:
                send(f"{scheme}://staging.invalid/api", effects=True, proxy=named)
            assert not caught.value.sent
    assert proxy.received == []


# --- its password -----------------------------------------------------------------------------------------------------


def test_the_password_of_a_proxy_goes_to_it_and_into_no_sentence(monkeypatch) -> None:
    with raw_server(OK) as proxy:
        named = proxy.url.replace("127.0.0.1", "qa:s3cret-word@127.0.0.1")
        monkeypatch.setenv("http_proxy", named)
        send("http://staging.invalid/api", effects=True)
        assert BASIC in proxy.received[0]
    tried: list[str] = []
    with pytest.raises(WireError) as caught:
        send("http://staging.invalid/api", tried=tried, effects=True)
    assert len(tried) == 2
    for text in (str(caught.value), *tried):
        assert "s3cret" not in text
        assert "qa" not in text


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks4", "ftp"])
def test_a_proxy_that_speaks_something_else_is_a_mistake_of_the_user(monkeypatch, scheme: str) -> None:
    monkeypatch.setenv("all_proxy", f"{scheme}://qa:s3cret-word@127.0.0.1:1")
    with pytest.raises(ConformanceError, match=f"a proxy of the kind {scheme}, .* NO_PROXY") as caught:
        send("http://staging.invalid/api", effects=True)
    assert "s3cret" not in str(caught.value)
