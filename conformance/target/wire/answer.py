"""How an answer is read off its connection: as `http.client` does, and no further than is sane.

What comes is counted below the buffer, so that the bounds hold for all of it: header lines, provisional answers, chunk
sizes and their extensions, trailers. Standard library and urllib3 only; opens no connection.
"""

from __future__ import annotations

import http.client
import io
import re
import socket
from typing import Any, cast

from urllib3.util.response import assert_header_parsing

LARGEST = 16 * 1024 * 1024
"""Bytes of an answer, as they come and as they are when decoded. The services answer with a few hundred; a WSDL with
all that it imports has at most some hundred thousand, so this is no answer but an attack, or the wrong address."""
LARGEST_HEAD = 256 * 1024
"""Bytes before the body. Servers refuse more than 8 to 64 KiB of headers themselves. `http.client` adds that a line has
at most 64 KiB, and a head at most 100 lines."""
PROVISIONAL = 32
"""Answers 1xx before the one that counts."""
_LINE = 64 * 1024
_LENGTH = re.compile(r"[0-9]{1,18}")
_SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}")


class AnswerError(http.client.HTTPException):
    """The answer passes a bound, or does not say how long it is; in one sentence."""


def too_large() -> AnswerError:
    """The answer is larger than it may be, as it comes or decoded."""
    return AnswerError(f"The answer is larger than {LARGEST // 1024**2} MiB.")


class Answer(http.client.HTTPResponse):
    """An answer within bounds. Unlike the original it takes no 1xx but 101 for the answer, and no head for one that is
    broken off in the middle by a line that is no header."""

    def __init__(self, sock: socket.socket, *args: Any, **more: Any) -> None:
        super().__init__(sock, *args, **more)
        self._counted = _Counted(self.fp.detach())
        self.fp = io.BufferedReader(self._counted)
        self._provisional = 0

    def begin(self, **more: Any) -> None:
        if self.headers is None:
            super().begin(**more)
            assert_header_parsing(self.msg)
            self._frame()
            self._counted.bound(LARGEST, too_large())

    def _frame(self) -> None:
        """Where the body ends (RFC 9112, 6.3). The original takes what it cannot read for nothing said, and waits for
        the end of the connection."""
        codings = [part.strip().lower() for part in ",".join(self.msg.get_all("Transfer-Encoding", [])).split(",")]
        codings = [name for name in codings if name not in {"", "identity"}]
        if codings == ["chunked"]:
            self.chunked, self.chunk_left, self.length = True, None, None
        elif codings:
            raise AnswerError(
                f"The answer has the transfer coding {', '.join(codings)[:40]!a}, which is not read here."
            )
        elif given := self.msg.get_all("Content-Length"):
            lengths = {part.strip() for part in ",".join(given).split(",")}
            if not all(_LENGTH.fullmatch(text) for text in lengths):
                raise AnswerError("The answer has a Content-Length that is none.")
            if len({int(text) for text in lengths}) > 1:
                raise AnswerError("The answer has two values of Content-Length that differ.")
            if self.length is None:
                self.length = int(lengths.pop())

    def _read_next_chunk_size(self) -> int:
        # Python's int also reads signs, underscores and a prefix.
        line = self.fp.readline(_LINE + 1)
        if len(line) > _LINE:
            raise http.client.LineTooLong("chunk size")
        size = line.partition(b";")[0].strip()
        if line and not _SIZE.fullmatch(size):
            raise AnswerError("The answer has a chunk whose size is no number.")
        return int(size, 16)

    def _read_status(self) -> tuple[str, int, str]:
        # The original waits for the answer behind a 100 and takes 102 or 103 for it.
        while True:
            found: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]
            if not 100 <= found[1] < 200 or found[1] == http.client.SWITCHING_PROTOCOLS:
                return found
            self._provisional += 1
            if self._provisional > PROVISIONAL:
                raise AnswerError(f"More than {PROVISIONAL} provisional answers (1xx) came, and no other.")
            http.client.parse_headers(self.fp)


class _Counted(io.RawIOBase):
    """Bytes as they come from the connection, up to a bound."""

    def __init__(self, inner: io.RawIOBase) -> None:
        self._inner = inner
        self._seen = 0
        head = AnswerError(f"The head of the answer is larger than {LARGEST_HEAD // 1024} KiB.")
        self._most, self._beyond = LARGEST_HEAD, head

    def bound(self, most: int, beyond: AnswerError) -> None:
        self._most, self._beyond = most, beyond

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        number = self._inner.readinto(buffer)
        self._seen += number or 0
        if self._seen > self._most:
            raise self._beyond
        return cast("int | None", number)

    def close(self) -> None:
        self._inner.close()
        super().close()
