from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.errors import ConformanceError, SuiteError
from conformance.model import Case, Exchange, Judgement, Plan, Reply, Request, Response
from conformance.target import exchanger as module
from conformance.target import pace
from conformance.target.credential import Credential
from conformance.target.exchanger import Exchanger
from conformance.target.guard import Refused
from conformance.target.journal import Journal, read
from conformance.target.journal.earlier import FIRST, Earlier
from conformance.target.secrets import Secrets
from conformance.target.settings import Target
from conformance.target.wire import Wire, WireError
from tests.target_support import OK, case, closed_port, judge, plan, raw_server, request, target

URL = "http://127.0.0.1:9/api"
HERE = target(URL)


class FakeWire:
    """Answers by a function and remembers what it sent, and how many requests were under way at once."""

    def __init__(self, answer: Callable[[Request], Response] | None = None) -> None:
        self._answer = answer or (lambda sent: Response(status=200, headers=(), body=sent.body))
        self._lock = threading.Lock()
        self.sent: list[str] = []
        self.under_way = 0
        self.most = 0

    def send(self, sent: Request, tried: list[str]) -> Response:
        with self._lock:
            self.sent.append(sent.body.decode())
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        try:
            return self._answer(sent)
        finally:
            with self._lock:
                self.under_way -= 1


def cases(count: int, service: str = "collection-policy") -> list[Case]:
    return [case(number, request(URL, f"{service[0]}{number}".encode()), service) for number in range(1, count + 1)]


OPEN: list[Journal] = []


@pytest.fixture(autouse=True)
def _closed_journals() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().close()


def exchanger(
    path: Path,
    plan: Plan,
    *,
    wire: object | None = None,
    judge: Callable[[Case, Exchange], Judgement] = judge,
    target: Target = HERE,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
    pace: pace.Pace | None = None,
    earlier: Earlier = FIRST,
) -> Exchanger:
    OPEN.append(Journal.create(path / "run.jsonl", {}, target.secrets))
    return Exchanger(
        plan,
        wire=wire or FakeWire(),  # type: ignore[arg-type]
        judge=judge,
        journal=OPEN[-1],
        target=target,
        workers=workers,
        progress=progress,
        pace=pace,
        earlier=earlier,
    )


def finished(one: Exchanger) -> Exchanger:
    one.start()
    one.wait_all()
    return one


@pytest.mark.parametrize("workers", [1, 4, 16])
def test_records_are_in_the_order_of_the_plan_whatever_the_workers(tmp_path, workers: int) -> None:
    turns = threading.Semaphore(0)

    def late(sent: Request) -> Response:
        # With several senders the first requests are answered last.
        if workers > 1 and sent.body in (b"c2", b"c3"):
            turns.acquire(timeout=10)
        elif sent.body == b"c9":
            turns.release(2)
        return Response(status=200, headers=(), body=sent.body)

    one = finished(exchanger(tmp_path, plan(cases(20), (1, 12, 20)), wire=FakeWire(late), workers=workers))
    assert [record.exchange.id for record in one.records] == [f"x{number:05d}" for number in range(1, 21)]
    assert [record.judgement.words for record in one.records] == [f"c{number}" for number in range(1, 21)]
    assert one.unsent == {}
    log = read(tmp_path / "run.jsonl")
    assert list(log.records) == one.records
    assert log.pending == ()


def test_one_worker_sends_in_the_order_of_the_plan(tmp_path) -> None:
    wire = FakeWire()
    finished(exchanger(tmp_path, plan(cases(10), (1, 5)), wire=wire))
    assert wire.sent == [f"c{number}" for number in range(1, 11)]


def test_a_barrier_is_sent_alone(tmp_path) -> None:
    seen: dict[str, tuple[int, list[str]]] = {}
    wire = FakeWire()

    def look(sent: Request) -> Response:
        seen[sent.body.decode()] = (wire.under_way, list(wire.sent))
        return Response(status=200, headers=(), body=b"")

    wire._answer = look
    finished(exchanger(tmp_path, plan(cases(9), (1, 5, 9)), wire=wire, workers=8))
    for barrier, before in (("c1", 0), ("c5", 4), ("c9", 8)):
        assert seen[barrier][0] == 1
        assert len(seen[barrier][1]) == before + 1


