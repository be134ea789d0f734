from __future__ import annotations

import gzip
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import responses
import trustme

from conformance.errors import ConformanceError
from conformance.model import Request
from conformance.target import connection, guard, wire
from conformance.target.credential import Credential
from conformance.target.guard import Refused
from conformance.target.wire import Wire, WireError
from tests.target_support import OK, Answer, RawServer, closed_port, raw_server, request, target

RESOLVE = socket.getaddrinfo


def send(url: str, sent: Request | None = None, **changes: object):
    way = Wire(target(url, **changes), environ={}, pause=lambda seconds: None)
    try:
        return way.send(sent or request(url))
    finally:
        way.close()


def broken(answer: bytes | Callable[[socket.socket, bytes], None], **changes: object) -> WireError:
    with raw_server(answer) as server, pytest.raises(WireError) as caught:
        send(server.url, **changes)
    return caught.value


def test_exactly_the_headers_of_the_request_go_out_and_host_and_content_length() -> None:
    with raw_server() as server:
        send(server.url)
    assert server.received == [
        b"POST /api HTTP/1.1\r\n"
        + f"Host: 127.0.0.1:{server.port}\r\n".encode()
        + b'Content-Type: application/json\r\nContent-Length: 8\r\n\r\n{"a": 1}'
    ]


def test_names_keep_their_case_and_order_and_may_repeat() -> None:
    headers = (("x-FIRST", "1"), ("Accept", "a/b"), ("X-Same", "1"), ("X-Same", "2"), ("User-Agent", "me"))
    with raw_server() as server:
        send(server.url, request(server.url, b"", headers))
    lines = server.received[0].split(b"\r\n")
    assert lines[2:] == [
        b"x-FIRST: 1",
        b"Accept: a/b",
        b"X-Same: 1",
        b"X-Same: 2",
        b"User-Agent: me",
        b"Content-Length: 0",
        b"",
        b"",
    ]


