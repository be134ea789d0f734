"""What is secret of a SOAP target, sent back by its server wherever a message or a WSDL has room, is in no artefact."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote_plus, urlsplit
from xml.sax.saxutils import escape

import pytest

from conformance.errors import ConformanceError
from conformance.model import Request
from conformance.reference.service import State, answer
from conformance.report.language import ENGLISH
from conformance.run import binding, execution, rendering, writing
from conformance.run.contracts import contracts
from conformance.run.options import Options
from conformance.run.setup import set_up
from conformance.target.secrets import MASK
from tests.profiles.wire import Incoming, Outgoing, Served, serving
from tests.test_leaks import undone

MAIL, UPDATE = "envio-correo", "actualizar-correo"
KEY = 'Clave-Canario&<9> "Año"'
PASSWORD = "Wachtwoord&<1>é"
WORD = "Wachtwoord-77"
TRACES = ("Canario", "Wachtwoord")
Hook = Callable[[Incoming, Outgoing], Outgoing]


@contextmanager
def reference(service: str, hook: Hook) -> Iterator[tuple[str, Served]]:
    """The reference behind a server that changes its answers; the service's address, and what was received."""
    contract = contracts()[service]
    state = State()

    def reply(incoming: Incoming) -> Outgoing:
        nonlocal state
        url = f"http://{incoming.header('Host')}{incoming.path}"
        request = Request(method=incoming.method, url=url, headers=incoming.headers, body=incoming.body)
        response, state = answer(contract, request, state)
        headers = tuple(pair for pair in response.headers if pair[0].lower() != "content-length")
        return hook(incoming, Outgoing(status=response.status, headers=headers, body=response.body))

    with serving(reply) as server:
        parts = urlsplit(server.url)
        yield f"{parts.scheme}://{parts.netloc}/{urlsplit(contract.operation.path).path.lstrip('/')}", server


def echoing(incoming: Incoming, found: Outgoing) -> Outgoing:
    """All that was sent and all that is secret, in elements, CDATA, references, base64, comments, headers, a WSDL."""
    said = " ".join(form for text in (KEY, PASSWORD) for form in forms(text))
    said += f" {escape(incoming.header('Authorization') or '')}"
    comment = (
        f"<!-- {escape(incoming.body.decode('utf-8', 'replace')).replace('--', '- -')} {said.replace('--', '- -')} -->"
    )
    body = found.body.decode("utf-8", "replace")
    for tag in ("StatusMessage", "faultstring", "mensaje"):
        body = body.replace(f"</{tag}>", f" {said}</{tag}>")
    body = body.replace("<wsdl:types>", f"<wsdl:documentation>{said}</wsdl:documentation><wsdl:types>")
    seen = (("X-Seen", f"{incoming.header('Authorization')} {quote_plus(KEY)} {quote_plus(PASSWORD)}"),)
    return replace(found, headers=(*found.headers, *seen), body=f"{body}{comment}".encode())


def as_it_is(_: Incoming, found: Outgoing) -> Outgoing:
    return found


def forms(text: str) -> list[str]:
    """The text as a server may write it into an element."""
    return [
        escape(text),
        f"<![CDATA[{text}]]>",
        "".join(f"&#{ord(char)};" for char in text),
        "".join(f"&#x{ord(char):X};" for char in text),
        escape(escape(text)),
        quote_plus(text),
        base64.b64encode(text.encode()).decode(),
        base64.b64encode(f"q:{text}".encode()).decode(),
    ]


def ran(tmp_path: Path, text: str, rules: tuple[str, ...]) -> execution.Run:
    """A run over a target file with that text."""
    (tmp_path / "t.toml").write_text(text, "utf-8")
    prepared = set_up(
        Options(target=tmp_path / "t.toml", depth="quick", rules=rules, out=tmp_path / "run"),
        {"KEY": KEY, "PASSWORD": PASSWORD},
    )
    run = execution.Run(prepared, prepared.items, narrowed=True)
    try:
        run.start()
        run.finish()
    finally:
        run.close()
    return run


def kept(folder: Path) -> None:
    """No file in the folder has a trace of a secret, whatever escapes are undone."""
    written = {path.name: path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()}
    assert {"report.json", "report.html", "junit.xml", "evidence.har", "run.jsonl"} <= written.keys()
    assert MASK in written["run.jsonl"]
    for name, text in written.items():
        for line in text.splitlines():
            read = undone(line)
            assert [trace for trace in TRACES if trace in read] == [], (name, line[:200])


