"""EnvioCorreo by gSOAP, generated from the WSDL and compiled. Nightly: gsoap, libgsoap-dev and a compiler."""

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

LOOSE, STRICT = "default", "strict"

# fmt: off
GSOAP = Known(
    must=(
        Deviation("envelope/must-understand", "SOAP 1.2 Part 1 §5.2.3", "a block for the role ultimateReceiver is taken for another node's", SECOND),
        Deviation("http/allow", "RFC 9110 §15.5.6", "405 carries a fault and no Allow"),
        Deviation("request/Adjuntos/Archivo/type", PAGE, "what is not of the alphabet is skipped", BOTH, (LOOSE,)),
    ),
    should=(
        Deviation("envelope/malformed", READING, "what follows the Envelope is not read; unless strict, an end tag may have another name"),
        Deviation("http/malformed-status", "WS-I BP 1.1 R1113", "500 with a fault", FIRST, (STRICT,)),
        Deviation("http/unsupported-media-type", "WS-I BP 1.1 R1115; RFC 9110 §15.5.16", "the media type is not looked at"),
        Deviation("request/Adjuntos/Archivo/strict-type", READING, "a bad length is read as far as it goes"),
        Deviation("request/CodigoEmpresa/required", READING, "what is missing is 0", BOTH, (LOOSE,)),
        Deviation("request/FechaFactura/required", READING, "what is missing is 0", BOTH, (LOOSE,)),
        Deviation("request/FechaFactura/strict-type", READING, "a date alone is taken, and 30 February"),
        Deviation("request/TipoAmbiente/required", READING, "what is missing is 0", BOTH, (LOOSE,)),
    ),
    undecided=(
        Deviation("envelope/version-mismatch", "SOAP 1.1 §4.1.2; SOAP 1.2 Part 1 §2.8", "the connection is closed without an answer"),
    ),
)
# fmt: on
SETTINGS = {
    "as it comes": Setting(partial(server.gsoap, WSDL, "default"), BOTH, (LOOSE,)),
    "strict": Setting(partial(server.gsoap, WSDL, "strict"), BOTH, (STRICT,)),
}


@pytest.mark.nightly
@pytest.mark.parametrize("depth", ["standard", "deep"])
@pytest.mark.parametrize("name", SETTINGS)
def test_what_fails_is_what_gsoap_breaks(name, depth, tmp_path):
    setting = SETTINGS[name]
    assert not differences(GSOAP, setting, checked_in(setting, tmp_path, depth))


def test_every_row_stands_on_what_its_rule_stands_on():
    assert not unlike_their_rules(GSOAP)