def test_as_many_senders_work_as_there_are_workers(tmp_path) -> None:
    together = threading.Barrier(4)

    def meet(sent: Request) -> Response:
        together.wait(10)
        return RESPONSE

    wire = FakeWire(meet)
    finished(exchanger(tmp_path, plan(cases(8)), wire=wire, workers=4))
    assert wire.most == 4


RESPONSE = Response(status=200, headers=(), body=b"")


def test_riders_are_judged_on_the_answer_of_the_case_they_ride_on(tmp_path) -> None:
    first, *others = cases(3)
    riders = tuple(replace(first, id=f"rider-{number}") for number in (1, 2))
    one = exchanger(tmp_path, plan([first, *others], riders={first.id: riders}))
    finished(one)
    assert [(record.case.id, record.exchange.id) for record in one.records][:3] == [
        (first.id, "x00001"),
        ("rider-1", "x00001"),
        ("rider-2", "x00001"),
    ]
    assert len(read(tmp_path / "run.jsonl").records) == 5


def test_the_budget_covers_the_first_steps_of_the_plan_whatever_the_workers(tmp_path) -> None:
    for workers in (1, 8):
        path = tmp_path / str(workers)
        path.mkdir()
        wire = FakeWire()
        one = finished(
            exchanger(path, plan(cases(10)), wire=wire, target=target(URL, budget_requests=6), workers=workers)
        )
        assert sorted(wire.sent) == [f"c{number}" for number in range(1, 7)]
        assert sorted(one.unsent) == ["x00007", "x00008", "x00009", "x00010"]
        assert "budget of 6 requests" in one.unsent["x00010"]
        assert read(path / "run.jsonl").unsent == one.unsent


def test_the_rate_holds_across_senders(tmp_path) -> None:
    class Clock:
        """Time passes only while somebody waits for a slot."""

        seconds = 100.0

        def __call__(self) -> float:
            return self.seconds

        def wait(self, seconds: float) -> None:
            self.seconds += seconds

    clock = Clock()
    kept = pace.Pace(4.0, clock=clock)
    kept._changed.wait = clock.wait  # type: ignore[method-assign,assignment]
    finished(exchanger(tmp_path, plan(cases(6)), workers=3, pace=kept))
    assert clock.seconds == 101.25


def test_a_service_that_asks_for_too_long_a_pause_gets_no_more_requests(tmp_path) -> None:
    busy = Response(status=429, headers=(("Retry-After", "86400"),), body=b"")
    wire = FakeWire(lambda sent: busy)
    one = finished(exchanger(tmp_path, plan(cases(3)), wire=wire))
    assert wire.sent == ["c1"]
    assert {"x00002", "x00003"} == set(one.unsent)
    assert "429" in one.unsent["x00002"]


def test_what_was_tried_again_is_kept(tmp_path) -> None:
    class Stumbling(FakeWire):
        def send(self, sent: Request, tried: list[str]) -> Response:
            tried.append("Nothing listens yet.")
            return super().send(sent, tried)

    one = finished(exchanger(tmp_path, plan(cases(1)), wire=Stumbling()))
    (record,) = read(tmp_path / "run.jsonl").records
    assert record.exchange.tried == one.records[0].exchange.tried == ("Nothing listens yet.",)


def test_three_dead_exchanges_in_a_row_end_the_run_of_their_service(tmp_path) -> None:
    answered = cases(4, "envio-correo")
    dead = cases(6)
    mixed = [one for pair in zip(dead, answered, strict=False) for one in pair] + dead[4:]

    def answer(sent: Request) -> Response:
        if sent.body.startswith(b"c"):
            raise WireError("Nothing listens at 127.0.0.1:9.", False)
        return RESPONSE

    wire = FakeWire(answer)
    one = finished(exchanger(tmp_path, plan(mixed), wire=wire))
    assert [text for text in wire.sent if text.startswith("c")] == ["c1", "c2", "c3"]
    assert len([text for text in wire.sent if text.startswith("e")]) == 4
    assert set(one.unsent.values()) == {"3 requests in a row had no answer: Nothing listens at 127.0.0.1:9"}
    assert [record.judgement.reply for record in one.records].count(Reply.DEAD) == 3
    assert one.records[0].exchange.error == "Nothing listens at 127.0.0.1:9."


