"""A journal read back: what a run sent and got, as far as it came. Must never import the wire or the exchanger."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.errors import ConformanceError
from conformance.model import Exchange, Record, order_of
from conformance.target.journal.lines import in_use, opened
from conformance.target.journal.records import case_from, exchange_from, judgement_from

KILLED, GOING_ON = "was killed", "is still going on"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLog:
    """What a journal holds. `unsent` maps an exchange id to the reason; `pending` were sent without an answer being
    known; `unjudged` were answered while the judge failed; `problems` names the lines that are damaged."""

    header: Mapping[str, Any] = field(default_factory=dict)
    records: tuple[Record, ...] = ()
    unsent: Mapping[str, str] = field(default_factory=dict)
    pending: tuple[str, ...] = ()
    begun: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What was written of the pending before they went out: `case`, `at`; not by the oldest: `method`, `url`."""
    ended: bool = False
    problems: tuple[str, ...] = ()
    unjudged: tuple[Exchange, ...] = ()
    unreached: tuple[str, ...] = ()
    """Exchanges of which no byte went out: they can be sent again without harm."""
    fetched: tuple[Exchange, ...] = ()
    """What was sent to make a plan, and not judged: the run was ended before."""
    spent: frozenset[str] = frozenset()
    """Of the unsent those for which there was no room in the budget: nothing of the run is missing without them."""
    bodiless: tuple[str, ...] = ()
    """Exchanges whose answer was too large for what was left of the disk: its body was judged and not kept."""
    stopped: str = ""
    """What became of a run that did not come to its end: it was killed, was interrupted, is still going on."""
    resumed: tuple[Mapping[str, Any], ...] = ()
    """When it was gone on with, and how, each time."""
    end: Mapping[str, Any] = field(default_factory=dict)
    summary: Mapping[str, Any] = field(default_factory=dict)
    """Of an audit what all its recordings say."""
    folder: Path | None = None


def read(path: Path) -> RunLog:
    """What the journal holds; only a file that cannot be opened is an error. A torn last line is no problem: the
    run was killed while it was written. Any other line that does not fit its checksum is one."""
    try:
        writing = in_use(path)
        content = path.read_bytes()
    except OSError as error:
        raise ConformanceError(f"{path} cannot be read ({error.strerror}); name the run.jsonl of a run") from None
    return _Reader(path).read(content, GOING_ON if writing else KILLED)


_ID = re.compile(r"[wx][0-9]{5,}(\.[rs]?[0-9]+)*")


