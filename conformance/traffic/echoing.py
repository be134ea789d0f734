"""Whether all that was sent comes back with the same value, told where that is beyond doubt; else it is walked."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from lxml import etree

from conformance.model import Contract

Echoes = Callable[[Any, Any], bool]
"""(the message that was sent, the answer that accepts it)"""
Document = tuple[etree._Element, bytes, bytes, list[tuple[bytes, bytes]]]


def echoed(contract: Contract) -> tuple[str, ...]:
    """The names of the members that come back."""
    acceptance = contract.operation.acceptance
    echo = None if acceptance is None else acceptance.echo
    held = next((member for member in contract.operation.response.fields if member.name == echo), None)
    return tuple(member.name for member in held.fields) if held is not None else ()


def json_echo(contract: Contract) -> Echoes | None:
    """For trees; None where nothing has to come back."""
    acceptance = contract.operation.acceptance
    if acceptance is None or acceptance.echo is None:
        return None
    echo, names = acceptance.echo, echoed(contract)

    def echoes(sent: dict[str, Any], answer: dict[str, Any]) -> bool:
        back = answer.get(echo)
        if type(back) is not dict:
            return False
        # Of both the types are known to be right, so that true is no 1.
        if sent.items() <= back.items():
            return True
        return all((value := sent.get(name)) is None or back.get(name) == value for name in names)

    return echoes


def xml_echo(contract: Contract) -> Echoes | None:
    """For documents, as `shapes` reads them; None where nothing has to come back."""
    acceptance = contract.operation.acceptance
    if acceptance is None or acceptance.echo is None:
        return None
    echo, names = acceptance.echo, frozenset(echoed(contract))
    begin = (echo.encode(), b"")

    def echoes(sent: Document, answer: Document) -> bool:
        held = answer[3]
        # Mostly the very same texts stand in the very same order.
        if begin in held:
            back = [one for one in held[held.index(begin) :] if one[1]]
            if [one for one in sent[3] if one[1]] == back:
                return True
        element = next((one for one in answer[0] if _local(one) == echo), None)
        if element is None:
            return False
        there = dict(map(_content, element))
        return all(name not in names or there.get(name) == content for name, content in map(_content, sent[0]))

    return echoes


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2]


def _content(element: etree._Element) -> tuple[str, Hashable]:
    """The name and the text of an element, or its children; without namespaces."""
    held = tuple(map(_content, element)) if len(element) else element.text or ""
    return _local(element), held
