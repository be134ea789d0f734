"""Nothing leaves for a host that the target file gives no leave for, whatever a url, name, proxy or answer says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from conformance import checking
from conformance.errors import ConformanceError
from conformance.run import binding, dry_run
from conformance.run.options import Options
from conformance.run.setup import set_up
from conformance.target import wire as wire_module
from conformance.target.wire import Wire, WireError
from tests.effects.conftest import OWN, Provoked
from tests.profiles.wire import Incoming, Outgoing
from tests.socket_guard import Seen, guarded
from tests.target_support import raw_server, request, target
from tests.test_leaks_soap import UPDATE, Hook, as_it_is, ran, reference
from tests.test_soap_safety import addressed, importing, wsdl

POLICY, MAIL = "collection-policy", "envio-correo"
AWAY = "192.0.2.1"
PROXY = "http://192.0.2.7:3128"
REST = (f"{POLICY}/http/allow", f"{POLICY}/response/success/type", f"{POLICY}/envelope/malformed")
SOAP = (f"{UPDATE}/http/wsdl", f"{UPDATE}/envelope/malformed")


class Turning:
    """A name that is this machine when it is asked for at first, and another one from then on."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> list[str]:
        self.times += 1
        return ["127.0.0.1"] if self.times == 1 else [AWAY]


def names() -> dict[str, list[str] | Callable[[], list[str]]]:
    """Names of other machines, or of both."""
    return {
        "staging.test": [AWAY],
        "mixed.test": ["127.0.0.1", AWAY],
        "mixed-6.test": ["::1", "2001:db8::1"],
        "mapped.test": [f"::ffff:{AWAY}"],
        "turning.test": Turning(),
        "any.test": ["0.0.0.0"],
        "any-6.test": ["::"],
        "link.test": ["169.254.169.254"],
        "localhost.example": [AWAY],
        "127.0.0.1.example": [AWAY],
        "xn--bcher-kva.test": [AWAY],
        "ip6-localhost.test": ["2001:db8::1"],
        "schemas.test": ["192.0.2.9"],
        "proxy.test": ["192.0.2.7"],
    }


ELSEWHERE = [
    "http://staging.test/x",
    "https://staging.test/x",
    "http://mixed.test/x",
    "http://mixed-6.test/x",
    "http://mapped.test/x",
    "http://turning.test/x",
    "http://any.test/x",
    "http://any-6.test/x",
    "http://link.test/x",
    "http://localhost.example/x",
    "http://127.0.0.1.example/x",
    "http://xn--bcher-kva.test/x",
    "http://bücher.test/x",
    "http://ip6-localhost.test/x",
    "http://STAGING.TEST/x",
    "http://staging.test./x",
    "http://unknown.test/x",
    f"http://{AWAY}/x",
    "http://3221225985/x",
    "http://0xC0000201/x",
    "http://0300.0.02.01/x",
    "http://192.513/x",
    "http://[2001:db8::1]/x",
    f"http://[::ffff:{AWAY}]/x",
    f"http://[::{AWAY}]/x",
    "http://[fe80::1%25lo]/x",
    "http://[fe80::1%lo]/x",
    "http://0.0.0.0/x",
    "http://0/x",
    "http://[::]/x",
    "http://169.254.169.254/latest/meta-data",
    "http://10.0.0.1/x",
    "http://255.255.255.255/x",
    "http://224.0.0.1/x",
    "http://127.0.0.1@staging.test/x",
    "http://127.0.0.1:80@staging.test/x",
    "http://staging.test#@127.0.0.1/x",
    "http://staging.test?@127.0.0.1/x",
    "http://127.0.0.1\\@staging.test/x",
    "http://staging.test\\@127.0.0.1/x",
    "http://staging.test\\.127.0.0.1/x",
    "http://127.0.0.1%2f@staging.test/x",
    "http://127.0.0.1%00.staging.test/x",
    "http://127.0.0.1 .staging.test/x",
    "http://127.0.0.1;staging.test/x",
    "http://①⑨②.0.2.1/x",
    "http:///staging.test/x",
    "//staging.test/x",
    "http:staging.test/x",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/x",
    "unix:/var/run/docker.sock",
    "file:///etc/passwd",
    "ftp://staging.test/x",
    "gopher://staging.test/x",
]
"""Addresses that are elsewhere, or that one reader of addresses takes for elsewhere and another for this machine."""


