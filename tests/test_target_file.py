from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import trustme

from conformance.emit.contract_json import load
from conformance.errors import ConformanceError
from conformance.model import Basis, Citation, Constraint, Contract, Field
from conformance.resources import schemas_dir
from conformance.target.file import Target, load_target, reference_target
from conformance.target.file.sections import file_model, in_order
from conformance.target.file.template import render

SERVICES = ("collection-policy", "envio-correo", "actualizar-correo")
CONTRACTS: dict[str, Contract] = {service: load(schemas_dir() / service / "contract.json") for service in SERVICES}
COVERED = {"collection-policy": ("json",)}
SMALL = '[collection-policy]\nurl = "http://127.0.0.1:1/api/CollectionPolicy"\n'
FULL = """
name = "staging"
environment = "ACME staging, build 4.2.1"
effects = "allow"
recipients = ["*@qa.acme.com"]
budget = { requests = 2000, per_second = 2.5 }
timeout = { connect = 3, exchange = 20 }
tls = { ca = "ca.pem", client_cert = ["client.pem", "client.key"], verify = true }
proxy = "http://user:proxy-word@proxy.example.com:3128"
credential = { command = "echo token", seconds = 900 }

[collection-policy]
url = "https://staging.example.com/Dito.REST/api/CollectionPolicy"
encodings = ["json", "xml", "form"]
headers = { Authorization = "Bearer ${QA_TOKEN}", X-Other = "${CREDENTIAL} $${x}" }
enforcement = "advisory"
values = { GrantorTaxId = "${TAX}", MinimumInterest = 5.50, Email = "a@qa.acme.com" }

[envio-correo]
url = "https://staging.example.com/ServicioSSIntegral.asmx"
soap = ["1.1", "1.2"]
profiles = ["wsi-bp-1.1"]
values = [{ NIT = "900123456", Clave = "${SS_CLAVE}", CodigoEmpresa = 1 }, { NIT = "900123457" }]
refusal = { any = { "RespuestaProduccion/IsValid" = "false" } }

[actualizar-correo]
wsdl = "https://staging.example.com/FacturacionElectronica?wsdl"
url = "https://staging.example.com/FacturacionElectronica"
auth = { kind = "basic", username = "qa", password = "open-sesame" }
binding = { facturador = "idFacturador", documentos = "listaDocumentos" }
tipos = { factura = "1", nota-credito = "2", nota-debito = "3" }
values = { facturador = "1" }
documentos = [ { tipo = "factura", prefijo = "SETP", numero = "990000001" } ]
refusal = { any = { codigo = "!= 0" } }
"""
EXAMPLE = "http or https url, such as https://staging.example.com/api"
ENVIRON = {"QA_TOKEN": "qa-token-1", "TAX": "AAA010101AAA", "SS_CLAVE": "clave-77"}


def loaded(path: Path, text: str, environ: dict[str, str] | None = None, **more: object) -> Target:
    file = path / "target.toml"
    file.write_text(text, encoding="utf-8")
    return load_target(file, ENVIRON if environ is None else environ, CONTRACTS, more.get("covered", COVERED))  # type: ignore[arg-type]


def mistakes(path: Path, text: str, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConformanceError) as caught:
        loaded(path, text, environ)
    start = f"{path / 'target.toml'}: "
    lines = str(caught.value).splitlines()
    assert all(line.startswith(start) for line in lines)
    return [line.removeprefix(start) for line in lines]


def test_an_address_alone_is_a_target_file(tmp_path) -> None:
    target = loaded(tmp_path, SMALL)
    service = target.services["collection-policy"]
    assert (target.name, target.environment, target.effects, target.reference) == ("target", "", False, False)
    assert (target.connect_timeout, target.exchange_timeout, target.verify) == (5.0, 30.0, True)
    assert (target.budget_requests, target.per_second, target.proxy, target.credential) == (None, None, None, None)
    assert service.url == "http://127.0.0.1:1/api/CollectionPolicy"
    assert (service.encodings, service.headers, service.enforcement) == (("json",), (), "must")
    assert service.values == CONTRACTS["collection-policy"].baseline
    assert service.explicit == frozenset()
    assert service.defaulted == (
        "GrantorTaxId",
        "DefaultNotificationSchemaId",
        "NotificationSchemaList",
        "NotificationTypeId",
        "UserId",
    )
    assert target.notices == ()


