"""The second opinion on SOAP messages: it says of values what codec and libxml2 say, and never stumbles."""

from __future__ import annotations

from copy import deepcopy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from conformance.codecs import soap
from conformance.codecs.elements import NIL
from conformance.documents import contract_of
from conformance.emit.assumed import assumed
from conformance.emit.wsdl import schema_files
from conformance.judge.soap_opinion import SoapOpinion
from tests.asmx_pages import sheets
from tests.asmx_text import text_of
from tests.documents_at_hand import committed
from tests.synthetic_pages import page

MAIL = committed()["envio-correo"]
LIST = assumed(committed()["actualizar-correo"])
CONTRACTS = {contract.service: contract for contract in (MAIL, LIST)}
OPINIONS = {contract.service: SoapOpinion(contract) for contract in (MAIL, LIST)}
LIBXML = {
    contract.service: etree.XMLSchema(etree.fromstring(next(iter(schema_files(contract).values())).encode()))
    for contract in (MAIL, LIST)
}
PARTS = ("request", "response")

# fmt: off
NUMBERS = (
    "", "0", "-0", "+7", " 7 ", "007", "1.5", "1.", ".5", ".", "abc", "1e1", "1_0", "5 5", "0x5", "INF", "+-5",
    "--1", "2147483647", "2147483648", "-2147483648", "-2147483649", "\n7\t", "1,000", "+", "-", "9" * 5000,
    "0" * 5000 + "1", "0" * 5000 + "9" * 20, "-" + "9" * 1200, "٦", "१", "\u00a05", "1\u2003", "\u20037",
    "5\u200b",
)
BOOLEANS = (
    "true", "false", "1", "0", " true ", "\ttrue\n", "TRUE", "True", "yes", "", "2", "01", "t rue",
    "\u00a0true",
)
INSTANTS = (
    "2025-01-31T00:00:00", "2025-01-31", "00:00:00", "31/01/2025", "2025-02-30T00:00:00", "2024-02-29T00:00:00",
    "2023-02-29T00:00:00", "1900-02-29T00:00:00", "2000-02-29T00:00:00", "2025-01-31T24:00:00", "",
    "2025-01-31T00:00", "2025-01-31T24:00:01", "2025-01-31T24:00:00.0", "2025-01-31T24:00:00.1",
    "2025-01-31T23:59:60", "-0000-01-01T00:00:00", "2025-01-31T23:60:00", "2025-01-31T25:00:00",
    "0000-01-01T00:00:00", "0001-01-01T00:00:00", "-0001-01-01T00:00:00", "-0004-02-29T00:00:00",
    "-0005-02-29T00:00:00", "12025-01-31T00:00:00", "02025-01-31T00:00:00", "10000-02-29T00:00:00",
    "10001-02-29T00:00:00", "99999999996-02-29T00:00:00", "99999999999-02-29T00:00:00", "2025-01-31T00:00:00Z",
    "2025-01-31T00:00:00z", "2025-01-31T00:00:00+14:00", "2025-01-31T00:00:00+14:01",
    "2025-01-31T00:00:00-14:00", "2025-01-31T00:00:00+15:00", "2025-01-31T00:00:00+5:00",
    "2025-01-31T00:00:00+0500", "2025-01-31T00:00:00.123456789", "2025-01-31T00:00:00.", "2025-01-31 00:00:00",
    "2025-1-31T00:00:00", "+2025-01-31T00:00:00", " 2025-01-31T00:00:00 ", "2025-13-01T00:00:00",
    "2025-00-01T00:00:00", "2025-01-00T00:00:00", "2025-04-31T00:00:00", "2025-01-31T00:00:00 Z",
    "٢٠٢٥-01-31T00:00:00", "2025-01-31t00:00:00", "2025-01-31T00:00:00,5", "2025-01-31T00:00:00+13:60", "hoy",
)
BYTES = (
    "", "AAAA", "AAA=", "AA==", "A===", "AAA", "AA", "A", "AAAAA", "AB==", "AAB=", "AQ==", "A A A A", " AAAA ",
    "A  A", "AA\nAA", "AA = =", "AA= =", "AA==AA==", "AAAA=", "AAAA====", "=", "AA-_", "AA+/", "AA\u00a0AA",
    "ÁAAA", "Ah==", "A=A=",
)
# fmt: on
EDGES = {
    "int": NUMBERS,
    "integer": NUMBERS,
    "decimal": NUMBERS,
    "boolean": BOOLEANS,
    "dateTime": INSTANTS,
    "base64Binary": BYTES,
    "guid": (
        "",
        "1" * 32,
        "1" * 8 + "-1111-1111-1111-" + "a" * 12,
        "{" + "1" * 32 + "}",
        "g" * 32,
        "\u00a0" + "1" * 32,
    ),
    "string": ("", "a <b> & c", "ñ", "  ", "7"),
}
LIBXML_DIFFERS = {" 2025-01-31T00:00:00 ", "AA\u00a0AA"}
"""What libxml2 reads in a way of its own: it collapses no white space in a dateTime, and in bytes as base64 it skips
characters outside of the alphabet."""


