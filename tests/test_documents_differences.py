"""Differences between a committed contract and a derived one are named fact by fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from enum import Enum

import pytest

from conformance.documents import contract_of, differences
from tests.synthetic_pages import ASMX, HELP, PROSE, line_of, page

CONTRACTS = {name: contract_of(page(text)) for name, text in (("help", HELP), ("asmx", ASMX), ("prose", PROSE))}


def changed(value):
    """Every value that differs from this one in a single leaf."""
    if is_dataclass(value):
        for member in fields(value):
            for other in changed(getattr(value, member.name)):
                yield replace(value, **{member.name: other})
    elif isinstance(value, tuple):
        for index, held in enumerate(value):
            yield value[:index] + value[index + 1 :]
            yield from ((*value[:index], other, *value[index + 1 :]) for other in changed(held))
        if len(value) > 1 and value[0] != value[1]:
            yield (value[1], value[0], *value[2:])
    elif isinstance(value, Mapping):
        for key in value:
            yield {name: held for name, held in value.items() if name != key}
    elif isinstance(value, Enum):
        yield next(other for other in type(value) if other is not value)
    elif isinstance(value, str):
        yield value + "x"
    elif isinstance(value, int | Decimal):
        yield value + 1


@pytest.mark.parametrize("name", CONTRACTS)
def test_equal_contracts_do_not_differ(name):
    assert differences(CONTRACTS[name], contract_of(page({"help": HELP, "asmx": ASMX, "prose": PROSE}[name]))) == ()


@pytest.mark.parametrize("name", CONTRACTS)
def test_no_leaf_can_change_unnoticed(name):
    contract = CONTRACTS[name]
    others = [other for other in changed(contract) if other != contract]
    assert len(others) > 100
    unnoticed = [other for other in others if not differences(other, contract) or not differences(contract, other)]
    assert unnoticed == []


def test_a_changed_constraint_is_named_with_both_values_and_the_line():
    line = line_of(HELP, "Max length: 4")
    derived = contract_of(page(HELP.replace("Max length: 4", "Max length: 5")))
    sentence = f"warehouse-shelf request/Code/max-length: committed '4', document line {line} says '5'"
    assert differences(CONTRACTS["help"], derived) == (sentence,)


def test_a_changed_pattern_is_named_with_both_values_and_the_line():
    line = line_of(HELP, "^[0-9]+$")
    derived = contract_of(page(HELP.replace("^[0-9]+$", "^[0-8]+$")))
    sentence = f"warehouse-shelf request/Places/pattern: committed '^[0-9]+$', document line {line} says '^[0-8]+$'"
    assert sentence in differences(CONTRACTS["help"], derived)


def test_a_lost_constraint_and_a_new_one_are_named():
    line = line_of(HELP, "Required Max length: 4")
    derived = contract_of(page(HELP.replace("Required Max length: 4", "Required")))
    gone = "warehouse-shelf request/Code/max-length: committed '4', the document yields nothing of that name"
    assert gone in differences(CONTRACTS["help"], derived)
    new = f"warehouse-shelf request/Code/max-length: not committed, document line {line} says '4'"
    assert new in differences(derived, CONTRACTS["help"])


def test_a_changed_type_is_named():
    derived = contract_of(page(ASMX.replace("<Weight>int</Weight>", "<Weight>string</Weight>")))
    line = line_of(ASMX, "<Weight>")
    sentence = f"send-parcel request/Weight/type: committed 'int', document line {line} says 'string'"
    assert sentence in differences(CONTRACTS["asmx"], derived)
