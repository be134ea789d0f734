"""reports/sample is what this version makes: its files of its journal, and its verdicts of a run today.

`python -m tests.sample` makes it anew. The PDF is left out here: each version of a browser prints other bytes.
"""

from __future__ import annotations

import json
import re
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest

from tests import sample

FOLDER = sample.ROOT / sample.SAMPLE
MADE = "json,html,junit,har,ctrf,earl,markdown,csv,badge,waivers"
FILES = (
    "report.json",
    "report.html",
    "junit.xml",
    "evidence.har",
    "ctrf-report.json",
    "earl.jsonld",
    "summary.md",
    "verdicts.csv",
    "badge.svg",
    "waivers-draft.toml",
)
ADVICE = "if that is meant, `python -m tests.sample` makes the sample anew"


def drift(due: str, found: str, name: str) -> None:
    """Fails with the difference, where there is one."""
    if due != found:
        lines = unified_diff(due.splitlines(), found.splitlines(), f"committed/{name}", f"made/{name}", "", "", 0, "")
        shown = [line if len(line) < 400 else f"{line[:400]}…" for line in list(lines)[:60]]
        pytest.fail("\n".join([f"{name} is another one; {ADVICE}", *shown]), pytrace=False)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the journal of the sample gives today, with those in Spanish below."""
    folder = tmp_path_factory.mktemp("rendered")
    run = str(sample.SAMPLE)
    sample.command("report", run, "--format", MADE, "--out", str(folder), due=1)
    spanish = ("--lang", "es", "--format", "html,markdown")
    sample.command("report", run, *spanish, "--out", str(folder / "es"), due=1)
    return folder


@pytest.mark.parametrize("name", [*FILES, "es/report.html", "es/summary.md"])
def test_a_file_of_the_sample_is_what_its_journal_gives(rendered: Path, name: str) -> None:
    drift((FOLDER / name).read_text(encoding="utf-8"), (rendered / name).read_text(encoding="utf-8"), name)


def test_the_sample_has_every_format() -> None:
    from conformance.report.writers import FORMATS

    assert {file for file, _ in FORMATS.values()} == {*FILES, "report.pdf"}
    assert (FOLDER / "report.pdf").read_bytes().startswith(b"%PDF-")


def test_the_sample_does_not_say_where_it_was_made() -> None:
    options = json.loads((FOLDER / "run.jsonl").read_text(encoding="utf-8").split("\n", 1)[0])["header"]["options"]
    assert options["--target"] == str(sample.SAMPLE / "target.toml")


def test_the_claim_of_the_sample_holds() -> None:
    assert "The claim holds" in sample.command("verify", str(sample.SAMPLE))


def test_a_run_today_comes_to_the_verdicts_of_the_sample(tmp_path: Path) -> None:
    with sample.served(*sample.DEFECTS, port=0) as told:
        here = re.findall(r"127\.0\.0\.1:\d+", told)[0]
        target = (FOLDER / "target.toml").read_text(encoding="utf-8").replace(f"127.0.0.1:{sample.PORT}", here)
        (tmp_path / "target.toml").write_text(target, encoding="utf-8")
        words = ("--target", str(tmp_path / "target.toml"), "--waivers", str(FOLDER / "waivers.toml"))
        sample.command("check", *words, "--depth", "quick", "--out", str(tmp_path / "run"), due=1)
    drift(verdicts(FOLDER), verdicts(tmp_path / "run").replace(here, f"127.0.0.1:{sample.PORT}"), "verdicts")


def verdicts(run: Path) -> str:
    """One line for each verdict and observation, and the sentence."""
    report: dict[str, Any] = json.loads((run / "report.json").read_text(encoding="utf-8"))
    rows = [report["sentence"]]
    rows += [json.dumps(one, ensure_ascii=False) for one in (*report["verdicts"], *report["observations"])]
    return "\n".join(rows)
