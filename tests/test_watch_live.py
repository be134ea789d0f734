"""mitmdump itself, with the addon, between stock clients and the reference.

`.ci/nightly` names the mitmdump of an environment of its own in MITMDUMP, since mitmproxy wants a later Python than the
oldest that we run on; without that the one beside this Python, or on the path. Without any they fail.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
import trustme
import zeep
from werkzeug.serving import make_server
from zeep.transports import Transport

from conformance.reference.answers import served
from conformance.reference.app import Application, path_of, serving
from conformance.run import rendering
from conformance.run.contracts import contracts
from conformance.wsdl.stock import arguments
from tests.watch_support import CLAVE, MAIL, REST, defect_of, message

pytestmark = pytest.mark.nightly


class Proxy:
    """A mitmdump that runs. `said` is what it has printed."""

    def __init__(self, process):
        self.process, self.said = process, []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self.until(r'listening at 127.0.0.1:([0-9]+)')[1]}"

    def _read(self):
        self.said += self.process.stdout

    @property
    def text(self):
        return "".join(self.said)

    def until(self, pattern, times=1):
        """The last of so many matches in what was said, or a failure where it is not said in a minute."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            found = [*re.finditer(pattern, self.text)]
            if len(found) >= times:
                return found[-1]
            assert self.process.poll() is None, self.text
            time.sleep(0.05)
        raise AssertionError(f"{pattern} was not said in a minute: {self.text}")

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait(60)
        self._thread.join(60)
        return self.process.returncode


def program():
    found = (
        os.environ.get("MITMDUMP")
        or shutil.which("mitmdump", path=Path(sys.executable).parent)
        or shutil.which("mitmdump")
    )
    assert found, (
        "no mitmdump: pip install 'billing-conformance[mitmproxy]' on Python 3.12 or later, and name it in MITMDUMP"
    )
    return found


@contextmanager
def proxy(folder, *options):
    addon = subprocess.run(
        [sys.executable, "-m", "conformance.watch"], capture_output=True, text=True, check=True
    ).stdout.strip()
    command = [
        program(),
        "--listen-host",
        "127.0.0.1",
        "--listen-port",
        "0",
        "--set",
        f"confdir={folder / 'mitm'}",
        "-s",
        addon,
    ]
    command += ["--set", f"conformance_out={folder / 'run'}", *options]
    with subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield Proxy(process)
        finally:
            process.kill()


def call(root, version, clave=CLAVE, **changes):
    """What a zeep client sends, whose WSDL came by the same way."""
    contract = served(contracts()[MAIL])
    with requests.Session() as session:
        client = zeep.Client(f"{root}{path_of(contract)}?wsdl", transport=Transport(session=session))
        binding = next(one for one in client.wsdl.bindings if ("12" in str(one)) == (version == "1.2"))
        service = client.create_service(str(binding), f"{root}{path_of(contract)}")
        tree = {**contract.baseline, "Clave": clave, **changes}
        return service.EnvioCorreo(correo=arguments(contract.operation.request, tree))


def verdicts(folder):
    report = json.loads((folder / "run" / "report.json").read_text("utf-8"))
    return report["outcome"], {
        (one["rule"], one["encoding"], one["party"]) for one in report["verdicts"] if one["outcome"] == "failed"
    }


def test_a_zeep_client_and_a_server_that_conform(tmp_path):
    with serving([contracts()[MAIL]]) as url, proxy(tmp_path, "--mode", f"reverse:{url}") as mitm:
        for version in ("1.1", "1.2"):
            assert call(mitm.url, version).RespuestaProduccion.IsValid is True
        mitm.until(r"<< 200 OK", 4)
        assert mitm.end() == 0
    assert verdicts(tmp_path) == ("conforms", set())
    scope = json.loads((tmp_path / "run" / "report.json").read_text("utf-8"))["scope"]["audit"]
    assert scope["exchanges"] == {MAIL: {"soap-1.1": 1, "soap-1.2": 1}}
    assert "the consumer conforms" in mitm.text
    for file in (tmp_path / "run").iterdir():
        text = file.read_text("utf-8")
        assert CLAVE not in text, file
        assert json.dumps(CLAVE)[1:-1] not in text, file