# --- one value --------------------------------------------------------------------------------------------------------


def filled(fields):
    """A tree with every member; values are texts, two items a list."""
    good = {"int": "7", "boolean": "true", "dateTime": "2025-01-31T00:00:00", "base64Binary": "QUJD"}
    made = {}
    for member in fields:
        item = member.item
        if member.type == "list" and item is not None:
            made[member.name] = [filled(item.fields) if item.fields else good.get(item.type, "a")] * 2
        elif member.choices:
            made[member.name] = member.choices[0].name
        else:
            made[member.name] = filled(member.fields) if member.fields else good.get(member.type, "a")
    return made


def leaves(fields, path=()):
    for member in fields:
        here = (*path, member)
        inner = member.fields or (member.item.fields if member.item is not None else ())
        if inner:
            yield from leaves(inner, here)
        elif member.item is None and member.type in EDGES:
            yield here


def with_value(tree, steps, value):
    """The tree with another value at a place; of a list only the last item changes."""
    made = deepcopy(tree)
    held = made
    for member in steps[:-1]:
        held = held[member.name]
        held = held[-1] if isinstance(held, list) else held
    held[steps[-1].name] = value
    return made


def every_edge():
    for contract in (MAIL, LIST):
        for part in PARTS:
            message = getattr(contract.operation, part)
            seen = set()
            for steps in leaves(message.fields):
                kind = steps[-1].type
                if kind in seen and kind == "string":
                    continue
                seen.add(kind)
                name = "/".join(member.name for member in steps)
                yield pytest.param(contract, part, steps, id=f"{contract.service}/{part}/{name}")


@pytest.mark.parametrize(("contract", "part", "steps"), list(every_edge()))
def test_codec_opinion_and_libxml2_agree_on_every_edge_of_the_type(contract, part, steps):
    message = getattr(contract.operation, part)
    path = "/".join(member.name for member in steps)
    for text in EDGES[steps[-1].type]:
        root = sent(soap.payload(message, with_value(filled(message.fields), steps, text)))
        found = said(contract, part, root)
        assert found == read(contract, part, root), repr(text[:40])
        assert found <= {path}
        if text not in LIBXML_DIFFERS:
            schema = LIBXML[contract.service]
            assert schema.validate(root) is not bool(found), (repr(text[:40]), schema.error_log)


def sent(root):
    """The element as it comes over a wire."""
    parser = etree.XMLParser(remove_comments=True, remove_pis=True, huge_tree=True)
    return etree.fromstring(etree.tostring(root, encoding="utf-8"), parser)


def said(contract, part, root):
    """The paths of which the opinion says that their values are broken."""
    opinion = OPINIONS.get(contract.service) or SoapOpinion(contract)
    rules = opinion.of_request(root) if part == "request" else opinion.of_response(root)
    return {rule.split("/", 2)[2].rpartition("/")[0] for rule in rules}


def read(contract, part, root):
    """The same as the codec reads them: texts outside of their type, and texts in place of members."""
    message = getattr(contract.operation, part)
    envelope, body = soap.enveloped("1.1")
    body.append(deepcopy(root))
    decoded = soap.decode(message, etree.tostring(envelope, encoding="utf-8"))
    texts = {oddity.path for oddity in decoded.oddities if oddity.kind == "lexical"}
    return texts | set(without_members(message.fields, decoded.tree, ""))


def without_members(fields, tree, path):
    if not isinstance(tree, dict):
        return
    for member in fields:
        value = tree.get(member.name)
        here = f"{path}/{member.name}" if path else member.name
        for one in value if isinstance(value, list) else [value]:
            yield from _without(member.item if isinstance(value, list) and member.item else member, one, here)


def _without(member, value, path):
    inner = [one for one in member.fields if one.name == "#any"]
    if isinstance(value, str) and (member.type == "list" or (member.fields and not inner)):
        yield path
    elif isinstance(value, list) and member.item is not None:
        for one in value:
            yield from _without(member.item, one, path)
    else:
        yield from without_members(member.fields, value, path)


# --- any answer -------------------------------------------------------------------------------------------------------

