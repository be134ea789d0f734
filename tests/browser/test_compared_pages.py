"""The pages of `diff` and `history` in a browser: nothing asked for, nothing run, readable by all, on any width."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from conformance.model import Level
from conformance.report.comparing import compare
from conformance.report.comparing.page import page as diff_page
from conformance.report.history import history_of
from conformance.report.history.page import page as history_page
from conformance.report.language import language_of
from tests.browser.conftest import Opener
from tests.earlier_runs import DAYS, run, said
from tests.report_samples import NASTY

RULES = [f"Member{n}" for n in range(20)]
WORDS = ("passed", "failed", "waived", "cant-tell", "untested")


def runs() -> list:
    """Six runs of a target with something of everything, and one of another target."""
    made = [
        run(
            *(said(rule, WORDS[(place * n // 7) % 5], told=NASTY) for place, rule in enumerate(RULES) if place != n),
            said("Step", WORDS[n % 2], Level.SHOULD),
            run=f"run {n} {NASTY}",
            started=day,
            environment=f"build {n} {NASTY}",
            services={"collection-policy": {}, "envio-correo": {}},
        )
        for n, day in enumerate(DAYS[:6])
    ]
    return [*made, run(said("A", "failed", told=NASTY), name=NASTY)]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("compared")
    made = {}
    for code in ("en", "es"):
        language = language_of(code, {})
        first, last = runs()[0], runs()[5]
        texts = {one.rule: f"What {one.rule} is. {NASTY}" for one in last.said}
        made[f"diff-{code}"] = diff_page(compare(first, last), texts, language)
        made[f"history-{code}"] = history_page(history_of(runs()), language)
    for name, content in made.items():
        (folder / f"{name}.html").write_bytes(content)
    return {name: folder / f"{name}.html" for name in made}


@pytest.mark.parametrize(
    ("name", "scheme"), [("diff-en", "light"), ("diff-es", "dark"), ("history-en", "dark"), ("history-es", "light")]
)
def test_nobody_is_kept_from_reading(name: str, scheme: str, files: dict[str, Path], opened: Opener) -> None:
    page = opened(path=files[name], color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    assert page.locator("html").get_attribute("lang") == name[-2:]


@pytest.mark.parametrize("name", ["diff-en", "history-en"])
def test_a_phone_shows_it_without_scripts_and_without_scrolling_sideways(
    name: str, files: dict[str, Path], opened: Opener
) -> None:
    page = opened(path=files[name], viewport={"width": 390, "height": 844}, java_script_enabled=False)
    assert page.locator("h1").is_visible()
    box = page.locator("main").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 390
    assert page.locator("main").inner_text().count("<script>alert('x')</script>") > 0


def test_the_bars_are_seen_and_say_their_numbers(files: dict[str, Path], opened: Opener) -> None:
    page = opened(path=files["history-en"])
    drawing = page.locator("svg[role=img]").first
    assert drawing.is_visible()
    colours = page.eval_on_selector_all(
        "svg[role=img] .failed-ink", "bars => [...new Set(bars.map(bar => getComputedStyle(bar).fill))]"
    )
    assert colours == ["rgb(179, 38, 30)"]
    heights = page.eval_on_selector_all(
        "svg[role=img] g rect", "bars => bars.map(bar => bar.getBoundingClientRect().height)"
    )
    assert min(heights) > 0
    assert (
        drawing.locator("g > title").first.text_content()
        == "1 March 2026, 10:00:00 UTC-05:00: failed 0, waived 0, not decided 0"
    )
