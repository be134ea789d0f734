"""`evidence.har`: every request that went out and what came back, as HAR 1.2.

Bytes survive: a body that is not UTF-8 text is written as Base64. What the judge made of an exchange travels in the
extension `_conformance`. The journal is masked already, so nothing is hidden here. Must never import another writer.
"""

from __future__ import annotations

import base64
import json
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from conformance.model import Outcome, order_of
from conformance.report.evidence import UNKNOWN, Sent, exchanges, instant, milliseconds, text_of
from conformance.report.text import inert, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.model import Headers, Observation, Request, Response, Result
    from conformance.report.material import Material


NEVER = "1970-01-01T00:00:00+00:00"
"""When an exchange began whose recording does not say: the format demands a time."""


def write(material: Material) -> bytes:
    """The archive as UTF-8 JSON."""
    report, log = material.report, material.log
    archive: dict[str, Any] = {
        "version": "1.2",
        "creator": {"name": str(report.suite.get("name", "")), "version": str(report.suite.get("version", ""))},
        "entries": _entries(material),
        "_conformance": {
            "run": report.suite.get("run", ""),
            "contracts": report.suite.get("contracts", {}),
            "notices": list(report.notices),
        },
    }
    if log.pending:
        archive["comment"] = f"{UNKNOWN.capitalize()}: {listed(log.pending)}. Of these no body is kept."
    text = json.dumps({"log": archive}, ensure_ascii=False, indent=1, default=str) + "\n"
    return inert(text)


def _entries(material: Material) -> list[dict[str, Any]]:
    """One for each request that went out, in the order of sending: several senders do not keep that of the plan."""
    log = material.log
    entries = {key: _entry(key, sent) for key, sent in exchanges(log).items()}
    begun = str(material.report.suite.get("started", ""))
    entries |= {key: _unanswered(key, log.begun.get(key, {}), begun) for key in log.pending}
    return [
        entry
        for _, entry in sorted(entries.items(), key=lambda row: (instant(row[1]["startedDateTime"]), order_of(row[0])))
    ]


def _unanswered(key: str, told: Mapping[str, str], begun: str) -> dict[str, Any]:
    """A request that was begun, of which nobody knows more: the oldest journals do not even say where it went."""
    return {
        "startedDateTime": told.get("at", begun),
        "time": 0,
        "request": {
            "method": told.get("method", ""),
            "url": told.get("url", ""),
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [],
            "queryString": _query(told.get("url", "")),
            "headersSize": -1,
            "bodySize": -1,
        },
        "response": _dead(UNKNOWN),
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "_conformance": {"exchange": key, "case": told.get("case", "")},
    }


def _entry(key: str, sent: Sent) -> dict[str, Any]:
    exchange = sent.exchange
    duration = round(milliseconds(exchange), 3)
    return {
        "startedDateTime": exchange.started if instant(exchange.started) else NEVER,
        "time": duration,
        "request": _request(exchange.request),
        "response": _dead(exchange.error) if exchange.response is None else _response(exchange.response),
        "cache": {},
        "timings": {"send": 0, "wait": duration, "receive": 0},
        "_conformance": _judged(key, sent),
    }


def _request(request: Request) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "method": request.method,
        "url": request.url,
        "httpVersion": "HTTP/1.1",
        "cookies": _cookies(request.headers, "cookie"),
        "headers": _headers(request.headers),
        "queryString": _query(request.url),
        "headersSize": -1,
        "bodySize": len(request.body),
    }
    if request.body:
        text = text_of(request.body)
        post: dict[str, Any] = {"mimeType": request.header("Content-Type") or "", "params": [], "text": text}
        if text is None:
            post |= {"text": base64.b64encode(request.body).decode("ascii"), "_encoding": "base64"}
        entry["postData"] = post
    return entry


def _response(response: Response) -> dict[str, Any]:
    text = text_of(response.body)
    content: dict[str, Any] = {
        "size": len(response.body),
        "mimeType": response.header("Content-Type") or "",
        "text": text,
    }
    if text is None:
        content |= {"text": base64.b64encode(response.body).decode("ascii"), "encoding": "base64"}
    return {
        "status": response.status,
        "statusText": response.reason,
        "httpVersion": response.http_version,
        "cookies": _cookies(response.headers, "set-cookie"),
        "headers": _headers(response.headers),
        "content": content,
        "redirectURL": response.header("Location") or "",
        "headersSize": -1,
        "bodySize": len(response.body),
    }


def _dead(error: str | None) -> dict[str, Any]:
    return {
        "status": 0,
        "statusText": "",
        "httpVersion": "",
        "cookies": [],
        "headers": [],
        "content": {"size": 0, "mimeType": ""},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,
        "_error": error or "no answer",
    }


def _query(url: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True)]


def _headers(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _cookies(headers: Headers, name: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for key, value in headers:
        if key.lower() == name:
            try:
                found.extend({"name": k, "value": morsel.value} for k, morsel in SimpleCookie(value).items())
            except CookieError:
                continue  # the header itself is kept, word for word
    return found


def _judged(key: str, sent: Sent) -> dict[str, Any]:
    judged = sent.records[0].judgement if sent.records else None
    return {
        "exchange": key,
        "case": sent.exchange.case,
        "rules": list(dict.fromkeys(rule for record in sent.records for rule in record.case.rules)),
        "reply": str(judged.reply) if judged else None,
        "encoding": judged.encoding if judged else "",
        "words": judged.words if judged else "",
        # What passed is the rest of the rules that bear on an answer; naming it a hundred times an entry helps nobody.
        "results": [
            _result(result)
            for record in sent.records
            for result in record.judgement.results
            if result.outcome is not Outcome.PASSED
        ],
        "observations": [_observation(seen) for record in sent.records for seen in record.judgement.observations],
        "records": [
            {
                "case": record.case.id,
                "title": record.case.title,
                "rules": list(record.case.rules),
                "disagreements": list(record.judgement.disagreements),
            }
            for record in sent.records
        ],
    }


def _observation(seen: Observation) -> dict[str, Any]:
    names = ("rule", "encoding", "sentence", "exchanges")
    return {name: getattr(seen, name) for name in names} | ({"party": seen.party} if seen.party else {})


def _result(result: Result) -> dict[str, Any]:
    found = result.finding
    return {
        "rule": result.rule,
        "outcome": str(result.outcome),
        "finding": found and {"path": found.path, "expected": found.expected, "observed": found.observed},
        "reason": result.reason,
        "leans": result.leans,
    }
