from __future__ import annotations

import json
import threading
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.errors import ConformanceError
from conformance.model import Case, Exchange, Expect, Judgement, Record, Reply, Response
from conformance.target import journal as module
from conformance.target.journal import Journal, read
from conformance.target.journal.lines import opened, sealed
from conformance.target.journal.records import (
    case_from,
    case_json,
    exchange_from,
    exchange_json,
    judgement_from,
    judgement_json,
)
from conformance.target.secrets import MASK, Secrets
from tests.target_support import case, judge, plan, request

URL = "http://127.0.0.1:1/api"
HEADER = {"run": "r1", "contracts": {"collection-policy": {"hash": "abc", "document": "d", "sha256": "s"}}}
RESPONSE = Response(
    status=200, headers=(("Content-Type", "a/b"), ("X", "ñ")), body=b'{"success":true}', reason="OK", http_version="H"
)


def exchange(number: int = 1, **changes: object) -> Exchange:
    one = Exchange(
        id=f"x{number:05d}",
        case=f"collection-policy/json/case-{number}",
        request=request(URL),
        response=RESPONSE,
        error=None,
        started="2025-01-31T10:00:00.000+00:00",
        milliseconds=12.5,
    )
    return replace(one, **changes)  # type: ignore[arg-type]


def record(one: Exchange, sent: Case | None = None) -> Record:
    sent = replace(sent or case(int(one.id[1:]), one.request), request=one.request)
    return Record(case=sent, exchange=one, judgement=judge(sent, one))


def written(path: Path, *records: Record) -> Journal:
    journal = Journal.create(path, HEADER)
    for one in records:
        journal.exchange(one.exchange, [one])
    return journal


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", "señor €\u2028\n".encode(), b"\xff\xfe\x00", b"\x00", b"\r\n", "\ufeff{}".encode(), b"\xed\xa0\x80"],
)
def test_an_exchange_comes_back_from_json_as_it_was(body: bytes) -> None:
    one = exchange(request=request(URL, body), response=replace(RESPONSE, body=body))
    assert exchange_from(json.loads(json.dumps(exchange_json(one)))) == one
    dead = exchange(response=None, error="Nothing listens.")
    assert exchange_from(json.loads(json.dumps(exchange_json(dead)))) == dead


def test_a_body_that_is_no_utf_8_is_written_in_base64() -> None:
    assert exchange_json(exchange(request=request(URL, b"\xff")))["request"]["body64"] == "/w=="
    assert exchange_json(exchange(request=request(URL, b"a")))["request"]["body"] == "a"


def test_a_case_and_a_judgement_come_back_from_json_as_they_were() -> None:
    one = Case(
        id="a",
        service="s",
        encoding="json",
        kind="http",
        expect=Expect.OBSERVE,
        rules=("r", "q"),
        title="t",
        request=request(URL),
        path="A/B",
        expected="e",
        observed="o",
        leans_on="b",
        varies_reference=True,
        answer="415",
        origin="property:7",
    )
    assert "request" not in case_json(one)
    assert case_from(json.loads(json.dumps(case_json(one))), one.request) == one
    judgement = judge(one, exchange())
    assert judgement_from(json.loads(json.dumps(judgement_json(judgement)))) == judgement
    small = Judgement(exchange="x00001", reply=Reply.NEITHER, words="", encoding="")
    assert judgement_from(json.loads(json.dumps(judgement_json(small)))) == small


def test_a_run_is_read_as_it_was_written(tmp_path) -> None:
    steps = plan([case(number, request(URL)) for number in range(1, 5)]).steps
    journal = Journal.create(tmp_path / "run.jsonl", HEADER)
    rows = [record(exchange(2)), record(exchange(1))]
    for one in rows:
        journal.sending(steps[int(one.exchange.id[1:]) - 1])
        journal.exchange(one.exchange, [one])
    journal.sending(steps[2])
    journal.unsent(steps[3], "the budget is spent")
    journal.end(status=0)
    journal.close()
    log = read(tmp_path / "run.jsonl")
    assert log.header == HEADER
    assert log.records == (rows[1], rows[0])
    assert log.pending == ("x00003",)
    assert log.unsent == {"x00004": "the budget is spent"}
    assert log.ended
    assert log.end["status"] == 0
    assert log.problems == ()


