"""The reference's answers as trees, and what a defect makes of them before they are written."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from conformance.emit.assumed import assumed
from conformance.facets import plain
from conformance.generate.defaults import complete, default
from conformance.model import Contract, Field, Tree
from conformance.reference.defect import Defect
from conformance.reference.echoes import ECHOES, GONE
from conformance.rules.fields import walk

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
    acceptance = contract.operation.acceptance
    echo = f"{acceptance.echo}/" if acceptance is not None else ""
    sent = dict(walk(contract.operation.request.fields))
    # What stands inside of a list comes before the list.
    for path, answered in reversed(tuple(walk(contract.operation.response.fields))):
        for facet in ("name", "type", "required", "echo"):
            if not defect.breaks(f"{contract.service}/response/{path}/{facet}"):
                continue
            change = CHANGES.get((facet, defect.variant))
            member = sent.get(path.removeprefix(echo), answered) if facet == "echo" else answered
            if facet == "echo" and defect.variant in ECHOES:
                change = partial(_said_again, ECHOES[defect.variant])
            if change is not None:
                _at(tree, path.split("/"), partial(_changed, change, Place(member, earlier, encoding)))
    if acceptance is not None and defect.breaks(f"{contract.service}/response/{acceptance.member}/required"):
        data = tree.get(acceptance.echo or "") if defect.variant == "bare" else None
        return data if isinstance(data, dict) else tree
    return tree


@dataclass(frozen=True, slots=True)
class Place:
    """The member that is broken, what was saved before this request, and the encoding of the answer."""

    member: Field
    earlier: Mapping[str, Tree]
    encoding: str


Change = Callable[[dict[str, Tree], str, Place], None]
"""Breaks a member of an object of the answer in place."""


def _changed(change: Change, place: Place, holder: dict[str, Tree], name: str) -> None:
    change(holder, name, place)


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


def _renamed(change: Callable[[str], str]) -> Change:
    def rename(holder: dict[str, Tree], name: str, _place: Place) -> None:
        # The others keep their places.
        held = {change(name) if key == name else key: value for key, value in holder.items()}
        holder.clear()
        holder.update(held)

    return rename


def _retype(holder: dict[str, Tree], name: str, place: Place) -> None:
    other = OTHER_TEXT if place.encoding == "xml" else OTHER_TYPE
    holder[name] = deepcopy(other.get(place.member.type, "not-documented"))


def _drop(holder: dict[str, Tree], name: str, _place: Place) -> None:
    del holder[name]


def _null(holder: dict[str, Tree], name: str, _place: Place) -> None:
    holder[name] = None


def _stale(holder: dict[str, Tree], name: str, place: Place) -> None:
    if holder[name] is not None:
        holder[name] = deepcopy(place.earlier.get(name, holder[name]))


def _said_again(echo: Callable[[Field, Tree], Tree], holder: dict[str, Tree], name: str, place: Place) -> None:
    if holder[name] is None:
        return
    holder[name] = echo(place.member, holder[name])
    if holder[name] is GONE:
        del holder[name]


def _set(change: Callable[[Tree], Tree]) -> Change:
    def edit(holder: dict[str, Tree], name: str, _place: Place) -> None:
        holder[name] = change(holder[name])

    return edit


CHANGES: Mapping[tuple[str, str], Change] = {
    ("name", "dropped"): _renamed(lambda name: name[0].swapcase() + name[1:]),
    ("name", "upper-case"): _renamed(str.upper),
    ("name", "other-case"): _renamed(lambda name: name[0].swapcase() + name[1:]),
    ("type", "dropped"): _retype,
    ("type", "digit"): _set(lambda value: int(value) if isinstance(value, bool) else value),
    ("type", "capital"): _set(lambda value: str(value) if isinstance(value, bool) else value),
    ("type", "comma"): _set(lambda value: plain(value).replace(".", ",") if isinstance(value, Decimal) else value),
    ("type", "one-item"): _set(lambda value: value[0] if isinstance(value, list) and len(value) == 1 else value),
    ("type", "joined"): _set(lambda value: "; ".join(map(str, value)) if isinstance(value, list) else value),
    ("type", "yes"): _set(lambda value: {True: "Y", False: "N"}[value] if isinstance(value, bool) else value),
    ("required", "dropped"): _drop,
    ("required", "null"): _null,
    ("required", "renamed"): _renamed(lambda name: f"is{name[0].upper()}{name[1:]}"),
    ("echo", "stale"): _stale,
    ("echo", "renamed"): _renamed(lambda name: f"{name}Value"),
}
"""Facet and variant → how a member of the answer is broken; what becomes of its value alone stands in `echoes`."""
