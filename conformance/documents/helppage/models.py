"""The members of the models on an ASP.NET Web API help page: from their table where there is one, else from a sample.

A model that a request carries has no constraints in an answer: those speak of what a caller sends. There its members
are cited from the answer's own sample. A model that holds itself is followed once. Must never import a reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from conformance.documents.helppage.lostnames import names_of
from conformance.documents.helppage.shown import Shown
from conformance.documents.helppage.tables import Enumeration, Row, Table, row_constraints
from conformance.documents.helppage.typewords import TypeWord, models_in
from conformance.documents.samples import Node, type_of, walk
from conformance.model import Basis, Citation, Field

if TYPE_CHECKING:
    from conformance.documents.page import Page

MOST = 5000
"""Members of one page, nested ones counted wherever they stand."""
PAIR = ("Key", "Value")
MAP_VALUE = "Value"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a type word stands for, in the terms of `model.Field`."""

    type: str
    item: Field | None = None
    fields: tuple[Field, ...] = ()
    enum: Enumeration | None = None
    model: str = ""

    def over(self, member: Field) -> Field:
        """The member with this shape."""
        choices = self.enum.choices if self.enum is not None else ()
        return replace(member, type=self.type, item=self.item, fields=self.fields, choices=choices, model=self.model)


@dataclass(slots=True)
class Models:
    """All models of a page. `alphabetical` says that its XML samples sort members by name."""

    page: Page
    tables: Mapping[str, Table]
    enums: Mapping[str, Enumeration]
    samples: Sequence[Shown] = ()
    alphabetical: bool = False
    requested: frozenset[str] = frozenset()
    """The models that the request carries."""
    used: set[str] = field(default_factory=set)
    _names: dict[int, tuple[str, ...]] = field(default_factory=dict)
    _json_names: dict[str, str] = field(default_factory=dict)
    _made: int = 0

    def __post_init__(self) -> None:
        names = [seen.node.name for shown in self.samples if shown.json is not None for seen in walk(shown.json)]
        exact = set(names)
        self._json_names = {name.casefold(): name for name in reversed(names)}
        for table in self.tables.values():
            self._json_names |= {row.name.casefold(): row.name for row in table.rows if row.name in exact}

    def closure(self, words: Sequence[TypeWord]) -> frozenset[str]:
        """The models that phrases speak of, and those that their tables speak of."""
        found: set[str] = set()
        waiting = [name for word in words for name in models_in(word)]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                table = self.tables.get(name)
                waiting += [inner for row in (table.rows if table else ()) for inner in models_in(row.word)]
        return frozenset(found)

    def names(self, table: Table, shown: Shown) -> tuple[str, ...]:
        """The names of a table's rows. Lost ones are recovered from the samples; JSON decides over upper and lower
        case, since services that write `Name` in their tables and `name` in JSON are common."""
        if table.line not in self._names:
            ordered, sorted_ = self._showing(table, shown)
            names = names_of(self.page, table, ordered, sorted_)
            self._names[table.line] = tuple(self._json_names.get(name.casefold(), name) for name in names)
        return self._names[table.line]

    def known_names(self, table: Table) -> tuple[str, ...] | None:
        """The names of a table's rows, where a message carries them."""
        return self._names.get(table.line)

    def _showing(self, table: Table, shown: Shown) -> tuple[list[Node], list[Node]]:
        """The samples of a model in the order of declaration, and those in another: at the place where the model is
        asked for, else the first place of each sample that has the names that are known."""
        json = [node for node in (shown.json,) if node is not None and node.container and not node.repeated]
        xml = [node for node in (shown.xml,) if node is not None and node.container]
        if not json and not xml:
            given = {row.name.casefold() for row in table.rows if row.name is not None}
            json = [node for held in self.samples if held.json is not None for node in _having(held.json, given)][:1]
            xml = [node for held in self.samples if held.xml is not None for node in _having(held.xml, given)][:1]
        return (json, xml) if self.alphabetical else ([*json, *xml], [])

    def fields(
        self, table: Table, shown: Shown, trail: tuple[str, ...] = (), *, moved: bool = False
    ) -> tuple[Field, ...]:
        """The members of a model with a table. `moved` cites the sample in place of the table, without constraints."""
        rows = zip(table.rows, self.names(table, shown), strict=True)
        return tuple(self._field(row, name, shown.child(name), trail, moved=moved) for row, name in rows)

    def _field(self, row: Row, name: str, shown: Shown, trail: tuple[str, ...], *, moved: bool) -> Field:
        self._count(row.line)
        cite, typed = self.page.cite(row.line), self.page.cite(row.type_line)
        if moved and shown.line is not None:
            cite = typed = self.page.cite(shown.line)
        member = Field(
            name=name,
            type="",
            basis=Basis.STATED,
            citation=cite,
            type_citation=typed,
            constraints=() if moved else row_constraints(self.page, row),
        )
        return self.shape(row.word, shown, typed, trail, moved=moved).over(member)

    def shape(
        self, word: TypeWord, shown: Shown, cite: Citation, trail: tuple[str, ...] = (), *, moved: bool = False
    ) -> Shape:
        """What a type word stands for at a place."""
        match word.kind:
            case "list":
                return Shape("list", item=self._item(word.parts[0], shown.item, cite, trail, moved=moved))
            case "map":
                item = Field(name=MAP_VALUE, type="", basis=Basis.STATED, citation=cite)
                inner = self.shape(word.parts[1], shown.entry, cite, trail, moved=moved)
                return Shape("map", item=inner.over(item))
            case "pair":
                parts = zip(PAIR, word.parts, strict=True)
                both = (
                    self.shape(part, shown.child(name), cite, trail, moved=moved).over(
                        Field(name=name, type="", basis=Basis.STATED, citation=cite)
                    )
                    for name, part in parts
                )
                return Shape("object", fields=tuple(both))
            case "model":
                return self._model(word.text, shown, trail, moved=moved)
        return Shape(word.type)

    def _item(self, word: TypeWord, shown: Shown, cite: Citation, trail: tuple[str, ...], *, moved: bool) -> Field:
        """The item of a list; its name is that of the element in XML."""
        inner = self.shape(word, shown, cite, trail, moved=moved)
        name = shown.xml.name if shown.xml is not None else word.item_name
        return inner.over(Field(name=name, type="", basis=Basis.STATED, citation=cite))

    def _model(self, name: str, shown: Shown, trail: tuple[str, ...], *, moved: bool) -> Shape:
        self.used.add(name)
        moved = moved or (name in self.requested)
        if name in self.enums:
            return Shape("enum", enum=self.enums[name], model=name)
        if name in trail:
            return Shape("object", model=name)
        if name in self.tables:
            inner = self.fields(self.tables[name], shown, (*trail, name), moved=moved)
            return Shape("object", fields=inner, model=name)
        if shown.container:
            return Shape("object", fields=tuple(self._members(shown, moved=moved)), model=name)
        # One value where a model was named: an enumeration most likely, and its table is not on the page.
        return Shape("open", model=name)

    def _members(self, shown: Shown, *, moved: bool) -> Iterator[Field]:
        """The members that only samples show."""
        nodes = [node for node in (shown.json, shown.xml) if node is not None and node.container and not node.repeated]
        seen = dict.fromkeys(child.name for child in nodes[0].nodes)
        for name in seen:
            yield self._shown(name, shown.child(name), moved=moved)

    def _shown(self, name: str, shown: Shown, *, moved: bool) -> Field:
        """A member that only a sample shows: its name is stated there, its type is read from one value."""
        line = shown.line or 1
        self._count(line)
        cite = self.page.cite(line)
        member = Field(name=name, type="", basis=Basis.STATED, citation=cite, type_citation=cite if moved else None)
        node = shown.json if shown.json is not None else shown.xml
        if node is not None and node.repeated and node.nodes:
            named = shown.item.xml.name if shown.item.xml is not None else node.nodes[0].name
            item = self._shown(named or "item", shown.item, moved=moved)
            return replace(member, type="list", item=item)
        if node is not None and node.container:
            inner = tuple(self._members(shown, moved=moved)) if not node.repeated else ()
            return replace(member, type="list" if node.repeated else "object", fields=inner)
        kind = type_of(node.value if node is not None and not node.nil else None)
        return replace(member, type=kind, type_basis=Basis.INFERRED)

    def _count(self, line: int) -> None:
        self._made += 1
        if self._made > MOST:
            raise self.page.error(line, f"the models of this page hold each other {MOST} times over; leave some out")


def _having(sample: Node, names: set[str]) -> Iterator[Node]:
    """The places of a sample that have these names among their members."""
    waiting = [sample]
    while waiting:
        node = waiting.pop(0)
        if not node.repeated and names and names <= {child.name.casefold() for child in node.nodes}:
            yield node
        waiting.extend(node.nodes)
