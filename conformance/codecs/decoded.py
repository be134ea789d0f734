"""What a codec makes of bytes."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.model import Tree


class Malformed(Exception):  # noqa: N818 - it names a state of the bytes, not an error of ours
    """The bytes are no message of the encoding; the text says where and why.

    `unread` marks what may well be one, but is beyond what this suite reads.
    """

    def __init__(self, reason: str, *, unread: bool = False) -> None:
        super().__init__(reason)
        self.unread = unread


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """A place where the text around the values departs from the documented form.

    `kind` is `root`, `namespace`, `order`, `item` (the name of a list's item) or `repeated`; `path` the member, empty
    for the whole message.
    """

    kind: str
    path: str
    expected: str
    observed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A message read from bytes, and what was odd about its spelling."""

    tree: Tree
    duplicates: tuple[str, ...] = ()
    """Names that occurred twice in one object."""
    byte_order_mark: bool = False
    utf8: bool = True
    """False where the bytes are not in the encoding that they declare; they were then read as Latin-1."""
    oddities: tuple[Oddity, ...] = ()