@pytest.mark.parametrize("workers", [1, 4])
def test_a_service_that_answered_and_then_drops_every_connection_is_given_up(tmp_path, workers: int) -> None:
    """A balancer whose server died takes connections and closes them, some only after half a minute."""

    def answer(sent: Request) -> Response:
        if sent.body not in (b"c1", b"c11"):
            raise WireError("The connection was closed before an answer.", True)
        return RESPONSE

    wire = FakeWire(answer)
    one = finished(exchanger(tmp_path, plan(cases(40), (1, 11)), wire=wire, workers=workers))
    # Nine are not enough, and c11 was answered; ten are, with what the other senders have under way.
    assert 21 <= len(wire.sent) <= 21 + workers - 1
    assert set(one.unsent.values()) == {
        "10 requests in a row had no answer: The connection was closed before an answer"
    }
    assert set(one.unsent) == {f"x{number:05d}" for number in range(len(wire.sent) + 1, 41)}


def test_an_answer_between_them_lets_the_run_go_on(tmp_path) -> None:
    def answer(sent: Request) -> Response:
        if sent.body in (b"c1", b"c2", b"c4", b"c5"):
            raise WireError("Cut off.", True)
        return RESPONSE

    one = finished(exchanger(tmp_path, plan(cases(8)), wire=FakeWire(answer)))
    assert one.unsent == {}
    assert len(one.records) == 8


def test_stop_leaves_the_rest_unsent_and_keeps_what_comes_in(tmp_path) -> None:
    under_way, gate = threading.Event(), threading.Event()

    def hold(sent: Request) -> Response:
        under_way.set()
        gate.wait(10)
        return RESPONSE

    one = exchanger(tmp_path, plan(cases(3)), wire=FakeWire(hold))
    one.start()
    under_way.wait(10)
    one.stop("interrupted")
    one.stop("a later reason")
    gate.set()
    one.wait_all()
    assert [record.exchange.id for record in one.records] == ["x00001"]
    assert one.unsent == {"x00002": "interrupted", "x00003": "interrupted"}


def test_stop_ends_the_wait_for_the_rate(tmp_path) -> None:
    first = threading.Event()
    slow = target(URL, per_second=0.001)
    one = exchanger(tmp_path, plan(cases(3)), target=slow, progress=lambda *_: first.set())
    one.start()
    assert first.wait(10)
    one.stop("interrupted")
    one.wait_all()
    assert sorted(one.unsent) == ["x00002", "x00003"]


def test_an_error_of_the_judge_stops_the_run_and_reaches_every_waiter(tmp_path) -> None:
    def failing(case: Case, exchange: Exchange) -> Judgement:
        if exchange.id == "x00002":
            raise ZeroDivisionError("the judge is broken")
        return judge(case, exchange)

    wire = FakeWire()
    one = exchanger(tmp_path, plan(cases(5)), wire=wire, judge=failing)
    one.start()
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            one.wait_all()
    assert isinstance(one.failure, ZeroDivisionError)
    one._thread.join(10)
    assert wire.sent == ["c1", "c2"]
    log = read(tmp_path / "run.jsonl")
    assert [record.exchange.id for record in log.records] == ["x00001"]
    assert [exchange.id for exchange in log.unjudged] == ["x00002"]
    assert sorted(log.unsent) == ["x00003", "x00004", "x00005"]


def test_an_error_waits_for_what_is_under_way_and_keeps_its_answer(tmp_path) -> None:
    under_way, failed = threading.Event(), threading.Event()

    def hold(sent: Request) -> Response:
        if sent.body == b"c1":
            under_way.set()
            failed.wait(10)
        return RESPONSE

    def failing(case: Case, exchange: Exchange) -> Judgement:
        if exchange.id == "x00002":
            under_way.wait(10)
            threading.Timer(0.3, failed.set).start()
            raise ZeroDivisionError("the judge is broken")
        return judge(case, exchange)

    one = exchanger(tmp_path, plan(cases(2)), wire=FakeWire(hold), judge=failing, workers=2)
    one.start()
    with pytest.raises(ZeroDivisionError):
        one.wait_all()
    assert [record.exchange.id for record in read(tmp_path / "run.jsonl").records] == ["x00001"]


