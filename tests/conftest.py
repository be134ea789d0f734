"""The head of a test run says whether the documents were at hand, since re-derivation is tested only then; certificates
for this machine; and English, whatever the environment speaks."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import pytest
import trustme

from tests.documents_at_hand import documents_dir

for _name in ("CONFORMANCE_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"):
    # What is asserted is English, also of the processes that the tests start.
    os.environ.pop(_name, None)


def pytest_report_header() -> str:
    """One line for the head of the run."""
    found = documents_dir()
    if found is None:
        return "documents: not at hand; the committed ledgers are tested, re-derivation is not"
    return "documents: at hand; contracts are derived again and compared"


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """An authority that nobody trusts of their own accord."""
    return trustme.CA()


@pytest.fixture(scope="session")
def certificate(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key, certificate for this machine, and the authority behind it, in one file that nobody trusts."""
    issued = authority.issue_cert("localhost", "127.0.0.1")
    path = tmp_path_factory.mktemp("tls") / "loopback.pem"
    path.write_bytes(issued.private_key_and_cert_chain_pem.bytes() + authority.cert_pem.bytes())
    return path


@pytest.fixture
def context(certificate: Path) -> ssl.SSLContext:
    """What a server with that certificate speaks TLS with."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate)
    return made
