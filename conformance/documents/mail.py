"""Which members are mail addresses where nobody has said so: the page's own words, or a pattern that only mail passes.

A member so marked is only ever sent addresses that nobody can own. Must never import a reader.
"""

from __future__ import annotations

from dataclasses import replace

from conformance.facets import matches, readable
from conformance.model import Constraint, Field, Operation

MARK = "mail"
ADDRESSES = ("ana@example.com", "a.b@mail.example.org")
NO_ADDRESSES = ("ana", "example.com", "@example.com", "ana@", "12", "a b", "")


def with_mail(operation: Operation) -> Operation:
    """The operation with the mark on every member of the request, and every parameter, that plainly is mail."""
    fields = tuple(_marked(member) for member in operation.request.fields)
    parameters = tuple(_marked(member) for member in operation.parameters)
    return replace(operation, request=replace(operation.request, fields=fields), parameters=parameters)


def _marked(member: Field) -> Field:
    here = MARK not in member.marks and any(plainly_mail(held) for held in member.constraints)
    return replace(
        member,
        marks=(*member.marks, MARK) if here else member.marks,
        item=_marked(member.item) if member.item is not None else None,
        fields=tuple(_marked(inner) for inner in member.fields),
    )


def plainly_mail(constraint: Constraint) -> bool:
    """The constraint names the data type, or its pattern takes addresses and nothing that is none."""
    if constraint.facet == "data-type":
        return constraint.text == "EmailAddress"
    pattern = constraint.pattern or ""
    if "@" not in pattern:
        return False
    try:
        return readable(pattern) and any(matches(pattern, text) for text in ADDRESSES) and not _lax(pattern)
    except (OverflowError, RecursionError):
        return False


def _lax(pattern: str) -> bool:
    return any(matches(pattern, text) for text in NO_ADDRESSES)
