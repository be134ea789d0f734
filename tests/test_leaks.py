"""What attentive reviewers once found in clear: texts cut before they were masked, a folder named by a secret, and a
secret in the escapes of another format than its own."""

from __future__ import annotations

import base64
import html
import json
import re
from pathlib import Path
from urllib.parse import quote_plus, unquote_plus
from xml.sax.saxutils import escape

import pytest

from conformance.judge import Judge
from conformance.model import Case, Exchange, Expect, Request, Response
from conformance.report.writers import FORMATS, known
from conformance.run import execution, folders
from conformance.run.contracts import all_rules, contracts
from conformance.run.options import Options
from conformance.run.setup import plan, set_up
from conformance.target.journal.records import masked_judgement
from conformance.target.secrets import MASK, Secrets
from tests.profiles.wire import Incoming, Outgoing, serving

TOKEN = "s3cr3t-token-of-forty-characters-0123456"
SERVICE = "collection-policy"


def judged(body: bytes):
    request = Request(method="POST", url="http://127.0.0.1/", headers=(), body=b"{}")
    case = Case(
        id="c", service=SERVICE, encoding="json", kind="negative", expect=Expect.REFUSED, title="t", request=request,
        rules=(f"{SERVICE}/request/Email/pattern",),
    )  # fmt: skip
    response = Response(status=200, reason="OK", headers=(("Content-Type", "application/json"),), body=body)
    exchange = Exchange(
        id="x00001", case="c", request=request, response=response, error=None, started="", milliseconds=0
    )
    return Judge(contracts()[SERVICE], all_rules())(case, exchange)


@pytest.mark.parametrize("before", range(90, 160, 7))
def test_a_secret_where_a_text_is_cut_leaves_no_part_of_itself(before):
    body = b'{"success": true, "message": "' + b"x" * before + TOKEN.encode() + b'"}'
    told = repr(masked_judgement(judged(body), Secrets([TOKEN])))
    assert "accepted" in told
    assert TOKEN[:8] not in told


def test_a_secret_with_blanks_in_a_row_is_masked_before_they_are_folded():
    told = repr(
        masked_judgement(judged(b'{"success": true, "message": "pass  word  two"}'), Secrets(["pass  word  two"]))
    )
    assert "accepted" in told
    assert "pass word" not in told


def test_the_folder_of_a_run_is_not_named_by_a_secret(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.toml").write_text(
        'name = "stg-${TOK}"\n[collection-policy]\nurl = "http://127.0.0.1:9/api/CollectionPolicy"\n', "utf-8"
    )
    prepared = set_up(Options(target=tmp_path / "t.toml"), {"TOK": TOKEN})
    folder = folders.folder(None, prepared.target.name, prepared.target.masks())
    assert folder.parent.name == "reports"
    assert TOKEN[:8] not in folder.name


