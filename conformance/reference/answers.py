"""The reference's answers as trees, and what a defect makes of them before they are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import partial
from typing import Any

from conformance.facets import is_number
from conformance.model import Contract, Field, Tree
from conformance.reference.defects import Defect
from conformance.rules.fields import walk

Change = Callable[[dict[str, Tree], str, Field, Defect, Mapping[str, Tree]], None]
"""Breaks a member of an object of the answer in place."""

OTHER_GUID = "00000000-0000-4000-8000-000000000001"
OTHER_TYPE: dict[str, Tree] = {
    "string": 5,
    "boolean": "true",
    "integer": "90",
    "decimal": "5.00",
    "guid": "not-a-guid",
    "list": {},
    "object": "text",
}
"""For each type a value of another one."""


def accepted(contract: Contract, message: Mapping[str, Tree]) -> dict[str, Tree]:
    """The answer to a request that is taken: every documented member, empty where there is nothing."""
    acceptance = contract.operation.acceptance
    tree: dict[str, Tree] = {}
    for member in contract.operation.response.fields:
        if acceptance is not None and member.name == acceptance.member:
            tree[member.name] = True
        elif acceptance is not None and member.name == acceptance.echo:
            tree[member.name] = {child.name: deepcopy(message.get(child.name)) for child in member.fields}
        else:
            tree[member.name] = {"list": [], "string": ""}.get(member.type)
    text = _first_text(contract)
    if text is not None:
        tree[text] = "Operación correcta"
    return tree


def refused(contract: Contract, details: tuple[str, ...]) -> dict[str, Tree]:
    """The answer to a request that is not taken, in the documented envelope."""
    tree = accepted(contract, {})
    acceptance = contract.operation.acceptance
    for member in contract.operation.response.fields:
        if acceptance is not None and member.name == acceptance.member:
            tree[member.name] = False
        elif acceptance is not None and member.name == acceptance.echo:
            tree[member.name] = None
        elif member.type == "list":
            tree[member.name] = list(details)
    text = _first_text(contract)
    if text is not None:
        tree[text] = "La solicitud no es válida"
    return tree


def _first_text(contract: Contract) -> str | None:
    """The member for a message to people: the first text of the answer."""
    return next((member.name for member in contract.operation.response.fields if member.type == "string"), None)


def flawed(contract: Contract, defect: Defect, tree: dict[str, Tree], earlier: Mapping[str, Tree]) -> Tree:
    """The tree with the defect's response rules broken. `earlier` is what was saved before this request."""
    if defect.breaks(f"{contract.service}/envelope/root"):
        return [tree]
    for path, member in walk(contract.operation.response.fields):
        for facet, change in CHANGES.items():
            if defect.breaks(f"{contract.service}/response/{path}/{facet}"):
                _at(tree, path.split("/"), partial(_changed, change, member, defect, earlier))
    return tree


def _changed(
    change: Change, member: Field, defect: Defect, earlier: Mapping[str, Tree], holder: dict[str, Tree], name: str
) -> None:
    change(holder, name, member, defect, earlier)


def _at(tree: Tree, names: list[str], change: Callable[[dict[str, Tree], str], None]) -> None:
    """Apply the change wherever the path leads; lists are entered item by item."""
    if isinstance(tree, list):
        for item in tree:
            _at(item, names, change)
    elif isinstance(tree, dict) and len(names) == 1:
        if names[0] in tree:
            change(tree, names[0])
    elif isinstance(tree, dict):
        _at(tree.get(names[0]), names[1:], change)


def _rename(holder: dict[str, Tree], name: str, _member: Field, _defect: Defect, _earlier: Any) -> None:
    holder[name[0].swapcase() + name[1:]] = holder.pop(name)


def _retype(holder: dict[str, Tree], name: str, member: Field, _defect: Defect, _earlier: Any) -> None:
    holder[name] = OTHER_TYPE[member.type]


def _drop(holder: dict[str, Tree], name: str, _member: Field, _defect: Defect, _earlier: Any) -> None:
    del holder[name]


def _unecho(holder: dict[str, Tree], name: str, member: Field, defect: Defect, earlier: Mapping[str, Tree]) -> None:
    if holder[name] is None:
        return
    match defect.variant:
        case "missing":
            del holder[name]
        case "null":
            holder[name] = None
        case "stale":
            holder[name] = deepcopy(earlier.get(name, holder[name]))
        case _:
            holder[name] = _other(member, holder[name])


def _other(member: Field, value: Tree) -> Tree:
    """A value of the same type that is not the one sent."""
    if isinstance(value, bool):
        return not value
    if is_number(value):
        return value + 1
    if isinstance(value, list):
        return value[:-1]
    return OTHER_GUID if member.type == "guid" else f"{value} "


CHANGES: dict[str, Change] = {"name": _rename, "type": _retype, "required": _drop, "echo": _unecho}
