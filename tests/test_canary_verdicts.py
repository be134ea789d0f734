"""Masking never changes a verdict: the same answers, judged and written down with ever other values for secrets, decide
the same, outcome, level and findings, over the clean reference and over broken ones.

Besides values that a tenant has, what is secret here is what a judge looks at: words of the formats, members, codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from conformance.judge.verdicts import decide, observed
from conformance.model import Finding, Observation, Outcome, Record, Verdict
from conformance.reference.defects import Defect
from conformance.reference.prove import Bench
from conformance.run.contracts import all_rules, contracts
from conformance.run.proving import bench
from conformance.run.serving import defects
from conformance.target.journal import records as written
from conformance.target.secrets import MASK, Secrets
from tests.test_refusals import RULE, recorded, result, undecided

SERVICES = ("collection-policy", "envio-correo", "actualizar-correo")
WORDS = (
    "true",
    "success",
    "json",
    "xml",
    "soap-1.1",
    "<",
    "0",
    "00",
    "17",
    "OK",
    "200",
    "message",
    "IsValid",
    "string",
)
CODES = ("StatusCode", "codigo", "Procesado", "Server", "Client", "Sender", "Receiver", "Fault", "faultstring", "POST")
SAYING = ("and the answer came in", "accepted", "refused", "expected", "masked", "no answer", "false", "null", "•••")


@cache
def ready(service: str) -> Bench:
    return bench(service)


@cache
def values(service: str) -> tuple[str, ...]:
    """All texts and numbers of the baseline, and the names of the members."""
    found: list[str] = []

    def walk(value: object) -> None:
        if isinstance(value, Mapping):
            found.extend(map(str, value))
            for held in value.values():
                walk(held)
        elif isinstance(value, (list, tuple)):
            for held in value:
                walk(held)
        elif value is not None:
            found.append(str(value))

    walk(contracts()[service].baseline)
    return tuple(dict.fromkeys(found))


@cache
def sets(service: str) -> dict[str, Secrets]:
    """What may be secret at once."""
    whole = values(service)
    return {
        "everything": Secrets((*WORDS, *CODES, *SAYING, *whole)),
        "the formats": Secrets(WORDS),
        "codes": Secrets(CODES),
        "what the suite says": Secrets(SAYING),
        "values": Secrets(whole),
        "half of the values": Secrets(whole[::2]),
        "parts of words": Secrets(("ccep", "tatus", "esul", "10", "01", "00", "rror", "alid", "equ", "Corr")),
    }


def spread(found: Sequence[Defect], most: int) -> list[Defect | None]:
    """No defect, and some of all kinds."""
    return [None, *found[:: max(1, len(found) // most)][:most]]


def as_written(records: Iterable[Record], secrets: Secrets) -> list[Record]:
    """The records as a run writes them to its journal, and as a report reads them there."""
    seen: dict[int, Any] = {}
    made: list[Record] = []
    for record in records:
        if id(record.exchange) not in seen:
            masked = written.masked_exchange(record.exchange, secrets)
            seen[id(record.exchange)] = (record.exchange, written.exchange_from(written.exchange_json(masked)))
        exchange = seen[id(record.exchange)][1]
        case = written.masked_case(record.case, secrets, exchange.request)
        judgement = written.masked_judgement(record.judgement, secrets)
        made.append(
            Record(
                case=written.case_from(written.case_json(case), exchange.request),
                exchange=exchange,
                judgement=written.judgement_from(written.judgement_json(judgement)),
            )
        )
    return made


def masked(text: str, secrets: Secrets) -> str:
    """As it is written down, but for the last word of what was cut: half of it may be a secret, which it is not."""
    short = written.shortened(secrets.mask(text), written.SENTENCE)
    return short.rpartition(" ")[0] if short.endswith("…") else short


def said(verdict: Verdict, secrets: Secrets) -> tuple[object, ...]:
    """What is compared. Findings that differ in what is masked alone are one."""

    def hidden(one: Finding) -> tuple[str, ...]:
        return tuple(masked(text, secrets) for text in (one.path, one.expected, one.observed))

    findings = map(hidden, verdict.findings)
    return (
        verdict.rule,
        verdict.encoding,
        verdict.level,
        verdict.outcome,
        tuple(dict.fromkeys(findings)),
        verdict.exchanges,
    )


def quoting(record: Record, hidden: Record) -> Record:
    """The record with the words of its answer as they are written down: where a quotation is cut decides nothing."""
    return replace(record, judgement=replace(record.judgement, words=hidden.judgement.words))


def seen(observation: Observation, secrets: Secrets) -> tuple[str, str, str]:
    return observation.rule, observation.encoding, masked(observation.sentence, secrets)


def compare(service: str, records: Sequence[Record], secrets: Secrets) -> tuple[int, int]:
    """Decide over the records as they are and as they are written; how many verdicts were compared, and over how many
    answers with a mask in them."""
    one = ready(service)
    hidden = as_written(records, secrets)
    records = [quoting(*both) for both in zip(records, hidden, strict=True)]
    plain, told = decide(one.items, one.rules, records), decide(one.items, one.rules, hidden)
    for due, found in zip(plain, told, strict=True):
        assert said(found, secrets) == said(due, secrets), (due.reason, found.reason)
    wanted = {seen(sentence, secrets) for sentence in observed(records, one.rules)}
    assert {seen(sentence, secrets) for sentence in observed(hidden, one.rules)} == wanted
    answers = (record.exchange.response for record in hidden)
    return len(plain), sum(answer is not None and MASK.encode() in answer.body for answer in answers)


def coded(code: str, words: str = "Correo enviado al cliente de siempre, con todo lo que se adjunta") -> bytes:
    said = f"<OperationCode>{code}</OperationCode><Descripcion>{words}</Descripcion>"
    return result(f"<DatosResolucion>{said}</DatosResolucion>")


ECHO = str(contracts()["envio-correo"].baseline["NIT"])
"""What the request says too: an answer that says it again tells nothing by that."""


@pytest.mark.parametrize("secret", ["OperationCode", "DatosResolucion", "17", "40", "palabra-1", "Correo", ECHO, "a b"])
@pytest.mark.parametrize(
    ("baseline", "negative", "due"),
    [
        (coded("40"), coded("17"), Outcome.CANT_TELL),
        (coded("40"), coded("40"), Outcome.FAILED),
        (coded("palabra-1"), coded("palabra-2"), Outcome.CANT_TELL),
        (coded("palabra-1 Correo"), coded("Correo palabra-1"), Outcome.CANT_TELL),
        (coded("40", "a b"), coded("40", "a c"), Outcome.CANT_TELL),
        (coded("40", ECHO), coded("40", ECHO), Outcome.FAILED),
        (coded("40"), coded("40", ECHO), Outcome.FAILED),
        (coded("40"), result("<DatosResolucion/>"), Outcome.CANT_TELL),
    ],
)
def test_masked_codes_are_still_told_apart(secret: str, baseline: bytes, negative: bytes, due: Outcome) -> None:
    """Where nothing says what a refusal is, an answer that differs from the baseline's in a code is doubtful."""
    secrets = Secrets([secret, "17", "40"])
    records = recorded(undecided(contracts()["envio-correo"]), baseline, negative)
    for told in (records, as_written(records, secrets)):
        (found,) = decide([(RULE, "soap-1.1")], {RULE: all_rules()[RULE]}, told)
        assert found.outcome is due
        told_of = " ".join(f"{record.judgement.said}" for record in told)
    assert len(secret) < 4 or secret not in told_of


@pytest.mark.parametrize("service", SERVICES)
def test_masking_changes_no_verdict(service: str) -> None:
    chosen = list(sets(service).values())
    compared = masks = 0
    for number, defect in enumerate(spread(defects(service), 6)):
        verdicts, answers = compare(service, list(ready(service).records(defect)), chosen[number % len(chosen)])
        compared, masks = compared + verdicts, masks + answers
    assert compared > 200
    assert masks > 200


@pytest.mark.nightly
@pytest.mark.parametrize("service", SERVICES)
def test_masking_changes_no_verdict_over_many_defects(service: str) -> None:
    compared = 0
    for defect in spread(defects(service), 30):
        records = list(ready(service).records(defect))
        compared += sum(compare(service, records, secrets)[0] for secrets in sets(service).values())
    assert compared > 8000
