"""`python -m tests.sample [DIR]`: make reports/sample anew, with its picture in docs, or the same elsewhere.

The reference with three defects, one for each service, is served on loopback and checked as a user would check a server
of their own: an earlier run without defects to compare with, a waiver over one of the failures, every format, the page
in Spanish as well. It is committed, so that a change of any output is a diff that somebody reads; tests/test_sample.py
shows it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from conformance.target.journal.lines import opened, sealed

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = Path("reports/sample")
PORT = 8731
DEFECTS = (
    "collection-policy/request/MinimumInterest/pattern:culture",
    "envio-correo/envelope/fault-status:dropped",
    "actualizar-correo/envelope/must-understand:dropped",
)
GIVEN = ("target.toml", "waivers.toml")
"""What people write; everything else in the folder is made."""

FORMATS = "all,pdf"
LANGUAGES = ("LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LC_NUMERIC", "LC_TIME")


def make(folder: Path) -> None:
    """The sample in this folder, beside the target file and the waivers that are there."""
    for path in folder.iterdir():
        if path.name not in GIVEN:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    before = folder / "before"
    (folder / "compared").mkdir()
    given = ("check", "--target", str(folder / "target.toml"), "--depth", "quick")
    with served():
        command(*given, "--quiet", "--out", str(before))
    with served(*DEFECTS):
        waived = ("--waivers", str(folder / "waivers.toml"), "--baseline", str(before))
        command(*given, *waived, "--format", FORMATS, "--out", str(folder), due=1)
    movable(folder)
    for path in before.iterdir():
        if path.name != "report.json":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.rmtree(folder / ".cache", ignore_errors=True)
    command("report", str(folder), "--lang", "es", "--format", "html,markdown", "--out", str(folder / "es"), due=1)
    runs = (str(before), str(folder))
    command("diff", *runs, "--format", "html", "--out", str(folder / "compared/diff.html"), due=1)
    command("history", *runs, "--format", "html", "--out", str(folder / "compared/history.html"))
    command("verify", str(folder))


def movable(folder: Path) -> None:
    """The journal names the target file as it lies in the project, not where the project lies on this machine; what
    follows from it is made again."""
    journal = folder / "run.jsonl"
    first, rest = journal.read_bytes().split(b"\n", 1)
    header = opened(first)[1]
    options = header["header"]["options"]
    options["--target"] = str(SAMPLE / "target.toml")
    journal.write_bytes(sealed(header, 1) + rest)
    (folder / "claim.json").unlink()
    command("report", str(folder), "--format", FORMATS, due=1)


def picture(page: Path, file: Path) -> None:
    """The first screen of the page, as a reader on a desk sees it."""
    with sync_playwright() as played:
        browser = played.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        opened = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light")
        opened.goto(page.absolute().as_uri())
        opened.screenshot(path=file)
        browser.close()


def command(*words: str, due: int = 0) -> str:
    """What the command says, in English; it must end with this status."""
    ran = subprocess.run(
        [sys.executable, "-m", "conformance", *words],
        cwd=ROOT,
        env=english(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if ran.returncode != due:
        sys.exit(f"conformance {' '.join(words)}: exit {ran.returncode}, not {due}\n{ran.stdout}{ran.stderr}")
    return ran.stdout


def english() -> dict[str, str]:
    """The environment without a language."""
    return {name: value for name, value in os.environ.items() if name not in LANGUAGES}


@contextmanager
def served(*defects: str, port: int = PORT) -> Iterator[str]:
    """The reference on the port of the sample, or another, broken in these ways; yields what it says of its address."""
    words = [sys.executable, "-m", "conformance", "serve", "--port", str(port)]
    broken = [word for defect in defects for word in ("--defect", defect)]
    command = [*words, *broken]
    with subprocess.Popen(command, cwd=ROOT, env=english(), stdout=subprocess.PIPE, text=True) as process:
        try:
            # It says where each service is once it listens.
            told = process.stdout.readline() if process.stdout is not None else ""
            if not told:
                sys.exit(f"the reference could not be served on port {port}; is something else listening there?")
            yield told
        finally:
            process.terminate()


def main(arguments: Sequence[str]) -> None:
    """Make the sample, or one in another folder."""
    folder = Path(arguments[0]) if arguments else SAMPLE
    if arguments:
        folder.mkdir(parents=True, exist_ok=True)
        for name in GIVEN:
            shutil.copy(ROOT / SAMPLE / name, folder / name)
    os.chdir(ROOT)
    make(folder)
    if not arguments:
        picture(folder / "report.html", Path("docs/report.png"))


if __name__ == "__main__":
    main(sys.argv[1:])