class _Reader:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._header: Mapping[str, Any] | None = None
        self._records: dict[str, tuple[Record, ...]] = {}
        self._unjudged: dict[str, Exchange] = {}
        self._unreached: dict[str, None] = {}
        self._unsent: dict[str, str] = {}
        self._spent: set[str] = set()
        self._fetched: dict[str, Exchange] = {}
        self._bodiless: dict[str, None] = {}
        self._pending: dict[str, Mapping[str, str]] = {}
        self._resumed: list[Mapping[str, Any]] = []
        self._stopped = ""
        self._end: Mapping[str, Any] | None = None
        self._summary: Mapping[str, Any] = {}
        self._problems: list[str] = []
        self._said: dict[int, int] = {}
        """What each line said that was read, as a hash by its number."""
        self._before = 0
        self._highest = 0
        self._unknown = 0
        """Damaged lines behind the highest: their numbers are not known."""
        self._foreign = False

    def read(self, content: bytes, stopped: str) -> RunLog:
        *lines, last = content.split(b"\n")
        for number, line in enumerate(lines, 1):
            self._line(number, line)
        if last:
            self._line(len(lines) + 1, last, torn=True)
        if self._header is None:
            self._problems.insert(0, f"{self._path}, line 1: no header of a run")
        return RunLog(
            header=self._header or {},
            records=tuple(self._ordered()),
            unsent=self._unsent,
            pending=tuple(self._pending),
            begun=dict(self._pending),
            ended=self._end is not None,
            problems=tuple(self._problems),
            unjudged=tuple(self._unjudged.values()),
            fetched=tuple(self._fetched.values()),
            unreached=tuple(sorted(self._unreached, key=order_of)),
            spent=frozenset(self._spent & self._unsent.keys()),
            bodiless=tuple(self._bodiless),
            stopped="" if self._end is not None else self._stopped or stopped,
            resumed=tuple(self._resumed),
            end=self._end or {},
            summary=self._summary,
            folder=self._path.parent,
        )

    def _line(self, number: int, line: bytes, *, torn: bool = False) -> None:
        if self._foreign:
            return
        try:
            said, value = opened(line)
        except (ValueError, AttributeError, RecursionError) as error:
            self._unknown += 1
            if not torn:
                self._problem(number, error)
            return
        try:
            if self._is_next(number, said, hash(line)):
                self._take(value)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            self._problem(number, error)

    def _problem(self, number: int, error: Exception) -> None:
        why = str(error) if type(error) is ValueError else f"it cannot be read ({type(error).__name__})"
        self._problems.append(f"{self._path}, line {number}: {why}")

    def _is_next(self, number: int, said: int, content: int) -> bool:
        """Is it what comes next, and not one that was read? A number that is not the next one is a problem, and is told
        once for a row of them."""
        if self._said.get(said, content) != content:
            self._foreign = True
            raise ValueError("another run begins here, and is not read")
        follows = said == self._before + 1 or self._highest < said <= self._highest + 1 + self._unknown
        self._before = said
        if said <= self._highest:
            if not follows:
                raise ValueError(f"it says that it is line {said}: it is a copy, or out of its place")
            return False
        if not follows:
            self._problem(number, ValueError(f"it says that it is line {said}: lines before it are missing"))
        self._said[said], self._highest, self._unknown = content, said, 0
        return True

    def _take(self, value: Any) -> None:
        if "header" in value:
            self._begin(dict(value["header"]))
        elif "plan" in value:
            self._plan(dict(value["plan"]))
        elif "fetched" in value:
            self._fetch(exchange_from(value["fetched"]), sent=bool(value["sent"]))
        elif "sending" in value:
            self._pending[_id(value["sending"]["exchange"])] = {
                name: str(told) for name, told in value["sending"].items() if name != "exchange"
            }
            self._unsent.pop(value["sending"]["exchange"], None)
        elif "exchange" in value:
            self._exchange(value)
        elif "unsent" in value:
            self._not_sent(value["unsent"])
        elif "stopped" in value:
            self._stopped = str(value["stopped"]["how"])
        elif "resumed" in value:
            self._go_on(dict(value["resumed"]))
        elif "summary" in value:
            self._summary = dict(value["summary"])
        elif "end" in value:
            self._end = dict(value["end"])
        else:
            raise KeyError("kind of line")

    def _begin(self, header: Mapping[str, Any]) -> None:
        if self._header is not None:
            raise ValueError("it is a second header")
        self._header = header

    def _plan(self, told: Mapping[str, Any]) -> None:
        if self._header is None:
            raise KeyError("header")
        if "plan" in self._header:
            raise ValueError("it is a second plan")
        self._header = {**self._header, **told}

    def _not_sent(self, told: Mapping[str, Any]) -> None:
        name = _id(told["exchange"])
        self._unsent[name] = str(told["reason"])
        self._pending.pop(name, None)
        if told.get("spent"):
            self._spent.add(name)

    def _go_on(self, told: Mapping[str, Any]) -> None:
        """What had not been sent until then, or had not gone out, was missing, and its turn came again."""
        self._resumed.append(told)
        if self._header is not None:
            self._header = {**self._header, **{key: told[key] for key in ("waivers", "baseline") if key in told}}
        self._stopped, self._end = "", None
        self._unsent = {name: reason for name, reason in self._unsent.items() if name in self._spent}
        for name in self._unreached:
            self._records.pop(name, None)
            self._unjudged.pop(name, None)
            self._fetched.pop(name, None)
        self._unreached.clear()

    def _fetch(self, exchange: Exchange, *, sent: bool) -> None:
        """What an earlier start asked for is answered as well: it is fetched anew each time."""
        number = _id(exchange.id).partition(".")[0]
        for name in [name for name in self._pending if name.partition(".")[0] == number]:
            del self._pending[name]
        self._fetched[exchange.id] = exchange
        if not sent:
            self._unreached[exchange.id] = None

    def _exchange(self, value: Mapping[str, Any]) -> None:
        exchange = exchange_from(value["exchange"])
        _id(exchange.id)
        records = tuple(
            Record(
                case=case_from(held["case"], exchange.request),
                exchange=exchange,
                judgement=judgement_from(held["judgement"]),
            )
            for held in value["records"]
        )
        for known in (self._pending, self._unsent, self._unjudged, self._unreached, self._fetched):
            known.pop(exchange.id, None)
        if not value.get("sent", True):
            self._unreached[exchange.id] = None
        self._bodiless.pop(exchange.id, None)
        if value.get("bodiless"):
            self._bodiless[exchange.id] = None
        if records:
            self._records[exchange.id] = records
        else:
            self._unjudged[exchange.id] = exchange

    def _ordered(self) -> Iterator[Record]:
        """Records in the order of the plan, whatever order the answers came in."""
        for key in sorted(self._records, key=order_of):
            yield from self._records[key]


def _id(name: str) -> str:
    if not _ID.fullmatch(name):
        raise KeyError(name)
    return name
