"""The arithmetic of the benchmark against a generic tool: no tool is started here."""

from __future__ import annotations

import base64
import json
from collections import Counter

import pytest
import requests
import yaml

from bench.side_by_side import examples, ours, theirs
from bench.side_by_side.compare import CLEAN, Run, by_kind, curve, kind, only, per_run, short_of, total
from bench.side_by_side.document import helped
from bench.side_by_side.run import clean as clean_of
from bench.side_by_side.sample import sample
from bench.side_by_side.serve import counted
from bench.side_by_side.tables import BEGIN, END, command, page, placed
from conformance.model import Request, Response
from conformance.reference.app import path_of
from conformance.resources import schemas_dir
from conformance.run.contracts import all_rules, contracts
from conformance.run.serving import defects

POLICY = contracts()["collection-policy"]
NAMES = tuple(defect.id for defect in defects(POLICY.service))
DOCUMENT = yaml.safe_load((schemas_dir() / POLICY.service / "openapi.yaml").read_text("utf-8"))
BASELINE = DOCUMENT["paths"][path_of(POLICY)]["post"]["requestBody"]["content"]["application/json"]["example"]
EMAIL = "collection-policy/request/Email/pattern"


def run(tool, defect, caught, *, requests=100, seconds=1.0, **rest):
    return Run(tool=tool, defect=defect, caught=caught, requests=requests, seconds=seconds, **rest)


RUNS = (
    run("ours", CLEAN, False, requests=300, seconds=2.0),
    run("theirs", CLEAN, False, requests=1000, seconds=9.0, told=("odd",)),
    run("ours", f"{EMAIL}:dropped", True, requests=300, seconds=2.0, novel=True),
    run("theirs", f"{EMAIL}:dropped", True, requests=1000, seconds=10.0, at=400),
    run("ours", "collection-policy/response/data/Email/echo:stale", True, requests=300, seconds=2.0),
    run("theirs", "collection-policy/response/data/Email/echo:stale", False, requests=1200, seconds=11.0, cut=True),
)


def test_sums_count_the_clean_run_but_no_catch_of_it():
    assert total("ours", RUNS).caught == 2
    theirs_total = total("theirs", RUNS)
    assert (theirs_total.caught, theirs_total.defects, theirs_total.requests) == (1, 2, 3200)
    assert (theirs_total.seconds, theirs_total.false_alarms, theirs_total.cut) == (30.0, ("odd",), 1)
    assert (total("ours", RUNS).novel, theirs_total.novel) == (1, 0)


def test_all_aims_met_is_nothing_to_say():
    assert short_of(total("ours", RUNS), total("theirs", RUNS)) == ()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (run("ours", "s/http/allow:dropped", False, requests=1, seconds=0.1), "caught 2 of 3 defects, not all"),
        (run("ours", "s/http/allow:dropped", True, requests=168), "more than a third of 3200"),
        (run("ours", "s/http/allow:dropped", True, requests=1, seconds=1.6), "more than a quarter of 30 s"),
        (run("ours", CLEAN, False, requests=1, seconds=0.1, told=("x@json",)), "1 false alarms"),
    ],
)
def test_each_aim_that_is_missed_is_named(changed, sentence):
    (told,) = short_of(total("ours", (*RUNS, changed)), total("theirs", RUNS))
    assert sentence in told


def test_the_aims_are_met_at_exactly_a_third_and_a_quarter():
    own = total("ours", [run("ours", "s/http/allow:dropped", True, requests=100, seconds=2.5)])
    assert short_of(own, total("theirs", [run("theirs", CLEAN, False, requests=300, seconds=10.0)])) == ()
    assert len(short_of(own, total("theirs", [run("theirs", CLEAN, False, requests=299, seconds=9.9)]))) == 2


def test_no_defect_at_all_proves_nothing():
    assert "caught 0 of 0" in short_of(total("ours", []), total("theirs", RUNS))[0]


def test_kinds_of_defects():
    assert kind(f"{EMAIL}:dropped") == "request pattern"
    assert kind("collection-policy/response/data/Email/echo:stale") == "response echo"
    assert kind("collection-policy/http/allow:dropped") == "http allow"
    assert by_kind(RUNS, ("ours", "theirs")) == (
        ("request pattern", 1, (1, 1)),
        ("response echo", 1, (1, 0)),
    )
    assert only("ours", RUNS) == ("collection-policy/response/data/Email/echo:stale",)
    assert only("theirs", RUNS) == ()


def test_the_curve_counts_the_first_request_that_shows_a_defect():
    assert curve("theirs", RUNS, (399, 400)) == ((399, 0), (400, 1))
    assert per_run("theirs", RUNS) == (1000, 10.0)


