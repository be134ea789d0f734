"""A secret in every place that has one, a server that sends them back in every form, and no trace in anything written.

What is searched is all that a run leaves: its files, the terminal, pytest's own output at its most talkative, and what
is left where the suite itself breaks. `pytest tests/test_canary.py -m "" -rP -k trace` prints what was searched.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from conformance.resources import cases_dir
from conformance.target.secrets import MASK, Secrets
from tests.canary.forms import FORMS
from tests.canary.places import ALL, CHILD, PLACES, UPDATE, Seeded, seeded
from tests.canary.search import MARKS, traces
from tests.canary.server import HELD, WHERE, Singer, singing

ROOT = Path(__file__).resolve().parents[1]
BROKEN_JUDGE = """
import conformance.judge
def judge(self, case, exchange):
    seen = (exchange.request, exchange.response)
    raise ValueError(f"the judge broke over {seen}", *seen)
conformance.judge.Judge.__call__ = judge
"""
BROKEN_WIRE = """
import conformance.target.wire
def send(self, request, *_, **__):
    secret = {kept.auth and kept.auth.password for kept in self._target.services.values()}
    raise RuntimeError(f"the wire broke over {request} {secret} {self._target.proxy}", request)
conformance.target.wire.Wire.send = send
"""
SOME = 16
"""Requests of the run that is made each time."""
WRITTEN = {
    *(f"check: {name}" for name in ("run.jsonl", "report.html", "report.json", "junit.xml", "evidence.har", "stdout")),
    "check: claim.json",
    *(f"pytest: {name}" for name in ("junit.xml", "pytestdebug.log", "log.txt", "run/run.jsonl", "stdout", "stderr")),
    *("check, dry-run: stdout", "check, report: stdout", "check, again: report.html"),
}
ALL_WRITTEN = {
    *WRITTEN,
    "check, bind: stdout",
    *("SIGTERM: run.jsonl", "SIGTERM: report.html", "SIGKILL: run.jsonl", "SIGKILL, resumed: report.html"),
    *("fields: report.html", "a judge that breaks: junit.xml", "a wire that breaks, check: stderr"),
}


@dataclass
class Left:
    """All that was written, by name; and the servers that sang."""

    found: dict[str, bytes] = field(default_factory=dict)
    singers: list[Singer] = field(default_factory=list)
    child: dict[str, Any] = field(default_factory=dict)
    whole: bool = True

    def folder(self, name: str, path: Path) -> None:
        for file in sorted(path.rglob("*")):
            if file.is_file():
                self.found[f"{name}: {file.relative_to(path)}"] = file.read_bytes()
            self.found.setdefault(f"{name}: names of files", b"")
            self.found[f"{name}: names of files"] += f"{file.relative_to(path)}\n".encode()


def python(folder: Path, seed: Seeded, arguments: Sequence[str], **environ: str) -> subprocess.CompletedProcess[bytes]:
    """The interpreter in the mode in which it tells most."""
    whole: Mapping[str, str] = {**os.environ, **seed.environ, "PYTHONFAULTHANDLER": "1", "COLUMNS": "400", **environ}
    return subprocess.run(
        [sys.executable, "-X", "dev", *arguments], cwd=folder, env=whole, capture_output=True, timeout=300, check=False
    )


def told(left: Left, name: str, done: subprocess.CompletedProcess[bytes]) -> None:
    left.found[f"{name}: stdout"], left.found[f"{name}: stderr"] = done.stdout, done.stderr


def checked(left: Left, folder: Path, *more: str, digest: bool = False, requests: int = 90) -> None:
    """`check` and what goes with it, over a server that sings."""
    folder.mkdir()
    name = "digest" if digest else "check"
    with singing() as singer:
        left.singers.append(singer)
        seed = seeded(folder, singer.url, digest=digest, requests=requests)
        given = ["--target", str(seed.path)]
        done = python(folder, seed, ["-m", "conformance", "check", *given, *more, "--out", "run"])
        assert (folder / "run" / "report.json").exists(), done.stderr.decode()
        told(left, name, done)
        left.child = json.loads((folder / CHILD).read_text("utf-8"))
        left.folder(name, folder / "run")
        report = ["report", "run", "--out", "again", "--format", "all"]
        others = {"dry-run": ["check", *given, *more, "--dry-run"], "report": report}
        others |= {"bind": ["bind", *given]} if left.whole else {}
        for other, command in others.items():
            told(left, f"{name}, {other}", python(folder, seed, ["-m", "conformance", *command]))
        left.folder(f"{name}, again", folder / "again")


def ended(left: Left, folder: Path, how: signal.Signals) -> None:
    """A run that is ended in its middle, rendered, and gone on with."""
    folder.mkdir()
    with singing() as singer:
        left.singers.append(singer)
        singer.holds = 8
        seed = seeded(folder, singer.url, requests=24)
        given = ["-X", "dev", "-m", "conformance", "check", "--target", str(seed.path), "--depth", "quick"]
        with subprocess.Popen(
            [sys.executable, *given, "--out", "run"],
            cwd=folder,
            env={**os.environ, **seed.environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert singer.reached.wait(60)
            process.send_signal(how)
            singer.go_on.set()
            out, err = process.communicate(timeout=60)
        told(left, how.name, subprocess.CompletedProcess((), process.returncode, out, err))
        left.folder(how.name, folder / "run")
        assert not (folder / "run" / "run.jsonl.reserve").exists() or how is not signal.SIGTERM
        if how is signal.SIGKILL:
            done = python(folder, seed, ["-m", "conformance", "check", "--resume", "run", "--resend"])
            told(left, f"{how.name}, resumed", done)
            left.folder(f"{how.name}, resumed", folder / "run")
            assert b'"resumed"' in left.found[f"{how.name}, resumed: run.jsonl"], done.stderr.decode()


def in_fields(left: Left, folder: Path) -> None:
    """A service that takes user and password as members of its message, and says them again."""
    folder.mkdir()
    with singing(("AUTH_USER", "AUTH")) as singer:
        left.singers.append(singer)
        target = f"""
