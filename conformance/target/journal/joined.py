"""Several journals → one, as if a single run had written it: the answers of all, and what none of them got.

Only what the report is made of: of an exchange that was sent twice the last answer. Must never judge or send.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from conformance.model import Record
from conformance.target.journal.lines import LineFile
from conformance.target.journal.reader import RunLog
from conformance.target.journal.records import case_json, exchange_json, judgement_json


def join(path: Path, header: Mapping[str, Any], logs: Sequence[RunLog], last: Mapping[str, Any]) -> None:
    """A new journal that begins with the header, holds what the logs hold, and ends with this line. All of it is masked
    already, by the runs that wrote it."""
    lines = LineFile.create(path)
    try:
        begins = {"elsewhere", "plan", "replay", "beyond", "left_out", "undecided"}
        lines.append({"header": {key: held for key, held in header.items() if key not in begins}})
        if "plan" in header:
            lines.append({"plan": {key: held for key, held in header.items() if key in begins}})
        for log in logs:
            for line in _lines(log):
                lines.append(line)
        lines.append(last)
    finally:
        lines.close()


def _lines(log: RunLog) -> list[dict[str, Any]]:
    shared: dict[str, list[Record]] = {}
    for record in log.records:
        shared.setdefault(record.exchange.id, []).append(record)
    return [
        *({"fetched": exchange_json(one), "sent": one.id not in log.unreached} for one in log.fetched),
        *({"sending": {"exchange": name, **log.begun[name]}} for name in log.pending),
        *(_answered(log, shared[name]) for name in shared),
        *({"exchange": exchange_json(one), "sent": True, "records": []} for one in log.unjudged),
        *(_unsent(log, name, reason) for name, reason in log.unsent.items()),
    ]


def _answered(log: RunLog, records: Sequence[Record]) -> dict[str, Any]:
    exchange, contracts = records[0].exchange, log.header.get("contracts", {})
    used = sorted({one.case.service for one in records} & contracts.keys())
    return {
        "exchange": exchange_json(exchange),
        "sent": exchange.id not in log.unreached,
        "records": [{"case": case_json(one.case), "judgement": judgement_json(one.judgement)} for one in records],
        **({"contracts": {service: contracts[service]["hash"] for service in used}} if used else {}),
        **({"bodiless": True} if exchange.id in log.bodiless else {}),
    }


def _unsent(log: RunLog, name: str, reason: str) -> dict[str, Any]:
    told = {"exchange": name, "case": "", "reason": reason}
    return {"unsent": {**told, "spent": True} if name in log.spent else told}
