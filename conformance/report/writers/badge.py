"""`badge.svg`: the verdict in two words, for a README or a dashboard.

It says nothing of the target, since a badge is shown to everybody. No script, no font and no picture is fetched. Must
never import another writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from conformance.report.headline import CONFORMS, DOES_NOT_CONFORM, as_seen, in_part
from conformance.report.text import printable

if TYPE_CHECKING:
    from conformance.model import Report
    from conformance.report.language import Language
    from conformance.report.material import Material

_COLOURS = {CONFORMS: "#1a7f37", DOES_NOT_CONFORM: "#c1272d"}
_OPEN, _LABEL = "#8a5a00", "#444c56"
"""All of them dark enough under white letters for WCAG AA."""

_LETTER, _EDGE, _HEIGHT = 7, 8, 20


def write(material: Material) -> bytes:
    """The picture as UTF-8."""
    language, outcome = material.language, material.report.outcome
    label, word = language.fill("conformance"), _word(material.report, language)
    left, right = _wide(label), _wide(word)
    title = escape(printable(language.fill("{label}: {word}", label=label, word=word)))
    colour = _COLOURS.get(outcome, _OPEN)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{_HEIGHT}" \
viewBox="0 0 {left + right} {_HEIGHT}" role="img" aria-labelledby="title" xml:lang="{language.code}">
<title id="title">{title}</title>
<rect width="{left + right}" height="{_HEIGHT}" rx="3" fill="{_LABEL}"/>
<path d="M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right - 3}z" fill="{colour}"/>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" aria-hidden="true">
{_text(label, _EDGE)}
{_text(word, left + _EDGE)}
</g>
</svg>
""".encode()


def _word(report: Report, language: Language) -> str:
    if in_part(report):
        return language.fill("conforms in part")
    if as_seen(report):
        return language.fill("conforms in what was seen")
    if report.outcome == CONFORMS:
        return language.fill("conforms")
    return language.fill("does not conform") if report.outcome == DOES_NOT_CONFORM else language.fill("inconclusive")


def _wide(text: str) -> int:
    return len(text) * _LETTER + 2 * _EDGE


def _text(text: str, left: int) -> str:
    """The length is given, so that the text fits whatever font there is."""
    length = len(text) * _LETTER
    shown = escape(printable(text))
    return f'<text x="{left}" y="14" textLength="{length}" lengthAdjust="spacingAndGlyphs">{shown}</text>'
