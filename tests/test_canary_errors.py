"""A secret in a place of the target file where it is a mistake: the message names the key, never the value."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.errors import ConformanceError
from conformance.run import binding, execution
from conformance.run.options import Options
from conformance.run.setup import set_up
from conformance.target.secrets import MASK
from tests.canary.search import traces

SECRET = "Kqzvxw-Canary_JYVQZK"
REST = '[collection-policy]\nurl = "http://127.0.0.1:9/api"\n'
MAIL = '[envio-correo]\nurl = "http://127.0.0.1:9/s.asmx"\n'
UPDATE = '[actualizar-correo]\nurl = "http://127.0.0.1:9/c"\n'
MISTAKES = {
    "a url without a scheme": '[collection-policy]\nurl = "${S}"\n',
    "a url of another scheme": '[collection-policy]\nurl = "ftp://${S}/"\n',
    "a scheme": '[collection-policy]\nurl = "${S}://h/"\n',
    "a password in a url": '[collection-policy]\nurl = "http://qa:${S}@127.0.0.1:9/"\n',
    "a port": '[collection-policy]\nurl = "http://127.0.0.1:${S}/"\n',
    "a host elsewhere": '[collection-policy]\nurl = "http://${S}.example/api"\n',
    "a mail address that somebody has": f'{REST}values = {{ Email = "${{S}}@mail.com" }}\n',
    "a domain that somebody has": f'{REST}values = {{ Email = "qa@${{S}}.com" }}\n',
    "an authority that is not there": f'tls = {{ ca = "${{S}}.pem" }}\n{REST}',
    "a certificate that is not there": f'tls = {{ client_cert = ["${{S}}.pem", "${{S}}.key"] }}\n{REST}',
    "effects": f'effects = "${{S}}"\n{REST}',
    "a proxy": f'proxy = "${{S}}"\n{REST}',
    "a proxy of another scheme": f'proxy = "gopher://u:${{S}}@h"\n{REST}',
    "a command": f'credential = {{ command = "/${{S}}/token ${{S}}" }}\n{REST}headers = {{ X = "${{CREDENTIAL}}" }}\n',
    "a command with quotes that do not match": (
        f'credential = {{ command = "\'${{S}}" }}\n{REST}headers = {{ X = "${{CREDENTIAL}}" }}\n'
    ),
    "an encoding": f'{REST}encodings = ["${{S}}"]\n',
    "enforcement": f'{REST}enforcement = "${{S}}"\n',
    "a header with the end of a line": f'{REST}headers = {{ X-Own = "${{S}}\\n1" }}\n',
    "a value of another type": f'{REST}values = {{ DaysUncollectibleDebt = "${{S}}", Unknown = "${{S}}" }}\n',
    "values that are no table": f'{REST}values = "${{S}}"\n',
    "a kind of auth": f'{MAIL}auth = {{ kind = "${{S}}", username = "${{S}}" }}\n',
    "a version of SOAP": f'{MAIL}soap = ["${{S}}"]\n',
    "a profile": f'{MAIL}profiles = ["${{S}}"]\n',
    "a refusal": f'{MAIL}refusal = {{ any = ["${{S}}"] }}\n',
    "a WSDL that is no file": f'{UPDATE}wsdl = "${{S}}.wsdl"\n',
    "a WSDL elsewhere": f'{UPDATE}wsdl = "http://${{S}}.example/?wsdl"\n',
    "an item": f'{UPDATE}wsdl = "x.wsdl"\ndocumentos = [ {{ tipo = "${{S}}", numero = "${{S}}" }} ]\n',
}


def carried_out(path: Path, out: Path) -> None:
    prepared = set_up(Options(target=path, depth="smoke", out=out), {"S": SECRET})
    run = execution.Run(prepared, prepared.items, narrowed=False)
    try:
        run.start()
        run.finish()
    finally:
        run.close()


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_message_names_the_key_and_not_the_value(
    mistake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("S", SECRET)
    path = tmp_path / "t.toml"
    path.write_text(MISTAKES[mistake], "utf-8")
    with pytest.raises(ConformanceError) as caught:
        carried_out(path, tmp_path / "run")
    assert traces(str(caught.value)) == set()
    assert "t.toml" in str(caught.value) or MASK in str(caught.value) or "credential.command" in str(caught.value)
    for file in (tmp_path / "run").rglob("*"):
        assert not file.is_file() or traces(file.read_bytes()) == set(), file.name


@pytest.mark.parametrize("mistake", [name for name, text in MISTAKES.items() if "wsdl" in text])
def test_so_does_bind(mistake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S", SECRET)
    path = tmp_path / "t.toml"
    path.write_text(MISTAKES[mistake], "utf-8")
    with pytest.raises(ConformanceError) as caught:
        binding.told(path)
    assert traces(str(caught.value)) == set()


def test_the_search_would_find_it() -> None:
    assert traces(f"t.toml: url: {SECRET} is no address") == {"kqzvxw", "jyvqzk"}
