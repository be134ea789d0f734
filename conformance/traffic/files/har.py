"""HAR 1.2, entry by entry: the document is never held as a whole, and never parsed as one.

A regular expression runs over blocks and finds where an entry ends; msgspec reads the entry. What is damaged is told,
and reading goes on at the next text that may begin an entry and turns out to be one. Must never import what reads other
recordings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from conformance.traffic.files.har_entries import read
from conformance.traffic.files.lines import CORRUPT, LARGEST, TOO_LARGE, explained
from conformance.traffic.files.window import Window
from conformance.traffic.recording import Recorded, Unread

OURS = "billing-conformance"
_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_LEAF = rb'\{(?:[^"{}]++|' + _STRING + rb")*+\}"
_INSIDE = re.compile(rb'(?:[^"{}]++|' + _STRING + rb"|" + _LEAF + rb")*+", re.DOTALL)
"""All up to a brace of an object that holds others. Gives nothing back, and does not end in the middle of a string."""
_MARK = re.compile(_STRING + rb"|[][{}]", re.DOTALL)
_SPACE = re.compile(rb"[ \t\r\n]*+")
_ENTRIES = re.compile(rb'"entries"\s{0,99}:\s{0,99}\[')
_CREATOR = re.compile(rb'"creator"\s*:\s*(' + _LEAF + rb")", re.DOTALL)
_LIKE_ENTRY = re.compile(rb'\{\s{0,99}"([^"\\]{1,40})"\s{0,99}:')
"""Never inside of a text of JSON, where quotes are escaped."""
_USUAL = frozenset((b"startedDateTime", b"time", b"request", b"response", b"cache", b"timings", b"connection"))
_USUAL |= {b"pageref", b"serverIPAddress", b"comment"}
"""Names of the members that an entry begins with; beside those that begin with `_`."""
_BLANKS = b" \t\r\n"
_OVERLAP = 512
"""More than the expressions match that are searched for across blocks."""
_TRIES = 20
_MOST_FIRSTS = 20
_WASTE = 16 * LARGEST
"""Bytes that may be looked through in vain for the ends of damaged entries, besides four times what was read."""
_LIST, _LOST, _BEYOND = "list", "lost", "beyond"
"""Where the reader is: in the list, behind something damaged, behind the list."""
_ENTRY, _END, _BROKEN = "entry", "end", "broken"
"""What comes next in the list."""


def exchanges(content: Iterator[bytes]) -> Iterator[tuple[int, Recorded | Unread]]:
    """The exchanges of the archive that the blocks make up."""
    return _Archive(content).exchanges()


class _Archive:
    """Where in an archive the reader is, and what it knows of it."""

    def __init__(self, content: Iterator[bytes]) -> None:
        self._window = Window(content)
        self._at = _list(self._window)
        self._ours = _is_ours(self._window.data[: max(0, self._at)])
        self._mode = _LIST
        self._behind = False
        """Whether an entry came before, so that a comma is next."""
        self._firsts = set(_USUAL)
        self._wasted = 0
        self._over = False

    def exchanges(self) -> Iterator[tuple[int, Recorded | Unread]]:
        torn = False
        if self._at < 0:
            self._at, self._mode, torn = 0, _LOST, True
            yield 0, Unread(CORRUPT, self._window.torn or "it has no list `log.entries`")
        while not self._over:
            found = self._listed() if self._mode == _LIST else self._searched()
            if found is not None:
                torn = torn or (isinstance(found[1], Unread) and found[1].detail == self._window.torn)
                yield found
        if self._window.torn and not torn:
            yield self._window.end, Unread(CORRUPT, self._window.torn)

    def _listed(self) -> tuple[int, Recorded | Unread] | None:
        """The next entry of the list, or what is in its place; nothing at its end."""
        what, begin = _following(self._window, self._at, behind=self._behind)
        self._at = begin
        if what == _END:
            self._mode = _BEYOND
            return None
        if what == _BROKEN:
            self._mode = _LOST
            return begin, Unread(CORRUPT, self._window.torn or "here the list of entries breaks off, or is damaged")
        first = _LIKE_ENTRY.match(self._window.data, begin - self._window.base)
        if first is not None and len(self._firsts) < _MOST_FIRSTS:
            self._firsts.add(first[1])
        likely = _likely_end(self._window, first) if first is not None else -1
        if likely >= 0 and isinstance(found := self._taken(begin, likely), Recorded):
            return begin, found
        end, _ = _ending(self._window, begin)
        found = self._taken(begin, end)
        if isinstance(found, Unread):
            if found.reason == TOO_LARGE and end >= 0:
                self._at, self._behind = end, True
            else:
                self._at, self._mode = begin + 1, _LOST
        return begin, found

    def _searched(self) -> tuple[int, Recorded | Unread] | None:
        """The next object that is an entry; of what only looks like one nothing is said, unless it stands in a list."""
        begin, listed = _like_entry(self._window, self._at, self._firsts)
        if begin < 0:
            self._over = True
            return None
        end, looked = _ending(self._window, begin)
        found = self._taken(begin, end)
        if isinstance(found, Recorded):
            return begin, found
        self._at = begin + 1
        self._wasted += looked
        if self._wasted > _WASTE + 4 * begin:
            self._over = True
            return begin, Unread(CORRUPT, "so much is damaged that the rest of the file is left out")
        return (begin, found) if listed and self._mode == _LOST else None

    def _taken(self, begin: int, end: int) -> Recorded | Unread:
        """The entry that lies there, with which the list goes on, or what is wrong with it."""
        found = _found(self._window, begin, end, ours=self._ours)
        if isinstance(found, Recorded):
            self._at, self._mode, self._behind = end, _LIST, True
        return found


def _list(window: Window) -> int:
    """Where the list `log.entries` begins; -1 where none does, with all that was looked at still in the window."""
    at = 0
    for _ in range(_TRIES):
        while (found := _ENTRIES.search(window.data, at)) is None:
            at = max(0, len(window.data) - _OVERLAP)
            if len(window.data) > LARGEST or not window.more(0):
                return -1
        at = found.end()
        if _depth(window.data, found.start()) == 2:
            return at
    return -1


def _depth(data: bytes, upto: int) -> int:
    depth = 0
    for found in _MARK.finditer(data, 0, upto):
        mark = found[0]
        depth += 1 if mark in b"{[" else -1 if mark in b"}]" else 0
    return depth


def _is_ours(head: bytes) -> bool:
    """Whether this suite wrote the archive, so that bodies are as they were."""
    creator = _CREATOR.search(head)
    if creator is None:
        return False
    try:
        return bool(msgspec.json.decode(creator[1]).get("name") == OURS)
    except (ValueError, RecursionError):
        return False


def _following(window: Window, at: int, *, behind: bool) -> tuple[str, int]:
    """What comes next in the list, `behind` an entry or at its beginning, and where."""
    mark, at = _sign(window, at)
    if mark == b"," and behind:
        mark, at = _sign(window, at + 1)
        behind = False
    if mark == b"{" and not behind:
        return _ENTRY, at
    if mark != b"]":
        return _BROKEN, at
    # A list ends before another member, or before the end of what holds it; else its end is damage.
    return (_END if _sign(window, at + 1)[0] in {b",", b"}", b""} else _BROKEN), at + 1


def _sign(window: Window, at: int) -> tuple[bytes, int]:
    """What comes next that is no space, and where; nothing at the end."""
    while True:
        space = _SPACE.match(window.data, at - window.base)
        at = window.base + (space.end() if space else 0)
        if at < window.end:
            return window.data[at - window.base : at - window.base + 1], at
        if not window.more(at):
            return b"", at


def _like_entry(window: Window, at: int, firsts: set[bytes]) -> tuple[int, bool]:
    """Where the next object begins that may be an entry, and whether it stands in a list; -1 where none does."""
    while True:
        for found in _LIKE_ENTRY.finditer(window.data, at - window.base):
            if found[1] in firsts or found[1].startswith(b"_"):
                before = window.data[max(0, found.start() - 100) : found.start()].rstrip()
                return window.base + found.start(), before[-1:] in {b",", b"["}
        at = max(at, window.end - _OVERLAP)
        if not window.more(at):
            return -1, False


def _likely_end(window: Window, first: re.Match[bytes]) -> int:
    """Where the entry ends, if the next one begins with a member of the same name; -1 where there is none in sight.
    What can be read up to there is the entry: no object of JSON begins with another one."""
    data = window.data
    there = data.find(b'"' + first[1] + b'"', first.end())
    before = data[max(first.end(), there - _OVERLAP) : there].rstrip(_BLANKS) if there >= 0 else b""
    if before[-1:] != b"{" or (before := before[:-1].rstrip(_BLANKS))[-1:] != b",":
        return -1
    before = before[:-1].rstrip(_BLANKS)
    return window.base + max(first.end(), there - _OVERLAP) + len(before) if before[-1:] == b"}" else -1


def _ending(window: Window, begin: int) -> tuple[int, int]:
    """Where the object ends that begins there, and how much was looked at. -1 where it does not end, or not within
    the bytes that are read of one record."""
    at, depth = begin + 1, 1
    while True:
        inside = _INSIDE.match(window.data, at - window.base)
        at = window.base + (inside.end() if inside else 0)
        mark = window.data[at - window.base : at - window.base + 1]
        if mark == b"{":
            depth += 1
        elif mark == b"}":
            depth -= 1
            if depth == 0:
                return at + 1, at + 1 - begin
        elif window.end - begin > LARGEST or not window.more(begin):
            return -1, window.end - begin
        else:
            continue
        at += 1


def _found(window: Window, begin: int, end: int, *, ours: bool) -> Recorded | Unread:
    """The entry that lies there, or what is wrong with it."""
    if end < 0 and window.end - begin <= LARGEST:
        return Unread(CORRUPT, window.torn or "the end of this entry is missing")
    if end < 0 or end - begin > LARGEST:
        size = LARGEST // 2**20
        return Unread(TOO_LARGE, f"the entry is larger than the {size} MiB that are read of one exchange, or damaged")
    try:
        return read(window.data[begin - window.base : end - window.base], ours=ours)
    except (ValueError, RecursionError) as error:
        return Unread(CORRUPT, explained(error))
