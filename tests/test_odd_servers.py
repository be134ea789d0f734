"""Servers that are no conforming service at all: the right exit, one sentence that says why, no traceback.

A server that refuses everything enforces nothing, so its refusals are no evidence; one that takes everything fails
every constraint; one that is out of order leaves the run inconclusive, whatever it answers with. Where nothing depends
on the wire the server is asked in process.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import dataclass

import pytest

from conformance.model import Level, Outcome
from conformance.report.schema import misfits
from conformance.run.rendering import log_of
from tests.profiles.odd import HTML, JSON, After, Failing, accepts_everything, always
from tests.profiles.running import all_of, ask, everywhere, run_suite, target_file
from tests.profiles.service import FORM, Service
from tests.profiles.wire import Answer, serving
from tests.target_support import closed_port, raw_server

SOME = (
    "request/MaximumTermDays/*",
    "request/UserId/*",
    "response/success/type",
    "response/success/required",
    "http/*",
    "envelope/[!m]*",
)
"""Enough to ask every kind of request; an odd server treats all members alike."""


TEXTS = 'encodings = ["xml", "form"]\n'


@dataclass(frozen=True)
class Odd:
    """An answer to everything, and words that the sentence must have: the MUST rule itself where one is broken."""

    answer: Answer
    says: str
    breaks: bool = False


def json(status: int, body: bytes) -> Answer:
    return always(status, body, *JSON)


def page(status: int) -> Answer:
    return always(status, b"<html>please sign in</html>", *HTML)


def text(status: int, body: bytes) -> Answer:
    return always(status, body, ("Content-Type", "text/plain"))


# fmt: off
ODD: dict[str, Odd] = {
    "refuses with 400": Odd(json(400, b'{"message":"closed for inventory"}'), "closed for inventory"),
    "refuses with 422": Odd(always(422), "422 Unprocessable Entity"),
    "refuses with success false": Odd(json(200, b'{"success":false,"message":"no licence"}'), "no licence"),
    "500 with a page": Odd(page(500), "500 Internal Server Error: an HTML page"),
    "500 with the envelope": Odd(json(500, b'{"success":false,"message":"no database"}'), "no database"),
    "500 that says success": Odd(json(500, b'{"success":true}'), "500 Internal Server Error"),
    "503 without a type": Odd(always(503, b"back at nine"), "503 Service Unavailable: back at nine"),
    "401": Odd(always(401, b"", ("WWW-Authenticate", 'Bearer realm="qa"')), "401 Unauthorized"),
    "403": Odd(json(403, b'{"message":"not on the list"}'), "not on the list"),
    "404": Odd(page(404), "404 Not Found"),
    "405 with Allow": Odd(always(405, b"", ("Allow", "GET")), "405 Method Not Allowed"),
    "405 without Allow": Odd(always(405), "http/allow", breaks=True),
    "406": Odd(always(406), "406 Not Acceptable"),
    "409": Odd(text(409, b"locked"), "409 Conflict: locked"),
    "413": Odd(always(413), "the baseline was not accepted: 413"),
    "415": Odd(always(415), "http/request-media-type", breaks=True),
    "429": Odd(always(429, b"slow down", ("Retry-After", "60")), "429 Too Many Requests: slow down"),
    "302": Odd(always(302, b"", ("Location", "/login?next=policy")), "redirect to /login?next=policy"),
    "307 to another host": Odd(always(307, b"", ("Location", "https://p.example.com/")), "https://p.example.com/"),
    "200 with a page": Odd(page(200), "200 OK: an HTML page"),
    "200 with a page called JSON": Odd(json(200, b"<html>please sign in</html>"), "http/content-type", breaks=True),
    "200 with text": Odd(text(200, b"It works!"), "It works!"),
    "200 without a body": Odd(always(200), "200 OK"),
    "204": Odd(always(204), "204 No Content"),
    "200 with an empty object": Odd(json(200, b"{}"), "response/success/required", breaks=True),
    "200 with an empty list": Odd(json(200, b"[]"), "envelope/root", breaks=True),
    "200 with null": Odd(json(200, b"null"), "envelope/root", breaks=True),
    "200 with half a text": Odd(json(200, b'{"success": tru'), "envelope/well-formed", breaks=True),
    "200 with bytes": Odd(json(200, b"\xff\xfe\x00\x01"), "envelope/well-formed", breaks=True),
    "200 with JSON in UTF-16": Odd(json(200, '{"success":true}'.encode("utf-16")), "envelope/well-formed", breaks=True),
    "200 with success as text": Odd(json(200, b'{"success":"true"}'), "response/success/type", breaks=True),
    "200 with another envelope": Odd(json(200, b'{"d":{"success":true}}'), "response/success/required", breaks=True),
}
# fmt: on


@pytest.mark.parametrize("name", ODD)
def test_an_odd_server_is_told_in_one_sentence_and_never_blamed_for_what_was_not_seen(name, capfd):
    odd = ODD[name]
    checked = ask(odd.answer, *SOME, encodings=("json",))
    broken = {odd.says} if odd.breaks else set()
    assert checked.failed(Level.MUST) == broken, checked.why(checked.failed(Level.MUST))
    assert checked.exit == (1 if odd.breaks else 6), checked.report.notices
    assert odd.says in checked.sentence
    assert checked.sentence.count("\n") == 0
    assert not checked.rules(Outcome.PASSED) & all_of("request")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("name", ["500 with a page", "415", "200 with bytes", "302"])
def test_over_http_an_odd_server_is_told_as_in_process(name, tmp_path, capfd):
    odd = ODD[name]
    with serving(odd.answer) as served:
        checked = run_suite(tmp_path, served.url, "request/UserId/*", "response/success/*", "envelope/[!m]*", "http/*")
    asked = ask(odd.answer, "request/UserId/*", "response/success/*", "envelope/[!m]*", "http/*")
    assert checked.failed_in() == asked.failed_in()
    assert checked.exit == asked.exit
    assert checked.sentence.count("\n") == 0
    assert misfits(checked.document) == []
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (lambda _connection, _request: None, "closed the connection without an answer"),
        (b"hello there\r\n\r\n", "something that is no HTTP"),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"suc', "cut its answer off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "a chunk whose size is no number"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", "does not decode"),
    ],
    ids=["closes", "no HTTP", "cut off", "bad chunk", "bad gzip"],
)
def test_a_server_without_an_answer_is_given_up_and_told(raw, says, tmp_path, capfd):
    with raw_server(raw) as server:
        checked = run_suite(tmp_path, server.url, workers=1)
    assert checked.exit == 6
    assert says in checked.sentence
    assert not checked.failed()
    # Three dead answers in a row end it: the rest of the plan is not thrown at a server that is not there.
    assert len(server.received) == 3
    assert misfits(checked.document) == []
    assert capfd.readouterr().err == ""


# --- answers in XML ---------------------------------------------------------------------------------------------------


ROOT = "ResponseModelApiOfGrantorSettingsModelApi"
TRUE = "<success>true</success>"
FEW = ("request/UserId/*", "response/success/*", "envelope/[!m]*", "http/[!a]*")


def document(inner: str, before: str = "") -> Answer:
    """200 and the documented root with this inside, in XML whatever is asked for."""
    return markup(f"{before}<{ROOT}>{inner}</{ROOT}>")


def markup(body: str | bytes, content_type: str = "application/xml; charset=utf-8", status: int = 200) -> Answer:
    return always(status, body.encode() if isinstance(body, str) else body, ("Content-Type", content_type))


def nested(depth: int) -> str:
    return "<a>" * depth + "</a>" * depth


BROKEN, REFUSED = "500 Internal Server Error", "the baseline was not accepted"
WELL_FORMED = "envelope/well-formed"
ENTITY = f'<!DOCTYPE {ROOT} [<!ENTITY e "true">]>'
OF_FILE = f'<!DOCTYPE {ROOT} [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
ELSEWHERE = f'<!DOCTYPE {ROOT} SYSTEM "http://127.0.0.1:9/answer.dtd">'
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
LAUGHS = f'<!DOCTYPE {ROOT} [<!ENTITY e0 "x">{ENTITIES}]>'
ERROR = "<Error><Message>closed</Message></Error>"
FAULT = f'<s:Envelope xmlns:s="{SOAP}"><s:Body><s:Fault/></s:Body></s:Envelope>'

# fmt: off
ODD_XML: dict[str, Odd] = {
    "an empty root": Odd(document(""), "response/success/required", breaks=True),
    "text alone": Odd(document("saved"), "envelope/root", breaks=True),
    "no markup at all": Odd(markup("It works!"), WELL_FORMED, breaks=True),
    "no body": Odd(markup(""), "200 OK"),
    "a page": Odd(markup("<html><body>sign in<br></body></html>", "text/html"), "an HTML page"),
    "a page called XML": Odd(markup("<html><body>sign in<br></body></html>"), WELL_FORMED, breaks=True),
    "half a document": Odd(markup(f"<{ROOT}>{TRUE}<data><Em"), WELL_FORMED, breaks=True),
    "two documents": Odd(markup(f"<{ROOT}>{TRUE}</{ROOT}>" * 2), WELL_FORMED, breaks=True),
    "an entity of HTML": Odd(document(f"{TRUE}<message>&nbsp;</message>"), WELL_FORMED, breaks=True),
    "a character that XML does not know": Odd(document(f"{TRUE}<message>&#1;</message>"), WELL_FORMED, breaks=True),
    "JSON in the root": Odd(document('{"success": true}'), "envelope/root", breaks=True),
    "JSON in a string": Odd(markup('<string>{"success": true}</string>'), "envelope/root", breaks=True),
    "a refusal": Odd(document("<success>false</success><message>no licence</message>"), "no licence"),
    "an error with 400": Odd(markup(ERROR, status=400), ERROR),
    "an error with 500": Odd(markup(ERROR, status=500), BROKEN),
    "a fault of SOAP": Odd(markup(FAULT, "text/xml", 500), BROKEN),
    "a word for success": Odd(document("<success>True</success>"), "response/success/type", breaks=True),
    "an empty success": Odd(document("<success/>"), "response/success/type", breaks=True),
    "success in elements": Odd(document("<success><a>true</a></success>"), "response/success/type", breaks=True),
    "success in another case": Odd(document("<Success>true</Success>"), "response/success/name", breaks=True),
    "a document type": Odd(document(TRUE, ENTITY), REFUSED),
    "an entity of its own": Odd(document("<success>&e;</success>", ENTITY), REFUSED),
    "an entity in a file": Odd(document("<success>&e;</success>", OF_FILE), REFUSED),
    "a document type elsewhere": Odd(document(TRUE, ELSEWHERE), REFUSED),
    "a million laughs": Odd(document("<success>&e9;</success>", LAUGHS), REFUSED),
    "300 levels": Odd(document(TRUE + nested(300)), REFUSED),
    "100000 levels": Odd(document(nested(100_000)), REFUSED),
    "a charset that nobody knows": Odd(markup(f"<{ROOT}>{TRUE}</{ROOT}>", "application/xml; charset=x-own"), REFUSED),
}
# fmt: on


@pytest.mark.parametrize("name", ODD_XML)
def test_an_odd_answer_in_xml_is_told_in_one_sentence_and_blamed_for_what_it_is(name, capfd):
    odd = ODD_XML[name]
    checked = ask(odd.answer, *FEW, encodings=("json", "xml"))
    assert checked.failed_in(Level.MUST) == ({f"{odd.says}@xml"} if odd.breaks else set())
    assert checked.exit == (1 if odd.breaks else 6), checked.report.notices
    assert odd.says in checked.sentence
    assert checked.sentence.count("\n") == 0
    assert not checked.rules(Outcome.PASSED) & all_of("request")
    assert capfd.readouterr().err == ""


SEVERAL: dict[str, tuple[str, set[str]]] = {
    "an error with 200": (ERROR, {"envelope/root", "response/success/required"}),
    "an envelope of SOAP": (
        f'<s:Envelope xmlns:s="{SOAP}"><s:Body><done xmlns="urn:example:s">{TRUE}</done></s:Body></s:Envelope>',
        {"envelope/root", "envelope/namespace", "response/success/required"},
    ),
}


@pytest.mark.parametrize("name", SEVERAL)
def test_another_document_in_place_of_the_answer_fails_the_rule_about_the_root(name):
    body, most = SEVERAL[name]
    checked = ask(markup(body), *FEW, encodings=("json", "xml"))
    failed = checked.failed_in(Level.MUST)
    # What else is said of it is about the same document, and never about a request.
    assert "envelope/root@xml" in failed
    assert failed <= {f"{rule}@xml" for rule in most}
    assert checked.exit == 1


LIES = {f"http/content-type@{encoding}" for encoding in ("json", "xml", "form")}

# fmt: off
TAKEN: dict[str, tuple[Answer, set[str]]] = {
    "success by its digit": (document("<success>1</success>"), set()),
    "150 levels": (document(TRUE + f"<other>{nested(150)}</other>"), set()),
    "XML 1.1": (document(TRUE, '<?xml version="1.1"?>'), set()),
        "success twice": (document(f"{TRUE}<success>false</success>"), set()),
    "no label": (always(200, f"<{ROOT}>{TRUE}</{ROOT}>".encode()), set()),
    "called text": (markup(f"<{ROOT}>{TRUE}</{ROOT}>", "text/plain"), set()),
    "called JSON": (markup(f"<{ROOT}>{TRUE}</{ROOT}>", "application/json"), LIES),
    "JSON called XML": (markup('{"success": true}'), LIES),
    "Latin-1 called UTF-8": (markup(f"<{ROOT}>{TRUE}<a>ñ</a></{ROOT}>".encode("latin-1")), {"envelope/charset@xml"}),
}
# fmt: on


@pytest.mark.parametrize("name", TAKEN)
def test_an_odd_answer_that_says_success_is_an_acceptance_all_the_same(name, capfd):
    answer, blamed = TAKEN[name]
    checked = ask(answer, "response/success/[!r]*", "envelope/well-formed", "envelope/charset", "http/content-type")
    assert checked.failed_in(Level.MUST) == blamed, checked.why(checked.failed_in(Level.MUST))
    assert {"response/success/type@json", "response/success/type@xml"} & checked.found(Outcome.PASSED)
    assert capfd.readouterr().err == ""


def test_an_answer_of_five_megabytes_is_read_like_any_other():
    large = document(f"{TRUE}<message>{'x' * 5_000_000}</message>")
    checked = ask(large, "response/success/type", "envelope/well-formed", encodings=("xml",), depth="smoke")
    assert not checked.failed(), checked.why(checked.failed())
    assert checked.found(Outcome.PASSED) >= {"response/success/type@xml", "envelope/well-formed@xml"}


# --- everything is refused, everything is taken -----------------------------------------------------------------------


def test_a_server_that_refuses_everything_has_no_rule_of_a_request_decided():
    checked = ask(always(400, b'{"message":"closed for inventory"}', *JSON))
    assert checked.exit == 6
    assert not checked.failed()
    assert checked.found(Outcome.CANT_TELL) >= everywhere("request")
    assert "the baseline was not accepted: 400 Bad Request" in checked.sentence


def test_a_server_that_takes_everything_fails_every_constraint_of_a_request():
    checked = ask(accepts_everything)
    must = {
        f"{rule}@{encoding}"
        for encoding in ("json", "xml", "form")
        for rule in all_of("request", level=Level.MUST, encoding=encoding) - all_of("request", "optional")
    }
    assert Counter(place.rpartition("@")[2] for place in must) == {"json": 53, "xml": 48}
    assert checked.failed_in(Level.MUST) == must
    # Leaving an optional member out is the one thing that it should take.
    assert checked.found(Outcome.PASSED) >= everywhere("request", "optional")
    should = everywhere("request") - everywhere("request", "optional") - must
    bodies = everywhere("envelope", "malformed", "empty-body", "request-root")
    assert checked.failed_in(Level.SHOULD) >= should | bodies
    assert (checked.exit, checked.report.outcome) == (1, "does-not-conform")
    assert "53 of " in checked.sentence


def test_a_server_that_takes_the_baseline_alone_is_failed_for_what_it_must_take_and_nothing_else():
    service, first = Service(), {}

    def only_the_baseline(incoming):
        label = (incoming.header("Content-Type") or "").partition(";")[0]
        known = incoming.method != "POST" or incoming.body == first.setdefault(label, incoming.body)
        return service(incoming) if known else service.refuse([("", "not the usual one")])

    checked = ask(only_the_baseline)
    assert checked.exit == 1
    findings = [found for verdict in checked.report.verdicts for found in verdict.findings]
    assert {found.expected.split(":")[0] for found in findings} == {"accepted"}
    # That other text is taken is said of the same rule where a text has no other type.
    refused = everywhere("request", "required") - {f"request/ArMailName/required@{name}" for name in ("xml", "form")}
    assert checked.found(Outcome.PASSED) >= refused


# --- gating between baselines -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("then", "says"),
    [
        (always(400, b'{"message":"closed"}', *JSON), '400 Bad Request: {"message":"closed"}'),
        (always(500, b"out of order", ("Content-Type", "text/plain")), "500 Internal Server Error: out of order"),
        (always(401), "401 Unauthorized"),
    ],
    ids=["refuses", "500", "401"],
)
def test_refusals_beside_a_refused_baseline_count_for_nothing(then, says):
    checked = ask(After(40, then), "request/*", encodings=("json",))
    assert not checked.failed(Level.MUST), checked.why(checked.failed(Level.MUST))
    assert checked.exit == 6
    assert f"was not accepted: {says}" in checked.sentence
    # What was accepted before is not taken back.
    assert checked.verdict("request/IsAfiliatedCC/optional").outcome is Outcome.PASSED
    assert checked.rules(Outcome.CANT_TELL) >= all_of("request", "required")


def test_an_answer_that_takes_what_it_must_refuse_counts_even_beside_a_refused_baseline():
    checked = ask(After(40, accepts_everything), "request/*", encodings=("json",))
    assert checked.exit == 1
    assert checked.failed(Level.MUST) >= {"request/Email/pattern", "request/MaximumTermDays/maximum"}


def test_a_service_that_dies_after_its_first_answer_is_inconclusive():
    checked = ask(After(1, always(500)), "request/*")
    assert checked.exit == 6
    assert not checked.failed(Level.MUST), checked.why(checked.failed(Level.MUST))


# --- failing at random ------------------------------------------------------------------------------------------------


def test_a_service_that_fails_at_random_is_never_said_to_take_what_it_refuses():
    checked = ask(Failing(0.3, seed=7))
    assert checked.failed_in() >= {f"http/no-server-error@{encoding}" for encoding in ("json", "xml", "form")}
    findings = [found for v in checked.report.verdicts if v.level is Level.MUST for found in v.findings]
    # The only thing to blame it for is a proper request answered 500.
    assert all(found.expected.startswith("accepted") and "500" in found.observed for found in findings)
    assert checked.exit == (1 if findings else 6)
    assert not checked.failed() & all_of("request", "required", "not-blank", "strict-type", "maximum-step")


def sent(served):
    """Everything but the port."""
    return [
        (one.method, one.path, tuple(header for header in one.headers if header[0] != "Host"), one.body)
        for one in served.received
    ]


def planned(folder):
    """Exchange → headers and body of what was planned, without the parts of packed messages."""
    requests = {record.exchange.id: record.exchange.request for record in log_of(folder / "run").records}
    return {
        key: ((*request.headers, ("Content-Length", str(len(request.body)))), request.body)
        for key, request in requests.items()
        if "." not in key
    }


def test_two_runs_with_one_seed_send_the_same_bytes_whatever_is_answered(tmp_path):
    runs = []
    for number, answer in enumerate((Failing(0.3, seed=1), Failing(0.3, seed=2))):
        with serving(answer) as served:
            run_suite(tmp_path / str(number), served.url, "request/*", depth="standard", seed=11, workers=1, more=TEXTS)
        runs.append(planned(tmp_path / str(number)))
        # Parts of packed messages come besides, where those are refused.
        assert {(headers, body) for headers, body in runs[-1].values()} <= {one[2:] for one in sent(served)}
    assert len(runs[0]) > 400
    assert {dict(headers)["Content-Type"] for headers, _ in runs[0].values()} == {"application/xml", FORM[0]}
    assert runs[0] == runs[1]


def test_the_number_of_senders_changes_the_order_at_most(tmp_path):
    runs = []
    for workers in (1, 5):
        with serving(Failing(0.3, seed=3)) as served:
            run_suite(tmp_path / str(workers), served.url, "request/M*", seed=11, workers=workers)
        runs.append((planned(tmp_path / str(workers)), sent(served)))
    assert runs[0][0] == runs[1][0]
    assert runs[0][1][0] == runs[1][1][0]


def test_another_seed_sends_other_bytes(tmp_path):
    runs = []
    for seed in (11, 12):
        with serving(Service()) as served:
            run_suite(tmp_path / str(seed), served.url, "request/ArMailName/*", depth="standard", seed=seed)
        runs.append(Counter(sent(served)))
    assert runs[0] != runs[1]


# --- the command itself -----------------------------------------------------------------------------------------------


def test_the_command_tells_each_in_one_sentence_without_a_traceback(tmp_path):
    with (
        serving(always(401)) as unknown,
        serving(accepts_everything) as careless,
    ):
        expected = {
            "unknown": (unknown.url, 6, "inconclusive: the baseline was not accepted: 401 Unauthorized"),
            "careless": (careless.url, 1, "does not conform: "),
            "nobody": (f"http://127.0.0.1:{closed_port()}/api", 6, "Nothing listens at 127.0.0.1"),
        }
        started = {name: _check(tmp_path / name, url) for name, (url, _, _) in expected.items()}
        for name, (_, status, says) in expected.items():
            out, err = started[name].communicate(timeout=60)
            assert (started[name].returncode, err) == (status, ""), (name, out, err)
            assert says in " ".join(out.split()), name
            assert "Traceback" not in out


def _check(folder, url):
    folder.mkdir()
    options = ["--target", str(target_file(folder, url)), "--rules", "*/M*", "--rules", "*/success/*"]
    return subprocess.Popen(
        [sys.executable, "-m", "conformance", "check", *options, "--depth", "quick", "--out", str(folder / "run")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
