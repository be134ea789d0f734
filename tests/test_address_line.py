"""The address of a request: parameters in its path and its query."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance.generate.address_line import address, placeholders
from conformance.generate.subject import Subject
from conformance.model import Basis, Citation, Constraint, Field, Operation
from conformance.run.contracts import contracts

CITE = Citation(document="loans.txt", line=1)
KNOWN = contracts()["collection-policy"]


def parameter(name: str, kind: str = "string", *facets: str, **more: Any) -> Field:
    held = tuple(Constraint(facet=facet, basis=Basis.STATED, citation=CITE, max_length=9) for facet in facets)
    return Field(name=name, type=kind, basis=Basis.STATED, citation=CITE, constraints=held, **more)


def operation(path: str, *parameters: Field) -> Operation:
    return replace(KNOWN.operation, path=path, parameters=parameters)


BRANCH = parameter("branch", "integer", "required")
KIND = parameter("kind", "string", "max-length")
DAYS = parameter("days", "list", item=parameter("day", "integer"))


@pytest.mark.parametrize(
    ("url", "path", "parameters", "values", "expected"),
    [
        ("http://h/api/x", "api/x", (), {"branch": 7}, "http://h/api/x"),
        ("http://h/{branch}/x", "{branch}/x", (BRANCH,), {"branch": 7}, "http://h/7/x"),
        ("http://h/{branch}/x", "{branch}/x", (BRANCH,), {}, "http://h/1/x"),
        ("http://h/{Branch}/x", "{branch}/x", (BRANCH,), {}, "http://h/1/x"),
        ("http://h/9/x", "{branch}/x", (BRANCH,), {"branch": 7}, "http://h/9/x"),
        ("http://h/x", "x", (BRANCH,), {}, "http://h/x?branch=1"),
        ("http://h/x?a=b", "x", (BRANCH,), {}, "http://h/x?a=b&branch=1"),
        ("http://h/x?Branch=4", "x", (BRANCH,), {}, "http://h/x?Branch=4"),
        ("http://h/x", "x?branch={branch}&kind={kind}", (BRANCH, KIND), {}, "http://h/x?branch=1"),
        ("http://h/x?branch={branch}&kind={kind}", "x", (BRANCH, KIND), {}, "http://h/x?branch=1"),
        ("http://h/x?kind={kind}", "x", (KIND,), {"kind": "a b/ñ"}, "http://h/x?kind=a%20b%2F%C3%B1"),
        ("http://h/{kind}", "{kind}", (KIND,), {"kind": "a/b?c"}, "http://h/a%2Fb%3Fc"),
        ("http://h/x", "x", (KIND,), {}, "http://h/x"),
        ("http://h/x", "x", (DAYS,), {"days": [1, 2]}, "http://h/x?days=1&days=2"),
        ("http://h/x", "x", (parameter("at", "object"),), {"at": {"a": True, "b": None}}, "http://h/x?at.a=true"),
        ("http://h/{other}", "{branch}", (BRANCH,), {}, "http://h/{other}"),
    ],
)
def test_parameters_are_filled_in_or_appended(url, path, parameters, values, expected) -> None:
    assert address(url, operation(path, *parameters), values) == expected


def test_names_between_braces_are_found_in_path_and_query() -> None:
    assert placeholders("http://h/{a}/{*rest}?x={b}") == ("a", "rest", "b")


def test_every_request_of_a_subject_carries_its_parameters() -> None:
    contract = replace(KNOWN, operation=operation("api/{branch}/x", BRANCH))
    subject = Subject(
        contract=contract,
        encoding=contract.encoding("json"),
        url="http://127.0.0.1/api/{branch}/x",
        values={"branch": 12},
    )
    assert subject.request(b"{}").url == "http://127.0.0.1/api/12/x"
