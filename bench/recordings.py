"""Recordings to measure audits with: exchanges of several clients with the reference, in JSONL.

    python -m bench.recordings rest 50000 rest.jsonl
    python -m bench.recordings soap 50000 soap.har --broken 0.01
    python -m bench.recordings rest 50000 rest.jsonl.zst --defect collection-policy/response/data/Email/echo:null

The values are drawn with a seed, the answers are the reference's. A few thousand exchanges are made; a longer recording
has them again, each with its own time and its own word in a text and in each mail address, so that no two are the same
bytes. `--broken` is the share of requests with one wrong value, which the reference refuses; `--defect` is one of the
reference's, in every answer that it shows in; with `--unlike` no two bodies have the same white space. The name of the
file says how it is written: `.har` or lines, packed where `.gz` or `.zst` follows.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import random
import re
import sys
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec

from conformance.codecs import CODECS
from conformance.model import Contract, Encoding, Field, Request
from conformance.reference.service import State, answer
from conformance.run.contracts import contracts
from conformance.run.serving import defects
from conformance.traffic.files.lines import body_members, write_line
from conformance.traffic.recording import Answered, Asked, Recorded

SERVICES = {"rest": "collection-policy", "soap": "envio-correo"}
POOL = 2000
TOKEN = "qzqzqzqzqz"
"""In the place of the word that every exchange has for itself, in a text and in each mail address."""
WORDS = (
    *("factura", "saldo", "cliente", "aviso", "cobro", "pago", "vence", "cartera", "mora", "plazo", "nota"),
    *("crédito", "resumen"),
)
START = datetime(2026, 1, 1, tzinfo=UTC)
CLIENTS = (
    {"User-Agent": "Apache-HttpClient/4.5.14 (Java/17.0.9)", "Connection": "Keep-Alive"},
    {"User-Agent": "okhttp/4.12.0", "Accept-Encoding": "gzip"},
    {"User-Agent": "PostmanRuntime/7.43.0", "Accept-Encoding": "gzip, deflate, br", "Cache-Control": "no-cache"},
    {"User-Agent": "python-requests/2.32.3", "Accept-Encoding": "gzip, deflate", "Connection": "keep-alive"},
)
WRONG: dict[str, Any] = {"boolean": "maybe", "integer": "many", "int": "many", "decimal": "much", "guid": "no-guid"}


def recording(
    kind: str,
    count: int,
    broken: float = 0.0,
    seed: int = 1,
    *,
    defect: str = "",
    har: bool = False,
    unlike: bool = False,
) -> Iterator[bytes]:
    """The lines of a recording with so many exchanges; of a HAR its entries."""
    written = _entry if har else write_line
    made = [written(one) for one in pool(kind, min(count, POOL), broken, seed, defect, unlike=unlike)]
    token, moment = TOKEN.encode(), START.isoformat(timespec="milliseconds").encode()
    for number in range(count):
        when = (START + timedelta(milliseconds=37 * number)).isoformat(timespec="milliseconds").encode()
        yield made[number % len(made)].replace(token, b"n%09d" % number).replace(moment, when)


def pool(
    kind: str, count: int, broken: float = 0.0, seed: int = 1, defect: str = "", *, unlike: bool = False
) -> Iterator[Recorded]:
    """Different exchanges, in every encoding of the service but forms, each client with the members that it knows."""
    draw = random.Random(seed)
    contract = contracts()[SERVICES[kind]]
    encodings = [one for one in contract.operation.encodings if one.name in CODECS and one.name != "form"]
    left_out = [_left_out(draw, contract) for _ in CLIENTS]
    state = State()
    flaw = next(one for one in defects(contract.service) if one.id == defect) if defect else None
    for number in range(count):
        client = number % len(CLIENTS)
        encoding = encodings[number // len(CLIENTS) % len(encodings)]
        tree = {name: value for name, value in _tree(draw, contract).items() if name not in left_out[client]}
        if draw.random() < broken:
            name = draw.choice(
                [f.name for f in contract.operation.request.fields if f.name in tree and f.type in WRONG]
            )
            tree[name] = WRONG[next(f.type for f in contract.operation.request.fields if f.name == name)]
        written = partial(_spaced, draw) if unlike else bytes
        request = _request(contract, encoding, tree, CLIENTS[client], written)
        response, state = answer(contract, request, state, flaw)
        body, body64 = body_members(written(response.body))
        yield Recorded(
            request=Asked(
                method=request.method, url=request.url, headers=list(request.headers), body=request.body.decode("utf-8")
            ),
            response=Answered(
                status=response.status,
                reason=response.reason,
                headers=[
                    ("Date", "Thu, 01 Jan 2026 00:00:00 GMT"),
                    ("Server", "Microsoft-IIS/10.0"),
                    ("X-AspNet-Version", "4.0.30319"),
                    ("Cache-Control", "no-cache"),
                    ("X-Request-Id", str(uuid.UUID(int=draw.getrandbits(128)))),
                    *response.headers,
                ],
                body=body,
                body64=body64,
            ),
            started=START.isoformat(timespec="milliseconds"),
            milliseconds=draw.randrange(5, 900),
        )


def _left_out(draw: random.Random, contract: Contract) -> frozenset[str]:
    """The optional members that a client never sends."""
    optional = [f.name for f in contract.operation.request.fields if not f.required and _may_lack(f)]
    return frozenset(draw.sample(optional, len(optional) // 3))


def _may_lack(member: Field) -> bool:
    return member.occurs is None or member.occurs[0] == 0


def _tree(draw: random.Random, contract: Contract) -> dict[str, Any]:
    fields = contract.operation.request.fields
    tree = dict(contract.baseline)
    texts = [f for f in fields if f.type == "string" and not f.marks and f.constraint("pattern") is None]
    for member in fields:
        if "reference" not in member.marks and "target-only" not in member.marks:
            tree[member.name] = _value(draw, member, tree.get(member.name))
    longest = max(texts, key=lambda one: getattr(one.constraint("max-length"), "max_length", None) or 10**6)
    tree[longest.name] = f"{tree[longest.name]} {TOKEN}"
    return tree


def _value(draw: random.Random, member: Field, known: Any) -> Any:
    bounds, most = member.constraint("range"), member.constraint("max-length")
    low, high = (int(bounds.minimum or 0), int(bounds.maximum or 100)) if bounds is not None else (0, 1000)
    match member.type:
        case "boolean":
            return draw.random() < 0.5
        case "integer" | "int":
            return draw.randint(low, high) if bounds is not None or known is None else known
        case "decimal":
            return (known or Decimal(0)) if draw.random() < 0.5 else Decimal(draw.randint(low * 100, high * 100)) / 100
        case "guid":
            return str(uuid.UUID(int=draw.getrandbits(128)))
        case "dateTime":
            return (START + timedelta(minutes=draw.randrange(500000))).strftime("%Y-%m-%dT%H:%M:%S")
        case "base64Binary":
            return base64.b64encode(draw.randbytes(draw.randrange(300, 900))).decode()
        case "list" if member.item is not None and member.item.fields:
            return [
                {inner.name: _value(draw, inner, None) for inner in member.item.fields}
                for _ in range(draw.randrange(3))
            ]
    if "mail" in member.marks:
        return f"{draw.choice(WORDS[:5])}{draw.randrange(1000)}.{TOKEN}@example.com"
    limit = most.max_length if most is not None and most.max_length is not None else 60
    return known if limit < 20 else " ".join(draw.choices(WORDS, k=draw.randrange(2, 6)))[: limit - 12]


_GAPS = re.compile(rb',(?=")|>(?=<[^/])')
"""Where any blanks may stand in the messages that are made here."""


def _spaced(draw: random.Random, body: bytes) -> bytes:
    return _GAPS.sub(lambda found: found[0] + draw.choice((b"", b" ", b"\n", b"\n  ")), body)


def _request(
    contract: Contract,
    encoding: Encoding,
    tree: dict[str, Any],
    client: dict[str, str],
    written: Callable[[bytes], bytes] = bytes,
) -> Request:
    action = {"SOAPAction": f'"{encoding.action}"'} if encoding.name == "soap-1.1" else {}
    label = f'; action="{encoding.action}"' if encoding.name == "soap-1.2" else ""
    body = written(CODECS[encoding.name].encode(contract.operation.request, tree))
    headers = {
        "Host": "cobros.example.com",
        "Content-Type": f"{encoding.media_types[0]}; charset=utf-8{label}",
        "Accept": (encoding.response_media_types or encoding.media_types)[0],
        "Authorization": "Bearer 3f0c9d2a7b1e4c58",
        "Content-Length": str(len(body)),
        **action,
        **client,
    }
    path = contract.operation.path.lstrip("/")
    return Request(method="POST", url=f"https://cobros.example.com/{path}", headers=tuple(headers.items()), body=body)


def _entry(recorded: Recorded) -> bytes:
    """The exchange as an entry of a HAR, as browsers and proxies write it."""
    asked, answered = recorded.request, recorded.response or Answered(status=0)
    kinds = [
        next((value for name, value in side.headers if name.lower() == "content-type"), "")
        for side in (asked, answered)
    ]
    entry = {
        "startedDateTime": recorded.started,
        "time": recorded.milliseconds,
        "request": {
            "method": asked.method,
            "url": asked.url,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "queryString": [],
            "headers": [{"name": name, "value": value} for name, value in asked.headers],
            "postData": {"mimeType": kinds[0], "text": asked.body},
            "headersSize": -1,
            "bodySize": len(asked.body.encode()),
        },
        "response": {
            "status": answered.status,
            "statusText": answered.reason,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [{"name": name, "value": value} for name, value in answered.headers],
            "content": {"size": len(answered.body.encode()), "mimeType": kinds[1], "text": answered.body},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": len(answered.body.encode()),
        },
        "cache": {},
        "timings": {"send": 0, "wait": recorded.milliseconds, "receive": 0},
    }
    return msgspec.json.encode(entry)


HAR_BEGIN = b'{"log":{"version":"1.2","creator":{"name":"bench","version":"1"},"entries":[\n'
HAR_END = b"\n]}}\n"


def write(kind: str, count: int, path: Path, broken: float = 0.0, defect: str = "", *, unlike: bool = False) -> int:
    """Write a recording, of the shape that the name of the file says; how many bytes it has unpacked."""
    har = ".har" in path.suffixes
    pieces = recording(kind, count, broken, defect=defect, har=har, unlike=unlike)
    with _opened(path) as file:
        return sum(map(file.write, _archive(pieces) if har else pieces))


def _archive(entries: Iterator[bytes]) -> Iterator[bytes]:
    yield HAR_BEGIN
    yield next(entries, b"")
    for entry in entries:
        yield b",\n" + entry
    yield HAR_END


def _opened(path: Path) -> BinaryIO:
    if path.suffix == ".gz":
        return cast("BinaryIO", gzip.open(path, "wb", compresslevel=6))
    if path.suffix == ".zst":
        if sys.version_info >= (3, 14):
            from compression import zstd  # noqa: PLC0415 - most recordings are not packed
        else:
            from backports import zstd  # noqa: PLC0415 - as above
        return cast("BinaryIO", zstd.open(path, "wb"))
    return path.open("wb")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=SERVICES)
    parser.add_argument("count", type=int)
    parser.add_argument("path", type=Path)
    parser.add_argument("--broken", type=float, default=0.01)
    parser.add_argument("--defect", default="", metavar="ID")
    parser.add_argument("--unlike", action="store_true")
    told = parser.parse_args()
    print(f"{write(told.kind, told.count, told.path, told.broken, told.defect, unlike=told.unlike):,} bytes")


if __name__ == "__main__":
    main()
