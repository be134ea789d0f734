"""The SOAP sections of a target file: identity, refusals, documents of the tenant, profiles, and their mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.errors import ConformanceError
from conformance.model import Condition
from conformance.run.contracts import contracts, encodings
from conformance.target.file import load_target
from conformance.target.settings import ServiceTarget, Target

HEAD = '[actualizar-correo]\nwsdl = "http://127.0.0.1/s?wsdl"\n'
MAIL = '[envio-correo]\nurl = "http://127.0.0.1/s.asmx"\n'


def loaded(tmp_path: Path, text: str) -> Target:
    path = tmp_path / "target.toml"
    path.write_text(text, encoding="utf-8")
    return load_target(path, {"CLAVE": "s3creta"}, contracts(), encodings())


def section(tmp_path: Path, text: str) -> ServiceTarget:
    (kept,) = loaded(tmp_path, text).services.values()
    return kept


def test_basic_authentication_is_a_header_and_masked(tmp_path):
    text = HEAD + 'auth = { kind = "basic", username = "qa", password = "${CLAVE}" }\n'
    target = loaded(tmp_path, text)
    (header,) = target.services["actualizar-correo"].headers
    assert header == ("Authorization", "Basic cWE6czNjcmV0YQ==")
    assert "cWE6czNjcmV0YQ==" not in target.masks().mask(str(header))
    assert "s3creta" not in repr(target)


def test_a_password_of_a_token_is_masked_and_no_header(tmp_path):
    target = loaded(
        tmp_path, HEAD + 'auth = { kind = "wsse", username = "qa", password = "${CLAVE}", digest = true }\n'
    )
    kept = target.services["actualizar-correo"]
    assert kept.headers == ()
    assert kept.auth is not None
    assert kept.auth.digest
    assert target.masks().mask("s3creta") != "s3creta"


def test_refusals_are_conditions(tmp_path):
    kept = section(tmp_path, HEAD + 'refusal = { any = { codigo = "!= 0", "a/exito" = "false" }, all = { x = "1" } }\n')
    assert kept.refusal is not None
    assert kept.refusal.any == (
        Condition(path="codigo", value="0", equal=False),
        Condition(path="a/exito", value="false"),
    )
    assert kept.refusal.all == (Condition(path="x", value="1"),)


def test_declared_documents_become_items_with_an_address_nobody_owns(tmp_path):
    text = (
        HEAD
        + 'documentos = [{ tipo = "factura", prefijo = "A", numero = "1" }, { tipo = "nota-debito", numero = "2" }]\n'
    )
    kept = section(tmp_path, text)
    items = kept.values["documentos"]
    assert [item.get("prefijo") for item in items] == ["A", None]
    assert {item["correo"] for item in items} == {"conformance@example.com"}
    assert "documentos" in kept.explicit


def test_a_wsdl_may_be_a_file_beside_the_target_file(tmp_path):
    (tmp_path / "s.wsdl").write_text("<x/>")
    kept = section(tmp_path, '[actualizar-correo]\nwsdl = "s.wsdl"\n')
    assert kept.wsdl == str(tmp_path / "s.wsdl")


def test_several_sets_of_values_are_kept_for_their_turns(tmp_path):
    kept = section(tmp_path, MAIL + 'values = [{ NumeroFactura = "1" }, { NumeroFactura = "2" }]\n')
    assert kept.values["NumeroFactura"] == "1"
    assert [row["NumeroFactura"] for row in kept.rows] == ["2"]


def test_claimed_profiles_are_kept(tmp_path):
    assert section(tmp_path, MAIL + 'profiles = ["wsi-bp-1.1"]\n').profiles == {"wsi-bp-1.1"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + "refusal = {}\n", "actualizar-correo.refusal: must name what a refusal says"),
        (HEAD + 'auth = { kind = "basic" }\n', "actualizar-correo.auth.username: is required"),
        (HEAD + 'auth = { kind = "basic", username = "a:b", password = "p" }\n', "must not hold a colon"),
        (HEAD + 'auth = { kind = "basic", username = "a", password = "p", digest = true }\n', "only a UsernameToken"),
        (HEAD + 'binding = { numeros = "n" }\n', "actualizar-correo.binding.numeros: there is no such input; did you"),
        (
            HEAD + 'tipos = { facturas = "1" }\n',
            "actualizar-correo.tipos.facturas: there is no such input; did you mean",
        ),
        (HEAD + 'documentos = [{ tipo = "factur", numero = "1" }]\n', "'factur' is no kind of document; did you mean"),
        (MAIL + 'profiles = ["bp"]\n', "'bp' is no profile that this suite knows"),
        (MAIL + 'auth = { kind = "fields", username = "a", password = "p" }\n', "give them in values (Clave)"),
        (f'[actualizar-correo]\nwsdl = "{"9" * 5000}"\n', "actualizar-correo.wsdl: there is no file 999"),
        ('[actualizar-correo]\nwsdl = "nowhere.wsdl"\n', "actualizar-correo.wsdl: there is no file nowhere.wsdl"),
        ('[actualizar-correo]\nwsdl = "file:///etc/passwd"\n', "must be an absolute http or https url"),
    ],
)
def test_mistakes_are_named_by_their_key(tmp_path, text, said):
    with pytest.raises(ConformanceError) as caught:
        loaded(tmp_path, text)
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (MAIL + 'refusal = { any = { "RespuestaProduccion/IsVald" = "false" } }\n', "did you mean"),
        (HEAD + 'wsdl_hosts = ["http://h.example"]\n', "must be (a|the name of a) host"),
        (HEAD + 'wsdl_hosts = ["*"]\n', "must be (a|the name of a) host"),
    ],
)
def test_what_would_silently_never_fit_is_a_mistake(tmp_path, text, said):
    with pytest.raises(ConformanceError, match=said):
        loaded(tmp_path, text)


@pytest.mark.parametrize(
    "path", ["IsValid", "RespuestaProduccion/IsValid", "EnvioCorreoResult/RespuestaProduccion/IsValid"]
)
def test_a_condition_may_name_a_member_by_the_end_or_the_whole_of_its_path(tmp_path, path):
    assert section(tmp_path, MAIL + f'refusal = {{ any = {{ "{path}" = "false" }} }}\n').refusal is not None
