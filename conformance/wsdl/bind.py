"""A contract whose document names nothing, bound to a target's own WSDL.

The bound contract says of every member which element it is, in the WSDL's order, with its type and the literals of its
kinds. Whatever is not clear is one error with all that is open: the elements that there are, and the lines to paste.
Must never import what opens sockets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from conformance.model import Contract, Description, Encoding, Field, Message, Operation, Tree
from conformance.wsdl.describe import Node, Path, outline, tree
from conformance.wsdl.errors import Unbound
from conformance.wsdl.extras import Extras, extras
from conformance.wsdl.fields import AROUND, Made, made_of
from conformance.wsdl.levels import Levels, found
from conformance.wsdl.match import spelt
from conformance.wsdl.operations import Found, Offer, find
from conformance.wsdl.schemas import remarks
from conformance.wsdl.wording import Sure, block, slots, sure, unfound, unknown

ENVELOPES = {
    "1.1": ("text/xml", "http://schemas.xmlsoap.org/soap/envelope/"),
    "1.2": ("application/soap+xml", "http://www.w3.org/2003/05/soap-envelope"),
}
"""Version → media type and namespace of the envelope: SOAP 1.1 §4 and §6, SOAP 1.2 Part 1 §5 and RFC 3902."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What a contract became at a target. `addresses` are those of the WSDL by version, empty where it has none."""

    contract: Contract
    description: Description
    addresses: Mapping[str, str]
    sure: tuple[Sure, ...]
    notices: tuple[str, ...]
    block: str
    made: Made = field(repr=False)

    def complete(self, values: Mapping[str, Any]) -> dict[str, Tree]:
        """Values of the contract as the bound message wants them: with what the WSDL demands beyond the document."""
        return self.made.complete(values)


def bind(
    contract: Contract,
    description: Description,
    *,
    soap: tuple[str, ...] | None = None,
    binding: Mapping[str, str] | None = None,
    tipos: Mapping[str, str] | None = None,
    auth_fields: bool = False,
    values: Mapping[str, Any] | None = None,
) -> Binding:
    """The contract bound to the WSDL. `binding`, `tipos` and `values` are those of the target file; with `auth_fields`
    user and password are members of the message."""
    chosen = find(description, contract.operation.name, soap)
    first, offers, notices = _alike(chosen)
    root = tree(description, first.input)
    told, kinds = dict(binding or {}), dict(tipos or {})
    fields = contract.operation.request.fields
    named = slots(fields)
    levels = found(fields, root, told, auth_fields=auth_fields)
    extra = _extras(contract, root, levels, values or {})
    made = made_of(contract, root, levels, extra, kinds)
    problems = [
        *unknown(named, told, kinds, auth_fields=auth_fields),
        *unfound(named, levels, told),
        *made.problems,
        *_wanting(levels, extra),
        *_superfluous(contract, extra, values or {}),
    ]
    lines = block(named, levels, made.literals)
    if problems:
        listed = "\n".join(f"- {problem}" for problem in dict.fromkeys(problems))
        raise Unbound(
            f"{description.url}: {contract.service} cannot be bound to {first.name}:\n{listed}\n"
            f"The message of the WSDL:\n{outline(root)}\n"
            f"Say in the section of the target file what is what, elements by name or by path:\n{lines}"
        )
    operation = _operation(contract.operation, first, offers, made.fields)
    bound = replace(contract, operation=operation, baseline=made.complete(contract.baseline))
    ports = {version: (offer.service, offer.port) for version, offer in offers.items()}
    return Binding(
        contract=bound,
        description=replace(description, operation=first.name, port=ports),
        addresses={version: offer.address for version, offer in offers.items()},
        sure=sure(named, levels),
        notices=(*notices, *made.notices, *_flaws(description, root, levels)),
        block=lines,
        made=made,
    )


