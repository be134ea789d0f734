"""Ways that take time or never end: what drips, floods, is silent, or breaks off."""

from __future__ import annotations

from tests.hostile.way import Asked, Talk, Way, answer, chunked, line, lines, sends

LATE = {"http/in-time": "json soap11"}
FEW = "json soap11 bound11"
"""Each costs a deadline, so one lane of a kind will do."""
HEAD = b"HTTP/1.1 200 OK\r\n"
JSON = b"Content-Type: application/json\r\n"
IN_TIME = "No complete answer within 1 seconds"


def late(name: str, act, **more) -> Way:
    """Ends at the deadline, and is told as late."""
    return Way(id=name, act=act, to=FEW, exit=6, silent=FEW, fails=LATE, says=IN_TIME, **more)


def dead(name: str, act, says: str, **more) -> Way:
    """Ends at once without an answer that anybody could read."""
    return Way(**{"id": name, "act": act, "exit": 6, "silent": "all", "says": says} | more)


def fine(name: str, act, **more) -> Way:
    """Odd, but an answer like any other."""
    return Way(**{"id": name, "act": act, "exit": 0, "clean": "all"} | more)


def _drip_head(talk: Talk) -> None:
    talk.send(HEAD)
    talk.drip(b"X-Slow: and slower\r\n")


def _drip_body(talk: Talk) -> None:
    talk.send(answer(talk.asked, body=b"", length=False, extra=b"Content-Length: 100000\r\n"))
    talk.drip(b" ")


def _drip_chunks(talk: Talk) -> None:
    talk.send(answer(talk.asked, body=b"", length=False, extra=b"Transfer-Encoding: chunked\r\n"))
    talk.drip(b"1\r\n \r\n", 0.03)


def _drip_good(talk: Talk) -> None:
    talk.send(answer(talk.asked, body=b"", length=False, extra=line("Content-Length", str(len(talk.asked.good.body)))))
    talk.drip(talk.asked.good.body, 0.3)


def _flood_after(head: bytes, data: bytes):
    def act(talk: Talk) -> None:
        talk.send(head)
        talk.flood(data)

    return act


def _flood_good(extra: bytes, data: bytes):
    """The good answer begins, and then there is no end."""

    def act(talk: Talk) -> None:
        talk.send(answer(talk.asked, body=b"", length=False, extra=extra))
        talk.flood(data)

    return act


def _silence(talk: Talk) -> None:
    talk.wait()


def _never_closed(talk: Talk) -> None:
    talk.send(answer(talk.asked, length=False))
    talk.wait()


def _held(talk: Talk) -> None:
    talk.send(answer(talk.asked))
    talk.wait()


