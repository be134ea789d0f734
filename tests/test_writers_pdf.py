"""`report.pdf`: the page as a browser prints it, and what is said where there is no browser, or a bad one."""

from __future__ import annotations

import io
import os
import re
import time
from pathlib import Path

import pytest
from pypdf import PdfReader

from conformance.errors import ConformanceError
from conformance.report import browser
from conformance.report.writers import FORMATS, known, pdf
from tests.browser.pages import whole


@pytest.fixture(scope="module")
def printed() -> bytes:
    return pdf.write(whole())


def test_the_page_is_printed_with_title_language_and_structure(printed: bytes) -> None:
    read = PdfReader(io.BytesIO(printed))
    root = read.trailer["/Root"]
    assert read.metadata is not None
    assert read.metadata.title == "Does not conform: staging"
    assert (root["/MarkInfo"]["/Marked"], root["/Lang"]) == (True, "en")  # type: ignore[index]
    assert read.outline
    text = " ".join(" ".join(page.extract_text() for page in read.pages).split())
    for part in ("Failures that decide the verdict", "An answer 405 lists the allowed methods", "Traceability", "QA-9"):
        assert part in text


def test_the_time_of_printing_is_that_of_the_run(printed: bytes) -> None:
    assert set(re.findall(rb"\(D:[^)]*\)", printed)) == {b"(D:20260304150000+00'00')"}


def test_dates_keep_their_length_and_a_run_without_a_time_has_one_too() -> None:
    content = b"x /CreationDate (D:20260304150000+00'00')\n/ModDate (D:20260304150001+00'00') y"
    for moment in ("2026-01-02T03:04:05+02:00", "", "no time"):
        assert len(pdf.dated(content, moment)) == len(content)
    assert pdf.dated(content, "2026-01-02T03:04:05+02:00").count(b"(D:20260102010405+00'00')") == 2


def test_a_pdf_is_a_format_that_no_run_makes_unasked() -> None:
    assert FORMATS["pdf"][0] == "report.pdf"


def test_without_a_browser_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "PLACES", ())
    with pytest.raises(ConformanceError, match=r"install Chromium .* or name the program in CONFORMANCE_BROWSER"):
        browser.found({"PATH": "/nowhere"})


def test_a_browser_that_is_named_and_not_there_is_a_mistake_that_names_it() -> None:
    with pytest.raises(ConformanceError, match="CONFORMANCE_BROWSER=no-such-thing: no program of that name"):
        browser.found({"CONFORMANCE_BROWSER": "no-such-thing", "PATH": os.environ["PATH"]})


def test_a_browser_that_is_named_goes_first(tmp_path: Path) -> None:
    mine = script(tmp_path, "exit 0")
    assert browser.found({"CONFORMANCE_BROWSER": str(mine), "PATH": os.environ["PATH"]}) == str(mine)


def test_what_a_browser_says_that_prints_nothing_is_told(tmp_path: Path) -> None:
    mine = script(tmp_path, "echo one >&2; echo 'no display here' >&2; exit 1")
    with pytest.raises(ConformanceError, match="printed no PDF: no display here"):
        browser.printed(b"<p>", environ={"CONFORMANCE_BROWSER": str(mine)})


def test_a_browser_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    mine = script(tmp_path, f"sleep 60 & echo $! > {tmp_path}/child; sleep 60")
    with pytest.raises(ConformanceError, match="did not print within 1 s"):
        browser.printed(b"<p>", seconds=1, environ={"CONFORMANCE_BROWSER": str(mine)})
    child = int((tmp_path / "child").read_text())
    for _ in range(100):
        if _gone(child):
            break
        time.sleep(0.05)
    assert _gone(child)


def test_a_program_that_is_none_is_told_in_one_sentence(tmp_path: Path) -> None:
    mine = tmp_path / "browser"
    mine.write_bytes(b"\x7fELF nothing")
    mine.chmod(0o755)
    with pytest.raises(ConformanceError, match="it cannot be started: Exec format error"):
        browser.printed(b"<p>", environ={"CONFORMANCE_BROWSER": str(mine)})


def script(folder: Path, text: str) -> Path:
    path = folder / "browser"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def _gone(process: int) -> bool:
    """Ended, or ended and not yet waited for by whoever took it over."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def test_a_run_that_is_to_be_printed_and_cannot_be_says_so_before_it_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONFORMANCE_BROWSER", "no-such-thing")
    assert "pdf" not in known(["all"])
    with pytest.raises(ConformanceError, match="CONFORMANCE_BROWSER=no-such-thing"):
        known(["json", "pdf"])
