"""What differs is marked, and nothing is lost; bodies are laid out, and nothing of them is lost either."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.report.bodies import LONG_VALUE, indented, indented_xml, pretty, shown
from conformance.report.difference import marked

WORDS = st.text(st.sampled_from("ab :,.'\n5"), max_size=40)


def hits(expected: str, observed: str) -> tuple[list[str], list[str]]:
    left, right = marked(expected, observed)
    return [text for text, hit in left if hit], [text for text, hit in right if hit]


@pytest.mark.parametrize(
    ("expected", "observed", "differing"),
    [
        ("refused: left out", "accepted: 200 OK: {}", (["refused"], ["accepted"])),
        (
            "a fault with the code MustUnderstand: it",
            "accepted: it",
            (["a fault with the code MustUnderstand"], ["accepted"]),
        ),
        ("400", "500", (["400"], ["500"])),
        ("a boolean", '"true"', (["a boolean"], ['"true"'])),
        ("text/xml; charset=utf-8", "text/xml; charset=latin-1", (["utf", "8"], ["latin", "1"])),
        ("the same", "the same", ([], [])),
    ],
)
def test_what_differs_is_marked(expected: str, observed: str, differing: tuple[list[str], list[str]]) -> None:
    assert hits(expected, observed) == differing


@given(WORDS, WORDS)
def test_the_pieces_are_the_text(expected: str, observed: str) -> None:
    left, right = marked(expected, observed)
    assert ("".join(text for text, _ in left), "".join(text for text, _ in right)) == (expected, observed)
    assert expected == observed or any(hit for _, hit in (*left, *right))


def test_long_texts_differ_as_a_whole() -> None:
    assert hits("a " * 500, "b " * 500) == (["a " * 500], ["b " * 500])


def test_xml_is_indented_token_by_token() -> None:
    text = "<?xml version='1.0'?>\n<a:b xmlns:a='x'><c>1</c><d/><e><f>é</f></e><g></g><!-- n --></a:b>"
    laid = indented_xml(text)
    assert laid.split("\n")[1:] == [
        "<a:b xmlns:a='x'>",
        "  <c>1</c>",
        "  <d/>",
        "  <e>",
        "    <f>é</f>",
        "  </e>",
        "  <g></g>",
        "  <!-- n -->",
        "</a:b>",
    ]
    assert re.sub(r"\s", "", laid) == re.sub(r"\s", "", text)


def test_a_value_of_blanks_is_shown_as_it_came() -> None:
    """A request with a blank value must not look like one with an empty value."""
    assert indented_xml("<a> <b>  </b> <c>\u00a0</c></a>") == "<a>\n  <b>  </b>\n  <c>\u00a0</c>\n</a>"
    assert indented_xml("<a><b><![CDATA[ x ]]></b></a>") == "<a>\n  <b><![CDATA[ x ]]></b>\n</a>"


@pytest.mark.parametrize(
    "text", ["<p>some <b>bold</b> text</p>", "<a>no end", "<a><!-- no end", "no markup", "<a>\n<b/>\n</a>", "", "<"]
)
def test_what_is_no_plain_xml_stays_as_it_came(text: str) -> None:
    assert indented_xml(text) in {text, text.strip()}


@given(st.text(st.sampled_from("<>/!-[]CDAT?ab \n\"'="), max_size=60))
def test_no_text_breaks_the_layout_or_loses_a_character(text: str) -> None:
    assert re.sub(r"\s", "", indented_xml(text)) == re.sub(r"\s", "", text)


def test_a_long_value_is_shown_by_its_beginning() -> None:
    long = "A" * (LONG_VALUE + 1)
    assert indented(f'{{"a":"{long}"}}').endswith(f"… [{LONG_VALUE + 3}]\n}}")
    assert f"… [{LONG_VALUE + 1}]</a>" in indented_xml(f"<a>{long}</a>")
    assert pretty(f"<p>{long}</p>", "text/html") == f"<p>{long}</p>"


def test_depth_has_an_end_and_so_has_the_layout() -> None:
    deep = "<a>" * 3000 + "</a>" * 3000
    assert len(indented_xml(deep)) < 60 * len(deep)
    assert shown(deep.encode() * 2, "text/xml", 8000) == {
        "note": "42000 bytes, cut; whole in evidence.har",
        "text": (deep * 2)[:8000],
    }
    assert len(shown(b"[" * 900 + b"]" * 900, "application/json", 8000)["text"]) == 8000  # type: ignore[index]
