"""How much of an answer is read, and what is made of one that is coded, framed or begun as no answer should be."""

from __future__ import annotations

import gzip
import socket
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest
from requests import adapters

from conformance.target.wire import answer, coding
from conformance.target.wire.coding import TooLargeError, UndecodedError, decoded
from tests.target_support import Answer, raw_server
from tests.wire_support import broken, send

if coding.sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MIB = 1024 * 1024
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


CODINGS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("X-GZip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "bare deflate": ("deflate", raw_deflate),
    "br": ("br", brotli.compress),
    "zstd": ("zstd", zstd.compress),
}

coded = pytest.mark.parametrize(("name", "code"), CODINGS.values(), ids=CODINGS)


# --- content codings --------------------------------------------------------------------------------------------------


@coded
def test_a_coding_is_taken_off(name: str, code: Callable[[bytes], bytes]) -> None:
    body = b'{"success":true}' * 20_000
    assert decoded(code(body), name, MIB) == body
    assert decoded(code(b""), name, MIB) == b""
    assert decoded(b"", name, MIB) == b""


@coded
def test_a_coded_answer_is_whole_or_it_does_not_decode(name: str, code: Callable[[bytes], bytes]) -> None:
    body = code(b'{"success":true}' * 20)
    for cut in range(1, len(body)):
        with pytest.raises(UndecodedError, match="does not decode"):
            decoded(body[:cut], name, MIB)


@coded
def test_what_unpacks_beyond_the_limit_is_not_unpacked(name: str, code: Callable[[bytes], bytes]) -> None:
    assert len(decoded(code(bytes(MIB)), name, MIB)) == MIB
    bomb = code(bytes(64 * MIB))
    tracemalloc.start()
    try:
        with pytest.raises(TooLargeError):
            decoded(bomb, name, MIB)
        assert tracemalloc.get_traced_memory()[1] < 4 * MIB
    finally:
        tracemalloc.stop()
    with pytest.raises(TooLargeError):
        decoded(code(bytes(MIB + 1)), name, MIB)


def test_codings_one_over_another_come_off_in_turn_and_each_is_bounded() -> None:
    body = b"a" * 1000
    twice = gzip.compress(brotli.compress(body))
    assert decoded(twice, "br, gzip", MIB) == body
    assert decoded(twice, " BR ,,identity, GZIP", MIB) == body
    with pytest.raises(UndecodedError, match="more than 4 content codings"):
        decoded(twice, ", ".join(["gzip"] * 5), MIB)
    with pytest.raises(TooLargeError):
        decoded(brotli.compress(gzip.compress(bytes(64 * MIB))), "gzip, br", MIB)


@pytest.mark.parametrize("name", ["compress", "exi", "x-own", "gzip;q=1", "aws-chunked"])
def test_a_coding_that_is_not_read_here_is_named(name: str) -> None:
    with pytest.raises(UndecodedError, match=f"^The answer has the content coding '{name}', which is not read here"):
        decoded(b"{}", name, MIB)
    assert decoded(b"{}", "identity", MIB) == b"{}"
    assert decoded(b"", name, MIB) == b""


def test_the_name_of_a_coding_is_told_short_and_plain() -> None:
    with pytest.raises(UndecodedError) as caught:
        decoded(b"{}", "\x1b[31m" + "é" * 5000, MIB)
    assert len(str(caught.value)) < 300
    assert str(caught.value).isascii()
    assert str(caught.value).isprintable()


def test_streams_behind_one_another_are_one_and_padding_is_none() -> None:
    two = gzip.compress(b"a") + gzip.compress(b"b")
    assert decoded(two, "gzip", MIB) == b"ab"
    assert decoded(two + b"\0\0\0", "gzip", MIB) == b"ab"
    assert decoded(zstd.compress(b"a") + zstd.compress(b"b"), "zstd", MIB) == b"ab"
    with pytest.raises(UndecodedError):
        decoded(two[:-9] + b"\0\0\0", "gzip", MIB)


@pytest.mark.parametrize("empty", [gzip.compress(b""), zstd.compress(b"")], ids=["gzip", "zstd"])
def test_a_flood_of_empty_streams_is_ended(empty: bytes) -> None:
    name = "gzip" if empty.startswith(b"\x1f\x8b") else "zstd"
    assert decoded(empty * 1000, name, MIB) == b""
    with pytest.raises(UndecodedError):
        decoded(empty * 500_000, name, MIB)


