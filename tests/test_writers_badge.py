"""`badge.svg`: small, readable to who sees it and who hears it, and without anything that acts or fetches."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from conformance.report.build import build
from conformance.report.language import language_of
from conformance.report.writers import badge
from tests.report_samples import PASSED, RECORDS, VERDICTS, header, hostile, log, material

SVG = "{http://www.w3.org/2000/svg}"


def picture(outcome: str, code: str = "en", **changes: Any) -> ET.Element:
    verdicts = {"conforms": PASSED, "does-not-conform": VERDICTS, "inconclusive": ()}[outcome]
    run = log(RECORDS, **changes)
    report = build(run, verdicts, ())
    assert report.outcome == outcome
    return ET.fromstring(badge.write(material(report, run, language_of(code))))


def colours(of: ET.Element) -> set[str]:
    return {fill for part in of.iter() if (fill := part.get("fill"))}


@pytest.mark.parametrize(
    ("outcome", "word"),
    [("conforms", "conforms"), ("does-not-conform", "does not conform"), ("inconclusive", "inconclusive")],
)
def test_it_says_the_verdict_in_words_and_in_its_title(outcome: str, word: str) -> None:
    root = picture(outcome)
    assert [text.text for text in root.iter(f"{SVG}text")] == ["conformance", word]
    assert root.findtext(f"{SVG}title") == f"conformance: {word}"
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "title"


def test_a_part_that_conforms_is_called_a_part() -> None:
    scope = {**header()["scope"], "selection": "depth smoke: the baseline alone"}
    root = picture("conforms", scope=scope)
    assert root.findtext(f"{SVG}title") == "conformance: conforms in part"


def test_each_verdict_has_its_colour() -> None:
    seen = [frozenset(colours(picture(o))) for o in ("conforms", "does-not-conform", "inconclusive")]
    assert len(set(seen)) == 3


def _light(colour: str) -> float:
    full = colour.lstrip("#")
    full = full if len(full) == 6 else "".join(c + c for c in full)
    parts = [int(full[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("outcome", ["conforms", "does-not-conform", "inconclusive"])
def test_white_letters_stand_out_as_wcag_wants(outcome: str) -> None:
    for colour in colours(picture(outcome)) - {"#fff"}:
        assert 1.05 / (_light(colour) + 0.05) >= 4.5, colour


@pytest.mark.parametrize("code", ["en", "es"])
def test_the_text_fits_into_the_picture(code: str) -> None:
    root = picture("does-not-conform", code)
    wide = float(root.get("width", "0"))
    ends = [float(t.get("x", "0")) + float(t.get("textLength", "0")) for t in root.iter(f"{SVG}text")]
    assert ends == sorted(ends)
    assert ends[-1] < wide
    assert all(float(t.get("textLength", "0")) >= 6 * len(t.text or "") for t in root.iter(f"{SVG}text"))
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == code


def test_it_names_nobody_and_fetches_nothing() -> None:
    secret = "internal-host.example"
    run = log(RECORDS, target=header()["target"] | {"name": secret, "environment": secret})
    text = badge.write(material(build(run, PASSED, ()), run)).decode()
    assert secret not in text
    assert "staging" not in badge.write(material(*hostile())).decode()
    root = ET.fromstring(text)
    assert {part.tag.removeprefix(SVG) for part in root.iter()} == {"svg", "title", "rect", "path", "g", "text"}
    assert not any("href" in name or name.startswith("on") for part in root.iter() for name in part.attrib)