[{UPDATE}]
wsdl = "{ROOT / "tests" / "wsdl" / "service_first.wsdl"}"
url = "{singer.url}/{UPDATE}/correos"
auth = {{ kind = "fields", username = "${{AUTH_USER}}", password = "${{AUTH}}" }}
"""
        seed = Seeded(path=folder / "t.toml", environ=PLACES)
        seed.path.write_text(target, "utf-8")
        done = python(folder, seed, ["-m", "conformance", "check", "--target", "t.toml", "--out", "run"])
        told(left, "fields", done)
        left.folder("fields", folder / "run")
        assert singer.requests > 2, done.stderr.decode()


def talkative(left: Left, folder: Path, name: str, broken: str = "") -> None:
    """pytest itself, told to show all it knows."""
    folder.mkdir()
    (folder / "breaking.py").write_text(broken, "utf-8")
    (folder / "check.ini").write_text("[pytest]\n", "utf-8")
    with singing() as singer:
        left.singers.append(singer)
        seed = seeded(folder, singer.url)
        shown = ["-vv", "--showlocals", "--tb=long", "-rA", "--junitxml=junit.xml", "--log-cli-level=DEBUG", "--debug"]
        shown += ["--log-file=log.txt", "--log-file-level=DEBUG", "--full-trace", "-o", "junit_logging=all"]
        plugins = ["-p", "breaking", "-p", "conformance.plugin", "-p", "no:schemathesis"]
        ours = [f"--conformance-target={seed.path}", "--conformance-out=run", "--conformance-depth=smoke"]
        arguments = ["-m", "pytest", "-c", "check.ini", "--rootdir=.", *plugins, str(cases_dir()), *shown, *ours]
        path = os.pathsep.join((str(folder), str(ROOT)))
        told(left, name, python(folder, seed, [*arguments, "--noconftest", "--import-mode=importlib"], PYTHONPATH=path))
        command = ["-m", "conformance", "check", "--target", str(seed.path), "--depth", "smoke", "--out", "checked"]
        if broken:
            started = "import breaking, sys; sys.argv[0] = 'conformance'; from conformance.cli import main; main()"
            done = python(folder, seed, ["-c", started, *command[2:]], PYTHONPATH=path)
            assert done.returncode == 3, done.stderr.decode()
            told(left, f"{name}, check", done)
    # The target file's own folder holds what the user put there.
    for file in (
        seed.path,
        folder / "prints_a_token.py",
        folder / "breaking.py",
        folder / CHILD,
        *folder.glob("*.pem"),
    ):
        file.unlink()
    left.folder(name, folder)


@pytest.fixture(scope="module", params=["some", pytest.param("all", marks=pytest.mark.nightly)])
def left(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Left:
    """What was written; of `some` a part, which says each secret in some forms."""
    found = Left(whole=request.param == "all")
    base = tmp_path_factory.mktemp("canary")
    checked(found, base / "check", "--depth", "quick", requests=90 if found.whole else SOME)
    if found.whole:
        checked(found, base / "digest", "--depth", "smoke", digest=True)
        ended(found, base / "sigterm", signal.SIGTERM)
        ended(found, base / "sigkill", signal.SIGKILL)
        in_fields(found, base / "fields")
        talkative(found, base / "judge", "a judge that breaks", BROKEN_JUDGE)
        talkative(found, base / "wire", "a wire that breaks", BROKEN_WIRE)
    talkative(found, base / "pytest", "pytest")
    return found


def test_nothing_that_is_written_has_a_trace_of_a_secret(left: Left) -> None:
    """Prints the figures: `pytest tests/test_canary.py -m "" -rP -k trace`."""
    assert left.found.keys() >= (ALL_WRITTEN if left.whole else WRITTEN)
    hits = {name: found for name, data in left.found.items() if (found := traces(data))}
    said = {pair for singer in left.singers for pair in singer.said}
    places, forms = (len({pair[part] for pair in said}) for part in (0, 1))
    spots = len({where for singer in left.singers for where in singer.where})
    pairs = f"{places} places × {forms} forms ({len(said)} pairs sent back), in {spots} spots of an answer"
    print(f"secrets found {sum(map(len, hits.values()))} of {pairs} ({len(left.found)} artefacts searched)")
    assert hits == {}


def test_a_report_that_is_rendered_again_says_the_same(left: Left) -> None:
    one, again = (json.loads(left.found[f"{name}: report.json"]) for name in ("check", "check, again"))
    assert one["verdicts"] == again["verdicts"]
    assert {verdict["outcome"] for verdict in one["verdicts"]} >= {"passed", "failed", "cant-tell"}


@pytest.mark.nightly
@pytest.mark.parametrize("digest", [False, True])
def test_a_whole_run_has_no_trace(tmp_path: Path, digest: bool) -> None:
    found = Left()
    checked(found, tmp_path / "check", "--depth", "standard", digest=digest, requests=400)
    assert {name: seen for name, data in found.found.items() if (seen := traces(data))} == {}


def test_children_are_told_no_more_than_the_target_file_tells_them(left: Left) -> None:
    """The program that prints a token has the environment of whoever started us, and arguments of the file's owner."""
    seen = left.child
    assert [place for place, secret in ALL.items() if secret in " ".join(seen["argv"])] == ["COMMAND"]
    assert traces(seen["parent"]) == set()
    added = seen["environ"].keys() - {*os.environ, *PLACES}
    assert {name for name in added if traces(seen["environ"][name])} == {"HTTPS_PROXY"}
    assert all(seen["environ"][name] == value for name, value in PLACES.items())