def test_a_window_beyond_what_http_admits_is_not_opened() -> None:
    wide = {zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.enable_long_distance_matching: 1}
    packer = zstd.ZstdCompressor(options=wide)
    body = packer.compress(bytes(1000)) + packer.flush()
    with pytest.raises(UndecodedError):
        decoded(body, "zstd", MIB)


@pytest.mark.parametrize(
    ("body", "named"),
    [(b"abcd", "gzip"), (brotli.compress(b"a"), "zstd"), (gzip.compress(b"a"), "br")],
    ids=["nothing for gzip", "br for zstd", "gzip for br"],
)
def test_what_is_coded_otherwise_than_it_says_does_not_decode(body: bytes, named: str) -> None:
    error = broken(OK + b"Content-Encoding: %s\r\n\r\n" % named.encode() + body)
    assert str(error) == f"The answer's content coding ({named}) does not decode."
    assert error.sent


def test_several_headers_name_the_codings_together_and_a_body_that_is_none_needs_none() -> None:
    body = gzip.compress(zlib.compress(b"{}"))
    head = b"Content-Encoding: deflate\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    with raw_server(OK + head + body) as server:
        assert send(server.url).body == b"{}"
    with raw_server(OK + b"Content-Encoding: x-own\r\nContent-Length: 0\r\n\r\n") as server:
        assert send(server.url).body == b""
    with raw_server(b"HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\n\r\n") as server:
        assert send(server.url).status == 204


# --- sizes ------------------------------------------------------------------------------------------------------------


def flood(head: bytes, drop: bytes) -> Answer:
    """Some bytes, then drops for as long as somebody takes them."""

    def pour(connection: socket.socket, received: bytes) -> None:
        connection.sendall(head)
        drops = drop * max(1, 65536 // len(drop))
        for _ in range(64 * MIB // len(drops)):
            connection.sendall(drops)

    return pour


LARGE = "The answer is larger than 1 MiB."
HEAD = "The head of the answer is larger than 256 KiB."
FLOODS = {
    "a body without end": (OK + b"\r\n", b"a", LARGE),
    "a body of a length": (OK + b"Content-Length: 99999999999\r\n\r\n", b"a", LARGE),
    "chunks without end": (CHUNKED, b"1\r\na\r\n", LARGE),
    "extensions of chunks": (CHUNKED, b"1;" + b"a" * 60_000 + b"\r\na\r\n", LARGE),
    "an extension without end": (CHUNKED + b"1;", b"a", "too long."),
    "trailers without end": (CHUNKED + b"0\r\n", b"X-A: a\r\n", LARGE),
    "a trailer without end": (CHUNKED + b"0\r\nX-A: ", b"a", "too long."),
    "a coded body without end": (OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b""), LARGE),
    "a status line without end": (b"HTTP/1.1 200 ", b"a", "too long."),
    "a header without end": (OK + b"X-A: ", b"a", "too long."),
    "headers without end": (OK, b"X-A: a\r\n", "answered with more than 100 headers."),
    "long headers": (OK, b"X-A: " + b"a" * 60_000 + b"\r\n", HEAD),
    "provisional answers": (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", "More than 32 provisional answers (1xx) came"),
    "provisional answers that continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n", "More than 32 provisional answers"),
    "long provisional answers": (b"", b"HTTP/1.1 100 Continue\r\nX-A: " + b"a" * 60_000 + b"\r\n\r\n", HEAD),
    "headers of a provisional answer": (b"HTTP/1.1 100 Continue\r\n", b"X: a\r\n", "more than 100 headers."),
}


@pytest.mark.parametrize(("head", "drop", "words"), FLOODS.values(), ids=FLOODS)
def test_an_answer_that_grows_without_end_is_cut_at_a_bound(head: bytes, drop: bytes, words: str, monkeypatch) -> None:
    monkeypatch.setattr(answer, "LARGEST", MIB)
    tracemalloc.start()
    try:
        error = broken(flood(head, drop), exchange_timeout=60.0)
        assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    finally:
        tracemalloc.stop()
    assert words in str(error)
    assert str(error).endswith(".")
    assert (error.sent, error.again) == (True, False)


def test_a_small_answer_that_unpacks_to_a_large_one_is_cut_too(monkeypatch) -> None:
    monkeypatch.setattr(answer, "LARGEST", MIB)
    body = brotli.compress(bytes(64 * MIB))
    error = broken(OK + b"Content-Encoding: br\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    assert str(error) == LARGE


# --- framing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
        b"HTTP/1.1 102 Processing\r\n\r\n" + OK,
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nContent-Length: 99\r\n\r\n" * 32 + OK,
    ],
    ids=["100", "102", "103"],
)
def test_a_provisional_answer_is_not_the_answer(head: bytes) -> None:
    with raw_server(head + b"X-A: 1\r\nContent-Length: 2\r\n\r\n{}") as server:
        response = send(server.url)
    assert (response.status, response.body, response.header("X-A")) == (200, b"{}", "1")
    assert response.header("Link") is None


