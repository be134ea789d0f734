"""Nested models of an ASP.NET help page: members that a table names by their model and only a sample shows.

A model that is the request's own has the request's members; any other is read from the sample. Must never import a
reader.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.documents.samples import Node, type_of
from conformance.model import Basis, Field, Message

if TYPE_CHECKING:
    from conformance.documents.page import Page


def held(page: Page, word: str, node: Node | None, model: Message | None) -> tuple[Field, ...]:
    """The members of a nested model: those of the request where it is the same model, else what the sample shows."""
    if node is None:
        return ()
    if model is not None and word == model.root:
        return _relocated(page, model.fields, node)
    return tuple(_shown(page, child) for child in node.nodes)


def _relocated(page: Page, fields: tuple[Field, ...], node: Node) -> tuple[Field, ...]:
    """The request's members on the lines of the answer's sample. Their constraints speak of requests only."""
    moved = []
    for member in fields:
        shown = node.child(member.name)
        if shown is None:
            moved.append(replace(member, constraints=()))
            continue
        cite = page.cite(shown.line)
        item = member.item
        if item is not None and shown.nodes:
            item = replace(item, citation=cite, fields=_relocated(page, item.fields, shown.nodes[0]))
        inner = _relocated(page, member.fields, shown)
        moved.append(replace(member, citation=cite, type_citation=cite, constraints=(), item=item, fields=inner))
    return tuple(moved)


def _shown(page: Page, node: Node) -> Field:
    """A member that only a sample shows: its name is stated there, its type is read from one value."""
    cite = page.cite(node.line)
    if node.repeated and node.nodes:
        item = replace(_shown(page, node.nodes[0]), name=node.nodes[0].name or "item")
        return Field(name=node.name, type="list", basis=Basis.STATED, citation=cite, item=item)
    if node.container:
        kind = "list" if node.repeated else "object"
        inner = tuple(_shown(page, child) for child in node.nodes)
        return Field(name=node.name, type=kind, basis=Basis.STATED, citation=cite, fields=inner)
    return Field(name=node.name, type=type_of(node.value), basis=Basis.STATED, citation=cite, type_basis=Basis.INFERRED)
