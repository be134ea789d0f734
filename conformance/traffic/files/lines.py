"""JSONL: one exchange a line (`schemas/exchange-1.schema.json`), and the journal of a run, whose lines hold them.

Blocks are split at line ends and each line is decoded by one typed decoder, so that reading costs little more than
decoding. A line belongs to the part in which it begins. Must never import what reads other recordings.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Callable, Iterator
from itertools import islice

import msgspec

from conformance.target.journal.lines import unsealed
from conformance.traffic.files.storage import TornError
from conformance.traffic.recording import NOTHING, Recorded, Unread, body_of

LARGEST = 64 * 1024 * 1024
"""Bytes of one record. An exchange is held in memory while it is judged."""
CORRUPT, TOO_LARGE = "corrupt", "too-large"
BEGIN = re.compile(rb'\{\s*"(?:request|response|error|started|milliseconds|crc32)"\s*:')
"""Where an exchange may begin. Never inside of a text of JSON, where quotes are escaped."""

TRIES = 20
"""Beginnings that are tried in a damaged line."""


class _Line(msgspec.Struct):
    """A line of a journal, as far as it is of use here."""

    exchange: Recorded | None = None
    bodiless: bool = False


_decoded: Callable[[bytes], Recorded] = msgspec.json.Decoder(Recorded).decode
_line: Callable[[bytes], _Line] = msgspec.json.Decoder(_Line).decode
_encoded = msgspec.json.Encoder().encode


def write_line(recorded: Recorded) -> bytes:
    """The exchange as a line of JSONL."""
    return _encoded(recorded) + b"\n"


def body_members(body: bytes) -> tuple[str, str | None]:
    """What `body` and `body64` are for these bytes."""
    try:
        return body.decode("utf-8"), None
    except UnicodeDecodeError:
        return "", base64.b64encode(body).decode("ascii")


def exchanges(blocks: Iterator[bytes], start: int, end: int | None) -> Iterator[tuple[int, Recorded | Unread]]:
    """The exchanges of JSONL. For a part that does not begin with the file, the blocks begin one byte before it."""
    return _read(blocks, start, end, _read_line)


def journal(blocks: Iterator[bytes], start: int, end: int | None) -> Iterator[tuple[int, Recorded | Unread]]:
    """The exchanges of a journal. Its other lines say nothing here, but a damaged one is told."""
    return _read(blocks, start, end, _read_journal_line)


def _read(
    blocks: Iterator[bytes], start: int, end: int | None, read: Callable[[bytes], Recorded | Unread | None]
) -> Iterator[tuple[int, Recorded | Unread]]:
    for at, data in chunks(blocks, start, end):
        if isinstance(data, Unread):
            yield at, data
            continue
        here = at
        for line in data.split(b"\n"):
            try:
                found = read(line)
            except (ValueError, RecursionError) as error:
                yield from _odd(line, here, error, read)
            else:
                if found is not None:
                    yield here, found
            here += len(line) + 1


def chunks(blocks: Iterator[bytes], start: int, end: int | None) -> Iterator[tuple[int, bytes | Unread]]:
    """Whole lines, many at once, with the place of the first; in place of a line that is too large, and of an end that
    is missing, what is wrong. Of what lies between `start` and `end` every line that begins there."""
    at, held, rest = max(0, start - 1), 0, list[bytes]()
    skipping = start > 0
    try:
        for block in blocks:
            data = block
            if skipping:
                cut = data.find(b"\n") + 1
                at += cut or len(data)
                skipping = not cut
                if end is not None and at >= end:
                    return
                if skipping:
                    continue
                data = data[cut:]
            last = -1 if end is None else data.find(b"\n", max(0, end - 1 - at - held))
            cut = last + 1 or data.rfind(b"\n") + 1
            if cut:
                whole = b"".join((*rest, data[:cut])) if rest else data[:cut]
                yield from _bounded(at, whole)
                if last >= 0:
                    return
                at += len(whole)
                rest, held = [data[cut:]], len(data) - cut
            else:
                rest.append(data)
                held += len(data)
            if held > LARGEST:
                yield at, _too_large()
                at, held, rest, skipping = at + held, 0, [], True
    except TornError as error:
        yield at, Unread(CORRUPT, f"{error}")
        return
    if held:
        yield at, b"".join(rest)


def _bounded(at: int, whole: bytes) -> Iterator[tuple[int, bytes | Unread]]:
    """The lines without those that are too large."""
    if len(whole) <= LARGEST:
        yield at, whole[:-1]
        return
    for line in whole[:-1].split(b"\n"):
        yield at, line if len(line) <= LARGEST else _too_large()
        at += len(line) + 1


def _too_large() -> Unread:
    return Unread(TOO_LARGE, f"the line is larger than the {LARGEST // 2**20} MiB that are read of one exchange")


def checked(found: Recorded) -> Recorded | Unread:
    """The exchange, if its bodies can be had."""
    for name, side in (("request", found.request), ("response", found.response)):
        try:
            if side is not None:
                body_of(side)
        except (binascii.Error, ValueError):
            return Unread(CORRUPT, f"`body64` of its `{name}` is no Base64")
    return found


def _read_line(line: bytes) -> Recorded | Unread:
    found = _decoded(line)
    if found.request.body64 is None and (found.response is None or found.response.body64 is None):
        # What was decoded as text can be encoded.
        return found
    return checked(found)


def _read_journal_line(line: bytes) -> Recorded | Unread | None:
    found = _line(unsealed(line))
    if found.exchange is None:
        return None
    if found.bodiless and found.exchange.response is not None:
        found.exchange.response.kept = NOTHING
    return checked(found.exchange)


def _odd(
    line: bytes, at: int, error: Exception, read: Callable[[bytes], Recorded | Unread | None]
) -> Iterator[tuple[int, Recorded | Unread]]:
    """A line that does not decode: it may be blank, begin with a byte order mark, or have lost the end of the line
    before it, so that whole exchanges stand behind something damaged."""
    text = line.strip(b" \t\r")
    if at == 0 and text.startswith(codecs.BOM_UTF8):
        text = text.removeprefix(codecs.BOM_UTF8).strip(b" \t\r")
        try:
            found = read(text) if text else None
        except (ValueError, RecursionError) as other:
            error = other
        else:
            if found is not None:
                yield at, found
            return
    if not text:
        return
    yield at, Unread(CORRUPT, explained(error))
    for begin in islice(BEGIN.finditer(line, 1), TRIES):
        try:
            found = read(line[begin.start() :])
        except (ValueError, RecursionError):
            continue
        if found is not None:
            yield at + begin.start(), found
        return


_AT = re.compile(r"`(\$[^`]*)`$")
_MISSING = re.compile(r"Object missing required field `(\w+)`(?: - at `(\$[^`]*)`)?$")
_BYTE = re.compile(r"\(byte ([0-9]+)\)$")


def explained(error: Exception) -> str:
    """What is wrong with a record, without a word of it."""
    text = str(error)
    if missing := _MISSING.match(text):
        name = _named(missing[2] or "$", missing[1])
        return f"`{name}` is missing"
    if isinstance(error, msgspec.ValidationError):
        where = _AT.search(text)
        name = _named(where[1]) if where else ""
        return f"`{name}` is not of its type" if where else "it is no object of JSON"
    if isinstance(error, RecursionError):
        return "it is nested deeper than is read here"
    if isinstance(error, UnicodeDecodeError):
        return "a text of it is not UTF-8"
    if byte := _BYTE.search(text):
        return f"it is no JSON from byte {byte[1]} of it on"
    if isinstance(error, msgspec.DecodeError):
        return "it is no JSON: its end is missing, or half of a surrogate pair stands in a text"
    return text


def _named(path: str, name: str = "") -> str:
    return ".".join(filter(None, (path.removeprefix("$").removeprefix("."), name))) or "$"
