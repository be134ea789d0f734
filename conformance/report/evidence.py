"""What a run's journal holds, put in the order and shape that writers need. Pure; must never import a writer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from conformance.model import order_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.model import Exchange, Finding, Record, Verdict
    from conformance.target.journal import RunLog

UNKNOWN = "sent, answer unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request that went out and came to an end, with the records that share it; none where nothing was judged."""

    exchange: Exchange
    records: tuple[Record, ...]


def exchanges(log: RunLog) -> dict[str, Sent]:
    """Every exchange by its id, in the order of the plan."""
    shared: dict[str, list[Record]] = {}
    for record in log.records:
        shared.setdefault(record.exchange.id, []).append(record)
    found = {key: Sent(exchange=records[0].exchange, records=tuple(records)) for key, records in shared.items()}
    found |= {exchange.id: Sent(exchange=exchange, records=()) for exchange in (*log.fetched, *log.unjudged)}
    return {key: found[key] for key in sorted(found, key=order_of)}


def index(log: RunLog) -> dict[str, dict[str, Any]]:
    """Exchange id to case, title and status, for every request that went out; status null where no answer came."""
    titles = {step["case"].get("id", ""): step["case"].get("title", "") for step in log.header.get("plan", ())}
    rows: dict[str, dict[str, Any]] = {}
    for key, sent in exchanges(log).items():
        exchange = sent.exchange
        status = exchange.response.status if exchange.response else None
        title = sent.records[0].case.title if sent.records else titles.get(exchange.case, "")
        rows[key] = {"case": exchange.case, "title": title, "status": status, "error": exchange.error}
    planned = {step["exchange"]: step["case"].get("id", "") for step in reversed(log.header.get("plan", ()))}
    for key in log.pending:
        case = planned.get(key, "")
        rows[key] = {"case": case, "title": titles.get(case, ""), "status": None, "error": UNKNOWN}
    return {key: rows[key] for key in sorted(rows, key=order_of)}


def planned(log: RunLog) -> int:
    """How many requests the plan holds, with the parts of packed messages whose turn came, and what was fetched; of
    merged shards also what the missing ones would have sent."""
    met = exchanges(log).keys() | set(log.pending) | set(log.unsent)
    besides = {key for key in met if "." in key or key.startswith("w")}
    missing = log.header.get("elsewhere", ()) if "merged" in log.header else ()
    return len({step["exchange"] for step in (*log.header.get("plan", ()), *missing)} | besides)


def of_finding(verdict: Verdict, seen: Mapping[str, Sent]) -> list[tuple[Finding, str | None]]:
    """Each finding of the verdict with the exchange that shows it; None where the journal does not hold it."""
    sources: dict[Finding, list[str]] = {}
    for key in verdict.exchanges:
        for record in seen[key].records if key in seen else ():
            for result in record.judgement.results:
                if result.rule == verdict.rule and result.finding is not None:
                    sources.setdefault(result.finding, []).append(key)
    paired: list[tuple[Finding, str | None]] = []
    for finding in verdict.findings:
        left = sources.get(finding)
        paired.append((finding, left.pop(0) if left else _only(verdict)))
    return paired


def of_exchanges(verdict: Verdict, seen: Mapping[str, Sent]) -> list[tuple[Finding, str]]:
    """Each exchange of a verdict of an audit, with the first finding that it shows of it."""
    found: list[tuple[Finding, str]] = []
    for key in verdict.exchanges:
        told = (
            result.finding
            for record in (seen[key].records if key in seen else ())
            if record.case.origin.endswith(f":{verdict.party}")
            for result in record.judgement.results
            if result.rule == verdict.rule
            and (result.encoding or record.judgement.encoding) == verdict.encoding
            and result.finding is not None
        )
        if (first := next(told, None)) is not None:
            found.append((first, key))
    return found


def _only(verdict: Verdict) -> str | None:
    return verdict.exchanges[0] if len(verdict.exchanges) == 1 else None


def text_of(body: bytes) -> str | None:
    """The body as UTF-8 text that gives the same bytes back, or None."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def instant(iso: str) -> float:
    """The time as a number that can be compared and counted with, 0 where it is none."""
    try:
        return datetime.fromisoformat(iso).timestamp()
    except (ValueError, OverflowError, OSError):  # the latter two from a year that the platform has not
        return 0.0


def milliseconds(exchange: Exchange) -> float:
    """The duration, never negative: clocks of some hosts step back."""
    return max(0.0, float(exchange.milliseconds))