def test_an_error_of_the_journal_stops_the_run(tmp_path) -> None:
    one = exchanger(tmp_path, plan(cases(3)))
    one._journal.close()
    one.start()
    with pytest.raises(ValueError, match="closed file"):
        one.wait_all()
    assert one.records == []


def test_an_error_of_the_progress_display_stops_the_run(tmp_path) -> None:
    def progress(done: int, total: int) -> None:
        raise RuntimeError("no terminal")

    one = exchanger(tmp_path, plan(cases(3)), progress=progress)
    one.start()
    with pytest.raises(RuntimeError):
        one.wait_all()


def test_progress_counts_every_step_once(tmp_path) -> None:
    seen: list[tuple[int, int]] = []
    one = exchanger(
        tmp_path,
        plan(cases(6)),
        target=target(URL, budget_requests=4),
        workers=3,
        progress=lambda done, total: seen.append((done, total)),
    )
    finished(one)
    assert seen == [(number, 6) for number in range(1, 7)]


def test_nothing_is_sent_of_a_plan_that_the_guard_refuses(tmp_path) -> None:
    wire = FakeWire()
    bad = case("bad", request(URL, b'{"Email": "a@b.co"}'))
    one = exchanger(tmp_path, plan([*cases(3), bad]), wire=wire)
    with pytest.raises(Refused, match=r"case collection-policy/json/case-bad: .*recipients"):
        one.start()
    assert wire.sent == []


def test_the_guard_is_asked_before_every_send(tmp_path, monkeypatch) -> None:
    wire = FakeWire()
    monkeypatch.setattr(module, "check_plan", lambda plan, target: None)
    bad = case("bad", request(URL, b'{"Email": "a@b.co"}'))
    one = exchanger(tmp_path, plan([*cases(1), bad]), wire=wire)
    one.start()
    with pytest.raises(Refused):
        one.wait_all()
    assert wire.sent == ["c1"]
    log = read(tmp_path / "run.jsonl")
    assert log.pending == ()
    assert "recipients" in log.unsent["x00002"]


def test_a_request_without_its_credential_is_unsent_and_stops_the_run(tmp_path) -> None:
    at = target(URL, credential=Credential("false"))
    sent = [case(number, request(URL, b"", (("Authorization", "Bearer ${CREDENTIAL}"),))) for number in (1, 2)]
    one = exchanger(tmp_path, plan(sent), wire=Wire(at, environ={}), target=at)
    one.start()
    with pytest.raises(ConformanceError, match=r"credential\.command"):
        one.wait_all()
    one._thread.join(10)
    log = read(tmp_path / "run.jsonl")
    assert (log.records, log.pending, sorted(log.unsent)) == ((), (), ["x00001", "x00002"])


def test_the_journal_says_of_which_exchanges_no_byte_went_out(tmp_path) -> None:
    def answer(sent: Request) -> Response:
        raise WireError("Cut off.", sent.body != b"c1")

    finished(exchanger(tmp_path, plan(cases(2)), wire=FakeWire(answer)))
    assert read(tmp_path / "run.jsonl").unreached == ("x00001",)


def test_an_exchanger_is_started_once(tmp_path) -> None:
    one = exchanger(tmp_path, plan(cases(1)))
    with pytest.raises(SuiteError):
        one.wait_all()
    finished(one)
    with pytest.raises(SuiteError):
        one.start()


def test_a_plan_without_steps_is_over_at_once(tmp_path) -> None:
    assert finished(exchanger(tmp_path, Plan(steps=()))).records == []


def test_sending_stands_before_and_exchange_after_each_request(tmp_path) -> None:
    finished(exchanger(tmp_path, plan(cases(2))))
    kinds = [line.split(b'"')[7] for line in (tmp_path / "run.jsonl").read_bytes().splitlines()]
    assert kinds == [b"header", b"sending", b"exchange", b"sending", b"exchange"]


