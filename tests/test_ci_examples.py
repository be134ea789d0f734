"""The files of `docs/ci/` fit the schemas of the systems that they are for, and their shell does what it says.

Each block of shell runs as its system runs it, against a server on loopback; only what installs is left out.
"""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance import __version__
from conformance.run.contracts import contracts, encodings
from conformance.target.file import load_target
from tests.profiles.wire import Outgoing, serving
from tests.target_support import raw_server
from tests.test_cli import MUST_DEFECT, RULE, SERVICE, conformance, reference, refuses, surroundings

CI = Path(__file__).resolve().parents[1] / "docs" / "ci"
GITHUB, GITLAB, AZURE = (CI / f"{name}.yml" for name in ("github-actions", "gitlab-ci", "azure-pipelines"))
JENKINS = CI / "Jenkinsfile"
SYSTEMS = (GITHUB, GITLAB, JENKINS, AZURE)
NAMED = [file.name for file in SYSTEMS]
BY_NIGHT = [GITHUB, *(pytest.param(file, marks=pytest.mark.nightly) for file in SYSTEMS[1:])]
"""Each is a run of the suite; the first stands for the others by day."""
INSTALLS = re.compile(r"pip install .*\"billing-conformance==\$CONFORMANCE_VERSION\"")
SECRETS = {"QA_TOKEN": "token-of-the-example", "SS_CLAVE": "clave-of-the-example"}


# --- what the files are -----------------------------------------------------------------------------------------------


def as_azure_reads(node: Any) -> Any:
    """Every scalar as a text, as the schema of Azure has it; but for what a task is given."""
    if isinstance(node, dict):
        return node if "task" in node else {key: as_azure_reads(value) for key, value in node.items()}
    if isinstance(node, list):
        return [as_azure_reads(one) for one in node]
    return str(node).lower() if isinstance(node, bool) else str(node)


@pytest.mark.parametrize(
    ("file", "spoilt"),
    [(GITHUB, ("runs-on:", "run-on:")), (GITLAB, ("  script:", "  scripts:")), (AZURE, ("- bash:", "- bsh:"))],
    ids=lambda one: one.name if isinstance(one, Path) else "",
)
def test_it_fits_the_schema_of_its_system(file: Path, spoilt: tuple[str, str], tmp_path: Path) -> None:
    system = {GITHUB: "github-workflows", GITLAB: "gitlab-ci", AZURE: "azure-pipelines"}[file]
    words = ["--builtin-schema", f"vendor.{system}"]
    if file == AZURE:
        # An expression of its schema is none in Unicode mode.
        words += ["--regex-variant", "nonunicode", "--data-transform", "azure-pipelines"]
    text = file.read_text("utf-8")
    # A linter that finds nothing shows something only if it can find something.
    for name, content, status in (("as-it-is", text, 0), ("spoilt", text.replace(*spoilt), 1)):
        read = yaml.safe_load(content) if file != AZURE else as_azure_reads(yaml.safe_load(content))
        # To YAML 1.1 the key `on` is true.
        held = {"on" if key is True else key: value for key, value in read.items()}
        (tmp_path / f"{name}.json").write_text(json.dumps(held), "utf-8")
        lint = [sys.executable, "-m", "check_jsonschema", *words, tmp_path / f"{name}.json"]
        done = subprocess.run(lint, capture_output=True, check=False, timeout=60, text=True)
        assert (done.returncode, content == text) == (status, name == "as-it-is"), done.stdout[-2000:]


def test_the_jenkinsfile_is_balanced() -> None:
    """No parser of Groovy is at hand; what its brackets and quotes hold is told by the blocks that run below."""
    text = re.sub(r"'''.*?'''|'[^'\n]*'|\"[^\"\n]*\"", "''", JENKINS.read_text("utf-8"), flags=re.DOTALL)
    text = re.sub(r"(?m)(^|\s)//.*$", "", text)
    open_: list[str] = []
    for char in re.sub(r"[^(){}\[\]]", "", text):
        if char in "({[":
            open_.append(char)
        else:
            assert f"{open_.pop()}{char}" in {"()", "{}", "[]"}
    assert open_ == []
    assert "'" not in text.replace("''", "")
    assert '"' not in text


@pytest.mark.parametrize("file", SYSTEMS, ids=NAMED)
def test_it_installs_this_version_and_keeps_what_it_should(file: Path) -> None:
    text = file.read_text("utf-8")
    assert INSTALLS.search(text)
    assert re.search(rf"CONFORMANCE_VERSION\W+{re.escape(__version__)}\W", text)
    for word in (
        "waivers.toml",
        "--baseline",
        "deep",
        "QA_TOKEN",
        "SS_CLAVE",
        "junit.xml",
        "markdown,badge",
        "SIGNING_KEY",
    ):
        assert word in text or (file == GITLAB and word in {"QA_TOKEN", "SS_CLAVE", "SIGNING_KEY"}), word


def test_the_target_of_the_examples_is_one() -> None:
    target = load_target(CI / "conformance.toml", SECRETS, contracts(), encodings())
    assert (target.name, target.effects, set(target.services)) == (
        "staging",
        True,
        {"collection-policy", "envio-correo"},
    )


