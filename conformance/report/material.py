"""What a writer renders: the report, the evidence behind it, and the language to tell it in. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from conformance.model import Contract, Report, Rule
from conformance.report.language import ENGLISH, Language
from conformance.target.journal import RunLog


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """`rules` and `contracts` are those of the services of the report, by id and by service."""

    report: Report
    log: RunLog
    rules: Mapping[str, Rule]
    contracts: Mapping[str, Contract] = field(default_factory=dict)
    language: Language = ENGLISH
