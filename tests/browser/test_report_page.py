"""`report.html` in a browser: filters, links, keys, colours, paper, and what it must never do."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from conformance.report.writers import html
from tests.browser.conftest import Opener
from tests.browser.pages import PASSES, UNKNOWN, large
from tests.report_samples import EMAIL, STEP, SUCCESS, USER

NO_STORAGE = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no storage here'); } });"


def visible(page: Page) -> set[tuple[str, str]]:
    """Level and outcome of the verdicts that the filters leave."""
    return {
        tuple(pair)
        for pair in page.evaluate(
            "[...document.querySelectorAll('[data-e]:not([data-o=fact]):not([data-o=erratum])')]"
            ".filter(node => !node.closest('[hidden]'))"
            ".map(node => [node.closest('[data-l]')?.dataset.l || '', node.closest('[data-o]').dataset.o])"
        )
    }


def test_a_page_opens_without_a_complaint_and_no_text_of_a_server_runs(opened: Opener) -> None:
    page = opened()
    expect(page.locator("h1")).to_have_text("Does not conform")
    page.get_by_role("button", name="Open all").click()
    assert page.locator("body").inner_text().count("<script>alert('x')</script>") > 0
    assert page.locator("html").get_attribute("lang") == "en"


def test_the_policy_of_the_page_stops_a_script_that_gets_in(browser: Browser, pages: dict[str, Path]) -> None:
    page = browser.new_page()
    page.goto(pages["en"].as_uri())
    page.evaluate("""() => {
        window.ran = [];
        document.addEventListener("securitypolicyviolation", event => ran.push(event.effectiveDirective));
        const script = document.createElement("script");
        script.textContent = "window.ran.push('a script that got in')";
        document.body.append(script);
    }""")
    page.wait_for_function("window.ran.length > 0")
    assert page.evaluate("window.ran") == ["script-src-elem"]
    page.close()


def test_each_filter_leaves_what_it_names_and_the_address_keeps_it(opened: Opener) -> None:
    page = opened()
    everything = visible(page)
    page.select_option("#f-level", "SHOULD")
    assert {level for level, _ in visible(page)} == {"SHOULD"}
    page.select_option("#f-outcome", "failed")
    assert visible(page) == {("SHOULD", "failed")}
    assert page.url.endswith("#/level=SHOULD&outcome=failed")
    expect(page.locator("#shown")).to_have_text("1 of 20 verdicts shown")
    page.reload()
    assert visible(page) == {("SHOULD", "failed")}
    page.select_option("#f-level", "")
    page.select_option("#f-outcome", "waived")
    expect(page.locator("#waived")).to_be_visible()
    expect(page.locator("#decide")).to_be_hidden()
    page.get_by_role("button", name="Clear the filters").click()
    assert visible(page) == everything
    assert page.url.endswith("#")


def test_encoding_and_service_are_filters_too(opened: Opener) -> None:
    page = opened()
    page.select_option("#f-encoding", "xml")
    shown = page.evaluate(
        "[...document.querySelectorAll('[data-e]')].filter(n => !n.closest('[hidden]')).map(n => n.dataset.e)"
    )
    assert set(shown) == {"xml"}
    page.select_option("#f-service", "collection-policy")
    expect(page.locator("#shown")).to_have_text("6 of 20 verdicts shown")


def test_search_finds_rules_by_their_words_and_opens_what_is_folded(opened: Opener) -> None:
    page = opened()
    page.fill("#q", "ALLOW 405")
    row = page.locator(f'[id="{PASSES}@json"]')
    expect(row).to_be_visible()
    expect(page.locator("#decide")).to_be_hidden()
    page.fill("#q", "nothing at all has these words")
    expect(page.locator("#nothing")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#decide")).to_be_visible()
    expect(row).to_be_hidden()
    assert page.input_value("#q") == ""


@pytest.mark.parametrize(
    "rule", [f"{PASSES}@xml", f"{UNKNOWN}@json", f"{USER}@json", f"{EMAIL}@json", f"{SUCCESS}@json"]
)
def test_a_link_to_a_rule_opens_what_it_is_folded_in(opened: Opener, rule: str) -> None:
    expect(opened(at=rule).locator(f'[id="{rule}"]')).to_be_in_viewport()


def test_a_link_without_an_encoding_and_one_to_what_is_filtered_away_lead_there(opened: Opener) -> None:
    page = opened(at=PASSES)
    expect(page.locator(f'[id="{PASSES}@json"]')).to_be_in_viewport()
    page.select_option("#f-outcome", "failed")
    page.evaluate(f"location.hash = '{PASSES}@xml'")
    expect(page.locator(f'[id="{PASSES}@xml"]')).to_be_in_viewport()


def test_a_fragment_that_means_nothing_is_no_harm(opened: Opener) -> None:
    page = opened()
    for fragment in ("%E0%A4%A", "/level=NONE&outcome=failed", "'];alert(1)//", "/q=%3Cb%3E", ""):
        page.evaluate("place => { location.hash = place; }", fragment)
    expect(page.locator("#decide")).to_be_visible()


def test_the_page_is_used_by_keys(opened: Opener) -> None:
    page = opened()
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") != first
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == first
    page.keyboard.press("o")
    assert page.evaluate("document.activeElement.querySelector('details.exchange').open")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("jk?")
    assert page.input_value("#q") == "jk?"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("Keys of one letter are on").uncheck()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_first_key_leads_past_the_head_of_the_page(opened: Opener) -> None:
    page = opened()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_numbers_of_the_matrix_lead_to_their_verdicts(opened: Opener) -> None:
    page = opened()
    page.locator("[data-cells='collection-policy SHOULD'] [data-cell=failed] button").click()
    assert visible(page) == {("SHOULD", "failed")}


def test_colours_are_chosen_and_kept(opened: Opener) -> None:
    page = opened(color_scheme="light")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.select_option("#theme", "dark")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    page.select_option("#theme", "")
    page.emulate_media(color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


def test_a_mail_attachment_without_storage_works_as_well(opened: Opener) -> None:
    page = opened(before=NO_STORAGE)
    page.select_option("#theme", "dark")
    page.select_option("#f-outcome", "failed")
    assert {outcome for _, outcome in visible(page)} == {"failed", "waived"}


def test_commands_are_copied_as_they_are(opened: Opener) -> None:
    page = opened(before="navigator.clipboard.writeText = async text => { window.copied = text; };")
    page.get_by_role("button", name="Open all").click()
    block = page.locator("pre[data-copy]").first
    told = block.evaluate("node => node.firstChild.data")
    block.get_by_role("button", name="Copy").click()
    expect(block.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("window.copied") == told
    assert told.startswith("curl ")


def test_without_script_everything_is_there_and_no_control_is_shown(opened: Opener) -> None:
    page = opened(java_script_enabled=False)
    expect(page.locator("#tools")).to_be_hidden()
    expect(page.locator("#theme")).to_be_hidden()
    for place in ("decide", "advisory", "waived", "undecided", "observations", "passed", "errata", "traceability"):
        expect(page.locator(f"#{place}")).to_be_visible()
    expect(page.get_by_text("200 with success true, time 0")).to_be_visible()
    page.locator(".exchange summary").first.click()
    expect(page.locator(".exchange pre").first).to_be_visible()


@pytest.mark.parametrize("width", [390, 320])
def test_on_a_phone_nothing_is_wider_than_the_screen(opened: Opener, width: int) -> None:
    page = opened(viewport={"width": width, "height": 800})
    page.get_by_role("button", name="Open all").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("es", "light"), ("en", "dark"), ("es", "dark")])
def test_axe_finds_nothing(opened: Opener, language: str, scheme: str) -> None:
    page = opened(language, color_scheme=scheme)
    assert page.locator("html").get_attribute("lang") == language
    page.locator("#open").click()
    assert _violations(page) == []


def test_the_help_is_accessible_too(opened: Opener) -> None:
    page = opened()
    page.keyboard.press("?")
    assert _violations(page, "dialog") == []


def test_paper_has_what_is_folded_and_no_control(opened: Opener) -> None:
    page = opened()
    text = _text(page.pdf(format="A4"))
    assert "An answer 405 lists the allowed methods in Allow." in text
    assert "Hashes, command and" in text
    assert "0123456789abcdef" * 4 in text.replace(" ", "")
    assert "It names something at the tenant" in text
    for control in ("Open all", "Keyboard", "Skip to the content", "Colours"):
        assert control not in text
    expect(page.locator(f'[id="{PASSES}@json"]')).to_be_hidden()


def test_paper_needs_no_script(opened: Opener) -> None:
    text = _text(opened(java_script_enabled=False).pdf(format="A4"))
    assert "An answer 405 lists the allowed methods in Allow." in text
    assert STEP in text.replace(" ", "")


def test_a_page_of_two_thousand_verdicts_is_filtered_and_searched(opened: Opener, tmp_path: Path) -> None:
    path = tmp_path / "large.html"
    path.write_bytes(html.write(large()))
    page = opened(path=path, at="larger/request/Member999/max-length@xml")
    expect(page.locator('[id="larger/request/Member999/max-length@xml"]')).to_be_in_viewport()
    page.fill("#q", "Member500")
    expect(page.locator("#shown")).to_have_text("2 of 2,000 verdicts shown")


def _violations(page: Page, context: str | None = None) -> list[tuple[str, list[str]]]:
    found = Axe().run(page, context=context, options={"resultTypes": ["violations"]})
    return [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found.response["violations"]]


def _text(content: bytes) -> str:
    told = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return " ".join(told.split())
