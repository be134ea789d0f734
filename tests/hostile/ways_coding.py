"""Ways with content codings: bombs, and what does not decode. The bombs are a gigabyte of zeros."""

from __future__ import annotations

import gzip
import zlib
from functools import cache

from tests.hostile.way import Talk, answer, bodied, line
from tests.hostile.ways_time import dead, fine

GIB = 2**30
BROTLI = (
    "cfffff7f002400e2b14072effff9ffff0f8004401c1680eefd3fffffff01900088c302d0bdffe7ffff3f001200715800baf7"
    "fffcffff074002200e0b40f7fe9fffffff004800c46101e8defff3ffff1f000980382c00ddfb7ffeffff032001108705a07b"
    "ffcfffff7f002400e2b00074"
)
"""How a brotli stream of zeros begins; the second part of it comes seven times."""
BEGIN, TIMES = 11, 7


@cache
def _zeros() -> bytes:
    """A gibibyte of zeros, deflated: a megabyte. A block that leans on none before can be repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * (GIB // 2**20) + b"\x03\0"


@cache
def gzip_bomb() -> bytes:
    """The same as a file of gzip."""
    return bytes.fromhex("1f8b08000000000002ff") + _zeros() + bytes(8)


def _brotli() -> bytes:
    data = bytes.fromhex(BROTLI)
    return data[:BEGIN] + data[BEGIN:] * TIMES


def _zstd() -> bytes:
    """A frame of 8,192 blocks that each repeat one byte 131,072 times: RFC 8878 §3.1.1."""
    return bytes.fromhex("28b52ffd0058") + bytes.fromhex("02001000") * (GIB // 2**17) + bytes.fromhex("010000")


def coded(name: str, make, **more):
    """The good answer with this label, and what the function makes of the body."""
    return bodied(lambda asked: make(asked.good.body), extra=line("Content-Encoding", name), **more)


def _twice(data: bytes) -> bytes:
    return gzip.compress(data, 9)


def _members(body: bytes) -> bytes:
    half = len(body) // 2
    return gzip.compress(body[:half]) + gzip.compress(body[half:])


def _bomb_in_drips(talk: Talk) -> None:
    """A bomb that comes chunk by chunk and without a length."""
    talk.send(answer(talk.asked, body=b"", length=False, extra=b"Content-Encoding: gzip\r\n"))
    bomb = gzip_bomb()
    for start in range(0, len(bomb), 1000):
        talk.send(bomb[start : start + 1000])


def _raw(body: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(body) + packer.flush()


LARGE = "larger than"
BOMBS = (
    dead("bomb: gzip", coded("gzip", lambda body: gzip_bomb()), LARGE),
    dead("bomb: gzip in gzip", coded("gzip, gzip", lambda body: _twice(gzip_bomb())), LARGE),
    dead("bomb: gzip in pieces", _bomb_in_drips, LARGE),
    dead("bomb: deflate", coded("deflate", lambda body: b"\x78\xda" + _zeros()), LARGE),
    dead("bomb: raw deflate", coded("deflate", lambda body: _zeros()), LARGE),
    dead("bomb: brotli", coded("br", lambda body: _brotli()), ""),
    dead("bomb: zstd", coded("zstd", lambda body: _zstd()), ""),
    dead("bomb: a hundred codings", coded(", ".join(["gzip"] * 100), lambda body: _twice(gzip_bomb())), ""),
)


CODINGS = (
    fine("gzip", coded("gzip", gzip.compress)),
    fine("gzip by its old name", coded("x-gzip", gzip.compress)),
    fine("gzip in two members", coded("gzip", _members)),
    fine("deflate", coded("deflate", zlib.compress)),
    fine("deflate without its head", coded("deflate", _raw)),
    fine("the identity", coded("identity", lambda body: body)),
    dead("gzip that is none", coded("gzip", lambda body: body), ""),
    dead("gzip cut off", coded("gzip", lambda body: gzip.compress(body)[:-12]), ""),
    dead("gzip with a wrong sum", coded("gzip", lambda body: gzip.compress(body)[:-8] + b"\0" * 8), ""),
    dead("a coding that nobody knows", coded("x-own", lambda body: body), ""),
    dead("a coding with a path for a name", coded("../../etc/passwd", lambda body: body), ""),
)
