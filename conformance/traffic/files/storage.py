"""The bytes of recordings, wherever they lie and however they are packed: local files, and whatever fsspec reads.

Reads, never writes, and holds no more than a few blocks. What a URL has of credentials is for opening it and is not
shown. Knows nothing of what the bytes say. Must never import the wire: storage is no target.
"""

from __future__ import annotations

import glob
import os
import re
import stat
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from conformance.errors import ConformanceError, hint
from conformance.traffic.files.charsets import writable

BLOCK = 256 * 1024
"""Bytes that are read at once. More does not fit the cache of a processor, and is slower."""
GZ, ZST = "gz", "zst"
ADVICE = "name a recording, a folder of recordings, a pattern or a URL of a storage"
_MAGIC = {b"\x1f\x8b": GZ, b"\x28\xb5\x2f\xfd": ZST, **{bytes((kind, 0x2A, 0x4D, 0x18)): ZST for kind in range(80, 96)}}
_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*(?:://|::)")
_USER = re.compile(r"(?<=://)[^/@]*@")
_QUERY = re.compile(r"[?#].*", re.DOTALL)


class TornError(Exception):
    """The bytes end before they should; the text says why, as the end of a sentence."""


class Stored(NamedTuple):
    """One file: how it is shown, how it is opened, and its bytes as stored, where that is known."""

    path: str
    url: str
    size: int | None
    named: bool
    """By the user, not by a folder or a pattern."""


def is_url(path: str) -> bool:
    """Whether fsspec is to open it."""
    return _URL.match(path) is not None


def shown(url: str) -> str:
    """A URL without what may be a secret: user, password, the signature of a link."""
    return _QUERY.sub("?…", _USER.sub("", url))


def stored(path: str) -> Iterator[Stored]:
    """The files that a path of the command line means, in the order of their names; ConformanceError where none."""
    found = list(_remote(path) if is_url(path) else _local(path))
    if not found:
        raise ConformanceError(f"{shown(path)}: nothing is there; {ADVICE}")
    yield from found


def opened(url: str) -> BinaryIO:
    """The file, open for reading."""
    try:
        if not is_url(url):
            return Path(url).open("rb", buffering=0)
        filesystem, inner = _filesystem(url)
        return filesystem.open(inner, "rb")  # type: ignore[no-any-return]
    except ConformanceError:
        raise
    except Exception as error:  # noqa: BLE001 - each storage has its own
        raise _unreadable(url, error) from None


def packing(head: bytes) -> str:
    """How a file that begins so is packed; empty where it is not."""
    return next((packed for magic, packed in _MAGIC.items() if head.startswith(magic)), "")


def blocks(url: str, packed: str = "", start: int = 0) -> Iterator[bytes]:
    """The unpacked content from a byte on, in blocks of bounded size. TornError where it breaks off."""
    with opened(url) as file:
        try:
            if start:
                file.seek(start)
        except Exception as error:  # noqa: BLE001 - each storage has its own
            raise _unreadable(url, error) from None
        raw = _raw(file)
        yield from _UNPACKED[packed](raw) if packed else raw


def _raw(file: BinaryIO) -> Iterator[bytes]:
    while True:
        try:
            block = file.read(BLOCK)
        except Exception as error:  # noqa: BLE001 - each storage has its own
            raise TornError(f"the storage does not give what follows ({_why(error)})") from None
        if not block:
            return
        yield block


def _gz(raw: Iterator[bytes]) -> Iterator[bytes]:
    stream, began = zlib.decompressobj(16 + zlib.MAX_WBITS), False
    for piece in raw:
        rest = piece
        while rest:
            if stream.eof:
                # Zeros behind the last are padding.
                rest = rest.lstrip(b"\0")
                if not rest:
                    break
                stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
            try:
                out = stream.decompress(rest, BLOCK)
            except zlib.error:
                raise TornError("what follows cannot be unpacked (gz)") from None
            began = True
            if out:
                yield out
            rest = stream.unused_data if stream.eof else stream.unconsumed_tail
    if began and not stream.eof:
        raise TornError("the packed file (gz) ends before its content does")


def _zst(raw: Iterator[bytes]) -> Iterator[bytes]:
    if sys.version_info >= (3, 14):
        from compression import zstd  # noqa: PLC0415 - most recordings are not packed
    else:
        from backports import zstd  # noqa: PLC0415 - as above
    stream, began = zstd.ZstdDecompressor(), False
    for piece in raw:
        rest = piece
        while rest or not (stream.needs_input or stream.eof):
            if stream.eof:
                stream = zstd.ZstdDecompressor()
            try:
                out = stream.decompress(rest, BLOCK)
            except zstd.ZstdError:
                raise TornError("what follows cannot be unpacked (zst)") from None
            began = True
            if out:
                yield out
            rest = stream.unused_data if stream.eof else b""
    if began and not stream.eof:
        raise TornError("the packed file (zst) ends before its content does")


_UNPACKED = {GZ: _gz, ZST: _zst}


def _local(path: str) -> Iterator[Stored]:
    if not path:
        raise ConformanceError(f"a path is empty; {ADVICE}")
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError) as error:
        if not glob.has_magic(path):
            raise _unreadable(path, error) from None
        # A pattern names what is there now; whatever of it is a folder is looked through.
        for one in sorted(glob.glob(path, recursive=True)):  # noqa: PTH207 - a pattern may be absolute, with `..`
            yield from _below(one) if Path(one).is_dir() else _file(one, named=False)
        return
    if stat.S_ISDIR(mode):
        yield from _below(path)
    elif stat.S_ISREG(mode):
        yield from _file(path, named=True)
    else:
        raise ConformanceError(f"{path} is neither a file nor a folder; {ADVICE}")


