"""Recordings for the tests of their readers: any exchanges, written as JSONL and as HAR, packed, and read back."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from conformance.traffic.files.lines import body_members, write_line
from conformance.traffic.files.parts import Part, parts_of
from conformance.traffic.files.reading import records
from conformance.traffic.recording import Answered, Asked, Recorded, Unread

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Read = list[tuple[int, Recorded | Unread]]
PACKERS = {"": bytes, "gz": gzip.compress, "zst": zstd.compress}
URL = "https://h.example/api/CollectionPolicy"


def exchange(number: int = 0, body: bytes = b'{"a":1}', answer: bytes = b'{"success":true}') -> Recorded:
    asked, told = body_members(body), body_members(answer)
    return Recorded(
        request=Asked(
            method="POST",
            url=f"{URL}?{number}",
            headers=[("Content-Type", "application/json")],
            body=asked[0],
            body64=asked[1],
        ),
        response=Answered(
            status=200, headers=[("Content-Type", "application/json")], body=told[0], body64=told[1], reason="OK"
        ),
        started=f"2026-01-01T00:00:{number % 60:02}Z",
        milliseconds=1.5,
    )


def any_exchanges(most: int = 6) -> st.SearchStrategy[list[Recorded]]:
    """Exchanges with whatever may stand in them, each with a number in its URL."""
    text = st.text(st.characters(codec="utf-8"), max_size=30)
    bodies = st.one_of(st.binary(max_size=40), text.map(str.encode), st.sampled_from(_NASTY))
    pair = st.tuples(
        st.from_regex(r"[A-Za-z][A-Za-z-]{0,9}", fullmatch=True), text.map(lambda one: one.replace("\n", " "))
    )
    return st.lists(st.tuples(bodies, bodies, st.lists(pair, max_size=3), st.booleans()), max_size=most).map(_numbered)


_NASTY = (
    b'{"request":{"method":"POST","url":"u"},"response":null}',
    b'{"startedDateTime":"x","request":{"method":"G","url":"u","headers":[]},"response":{"status":200}}',
    b'"entries": [ { "request": {',
    b'}]}}\n{\r\n\\"\\',
    "\u2028\u0085 ñ \U0001f600".encode(),
    b"\x00\x1f\x7f",
)


def _numbered(drawn: Sequence[tuple[bytes, bytes, list[tuple[str, str]], bool]]) -> list[Recorded]:
    made = []
    for number, (body, answer, headers, answered) in enumerate(drawn):
        one = exchange(number, body, answer)
        one.request.headers = [*one.request.headers, *headers]
        if not answered:
            one.response, one.error = None, "no answer"
        made.append(one)
    return made


def jsonl(exchanges: Iterable[Recorded]) -> bytes:
    return b"".join(map(write_line, exchanges))


def har(exchanges: Iterable[Recorded], *, indent: int | None = None, creator: str = "billing-conformance") -> bytes:
    log = {"version": "1.2", "creator": {"name": creator, "version": "1"}, "pages": [{"id": "p", "pageTimings": {}}]}
    document = {"log": {**log, "entries": list(map(entry, exchanges)), "comment": "the end"}}
    separators = None if indent is not None else (",", ":")
    return json.dumps(document, indent=indent, ensure_ascii=False, separators=separators).encode()


def entry(one: Recorded) -> dict[str, Any]:
    request, response = one.request, one.response
    post = {"mimeType": "application/json", "text": request.body}
    if request.body64 is not None:
        post |= {"text": request.body64, "_encoding": "base64"}
    content = {"size": 0, "mimeType": "application/json"}
    if response is not None:
        content |= {"text": response.body}
        if response.body64 is not None:
            content |= {"text": response.body64, "encoding": "base64"}
    return {
        "startedDateTime": one.started,
        "time": one.milliseconds,
        "request": {
            "method": request.method,
            "url": request.url,
            "httpVersion": "HTTP/1.1",
            "headers": _pairs(request.headers),
            "bodySize": 0,
            **({"postData": post} if post["text"] else {}),
        },
        "response": {
            "status": response.status if response is not None else 0,
            "statusText": response.reason if response is not None else "",
            "httpVersion": "HTTP/1.1",
            "headers": _pairs(response.headers if response is not None else []),
            "content": content,
            "bodySize": 0,
            **({"_error": one.error} if one.error else {}),
        },
        "cache": {},
        "timings": {"send": 0, "wait": 1, "receive": 0},
    }


def _pairs(headers: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def read(path: Path | str, size: int = 1 << 26) -> Read:
    """Everything that the parts of a file say, in the order of the parts."""
    return [found for part in parts_of([str(path)], size) for found in records(part)]


def read_bytes(tmp_path: Path, content: bytes, name: str = "one.jsonl", size: int = 1 << 26) -> Read:
    path = tmp_path / name
    path.write_bytes(content)
    return read(path, size)


def read_as(path: Path, content: bytes, kind: str) -> Read:
    """What a reader says of content that nobody recognises any more."""
    path.write_bytes(content)
    return list(records(Part(order=0, path=str(path), url=str(path), kind=kind)))
