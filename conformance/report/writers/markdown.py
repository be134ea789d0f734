"""`summary.md`: the report on one page of Markdown, for a job summary or a comment on a merge request.

The verdict, the counts, failures by rule, what changed since the baseline, what is waived, what is open. What has no
room is counted, never cut in the midst. Must never import another writer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.model import group_of
from conformance.report.audit import by_party, group_said, is_audit, target_said
from conformance.report.causes import causes
from conformance.report.comparing import since
from conformance.report.counts import all_rows
from conformance.report.evidence import exchanges, of_finding
from conformance.report.headline import CONFORMS, DOES_NOT_CONFORM, as_seen, in_part
from conformance.report.markdown_text import cell, code, told
from conformance.report.sections import split, started
from conformance.report.sentences import finding_sentence, place, requirement, share, sighting_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conformance.model import Difference, Report, Verdict
    from conformance.report.causes import Cause
    from conformance.report.language import Language
    from conformance.report.material import Material

LIMIT = 65_535
"""Bytes of a comment on GitHub; other places take more."""

_LONGEST = 400
_SEEN = 280
"""Characters of what was seen: enough to know it, the rest is in report.html."""

_AT_LEAST = 5
"""Rows of each section that come before further rows of any: two thousand failures hide no notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """`opening` stands above the rows: a title, and the head of a table."""

    opening: str
    rows: tuple[str, ...]


def write(material: Material) -> bytes:
    """The page as UTF-8. Sections and rows in order of weight, as many as there is room for."""
    language = material.language
    parts = [_title(material.report, language), *(section for section in _sections(material) if section.rows)]
    return fitted(parts, language).encode("utf-8")


def fitted(parts: Sequence[Section], language: Language, limit: int = LIMIT) -> str:
    """As many rows as fit, the first of each section first; each says how many of its own do not."""
    heads = [part.opening for part in parts]
    notes = [_left_out(len(part.rows), language) for part in parts]
    room = limit - sum(len(text.encode()) + 2 for text in (*heads, *notes))
    kept = [0] * len(parts)
    for most in (_AT_LEAST, max((len(part.rows) for part in parts), default=0)):
        for number, part in enumerate(parts):
            while kept[number] < min(most, len(part.rows)):
                size = len(part.rows[kept[number]].encode()) + 1
                if size > room:
                    break
                room -= size
                kept[number] += 1
    return "\n\n".join(_body(part, number, language) for part, number in zip(parts, kept, strict=True)) + "\n"


def _body(part: Section, kept: int, language: Language) -> str:
    body = "\n".join([part.opening, *part.rows[:kept]])
    missing = len(part.rows) - kept
    return f"{body}\n\n{_left_out(missing, language)}" if missing else body


def _left_out(number: int, language: Language) -> str:
    return language.fill("{rows} left out here; report.html has all.", rows=language.counted(number, "row"))


def _title(report: Report, language: Language) -> Section:
    target, suite = report.target, report.suite
    version = f"{suite.get('name', '')} {suite.get('version', '')}"
    about = ", ".join(filter(None, (target_said(report, language), str(target.get("environment", "")))))
    rows = [
        (language.fill("Target"), told(about, _LONGEST)),
        (language.fill("Started"), told(language.moment(started(suite)), _LONGEST)),
        (language.fill("Suite"), told(version, _LONGEST)),
        (language.fill("Run"), code(str(suite.get("run", "")), _LONGEST)),
    ]
    if report.baseline is not None:
        rows.append((language.fill("Change"), told(language.say(since(report.baseline)), _LONGEST)))
    opening = f"## {_word(report, language)}\n\n{told(language.say(report.sentence), 4 * _LONGEST)}\n"
    return Section(opening="\n".join([opening, *(f"* {name}: {value}" for name, value in rows)]), rows=())


def _word(report: Report, language: Language) -> str:
    if in_part(report):
        return f"✅ {language.fill('Conforms in part')}"
    if as_seen(report):
        return f"✅ {language.fill('Conforms in what was seen')}"
    if report.outcome == CONFORMS:
        return f"✅ {language.fill('Conforms')}"
    return (
        f"❌ {language.fill('Does not conform')}"
        if report.outcome == DOES_NOT_CONFORM
        else f"⚠️ {language.fill('Inconclusive')}"
    )


def _sections(material: Material) -> Iterable[Section]:
    report, language = material.report, material.language
    parts = split(report)
    yield _counts(report, language)
    for party, members in by_party(parts.blocking):
        grouped = _causes(members, material)
        together = (_together(cause, language) for cause in grouped if not cause.alone)
        yield _listed(_of(language.fill("What goes together"), party, language), together, 2 * _LONGEST)
        blocking = [verdict for cause in grouped for verdict in cause.verdicts]
        title = _of(language.fill("Failures that decide the verdict"), party, language)
        yield _failures(title, blocking, material)
    if report.baseline is not None:
        yield _changes(language.fill("Newly failing"), report.baseline.newly_failing, language)
        yield _changes(language.fill("Newly passing"), report.baseline.newly_passing, language)
    yield _waived(parts.waived, language)
    yield _listed(language.fill("Notices"), (language.say(notice) for notice in report.notices))
    undecided = (
        f"{len(group.verdicts)} × {_of(language.word(group.outcome), group.party, language)}: "
        + language.say(group.reason)
        for group in parts.undecided
    )
    yield _listed(language.fill("Without a verdict"), undecided)
    for party, members in by_party(parts.advisory):
        yield _failures(_of(language.fill("Failures that do not decide"), party, language), members, material)


