"""`evidence.har` against the HAR 1.2 specification, field by field, and in a reader that other people wrote."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from haralyzer import HarEntry, HarParser

from conformance.report.build import build
from conformance.report.evidence import exchanges
from conformance.report.writers import har
from conformance.target.journal import Journal, read
from tests.report_samples import EMAIL, INTEREST, RECORDS, URL, USER, hostile, log, material, record

if TYPE_CHECKING:
    from pathlib import Path

NUMBER = (int, float)
FIELDS: dict[str, dict[str, Any]] = {
    "log": {"version": str, "creator": "creator", "entries": ["entry"]},
    "creator": {"name": str, "version": str},
    "entry": {
        "startedDateTime": str,
        "time": NUMBER,
        "request": "request",
        "response": "response",
        "cache": dict,
        "timings": "timings",
    },
    "request": {
        "method": str,
        "url": str,
        "httpVersion": str,
        "cookies": ["pair"],
        "headers": ["pair"],
        "queryString": ["pair"],
        "headersSize": int,
        "bodySize": int,
    },
    "response": {
        "status": int,
        "statusText": str,
        "httpVersion": str,
        "cookies": ["pair"],
        "headers": ["pair"],
        "content": "content",
        "redirectURL": str,
        "headersSize": int,
        "bodySize": int,
    },
    "pair": {"name": str, "value": str},
    "content": {"size": int, "mimeType": str},
    "postData": {"mimeType": str, "params": ["pair"], "text": str},
    "timings": {"send": NUMBER, "wait": NUMBER, "receive": NUMBER},
}
"""Every field that HAR 1.2 does not call optional. A name is another object, a list its items."""

OPTIONAL: dict[str, dict[str, Any]] = {
    "log": {"browser": dict, "pages": list, "comment": str},
    "entry": {"pageref": str, "serverIPAddress": str, "connection": str, "comment": str},
    "request": {"postData": "postData", "comment": str},
    "response": {"comment": str},
    "content": {"compression": int, "text": str, "encoding": str, "comment": str},
    "pair": {"comment": str},
}


def defects(value: Any, kind: str, place: str) -> list[str]:
    """Where an object breaks the specification: a missing, mistyped or unknown field without an underscore."""
    required, optional = FIELDS[kind], OPTIONAL.get(kind, {})
    found = [f"{place}.{name} is missing" for name in required if name not in value]
    for name, item in value.items():
        if name.startswith("_"):
            continue
        wanted = required.get(name, optional.get(name))
        if wanted is None:
            found.append(f"{place}.{name} is unknown")
        elif isinstance(wanted, str):
            found += defects(item, wanted, f"{place}.{name}")
        elif isinstance(wanted, list):
            for number, member in enumerate(item):
                found += defects(member, wanted[0], f"{place}.{name}[{number}]")
        elif not isinstance(item, wanted) or isinstance(item, bool):
            found.append(f"{place}.{name} is {type(item).__name__}")
    return found


def archive(**changes: Any) -> Any:
    report, run = hostile(**changes)
    return json.loads(har.write(material(report, run)))


def test_the_archive_has_every_field_of_the_specification_and_no_other() -> None:
    told = archive(pending=("x00005",))
    assert list(told) == ["log"]
    assert defects(told["log"], "log", "log") == []
    assert told["log"]["version"] == "1.2"
    for entry in told["log"]["entries"]:
        assert datetime.fromisoformat(entry["startedDateTime"]).tzinfo is not None
        assert entry["time"] == sum(entry["timings"].values())
        assert min(entry["timings"].values()) >= 0


@pytest.mark.parametrize("kind", ["entry", "request", "response"])
def test_the_structural_check_finds_what_is_missing(kind: str) -> None:
    entry = archive()["log"]["entries"][0]
    value = entry if kind == "entry" else entry[kind]
    for name in FIELDS[kind]:
        broken = {key: item for key, item in value.items() if key != name}
        assert defects(broken, kind, kind) == [f"{kind}.{name} is missing"]


def test_the_archive_loads_in_haralyzer() -> None:
    parser = HarParser(archive())
    assert parser.version == "1.2"
    assert parser.creator["name"] == "billing-conformance"
    entries = [HarEntry(entry) for entry in parser.har_data["entries"]]
    assert [entry.request.method for entry in entries] == ["POST"] * 4
    assert [entry.response.status for entry in entries] == [200, 200, 0, 400]
    assert entries[0].startTime is not None


def test_there_is_one_entry_for_each_request_in_order_whatever_rode_on_it() -> None:
    entries = archive()["log"]["entries"]
    assert [entry["_conformance"]["exchange"] for entry in entries] == ["x00001", "x00002", "x00003", "x00004"]
    shared = entries[1]["_conformance"]
    assert shared["case"] == "case-2"
    assert shared["rules"] == [EMAIL, INTEREST]
    assert [each["case"] for each in shared["records"]] == ["case-2", "rider-2"]
    assert [(r["rule"], r["outcome"]) for r in shared["results"]] == [(EMAIL, "failed")]  # what passed is not listed
    assert shared["results"][0]["finding"]["observed"] == "200 with success true, time 1"


def test_bodies_come_back_byte_for_byte() -> None:
    entries = archive()["log"]["entries"]
    text = entries[1]["request"]["postData"]
    assert text["text"].encode() == RECORDS[0].exchange.request.body
    assert text["mimeType"] == "application/json; charset=utf-8"
    binary = entries[0]["request"]["postData"]
    assert base64.b64decode(binary["text"]) == b"\xff\x00binary"
    assert binary["_encoding"] == "base64"
    content = entries[0]["response"]["content"]
    answer = RECORDS[1].exchange.response
    assert answer is not None
    assert content["encoding"] == "base64"
    assert base64.b64decode(content["text"]) == answer.body
    assert content["size"] == len(answer.body)
    assert "postData" not in entries[3]["request"]
    assert entries[3]["response"]["content"]["text"] == "<html>'no'</html>"


def test_a_dead_exchange_has_status_0_and_its_error() -> None:
    dead = archive()["log"]["entries"][2]
    assert dead["response"]["status"] == 0
    assert dead["response"]["_error"].startswith("timed out after 30 s")
    assert dead["_conformance"]["rules"] == [USER]
    assert dead["_conformance"]["reply"] == "dead"


def test_query_headers_and_cookies_are_taken_apart() -> None:
    entry = archive()["log"]["entries"][1]
    assert entry["request"]["queryString"] == [{"name": "tenant", "value": "a b"}, {"name": "x", "value": ""}]
    assert {"name": "Authorization", "value": "***"} in entry["request"]["headers"]
    assert entry["response"]["cookies"] == [{"name": "session", "value": "abc"}]


def test_a_request_without_a_known_answer_has_its_entry_and_is_named_in_the_comment() -> None:
    begun = {"x00005": {"case": "case-5", "at": "2026-03-04T10:00:05-05:00", "method": "PUT", "url": f"{URL}?a=b"}}
    told = archive(pending=("x00005",), begun=begun)["log"]
    assert told["comment"] == "Sent, answer unknown: x00005. Of these no body is kept."
    entry = told["entries"][-1]
    assert entry["startedDateTime"] == "2026-03-04T10:00:05-05:00"
    assert (entry["request"]["method"], entry["request"]["url"]) == ("PUT", f"{URL}?a=b")
    assert entry["request"]["queryString"] == [{"name": "a", "value": "b"}]
    assert (entry["response"]["status"], entry["response"]["_error"]) == (0, "sent, answer unknown")
    assert entry["_conformance"] == {"exchange": "x00005", "case": "case-5"}
    assert "comment" not in archive()["log"]


def test_the_oldest_journals_do_not_say_where_it_went() -> None:
    entry = archive(pending=("x00005",))["log"]["entries"][0]
    assert defects(entry, "entry", "entry") == []
    assert entry["startedDateTime"] == "2026-03-04T10:00:00-05:00"
    assert (entry["request"]["method"], entry["request"]["url"]) == ("", "")


def test_entries_are_in_the_order_of_sending_not_of_the_plan() -> None:
    late, early = record(1, (EMAIL,)), record(2, (EMAIL,))
    object.__setattr__(late.exchange, "started", "2026-03-04T15:00:09+00:00")
    object.__setattr__(early.exchange, "started", "2026-03-04T10:00:08-05:00")
    run = log((late, early))
    entries = json.loads(har.write(material(build(run, (), ()), run)))["log"]["entries"]
    assert [entry["_conformance"]["exchange"] for entry in entries] == ["x00002", "x00001"]


def test_an_archive_without_requests_is_valid_too() -> None:
    run = log()
    told = json.loads(har.write(material(build(run, (), ()), run)))
    assert defects(told["log"], "log", "log") == []


def test_the_archive_names_the_run_and_its_contracts() -> None:
    told = archive()["log"]["_conformance"]
    assert told["run"] == "20260304T150000Z-staging"
    assert set(told["contracts"]) == {"collection-policy"}


def test_a_clock_that_steps_back_gives_no_negative_time() -> None:
    odd = record(1, (EMAIL,))
    object.__setattr__(odd.exchange, "milliseconds", -3.0)
    run = log((odd,))
    assert json.loads(har.write(material(build(run, (), ()), run)))["log"]["entries"][0]["time"] == 0


def test_an_exchange_without_a_judgement_has_its_entry() -> None:
    run = log((), unjudged=(RECORDS[1].exchange,))
    (entry,) = json.loads(har.write(material(build(run, (), ()), run)))["log"]["entries"]
    assert defects(entry, "entry", "entry") == []
    assert (entry["_conformance"]["case"], entry["_conformance"]["reply"]) == ("case-1", None)


def test_a_journal_written_and_read_again_gives_the_same_archive(tmp_path: Path) -> None:
    report, run = hostile()
    journal = Journal.create(tmp_path / "run.jsonl", run.header)
    for sent in exchanges(run).values():
        journal.exchange(sent.exchange, sent.records)
    journal.close()
    assert har.write(material(report, read(tmp_path / "run.jsonl"))) == har.write(material(report, run))
