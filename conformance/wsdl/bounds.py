"""How much a schema may be, told from its text before anything is compiled.

A compiler's work grows with the square of a content model, and groups that name groups double it at every step. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lxml import etree

XS = "http://www.w3.org/2001/XMLSchema"
MOST_ELEMENTS = 40_000
"""Elements of XML in all schemas."""
MOST_PAIRS = 4_000_000
"""Pairs of particles that a compiler compares in all content models; about ten seconds."""
MOST_PARTICLES = 1_000
"""Particles in one content model, groups and base types written out."""
MOST_PARTS = 1_000
"""Members of a union, or attributes of a group, with the unions and groups among them written out."""
_PARTICLES = (f"{{{XS}}}element", f"{{{XS}}}any")
_SIMPLE, _ATTRIBUTES, _ATTRIBUTE = f"{{{XS}}}simpleType", f"{{{XS}}}attributeGroup", f"{{{XS}}}attribute"
_UNION, _RESTRICTION, _LIST = f"{{{XS}}}union", f"{{{XS}}}restriction", f"{{{XS}}}list"
_TYPE, _GROUP, _EXTENSION = f"{{{XS}}}complexType", f"{{{XS}}}group", f"{{{XS}}}extension"


def excess(roots: Iterable[etree._Element]) -> str:
    """What is too much in these documents; empty where nothing is."""
    schemas = [schema for root in roots for schema in root.iter(f"{{{XS}}}schema")]
    count = sum(1 for schema in schemas for _ in schema.iter())
    if count > MOST_ELEMENTS:
        return f"the schemas have {count} elements; at most {MOST_ELEMENTS} are read"
    return _Models(schemas).excess() or _Parts(schemas).excess()


class _Models:
    """The sizes of content models. What a reference names is found by local name, the largest of those so called."""

    def __init__(self, schemas: list[etree._Element]) -> None:
        self._named: dict[tuple[str, str], list[etree._Element]] = {}
        self._types: list[etree._Element] = []
        for schema in schemas:
            self._types += schema.iter(_TYPE)
            for one in schema.iterchildren(_TYPE, _GROUP):
                self._named.setdefault((str(one.tag), one.get("name", "")), []).append(one)
        self._sizes: dict[etree._Element, int] = {}

    def excess(self) -> str:
        pairs = 0
        for one in self._types:
            size = self._size(one)
            name = one.get("name") or "a type without a name"
            if size > MOST_PARTICLES:
                return f"the content of {name} has more than {MOST_PARTICLES} elements, groups written out"
            pairs += size * size
        return f"the content models of {len(self._types)} types are too large together" if pairs > MOST_PAIRS else ""

    def _size(self, model: etree._Element) -> int:
        if model not in self._sizes:
            # Whoever names itself counts for nothing there; that it does is for the compiler to tell.
            self._sizes[model] = 0
            self._sizes[model] = min(self._counted(model), MOST_PARTICLES + 1)
        return self._sizes[model]

    def _counted(self, holder: etree._Element) -> int:
        total = 0
        for child in holder.iterchildren("*"):
            if child.tag in _PARTICLES:
                total += 1
            elif child.tag == _GROUP and child.get("ref"):
                total += self._referred(_GROUP, child.get("ref", ""))
            else:
                total += self._referred(_TYPE, child.get("base", "")) if child.tag == _EXTENSION else 0
                total += self._counted(child)
            if total > MOST_PARTICLES:
                break
        return total

    def _referred(self, kind: str, name: str) -> int:
        local = name.rpartition(":")[2]
        return max((self._size(one) for one in self._named.get((kind, local), ())), default=0)


class _Parts:
    """The sizes of unions and of groups of attributes, which may name others of their kind twice."""

    def __init__(self, schemas: list[etree._Element]) -> None:
        self._named: dict[tuple[str, str], list[etree._Element]] = {}
        for schema in schemas:
            for one in schema.iterchildren(_SIMPLE, _ATTRIBUTES):
                self._named.setdefault((str(one.tag), one.get("name", "")), []).append(one)
        self._sizes: dict[etree._Element, int] = {}

    def excess(self) -> str:
        for (_, name), held in self._named.items():
            for one in held:
                if self._size(one) > MOST_PARTS:
                    return f"{name} has more than {MOST_PARTS} parts, what it names written out"
        return ""

    def _size(self, one: etree._Element) -> int:
        if one not in self._sizes:
            self._sizes[one] = 1
            self._sizes[one] = min(1 + sum(self._below(one)), MOST_PARTS + 1)
        return self._sizes[one]

    def _below(self, one: etree._Element) -> Iterator[int]:
        for child in one.iter(_UNION, _RESTRICTION, _LIST, _ATTRIBUTES, _ATTRIBUTE):
            kind = _ATTRIBUTES if child.tag == _ATTRIBUTES else _SIMPLE
            names = " ".join(child.get(key, "") for key in ("memberTypes", "base", "itemType", "ref"))
            for name in names.split() if child is not one else ():
                held = self._named.get((kind, name.rpartition(":")[2]), ())
                yield max((self._size(other) for other in held), default=1)
