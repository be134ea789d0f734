"""The rules that a contract yields: how many, how binding, from which line."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from conformance.model import Basis, Level
from conformance.reference import defects_of
from conformance.rules import rules_of
from conformance.rules.fields import ARTICLES, join, walk
from conformance.rules.http import EVERY_ANSWER, INFERRED, STANDARD, STATED
from conformance.rules.levels import BY_BASIS, EXCEPTIONS, level_of
from conformance.run.contracts import contracts

CONTRACT = contracts()["collection-policy"]
ENCODINGS = ("json", "xml", "form")
RULES = rules_of(CONTRACT, ENCODINGS)
BY_ID = {rule.id: rule for rule in RULES}
FACTS = {line.line: line.facts for line in CONTRACT.ledger}
ID = re.compile(
    r"collection-policy/(request|response)(/[A-Za-z]+){1,3}/[a-z-]+|collection-policy/(envelope|http)/[a-z0-9-]+"
)

# fmt: off
BY_FACET = {
    "request": {
        "required": 16, "not-blank": 4, "optional": 5, "type": 23, "strict-type": 23, "pattern": 5, "minimum": 4,
        "maximum": 4, "maximum-step": 2, "max-length": 3,
    },
    "response": {"required": 2, "refusal": 1, "name": 28, "type": 28, "item": 2, "echo": 23},
}
BY_ENCODING = {
    "request": {"json": 89, "xml": 72, "form": 61},
    "response": {"json": 82, "xml": 84, "form": 0},
    "envelope": {"json": 10, "xml": 11, "form": 3},
    "http": {"json": 14, "xml": 14, "form": 14},
}
"""How many rules hold in each encoding; answers are in JSON or XML."""
# fmt: on


def of(part):
    return [rule for rule in RULES if rule.part == part]


@pytest.mark.parametrize("part", BY_FACET)
def test_each_facet_has_as_many_rules_as_the_document_has_rows_for_it(part):
    assert Counter(rule.facet for rule in of(part)) == BY_FACET[part]


def test_the_twenty_eight_stated_constraints_are_thirty_two_rules_since_a_range_is_two():
    constraints = [c for member in CONTRACT.operation.request.fields for c in member.constraints]
    assert len(constraints) == 28
    facets = {"required", "pattern", "minimum", "maximum", "max-length"}
    stated = [rule for rule in of("request") if rule.facet in facets]
    assert len(stated) == 28 + sum(c.facet == "range" for c in constraints) == 32
    assert {rule.level for rule in stated} == {Level.MUST}
    assert {rule.basis for rule in stated} == {Basis.STATED}


def test_every_row_of_the_http_table_is_one_rule():
    assert len(of("envelope")) + len(of("http")) == len(STANDARD) + len(INFERRED) + len(STATED)
    assert {f"{rule.part}/{rule.facet}" for rule in RULES if rule.part in {"envelope", "http"}} >= EVERY_ANSWER


def test_rules_by_part_and_level():
    assert Counter((rule.part, rule.level) for rule in RULES) == {
        ("request", Level.MUST): 58,
        ("request", Level.SHOULD): 31,
        ("response", Level.MUST): 58,
        ("response", Level.SHOULD): 26,
        ("envelope", Level.MUST): 8,
        ("envelope", Level.SHOULD): 6,
        ("http", Level.MUST): 4,
        ("http", Level.SHOULD): 10,
    }


def test_ids_are_unique_and_made_of_path_and_facet():
    assert len(BY_ID) == len(RULES)
    for rule in RULES:
        assert ID.fullmatch(rule.id), rule.id
        assert rule.id == join(rule.service, rule.part, rule.path, rule.facet)
        assert not any(part.isdigit() for part in rule.id.split("/"))
        assert rule.encodings
        assert list(rule.encodings) == [name for name in ENCODINGS if name in rule.encodings]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_statement_is_one_readable_sentence_that_names_its_member(rule):
    assert rule.statement[0].isupper() or rule.statement.startswith(rule.path)
    assert rule.statement.endswith(".")
    assert "None" not in rule.statement
    assert "  " not in rule.statement
    assert rule.path in rule.statement
    assert len(rule.statement) < 180


def test_statements_of_bounds_say_the_bound():
    for rule, words in {
        "request/DaysUncollectibleDebt/minimum": "below 1 is refused, 1 is accepted",
        "request/DaysUncollectibleDebt/maximum": "above 120 is refused, 120 is accepted",
        "request/MinimumInterest/maximum-step": "just above 100 is refused",
        "request/ArMailName/max-length": "more than 100 characters is refused, of 100 accepted",
        "request/MaximumTermDays/pattern": "matches ^[0-9]*$",
    }.items():
        assert words in BY_ID[f"collection-policy/{rule}"].statement


def fact(rule) -> str:
    """What the ledger calls the fact from which the rule follows."""
    if rule.part == "envelope":
        return "encoding/xml/response" if rule.facet == "namespace" else "response/root"
    if rule.part == "http":
        return "encoding/json/response" if rule.facet == "accept-documented" else "encoding/json"
    base = f"{rule.part}/{rule.path}"
    if rule.facet in {"optional", "name"} or (rule.part, rule.facet) == ("response", "required"):
        return base
    return f"{base}/{ {'refusal': 'acceptance', 'maximum-step': 'maximum'}.get(rule.facet, rule.facet) }"


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.basis is Basis.STATED], ids=lambda rule: rule.id)
def test_the_line_that_a_stated_rule_cites_yields_its_fact(rule):
    assert rule.citation.document == CONTRACT.document.name
    assert fact(rule) in FACTS[rule.citation.line]


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.basis is Basis.INFERRED], ids=lambda rule: rule.id)
def test_a_reading_of_ours_cites_a_line_that_carries_a_fact(rule):
    assert FACTS[rule.citation.line]
    assert rule.level is Level.SHOULD


@pytest.mark.parametrize("part", BY_ENCODING)
def test_each_encoding_has_the_rules_that_a_message_of_it_can_break(part):
    found = Counter(encoding for rule in of(part) for encoding in rule.encodings)
    assert {name: found[name] for name in ENCODINGS} == BY_ENCODING[part]


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.basis is Basis.STANDARD], ids=lambda rule: rule.id)
def test_a_rule_of_a_standard_cites_its_clause_in_every_encoding(rule):
    standards = {"json": r"RFC \d{4}", "xml": r"RFC \d{4}|XML 1\.0", "form": r"RFC \d{4}|WHATWG URL"}
    for encoding in rule.encodings:
        cited = rule.cited_in(encoding)
        assert cited.document is None
        assert re.fullmatch(standards[encoding], cited.standard)
        assert re.fullmatch(r"§\d+(\.\d+)*", cited.clause)
    assert "RFC 8259" not in {rule.cited_in(name).standard for name in rule.encodings if name != "json"}


def test_in_a_form_nothing_but_the_acceptance_of_scalars_is_binding():
    here = [rule for rule in RULES if "form" in rule.encodings]
    binding = {rule.id.removeprefix("collection-policy/") for rule in here if rule.level_in("form") is Level.MUST}
    optional = {f"request/{name}/optional" for name in ("IsAfiliatedCC", "IsCreditRateAutomatic")}
    optional |= {"request/CollectionReminderTime/optional", "request/UserId/optional"}
    general = {"envelope/spelling", "envelope/non-ascii", "http/request-media-type", "http/accept-documented"}
    assert binding == optional | general | {"http/content-type", "http/allow"}
    assert not any("NotificationSchemaList" in rule.id for rule in here)


def test_a_rule_is_softer_in_a_form_alone():
    for rule in RULES:
        for encoding in rule.encodings:
            expected = Level.SHOULD if encoding == "form" and "form" in rule.softer_in else rule.level
            assert rule.level_in(encoding) is expected


@pytest.mark.parametrize(("key", "row"), EXCEPTIONS.items(), ids=lambda value: "/".join(map(str, value)))
def test_every_exception_of_the_level_table_decides_a_rule(key, row):
    part, facet = key
    level, reason = row
    concerned = [rule for rule in RULES if (rule.part, rule.facet) == (part, facet)]
    assert concerned
    assert {rule.level for rule in concerned} == {level}
    assert len(reason) > 20


@pytest.mark.parametrize("rule", [r for r in RULES if r.part in {"request", "response"}], ids=lambda rule: rule.id)
def test_the_level_of_a_member_rule_is_that_of_the_table(rule):
    assert rule.level is level_of(rule.part, rule.facet, rule.basis)


def test_a_fact_binds_as_its_basis_says():
    assert BY_BASIS == {Basis.STATED: Level.MUST, Basis.INFERRED: Level.SHOULD, Basis.ASSUMED: Level.MAY}
    for part, facet in EXCEPTIONS:
        assert level_of(part, facet, Basis.ASSUMED) is Level.MAY


def test_a_member_whose_type_is_seen_in_samples_only_has_a_should():
    for part in ("request/NotificationSchemaList", "response/data/NotificationSchemaList"):
        for name in ("NotificationSchemaId", "NotificationSchemaName"):
            assert BY_ID[f"collection-policy/{part}/{name}/type"].level is Level.SHOULD


def test_every_rule_has_a_defect_that_breaks_it_first():
    first = {defect.rules[0] for defect in defects_of(CONTRACT, RULES)}
    assert first == set(BY_ID)


def test_paths_enter_lists_and_leave_out_their_indices():
    paths = [path for path, _ in walk(CONTRACT.operation.response.fields)]
    assert "data/NotificationSchemaList/NotificationSchemaId" in paths
    assert len(paths) == len(set(paths)) == 28


def test_a_service_without_a_covered_encoding_has_no_rules():
    assert all(rules_of(contract, ()) == () for contract in contracts().values())


def test_every_type_has_words_for_a_sentence():
    types = {member.type for contract in contracts().values() for _, member in walk(contract.operation.request.fields)}
    assert types <= set(ARTICLES)
