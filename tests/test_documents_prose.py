"""The reader of prose, on a page with other words."""

from __future__ import annotations

import pytest

from conformance.documents import contract_of, count
from conformance.documents.ledger import members
from conformance.errors import ConformanceError
from conformance.model import Basis
from tests.synthetic_pages import PROSE, line_of, page

CONTRACT = contract_of(page(PROSE))
REQUEST = dict(members(CONTRACT.operation.request.fields))


def test_the_operation_is_the_word_behind_the_wsdl():
    operation = CONTRACT.operation
    assert (operation.name, operation.path, operation.encodings) == ("cambiarHoraPaquetes", "/Entregas/Horas", ())
    assert CONTRACT.service == "cambiar-hora-paquetes"


def test_every_name_is_assumed():
    assert list(REQUEST) == [
        "codigoDelCliente",
        "listaDePaquetes",
        "listaDePaquetes/zonaDelPaquete",
        "listaDePaquetes/claseDelPaquete",
    ]
    assert {member.basis for member in REQUEST.values()} == {Basis.ASSUMED}


def test_inputs_are_required_unless_the_page_says_where_they_apply():
    assert {path: member.required for path, member in REQUEST.items()} == {
        "codigoDelCliente": True,
        "listaDePaquetes": True,
        "listaDePaquetes/zonaDelPaquete": False,
        "listaDePaquetes/claseDelPaquete": True,
    }
    assert count(CONTRACT) == "4 members, 3 stated constraints (3 required)"


def test_what_applies_sometimes_is_stated_as_optional():
    zone = REQUEST["listaDePaquetes/zonaDelPaquete"].constraint("optional")
    assert zone is not None
    assert (zone.basis, zone.citation.line) == (Basis.STATED, line_of(PROSE, "Zona"))


def test_kinds_between_brackets_are_an_enumeration():
    kind = REQUEST["listaDePaquetes/claseDelPaquete"]
    assert (kind.type, kind.type_basis) == ("enum", Basis.STATED)
    assert [choice.name for choice in kind.choices] == ["carta", "caja", "rollo-fragil"]
    assert {member.type for path, member in REQUEST.items() if member is not kind and member.item is None} == {"string"}


def test_one_word_between_brackets_is_a_remark():
    told = contract_of(page(PROSE.replace("(carta, caja o rollo frágil)", "(carta)")))
    kind = dict(members(told.operation.request.fields))["listaDePaquetes/claseDelPaquete"]
    assert (kind.type, kind.choices) == ("string", ())


def test_kinds_stand_in_the_ledger():
    entry = next(held for held in CONTRACT.ledger if held.line == line_of(PROSE, "Clase"))
    kinds = [fact.rpartition("/")[2] for fact in entry.facts if "/kind/" in fact]
    assert kinds == ["carta", "caja", "rollo-fragil"]


def test_a_page_that_announces_no_input_is_refused():
    with pytest.raises(ConformanceError, match=r"page\.txt, line 1: no line announces the inputs"):
        contract_of(page(PROSE.replace("entrada", "merienda")))
