"""The addon as mitmproxy loads it, with flows shaped as mitmproxy's; tests/test_watch_live.py has real ones."""

from __future__ import annotations

import base64
import gzip
import importlib.util
import logging
import subprocess
import sys
from collections.abc import Sequence
from types import SimpleNamespace

import brotli
import pytest

from conformance.traffic.files.flow import recorded
from conformance.traffic.recording import body_of
from tests.watch_support import REST, message

BEGUN = 1772359200.0


class Headers(SimpleNamespace):
    @staticmethod
    def of(*pairs):
        return Headers(fields=tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs))


def flow_of(body=b'{"success": true}', *, asked=b"{}", headers=(), status=200, error=None, answered=True, **request):
    told = {"host": "api.example", "url": "https://api.example/x", "pretty_url": "https://front.example/x"} | request
    return SimpleNamespace(
        request=SimpleNamespace(
            method="POST",
            headers=Headers.of(("Content-Type", "application/json"), *told.pop("headers", ())),
            raw_content=asked,
            timestamp_start=BEGUN,
            **told,
        ),
        response=SimpleNamespace(
            status_code=status,
            reason="OK",
            http_version="HTTP/1.1",
            headers=Headers.of(("Content-Type", "application/json"), *headers),
            raw_content=body,
            timestamp_end=BEGUN + 0.25,
        )
        if answered
        else None,
        error=SimpleNamespace(msg=error) if error else None,
    )


def test_an_exchange_is_told_as_it_went_by():
    told = recorded(flow_of())
    assert (told.request.method, told.request.url, told.request.kept) == ("POST", "https://api.example/x", "bytes")
    assert (told.response.status, told.response.reason, told.response.body) == (200, "OK", '{"success": true}')
    assert told.response.headers == [("Content-Type", "application/json")]
    assert (told.started, told.milliseconds) == ("2026-03-01T10:00:00.000+00:00", 250.0)


@pytest.mark.parametrize(
    ("coding", "pack"),
    [("gzip", gzip.compress), ("br", brotli.compress), ("gzip, br", lambda raw: brotli.compress(gzip.compress(raw)))],
)
def test_content_codings_are_undone_on_both_sides(coding, pack):
    named = (("Content-Encoding", coding),)
    flow = flow_of(pack(b'"\xc3\xb1"'), headers=named, asked=pack(b"[1]"))
    flow.request.headers = Headers.of(*named)
    told = recorded(flow)
    assert (told.request.body, told.response.body) == ("[1]", '"ñ"')
    assert ("Content-Encoding", coding) in told.response.headers


def test_what_is_no_utf_8_is_kept_byte_for_byte():
    told = recorded(flow_of(b"\xff\xfe\x00"))
    assert (told.response.body, base64.b64decode(told.response.body64)) == ("", b"\xff\xfe\x00")
    assert body_of(told.response) == b"\xff\xfe\x00"


def test_what_was_streamed_is_not_there():
    told = recorded(flow_of(None, asked=None))
    assert (told.request.kept, told.response.kept) == ("nothing", "nothing")


def test_a_bomb_is_not_unpacked():
    told = recorded(flow_of(gzip.compress(bytes(32 * 2**20)), headers=(("Content-Encoding", "gzip"),)))
    assert (told.response.kept, told.response.body) == ("nothing", "")


@pytest.mark.parametrize("flow", [flow_of(error="Connection lost."), flow_of(answered=False, error="Connection lost.")])
def test_an_answer_that_did_not_come_to_its_end_is_none(flow):
    told = recorded(flow)
    assert (told.response, told.error) == (None, "Connection lost.")


def test_an_answer_that_does_not_decode_is_none():
    told = recorded(flow_of(b"no gzip", headers=(("Content-Encoding", "gzip"),)))
    assert (told.response, told.error) == (None, "The answer's content coding (gzip) does not decode.")


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("192.0.2.7", "https://front.example/x"),
        ("2001:db8::7", "https://front.example/x"),
        ("a.b", "https://api.example/x"),
    ],
)
def test_the_host_is_the_one_that_was_meant(host, url):
    """In transparent mode a proxy sees an address of IP alone; otherwise what a client puts into Host is not asked."""
    assert recorded(flow_of(host=host)).request.url == url


# --- the hooks --------------------------------------------------------------------------------------------------------


