"""What a contract of SOAP must have for a way of breaking a rule to show: conditions of the rows of `soap_ways`.

Each takes the contract, and the member where the rule is about one. Must never import the service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from conformance.codecs.elements import unwrapped
from conformance.judge.refusals import CODES
from conformance.model import Contract, Field
from conformance.reference.answers import served
from conformance.reference.soap_forms import in_elements, nested
from conformance.reference.soap_member_forms import OTHER_TEXT
from conformance.rules.fields import walk
from conformance.rules.soap_fields import due, free


def wordy(contract: Contract, _member: Field | None) -> bool:
    """May a member of the request be any text?"""
    return any(free(member) for member in contract.operation.request.fields)


def in_ascii(contract: Contract, _member: Field | None) -> bool:
    """Are the names and choices of a request ASCII? Otherwise no request is, not the baseline's either."""
    request = contract.operation.request
    words = (request.root, request.namespace or "", *_words((*request.headers, *request.fields)))
    return "".join(words).isascii()


def _words(fields: tuple[Field, ...]) -> Iterator[str]:
    """The names and choices of members, and of the items of lists."""
    for one in fields:
        yield from (one.name, *one.element, *(choice.name for choice in one.choices))
        yield from _words(one.fields if one.item is None else (*one.fields, one.item))


def qualified(contract: Contract, _member: Field | None) -> bool:
    """Are all members in a namespace? Others must not stand below a default one, so no spelling has one there."""
    members = served(contract).operation.request.fields
    spaces = [etree.QName(step).namespace for member in members for step in member.element]
    return all(spaces) and all(member.namespace != "" for member in members)


def demands(contract: Contract, _member: Field | None) -> bool:
    """Is a text demanded, so that its being nil is a refusal in both versions?"""
    return any(member.required and not due(member) for _, member in walk(contract.operation.request.fields))


def lax(contract: Contract, member: Field | None) -> bool:
    """May some text be nil, and is none demanded?"""
    members = [one for _, one in walk(contract.operation.request.fields) if not one.name.startswith(("@", "#"))]
    return not demands(contract, member) and any(not due(one) for one in members)


def coded(contract: Contract, _member: Field | None) -> bool:
    """Does the answer tell in a code how it went?"""
    members = walk(served(contract).operation.response.fields)
    return any(member.type in {"string", "int"} and CODES.search(member.name) for _, member in members)


def objects_within(contract: Contract, _member: Field | None) -> bool:
    """Do objects stand within the answer?"""
    return next(nested(served(contract).operation.response.fields), None) is not None


def several(contract: Contract, _member: Field | None) -> bool:
    """Has the answer several members?"""
    return len(in_elements(contract.operation.response.fields)) > 1


def any_member(contract: Contract, _member: Field | None) -> bool:
    """Has the answer a member that stands in an element?"""
    return bool(in_elements(contract.operation.response.fields))


def scalar(_contract: Contract, member: Field | None) -> bool:
    """Is the member an element with a text that not any text will do for?"""
    return member is not None and member.type in OTHER_TEXT and not member.name.startswith("@")


def wrapped(contract: Contract, _member: Field | None) -> bool:
    """Does a further element stand around the members of the answer?"""
    return bool(contract.operation.response.wrappers)


def numbered(contract: Contract, _member: Field | None) -> bool:
    """Is there an int in the answer?"""
    return any(member.type == "int" for _, member in walk(served(contract).operation.response.fields))


def around_items(_contract: Contract, member: Field | None) -> bool:
    """Is the member a list with an element around its items?"""
    return member is not None and not unwrapped(member)


def value(_contract: Contract, member: Field | None) -> bool:
    """Is the member due by its type, as a value?"""
    return member is not None and due(member)


def text_in(*types: str) -> Callable[[Contract, Field | None], bool]:
    """Is the member an element of an answer with a text of one of these types?"""
    return lambda contract, member: scalar(contract, member) and member is not None and member.type in types


def has(*types: str) -> Callable[[Contract, Field | None], bool]:
    """Has the request a member of one of these types?"""
    return lambda contract, _: any(one.type in types for _, one in walk(contract.operation.request.fields))


def unsorted(contract: Contract, _member: Field | None) -> bool:
    """Is the order of the members of the answer another one than that of their names?"""
    names = [one.name.lower() for one in in_elements(served(contract).operation.response.fields)]
    return names != sorted(names)
