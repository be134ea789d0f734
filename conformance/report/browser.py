"""A browser that prints: finds one of the Chromium family, and lets it make a PDF of a page.

The browser has a profile of its own in a folder that goes away, no network, and little time. Knows nothing of reports.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from conformance.errors import ConformanceError

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
    "brave-browser",
)
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
VARIABLE = "CONFORMANCE_BROWSER"
SECONDS = 300.0
_OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--export-tagged-pdf",
    "--generate-pdf-document-outline",
    "--no-pdf-header-footer",
)


def found(environ: Mapping[str, str] = os.environ) -> str:
    """The program of a browser that can print."""
    named = environ.get(VARIABLE, "")
    if named:
        program = shutil.which(named)
        if program is None:
            raise ConformanceError(f"{VARIABLE}={named}: no program of that name; name one of the Chromium family")
        return program
    path = environ.get("PATH")
    program = next((at for name in NAMES if (at := shutil.which(name, path=path))), None)
    program = program or next((place for place in PLACES if Path(place).is_file()), None)
    if program is None:
        text = "a PDF is printed by a browser, and none is found: install Chromium (Debian: apt install chromium)"
        raise ConformanceError(f"{text}, Chrome or Edge, or name the program in {VARIABLE}")
    return program


def printed(page: bytes, *, seconds: float = SECONDS, environ: Mapping[str, str] = os.environ) -> bytes:
    """The page as PDF, as the browser prints it; an error that says why where it does not."""
    program = found(environ)
    with tempfile.TemporaryDirectory(prefix="conformance-print-", ignore_cleanup_errors=True) as folder:
        source, target = Path(folder) / "report.html", Path(folder) / "report.pdf"
        source.write_bytes(page)
        command = [program, *_options(folder), f"--print-to-pdf={target}", source.as_uri()]
        said = _run(command, seconds, program)
        if not target.is_file() or not target.stat().st_size:
            last = next((line for line in reversed(said.splitlines()) if line.strip()), "it said nothing")
            raise ConformanceError(f"{program} printed no PDF: {last.strip()[:300]}; name another in {VARIABLE}")
        return target.read_bytes()


def _options(folder: str) -> Iterator[str]:
    yield from _OPTIONS
    yield f"--user-data-dir={folder}/profile"
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # In a container everything runs as root, and there the sandbox does not start. The page runs no script.
        yield "--no-sandbox"


def _run(command: list[str], seconds: float, program: str) -> str:
    """Run it, and end it with all that it started once the time is over; what it said."""
    try:
        process = subprocess.Popen(  # noqa: S603 - the program is one of the table, or the one that the user names
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )
    except OSError as error:
        raise ConformanceError(f"{program}: it cannot be started: {error.strerror or error}") from error
    try:
        _, said = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        _end(process)
        raise ConformanceError(f"{program} did not print within {seconds:.0f} s; name another in {VARIABLE}") from None
    except BaseException:
        _end(process)
        raise
    return said.decode("utf-8", "replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()