def test_a_sample_is_repeatable_and_in_proportion():
    drawn = sample(NAMES, 40, 1)
    assert drawn == sample(NAMES, 40, 1)
    assert drawn != sample(NAMES, 40, 2)
    assert len(set(drawn)) == 40
    assert set(drawn) <= set(NAMES)
    sizes, kinds = Counter(map(kind, NAMES)), Counter(map(kind, drawn))
    for name, size in sizes.items():
        assert abs(kinds[name] - 40 * size / len(NAMES)) <= 1


def test_a_sample_as_large_as_the_table_is_the_table():
    assert sample(NAMES, len(NAMES), 1) == NAMES


def told(check, status, answered=400, at=1, body=b'{"success":false}'):
    return {
        "ScenarioFinished": {
            "recorder": {
                "cases": {"late": {"value": {"media_type": "text/json"}}, "first": {"value": {}}},
                "checks": {
                    "late": [
                        {"name": "not_a_server_error", "status": "success"},
                        {
                            "name": check,
                            "status": status,
                            "failure_info": {"failure": {"type": "Odd", "title": "Odd answer"}},
                        },
                    ]
                },
                "interactions": {
                    "late": {
                        "request": {
                            "method": "POST",
                            "uri": "http://127.0.0.1:1/api/CollectionPolicy",
                            "headers": {"Content-Type": ["text/json"]},
                            "body": {"$base64": base64.b64encode(b"{}").decode()},
                        },
                        "response": {
                            "status_code": answered,
                            "headers": {"content-type": ["application/json"]},
                            "content": {"$base64": base64.b64encode(body).decode()},
                        },
                        "timestamp": 2.0,
                    },
                    "first": {"request": {"method": "GET", "uri": "u", "headers": {}}, "timestamp": 1.0},
                },
            }
        }
    }


def read(*events):
    return theirs.read([json.dumps(event) for event in events])


def test_failures_are_read_in_the_order_of_the_requests():
    passed = told("positive_data_acceptance", "success")
    failed = told("positive_data_acceptance", "failure")
    found = read({"EngineStarted": {}}, passed, failed)
    # Two requests of the first scenario, then the second one of the next.
    assert [(one.at, one.check, one.kind) for one in found] == [
        (4, "positive_data_acceptance", "Odd answer in text/json")
    ]
    assert found[0].request.body == b"{}"
    assert found[0].request.header("content-type") == "text/json"
    assert found[0].response.body == b'{"success":false}'
    assert theirs.kinds((*found, *found)) == ("Odd answer in text/json",)


def test_a_line_that_was_cut_off_ends_the_record():
    whole = json.dumps(told("positive_data_acceptance", "failure"))
    assert len(theirs.read([whole, whole[:50]])) == 1


def clean(status=400, body=b'{"success":false}'):
    return lambda request: Response(status=status, headers=(("Content-Type", "application/json"),), body=body)


@pytest.mark.parametrize(
    ("check", "reference", "shown"),
    [
        ("positive_data_acceptance", clean(200), True),
        ("positive_data_acceptance", clean(400), False),
        # The status is all that the check looks at; another body is another defect's business.
        ("positive_data_acceptance", clean(400, b"other"), False),
        ("response_schema_conformance", clean(400, b"other"), True),
        ("response_schema_conformance", clean(), False),
        ("a check of a later version", clean(400, b"other"), True),
        ("max_response_time", clean(), True),
    ],
)
def test_a_failure_counts_where_the_clean_reference_would_have_none(check, reference, shown):
    (failure,) = read(told(check, "failure"))
    assert theirs.shows(failure, reference) is shown


def test_no_answer_at_all_counts():
    event = told("not_a_server_error", "failure")
    del event["ScenarioFinished"]["recorder"]["interactions"]["late"]["response"]
    (failure,) = read(event)
    assert theirs.shows(failure, clean())


def test_ours_counts_by_the_rule_that_the_defect_breaks(tmp_path):
    report = tmp_path / "report.json"
    verdicts = [("failed", EMAIL, "xml"), ("passed", EMAIL, "json"), ("untested", "s/http/allow", "json")]
    document = {"verdicts": [{"outcome": one, "rule": rule, "encoding": name} for one, rule, name in verdicts]}
    report.write_text(json.dumps(document), "utf-8")
    assert ours.failed(report) == (f"{EMAIL}@xml",)
    assert ours.catches(ours.failed(report), (EMAIL,))
    assert not ours.catches(ours.failed(report), ("s/http/allow",))
    assert ours.failed(tmp_path / "absent.json") == ()


