"""TLS: who is trusted, whom we say we are, and one sentence for each way in which it fails."""

from __future__ import annotations

import re
import socket
import ssl
import threading
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from conformance.target.wire import Wire, WireError
from tests.target_support import OK, raw_server, request, target
from tests.wire_support import resolving, send


@pytest.mark.parametrize(
    ("environ", "changes", "expected"),
    [
        ({}, {}, True),
        ({"SSL_CERT_FILE": "/s"}, {}, "/s"),
        ({"SSL_CERT_FILE": "/s", "REQUESTS_CA_BUNDLE": "/r"}, {}, "/r"),
        ({"REQUESTS_CA_BUNDLE": "/r"}, {"ca": "/t"}, "/t"),
        ({"REQUESTS_CA_BUNDLE": "/r"}, {"ca": "/t", "verify": False}, False),
    ],
)
def test_which_authorities_are_trusted(environ: dict[str, str], changes: dict[str, object], expected: object) -> None:
    assert Wire(target("https://127.0.0.1/", **changes), environ=environ)._verify == expected


def failure(context: ssl.SSLContext, **changes: object) -> WireError:
    with raw_server(OK, context) as server, pytest.raises(WireError) as caught:
        send(server.url, **changes)
    assert all(b"POST" not in received for received in server.received)
    return caught.value


def test_a_certificate_that_nobody_trusts_is_refused(context) -> None:
    error = failure(context)
    assert re.fullmatch(
        r"The certificate of 127\.0\.0\.1:\d+ cannot be verified, for nobody trusts who signed it; "
        r"see tls\.ca in the target file\.",
        str(error),
    )
    assert (error.sent, error.again) == (False, False)


NOW = datetime.now(UTC)


@pytest.mark.parametrize(
    ("names", "dates", "words"),
    [
        (["127.0.0.1"], {"not_after": NOW - timedelta(days=1)}, "has expired."),
        (["127.0.0.1"], {"not_before": NOW + timedelta(days=1)}, "is not valid yet."),
        (["127.0.0.2"], {}, "is for another name; see tls.ca in the target file."),
        (["localhost"], {}, "is for another name; see tls.ca in the target file."),
    ],
)
def test_a_certificate_that_does_not_fit_is_one_sentence(
    authority, certificate, names: list[str], dates: dict[str, datetime], words: str
) -> None:
    issued = authority.issue_cert(*names, **dates)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(made)
    error = failure(made, ca=str(certificate))
    assert re.fullmatch(r"The certificate of 127\.0\.0\.1:\d+ " + re.escape(words), str(error))
    assert not error.sent


def test_a_certificate_that_signs_itself_is_one_sentence(tmp_path, certificate) -> None:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    other = trustme.CA()
    other.issue_cert("127.0.0.1").configure_cert(made)
    assert "cannot be verified; see tls.ca" in str(failure(made, ca=str(certificate)))
    alone = trustme.CA()
    path = tmp_path / "alone.pem"
    path.write_bytes(alone.private_key_pem.bytes() + alone.cert_pem.bytes())
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(path)
    assert "cannot be verified, for nobody trusts who signed it" in str(failure(made, ca=str(certificate)))


def test_tls_of_before_version_1_2_is_one_sentence(context, certificate) -> None:
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    error = failure(context, ca=str(certificate))
    assert re.fullmatch(r"127\.0\.0\.1:\d+ speaks TLS of before version 1\.2 alone\.", str(error))
    assert not error.sent


def test_a_handshake_that_is_cut_off_is_one_sentence() -> None:
    with raw_server(b"", reads=False) as server, pytest.raises(WireError) as caught:
        send(server.url.replace("http:", "https:"))
    assert re.fullmatch(r"127\.0\.0\.1:\d+ cut the (TLS )?connection off\.", str(caught.value))
    assert not caught.value.sent


def test_a_certificate_of_the_target_file_is_trusted(context, certificate) -> None:
    with raw_server(OK, context) as server:
        assert send(server.url, ca=str(certificate)).status == 200
        way = Wire(target(server.url), environ={"SSL_CERT_FILE": str(certificate)})
        assert way.send(request(server.url)).status == 200


