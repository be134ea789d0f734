"""One browser for a module: Debian's Chromium through Playwright. Whatever a page complains about fails its test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from conformance.report.language import language_of
from conformance.report.writers import html
from tests.browser.pages import whole

NAMES = ("chromium", "chromium-browser", "google-chrome")
Opener = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.fail("the tests of pages want Chromium: apt install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page in each language, as a file."""
    folder = tmp_path_factory.mktemp("pages")
    found = {code: folder / f"report-{code}.html" for code in ("en", "es")}
    for code, path in found.items():
        path.write_bytes(html.write(whole(language_of(code, {}))))
    return found


@pytest.fixture
def opened(browser: Browser, pages: dict[str, Path]) -> Iterator[Opener]:
    """Open a page, `at` a fragment; what it asks for, says and breaks is held against it in the end."""
    complaints: list[str] = []
    contexts: list[Any] = []

    def open_(
        language: str = "en", *, at: str = "", before: str = "", path: Path | None = None, **options: Any
    ) -> Page:
        wide = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
        context = browser.new_context(**(wide | options))
        contexts.append(context)
        if before:
            context.add_init_script(before)
        page = context.new_page()
        address = (path or pages[language]).as_uri()
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on(
            "request",
            lambda request: None if request.url.startswith(address) else complaints.append(f"request: {request.url}"),
        )
        page.goto(address + (f"#{at}" if at else ""))
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
