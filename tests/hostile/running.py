"""One way, carried out: the whole suite against the server that has it, in process, and what a test asks of that."""

from __future__ import annotations

import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import FrameType

from conformance import checking, cli
from conformance.errors import ConformanceError
from conformance.model import Outcome, Report, Verdict
from conformance.report.language import ENGLISH
from conformance.run import rendering
from conformance.run.execution import Run
from conformance.run.options import Options
from conformance.run.setup import set_up
from conformance.target.journal import RunLog
from tests.hostile.lures import Bait, Listening, listening
from tests.hostile.server import MAIL, POLICY, UPDATE, Server, misbehaving
from tests.hostile.way import BOUND, REST, SOAP, Way, lanes

DEADLINE = 1.0
"""Seconds that the target file gives an exchange where the way is to be late."""
ENOUGH = 15.0
"""The same for every other way, which ends by itself, on a busy machine too."""
SOON = 25.0
"""Seconds within which a run of at most seven exchanges is over, whatever it meets; most are in one."""
STUCK = 60
"""Seconds after which the test itself gives up."""
ROOM = 512 * 2**20
"""Bytes by which the memory of the process may grow in one run: the largest answer that is taken, a few times over."""
WALL = 3 * 2**30
"""Bytes of address space beyond what there is: the machine outlives a bomb that goes off."""
ENCODINGS = {"11": "soap-1.1", "12": "soap-1.2"}
SERVICES = {"soap": MAIL, "bound": UPDATE}


@dataclass(frozen=True)
class Seen:
    """A finished run. `report` is None where it ended with an error of the user, which `error` is."""

    way: Way
    out: Path
    report: Report | None
    error: str
    seconds: float
    grown: int
    heard: tuple[str, ...]
    callers: int
    touched: int
    received: tuple[bytes, ...]
    answered: tuple[int, int]
    """Requests that went out by the report, and those that the server took."""

    @property
    def verdicts(self) -> dict[tuple[str, str], Verdict]:
        """Rule without its service, and lane → verdict."""
        found = self.report.verdicts if self.report is not None else ()
        return {(one.rule.removeprefix(f"{one.service}/"), lane_of(one)): one for one in found}

    @cached_property
    def log(self) -> RunLog:
        return rendering.log_of(self.out)

    def failed(self) -> set[tuple[str, str]]:
        return {place for place, one in self.verdicts.items() if one.outcome is Outcome.FAILED}

    def words(self) -> str:
        """Everything that the run says of the answers, in one text."""
        if self.report is None:
            return self.error
        said = [self.report.sentence, *self.report.notices, *(one.sentence for one in self.report.observations)]
        for one in self.report.verdicts:
            said += [one.reason, *(f"{found.path} {found.expected} {found.observed}" for found in one.findings)]
        said += [record.exchange.error or "" for record in self.log.records]
        return "\n".join(dict.fromkeys(said))


def lane_of(verdict: Verdict) -> str:
    kind = {MAIL: "soap", UPDATE: "bound"}.get(verdict.service)
    return verdict.encoding if kind is None else kind + verdict.encoding[-3:].replace(".", "")


def sections(server: Server, way: Way) -> str:
    """The target file: the services and encodings of the lanes that the way is for."""
    wanted = lanes(way.to)
    seconds = DEADLINE if "http/in-time" in way.fails else ENOUGH
    told = [f'name = "hostile"\ntimeout = {{ connect = {seconds}, exchange = {seconds} }}\n']
    if way.tls:
        told.append("tls = { verify = false }\n")
    rest = [name for name in REST if name in wanted]
    if rest:
        told.append(f'[{POLICY}]\nurl = "{server.url(POLICY)}"\nencodings = {rest}\n')
    for group in (SOAP, BOUND):
        kind = group[0][:-2]
        versions = [ENCODINGS[name[-2:]][-3:] for name in group if name in wanted]
        if versions:
            service = SERVICES[kind]
            place = f'wsdl = "{server.url(service)}?wsdl"' if kind == "bound" else f'url = "{server.url(service)}"'
            told.append(f"[{service}]\n{place}\nsoap = {versions}\n")
    return "".join(told)


def put(way: Way, bait: Bait, folder: Path) -> Seen:
    """The suite against a server that behaves in that way, and what the terminal is told of it printed."""
    folder.mkdir(parents=True, exist_ok=True)
    out = folder / "run"
    bait.touched()
    callers = bait.callers
    report, error = None, ""
    with misbehaving(way, bait.lures) as server, listening(folder, ports=(server.port,)) as heard, walled():
        path = folder / "target.toml"
        path.write_text(sections(server, way), "utf-8")
        before = _rested()
        started = time.monotonic()
        try:
            report = _run(path, out, way)
        except ConformanceError as wrong:
            error = str(wrong)
            cli._complain(error, cli.EXIT_USAGE)
        seconds, grown = time.monotonic() - started, _peak() - before
        if report is not None:
            _told(report, out)
    sent = report.scope["requests"]["sent"] if report is not None else 0
    return Seen(
        way=way,
        out=out,
        report=report,
        error=error,
        seconds=seconds,
        grown=grown,
        heard=_once(heard),
        callers=bait.callers - callers,
        touched=bait.touched(),
        received=tuple(server.received),
        answered=(sent, len(server.received)),
    )


def _once(heard: Listening) -> tuple[str, ...]:
    return tuple(dict.fromkeys(heard.heard))


def _run(path: Path, out: Path, way: Way) -> Report | None:
    rules = tuple(f"*/{rule}" for rule in way.rules)
    options = Options(target=path, depth=way.depth, rules=rules, out=out, command="conformance check --target t.toml")
    prepared = set_up(options, {})
    run = Run(prepared, prepared.items, narrowed=False)
    try:
        run.start()
        return run.finish()
    finally:
        run.close()


def _told(report: Report, out: Path) -> None:
    """What `conformance check --depth smoke` prints when it is over."""
    checking._summary(report, (out / "report.html",), out, ENGLISH)
    checking._show_answers(out)


# --- memory and time --------------------------------------------------------------------------------------------------


def _status(key: str) -> int:
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1]) * 1024
    raise KeyError(key)


def _rested() -> int:
    """Bytes in memory now; the kernel measures the peak anew from here."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")
    return _status("VmRSS")


def _peak() -> int:
    return _status("VmHWM")


@contextmanager
def walled() -> Iterator[None]:
    """An end to memory and time, for what would otherwise take the machine with it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    room = _status("VmSize") + WALL
    bounds = [one for one in (soft, hard, room) if one != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min(bounds), hard))
    before = signal.signal(signal.SIGALRM, _stuck)
    signal.alarm(STUCK)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _stuck(number: int, frame: FrameType | None) -> None:
    raise TimeoutError(f"the run is not over after {STUCK} seconds")
