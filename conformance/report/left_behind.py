"""In which state a run left a service: that of its baseline, or that of another request which may have written last.

A whole run sends its baseline last. One that was stopped or given up may not have come so far; whoever owns the tenant
must hear of it. Pure; must never import a writer.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from conformance.model import Reply, order_of

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
    last: dict[str, tuple[str, bool]] = {}
    for record in sorted(log.records, key=lambda one: order_of(one.exchange.id)):
        if taken(record) or _unknown(record, log):
            sure = record.case.kind == "baseline" and record.exchange.response is not None
            last[record.case.service] = (record.exchange.id, sure)
    services = {step["exchange"]: step["case"].get("service", "") for step in log.header.get("plan", ())}
    for exchange in sorted(log.pending, key=order_of):
        service = services.get(exchange.partition(".")[0], "")
        if service and order_of(exchange) > order_of(last.get(service, ("x00000", False))[0]):
            last[service] = (exchange, False)
    file = log.header.get("options", {}).get("--target")
    at = f" --target {shlex.quote(file)}" if file else ""
    for service, (exchange, sure) in sorted(last.items()):
        if not sure:
            yield (
                f"{service} may be left as {exchange} left it: the run did not end with an accepted baseline. "
                f"`conformance check{at} --depth smoke --service {service}` sends the baseline"
            )


def _unknown(record: Record, log: RunLog) -> bool:
    """It went out and was not answered."""
    exchange = record.exchange
    return exchange.response is None and exchange.request.method != "GET" and exchange.id not in log.unreached
