"""What can be wrong with the reference, as data: each defect breaks one rule, one implied set or one habit in one way.

`rules` are all rules that may fail because of the defect, its own first; a check that fails another rule has raised a
false alarm. The tables stand in `rest_ways` and `soap_ways`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from conformance.model import Contract, Rule
from conformance.reference.defect import Defect
from conformance.reference.defects_rest import rest_defects
from conformance.reference.defects_soap import soap_defects
from conformance.rules.soap import is_soap

__all__ = ["Defect", "defects_of"]


def defects_of(contract: Contract, rules: Iterable[Rule]) -> tuple[Defect, ...]:
    """Every defect of the service's reference, in the order of the rules."""
    known = tuple(rules)
    ids = {rule.id for rule in known}
    soap = any(is_soap(encoding.name) for encoding in contract.operation.encodings)
    found = soap_defects(contract, known) if soap else rest_defects(contract, known)
    return tuple(replace(one, rules=tuple(rule for rule in one.rules if rule in ids)) for one in found)
