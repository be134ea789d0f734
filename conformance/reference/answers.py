"""The reference's answers as trees, and what a defect makes of them before they are written."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.emit.assumed import assumed
from conformance.facets import is_number
from conformance.generate.defaults import complete, default
from conformance.generate.values import other as other_value
from conformance.model import Contract, Field, Tree
from conformance.reference.defect import Defect
from conformance.rules.fields import walk

Change = Callable[[dict[str, Tree], str, Field, Defect, Mapping[str, Tree]], None]
"""Breaks a member of an object of the answer in place."""

OTHER_TYPE: dict[str, Tree] = {
    "string": 5,
    "boolean": "true",
    "integer": "90",
    "decimal": "5.00",
    "guid": "not-a-guid",
    "dateTime": "31/01/2025",
    "enum": "NotDocumented",
    "list": {},
    "map": [],
    "object": "text",
}
"""For each type a value of another one, in JSON."""

OTHER_TEXT: dict[str, Tree] = {
    "string": {"value": "5"},
    "boolean": "yes",
    "integer": "90.0",
    "decimal": "5,00",
    "guid": "not-a-guid",
    "dateTime": "31/01/2025",
    "enum": "NotDocumented",
    "list": "text",
    "object": "text",
}
"""The same where everything is text."""


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
            tree[member.name] = _filled(member)
    text = _first_text(contract)
    if text is not None:
        tree[text] = "Operación correcta"
    return tree


def _filled(member: Field) -> Tree:
    """What an answer carries besides: one of everything, so that its form is seen."""
    return "" if member.type == "string" else complete(member, "Operación")


def refused(contract: Contract, details: tuple[str, ...]) -> dict[str, Tree]:
    """The answer to a request that is not taken, in the documented envelope."""
    tree = accepted(contract, {})
    acceptance = contract.operation.acceptance
    for member in contract.operation.response.fields:
        if acceptance is not None and member.name == acceptance.member:
            tree[member.name] = False
        elif acceptance is not None and member.name == acceptance.echo:
            tree[member.name] = None
        elif member.type == "list" and member.item is not None and member.item.type == "string":
            tree[member.name] = list(details)
        elif member.type in {"list", "object", "map"}:
            tree[member.name] = None
    text = _first_text(contract)
    if text is not None:
        tree[text] = "La solicitud no es válida"
    return tree


def _first_text(contract: Contract) -> str | None:
    """The member for a message to people: the first text of the answer."""
    return next((member.name for member in contract.operation.response.fields if member.type == "string"), None)


# --- SOAP -------------------------------------------------------------------------------------------------------------


def served(contract: Contract) -> Contract:
    """The contract as the reference serves it: with the answer that is assumed where the document describes none. The
    request of one that is bound to a WSDL stays as that says."""
    operation = contract.operation
    if operation.response.fields:
        return contract
    told = assumed(replace(contract, operation=replace(operation, request=replace(operation.request, namespace=None))))
    if operation.request.namespace is None:
        return told
    return replace(contract, operation=replace(operation, response=told.operation.response))


KNOWN: dict[str, str] = {
    "cufe": "0123456789abcdef" * 6,
    "pdf": base64.b64encode(b"%PDF-1.7\n%%EOF\n").decode(),
    "xml": base64.b64encode(b"<?xml version='1.0'?><Invoice/>").decode(),
}
"""Mark of a member of an answer → a value as it is publicly known to be."""


def sampled(contract: Contract) -> dict[str, Tree]:
    """The answer to a request that is taken, in SOAP: every member once, also those that may be left out."""
    baseline = _by_name(dict(contract.baseline))
    return {member.name: _sample(member, baseline) for member in contract.operation.response.fields}


def _sample(member: Field, baseline: Mapping[str, Tree]) -> Tree:
    """A value of the member; one that the request has too is that of the baseline."""
    known = next((KNOWN[mark] for mark in member.marks if mark in KNOWN), None)
    if known is not None:
        return known
    if member.fields:
        return {child.name: _sample(child, baseline) for child in member.fields}
    match member.type:
        case "list" if member.item is not None:
            return [_sample(member.item, baseline)]
        case "string":
            return deepcopy(baseline.get(member.name, "Operación"))
        case "int" | "integer" | "decimal":
            return 0
        case "empty" | "object" | "map":
            return {}
        case "open":
            return {"Valor": "Operación"}
    return default(member)


def _by_name(tree: Tree) -> dict[str, Tree]:
    """The texts of a tree by name, the first of each."""
    found: dict[str, Tree] = {}
    for name, value in tree.items() if isinstance(tree, dict) else ():
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, dict):
            found = _by_name(inner) | found
        elif isinstance(inner, str):
            found.setdefault(name, inner)
    return found


# --- what a defect makes of a tree ------------------------------------------------------------------------------------


def without_nulls(tree: Tree) -> Tree:
    """The tree as XmlSerializer writes it: what is null is left out."""
    if isinstance(tree, dict):
        return {name: without_nulls(value) for name, value in tree.items() if value is not None}
    return [without_nulls(item) for item in tree] if isinstance(tree, list) else tree


def flawed(
    contract: Contract, defect: Defect, tree: dict[str, Tree], earlier: Mapping[str, Tree], encoding: str
) -> Tree:
    """The tree with the defect's response rules broken. `earlier` is what was saved before this request; `encoding` the
    one that the tree will be written in."""
    other = OTHER_TEXT if encoding == "xml" else OTHER_TYPE
    changes = CHANGES | {"type": partial(_retype, other)}
    for path, member in walk(contract.operation.response.fields):
        for facet, change in changes.items():
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


def _retype(
    other: Mapping[str, Tree], holder: dict[str, Tree], name: str, member: Field, _defect: Defect, _earlier: Any
) -> None:
    holder[name] = deepcopy(other.get(member.type, "not-documented"))


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
    proper = other_value(member, value) if member.type in {"enum", "dateTime", "guid"} else None
    if proper is not None:
        return proper.value
    if isinstance(value, bool):
        return not value
    if is_number(value):
        return value + 1
    if isinstance(value, dict):
        return {} if value else {"other": default(member.item) if member.item is not None else "other"}
    if isinstance(value, list):
        return value[:-1]
    return f"{value} "


CHANGES: dict[str, Change] = {"name": _rename, "required": _drop, "echo": _unecho}
"""Facet → how it is broken; a type by a value of another one."""
