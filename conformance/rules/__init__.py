"""Contract → rules. Pure; knows no case, no wire, no verdict."""

from __future__ import annotations

from conformance.model import Contract, Rule
from conformance.rules import soap_fields
from conformance.rules.fields import request_rules, response_rules
from conformance.rules.http import http_rules
from conformance.rules.soap import is_soap, soap_rules


def rules_of(contract: Contract, encodings: tuple[str, ...]) -> tuple[Rule, ...]:
    """Every rule of the service in the given encodings, in the order of the document; empty without encodings."""
    if not encodings:
        return ()
    if is_soap(encodings[0]):
        return (
            *soap_fields.request_rules(contract, encodings),
            *soap_fields.response_rules(contract, encodings),
            *soap_rules(contract, encodings),
        )
    return (
        *request_rules(contract, encodings),
        *response_rules(contract, encodings),
        *http_rules(contract, encodings),
    )
