"""`junit.xml`: one test case per rule and encoding, one suite per service, for CI servers.

JUnit knows less than a report: a SHOULD failure stays green and speaks in system-out, what could not be decided is
skipped with its reason. Must never import another writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from conformance.model import Outcome, Report, Rule, Verdict
from conformance.report.evidence import exchanges, milliseconds
from conformance.report.sections import blocks, is_strict, started, waived
from conformance.report.sentences import finding_sentence, verdict_sentence, waiver_sentence
from conformance.report.text import one_line, printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.report.material import Material


def write(material: Material) -> bytes:
    """The document as UTF-8 with its XML declaration."""
    report, log, rules = material.report, material.log, material.rules
    times = {key: milliseconds(sent.exchange) for key, sent in exchanges(log).items()}
    root = ET.Element("testsuites", name="conformance")
    for service in dict.fromkeys(v.service for v in report.verdicts):
        members = [v for v in report.verdicts if v.service == service]
        root.append(_suite(service, members, report, rules, times))
    for key in ("tests", "failures", "errors", "skipped"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    root.set("time", _seconds(times, times))
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _suite(
    service: str, verdicts: Sequence[Verdict], report: Report, rules: Mapping[str, Rule], times: Mapping[str, float]
) -> ET.Element:
    suite = ET.Element("testsuite", name=service)
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(service, report):
        ET.SubElement(properties, "property", name=name, value=one_line(value, 2000))
    for verdict in verdicts:
        suite.append(_case(verdict, report, rules.get(verdict.rule), times))
    suite.set("tests", str(len(verdicts)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", "0")
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    suite.set("time", _seconds({key: 0.0 for v in verdicts for key in v.exchanges}, times))
    suite.set("timestamp", started(report.suite))
    return suite


def _properties(service: str, report: Report) -> list[tuple[str, str]]:
    declared = report.target.get("services", {}).get(service, {})
    contract = report.suite.get("contracts", {}).get(service, {})
    return [
        ("verdict", report.sentence),
        ("target", str(report.target.get("name", ""))),
        ("environment", str(report.target.get("environment", ""))),
        ("url", str(declared.get("url", ""))),
        ("suite", f"{report.suite.get('name', '')} {report.suite.get('version', '')}"),
        ("seed", str(report.suite.get("seed", ""))),
        ("contract", str(contract.get("hash", ""))),
        *(("notice", notice) for notice in report.notices),
    ]


def _case(verdict: Verdict, report: Report, rule: Rule | None, times: Mapping[str, float]) -> ET.Element:
    case = ET.Element(
        "testcase",
        classname=f"{verdict.service}.{verdict.encoding}",
        name=f"{verdict.rule} ({verdict.encoding})",
        time=_seconds(verdict.exchanges, times),
    )
    sentence = printable(verdict_sentence(verdict, rule))
    if blocks(verdict, started(report.suite), strict=is_strict(report)):
        failure = ET.SubElement(case, "failure", type=str(verdict.level), message=sentence)
        failure.text = "\n".join([sentence, *(finding_sentence(finding) for finding in verdict.findings)])
    elif waived(verdict, started(report.suite)):
        ET.SubElement(case, "skipped", type="waived", message=waiver_sentence(verdict.waiver or {}))
        ET.SubElement(case, "system-out").text = sentence
    elif verdict.outcome is Outcome.FAILED:
        ET.SubElement(case, "system-out").text = sentence
    elif verdict.outcome is not Outcome.PASSED:
        reason = one_line(verdict.reason or "no reason was recorded")
        ET.SubElement(case, "skipped", type=str(verdict.outcome), message=f"{verdict.outcome}: {reason}")
    return case


def _seconds(wanted: Mapping[str, float] | Sequence[str], times: Mapping[str, float]) -> str:
    return f"{sum(times.get(key, 0.0) for key in wanted) / 1000:.3f}"
