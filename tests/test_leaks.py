"""What an attentive reviewer once found in clear: texts cut before they were masked, and a folder named by a secret."""

from __future__ import annotations

import pytest

from conformance.judge import Judge
from conformance.model import Case, Exchange, Expect, Request, Response
from conformance.run import execution
from conformance.run.contracts import all_rules, contracts
from conformance.run.options import Options
from conformance.run.setup import plan, set_up
from conformance.target.records import masked_judgement
from conformance.target.secrets import Secrets

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
    folder = execution._folder(prepared)
    assert folder.parent.name == "reports"
    assert TOKEN[:8] not in folder.name


def test_nothing_is_made_from_a_value_that_is_a_secret(tmp_path):
    (tmp_path / "t.toml").write_text(
        '[collection-policy]\nurl = "http://127.0.0.1:9/"\nvalues = { Email = "${MAIL}", ArMailName = "${NAME}" }\n',
        "utf-8",
    )
    prepared = set_up(Options(target=tmp_path / "t.toml"), {"MAIL": "svc.billing@mail.test", "NAME": "Geheimnis"})
    masks = prepared.target.masks()
    sent = plan(prepared, prepared.items)
    bodies = [masks.mask_bytes(step.case.request.body).decode("utf-8", "replace") for step in sent.steps]
    assert len(bodies) > 100
    assert not any("billing" in body or "sinmieheG" in body for body in bodies)
    # The requests themselves carry the value, masked only where they are written down.
    assert any(b"Geheimnis" in step.case.request.body for step in sent.steps)