def test_every_key_of_a_full_file_is_taken(tmp_path) -> None:
    authority = trustme.CA()
    client = authority.issue_cert("client.example.com")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    client.cert_chain_pems[0].write_to_path(tmp_path / "client.pem")
    client.private_key_pem.write_to_path(tmp_path / "client.key")
    target = loaded(tmp_path, FULL)
    service = target.services["collection-policy"]
    assert list(target.services) == ["collection-policy"]
    assert (target.name, target.environment, target.effects) == ("staging", "ACME staging, build 4.2.1", True)
    assert target.recipients == ("*@qa.acme.com",)
    assert (target.budget_requests, target.per_second) == (2000, 2.5)
    assert (target.connect_timeout, target.exchange_timeout) == (3.0, 20.0)
    assert target.ca == str(tmp_path / "ca.pem")
    assert target.client_cert == (str(tmp_path / "client.pem"), str(tmp_path / "client.key"))
    assert target.proxy == "http://user:proxy-word@proxy.example.com:3128"
    assert target.credential is not None
    assert target.credential.token() == "token"
    assert service.headers == (("Authorization", "Bearer qa-token-1"), ("X-Other", "${CREDENTIAL} ${x}"))
    assert service.enforcement == "advisory"
    assert service.values["GrantorTaxId"] == "AAA010101AAA"
    assert service.values["MinimumInterest"] == Decimal("5.50")
    assert isinstance(service.values["MinimumInterest"], Decimal)
    assert service.explicit == {"GrantorTaxId", "MinimumInterest", "Email"}
    assert "GrantorTaxId" not in service.defaulted
    assert target.notices == (
        "collection-policy: xml, form not tested: this version has no rules for it.",
        "envio-correo is not tested: this version has no rules for it.",
        "actualizar-correo is not tested: this version has no rules for it.",
    )
    hidden = ("qa-token-1", "AAA010101AAA", "clave-77", "open-sesame", "proxy-word", "token")
    assert target.masks().mask(" ".join(hidden)) == " ".join(["•••"] * len(hidden))