@pytest.mark.parametrize("url", ELSEWHERE)
def test_nothing_goes_to_another_machine_without_effects(url: str, provoked: Provoked, tmp_path: Path) -> None:
    for service, key, rules in ((POLICY, "url", REST), (UPDATE, "wsdl", SOAP)):
        with guarded(names()) as seen, pytest.raises(ConformanceError):
            ran(tmp_path, f"[{service}]\n{key} = '{url}'\n", rules)
        provoked(seen, asked=OWN)
        # A name that turns only later is met when the run has begun.
        assert "turning" in url or not (tmp_path / "run").exists()


@pytest.mark.parametrize("url", ELSEWHERE)
@pytest.mark.parametrize("looked_at", [True, False], ids=["guard", "connection-alone"])
def test_no_request_makes_the_wire_connect_elsewhere(
    url: str, looked_at: bool, provoked: Provoked, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not looked_at:
        # What the guard would have let pass, the connection itself must not.
        monkeypatch.setattr(wire_module, "check_send", lambda *_: None)
    monkeypatch.setenv("http_proxy", PROXY)
    sender = Wire(target("http://127.0.0.1:9/x", connect_timeout=1.0, exchange_timeout=1.0), pause=lambda _: None)
    with guarded(names()) as seen, pytest.raises((ConformanceError, WireError)):
        sender.send(request(url))
    sender.close()
    provoked(seen, asked=OWN)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.1", "localhost", "localhost."])
@pytest.mark.parametrize("effects", [False, True])
@pytest.mark.parametrize("proxy", ["target", "environment", "all"])
def test_what_is_on_this_machine_goes_by_no_proxy(
    host: str, effects: bool, proxy: str, provoked: Provoked, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy") if proxy != "target" else ():
        monkeypatch.setenv(name.upper() if proxy == "all" else name, PROXY)
    with raw_server() as server, guarded(names()) as seen:
        url = f"http://{host}:{server.port}/x"
        at = target(url, effects=effects, proxy=PROXY if proxy == "target" else None)
        sender = Wire(at, pause=lambda _: None)
        try:
            assert sender.send(request(url)).status == 200
        finally:
            sender.close()
    provoked(seen)
    assert [at for at in seen.local if at == server.port] == [server.port]


@pytest.mark.parametrize("proxy", [PROXY, "http://proxy.test:3128"])
def test_a_proxy_elsewhere_is_not_asked_without_effects(proxy: str, provoked: Provoked, tmp_path: Path) -> None:
    with guarded(names()) as seen, pytest.raises(ConformanceError, match="is not this machine"):
        ran(tmp_path, f'proxy = "{proxy}"\n[{POLICY}]\nurl = "http://staging.test/x"\n', REST)
    provoked(seen, asked={"staging.test"})


def test_with_effects_the_target_and_its_proxy_are_contacted_and_nobody_else(
    provoked: Provoked, tmp_path: Path
) -> None:
    head = 'effects = "allow"\ntimeout = { connect = 1, exchange = 1 }\n'
    section = f'[{POLICY}]\nurl = "http://staging.test/x"\n'
    for name in ("direct", "proxied"):
        (tmp_path / name).mkdir()
    with guarded(names()) as seen:
        ran(tmp_path / "direct", f"{head}{section}", REST)
    # The guard of this test sees what goes out.
    assert set(seen.left) == {AWAY}
    provoked(seen, leave={AWAY}, asked={"staging.test"})
    with guarded(names()) as seen:
        ran(tmp_path / "proxied", f'{head}proxy = "http://proxy.test:3128"\n{section}', REST)
    assert set(seen.left) == {"192.0.2.7"}
    provoked(seen, leave={"192.0.2.7"}, asked={"staging.test", "proxy.test"})


HEADERS = (
    ("Location", "http://staging.test/moved"),
    ("Content-Location", "http://staging.test/content"),
    ("Refresh", "0; url=http://staging.test/refresh"),
    ("Link", '<http://staging.test/style.css>; rel="preload stylesheet"'),
    ("Alt-Svc", 'h2="staging.test:443"; ma=86400'),
    ("Set-Cookie", "a=b; Domain=staging.test"),
    ("WWW-Authenticate", 'Bearer realm="http://staging.test/login"'),
    ("Report-To", '{"endpoints": [{"url": "http://staging.test/report"}]}'),
)
MARKUP = (
    '<?xml-stylesheet href="http://staging.test/style.xsl" type="text/xsl"?>',
    '<!DOCTYPE Envelope SYSTEM "http://staging.test/outside.dtd">',
    '<!DOCTYPE Envelope [<!ENTITY x SYSTEM "http://staging.test/x">]>',
)
INSIDE = (
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xsi:schemaLocation="urn:x http://staging.test/x.xsd" xsi:noNamespaceSchemaLocation="http://staging.test/y.xsd"'
)


def luring(status: int, front: str) -> Hook:
    """The answers with everything that could make a reader ask elsewhere; `front` stands before an XML text."""

    def hook(_: Incoming, found: Outgoing) -> Outgoing:
        text = found.body.decode("utf-8", "replace")
        if text.lstrip("\ufeff \n").startswith("<"):
            declared, rest = text.split("?>", 1) if "?>" in text else ("", text)
            text = (f"{declared}?>" if declared else "") + front + rest.replace(">", f"{INSIDE}>", 1)
        elif text.startswith("{"):
            text = text.replace("{", '{"$schema": "http://staging.test/s", "$ref": "http://staging.test/r", ', 1)
        return replace(found, status=status or found.status, headers=(*found.headers, *HEADERS), body=text.encode())

    return hook


@pytest.mark.parametrize("status", [0, *(pytest.param(one, marks=pytest.mark.nightly) for one in (301, 307))])
@pytest.mark.parametrize("service", [POLICY, pytest.param(MAIL, marks=pytest.mark.nightly), UPDATE])
def test_no_answer_makes_the_suite_ask_elsewhere(
    service: str, status: int, provoked: Provoked, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = tuple(f"{service}/{rule}" for rule in ("http/*", "envelope/malformed", "response/*"))
    for number, front in enumerate(MARKUP if status == 0 and service != POLICY else MARKUP[:1]):
        folder = tmp_path / str(number)
        folder.mkdir()
        with reference(service, luring(status, front)) as (url, _), guarded(names()) as seen:
            address = f'wsdl = "{url}?wsdl"\nurl = "{url}"' if service == UPDATE else f'url = "{url}"'
            ran(folder, f'effects = "allow"\n[{service}]\n{address}\n', rules)
            checking.report(folder / "run", ["html", "json", "junit", "har"], folder / "again")
        provoked(seen)


LOCATIONS = [
    "http://staging.test/x.xsd",
    "//staging.test/x.xsd",
    "\\\\staging.test\\x.xsd",
    "http://127.0.0.1@staging.test/x.xsd",
    "http://127.0.0.1\\@staging.test/x.xsd",
    "http://staging.test#@127.0.0.1/x.xsd",
    "http://127.0.0.1:1/x.xsd",
    "http://[::1]:1/x.xsd",
    "https://staging.test/x.xsd",
    "file:///etc/passwd",
    "file://staging.test/etc/passwd",
    "ftp://staging.test/x.xsd",
    "jar:http://staging.test/a.jar!/x.xsd",
    "http://169.254.169.254/x.xsd",
]


@pytest.mark.parametrize("location", LOCATIONS)
def test_no_import_of_a_wsdl_is_fetched_from_elsewhere(location: str, provoked: Provoked, tmp_path: Path) -> None:
    with reference(UPDATE, importing(location)) as (url, server), guarded(names()) as seen:
        ran(tmp_path, f'effects = "allow"\n[{UPDATE}]\nwsdl = "{url}?wsdl"\n', SOAP)
        with pytest.raises(ConformanceError):
            binding.told(tmp_path / "t.toml")
    provoked(seen)
    assert {incoming.method for incoming in server.received} == {"GET"}


def test_a_host_that_the_target_file_names_for_imports_is_asked(provoked: Provoked, tmp_path: Path) -> None:
    with reference(UPDATE, importing("http://schemas.test/x.xsd")) as (url, _), guarded(names()) as seen:
        text = f'effects = "allow"\n[{UPDATE}]\nwsdl = "{url}?wsdl"\nwsdl_hosts = ["schemas.test"]\n'
        ran(tmp_path, text, SOAP)
    assert set(seen.left) == {"192.0.2.9"}
    provoked(seen, leave={"192.0.2.9"}, asked={"schemas.test"})


@pytest.mark.parametrize(
    "address",
    [
        "http://staging.test/s",
        "http://localhost.example/s",
        "http://127.0.0.1@staging.test/s",
        "http://127.0.0.1\\@staging.test/s",
        "http://mixed.test/s",
        "http://turning.test/s",
        "http://unknown-and-telling.test/s",
        "https://staging.test/s",
        "http://[::ffff:192.0.2.1]/s",
        "http://0.0.0.0/s",
        "unix:/var/run/docker.sock",
    ],
)
def test_no_address_of_a_wsdl_is_sent_to_or_asked_for(address: str, provoked: Provoked, tmp_path: Path) -> None:
    with reference(UPDATE, addressed(address)) as (url, server), guarded(names()) as seen:
        told = pytest.raises(ConformanceError, match="name the address to send to as url")
        with told:
            ran(tmp_path, f'effects = "allow"\n[{UPDATE}]\nwsdl = "{url}?wsdl"\n', SOAP)
        with told:
            binding.told(tmp_path / "t.toml")
    # No name server hears of the name either.
    provoked(seen)
    assert {incoming.method for incoming in server.received} == {"GET"}


def test_a_redirect_of_the_wsdl_is_not_followed(provoked: Provoked, tmp_path: Path) -> None:
    moved = Outgoing(status=302, headers=HEADERS)
    with reference(UPDATE, wsdl(lambda _, __: moved)) as (url, _), guarded(names()) as seen:
        ran(tmp_path, f'effects = "allow"\n[{UPDATE}]\nwsdl = "{url}?wsdl"\n', SOAP)
    provoked(seen)


COMMANDS = {
    "check": ("check", "--target", "t.toml", "--out", "run"),
    "smoke": ("check", "--target", "t.toml", "--depth", "smoke", "--workers", "8", "--out", "run"),
    "dry-run": ("check", "--target", "t.toml", "--dry-run"),
    "replay": ("check", "--target", "t.toml", "--replay", "x00001", "--out", "run"),
    "bind": ("bind", "--target", "t.toml"),
    "plugin": ("pytest", "-p", "conformance.plugin", "--conformance-target=t.toml", "CASES"),
}


def guarded_command(folder: Path, *arguments: str) -> tuple[int, Seen, str]:
    """The command in a process of its own, under the guard: its exit status, what it did, what it said."""
    told = json.dumps({name: found for name, found in names().items() if not callable(found)})
    root = Path(__file__).parents[2]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.socket_guard", str(folder / "seen.json"), told, "--", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(root), "http_proxy": PROXY},
        check=False,
    )
    assert (folder / "seen.json").exists(), ended.stderr
    return ended.returncode, Seen(**json.loads((folder / "seen.json").read_text("utf-8"))), ended.stdout + ended.stderr


@pytest.mark.parametrize(
    "command",
    [pytest.param(one, marks=[pytest.mark.nightly] if one not in {"check", "bind"} else []) for one in COMMANDS],
)
def test_no_command_sends_to_another_machine_without_effects(command: str, provoked: Provoked, tmp_path: Path) -> None:
    (tmp_path / "t.toml").write_text(
        f'[{POLICY}]\nurl = "http://staging.test/x"\n[{UPDATE}]\nwsdl = "http://mixed.test/s?wsdl"\n', "utf-8"
    )
    cases = str(Path(__file__).parents[2] / "cases")
    arguments = [cases if word == "CASES" else word for word in COMMANDS[command]]
    status, seen, said = guarded_command(tmp_path, *arguments)
    assert status == 4
    assert "is not this machine" in said
    assert "Traceback" not in said
    provoked(seen, asked={"staging.test", "mixed.test"})
    assert seen.local == []
    assert not (tmp_path / "run" / "run.jsonl").exists()


def test_what_needs_no_target_leaves_this_machine_alone(provoked: Provoked, tmp_path: Path) -> None:
    for arguments in (
        ("check", "--depth", "smoke", "--out", "run"),
        ("report", "run", "--out", "again"),
    ):
        status, seen, said = guarded_command(tmp_path, *arguments)
        assert status in {0, 6}, said
        provoked(seen)
        assert seen.started == []


@pytest.mark.nightly
@pytest.mark.parametrize(
    "arguments",
    [
        ("prove", "--service", UPDATE),
        ("check", "--depth", "smoke", "--replay", "x00001", "--out", "replayed"),
        ("check", "--dry-run", "--depth", "smoke"),
    ],
    ids=["prove", "replay", "dry-run"],
)
def test_what_takes_long_leaves_this_machine_alone(
    arguments: tuple[str, ...], provoked: Provoked, tmp_path: Path
) -> None:
    status, seen, said = guarded_command(tmp_path, *arguments)
    assert status in {0, 6}, said
    provoked(seen)
    assert seen.started == []


@pytest.mark.parametrize("effects", ["", 'effects = "allow"\n'])
def test_a_dry_run_sends_nothing_and_asks_for_no_name_but_the_targets(
    effects: str, provoked: Provoked, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with raw_server() as server:
        sections = f'[{POLICY}]\nurl = "{server.url}"\n[{MAIL}]\nurl = "http://staging.test/s"\n'
        if not effects:
            sections = sections.replace("http://staging.test/s", server.url)
        head = f'{effects}proxy = "http://proxy.test:3128"\n'
        (tmp_path / "t.toml").write_text(head + sections, "utf-8")
        prepared = set_up(Options(target=tmp_path / "t.toml", depth="quick"), {})
        with guarded(names()) as seen:
            dry_run.show(prepared, prepared.items)
    provoked(seen, asked={"staging.test"} if effects else ())
    assert seen.local == []
    assert server.received == []


def test_the_guard_of_these_tests_refuses_what_would_leave() -> None:
    with raw_server() as server, guarded(names()) as seen:
        for host in ("staging.test", AWAY, "2001:db8::1"):
            with pytest.raises(OSError, match="refused"):
                _connected(host, 80)
        _connected("127.0.0.1", server.port)
    assert seen.left == [AWAY, AWAY, "2001:db8::1"]
    assert seen.local == [server.port]
    assert seen.asked == ["staging.test"]


def _connected(host: str, port: int) -> None:
    import socket

    socket.create_connection((host, port), timeout=5).close()


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine that runs these tests has in its environment is no part of them."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_a_credential_command_is_the_only_program_that_is_started(provoked: Provoked, tmp_path: Path) -> None:
    with reference(POLICY, as_it_is) as (url, _), guarded(names()) as seen:
        head = 'credential = { command = "echo token", seconds = 900 }\n'
        ran(
            tmp_path,
            f'{head}[{POLICY}]\nurl = "{url}"\nheaders = {{ Authorization = "Bearer ${{CREDENTIAL}}" }}\n',
            REST,
        )
    provoked(seen)
    assert len(seen.started) == 1
