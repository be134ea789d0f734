"""The three contracts: the committed ones always, and those that the documents yield now wherever these are at hand."""

from __future__ import annotations

import re

import pytest

from conformance.documents import SCHEMA_ID as DERIVED_SCHEMA
from conformance.documents import count, derive, differences
from conformance.documents.ledger import facts_of, members
from conformance.emit.contract_json import SCHEMA_ID
from conformance.errors import ConformanceError
from conformance.facets import Fit, broken, fit
from conformance.model import Basis
from tests.documents_at_hand import committed, sources
from tests.synthetic_pages import ASMX, HELP, PROSE

COMMITTED = committed()
POLICY = COMMITTED["collection-policy"]
SOAP = COMMITTED["envio-correo"]
LOGGRO = COMMITTED["actualizar-correo"]
every = pytest.mark.parametrize("source", sources())


@every
def test_the_committed_contract_is_what_the_document_yields(source):
    assert differences(COMMITTED[source.contract.service], source.contract) == ()


@every
def test_every_line_stands_in_the_ledger_once_with_facts_or_a_reason(source):
    ledger = source.contract.ledger
    assert [entry.line for entry in ledger] == list(range(1, source.contract.document.lines + 1))
    assert all(bool(entry.facts) != bool(entry.reason) for entry in ledger)


@every
def test_every_cited_line_yields_the_fact_that_cites_it(source):
    ledger = {entry.line: entry.facts for entry in source.contract.ledger}
    cited = list(facts_of(source.contract.operation))
    assert len(cited) > 10
    assert [(cite.line, name) for cite, name in cited if name not in ledger[cite.line]] == []
    assert {cite.document for cite, _ in cited} == {source.contract.document.name}


@every
def test_every_erratum_has_an_id_of_its_own_and_a_line(source):
    errata = source.contract.errata
    ids = [erratum.id for erratum in errata]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", identity) for identity in ids)
    assert all(1 <= erratum.line <= source.contract.document.lines for erratum in errata)
    assert all(erratum.statement.endswith(".") and erratum.consequence.endswith(".") for erratum in errata)


@every
def test_no_sentence_of_the_document_is_in_the_contract(source):
    text = str(source.contract)
    lines = source.page.lines if source.page is not None else ()
    prose = [line.strip(" |•") for line in lines if len(re.findall(r"[^\W\d_]+ ", line)) >= 3 and "regular" not in line]
    assert [sentence for sentence in prose if sentence in text] == []


@every
def test_the_schema_of_the_contract_is_the_published_one(source):
    assert source.contract.schema == SCHEMA_ID == DERIVED_SCHEMA


def test_the_counts_are_those_of_the_page():
    assert count(POLICY) == (
        "26 field rows, 28 stated constraints (16 required, 5 patterns, 4 ranges, 3 maximum lengths)"
    )
    assert count(SOAP) == "52 members, 0 stated constraints"
    assert count(LOGGRO) == "6 members, 5 stated constraints (5 required)"


def test_the_unnamed_row_is_email():
    email = next(member for member in POLICY.operation.request.fields if member.name == "Email")
    assert (email.citation.line, email.constraint("pattern").citation.line) == (54, 57)
    assert email.constraint("pattern").pattern.endswith(r"\.([a-zA-Z]{2,15}(?:\.[a-zA-Z]{2})?)$")
    assert (email.basis, email.marks) == (Basis.STATED, ("mail",))


def test_implied_constraints_of_the_policy():
    implied = {
        path: dict(held.implied_by) for path, held in members(POLICY.operation.request.fields) if held.implied_by
    }
    assert implied == {
        "DaysUncollectibleDebt": {"pattern": ("minimum",)},
        "MaximumTermDays": {"pattern": ("minimum",), "minimum": ("pattern",)},
        "MinimumInterest": {"minimum": ("pattern",)},
        "MaximunInterest": {"minimum": ("pattern",)},
    }


def test_references_of_the_policy():
    marked = {path for path, held in members(POLICY.operation.request.fields) if "reference" in held.marks}
    assert marked == {
        "GrantorTaxId",
        "DefaultNotificationSchemaId",
        "NotificationSchemaList/NotificationSchemaId",
        "NotificationTypeId",
        "UserId",
    }


def test_the_baseline_satisfies_the_contract():
    fields = POLICY.operation.request.fields
    assert list(POLICY.baseline) == [member.name for member in fields]
    for member in fields:
        value = POLICY.baseline[member.name]
        assert fit(member.type, value) is Fit.EXACT, member.name
        assert list(broken(member, value)) == [], member.name
    assert POLICY.baseline["Email"].endswith("@mail.test")
    assert isinstance(POLICY.baseline["MinimumInterest"], int)
    item = POLICY.baseline["NotificationSchemaList"][0]
    assert item["NotificationSchemaId"] == POLICY.baseline["DefaultNotificationSchemaId"]


def test_the_answer_carries_the_saved_policy_on_its_own_lines():
    data = next(member for member in POLICY.operation.response.fields if member.name == "data")
    assert [held.name for held in data.fields] == [held.name for held in POLICY.operation.request.fields]
    assert [held.citation.line for held in data.fields][:3] == [198, 199, 200]
    acceptance = POLICY.operation.acceptance
    assert (acceptance.member, acceptance.citation.line, acceptance.basis) == ("success", 168, Basis.STATED)
    assert (acceptance.echo, acceptance.echo_citation.line) == ("data", 184)


