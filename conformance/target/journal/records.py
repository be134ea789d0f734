"""Cases, exchanges and judgements as JSON values and back: the shape that lines of a journal have.

A body is `body` where it is UTF-8 text, else `body64`. A case is written without its request, which its exchange
holds. Must never import the journal or open a file.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from conformance.judge.refusals import brief
from conformance.judge.show import shortened
from conformance.model import Case, Exchange, Headers, Judgement, Request, Response, Result
from conformance.target.secrets import Secrets

SENTENCE = 400
"""Characters of a reason, an expectation or an observation."""

NO_REQUEST = Request(method="", url="", headers=(), body=b"")


def case_json(case: Case) -> dict[str, Any]:
    """The case without its request and without what stands at its default."""
    written: dict[str, Any] = _cases().dump_python(
        case, mode="json", exclude={"request", "change"}, exclude_defaults=True
    )
    return written


def case_from(value: Mapping[str, Any], request: Request = NO_REQUEST) -> Case:
    """The case, with the request of its exchange."""
    return replace(_cases().validate_python({**value, "request": NO_REQUEST}), request=request)


def judgement_json(judgement: Judgement) -> dict[str, Any]:
    """The judgement without what stands at its default."""
    written: dict[str, Any] = _judgements().dump_python(judgement, mode="json", exclude_defaults=True)
    return written


def judgement_from(value: Mapping[str, Any]) -> Judgement:
    """The judgement that was written."""
    return _judgements().validate_python(value)


def exchange_json(exchange: Exchange) -> dict[str, Any]:
    """The exchange; `response` and `error` are both there, one of them null."""
    request, response = exchange.request, exchange.response
    return {
        "id": exchange.id,
        "case": exchange.case,
        "started": exchange.started,
        "milliseconds": exchange.milliseconds,
        **({"late": True} if exchange.late else {}),
        **({"tried": list(exchange.tried)} if exchange.tried else {}),
        "request": {
            "method": request.method,
            "url": request.url,
            "headers": [list(pair) for pair in request.headers],
            **_body(request.body),
        },
        "response": None
        if response is None
        else {
            "status": response.status,
            "reason": response.reason,
            "http_version": response.http_version,
            "headers": [list(pair) for pair in response.headers],
            **_body(response.body),
        },
        "error": exchange.error,
    }


def exchange_from(value: Mapping[str, Any]) -> Exchange:
    """The exchange that was written; an error of kind KeyError, TypeError or ValueError where it does not fit."""
    request, response = value["request"], value["response"]
    return Exchange(
        id=_text(value["id"]),
        case=_text(value["case"]),
        request=Request(
            method=_text(request["method"]),
            url=_text(request["url"]),
            headers=_headers(request["headers"]),
            body=_bytes(request),
        ),
        response=None
        if response is None
        else Response(
            status=int(response["status"]),
            headers=_headers(response["headers"]),
            body=_bytes(response),
            reason=_text(response["reason"]),
            http_version=_text(response["http_version"]),
        ),
        error=None if value["error"] is None else _text(value["error"]),
        started=_text(value["started"]),
        milliseconds=float(value["milliseconds"]),
        late=bool(value.get("late", False)),
        tried=tuple(map(_text, value.get("tried", ()))),
    )


def masked_request(request: Request, secrets: Secrets) -> Request:
    """The request as it may be written down."""
    return replace(
        request,
        url=secrets.mask(request.url),
        headers=secrets.mask_headers(request.headers),
        body=secrets.mask_bytes(request.body),
    )


def masked_exchange(exchange: Exchange, secrets: Secrets) -> Exchange:
    """The exchange as it may be written down."""
    response = exchange.response
    secrets = secrets.heard(response.headers) if response else secrets
    return replace(
        exchange,
        request=masked_request(exchange.request, secrets),
        response=response
        and replace(
            response,
            reason=secrets.mask(response.reason),
            headers=secrets.mask_headers(response.headers),
            body=secrets.mask_bytes(response.body),
        ),
        error=None if exchange.error is None else secrets.mask(exchange.error),
        tried=tuple(map(secrets.mask, exchange.tried)),
    )


def masked_case(case: Case, secrets: Secrets, request: Request) -> Case:
    """The case as it may be written down, with the masked request of its exchange."""
    return replace(
        case,
        request=request,
        title=secrets.mask(case.title),
        expected=secrets.mask(case.expected),
        observed=secrets.mask(case.observed),
    )


def masked_judgement(judgement: Judgement, secrets: Secrets) -> Judgement:
    """The judgement as it may be written down: made on the true answer, masked, and only then shortened."""

    def mask(text: str) -> str:
        # A sentence holds the words of an answer, which are short, and our own, which are not cut.
        return shortened(secrets.mask(text), SENTENCE)

    def masked(result: Result) -> Result:
        found = result.finding
        if found is None:
            # Most results have nothing to say.
            return replace(result, reason=mask(result.reason)) if result.reason else result
        found = replace(found, path=mask(found.path), expected=mask(found.expected), observed=mask(found.observed))
        return replace(result, reason=mask(result.reason), finding=found)

    return replace(
        judgement,
        words=shortened(secrets.mask(judgement.words)),
        results=tuple(map(masked, judgement.results)),
        observations=tuple(replace(seen, sentence=mask(seen.sentence)) for seen in judgement.observations),
        said={secrets.distinct(path): brief(secrets.distinct(text)) for path, text in judgement.said.items()},
        codes=tuple(map(secrets.distinct, judgement.codes)),
        echoed=tuple(map(secrets.distinct, judgement.echoed)),
    )


@cache
def _cases() -> TypeAdapter[Case]:
    return TypeAdapter(Case)


@cache
def _judgements() -> TypeAdapter[Judgement]:
    return TypeAdapter(Judgement)


def _body(body: bytes) -> dict[str, str]:
    try:
        return {"body": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"body64": base64.b64encode(body).decode("ascii")}


def _bytes(value: Mapping[str, Any]) -> bytes:
    if "body64" in value:
        return base64.b64decode(value["body64"], validate=True)
    return _text(value["body"]).encode("utf-8")


def _headers(value: Any) -> Headers:
    return tuple((_text(name), _text(held)) for name, held in value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, found {type(value).__name__}")
    return value
