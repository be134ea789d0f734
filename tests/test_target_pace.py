"""Rate, budget and pauses hold for all senders together, and a server that asks for a day is given up."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from conformance.model import Case, Reply, Response
from conformance.target.exchanger import Exchanger
from conformance.target.journal import Journal
from conformance.target.pace import LONGEST_ALTOGETHER, LONGEST_HOLD, Pace, retry_after
from conformance.target.settings import Target
from conformance.target.wire import Wire
from tests.target_support import OK, Answer, RawServer, case, judge, plan, raw_server, request, target

NOON = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
BUSY = b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n"


def answer(status: int, *waits: str, date: str = "") -> Response:
    headers = [("Retry-After", wait) for wait in waits] + ([("Date", date)] if date else [])
    return Response(status=status, headers=tuple(headers), body=b"")


# --- what an answer asks for ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 120 ", 120.0),
        ("0" * 9, 0.0),
        ("9" * 9, 999999999.0),
        ("9" * 10, float("inf")),
        ("9" * 100_000, float("inf")),
        ("Thu, 01 Jan 2026 12:00:30 GMT", 30.0),
        ("Thursday, 01-Jan-26 12:00:30 GMT", 30.0),
        ("Thu Jan  1 12:00:30 2026", 30.0),
        ("Thu, 01 Jan 2026 13:00:30 +0100", 30.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC) - NOON).total_seconds()),
        ("Thu, 01 Jan 2026 11:00:00 GMT", None),
        ("Thu, 01 Jan 2026 12:00:00 GMT", None),
        ("Thu, 99 Jan 2026 12:00:30 GMT", None),
        ("Thu, 01 Jan 99999 12:00:30 GMT", None),
        ("Thu, 01 Jan 2026 12:00:30 +9999999", None),
        ("Fri, 31 Dec 9999 23:59:59 -1200", None),
        ("-5", None),
        ("+5", None),
        ("1.5", None),
        ("1e9", None),
        ("NaN", None),
        ("inf", None),
        ("0x10", None),
        ("1_0", None),
        ("٣", None),
        ("²", None),
        ("5 seconds", None),
        ("", None),
        ("\x00", None),
        ("a" * 100_000, None),
        ("=?utf-8?q?" + "a" * 1000, None),
        ("(" * 10_000, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_whatever_else_says_nothing(value: str, expected: float | None) -> None:
    assert retry_after(answer(429, value), NOON) == expected


def test_a_date_counts_from_the_servers_own() -> None:
    later = "Thu, 01 Jan 2026 12:00:30 GMT"
    assert retry_after(answer(503, later, date="Thu, 01 Jan 2026 12:00:20 GMT"), NOON) == 10
    assert retry_after(answer(503, later, date="nonsense"), NOON) == 30


def test_of_several_the_longest_counts() -> None:
    assert retry_after(answer(429, "5", "9", "nonsense"), NOON) == 9
    assert retry_after(answer(429), NOON) is None


# --- what comes of it -------------------------------------------------------------------------------------------------


class Clocked:
    """A pace whose time passes only while a sender waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, per_second: float | None = None) -> None:
        self.now = 1000.0
        self.pace = Pace(per_second, clock=lambda: self.now)
        monkeypatch.setattr(self.pace._changed, "wait", self._wait)

    def _wait(self, seconds: float) -> None:
        self.now += seconds

    def waited(self) -> float:
        before = self.now
        assert self.pace.wait()
        return round(self.now - before, 6)


@pytest.fixture
def clocked(monkeypatch) -> Clocked:
    return Clocked(monkeypatch)


def test_slots_are_evenly_spaced_and_none_is_saved_up(monkeypatch) -> None:
    clocked = Clocked(monkeypatch, 4.0)
    assert [clocked.waited() for _ in range(4)] == [0.0, 0.25, 0.25, 0.25]
    clocked.now += 60
    assert [clocked.waited() for _ in range(3)] == [0.0, 0.25, 0.25]


def test_a_pause_that_is_asked_for_is_kept(clocked) -> None:
    assert clocked.pace.obey("s", answer(429, "5")) is None
    assert clocked.waited() == 5
    assert clocked.waited() == 0
    assert clocked.pace.obey("s", answer(503, "7")) is None
    assert clocked.waited() == 7


@pytest.mark.parametrize("response", [answer(200, "60"), answer(503), answer(503, "nonsense"), answer(301, "60")])
def test_other_answers_hold_nothing_back(clocked, response: Response) -> None:
    assert clocked.pace.obey("s", response) is None
    assert clocked.waited() == 0


def test_without_a_time_the_pauses_grow_until_the_service_is_given_up(clocked) -> None:
    waits = []
    while (reason := clocked.pace.obey("s", answer(429, *(["nonsense"] if len(waits) % 2 else [])))) is None:
        waits.append(clocked.waited())
    assert waits == [1, 2, 4, 8, 16, 32]
    assert reason == "the service answered 429 after each pause, and they come to more than 120 seconds"


def test_an_answer_in_between_begins_anew(clocked) -> None:
    for _ in range(20):
        assert clocked.pace.obey("s", answer(429)) is None
        assert clocked.waited() == 1
        clocked.pace.obey("s", answer(200))


def test_what_was_under_way_when_the_pause_began_adds_nothing(clocked) -> None:
    for _ in range(8):
        assert clocked.pace.obey("s", answer(429)) is None
    assert clocked.waited() == 1
    for _ in range(8):
        assert clocked.pace.obey("s", answer(429, "5")) is None
    assert clocked.waited() == 5