def test_a_server_with_a_defect_is_told_as_it_goes_and_the_client_gets_what_it_said(tmp_path):
    broken = defect_of(REST, "response/data/GrantorTaxId/type:dropped")
    sent = message(REST, "json")
    with serving([contracts()[REST]], broken) as url, proxy(tmp_path, "--mode", f"reverse:{url}") as mitm:
        place = path_of(contracts()[REST])
        behind = requests.post(f"{mitm.url}{place}", data=sent.body, headers=dict(sent.headers), timeout=30)
        straight = requests.post(f"{url}{place}", data=sent.body, headers=dict(sent.headers), timeout=30)
        assert (behind.status_code, behind.content) == (straight.status_code, straight.content)
        requests.post(
            f"{mitm.url}{place}", data=b'{"Email": {}}', headers={"Content-Type": "application/json"}, timeout=30
        )
        mitm.until(rf"conformance: provider: {REST}/response/data/GrantorTaxId/type \[json\]: ")
        mitm.until(rf"conformance: consumer: {REST}/request/Email/type \[json\]: ")
        mitm.end()
    outcome, failed = verdicts(tmp_path)
    assert outcome == "does-not-conform"
    assert (f"{REST}/response/data/GrantorTaxId/type", "json", "provider") in failed
    assert (f"{REST}/request/Email/type", "json", "consumer") in failed


def test_what_was_judged_before_a_kill_is_reported(tmp_path):
    broken = defect_of(REST, "response/data/GrantorTaxId/type:dropped")
    sent = message(REST, "json")
    with serving([contracts()[REST]], broken) as url, proxy(tmp_path, "--mode", f"reverse:{url}") as mitm:
        for _ in range(5):
            requests.post(
                f"{mitm.url}{path_of(contracts()[REST])}", data=sent.body, headers=dict(sent.headers), timeout=30
            )
        mitm.until(r"conformance: provider: .*GrantorTaxId", 5)
        assert mitm.end(signal.SIGKILL) == -signal.SIGKILL
    assert not (tmp_path / "run" / "report.json").exists()
    done = subprocess.run(
        [sys.executable, "-m", "conformance", "report", "run"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (tmp_path / "run" / "report.html").exists(), done.stderr
    assert len(rendering.log_of(tmp_path / "run").records) >= 5
    assert (f"{REST}/response/data/GrantorTaxId/type", "json", "provider") in verdicts(tmp_path)[1]


def test_a_client_of_https_that_trusts_the_proxy_and_the_hosts_that_it_calls_besides(tmp_path):
    """As a mobile app would: a proxy in its settings, its CA certificate installed, and other hosts on its way."""
    authority, other = trustme.CA(), message(REST, "json")
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "server.pem"))
    pem = str(tmp_path / "server.pem")
    server = make_server("127.0.0.1", 0, Application((contracts()[REST],)), threaded=True, ssl_context=(pem, pem))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with (
            proxy(tmp_path, "--set", f"ssl_verify_upstream_trusted_ca={tmp_path / 'ca.pem'}") as mitm,
            requests.Session() as session,
        ):
            session.trust_env = False
            session.proxies, session.verify = {"https": mitm.url}, str(tmp_path / "mitm" / "mitmproxy-ca-cert.pem")
            root = f"https://127.0.0.1:{server.port}"
            for _ in range(3):
                told = session.post(
                    f"{root}{path_of(contracts()[REST])}", data=other.body, headers=dict(other.headers), timeout=30
                )
                assert told.json()["success"] is True
            session.get(f"{root}/another/service?token=words-of-another", timeout=30)
            mitm.until(r"<< 404", 1)
            mitm.end()
    finally:
        server.shutdown()
        server.server_close()
    scope = json.loads((tmp_path / "run" / "report.json").read_text("utf-8"))["scope"]["audit"]
    assert scope["exchanges"] == {REST: {"json": 3}}
    assert [one["exchanges"] for one in scope["unjudged"]] == [1]
    assert all(b"words-of-another" not in file.read_bytes() for file in (tmp_path / "run").iterdir())


def test_a_large_answer_is_streamed_past_the_addon(tmp_path):
    sent = message(REST, "json")
    with (
        serving([contracts()[REST]]) as url,
        proxy(tmp_path, "--mode", f"reverse:{url}", "--set", "stream_large_bodies=100") as mitm,
    ):
        told = requests.post(
            f"{mitm.url}{path_of(contracts()[REST])}", data=sent.body, headers=dict(sent.headers), timeout=30
        )
        assert told.json()["success"] is True
        mitm.until(r"<< 200 OK")
        mitm.end()
    scope = json.loads((tmp_path / "run" / "report.json").read_text("utf-8"))["scope"]["audit"]
    assert {one["reason"] for one in scope["unjudged"]} == {"the recording does not hold the body"}


def test_a_mistake_ends_mitmdump_at_once(tmp_path):
    command = [program(), "--listen-port", "0", "-s", str(Path(rendering.__file__).parents[1] / "watch" / "addon.py")]
    command += ["--set", f"confdir={tmp_path}", "--set", "conformance_target=none.toml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stdout.count("conformance: none.toml") == 1
    assert "Traceback" not in done.stdout + done.stderr
