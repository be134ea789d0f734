"""What is fetched of a WSDL counts like any other request: for the budget, for the rate, and in the report."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from conformance.errors import ConformanceError
from conformance.run import binding
from tests.test_leaks_soap import UPDATE, as_it_is, ran, reference
from tests.test_soap_safety import importing

RULES = (f"{UPDATE}/http/wsdl", f"{UPDATE}/envelope/malformed")


@pytest.mark.parametrize("requests", [1, 2, 3, 5, 9])
def test_downloads_are_part_of_the_budget(requests: int, tmp_path: Path) -> None:
    with reference(UPDATE, as_it_is) as (url, server):
        run = ran(tmp_path, f'budget = {{ requests = {requests} }}\n[{UPDATE}]\nwsdl = "{url}?wsdl"\n', RULES)
    assert len(server.received) == requests
    assert [one.method for one in server.received[:2]] == ["GET", "POST"][:requests]
    assert run.report is not None
    assert f"1 of the budget of {requests} requests went to its WSDL" in " ".join(run.report.notices)
    undecided = {one.encoding for one in run.report.verdicts if one.rule == RULES[1] and one.outcome == "untested"}
    assert undecided == ({"soap-1.1", "soap-1.2"} if requests < 9 else undecided)


def test_a_download_beyond_the_budget_is_not_made_and_not_held_against_the_target(tmp_path: Path) -> None:
    with reference(UPDATE, importing("?xsd=2")) as (url, server):
        run = ran(tmp_path, f'budget = {{ requests = 1 }}\n[{UPDATE}]\nwsdl = "{url}?wsdl"\n', RULES)
        with pytest.raises(ConformanceError, match="the budget of 1 requests is spent"):
            binding.told(tmp_path / "t.toml")
    assert len(server.received) == 2
    assert run.report is not None
    assert run.report.exit_status == 6
    told = json.loads((tmp_path / "run" / "report.json").read_text("utf-8"))
    outcomes = {verdict["outcome"] for verdict in told["verdicts"] if verdict["rule"] == f"{UPDATE}/http/wsdl"}
    assert outcomes == {"cant-tell"}


def test_downloads_keep_the_rate(tmp_path: Path) -> None:
    came: list[float] = []

    def noted(incoming, found):
        came.append(time.monotonic())
        return importing("?xsd=2")(incoming, found)

    with reference(UPDATE, noted) as (url, _):
        text = f'budget = {{ per_second = 4 }}\n[{UPDATE}]\nwsdl = "{url}?wsdl"\n'
        ran(tmp_path, text, RULES)
        with pytest.raises(ConformanceError):
            binding.told(tmp_path / "t.toml")
    assert len(came) == 4
    # No more than four a second, whatever fetches; the two commands each begin at once.
    assert came[1] - came[0] > 0.2
    assert came[3] - came[2] > 0.2
