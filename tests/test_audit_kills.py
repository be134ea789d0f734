"""The kill matrix of audits: a recording of ordinary traffic shows what is wrong with a provider, and nothing else.

Every defect of the reference whose rule is about answers, envelopes or HTTP answers the same few requests. Those that a
recording cannot show are listed with the reason.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fnmatch import fnmatch
from functools import lru_cache

import pytest

from bench.recordings import CLIENTS, _request, _tree
from conformance.codecs import covered
from conformance.model import Request
from conformance.reference import Defect, State, answer
from conformance.run.contracts import contracts
from conformance.run.serving import defects
from tests.audited import CORREO, POLICY, desk, failures, recorded

SERVICES = (POLICY, CORREO)
CASE, BASELINE, METHOD = (
    "it shows in the answer to a request that a run makes for it alone",
    "whether a refusal means the rule, a baseline beside it tells",
    "requests with another method are not judged",
)
NOT_SHOWN = {
    "http/in-time*": "how long is too long, the target file of a run says",
    "http/allow*": METHOD,
    "http/method*": METHOD,
    "http/no-server-error:method": METHOD,
    "http/accept-*": "what may be asked for with Accept is tried by a run, one header at a time",
    "http/request-media-type*": "a valid request refused is no evidence: " + BASELINE,
    "http/media-type-case*": BASELINE,
    "http/charset-parameter*": BASELINE,
    "http/action-parameter*": BASELINE,
    "envelope/spelling*": BASELINE,
    "envelope/non-ascii*": BASELINE,
    "envelope/accepts-byte-order-mark*": BASELINE,
    "envelope/header*": BASELINE,
    "envelope/versions-agree*": "the same message in both versions is sent by a run",
    "envelope/must-understand*": CASE,
    "envelope/must-understand-value*": CASE,
    "envelope/version-mismatch*": CASE,
    "http/malformed-status*": CASE,
    "http/no-server-error:null": CASE,
    "http/no-server-error:other-envelope": CASE,
    "http/no-server-error:header": CASE,
    "http/no-server-error:big-numbers": CASE,
    "http/no-server-error:missing": CASE,
    "http/no-server-error:nil": CASE,
    "http/no-server-error:number": CASE,
    "http/no-server-error:large": CASE,
    "http/no-server-error:nested": CASE,
}
"""Defects that no recording of ordinary traffic shows, and why."""
DOUBTED = dict.fromkeys(
    (
        *("http/unsupported-media-type*", "envelope/malformed*", "envelope/empty-body*"),
        *("envelope/request-root*", "envelope/request-namespace*"),
    ),
    "a code in the answer may say no, unless a target file declares what a refusal is",
)
"""The same of SOAP, where an acceptance is not beyond doubt."""
NO_MEMBERS = "envelope/empty-body"


def matching(defect: Defect, table: dict[str, str]) -> str:
    name = defect.id.partition("/")[2]
    return next((why for pattern, why in table.items() if fnmatch(name, pattern)), "")


def why_not(defect: Defect) -> str:
    return matching(defect, NOT_SHOWN) or (matching(defect, DOUBTED) if defect.service == CORREO else "")


@lru_cache(2)
def valid(service: str) -> tuple[Request, ...]:
    """Requests of every encoding with the values by which ways of answering differ."""
    contract, draw, found = contracts()[service], random.Random(5), []
    for encoding in contract.operation.encodings:
        if encoding.name not in covered(contract):
            continue
        for number in range(2):
            tree = _tree(draw, contract)
            if service == POLICY and not number:
                twin = {"NotificationSchemaId": "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9", "NotificationSchemaName": "uno"}
                tree |= {
                    "ArMailName": "  Peña & <b>HIJOS</b> ".ljust(99, "x") + " ",
                    "Email": f"Cobros.{'x' * 60}.{'y' * 20}@Example.com",
                    "MinimumInterest": Decimal("6.12"),
                    "CollectionReminderTime": "09:59",
                    "NotificationSchemaList": [twin, dict(twin), twin | {"NotificationSchemaName": "dos"}],
                }
            elif service == POLICY:
                tree["CollectionReminderTime"] = "10:01"
            found.append(_request(contract, encoding, tree, CLIENTS[number]))
    return tuple(found)


@lru_cache(2)
def invalid(service: str) -> tuple[Request, ...]:
    """What a consumer gets wrong: the text, the root, the label, a member; a refusal shows how a provider refuses."""
    found = []
    for request in valid(service)[1::2]:
        plain = tuple(pair for pair in request.headers if pair[0] != "Content-Type")
        edits = (
            lambda body: body[:-20],
            lambda _body: b"",
            lambda body: body.replace(b"EnvioCorreo", b"Otra").replace(b"GrantorSettingsModelApi", b"NotDocumented"),
            lambda body: b"<Body>" + body[body.index(b"?>") + 2 :] + b"</Body>" if b"<GrantorS" in body else body,
            lambda body: body.replace(b"https://factura.ssintegral.com/", b"urn:x"),
            lambda body: body.replace(b"<FechaFactura>", b"<FechaFactura>x").replace(b"GrantorTaxId", b"Otro"),
        )
        bodies = (edit(request.body) for edit in edits)
        found += [replace(request, body=body) for body in bodies if body != request.body]
        found.append(replace(request, headers=(("Content-Type", "text/plain"), *plain)))
        if request.body.startswith(b"{"):
            others = (b"null", b"{}", b"[]", b"5", b'{"model":' + request.body + b"}", b"[" + request.body + b"]")
            found += [replace(request, body=body) for body in others]
    return tuple(found)


def broken(service: str, defect: Defect | None, requests: tuple[Request, ...]) -> Iterator[set[tuple[str, str]]]:
    """What fails, exchange by exchange."""
    state = State()
    for request in requests:
        response, state = answer(contracts()[service], request, state, defect)
        yield failures(desk()(recorded(request, response)))


def shown(defect: Defect) -> None:
    """The defect fails its own rules for the provider, and nobody else's."""
    service = defect.service
    own = {("provider", rule.partition("/")[2]) for rule in defect.rules}
    caught = False
    for found in broken(service, defect, valid(service)):
        assert found <= own, defect.id
        caught = caught or bool(found)
    if not caught or defect.rules[0].rpartition("/")[2] == "refusal":
        for found in broken(service, defect, invalid(service)):
            mine = {pair for pair in found if pair[0] == "provider"}
            # An object with no members lacks every one.
            lacks = {rule for rule in mine if rule[1].endswith("/required") and ("provider", NO_MEMBERS) in own}
            assert mine <= own | lacks, defect.id
            caught = caught or bool(mine & own)
    reason = why_not(defect)
    assert caught == (not reason), (defect.id, reason)


