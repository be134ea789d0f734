"""No message carries an address that somebody could receive mail at, whatever produced it and however it is written.

Two readers look at the same bytes: the guard, and a scanner that was written apart from it.
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlsplit
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.codecs import covered
from conformance.errors import ConformanceError
from conformance.generate.addresses import addresses_in, unsafe
from conformance.generate.plan import cases_of, plan_of
from conformance.generate.subject import Subject
from conformance.model import Request
from conformance.reference.service import State, answer
from conformance.resources import cases_dir
from conformance.rules import rules_of
from conformance.run import execution
from conformance.run.contracts import contracts
from conformance.run.options import Options
from conformance.run.setup import bind_all, plan, set_up
from conformance.target.guard import Refused, check_plan, check_send
from tests.message_scanner import Found, asked_of, deliverable, domain_of, scanned
from tests.profiles.wire import Incoming, Outgoing, Served, serving
from tests.target_support import request, target
from tests.test_emit_any import contracts as any_contracts
from tests.xml_words import constraint, member

POLICY, MAIL, UPDATE = "collection-policy", "envio-correo", "actualizar-correo"
HERE = "http://127.0.0.1:1/x"


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


DISGUISED = {
    "plain": "jefe@acme.com",
    "in capitals": "JEFE@ACME.COM",
    "with a display name": "Jefe <jefe@acme.com>",
    "a quoted local part": '"el jefe"@acme.com',
    "a comment in it": "jefe@(aqui)acme.com",
    "a comment at its end": "jefe@acme.com(example.com)",
    "a comment in a comment": "jefe@((aqui) y (alla))acme.com",
    "a word with escapes": "=?utf-8?q?jefe=40acme=2Ecom?=",
    "blanks around": "jefe @ acme . com",
    "a folded line": "jefe@\r\n acme.com",
    "an address of a machine": "jefe@[10.0.0.1]",
    "an IPv6 address of a machine": "jefe@[IPv6:2001:db8::1]",
    "no dot in the domain": "root@localhost",
    "letters beyond ASCII": "jefe@bücher.com",
    "punycode": "jefe@xn--bcher-kva.com",
    "full width": "jefe＠ａｃｍｅ．ｃｏｍ",
    "an ideographic full stop": "jefe@acme。com",
    "a source route": "@acme.com:qa@example.com",
    "a percent sign": "jefe%acme.com@localhost",
    "a link": "mailto:jefe@acme.com?subject=x",
    "a link with a copy": "mailto:qa@example.com?bcc=jefe@acme.com",
    "a list": "qa@example.com, jefe@acme.com",
    "a list with semicolons": "qa@example.com;jefe@acme.com",
    "a group": "todos: qa@example.com, jefe@acme.com;",
    "markup that is not closed": "jefe@<b>acme.com",
    "markup around the domain": "jefe@<b>acme.com</b>",
    "markup without a name": "jefe@<>acme.com",
    "below a domain that is nobody's": "jefe@example.com.acme.com",
    "like a domain that is nobody's": "jefe@notexample.com",
    "a NUL behind": "jefe@acme.com\0.example.com",
    "a line of a head": "Factura 1\r\nBcc: jefe@acme.com",
    "a line of a head without a return": "Factura 1\nCc:jefe@acme.com",
    "a percent escape": "jefe%40acme.com",
    "two percent escapes": "jefe%2540acme.com",
    "a reference": "jefe&#64;acme.com",
    "a reference of a reference": "jefe&amp;#x40;acme.com",
    "a named reference": "jefe&commat;acme.com",
    "an escape": "jefe\\u0040acme.com",
    "a comment of XML": "jefe<!-- x -->@acme.com",
    "a CDATA section": "jefe<![CDATA[@acme.com]]>",
    "markup": "<b>jefe</b>@acme.com",
    "an address in an attribute": '<a href="mailto:jefe@acme.com">x</a>',
    "base64": base64_of("jefe@acme.com"),
    "base64 of a document": base64_of("<Invoice><Mail>jefe@acme.com</Mail></Invoice>"),
    "base64 of UTF-16": base64.b64encode("a jefe@acme.com".encode("utf-16")).decode(),
    "base64 for addresses": base64.urlsafe_b64encode("¿qué?>>> jefe@acme.com".encode()).decode(),
    "base64 of base64": base64_of(base64_of("jefe@acme.com")),
    "base64 of a percent escape": base64_of("jefe%40acme.com"),
    "base64 behind a label": "data:text/plain;base64," + base64_of("jefe@acme.com"),
    "an encoded word": f"=?utf-8?B?{base64_of('jefe@acme.com')}?=",
    "the name of a file": "jefe@acme.com.pdf",
}

WAYS = {
    "json": lambda text: json.dumps({"Email": text, "Flag": True}).encode(),
    "json as it is": lambda text: json.dumps({"Email": text}, ensure_ascii=False).encode(),
    "json in UTF-16": lambda text: json.dumps({"Email": text}, ensure_ascii=False).encode("utf-16"),
    "xml": lambda text: f"<r><Email>{escape(text)}</Email><Flag>true</Flag></r>".encode(),
    "xml in CDATA": lambda text: f"<r><Email><![CDATA[{text.replace(']]>', '')}]]></Email></r>".encode(),
    "form": lambda text: f"Email={quote(text, safe='')}&Flag=true".encode(),
    "a name": lambda text: json.dumps({text: True}).encode(),
    "an attribute": lambda text: f"<r Email='{escape(text, {chr(39): '&apos;'})}'/>".encode(),
    "a broken json": lambda text: b'{"Email": ' + json.dumps(text).encode(),
    "a broken xml": lambda text: f"<r><Email>{escape(text)}".encode(),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("disguise", DISGUISED)
def test_no_disguise_passes_the_guard(disguise: str, way: str) -> None:
    sent = request(HERE, WAYS[way](DISGUISED[disguise]))
    with pytest.raises(Refused, match="somebody could receive mail at"):
        check_send(sent, target(HERE))


@pytest.mark.parametrize("disguise", [name for name, text in DISGUISED.items() if text.isprintable()])
def test_no_disguise_passes_in_a_header_or_an_address(disguise: str) -> None:
    text = DISGUISED[disguise]
    for sent in (request(HERE, b"", (("X-To", text),)), request(f"{HERE}?to={quote(text, safe='')}", b"")):
        with pytest.raises(Refused):
            check_send(sent, target(HERE))


HARMLESS = [
    "a <b",
    "a <b c> d",
    "5 < x and y > 3",
    "<b>cobranza</b>",
    "a &lt;b",
    "R&D <norte>",
    "a@",
    "5 % @",
    "Cobranza <cobranza@mail.test>",
    "cobranza@mail.test <b",
    base64_of("<Invoice/>"),
    base64_of("cobranza@mail.test"),
    base64.b64encode(bytes(range(256)) * 9).decode(),
    base64.b64encode(b"%PDF-1.4\n\xe2\xe3\xcf\xd3 jefe@x").decode(),
    "Ñandú@",
    "x" * 5000,
]


@pytest.mark.parametrize("way", [name for name in WAYS if name != "xml in CDATA"])
@pytest.mark.parametrize("text", HARMLESS, ids=range(len(HARMLESS)))
def test_a_text_without_an_address_is_sent(text: str, way: str) -> None:
    check_send(request(HERE, WAYS[way](text)), target(HERE))


@pytest.mark.parametrize(
    "text",
    [
        "R&D <norte> y <sur",
        "<![CDATA[ <!-- ",
        *(pytest.param(text, marks=pytest.mark.nightly) for text in ("a <b", "5 < x", "x</b>")),
    ],
)
def test_a_value_of_the_target_with_a_mark_of_xml_can_be_sent_in_every_message(text: str, tmp_path: Path) -> None:
    told = json.dumps(text)
    (tmp_path / "t.toml").write_text(
        f'[{POLICY}]\nurl = "{HERE}"\nvalues = {{ ArMailName = {told} }}\n'
        f'[{MAIL}]\nurl = "{HERE}"\nvalues = {{ NombreDocumento = {told}, RazonSocialFacturador = {told} }}\n',
        "utf-8",
    )
    prepared = bind_all(set_up(Options(target=tmp_path / "t.toml", depth="quick"), {}), None)
    made = plan(prepared, prepared.items)
    check_plan(made, prepared.target)
    assert sum(escape(text).encode() in step.case.request.body for step in made.steps) > 50


PIECES = st.sampled_from(
    (
        *("jefe", "qa", "acme", ".com", "acme.com", "example.com", "mail.test", "ñ", "Bcc: ", "mailto:", "[10.0.0.1]"),
        *("@", "@", "＠", "%40", "%2540", "&#64;", "&amp;#64;", "\\u0040", ".", "。", "(c)", " ", "\r\n", '"'),
        *("<", ">", "<b>", "</b>", "<!-- x -->", "&lt;", "&gt;", ",", ";", ":", "!", "%", "=", "&", "/"),
        *(base64_of("jefe@acme.com"), base64_of("a@mail.test")),
    )
)


@given(st.lists(PIECES, max_size=9).map("".join), st.sampled_from(sorted(WAYS)))
@settings(max_examples=settings().max_examples * 3)
def test_what_the_scanner_would_deliver_the_guard_does_not_send(text: str, way: str) -> None:
    body = WAYS[way](text)
    found = [address for address in scanned(b"POST / HTTP/1.1\r\n\r\n" + body).addresses if deliverable(address)]
    if found:
        assert unsafe(addresses_in(body)), found


def raw(sent: Request) -> bytes:
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.headers)
    return f"{sent.method} {sent.url}\r\n{head}\r\n".encode("utf-8", "replace") + sent.body


def reaching(found: Found, recipients: frozenset[str] = frozenset()) -> set[str]:
    """Addresses in what was found that somebody would receive mail at."""
    return {one for one in found.addresses if deliverable(one) and domain_of(one) not in recipients}


MAILBOX = member(
    "Correo", "string", constraint("required"), constraint("pattern", pattern=r"^[a-z]+@[a-z]+\.[a-z]{2,4}$")
)
COMPANY = member(
    "Empresa", "string", constraint("required"), constraint("pattern", pattern=r"^[a-z]{1,9}@[a-z]{1,9}\.com$")
)
LISTED = member("Avisos", "list", item=member("string", "string", constraint("data-type", text="EmailAddress")))


def spelt(field, place=0):
    """The member under a name that every encoding can write, whatever it was called."""
    fields = tuple(spelt(one, number) for number, one in enumerate(field.fields))
    item = spelt(field.item) if field.item is not None else None
    return replace(field, name=f"Miembro{place}", fields=fields, item=item)


@given(any_contracts(), st.sampled_from([(COMPANY,), (MAILBOX,), (LISTED,), (MAILBOX, LISTED)]))
@settings(max_examples=max(5, settings().max_examples // 12))
def test_no_plan_for_any_contract_has_an_address_that_is_somebodys(contract, more) -> None:
    operation = contract.operation
    fields = (*(spelt(one, place) for place, one in enumerate(operation.request.fields)), *more)
    message = replace(operation.request, root="Root", fields=fields)
    contract = replace(contract, operation=replace(operation, request=message))
    rules = {rule.id: rule for rule in rules_of(contract, covered(contract))}
    for name in covered(contract):
        subject = Subject(contract=contract, encoding=contract.encoding(name), url=HERE, values={})
        cases = cases_of(subject, "quick", rules, cases_dir())
        made = plan_of(cases, rules, frozenset((rule, name) for rule in rules), subjects=[subject])
        check_plan(made, target(HERE))
        for step in made.all_steps():
            found = scanned(raw(step.case.request))
            assert reaching(found) == set(), step.case.id
            assert found.headers == frozenset(), step.case.id


def test_an_example_case_with_an_address_that_is_somebodys_is_not_sent(tmp_path: Path) -> None:
    contract = contracts()[POLICY]
    rules = {rule.id: rule for rule in rules_of(contract, covered(contract))}
    text = (
        '[[case]]\ntitle = "A real one"\nstory = "Somebody put in an address that they use."\n'
        f'rule = "{POLICY}/request/Email/pattern"\nexpect = "refused"\nencodings = ["json", "xml", "form"]\n'
    )
    for place, change in (
        ("set", 'set = { Email = "jefe@acme.com" }\n'),
        ("inside", 'set = { ArMailName = "Jefe <jefe@acme.com>" }\n'),
        ("body", 'body = \'{"Email": "jefe\\u0040acme.com"}\'\n'),
    ):
        folder = tmp_path / place
        (folder / POLICY).mkdir(parents=True)
        (folder / POLICY / "own.toml").write_text(text + change, "utf-8")
        for name in ("json", "xml", "form"):
            subject = Subject(contract=contract, encoding=contract.encoding(name), url=HERE, values={})
            cases = cases_of(subject, "quick", rules, folder)
            made = plan_of(cases, rules, frozenset((rule, name) for rule in rules), subjects=[subject])
            with pytest.raises(Refused, match=rf"{POLICY}/{name}/example/own\.toml#1: .*could receive"):
                check_plan(made, target(HERE))
            check_plan(made, target(HERE, recipients=("*@acme.com",)))


@pytest.mark.parametrize(
    "row",
    [
        '{ NombreArchivo = "a.xml", Archivo = "' + base64_of("<Invoice><Mail>jefe@acme.com</Mail></Invoice>") + '" }',
        '{ NombreArchivo = "jefe@acme.com", Archivo = "eA==" }',
    ],
)
def test_an_attachment_that_holds_an_address_needs_leave(row: str, tmp_path: Path) -> None:
    text = f'[{MAIL}]\nurl = "{HERE}"\nvalues = {{ Adjuntos = [{row}] }}\n'
    (tmp_path / "t.toml").write_text(text, "utf-8")
    with pytest.raises(ConformanceError, match=r"jefe@acme\.com.*add it to recipients"):
        set_up(Options(target=tmp_path / "t.toml"), {})
    (tmp_path / "t.toml").write_text(f'recipients = ["*@acme.com"]\n{text}', "utf-8")
    prepared = bind_all(set_up(Options(target=tmp_path / "t.toml", depth="quick"), {}), None)
    check_plan(plan(prepared, prepared.items), prepared.target)


def everything(incoming: Incoming) -> bytes:
    head = "".join(f"{name}: {value}\r\n" for name, value in incoming.headers)
    return f"{incoming.method} {incoming.path}\r\n{head}\r\n".encode("utf-8", "replace") + incoming.body


def run_against_all(folder: Path, depth: str, head: str, values: dict[str, str]) -> Served:
    """A whole run over every service of the suite, at one server that keeps what it receives."""
    states = dict.fromkeys(contracts(), State())
    paths = {f"/{urlsplit(one.operation.path).path.lstrip('/')}": name for name, one in contracts().items()}

    def reply(incoming: Incoming) -> Outgoing:
        service = paths[urlsplit(incoming.path).path]
        url = f"http://{incoming.header('Host')}{incoming.path}"
        came = Request(method=incoming.method, url=url, headers=incoming.headers, body=incoming.body)
        response, states[service] = answer(contracts()[service], came, states[service])
        headers = tuple(pair for pair in response.headers if pair[0].lower() != "content-length")
        return Outgoing(status=response.status, headers=headers, body=response.body)

    with serving(reply) as server:
        root = "http://" + urlsplit(server.url).netloc
        sections = [
            f'[{name}]\nurl = "{root}{path}"\n'
            + (f'wsdl = "{root}{path}?wsdl"\n' if name == UPDATE else "")
            + values.get(name, "")
            for path, name in paths.items()
        ]
        (folder / "t.toml").write_text(head + "\n".join(sections), "utf-8")
        prepared = set_up(Options(target=folder / "t.toml", depth=depth, out=folder / "run", workers=4), {})
        run = execution.Run(prepared, prepared.items, narrowed=False)
        try:
            run.start()
            run.finish()
        finally:
            run.close()
    assert run.report is not None
    assert run.report.exit_status == 0
    return server


OWN_VALUES = {
    POLICY: 'values = { Email = "pagos@qa.acme.com", ArMailName = "Cobros <norte> & b" }\n',
    MAIL: 'values = { MailRecepcion = "qa@qa.acme.com", server = "smtp.qa.acme.com", RutaArchivo = "/srv/facturas" }\n'
    'auth = { kind = "wsse", username = "qa", password = "p4ssw0rd", digest = true }\n',
    UPDATE: 'auth = { kind = "basic", username = "qa@acme.com", password = "p4ssw0rd" }\n',
}


@pytest.mark.parametrize(
    "depth",
    [
        "smoke",
        pytest.param("quick", marks=pytest.mark.nightly),
        pytest.param("standard", marks=pytest.mark.nightly),
        pytest.param("deep", marks=pytest.mark.nightly),
    ],
)
def test_everything_that_a_server_receives_in_a_run_reaches_nobody(depth: str, tmp_path: Path) -> None:
    server = run_against_all(tmp_path, depth, 'recipients = ["*@qa.acme.com"]\n', OWN_VALUES)
    actions = {encoding.action for one in contracts().values() for encoding in one.operation.encodings}
    assert len({everything(one) for one in server.received}) > (4 if depth == "smoke" else 400)
    given = {"qa.acme.com"}
    for incoming in server.received:
        # The account that the target file names is in a header of its own, and no recipient.
        kept = replace(incoming, headers=tuple(pair for pair in incoming.headers if pair[0] != "Authorization"))
        found = scanned(everything(kept))
        assert reaching(found, frozenset(given)) == set(), incoming.body[:500]
        assert found.headers == frozenset()
        assert found.outside == frozenset()
        # What a server that follows what it is sent would ask: nothing but what the target file names.
        places = {place for place in found.places if place not in actions and asked_of(place) != "127.0.0.1"}
        assert places - {"127.0.0.1"} == set()


def test_the_scanner_sees_what_it_is_for() -> None:
    for name, text in DISGUISED.items():
        found = scanned(b"POST / HTTP/1.1\r\n\r\n" + WAYS["xml"](text))
        assert reaching(found) or name in {"a percent sign", "a comment in it", "a CDATA section"}, name
    lured = scanned(b"POST / HTTP/1.1\r\n\r\n<r><a>http://evil.test/x</a><b>\\\\evil\\x</b><c>x\r\nBcc: y</c></r>")
    assert {"http://evil.test/x", "\\\\evil\\"} <= lured.places
    assert lured.headers
    assert scanned(b"P /\r\n\r\n<!DOCTYPE r SYSTEM 'http://evil.test/x'><r/>").outside
