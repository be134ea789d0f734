"""`verdicts.csv`: a row for each verdict, for a spreadsheet.

A spreadsheet takes a cell for a formula by its first character, and runs it; no text of a server, a target file or a
document may begin so. Must never import another writer.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from conformance.report.audit import is_audit
from conformance.report.outcomes import Standing, standing
from conformance.report.sentences import share, sighting_sentence, waiver_sentence
from conformance.report.text import one_line

if TYPE_CHECKING:
    from conformance.model import Verdict
    from conformance.report.language import Language
    from conformance.report.material import Material

LONGEST = 8_000
"""Characters of a cell; a spreadsheet takes 32,767, and nobody reads as many."""

_FORMULA = "[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
_AT_THE_START = re.compile(f"^(?=[\\s\"']*{_FORMULA})")
_BEHIND_A_SEPARATOR = re.compile(f"(?<=[;|\t])(?=[\\s\"']*{_FORMULA})")
"""Where Excel splits at semicolons, as in Spain and Colombia, a cell may begin in the midst of a text."""


def write(material: Material) -> bytes:
    """UTF-8 with a byte order mark, without which Excel takes it for Windows-1252; RFC 4180 otherwise."""
    out = io.StringIO()
    rows = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    audit, language = is_audit(material.report), material.language
    rows.writerow(guarded(title) for title in (*_header(language), *(_audit_header(language) if audit else ())))
    for verdict in material.report.verdicts:
        cells = (*_row(verdict, material), *(_audit_row(verdict, language) if audit else ()))
        rows.writerow(guarded(cell) for cell in cells)
    return ("\ufeff" + out.getvalue()).encode("utf-8")


def guarded(text: str) -> str:
    """The text on one line, with an apostrophe where a spreadsheet would see the start of a formula."""
    return _BEHIND_A_SEPARATOR.sub("'", _AT_THE_START.sub("'", one_line(text, LONGEST)))


def _header(language: Language) -> tuple[str, ...]:
    return (
        language.fill("Service"),
        language.fill("Rule"),
        language.fill("Encoding"),
        language.fill("Level"),
        language.fill("Basis"),
        language.fill("Outcome"),
        language.fill("Decides the run"),
        language.fill("What is required"),
        language.fill("Source"),
        language.fill("Where"),
        language.fill("Expected"),
        language.fill("Observed"),
        language.fill("Number of findings"),
        language.fill("Reason"),
        language.fill("Waiver"),
        language.fill("Exchanges"),
    )


def _audit_header(language: Language) -> tuple[str, ...]:
    return (
        language.fill("Party"),
        language.fill("Exchanges that show it"),
        language.fill("Exchanges that fail"),
        language.fill("Rate in %"),
        language.fill("First occurrence"),
        language.fill("Last occurrence"),
    )


def _audit_row(verdict: Verdict, language: Language) -> tuple[str, ...]:
    of = verdict.tally
    if of is None:
        return (language.word(verdict.party), "", "", "", "", "")
    ends = (sighting_sentence(end, language=language) if end is not None else "" for end in (of.first, of.last))
    return (language.word(verdict.party), str(of.checked), str(of.failed), share(of, language), *ends)


def _row(verdict: Verdict, material: Material) -> tuple[str, ...]:
    language, rule = material.language, material.rules.get(verdict.rule)
    found = verdict.findings[0] if verdict.findings else None
    decides = standing(verdict, material.report) is Standing.BLOCKING
    return (
        verdict.service,
        verdict.rule,
        verdict.encoding,
        str(verdict.level),
        language.word(str(verdict.basis)),
        language.word(str(verdict.outcome)),
        language.fill("yes") if decides else language.fill("no"),
        language.say(rule.statement) if rule else "",
        language.say(str(rule.cited_in(verdict.encoding))) if rule else "",
        found.path if found else "",
        language.say(found.expected) if found else "",
        language.say(found.observed) if found else "",
        str(len(verdict.findings)),
        language.say(verdict.reason),
        waiver_sentence(verdict.waiver, language=language) if verdict.waiver is not None else "",
        " ".join(verdict.exchanges),
    )