def test_every_mistake_is_reported_at_once_with_its_key(tmp_path) -> None:
    text = """
nam = "x"
effects = "yes"
recipients = ["qa"]
budget = { request = 5, per_second = 0 }
timeout = { connect = "5" }
tls = { ca = "missing.pem", verfy = true }
proxy = "socks5://127.0.0.1"

[collection_policy]
url = "x"

[collection-policy]
url = "ftp://x"
encodings = ["json", "jsn", 5]
headers = { "a b" = "x", Content-Type = "a/b", X-N = 5 }
enforcment = "must"

[collection-policy.values]
GrantorTaxID = "x"
Email = "a@b.co"
CollectionReminderTime = 09:59:00
MinimumInterest = inf
NotificationSchemaList = [{ NotificationSchemaID = "x" }]

[envio-correo]
soap = ["1.3"]
values = [{ NIT = "${UNSET}" }, { Nit = "1" }]

[actualizar-correo]
wsdl = "https://x.test/?wsdl"
auth = { kind = "basi" }
documentos = [ { tipo = "factura", correo = "x" } ]
"""
    assert set(mistakes(tmp_path, text)) == {
        "nam: unknown key; did you mean name?",
        'effects: must be "allow"',
        "recipients[0]: 'qa' must be an address, such as *@qa.example.com, with a domain",
        "budget.request: unknown key; did you mean requests?",
        "budget.per_second: must be greater than or equal to 0.001",
        "timeout.connect: must be a number",
        "tls.ca: there is no file missing.pem",
        "tls.verfy: unknown key; did you mean verify?",
        f"proxy: must be an absolute {EXAMPLE}",
        "collection_policy: unknown key; did you mean collection-policy?",
        f"collection-policy.url: must be an absolute {EXAMPLE}",
        "collection-policy.encodings[1]: the document names no encoding 'jsn'; did you mean json?",
        "collection-policy.encodings[2]: must be a text in quotes",
        "collection-policy.headers.a b: is no name of an HTTP header",
        "collection-policy.headers.Content-Type: cannot be set: the encodings set it",
        "collection-policy.headers.X-N: must be a text in quotes",
        "collection-policy.enforcment: unknown key; did you mean enforcement?",
        "collection-policy.values.GrantorTaxID: collection-policy has no such member; did you mean GrantorTaxId?",
        "collection-policy.values.Email: 'a@b.co' is an address that somebody could receive mail at; "
        "add it to recipients",
        "collection-policy.values.CollectionReminderTime: is a TOML date or time; put it in quotes",
        "collection-policy.values.MinimumInterest: must be a finite number",
        "collection-policy.values.NotificationSchemaList[0].NotificationSchemaID: NotificationSchemaList has no such "
        "member; did you mean NotificationSchemaId?",
        "envio-correo.url: is required",
        'envio-correo.soap[0]: must be "1.1" or "1.2"',
        "envio-correo.values[0].NIT: the environment variable UNSET is not set",
        "envio-correo.values[1].Nit: envio-correo has no such member; did you mean NIT?",
        'actualizar-correo.auth.kind: must be "basic", "wsse" or "fields"',
        "actualizar-correo.auth.username: is required",
        "actualizar-correo.auth.password: is required",
        "actualizar-correo.documentos[0].numero: is required",
        "actualizar-correo.documentos[0].correo: unknown key; known are tipo, prefijo, numero",
    }


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "must be an absolute"),
        ("/api", "must be an absolute"),
        ("http://", "must be an absolute"),
        ("http://h:port/", "must have a port"),
        ("http://h:0/", "must have a port"),
        ("http://h..b/", "must have the name of a host"),
        ("http://h/\\\\b", "must be ASCII, without blanks and none of"),
        ("http://[::1/", "must be an absolute"),
        ("file:///x", "must be an absolute"),
        ("http://h/a b", "must be ASCII"),
        ("http://h/ñ", "must be ASCII"),
        ("http://h/#a", "must not have a fragment"),
        ("http://user:word@h/", "must not hold a user"),
        ("http://h/?to=a%40b.co", "must not hold a mail address"),
    ],
)
def test_an_address_that_cannot_be_used_is_a_mistake(tmp_path, url: str, words: str) -> None:
    (line,) = mistakes(tmp_path, f'[collection-policy]\nurl = "{url}"\n')
    assert line.startswith(f"collection-policy.url: {words}")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('name = "${A_NAME}"', "name: the environment variable A_NAME is not set"),
        ('name = "${CREDENTIAL}"', "name: the environment variable CREDENTIAL is not set"),
        ('name = "${A B}"', "name: `${` begins the name of an environment variable; write `$${` for the text"),
        ('name = "${A"', "name: `${` begins the name of an environment variable; write `$${` for the text"),
        ('name = ""', "name: must not be empty"),
        ("name = 5", "name: must be a text in quotes"),
        ("recipients = 5", "recipients: must be a list [ … ]"),
        ('recipients = ["*@*"]', "recipients[0]: '*@*' must be an address, such as *@qa.example.com, with a domain"),
        ("budget = 5", "budget: must be a table"),
        ("budget = { requests = 1.5 }", "budget.requests: must be a whole number"),
        ("budget = { requests = 0 }", "budget.requests: must be greater than or equal to 1"),
        ("tls = { verify = 1 }", "tls.verify: must be true or false"),
        ('tls = { client_cert = ["a"] }', "tls.client_cert: must be the name of a file, or of two"),
        ("tls = { client_cert = 5 }", "tls.client_cert: must be the name of a file, or of two"),
        (f'tls = {{ client_cert = ["{"9" * 5000}", "b"] }}', "tls.client_cert: "),
        ('tls = { client_cert = ["a", "b"] }', "tls.client_cert: there is no file a"),
        ('envio-correo = { url = "http://h/", values = 5 }', "envio-correo.values: must be a table, or a list"),
        ('envio-correo = { url = "http://h/", values = [] }', "envio-correo.values: must be a table, or a list"),
    ],
)
def test_a_mistake_at_the_top_is_named(tmp_path, line: str, expected: str) -> None:
    assert any(found.startswith(expected) for found in mistakes(tmp_path, line + "\n" + SMALL, {}))


def test_a_place_for_the_credential_is_in_headers_only(tmp_path) -> None:
    text = 'name = "${CREDENTIAL}"\ncredential = { command = "x" }\n' + SMALL
    assert mistakes(tmp_path, text) == ["name: ${CREDENTIAL} can stand in the headers of a service only"]


def test_without_a_service_there_is_nothing_to_test(tmp_path) -> None:
    assert mistakes(tmp_path, 'name = "x"') == [
        "no service to test; add a section, such as [collection-policy] with its url"
    ]


