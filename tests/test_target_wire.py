from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Iterator

import pytest
import responses

from conformance.errors import ConformanceError
from conformance.model import Request
from conformance.target.credential import Credential
from conformance.target.guard import Refused
from conformance.target.wire import Wire, WireError, connection
from conformance.target.wire.faults import wire_error
from tests.target_support import OK, Answer, closed_port, raw_server, request, target
from tests.wire_support import CONNECT, broken, held_on_this_machine, resolving, send


@pytest.fixture
def connects() -> Iterator[list[object]]:
    """Where a connection was attempted, loopback aside. Nothing beyond this machine is reached."""
    with held_on_this_machine() as attempts:
        yield attempts


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


WHITHER = (
    b"/other",
    b"//192.0.2.1/",
    b"http://192.0.2.1/api",
    b"https://192.0.2.1/api",
    b"http://127.0.0.1:%d/other",
    b"http://user:password@127.0.0.1:%d/",
    b"file:///etc/passwd",
    b"javascript:alert(1)",
    b"data:text/html,a",
    b"http://[",
    b"\\\\192.0.2.1\\share",
    b"",
)


@pytest.mark.parametrize("whither", WHITHER)
@pytest.mark.parametrize("status", [300, 301, 302, 303, 305, 307, 308, 401, 407])
def test_a_redirect_is_an_answer_and_nobody_follows_it(connects, status: int, whither: bytes) -> None:
    with raw_server() as trap:
        where = whither % trap.port if b"%d" in whither else whither
        names = (b"Location", b"Content-Location", b"Refresh", b"Link", b"Alt-Svc")
        lures = b"".join(b"%s: %s\r\n" % (name, where) for name in names)
        asks = b'WWW-Authenticate: Basic realm="a"\r\nProxy-Authenticate: Basic realm="a"\r\n'
        head = b"HTTP/1.1 %d Found\r\n%s%sContent-Length: 0\r\n\r\n" % (status, lures, asks)
        with raw_server(head) as server:
            secret = (("Authorization", "Bearer s3cret-word"), ("Cookie", "a=s3cret-word"))
            assert send(server.url, request(server.url, b"{}", secret), effects=True).status == status
    assert (len(server.received), len(trap.received), connects) == (1, 0, [])


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
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab", "a chunk whose size is no number"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", "too long"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 200 + b"\r\n", "answered with more than 100 headers"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd", "does not decode"),
    ],
)
def test_a_broken_answer_is_one_sentence(answer: bytes, words: str) -> None:
    error = broken(answer)
    assert words in str(error)
    assert str(error).endswith(".")
    assert "\n" not in str(error)
    assert error.sent


# --- tried again ------------------------------------------------------------------------------------------------------


def test_nothing_there_is_tried_three_times_and_no_byte_went_out() -> None:
    url = f"http://127.0.0.1:{closed_port()}/"
    pauses: list[float] = []
    tried: list[str] = []
    way = Wire(target(url), environ={}, pause=pauses.append)
    with pytest.raises(WireError, match="Nothing listens at 127") as caught:
        way.send(request(url), tried)
    assert not caught.value.sent
    assert len(pauses) == 2
    assert tried == [str(caught.value)] * 2


def test_a_connection_that_comes_about_at_last_is_answered_and_its_tries_are_told(monkeypatch) -> None:
    failures = [ConnectionRefusedError(111, "refused"), TimeoutError("late")]

    def connect(self: socket.socket, address: tuple[str, int]) -> None:
        if failures:
            raise failures.pop(0)
        CONNECT(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    tried: list[str] = []
    with raw_server() as server:
        assert send(server.url, tried=tried).status == 200
    place = f"127.0.0.1:{server.port}"
    assert tried == [f"Nothing listens at {place}.", f"No connection to {place} in time."]
    assert len(server.received) == 1


def reset(connection: socket.socket) -> None:
    """Closes it so that the other side, which has written its request meanwhile, is told of a reset."""
    time.sleep(0.2)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    connection.close()


FAILURES: dict[str, bytes | Answer] = {
    "closed": b"",
    "reset": lambda connection, received: reset(connection),
    "cut off in the head": b"HTTP/1.1 200 OK\r\nContent-",
    "cut off in the body": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{",
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
    "too late": lambda connection, received: connection.recv(1) and None,
}


def test_a_peer_that_is_gone_before_it_was_looked_at_is_no_other_machine(monkeypatch) -> None:
    def gone(self: socket.socket) -> object:
        raise OSError(107, "not connected")

    monkeypatch.setattr(socket.socket, "getpeername", gone)
    tried: list[str] = []
    with raw_server() as server, pytest.raises(WireError, match="cut the connection off") as caught:
        send(server.url, tried=tried)
    assert (caught.value.sent, len(tried)) == (False, 2)


@pytest.mark.parametrize("answer", FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("reads", [True, False], ids=["read", "not read"])
def test_what_may_have_gone_out_is_not_sent_again(answer: bytes | Answer, reads: bool) -> None:
    tried: list[str] = []
    with raw_server(answer, reads=reads) as server, pytest.raises(WireError) as caught:
        send(server.url, tried=tried, exchange_timeout=0.5)
    assert (len(server.received), tried) == (1, [])
    assert (caught.value.sent, caught.value.again) == (True, False)


@pytest.mark.parametrize("status", [408, 409, 413, 421, 425, 429, 500, 502, 503, 504, 511, 599])
def test_no_answer_is_a_reason_to_send_again(status: int) -> None:
    tried: list[str] = []
    head = b"HTTP/1.1 %d Later\r\nRetry-After: 0\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" % status
    with raw_server(head) as server:
        assert send(server.url, tried=tried).status == status
    assert (len(server.received), tried) == (1, [])


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("http://127.0.0.1:8/api", "127.0.0.1:8"),
        ("http://[::1]:8/api", "[::1]:8"),
        ("http://user:s3cret@example.com/s3cret?s3cret", "example.com:80"),
        ("https://example.com/", "example.com:443"),
    ],
)
def test_a_place_is_host_and_port_and_nothing_else_of_the_url(url: str, place: str) -> None:
    error = wire_error(ConnectionRefusedError(111, "refused"), url, sent=False, expired=False, seconds=5)
    assert str(error) == f"Nothing listens at {place}."


def test_an_illegal_header_is_not_tried_again() -> None:
    tried: list[str] = []
    with raw_server() as server, pytest.raises(WireError) as caught:
        send(server.url, request(server.url, b"", (("X-A", "a\r\nX-B: b"),)), tried)
    assert not caught.value.sent
    assert (server.received, tried) == ([], [])


# --- where it may go --------------------------------------------------------------------------------------------------


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


def test_a_mail_address_that_somebody_owns_is_not_sent() -> None:
    with raw_server() as server:
        with pytest.raises(Refused, match="recipients"):
            send(server.url, request(server.url, b'{"Email": "a\\u0040b.co"}'))
        assert server.received == []


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


def test_requests_mocked_in_a_unit_test_never_reach_a_socket(connects) -> None:
    with responses.RequestsMock() as mock:
        mock.post("http://127.0.0.1:9/api", body=b'{"success":true}', status=201, headers={"X-A": "1"})
        response = send("http://127.0.0.1:9/api")
    assert (response.status, response.body, response.header("X-A")) == (201, b'{"success":true}', "1")
    assert response.http_version == "HTTP/1.1"
