"""The table of writers, `report.json` and its published schema, and `junit.xml`."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
import typer
from jsonschema import Draft202012Validator
from junitparser import JUnitXml

from conformance.cli import app
from conformance.errors import ConformanceError, SuiteError
from conformance.model import Comparison, Difference, Level, Outcome, Report
from conformance.report.build import build
from conformance.report.schema import SCHEMA_FILE, SCHEMA_ID, misfits, report_schema
from conformance.report.writers import ALWAYS, FORMATS, WANTS_MORE, junit, known, report_json, write_all
from conformance.resources import schemas_dir
from tests.report_samples import (
    ACCEPT,
    EMAIL,
    FINDINGS,
    INTEREST,
    NASTY,
    OBSERVATIONS,
    RECORDS,
    STEP,
    SUCCESS,
    USER,
    VERDICTS,
    WAIVER,
    header,
    hostile,
    log,
    material,
    verdict,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_every_format_is_written_where_it_was_asked_for(tmp_path: Path) -> None:
    report, run = hostile()
    out = tmp_path / "a" / "b"
    paths = write_all(material(report, run), out, ["har", "json", "html", "junit", "json"])
    assert [path.name for path in paths] == ["evidence.har", "report.json", "report.html", "junit.xml"]
    assert sorted(path.name for path in out.iterdir()) == sorted(path.name for path in paths)
    assert all(path.stat().st_size for path in paths)


def test_writing_again_replaces_and_changes_nothing(tmp_path: Path) -> None:
    report, run = hostile()
    first = {path: path.read_bytes() for path in write_all(material(report, run), tmp_path, ALWAYS)}
    assert {path: path.read_bytes() for path in write_all(material(report, run), tmp_path, ALWAYS)} == first


def test_an_unknown_format_is_an_error_that_names_the_known_ones(tmp_path: Path) -> None:
    report, run = hostile()
    with pytest.raises(ConformanceError, match=r"unknown report format docx; known are json, html, junit, har, .* all"):
        write_all(material(report, run), tmp_path, ["json", "docx"])
    assert list(tmp_path.iterdir()) == []
    assert known(FORMATS) == tuple(FORMATS)


def test_all_is_every_format_that_wants_nothing_besides_this_package() -> None:
    assert known(["all"]) == tuple(name for name in FORMATS if name not in WANTS_MORE)
    assert known(["csv", "all"])[0] == "csv"
    assert sorted(known(["csv", "all"])) == sorted(known(["all"]))


@pytest.mark.parametrize(("command", "names"), [("report", set(FORMATS)), ("check", set(FORMATS) - set(ALWAYS))])
def test_the_help_names_every_format(command: str, names: set[str]) -> None:
    found = typer.main.get_command(app).commands[command]
    (option,) = [one for one in found.params if one.name == "formats"]
    assert set(re.findall(r"[a-z]+(?=[,;])", option.help)) == names


def test_each_format_has_a_file_of_its_own_and_every_run_writes_the_four() -> None:
    files = [file for file, _ in FORMATS.values()]
    assert len(set(files)) == len(files)
    assert [FORMATS[name][0] for name in ALWAYS] == ["report.json", "report.html", "junit.xml", "evidence.har"]


def test_a_folder_that_cannot_be_written_is_a_users_error(tmp_path: Path) -> None:
    report, run = hostile()
    (tmp_path / "report.json").mkdir()
    with pytest.raises(ConformanceError, match=r"report\.json: cannot write the report"):
        write_all(material(report, run), tmp_path, ["json"])
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConformanceError, match="file: cannot write reports here"):
        write_all(material(report, run), tmp_path / "file", ["json"])


# --- report.json ------------------------------------------------------------------------------------------------------


def document(**changes: Any) -> Any:
    report, run = hostile(**changes)
    return json.loads(report_json.write(material(report, run)))


def test_report_json_fits_the_published_schema_and_names_it() -> None:
    schema = json.loads((schemas_dir() / SCHEMA_FILE).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == SCHEMA_ID == document()["schema"]
    assert list(Draft202012Validator(schema).iter_errors(document())) == []
    assert schema == report_schema()


def test_report_json_has_the_shapes_that_other_programs_read() -> None:
    told = document(pending=("x00005",))
    assert told["outcome"] == "does-not-conform"
    assert told["exit_status"] == 1
    failure = next(v for v in told["verdicts"] if v["rule"] == EMAIL)
    assert failure == {
        "rule": EMAIL,
        "service": "collection-policy",
        "encoding": "json",
        "level": "MUST",
        "basis": "stated",
        "outcome": "failed",
        "findings": [{"path": f.path, "expected": f.expected, "observed": f.observed} for f in FINDINGS],
        "exchanges": ["x00001", "x00002"],
        "reason": "",
        "waiver": None,
    }
    assert told["observations"] == [
        {"rule": ACCEPT, "encoding": "json", "sentence": OBSERVATIONS[0].sentence, "exchanges": ["x00001"]}
    ]
    assert told["rules"][EMAIL]["citation"] == {"document": "001_a7101fb9927c4164.txt", "line": 57}
    assert told["rules"][ACCEPT]["citation"] == {"standard": "RFC 9110", "clause": "§12.5.1"}
    assert list(told["exchanges"]) == ["x00001", "x00002", "x00003", "x00004", "x00005"]
    assert told["exchanges"]["x00002"] == {
        "case": "case-2",
        "title": "Email without a top level domain",
        "status": 200,
        "error": None,
    }
    assert told["suite"]["contracts"]["collection-policy"]["document"] == "001_a7101fb9927c4164.txt"
    assert next(v for v in told["verdicts"] if v["rule"] == SUCCESS)["waiver"]["owner"] == "Ana"


def test_waivers_and_what_changed_stand_in_report_json() -> None:
    report, run = hostile()
    given = {**WAIVER, "rule": "*/type", "state": "used", "verdicts": ((SUCCESS, "json"),)}
    one = Difference(
        rule=EMAIL, service="collection-policy", encoding="json", level=Level.MUST, before=None, after="failed"
    )
    changed = Comparison(old={"run": "a"}, new={"run": "b"}, newly_failing=(one,), remarks=("Another build.",))
    told = json.loads(report_json.write(material(replace(report, waivers=(given,), baseline=changed), run)))
    assert told["waivers"] == [{**given, "verdicts": [{"rule": SUCCESS, "encoding": "json"}]}]
    assert told["baseline"]["newly_failing"][0]["before"] is None
    assert told["baseline"]["regressed"] is True
    assert told["baseline"]["remarks"] == ["Another build."]
    assert (document()["waivers"], document()["baseline"]) == ([], None)


def test_report_json_is_utf_8_even_with_half_a_character() -> None:
    report, run = hostile()
    written = report_json.write(material(report, run))
    assert "\\ud800" in written.decode("utf-8")
    assert json.loads(written)["observations"][0]["sentence"] == f"The server said {NASTY}"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("outcome",), "passed"),
        (("exit_status",), 7),
        (("schema",), "report-1.json"),
        (("verdicts", 0, "outcome"), "cantTell"),
        (("verdicts", 0, "level"), "must"),
        (("verdicts", 0, "basis"), "guessed"),
        (("verdicts", 0, "encoding"), "yaml"),
        (("verdicts", 0, "rule"), "no-path"),
        (("verdicts", 0, "exchanges"), ["12"]),
        (("verdicts", 0, "waiver"), "yes"),
        (("verdicts", 0, "more"), 1),
        (("verdicts", 2, "findings", 0), {"path": "a"}),
        (("counts", "collection-policy", "MUST", "passed"), -1),
        (("counts", "collection-policy", "HIGH"), {}),
        (("suite", "started"), "yesterday"),
        (("suite", "contracts", "collection-policy", "hash"), "abc"),
        (("rules", EMAIL, "citation"), {"document": "d"}),
        (("rules", EMAIL, "citation"), {"document": "d", "line": 1, "standard": "s", "clause": "c"}),
        (("exchanges", "x00001", "status"), "200"),
        (("notices",), [""]),
        (("extra",), 1),
        (("revision",), 1),
        (("waivers",), [{"rule": "*"}]),
        (("waivers",), [{**WAIVER, "rule": "*", "state": "fine", "verdicts": []}]),
        (("baseline",), {}),
        (("baseline",), "none"),
    ],
)
def test_the_schema_catches_a_wrong_shape(place: tuple[Any, ...], value: Any) -> None:
    wrong = copy.deepcopy(document())
    at = wrong
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = value
    assert misfits(wrong) != []


@pytest.mark.parametrize("key", ["verdicts", "observations", "counts", "target", "suite", "sentence", "exchanges"])
def test_the_schema_misses_what_is_not_there(key: str) -> None:
    wrong = document()
    del wrong[key]
    assert misfits(wrong) == [f"$: '{key}' is a required property"]


def test_a_report_that_does_not_fit_is_a_defect_of_the_suite_and_is_not_written() -> None:
    run = log(RECORDS, suite={"name": "billing-conformance"})
    with pytest.raises(SuiteError, match=r"report\.json would not fit its own schema: \$\.suite"):
        report_json.write(material(build(run, VERDICTS, ()), run))


# --- junit.xml --------------------------------------------------------------------------------------------------------


def cases(report: Report, run: Any = None) -> dict[str, ET.Element]:
    root = ET.fromstring(junit.write(material(report, run or log(RECORDS))))
    return {case.get("name", ""): case for case in root.iter("testcase")}


def test_junit_has_one_case_for_each_rule_and_encoding() -> None:
    report, run = hostile()
    assert list(cases(report, run)) == [f"{v.rule} ({v.encoding})" for v in VERDICTS]


def test_junit_loads_in_junitparser_with_the_right_numbers(tmp_path: Path) -> None:
    report, run = hostile()
    (path,) = write_all(material(report, run), tmp_path, ["junit"])
    loaded = JUnitXml.fromfile(str(path))
    assert (loaded.tests, loaded.failures, loaded.errors, loaded.skipped) == (7, 1, 0, 3)
    (suite,) = list(loaded)
    assert (suite.name, suite.tests, suite.failures, suite.skipped) == ("collection-policy", 7, 1, 3)
    assert {p.name: p.value for p in suite.properties()}["verdict"] == report.sentence
    counted = [(len(loaded), suite.tests) for suite in loaded]
    loaded.update_statistics()
    assert [(len(loaded), suite.tests) for suite in loaded] == counted


def test_a_must_failure_is_a_failure_with_every_finding() -> None:
    report, run = hostile()
    failure = cases(report, run)[f"{EMAIL} (json)"].find("failure")
    assert failure is not None
    assert failure.get("type") == "MUST"
    assert "Email matches the stated pattern (001_a7101fb9927c4164.txt, line 57)" in failure.get("message", "")
    lines = (failure.text or "").splitlines()
    assert lines[0] == "Email matches the stated pattern (001_a7101fb9927c4164.txt, line 57)."
    assert [finding.observed in line for finding, line in zip(FINDINGS, lines[1:6], strict=True)] == [True] * 5
    assert lines[6] == "Exchanges x00001 and x00002."
    assert lines[7].startswith("To send it again: conformance check --target 'my target.toml' ")
    assert lines[7].endswith(" --replay x00001")
    assert len(lines) == 8


def test_a_should_failure_speaks_in_system_out_and_fails_only_a_strict_run() -> None:
    lenient = cases(*hostile())[f"{STEP} (json)"]
    assert [child.tag for child in lenient] == ["system-out"]
    strict = cases(*hostile(strict=True))[f"{STEP} (json)"]
    assert [child.tag for child in strict] == ["failure"]


def test_what_was_not_decided_is_skipped_with_its_reason() -> None:
    found = cases(*hostile())
    for name, kind, reason in ((USER, "cant-tell", "no answer: <script>"), (ACCEPT, "untested", "budget")):
        skipped = found[f"{name} (json)"].find("skipped")
        assert skipped is not None
        assert skipped.get("type") == kind
        assert skipped.get("message", "").startswith(f"{kind}: {reason}")
    report = build(log(), [verdict(EMAIL, Outcome.INAPPLICABLE, reason="the target has no json")], ())
    skipped = cases(report)[f"{EMAIL} (json)"].find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "inapplicable: the target has no json"


def test_a_waived_failure_is_skipped_with_its_waiver() -> None:
    waived = cases(*hostile())[f"{SUCCESS} (json)"]
    assert [child.tag for child in waived] == ["skipped", "system-out"]
    assert waived[0].get("message") == "Waived: fixed in 4.3, owner Ana, until 2026-12-31, ticket QA-9."


def test_a_passed_case_is_empty_and_has_the_time_of_its_exchanges() -> None:
    passed = cases(*hostile())[f"{INTEREST} (json)"]
    assert len(passed) == 0
    assert passed.get("time") == "0.013" or passed.get("time") == "0.012"


SHAPES: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"time", "skipped", "timestamp", "hostname", "id", "package"},
        {"properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, set(), set()),
    "testcase": ({"name"}, {"classname", "time"}, {"skipped", "failure", "system-out"}),
    "failure": (set(), {"type", "message"}, set()),
    "skipped": (set(), {"type", "message"}, set()),
    "system-out": (set(), set(), set()),
}
"""Element: attributes that it must have, may have, and children, as the xUnit plugin of Jenkins takes them. Its schema
itself is met in tests/interop, nightly."""


def test_junit_has_no_element_or_attribute_that_a_reader_refuses() -> None:
    for element in ET.fromstring(junit.write(material(*hostile()))).iter():
        required, optional, children = SHAPES[element.tag]
        assert required <= set(element.keys()) <= required | optional
        assert {child.tag for child in element} <= children


def test_jenkins_makes_no_package_of_a_version() -> None:
    report = build(
        log(), [replace(verdict("envio-correo/envelope/fault-status", Outcome.PASSED), encoding="soap-1.1")], ()
    )
    (case,) = cases(report).values()
    assert case.get("classname") == "envio-correo.soap-1_1"
    assert case.get("name") == "envio-correo/envelope/fault-status (soap-1.1)"


def test_gitlab_and_jenkins_show_the_same_reason() -> None:
    for case in cases(*hostile()).values():
        for skipped in case.findall("skipped"):
            assert skipped.text == skipped.get("message")


def test_each_service_is_a_suite() -> None:
    report = build(log(), [*VERDICTS[:2], verdict("envio-correo/envelope/fault-status", Outcome.PASSED)], ())
    root = ET.fromstring(junit.write(material(report, log())))
    assert [(suite.get("name"), suite.get("tests")) for suite in root] == [
        ("collection-policy", "2"),
        ("envio-correo", "1"),
    ]


def test_no_illegal_character_reaches_the_xml() -> None:
    report, run = hostile(target=header()["target"] | {"environment": NASTY})
    text = junit.write(material(report, run)).decode("utf-8")
    assert "␛[31mred" in text
    assert "\x1b" not in text
    assert "\x00" not in text