def test_what_the_document_leaves_out_is_added_and_nothing_is_taken_away():
    before = json.dumps(DOCUMENT)
    document = helped(DOCUMENT)
    assert json.dumps(DOCUMENT) == before
    blank = {rule.path for rule in all_rules().values() if rule.service == POLICY.service and rule.facet == "not-blank"}
    for suffix in ("", ".xml", ".form"):
        old = DOCUMENT["components"]["schemas"][f"GrantorSettingsModelApi{suffix}"]["properties"]
        new = document["components"]["schemas"][f"GrantorSettingsModelApi{suffix}"]["properties"]
        for name, schema in new.items():
            assert old[name].items() <= schema.items()
            assert "x-not-expressed" not in schema or "multipleOf" in schema
            # A pattern of the document, or the added one, refuses blank text.
            assert name not in blank or "pattern" in schema


def test_requests_are_counted_at_the_server():
    with counted(POLICY, None, 1) as (root, seen):
        for path in (path_of(POLICY), "/elsewhere"):
            requests.get(root + path, timeout=10)
        assert seen() == 2


def test_the_page_says_what_was_not_met_and_what_only_ours_caught():
    text = page([("date", "today")], RUNS, "ours", "theirs")
    assert "| defects caught | 2 of 2 | 1 of 2 |" in text
    assert "| requests | 900 | 3200 |" in text
    assert "Every aim is met." in text
    assert "Only ours caught (1):\n\n* `collection-policy/response/data/Email/echo:stale`" in text
    assert "* theirs, clean reference: odd" in text
    worse = (*RUNS, run("ours", "s/http/allow:dropped", False))
    assert "Not met: ours caught 2 of 3 defects, not all." in page([], worse, "ours", "theirs")


def test_tables_go_between_the_marks():
    assert placed(f"a\n{BEGIN}\nold\n{END}\nb\n", "new\n") == f"a\n{BEGIN}\n\nnew\n\n{END}\nb\n"
    with pytest.raises(ValueError, match="lacks the line"):
        placed("no marks", "new\n")


def test_a_long_run_is_read_with_the_clean_answers():
    event = told("positive_data_acceptance", "failure")
    event["ScenarioFinished"]["phase"] = "fuzzing"
    for name, mode in (("first", "positive"), ("late", "negative")):
        event["ScenarioFinished"]["recorder"]["cases"][name]["value"]["meta"] = {"generation": {"mode": mode}}
    path = f"http://127.0.0.1:1{path_of(POLICY)}"
    event["ScenarioFinished"]["recorder"]["interactions"]["first"]["request"]["uri"] = path
    first, late = examples.read([json.dumps({"EngineStarted": {}}), json.dumps(event)])
    assert (first.valid, first.drawn, first.status) == (True, True, 405)
    assert (late.valid, late.drawn, late.status) == (False, True, 400)


@pytest.mark.parametrize(
    ("valid", "clean_status", "status", "shown"),
    [
        (True, 200, 400, True),
        (True, 200, 200, False),
        (False, 400, 200, True),
        (False, 400, 422, False),
        (False, 400, 500, True),
        # Refused by the clean reference as well: no defect's doing.
        (True, 400, 400, False),
    ],
)
def test_what_the_status_betrays(valid, clean_status, status, shown):
    request = Request(method="POST", url="http://127.0.0.1:1/", headers=(), body=b"")
    sent = examples.Sent(request=request, valid=valid, drawn=True, status=clean_status)
    assert examples.betrays(sent, status) is shown


def test_a_defect_is_shown_by_so_many_drawn_examples():
    defect = next(
        one for one in defects(POLICY.service) if one.id == "collection-policy/request/Email/required:dropped"
    )
    body = json.dumps({**BASELINE, "Email": None}).encode()
    headers = (("Content-Type", "application/json"),)

    def sent(content, **rest):
        request = Request(method="POST", url=f"http://127.0.0.1:1{path_of(POLICY)}", headers=headers, body=content)
        return examples.Sent(request=request, status=clean_of(request).status, **rest)

    fine = sent(json.dumps(BASELINE).encode(), valid=True, drawn=True)
    assert fine.status == 200
    assert examples.first(defect, (fine, fine, sent(body, valid=False, drawn=True)), 10) == 3
    assert examples.first(defect, (sent(body, valid=False, drawn=False),), 10) == 0
    assert examples.first(defect, (fine,), 10) is None


def test_the_page_shows_the_command_without_its_files():
    words = ["--sample", "9", "--json", "/somewhere/runs.json", "--write=docs/benchmarks.md", "--as-emitted"]
    assert command(words) == "python -m bench.side_by_side --sample 9 --as-emitted"


def test_the_curve_ends_where_the_runs_end():
    text = page([], RUNS, "ours", "theirs")
    assert "| 100 | 300 | 600 | 900 | all |\n| --- | --- | --- | --- | --- |\n| 0 | 0 | 1 | 1 | 1 |" in text