def test_the_waiver_of_the_examples_is_one_once_it_is_no_comment(tmp_path: Path) -> None:
    from conformance.run.waiving import load_waivers

    assert load_waivers(CI / "waivers.toml") == ()
    lines = (CI / "waivers.toml").read_text("utf-8").splitlines()
    (tmp_path / "w.toml").write_text("\n".join(line.removeprefix("# ") for line in lines[2:]), "utf-8")
    (waiver,) = load_waivers(tmp_path / "w.toml")
    assert waiver["owner"] == "ana@example.com"


# --- what their shell does --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """A block of shell, with what its system sets for it; `always`: also after one that failed."""

    shell: str
    environ: Mapping[str, str]
    always: bool = False


def github() -> Iterator[Step]:
    """The steps that run shell, with expressions put in as for a push."""
    said = {"github.token": "t"} | {f"secrets.{name}": value for name, value in SECRETS.items()}
    said["github.event_name == 'schedule' && 'deep' || 'quick'"] = "quick"

    def put_in(text: str) -> str:
        return re.sub(r"\$\{\{ (.*?) \}\}", lambda found: said[found[1]], text)

    job = yaml.safe_load(GITHUB.read_text("utf-8"))["jobs"]["conformance"]
    for step in job["steps"]:
        if "run" in step:
            environ = {name: put_in(value) for name, value in (job["env"] | step.get("env", {})).items()}
            assert "${{" not in step["run"]
            yield Step(step["run"], environ, step.get("if") == "always()")


def gitlab() -> Iterator[Step]:
    job = yaml.safe_load(GITLAB.read_text("utf-8"))["conformance"]
    yield Step("\n".join(job["before_script"]), job["variables"])
    yield Step("\n".join(job["script"]), job["variables"] | SECRETS)


def jenkins() -> Iterator[Step]:
    text = JENKINS.read_text("utf-8")
    version = re.search(r"CONFORMANCE_VERSION = '(.*)'", text)
    assert version is not None
    for block in re.findall(r"'''(.*?)'''", text, re.DOTALL):
        # Groovy, too, takes a backslash before the end of a line away.
        yield Step(block.replace("\\\n", ""), SECRETS | {"DEPTH": "quick", "CONFORMANCE_VERSION": version[1]})


def azure() -> Iterator[Step]:
    pipeline = yaml.safe_load(AZURE.read_text("utf-8"))
    for step in pipeline["jobs"][0]["steps"]:
        if "bash" in step:
            environ = {name: SECRETS[value[2:-1]] for name, value in step.get("env", {}).items()}
            assert "$(" not in step["bash"]
            yield Step(step["bash"], {"DEPTH": "quick"} | environ, step.get("condition") == "always()")


STEPS = {GITHUB: github, GITLAB: gitlab, JENKINS: jenkins, AZURE: azure}
SHELL = {
    GITHUB: ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"),
    GITLAB: ("bash", "-eo", "pipefail", "-c"),
    JENKINS: ("sh", "-xe", "-c"),
    AZURE: ("bash", "--noprofile", "--norc", "-c"),
}


@dataclass(frozen=True)
class Done:
    """How the job ended, and what its steps printed."""

    status: int
    out: str
    folder: Path

    def report(self) -> Any:
        return json.loads((self.folder / "conformance-run" / "report.json").read_bytes())


