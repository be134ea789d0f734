"""What an audit says of one exchange: the consumer by the request, the provider by the answer, and by what it takes."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from conformance.codecs import CODECS
from conformance.model import Basis, Condition, Outcome, Refusal, Request, Response
from conformance.reference import State, answer
from conformance.traffic.files.lines import body_members
from conformance.traffic.files.parts import parts_of
from conformance.traffic.files.reading import records
from conformance.traffic.judging import DOUBTFUL, MISSING, OF_BYTES, RECODED, TRUNCATED, UNANSWERED, UNREADABLE, Desk
from conformance.traffic.recognising import FOREIGN, METHOD
from conformance.traffic.recording import Answered, Asked, Recorded
from tests.audited import CORREO, POLICY, REST, SOAP, SUBJECTS, desk, failures, recorded, summary
from tests.traffic_support import har

CONTRACTS = {name: one.contract for name, one in SUBJECTS.items()}
LEFT_OUT = object()
MASKED = "what was masked is not judged"


def request(service: str, encoding: str, edit=None, **members) -> Request:
    """The baseline with these members, as a client sends it."""
    contract = CONTRACTS[service]
    known = contract.encoding(encoding)
    tree = {name: value for name, value in {**contract.baseline, **members}.items() if value is not LEFT_OUT}
    body = CODECS[encoding].encode(contract.operation.request, tree)
    label = f'; action="{known.action}"' if encoding == "soap-1.2" else ""
    headers = [("Content-Type", f"{known.media_types[0]}; charset=utf-8{label}")]
    headers += [("SOAPAction", f'"{known.action}"')] if encoding == "soap-1.1" else []
    body = edit(body) if edit is not None else body
    return Request(method="POST", url=REST if service == POLICY else SOAP, headers=tuple(headers), body=body)


def exchanged(service: str, encoding: str, edit=None, **members) -> Recorded:
    asked = request(service, encoding, edit, **members)
    return recorded(asked, answer(CONTRACTS[service], asked, State())[0])


def consumer(*rules: str) -> set[tuple[str, str]]:
    return {("consumer", rule) for rule in rules}


def provider(*rules: str) -> set[tuple[str, str]]:
    return {("provider", rule) for rule in rules}


# --- the consumer -----------------------------------------------------------------------------------------------------

PLAIN = ("json", "xml", "form")
BOTH = ("soap-1.1", "soap-1.2")


@pytest.mark.parametrize(
    ("service", "encoding"), [*((POLICY, name) for name in PLAIN), *((CORREO, name) for name in BOTH)]
)
def test_what_is_as_it_should_be_fails_nobody(service: str, encoding: str) -> None:
    judged = desk()(exchanged(service, encoding))
    assert (judged.service, judged.encoding) == (service, encoding)
    assert judged.clean
    assert not judged.unjudged
    assert {one.party for one in judged.said} == {"consumer", "provider"}


MISTAKES = [
    ({"GrantorTaxId": LEFT_OUT}, PLAIN, ["GrantorTaxId/required"]),
    ({"Email": None}, PLAIN, ["Email/required"]),
    ({"GrantorTaxId": "  "}, PLAIN, ["GrantorTaxId/not-blank"]),
    ({"Email": "nobody"}, PLAIN, ["Email/pattern"]),
    ({"MaximumTermDays": "abc"}, PLAIN, ["MaximumTermDays/type"]),
    ({"MaximumTermDays": "5"}, ("json",), ["MaximumTermDays/strict-type"]),
    ({"IsCreditRateEnabled": 1}, ("json",), ["IsCreditRateEnabled/strict-type"]),
    ({"MaximumTermDays": -1}, PLAIN, ["MaximumTermDays/minimum", "MaximumTermDays/pattern"]),
    ({"MaximunInterest": Decimal(101)}, PLAIN, ["MaximunInterest/maximum"]),
    ({"MaximunInterest": Decimal("100.01")}, PLAIN, ["MaximunInterest/maximum-step"]),
    ({"MinimumInterest": Decimal("6.123")}, PLAIN, ["MinimumInterest/pattern"]),
    ({"CollectionReminderTime": "10:00 am"}, PLAIN, ["CollectionReminderTime/max-length"]),
    ({"UserId": "nope"}, PLAIN, ["UserId/type"]),
    ({"Email": "x", "UserId": "y"}, PLAIN, ["Email/pattern", "UserId/type"]),
]


@pytest.mark.parametrize(
    ("members", "encodings", "rules"), MISTAKES, ids=[str(number) for number, _ in enumerate(MISTAKES)]
)
def test_a_mistake_of_the_consumer_that_was_refused_is_the_consumers_alone(members, encodings, rules) -> None:
    for encoding in encodings:
        judged = desk()(exchanged(POLICY, encoding, **members))
        assert failures(judged) == consumer(*(f"request/{rule}" for rule in rules)), encoding


def _in(old: str, new: str):
    return lambda body: body.replace(old.encode(), new.encode())


SOAP_MISTAKES = [
    (_in("<CodigoEmpresa>1<", "<CodigoEmpresa>abc<"), "request/CodigoEmpresa/type"),
    (_in("<CodigoEmpresa>1<", "<CodigoEmpresa>2147483648<"), "request/CodigoEmpresa/type"),
    (_in("<CodigoEmpresa>1<", "<CodigoEmpresa><"), "request/CodigoEmpresa/type"),
    (_in("<FechaFactura>", "<FechaFactura>31/01/2025"), "request/FechaFactura/type"),
    (lambda body: body[:-30], "envelope/malformed"),
    (lambda _body: b"", "envelope/empty-body"),
    (_in("https://factura.ssintegral.com/", "urn:other"), "envelope/request-namespace"),
]
FINE = [
    _in("<CodigoEmpresa>1<", "<CodigoEmpresa> +7 <"),
    _in("<CodigoEmpresa>1<", "<CodigoEmpresa>007<"),
    _in("<correo>", "<correo><Extra>1</Extra>"),
    lambda body: b"\xef\xbb\xbf" + body,
    lambda body: body.replace(b"soap:", b"env:").replace(b":soap", b":env"),
]


@pytest.mark.parametrize("encoding", BOTH)
@pytest.mark.parametrize(("edit", "rule"), SOAP_MISTAKES, ids=range(len(SOAP_MISTAKES)))
def test_a_mistake_in_soap_is_the_consumers_alone(edit, rule: str, encoding: str) -> None:
    assert failures(desk()(exchanged(CORREO, encoding, edit))) == consumer(rule)


@pytest.mark.parametrize("edit", FINE, ids=range(len(FINE)))
def test_what_readers_legally_take_fails_nobody(edit) -> None:
    assert failures(desk()(exchanged(CORREO, "soap-1.1", edit))) == set()


# --- the provider -----------------------------------------------------------------------------------------------------

DATA = json.loads(json.dumps(CONTRACTS[POLICY].baseline, default=float))
OK = {"success": True, "message": None, "messageDetail": None, "failureCode": None, "data": DATA}


def said(tree, status: int = 200, media: str | None = "application/json; charset=utf-8", **changes) -> Response:
    body = tree if isinstance(tree, bytes) else json.dumps(tree, ensure_ascii=False).encode()
    headers = (("Content-Type", media),) if media is not None else ()
    return Response(**({"status": status, "reason": "", "headers": headers, "body": body} | changes))


def of(**changes):
    return {name: value for name, value in {**OK, **changes}.items() if value is not LEFT_OUT}


CAMEL = {name[0].lower() + name[1:]: value for name, value in DATA.items()}
XML = b"<?xml version='1.0'?><ResponseModelApiOfGrantorSettingsModelApi><success>true</success></Response>"
MODEL_STATE = {"Message": "The request is invalid.", "ModelState": {"model.Email": ["Email no es correcto"]}}
ANSWERS = [
    # What an ASP.NET server says, beside DESIGN's table.
    ("as documented", said(OK), []),
    ("absent members", said({"success": True, "data": DATA}), []),
    ("extra members", said(of(trace="x", data={**DATA, "Id": 7})), []),
    ("HTTP/2", said(OK, http_version="HTTP/2"), []),
    ("no charset", said(OK, media="application/json"), []),
    ("numbers of another spelling", said(json.dumps(OK).replace("30.5", "30.50").encode()), []),
    ("no success", said(of(success=LEFT_OUT)), ["response/success/required"]),
    ("success as a text", said(of(success="true")), ["response/success/type"]),
    ("success as a number", said(of(success=1)), ["response/success/type"]),
    ("success is null", said(of(success=None)), ["response/success/required"]),
    ("Success", said({"Success": True, "data": DATA}), ["response/success/name"]),
    ("camel case", said(of(data=CAMEL)), [f"response/data/{name}/name" for name in DATA]),
    ("no data", said(of(data=LEFT_OUT)), ["response/data/required"]),
    ("data is null", said(of(data=None)), ["response/data/required"]),
    ("another address", said(of(data={**DATA, "Email": "otro@example.com"})), ["response/data/Email/echo"]),
    (
        "an echo is missing",
        said(of(data={k: v for k, v in DATA.items() if k != "Email"})),
        ["response/data/Email/echo"],
    ),
    ("a wrong type", said(of(data={**DATA, "AssignSeller": "false"})), ["response/data/AssignSeller/type"]),
    ("message is a number", said(of(message=5)), ["response/message/type"]),
    ("detail is a text", said(of(messageDetail="x")), ["response/messageDetail/type"]),
    ("a list", said([OK]), ["envelope/root"]),
    ("no JSON", said(b'{"success":true,'), ["envelope/well-formed"]),
    ("a name twice", said(b'{"success":true,' + json.dumps(OK).encode()[1:]), ["envelope/unique-names"]),
    ("a byte order mark", said(b"\xef\xbb\xbf" + json.dumps(OK).encode()), ["envelope/byte-order-mark"]),
    ("Latin-1", said(json.dumps(of(message="añ"), ensure_ascii=False).encode("latin-1")), ["envelope/utf-8"]),
    ("no label", said(OK, media=None), ["http/content-type-present"]),
    ("a label that lies", said(OK, media="text/html"), ["http/content-type"]),
    ("a server error", said(b"<html>oops</html>", 500, "text/html"), ["http/no-server-error"]),
    ("a gateway", said(b"<html>oops</html>", 502, "text/html"), ["http/no-server-error"]),
    ("a valid request refused", said(MODEL_STATE, 400), []),
    ("a valid request refused in 200", said({"success": False, "message": "no"}), []),
    ("a refusal that says success", said(of(), 422), ["response/success/refusal"]),
    ("who are you", said(b"", 401, None), []),
    ("too many", said(b"", 429, None), []),
    ("not changed", said(b"", 304, None), []),
]


@pytest.mark.parametrize(("response", "rules"), [row[1:] for row in ANSWERS], ids=[row[0] for row in ANSWERS])
def test_an_answer_to_a_valid_request(response: Response, rules: list[str]) -> None:
    judged = desk()(recorded(request(POLICY, "json"), response))
    assert failures(judged) == provider(*rules)


@pytest.mark.parametrize("version", BOTH)
def test_a_fault_is_held_to_its_rules_and_nothing_else(version: str) -> None:
    """A valid message may be refused; the fault that says so is the provider's."""
    asked = request(CORREO, version)
    refused = answer(
        CONTRACTS[CORREO], request(CORREO, version, _in("<CodigoEmpresa>1<", "<CodigoEmpresa>x<")), State()
    )[0]
    assert refused.status >= 400
    assert failures(desk()(recorded(asked, refused))) == set()
    wrong = replace(refused, status=200)
    found = failures(desk()(recorded(asked, wrong)))
    assert found
    assert found <= provider("envelope/fault-status", "envelope/fault-status-sender")