@pytest.mark.parametrize(
    ("service", "line", "identity"),
    [
        ("collection-policy", 54, "unnamed-row-email"),
        ("collection-policy", 58, "stray-bar-after-email"),
        ("collection-policy", 115, "sample-breaks-collection-reminder-time-max-length"),
        ("collection-policy", 118, "sample-breaks-email-pattern"),
        ("collection-policy", 43, "reminder-window-ambiguous"),
        ("collection-policy", 162, "no-sample-form"),
        ("collection-policy", 36, "no-table-notification-schema-model-api"),
        ("collection-policy", 187, "no-refusal-described"),
        ("collection-policy", 67, "spelling-maximun-interest"),
        ("collection-policy", 14, "spelling-is-afiliated-cc"),
        ("collection-policy", 21, "implied-pattern-days-uncollectible-debt"),
        ("collection-policy", 74, "implied-pattern-maximum-term-days"),
        ("collection-policy", 57, "email-domain-bound-unreachable"),
        ("envio-correo", 73, "cut-off-number-range-response"),
        ("envio-correo", 80, "cut-off-xml-params-response-track-id"),
        ("envio-correo", 53, "no-fault-described"),
        ("envio-correo", 18, "credentials-in-body"),
        ("envio-correo", 5, "glued-heading"),
        ("envio-correo", 69, "leaked-extension-data"),
        ("actualizar-correo", 5, "url-artefact"),
        ("actualizar-correo", 19, "no-element-names"),
        ("actualizar-correo", 30, "no-answer-described"),
        ("actualizar-correo", 13, "address-check-ambiguous"),
    ],
)
def test_the_errata_name_what_is_wrong(service, line, identity):
    assert (identity, line) in [(erratum.id, erratum.line) for erratum in COMMITTED[service].errata]


def test_the_soap_contract_keeps_the_shape_of_the_page():
    operation = SOAP.operation
    marks = {path: held.marks for path, held in members(operation.request.fields)}
    assert (operation.request.wrappers, operation.response.wrappers) == (("correo",), ("EnvioCorreoResult",))
    assert "secret" in marks["Clave"]
    assert marks["server"] == marks["RutaArchivo"] == ("target-only",)
    answer = dict(members(operation.response.fields))
    assert answer["DatosResolucion/ResponseList"].item.type == "open"
    assert answer["RespuestaProduccion/ExtensionData"].type == "empty"
    assert {encoding.action for encoding in operation.encodings} == {"https://factura.ssintegral.com/EnvioCorreo"}


def test_the_prose_contract_has_assumed_names():
    fields = dict(members(LOGGRO.operation.request.fields))
    assert list(fields) == [
        "facturador",
        "documentos",
        "documentos/prefijo",
        "documentos/numero",
        "documentos/tipo",
        "documentos/correo",
    ]
    assert {held.basis for held in fields.values()} == {Basis.ASSUMED}
    assert not fields["documentos/prefijo"].required
    kinds = [fact for entry in LOGGRO.ledger for fact in entry.facts if "/kind/" in fact]
    assert [kind.rpartition("/")[2] for kind in kinds] == ["factura", "nota-credito", "nota-debito"]


def test_derive_reads_every_page_of_a_folder_by_service(tmp_path):
    for name, text in (("1.txt", HELP), ("2.txt", ASMX), ("3.txt", PROSE), ("notes.md", "no document")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = derive(tmp_path)
    assert [contract.service for contract in found] == ["cambiar-hora-paquetes", "send-parcel", "warehouse-shelf"]
    assert all(len(contract.document.sha256) == 64 for contract in found)


def test_line_ends_and_a_byte_order_mark_change_the_hash_only(tmp_path):
    (tmp_path / "page.txt").write_bytes(b"\xef\xbb\xbf" + HELP.replace("\n", "\r\n").encode() + b"\r\n")
    (found,) = derive(tmp_path)
    (tmp_path / "page.txt").write_text(HELP, encoding="utf-8")
    (plain,) = derive(tmp_path)
    assert [name.split(":")[0] for name in differences(plain, found)] == ["warehouse-shelf document/sha256"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "holds no document; put the pages there as *.txt"),
        ({"page.txt": b"hello"}, "page.txt, line 1: this is no ASP.NET help page, ASMX help page or prose"),
        ({"page.txt": b""}, "page.txt, line 1: this is no ASP.NET help page"),
        ({"page.txt": b"one\ntwo \xff\n"}, "page.txt, line 2: this is not UTF-8"),
        ({"a.txt": HELP.encode(), "b.txt": HELP.encode()}, "b.txt, line 1: a.txt already describes warehouse-shelf"),
    ],
)
def test_what_is_no_folder_of_documents_says_so(tmp_path, files, message):
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ConformanceError) as caught:
        derive(tmp_path)
    assert message in str(caught.value)


def test_a_folder_that_is_not_there_says_so(tmp_path):
    with pytest.raises(ConformanceError, match="is no folder; name the folder that holds the documents"):
        derive(tmp_path / "none")
