"""The shards of `docs/ci/`: each file fits the schema of its system, and its jobs come to one report."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance import __version__
from tests.target_support import raw_server
from tests.test_ci_examples import CI, INSTALLS, SECRETS, SHELL, STEPS, workspace
from tests.test_cli import MUST_DEFECT, RULE, reference, surroundings

GITHUB, GITLAB = CI / "github-shards.yml", CI / "gitlab-shards.yml"
FILES = (GITHUB, GITLAB)
NAMED = [file.name for file in FILES]
OF = 4
Job = tuple[str, dict[str, str]]


def read(file: Path) -> dict[Any, Any]:
    tree: dict[Any, Any] = yaml.safe_load(file.read_text("utf-8"))
    return tree


@pytest.mark.parametrize("file", FILES, ids=NAMED)
def test_it_fits_the_schema_of_its_system_and_installs_this_version(file: Path, tmp_path: Path) -> None:
    system = {GITHUB: "github-workflows", GITLAB: "gitlab-ci"}[file]
    whole = {"on" if key is True else key: held for key, held in read(file).items()}
    spoilt = json.loads(json.dumps(whole).replace('"runs-on"', '"run-on"').replace('"parallel"', '"paralel"'))
    for content, status in ((whole, 0), (spoilt, 1)):
        (tmp_path / "ci.json").write_text(json.dumps(content), "utf-8")
        words = ["-m", "check_jsonschema", "--builtin-schema", f"vendor.{system}", str(tmp_path / "ci.json")]
        lint = [sys.executable, *words]
        done = subprocess.run(lint, capture_output=True, check=False, timeout=60, text=True)
        assert done.returncode == status, done.stdout[-2000:]
    text = file.read_text("utf-8")
    assert len(INSTALLS.findall(text)) == 2
    assert re.search(rf"CONFORMANCE_VERSION\W+{re.escape(__version__)}\W", text)


def github() -> Iterator[list[Job]]:
    """The shell of each job, with expressions put in; one list for the shards, one for the report."""
    tree = read(GITHUB)
    shard, report = tree["jobs"]["shard"], tree["jobs"]["report"]
    places = shard["strategy"]["matrix"]["shard"]
    assert places == list(range(1, OF + 1))
    said = {f"secrets.{name}": value for name, value in SECRETS.items()} | {"strategy.job-total": str(len(places))}
    ours = [step for step in shard["steps"] if "run" in step and not INSTALLS.search(step["run"])]
    jobs = []
    for place in places:

        def put_in(text: str, place: int = place) -> str:
            return re.sub(r"\$\{\{ (.*?) \}\}", lambda found: (said | {"matrix.shard": str(place)})[found[1]], text)

        jobs += [(step["run"], {key: put_in(held) for key, held in step["env"].items()}) for step in ours]
    yield jobs
    yield [(step["run"], {}) for step in report["steps"] if "run" in step and not INSTALLS.search(step["run"])]


def gitlab() -> Iterator[list[Job]]:
    tree = read(GITLAB)
    shard = tree["conformance-shard"]
    assert shard["parallel"] == OF
    places = [{"CI_NODE_INDEX": str(number), "CI_NODE_TOTAL": str(OF)} for number in range(1, OF + 1)]
    yield [("\n".join(shard["script"]), {**SECRETS, **place}) for place in places]
    yield [("\n".join(tree["conformance"]["script"]), {})]


JOBS = {GITHUB: github, GITLAB: gitlab}


@pytest.mark.nightly
@pytest.mark.parametrize("file", FILES, ids=NAMED)
@pytest.mark.parametrize("defect", [None, MUST_DEFECT], ids=["clean", "broken"])
def test_its_jobs_come_to_one_report(file: Path, defect: str | None, tmp_path: Path) -> None:
    shell = SHELL[next(known for known in STEPS if known.name.startswith(file.name.partition("-")[0]))]
    with raw_server(reference(defect)) as server:
        environ = workspace(tmp_path, server.url, file)
        command = tmp_path / ".conformance" / "bin" / "conformance"
        # Deep is for the night; the jobs are the same.
        command.write_text(command.read_text().replace("exec", "set -- $(echo \"$@\" | sed 's/ deep/ quick/')\nexec"))
        path = f"{command.parent}:/usr/bin:/bin"
        statuses = []
        for jobs in JOBS[file]():
            for script, own in jobs:
                around = surroundings(**{**environ, **own, "PATH": path})
                done = subprocess.run(
                    [*shell, script],
                    cwd=tmp_path,
                    env=around,
                    capture_output=True,
                    text=True,
                    timeout=120,
                    check=False,
                )
                statuses.append(done.returncode)
                if file == GITHUB and jobs[0][1]:
                    # Each job has a disk of its own; what it keeps is fetched.
                    (tmp_path / "shards").mkdir(exist_ok=True)
                    (tmp_path / own["OUT"]).rename(tmp_path / "shards" / own["OUT"])
    due = 1 if defect else 0
    assert statuses[-1] == due, done.stdout + done.stderr
    allowed = {0} if file == GITHUB else {0, *read(GITLAB)["conformance-shard"]["allow_failure"]["exit_codes"]}
    assert set(statuses[:-1]) <= allowed
    assert len(statuses) == OF + 1
    report = json.loads((tmp_path / "conformance-run" / "report.json").read_bytes())
    assert report["outcome"] == ("does-not-conform" if defect else "conforms")
    assert report["scope"]["selection"] == f"rules {RULE}"
    assert [one["shard"] for one in report["suite"]["merged"]] == [f"{number}/{OF}" for number in range(1, OF + 1)]
    if file == GITHUB:
        assert (tmp_path / "summary").read_bytes() == (tmp_path / "conformance-run" / "summary.md").read_bytes()