EVERY = [one for service in SERVICES for one in defects(service) if one.rules[0].split("/")[1] != "request"]
FIRST = {one.rules[0]: one for one in reversed(EVERY)}
BY_DAY = [one for one in FIRST.values() if not one.rules[0].endswith("/echo") or "Email" in one.id]


@pytest.mark.parametrize("service", SERVICES)
def test_a_provider_without_a_defect_fails_nothing(service: str) -> None:
    assert all(found == set() for found in broken(service, None, valid(service)))
    for found in broken(service, None, invalid(service)):
        assert {party for party, _ in found} == {"consumer"}


@pytest.mark.parametrize("defect", BY_DAY, ids=lambda one: one.id)
def test_a_defect_shows_in_a_recording_or_it_is_said_why_not(defect: Defect) -> None:
    shown(defect)


@pytest.mark.nightly
@pytest.mark.parametrize("defect", EVERY, ids=lambda one: one.id)
def test_every_defect_shows_in_a_recording_or_it_is_said_why_not(defect: Defect) -> None:
    shown(defect)


def test_the_table_names_what_there_is() -> None:
    names = [one.id.partition("/")[2] for one in EVERY]
    for pattern in (*NOT_SHOWN, *DOUBTED):
        assert any(fnmatch(name, pattern) for name in names), pattern
    assert len(BY_DAY) > 80
