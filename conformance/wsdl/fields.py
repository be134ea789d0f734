"""The members of a bound message: each with its element, its type in the WSDL and the literals of its kinds; and the
values that go with them. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from conformance.model import Basis, Choice, Contract, Field, Tree
from conformance.wsdl.describe import Node, Path, places
from conformance.wsdl.extras import Extra, Extras
from conformance.wsdl.kinds import mended
from conformance.wsdl.levels import PASSWORD, USERNAME, Levels, key_of
from conformance.wsdl.match import NUMBERS, Hit
from conformance.wsdl.words import plain

AROUND = ""
"""The level around the list, among the names of lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """`added` maps a level to values that its elements need beyond the document; `blanks` a level to members that the
    WSDL wants an element for though they may be left out, and what stands in it then."""

    fields: tuple[Field, ...]
    literals: Mapping[str, str]
    added: Mapping[str, Mapping[str, Any]]
    blanks: Mapping[str, Mapping[str, Tree]]
    problems: tuple[str, ...]
    notices: tuple[str, ...]

    def complete(self, values: Mapping[str, Any]) -> dict[str, Tree]:
        """The values with what else the message needs; without those of members that it has not."""
        whole = {**self.blanks[AROUND], **self.added[AROUND], **values}
        return {one.name: self._value(one, whole[one.name]) for one in self.fields if one.name in whole}

    def _value(self, member: Field, held: Any) -> Tree:
        item = member.item
        if item is None or not isinstance(held, list):
            return _typed(member, held)
        return [self._item(member.name, item, entry) for entry in held]

    def _item(self, listed: str, item: Field, entry: Any) -> Tree:
        if not isinstance(entry, Mapping):
            return deepcopy(entry)
        whole = {**self.blanks[listed], **self.added[listed], **entry}
        return {one.name: _typed(one, whole[one.name]) for one in item.fields if one.name in whole}


def _typed(member: Field, held: Any) -> Any:
    """A number for a member that is one: target files have texts for what documents are called by."""
    if member.type in NUMBERS and isinstance(held, str) and held.isdecimal() and held.isascii():
        return int(held)
    return deepcopy(held)


def made_of(
    contract: Contract,
    root: Node,
    levels: Levels,
    extra: Mapping[str, Extras],
    tipos: Mapping[str, str],
) -> Made:
    """The members of the request, as far as their elements are known."""
    return _Making(contract, root, levels, extra, tipos).made()