def test_a_secret_of_the_environment_is_not_in_a_message(tmp_path) -> None:
    text = SMALL + 'values = { Email = "${MAIL}" }\nencodings = ["${MAIL}"]\n'
    found = mistakes(tmp_path, text, {"MAIL": "someone@acme.com"})
    assert len(found) == 2
    assert not any("someone" in line for line in found)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"a = ", "is no TOML"), (b"\xff\xfe", "not UTF-8"), (b"a = 1\na = 2\n", "is no TOML")],
)
def test_a_file_that_is_no_toml_is_an_error_that_names_it(tmp_path, content: bytes, words: str) -> None:
    file = tmp_path / "target.toml"
    file.write_bytes(content)
    with pytest.raises(ConformanceError, match=words) as caught:
        load_target(file, {}, CONTRACTS, COVERED)
    assert str(file) in str(caught.value)


def test_a_missing_file_is_an_error_that_says_what_to_do(tmp_path) -> None:
    with pytest.raises(ConformanceError, match="conformance init"):
        load_target(tmp_path / "none.toml", {}, CONTRACTS, COVERED)


def test_a_byte_order_mark_does_no_harm(tmp_path) -> None:
    (tmp_path / "target.toml").write_text(SMALL, encoding="utf-8-sig")
    assert load_target(tmp_path / "target.toml", {}, CONTRACTS, COVERED).name == "target"


def test_a_service_of_which_no_encoding_is_covered_is_left_out_with_a_notice(tmp_path) -> None:
    target = loaded(tmp_path, SMALL + 'encodings = ["xml"]\n')
    assert target.services == {}
    assert target.notices == ("collection-policy: xml not tested: this version has no rules for it.",)


def test_an_encoding_is_covered_as_soon_as_its_rules_are(tmp_path) -> None:
    target = loaded(
        tmp_path, SMALL + 'encodings = ["form", "json", "json"]\n', covered={"collection-policy": ("json", "form")}
    )
    assert target.services["collection-policy"].encodings == ("json", "form")
    assert target.notices == ()


def test_soap_versions_are_encodings(tmp_path) -> None:
    text = '[envio-correo]\nurl = "http://127.0.0.1/"\nsoap = ["1.2"]\nvalues = { NIT = "1" }\n'
    target = loaded(tmp_path, text, covered={"envio-correo": ("soap-1.1", "soap-1.2")})
    assert target.services["envio-correo"].encodings == ("soap-1.2",)
    assert target.services["envio-correo"].values["NIT"] == "1"


def test_the_embedded_reference_is_a_target(tmp_path) -> None:
    root = reference_target("http://127.0.0.1:8080", CONTRACTS, COVERED)
    assert root.services["collection-policy"].url == "http://127.0.0.1:8080/api/CollectionPolicy"
    whole = reference_target("http://127.0.0.1:8080/api/CollectionPolicy", CONTRACTS, COVERED)
    assert whole == root
    assert (root.name, root.environment) == ("reference", "embedded reference implementation")
    assert (root.effects, root.reference) == (False, True)
    assert root.services["collection-policy"].encodings == ("json",)
    assert root.services["collection-policy"].defaulted == ()
    assert reference_target("http://127.0.0.1:1", CONTRACTS, COVERED, ["xml"]).services == {}


@pytest.mark.parametrize("services", [(), *((service,) for service in SERVICES)])
def test_the_file_that_init_writes_loads_once_its_variables_are_set(tmp_path, services: tuple[str, ...]) -> None:
    text = render(services, CONTRACTS)
    target = loaded(tmp_path, text, {"QA_TOKEN": "t-1", "SS_CLAVE": "c-1", "LOGGRO_CLAVE": "l-1"})
    assert not target.effects
    assert [service for service in SERVICES if f"\n[{service}]\n" in text] == list(services or SERVICES)
    if not services:
        unset = mistakes(tmp_path, text, {})
        assert [line.split("variable ")[1].split()[0] for line in unset] == ["QA_TOKEN", "SS_CLAVE", "LOGGRO_CLAVE"]


@pytest.mark.parametrize("kept", ["effects", "recipients", "encodings", "profiles", "soap", "tipos"])
def test_what_the_written_file_shows_in_comments_is_right_too(tmp_path, kept: str) -> None:
    text = "\n".join(
        line.removeprefix("# ") if line.startswith(f"# {kept} =") else line
        for line in render((), CONTRACTS).splitlines()
    )
    assert loaded(tmp_path, text, {"QA_TOKEN": "t", "SS_CLAVE": "c", "LOGGRO_CLAVE": "l"}).effects == (
        kept == "effects"
    )


def test_init_for_an_unknown_service_names_the_nearest() -> None:
    with pytest.raises(ConformanceError, match="did you mean envio-correo"):
        render(["envio-corre"], CONTRACTS)


# --- a service that is only data --------------------------------------------------------------------------------------


