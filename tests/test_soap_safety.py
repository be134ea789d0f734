"""What a run over SOAP services never sends, whatever a WSDL or a target file says, and what evidence it leaves."""

from __future__ import annotations

import json
import re
import socket
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from conformance import cli
from conformance.errors import ConformanceError
from conformance.run import binding, execution
from conformance.run.options import Options
from conformance.run.setup import bind_all, plan, set_up
from conformance.target.guard import Refused, check_plan
from tests.profiles.wire import Incoming, Outgoing, serving
from tests.test_leaks_soap import MAIL, UPDATE, Hook, as_it_is, ran, reference

RESOLVE = socket.getaddrinfo
CONNECT = socket.socket.connect
RULES = (f"{UPDATE}/http/wsdl", f"{UPDATE}/envelope/malformed")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of other machines resolve; the list has whom a connection was tried to, and none is made."""
    tried: list[str] = []

    def resolve(host: str, *rest: object, **more: object) -> list[object]:
        if host in {"127.0.0.1", "localhost"}:
            return list(RESOLVE(host, *rest, **more))  # type: ignore[call-overload]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 80))]

    def connect(self: socket.socket, address: tuple[str, int]) -> None:
        if not str(address[0]).startswith("127."):
            tried.append(str(address[0]))
            raise ConnectionRefusedError
        CONNECT(self, address)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket.socket, "connect", connect)
    return tried


def wsdl(change: Hook) -> Hook:
    """A change of what is answered to GET alone."""
    return lambda incoming, found: change(incoming, found) if incoming.method == "GET" else found


def importing(location: str) -> Hook:
    """A WSDL with one more import."""
    schema = (
        '<wsdl:types><xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
        f'<xs:import namespace="urn:x" schemaLocation="{location}"/></xs:schema>'
    )
    return wsdl(lambda _, found: replace(found, body=found.body.replace(b"<wsdl:types>", schema.encode(), 1)))


def addressed(address: str) -> Hook:
    """A WSDL whose ports are at that address."""
    made = rb"\g<1>" + address.encode()
    return wsdl(lambda _, found: replace(found, body=re.sub(rb'(address location=")[^"]*', made, found.body)))


@pytest.mark.parametrize("head", ["", 'proxy = "http://192.0.2.7:8080"\n'])
def test_a_wsdl_elsewhere_is_not_fetched_without_effects(tmp_path: Path, asked: list[str], head: str) -> None:
    text = f'{head}[{UPDATE}]\nwsdl = "http://staging.example.com/s?wsdl"\n'
    with pytest.raises(ConformanceError, match="is not this machine"):
        ran(tmp_path, text, RULES)
    with pytest.raises(ConformanceError, match="is not this machine"):
        binding.told(tmp_path / "t.toml")
    assert asked == []
    assert not (tmp_path / "run").exists()


def test_a_redirect_of_the_wsdl_is_not_followed(tmp_path: Path, asked: list[str]) -> None:
    away = Outgoing(status=302, headers=(("Location", "http://staging.example.com/s?wsdl"),))
    with reference(UPDATE, wsdl(lambda _, __: away)) as (url, server):
        run = ran(tmp_path, f'effects = "allow"\n[{UPDATE}]\nwsdl = "{url}?wsdl"\n', RULES)
    assert run.report is not None
    assert run.report.exit_status in {1, 6}
    assert "a redirect to http://staging.example.com/s?wsdl" in (tmp_path / "run" / "report.json").read_text("utf-8")
    assert [incoming.method for incoming in server.received] == ["GET"]
    assert asked == []


@pytest.mark.parametrize(
    "location",
    [
        "http://staging.example.com/x.xsd",
        "//staging.example.com/x.xsd",
        "http://127.0.0.1@staging.example.com/x.xsd",
        "http://127.0.0.1:1/x.xsd",
        "file:///etc/passwd",
        "ftp://staging.example.com/x.xsd",
    ],
)
def test_an_import_from_elsewhere_is_not_followed_even_with_effects(
    tmp_path: Path, asked: list[str], location: str
) -> None:
    with reference(UPDATE, importing(location)) as (url, server):
        run = ran(tmp_path, f'effects = "allow"\n[{UPDATE}]\nwsdl = "{url}?wsdl"\n', RULES)
    assert run.report is not None
    assert run.report.exit_status == 6
    assert [incoming.method for incoming in server.received] == ["GET"]
    assert asked == []


def test_another_host_of_the_wsdl_gets_no_credentials(tmp_path: Path) -> None:
    def schema(_: Incoming) -> Outgoing:
        body = b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x"/>'
        return Outgoing(status=200, headers=(("Content-Type", "text/xml"),), body=body)

    with serving(schema) as other:
        place = urlsplit(other.url).netloc
        with reference(UPDATE, importing(f"http://{place}/x.xsd")) as (url, server):
            auth = 'auth = { kind = "basic", username = "u", password = "p4ssw0rd" }\nheaders = { X-Key = "k3y" }\n'
            ran(tmp_path, f'[{UPDATE}]\nwsdl = "{url}?wsdl"\nwsdl_hosts = ["{place}"]\n{auth}', RULES)
    assert [incoming.path for incoming in other.received] == ["/x.xsd"]
    assert other.received[0].header("Authorization") is None
    assert other.received[0].header("X-Key") is None
    assert all(incoming.header("Authorization") and incoming.header("X-Key") for incoming in server.received)


@pytest.mark.parametrize(
    "address",
    ["http://staging.example.com/s", "http://127.0.0.1:99999/s", "http://[::1/s", "ftp://127.0.0.1/s", "/s", ""],
)
def test_messages_go_to_no_address_of_a_wsdl_that_is_elsewhere_or_none(
    tmp_path: Path, asked: list[str], address: str
) -> None:
    told = pytest.raises(ConformanceError, match="name the address to send to as url")
    with reference(UPDATE, addressed(address)) as (url, server), told:
        ran(tmp_path, f'effects = "allow"\n[{UPDATE}]\nwsdl = "{url}?wsdl"\n', RULES)
    assert [incoming.method for incoming in server.received] == ["GET"]
    assert asked == []


@pytest.mark.parametrize(
    "values",
    [
        '{ MailRecepcion = "jefe@acme.com" }',
        '{ MailRecepcion = "a@example.com; jefe@acme.com" }',
        '{ NombreDocumento = "jefe@acme.com" }',
        '{ Adjuntos = [{ NombreArchivo = "jefe@acme.com.pdf", Archivo = "eA==" }] }',
        '[{ NumeroFactura = "1" }, { NumeroFactura = "2", MailRecepcion = "jefe@acme.com" }]',
    ],
)
def test_an_address_in_values_needs_leave(tmp_path: Path, values: str) -> None:
    text = f'[{MAIL}]\nurl = "http://127.0.0.1:9/s.asmx"\nvalues = {values}\n'
    (tmp_path / "t.toml").write_text(text, "utf-8")
    with pytest.raises(ConformanceError, match=r"jefe@acme\.com"):
        set_up(Options(target=tmp_path / "t.toml"), {})
    (tmp_path / "t.toml").write_text(f'recipients = ["*@acme.com*"]\n{text}', "utf-8")
    assert set_up(Options(target=tmp_path / "t.toml"), {}).items


def test_an_address_that_a_wsdl_puts_into_messages_is_not_sent(tmp_path: Path) -> None:
    old, new = b'<xs:element name="facturador"', b'<xs:element name="aviso" type="xs:string" default="jefe@acme.com"/>'
    change = wsdl(lambda _, found: replace(found, body=found.body.replace(old, new + old)))
    with reference(UPDATE, change) as (url, server), pytest.raises(Refused, match=r"jefe@acme\.com"):
        ran(tmp_path, f'[{UPDATE}]\nwsdl = "{url}?wsdl"\n', RULES)
    assert [incoming.method for incoming in server.received] == ["GET"]


@pytest.mark.parametrize("first", ["", ', server = "s1", RutaArchivo = "r1"'])
def test_server_and_path_are_those_of_the_target_or_not_there(tmp_path: Path, first: str) -> None:
    values = f'[{{ NumeroFactura = "1"{first} }}, {{ NumeroFactura = "2", server = "s2" }}, {{ NumeroFactura = "3" }}]'
    (tmp_path / "t.toml").write_text(f'[{MAIL}]\nurl = "http://127.0.0.1:9/s.asmx"\nvalues = {values}\n', "utf-8")
    prepared = bind_all(set_up(Options(target=tmp_path / "t.toml", depth="quick"), {}), None)
    made = plan(prepared, prepared.items)
    check_plan(made, prepared.target)
    bodies = [step.case.request.body.decode("utf-8", "replace") for step in made.steps]
    allowed = {"1": ({"s1"}, {"r1"}) if first else (set(), set()), "2": ({"s2"}, set()), "3": (set(), set())}
    seen = {number: (set(), set()) for number in allowed}
    for body in bodies:
        number = re.search(r"NumeroFactura>(\d)<", body)
        if number is not None:
            seen[number[1]][0].update(re.findall(r"<server>([^<]*)<", body))
            seen[number[1]][1].update(re.findall(r"<RutaArchivo>([^<]*)<", body))
    assert seen == allowed


def test_the_download_of_a_wsdl_is_evidence(tmp_path: Path) -> None:
    with reference(UPDATE, as_it_is) as (url, _):
        run = ran(tmp_path, f'[{UPDATE}]\nwsdl = "{url}?wsdl"\n', RULES)
    assert run.report is not None
    assert run.report.exit_status == 0
    lines = [json.loads(line) for line in (tmp_path / "run" / "run.jsonl").read_text("utf-8").splitlines()]
    assert [line["sending"]["exchange"] for line in lines if "sending" in line][:2] == ["w00001", "x00001"]
    first = json.loads((tmp_path / "run" / "evidence.har").read_text("utf-8"))["log"]["entries"][0]
    assert (first["request"]["method"], first["request"]["url"]) == ("GET", f"{url}?wsdl")
    assert "definitions" in first["response"]["content"]["text"]
    report = json.loads((tmp_path / "run" / "report.json").read_text("utf-8"))
    found = {verdict["rule"]: verdict["exchanges"] for verdict in report["verdicts"]}
    assert found[f"{UPDATE}/http/wsdl"] == ["w00001"]


@pytest.mark.parametrize("status", [404, 503])
def test_a_wsdl_that_is_not_there_ends_with_a_report_that_says_so(tmp_path: Path, status: int) -> None:
    with reference(UPDATE, wsdl(lambda _, __: Outgoing(status=status))) as (url, server):
        run = ran(tmp_path, f'[{UPDATE}]\nwsdl = "{url}?wsdl"\n', RULES)
    assert run.report is not None
    assert run.report.exit_status in {1, 6}
    assert f"answered {status}" in (tmp_path / "run" / "report.html").read_text("utf-8")
    assert len(server.received) == 1


def test_an_interrupted_bind_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(binding, "told", interrupted)
    with pytest.raises(SystemExit) as ended:
        cli.main(["bind", "--target", str(tmp_path / "t.toml")])
    assert ended.value.code == 2
    assert capsys.readouterr().err == "conformance: interrupted\n"


def test_the_run_of_a_plan_that_the_guard_refuses_leaves_no_folder(tmp_path: Path) -> None:
    (tmp_path / "t.toml").write_text(
        f'[{MAIL}]\nurl = "http://127.0.0.1:9/s.asmx"\n'
        'auth = { kind = "wsse", username = "jefe@acme.com", password = "p4ssw0rd" }\n',
        "utf-8",
    )
    prepared = set_up(Options(target=tmp_path / "t.toml", depth="quick", out=tmp_path / "run"), {})
    run = execution.Run(prepared, prepared.items, narrowed=False)
    try:
        with pytest.raises(Refused):
            run.start()
    finally:
        run.close()
    assert not (tmp_path / "run").exists()
