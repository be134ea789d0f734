"""The last request of a run is the baseline, which leaves a tenant in a known state; where not, the report says so."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.model import Plan, Step
from conformance.run import execution
from conformance.run.options import Options
from conformance.run.setup import Setup, bind_all, plan, set_up
from tests.profiles.wire import Incoming, Outgoing, Served
from tests.test_leaks_soap import Hook, as_it_is, reference

POLICY, MAIL, UPDATE = "collection-policy", "envio-correo", "actualizar-correo"
HERE = "http://127.0.0.1:1/x"
SENTENCE = "may be left as"


def planned(folder: Path, head: str = "", sections: str = "", **options: object) -> Plan:
    told = sections or f'[{POLICY}]\nurl = "{HERE}"\n[{MAIL}]\nurl = "{HERE}"\n'
    (folder / "t.toml").write_text(head + told, "utf-8")
    prepared = bind_all(set_up(Options(target=folder / "t.toml", **{"depth": "quick", **options}), {}), None)  # type: ignore[arg-type]
    return plan(prepared, prepared.items)


def ends(made: Plan) -> dict[tuple[str, str], Step]:
    """The last step of each service and encoding."""
    return {(step.case.service, step.case.encoding): step for step in made.steps}


@pytest.mark.parametrize(
    ("head", "options"),
    [
        ("", {}),
        ("", {"depth": "smoke"}),
        pytest.param("", {"depth": "standard"}, marks=pytest.mark.nightly),
        *(("", {"shard": f"{number}/3"}) for number in (1, 2, 3)),
        *((f"budget = {{ requests = {number} }}\n", {}) for number in (1, 2, 3, 6, 7, 30, 300)),
        *(("", {"rules": (rule,)}) for rule in ("*/pattern", "*/http/*", "*/malformed", "*/response/*", "*/type")),
        ("budget = { requests = 9 }\n", {"shard": "2/2", "rules": ("*/type",)}),
    ],
    ids=str,
)
def test_every_plan_ends_with_the_baseline(head: str, options: dict[str, object], tmp_path: Path) -> None:
    made = planned(tmp_path, head, **options)
    assert made.steps
    for step in ends(made).values():
        assert step.case.kind == "baseline"
        assert step.barrier


@pytest.mark.parametrize("place", [1, 200, *(pytest.param(one, marks=pytest.mark.nightly) for one in (2, 40, -2, -1))])
def test_a_replay_ends_with_the_baseline(place: int, tmp_path: Path) -> None:
    whole = planned(tmp_path)
    made = planned(tmp_path, replay=whole.steps[place].exchange)
    assert ends(made).keys() == {(whole.steps[place].case.service, whole.steps[place].case.encoding)}
    assert all(step.case.kind == "baseline" for step in ends(made).values())


def test_every_set_of_values_is_left_as_its_baseline_leaves_it(tmp_path: Path) -> None:
    rows = ", ".join(f'{{ NumeroFactura = "{number}" }}' for number in (1, 2, 3))
    sections = f'[{MAIL}]\nurl = "{HERE}"\nsoap = ["1.1"]\nvalues = [{rows}]\n'
    for requests in (1000, 12, 6, 5):
        made = planned(tmp_path, f"budget = {{ requests = {requests} }}\n", sections)
        assert len(made.steps) <= requests
        sent = {}
        for step in made.steps:
            number = re.search(rb"NumeroFactura>(\d)<", step.case.request.body)
            if number is not None:
                sent[number[1]] = step
        assert all(not step.case.rules and not step.case.carries for step in sent.values()), requests
        assert made.steps[-1].case.kind == "baseline"


@contextmanager
def running(
    folder: Path, service: str, hook: Hook, head: str = "", workers: int = 1
) -> Iterator[tuple[execution.Run, Served]]:
    with reference(service, hook) as (url, server):
        address = f'wsdl = "{url}?wsdl"' if service == UPDATE else f'url = "{url}"'
        (folder / "t.toml").write_text(f"{head}[{service}]\n{address}\n", "utf-8")
        prepared = prepared_for(folder, workers)
        run = execution.Run(prepared, prepared.items, narrowed=False)
        try:
            run.start()
            yield run, server
        finally:
            run.close()


def prepared_for(folder: Path, workers: int) -> Setup:
    return set_up(Options(target=folder / "t.toml", depth="quick", out=folder / "run", workers=workers), {})


def notices(folder: Path) -> str:
    """What page one says beside the verdict, which is the same in the page and in the JSON."""
    told: list[str] = json.loads((folder / "run" / "report.json").read_text("utf-8"))["notices"]
    return "\n".join(told)


def refusing_some(incoming: Incoming, found: Outgoing) -> Outgoing:
    """A third of all messages, whatever is in them: packed ones are then sent again in parts."""
    return replace(found, status=503, body=b"") if len(incoming.body) % 3 == 0 else found


@pytest.mark.parametrize(
    ("service", "hook", "head", "workers"),
    [
        pytest.param(POLICY, as_it_is, "", 8, marks=pytest.mark.nightly),
        (POLICY, refusing_some, "", 8),
        (POLICY, refusing_some, "budget = { requests = 60 }\n", 2),
        pytest.param(MAIL, as_it_is, "", 8, marks=pytest.mark.nightly),
        (UPDATE, as_it_is, "budget = { requests = 21 }\n", 4),
    ],
)
def test_the_last_request_that_a_server_receives_is_the_first_one_again(
    service: str, hook: Hook, head: str, workers: int, tmp_path: Path
) -> None:
    with running(tmp_path, service, hook, head, workers) as (run, server):
        run.finish()
    sent = [one for one in server.received if one.method == "POST" and one.body]
    last, first = {}, {}
    for one in sent:
        label = (one.header("Content-Type") or "").partition(";")[0].lower()
        first.setdefault(label, one.body)
        last[label] = one.body
    assert sent[-1].body in first.values()
    # The others of a service end with their own baseline, before the next begins.
    documented = {"application/json", "text/xml", "application/x-www-form-urlencoded", "application/soap+xml"}
    whole = {label: body for label, body in last.items() if label in documented}
    assert sent[-1].body in whole.values()
    if head:
        assert len(server.received) <= int("".join(char for char in head if char.isdigit()))
    told = notices(tmp_path)
    assert f"This run wrote to {service}" in told
    assert (SENTENCE in told) == (hook is refusing_some and len(sent[-1].body) % 3 == 0)


def test_the_report_says_that_the_earlier_policy_was_overwritten(tmp_path: Path) -> None:
    with running(tmp_path, POLICY, as_it_is, "budget = { requests = 9 }\n") as (run, _):
        run.finish()
    effect = "the tenant's earlier collection policy was overwritten"
    assert effect in notices(tmp_path)
    page = (tmp_path / "run" / "report.html").read_text("utf-8")
    assert 0 < page.replace("&#39;", "'").index(effect) < page.index("<h2", page.index("<h1") + 1) + 20_000


def test_an_interrupted_run_says_that_the_tenant_is_left_as_it_is(tmp_path: Path) -> None:
    with running(tmp_path, POLICY, as_it_is, "budget = { per_second = 40 }\n") as (run, server):
        until = time.monotonic() + 60
        while len(server.received) < 12 and time.monotonic() < until:
            time.sleep(0.01)
        run.finish(interrupted=True)
    assert f"{POLICY} {SENTENCE} x000" in notices(tmp_path)
    again = f"`conformance check --target {tmp_path / 't.toml'} --depth smoke --service {POLICY}`"
    assert again in notices(tmp_path)


def test_a_service_that_was_given_up_says_that_the_tenant_is_left_as_it_is(tmp_path: Path) -> None:
    def failing(incoming: Incoming, found: Outgoing) -> Outgoing:
        nonlocal asked
        asked += 1
        if asked > 9:
            time.sleep(1.5)
        return found

    asked = 0
    head = "timeout = { connect = 1, exchange = 1 }\n"
    with running(tmp_path, POLICY, failing, head) as (run, _):
        run.finish()
    told = notices(tmp_path)
    assert "3 requests in a row had no answer" in told
    assert f"{POLICY} {SENTENCE} x000" in told


def test_a_last_baseline_without_an_answer_is_told(tmp_path: Path) -> None:
    made = planned(tmp_path, sections=f'[{MAIL}]\nurl = "{HERE}"\nsoap = ["1.2"]\n', rules=("*/lexical",))

    def silent(incoming: Incoming, found: Outgoing) -> Outgoing:
        nonlocal asked
        asked += 1
        if asked == len(made.steps):
            raise ConnectionResetError
        return found

    asked = 0
    (tmp_path / "run").mkdir()
    with reference(MAIL, silent) as (url, _):
        (tmp_path / "t.toml").write_text(f'[{MAIL}]\nurl = "{url}"\nsoap = ["1.2"]\n', "utf-8")
        chosen = Options(target=tmp_path / "t.toml", depth="quick", rules=("*/lexical",), out=tmp_path / "run")
        prepared = set_up(chosen, {})
        run = execution.Run(prepared, prepared.items, narrowed=False)
        try:
            run.start()
            run.finish()
        finally:
            run.close()
    assert f"{MAIL} {SENTENCE} {made.steps[-1].exchange} left it" in notices(tmp_path)