def test_a_request_without_headers_has_host_alone_where_the_method_has_no_body() -> None:
    with raw_server() as server:
        send(server.url, Request(method="GET", url=server.url + "?a=1&b", headers=(), body=b""))
    assert server.received == [f"GET /api?a=1&b HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode()]


def test_host_length_and_framing_of_the_request_are_taken_as_they_are() -> None:
    headers = (("Host", "other.test"), ("Content-Length", "3"))
    with raw_server() as server:
        send(server.url, request(server.url, b"abc", headers))
        send(server.url, request(server.url, b"abc", (("Transfer-Encoding", "chunked"),)))
    assert server.received[0] == b"POST /api HTTP/1.1\r\nHost: other.test\r\nContent-Length: 3\r\n\r\nabc"
    assert server.received[1].endswith(b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")


def test_a_header_beyond_latin_1_goes_out_as_utf_8() -> None:
    with raw_server() as server:
        send(server.url, request(server.url, b"", (("X-A", "ñ"), ("X-B", "₂"))))
    assert b"X-A: \xf1\r\nX-B: \xe2\x82\x82\r\n" in server.received[0]


def test_the_answer_comes_back_whole() -> None:
    answer = b"HTTP/1.1 201 Made Up\r\nX-A: 1\r\nx-a: 2\r\nSet-Cookie: c=1\r\nContent-Length: 3\r\n\r\n\x00\xff\n"
    with raw_server(answer) as server:
        response = send(server.url)
    assert (response.status, response.reason, response.http_version) == (201, "Made Up", "HTTP/1.1")
    assert sorted(response.headers) == [("Content-Length", "3"), ("Set-Cookie", "c=1"), ("X-A", "1"), ("X-A", "2")]
    assert response.body == b"\x00\xff\n"


def test_an_answer_of_http_1_0_says_so() -> None:
    with raw_server(b"HTTP/1.0 200 OK\r\n\r\nuntil the end") as server:
        response = send(server.url)
    assert (response.http_version, response.body) == ("HTTP/1.0", b"until the end")


def test_a_compressed_answer_is_decoded() -> None:
    body = gzip.compress(b"{}")
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    with raw_server(head + body) as server:
        assert send(server.url).body == b"{}"


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with raw_server(b"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n") as server:
        assert send(server.url).status == 302
        assert len(server.received) == 1


def test_a_cookie_is_not_sent_back() -> None:
    with raw_server(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n") as server:
        way = Wire(target(server.url), environ={})
        way.send(request(server.url))
        way.send(request(server.url))
    assert len(server.received) == 2
    assert b"ookie" not in server.received[1]


def test_a_netrc_is_not_read(tmp_path, monkeypatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password hidden\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with raw_server() as server:
        send(server.url)
    assert b"uthorization" not in server.received[0]


def test_every_exchange_has_its_own_connection() -> None:
    ports = set()

    def answer(connection: socket.socket, received: bytes) -> None:
        ports.add(connection.getpeername()[1])
        connection.sendall(OK)

    with raw_server(answer) as server:
        way = Wire(target(server.url), environ={})
        for _ in range(3):
            assert way.send(request(server.url)).status == 200
    assert len(ports) == 3


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "closed the connection without an answer"),
        (b"no HTTP at all\r\n\r\n", "no HTTP"),
        (b"HTTP/1.1 abc\r\n\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "cut its answer off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "cut its answer off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab", "cut its answer off"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", "too long"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 200 + b"\r\n", "broke: got more than 100 headers"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd", "does not decode"),
    ],
)
def test_a_broken_answer_is_one_sentence(answer: bytes, words: str) -> None:
    error = broken(answer)
    assert words in str(error)
    assert str(error).endswith(".")
    assert "\n" not in str(error)
    assert error.sent


def test_an_answer_that_grows_without_end_is_cut_at_a_limit(monkeypatch) -> None:
    monkeypatch.setattr(wire, "LARGEST", 1024 * 1024)
    error = broken(b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * (1024 * 1024 + 1))
    assert str(error) == "The answer is larger than 1 MiB."


def test_a_small_answer_that_unpacks_to_a_large_one_is_cut_too(monkeypatch) -> None:
    monkeypatch.setattr(wire, "LARGEST", 1024 * 1024)
    body = gzip.compress(b"a" * 4 * 1024 * 1024)
    error = broken(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    assert "larger" in str(error)


def test_a_server_that_says_nothing_is_given_up() -> None:
    def silent(connection: socket.socket, received: bytes) -> None:
        connection.recv(1)

    error = broken(silent, exchange_timeout=0.3)
    assert str(error) == "No complete answer within 0.3 seconds."
    assert error.sent


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nX-A: ", b"HTTP/1.1 200 OK\r\n\r\n", b"HT"])
def test_an_answer_that_drips_ends_at_the_deadline(head: bytes) -> None:
    def drip(connection: socket.socket, received: bytes) -> None:
        connection.sendall(head)
        connection.settimeout(0.05)
        for _ in range(400):
            connection.sendall(b"a")
            try:
                if not connection.recv(1):
                    return
            except TimeoutError:
                continue

    error = broken(drip, exchange_timeout=0.4)
    assert str(error) == "No complete answer within 0.4 seconds."
    assert error.sent


def test_nothing_there_is_tried_three_times_and_no_byte_went_out() -> None:
    url = f"http://127.0.0.1:{closed_port()}/"
    pauses: list[float] = []
    way = Wire(target(url), environ={}, pause=pauses.append)
    with pytest.raises(WireError, match="Nothing listens at 127") as caught:
        way.send(request(url))
    assert not caught.value.sent
    assert len(pauses) == 2


def test_what_may_have_gone_out_is_not_sent_again() -> None:
    with raw_server(b"") as server:
        with pytest.raises(WireError):
            send(server.url)
        assert len(server.received) == 1


def test_an_illegal_header_is_not_tried_again() -> None:
    with raw_server() as server, pytest.raises(WireError) as caught:
        send(server.url, request(server.url, b"", (("X-A", "a\r\nX-B: b"),)))
    assert not caught.value.sent
    assert server.received == []


@pytest.fixture
def connects(monkeypatch) -> list[object]:
    """Where a connection was attempted, loopback aside. Nothing beyond this machine is reached."""
    attempts: list[object] = []
    true_connect = socket.socket.connect

    def connect(self: socket.socket, address: tuple[str, int]) -> None:
        if not guard.loopback_address(address[0]):
            attempts.append(address)
            raise OSError("the test refuses")
        true_connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    return attempts


def test_nothing_connects_to_another_machine_without_effects(connects, monkeypatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving({"staging.example.com": "192.0.2.1"}))
    for url in ("http://192.0.2.1/", "http://[2001:db8::1]/", "https://staging.example.com/", "http://0.0.0.0/"):
        with pytest.raises(Refused, match="effects"):
            send(url)
    assert connects == []


def test_with_effects_it_is_tried(connects) -> None:
    with pytest.raises(WireError):
        send("http://192.0.2.1/", effects=True)
    assert connects[0] == ("192.0.2.1", 80)


def test_a_name_that_turns_to_another_machine_is_refused_before_a_connection(connects, monkeypatch) -> None:
    # Loopback when the guard asks, another machine when the connection is made.
    answers = iter(["127.0.0.1", "192.0.2.1", "192.0.2.1"])

    def turning(*rest: object, **more: object) -> list[object]:
        return resolving({"turn.test": next(answers)})(*rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", turning)
    with pytest.raises(Refused, match="not this machine"):
        send("http://turn.test/")
    assert connects == []


def test_a_peer_on_another_machine_gets_no_byte(monkeypatch) -> None:
    monkeypatch.setattr(connection, "_loopback_peer", lambda connected: False)
    with raw_server() as server, pytest.raises(Refused, match="not this machine"):
        send(server.url)
    assert server.received in ([], [b""])


def resolving(table: dict[str, str]) -> Callable[..., list[object]]:
    def getaddrinfo(host: str, *rest: object, **more: object) -> list[object]:
        return list(RESOLVE(table.get(host, host), *rest, **more))  # type: ignore[arg-type]

    return getaddrinfo


def test_a_mail_address_that_somebody_owns_is_not_sent() -> None:
    with raw_server() as server:
        with pytest.raises(Refused, match="recipients"):
            send(server.url, request(server.url, b'{"Email": "a\\u0040b.co"}'))
        assert server.received == []


def test_a_proxy_of_the_environment_is_used_for_other_machines_only(monkeypatch) -> None:
    with raw_server() as proxy, raw_server() as server:
        for name in ("http_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        send(server.url, effects=True)
        assert proxy.received == []
        send("http://staging.invalid/api", effects=True)
    assert proxy.received[0].startswith(b"POST http://staging.invalid/api HTTP/1.1\r\nHost: staging.invalid\r\n")
    assert b"Accept" not in proxy.received[0]
    assert b"User-Agent" not in proxy.received[0]


def test_the_proxy_of_the_target_is_used_and_connect_is_no_byte_of_the_request() -> None:
    def refuse(connection: socket.socket, received: bytes) -> None:
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    with raw_server(refuse) as proxy:
        with pytest.raises(WireError) as caught:
            send("https://staging.invalid/api", effects=True, proxy=f"http://127.0.0.1:{proxy.port}")
        assert proxy.received[0].startswith(b"CONNECT staging.invalid:443 ")
    assert not caught.value.sent
    assert "proxy" in str(caught.value)


def test_the_credential_is_put_into_the_headers_when_they_are_sent() -> None:
    credential = Credential("echo fetched-token", 900)
    with raw_server() as server:
        send(server.url, request(server.url, b"", (("Authorization", "Bearer ${CREDENTIAL}"),)), credential=credential)
    assert b"Authorization: Bearer fetched-token\r\n" in server.received[0]
    assert credential.tokens() == ("fetched-token",)


def test_a_credential_that_cannot_be_fetched_is_an_error_of_the_user() -> None:
    with raw_server() as server, pytest.raises(ConformanceError, match=r"credential\.command"):
        send(server.url, request(server.url, b"", (("A", "${CREDENTIAL}"),)), credential=Credential("false"))
    assert server.received == []


@pytest.mark.parametrize(
    ("environ", "changes", "expected"),
    [
        ({}, {}, True),
        ({"SSL_CERT_FILE": "/s"}, {}, "/s"),
        ({"SSL_CERT_FILE": "/s", "REQUESTS_CA_BUNDLE": "/r"}, {}, "/r"),
        ({"REQUESTS_CA_BUNDLE": "/r"}, {"ca": "/t"}, "/t"),
        ({"REQUESTS_CA_BUNDLE": "/r"}, {"ca": "/t", "verify": False}, False),
    ],
)
def test_which_authorities_are_trusted(environ: dict[str, str], changes: dict[str, object], expected: object) -> None:
    assert Wire(target("https://127.0.0.1/", **changes), environ=environ)._verify == expected


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key, certificate for this machine, and the authority behind it, in one file that nobody trusts."""
    authority = trustme.CA()
    issued = authority.issue_cert("localhost", "127.0.0.1")
    path = tmp_path_factory.mktemp("tls") / "loopback.pem"
    path.write_bytes(issued.private_key_and_cert_chain_pem.bytes() + authority.cert_pem.bytes())
    return path


@pytest.fixture
def tls(certificate: Path) -> Callable[[Answer | bytes], AbstractContextManager[RawServer]]:
    """A raw server that speaks TLS with a certificate for localhost that nobody trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return lambda answer: raw_server(answer, context)


def test_a_certificate_that_nobody_trusts_is_refused(tls) -> None:
    with tls(OK) as server:
        with pytest.raises(WireError, match=r"cannot be verified; see tls\.ca") as caught:
            send(server.url)
        assert server.received == []
    assert not caught.value.sent


def test_a_certificate_of_the_target_file_is_trusted(tls, certificate) -> None:
    with tls(OK) as server:
        assert send(server.url, ca=str(certificate)).status == 200
        way = Wire(target(server.url), environ={"SSL_CERT_FILE": str(certificate)})
        assert way.send(request(server.url)).status == 200


def test_a_certificate_for_another_name_is_refused(tls, monkeypatch, certificate) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving({"other.test": "127.0.0.1"}))
    with tls(OK) as server, pytest.raises(WireError, match=r"certificate of other\.test"):
        send(server.url.replace("127.0.0.1", "other.test"), ca=str(certificate))


def test_without_verification_any_certificate_will_do_and_nothing_warns(tls) -> None:
    with tls(OK) as server:
        assert send(server.url, verify=False).status == 200
    assert server.received[0].endswith(b'Content-Length: 8\r\n\r\n{"a": 1}')


def test_the_certificate_of_the_client_is_shown(tls, certificate) -> None:
    with tls(OK) as server:
        assert send(server.url, ca=str(certificate), client_cert=str(certificate)).status == 200


def test_an_authority_that_is_no_file_is_one_sentence(tls) -> None:
    with tls(OK) as server, pytest.raises(WireError, match="TLS CA certificate bundle") as caught:
        send(server.url, ca="/no/such/file")
    assert not caught.value.sent


def test_the_deadline_holds_under_tls(tls, certificate) -> None:
    def drip(connection: socket.socket, received: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        connection.settimeout(0.05)
        for _ in range(400):
            connection.sendall(b"a")
            try:
                if not connection.recv(1):
                    return
            except TimeoutError:
                continue

    with tls(drip) as server, pytest.raises(WireError, match=r"within 0\.5 seconds"):
        send(server.url, ca=str(certificate), exchange_timeout=0.5)


def test_a_server_without_tls_is_one_sentence() -> None:
    def answer() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.recv(65536)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(WireError, match=r"^TLS with 127\.0\.0\.1:\d+ failed\.$") as caught:
            send(f"https://127.0.0.1:{listener.getsockname()[1]}/")
        thread.join(10)
    assert not caught.value.sent


def test_a_handshake_that_hangs_is_no_connection_in_time() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        pytest.raises(WireError, match=r"^No connection to 127") as caught,
    ):
        send(f"https://127.0.0.1:{listener.getsockname()[1]}/", connect_timeout=0.1)
    assert not caught.value.sent


def test_requests_mocked_in_a_unit_test_never_reach_a_socket(connects) -> None:
    with responses.RequestsMock() as mock:
        mock.post("http://127.0.0.1:9/api", body=b'{"success":true}', status=201, headers={"X-A": "1"})
        response = send("http://127.0.0.1:9/api")
    assert (response.status, response.body, response.header("X-A")) == (201, b'{"success":true}', "1")
    assert response.http_version == "HTTP/1.1"
