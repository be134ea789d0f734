"""What the suite costs by itself, as ratios: nothing here is a test, since a clock proves nothing on a busy machine.

    python -m bench.own_cost [--only exchange|start|growth|workers]... [--json FILE] [--write PAGE]

`exchange`: plan, encode, guard, judge, mask and record, against sending the same prepared requests with `requests` in a
loop; the answers come from memory, so no network is in it. `start`: the time to the first request, against an empty
pytest run plus one import of each library that is needed. `growth`: the cost of one exchange as their number grows.
`workers`: wall time with N senders against a server that answers after 100 ms, and under a rate. All in one run, on one
machine, each run of the suite in a process of its own.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pickle
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import requests

from bench import own_cost_told, servers
from conformance.judge import Judge
from conformance.model import Plan, Request, Response
from conformance.report.language import ENGLISH
from conformance.report.writers import ALWAYS
from conformance.run import rendering, setup, writing
from conformance.run.header import header
from conformance.run.header import planned as planned_facts
from conformance.run.options import Options
from conformance.run.setup import Setup
from conformance.target.exchanger import Exchanger
from conformance.target.journal import Journal
from conformance.target.wire import Wire

Figures = dict[str, Any]

ROOT = Path(__file__).parents[1]
ROUNDS = 5
LIBRARIES = (
    *("covertable", "jinja2", "jsonschema", "lxml.etree", "pydantic", "requests", "rich.console", "simplejson"),
    *("tenacity", "typer", "xmlschema"),
)
"""What a run over collection-policy needs from its start to its report, beside pytest."""
DRAWS = "hypothesis"
"""What only a depth that draws cases needs."""
SENDERS = (1, 2, 4, 8)
RATE = 20


class Known:
    """A wire that has every answer already."""

    def __init__(self, answers: Mapping[Request, Response]) -> None:
        self._answers = answers

    def send(self, request: Request, tried: list[str]) -> Response:  # noqa: ARG002 - nothing fails
        return self._answers[request]


def target(folder: Path, addresses: Mapping[str, str], *head: str) -> Path:
    """A target file for these services, with something to mask."""
    lines = [*head]
    for service, url in addresses.items():
        described = f'wsdl = "{url}?wsdl"' if service == "actualizar-correo" else f'url = "{url}"'
        lines += [f"[{service}]", described, 'headers = { Authorization = "Bearer c0st-0f-4-run" }']
    path = folder / "target.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def best(act: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The least of several wall times: what disturbs a measurement only ever adds to it."""
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return min(taken)


# --- one exchange -----------------------------------------------------------------------------------------------------


def answered(file: Path, depth: str) -> tuple[Plan, dict[Request, Response]]:
    """The plan for a target, and the answer to each request of it, sent once."""
    ready = setup.set_up(Options(target=file, depth=depth))
    wire = Wire(ready.target)
    answers: dict[Request, Response] = {}

    def kept(request: Request) -> Response:
        if request not in answers:
            answers[request] = wire.send(request)
        return answers[request]

    plan = setup.plan(setup.bind_all(ready, kept), ready.items)
    for step in plan.steps:
        kept(step.case.request)
    return plan, answers


def alone(file: Path, depth: str, answers: Mapping[Request, Response], folder: Path) -> Figures:
    """One run in this process, from the options to the written report, with answers from memory: seconds up to the last
    line of the journal, and seconds of the report. Libraries are loaded before: `start` counts them."""
    for name in (*LIBRARIES, DRAWS):
        importlib.import_module(name)
    begun = time.perf_counter()
    ready = setup.set_up(Options(target=file, depth=depth))
    wire = Known(answers)
    bound = setup.bind_all(ready, lambda request: wire.send(request, []))
    plan = setup.plan(bound, bound.items)
    planned = time.perf_counter()
    facts = header(bound, bound.items, folder.name, "")
    journal = Journal.create(folder / rendering.JOURNAL, facts, bound.target.masks())
    journal.plan(planned_facts(bound, plan, bound.items))
    judges = {name: _judge(bound, name) for name in bound.target.services}
    exchanger = Exchanger(
        plan, wire=wire, judge=lambda case, got: judges[case.service](case, got), journal=journal, target=bound.target
    )
    exchanger.start()
    exchanger.wait_all()
    journal.end()
    journal.close()
    recorded = time.perf_counter()
    log = rendering.log_of(folder)
    writing.written(rendering.material(rendering.report_of(log), log, ENGLISH), folder, ALWAYS)
    reported = time.perf_counter()
    return {
        "requests": len(plan.steps),
        "plan": planned - begun,
        "exchange": recorded - planned,
        "report": reported - recorded,
    }


def _judge(bound: Setup, service: str) -> Judge:
    one = bound.service(service)
    return Judge(one.contract, bound.rules, one.description)


def own(file: Path, depth: str, answers: Mapping[Request, Response], rounds: int = ROUNDS) -> Figures:
    """The least of several runs, each in a process of its own: what one remembers helps no other."""
    taken: list[Figures] = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "answers").write_bytes(pickle.dumps(answers))
            command = [sys.executable, "-m", "bench.own_cost", "--alone", str(file), depth, folder]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
            taken.append(json.loads(done.stdout))
    return min(taken, key=lambda figures: figures["plan"] + figures["exchange"] + figures["report"])