def _of(text: str, party: str, language: Language) -> str:
    """The text, and in an audit whose it is."""
    return group_said(group_of(text, party), language)


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Section:
    opening = [f"### {title}\n"] if title else []
    opening += [f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}"]
    return Section(opening="\n".join(opening), rows=tuple(f"| {' | '.join(row)} |" for row in rows))


def _listed(title: str, sentences: Iterable[str], longest: int = _LONGEST) -> Section:
    return Section(opening=f"### {title}\n", rows=tuple(f"* {told(text, longest)}" for text in sentences))


def _causes(verdicts: Sequence[Verdict], material: Material) -> tuple[Cause, ...]:
    """The failures by what is likely behind them, as on the page for people."""
    seen = exchanges(material.log)
    shown = {(one.rule, one.encoding): key for one in verdicts for _, key in of_finding(one, seen)[:1] if key}
    return causes(verdicts, material.report, material.rules, material.contracts, shown)


def _together(cause: Cause, language: Language) -> str:
    rules = language.counted(len(cause.rules), "rule")
    names = language.listed(cause.rules, _AT_LEAST)
    said = [language.say(cause.title), language.fill("{rules}: {names}.", rules=rules, names=names)]
    if cause.likely:
        said.append(language.fill("Likely: {cause}", cause=language.say(cause.likely)))
    return " ".join(said)


def _counts(report: Report, language: Language) -> Section:
    names = ("passed", "failed", "waived", "cant-tell", "untested", "inapplicable")
    columns = [language.fill("Service"), language.fill("Level"), *(language.word(name) for name in names)]
    rows = (
        [cell(group_said(service, language)), level, *(str(row[name]) for name in names)]
        for service, level, row in all_rows(report.counts)
    )
    return _table("", columns, rows)


def _failures(title: str, verdicts: Sequence[Verdict], material: Material) -> Section:
    """A row for each rule, whatever the encodings that break it."""
    language = material.language
    columns = [language.fill("Rule"), language.fill("Encodings"), language.fill("Required"), language.fill("Seen")]
    audit = is_audit(material.report)
    columns += [language.fill("Rate"), language.fill("First and last")] if audit else []
    rows = []
    for name, members in _by_rule(verdicts).items():
        rule, first = material.rules.get(name), members[0]
        findings = sum(len(verdict.findings) for verdict in members)
        seen = finding_sentence(first.findings[0], language=language) if first.findings else language.say(first.reason)
        more = f" {language.fill('And {number} more.', number=findings - 1)}" if findings > 1 else ""
        required = requirement(rule, first.encoding, language=language) if rule else ""
        rows.append(
            [
                cell(name, as_code=True),
                f"{first.level} {cell(', '.join(verdict.encoding for verdict in members))}",
                cell(required),
                cell(seen, _SEEN) + more,
                *((cell(_rates(members, language)), cell(_sightings(members, language))) if audit else ()),
            ]
        )
    return _table(title, columns, rows)


def _rates(members: Sequence[Verdict], language: Language) -> str:
    """In how many exchanges each of them failed."""
    several = len(members) > 1
    told = (
        language.fill(
            "{failed} of {checked}, {share} %",
            failed=language.number(of.failed),
            checked=language.number(of.checked),
            share=share(of, language),
        )
        + (f" ({one.encoding})" if several else "")
        for one in members
        if (of := one.tally) is not None
    )
    return "; ".join(told)


def _sightings(members: Sequence[Verdict], language: Language) -> str:
    found = [one.tally for one in members if one.tally is not None]
    ends = [end for one in found[:1] for end in dict.fromkeys((one.first, one.last)) if end is not None]
    return "; ".join(sighting_sentence(end, language=language) for end in ends)


def _by_rule(verdicts: Iterable[Verdict]) -> dict[str, list[Verdict]]:
    found: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        found.setdefault(verdict.rule, []).append(verdict)
    return found


def _waived(verdicts: Sequence[Verdict], language: Language) -> Section:
    columns = [language.fill("Rule"), language.fill("Encoding"), language.fill("Owner"), language.fill("Until")]
    columns += [language.fill("Reason"), language.fill("Ticket")]
    rows = []
    for verdict in verdicts:
        waiver = {key: str(value) for key, value in (verdict.waiver or {}).items() if value}
        until = language.day(waiver.get("expiry", ""))
        said = [waiver.get("owner", ""), until, waiver.get("reason", ""), waiver.get("ticket", "")]
        rows.append([cell(verdict.rule, as_code=True), cell(place(verdict, language)), *map(cell, said)])
    return _table(language.fill("Waived failures"), columns, rows)


def _changes(title: str, differences: Iterable[Difference], language: Language) -> Section:
    columns = [
        language.fill("Rule"),
        language.fill("Encoding"),
        language.fill("Level"),
        language.fill("Before"),
        language.fill("Now"),
    ]
    rows = (
        [
            cell(one.rule, as_code=True),
            cell(place(one, language)),
            str(one.level),
            language.word(one.before or "–"),
            language.word(one.after or "–"),
        ]
        for one in differences
    )
    return _table(title, columns, rows)
