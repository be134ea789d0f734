"""What a SOAP message has that its contract, or our reading of it, excludes: texts outside of their types, and gaps.

Pure. Unknown elements, their order and the namespace of single members are no flaws: stock servers take no notice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.codecs import Decoded
from conformance.codecs.elements import unwrapped
from conformance.codecs.xsd import hard
from conformance.facets import blank
from conformance.model import Contract, Field, Tree
from conformance.reference.state import Flaw
from conformance.rules.fields import join, walk
from conformance.rules.soap_fields import due

MISSING = object()


def flaws_of(contract: Contract, decoded: Decoded) -> Iterator[Flaw]:
    """Every flaw of a request whose element is the right one."""
    fields = contract.operation.request.fields
    known = dict(walk(fields))
    for oddity in decoded.oddities:
        if oddity.kind == "lexical":
            member = known[oddity.path]
            facet = _facet(member.item or member, oddity.observed)
            yield Flaw(path=oddity.path, facet=facet, text=oddity.observed)
    yield from _gaps(fields, decoded.tree if isinstance(decoded.tree, dict) else {}, "")


def _facet(member: Field, text: str) -> str:
    if member.type == "enum":
        return "enumeration"
    return "type" if hard(member, text) else "strict-type"


def _gaps(fields: tuple[Field, ...], tree: Mapping[str, Tree], prefix: str) -> Iterator[Flaw]:
    for member in fields:
        path = join(prefix, member.name)
        value = tree.get(member.name, MISSING)
        if value is MISSING or value is None:
            if member.required or due(member):
                yield Flaw(path=path, facet="required", text="absent" if value is MISSING else "nil")
        elif isinstance(value, str) and (member.type == "list" or member.fields):
            if value.strip():
                yield Flaw(path=path, facet="type", text=value)
        elif member.required and member.type == "string" and blank(value):
            yield Flaw(path=path, facet="not-blank", text=str(value))
        elif member.required and value == [] and not unwrapped(member):
            yield Flaw(path=path, facet="required", text="no items")
        else:
            yield from _inside(member, value, path)


def _inside(member: Field, value: Tree, path: str) -> Iterator[Flaw]:
    fields = member.item.fields if member.item is not None else member.fields
    for inner in value if isinstance(value, list) else [value]:
        if isinstance(inner, dict):
            yield from _gaps(fields, inner, path)


def absent(tree: Tree, names: list[str]) -> bool:
    """Is the member at the path left out anywhere? The items of lists are entered."""
    if isinstance(tree, list):
        return any(absent(one, names) for one in tree)
    if not isinstance(tree, dict):
        return False
    if names[0] not in tree:
        return len(names) == 1
    return len(names) > 1 and absent(tree[names[0]], names[1:])
