"""From every fact of a document to its rules: none is lost, and each fact without one says why."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.model import Basis, Level, Outcome, Verdict
from conformance.report import traceability
from conformance.report.traceability import matrix, nearest
from conformance.run.contracts import all_rules, contracts

SERVICES = sorted(contracts())


def report(*verdicts: Verdict) -> Any:
    return SimpleNamespace(verdicts=verdicts)


@pytest.mark.parametrize("service", SERVICES)
def test_every_fact_of_the_ledger_has_a_row_with_all_its_lines(service: str) -> None:
    contract = contracts()[service]
    facts = {(fact, line.line) for line in contract.ledger for fact in line.facts}
    rows = matrix(contract, all_rules().values(), report())
    assert {(row.fact, line) for row in rows for line in row.lines} == facts
    assert [row.lines[0] for row in rows] == sorted(row.lines[0] for row in rows)


@pytest.mark.parametrize("service", SERVICES)
def test_every_rule_that_cites_the_document_is_traced_in_each_encoding(service: str) -> None:
    contract = contracts()[service]
    cited = sorted(
        (rule.id, encoding)
        for rule in all_rules().values()
        for encoding in rule.encodings
        if rule.service == service and rule.cited_in(encoding).document is not None
    )
    rows = matrix(contract, all_rules().values(), report())
    assert sorted((one.rule, code) for row in rows for one in row.rules for code, _ in one.outcomes) == cited


@pytest.mark.parametrize("service", SERVICES)
def test_a_fact_has_rules_or_a_reason_of_its_own(service: str) -> None:
    for row in matrix(contracts()[service], all_rules().values(), report()):
        assert bool(row.rules) != bool(row.why), row.fact
        assert row.why != traceability._LAST, row.fact


@pytest.mark.parametrize(
    ("rule", "fact"),
    [
        ("collection-policy/request/Email/pattern", "request/Email/pattern"),
        ("collection-policy/request/Email/not-blank", "request/Email/required"),
        ("collection-policy/request/UserId/optional", "request/UserId/optional"),
        ("collection-policy/request/MinimumInterest/maximum-step", "request/MinimumInterest/maximum"),
        ("collection-policy/response/data/Email/echo", "response/data/Email"),
        ("envio-correo/request/FechaFactura/lexical", "request/FechaFactura/type"),
        ("actualizar-correo/request/documentos/tipo/choice-nota-debito", "request/documentos/tipo/kind/nota-debito"),
    ],
)
def test_a_rule_is_traced_to_the_fact_that_it_is_about(rule: str, fact: str) -> None:
    contract = contracts()[rule.partition("/")[0]]
    rows = matrix(contract, all_rules().values(), report())
    assert [row.fact for row in rows if any(one.rule == rule for one in row.rules)] == [fact]


def test_the_outcome_stands_with_the_encoding_and_what_the_run_left_out_has_none() -> None:
    rule = "collection-policy/request/Email/pattern"
    seen = Verdict(
        rule=rule,
        service="collection-policy",
        encoding="xml",
        level=Level.MUST,
        basis=Basis.STATED,
        outcome=Outcome.FAILED,
    )
    rows = matrix(contracts()["collection-policy"], all_rules().values(), report(seen))
    (traced,) = [one for row in rows for one in row.rules if one.rule == rule]
    assert dict(traced.outcomes) == {"json": None, "xml": Outcome.FAILED, "form": None}


def test_a_fact_that_nobody_foresaw_still_has_a_reason() -> None:
    assert traceability.why_without("something/else") == traceability._LAST


def test_the_first_fact_of_a_line_stands_in_where_none_is_near() -> None:
    rule = replace(all_rules()["collection-policy/request/Email/pattern"], path="Another")
    assert nearest(rule, ("encoding/json/sample", "encoding/json")) == "encoding/json"
