"""EnvioCorreo by spyne: what the stack does not keep to is told, and nothing else is held against it."""

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
    Deviation,
    Known,
    Setting,
    checked_in,
    differences,
    unlike_their_rules,
)

LXML, SOFT, BROKEN, ALONE = "lxml", "soft", "lxml as it comes", "one version alone"
CRASH = "a refusal by the schema crashes: the reason is bytes; an HTML page says so, which shows nothing of the value"
"""SchemaValidationError of spyne 2.14 in SOAP 1.2."""

# fmt: off
SPYNE = Known(
    must=(
        Deviation("envelope/must-understand", "SOAP 1.1 §4.2.3; SOAP 1.2 Part 1 §5.2.3", "header blocks that no operation declares are never looked at"),
        Deviation("envelope/version-mismatch", "SOAP 1.1 §4.1.2; SOAP 1.2 Part 1 §2.8", "an envelope in another namespace is Client or Sender"),
        Deviation("http/allow", "RFC 9110 §15.5.6", "405 carries a fault and no Allow"),
        Deviation("request/Adjuntos/Archivo/type", PAGE, "Python's b64decode drops what is not of the alphabet", BOTH, (SOFT,)),
    ),
    should=(
        Deviation("envelope/fault-dots", "WS-I BP 1.1 R1031", "Client.SchemaValidationError and others", FIRST),
        Deviation("envelope/fault-status-sender", "SOAP 1.2 Part 2 §7.5.2.2", "every fault travels with 500", SECOND),
        Deviation("http/malformed-status", "WS-I BP 1.1 R1113", "500 with a fault", FIRST),
        Deviation("http/no-server-error", READING, "an empty POST and an empty Body crash, an HTML page says so"),
        Deviation("http/unsupported-media-type", "WS-I BP 1.1 R1115", "the media type is not looked at", FIRST),
        Deviation("http/unsupported-media-type", "RFC 9110 §15.5.16", "the media type is not looked at", SECOND, (ALONE,)),
        Deviation("request/FechaFactura/lexical", READING, "white space around an instant is not collapsed"),
        Deviation("request/FechaFactura/strict-type", READING, "a blank in place of the T is taken", BOTH, (SOFT,)),
    ),
    undecided=tuple(
        Deviation(f"request/{member}/type", PAGE, CRASH, SECOND, (BROKEN,))
        for member in ("Adjuntos/Archivo", "CodigoEmpresa", "FechaFactura", "TipoAmbiente")
    ),
)
# fmt: on
SETTINGS = {
    "both versions, lxml": Setting(partial(server.spyne, "both", "lxml-mended"), BOTH, (LXML,)),
    "both versions, soft": Setting(partial(server.spyne, "both", "soft"), BOTH, (SOFT,)),
    "1.2 alone, lxml as it comes": Setting(partial(server.spyne, "1.2", "lxml"), SECOND, (BROKEN, ALONE)),
}
"""Where both versions are served the media type tells them apart: an unknown one is taken for SOAP 1.1."""
MORE = {
    "1.1 alone, lxml": Setting(partial(server.spyne, "1.1", "lxml"), FIRST, (LXML, ALONE)),
    "1.1 alone, soft": Setting(partial(server.spyne, "1.1", "soft"), FIRST, (SOFT, ALONE)),
    "1.2 alone, lxml": Setting(partial(server.spyne, "1.2", "lxml-mended"), SECOND, (LXML, ALONE)),
    "1.2 alone, soft": Setting(partial(server.spyne, "1.2", "soft"), SECOND, (SOFT, ALONE)),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_what_fails_is_what_spyne_breaks(name, tmp_path):
    setting = SETTINGS[name]
    assert not differences(SPYNE, setting, checked_in(setting, tmp_path))


@pytest.mark.nightly
@pytest.mark.parametrize("name", MORE)
def test_so_it_is_for_one_version_alone(name, tmp_path):
    setting = MORE[name]
    assert not differences(SPYNE, setting, checked_in(setting, tmp_path))


@pytest.mark.nightly
@pytest.mark.parametrize("name", SETTINGS)
def test_more_messages_show_no_more(name, tmp_path):
    setting = SETTINGS[name]
    assert not differences(SPYNE, setting, checked_in(setting, tmp_path, "deep"))


def test_every_row_stands_on_what_its_rule_stands_on():
    assert not unlike_their_rules(SPYNE)
