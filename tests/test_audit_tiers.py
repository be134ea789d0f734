"""The tiers of an audit say the same: what compiled validators vouch for, and the walk, in every count and example."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Hashable, Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest

from bench.recordings import SERVICES, pool
from conformance.codecs import CODECS
from conformance.model import Basis, Condition, Refusal, Request
from conformance.reference import State, answer
from conformance.run.serving import defects
from conformance.traffic.auditing import Auditor, Brief
from conformance.traffic.judging import Desk, Judged, Subject, quoted
from conformance.traffic.keeping import examples, kept
from conformance.traffic.kinds import PROOFS
from conformance.traffic.recording import Recorded
from conformance.traffic.summary import Summary
from tests.audited import JSON, MASKS, SUBJECTS, XML, XSI, damaged, recorded, summary

DIFFERENT = 350
MANY = 5_000
"""Exchanges of each kind; by night there are more."""


def told(summed: Summary) -> tuple[object, ...]:
    """All of a summary that can differ, its examples among it."""
    return kept(summed), [(one.exchange, one.findings) for one in examples(summed)]


def same(folder: Path, exchanges: list[Recorded]) -> Summary:
    fast, walked = summary(folder, exchanges), summary(folder, exchanges, walked=True)
    assert told(fast) == told(walked)
    return fast


@pytest.mark.parametrize("kind", ["rest", "soap"])
def test_both_tiers_sum_up_the_same(kind: str, tmp_path: Path) -> None:
    summed = same(
        tmp_path, [*damaged(kind, DIFFERENT, 8), *(damaged("form", DIFFERENT // 4, 8) if kind == "rest" else ())]
    )
    assert summed.records >= DIFFERENT
    assert len(summed.tallies) > 100
    assert sum(tally.failed for tally in summed.tallies.values()) > DIFFERENT // 5


@pytest.mark.nightly
@pytest.mark.parametrize("kind", ["rest", "form", "soap"])
def test_both_tiers_sum_up_the_same_of_many(kind: str, tmp_path: Path) -> None:
    assert same(tmp_path, list(damaged(kind, MANY, 9))).records == MANY


# --- answers in which something is found ------------------------------------------------------------------------------

DEFECTIVE = {
    "collection-policy/response/data/AssignBranch/type:digit": (256, 230),
    "collection-policy/response/data/Email/echo:null": (64, 52),
    "collection-policy/response/data/GrantorTaxId/echo:lower-case": (48, 48),
    "collection-policy/envelope/root:wrapped": (64, 48),
    "envio-correo/response/RespuestaProduccion/IsValid/type:element": (64, 48),
    "envio-correo/response/CUFE/name:dropped": (48, 36),
}
"""Defect → exchanges, and how many of them are walked at most. What comes back otherwise may come back right the next
time, so that all of them are walked."""
KINDS = {service: kind for kind, service in SERVICES.items()}


def defective(defect: str, count: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Summary, int]:
    """`counted` of exchanges whose answers have the defect."""
    exchanges = list(pool(KINDS[defect.partition("/")[0]], count, seed=4, defect=defect))
    return counted(exchanges, folder, monkeypatch)


def counted(exchanges: list[Recorded], folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Summary, int]:
    """What is summed up by both tiers, and how many of the exchanges the fast one walked."""
    walked, looked = 0, Desk.__call__

    def look(desk: Desk, one: Recorded, kind: Hashable | None = None) -> Judged:
        nonlocal walked
        walked += 1
        return looked(desk, one, kind)

    monkeypatch.setattr(Desk, "__call__", look)
    return same(folder, exchanges), walked - len(exchanges)


@pytest.mark.parametrize("defect", DEFECTIVE)
def test_a_defect_in_every_answer_is_counted_as_the_walk_counts_it(
    defect: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, most = DEFECTIVE[defect]
    summed, walked = defective(defect, count, tmp_path, monkeypatch)
    assert summed.records == count
    assert sum(tally.failed for tally in summed.tallies.values()) >= count // 4
    assert walked <= most, walked


EVERY = tuple(one.id for service in KINDS for one in defects(service))


CLIENTS = {
    "a number as text": ("rest", r'("NotificationTypeId":)(\d+)', r'\1"\2"', 120),
    "a member missing": (
        "rest",
        r'"ShowDocumentDetail":(true|false),|<ShowDocumentDetail>\w+</ShowDocumentDetail>',
        "",
        90,
    ),
    "a word for a number": ("soap", r"<TipoAmbiente>2<", "<TipoAmbiente>dos<", 90),
}
"""What a client does wrong in every request that is accepted nevertheless, and how many of 128 are walked at most."""


@pytest.mark.parametrize("wrong", CLIENTS)
def test_what_a_client_does_wrong_in_every_request_is_counted_as_the_walk_counts_it(
    wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, pattern, made, most = CLIENTS[wrong]
    found = re.compile(pattern)
    exchanges = [edited(one, "request", lambda text: found.sub(made, text)) for one in pool(kind, 128, seed=6)]
    summed, walked = counted(exchanges, tmp_path, monkeypatch)
    failed = {key.party for key, tally in summed.tallies.items() if tally.failed}
    assert failed == ({"consumer", "provider"} if kind == "rest" else {"consumer"})
    assert walked <= most, walked


@pytest.mark.nightly
@pytest.mark.parametrize("defect", EVERY)
def test_every_defect_is_counted_as_the_walk_counts_it(
    defect: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert defective(defect, 64, tmp_path, monkeypatch)[0].records == 64


def test_what_is_said_otherwise_of_one_stands_for_none_of_its_kind() -> None:
    every = pool("rest", 64, seed=4, defect="collection-policy/response/data/Email/echo:null")
    tiers = Tiers()
    kinds, one = tiers.auditor._kinds, next(every)
    kinds.found(one, kinds.of_request(one), judged := tiers.auditor._desk(one))
    kind = kinds.of(one)
    assert kind is not None
    assert not judged.clean
    assert [kinds.stands(kind, judged) for _ in range(PROOFS)] == [False] * (PROOFS - 2) + [True, True]
    other = replace(judged, said=judged.said[1:])
    assert not kinds.stands(kind, other)
    assert kinds.of(one) is None


# --- one difference at a time -----------------------------------------------------------------------------------------


class Tiers:
    """An auditor, and the first exchange of each kind that it met."""

    def __init__(self, subjects: Mapping[str, Subject] = SUBJECTS) -> None:
        self.auditor = Auditor(Brief(subjects=subjects))
        self.first: dict[object, Judged] = {}

    def walked(self, one: Recorded) -> Judged:
        judged = self.auditor._desk(one)
        if judged.exchange is None:
            return judged
        return quoted(judged, self.auditor._masked(judged.exchange, judged.service, judged.encoding)[1])

    def agree(self, one: Recorded) -> bool:
        """Does what stands for the exchange say what the walk says of it? True where it is walked itself."""
        kind = self.auditor._kinds.of(one)
        if kind is None:
            return True
        judged = self.walked(one)
        first = self.first.setdefault(kind, judged)
        if judged.clean and first is judged:
            self.auditor._kinds.found_clean(kind, one)
        return not first.clean or first == judged


BASES = {
    "json": ("rest", 0, '"ArMailName":"', "message"),
    "xml": ("rest", 4, "<NotificationSchemaName>", "message"),
    "soap-1.1": ("soap", 0, "<TelefonoRecepcion>", "StatusCode"),
}
"""Encoding → the kind of recording, a place in it where the encoding is met, and a text of request and answer."""


def base(encoding: str) -> Recorded:
    """A clean exchange of which the fast tier knows the kind, with items in its lists."""
    kind, _, here, _ = BASES[encoding]
    tiers = Tiers()
    for one in pool(kind, 300, seed=3):
        judged = tiers.walked(one)
        if judged.encoding == encoding and judged.clean and here in one.request.body:
            assert tiers.auditor._kinds.of(one) is not None
            return one
    raise AssertionError(encoding)


def edited(one: Recorded, side: str, edit: Callable[[str], str]) -> Recorded:
    made = deepcopy(one)
    held = getattr(made, side)
    held.body = edit(held.body)
    return made


@pytest.mark.parametrize("side", ["request", "response"])
@pytest.mark.parametrize("encoding", BASES)
def test_each_way_of_damage_leaves_the_tiers_agreed(encoding: str, side: str) -> None:
    one, tiers, rng = base(encoding), Tiers(), random.Random(1)
    assert tiers.agree(one)
    for edit in JSON if encoding == "json" else XML:
        for _ in range(14):
            made = edited(one, side, lambda text, edit=edit: edit(rng, text))
            assert tiers.agree(made), getattr(made, side).body


def between(name: str, new: str) -> Callable[[str], str]:
    """The text of an element is another, or the whole element where the new one has a tag."""

    def edit(text: str) -> str:
        begin, end = text.index(f"<{name}>"), text.index(f"</{name}>")
        if "<" in new:
            return text[:begin] + new + text[end + len(name) + 3 :]
        return text[: begin + len(name) + 2] + new + text[end:]

    return edit


NILS = tuple(
    f"<{{0}} {XSI} xsi:{said}>{held}</{{0}}>"
    for said, held in (
        ('nil="true"', ""),
        ('nil="false"', "x"),
        ('nil ="true"', ""),
        ("nil\n=\n'1'", ""),
        ('nil="0"', "x"),
    )
)


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("encoding", "side", "name"),
    [
        ("soap-1.1", "request", "TelefonoRecepcion"),
        ("soap-1.1", "response", "StatusCode"),
        ("xml", "response", "message"),
    ],
)
def test_what_is_nil_is_of_another_kind(encoding: str, side: str, name: str, order: int) -> None:
    one, tiers = base(encoding), Tiers()
    for new in ("x", *NILS)[::order]:
        assert tiers.agree(edited(one, side, between(name, new.replace("{0}", name)))), new


@pytest.mark.parametrize("text", ["&#116;rue", "true", "1", " true ", "tru&#101;"])
def test_an_echo_is_looked_at_however_the_acceptance_is_spelt(text: str) -> None:
    one, tiers = edited(base("xml"), "response", between("success", text)), Tiers()
    assert tiers.agree(one)
    assert tiers.agree(edited(one, "response", between("ArMailName", "otro")))


ESCAPED = {
    "json": ("\\u2022\\u2022\\u2022", "\\u002a\\u002a\\u002a"),
    "xml": ("&#8226;&#8226;&#8226;", "&#x2022;&#x2022;&#x2022;", "&#42;&#42;&#42;"),
}


@pytest.mark.parametrize("encoding", ESCAPED)
def test_what_is_masked_on_both_sides_is_of_another_kind(encoding: str) -> None:
    one, tiers = base(encoding), Tiers()
    assert tiers.agree(one)
    for mask in (*MASKS, *ESCAPED[encoding]):
        made = one
        for side in ("request", "response"):
            if encoding == "json":
                spelt = f'"ArMailName":"{mask}"'
                made = edited(
                    made, side, lambda text, spelt=spelt: re.sub('"ArMailName":"[^"]*"', lambda _: spelt, text)
                )
            else:
                made = edited(made, side, between("ArMailName", mask))
        assert tiers.agree(made), mask
        assert any("masked" in reason for _, reason in tiers.walked(made).unjudged), mask


def test_a_declared_refusal_is_of_another_kind_by_its_code() -> None:
    subject, one = SUBJECTS["envio-correo"], base("soap-1.1")
    condition = Condition(path="RespuestaProduccion/StatusCode", value="00", equal=False)
    operation = replace(subject.contract.operation, refusal=Refusal(any=(condition,), basis=Basis.STATED))
    contract = replace(subject.contract, operation=operation)
    tiers = Tiers({"envio-correo": replace(subject, contract=contract)})
    for code in ("00", "99", "00", "66"):
        made = edited(one, "response", between("StatusCode", code))
        assert tiers.agree(made), code
    accepted, refused = (tiers.walked(edited(one, "response", between("StatusCode", code))) for code in ("00", "99"))
    assert accepted.said != refused.said


@pytest.mark.parametrize("path", ["StatusCode", "RespuestaProduccion/StatusCode/"])
def test_a_declared_refusal_is_told_of_odd_answers(path: str, tmp_path: Path) -> None:
    subject, one = SUBJECTS["envio-correo"], base("soap-1.1")
    refusal = Refusal(any=(Condition(path=path, value="00", equal=False),), basis=Basis.STATED)
    contract = replace(subject.contract, operation=replace(subject.contract.operation, refusal=refusal))
    subjects = {"envio-correo": replace(subject, contract=contract)}
    odd = edited(one, "response", lambda text: re.sub("<(/?)QR>", r"<\1qr>", text))
    exchanges = [edited(odd, "response", between("StatusCode", code)) for code in ["00"] * 6 + ["99"] * 6]
    fast, walked = (summary(tmp_path, exchanges, walked=flag, subjects=subjects) for flag in (False, True))
    assert told(fast) == told(walked)
    assert any(tally.failed for tally in walked.tallies.values())


def test_a_mask_in_percents_is_told_whatever_is_wrong_with_the_answer(tmp_path: Path) -> None:
    exchanges = [one for one in damaged("form", 40, 3) if "ArMailName=" in one.request.body]
    masked = [
        edited(one, "request", lambda text: re.sub("ArMailName=[^&]*", "ArMailName=%2A%2A%2A", text))
        for one in exchanges
    ]
    summed = same(tmp_path, [*exchanges, *masked])
    assert any("masked" in reason for _, reason in summed.unjudged)


def test_a_namespace_in_a_text_makes_no_form(tmp_path: Path) -> None:
    """A message in another namespace may be recognised by it."""
    one = base("soap-1.1")
    one.request.headers = [pair for pair in one.request.headers if pair[0] != "SOAPAction"]
    other = edited(one, "request", lambda text: text.replace('xmlns="https://factura', 'xmlns="https://other'))
    told_in_a_text = edited(other, "request", between("TelefonoRecepcion", "https://factura.ssintegral.com/"))
    same(tmp_path, [told_in_a_text] * 5 + [other] * 5)


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("encoding", "yes", "no"),
    [
        ("json", '"success":true', '"success":false'),
        ("xml", "<success>true<", "<success>false<"),
        ("soap-1.1", "<IsValid>true<", "<IsValid>0<"),
    ],
)
def test_a_refusal_is_of_another_kind_than_an_acceptance(encoding: str, yes: str, no: str, order: int) -> None:
    one, tiers = base(encoding), Tiers()
    assert one.response is not None
    assert yes in one.response.body
    for said in (yes, no)[::order]:
        assert tiers.agree(edited(one, "response", lambda text, said=said: text.replace(yes, said)))


@pytest.mark.parametrize("encoding", ["xml", "soap-1.1"])
def test_a_byte_order_mark_is_told(encoding: str) -> None:
    one, tiers = base(encoding), Tiers()
    bare = edited(one, "request", lambda text: text[text.index("?>") + 2 :].lstrip())
    marked = edited(bare, "request", lambda text: "\ufeff" + text)
    assert tiers.agree(bare)
    assert tiers.agree(marked)
    assert any("byte order mark" in sentence for _, sentence in tiers.walked(marked).observations)


def test_an_envelope_that_names_the_message_elsewhere_hides_nothing() -> None:
    """What stands around the members is looked at once for each wording."""
    one, tiers = base("soap-1.1"), Tiers()
    plain = '<soap:Body xmlns:q="urn:EnvioCorreoResponse">'
    named = edited(one, "response", lambda text: text.replace("<soap:Body>", plain))
    assert tiers.agree(named)
    for attribute in ('soap:encodingStyle="x"', f'{XSI} xsi:nil="true"', 'xmlns="urn:other"'):
        odd = f"<EnvioCorreoResponse {attribute} "
        assert tiers.agree(edited(named, "response", lambda text, odd=odd: text.replace("<EnvioCorreoResponse ", odd)))


@pytest.mark.parametrize("depth", [100, 199, 201, *range(985, 1001), 100_000])
def test_no_depth_ends_an_audit(depth: int) -> None:
    one, tiers = base("json"), Tiers()
    for opened, closed in ("[]", ('{"k":', "}")):
        for levels in (5, depth):
            deep = f'{{"b":{opened * levels}1{closed * levels},"q":"\\"",'
            made = edited(one, "request", lambda text, deep=deep: deep + text[1:])
            assert tiers.agree(made), levels


def test_a_service_whose_names_are_assumed_is_judged_where_they_are_met() -> None:
    contract = SUBJECTS["actualizar-correo"].contract
    encoding = contract.operation.encodings[0]
    request = Request(
        method="POST",
        url="https://x.example/FacturacionElectronica",
        headers=(("Content-Type", "text/xml; charset=utf-8"), ("SOAPAction", f'"{encoding.action}"')),
        body=CODECS[encoding.name].encode(contract.operation.request, contract.baseline),
    )
    response, _ = answer(contract, request, State())
    tiers = Tiers()
    assert tiers.walked(recorded(request, response)).service == "actualizar-correo"
    assert tiers.agree(recorded(request, response))


@pytest.mark.parametrize("order", [1, -1])
def test_a_label_that_comes_twice_is_looked_at(order: int) -> None:
    one, tiers = base("json"), Tiers()
    assert tiers.agree(one)
    twice = deepcopy(one)
    assert twice.response is not None
    usual = next(pair for pair in twice.response.headers if pair[0] == "Content-Type")
    others = [pair for pair in twice.response.headers if pair != usual]
    twice.response.headers = [*others, *(("Content-Type", "text/html"), usual)[::order]]
    assert tiers.agree(twice)
    assert not tiers.walked(twice).clean or order == -1
