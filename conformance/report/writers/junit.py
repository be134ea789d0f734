"""`junit.xml`: one test case per rule and encoding, one suite per service, for CI servers.

JUnit knows less than a report: a SHOULD failure stays green and speaks in system-out, what could not be decided is
skipped with its reason. What is written is what GitLab, Jenkins, its xUnit plugin and GitHub's actions all
take: no `file`, since what is cited is no file of their repository, and no dot in an encoding, which Jenkins would take
for the end of a package. Must never import another writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from conformance.report.audit import is_audit
from conformance.report.commands import replay
from conformance.report.evidence import exchanges, milliseconds
from conformance.report.outcomes import Standing, standing, words
from conformance.report.sections import started
from conformance.report.sentences import (
    ends_of,
    exchanges_phrase,
    finding_sentence,
    rate_sentence,
    requirement,
    verdict_sentence,
    waiver_sentence,
)
from conformance.report.text import full_stop, one_line, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conformance.model import Verdict
    from conformance.report.language import Language
    from conformance.report.material import Material


def write(material: Material) -> bytes:
    """The document as UTF-8 with its XML declaration."""
    report = material.report
    times = {key: milliseconds(sent.exchange) for key, sent in exchanges(material.log).items()}
    root = ET.Element("testsuites", name="conformance")
    for group in dict.fromkeys(v.group for v in report.verdicts):
        root.append(_suite(group, [v for v in report.verdicts if v.group == group], material, times))
    for key in ("tests", "failures", "errors"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    root.set("time", _seconds(times, times))
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _suite(group: str, verdicts: Sequence[Verdict], material: Material, times: Mapping[str, float]) -> ET.Element:
    suite = ET.Element("testsuite", name=group)
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(verdicts[0].service, material):
        ET.SubElement(properties, "property", name=name, value=one_line(value, 2000))
    for verdict in verdicts:
        suite.append(_case(verdict, material, times))
    suite.set("tests", str(len(verdicts)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", "0")
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    suite.set("time", _seconds({key: 0.0 for v in verdicts for key in v.exchanges}, times))
    suite.set("timestamp", started(material.report.suite))
    return suite


def _properties(service: str, material: Material) -> list[tuple[str, str]]:
    report, language = material.report, material.language
    declared = report.target.get("services", {}).get(service, {})
    contract = report.suite.get("contracts", {}).get(service, {})
    return [
        ("verdict", language.say(report.sentence)),
        ("target", str(report.target.get("name", ""))),
        ("environment", str(report.target.get("environment", ""))),
        ("url", str(declared.get("url", ""))),
        ("suite", f"{report.suite.get('name', '')} {report.suite.get('version', '')}"),
        *(() if is_audit(report) else (("seed", str(report.suite.get("seed", ""))),)),
        ("contract", str(contract.get("hash", ""))),
        *(("notice", language.say(notice)) for notice in report.notices),
    ]


def _case(verdict: Verdict, material: Material, times: Mapping[str, float]) -> ET.Element:
    language = material.language
    case = ET.Element(
        "testcase",
        classname=".".join(filter(None, (verdict.service, verdict.party, verdict.encoding.replace(".", "_")))),
        name=f"{verdict.rule} ({verdict.place})",
        time=_seconds(verdict.exchanges, times),
    )
    sentence = printable(verdict_sentence(verdict, material.rules.get(verdict.rule), language=language))
    element = words(verdict, material.report).junit
    if element == "failure":
        failure = ET.SubElement(case, "failure", type=str(verdict.level), message=sentence)
        failure.text = printable("\n".join(_whole(verdict, material)))
    elif element == "skipped":
        stands = standing(verdict, material.report)
        reason = _why(verdict, stands, language)
        # GitLab shows the text, Jenkins the message.
        ET.SubElement(case, "skipped", type=str(stands), message=reason).text = reason
    if element == "system-out" or standing(verdict, material.report) is Standing.WAIVED:
        ET.SubElement(case, "system-out").text = sentence
    return case


def _whole(verdict: Verdict, material: Material) -> Iterator[str]:
    """What was required, everything that was found, where to see it, and the command that shows it again."""
    language, rule = material.language, material.rules.get(verdict.rule)
    if rule is not None:
        yield full_stop(requirement(rule, verdict.encoding, language=language))
    yield from (finding_sentence(finding, language=language) for finding in verdict.findings)
    if verdict.reason and not verdict.findings:
        yield one_line(language.say(verdict.reason))
    if verdict.waiver is not None:
        yield waiver_sentence(verdict.waiver, language=language)
    if verdict.exchanges:
        yield exchanges_phrase(verdict.exchanges, language=language)
    if verdict.tally is not None:
        yield rate_sentence(verdict.tally, language=language)
        yield from (f"{name}: {told}" for name, told in ends_of(verdict.tally, language))
    elif verdict.exchanges:
        command = replay(material.report.suite, verdict.exchanges[0])
        yield language.fill("To send it again: {command}", command=command)


def _why(verdict: Verdict, stands: Standing, language: Language) -> str:
    if stands is Standing.WAIVED:
        return waiver_sentence(verdict.waiver or {}, language=language)
    reason = language.say(verdict.reason or "no reason was recorded")
    return f"{language.word(str(verdict.outcome))}: {one_line(reason)}"


def _seconds(wanted: Mapping[str, float] | Sequence[str], times: Mapping[str, float]) -> str:
    return f"{sum(times.get(key, 0.0) for key in wanted) / 1000:.3f}"