# --- acceptance of what is excluded -----------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", PLAIN)
def test_a_provider_that_takes_what_its_document_excludes_breaks_the_same_rule(encoding: str) -> None:
    asked = request(POLICY, encoding, Email="nobody")
    accepted = answer(CONTRACTS[POLICY], request(POLICY, encoding), State())[0]
    judged = desk()(recorded(asked, accepted))
    rule = "request/Email/pattern"
    assert {("consumer", rule), ("provider", rule)} <= failures(judged)
    finding = next(one.finding for one in judged.said if one.party == "provider" and one.rule.endswith(rule))
    assert finding is not None
    assert finding.expected.startswith("refused: ")
    assert finding.observed.startswith("accepted: ")
    # What came back is held to what was sent, all the same.
    assert failures(judged) - {("consumer", rule), ("provider", rule)} <= provider("response/data/Email/echo")


@pytest.mark.parametrize("status", [401, 403, 404, 413, 429, 301, 500, 503])
def test_neither_an_acceptance_nor_a_refusal_is_evidence_of_nothing(status: int) -> None:
    asked = request(POLICY, "json", Email="nobody")
    judged = desk()(recorded(asked, said(b"", status, None)))
    assert failures(judged) - provider("http/no-server-error") == consumer("request/Email/pattern")


