"""What there is to read: recordings found, told apart by their content, and cut into parts for many readers.

A part is a file, or of lines a range of its bytes; it is small, and travels. Nothing but the beginning of a file is
read here. Must never import what reads exchanges.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import PurePosixPath

from conformance.errors import ConformanceError
from conformance.traffic.files.storage import Stored, TornError, blocks, packing, stored

HAR, JSONL, JOURNAL, FLOW, UNKNOWN = "har", "jsonl", "journal", "flow", "unknown"
"""An archive of a browser; exchanges of our own shape, a line each; the journal of a run; flows of mitmproxy; what only
the name says to be a recording, so that it has to be told that it is none."""
FLOWS_NEED = (
    "flows of mitmproxy are read by mitmproxy itself, which is not installed; install billing-conformance[mitmproxy], "
    "which needs Python 3.12 or later, or export them as HAR: mitmdump -nr FILE --set hardump=FILE.har"
)
SIZE = 64 * 1024 * 1024
_HEAD = 64 * 1024
_NAMES = {".har": HAR, ".jsonl": JSONL, ".ndjson": JSONL, ".flow": FLOW, ".flows": FLOW, ".mitm": FLOW}
_PACKED_NAMES = frozenset((".gz", ".zst", ".zstd"))


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """What one reader reads. `order` numbers the files; of lines those that begin from `start` to before `end`."""

    order: int
    path: str
    """As it is shown."""
    start: int = 0
    end: int | None = None
    kind: str = JSONL
    packed: str = ""
    url: str = field(default="", repr=False)
    """As it is opened, by any process of a machine, or of any machine where it is a storage's. It may hold a secret."""
    size: int | None = None
    """Bytes of the file as it is stored, where that is known."""


def parts_of(paths: Sequence[str], size: int = SIZE) -> tuple[Part, ...]:
    """The parts of all recordings that the paths name, in their order, each file once; ConformanceError where a path
    names none. In folders what is no recording is left out, and beside the journal of a run what was made of it."""
    found: dict[str, tuple[Stored, str, str]] = {}
    for path in paths:
        before = len(found)
        known = 0
        for one in _without_copies(list(stored(path))):
            if one.url in found:
                known += 1
                continue
            kind, packed = _kind(one)
            if kind:
                found[one.url] = one, kind, packed
        if len(found) == before and not known:
            raise ConformanceError(f"{path}: there is no recording in it; {_ACCEPTED}")
    return tuple(
        part
        for order, (one, kind, packed) in enumerate(found.values())
        for part in _ranges(order, one, kind, packed, size)
    )


def _ranges(order: int, one: Stored, kind: str, packed: str, size: int) -> Iterator[Part]:
    if packed or one.size is None or kind not in {JSONL, JOURNAL}:
        yield Part(order, one.path, 0, None, kind, packed, one.url, one.size)
        return
    for start in range(0, max(1, one.size), size):
        yield Part(order, one.path, start, min(start + size, one.size), kind, packed, one.url, one.size)


def _without_copies(files: list[Stored]) -> list[Stored]:
    """The files without the HAR that a run writes of its own journal beside it: the same exchanges again."""
    journals = {str(PurePosixPath(one.url).parent) for one in files if _name(one) == "run.jsonl"}
    return [
        one
        for one in files
        if one.named or _name(one) != "evidence.har" or str(PurePosixPath(one.url).parent) not in journals
    ]


def _name(one: Stored) -> str:
    return PurePosixPath(one.path.replace("\\", "/")).name


def _kind(one: Stored) -> tuple[str, str]:
    """The kind and the packing of a file; no kind where a folder holds it and nothing says that it is a recording."""
    suffixes = [suffix.lower() for suffix in PurePosixPath(_name(one)).suffixes]
    said = _NAMES.get(next((suffix for suffix in reversed(suffixes) if suffix not in _PACKED_NAMES), ""), "")
    head, packed = _head(one)
    if not (head.strip() or packed or said or one.named):
        return "", ""
    kind = recognised(head, said)
    if kind == FLOW and find_spec("mitmproxy") is None:
        raise ConformanceError(f"{one.path}: {FLOWS_NEED}")
    if kind:
        return kind, packed
    if one.named:
        raise ConformanceError(f"{one.path} is no recording: it {looks(head)}; {_ACCEPTED}")
    return (UNKNOWN, packed) if said else ("", "")


