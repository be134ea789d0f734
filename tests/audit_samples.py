"""Made-up audits: summaries of recordings that nobody recorded, and what their reports are made of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from conformance.model import CONSUMER, PROVIDER, Exchange, Finding, Request, Response
from conformance.run.audited import AuditFacts, Recording
from conformance.traffic.recording import Place
from conformance.traffic.summary import Example, Key, Occurrence, Problem, Seen, Summary, Tally

POLICY, CORREO = "collection-policy", "envio-correo"
SUCCESS = f"{POLICY}/response/success/type"
EMAIL = f"{POLICY}/request/Email/pattern"
TAX_ID = f"{POLICY}/request/GrantorTaxId/required"
TYPE = f"{POLICY}/http/content-type-present"
USER = f"{POLICY}/request/UserId/type"
DATE = f"{CORREO}/request/FechaFactura/type"
VALID = f"{CORREO}/response/RespuestaProduccion/IsValid/type"
FILES = ("traffic/2026-03-01.har", "traffic/2026-03-02.jsonl.zst")
BEGAN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
STARTED = "2026-03-04T10:00:00.000-05:00"
TOO_LARGE = "the line is larger than the 64 MiB that are read of one exchange"
NASTY = "<script>alert('x')</script> \x1b[31mred\x1b[0m \u202eevil ]]> &amp;"


def at(number: int, file: int = 0) -> Occurrence:
    """The n-th exchange of a file, a minute after the one before."""
    when = BEGAN + timedelta(minutes=number, days=file)
    return Occurrence(when.timestamp(), when.isoformat(), Place(file, FILES[file], number * 2048))


def exchange(
    service: str = POLICY, body: bytes = b'{"success":"true"}', asked: bytes = b"", **changes: Any
) -> Exchange:
    """One recorded exchange."""
    media = "application/json; charset=utf-8" if service == POLICY else "text/xml; charset=utf-8"
    facts: dict[str, Any] = {
        "id": "recorded",
        "case": "recorded",
        "request": Request(
            method="POST",
            url=f"https://api.example.com/{service}",
            headers=(("Content-Type", media),),
            body=asked or b'{"GrantorTaxId":"AAA010101AAA","Email":"not an address"}',
        ),
        "response": Response(status=200, headers=(("Content-Type", media),), body=body, reason="OK"),
        "error": None,
        "started": "",
        "milliseconds": 12.5,
    }
    return Exchange(**{**facts, **changes})


def example(number: int, finding: Finding, of: Exchange | None = None, *, file: int = 0, beside: int = 0) -> Example:
    """The exchange as an example of a failure."""
    there = at(number, file)
    found = of or exchange()
    size = len(found.request.body) + (len(found.response.body) if found.response else 0)
    shown = Exchange(
        **{name: getattr(found, name) for name in Exchange.__dataclass_fields__} | {"started": there.started}
    )
    return Example(beside, size, there, shown, (finding,))


def failing(passed: int, examples: Iterable[Example], failed: int | None = None) -> Tally:
    """What failed in these exchanges, and in others that are not told."""
    told = tuple(examples)
    ends = [one.occurrence for one in told]
    return Tally(
        passed=passed,
        failed=len(told) if failed is None else failed,
        first=min(ends),
        last=max(ends),
        examples=told,
    )


STRING = Finding(path="success", expected="true or false", observed='"true", a string')
ADDRESS = Finding(path="Email", expected="a text that matches ^[\\w.-]+@…", observed='"not an address"')
TAKEN = Finding(
    path="Email",
    expected="refused: a text that matches ^[\\w.-]+@…",
    observed='accepted: "not an address"',
)
ABSENT = Finding(path="GrantorTaxId", expected="present", observed="absent")
DAY = Finding(path="FechaFactura", expected="a dateTime", observed=f'"31/01/2025" {NASTY}')


def summary() -> Summary:
    """Two services, both parties, failures of each, and all that can be left out."""
    soap = exchange(CORREO, b"<x/>", b"<soap:Envelope><FechaFactura>31/01/2025</FechaFactura></soap:Envelope>")
    return Summary(
        records=1214,
        size=48_000_000,
        exchanges={(POLICY, "json"): 1204, (CORREO, "soap-1.1"): 7},
        tallies={
            Key(PROVIDER, SUCCESS, "json"): failing(
                1201, (example(3, STRING), example(90, STRING, file=1), example(7, STRING))
            ),
            Key(PROVIDER, EMAIL, "json"): failing(0, (example(3, TAKEN, beside=1),)),
            Key(PROVIDER, TYPE, "json"): Tally(passed=1204),
            Key(PROVIDER, VALID, "soap-1.1"): Tally(untested=7, reason="no answer had it"),
            Key(CONSUMER, EMAIL, "json"): failing(1203, (example(3, ADDRESS, beside=1),)),
            Key(CONSUMER, TAX_ID, "json"): Tally(passed=1204),
            Key(CONSUMER, USER, "json"): Tally(cant_tell=3, reason="what was masked is not judged"),
            Key(CONSUMER, DATE, "soap-1.1"): failing(5, (example(11, DAY, soap), example(12, DAY, soap, file=1))),
        },
        observations={
            (Key(CONSUMER, TAX_ID, "json"), "The request has a member that the document does not know: Extra"): Seen(
                17, at(2)
            ),
            (Key(PROVIDER, SUCCESS, "json"), f"The server said {NASTY}"): Seen(1, at(9)),
        },
        unjudged={
            ("", "no request to a service that is judged"): Seen(40, at(1)),
            (PROVIDER, "the recording holds a part of the body"): Seen(4, at(5)),
            (CONSUMER, "what was masked is not judged"): Seen(3, at(6)),
        },
        unread={(FILES[0], "corrupt"): 2, (FILES[1], "too-large"): 1},
        problems=(
            Problem(Place(0, FILES[0], 12), "corrupt", "it is no JSON from byte 3 of it on"),
            Problem(Place(0, FILES[0], 99), "corrupt", "`request` is missing"),
            Problem(Place(1, FILES[1], 4096), "too-large", TOO_LARGE),
        ),
        first=at(1),
        last=at(300, 1),
    )


def clean() -> Summary:
    """Both parties keep to what was seen."""
    return Summary(
        records=9,
        size=9000,
        exchanges={(POLICY, "json"): 9},
        tallies={
            Key(PROVIDER, SUCCESS, "json"): Tally(passed=9),
            Key(CONSUMER, EMAIL, "json"): Tally(passed=9),
        },
        first=at(1),
        last=at(9),
    )


def facts(**changes: Any) -> AuditFacts:
    """What is known of the audit besides."""
    files = (Recording(path=FILES[0], size=46_000_000, records=1000), Recording(path=FILES[1], size=2_000_001))
    told: dict[str, Any] = {"command": "conformance audit traffic", "files": files, "started": STARTED}
    return AuditFacts(**{**told, **changes})


def written(out: Path, of: Summary | None = None, formats: tuple[str, ...] = (), **changes: Any) -> Any:
    """The audit in a folder: its journal and reports."""
    from conformance.run.audited import write_audit

    lang = changes.pop("lang", "en")
    stopped = changes.pop("stopped", "")
    return write_audit(summary() if of is None else of, facts(**changes), out, formats, lang=lang, stopped=stopped)