def test_a_killed_run_leaves_what_was_answered_and_what_is_pending(tmp_path) -> None:
    gate, under_way = threading.Event(), threading.Event()

    def hold(sent: Request) -> Response:
        if sent.body == b"c2":
            under_way.set()
            gate.wait(10)
        return RESPONSE

    one = exchanger(tmp_path, plan(cases(2)), wire=FakeWire(hold))
    one.start()
    under_way.wait(10)
    log = read(tmp_path / "run.jsonl")
    assert [record.exchange.id for record in log.records] == ["x00001"]
    assert log.pending == ("x00002",)
    assert not log.ended
    gate.set()
    one.wait_all()


CANARIES = ("hidden-Token/1+2", "señal & <clave>", "fetched-token-77", "pass word")


def test_no_secret_reaches_records_or_journal(tmp_path) -> None:
    """Real wire, a server that sends every secret back, in the body, a header and its reason."""

    def echo(connection, received: bytes) -> None:
        head, _, body = received.partition(b"\r\n\r\n")
        sent = next(line for line in head.split(b"\r\n") if line.startswith(b"Authorization: "))
        answer = body + b" " + sent + b" Basic cXE6cGFzcyB3b3Jk"
        connection.sendall(
            b"HTTP/1.1 200 hidden-Token/1+2\r\nSet-Cookie: a=fetched-token-77\r\nX-Echo: "
            + sent[15:]
            + b"\r\nContent-Length: %d\r\n\r\n" % len(answer)
            + answer
        )

    body = '{"a": "hidden-Token\\/1\\u002b2", "b": "señal \\u0026 <clave>", "c": "señal &amp; &lt;clave&gt;"}'
    with raw_server(echo) as server:
        url = server.url + "?key=hidden-Token%2F1%2B2"
        headers = (("Authorization", "Bearer ${CREDENTIAL}"), ("X-Api-Key", "hidden-Token/1+2"))
        sent = case(1, request(url, body.encode(), headers))
        sent = replace(sent, title="with señal & <clave>", expected="hidden-Token/1+2", observed="pass word")
        at = target(
            url,
            secrets=Secrets([CANARIES[0], CANARIES[1], CANARIES[3]]),
            credential=Credential("echo fetched-token-77"),
        )
        true: list[str] = []

        def remember(case: Case, exchange: Exchange) -> Judgement:
            true.append(exchange.response.body.decode())
            return judge(case, exchange)

        one = finished(
            exchanger(
                tmp_path,
                plan([sent], riders={sent.id: (replace(sent, id="r"),)}),
                wire=Wire(at, environ={}),
                judge=remember,
                target=at,
            )
        )
    assert "Bearer fetched-token-77" in true[0]
    assert true[0].startswith(body)
    written = (tmp_path / "run.jsonl").read_text("utf-8") + repr(one.records)
    for canary in (*CANARIES, "hidden", "señal", "clave", "fetched", "cGFzcyB3b3Jk", "%2F1%2B2"):
        assert canary not in written
    assert len(one.records) == 2
    assert "•••" in one.records[0].judgement.words


def test_nothing_there_is_one_sentence_and_no_crash(tmp_path) -> None:
    url = f"http://127.0.0.1:{closed_port()}/"
    sent = [case(number, request(url, str(number).encode())) for number in range(1, 6)]
    wire = Wire(target(url), environ={}, pause=lambda seconds: None)
    one = finished(exchanger(tmp_path, plan(sent), wire=wire, target=target(url)))
    assert len(one.records) == 3
    assert len(one.unsent) == 2
    assert "Nothing listens at 127.0.0.1" in one.unsent["x00004"]


def test_two_runs_with_different_workers_record_the_same(tmp_path) -> None:
    rows = []
    with raw_server(OK) as server:
        for workers in (1, 6):
            path = tmp_path / str(workers)
            path.mkdir()
            at = target(server.url)
            sent = [case(number, request(server.url, str(number).encode())) for number in range(1, 30)]
            one = finished(
                exchanger(path, plan(sent, (1, 15, 29)), wire=Wire(at, environ={}), target=at, workers=workers)
            )
            rows.append(
                [
                    (record.case, record.judgement, replace(record.exchange, started="", milliseconds=0.0))
                    for record in one.records
                ]
            )
    assert rows[0] == rows[1]