def undone(text: str) -> str:
    """The text, and what a reader has who undoes its escapes and base64, some layers deep."""
    layers = [text]
    for _ in range(4):
        text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
        text = unquote_plus(html.unescape(text.replace('\\"', '"'))).replace("<![CDATA[", "").replace("]]>", "")
        layers.append(text)
    words = (word[: len(word) // 4 * 4] for word in re.findall(r"[A-Za-z0-9+/]{16,}", layers[0]))
    layers += [base64.b64decode(word).decode("utf-8", "replace") for word in words]
    return "\n".join(layers)


def test_nothing_is_made_from_a_value_that_is_a_secret(tmp_path):
    (tmp_path / "t.toml").write_text(
        '[collection-policy]\nurl = "http://127.0.0.1:9/"\nvalues = { Email = "${MAIL}", ArMailName = "${NAME}" }\n',
        "utf-8",
    )
    prepared = set_up(Options(target=tmp_path / "t.toml"), {"MAIL": "svc.billing@mail.test", "NAME": "Geheimnis"})
    masks = prepared.target.masks()
    sent = plan(prepared, prepared.items)
    bodies = [undone(masks.mask_bytes(step.case.request.body).decode("utf-8", "replace")) for step in sent.steps]
    assert len(bodies) > 100
    assert not any(part in body for body in bodies for part in ("billing", "sinmieheG", "Geheimnis", "Gehei"))
    # The requests themselves carry the value, masked only where they are written down.
    assert any(b"Geheimnis" in step.case.request.body for step in sent.steps)


def test_a_value_that_is_a_secret_is_sent_whole_or_not_at_all(tmp_path):
    """Halves of messages, swapped values and quotes, other encodings: what masking would not know again."""
    secret = 'Cobranza "Zañartu", {7}: 日本 \\ 100%'
    (tmp_path / "t.toml").write_text(
        '[collection-policy]\nurl = "http://127.0.0.1:9/"\n'
        'values = { ArMailName = "${NAME}", GrantorTaxId = "${TAX}" }\n',
        "utf-8",
    )
    prepared = set_up(Options(target=tmp_path / "t.toml"), {"NAME": secret, "TAX": 'clave,"}secreta'})
    masks = prepared.target.masks()
    for step in plan(prepared, prepared.items).steps:
        body = undone(masks.mask_bytes(step.case.request.body).decode("utf-8", "replace"))
        for part in ('Cobranza "', "Zañartu", "Za\ufffd", "{7}", "日本", "clave", "secreta"):
            assert part not in body, step.case.id
        if step.case.id.endswith("/malformed/truncated"):
            assert b"GrantorTaxId" not in step.case.request.body


def test_a_value_beyond_latin_1_leaves_the_form_in_latin_1_as_it_is(tmp_path):
    (tmp_path / "t.toml").write_text(
        '[collection-policy]\nurl = "http://127.0.0.1:9/"\nvalues = { GrantorTaxId = "日本€ 2" }\n', "utf-8"
    )
    prepared = set_up(Options(target=tmp_path / "t.toml"), {})
    steps = plan(prepared, prepared.items).steps
    (sent,) = [step.case for step in steps if step.case.id.endswith("/form/envelope/spelling/latin-1")]
    assert quote_plus("日本€ 2").encode() in sent.request.body
    assert b"%D1and%FA" in sent.request.body


NAME = 'Zañartu & <Canario> "siete"'
KEY = "k3y-Canary&<9>+z\\q"
TRACES = ("Zañartu", "Canario", "siete", "k3y", "Canary", "<9>")


def _written(text: str) -> list[str]:
    """The text as a server may write it, in the escapes of some format, or of one inside of another."""
    form, entities = quote_plus(text), "".join(f"&#{ord(char)};" for char in text)
    return [
        escape(text),
        f"<![CDATA[{text}]]>",
        entities,
        "".join(f"&#x{ord(char):X};" for char in text),
        escape(entities),
        escape(json.dumps(text), {'"': "&quot;"}),
        escape(escape(text)),
        form,
        "".join(f"%{byte:02x}" for byte in text.encode()),
        quote_plus(form),
        quote_plus(text, encoding="cp1252"),
        "".join(f"\\u{ord(char):04X}" for char in text),
        escape(text).encode("us-ascii", "xmlcharrefreplace").decode(),
        base64.b64encode(f"q:{text}".encode()).decode(),
    ]


def _echo(incoming: Incoming) -> Outgoing:
    """Accepts everything, and says what it was sent."""
    said = " | ".join(form for text in (NAME, KEY) for form in _written(text))
    echoed = incoming.body.decode("utf-8", "replace")
    header = ("X-Seen", f"{incoming.header('X-Partner')} {quote_plus(NAME)}")
    if "xml" in (incoming.header("Accept") or ""):
        root = contracts()[SERVICE].operation.response.root
        body = f"<{root}><success>true</success><message>{said} {escape(echoed)}</message></{root}>"
        return Outgoing(status=200, headers=(("Content-Type", "application/xml"), header), body=body.encode())
    body = json.dumps({"success": True, "message": f"{said} {echoed}", "messageDetail": [incoming.header("X-Partner")]})
    return Outgoing(status=200, headers=(("Content-Type", "application/json"), header), body=body.encode())


@pytest.mark.parametrize("encoding", ["xml", "form"])
def test_a_secret_is_in_no_artefact_in_the_escapes_of_any_format(tmp_path: Path, encoding: str) -> None:
    with serving(_echo) as server:
        (tmp_path / "t.toml").write_text(
            f'[{SERVICE}]\nurl = "{server.url}"\nencodings = ["{encoding}"]\n'
            'headers = { X-Partner = "${KEY}" }\nvalues = { ArMailName = "${NAME}" }\n',
            "utf-8",
        )
        options = Options(
            target=tmp_path / "t.toml",
            rules=(f"{SERVICE}/envelope/*", f"{SERVICE}/http/*", f"{SERVICE}/request/ArMailName/*"),
            out=tmp_path / "run",
            formats=("all",),
        )
        prepared = set_up(options, {"NAME": NAME, "KEY": KEY})
        run = execution.Run(prepared, prepared.items, narrowed=True)
        try:
            run.start()
            run.finish()
        finally:
            run.close()
        assert any(incoming.header("X-Partner") == KEY for incoming in server.received)
        assert any("Canario" in undone(incoming.body.decode("utf-8", "replace")) for incoming in server.received)
    written = {path.name: path.read_text("utf-8") for path in (tmp_path / "run").rglob("*") if path.is_file()}
    assert {FORMATS[name][0] for name in known(["all"])} | {"run.jsonl"} <= written.keys()
    assert MASK in written["run.jsonl"]
    for name, text in written.items():
        for line in text.splitlines():
            read = undone(line)
            assert [trace for trace in TRACES if trace in read] == [], (name, line[:300])
