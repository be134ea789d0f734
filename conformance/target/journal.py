"""`run.jsonl`: what a run sent and got, one line at a time, so that a killed run loses nothing that was answered.

A line `header`, then for each request a line `sending` before it and a line `exchange` after it, a line `unsent` for
each that did not go, and a line `end`. Every line is one write and a flush. What is written is masked by whoever made
it; the header is masked here. Must never import the wire or the exchanger.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from conformance.errors import ConformanceError
from conformance.model import Exchange, Record, Step, order_of
from conformance.target.records import (
    case_from,
    case_json,
    exchange_from,
    exchange_json,
    judgement_from,
    judgement_json,
)
from conformance.target.secrets import Secrets

_STRUCTURE = frozenset(
    (
        *("exchange", "case", "id", "service", "encoding", "kind", "expect", "rules", "leans_on", "path", "answer"),
        *("origin", "encodings", "services", "enforcement", "run", "started", "seed", "depth", "hash", "sha256"),
    )
)
"""Keys of the header whose texts are the suite's own and tie lines together; a short secret may not tear them."""


def now() -> str:
    """The present in ISO 8601 with zone."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Journal:
    """A journal open for writing. Safe for several threads."""

    def __init__(self, file: BinaryIO, header: Mapping[str, Any], secrets: Secrets) -> None:
        self._file = file
        self._secrets = secrets
        self._lock = threading.Lock()
        self._contracts = {
            service: facts["hash"] for service, facts in dict(header.get("contracts", {})).items() if "hash" in facts
        }

    @classmethod
    def create(cls, path: Path, header: Mapping[str, Any], secrets: Secrets | None = None) -> Journal:
        """A new journal that begins with the header."""
        journal = cls(_opened(path, "xb"), header, secrets or Secrets())
        journal._write({"header": _masked(header, journal._secrets)})
        return journal

    @classmethod
    def extend(cls, path: Path, secrets: Secrets | None = None) -> Journal:
        """The journal of an earlier run, to go on with. A torn last line is cut off."""
        header = read(path).header
        file = _opened(path, "r+b")
        kept = file.read().rfind(b"\n") + 1
        file.truncate(kept)
        file.seek(kept)
        return cls(file, header, secrets or Secrets())

    def sending(self, step: Step) -> None:
        """The request of the step goes out next."""
        self._write({"sending": {"exchange": step.exchange, "case": step.case.id, "at": now()}})

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
        self._write(line)

    def unsent(self, step: Step, reason: str) -> None:
        """The request of the step was not sent."""
        self._write({"unsent": {"exchange": step.exchange, "case": step.case.id, "reason": self._secrets.mask(reason)}})

    def end(self, **facts: Any) -> None:
        """The run is complete; `facts` are what its owner adds."""
        self._write({"end": {"at": now(), **_masked(facts, self._secrets)}})

    def close(self) -> None:
        with self._lock:
            self._file.close()

    def _write(self, line: Mapping[str, Any]) -> None:
        try:
            text = json.dumps(line, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            text = json.dumps(line).encode("ascii")
        with self._lock:
            self._file.write(text + b"\n")
            self._file.flush()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLog:
    """What a journal holds. `unsent` maps an exchange id to the reason; `pending` were sent without an answer being
    known; `unjudged` were answered while the judge failed; `problems` names lines that cannot be read."""

    header: Mapping[str, Any] = field(default_factory=dict)
    records: tuple[Record, ...] = ()
    unsent: Mapping[str, str] = field(default_factory=dict)
    pending: tuple[str, ...] = ()
    ended: bool = False
    problems: tuple[str, ...] = ()
    unjudged: tuple[Exchange, ...] = ()
    unreached: tuple[str, ...] = ()
    """Exchanges of which no byte went out: they can be sent again without harm."""
    end: Mapping[str, Any] = field(default_factory=dict)


def read(path: Path) -> RunLog:
    """What the journal holds; only a file that cannot be opened is an error. A torn last line is no problem: the
    run was killed while it was written."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConformanceError(f"{path} cannot be read ({error.strerror}); name the run.jsonl of a run") from None
    return _Reader(path).read(content)


class _Reader:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._header: Mapping[str, Any] | None = None
        self._records: dict[str, tuple[Record, ...]] = {}
        self._unjudged: dict[str, Exchange] = {}
        self._unreached: dict[str, None] = {}
        self._unsent: dict[str, str] = {}
        self._pending: dict[str, None] = {}
        self._end: Mapping[str, Any] | None = None
        self._problems: list[str] = []

    def read(self, content: bytes) -> RunLog:
        *lines, last = content.split(b"\n")
        for number, line in enumerate(lines, 1):
            self._line(number, line)
        if last:
            self._line(len(lines) + 1, last, torn=True)
        if self._header is None:
            self._problems.insert(0, f"{self._path}: no header line")
        return RunLog(
            header=self._header or {},
            records=tuple(self._ordered()),
            unsent=self._unsent,
            pending=tuple(self._pending),
            ended=self._end is not None,
            problems=tuple(self._problems),
            unjudged=tuple(self._unjudged.values()),
            unreached=tuple(sorted(self._unreached, key=order_of)),
            end=self._end or {},
        )

    def _line(self, number: int, line: bytes, *, torn: bool = False) -> None:
        if not line.strip():
            return
        try:
            self._take(json.loads(line.decode("utf-8")))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            if not torn:
                self._problems.append(f"{self._path}, line {number}: cannot be read ({type(error).__name__})")

    def _take(self, value: Any) -> None:
        if "header" in value:
            self._header = self._header or dict(value["header"])
        elif "sending" in value:
            self._pending[str(value["sending"]["exchange"])] = None
            self._unsent.pop(str(value["sending"]["exchange"]), None)
        elif "exchange" in value:
            self._exchange(value)
        elif "unsent" in value:
            self._unsent[str(value["unsent"]["exchange"])] = str(value["unsent"]["reason"])
            self._pending.pop(str(value["unsent"]["exchange"]), None)
        elif "end" in value:
            self._end = dict(value["end"])
        else:
            raise KeyError("kind of line")

    def _exchange(self, value: Mapping[str, Any]) -> None:
        exchange = exchange_from(value["exchange"])
        records = tuple(
            Record(
                case=case_from(held["case"], exchange.request),
                exchange=exchange,
                judgement=judgement_from(held["judgement"]),
            )
            for held in value["records"]
        )
        self._pending.pop(exchange.id, None)
        self._unsent.pop(exchange.id, None)
        self._unjudged.pop(exchange.id, None)
        self._unreached.pop(exchange.id, None)
        if not value.get("sent", True):
            self._unreached[exchange.id] = None
        if records:
            self._records[exchange.id] = records
        else:
            self._unjudged[exchange.id] = exchange

    def _ordered(self) -> Iterator[Record]:
        """Records in the order of the plan, whatever order the answers came in."""
        for key in sorted(self._records, key=order_of):
            yield from self._records[key]


def _opened(path: Path, mode: str) -> BinaryIO:
    try:
        return path.open(mode)  # type: ignore[return-value]
    except FileExistsError:
        raise ConformanceError(f"{path} exists; name another directory with --out") from None
    except OSError as error:
        raise ConformanceError(
            f"{path} cannot be written ({error.strerror}); name another directory with --out"
        ) from None


def _masked(value: Any, secrets: Secrets, *, key: str = "") -> Any:
    if isinstance(value, str):
        return value if key in _STRUCTURE else secrets.mask(value)
    if isinstance(value, Mapping):
        return {str(name): _masked(held, secrets, key=str(name)) for name, held in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(held, secrets, key=key) for held in value]
    return value