@pytest.mark.parametrize("refused", [said(MODEL_STATE, 400), said(b"", 422, None), said({"success": False})])
def test_what_was_refused_is_the_consumers_alone(refused: Response) -> None:
    judged = desk()(recorded(request(POLICY, "json", Email="nobody"), refused))
    assert failures(judged) == consumer("request/Email/pattern")


def _declared(value: str) -> Desk:
    subject = SUBJECTS[CORREO]
    refusal = Refusal(any=(Condition(path="RespuestaProduccion/IsValid", value=value),), basis=Basis.STATED)
    operation = replace(subject.contract.operation, refusal=refusal)
    return Desk({CORREO: replace(subject, contract=replace(subject.contract, operation=operation))})


def test_an_acceptance_in_soap_is_doubtful_until_a_refusal_is_declared() -> None:
    asked = request(CORREO, "soap-1.1", _in("<CodigoEmpresa>1<", "<CodigoEmpresa>abc<"))
    accepted = answer(CONTRACTS[CORREO], request(CORREO, "soap-1.1"), State())[0]
    rule = f"{CORREO}/request/CodigoEmpresa/type"
    told = {one.party: one for one in desk()(recorded(asked, accepted)).said if one.rule == rule}
    assert told["consumer"].outcome is Outcome.FAILED
    assert (told["provider"].outcome, told["provider"].reason) == (Outcome.CANT_TELL, DOUBTFUL)
    known = {one.party: one.outcome for one in _declared("false")(recorded(asked, accepted)).said if one.rule == rule}
    assert known == {"consumer": Outcome.FAILED, "provider": Outcome.FAILED}
    told_no = replace(accepted, body=accepted.body.replace(b"<IsValid>true", b"<IsValid>false"))
    assert failures(_declared("false")(recorded(asked, told_no))) == consumer("request/CodigoEmpresa/type")


