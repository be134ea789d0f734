"""In which state a run left a service: that of its baseline, or that of another request which may have written last.

A whole run sends its baseline last. One that was stopped or given up may not have come so far; whoever owns the tenant
must hear of it. Pure; must never import a writer.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from conformance.model import Reply, order_of
from conformance.report.evidence import instant

if TYPE_CHECKING:
    from conformance.model import Record
    from conformance.target.journal import RunLog


def taken(record: Record) -> bool:
    """A success that is no declared refusal may have written, whatever its body says."""
    response = record.exchange.response
    if record.exchange.request.method == "GET":
        return False
    return response is not None and 200 <= response.status < 300 and record.judgement.reply is not Reply.REFUSED


def left_behind(log: RunLog) -> Iterator[str]:
    """A sentence for each service whose baseline is not the last request that it may have acted on."""
    last = {service: (exchange, sure) for _, service, exchange, sure in sorted(_acted_on(log), key=lambda one: one[0])}
    file = log.header.get("options", {}).get("--target")
    at = f" --target {shlex.quote(file)}" if file else ""
    for service, (exchange, sure) in sorted(last.items()):
        if not sure:
            yield (
                f"{service} may be left as {exchange} left it: the run did not end with an accepted baseline. "
                f"`conformance check{at} --depth smoke --service {service}` sends the baseline"
            )


def _acted_on(log: RunLog) -> Iterator[tuple[tuple[Any, ...], str, str, bool]]:
    """When it was sent, the service, the exchange, and whether it leaves what the baseline leaves."""
    # Shards that were merged may have been sent at once, so their order in the plan tells nothing.
    merged = "merged" in log.header

    def when(exchange: str, at: str) -> tuple[Any, ...]:
        return (instant(at),) if merged else order_of(exchange)

    for record in log.records:
        if taken(record) or _unknown(record, log):
            sure = record.case.kind == "baseline" and record.exchange.response is not None
            yield when(record.exchange.id, record.exchange.started), record.case.service, record.exchange.id, sure
    services = {step["exchange"]: step["case"].get("service", "") for step in log.header.get("plan", ())}
    for exchange in log.pending:
        service = services.get(exchange) or services.get(exchange.partition(".")[0], "")
        if service:
            yield when(exchange, log.begun[exchange].get("at", "")), service, exchange, False


def _unknown(record: Record, log: RunLog) -> bool:
    """It went out and was not answered."""
    exchange = record.exchange
    return exchange.response is None and exchange.request.method != "GET" and exchange.id not in log.unreached
