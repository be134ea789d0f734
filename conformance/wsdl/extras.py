"""Elements of a message that no member of the contract explains: those that the WSDL demands need a value.

A value comes from the target file, or from the schema where that admits only one or names a default. What may be left
out is left out, unless the target file has a value for it. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.wsdl.describe import Node, Path
from conformance.wsdl.match import spelt


@dataclass(frozen=True, slots=True)
class Extra:
    """An element to be sent as well: below the element of the level, under this name, with this value."""

    path: Path
    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Extras:
    """What is sent as well, and what is missing for it, a line each. `free` are the names that may have a value."""

    found: tuple[Extra, ...]
    problems: tuple[str, ...]
    free: frozenset[str]


def extras(level: Node, used: Sequence[Path], taken: frozenset[str], values: Mapping[str, Any]) -> Extras:
    """Those of one level. `used` are paths of elements that members have, `taken` the names of members."""
    found: list[Extra] = []
    problems: list[str] = []
    names: set[str] = set()
    for path, due in _unexplained(level, (), used):
        node = path[-1]
        name = node.name if node.name not in taken | names else "_".join(step.name for step in path)
        names.add(name)
        if name in values:
            problem = _unfit(node, values[name])
            found.append(Extra(path, name, values[name]))
            problems += [f"values.{name} {problem}"] if problem else []
        elif due and node.remark == "again":
            problems.append(f"{spelt(path)} is demanded inside of itself; no message can be made")
        elif due and node.kind == "object":
            found.append(Extra(path, name, ""))
        elif due and node.fixed is not None:
            found.append(Extra(path, name, node.fixed))
        elif due and len(node.values) == 1:
            found.append(Extra(path, name, node.values[0][0]))
        elif due:
            listed = f", one of {', '.join(value for value, _ in node.values)}" if node.values else ""
            problems.append(f"{spelt(path)} ({node.type or node.kind}) needs a value{listed}: add values.{name}")
    problems += _choices(level, used, found)
    return Extras(tuple(found), tuple(problems), frozenset(names))


def _unexplained(node: Node, above: Path, used: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    """(path, is it due?) of what is not used: elements with a value, and empty ones where they are due."""
    for child in node.children:
        path = (*above, child)
        if path in used:
            continue
        if any(other[: len(path)] == path for other in used):
            yield from _unexplained(child, path, used)
        else:
            yield from _inside(path, child.least > 0)


def _inside(path: Path, due: bool) -> Iterator[tuple[Path, bool]]:
    """The element, or those inside of it; an element with others in it only where nothing in it is due."""
    node = path[-1]
    below = [one for child in node.children for one in _inside((*path, child), due and child.least > 0)]
    yield from below
    leaf = not node.children and node.kind != "object"
    if leaf or (due and not any(demanded for _, demanded in below)):
        yield path, due


def _choices(node: Node, used: Sequence[Path], found: Sequence[Extra], above: Path = ()) -> Iterator[str]:
    """Choices of which one is due and none is there."""
    there = [*used, *(extra.path for extra in found)]
    groups: dict[int, list[Path]] = {}
    for child in node.children:
        path = (*above, child)
        if child.choice:
            groups.setdefault(child.choice, []).append(path)
        if any(other[: len(path)] == path for other in there) and path not in used:
            yield from _choices(child, used, found, path)
    for paths in groups.values():
        if not any(other[: len(path)] == path for path in paths for other in there):
            names = " or ".join(spelt(path) for path in paths)
            yield f"one of {names} is demanded: add a value for it to values"


def _unfit(node: Node, value: Any) -> str:
    if isinstance(value, (dict, list)):
        return "must be one value"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if node.values and text not in {listed for listed, _ in node.values}:
        return f"must be one of {', '.join(listed for listed, _ in node.values)}"
    return ""