def _alike(chosen: Found) -> tuple[Offer, Mapping[str, Offer], tuple[str, ...]]:
    """The offers whose messages are those of the first. One contract has one message."""
    first = next(iter(chosen.offers.values()))
    alike = {
        version: one for version, one in chosen.offers.items() if (one.input, one.output) == (first.input, first.output)
    }
    left = sorted(set(chosen.offers) - set(alike))
    notices = chosen.notices
    if left:
        told = f"The WSDL has other messages for SOAP {' and '.join(left)} than for {first.version}"
        notices = (*notices, f"{told}; only {first.version} is tested. Name one version in soap.")
    return first, alike, notices


def _extras(contract: Contract, root: Node, levels: Levels, values: Mapping[str, Any]) -> dict[str, Extras]:
    """By level: what the WSDL demands beyond the members."""
    fields = contract.operation.request.fields
    names = frozenset(member.name for member in fields)
    used = [hit.path for hit in (*levels.around.hits.values(), *levels.lists.values())]
    free = {name: value for name, value in values.items() if name not in names}
    made = {AROUND: extras(root, used, names | levels.around.hits.keys(), free)}
    for member in fields:
        if member.name in levels.lists and member.item is not None:
            inner = [hit.path for hit in levels.inside[member.name].hits.values()]
            taken = frozenset(one.name for one in member.item.fields)
            made[member.name] = extras(levels.lists[member.name].path[-1], inner, taken, free)
    return made


def _wanting(levels: Levels, extra: Mapping[str, Extras]) -> Iterator[str]:
    """What is missing beyond the members, and what cannot be used of what they have."""
    for name, held in extra.items():
        matches = levels.inside.get(name, levels.around)
        # What nobody explains may well be the member that is not found yet.
        yield from () if matches.problems else held.problems
    for path in _used(levels):
        if path[-1].remark == "abstract":
            yield f"{spelt(path)} is abstract: the WSDL leaves open what stands in its place"


def _used(levels: Levels) -> Iterator[Path]:
    """The elements on the way to every member."""
    groups = (levels.around.hits, levels.lists, *(held.hits for held in levels.inside.values()))
    for hit in (hit for hits in groups for hit in hits.values()):
        yield from (hit.path[: place + 1] for place in range(len(hit.path)))


def _flaws(description: Description, root: Node, levels: Levels) -> Iterator[str]:
    """What a stock client may stumble over, and what is not sent."""
    nodes = {root.name: root} | {spelt(path): path[-1] for path in _used(levels)}
    for name, node in nodes.items():
        if node.attributes:
            yield f"The WSDL demands attributes of {name} ({', '.join(node.attributes)}); none is sent."
    for flaw in remarks(description)[:3]:
        yield f"The schemas of the WSDL are not sound: {flaw}"


def _superfluous(contract: Contract, extra: Mapping[str, Extras], values: Mapping[str, Any]) -> list[str]:
    known = {member.name for member in contract.operation.request.fields}.union(*(held.free for held in extra.values()))
    return [f"values.{name}: the message has no such element" for name in values if name not in known]


def _operation(held: Operation, first: Offer, offers: Mapping[str, Offer], fields: tuple[Field, ...]) -> Operation:
    request = _message(held.request, first.input.tag)
    response = _message(held.response, first.output.tag if first.output is not None else "")
    return replace(
        held,
        name=first.name,
        request=replace(request, fields=fields),
        response=response,
        encodings=tuple(_encoding(held, version, offer) for version, offer in offers.items()),
        one_way=first.output is None,
    )


def _message(message: Message, tag: str) -> Message:
    if not tag:
        return replace(message, root="", namespace=None)
    name = etree.QName(tag)
    return replace(message, root=name.localname, namespace=name.namespace, wrappers=())


def _encoding(held: Operation, version: str, offer: Offer) -> Encoding:
    media, envelope = ENVELOPES[version]
    name = f"soap-{version}"
    known = next((one for one in held.encodings if one.name == name), None)
    made = known or Encoding(name=name, media_types=(media,), citation=held.citation, response_media_types=(media,))
    return replace(made, action=offer.action or "", envelope=envelope)
