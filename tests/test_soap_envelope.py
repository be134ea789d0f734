"""The envelope and HTTP cases of SOAP: spellings that say the same, texts that say nothing, headers, media types."""

from __future__ import annotations

import codecs
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from conformance.codecs import CODECS, Malformed
from conformance.codecs.soap import ENVELOPES
from conformance.emit.assumed import assumed
from conformance.generate.addresses import addresses_in, unsafe
from conformance.generate.envelopes.text import ACCENTED, words
from conformance.generate.soap import soap_transport_cases
from conformance.generate.soap.http import WRONG
from conformance.generate.soap.odd import ODDITIES
from conformance.model import Expect, Field
from conformance.rules.soap import INFERRED, REQUESTS
from conformance.run.contracts import all_rules, contracts
from conformance.target import wsse
from conformance.target.settings import Auth
from tests.soap_answers import CASES, CONTRACT, cases, subject

BOTH = ("1.1", "1.2")
PROSE = assumed(contracts()["actualizar-correo"])
TOKEN = wsse.block("s", Auth(kind="wsse", username="user", password="secret", digest=True))


def bound(contract):
    """The contract as a binding makes it: names from a WSDL, some members between elements of their own."""
    request = contract.operation.request
    space = "urn:bound"

    def named(member, number):
        return replace(member, element=(f"{{{space}}}arg{number}",))

    fields = tuple(named(member, number) for number, member in enumerate(request.fields))
    request = replace(request, root="call", namespace=space, wrappers=(), fields=fields)
    return replace(contract, operation=replace(contract.operation, request=request))


CONTRACTS = {"documented": CONTRACT, "prose": PROSE, "bound": bound(CONTRACT)}
ALL = [
    pytest.param(version, contract, header, id=f"{name}-{version}{'-token' if header else ''}")
    for version in BOTH
    for name, contract in CONTRACTS.items()
    for header in ("", TOKEN)
]


def trees(version, contract, body):
    decoded = CODECS[f"soap-{version}"].decode(contract.operation.request, body, "")
    return decoded.tree, decoded.oddities, decoded.envelope


@pytest.mark.parametrize(("version", "contract", "header"), ALL)
def test_every_spelling_says_the_same(version, contract, header):
    made = cases(version, contract, values=contract.baseline, header=header)
    tree, _, envelope = trees(version, contract, made["baseline"].request.body)
    assert envelope.version == version
    same = [slug for slug in made if slug.startswith(("envelope/spelling", "envelope/accepts", "envelope/header"))]
    assert len(same) > 12
    for slug in same:
        found, oddities, around = trees(version, contract, made[slug].request.body)
        assert (found, oddities, around.version) == (tree, (), version), slug
        assert made[slug].request.body != made["baseline"].request.body, slug
        blocks = around.root.findall("{*}Header/{*}Security")
        assert len(blocks) == bool(header), slug


@pytest.mark.parametrize("version", BOTH)
def test_text_beyond_ascii_is_one_member_in_utf_8_and_in_references(version):
    made, name = CASES[version], words(subject(version))
    for slug in ("utf-8", "escaped"):
        body = made[f"envelope/non-ascii/{slug}"].request.body
        assert trees(version, CONTRACT, body)[0] == CONTRACT.baseline | {name: ACCENTED}
        assert body.isascii() == (slug == "escaped")


def test_where_no_member_may_vary_the_letters_stand_beside_the_message():
    made = cases("1.1", PROSE, values=PROSE.baseline)
    own = [slug for slug in made if slug.startswith("envelope/non-ascii")]
    assert own == ["envelope/non-ascii/comment"]
    assert ACCENTED.encode() in made[own[0]].request.body
    assert not [slug for slug in made if slug.endswith(("/cdata", "/references"))]


@pytest.mark.parametrize(("version", "contract", "header"), ALL)
def test_what_is_malformed_is_no_document(version, contract, header):
    made = cases(version, contract, values=contract.baseline, header=header)
    malformed = {slug: case for slug, case in made.items() if slug.startswith("envelope/malformed/")}
    for slug, case in malformed.items():
        if case.expect is Expect.OBSERVE:
            continue
        with pytest.raises(Malformed):
            trees(version, contract, case.request.body)
        twin = made.get(slug.replace("envelope/malformed", "http/malformed-status"))
        assert (twin is not None) == (version == "1.1")
        if twin is not None:
            # The same bytes, so that they are sent once.
            assert (twin.request, twin.expect) == (case.request, Expect.ANY)
    assert len([case for case in malformed.values() if case.expect is Expect.REFUSED]) == 7


