"""A window on content that comes in blocks: what is looked at is held, what lies before it is not.

Places are those in the content as a whole. Knows nothing of what the content says.
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance.traffic.files.storage import BLOCK, TornError

_MOST = 16 * 1024 * 1024


class Window:
    """The bytes from `base` to `end`."""

    def __init__(self, content: Iterator[bytes]) -> None:
        self._content = content
        self.data = b""
        self.base = 0
        self.torn = ""
        """Why the content breaks off, once it has."""

    @property
    def end(self) -> int:
        return self.base + len(self.data)

    def more(self, keep: int) -> bool:
        """Read on, and drop what lies before `keep`; whether anything came. The more is held the more is read at once,
        so that whoever begins anew with each reading takes no longer than in proportion."""
        pieces = [self.data[keep - self.base :]]
        wanted = min(_MOST, max(BLOCK, len(pieces[0])))
        self.data, self.base = b"", keep
        try:
            while wanted > 0:
                block = next(self._content, b"")
                if not block:
                    break
                pieces.append(block)
                wanted -= len(block)
        except TornError as error:
            self.torn = str(error)
        self.data = b"".join(pieces)
        return len(pieces) > 1