@pytest.mark.parametrize("digest", ["false", "true"])
def test_values_and_a_token_of_envio_correo(tmp_path: Path, digest: str) -> None:
    with reference(MAIL, echoing) as (url, server):
        ran(
            tmp_path,
            f'[{MAIL}]\nurl = "{url}"\nvalues = {{ Clave = "${{KEY}}" }}\n'
            f'auth = {{ kind = "wsse", username = "qa", password = "${{PASSWORD}}", digest = {digest} }}\n',
            (f"{MAIL}/request/CodigoEmpresa/type", f"{MAIL}/envelope/malformed"),
        )
        whole = [undone(incoming.body.decode("utf-8", "replace")) for incoming in server.received]
    assert any("Canario" in body for body in whole)
    assert any(("Wachtwoord" in body) == (digest == "false") for body in whole)
    kept(tmp_path / "run")


def test_basic_authentication_and_a_wsdl_that_tells_the_password(tmp_path: Path) -> None:
    with reference(UPDATE, echoing) as (url, server):
        ran(
            tmp_path,
            f'[{UPDATE}]\nwsdl = "{url}?wsdl"\nvalues = {{ facturador = "${{KEY}}" }}\n'
            f'auth = {{ kind = "basic", username = "qa", password = "${{PASSWORD}}" }}\n',
            (f"{UPDATE}/http/wsdl", f"{UPDATE}/request/facturador/*"),
        )
        assert all(incoming.header("Authorization") for incoming in server.received)
    kept(tmp_path / "run")


def test_a_token_goes_to_its_own_service_alone(tmp_path: Path) -> None:
    passwords = {MAIL: "palabra-de-envio", UPDATE: "palabra-de-actualizar"}
    auth = {
        service: f'auth = {{ kind = "wsse", username = "qa", password = "{word}" }}\n'
        for service, word in passwords.items()
    }
    with reference(MAIL, as_it_is) as (mail, first), reference(UPDATE, as_it_is) as (update, second):
        text = f'[{MAIL}]\nurl = "{mail}"\n{auth[MAIL]}[{UPDATE}]\nwsdl = "{update}?wsdl"\n{auth[UPDATE]}'
        ran(tmp_path, text, ("*/envelope/malformed",))
    for own, other, server in ((MAIL, UPDATE, first), (UPDATE, MAIL, second)):
        posted = [incoming.body.decode() for incoming in server.received if incoming.method == "POST"]
        assert any(passwords[own] in body for body in posted)
        assert not any(passwords[other] in body for body in posted)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name="facturador"', f'name="{WORD}" type="xs:string"/><xs:element name="x"'),
        ('value="factura"', f'value="{WORD}"'),
        ('address location="', f'address location="http://other.example.com/{WORD}?'),
        (
            'address location="',
            f'address location="http://other.example.com/{base64.b64encode(b"q:Wachtwoord-77").decode()}?',
        ),
    ],
)
def test_errors_that_quote_a_wsdl_are_masked(tmp_path: Path, old: str, new: str) -> None:
    def told(incoming: Incoming, found: Outgoing) -> Outgoing:
        return replace(found, body=found.body.replace(old.encode(), new.encode()))

    with reference(UPDATE, told) as (url, _):
        auth = f'auth = {{ kind = "basic", username = "u", password = "{WORD}" }}'
        text = f'[{UPDATE}]\nwsdl = "{url}?wsdl"\n{auth}\n'
        with pytest.raises(ConformanceError) as caught:
            ran(tmp_path, text, (f"{UPDATE}/http/*",))
        with pytest.raises(ConformanceError) as bound:
            binding.told(tmp_path / "t.toml")
    for error in (caught, bound):
        assert MASK in str(error.value)
        assert not any(trace in str(error.value) for trace in TRACES)


def test_a_journal_that_was_cut_off_has_no_secret_and_can_be_reported(tmp_path: Path) -> None:
    auth = 'auth = { kind = "wsse", username = "qa", password = "${PASSWORD}" }\n'
    with reference(MAIL, echoing) as (url, _):
        text = f'[{MAIL}]\nurl = "{url}"\nvalues = {{ Clave = "${{KEY}}" }}\n{auth}'
        ran(tmp_path, text, (f"{MAIL}/request/CodigoEmpresa/type",))
    content = (tmp_path / "run" / "run.jsonl").read_bytes()
    killed = tmp_path / "killed"
    killed.mkdir()
    (killed / "run.jsonl").write_bytes(content[: len(content) * 2 // 3])
    log = rendering.log_of(killed)
    report = rendering.report_of(log)
    assert report.exit_status == 6
    writing.written(rendering.material(report, log, ENGLISH), killed, ("json", "html", "junit", "har"))
    kept(killed)