@pytest.mark.parametrize(("version", "contract", "header"), ALL)
def test_no_case_has_a_part_of_a_secret_or_of_an_address(version, contract, header):
    fields = {member.name for member in contract.operation.request.fields}
    private = frozenset({"Clave"} & fields)
    made = cases(version, contract, values=contract.baseline, header=header, private=private)
    secret = contract.baseline.get("Clave", "clave-de-prueba").encode()
    for slug, case in made.items():
        charset = "utf-16" if slug.endswith("utf-16") else ""
        assert not unsafe(list(addresses_in(case.request.body, charset)), ()), slug
        assert case.request.body.replace(secret, b"").count(secret[: len(secret) // 2]) == 0, slug
    truncated = made["envelope/malformed/truncated"].request.body
    whole = subject(version, contract, values=contract.baseline)
    known = {member: value for member, value in whole.baseline().items() if member not in private}
    rest = CODECS[f"soap-{version}"].encode(contract.operation.request, known).partition(truncated)[2]
    assert rest.startswith(b"<")
    assert secret not in truncated
    assert b"WSSE" not in truncated


@pytest.mark.parametrize(("version", "contract", "header"), ALL)
def test_what_holds_no_message_holds_none(version, contract, header):
    made = cases(version, contract, values=contract.baseline, header=header)
    for slug in ("envelope/empty-body/nothing", "envelope/empty-body/white-space"):
        assert not made[slug].request.body.strip()
    assert trees(version, contract, made["envelope/empty-body/no-body"].request.body)[2].body is None
    empty = trees(version, contract, made["envelope/empty-body/body"].request.body)[2]
    assert empty.body is not None
    assert empty.child is None
    child = trees(version, contract, made["envelope/empty-body/message"].request.body)[2].child
    assert child.tag.endswith(contract.operation.request.root)
    assert len(child) <= len(contract.operation.request.wrappers)


@pytest.mark.parametrize(("version", "contract", "header"), ALL)
def test_other_messages_are_not_that_of_the_operation(version, contract, header):
    made = cases(version, contract, values=contract.baseline, header=header)
    own = trees(version, contract, made["baseline"].request.body)[2].child.tag
    for slug in ("request-root/other", "request-namespace/other"):
        child = trees(version, contract, made[f"envelope/{slug}"].request.body)[2].child
        assert child.tag != own
        same = etree.QName(child).localname == etree.QName(own).localname
        assert same == slug.startswith("request-namespace")
        assert etree.QName(child).namespace
    bare = etree.fromstring(made["envelope/request-root/no-envelope"].request.body)
    assert bare.tag == own
    unknown = etree.fromstring(made["envelope/version-mismatch/unknown"].request.body)
    assert etree.QName(unknown).namespace not in {None, *ENVELOPES.values()}
    assert etree.QName(unknown).localname == "Envelope"
    assert {etree.QName(one).namespace for one in unknown} == {etree.QName(unknown).namespace}
    other = made["envelope/version-mismatch/other-version"]
    assert (
        etree.QName(etree.fromstring(other.request.body)).namespace == ENVELOPES["1.1" if version == "1.2" else "1.2"]
    )


@pytest.mark.parametrize(("version", "contract", "header"), ALL)
def test_every_oddity_is_one_and_is_only_observed(version, contract, header):
    made = cases(version, contract, values=contract.baseline, header=header)
    base = etree.tostring(etree.fromstring(made["baseline"].request.body), method="c14n")
    for facet, slug, *_ in ODDITIES:
        case = made[f"envelope/{facet}/{slug}"]
        assert (case.kind, case.expect) == ("observe", Expect.OBSERVE)
        changed = etree.tostring(etree.fromstring(case.request.body), method="c14n")
        assert changed != base, slug


def test_no_namespace_is_really_none():
    for version in BOTH:
        for contract in CONTRACTS.values():
            made = cases(version, contract, values=contract.baseline)
            root = etree.fromstring(made["envelope/request-namespace/none"].request.body)
            child = root[0][0]
            assert child.tag == contract.operation.request.root
            inner = trees(version, contract, made["baseline"].request.body)[2].child[0].tag
            assert child[0].tag == inner


@pytest.mark.parametrize("version", BOTH)
def test_utf_16_says_the_same_and_is_not_sent_where_something_is_filled_in_later(version):
    case = CASES[version]["envelope/accepts-byte-order-mark/utf-16"]
    assert trees(version, CONTRACT, case.request.body)[0] == CONTRACT.baseline
    assert case.request.body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    assert "charset=utf-16" in case.request.header("Content-Type")
    assert case.kind == "observe"
    assert "envelope/accepts-byte-order-mark/utf-16" not in cases(version, header=TOKEN)


# --- headers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("version", "contract", "header"), ALL)
def test_header_blocks_say_who_must_understand_them(version, contract, header):
    made = cases(version, contract, values=contract.baseline, header=header)
    space = ENVELOPES[version]
    said = {}
    for slug, case in made.items():
        if slug.startswith(("envelope/header/", "envelope/must-understand/")):
            root = etree.fromstring(case.request.body)
            block = root.find(f"{{{space}}}Header")[-1]
            assert not block.tag.startswith(f"{{{space}}}")
            said[slug.removeprefix("envelope/")] = {
                etree.QName(name).localname: value
                for name, value in block.attrib.items()
                if etree.QName(name).namespace == space
            }
    to = "actor" if version == "1.1" else "role"
    following = f"{space}/role/next" if version == "1.2" else "http://schemas.xmlsoap.org/soap/actor/next"
    expected = {
        "header/plain": {},
        "header/zero": {"mustUnderstand": "0"},
        "header/another-node": {"mustUnderstand": "1", to: "urn:conformance:another-node"},
        "header/next": {to: following},
        "must-understand/unknown": {"mustUnderstand": "1"},
        "must-understand/next": {"mustUnderstand": "1", to: following},
    }
    if version == "1.2":
        expected["header/false"] = {"mustUnderstand": "false"}
        expected["must-understand/true"] = {"mustUnderstand": "true"}
        expected["must-understand/ultimate-receiver"] = {"mustUnderstand": "1", to: f"{space}/role/ultimateReceiver"}
    assert said == expected


# --- HTTP -------------------------------------------------------------------------------------------------------------

ACTION = CONTRACT.encoding("soap-1.1").action
# fmt: off
SENT = {
    "1.1": {
        "request-media-type/documented": ("text/xml; charset=utf-8", f'"{ACTION}"', Expect.ACCEPTED),
        "request-media-type/soap-action-absent": ("text/xml; charset=utf-8", None, Expect.OBSERVE),
        "request-media-type/soap-action-unquoted": ("text/xml; charset=utf-8", ACTION, Expect.OBSERVE),
        "request-media-type/soap-action-empty": ("text/xml; charset=utf-8", '""', Expect.OBSERVE),
        "request-media-type/soap-action-wrong": ("text/xml; charset=utf-8", f'"{WRONG}"', Expect.OBSERVE),
        "media-type-case/upper": ("TEXT/XML; charset=utf-8", f'"{ACTION}"', Expect.ACCEPTED),
        "charset-parameter/plain": ("text/xml; charset=utf-8", f'"{ACTION}"', Expect.ACCEPTED),
        "charset-parameter/upper": ("text/xml; charset=UTF-8", f'"{ACTION}"', Expect.ACCEPTED),
        "charset-parameter/quoted": ('text/xml; charset="utf-8"', f'"{ACTION}"', Expect.ACCEPTED),
        "charset-parameter/close": ("text/xml;charset=utf-8", f'"{ACTION}"', Expect.ACCEPTED),
        "charset-parameter/none": ("text/xml", f'"{ACTION}"', Expect.OBSERVE),
        "charset-parameter/latin-1": ("text/xml; charset=iso-8859-1", f'"{ACTION}"', Expect.OBSERVE),
        "unsupported-media-type/unknown": ("application/x-unknown", f'"{ACTION}"', Expect.REFUSED),
        "unsupported-media-type/text-plain": ("text/plain; charset=utf-8", f'"{ACTION}"', Expect.OBSERVE),
        "unsupported-media-type/application-xml": ("application/xml; charset=utf-8", f'"{ACTION}"', Expect.OBSERVE),
        "unsupported-media-type/application-json": ("application/json", f'"{ACTION}"', Expect.OBSERVE),
        "unsupported-media-type/other-version": ("application/soap+xml; charset=utf-8", f'"{ACTION}"', Expect.OBSERVE),
        "unsupported-media-type/none": (None, f'"{ACTION}"', Expect.OBSERVE),
        "method/put": ("text/xml; charset=utf-8", f'"{ACTION}"', Expect.ANY),
        "method/get": (None, None, Expect.OBSERVE),
    },
    "1.2": {
        "request-media-type/documented": ("application/soap+xml; charset=utf-8", None, Expect.ACCEPTED),
        "action-parameter/without": ("application/soap+xml; charset=utf-8", None, Expect.ACCEPTED),
        "action-parameter/with": (f'application/soap+xml; charset=utf-8; action="{ACTION}"', None, Expect.ACCEPTED),
        "action-parameter/wrong": (f'application/soap+xml; charset=utf-8; action="{WRONG}"', None, Expect.OBSERVE),
        "media-type-case/upper": ("APPLICATION/SOAP+XML; charset=utf-8", None, Expect.ACCEPTED),
        "charset-parameter/plain": ("application/soap+xml; charset=utf-8", None, Expect.ACCEPTED),
        "charset-parameter/upper": ("application/soap+xml; charset=UTF-8", None, Expect.ACCEPTED),
        "charset-parameter/quoted": ('application/soap+xml; charset="utf-8"', None, Expect.ACCEPTED),
        "charset-parameter/close": ("application/soap+xml;charset=utf-8", None, Expect.ACCEPTED),
        "charset-parameter/none": ("application/soap+xml", None, Expect.OBSERVE),
        "charset-parameter/latin-1": ("application/soap+xml; charset=iso-8859-1", None, Expect.OBSERVE),
        "unsupported-media-type/unknown": ("application/x-unknown", None, Expect.REFUSED),
        "unsupported-media-type/text-plain": ("text/plain; charset=utf-8", None, Expect.OBSERVE),
        "unsupported-media-type/application-xml": ("application/xml; charset=utf-8", None, Expect.OBSERVE),
        "unsupported-media-type/application-json": ("application/json", None, Expect.OBSERVE),
        "unsupported-media-type/other-version": ("text/xml; charset=utf-8", None, Expect.OBSERVE),
        "unsupported-media-type/none": (None, None, Expect.OBSERVE),
        "method/put": ("application/soap+xml; charset=utf-8", None, Expect.ANY),
        "method/get": (None, None, Expect.OBSERVE),
    },
}
# fmt: on


@pytest.mark.parametrize("version", BOTH)
def test_media_types_and_actions_are_sent_as_they_stand(version):
    sent = {
        slug.removeprefix("http/"): (
            case.request.header("Content-Type"),
            case.request.header("SOAPAction"),
            case.expect,
        )
        for slug, case in CASES[version].items()
        if slug.startswith("http/") and not slug.startswith(("http/malformed-status", "http/no-server-error"))
    }
    assert sent == SENT[version]
    body = CASES[version]["baseline"].request.body
    others = {slug for slug in sent if CASES[version][f"http/{slug}"].request.body != body}
    assert others == {"method/get"}


@pytest.mark.parametrize("version", BOTH)
def test_what_says_the_same_as_the_baseline_is_sent_with_it(version):
    base = CASES[version]["baseline"].request
    same = {slug for slug, case in CASES[version].items() if case.request == base} - {"baseline"}
    expected = {"http/request-media-type/documented", "http/charset-parameter/plain"}
    assert same == expected | ({"http/action-parameter/without"} if version == "1.2" else set())


def test_a_service_without_an_action_gets_none_to_unquote():
    made = cases("1.1", PROSE, values=PROSE.baseline)
    own = {slug for slug in made if "soap-action" in slug}
    assert own == {f"http/request-media-type/soap-action-{slug}" for slug in ("absent", "wrong")}
    assert "http/action-parameter/with" not in cases("1.2", PROSE, values=PROSE.baseline)


def test_an_action_that_is_documented_for_one_version_is_tried_in_the_other():
    encodings = tuple(
        replace(one, action=None) if one.name == "soap-1.2" else one for one in CONTRACT.operation.encodings
    )
    made = cases("1.2", replace(CONTRACT, operation=replace(CONTRACT.operation, encodings=encodings)))
    assert made["http/action-parameter/with"].request.header("Content-Type").endswith(f'; action="{ACTION}"')


@pytest.mark.parametrize("version", BOTH)
def test_elements_that_nobody_knows_are_sent_as_deep_as_parsers_go(version):
    case = CASES[version]["http/no-server-error/nested"]
    root = etree.fromstring(case.request.body)
    deepest = max(root.iter("*"), key=lambda one: len(list(one.iterancestors())))
    assert 200 < len(list(deepest.iterancestors())) < 256
    assert (case.expect, case.change) == (Expect.ANY, None)
    for one in list(root.iter(deepest.tag))[:1]:
        one.getparent().remove(one)
    assert c14n(root) == c14n(etree.fromstring(CASES[version]["baseline"].request.body))


def c14n(root):
    return etree.tostring(root, method="c14n")


@pytest.mark.parametrize("version", BOTH)
def test_methods(version):
    put, get = CASES[version]["http/method/put"], CASES[version]["http/method/get"]
    assert (put.request.method, put.answer, put.rules) == (
        "PUT",
        "method",
        ("envio-correo/http/method", "envio-correo/http/allow"),
    )
    assert (get.request.method, get.kind, get.request.body) == ("GET", "observe", b"")
    assert get.request.url == CASES[version]["baseline"].request.url


# --- all of them ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("service", ["envio-correo", "actualizar-correo"])
@pytest.mark.parametrize("version", BOTH)
def test_every_rule_about_requests_has_a_case_and_every_case_a_rule(service, version):
    contract = {one.service: one for one in (CONTRACT, PROSE)}[service]
    made = list(soap_transport_cases(subject(version, contract, values=contract.baseline)))
    assert len({case.id for case in made}) == len(made)
    rules = all_rules()
    for case in made:
        assert {rule for rule in case.rules if f"soap-{version}" in rules[rule].encodings} == set(case.rules)
        assert case.id.startswith(f"{service}/soap-{version}/{case.rules[0].removeprefix(f'{service}/')}/")
        kind = {Expect.REFUSED: "negative", Expect.OBSERVE: "observe"}.get(case.expect, "http")
        assert case.kind == kind
        about_answers = case.rules == (f"{service}/http/no-server-error",)
        assert bool(case.answer) == (case.expect is Expect.ANY and not about_answers)
    # The others are shown by answers alone, or by what is said of members.
    shown = {"envelope/versions-agree", "envelope/repeated", "http/in-time"}
    due = {f"{row.part}/{row.facet}" for row in (*REQUESTS, *INFERRED) if f"soap-{version}" in row.encodings} - shown
    decided = {
        rule.removeprefix(f"{service}/") for case in made if case.expect is not Expect.OBSERVE for rule in case.rules
    }
    assert due <= decided
    assert decided - due == {"http/request-media-type", "http/allow"}


@given(st.sampled_from(BOTH), st.text(max_size=40), st.sampled_from(["", TOKEN]))
def test_whatever_the_tenant_has_in_a_text_is_spelt_otherwise_and_said_the_same(version, text, header):
    name = words(subject(version))
    made = cases(version, values=CONTRACT.baseline | {name: text}, header=header)
    base = trees(version, CONTRACT, made["baseline"].request.body)[0]
    for slug, case in made.items():
        if slug.startswith("envelope/spelling"):
            assert trees(version, CONTRACT, case.request.body)[0] == base, slug


def test_a_service_of_one_member_has_all_the_cases():
    operation = CONTRACT.operation
    only = Field(name="a", type="int", basis=operation.request.fields[0].basis, citation=operation.citation)
    request = replace(operation.request, fields=(only,), wrappers=())
    contract = replace(CONTRACT, operation=replace(operation, request=request), baseline={"a": 1})
    for version in BOTH:
        made = cases(version, contract, values=contract.baseline)
        missing = set(CASES[version]) - set(made)
        assert {slug.rpartition("/")[2] for slug in missing} == {
            "references",
            "decimal-references",
            "cdata",
            "utf-8",
            "escaped",
        }