def job(file: Path, folder: Path, **environ: str) -> Done:
    """Run the steps as the system does: after one that failed only those that always run."""
    status, out, installed = 0, "", 0
    bin_ = folder / ".conformance" / "bin"
    path = f"{bin_}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for step in STEPS[file]():
        if INSTALLS.search(step.shell):
            installed += 1
            continue
        if status and not step.always:
            continue
        around = surroundings(PATH=path, **environ, **step.environ)
        done = subprocess.run(
            [*SHELL[file], step.shell], cwd=folder, env=around, capture_output=True, text=True, timeout=120, check=False
        )
        status, out = status or done.returncode, out + done.stdout + done.stderr
    assert installed == 1
    return Done(status, out, folder)


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The last run on the main branch: everything passed."""
    folder = tmp_path_factory.mktemp("earlier")
    ran = conformance(
        "check", "--quiet", "--service", SERVICE, "--depth", "quick", "--rules", RULE, "--out", "run", cwd=folder
    )
    assert (ran.status, ran.err) == (0, "")
    return folder / "run"


def workspace(folder: Path, url: str, file: Path, earlier: Path | None = None) -> dict[str, str]:
    """A repository with a target and the waivers, and a command that asks little; what the system sets besides."""
    (folder / "conformance.toml").write_text(
        f'name = "staging"\n[collection-policy]\nurl = "{url}"\nencodings = ["json"]\n'
        'headers = { Authorization = "Bearer ${QA_TOKEN}" }\n',
        "utf-8",
    )
    (folder / "waivers.toml").write_bytes((CI / "waivers.toml").read_bytes())
    bin_ = folder / ".conformance" / "bin"
    bin_.mkdir(parents=True)
    command = shlex.join((sys.executable, "-m", "conformance"))
    narrow = f'case "$1" in check) set -- "$@" --rules {RULE};; esac'
    copied = f'test "$3" = 7 && cp -r {shlex.quote(str(earlier))} previous' if earlier is not None else "exit 1"
    gh = f'case "$2" in list) echo 7;; download) {copied};; esac'
    for name, script in (("conformance", f'{narrow}\nexec {command} "$@"'), ("gh", gh)):
        (bin_ / name).write_text(f"#!/bin/sh\n{script}\n")
        (bin_ / name).chmod(0o755)
    before = {JENKINS: folder / "previous" / "conformance-run", AZURE: folder / "previous"}.get(file)
    if before is not None and earlier is not None:
        subprocess.run(["mkdir", "-p", before.parent], check=True)
        subprocess.run(["cp", "-r", earlier, before], check=True)
    return {
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "CI_PROJECT_ID": "7",
        "CI_DEFAULT_BRANCH": "main",
        "CI_JOB_TOKEN": "t",
        "CI_API_V4_URL": "http://127.0.0.1:9",
    }


@pytest.mark.parametrize("file", SYSTEMS, ids=NAMED)
def test_a_target_that_conforms_is_green_and_compared_with_the_last_run(
    file: Path, tmp_path: Path, earlier: Path
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in earlier.iterdir():
            if path.is_file():
                archive.write(path, f"conformance-run/{path.name}")

    asked: list[tuple[str, str | None]] = []

    def artefacts(incoming: Any) -> Outgoing:
        asked.append((incoming.path, incoming.header("JOB-TOKEN")))
        return Outgoing(status=200, headers=(("Content-Type", "application/zip"),), body=packed.getvalue())

    with raw_server(reference()) as server, serving(artefacts) as gitlabs:
        environ = workspace(tmp_path, server.url, file, earlier)
        environ["CI_API_V4_URL"] = f"{gitlabs.url}/api/v4"
        done = job(file, tmp_path, **environ)
    assert done.status == 0, done.out
    report = done.report()
    assert report["outcome"] == "conforms"
    assert report["baseline"]["regressed"] is False
    assert report["suite"]["depth"] == "quick"
    written = {path.name for path in (tmp_path / "conformance-run").iterdir()}
    assert {"report.html", "junit.xml", "summary.md", "badge.svg", "claim.json"} <= written
    assert not any(secret in done.out for secret in SECRETS.values())
    if file == GITHUB:
        assert (tmp_path / "summary").read_bytes() == (tmp_path / "conformance-run" / "summary.md").read_bytes()
    if file == GITLAB:
        ((path, token),) = asked
        assert path.endswith("/api/v4/projects/7/jobs/artifacts/main/download?job=conformance")
        assert token == "t"


@pytest.mark.parametrize("file", BY_NIGHT, ids=NAMED)
def test_a_target_that_fails_is_red_and_the_report_is_there(file: Path, tmp_path: Path) -> None:
    with raw_server(reference(MUST_DEFECT)) as server:
        done = job(file, tmp_path, **workspace(tmp_path, server.url, file))
    assert done.status == 1, done.out
    assert done.report()["outcome"] == "does-not-conform"
    if file == GITHUB:
        assert f"::error title={RULE} (json)::" in done.out
        assert RULE in (tmp_path / "summary").read_text("utf-8")
    if file == AZURE:
        assert f"##vso[task.uploadsummary]{tmp_path}/conformance-run/summary.md" in done.out


@pytest.mark.nightly
@pytest.mark.parametrize("file", SYSTEMS, ids=NAMED)
def test_an_inconclusive_run_is_a_warning(file: Path, tmp_path: Path) -> None:
    with raw_server(refuses) as server:
        done = job(file, tmp_path, **workspace(tmp_path, server.url, file))
    assert done.report()["outcome"] == "inconclusive"
    told = {
        GITHUB: (0, "::warning title=conformance::"),
        AZURE: (0, "##vso[task.complete result=SucceededWithIssues;]"),
        GITLAB: (6, ""),
        JENKINS: (6, ""),
    }
    status, words = told[file]
    assert done.status == status, done.out
    assert words in done.out
    if file == GITLAB:
        assert yaml.safe_load(GITLAB.read_text("utf-8"))["conformance"]["allow_failure"] == {"exit_codes": status}
    if file == JENKINS:
        assert f"if (status == {status}) {{\n                        unstable(" in JENKINS.read_text("utf-8")


@pytest.mark.nightly
@pytest.mark.parametrize("file", SYSTEMS, ids=NAMED)
def test_a_secret_that_is_not_set_is_red_and_named(file: Path, tmp_path: Path) -> None:
    environ = workspace(tmp_path, "http://127.0.0.1:9/", file)
    (tmp_path / "conformance.toml").write_text('[collection-policy]\nurl = "http://127.0.0.1:9/${GONE}"\n', "utf-8")
    done = job(file, tmp_path, **environ)
    assert done.status == 4, done.out
    assert "the environment variable GONE is not set" in done.out