def test_where_a_request_without_an_answer_went_is_kept_and_masked(tmp_path) -> None:
    (step,) = plan([case(1, request(f"{URL}?key=hidden-token"))]).steps
    journal = Journal.create(tmp_path / "run.jsonl", HEADER, Secrets(["hidden-token"]))
    journal.sending(step)
    journal.close()
    log = read(tmp_path / "run.jsonl")
    told = dict(log.begun["x00001"])
    assert told.pop("at")
    assert told == {"case": step.case.id, "method": step.case.request.method, "url": f"{URL}?key={MASK}"}
    assert tuple(log.begun) == log.pending


def test_each_exchange_line_names_the_hash_of_its_contract(tmp_path) -> None:
    written(tmp_path / "run.jsonl", record(exchange())).close()
    line = json.loads((tmp_path / "run.jsonl").read_text("utf-8").splitlines()[1])
    assert line["contracts"] == {"collection-policy": "abc"}


def test_riders_share_the_line_of_their_exchange(tmp_path) -> None:
    one = exchange()
    rows = [record(one), record(one, case("rider", one.request))]
    journal = Journal.create(tmp_path / "run.jsonl", HEADER)
    journal.exchange(one, rows)
    journal.close()
    assert len((tmp_path / "run.jsonl").read_bytes().splitlines()) == 2
    assert list(read(tmp_path / "run.jsonl").records) == rows


def test_an_exchange_that_was_not_judged_is_kept_apart(tmp_path) -> None:
    journal = Journal.create(tmp_path / "run.jsonl", HEADER)
    journal.sending(plan([case(1, request(URL))]).steps[0])
    journal.exchange(exchange(), [])
    journal.close()
    log = read(tmp_path / "run.jsonl")
    assert (log.records, log.unjudged, log.pending, log.ended) == ((), (exchange(),), (), False)


def test_a_line_is_on_disk_when_the_call_returns(tmp_path) -> None:
    journal = written(tmp_path / "run.jsonl", record(exchange()))
    assert read(tmp_path / "run.jsonl").records == (record(exchange()),)
    journal.close()


def test_a_line_is_one_write(tmp_path) -> None:
    journal = written(tmp_path / "run.jsonl")
    writes: list[bytes] = []

    class Counted:
        def write(self, data: bytes) -> int:
            writes.append(bytes(data))
            return len(data)

        def close(self) -> None: ...

    journal._lines._file.close()
    journal._lines._file = Counted()  # type: ignore[assignment]
    journal.exchange(exchange(), [record(exchange())])
    journal.close()
    assert len(writes) == 1
    assert writes[0].count(b"\n") == 1


@pytest.mark.parametrize("cut", [1, 2, 40, 200])
def test_a_torn_last_line_is_left_out_and_is_no_problem(tmp_path, cut: int) -> None:
    path = tmp_path / "run.jsonl"
    written(path, record(exchange(1)), record(exchange(2))).close()
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    log = read(path)
    assert log.problems == ()
    # Where only the line break is missing the line is whole.
    assert [one.exchange.id for one in log.records] == (["x00001", "x00002"] if cut == 1 else ["x00001"])


