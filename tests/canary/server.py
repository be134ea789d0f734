"""A server that answers like the reference, and says in every answer what it should keep to itself.

It goes through all pairs of a secret and a form, some in each answer, and through the places of an answer that a text
can stand in. What it received in headers and bodies it sends back too.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import itertools
import json
import re
import socket
import threading
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from urllib.parse import quote, urlsplit
from xml.sax.saxutils import escape

from conformance.model import Request, Response
from conformance.reference.service import State, answer
from conformance.run.contracts import contracts
from tests.canary.forms import FORMS
from tests.canary.places import ALL, MAIL, REST, SESSION, UPDATE
from tests.target_support import raw_server

MARKUP = re.compile(r"<!--|<!\[CDATA\[|&#|&[a-z]+;")
HELD = 40
"""Pairs in one answer."""
WHERE = (
    *(
        "a text",
        "the name of a member",
        "a comment",
        "a header",
        "the name of a header",
        "the reason phrase",
        "Location",
    ),
    *("Set-Cookie", "another body than was asked for", "a packed body", "UTF-16", "UTF-32", "Latin-1", "a trailer"),
    *("a fault", "a refusal", "an error page", "nothing but the echo", "the WSDL"),
)
"""Places in an answer. Each takes what is due next."""
_HEADER = re.compile(r"[\x20-\x7e\xa1-\xff]{1,900}")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,300}")


KIND = ALL["KIND"].encode()
"""What this service calls a `factura`, in its WSDL and in messages."""


@dataclass
class Singer:
    """`said` counts the pairs that went out, `where` the places, `tokens` are those of WS-Security that came in."""

    url: str = ""
    secrets: Collection[str] = tuple(ALL)
    """The places whose secrets are said: those that the target file of the run has. No other is a secret there."""
    said: Counter[tuple[str, str]] = field(default_factory=Counter)
    where: Counter[str] = field(default_factory=Counter)
    tokens: set[str] = field(default_factory=set)
    bodies: list[bytes] = field(default_factory=list)
    requests: int = 0
    holds: int = 0
    """The number of the request whose answer waits until `go_on` is set; 0 for none."""
    reached: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._pairs = itertools.cycle(itertools.product(self.secrets, FORMS))
        self._places = itertools.cycle(WHERE)
        self._states = {service: State() for service in (REST, MAIL, UPDATE)}

    def answer(self, connection: socket.socket, raw: bytes) -> None:
        """One exchange."""
        with self._lock:
            self.requests += 1
            sent = self._reply(raw)
            self.bodies.append(sent)
            held = self.requests == self.holds
        if held:
            self.reached.set()
            self.go_on.wait(60)
        # Who waited has gone by now, where a run was killed.
        with contextlib.suppress(OSError):
            connection.sendall(sent)

    def _song(self, where: str) -> list[str]:
        self.where[where] += 1
        pairs = list(itertools.islice(self._pairs, HELD))
        self.said.update(pairs)
        return [FORMS[form](ALL[place]) for place, form in pairs]

    @property
    def _kind(self) -> bytes:
        return KIND if "KIND" in self.secrets else b"factura"

    @property
    def _session(self) -> str:
        """A secret of the server's own, another one in each answer."""
        return f"{SESSION}-{self.requests}-of-a-session"

    def _reply(self, raw: bytes) -> bytes:
        head, _, body = raw.partition(b"\r\n\r\n")
        line, _, lines = head.partition(b"\r\n")
        method, path, _ = line.decode("latin-1").split(" ", 2)
        headers = tuple(BytesParser().parsebytes(lines).items())
        self.tokens.update(re.findall(r"<wsse:(?:Password|Nonce)[^>]*>([^<]*)<", body.decode("utf-8", "replace")))
        service = MAIL if f"/{MAIL}/" in path else UPDATE if f"/{UPDATE}/" in path else REST
        place = contracts()[service].operation.path.strip("/") + ("?wsdl" if method == "GET" else "")
        asked = Request(
            method=method, url=f"{self.url}/{place}", headers=headers, body=body.replace(self._kind, b"factura")
        )
        found, self._states[service] = answer(contracts()[service], asked, self._states[service])
        echo = f"{raw.decode('utf-8', 'replace')} {quote(raw)} {raw.hex()}" if self.requests % 8 == 1 else ""
        if b"definitions" in found.body:
            return self._described(found)
        # Every other answer is like the reference's but for the words in it, so that a run goes on.
        where = next(self._places) if self.requests % 2 else "a text"
        return self._placed(found, where, echo)

    def _described(self, found: Response) -> bytes:
        """The WSDL, with words of documentation and a comment."""
        song = self._song("the WSDL")
        said = " ".join(one if MARKUP.search(one) and "<<" not in one else escape(one) for one in map(_legal, song))
        words = f"<wsdl:documentation>{said}</wsdl:documentation><wsdl:types>"
        return _http(
            200,
            "OK",
            found.headers,
            found.body.decode().replace("<wsdl:types>", words, 1).encode().replace(b'"factura"', b'"%b"' % self._kind),
        )

    def _placed(  # noqa: C901 - a table of places
        self, found: Response, where: str, echo: str
    ) -> bytes:
        song = [self._session, base64.b64encode(self._session.encode()).decode(), *self._song(where)]
        line = [text for text in song if _HEADER.fullmatch(text)]
        status, reason, body = found.status, found.reason, found.body
        headers = (*found.headers, ("Set-Cookie", f"sid={self._session}; Path=/; HttpOnly"))
        if where == "a header":
            headers += tuple((f"X-Seen-{place}", text) for place, text in enumerate(line))
        elif where == "the name of a header":
            headers += tuple((f"X-{text}", "seen") for text in song if _TOKEN.fullmatch(text))
        elif where == "the reason phrase":
            reason = " ".join(line[:20])
        elif where == "Location":
            status, reason = 302, "Found"
            headers += (("Location", quote(f"http://127.0.0.1:9/{' '.join(line[:20])}", safe=":/%?=&+")),)
        elif where == "Set-Cookie":
            headers += tuple(("Set-Cookie", text) for text in line)
        elif where == "a trailer":
            trailer = "".join(f"X-Seen-{place}: {text}\r\n" for place, text in enumerate(line))
            return _http(status, reason, headers, self._sung(found, song, echo), trailer=trailer)
        elif where in {"an error page", "nothing but the echo", "another body than was asked for"}:
            status = {"an error page": 500}.get(where, 200)
            body = f"<html><body><pre>{echo}</pre>{' '.join(song)}</body></html>".encode()
            return _http(status, "OK", (("Content-Type", "text/html; charset=utf-8"), headers[-1]), body)
        elif where in {"a fault", "a refusal"}:
            status, reason = 400, "Bad Request"
        body = self._sung(found, song, echo)
        if where == "the name of a member" and body.startswith(b"{"):
            body = json.dumps({**json.loads(body), **dict.fromkeys(song, 1)}).encode()
        elif where == "a comment" and body.lstrip().startswith(b"<"):
            body += f"<!-- {' '.join(text for text in song if '--' not in text)} -->".encode()
        elif where == "a packed body":
            body = gzip.compress(body, mtime=0)
            headers += (("Content-Encoding", "gzip"),) if self.requests % 4 == 1 else ()
        elif where in {"UTF-16", "UTF-32"}:
            body = body.decode("utf-8", "replace").encode(where)
        elif where == "Latin-1":
            body = body.decode("utf-8", "replace").encode("latin-1", "replace")
        return _http(status, reason, headers, body)

    def _sung(self, found: Response, song: list[str], echo: str) -> bytes:
        """The answer with the words in a text of it: of JSON the message, of XML the first one that holds words."""
        body = found.body.decode("utf-8", "replace")
        if body.startswith("{"):
            return json.dumps({**json.loads(body), "message": " ".join((*song, echo))}).encode()
        raw = " ".join(text if MARKUP.search(text) else escape(text) for text in map(_legal, song))
        words = f"{raw} {escape(_legal(echo))}"
        for tag in ("StatusMessage", "mensaje", "Descripcion", "faultstring", "message"):
            if f"</{tag}>" in body:
                return body.replace(f"</{tag}>", f"{words}</{tag}>", 1).encode()
        return f"{body}<!-- {' '.join(text for text in (*song, echo) if '--' not in text)} -->".encode()


def _legal(text: str) -> str:
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd]", "", text)


def _http(status: int, reason: str, headers: tuple[tuple[str, str], ...], body: bytes, *, trailer: str = "") -> bytes:
    kept = [pair for pair in headers if pair[0].lower() not in {"content-length", "transfer-encoding"}]
    framed = f"Content-Length: {len(body)}" if not trailer else "Transfer-Encoding: chunked"
    head = "".join(f"{name}: {value}\r\n" for name, value in kept)
    if trailer:
        body = b"%x\r\n%b\r\n0\r\n%b\r\n" % (len(body), body, trailer.encode("latin-1", "replace"))
    start = f"HTTP/1.1 {status} {reason}\r\n{head}{framed}\r\nConnection: close\r\n\r\n"
    return start.encode("latin-1", "replace") + body


@contextmanager
def singing(secrets: Collection[str] = tuple(ALL)) -> Iterator[Singer]:
    """Serve while the block runs."""
    singer = Singer(secrets=secrets)
    with raw_server(singer.answer) as server:
        parts = urlsplit(server.url)
        singer.url = f"{parts.scheme}://{parts.netloc}"
        try:
            yield singer
        finally:
            singer.go_on.set()
