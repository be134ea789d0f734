"""Content codings taken off the bytes of an answer, never beyond a limit: gzip, deflate, br and zstd.

Not left to urllib3, which decodes what happens to be installed, takes any other coding for none, and does not mind a
stream that ends in the middle. Pure; must never import the wire.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_PIECE = 64 * 1024
_CODINGS = 4
"""One over another. Nobody applies more than one or two."""
_MEMBERS = 1024
"""Streams one behind another in one coding. Those that hold next to nothing cost time and yield none."""
_ZSTD_WINDOW: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 23}
"""8 MiB, the largest that RFC 9659 admits in HTTP."""


class UndecodedError(Exception):
    """What is wrong with the coding of an answer, in one sentence."""


class TooLargeError(Exception):
    """The decoded bytes pass the limit."""


def decoded(body: bytes, codings: str, limit: int) -> bytes:
    """The bytes without the codings of their Content-Encoding. No bytes are no bytes in any coding."""
    names = [name for name in (part.strip().lower() for part in codings.split(",")) if name not in {"", "identity"}]
    if not body or not names:
        return body
    if len(names) > _CODINGS:
        raise UndecodedError(f"The answer has more than {_CODINGS} content codings, one over another.")
    for name in reversed(names):
        if name not in _DECODERS:
            raise UndecodedError(f"The answer has the content coding {name[:40]!a}, which is not read here.")
        try:
            body = _DECODERS[name](body, limit)
        except (zlib.error, brotli.error, zstd.ZstdError, EOFError):
            raise UndecodedError(f"The answer's content coding ({name}) does not decode.") from None
    return body


def _members(data: bytes, limit: int, opened: Callable[[], Any]) -> bytes:
    """All streams that lie one behind another; what follows the last and is none is padding."""
    out = bytearray()
    stream, number, begun = opened(), 1, 0
    for piece in _pieces(data):
        rest = piece
        while rest:
            if stream.eof:
                if number == _MEMBERS:
                    raise EOFError
                stream, number, begun = opened(), number + 1, len(out)
            try:
                out += stream.decompress(rest, limit + 1 - len(out))
            except (zlib.error, zstd.ZstdError):
                if number > 1 and len(out) == begun:
                    return bytes(out)
                raise
            if len(out) > limit:
                raise TooLargeError
            rest = stream.unused_data if stream.eof else b""
    if not stream.eof and (number == 1 or len(out) > begun):
        raise EOFError
    return bytes(out)


def _gzip(data: bytes, limit: int) -> bytes:
    return _members(data, limit, lambda: zlib.decompressobj(16 + zlib.MAX_WBITS))


def _deflate(data: bytes, limit: int) -> bytes:
    """The zlib format, or as many servers have it the bare stream."""
    try:
        return _members(data, limit, zlib.decompressobj)
    except zlib.error:
        return _members(data, limit, lambda: zlib.decompressobj(-zlib.MAX_WBITS))


def _zstd(data: bytes, limit: int) -> bytes:
    return _members(data, limit, lambda: zstd.ZstdDecompressor(options=_ZSTD_WINDOW))


def _brotli(data: bytes, limit: int) -> bytes:
    out = bytearray()
    stream = brotli.Decompressor()
    for piece in _pieces(data):
        # A small step: the buffer grows by ever larger blocks and may overshoot by one.
        part = stream.process(piece, output_buffer_limit=_PIECE)
        while part or not stream.can_accept_more_data():
            out += part
            if len(out) > limit:
                raise TooLargeError
            part = stream.process(b"", output_buffer_limit=_PIECE)
    if not stream.is_finished():
        raise EOFError
    return bytes(out)


def _pieces(data: bytes) -> Iterator[bytes]:
    return (data[at : at + _PIECE] for at in range(0, len(data), _PIECE))


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