def test_a_change_of_protocols_that_nobody_asked_for_is_the_answer() -> None:
    with raw_server(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n\x00\x00") as server:
        response = send(server.url)
    assert (response.status, response.body) == (101, b"")


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        b"Content-Length: 2, 2\r\n\r\n{}",
        b"Content-Length: 02\r\n\r\n{}",
        b"Content-Length: 2 \r\n\r\n{}more",
        b"Transfer-Encoding: chunked \r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"Transfer-Encoding: Chunked\r\n\r\n02 ;a=b\r\n{}\r\n0\r\nX-A: 1\r\n\r\n",
        b"Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}",
        b"Transfer-Encoding: chunked\r\nContent-Length: 99\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    ],
)
def test_a_body_ends_where_it_says_also_where_the_connection_stays_open(head: bytes) -> None:
    def stay(connection: socket.socket, received: bytes) -> None:
        connection.sendall(OK + head)
        connection.recv(1)

    with raw_server(stay) as server:
        assert send(server.url).body == b"{}"


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"Content-Length: -5", "a Content-Length that is none"),
        (b"Content-Length: +16", "a Content-Length that is none"),
        (b"Content-Length: 0x10", "a Content-Length that is none"),
        (b"Content-Length: many", "a Content-Length that is none"),
        (b"Content-Length: 1_6", "a Content-Length that is none"),
        (b"Content-Length: " + b"9" * 5000, "a Content-Length that is none"),
        (b"Content-Length:", "a Content-Length that is none"),
        (b"Content-Length: 16\r\nContent-Length: 17", "two values of Content-Length that differ"),
        (b"Content-Length: 16, 17", "two values of Content-Length that differ"),
        (b"Transfer-Encoding: x-own", "the transfer coding 'x-own', which is not read here"),
        (b"Transfer-Encoding: gzip, chunked", "the transfer coding 'gzip, chunked'"),
        (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "the transfer coding 'chunked, chunked'"),
        (b"no header at all", "answered with headers that are no HTTP"),
        (b" : a", "answered with headers that are no HTTP"),
    ],
)
def test_an_answer_that_does_not_say_where_it_ends_is_none(head: bytes, words: str) -> None:
    error = broken(OK + head + b'\r\n\r\n{"success":true}')
    assert words in str(error)
    assert (error.sent, error.again) == (True, False)


@pytest.mark.parametrize("size", [b"-5", b"+5", b"0x5", b"5_0", b"", b" ", b"g", b"5 5", b"f" * 16])
def test_a_chunk_whose_size_is_no_number_is_told(size: bytes) -> None:
    error = broken(CHUNKED + size + b"\r\nabcde\r\n0\r\n\r\n")
    assert str(error) == "The answer has a chunk whose size is no number."


@pytest.mark.parametrize("line", [b"HTTP/2.0 200 OK", b"HTTP/2 200 OK", b"HTTP/3 200"])
def test_another_version_of_http_is_one_sentence(line: bytes) -> None:
    assert "a version of HTTP that nobody asked for" in str(broken(line + b"\r\n\r\n{}"))


def test_cookies_and_charsets_are_not_read(monkeypatch) -> None:
    read: list[object] = []
    monkeypatch.setattr(adapters, "extract_cookies_to_jar", lambda *rest: read.append(rest))
    monkeypatch.setattr(adapters, "get_encoding_from_headers", lambda *rest: read.append(rest))
    cookie = b"Set-Cookie: " + b"a=1; expires=" + b"1 " * 20_000 + b"\r\n"
    head = cookie * 3 + b"Content-Type: text/html; charset" + b"=;" * 5000 + b"\r\nContent-Length: 2\r\n\r\n{}"
    with raw_server(OK + head) as server:
        assert send(server.url, exchange_timeout=5.0).body == b"{}"
    assert read == []