def _head(one: Stored) -> tuple[bytes, str]:
    """The beginning of the unpacked content, and how it is packed."""
    try:
        packed = packing(next(blocks(one.url), b""))
    except TornError:
        return b"", ""
    head = b""
    try:
        for block in blocks(one.url, packed):
            head += block
            if len(head) >= _HEAD:
                break
    except TornError:
        pass  # told where it is read
    return head[:_HEAD], packed


_FLOW = re.compile(rb"[0-9]{1,12}:[0-9]{1,3}:[a-z_]+[;,]")
_SEAL = re.compile(rb'^\{"crc32": "[0-9a-f]{8}", ', re.MULTILINE)
_LINE = re.compile(rb'^[ \t]*\{[ \t]*"(?:request|response|error|started|milliseconds)"[ \t]*:', re.MULTILINE)
_MARK = re.compile(rb'("(?:[^"\\]++|\\.)*+")(\s*:)?|[][{}]', re.DOTALL)
_ENTRY = re.compile(rb'"(?:log|entries)"\s*:\s*[\[{]')


def recognised(head: bytes, said: str = "") -> str:
    """The kind of a recording that begins so; where it is damaged or has nothing in it, what its name says."""
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if not text:
        return said or JSONL
    if _FLOW.match(text):
        return FLOW
    rows = text.splitlines()
    # A page that shows a line is no recording.
    mostly = 2 * sum(row.lstrip().startswith(b"{") for row in rows) >= len(rows)
    if mostly and _SEAL.search(text):
        return JOURNAL
    if text.startswith(b"{"):
        names = _names_of(text)
        if "log" in names:
            return HAR
        if "request" in names:
            return JSONL
        if said in {HAR, JSONL} and not names:
            return said
    if mostly and _LINE.search(text):
        return JSONL
    if said == HAR and _ENTRY.search(text):
        return HAR
    return said if said in {JSONL, FLOW} and _is_near(text, said) else ""


def _is_near(text: bytes, said: str) -> bool:
    """Whether it may be a damaged recording of this kind."""
    return text[:1].isdigit() if said == FLOW else b'"request"' in text


def _names_of(text: bytes) -> list[str]:
    """The names of the members of the object that the text begins with."""
    names, depth = [], 0
    for found in _MARK.finditer(text):
        mark = found[0]
        if mark in b"{[":
            depth += 1
        elif mark in b"}]":
            depth -= 1
            if depth == 0:
                break
        elif depth == 1 and found[2]:
            names.append(found[1][1:-1].decode("utf-8", "replace"))
    return names


_ACCEPTED = (
    "HAR, JSONL of exchanges, the journal of a run and flows of mitmproxy are read, plain or packed as gz or zst"
)
_LOOKS: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("is a ZIP archive; unpack it, or export a HAR", lambda head: head.startswith(b"PK\x03\x04")),
    ("is packed with bzip2; unpack it", lambda head: head.startswith(b"BZh")),
    ("is packed with xz; unpack it", lambda head: head.startswith(b"\xfd7zXZ")),
    (
        "is a capture of packets, in which TLS is still closed; record with a proxy or in the browser",
        lambda head: head[:4] in {b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x0a\x0d\x0d\x0a"},
    ),
    (
        "is a Postman collection, which holds requests and no traffic; export what was sent as HAR",
        lambda head: b"schema.getpostman.com" in head or b'"_postman_id"' in head,
    ),
    (
        "looks like a HTML page",
        lambda head: b"<html" in head[:2000].lower() or b"<!doctype html" in head[:2000].lower(),
    ),
    ("looks like XML", lambda head: head.lstrip().startswith(b"<")),
    ("looks like a list of JSON; write one exchange a line", lambda head: head.lstrip().startswith(b"[")),
    ("is JSON of another shape", lambda head: head.lstrip().startswith(b"{")),
    ("holds bytes of no text", lambda head: b"\0" in head),
)


def looks(head: bytes) -> str:
    """What a file that is no recording looks like, as the end of a sentence."""
    text = head.removeprefix(codecs.BOM_UTF8)
    return next((words for words, fits in _LOOKS if fits(text)), "looks like plain text")