def test_tokens_of_ws_security_are_in_nothing_that_is_written(left: Left) -> None:
    sent = {token for singer in left.singers for token in singer.tokens if len(token) > 16}
    # A baseline of each version by smoke, with digest and nonce.
    assert len(sent) > (2 if left.whole else 0)
    for name, data in left.found.items():
        text = data.decode("utf-8", "replace")
        assert [token for token in sent if token in text] == [], name


def test_every_secret_was_sent_back_in_every_form_and_every_place(left: Left) -> None:
    said = {pair for singer in left.singers for pair in singer.said}
    if left.whole:
        assert said == {(place, form) for place in ALL for form in FORMS}
        assert {where for singer in left.singers for where in singer.where} == set(WHERE)
    assert len(said) > SOME * HELD / 3
    assert all(
        MASK in left.found[name].decode() for name in ("check: run.jsonl", "check: report.json", "check: report.html")
    )


@pytest.mark.parametrize("place", ALL)
def test_the_search_finds_every_form(place: str) -> None:
    """What finds nothing proves nothing."""
    assert [name for name, form in FORMS.items() if not traces(f"<a>{form(ALL[place])}</a>")] == []


def test_the_search_finds_what_was_sent(left: Left) -> None:
    bodies = left.singers[0].bodies
    assert len(bodies) >= SOME
    for body in bodies[:8]:
        assert set(MARKS[:2]) <= traces(body)


@pytest.mark.parametrize("form", FORMS)
def test_a_collection_of_all_masks_each(form: str) -> None:
    secrets = Secrets(ALL.values())
    for place, secret in ALL.items():
        text = f'{{"a": "{FORMS[form](secret)}", "b": "X-{FORMS[form](secret)}"}}'
        assert traces(secrets.mask(text)) == set(), place
        for name in ("utf-8", "utf-16", "utf-32"):
            assert traces(secrets.mask_bytes(text.encode(name))) == set(), (place, name)
