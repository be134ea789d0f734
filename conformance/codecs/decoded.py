"""What a codec makes of bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.model import Tree

if TYPE_CHECKING:
    from lxml import etree


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

    `kind` is `root`, `namespace`, `order`, `item` (the name of a list's item), `repeated`, and where a schema is known
    `lexical` (a text outside of its type) or `name` (an element that stands for the member); `path` the member, empty
    for the whole message.
    """

    kind: str
    path: str
    expected: str
    observed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A SOAP fault. `code` is the local name of its code in SOAP 1.1's or 1.2's own words, `namespace` that of the code
    where its prefix is bound, `text` the code as it was written, `reason` what it says to people."""

    element: etree._Element
    code: str
    namespace: str | None
    text: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What stands around a SOAP message. `version` is `1.1` or `1.2`, empty where the root is no envelope of either;
    `body` its Body, and `child` the first element in that, where there are such. `document_type` and `instructions` are
    what a SOAP message must not have."""

    version: str
    root: etree._Element
    body: etree._Element | None = None
    child: etree._Element | None = None
    fault: Fault | None = None
    document_type: bool = False
    instructions: int = 0


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
    envelope: Envelope | None = None
