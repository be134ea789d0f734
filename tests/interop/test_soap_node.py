"""EnvioCorreo by node-soap, which reads a message without looking at types, namespaces or headers, and is told so."""

# ruff: noqa: E501 - tables, one row a line

from __future__ import annotations

import os
import shutil
from functools import partial

import pytest

from tests.interop import soap_serving as server
from tests.interop.soap_checking import (
    FIRST,
    PAGE,
    READING,
    SECOND,
    WSDL,
    Deviation,
    Known,
    Setting,
    checked_in,
    differences,
    unlike_their_rules,
)

# fmt: off
NODE_SOAP = Known(
    must=(
        Deviation("envelope/well-formed", "XML 1.0 §2.1", "an unknown operation is answered with a stack trace, called text/xml", FIRST),
        Deviation("envelope/fault-structure", "SOAP 1.1 §4.4; SOAP 1.2 Part 1 §5.4", "some faults have the shape of the other version"),
        Deviation("envelope/fault-code", "SOAP 1.2 Part 1 §5.4.6", "SOAP-ENV:Server, its prefix not declared", SECOND),
        Deviation("envelope/fault-language", "SOAP 1.2 Part 1 §5.4.2.1", "no xml:lang on Text", SECOND),
        Deviation("envelope/must-understand", "SOAP 1.1 §4.2.3; SOAP 1.2 Part 1 §5.2.3", "header blocks are not looked at"),
        Deviation("envelope/version-mismatch", "SOAP 1.1 §4.1.2; SOAP 1.2 Part 1 §2.8", "an envelope in any namespace is accepted"),
        Deviation("http/content-type", "RFC 9110 §8.3", "the Content-Type of the request comes back, its charset too; the bytes are UTF-8"),
        Deviation("request/Adjuntos/Archivo/type", PAGE, "any text is taken for base64"),
        Deviation("request/CodigoEmpresa/type", PAGE, "any text is taken for an int"),
        Deviation("request/FechaFactura/type", PAGE, "any text is taken for an instant"),
        Deviation("request/TipoAmbiente/type", PAGE, "any text is taken for an int"),
    ),
    should=(
        Deviation("envelope/fault-code", "WS-I BP 1.1 R1004", "the code is 500", FIRST),
        Deviation("envelope/request-namespace", READING, "the element in the Body is told by its local name"),
        Deviation("http/malformed-status", "WS-I BP 1.1 R1113", "500 with a fault", FIRST),
        Deviation("http/method", "WS-I BP 1.1 R1114; RFC 9110 §15.5.6", "200 without a body"),
        Deviation("http/no-server-error", READING, "500 with a stack trace", FIRST),
        Deviation("http/unsupported-media-type", "WS-I BP 1.1 R1115; RFC 9110 §15.5.16", "the media type is not looked at"),
        Deviation("request/Adjuntos/Archivo/strict-type", READING, "as for type"),
        Deviation("request/CodigoEmpresa/required", READING, "what is missing or nil is undefined"),
        Deviation("request/FechaFactura/required", READING, "what is missing or nil is undefined"),
        Deviation("request/FechaFactura/strict-type", READING, "as for type"),
        Deviation("request/TipoAmbiente/required", READING, "what is missing or nil is undefined"),
    ),
)
# fmt: on
SETTINGS = {
    "1.1": Setting(partial(server.node_soap, "1.1", WSDL), FIRST),
    "1.2": Setting(partial(server.node_soap, "1.2", WSDL), SECOND),
}
"""A server answers in one version whatever it is asked in."""


@pytest.fixture(scope="module", autouse=True)
def _node() -> None:
    """On a machine without Node.js these tests are skipped, but never in CI, which installs it."""
    missing = [command for command in ("node", "npm") if shutil.which(command) is None]
    if missing and not os.environ.get("CI"):
        pytest.skip(f"{' and '.join(missing)} not found: node-soap is not checked here")
    assert not missing, "apt-get install nodejs npm"


@pytest.mark.parametrize("name", SETTINGS)
def test_what_fails_is_what_node_soap_breaks(name, tmp_path):
    setting = SETTINGS[name]
    checked = checked_in(setting, tmp_path)
    assert not differences(NODE_SOAP, setting, checked)
    (encoding,) = setting.encodings
    assert "a number with a fraction" in checked.findings(f"request/CodigoEmpresa/type@{encoding}")
    assert "another namespace" in checked.findings(f"envelope/request-namespace@{encoding}")


@pytest.mark.nightly
@pytest.mark.parametrize("name", SETTINGS)
def test_more_messages_show_no_more(name, tmp_path):
    setting = SETTINGS[name]
    assert not differences(NODE_SOAP, setting, checked_in(setting, tmp_path, "deep"))


def test_every_row_stands_on_what_its_rule_stands_on():
    assert not unlike_their_rules(NODE_SOAP)
