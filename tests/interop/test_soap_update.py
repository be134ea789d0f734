"""actualizarCorreoClienteListaDocumentos by spyne and node-soap, each with names of its own, bound without a hint."""

# ruff: noqa: E501 - tables, one row a line

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial

import pytest

from conformance.run.binding import told
from tests.interop import soap_serving as server
from tests.interop.soap_checking import (
    FIRST,
    READING,
    SECOND,
    UPDATE,
    Checked,
    Deviation,
    Known,
    Setting,
    check,
    differences,
    documents,
    unlike_their_rules,
)

# fmt: off
SPYNE = Known(
    must=(
        Deviation("envelope/must-understand", "SOAP 1.1 §4.2.3; SOAP 1.2 Part 1 §5.2.3", "header blocks that no operation declares are never looked at"),
        Deviation("envelope/version-mismatch", "SOAP 1.1 §4.1.2; SOAP 1.2 Part 1 §2.8", "an envelope in another namespace is Client or Sender"),
        Deviation("http/allow", "RFC 9110 §15.5.6", "405 carries a fault and no Allow"),
    ),
    should=(
        Deviation("envelope/fault-dots", "WS-I BP 1.1 R1031", "Client.ValidationError and others", FIRST),
        Deviation("envelope/fault-status-sender", "SOAP 1.2 Part 2 §7.5.2.2", "every fault travels with 500", SECOND),
        Deviation("http/malformed-status", "WS-I BP 1.1 R1113", "500 with a fault", FIRST),
        Deviation("http/no-server-error", READING, "an empty POST and an empty Body crash, an HTML page says so"),
        Deviation("http/unsupported-media-type", "WS-I BP 1.1 R1115; RFC 9110 §15.5.16", "the media type is not looked at"),
        Deviation("request/documentos/numero/not-blank", READING, "three spaces are a text of three characters"),
        Deviation("request/facturador/not-blank", READING, "three spaces are a text of three characters"),
    ),
)
NODE_SOAP = Known(
    must=(
        Deviation("envelope/well-formed", "XML 1.0 §2.1", "an unknown operation is answered with a stack trace, called text/xml", FIRST),
        Deviation("envelope/fault-structure", "SOAP 1.1 §4.4; SOAP 1.2 Part 1 §5.4", "some faults have the shape of the other version"),
        Deviation("envelope/fault-code", "SOAP 1.2 Part 1 §5.4.6", "SOAP-ENV:Server, its prefix not declared", SECOND),
        Deviation("envelope/fault-language", "SOAP 1.2 Part 1 §5.4.2.1", "no xml:lang on Text", SECOND),
        Deviation("envelope/must-understand", "SOAP 1.1 §4.2.3; SOAP 1.2 Part 1 §5.2.3", "header blocks are not looked at"),
        Deviation("envelope/version-mismatch", "SOAP 1.1 §4.1.2; SOAP 1.2 Part 1 §2.8", "an envelope in any namespace is accepted"),
        Deviation("http/content-type", "RFC 9110 §8.3", "the Content-Type of the request comes back, its charset too; the bytes are UTF-8"),
    ),
    should=(
        Deviation("envelope/fault-code", "WS-I BP 1.1 R1004", "the code is 500", FIRST),
        Deviation("envelope/request-namespace", READING, "the element in the Body is told by its local name"),
        Deviation("http/malformed-status", "WS-I BP 1.1 R1113", "500 with a fault", FIRST),
        Deviation("http/method", "WS-I BP 1.1 R1114; RFC 9110 §15.5.6", "200 without a body"),
        Deviation("http/no-server-error", READING, "500 with a stack trace", FIRST),
        Deviation("http/unsupported-media-type", "WS-I BP 1.1 R1115; RFC 9110 §15.5.16", "the media type is not looked at"),
    ),
)
# fmt: on


@dataclass(frozen=True, slots=True)
class Service:
    """A server, what is known of its stack, the elements that inputs are bound to, and the lines it needs besides."""

    serving: Callable[[], AbstractContextManager[str]]
    known: Known
    encodings: tuple[str, ...]
    elements: tuple[str, ...]
    more: str = ""


ENGLISH = ("IssuerId", "Documents/Document", "Prefix", "Number", "Kind", "NewEmail")
JAX_WS = ("arg0", "arg1", "prefijo", "numero", "tipo", "email")
CODE = 'refusal = { any = { codigo = "!= 0" } }\n'
SERVICES = {
    "spyne, 1.1": Service(partial(server.spyne_update, "1.1"), SPYNE, FIRST, ENGLISH),
    "spyne, 1.2": Service(partial(server.spyne_update, "1.2"), SPYNE, SECOND, ENGLISH),
    "node-soap, 1.1": Service(partial(server.node_soap_update, "1.1"), NODE_SOAP, FIRST, JAX_WS, CODE),
    "node-soap, 1.2": Service(partial(server.node_soap_update, "1.2"), NODE_SOAP, SECOND, JAX_WS, CODE),
}


@pytest.fixture(params=SERVICES)
def service(request) -> Service:
    missing = [command for command in ("node", "npm") if shutil.which(command) is None]
    if request.param.startswith("node") and missing and not os.environ.get("CI"):
        pytest.skip(f"{' and '.join(missing)} not found: node-soap is not checked here")
    return SERVICES[request.param]


def section(url: str, service: Service) -> str:
    return f'wsdl = "{url}?wsdl"\n{documents()}{service.more}'


def test_it_is_bound_without_a_hint_and_what_fails_is_what_its_stack_breaks(service, tmp_path):
    target = tmp_path / "target.toml"
    with service.serving() as url:
        target.write_text(f"[{UPDATE}]\n{section(url, service)}", "utf-8")
        bound = told(target)
        checked: Checked = check(tmp_path / "check", section(url, service), service=UPDATE)
    for element in service.elements:
        assert f'"{element}"' in bound
    assert not differences(service.known, Setting(service.serving, service.encodings), checked)


@pytest.mark.parametrize("known", [SPYNE, NODE_SOAP], ids=["spyne", "node-soap"])
def test_every_row_stands_on_what_its_rule_stands_on(known):
    assert not unlike_their_rules(known, UPDATE)