def _half(asked: Asked) -> bytes:
    whole = answer(asked)
    return whole[: -len(asked.good.body) // 2]


def _reset_in_the_middle(talk: Talk) -> None:
    talk.send(_half(talk.asked))
    talk.pause(0.05)
    talk.reset()


def _half_closed(talk: Talk) -> None:
    talk.send(answer(talk.asked))
    talk.half_close()
    talk.wait()


def _endless_trailers(talk: Talk) -> None:
    talk.send(answer(talk.asked, body=b"", length=False, extra=b"Transfer-Encoding: chunked\r\n"))
    talk.send(chunked(talk.asked.good.body)[:-2])
    talk.flood(b"X-Trailer: more\r\n" * 100)


def _infos(number: int, start: bytes):
    return sends(lambda asked: (start + b"\r\n\r\n") * number + answer(asked))


CUT = "cut its answer off"

WAYS = (
    late("silence", _silence),
    late("drip: a header", _drip_head),
    late("drip: a body that says its length", _drip_body),
    late("drip: chunks of one byte", _drip_chunks),
    late("drip: a good answer, too slowly", _drip_good),
    late("drip: a status line", lambda talk: talk.drip(b"HTTP/1.1 200 " + b"O" * 1000)),
    late("never closed: a body without a length", _never_closed),
    dead(
        "flood: 100 Continue without end",
        _flood_after(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
        "provisional answers",
    ),
    dead("flood: a body without end", _flood_good(b"", b" " * 65536), "larger than"),
    dead(
        "flood: chunks without end",
        _flood_good(b"Transfer-Encoding: chunked\r\n", b"ffff\r\n" + b" " * 65535 + b"\r\n"),
        "larger than",
    ),
    dead("flood: headers without end", _flood_after(HEAD, b"X-More: and more\r\n" * 100), "header"),
    dead(
        "flood: one header line without end", _flood_after(HEAD + b"X-Long: ", b"x" * 65536), "a line that is too long"
    ),
    dead("flood: a status line without end", _flood_after(b"HTTP/1.1 200 ", b"O" * 65536), "too long"),
    dead("flood: trailers without end", _endless_trailers, ""),
    dead("flood: a chunk size without end", _flood_good(b"Transfer-Encoding: chunked\r\n", b"0" * 65536), ""),
    dead("flood: empty lines in place of an answer", _flood_after(b"", b"\r\n" * 1000), ""),
    dead("closes without a word", lambda talk: None, "closed the connection without an answer"),
    dead("resets without a word", lambda talk: talk.reset(), "cut the connection off"),
    dead("resets in the middle of a body", _reset_in_the_middle, "cut"),
    dead("closes in the middle of a body", sends(_half), CUT),
    dead("closes in the middle of a header", sends(lambda asked: answer(asked)[:40]), ""),
    dead("closes in the middle of the status line", lambda talk: talk.send(b"HTTP/1.1 2"), ""),
    fine("holds the connection open after the answer", _held, to=FEW, clean=FEW),
    fine("closes one direction only", _half_closed, to=FEW, clean=FEW),
    fine("one 100 Continue before the answer", _infos(1, b"HTTP/1.1 100 Continue")),
    fine(
        "one 103 Early Hints before the answer",
        _infos(1, b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload"),
    ),
    fine("one 102 Processing before the answer", _infos(1, b"HTTP/1.1 102 Processing")),
    dead(
        "ten thousand 100 Continue before the answer", _infos(10_000, b"HTTP/1.1 100 Continue"), "provisional answers"
    ),
    fine(
        "two answers on one connection",
        sends(lambda asked: answer(asked) + answer(asked, body=b"<script>alert(1)</script>")),
    ),
)


def _lines_of_lf(asked: Asked) -> bytes:
    head, _, body = answer(asked).partition(b"\r\n\r\n")
    return head.replace(b"\r\n", b"\n") + b"\n\n" + body


def chunks(make) -> object:
    """The good answer in chunks that the function writes."""
    return sends(
        lambda asked: answer(asked, body=make(asked.good.body), length=False, extra=b"Transfer-Encoding: chunked\r\n")
    )


def _length(*values: str):
    """The good answer with these lengths, `{}` the true one."""
    return sends(
        lambda asked: answer(
            asked,
            length=False,
            extra=lines(("Content-Length", value.format(len(asked.good.body))) for value in values),
        )
    )


def _shorter(asked: Asked) -> bytes:
    size = len(asked.good.body)
    return answer(asked, length=False, extra=line("Content-Length", str(size - 7)))


FRAMING = (
    dead(
        "length: more than there is",
        sends(lambda asked: answer(asked, length=False, extra=line("Content-Length", "999999"))),
        CUT,
    ),
    Way(
        id="length: less than there is",
        act=sends(_shorter),
        exit=1,
        silent="all",
        fails={"envelope/well-formed": "json xml soap"},
    ),
    dead("length: negative", _length("-5"), ""),
    dead("length: no number", _length("many"), ""),
    dead("length: hexadecimal", _length("0x10"), ""),
    dead("length: a plus sign", _length("+{}"), ""),
    dead("length: a thousand digits", _length("9" * 1000), ""),
    dead("length: two that differ", _length("{}", "3"), ""),
    dead("length: two in one line that differ", _length("{}, 3"), ""),
    fine("length: the same twice", _length("{}", "{}")),
    fine("chunks: as they should be", chunks(chunked)),
    fine("chunks: an extension", chunks(lambda body: chunked(body).replace(b"\r\n", b';x="y"\r\n', 1))),
    fine("chunks: upper case and leading zeros", chunks(lambda body: b"0000%X\r\n%b\r\n0\r\n\r\n" % (len(body), body))),
    fine(
        "chunks: trailers that pose as headers",
        chunks(lambda body: chunked(body)[:-2] + b"Content-Type: text/html\r\nSet-Cookie: a=b\r\n\r\n"),
    ),
    fine(
        "chunks: a length beside them",
        sends(
            lambda asked: answer(
                asked,
                body=chunked(asked.good.body),
                length=False,
                extra=b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
            )
        ),
    ),
    dead("chunks: a size that is no number", chunks(lambda body: b"zz\r\n" + body), "chunk"),
    dead("chunks: a negative size", chunks(lambda body: b"-5\r\n" + body + b"\r\n0\r\n\r\n"), ""),
    dead("chunks: a size beyond any", chunks(lambda body: b"F" * 40 + b"\r\n" + body + b"\r\n0\r\n\r\n"), "chunk"),
    dead("chunks: a size of a megabyte of zeros", chunks(lambda body: b"0" * 2**20 + b"5\r\n"), ""),
    dead("chunks: none at the end", chunks(lambda body: chunked(body)[:-5]), CUT),
    dead(
        "chunks: an extension of a megabyte",
        chunks(lambda body: b"%x;%b\r\n%b\r\n0\r\n\r\n" % (len(body), b"x" * 2**20, body)),
        "",
    ),
    dead("chunks: announced, but none", chunks(lambda body: body), "chunk"),
    dead(
        "transfer coding that nobody knows",
        sends(lambda asked: answer(asked, extra=b"Transfer-Encoding: x-own\r\n")),
        "",
    ),
    fine("line ends of LF alone", sends(_lines_of_lf)),
    fine("a folded header", sends(lambda asked: answer(asked, extra=b"X-Folded: one\r\n  two\r\n\tthree\r\n"))),
    fine(
        "an upgrade offered",
        sends(lambda asked: answer(asked, extra=b"Connection: Upgrade\r\nUpgrade: h2c, websocket\r\n")),
    ),
)
