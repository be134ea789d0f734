"""What a service is assumed to look like where its document names nothing: the contract with our names laid over it.

Nothing here is stated anywhere and no rule may lean on it: it is what the embedded reference publishes and answers, so
that the suite has something to bind to. Kept as data in `assumptions/<service>.toml`. Must never import rules, codecs
or documents.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from conformance.emit.jsonschema import BASE
from conformance.model import Basis, Citation, Contract, Field

FOLDER = Path(__file__).resolve().parent / "assumptions"
ORIGIN = BASE.rpartition("/")[0]


def own_namespace(contract: Contract) -> str:
    """A namespace for what the document gives none."""
    return f"{ORIGIN}/{contract.service}"


def is_assumed(contract: Contract) -> bool:
    """Does nothing but our assumption say how the messages of this service look?"""
    return contract.operation.request.namespace is None and _held(contract.service) is not None


def assumed(contract: Contract) -> Contract:
    """The contract as the reference serves it: itself, where the document names what it says."""
    held = _held(contract.service)
    if held is None or not is_assumed(contract):
        return contract
    operation, namespace = contract.operation, own_namespace(contract)
    request = replace(
        operation.request,
        namespace=namespace,
        fields=_unqualified(_opened(operation.request.fields, frozenset(held["request"]["unbounded"]))),
    )
    response = replace(
        operation.response, namespace=namespace, fields=_unqualified(_answer(contract, held["response"]))
    )
    encodings = tuple(replace(one, action=one.action or "") for one in operation.encodings)
    return replace(contract, operation=replace(operation, request=request, response=response, encodings=encodings))


@cache
def _held(service: str) -> Mapping[str, Any] | None:
    path = FOLDER / f"{service}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _opened(fields: tuple[Field, ...], lists: frozenset[str]) -> tuple[Field, ...]:
    """These lists stand without an element around them, their items under the name of the list."""
    return tuple(
        replace(
            one,
            occurs=(1 if one.required else 0, None),
            item=replace(one.item, name=one.name, model=one.item.model or one.item.name),
        )
        if one.name in lists and one.item is not None
        else one
        for one in fields
    )


def _unqualified(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """The members have no namespace, and so has what is in them."""
    return tuple(replace(one, namespace="") for one in fields)


def _answer(contract: Contract, held: Mapping[str, Any]) -> tuple[Field, ...]:
    """The members of the answer; what the document says of one counts for it no less."""
    response = contract.operation.response
    if response.fields:
        return response.fields
    citation = response.citation
    wrapper = _field({"name": held["wrapper"], "type": "object", "model": held["model"]}, citation)
    return (replace(wrapper, fields=tuple(_field(one, citation) for one in held["fields"])),)


def _field(held: Mapping[str, Any], citation: Citation) -> Field:
    made = Field(
        name=held["name"],
        type=held["type"],
        basis=Basis.ASSUMED,
        citation=citation,
        type_basis=Basis.ASSUMED,
        occurs=tuple(held.get("occurs", (0, 1))),
        model=held.get("model", ""),
    )
    inner = tuple(_field(one, citation) for one in held.get("fields", ()))
    if made.type != "list":
        return replace(made, fields=inner)
    item = replace(made, type="object", fields=inner, occurs=(0, None))
    return replace(made, item=item, model="", occurs=(0, None))
