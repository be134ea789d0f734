"""The rows of a table of an ASP.NET Web API help page, whatever way the page became text.

A table arrives as one cell a line, as one row a line, or as anything between; with a bar before each row or without;
with cells that vanished because they were empty (a description, and then a lone bar may follow the row), or because
mail obfuscation swallowed them (a name). So the text is cut at its bars into pieces, and of all ways to put the pieces
together as rows the cheapest is taken: a type must stand in the place of the type. The prices are in `_Costs`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.documents.helppage.annotations import NONE, PATTERN, begins
from conformance.documents.helppage.pieces import ANY_BAR, BAR, Piece, Style, pieces_of
from conformance.documents.helppage.typewords import plainly, type_word

if TYPE_CHECKING:
    from conformance.documents.helppage.marks import Marks

LONGEST = 24
"""More pieces than this are no row."""
MOST_LINES = 3
"""A type may be broken over so many lines."""
_NAME = re.compile(r"\S+")


class _Costs:
    """What speaks against a reading; only the order of sums matters."""

    model = 2  # a type that is no word of the generator and has no table
    odd = 4  # such a type, and a plain one where the description stands
    vanished = 1  # no description
    longer = 3  # a bar within a description
    custom = 3  # annotations that begin like none of the generator's
    joined = 4  # a bar within those
    silent = 3  # no annotations, not even `None.`
    never_silent = 8  # the same where the table has a `None.`
    shifted = 2  # an empty cell behind the annotations
    soft = 1  # a cell that is broken over lines, an annotation on each
    broken = 9  # the same, and no annotation begins there
    stray = 2  # a lone bar that is no part of a row
    lost_name = 4  # a lone bar that opens a row
    lost_cell = 6  # a row that opens with its description
    strange_name = 3  # a name that no sample has


@dataclass(frozen=True, slots=True)
class Cells:
    """A row as pieces: where it opens, and the pieces of description, type and annotations. `name` None: it is lost."""

    name: str | None
    opener: int
    described: tuple[Piece, ...]
    typed: tuple[Piece, ...]
    annotated: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Laid:
    """A way to read the pieces to their end: rows, stray bars, and what it costs."""

    cost: int
    rows: tuple[Cells, ...] = ()
    stray: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """The piece at which no way leads on, and the pieces of the row that should begin there."""

    at: Piece
    row: tuple[Piece, ...]


def rows_in(
    lines: list[tuple[int, str]], style: Style, names: Collection[str], models: Collection[str], marks: Marks
) -> Laid | Unread:
    """The rows of a table. `names` are member names in samples, `models` those that have a table of their own."""
    known = frozenset(name.casefold() for name in names)
    first: Unread | None = None
    for bar in (BAR, ANY_BAR):
        pieces = list(pieces_of(lines, style, bar, marks))
        laid = _Layout(pieces, style, known, frozenset(models)).read()
        if isinstance(laid, Laid):
            return laid
        first = first or laid
    return first or Laid(0)


class _Layout:
    """The cheapest way from each piece to the end, from the last piece to the first."""

    def __init__(self, pieces: list[Piece], style: Style, names: frozenset[str], models: frozenset[str]) -> None:
        self._pieces = pieces
        self._style = style
        self._names = names
        # The page generator never leaves annotations empty, so a page that prints `None.` has no empty ones.
        self._silent = _Costs.never_silent if any(piece.text in NONE - {""} for piece in pieces) else _Costs.silent
        self._begins = [begins(piece.text) for piece in pieces]
        self._prices = [self._type_price(piece, models) for piece in pieces]

    def read(self) -> Laid | Unread:
        """All pieces as rows, or the farthest piece that a row could not begin at."""
        count = len(self._pieces)
        # What leads to the end, and by which step; rows are put together only once the steps are chosen.
        cost: list[int | None] = [*(None for _ in range(count)), 0]
        step: list[tuple[int, Cells | None] | None] = [None] * count
        ends: list[list[int]] = [[] for _ in range(count)]
        for at in range(count - 1, -1, -1):
            for price, end, cells in self._from(at):
                ends[at].append(end)
                behind = cost[end]
                here = cost[at]
                if behind is not None and (here is None or price + behind < here):
                    cost[at], step[at] = price + behind, (end, cells)
        if cost[0] is None:
            return self._unread(ends)
        rows: list[Cells] = []
        stray: list[int] = []
        at = 0
        while at < count and (taken := step[at]) is not None:
            if taken[1] is None:
                stray.append(self._pieces[at].line)
            else:
                rows.append(taken[1])
            at = taken[0]
        return Laid(cost[0], tuple(rows), tuple(stray))

    def _unread(self, ends: list[list[int]]) -> Unread:
        reached = {0}
        for at in range(len(ends)):
            if at in reached:
                reached.update(ends[at])
        at = max(reached - {len(ends)})
        rest = self._pieces[at + 1 :]
        length = next((index for index, piece in enumerate(rest) if piece.forced), len(rest))
        return Unread(self._pieces[at], tuple(rest[:length]))

    def _from(self, at: int) -> Iterator[tuple[int, int, Cells | None]]:
        """Every row that can begin here, and the reading as a stray bar: (price, next piece, row)."""
        piece = self._pieces[at]
        if piece.lone:
            if at > 0:
                yield _Costs.stray, at + 1, None
            yield from self._row(at + 1, None, piece.line, _Costs.lost_name)
            return
        if not piece.opens:
            return
        strange = self._style is not Style.LED and bool(self._names) and piece.text.casefold() not in self._names
        if piece.text and _NAME.fullmatch(piece.text):
            yield from self._row(at + 1, piece.text, piece.line, _Costs.strange_name if strange else 0)
        if not piece.text:
            yield from self._row(at + 1, None, piece.line, 1)
        elif self._style is not Style.LINES and (strange or not _NAME.fullmatch(piece.text)):
            yield from self._row(at, None, piece.line, _Costs.lost_cell, own=True)

    def _row(
        self, first: int, name: str | None, opener: int, price: int, *, own: bool = False
    ) -> Iterator[tuple[int, int, Cells | None]]:
        """The rows whose cells begin at a piece; `own` where that piece is the one that opens the row."""
        for at in range(first, min(first + LONGEST, len(self._pieces))):
            if self._pieces[at].forced and not (own and at == first):
                return
            if at > first + 1 and self._pieces[at - 2].ends:
                return
            described = tuple(self._pieces[first:at])
            for typed, cost in self._typed(at):
                behind = at + len(typed)
                # A description that is a type beside a type that nobody knows: the cells have shifted.
                odd = _Costs.odd * (cost == _Costs.model and any(self._prices[n] == 0 for n in range(first, at)))
                for more, end in self._annotated(behind):
                    cells = Cells(name, opener, described, typed, tuple(self._pieces[behind:end]))
                    yield price + cost + odd + _described(described, self._style) + more, end, cells

    def _typed(self, at: int) -> Iterator[tuple[tuple[Piece, ...], int]]:
        """The pieces that are a type, and the price: one, or a phrase that is broken over lines."""
        if (price := self._prices[at]) is not None:
            yield (self._pieces[at],), price
        run = [self._pieces[at]]
        while run[-1].soft and len(run) < MOST_LINES and at + len(run) < len(self._pieces):
            if self._pieces[at + len(run)].forced:
                return
            run.append(self._pieces[at + len(run)])
            word = type_word(" ".join(piece.text for piece in run))
            if word is not None:
                yield tuple(run), 0

    def _annotated(self, first: int) -> Iterator[tuple[int, int]]:
        """Where the annotations that begin here may end, and at what price."""
        if first >= len(self._pieces) or self._pieces[first].forced:
            return
        cost = 0
        within = False
        for at in range(first, min(first + LONGEST, len(self._pieces))):
            piece = self._pieces[at]
            if piece.forced or (at > first and self._pieces[at - 1].ends):
                return
            if at == first:
                cost = self._silent if not piece.text else 0 if self._begins[at] else _Costs.custom
            elif piece.text and self._pieces[first].text in NONE:
                return
            elif self._pieces[at - 1].soft:
                apart = _Costs.joined if self._style is Style.LINES else _Costs.broken
                cost += _Costs.soft if self._begins[at] else apart
            elif not piece.text:
                cost += _Costs.shifted
            else:
                cost += _Costs.soft if within else _Costs.joined
            within = within or PATTERN in piece.text
            yield cost, at + 1

    @staticmethod
    def _type_price(piece: Piece, models: frozenset[str]) -> int | None:
        if not piece.text or begins(piece.text):
            return None
        word = type_word(piece.text)
        if word is None:
            return None
        return 0 if plainly(word) or word.text in models else _Costs.model


def _described(pieces: tuple[Piece, ...], style: Style) -> int:
    """The price of a description. It may be broken over lines; only where rows begin with bars that is plain to see."""
    if not pieces:
        return _Costs.vanished
    broken = _Costs.soft if style is Style.LED else _Costs.joined
    return sum(broken if piece.soft else _Costs.longer for piece in pieces[:-1])
