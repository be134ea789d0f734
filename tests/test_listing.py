"""Rules, one rule, errata: for people and for programs. Also: which services and rules a name means."""

from __future__ import annotations

import csv
import io
import json

import pytest

from conformance.errors import ConformanceError
from conformance.run import listing
from conformance.run.contracts import all_rules, chosen, contracts, encodings, matching, rule_named

RULES = {rule.id: rule for rule in all_rules().values()}


def test_rules_as_json_have_the_documented_shape():
    rows = json.loads(listing.rules([], "json"))
    assert [row["id"] for row in rows] == list(RULES)
    for row in rows:
        assert {"id", "service", "level", "basis", "citation", "statement"} <= set(row)
        assert row["level"] in {"MUST", "SHOULD", "MAY"}
        assert row["basis"] in {"stated", "standard", "inferred", "assumed"}
        assert set(row["citation"]) in ({"document", "line"}, {"standard", "clause"})
        assert all(row["citation"].values())


def test_rules_as_csv_carry_one_row_a_rule():
    rows = list(csv.DictReader(io.StringIO(listing.rules([], "csv"))))
    assert [row["id"] for row in rows] == list(RULES)
    first = next(row for row in rows if row["id"] == "collection-policy/request/Email/pattern")
    assert first["citation"].endswith(".txt, line 57")
    assert first["level"] == "MUST"


def test_rules_as_a_table_keep_each_rule_on_a_line_of_its_own():
    lines = listing.rules([], "table").splitlines()
    for rule in RULES:
        assert sum(f" {rule} " in line for line in lines) == 1, rule


def test_errata_as_json_have_the_documented_shape_for_every_service():
    rows = json.loads(listing.errata([], "json"))
    assert {row["service"] for row in rows} == set(contracts())
    assert len(rows) == sum(len(contract.errata) for contract in contracts().values())
    for row in rows:
        assert {"id", "document", "line", "statement", "consequence"} <= set(row)
        assert isinstance(row["line"], int)
        assert row["statement"]
        assert row["consequence"]


@pytest.mark.parametrize("form", ["table", "csv"])
def test_errata_name_the_row_without_a_name(form):
    text = listing.errata(["collection-policy"], form)
    assert "unnamed-row-email" in text
    assert "54" in text


def test_errata_of_one_service_are_those_of_that_service():
    rows = json.loads(listing.errata(["envio-correo"], "json"))
    assert {row["service"] for row in rows} == {"envio-correo"}


@pytest.mark.parametrize("show", [listing.rules, listing.errata])
def test_an_unknown_format_is_an_error_that_lists_the_known_ones(show):
    with pytest.raises(ConformanceError, match="--format yaml: known are table, json, csv"):
        show([], "yaml")


def test_an_unknown_service_is_an_error_that_lists_the_known_ones():
    with pytest.raises(ConformanceError, match=r"--service nope.*collection-policy"):
        listing.errata(["nope"], "json")
    with pytest.raises(ConformanceError, match="did you mean collection-policy"):
        listing.rules(["colection-policy"], "json")


# --- explain ----------------------------------------------------------------------------------------------------------


def test_a_rule_is_explained_with_level_basis_source_and_cases():
    text = listing.explain("collection-policy/request/Email/pattern")
    assert "MUST" in text
    assert "stated" in text
    assert ".txt, line 57" in text
    assert "Tried by" in text
    assert "refused" in text
    assert "accepted" in text


def test_an_exception_of_the_level_table_is_explained_with_its_reason():
    text = listing.explain("collection-policy/request/Email/strict-type")
    assert "SHOULD, because widespread readers convert" in text


def test_an_erratum_on_the_cited_line_is_told():
    assert "implied-pattern-days-uncollectible-debt" in listing.explain(
        "collection-policy/request/DaysUncollectibleDebt/pattern"
    )


def test_a_rule_about_answers_says_that_every_answer_shows_it():
    assert "judged on every answer" in listing.explain("collection-policy/envelope/well-formed")


@pytest.mark.parametrize("rule", list(RULES)[::9])
def test_every_rule_can_be_explained(rule):
    text = listing.explain(rule)
    assert text.startswith(f"{rule}\n")
    assert RULES[rule].statement in text
    assert "None" not in text


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("collection-policy/request/Emial/pattern", "collection-policy/request/Email/pattern"),
        ("COLLECTION-POLICY/request/email/PATTERN", "collection-policy/request/Email/pattern"),
        ("collection-policy/http/alow", "collection-policy/http/allow"),
    ],
)
def test_a_mistyped_rule_suggests_the_nearest(name, nearest):
    with pytest.raises(ConformanceError, match="did you mean") as caught:
        listing.explain(name)
    assert nearest in str(caught.value)


def test_a_name_like_no_rule_points_to_the_list():
    with pytest.raises(ConformanceError, match="`conformance rules` lists them"):
        rule_named("zzz")


# --- choosing ---------------------------------------------------------------------------------------------------------


def test_only_services_with_a_covered_encoding_are_chosen(monkeypatch):
    soap = ("soap-1.1", "soap-1.2")
    assert encodings() == {
        "actualizar-correo": soap,
        "collection-policy": ("json", "xml", "form"),
        "envio-correo": soap,
    }
    assert chosen([]) == ("actualizar-correo", "collection-policy", "envio-correo")
    assert chosen(["collection-policy", "collection-policy"]) == ("collection-policy",)
    monkeypatch.setattr("conformance.run.contracts.encodings", lambda: {"collection-policy": ("json",), "other": ()})
    with pytest.raises(ConformanceError, match="no rules for its encodings yet; covered are collection-policy"):
        chosen(["other"])


def test_globs_choose_rules_and_one_that_matches_nothing_is_an_error():
    found = matching(["*/pattern", "*/Email/pattern"], RULES)
    assert [rule.id for rule in found] == [rule for rule in RULES if rule.endswith("/pattern")]
    assert matching([], RULES) == tuple(RULES.values())
    with pytest.raises(ConformanceError, match="--rules \\*/patern: matches no rule"):
        matching(["*/pattern", "*/patern"], RULES)
    with pytest.raises(ConformanceError, match="matches no rule"):
        matching(["*/EMAIL/*"], RULES)
