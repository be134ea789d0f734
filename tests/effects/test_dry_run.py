"""A dry run shows everything that a run would do to others, before a byte is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.errors import ConformanceError
from conformance.run import dry_run
from conformance.run.options import Options
from conformance.run.setup import set_up
from tests.effects.conftest import Provoked
from tests.effects.test_hosts import names
from tests.socket_guard import guarded

POLICY, MAIL, UPDATE = "collection-policy", "envio-correo", "actualizar-correo"


def shown(folder: Path, text: str, capsys: pytest.CaptureFixture[str], **options: object) -> str:
    (folder / "t.toml").write_text(text, "utf-8")
    prepared = set_up(Options(target=folder / "t.toml", **{"depth": "smoke", **options}), {})  # type: ignore[arg-type]
    dry_run.show(prepared, prepared.items)
    return capsys.readouterr().out


def test_it_shows_hosts_effects_recipients_what_is_overwritten_and_the_last_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], provoked: Provoked
) -> None:
    text = (
        'effects = "allow"\nrecipients = ["*@qa.acme.com"]\nproxy = "http://u:s3cr3t-word@proxy.test:3128"\n'
        f'[{POLICY}]\nurl = "https://staging.test/x"\nencodings = ["json"]\n'
        f'[{MAIL}]\nurl = "http://mixed.test/s"\nsoap = ["1.2"]\nvalues = {{ MailRecepcion = "pagos@qa.acme.com" }}\n'
        f'[{UPDATE}]\nwsdl = "http://link.test/s?wsdl"\n'
    )
    with guarded(names()) as seen:
        told = shown(tmp_path, text, capsys)
    provoked(seen, asked={"staging.test", "mixed.test", "link.test"})
    assert seen.local == []
    proxied = "; by the proxy http://u:•••@proxy.test:3128"
    for line in (
        f"{POLICY}: https://staging.test/x; staging.test: 192.0.2.1 (a private network){proxied}",
        f"{MAIL}: http://mixed.test/s; mixed.test: 127.0.0.1 (this machine), 192.0.2.1 (a private network){proxied}",
        f"{UPDATE}: http://link.test/s?wsdl; link.test: 169.254.169.254 (link-local){proxied}",
        "effects: allowed; accepted requests write data, the last one is the baseline",
        f"{POLICY}: 1 requests that should be accepted; the tenant's earlier collection policy was overwritten",
        f"{POLICY}: the last request is x00001, the baseline in json",
        f"{MAIL}: the last request is x00002, the baseline in soap-1.2",
        "recipients that the target file allows: *@qa.acme.com",
        "qa.acme.com (1)",
        "planned once its WSDL is read, which a dry run does not do",
    ):
        assert line in told
    assert "s3cr3t-word" not in told


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("127.0.0.1", "127.0.0.1 (this machine)"),
        ("localhost", "127.0.0.1 (this machine)"),
        ("8.8.8.8", "8.8.8.8 (public)"),
        ("10.1.2.3", "10.1.2.3 (a private network)"),
        ("unknown.test", "its name does not resolve here"),
    ],
)
def test_it_says_where_a_host_is(
    host: str, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], provoked: Provoked
) -> None:
    with guarded(names()) as seen:
        told = shown(tmp_path, f'effects = "allow"\n[{POLICY}]\nurl = "http://{host}/x"\n', capsys)
    provoked(seen, asked={"unknown.test"})
    assert f"http://{host}/x; {host}: {kind}" in told
    assert "by the proxy" not in told


def test_what_a_run_would_refuse_it_refuses_after_it_has_shown_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], provoked: Provoked
) -> None:
    with guarded(names()) as seen, pytest.raises(ConformanceError, match=r"staging\.test is not this machine"):
        shown(tmp_path, f'[{POLICY}]\nurl = "http://staging.test/x"\n', capsys)
    provoked(seen, asked={"staging.test"})
    told = capsys.readouterr().out
    assert "http://staging.test/x; staging.test: 192.0.2.1" in told
    assert "effects: not allowed: only loopback hosts are sent to" in told


def test_the_last_request_within_a_budget_is_the_baseline_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f'budget = {{ requests = 30 }}\n[{POLICY}]\nurl = "http://127.0.0.1:9/x"\n'
    told = shown(tmp_path, text, capsys, depth="quick")
    assert f"{POLICY}: the last request is x00030, the baseline in form" in told
    assert "cases left out by the budget of 30 requests" in told
