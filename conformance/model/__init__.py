"""The frozen values that every other module takes and returns.

A document becomes a `Contract`; a contract yields `Rule`s and `Case`s; a case sent is an `Exchange`; the judge turns
an exchange into a `Judgement`; judgements of one run add up to `Verdict`s and a `Report`. Standard library only: this
module sits below all others and must never import one of them.
"""

from __future__ import annotations

from conformance.model.contract import (
    Acceptance,
    Choice,
    Condition,
    Constraint,
    Contract,
    Document,
    Encoding,
    Erratum,
    Field,
    LedgerLine,
    Message,
    Operation,
    Order,
    Refusal,
)
from conformance.model.description import Description
from conformance.model.exchange import (
    Case,
    Change,
    Exchange,
    Headers,
    Plan,
    Request,
    Response,
    Rule,
    Step,
    asked_again,
    order_of,
)
from conformance.model.report import (
    Comparison,
    Difference,
    Finding,
    Judgement,
    Observation,
    Record,
    Report,
    Result,
    Verdict,
)
from conformance.model.terms import Basis, Citation, Expect, Level, Outcome, Reply, Tree

__all__ = [
    "Acceptance",
    "Basis",
    "Case",
    "Change",
    "Choice",
    "Citation",
    "Comparison",
    "Condition",
    "Constraint",
    "Contract",
    "Description",
    "Difference",
    "Document",
    "Encoding",
    "Erratum",
    "Exchange",
    "Expect",
    "Field",
    "Finding",
    "Headers",
    "Judgement",
    "LedgerLine",
    "Level",
    "Message",
    "Observation",
    "Operation",
    "Order",
    "Outcome",
    "Plan",
    "Record",
    "Refusal",
    "Reply",
    "Report",
    "Request",
    "Response",
    "Result",
    "Rule",
    "Step",
    "Tree",
    "Verdict",
    "asked_again",
    "order_of",
]