# --- what cannot be judged --------------------------------------------------------------------------------------------


def _kept(side: str, kept: str) -> Recorded:
    one = exchanged(POLICY, "json", Email="nobody")
    getattr(one, side).kept = kept
    return one


@pytest.mark.parametrize(("kept", "reason"), [("part", TRUNCATED), ("nothing", MISSING)])
def test_what_the_recording_lost_is_not_judged(kept: str, reason: str) -> None:
    lost = desk()(_kept("request", kept))
    assert ("consumer", reason) in lost.unjudged
    assert not [one for one in lost.said if one.party == "consumer"]
    assert failures(lost) == set()
    lost = desk()(_kept("response", kept))
    assert lost.unjudged == (("provider", reason),)
    assert {one.party for one in lost.said} == {"consumer"}


def test_a_request_without_an_answer_is_the_consumers_alone() -> None:
    judged = desk()(recorded(request(POLICY, "json", Email="nobody"), None))
    assert failures(judged) == consumer("request/Email/pattern")
    assert judged.unjudged == (("provider", UNANSWERED),)


def test_the_text_of_a_body_says_nothing_of_its_bytes() -> None:
    one = exchanged(POLICY, "json")
    assert one.response is not None
    one.response.kept, one.response.body = "text", "\ufeff" + one.response.body
    one.response.headers = [("Content-Type", "application/json; charset=iso-8859-1")]
    judged = desk()(one)
    assert failures(judged) == set()
    assert judged.unjudged == (("provider", RECODED),)
    assert not {one.rule for one in judged.said} & {
        f"{POLICY}/envelope/{name}" for name in ("utf-8", "byte-order-mark")
    }


@pytest.mark.parametrize("label", ["ISO-8859-1", "utf-16", "windows-1252"])
@pytest.mark.parametrize("encoding", ["json", "xml", "soap-1.1"])
def test_text_that_a_browser_recoded_fails_no_rule_about_charsets(encoding: str, label: str) -> None:
    service = CORREO if encoding.startswith("soap") else POLICY
    one = exchanged(service, encoding)
    assert one.response is not None
    media = dict(one.response.headers)["Content-Type"].split(";")[0]
    one.response.headers = [("Content-Type", f"{media}; charset={label}")]
    one.response.kept = "text"
    text = one.response.body.replace("utf-8", label).replace("Operación", "Operación ñandú")
    one.response.body = text
    assert failures(desk()(one)) == set()
    # As the reader of HARs hands it over, in the charset that it was said to be in.
    one.response.body, one.response.body64 = body_members(text.encode(label))
    assert failures(desk()(one)) == set()


MASKS = ["[REDACTED]", "•••", "***", "********", "<redacted>", "[Filtered]", "redacted"]