@pytest.mark.parametrize("value", ["121", "86400", "9" * 50, "Fri, 31 Dec 9999 23:59:59 GMT"])
@pytest.mark.parametrize("status", [429, 503])
def test_a_pause_that_is_too_long_is_not_waited_for(clocked, status: int, value: str) -> None:
    reason = clocked.pace.obey("s", answer(status, value))
    assert reason == f"the service answered {status} and asks for a pause of more than 120 seconds"
    assert clocked.waited() == 0


def test_pauses_in_a_row_and_in_all_are_bounded(clocked) -> None:
    assert clocked.pace.obey("s", answer(429, "100")) is None
    clocked.waited()
    assert "come to more than 120 seconds" in str(clocked.pace.obey("s", answer(429, "100")))
    waited = 0.0
    for _ in range(100):
        if reason := clocked.pace.obey("t", answer(429, f"{LONGEST_HOLD:.0f}")):
            break
        waited += clocked.waited()
        clocked.pace.obey("t", answer(200))
    assert reason == "the service answered 429, and all pauses come to more than 600 seconds"
    assert waited == LONGEST_ALTOGETHER


def test_services_are_counted_apart_and_held_back_together(clocked) -> None:
    assert clocked.pace.obey("s", answer(429, "100")) is None
    assert clocked.pace.obey("t", answer(429, "110")) is None
    assert clocked.waited() == 110


def test_stop_wakes_who_waits() -> None:
    pace = Pace(None)
    assert pace.obey("s", answer(429, "100")) is None
    found: list[bool] = []
    sleepers = [threading.Thread(target=lambda: found.append(pace.wait()), daemon=True) for _ in range(8)]
    for sleeper in sleepers:
        sleeper.start()
    pace.stop()
    for sleeper in sleepers:
        sleeper.join(10)
    assert found == [False] * 8
    assert not pace.wait()


def test_a_paced_send_waits_and_obeys(clocked) -> None:
    answers = iter([answer(429, "5"), answer(200)])
    send = clocked.pace.paced(lambda sent: next(answers))
    assert send(request("http://127.0.0.1/")).status == 429
    assert clocked.now == 1000
    assert send(request("http://127.0.0.1/")).status == 200
    assert clocked.now == 1005


# --- all senders of a run, over the wire ------------------------------------------------------------------------------


class Arrivals:
    """When which request arrived, and how each is answered: `busy` for those named, else accepted."""

    def __init__(self, busy: bytes = b"", named: tuple[int, ...] = ()) -> None:
        self.at: dict[int, float] = {}
        self.answered: dict[int, float] = {}
        self._busy = busy
        self._named = named

    def __call__(self, connection: socket.socket, received: bytes) -> None:
        now = time.monotonic()
        number = int(received.rpartition(b"\r\n\r\n")[2])
        assert number not in self.at, "a request was sent twice"
        self.at[number] = now
        connection.sendall(self._busy if number in self._named else OK)
        self.answered[number] = time.monotonic()


def cases(server: RawServer, count: int) -> list[Case]:
    return [case(number, request(server.url, str(number).encode())) for number in range(1, count + 1)]


@contextmanager
def run(path: Path, answering: Answer, count: int, **settings: object) -> Iterator[tuple[Exchanger, float]]:
    """A whole run by eight senders, its first request alone, and when it began."""
    with raw_server(answering) as server:
        at: Target = target(server.url, **settings)
        journal = Journal.create(path / "run.jsonl", {}, at.secrets)
        try:
            one = Exchanger(
                plan(cases(server, count), (0, 1)),
                wire=Wire(at, environ={}),
                judge=judge,
                journal=journal,
                target=at,
                workers=8,
            )
            begun = time.monotonic()
            one.start()
            one.wait_all()
            yield one, begun
        finally:
            journal.close()


def test_rate_and_budget_hold_for_eight_senders_at_a_server_that_counts(tmp_path) -> None:
    seen = Arrivals()
    with run(tmp_path, seen, 40, per_second=50.0, budget_requests=30) as (one, begun):
        assert (len(one.records), len(one.unsent)) == (30, 10)
    assert len(seen.at) == 30
    # The nth to arrive had the nth slot or a later one, however long the way took.
    for place, arrived in enumerate(sorted(seen.at.values())):
        assert arrived - begun >= place / 50.0


def test_all_senders_keep_the_pause_that_one_answer_asks_for(tmp_path) -> None:
    seen = Arrivals(BUSY + b"Retry-After: 1\r\n\r\n", (1,))
    with run(tmp_path, seen, 20) as (one, _):
        assert len(one.records) == 20
        assert one.records[0].exchange.response is not None
        assert one.records[0].exchange.response.status == 429
        assert one.unsent == {}
    later = min(arrived for number, arrived in seen.at.items() if number != 1)
    # The server told of the pause before it took the time.
    assert later - seen.at[1] >= 1


def test_a_service_that_asks_for_a_day_gets_no_more_requests(tmp_path) -> None:
    seen = Arrivals(BUSY + b"Retry-After: 86400\r\n\r\n", (1,))
    with run(tmp_path, seen, 20) as (one, _):
        assert [record.judgement.reply for record in one.records] == [Reply.ACCEPTED]
        reasons = set(one.unsent.values())
        assert len(one.unsent) == 19
    assert list(seen.at) == [1]
    assert reasons == {"the service answered 429 and asks for a pause of more than 120 seconds"}


def test_three_connections_that_lead_nowhere_end_the_run_of_the_service(tmp_path) -> None:
    def hang_up(connection: socket.socket, received: bytes) -> None:
        arrived.append(received)

    arrived: list[bytes] = []
    with run(tmp_path, hang_up, 20) as (one, _):
        assert {record.judgement.reply for record in one.records} == {Reply.DEAD}
        assert 3 <= len(one.records) <= 3 + 7
        assert len(one.records) + len(one.unsent) == 20
        assert all("3 requests in a row had no answer" in reason for reason in one.unsent.values())
    assert len(arrived) == len(one.records)