def loop(plan: Plan, url: str | None = None) -> float:
    """Seconds for sending the plan's requests with `requests`, one after the other; to `url` where one is given."""
    with requests.Session() as session:
        made = [_prepared(step.case.request, url) for step in plan.steps]

        def send() -> None:
            for one in made:
                session.send(one, allow_redirects=False)

        return best(send, 3)


def _prepared(request: Request, url: str | None) -> requests.PreparedRequest:
    one = requests.Request(request.method, url or request.url, data=request.body).prepare()
    one.method = request.method
    # Bytes, as the wire sends them: requests takes them, its types do not.
    cast("Any", one.headers).update({name: value.encode() for name, value in request.headers})
    one.headers["Content-Length"] = str(len(request.body))
    return one


def exchange(folder: Path) -> Figures:
    """Our own cost of one exchange against the wire's."""
    with servers.running("reference") as addresses, servers.running("plain") as plain:
        file = target(folder, addresses)
        plan, answers = answered(file, "standard")
        figures = own(file, "standard", answers)
        number = figures["requests"]
        figures["loop"] = loop(plan) / number
        figures["loop_plain"] = loop(plan, plain["plain"]) / number
    return figures


# --- start and growth -------------------------------------------------------------------------------------------------


def start(folder: Path) -> Figures:
    """To the first request of a run, against what cannot be saved."""
    (folder / "empty").mkdir()
    environ = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

    def run(*words: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, *words], cwd=folder / "empty", env=environ, capture_output=True)  # noqa: PLW1510 - an empty run has a status of its own

    bare = best(run("-c", "pass"))
    figures: Figures = {"pytest": best(run("-m", "pytest", "-q"))}
    figures["libraries"] = best(run("-c", f"import {', '.join(LIBRARIES)}")) - bare
    figures["draws"] = best(run("-c", f"import {DRAWS}")) - bare
    figures["depths"] = {
        depth: min(_first(folder, depth) for _ in range(3)) for depth in ("smoke", "quick", "standard")
    }
    return figures


def _first(folder: Path, depth: str) -> float:
    """Seconds from the start of the command to the first connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        service = {"collection-policy": f"http://127.0.0.1:{listening.getsockname()[1]}/"}
        file = target(folder, service)
        out = tempfile.mkdtemp(dir=folder)
        command = ["check", "--target", str(file), "--depth", depth, "--out", f"{out}/run", "--quiet"]
        begun = time.perf_counter()
        with subprocess.Popen(
            [sys.executable, "-m", "conformance", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            listening.settimeout(60)
            listening.accept()[0].close()
            taken = time.perf_counter() - begun
            process.kill()
        return taken


def growth(folder: Path) -> Figures:
    """The cost of one exchange at each depth, and what a further one costs from each depth to the next."""
    figures: Figures = {}
    with servers.running("reference") as addresses:
        file = target(folder, addresses)
        for depth in ("quick", "standard", "deep"):
            _, answers = answered(file, depth)
            taken = own(file, depth, answers, 3)
            total = taken["plan"] + taken["exchange"] + taken["report"]
            figures[depth] = {**taken, "each": total / taken["requests"]}
    return figures


# --- workers ----------------------------------------------------------------------------------------------------------


def workers(folder: Path) -> Figures:
    """How long one run sends with N senders, and at a rate that four senders would exceed."""
    with servers.running("slow") as addresses:
        one = {"envio-correo": addresses["envio-correo"]}
        file = target(folder, one)
        free = {number: _check(folder, file, number) for number in SENDERS}
        held = _check(folder, target(folder, one, f"budget = {{ per_second = {RATE} }}"), 4)
    return {"delay": servers.DELAY, "free": free, "rate": RATE, "held": held}


def _check(folder: Path, file: Path, number: int) -> Figures:
    out = Path(tempfile.mkdtemp(dir=folder)) / "run"
    words = ["check", "--target", str(file), "--depth", "standard", "--out", str(out)]
    words += ["--workers", str(number), "--quiet"]
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-m", "conformance", *words], check=True)
    taken = time.perf_counter() - begun
    sent = {record.exchange.id: record.exchange for record in rendering.log_of(out).records}
    begins = [datetime.fromisoformat(one.started).timestamp() for one in sent.values()]
    ends = [begin + one.milliseconds / 1000 for begin, one in zip(begins, sent.values(), strict=True)]
    return {"requests": len(sent), "wall": taken, "sending": max(ends) - min(begins)}


# --- the command ------------------------------------------------------------------------------------------------------

PARTS: Mapping[str, Callable[[Path], Figures]] = {
    "exchange": exchange,
    "start": start,
    "growth": growth,
    "workers": workers,
}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--only", action="append", choices=PARTS, default=[])
    parser.add_argument("--json", type=Path, help="write every figure here")
    parser.add_argument("--write", type=Path, help="put the tables into this page, between its marks")
    parser.add_argument("--alone", nargs=3, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.alone:
        file, depth, folder = chosen.alone
        answers = pickle.loads((Path(folder) / "answers").read_bytes())
        print(json.dumps(alone(Path(file), depth, answers, Path(folder))))
        return
    figures: dict[str, Figures] = {}
    for part in chosen.only or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            figures[part] = PARTS[part](Path(folder))
    text = own_cost_told.page(figures)
    print(text)
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    if chosen.write:
        chosen.write.write_text(own_cost_told.placed(chosen.write.read_text("utf-8"), text), "utf-8")


if __name__ == "__main__":
    main()