def resealed(value: object) -> bytes:
    """A second line that fits its checksum, whatever it says."""
    text = b'{"line": 2, ' + (json.dumps(value).encode() if not isinstance(value, bytes) else value)[1:]
    return b'{"crc32": "%08x", %s' % (zlib.crc32(text), text[1:])


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"other": 1}',
        b'{"crc32": "00000000", "end": {"at": ""}}',
        b'{"crc32": "0", "end": {"at": ""}}',
        b'{"crc32": "%08x", "end": {"at": ""}}' % zlib.crc32(b'{"end": {"at": ""}}'),
        b'{"crc32": "%08x", "line": "2", "end": {}}' % zlib.crc32(b'{"line": "2", "end": {}}'),
        resealed({"other": 1}),
        resealed({"exchange": {}}),
        resealed({"exchange": {"id": 1}, "records": []}),
        resealed({"exchange": None, "records": []}),
        resealed({"sending": 1}),
        resealed({"unsent": []}),
        resealed({"plan": 1}),
        resealed({"end": 1}),
        resealed(b'{"a": ' + b"[" * 100_000),
    ],
)
def test_a_damaged_line_is_named_and_the_rest_is_read(tmp_path, line: bytes) -> None:
    path = tmp_path / "run.jsonl"
    written(path, record(exchange(1))).close()
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + line + b"\n" + sealed(opened(lines[1].rstrip())[1], 3))
    log = read(path)
    assert len(log.records) == 1
    (problem,) = log.problems
    assert problem.startswith(f"{path}, line 2: it ")


def lines_of(tmp_path: Path, run: str = "r1", last: int = 4) -> list[bytes]:
    """The lines of a whole run: header, plan, exchanges, end."""
    path = tmp_path / f"{run}.jsonl"
    journal = Journal.create(path, {**HEADER, "run": run})
    journal.plan({"plan": []})
    for number in range(1, last + 1):
        journal.exchange(exchange(number), [record(exchange(number))])
    journal.end()
    journal.close()
    return path.read_bytes().splitlines(keepends=True)


MISSING, COPY, OTHER = "lines before it are missing", "it is a copy, or out of its place", "another run begins here"


@pytest.mark.parametrize(
    ("order", "problems"),
    [
        ("124567", [f"line 3: it says that it is line 4: {MISSING}"]),
        ("1267", [f"line 3: it says that it is line 6: {MISSING}"]),
        ("134567", [f"line 2: it says that it is line 3: {MISSING}"]),
        ("13467", [f"line 2: it says that it is line 3: {MISSING}", f"line 4: it says that it is line 6: {MISSING}"]),
        ("123345", [f"line 4: it says that it is line 3: {COPY}"]),
        ("12342345", [f"line 5: it says that it is line 2: {COPY}"]),
        ("1243567", [f"line 3: it says that it is line 4: {MISSING}", f"line 4: it says that it is line 3: {COPY}"]),
        ("12345671234567", [f"line 8: it says that it is line 1: {COPY}"]),
        ("1234567abcdefg", [f"line 8: {OTHER}, and is not read"]),
        ("1234567abcdefghij", [f"line 8: {OTHER}, and is not read"]),
        # The plan of a shard may be that of the other, byte by byte.
        ("1234567bcdefghij", [f"line 8: it says that it is line 2: {COPY}", f"line 9: {OTHER}, and is not read"]),
        ("12345", []),
        ("1234567", []),
    ],
)
def test_a_line_that_is_not_the_next_one_is_damage(tmp_path, order: str, problems: list[str]) -> None:
    kept = dict(zip("1234567", lines_of(tmp_path), strict=False))
    # Another run, of the same plan, whose answers came a little later.
    kept |= dict(zip("abcdefghij", lines_of(tmp_path, "r2", 7), strict=False))
    kept["c"] = sealed({"unsent": {"exchange": "x00001", "case": "", "reason": "no"}}, 3)
    path = tmp_path / "run.jsonl"
    path.write_bytes(b"".join(kept[one] for one in order))
    log = read(path)
    assert list(log.problems) == [f"{path}, {problem}" for problem in problems]
    assert log.header["run"] == "r1"
    moved = {"3"} if "43" in order else set()
    assert {one.exchange.id for one in log.records} == {
        f"x0000{int(one) - 2}" for one in {*order} - moved if one in "3456"
    }


def test_a_second_header_or_plan_is_damage_whatever_its_number(tmp_path) -> None:
    path = tmp_path / "run.jsonl"
    journal = Journal.create(path, HEADER)
    journal.plan({"plan": []})
    journal.plan({"plan": [1]})
    journal.close()
    path.write_bytes(path.read_bytes() + sealed({"header": {**HEADER, "run": "r2"}}, 4))
    log = read(path)
    assert log.problems == (f"{path}, line 3: it is a second plan", f"{path}, line 4: it is a second header")
    assert log.header == {**HEADER, "plan": []}


