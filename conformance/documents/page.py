"""A document as lines, and the errors that name one of them. Knows no page format and imports no reader."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.errors import ConformanceError
from conformance.model import Citation

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The lines of one document, counted from 1, and the hash of its bytes."""

    name: str
    lines: tuple[str, ...]
    sha256: str

    def line(self, number: int) -> str:
        """The text of a line; empty beyond the end."""
        return self.lines[number - 1] if 1 <= number <= len(self.lines) else ""

    def cite(self, number: int) -> Citation:
        return Citation(document=self.name, line=number)

    def error(self, number: int, reason: str) -> ConformanceError:
        """An error that names the file and the line."""
        return ConformanceError(f"{self.name}, line {number}: {reason}")


def open_page(path: Path) -> Page:
    """Read a document. It is UTF-8; a page that is not says so with its line."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConformanceError(f"{path} cannot be read: {error.strerror}; give the documents as text files") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConformanceError(f"{path.name}, line {line}: this is not UTF-8; save the page as UTF-8 text") from error
    return page_of(path.name, text, hashlib.sha256(data).hexdigest())


def page_of(name: str, text: str, sha256: str = "") -> Page:
    """A page from its text. Only line feeds end a line, as in an editor; `splitlines` would count more."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    if lines and not lines[-1]:
        lines.pop()
    return Page(name=name, lines=tuple(lines), sha256=sha256)


def kebab(name: str) -> str:
    """`CollectionPolicy` → `collection-policy`, `nota crédito` → `nota-credito`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", plain)
    return re.sub(r"[^a-z0-9]+", "-", parts.lower()).strip("-")
