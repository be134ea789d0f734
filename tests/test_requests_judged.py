"""A request is judged as its consumer's: what the generator knows that it sends, the judge finds, and nothing else."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.codecs import CODECS
from conformance.codecs.soap import ENVELOPES
from conformance.emit.assumed import assumed
from conformance.generate.plan import cases_of
from conformance.judge.requests import MASKED, asked_results
from conformance.model import Expect, Level, Outcome, Request
from conformance.resources import cases_dir
from conformance.run.contracts import all_rules, contracts
from conformance.run.options import Options
from conformance.run.setup import bind_all, set_up, subjects

RULES = all_rules()
CONTRACTS = {name: assumed(contract) for name, contract in contracts().items()}
POLICY, MAIL, LIST = (CONTRACTS[name] for name in ("collection-policy", "envio-correo", "actualizar-correo"))
REST = ("json", "xml", "form")
SOAP = ("soap-1.1", "soap-1.2")
SUBJECTS = list(subjects(bind_all(set_up(Options(depth="standard"), {}), None)))
LEFT_OUT = object()


def failed(told):
    return {one.rule for one in told.results if one.outcome is Outcome.FAILED}


def request(contract, encoding, body, *, media="", method="POST", headers=()):
    label = media if media is None else media or contract.encoding(encoding).media_types[0]
    own = (("Content-Type", label),) if label is not None else ()
    return Request(method=method, url="http://127.0.0.1/", headers=(*own, *headers), body=body)


def asked(contract, encoding, body, **sent):
    masked = sent.pop("masked", None)
    made = request(contract, encoding, body, **sent)
    told = asked_results(contract, encoding, made, **({"masked": masked} if masked else {}))
    assert len({one.rule for one in told.results}) == len(told.results)
    assert all(RULES[one.rule].encodings and encoding in RULES[one.rule].encodings for one in told.results)
    assert told.excluded == bool(failed(told))
    return told


def with_members(contract, encoding, **changes):
    """What is said of the baseline with these changes, by rule without its service."""
    base = dict(contract.baseline)
    tree = {name: value for name, value in (base | changes).items() if value is not LEFT_OUT}
    return asked(contract, encoding, CODECS[encoding].encode(contract.operation.request, tree))


def short(told, outcome=Outcome.FAILED):
    """The rules about members with that outcome, without service and part."""
    found = (one.rule.split("/", 2)[1:] for one in told.results if one.outcome is outcome)
    return {rest for part, rest in found if part == "request"}


def around(told, outcome=Outcome.FAILED):
    """The rules about what is around the members, without their service."""
    found = (one.rule.split("/", 1)[1] for one in told.results if one.outcome is outcome)
    return {rule for rule in found if not rule.startswith("request/")}


# --- the generator and the judge --------------------------------------------------------------------------------------


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda one: f"{one.service}-{one.encoding.name}")
def test_the_judge_finds_in_every_case_what_the_generator_put_into_it(subject):
    cases = cases_of(subject, "standard", RULES, cases_dir())
    negative = {case.request for case in cases if case.expect is Expect.REFUSED}
    kinds = Counter()
    for case in cases:
        told = asked_results(subject.contract, case.encoding, case.request)
        found, what = failed(told), (case.id, told)
        kinds[case.expect] += 1
        if case.expect is Expect.ACCEPTED:
            assert not found, what
            assert not told.excluded
        elif case.expect is Expect.REFUSED:
            assert found & set(case.rules), what
        elif case.expect is Expect.OBSERVE and case.request not in negative and not _empty(case):
            assert not {rule for rule in found if RULES[rule].level_in(case.encoding) is Level.MUST}, what
    assert min(kinds[Expect.ACCEPTED], kinds[Expect.REFUSED], kinds[Expect.OBSERVE]) >= 5


def _empty(case):
    """A message element with nothing in it lacks what the document demands; no case of a member says so."""
    return case.id.endswith("/envelope/empty-body/message")


def test_a_broken_member_breaks_no_rule_of_another_one():
    for subject in SUBJECTS:
        for case in cases_of(subject, "quick", RULES, cases_dir()):
            if case.expect is Expect.REFUSED and case.path and len(case.rules) == 1:
                paths = {
                    RULES[rule].path for rule in failed(asked_results(subject.contract, case.encoding, case.request))
                }
                assert paths == {RULES[case.rules[0]].path}, case.id


# --- outcomes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", REST)
def test_a_proper_request_passes_every_rule_that_it_bears_on(encoding):
    told = asked(POLICY, encoding, CODECS[encoding].encode(POLICY.operation.request, dict(POLICY.baseline)))
    outcomes = Counter(one.outcome for one in told.results)
    assert set(outcomes) <= {Outcome.PASSED, Outcome.INAPPLICABLE}
    breakable = {
        rule.id
        for rule in RULES.values()
        if rule.service == "collection-policy" and rule.part == "request" and encoding in rule.encodings
        and rule.facet != "optional"
    }  # fmt: skip
    assert {one.rule for one in told.results if "/request/" in one.rule} == breakable
    assert not told.observations
    assert told.tree["Email"] == POLICY.baseline["Email"]


def test_what_is_not_there_is_inapplicable_and_never_passed():
    told = with_members(POLICY, "json", UserId=LEFT_OUT, NotificationSchemaList=[])
    missing = {"UserId/type", "UserId/strict-type", "NotificationSchemaList/NotificationSchemaId/type"}
    assert missing <= short(told, Outcome.INAPPLICABLE)
    assert not missing & short(told, Outcome.PASSED)
    assert not told.excluded


@pytest.mark.parametrize("encoding", REST)
def test_a_missing_parent_blocks_what_is_behind_it(encoding):
    told = with_members(POLICY, encoding, Email=LEFT_OUT)
    assert short(told) == {"Email/required"}
    blocked = {one.rule: one.reason for one in told.results if one.outcome is Outcome.UNTESTED}
    assert set(blocked.values()) == {"blocked by request/Email/required"}
    assert "collection-policy/request/Email/pattern" in blocked
    listed = with_members(LIST, "soap-1.1", documentos=LEFT_OUT)
    assert short(listed) == {"documentos/required"}
    assert "documentos/correo/not-blank" in short(listed, Outcome.UNTESTED)


POLICY_TABLE = [
    ("json", "Email", None, "Email/required"),
    ("json", "Email", " \u00a0", "Email/not-blank"),
    ("xml", "Email", None, "Email/required"),
    ("form", "Email", "", "Email/not-blank"),
    ("json", "MaximumTermDays", "5", "MaximumTermDays/strict-type"),
    ("json", "MaximumTermDays", {}, "MaximumTermDays/type"),
    ("json", "MaximumTermDays", 181, "MaximumTermDays/maximum"),
    ("json", "MinimumInterest", -1, "MinimumInterest/minimum"),
    ("xml", "MaximumTermDays", "abc", "MaximumTermDays/type"),
    ("xml", "AssignSeller", "True", "AssignSeller/strict-type"),
    ("json", "Email", "a@b", "Email/pattern"),
    ("json", "Email", "ñ@b", "Email/pattern"),
    ("json", "ArMailName", "x" * 101, "ArMailName/max-length"),
    ("json", "ArMailName", True, "ArMailName/strict-type"),
    (
        "json",
        "NotificationSchemaList",
        [{"NotificationSchemaId": "x"}],
        "NotificationSchemaList/NotificationSchemaId/type",
    ),
]
MAIL_TABLE = [
    ("CodigoEmpresa", "abc", "type"),
    ("CodigoEmpresa", "", "type"),
    ("CodigoEmpresa", "1.5", "type"),
    ("CodigoEmpresa", "2147483648", "type"),
    ("CodigoEmpresa", LEFT_OUT, "required"),
    ("CodigoEmpresa", None, "required"),
    ("CodigoEmpresa", "+7", ""),
    ("CodigoEmpresa", " 7 ", ""),
    ("CodigoEmpresa", "007", ""),
    ("FechaFactura", "31/01/2025", "type"),
    ("FechaFactura", "abc", "type"),
    ("FechaFactura", "2025-01-31", "strict-type"),
    ("FechaFactura", "10:00:00", "strict-type"),
    ("FechaFactura", "2025-01-31T10:00:00-05:00", ""),
    ("FechaFactura", "2025-01-31T10:00:00.1234567Z", ""),
    ("FechaFactura", LEFT_OUT, "required"),
    ("NIT", LEFT_OUT, ""),
    ("NIT", None, ""),
]
SOFT = [
    ("json", "MaximumTermDays", 60.0),
    ("xml", "MaximumTermDays", "60.0"),
    ("json", "Email", "ñ@b.co"),
    ("json", "Email", "a@b.co\n"),
    ("json", "Email", "٦١@b.co"),
    ("json", "Email", " a@b.co "),
    ("json", "ArMailName", "\U0001f600" * 100),
    ("json", "MinimumInterest", "6,15"),
    ("json", "UserId", None),
    ("xml", "AssignSeller", {"value": "1"}),
]


@pytest.mark.parametrize(("encoding", "member", "value", "rule"), POLICY_TABLE)
def test_a_value_breaks_its_rule(encoding, member, value, rule):
    also = {"MinimumInterest/pattern"} if value == -1 else set()
    assert short(with_members(POLICY, encoding, **{member: value})) == {rule} | also


NUMBERS = [
    (Decimal("6.250"), "", "pattern"),
    (Decimal("6.125"), "pattern", ""),
    (Decimal("0.000"), "", "pattern"),
    (Decimal("1.00000000000000000000000000000000000001"), "pattern", ""),
    (Decimal("1E+1"), "", ""),
    (Decimal("100.01"), "maximum-step", "maximum"),
    (101, "maximum", "maximum-step"),
    ("6", "strict-type", "maximum"),
    (True, "strict-type", "pattern"),
    ([], "type", "strict-type"),
]
"""Value, the facet that it breaks, and one that is then not to be seen."""


@pytest.mark.parametrize(("value", "facet", "hidden"), NUMBERS)
def test_a_number_passes_what_it_keeps_and_hides_what_cannot_be_seen(value, facet, hidden):
    told = with_members(POLICY, "json", MinimumInterest=value)
    rules = {one.rule.rpartition("/")[2]: one.outcome for one in told.results if "/MinimumInterest/" in one.rule}
    untested = {"pattern", "minimum", "maximum", "maximum-step"} if facet in {"type", "strict-type"} else {hidden}
    untested |= {"strict-type"} if facet == "type" else set()
    for name, outcome in rules.items():
        due = Outcome.FAILED if name == facet else Outcome.UNTESTED if name in untested else Outcome.PASSED
        assert outcome is due, name


@pytest.mark.parametrize("encoding", SOAP)
@pytest.mark.parametrize(("member", "value", "facet"), MAIL_TABLE)
def test_a_text_of_soap_is_held_to_its_type(encoding, member, value, facet):
    told = with_members(MAIL, encoding, **{member: value})
    assert short(told) == ({f"{member}/{facet}"} if facet else set())


@pytest.mark.parametrize(
    ("text", "facet"), [("QUJD*UI=", "type"), ("QUJDR", "strict-type"), ("QUI", "strict-type"), ("QUI=", "")]
)
def test_base64_of_other_characters_is_of_another_type(text, facet):
    told = with_members(MAIL, "soap-1.1", Adjuntos=[{"NombreArchivo": "a", "Archivo": text}])
    assert short(told) == ({f"Adjuntos/Archivo/{facet}"} if facet else set())


def test_of_two_items_the_broken_one_decides():
    items = [{"NombreArchivo": "a", "Archivo": text} for text in ("QUI=", "*")]
    for order in (items, items[::-1]):
        assert short(with_members(MAIL, "soap-1.2", Adjuntos=order)) == {"Adjuntos/Archivo/type"}


@pytest.mark.parametrize(("encoding", "member", "value"), SOFT)
def test_what_readers_take_differently_is_told_and_never_failed(encoding, member, value):
    if isinstance(value, float):
        body = (
            CODECS["json"].encode(POLICY.operation.request, dict(POLICY.baseline)).replace(b'Days":60', b'Days":60.0')
        )
        told = asked(POLICY, "json", body)
    else:
        told = with_members(POLICY, encoding, **{member: value})
    assert not failed(told)
    assert any(one.sentence.startswith(member) for one in told.observations)


def test_a_name_in_another_case_is_told_and_its_rules_are_not_tested():
    base = {("email" if name == "Email" else name): value for name, value in POLICY.baseline.items()}
    told = asked(POLICY, "json", CODECS["json"].encode(POLICY.operation.request, base))
    assert not failed(told)
    assert "Email/required" in short(told, Outcome.UNTESTED)
    assert [one.sentence for one in told.observations] == ["Email is spelt in another case"]


# --- around the members -----------------------------------------------------------------------------------------------

BODIES = [
    ("json", b"", "envelope/empty-body"),
    ("json", b"null", "envelope/empty-body"),
    ("json", b"{", "envelope/malformed"),
    ("json", b"[]", "envelope/request-root"),
    ("json", b"5", "envelope/request-root"),
    ("xml", b"<a", "envelope/malformed"),
    ("xml", b"<Other/>", "envelope/request-root"),
    ("xml", b"{}", "envelope/malformed"),
    ("form", b"&", "envelope/empty-body"),
    ("soap-1.1", b"", "envelope/empty-body"),
    ("soap-1.1", b"no", "envelope/malformed"),
    ("soap-1.1", b"<a/>", "envelope/request-root"),
]


@pytest.mark.parametrize(("encoding", "body", "rule"), BODIES)
def test_no_message_is_one_finding_and_hides_the_members(encoding, body, rule):
    told = asked(MAIL if encoding in SOAP else POLICY, encoding, body)
    assert around(told) == {rule}
    assert not short(told)
    assert short(told, Outcome.UNTESTED)
    assert {one.reason for one in told.results if one.outcome is Outcome.UNTESTED} == {f"blocked by {rule}"}


def test_members_are_judged_whatever_their_root_is_called():
    body = CODECS["xml"].encode(POLICY.operation.request, dict(POLICY.baseline) | {"MaximumTermDays": 181})
    told = asked(POLICY, "xml", body.replace(POLICY.operation.request.root.encode(), b"Other"))
    assert around(told) == {"envelope/request-root"}
    assert short(told) == {"MaximumTermDays/maximum"}


def test_an_empty_object_lacks_every_required_member_too():
    told = asked(POLICY, "json", b"{}")
    assert around(told) == {"envelope/empty-body"}
    assert len(short(told)) == 16


def envelope(inside, space=ENVELOPES["1.1"]):
    return f'<e:Envelope xmlns:e="{space}"><e:Body>{inside}</e:Body></e:Envelope>'.encode()


def test_an_envelope_of_no_version_is_one_finding_and_of_the_other_version_none():
    own = CODECS["soap-1.1"].encode(MAIL.operation.request, dict(MAIL.baseline))
    unknown = asked(MAIL, "soap-1.1", own.replace(ENVELOPES["1.1"].encode(), b"urn:none"))
    assert failed(unknown) == {"envio-correo/envelope/version-mismatch"}
    other = asked(MAIL, "soap-1.1", own.replace(ENVELOPES["1.1"].encode(), ENVELOPES["1.2"].encode()))
    assert not failed(other)
    assert any("another version" in one.sentence for one in other.observations)


def test_the_element_of_the_message_has_its_name_and_its_namespace():
    space = MAIL.operation.request.namespace
    assert around(asked(MAIL, "soap-1.1", envelope(f'<x xmlns="{space}"/>'))) == {"envelope/request-root"}
    assert around(asked(MAIL, "soap-1.1", envelope(""))) == {"envelope/empty-body"}
    moved = asked(MAIL, "soap-1.1", envelope('<EnvioCorreo xmlns="urn:other"/>'))
    assert around(moved) == {"envelope/request-namespace"}
    assert short(moved) == {"CodigoEmpresa/required", "TipoAmbiente/required", "FechaFactura/required"}


def test_media_type_and_method_are_the_consumers_too():
    body = CODECS["soap-1.1"].encode(MAIL.operation.request, dict(MAIL.baseline))
    assert around(asked(MAIL, "soap-1.1", body, media="text/plain")) == {"http/unsupported-media-type"}
    assert around(asked(MAIL, "soap-1.1", body, method="PUT")) == {"http/method"}
    assert not failed(asked(MAIL, "soap-1.1", body, media="TEXT/XML; charset=UTF-8"))
    bare = asked(MAIL, "soap-1.1", body, media=None)
    assert not failed(bare)
    told = {one.sentence for one in bare.observations}
    assert told == {"the request has no Content-Type", "the request has no SOAPAction"}
    quoted = (("SOAPAction", '"x"'),)
    assert not asked(MAIL, "soap-1.1", body, headers=quoted).observations
    assert asked(MAIL, "soap-1.1", body, headers=(("SOAPAction", "x"),)).observations


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "utf-16"])
def test_the_encoding_of_the_bytes_is_the_codecs_business(charset):
    text = CODECS["xml"].encode(POLICY.operation.request, dict(POLICY.baseline) | {"ArMailName": "Ñandú"}).decode()
    body = text.replace("utf-8", charset).encode(charset)
    told = asked(POLICY, "xml", body, media=f"application/xml; charset={charset}")
    assert not failed(told)
    assert told.tree["ArMailName"] == "Ñandú"


def test_what_this_suite_does_not_read_is_not_failed():
    told = asked(POLICY, "xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    assert not failed(told)
    assert told.malformed
    assert {one.outcome for one in told.results if "/request/" in one.rule} == {Outcome.UNTESTED}


def test_a_text_in_place_of_an_element_that_holds_members_holds_none_of_them():
    request = LIST.operation.request
    first = replace(request.fields[0], element=("holder", "facturador"))
    fields = (first, *request.fields[1:])
    contract = replace(LIST, operation=replace(LIST.operation, request=replace(request, fields=fields)))
    body = CODECS["soap-1.1"].encode(contract.operation.request, dict(LIST.baseline)).decode()
    start, end = body.index("<holder>") + 8, body.index("</holder>")
    assert not failed(asked(contract, "soap-1.1", body.encode()))
    assert short(asked(contract, "soap-1.1", f"{body[:start]}words{body[end:]}".encode())) == {"facturador/required"}


# --- masks ------------------------------------------------------------------------------------------------------------


def masked(text):
    return "***" in text


@pytest.mark.parametrize("encoding", ["json", "form", "xml"])
def test_what_a_mask_hides_is_not_judged(encoding):
    told = asked(
        POLICY,
        encoding,
        CODECS[encoding].encode(
            POLICY.operation.request, dict(POLICY.baseline) | {"Email": "***", "MaximumTermDays": "***"}
        ),
        masked=masked,
    )
    assert not failed(told)
    hidden = {one.rule.split("/", 2)[2] for one in told.results if one.reason == MASKED}
    assert {"Email/pattern", "MaximumTermDays/maximum"} <= hidden
    assert {"Email/required", "MaximumTermDays/required"} <= short(told, Outcome.PASSED)


def test_a_mask_in_the_text_of_the_message_hides_all_of_it():
    told = asked(POLICY, "json", b'{"Email": ***}', masked=masked)
    assert not failed(told)
    assert {one.reason for one in told.results if one.outcome is Outcome.UNTESTED} == {MASKED}


# --- any bytes --------------------------------------------------------------------------------------------------------

SIDES = [(POLICY, encoding) for encoding in REST] + [(one, encoding) for one in (MAIL, LIST) for encoding in SOAP]
LABELS = st.sampled_from(["", "a;charset=", "text/xml; charset=utf-7", "application/json; charset=\udc80", ";;=", None])
INSIDE = st.sampled_from(
    [b"<a>", b"</", b"&#0;", b"{", b'"', b"\x00", b"\xff\xfe", b"=", b"[0]", b"\xed\xa0\x80", b"xsi:nil='1'"]
)


@pytest.mark.parametrize("text", ["1e99999999999999999999", "1e-99999999999999999999", f"1e{'9' * 5000}", "9" * 5000])
def test_no_number_raises(text):
    for encoding in REST:
        with_members(POLICY, encoding, MinimumInterest=text)
        assert "MaximumTermDays" in {
            rule.partition("/")[0] for rule in short(with_members(POLICY, encoding, MaximumTermDays=text))
        }
    proper = CODECS["json"].encode(POLICY.operation.request, dict(POLICY.baseline)).decode()
    assert asked(POLICY, "json", proper.replace("60", text).encode()).results


@given(st.sampled_from(SIDES), st.binary(max_size=60), LABELS)
def test_no_bytes_raise(side, body, label):
    asked(*side, body, media=label)


@given(st.sampled_from(SIDES), st.lists(st.tuples(st.integers(0, 2000), INSIDE), min_size=1, max_size=3))
def test_no_damaged_message_raises(side, edits):
    contract, encoding = side
    body = CODECS[encoding].encode(contract.operation.request, dict(contract.baseline))
    for place, put in edits:
        body = body[: place % len(body)] + put + body[place % len(body) + 2 :]
    asked(contract, encoding, body)


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


@given(
    st.dictionaries(st.sampled_from(sorted(POLICY.baseline)), TREES, min_size=1, max_size=3), st.sampled_from(REST[:2])
)
def test_no_value_raises_and_a_rule_says_one_thing(changes, encoding):
    with_members(POLICY, encoding, **changes)
