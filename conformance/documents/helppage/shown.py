"""The same place in the samples of an ASP.NET Web API help page, JSON and XML side by side. Knows no tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.documents.samples import Node


@dataclass(frozen=True, slots=True)
class Shown:
    """The same place in the JSON sample and in the XML sample, as far as the page prints them."""

    json: Node | None = None
    xml: Node | None = None

    @property
    def line(self) -> int | None:
        """The line of the place, that of the JSON sample where both have it."""
        node = self.json if self.json is not None else self.xml
        return node.line if node is not None else None

    def child(self, name: str) -> Shown:
        """The member of that name; JSON may write it in another case."""
        return Shown(_member(self.json, name), _member(self.xml, name))

    @property
    def item(self) -> Shown:
        """The first item of a list."""
        first = self.json.nodes[0] if self.json is not None and self.json.repeated and self.json.nodes else None
        return Shown(first, self.xml.nodes[0] if self.xml is not None and self.xml.nodes else None)

    @property
    def entry(self) -> Shown:
        """The first value of a map: a JSON member, an XML element in the second place of an item."""
        json = self.json.nodes[0] if self.json is not None and self.json.nodes else None
        entry = self.xml.nodes[0] if self.xml is not None and self.xml.nodes else None
        return Shown(json, entry.nodes[-1] if entry is not None and entry.nodes else None)

    @property
    def listed(self) -> bool:
        """The JSON sample shows a list here."""
        return self.json is not None and self.json.repeated

    @property
    def container(self) -> bool:
        """One of the samples shows members here."""
        return any(node is not None and node.container and not node.repeated for node in (self.json, self.xml))


def _member(node: Node | None, name: str) -> Node | None:
    if node is None or node.repeated:
        return None
    exact = node.child(name)
    return exact or next((held for held in node.nodes if held.name.casefold() == name.casefold()), None)