# --- packed messages --------------------------------------------------------------------------------------------------


def refusing(*bodies: str) -> Callable[[Case, Exchange], Judgement]:
    """A judge to which messages with these bodies are refused."""

    def judged(case: Case, exchange: Exchange) -> Judgement:
        refused = exchange.request.body.decode() in bodies
        found = judge(case, exchange)
        return replace(found, reply=Reply.REFUSED if refused else Reply.ACCEPTED, split=refused and bool(case.carries))

    return judged


def packed_plan(spare: tuple[str, ...] = ()) -> Plan:
    """A baseline, a packed message of three cases, two more cases, the baseline."""
    baseline, whole, half, first, second, third, other, last = cases(8)
    baseline = replace(baseline, kind="baseline", id="collection-policy/json/baseline")
    whole = replace(whole, carries=(first.id, second.id, third.id))
    half = replace(half, carries=(first.id, second.id))
    parts = {whole.id: (half, third), half.id: (first, second)}
    return plan([baseline, whole, other, last, baseline], (1, 5), parts=parts, spare=spare)


def test_a_packed_message_that_is_refused_is_followed_by_its_parts(tmp_path) -> None:
    wire = FakeWire()
    one = finished(exchanger(tmp_path, packed_plan(), wire=wire, judge=refusing("c2", "c3")))
    assert wire.sent == ["c1", "c2", "c3", "c6", "c4", "c5", "c7", "c8", "c1"]
    assert [record.exchange.id for record in one.records] == [
        *("x00001", "x00002", "x00002.1", "x00002.1.1", "x00002.1.2", "x00002.2", "x00003", "x00004", "x00005"),
    ]


def test_a_packed_message_that_is_accepted_is_followed_by_nothing(tmp_path) -> None:
    wire = FakeWire()
    finished(exchanger(tmp_path, packed_plan(), wire=wire, judge=refusing()))
    assert wire.sent == ["c1", "c2", "c7", "c8", "c1"]


def test_parts_behind_a_refused_baseline_are_not_sent(tmp_path) -> None:
    wire = FakeWire()
    finished(exchanger(tmp_path, packed_plan(), wire=wire, judge=refusing("c1", "c2", "c3")))
    assert wire.sent == ["c1", "c2", "c7", "c8", "c1"]


@pytest.mark.parametrize("workers", [1, 4])
def test_parts_take_the_place_of_the_least_valuable_steps_and_never_more(tmp_path, workers: int) -> None:
    wire = FakeWire()
    tight = target(URL, budget_requests=5)
    spare = ("x00002", "x00003", "x00004")
    one = exchanger(tmp_path, packed_plan(spare), wire=wire, judge=refusing("c2", "c3"), target=tight, workers=workers)
    finished(one)
    assert len(wire.sent) <= 5
    assert (wire.sent[0], wire.sent[-1]) == ("c1", "c1")
    if workers == 1:
        assert wire.sent == ["c1", "c2", "c3", "c6", "c1"]
        assert {one.unsent[key].split(" (")[0] for key in ("x00003", "x00004")} == {
            "the budget of 5 requests went to the parts of a message that was not accepted"
        }
        assert {one.unsent[key].split(" (")[0] for key in ("x00002.1.1", "x00002.1.2")} == {
            "the budget of 5 requests leaves no room for the parts of a message that was not accepted"
        }


def test_parts_do_not_take_the_place_of_what_an_earlier_start_has_sent(tmp_path) -> None:
    spare = ("x00002", "x00003", "x00004")
    (tmp_path / "first").mkdir()
    first = finished(exchanger(tmp_path / "first", packed_plan(spare), judge=refusing("c2", "c3")))
    sent = {record.exchange.id: record for record in reversed(first.records) if "." not in record.exchange.id}
    done = Earlier(records={name: record for name, record in sent.items() if name != "x00005"}, start=1)
    wire = FakeWire()
    tight = target(URL, budget_requests=5)
    one = exchanger(tmp_path, packed_plan(spare), wire=wire, judge=refusing("c2", "c3"), target=tight, earlier=done)
    finished(one)
    assert wire.sent == ["c1"]
    assert "leaves no room" in one.unsent["x00002.1"]