def test_a_certificate_for_another_host_is_refused(context, monkeypatch, certificate) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving({"other.test": "127.0.0.1"}))
    with raw_server(OK, context) as server, pytest.raises(WireError, match=r"certificate of other\.test:\d+ is for"):
        send(server.url.replace("127.0.0.1", "other.test"), ca=str(certificate))


def test_without_verification_any_certificate_will_do_and_nothing_warns(context) -> None:
    with raw_server(OK, context) as server:
        assert send(server.url, verify=False).status == 200
    assert server.received[0].endswith(b'Content-Length: 8\r\n\r\n{"a": 1}')


@pytest.fixture
def asking(context, authority) -> ssl.SSLContext:
    """A server that wants a certificate of the client, from the same authority."""
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


@pytest.mark.parametrize("pair", [False, True], ids=["one file", "certificate and key"])
def test_the_certificate_of_the_client_is_shown(asking, certificate, authority, tmp_path, pair: bool) -> None:
    issued = authority.issue_cert("qa.example.com")
    both, cert, key = tmp_path / "both.pem", tmp_path / "cert.pem", tmp_path / "key.pem"
    issued.private_key_and_cert_chain_pem.write_to_path(str(both))
    issued.cert_chain_pems[0].write_to_path(str(cert))
    issued.private_key_pem.write_to_path(str(key))
    shown = (str(cert), str(key)) if pair else str(both)
    with raw_server(OK, asking) as server:
        assert send(server.url, ca=str(certificate), client_cert=shown).status == 200


def other_client(path: Path) -> str:
    trustme.CA().issue_cert("qa.example.com").private_key_and_cert_chain_pem.write_to_path(str(path / "other.pem"))
    return str(path / "other.pem")


def test_a_client_that_shows_no_certificate_or_a_wrong_one_is_told_so(asking, certificate, tmp_path) -> None:
    asking.maximum_version = ssl.TLSVersion.TLSv1_2
    wrong = failure(asking, ca=str(certificate), client_cert=other_client(tmp_path))
    assert "does not take the certificate of the client; see tls.client_cert in the target file." in str(wrong)
    without = failure(asking, ca=str(certificate))
    assert "does not agree on TLS, or wants a certificate of the client; see tls.client_cert" in str(without)
    assert (wrong.sent, without.sent) == (False, False)


@pytest.mark.parametrize("wrong", [False, True], ids=["no certificate", "a wrong one"])
def test_where_tls_asks_later_for_the_client_nothing_is_sent_again(asking, certificate, tmp_path, wrong: bool) -> None:
    # In TLS 1.3 the client has written its request before it hears of it, or finds the connection closed.
    asking.minimum_version = ssl.TLSVersion.TLSv1_3
    error = failure(asking, ca=str(certificate), client_cert=other_client(tmp_path) if wrong else None)
    assert re.search(r"certificate of the client; see tls\.client_cert|cut the (TLS )?connection off", str(error))
    assert (error.sent, error.again) == (True, False)


def test_nobody_is_asked_for_the_pass_phrase_of_a_key(context, certificate, tmp_path) -> None:
    key = load_pem_private_key(certificate.read_bytes(), None)
    locked = tmp_path / "locked.pem"
    encryption = BestAvailableEncryption(b"phrase")
    locked.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
        + b"".join(re.findall(rb"-----BEGIN CERT.*?END CERTIFICATE-----\n", certificate.read_bytes(), re.DOTALL))
    )
    error = failure(context, ca=str(certificate), client_cert=str(locked))
    assert str(error) == "The key of the client certificate is encrypted; see tls.client_cert in the target file."
    assert not error.sent


def test_an_authority_that_is_no_file_is_one_sentence(context) -> None:
    with raw_server(OK, context) as server, pytest.raises(WireError, match="TLS CA certificate bundle") as caught:
        send(server.url, ca="/no/such/file")
    assert not caught.value.sent


def test_a_server_without_tls_is_one_sentence() -> None:
    def answer() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.recv(65536)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(WireError, match=r"^127\.0\.0\.1:\d+ does not speak TLS; is it http\?$") as caught:
            send(f"https://127.0.0.1:{listener.getsockname()[1]}/")
        thread.join(10)
    assert not caught.value.sent
