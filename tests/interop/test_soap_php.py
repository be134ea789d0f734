"""EnvioCorreo by PHP's SoapServer, which answers in the version that it is asked in. Nightly: php-cli and php-soap."""

# ruff: noqa: E501 - tables, one row a line

from __future__ import annotations

from functools import partial

import pytest

from tests.interop import soap_serving as server
from tests.interop.soap_checking import (
    BOTH,
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
PHP = Known(
    must=(
        Deviation("envelope/fault-code", "SOAP 1.2 Part 1 §5.4.6", "rpc:ProcedureNotPresent, a subcode, and its prefix is not declared", SECOND),
        Deviation("envelope/fault-language", "SOAP 1.2 Part 1 §5.4.2.1", "no xml:lang on Text", SECOND),
        Deviation("request/Adjuntos/Archivo/type", PAGE, "base64_decode skips what is not of the alphabet"),
        Deviation("request/CodigoEmpresa/type", PAGE, "an empty element, a fraction, and more than 32 bits are taken for an int"),
        Deviation("request/FechaFactura/type", PAGE, "a dateTime is a string"),
        Deviation("request/TipoAmbiente/type", PAGE, "an empty element, a fraction, and more than 32 bits are taken for an int"),
    ),
    should=(
        Deviation("envelope/fault-status-sender", "SOAP 1.2 Part 2 §7.5.2.2", "every fault travels with 500", SECOND),
        Deviation("http/malformed-status", "WS-I BP 1.1 R1113", "500 with a fault", FIRST),
        Deviation("http/method", "WS-I BP 1.1 R1114; RFC 9110 §15.5.6", "200 without a body"),
        Deviation("http/unsupported-media-type", "WS-I BP 1.1 R1115; RFC 9110 §15.5.16", "the media type is not looked at"),
        Deviation("request/Adjuntos/Archivo/strict-type", READING, "a bad length is read as far as it goes"),
        Deviation("request/CodigoEmpresa/required", READING, "what is missing or nil is null"),
        Deviation("request/FechaFactura/required", READING, "what is missing or nil is null"),
        Deviation("request/FechaFactura/strict-type", READING, "a dateTime is a string"),
        Deviation("request/TipoAmbiente/required", READING, "what is missing or nil is null"),
    ),
)
# fmt: on
SETTINGS = {
    "both versions": Setting(partial(server.php, "1.1", WSDL), BOTH),
    "1.1 alone": Setting(partial(server.php, "1.1", WSDL), FIRST),
    "1.2 alone": Setting(partial(server.php, "1.2", WSDL), SECOND),
}


@pytest.mark.nightly
@pytest.mark.parametrize("depth", ["standard", "deep"])
@pytest.mark.parametrize("name", SETTINGS)
def test_what_fails_is_what_php_breaks(name, depth, tmp_path):
    setting = SETTINGS[name]
    checked = checked_in(setting, tmp_path, depth)
    assert not differences(PHP, setting, checked)
    for encoding in setting.encodings:
        assert "a number with a fraction" in checked.findings(f"request/CodigoEmpresa/type@{encoding}")


def test_every_row_stands_on_what_its_rule_stands_on():
    assert not unlike_their_rules(PHP)
