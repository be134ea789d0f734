"""Which SOAP answers say no: faults, 400, declared refusals; and which only might."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.codecs import soap
from conformance.generate.plan import baseline_case
from conformance.generate.subject import Subject
from conformance.judge import Judge, refusals, reply
from conformance.judge.verdicts import decide
from conformance.model import (
    Case,
    Condition,
    Contract,
    Exchange,
    Expect,
    Outcome,
    Record,
    Refusal,
    Reply,
    Request,
    Response,
    Result,
    Rule,
)
from conformance.run.contracts import all_rules, contracts

SOAP11 = soap.ENVELOPES["1.1"]
NS = "https://factura.ssintegral.com/"
FAULT = "<e:Fault><faultcode>e:Client</faultcode><faultstring>no</faultstring></e:Fault>"


def enveloped(inner: str) -> bytes:
    return f'<e:Envelope xmlns:e="{SOAP11}"><e:Body>{inner}</e:Body></e:Envelope>'.encode()


def result(members: str) -> bytes:
    return enveloped(
        f'<EnvioCorreoResponse xmlns="{NS}"><EnvioCorreoResult>{members}</EnvioCorreoResult></EnvioCorreoResponse>'
    )


def valid(flag: str, code: str = "00") -> bytes:
    return result(
        f"<RespuestaProduccion><IsValid>{flag}</IsValid><StatusCode>{code}</StatusCode></RespuestaProduccion>"
    )


@pytest.fixture(scope="module")
def contract() -> Contract:
    return contracts()["envio-correo"]


def exchanged(body: bytes, status: int = 200, name: str = "x00001", case: str = "c") -> Exchange:
    return Exchange(
        id=name,
        case=case,
        request=Request(method="POST", url="http://127.0.0.1/", headers=(), body=b""),
        response=Response(status=status, headers=(("Content-Type", "text/xml; charset=utf-8"),), body=body),
        error=None,
        started="2026-01-01T00:00:00+00:00",
        milliseconds=1.0,
    )


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        (valid("true"), 200, Reply.ACCEPTED),
        (valid("1"), 200, Reply.ACCEPTED),
        (valid("false"), 200, Reply.REFUSED),
        (valid(" 0 "), 200, Reply.REFUSED),
        (result(""), 200, Reply.ACCEPTED),
        (enveloped(FAULT), 500, Reply.REFUSED),
        (enveloped(FAULT), 200, Reply.REFUSED),
        (b"", 400, Reply.REFUSED),
        (b"<html/>", 400, Reply.REFUSED),
        (b"", 415, Reply.NEITHER),
        (b"", 500, Reply.NEITHER),
        (b"", 202, Reply.NEITHER),
        (b"<html><body>busy</body></html>", 200, Reply.NEITHER),
        (b"not xml", 200, Reply.NEITHER),
        (valid("true"), 500, Reply.NEITHER),
        (b"", 401, Reply.NEITHER),
    ],
)
def test_what_an_answer_says_of_the_request(contract, body, status, expected):
    assert reply.read(contract, exchanged(body, status), "soap-1.1").reply is expected


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (Refusal(any=(Condition(path="StatusCode", value="00", equal=False),)), Reply.REFUSED),
        (Refusal(any=(Condition(path="StatusCode", value="99"),)), Reply.REFUSED),
        (Refusal(any=(Condition(path="StatusCode", value="98"),)), Reply.ACCEPTED),
        (Refusal(any=(Condition(path="NoSuch", value="00"),)), Reply.ACCEPTED),
        (Refusal(any=(Condition(path="NoSuch", value="00", equal=False),)), Reply.REFUSED),
        (
            Refusal(all=(Condition(path="StatusCode", value="99"), Condition(path="IsValid", value="false"))),
            Reply.ACCEPTED,
        ),
        (
            Refusal(all=(Condition(path="StatusCode", value="99"), Condition(path="IsValid", value="true"))),
            Reply.REFUSED,
        ),
    ],
)
def test_a_target_declares_which_answers_are_refusals(contract, refusal, expected):
    told = replace(contract, operation=replace(contract.operation, refusal=refusal))
    assert reply.read(told, exchanged(valid("true", "99")), "soap-1.1").reply is expected


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        ("a/codigo", "0", True),
        ("a/exito", "true", True),
        ("b", "false", True),
        ("a/mensaje", "ok", False),
        ("a/status", "a long sentence of many words", False),
    ],
)
def test_codes_are_flags_and_short_texts_of_members_that_are_called_so(path, text, code):
    assert refusals.is_code(path, text) is code


def test_long_texts_are_kept_as_digests():
    assert refusals.brief("x" * 40) == "x" * 40
    assert refusals.brief("x" * 41).startswith("#")
    assert refusals.brief("x" * 41) != refusals.brief("y" * 41)
    assert refusals.alike(refusals.brief("x" * 41), refusals.brief("x" * 41))
    assert not refusals.alike(refusals.brief("x" * 41), refusals.brief("y" * 41))


def test_masks_of_two_processes_cannot_be_told_apart() -> None:
    """A run that is resumed has another key; its masks are no reason for a doubt."""
    assert refusals.alike("•••#aa:01", "•••#bb:02")
    assert not refusals.alike("•••#aa:01", "•••#aa:02")
    assert not refusals.alike("•••#aa:01", "00")
    assert not refusals.alike("•••#aa:01", None)
    assert not refusals.alike(None, "00")


# --- over a whole run -------------------------------------------------------------------------------------------------


def undecided(contract: Contract) -> Contract:
    """Nothing is declared of refusals."""
    return replace(contract, operation=replace(contract.operation, acceptance=None))


RULE = "envio-correo/request/CodigoEmpresa/type"


def recorded(
    contract: Contract, baseline: bytes, negative: bytes, expect: Expect = Expect.REFUSED
) -> tuple[Record, ...]:
    """A case between two baselines."""
    rule = all_rules()[RULE]
    subject = Subject(contract=contract, encoding=contract.encoding("soap-1.1"), url="http://127.0.0.1/")
    first = baseline_case(subject)
    case = Case(
        id="c",
        service=rule.service,
        encoding="soap-1.1",
        kind="negative" if expect is Expect.REFUSED else "positive",
        expect=expect,
        rules=(rule.id,),
        title="a word",
        request=first.request,
    )
    judge = Judge(contract, {rule.id: rule})
    pairs = [
        (first, exchanged(baseline, name="x00001", case=first.id)),
        (case, exchanged(negative, name="x00002")),
        (first, exchanged(baseline, name="x00003", case=first.id)),
    ]
    sent = [(one, replace(exchange, request=one.request)) for one, exchange in pairs]
    return tuple(Record(case=one, exchange=exchange, judgement=judge(one, exchange)) for one, exchange in sent)


def verdict(
    contract: Contract, baseline: bytes, negative: bytes, expect: Expect = Expect.REFUSED
) -> tuple[Outcome, str]:
    records = recorded(contract, baseline, negative, expect)
    (found,) = decide([(RULE, "soap-1.1")], {RULE: all_rules()[RULE]}, records)
    return found.outcome, found.reason


CODE_0, CODE_1 = (
    result("<DatosResolucion><OperationCode>0</OperationCode></DatosResolucion>"),
    result("<DatosResolucion><OperationCode>1</OperationCode></DatosResolucion>"),
)


def test_the_same_answer_as_the_baselines_is_no_refusal(contract):
    assert verdict(undecided(contract), CODE_0, CODE_0)[0] is Outcome.FAILED


def test_another_code_with_nothing_declared_is_cant_tell_with_the_line_to_paste(contract):
    outcome, reason = verdict(undecided(contract), CODE_0, CODE_1)
    assert outcome is Outcome.CANT_TELL
    assert 'refusal = { any = { "EnvioCorreoResult/DatosResolucion/OperationCode" = "!= 0" } }' in reason


WORDS = result("<Descripcion>Correo enviado</Descripcion>")


@pytest.mark.parametrize(
    "refusal",
    [
        result("<Descripcion>Datos incorrectos</Descripcion>"),
        result("<Descripcion>Correo enviado</Descripcion><QR>x</QR>"),
        result(""),
    ],
)
def test_a_refusal_in_words_alone_is_cant_tell(contract, refusal):
    assert verdict(undecided(contract), WORDS, refusal)[0] is Outcome.CANT_TELL
    assert verdict(undecided(contract), WORDS, refusal, Expect.ACCEPTED)[0] is Outcome.PASSED


def test_a_condition_that_a_text_is_anything_else_holds_where_there_is_none(contract):
    refusal = Refusal(any=(Condition(path="OperationCode", value="0", equal=False),))
    told = replace(contract, operation=replace(contract.operation, refusal=refusal))
    assert verdict(told, CODE_0, result(""))[0] is Outcome.PASSED


def test_a_positive_with_another_code_is_cant_tell_as_well(contract):
    assert verdict(undecided(contract), CODE_0, CODE_1, Expect.ACCEPTED)[0] is Outcome.CANT_TELL


def test_what_is_declared_decides_and_no_other_code_does(contract):
    refusal = Refusal(any=(Condition(path="RespuestaProduccion/IsValid", value="false"),))
    declared = replace(contract, operation=replace(contract.operation, refusal=refusal))
    assert verdict(declared, valid("true", "00"), valid("true", "99"))[0] is Outcome.FAILED
    assert verdict(declared, valid("true", "00"), valid("false", "99"))[0] is Outcome.PASSED


def test_our_reading_of_acceptance_leaves_other_codes_to_speak(contract):
    assert verdict(contract, valid("true", "00"), valid("false", "99"))[0] is Outcome.PASSED
    assert verdict(contract, valid("true", "00"), valid("true", "00"))[0] is Outcome.FAILED
    outcome, reason = verdict(contract, valid("true", "00"), valid("true", "99"))
    assert outcome is Outcome.CANT_TELL
    assert 'StatusCode" = "!= 00"' in reason


def test_a_code_that_differs_between_baselines_tells_nothing():
    from conformance.judge.doubtful import Baselines
    from conformance.model import Judgement

    def record(name: str, code: str, kind: str = "baseline") -> Record:
        exchange = exchanged(b"", name=name)
        case = Case(
            id=f"{kind}-{name}",
            service="s",
            encoding="soap-1.1",
            kind=kind,
            expect=Expect.REFUSED if kind == "negative" else Expect.ACCEPTED,
            rules=("r",),
            title="t",
            request=exchange.request,
        )
        judgement = Judgement(
            exchange=name, reply=Reply.ACCEPTED, words="", encoding="soap-1.1", said={"id": code}, decided=False
        )
        return Record(case=case, exchange=exchange, judgement=judgement)

    negative = record("x00002", "3", "negative")
    failed = Result(rule="r", outcome=Outcome.FAILED, leans=True)
    assert Baselines([record("x00001", "1"), record("x00003", "2")]).doubt(negative, failed) is None
    assert Baselines([record("x00001", "1"), record("x00003", "1")]).doubt(negative, failed) is not None


def test_a_profile_that_is_claimed_makes_its_clauses_must():
    rule: Rule = all_rules()["envio-correo/envelope/after-body"]
    assert rule.level_in("soap-1.1").value == "SHOULD"
    assert rule.level_in("soap-1.1", ("wsi-bp-1.1",)).value == "MUST"
    assert rule.level_in("soap-1.2").value == "MUST"
