"""`python -m bench.report_page`: how large a report page of 2,000 verdicts is, and how long a browser takes to open it.

A bench and no test: a time says something of the machine too. The page is the made-up one of the tests, in which two of
five verdicts failed, each with exchanges of its own.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from conformance.report.writers import html
from tests.browser.pages import large

TIMES = 7
OPENED = "performance.getEntriesByType('navigation')[0].loadEventEnd"
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def main() -> None:
    """Render once, open several times, print the medians."""
    told = large()
    begun = time.perf_counter()
    written = html.write(told)
    rendered = time.perf_counter() - begun
    program = shutil.which("chromium") or sys.exit("bench.report_page wants Chromium: apt install chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "report.html"
        path.write_bytes(written)
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        opened, painted = [], []
        for _ in range(TIMES):
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(path.as_uri(), wait_until="load")
            page.wait_for_function(f"{PAINTED} > 0")
            opened.append(page.evaluate(OPENED))
            painted.append(page.evaluate(PAINTED))
            page.close()
        browser.close()
    print(f"{len(told.report.verdicts)} verdicts: {len(written):,} bytes, rendered in {rendered:.2f} s")
    print(f"opened in {statistics.median(opened):.0f} ms, first paint after {statistics.median(painted):.0f} ms")


if __name__ == "__main__":
    main()
