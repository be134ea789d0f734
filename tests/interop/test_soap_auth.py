"""Who asks: against a server that really checks it the right password conforms, a wrong one leaves everything open.

Whatever the server says back, neither password gets into a file of the run, in no way of writing it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from werkzeug.test import Client

from conformance.model import Level, Outcome
from tests.interop.soap_checking import SERVICE, UPDATE, Checked, check, documents
from tests.interop.soap_gate import TYPES, USER, WSSE, WSU, Gate, Guarded, guarded

RIGHT, WRONG = "Zanahoria42", "Berenjena77"
SPECIAL = "&<ñ'\" +%"
"""Behind the password: whatever is written of it in XML, JSON or a URL, the letters before stay as they are."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way to say who asks: the gate, the lines of the target file, and what may stand in a password there."""

    gate: str
    line: str
    special: str = SPECIAL


BASIC = Way("basic", 'auth = { kind = "basic", username = "qa", password = "${CLAVE}" }')
TEXT = Way("text", 'auth = { kind = "wsse", username = "qa", password = "${CLAVE}" }')
DIGEST = Way("digest", 'auth = { kind = "wsse", username = "qa", password = "${CLAVE}", digest = true }')
REFUSED = 'refusal = { any = { codigo = "!= 0" } }'
FIELDS = Way("fields", f'auth = {{ kind = "fields", username = "qa", password = "${{CLAVE}}" }}\n{REFUSED}', "&ñ'\" +%")
HEADER = Way("header", 'headers = { X-Correo-Token = "${CLAVE}" }', "&-'+%")
WAYS = {
    "basic": (UPDATE, BASIC, "1.1"),
    "basic, no WSDL": (SERVICE, BASIC, "1.2"),
    "UsernameToken, text": (UPDATE, TEXT, "1.2"),
    "UsernameToken, digest": (UPDATE, DIGEST, "1.1"),
    "UsernameToken, digest, no WSDL": (SERVICE, DIGEST, "1.2"),
    "members of the message": (UPDATE, FIELDS, "1.2"),
    "a header": (UPDATE, HEADER, "1.1"),
}
"""Title → service, way, version."""


def asked(folder: Path, name: str, password: str, *, versions: str = "", depth: str = "quick") -> tuple[Checked, Gate]:
    service, way, version = WAYS[name]
    gate = Gate(RIGHT + way.special)
    with guarded(service, way.gate, gate) as url:
        where = f'wsdl = "{url}?wsdl"\n{documents()}' if service == UPDATE else f'url = "{url}"\n'
        section = f"{where}soap = [{versions or repr(version)}]\n{way.line}\n"
        return check(folder, section, service=service, depth=depth, CLAVE=password + way.special), gate


@pytest.mark.parametrize("name", WAYS)
def test_the_right_password_conforms_and_is_written_nowhere(name, tmp_path):
    checked, gate = asked(tmp_path, name, RIGHT)
    assert checked.report.exit_status == 0, checked.report.sentence
    assert not checked.rules(Outcome.FAILED, Outcome.CANT_TELL, Outcome.UNTESTED, level=Level.MUST)
    assert not checked.rules(Outcome.FAILED, level=Level.SHOULD)
    assert (len(gate.heard) > 0) is (WAYS[name][1] is DIGEST)
    assert not list(leaks(checked.out, RIGHT, gate.heard))


@pytest.mark.parametrize("name", WAYS)
def test_a_wrong_password_leaves_everything_open_and_is_written_nowhere(name, tmp_path):
    checked, gate = asked(tmp_path, name, WRONG)
    assert checked.report.exit_status == 6, checked.report.sentence
    for level in Level:
        assert not checked.rules(Outcome.FAILED, level=level)
        assert not {rule for rule in checked.rules(Outcome.PASSED, level=level) if rule.startswith("request/")}
    assert not list(leaks(checked.out, WRONG, gate.heard))


@pytest.mark.nightly
@pytest.mark.parametrize("name", WAYS)
def test_so_it_is_in_both_versions_and_with_more_messages(name, tmp_path):
    both = '"1.1", "1.2"'
    checked, gate = asked(tmp_path / "right", name, RIGHT, versions=both, depth="deep")
    assert checked.report.exit_status == 0, checked.report.sentence
    assert not list(leaks(checked.out, RIGHT, gate.heard))
    checked, gate = asked(tmp_path / "wrong", name, WRONG, versions=both, depth="standard")
    assert checked.report.exit_status == 6, checked.report.sentence
    assert not list(leaks(checked.out, WRONG, gate.heard))


def test_the_gate_turns_away_a_token_that_is_old_or_was_there_before():
    gate = Gate(RIGHT)
    client = Client(Guarded(UPDATE, "digest", gate))
    now = datetime.now(UTC)

    def status(nonce: bytes, moment: datetime, password: str = RIGHT) -> int:
        headers = {"Content-Type": "text/xml; charset=utf-8"}
        return client.post("/any", data=envelope(nonce, moment, password), headers=headers).status_code

    let_in, turned_away = 404, 500
    assert status(b"a", now) == let_in
    assert status(b"a", now) == turned_away
    assert status(b"b", now - timedelta(minutes=6)) == turned_away
    assert status(b"c", now + timedelta(minutes=6)) == turned_away
    assert status(b"d", now, WRONG) == turned_away
    assert status(b"e", now - timedelta(minutes=4)) == let_in


def envelope(nonce: bytes, moment: datetime, password: str) -> str:
    """An envelope with a UsernameToken, made by hand."""
    created = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = base64.b64encode(hashlib.sha1(nonce + created.encode() + password.encode()).digest()).decode()
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>'
        f'<w:Security xmlns:w="{WSSE[1:-1]}" xmlns:u="{WSU[1:-1]}"><w:UsernameToken><w:Username>{USER}</w:Username>'
        f'<w:Password Type="{TYPES["digest"]}">{digest}</w:Password>'
        f"<w:Nonce>{base64.b64encode(nonce).decode()}</w:Nonce><u:Created>{created}</u:Created>"
        "</w:UsernameToken></w:Security></s:Header><s:Body/></s:Envelope>"
    )


def leaks(out: Path, secret: str, tokens: Iterable[str] = ()) -> Iterator[str]:
    """Where the secret stands in a file of the run, as it is or inside of anything that was written in base64; tokens
    are what was made of it."""
    files = [path for path in out.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"run.jsonl", "report.json", "report.html", "junit.xml", "evidence.har"}
    sought = [*spellings(secret.encode()), *(token.encode() for token in sorted(tokens)[:40])]
    for path in files:
        content = path.read_bytes()
        yield from (f"{path.name}: {spelt!r}" for spelt in sought if spelt in content)


def spellings(secret: bytes) -> Iterator[bytes]:
    """The secret, and what base64 makes of it, whatever stands before and behind it."""
    yield secret
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + secret)
        # Characters that hold bits of what stands around it are left out.
        yield whole[(0, 2, 3)[before] : (before + len(secret)) * 8 // 6]


def test_a_leak_would_be_found(tmp_path):
    for name in ("report.json", "report.html", "junit.xml", "evidence.har"):
        (tmp_path / name).write_text("")
    for before in range(4):
        pair = base64.b64encode(b"x" * before + RIGHT.encode() + b"yz")
        (tmp_path / "run.jsonl").write_bytes(b'{"body": "' + pair + b'"}')
        assert len(list(leaks(tmp_path, RIGHT))) == 1
    (tmp_path / "run.jsonl").write_text(f"clave {RIGHT}&amp;")
    assert len(list(leaks(tmp_path, RIGHT))) == 1
