"""Contract → rules. Pure; knows no case, no wire, no verdict."""

from __future__ import annotations

from conformance.model import Contract, Rule
from conformance.rules.fields import request_rules, response_rules
from conformance.rules.http import http_rules


def rules_of(contract: Contract, encodings: tuple[str, ...]) -> tuple[Rule, ...]:
    """Every rule of the service in the given encodings, in the order of the document; empty without encodings."""
    if not encodings:
        return ()
    return (
        *request_rules(contract, encodings),
        *response_rules(contract, encodings),
        *http_rules(contract, encodings),
    )
