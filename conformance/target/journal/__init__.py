"""`run.jsonl`: what a run sent and got, one line at a time, so that a killed run loses nothing that was answered.

A line `header`, a line `plan`, then for each request a line `sending` before it and a line `exchange` after it, a line
`unsent` for each that did not go, and a line `end`. Besides: `fetched` for what the plan needs, `stopped` in place of
`end` where the run was ended early, `resumed` where it was gone on with. The journal of an audit has no plan: its
header says `audit`, its exchanges are examples, and a line `summary` says what all recordings show. Every line is one
write. What is written is masked by whoever made it; header and summary are masked here. Must never import the wire or
the exchanger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from conformance.model import Exchange, Record, Step
from conformance.target.journal.lines import LineFile
from conformance.target.journal.reader import RunLog, read
from conformance.target.journal.records import case_json, exchange_json, judgement_json
from conformance.target.secrets import Secrets

__all__ = ["FORMAT", "Journal", "RunLog", "now", "read"]

FORMAT = 1
"""The version of this format. What has a later one may say what this version does not read."""

_STRUCTURE = frozenset(
    (
        *("exchange", "case", "id", "service", "encoding", "kind", "expect", "rules", "leans_on", "path", "answer"),
        *(
            "origin",
            "encodings",
            "services",
            "enforcement",
            "run",
            "started",
            "seed",
            "depth",
            "hash",
            "sha256",
            "settings",
            "rule",
            "expiry",
            "engine",
            "party",
            "exchanges",
        ),
    )
)
"""Keys of header and summary whose texts are our own and tie lines together; a short secret may not tear them."""


def now() -> str:
    """The present in ISO 8601 with zone."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Journal:
    """A journal open for writing. Safe for several threads."""

    def __init__(self, lines: LineFile, header: Mapping[str, Any], secrets: Secrets) -> None:
        self._lines = lines
        self._secrets = secrets
        self._contracts = {
            service: facts["hash"] for service, facts in dict(header.get("contracts", {})).items() if "hash" in facts
        }

    @classmethod
    def create(
        cls, path: Path, header: Mapping[str, Any], secrets: Secrets | None = None, *, senders: int = 1
    ) -> Journal:
        """A new journal that begins with the header."""
        journal = cls(LineFile.create(path, senders), header, secrets or Secrets())
        journal._lines.append({"header": masked(header, journal._secrets)})
        return journal

    @classmethod
    def extend(
        cls, path: Path, header: Mapping[str, Any], secrets: Secrets | None = None, *, senders: int = 1
    ) -> Journal:
        """The journal of an earlier run, which begins with the header, to go on with. A torn last line is cut off."""
        return cls(LineFile.extend(path, senders), header, secrets or Secrets())

    def resumed(self, **facts: Any) -> None:
        """What is missing is sent from here on; `facts` are what its owner adds."""
        self._lines.append({"resumed": {"at": now(), **masked(facts, self._secrets)}})

    def sending(self, step: Step) -> None:
        """The request of the step goes out next."""
        request = step.case.request
        told = {"exchange": step.exchange, "case": step.case.id, "at": now()}
        self._lines.begin({"sending": {**told, "method": request.method, "url": self._secrets.mask(request.url)}})

    def exchange(self, exchange: Exchange, records: Sequence[Record], *, sent: bool = True) -> None:
        """What became of it, with what the judge says for each case that shares the answer. All of it masked.
        `sent` is false where no byte went out."""
        line: dict[str, Any] = {"exchange": exchange_json(exchange), "sent": sent}
        line["records"] = [
            {"case": case_json(record.case), "judgement": judgement_json(record.judgement)} for record in records
        ]
        used = {record.case.service for record in records} & self._contracts.keys()
        if used:
            line["contracts"] = {service: self._contracts[service] for service in sorted(used)}

        def lean() -> dict[str, Any]:
            bare = exchange.response and replace(exchange.response, body=b"")
            return {**line, "exchange": exchange_json(replace(exchange, response=bare)), "bodiless": True}

        self._lines.append(line, lean)

    def plan(self, facts: Mapping[str, Any]) -> None:
        """What the header says besides, now that there is a plan."""
        self._lines.append({"plan": masked(facts, self._secrets)})

    def fetched(self, exchange: Exchange, *, sent: bool = True) -> None:
        """What became of a request that was sent to make the plan. It is judged later, in a line of its own."""
        self._lines.append({"fetched": exchange_json(exchange), "sent": sent})

    def unsent(self, step: Step, reason: str, *, spent: bool = False) -> None:
        """The request of the step was not sent; `spent` where the budget has no room for it."""
        if self._lines.is_full:
            # It is missing, line or no line.
            return
        told: dict[str, Any] = {"exchange": step.exchange, "case": step.case.id, "reason": self._secrets.mask(reason)}
        self._lines.append({"unsent": {**told, "spent": True} if spent else told})

    def stopped(self, how: str) -> None:
        """The run ends here, before its end: it `was interrupted`, say."""
        self._lines.append({"stopped": {"at": now(), "how": self._secrets.mask(how)}})

    def summary(self, told: Mapping[str, Any]) -> None:
        """What all recordings of an audit say; its examples are exchanges before it."""
        self._lines.append({"summary": masked(told, self._secrets)})

    def end(self, **facts: Any) -> None:
        """The run is complete; `facts` are what its owner adds."""
        self._lines.append({"end": {"at": now(), **masked(facts, self._secrets)}})

    def close(self) -> None:
        self._lines.close()


def masked(value: Any, secrets: Secrets, *, key: str = "") -> Any:
    """The value as the header of a journal holds it."""
    if isinstance(value, str):
        return value if key in _STRUCTURE else secrets.mask(value)
    if isinstance(value, Mapping):
        return {str(name): masked(held, secrets, key=str(name)) for name, held in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked(held, secrets, key=key) for held in value]
    return value