@pytest.fixture
def mitm(monkeypatch, caplog):
    """mitmproxy, as far as the addon knows it: options that were set, and its log."""
    options = SimpleNamespace()
    kinds = {}

    class Loader:
        def add_option(self, name, kind, default, text):
            kinds[name] = kind
            assert text.endswith(".")
            setattr(options, name, getattr(options, name, default))

    monkeypatch.setitem(sys.modules, "mitmproxy", SimpleNamespace(ctx=SimpleNamespace(options=options)))
    caplog.set_level(logging.INFO)

    def start(**given):
        for name, value in given.items():
            setattr(options, name, value)
        path = subprocess.run(
            [sys.executable, "-m", "conformance.watch"], capture_output=True, text=True, check=True
        ).stdout
        spec = importlib.util.spec_from_file_location("__mitmproxy_script__.addon", path.strip())
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        (addon,) = module.addons
        addon.load(Loader())
        addon.configure(set(vars(options)))
        assert kinds["conformance_services"] == Sequence[str]
        return addon

    return start


def policy(**more):
    sent = message(REST, "json")
    names = {"headers": tuple(pair for pair in sent.headers if pair[0] != "Content-Type")}
    return flow_of(asked=sent.body, url=sent.url, host="a.b", **names, **more)


def test_the_addon_tells_failures_and_the_verdict(mitm, tmp_path, caplog):
    addon = mitm(conformance_out=str(tmp_path / "run"), conformance_services=[REST])
    addon.response(policy(body=b'{"success": 7, "data": null}'))
    addon.done()
    texts = [record.getMessage() for record in caplog.records]
    assert texts[0] == f"conformance: judging what goes by; the journal is in {tmp_path / 'run'}"
    assert any(text.startswith(f"conformance: provider: {REST}/response/success/type [json]: ") for text in texts)
    assert texts[-1].endswith(str(tmp_path / "run" / "report.html"))
    assert "does not conform" in texts[-1]
    assert {record.levelno for record in caplog.records} == {logging.INFO, logging.WARNING}


def test_an_exchange_counts_once_whatever_comes_after_its_answer(mitm, tmp_path, caplog):
    addon = mitm(conformance_out=str(tmp_path / "run"))
    whole = policy()
    addon.response(whole)
    whole.error = SimpleNamespace(msg="Client disconnected.")
    addon.error(whole)
    addon.error(policy(answered=False, error="Connection lost."))
    addon.done()
    text = (tmp_path / "run" / "run.jsonl").read_text("utf-8")
    assert text.count('"exchange": {"id"') == 2
    assert "Client disconnected" not in text


def test_the_addon_changes_nothing_of_a_flow(mitm, tmp_path):
    addon = mitm(conformance_out=str(tmp_path / "run"))
    flow = policy(body=b'{"success": "no"}')
    before = repr(flow)
    addon.response(flow)
    addon.error(flow)
    addon.done()
    assert repr(flow) == before


def test_a_flow_that_nobody_expects_is_a_line_and_no_error(mitm, tmp_path, caplog):
    addon = mitm(conformance_out=str(tmp_path / "run"))
    addon.response(SimpleNamespace())
    assert (
        caplog.records[-1].getMessage()
        == "conformance: an exchange could not be read (AttributeError); please report it"
    )
    addon.done()


def test_a_mistake_ends_mitmproxy_at_its_start_with_one_line(mitm, tmp_path, caplog):
    addon = mitm(conformance_out=str(tmp_path / "run"), conformance_target=str(tmp_path / "none.toml"))
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1
    assert "none.toml" in errors[0]
    # mitmproxy is on its way out; until then what goes by is not looked at.
    addon.response(policy())
    addon.done()
    assert not (tmp_path / "run").exists()


def test_the_report_does_not_say_what_options_of_mitmproxy_may_hold(mitm, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["mitmdump", "--set", "upstream_auth=me:words-of-a-password"])
    addon = mitm(conformance_out=str(tmp_path / "run"), conformance_services=[REST], conformance_lang="es")
    addon.done()
    told = (tmp_path / "run" / "report.json").read_text("utf-8")
    command = f"mitmdump -s conformance/watch/addon.py --set conformance_out={tmp_path / 'run'}"
    assert f"{command} --set conformance_services={REST} --set conformance_lang=es" in told
    assert all(b"words-of-a-password" not in file.read_bytes() for file in (tmp_path / "run").iterdir())


def test_options_are_read_once(mitm, tmp_path, caplog):
    addon = mitm(conformance_out=str(tmp_path / "run"))
    addon.configure({"conformance_out", "anticache"})
    assert "conformance_out is read at the start alone" in caplog.records[-1].getMessage()
    addon.done()
