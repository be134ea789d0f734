"""What is installed is the whole suite: the wheel carries its data, and a user's surroundings do not reach it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from conformance.resources import PACKAGE
from conformance.run.contracts import all_rules
from tests.test_cli import RULE, outcomes, report_of, run

ROOT = PACKAGE.parent


def _copy(to: Path) -> None:
    """What belongs to the project, without what lies about: the files that git knows or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, to / name)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _copy(folder / "checkout")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), "checkout"]
    ran = run(build, folder)
    assert ran.status == 0, ran.out + ran.err
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a fresh environment that has the wheel. Its dependencies are lent from the one that runs this."""
    place = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(place, with_pip=False, symlinks=sys.platform != "win32")
    bin_ = place / ("Scripts" if sys.platform == "win32" else "bin")
    python = bin_ / "python"
    install = ["install", "--quiet", "--no-deps", "--no-index", "--no-input", str(wheel)]
    ran = run([sys.executable, "-m", "pip", "--python", str(python), *install], place)
    assert ran.status == 0, ran.out + ran.err
    own = run([str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], place)
    lent = dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib")))
    # After the environment's own packages on the path, so that the wheel's come first.
    (Path(own.out.strip()) / "lent.pth").write_text("\n".join(lent) + "\n")
    return bin_ / "conformance"


def test_the_wheel_carries_schemas_cases_and_templates_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    package = {name for name in names if not name.split("/")[0].endswith(".dist-info")}
    assert {name.split("/")[0] for name in package} == {"conformance"}
    assert {
        "conformance/py.typed",
        "conformance/check.ini",
        "conformance/report/language/catalogues/es/LC_MESSAGES/conformance.mo",
        "conformance/report/writers/templates/report.html.j2",
        "conformance/report/writers/templates/report.css",
        "conformance/documents/readings/collection-policy.toml",
        "conformance/target/file/templates/collection-policy.toml",
    } <= package
    for folder in ("schemas", "cases"):
        held = {
            f"conformance/_data/{path.relative_to(ROOT).as_posix()}"
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert held
        assert held == {name for name in package if name.startswith(f"conformance/_data/{folder}/")}
    assert not [name for name in names if "tests/" in name or name.endswith((".pyc", "conftest.py"))]


def test_the_installed_package_finds_its_data_inside_itself(installed: Path, tmp_path: Path) -> None:
    program = (
        "import conformance; from conformance.resources import cases_dir, schemas_dir;"
        "print(conformance.__file__, cases_dir(), schemas_dir(), sep='\\n')"
    )
    ran = run([str(installed.with_name("python")), "-c", program], tmp_path)
    assert ran.status == 0, ran.err
    file, cases, schemas = map(Path, ran.out.split())
    assert file.is_relative_to(installed.parents[1].resolve())
    assert (cases, schemas) == (file.parent / "_data" / "cases", file.parent / "_data" / "schemas")


def _checked(installed: Path, folder: Path, **environ: str) -> dict[tuple[str, str], str]:
    """The outcomes of `conformance check` at depth quick, started in the folder."""
    ran = run([str(installed), "check", "--depth", "quick"], folder, **environ)
    assert (ran.status, ran.err) == (0, ""), ran.out + ran.err
    (made,) = (folder / "reports").iterdir()
    assert made.name.endswith("-reference")
    assert {path.name for path in made.iterdir()} == {
        "claim.json",
        "report.html",
        "report.json",
        "junit.xml",
        "evidence.har",
        "run.jsonl",
    }
    report = report_of(made)
    assert report["outcome"] == "conforms"
    return outcomes(report)


def test_the_installed_command_checks_wherever_it_is_started(installed: Path, tmp_path: Path) -> None:
    empty, hostile = tmp_path / "empty", tmp_path / "hostile"
    empty.mkdir()
    found = _checked(installed, empty)
    assert [path.name for path in empty.iterdir()] == ["reports"]
    assert set(found) == {(rule.id, encoding) for rule in all_rules().values() for encoding in rule.encodings}
    assert set(found.values()) == {"passed"}

    hostile.mkdir()
    settings = "addopts = --bogus -x -n 7\ntestpaths = .\npython_functions = nothing_*\nminversion = 99\n"
    (hostile / "pytest.ini").write_text(f"[pytest]\n{settings}")
    (hostile / "tox.ini").write_text(f"[pytest]\n{settings}")
    (hostile / "setup.cfg").write_text(f"[tool:pytest]\n{settings}")
    (hostile / "pyproject.toml").write_text('[tool.pytest.ini_options]\naddopts = "--bogus"\n')
    (hostile / "conftest.py").write_text("raise SystemExit('the conftest of somebody else')\n")
    (hostile / "test_x.py").write_text("def test_x():\n    assert False\n")
    (hostile / "pytest.py").write_text("raise SystemExit('no pytest at all')\n")
    before = {path.name for path in hostile.iterdir()}
    environ = {"PYTEST_ADDOPTS": "-x --bogus", "PYTEST_PLUGINS": "nonexistent", "PYTEST_DEBUG": "1"}
    assert _checked(installed, hostile, **environ) == found
    assert {path.name for path in hostile.iterdir()} - before == {"reports"}


def test_pytest_names_the_items_of_the_installed_suite_as_those_of_a_checkout(installed: Path, tmp_path: Path) -> None:
    place = next(installed.parents[1].glob("**/_data/cases"))
    words = ["-p", "conformance.plugin", "-p", "no:cacheprovider", str(place), "--collect-only", "-q"]
    ran = run([str(installed.with_name("python")), "-B", "-m", "pytest", *words], tmp_path)
    assert ran.status == 0, ran.out + ran.err
    named = [line for line in ran.out.splitlines() if "::" in line]
    assert f"cases/test_request.py::test_request[{RULE}@json]" in named
    assert all(line.startswith("cases/test_") for line in named)