TEXTS = st.sampled_from(sorted({text for texts in EDGES.values() for text in texts if len(text) < 100}))
CHILD = st.sampled_from(("<b/>", "<b>7</b>", "<!-- c -->7", "<![CDATA[7]]>", "text<b/>", "\u00a0"))


@st.composite
def messages(draw):
    """A message with values and structure changed at random places."""
    service, part = draw(st.sampled_from(sorted(CONTRACTS))), draw(st.sampled_from(PARTS))
    message = getattr(CONTRACTS[service].operation, part)
    root = sent(soap.payload(message, filled(message.fields)))
    for _ in range(draw(st.integers(1, 5))):
        every = list(root.iter(etree.Element))[1:]
        if not every:
            break
        one = draw(st.sampled_from(every))
        match draw(st.sampled_from(("text", "text", "text", "child", "nil", "drop", "twice", "move", "space", "name"))):
            case "text":
                for inner in list(one):
                    one.remove(inner)
                one.text = draw(TEXTS)
            case "child":
                held = etree.fromstring(f"<a>{draw(CHILD)}</a>")
                one.text = held.text
                one.extend(list(held))
            case "nil":
                one.set(NIL, draw(st.sampled_from(("true", "1", " true ", "false"))))
            case "drop":
                one.getparent().remove(one)
            case "twice":
                one.addnext(deepcopy(one))
            case "move":
                one.getparent().append(one)
            case "space":
                one.tag = etree.QName(draw(st.sampled_from(("urn:x", None))), etree.QName(one).localname).text
            case "name":
                one.tag = etree.QName(etree.QName(one).namespace, draw(st.sampled_from(("other", "IsValid")))).text
    return service, part, etree.tostring(root, encoding="utf-8")


@given(messages())
def test_the_opinion_on_any_message_is_that_of_the_codec(drawn):
    service, part, came = drawn
    contract, root = CONTRACTS[service], sent(etree.fromstring(came))
    found = said(contract, part, root)
    assert found == read(contract, part, root)
    every = leaves(getattr(contract.operation, part).fields)
    lenient = {"/".join(one.name for one in steps) for steps in every if steps[-1].type == "base64Binary"}
    if found - lenient:
        assert not LIBXML[service].validate(root)


@pytest.mark.parametrize("tag", ["other", "{urn:x}Fault", "{http://schemas.xmlsoap.org/soap/envelope/}Fault"])
def test_of_what_is_no_such_message_nothing_is_said(tag):
    root = etree.Element(tag)
    etree.SubElement(root, "IsValid").text = "quizás"
    assert SoapOpinion(MAIL).of_response(root) == frozenset()
    assert SoapOpinion(MAIL).of_request(root) == frozenset()


def test_rules_are_named_with_service_and_part():
    response, request = MAIL.operation.response, MAIL.operation.request
    steps = next(one for one in leaves(response.fields) if one[-1].type == "boolean")
    path = "/".join(member.name for member in steps)
    root = soap.payload(response, with_value(filled(response.fields), steps, "quizás"))
    assert SoapOpinion(MAIL).of_response(root) == {f"envio-correo/response/{path}/type"}
    root = soap.payload(request, filled(request.fields) | {"CodigoEmpresa": "1.5"})
    assert SoapOpinion(MAIL).of_request(root) == {"envio-correo/request/CodigoEmpresa/type"}


# --- any service ------------------------------------------------------------------------------------------------------


def trees(fields):
    """Values of any kind in the places of members."""
    return st.fixed_dictionaries({}, optional={member.name: values(member) for member in fields})


def values(member):
    edges = st.sampled_from(EDGES.get(member.type, EDGES["string"]))
    if member.name[0] in "@#":
        return edges
    if member.type == "list" and member.item is not None:
        several = st.lists(values(member.item), max_size=2)
        flat = member.occurs is not None and member.occurs[1] is None
        return several if flat else several | st.none() | TEXTS
    if member.fields:
        return trees(member.fields) | st.none() | TEXTS
    named = st.sampled_from([choice.name for choice in member.choices]) if member.choices else edges
    return st.one_of(named, named, TEXTS, st.none())


@settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    max_examples=max(15, settings().max_examples // 5),
)
@given(st.data(), sheets())
def test_the_opinion_agrees_on_the_messages_of_any_page(data, sheet):
    contract = contract_of(page(text_of(sheet)))
    for part in PARTS:
        message = getattr(contract.operation, part)
        if not sheet.soap or not message.root:
            continue
        root = sent(soap.payload(message, data.draw(trees(message.fields), label=part)))
        assert said(contract, part, root) == read(contract, part, root)
