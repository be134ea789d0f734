"""Traffic of the reference, as a proxy would see it go by."""

from __future__ import annotations

from dataclasses import replace

from conformance.codecs import CODECS
from conformance.model import Request
from conformance.reference import State, answer, defects_of
from conformance.reference.answers import served
from conformance.reference.app import path_of
from conformance.run.contracts import all_rules, contracts
from conformance.traffic.files.lines import body_members
from conformance.traffic.recording import Answered, Asked, Recorded

REST, MAIL = "collection-policy", "envio-correo"
CLAVE = "S3cr3t-Clave/2025ñ"


def defect_of(service, short):
    rules = [one for one in all_rules().values() if one.service == service]
    return next(one for one in defects_of(contracts()[service], rules) if one.id == f"{service}/{short}")


def message(service, encoding, **changes):
    """A valid request, but for the changes."""
    contract = served(contracts()[service])
    known = contract.encoding(encoding)
    tree = {**contract.baseline, **({"Clave": CLAVE} if service == MAIL else {}), **changes}
    headers = [("Content-Type", f"{known.media_types[0]}; charset=utf-8"), ("Authorization", "Bearer tok-en-of-a-test")]
    if encoding == "soap-1.1":
        headers.append(("SOAPAction", f'"{known.action}"'))
    return Request(
        method="POST",
        url=f"http://127.0.0.1:8000{path_of(contract)}",
        headers=tuple(headers),
        body=CODECS[encoding].encode(contract.operation.request, tree),
    )


def seen(request, defect=None, *, number=0):
    """The exchange over a request, as the reference answers it."""
    service = next(name for name in (REST, MAIL) if path_of(contracts()[name]) in request.url)
    response, _ = answer(contracts()[service], request, State(), defect)
    sent, got = body_members(request.body), body_members(response.body)
    return Recorded(
        request=Asked(
            method=request.method, url=request.url, headers=list(request.headers), body=sent[0], body64=sent[1]
        ),
        response=Answered(
            status=response.status,
            reason=response.reason,
            headers=list(response.headers),
            body=got[0],
            body64=got[1],
        ),
        started=f"2026-03-01T10:00:{number % 60:02}.000+00:00",
        milliseconds=4.0,
    )


def traffic(defects=()):
    """A little of everything: both services in all their encodings, valid and not."""
    broken = {defect.id.partition("/")[0]: defect for defect in defects}
    requests = [message(REST, encoding) for encoding in ("json", "xml", "form")]
    requests += [message(MAIL, encoding) for encoding in ("soap-1.1", "soap-1.2")]
    requests += [message(REST, "json", MaximumTermDays="abc")]
    requests += [
        replace(message(MAIL, "soap-1.1"), body=b"<no envelope"),
        message(MAIL, "soap-1.2", CodigoEmpresa="abc"),
    ]
    return [
        seen(one, broken.get(REST if "CollectionPolicy" in one.url else MAIL), number=number)
        for number, one in enumerate(requests)
    ]


FOREIGN = Recorded(
    request=Asked(
        method="GET", url="https://elsewhere.example/?token=not-ours-at-all", headers=[("Cookie", "sid=abcdefgh")]
    ),
    response=Answered(status=200, body="words of somebody else"),
    started="2026-03-01T10:00:30.000+00:00",
)
