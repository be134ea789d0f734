"""`earl.jsonld` read by rdflib and asked in SPARQL, as who gathers results of many tools would."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
import rdflib

from conformance.model import Outcome
from conformance.report.build import build
from conformance.report.language import language_of
from conformance.report.text import printable
from conformance.report.writers import earl, report_json
from tests.report_samples import (
    ACCEPT,
    EMAIL,
    NASTY,
    RULES,
    SUCCESS,
    URL,
    USER,
    VERDICTS,
    header,
    hostile,
    log,
    material,
    verdict,
)

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib of itself

PREFIXES = """
PREFIX earl: <http://www.w3.org/ns/earl#>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX suite: <https://billing-conformance.example/terms#>
"""


def graph(code: str = "en", **changes: Any) -> rdflib.Graph:
    report, run = hostile(**changes)
    content = earl.write(material(report, run, language_of(code)))
    return rdflib.Graph().parse(data=content, format="json-ld")


def ask(of: rdflib.Graph, query: str, title: str = "") -> list[tuple[str, ...]]:
    """The rows; with `title` only those in which `?title` is that."""
    bound = {"title": rdflib.Literal(title)} if title else {}
    return [tuple(str(cell) for cell in row) for row in of.query(PREFIXES + query, initBindings=bound)]


def test_the_outcomes_counted_by_sparql_are_those_of_report_json() -> None:
    report, run = hostile()
    master = json.loads(report_json.write(material(report, run)))
    spelled = {str(Outcome.CANT_TELL): "cantTell"}
    expected = Counter(spelled.get(v["outcome"], v["outcome"]) for v in master["verdicts"])
    rows = ask(
        graph(),
        "SELECT ?o (COUNT(?a) AS ?n) WHERE { ?a a earl:Assertion ; earl:result/earl:outcome ?o } GROUP BY ?o",
    )
    assert {outcome.partition("#")[2]: int(number) for outcome, number in rows} == expected


def test_every_assertion_has_the_five_properties_and_they_are_what_the_vocabulary_wants() -> None:
    whole = """SELECT ?a WHERE { ?a a earl:Assertion ;
        earl:assertedBy/a earl:Software ; earl:subject/a earl:TestSubject ; earl:test/a earl:TestCriterion ;
        earl:mode earl:automatic ; earl:result ?r .
        ?r a earl:TestResult ; earl:outcome ?o ; dct:description ?d ; dct:date ?w }"""
    assert len(set(ask(graph(), whole))) == len(VERDICTS)


VOCABULARY = frozenset(
    (
        *("Assertion", "Assertor", "Software", "TestSubject", "TestCriterion", "TestRequirement", "TestResult"),
        *("assertedBy", "subject", "test", "mode", "automatic", "result", "outcome", "pointer"),
        *("passed", "failed", "cantTell", "inapplicable", "untested"),
    )
)
"""Of EARL 1.0, what is used here."""


def test_every_term_is_one_of_the_vocabularies_that_it_names() -> None:
    names = {str(name) for triple in graph() for name in triple if isinstance(name, rdflib.URIRef)}
    used = {name.partition("#")[2] for name in names if name.startswith("http://www.w3.org/ns/earl#")}
    assert used <= VOCABULARY
    assert used >= {"Assertion", "assertedBy", "subject", "test", "mode", "automatic", "result", "outcome", "cantTell"}
    assert all(rdflib.URIRef(name) in rdflib.DCTERMS for name in names if name.startswith(str(rdflib.DCTERMS)))
    known = ("http://www.w3.org/", str(rdflib.DCTERMS), "https://billing-conformance.example/")
    assert all(name.startswith(known) for name in names)


def test_a_criterion_says_the_rule_and_where_it_stands() -> None:
    query = "SELECT ?text ?source WHERE { ?t dct:title ?title ; dct:description ?text ; dct:source ?source }"
    assert ask(graph(), query, EMAIL) == [("Email matches the stated pattern.", "001_a7101fb9927c4164.txt, line 57")]
    assert ask(graph(), query, ACCEPT)[0][1] == "RFC 9110 §12.5.1"


def test_the_subject_is_the_target_with_its_address_and_build() -> None:
    query = """SELECT ?title ?url ?build WHERE {
        ?s a earl:TestSubject ; dct:title ?title ; dct:identifier ?url ; suite:environment ?build }"""
    assert ask(graph(), query) == [("collection-policy, staging", URL, "ACME staging, build 4.2.1")]


def test_a_result_points_at_its_exchanges_and_has_their_date() -> None:
    query = "SELECT ?p ?d WHERE { ?a earl:test/dct:title ?title ; earl:result [ earl:pointer ?p ; dct:date ?d ] }"
    pointers = ask(graph(), query, EMAIL)
    assert {pointer.partition("#")[2] for pointer, _ in pointers} == {"x00001", "x00002"}
    assert {date for _, date in pointers} == {"2026-03-04T10:00:02.250000-05:00"}
    untested = ask(graph(), "SELECT ?d WHERE { ?a earl:test/dct:title ?title ; earl:result/dct:date ?d }", ACCEPT)
    assert untested == [("2026-03-04T10:00:00-05:00",)]


def test_a_waived_failure_is_failed_and_says_who_answers_for_it() -> None:
    query = "SELECT ?o ?w WHERE { ?a earl:test/dct:title ?title ; suite:waiver ?w ; earl:result/earl:outcome ?o }"
    assert ask(graph(), query, SUCCESS) == [
        ("http://www.w3.org/ns/earl#failed", "Waived: fixed in 4.3, owner Ana, until 2026-12-31, ticket QA-9.")
    ]
    assert len(ask(graph(), "SELECT ?a WHERE { ?a suite:waiver ?w }")) == 1


def test_an_expired_waiver_is_none() -> None:
    late = verdict(SUCCESS, Outcome.FAILED, waiver={"reason": "r", "expiry": "2026-03-03", "state": "expired"})
    run = log()
    content = earl.write(material(build(run, [late], ()), run))
    told = rdflib.Graph().parse(data=content, format="json-ld")
    assert ask(told, "SELECT ?w WHERE { ?a suite:waiver ?w }") == []
    assert len(ask(told, "SELECT ?a WHERE { ?a earl:result/earl:outcome earl:failed }")) == 1


def test_text_of_a_server_survives_as_text() -> None:
    target = header()["target"] | {"name": NASTY, "environment": f'{NASTY} "quoted" \\'}
    told = graph(target=target)
    (text,) = [
        d
        for (d,) in ask(told, f"SELECT ?d WHERE {{ ?a earl:test/dct:title '{USER}' ; earl:result/dct:description ?d }}")
    ]
    assert printable(NASTY) in text
    assert (f'{printable(NASTY)} "quoted" \\',) in ask(told, "SELECT ?e WHERE { ?s suite:environment ?e }")


def test_a_name_that_no_address_could_hold_is_quoted() -> None:
    told = graph(run='a b<>"{}|\\^`\n\ud800/ñ', suite=header()["suite"] | {"version": "1 0"})
    found = {str(s) for s in told.subjects(rdflib.RDF.type, rdflib.URIRef("http://www.w3.org/ns/earl#Assertion"))}
    assert len(found) == len(VERDICTS)
    assert not any(set(' <>"{}|\\^`\n') & set(name) for name in found)


@pytest.mark.parametrize("code", ["en", "es"])
def test_sentences_carry_their_language(code: str) -> None:
    described = graph(code).query(PREFIXES + "SELECT ?d WHERE { ?x dct:description ?d }")
    assert {row[0].language for row in described} == {code}  # type: ignore[union-attr, index]


def test_nothing_is_fetched_to_read_it() -> None:
    report, run = hostile()
    context = json.loads(earl.write(material(report, run)))["@context"]
    assert isinstance(context, dict)
    assert "@import" not in context
    assert set(RULES) >= {verdict.rule for verdict in report.verdicts}