class _Making:
    """One request under construction."""

    def __init__(
        self, contract: Contract, root: Node, levels: Levels, extra: Mapping[str, Extras], tipos: Mapping[str, str]
    ) -> None:
        self._contract = contract
        self._root = root
        self._levels = levels
        self._extra = extra
        self._tipos = tipos
        self._literals: dict[str, str] = {}
        self._blanks: dict[str, dict[str, Tree]] = {AROUND: {}}
        self._problems: list[str] = []
        self._notices: list[str] = []

    def made(self) -> Made:
        request = self._contract.operation.request
        placed: list[tuple[Path, Field]] = []
        for member in request.fields:
            if member.name in self._levels.lists:
                hit = self._levels.lists[member.name]
                placed.append((hit.path, self._list(member, hit)))
            elif member.name in self._levels.around.hits:
                hit = self._levels.around.hits[member.name]
                placed.append((hit.path, self._leaf(AROUND, member, hit)))
        placed += self._credentials()
        placed += self._extras(AROUND)
        return Made(
            fields=_in_order(self._root, placed),
            literals=self._literals,
            added={level: {one.name: one.value for one in held.found} for level, held in self._extra.items()},
            blanks=self._blanks,
            problems=tuple(self._problems),
            notices=tuple(self._notices),
        )

    def _list(self, member: Field, hit: Hit) -> Field:
        """A list with an element around its items where that holds nothing else."""
        item, path = member.item, hit.path
        names = frozenset(one.name for one in self._contract.operation.request.fields)
        self._blanks[member.name] = {}
        placed: list[tuple[Path, Field]] = []
        for one in item.fields if item is not None else ():
            inner = self._levels.inside[member.name].hits.get(key_of(member, one, names))
            if inner is not None:
                placed.append((inner.path, self._leaf(member.name, one, inner)))
        placed += self._extras(member.name)
        steps = tuple(node.tag for node in path)
        inside = replace(
            item or member,
            element=steps[-1:],
            fields=_in_order(path[-1], placed),
            model=path[-1].type,
        )
        if path[-1].most is not None:
            self._notices.append(f"The WSDL admits at most {path[-1].most} items in {member.name}.")
        wrapped = len(path) > 1 and len(path[-2].children) == 1
        occurs = member.occurs if wrapped else (1 if member.required else 0, None)
        return replace(member, element=steps[:-1], item=inside, occurs=occurs)

    def _leaf(self, level: str, member: Field, hit: Hit) -> Field:
        leaf = hit.path[-1]
        element = tuple(node.tag for node in hit.path)
        if not member.required and all(node.least for node in hit.path):
            member = self._demanded(level, member, leaf)
        if member.type == "enum":
            return replace(member, element=element, choices=self._choices(member, leaf))
        kind = leaf.kind if leaf.kind in NUMBERS else "string"
        basis = Basis.INFERRED if kind != "string" else member.type_basis
        return replace(member, element=element, type=kind, type_basis=basis)

    def _demanded(self, level: str, member: Field, leaf: Node) -> Field:
        """The WSDL has an element for it in every message."""
        self._blanks[level][member.name] = None if leaf.nillable else ""
        if leaf.nillable:
            self._notices.append(f"The WSDL demands an element {leaf.name}: without a value it is sent as nil.")
            return member
        self._notices.append(
            f"The WSDL demands an element {leaf.name}, which the document lets be left out: without a value it is sent"
            " empty, and no rule says that it may be absent."
        )
        return replace(member, constraints=tuple(one for one in member.constraints if one.facet != "optional"))

    def _choices(self, member: Field, leaf: Node) -> tuple[Choice, ...]:
        names = [choice.name for choice in member.choices]
        told = {name: text for name in names for key, text in self._tipos.items() if plain(key) == plain(name)}
        literals = mended(names, leaf.values, told)
        self._literals |= literals
        listed = {value for value, _ in leaf.values}
        for name, text in told.items():
            if listed and text not in listed:
                self._problems.append(f"tipos.{name}: {text!r} is none of {', '.join(sorted(listed))}")
            elif leaf.kind in NUMBERS and not text.lstrip("+-").isdecimal():
                self._problems.append(f"tipos.{name}: {text!r} is no number, as {leaf.name} wants it ({leaf.type})")
        missing = [name for name in names if name not in literals]
        if missing and not told:
            has = f"lists {', '.join(value for value, _ in leaf.values)}" if leaf.values else "lists no values"
            self._problems.append(
                f"{member.name}: the type of {leaf.name} ({leaf.type}) {has}, so what stands for"
                f" {', '.join(missing)} must be told: add tipos"
            )
        elif missing:
            self._notices.append(f"No literal is known for {', '.join(missing)}; no such document can be sent.")
        return tuple(
            replace(choice, literal=literals[choice.name]) for choice in member.choices if choice.name in literals
        )

    def _credentials(self) -> list[tuple[Path, Field]]:
        marks = {USERNAME: ("target-only",), PASSWORD: ("target-only", "secret")}
        names = {member.name for member in self._contract.operation.request.fields}
        hits = {name: hit for name, hit in self._levels.around.hits.items() if name in marks and name not in names}
        return [(hit.path, self._added(name, hit.path, marks[name])) for name, hit in hits.items()]

    def _extras(self, level: str) -> list[tuple[Path, Field]]:
        held: tuple[Extra, ...] = self._extra[level].found if level in self._extra else ()
        return [(one.path, self._added(one.name, one.path, ("target-only",))) for one in held]

    def _added(self, name: str, path: Path, marks: tuple[str, ...]) -> Field:
        node = path[-1]
        kind = {"open": "string", "object": "empty"}.get(node.kind, node.kind)
        return Field(
            name=name,
            type=kind,
            basis=Basis.ASSUMED,
            citation=self._contract.operation.citation,
            type_basis=Basis.ASSUMED,
            marks=marks,
            element=tuple(step.tag for step in path),
        )


def _in_order(node: Node, placed: Sequence[tuple[Path, Field]]) -> tuple[Field, ...]:
    """The members in the order in which their elements must come."""
    order = {id(path[-1]): place for place, path in enumerate(places(node))}
    return tuple(member for _, member in sorted(placed, key=lambda one: order[id(one[0][-1])]))