@pytest.mark.parametrize("mask", MASKS)
def test_a_masked_member_is_not_judged(mask: str) -> None:
    one = exchanged(POLICY, "json", Email=mask, UserId=mask)
    judged = desk()(one)
    assert failures(judged) == set()
    assert ("consumer", MASKED) in judged.unjudged
    assert not [said for said in judged.said if "/Email/" in said.rule and said.rule.endswith("pattern")]


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("member", ["Email", "ArMailName", "UserId", "AssignSeller", "MaximumTermDays"])
def test_a_masked_echo_is_not_judged(mask: str, member: str) -> None:
    for encoding in ("json", "xml"):
        asked = request(POLICY, encoding)
        accepted = answer(CONTRACTS[POLICY], asked, State())[0]
        response = recorded(asked, accepted)
        assert response.response is not None
        if encoding == "json":
            tree = json.loads(response.response.body)
            tree["data"][member] = mask
            bodies = [json.dumps(tree, ensure_ascii=False), json.dumps(tree)]
        else:
            begin, _, rest = response.response.body.partition(f"<{member}>")
            end = rest[rest.index("</") :]
            escaped = mask.replace("<", "&lt;")
            bodies = [f"{begin}<{member}>{escaped}{end}", f"{begin}<{member}>{escaped.replace('•', '&#8226;')}{end}"]
        for body in bodies:
            response.response.body = body
            judged = desk()(response)
            assert failures(judged) == set(), body
            assert ("provider", MASKED) in judged.unjudged


def test_a_mask_that_breaks_the_text_is_no_malformed_message() -> None:
    one = exchanged(POLICY, "json")
    assert one.response is not None
    one.request.body = one.request.body.replace('"Email":"', '"Email":[REDACTED],"x":"')
    one.response.body = one.response.body.replace("true", "***", 1)
    judged = desk()(one)
    assert failures(judged) == set()
    assert {("consumer", MASKED), ("provider", MASKED)} <= set(judged.unjudged)


def test_what_no_mask_hides_is_judged() -> None:
    one = exchanged(POLICY, "json", UserId="[REDACTED]", Email="nobody")
    assert failures(desk()(one)) == consumer("request/Email/pattern")


def test_bytes_that_are_no_base64_are_told() -> None:
    one = Recorded(
        request=Asked(method="POST", url=REST, body64="no base64!"), response=Answered(status=200, body="{}")
    )
    assert desk()(one).unjudged == (("", UNREADABLE),)


# --- as other tools record --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("response", "rules"), [row[1:] for row in ANSWERS], ids=[row[0] for row in ANSWERS])
def test_the_har_of_a_browser_says_the_same_but_for_bytes(response: Response, rules: list[str], tmp_path: Path) -> None:
    path = tmp_path / "a.har"
    path.write_bytes(har([recorded(request(POLICY, "json"), response)], creator="WebInspector"))
    (part,) = parts_of([str(path)], 1 << 30)
    ((_, one),) = records(part)
    assert isinstance(one, Recorded)
    assert one.request.kept == "text"
    whole = one.response is None or one.response.kept == "bytes"
    assert failures(desk()(one)) == provider(*(rule for rule in rules if whole or rule not in OF_BYTES))


DIALECTS = ["chrome", "firefox", "mitmproxy", "playwright", "postman"]


@pytest.mark.parametrize("name", DIALECTS)
def test_how_a_tool_writes_breaks_no_rule_of_envelopes_and_http(name: str) -> None:
    """Their requests lack members, and one has another root; nothing else is wrong with them, nor with the answers."""
    sample = Path(__file__).parent / "traffic_samples" / f"{name}.har"
    found: set[tuple[str, str]] = set()
    for part in parts_of([str(sample)], 1 << 30):
        for _, one in records(part):
            assert isinstance(one, Recorded)
            found |= failures(desk()(one))
    assert {rule for _, rule in found if not rule.endswith("/required")} <= {"envelope/request-root"}
    assert found


def test_what_was_not_judged_is_counted_by_its_reason(tmp_path: Path) -> None:
    cut = exchanged(POLICY, "json")
    cut.request.kept = "part"
    assert cut.response is not None
    cut.response.kept = "nothing"
    foreign = Recorded(request=Asked(method="GET", url="http://h/favicon.ico"), response=Answered(status=200))
    silent = recorded(request(POLICY, "json"), None)
    masked = exchanged(POLICY, "json", Email="[REDACTED]")
    other = Recorded(request=Asked(method="GET", url=REST), response=Answered(status=200))
    told = summary(tmp_path, [*[cut] * 2, *[foreign] * 3, *[silent] * 4, *[masked] * 5, *[other] * 6])
    assert {why: seen.times for why, seen in told.unjudged.items()} == {
        ("", FOREIGN): 3,
        ("", METHOD): 6,
        ("consumer", TRUNCATED): 2,
        ("consumer", MASKED): 5,
        ("provider", MISSING): 2,
        ("provider", UNANSWERED): 4,
    }
    assert not any(tally.failed for tally in told.tallies.values())
    assert told.records == 20