def parameter(name: str, kind: str, *, required: bool = True) -> Field:
    cite = Citation(document="loans.txt", line=4)
    demanded = (Constraint(facet="required", basis=Basis.STATED, citation=cite),) if required else ()
    return Field(name=name, type=kind, basis=Basis.STATED, citation=cite, constraints=demanded)


def derived(name: str = "loans") -> dict[str, Contract]:
    """A contract that no line of Python knows, beside those that the suite carries."""
    known = CONTRACTS["collection-policy"]
    parameters = (parameter("branch", "integer"), parameter("note", "string", required=False))
    operation = replace(known.operation, path="api/branches/{branch}/loans", parameters=parameters)
    return CONTRACTS | {name: replace(known, service=name, operation=operation)}


def test_a_derived_service_has_a_section_like_any_other(tmp_path) -> None:
    file = tmp_path / "target.toml"
    file.write_text(
        '[loans]\nurl = "http://127.0.0.1:1/api/branches/{branch}/loans"\nvalues = { branch = 7, GrantorTaxId = "X" }\n'
        'headers = { Authorization = "Bearer ${TOKEN}" }\nenforcement = "advisory"\n'
    )
    target = load_target(file, {"TOKEN": "t-1"}, derived(), {"loans": ("json",)})
    kept = target.services["loans"]
    assert (kept.encodings, kept.enforcement, kept.values["branch"]) == (("json",), "advisory", 7)
    assert kept.explicit == {"branch", "GrantorTaxId"}
    assert target.masks().mask("Bearer t-1") != "Bearer t-1"


def test_mistakes_in_the_section_of_a_derived_service_are_told_with_their_keys(tmp_path) -> None:
    file = tmp_path / "target.toml"
    file.write_text(
        '[loans]\nurl = "http://h/{branc}/loans"\nenforcment = "must"\nencodings = ["jsn"]\n'
        'values = { branch = "seven", Emial = "a@b.test" }\n'
    )
    with pytest.raises(ConformanceError) as caught:
        load_target(file, {}, derived(), {"loans": ("json",)})
    assert sorted(str(caught.value).replace(f"{file}: ", "").splitlines()) == [
        "loans.encodings[0]: the document names no encoding 'jsn'; did you mean json?",
        "loans.enforcment: unknown key; did you mean enforcement?",
        "loans.url: {branc} is no parameter of loans; did you mean branch?",
        "loans.values.Emial: loans has no such member; did you mean Email?",
        "loans.values.branch: must be an integer",
    ]


def test_init_writes_a_section_for_a_derived_service_from_its_contract(tmp_path) -> None:
    text = render(["loans"], derived())
    file = tmp_path / "target.toml"
    file.write_text(text, encoding="utf-8")
    target = load_target(file, {}, derived(), {"loans": ("json",)})
    assert target.services["loans"].url == "https://staging.example.com/api/branches/{branch}/loans"
    assert target.services["loans"].values["branch"] == 1
    assert '\n# note = "Conformance"\n' in text
    assert '\nGrantorTaxId = "AAA010101AAA"\n' in text
    assert "\n# UserId = " in text


def test_a_service_with_the_name_of_a_key_of_the_file_is_refused(tmp_path) -> None:
    with pytest.raises(ConformanceError, match="the service 'budget' has the name of a key of the target file"):
        file_model(derived("budget"))


def test_sections_stand_in_the_order_of_what_they_ask_for() -> None:
    assert in_order(derived()) == ("collection-policy", "loans", "envio-correo", "actualizar-correo")


def test_a_secret_that_cannot_be_masked_is_told_and_not_shown(tmp_path) -> None:
    file = tmp_path / "target.toml"
    file.write_text(
        'name = "${LONG}"\nenvironment = "${ONE} ${WORD}"\n[envio-correo]\nurl = "http://127.0.0.1:9/s.asmx"\n'
        'auth = { kind = "wsse", username = "qa", password = "7" }\nvalues = { Clave = "€", CodigoEmpresa = 1 }\n'
    )
    environ = {"ONE": "ñ", "WORD": "True", "LONG": "a name"}
    target = load_target(file, environ, CONTRACTS, {"envio-correo": ("soap-1.1",)})
    told = [text for text in target.notices if text.startswith("The value of ")]
    assert told == [
        "The value of ${ONE} has one character and is not masked.",
        "The value of ${WORD} is a word that every answer may hold and is not masked.",
        "The value of envio-correo.values.Clave has one character and is not masked.",
        "The value of envio-correo.auth.password has one character and is not masked.",
    ]