def test_a_damaged_line_counts_as_one(tmp_path) -> None:
    lines = lines_of(tmp_path)
    path = tmp_path / "run.jsonl"
    path.write_bytes(b"".join((*lines[:3], b"x\n", *lines[4:])))
    assert read(path).problems == (f"{path}, line 4: it has no checksum",)
    path.write_bytes(b"".join((*lines[:3], b"x\n", *lines[5:])))
    assert len(read(path).problems) == 2


def test_a_run_that_is_gone_on_with_counts_on(tmp_path) -> None:
    for cut in (0, 1, 30):
        path = tmp_path / f"{cut}.jsonl"
        written(path, record(exchange(1)), record(exchange(2))).close()
        path.write_bytes(path.read_bytes()[: -cut or None])
        journal = Journal.extend(path, HEADER)
        journal.resumed(command="")
        journal.close()
        assert [opened(line)[0] for line in path.read_bytes().splitlines()] == list(range(1, 4 + (cut != 30)))
        assert read(path).problems == ()


def test_every_changed_byte_of_a_line_is_damage(tmp_path) -> None:
    path = tmp_path / "run.jsonl"
    written(path, record(exchange(1))).close()
    whole = path.read_bytes()
    start = whole.index(b"\n") + 1
    for place in range(start, len(whole) - 1, 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        log = read(path)
        assert log.problems
        assert log.problems[0].startswith(f"{path}, line 2: "), place
        assert log.records == ()


def test_a_journal_without_a_header_says_so(tmp_path) -> None:
    (tmp_path / "run.jsonl").write_bytes(b"")
    assert read(tmp_path / "run.jsonl").problems == (f"{tmp_path / 'run.jsonl'}, line 1: no header of a run",)
    with pytest.raises(ConformanceError, match="cannot be read"):
        read(tmp_path / "missing.jsonl")


def test_a_journal_is_never_written_over(tmp_path) -> None:
    written(tmp_path / "run.jsonl").close()
    with pytest.raises(ConformanceError, match="exists"):
        Journal.create(tmp_path / "run.jsonl", HEADER)
    with pytest.raises(ConformanceError, match="cannot be written"):
        Journal.create(tmp_path / "nowhere" / "run.jsonl", HEADER)


def test_a_killed_run_goes_on_after_its_last_whole_line(tmp_path) -> None:
    path = tmp_path / "run.jsonl"
    written(path, record(exchange(1)), record(exchange(2))).close()
    path.write_bytes(path.read_bytes()[:-30])
    journal = Journal.extend(path, HEADER)
    journal.exchange(exchange(3), [record(exchange(3))])
    journal.close()
    log = read(path)
    assert [one.exchange.id for one in log.records] == ["x00001", "x00003"]
    assert log.problems == ()
    assert b'"contracts": {"collection-policy": "abc"}' in path.read_bytes().splitlines()[-1]


def test_a_line_that_lacks_only_its_end_is_kept(tmp_path) -> None:
    path = tmp_path / "run.jsonl"
    written(path, record(exchange(1))).close()
    path.write_bytes(path.read_bytes()[:-1])
    journal = Journal.extend(path, HEADER)
    journal.exchange(exchange(2), [record(exchange(2))])
    journal.close()
    log = read(path)
    assert [one.exchange.id for one in log.records] == ["x00001", "x00002"]
    assert log.problems == ()


def test_only_one_process_writes_a_journal(tmp_path) -> None:
    path = tmp_path / "run.jsonl"
    journal = written(path)
    assert read(path).stopped == "is still going on"
    with pytest.raises(ConformanceError, match="is being written by another run"):
        Journal.extend(path, HEADER)
    journal.exchange(exchange(1), [record(exchange(1))])
    journal.close()
    assert (len(read(path).records), read(path).stopped) == (1, "was killed")
    Journal.extend(path, HEADER).close()


def test_a_run_that_is_gone_on_with_forgets_what_was_missing(tmp_path) -> None:
    path = tmp_path / "run.jsonl"
    steps = plan([case(number, request(URL)) for number in range(1, 5)]).steps
    journal = Journal.create(path, HEADER)
    journal.exchange(exchange(1), [record(exchange(1))])
    journal.exchange(exchange(2, response=None, error="No."), [record(exchange(2))], sent=False)
    journal.unsent(steps[2], "given up")
    journal.unsent(steps[3], "the budget is spent", spent=True)
    journal.end()
    journal.close()
    before = read(path)
    assert (before.ended, before.unreached, before.spent) == (True, ("x00002",), frozenset({"x00004"}))
    journal = Journal.extend(path, HEADER)
    journal.resumed(command="again")
    journal.close()
    log = read(path)
    assert [one.exchange.id for one in log.records] == ["x00001"]
    assert log.unsent == {"x00004": "the budget is spent"}
    assert (log.ended, log.unreached, log.stopped) == (False, (), "was killed")
    assert log.resumed[0]["command"] == "again"


def test_a_plan_is_part_of_what_the_header_says(tmp_path) -> None:
    path = tmp_path / "run.jsonl"
    journal = Journal.create(path, {**HEADER, "notices": ["a"]})
    journal.plan({"plan": [], "notices": ["b"]})
    journal.close()
    assert read(path).header == {**HEADER, "plan": [], "notices": ["b"]}


def test_what_was_fetched_and_not_judged_is_kept(tmp_path) -> None:
    path = tmp_path / "run.jsonl"
    journal = Journal.create(path, HEADER)
    journal.fetched(exchange(1, id="w00001"))
    journal.fetched(exchange(2, id="w00002"))
    journal.exchange(exchange(2, id="w00002"), [record(exchange(2, id="w00002"), case(2, request(URL)))])
    journal.close()
    log = read(path)
    assert ([one.id for one in log.fetched], log.unjudged, len(log.records)) == (["w00001"], (), 1)


def test_a_request_that_is_sent_after_all_is_unsent_no_more(tmp_path) -> None:
    path = tmp_path / "run.jsonl"
    step = plan([case(1, request(URL))]).steps[0]
    journal = written(path)
    journal.unsent(step, "stopped")
    journal.sending(step)
    journal.close()
    assert (read(path).unsent, read(path).pending) == ({}, ("x00001",))


def test_the_header_is_masked_where_it_is_no_structure(tmp_path) -> None:
    secrets = Secrets(["hidden-token", "json"])
    header = {"command": "check --x hidden-token", "plan": [{"case": {"title": "hidden-token", "encoding": "json"}}]}
    journal = Journal.create(tmp_path / "run.jsonl", header, secrets)
    journal.unsent(plan([case(1, request(URL))]).steps[0], "hidden-token")
    journal.end(note=["hidden-token"])
    journal.close()
    assert b"hidden-token" not in (tmp_path / "run.jsonl").read_bytes()
    assert read(tmp_path / "run.jsonl").header["plan"][0]["case"]["encoding"] == "json"


def test_half_a_surrogate_pair_is_written_and_read(tmp_path) -> None:
    journal = Journal.create(tmp_path / "run.jsonl", HEADER)
    journal.unsent(plan([case(1, request(URL))]).steps[0], "\ud800 ñ")
    journal.close()
    assert read(tmp_path / "run.jsonl").unsent == {"x00001": "\\ud800 ñ"}


def test_several_threads_write_whole_lines(tmp_path) -> None:
    journal = written(tmp_path / "run.jsonl")

    def write(start: int) -> None:
        for number in range(start, start + 50):
            journal.exchange(exchange(number), [record(exchange(number))])

    threads = [threading.Thread(target=write, args=(start,)) for start in (1, 101, 201, 301)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    journal.close()
    log = read(tmp_path / "run.jsonl")
    assert (len(log.records), log.problems) == (200, ())


def test_the_time_has_a_zone() -> None:
    assert module.now().endswith("+00:00")