def _below(folder: str) -> Iterator[Stored]:
    """The files of a folder and of those in it; what begins with a dot is left out, as shells do."""

    def stop(error: OSError) -> None:
        raise _unreadable(str(error.filename), error)

    for place, folders, files in os.walk(folder, onerror=stop):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                yield from _file(str(Path(place) / name), named=False)


def _file(path: str, *, named: bool) -> Iterator[Stored]:
    place = Path(path)
    if place.is_file():
        yield Stored(writable(path), str(place.absolute()), place.stat().st_size, named)


def _remote(url: str) -> Iterator[Stored]:
    filesystem, inner = _filesystem(url)
    try:
        if filesystem.isfile(inner):
            return iter([_entry(filesystem.info(inner), url, named=True)])
        look = filesystem.glob if glob.has_magic(inner) else filesystem.find
        found = look(inner, detail=True)
    except Exception as error:  # noqa: BLE001 - each storage has its own
        raise _unreadable(url, error) from None
    files = [about for _, about in sorted(found.items()) if about.get("type", "file") == "file"]
    return (_entry(about, filesystem.unstrip_protocol(about["name"]), named=False) for about in files)


def _entry(about: dict[str, Any], url: str, *, named: bool) -> Stored:
    size = about.get("size")
    return Stored(shown(url), url, size if isinstance(size, int) else None, named)


def _filesystem(url: str) -> tuple[Any, str]:
    import fsspec  # noqa: PLC0415 - most recordings are local
    from fsspec.core import url_to_fs  # noqa: PLC0415 - as above
    from fsspec.registry import known_implementations  # noqa: PLC0415 - as above

    protocol = re.split("://|::", url)[0].lower()
    known = {*known_implementations, *fsspec.available_protocols()}
    if protocol not in known:
        raise ConformanceError(f"{shown(url)}: {protocol} is no storage that is known here{hint(protocol, known)}")
    try:
        filesystem, inner = url_to_fs(url)
    except ImportError as error:
        cause = error.__cause__ if isinstance(error.__cause__, ImportError) else error
        package = cause.name or str(known_implementations.get(protocol, {}).get("class", protocol)).split(".")[0]
        text = f"{shown(url)}: to read from {protocol} the Python package {package} is needed"
        raise ConformanceError(f"{text}; install it beside this suite: pip install {package}") from None
    except Exception as error:  # noqa: BLE001 - each storage has its own
        raise _unreadable(url, error) from None
    return filesystem, inner


def _unreadable(path: str, error: Exception) -> ConformanceError:
    if isinstance(error, FileNotFoundError):
        return ConformanceError(f"{shown(path) if is_url(path) else path}: nothing is there; {ADVICE}")
    return ConformanceError(f"{shown(path) if is_url(path) else path} cannot be read ({_why(error)}); {ADVICE}")


def _why(error: Exception) -> str:
    """What is wrong, in few words: what a library says may hold the URL, and in it what is secret."""
    return (isinstance(error, OSError) and error.strerror) or type(error).__name__
