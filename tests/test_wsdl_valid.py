"""Answers held against the WSDL that the target publishes."""

from __future__ import annotations

import pytest
from lxml import etree

from conformance.patterns import linear
from conformance.wsdl.errors import Untold
from conformance.wsdl.valid import MOST, Validator
from tests.wsdl_shapes import Sheet, text_of
from tests.wsdl_support import bound, from_file, from_text, sent

SPACE = "http://tempuri.example/"
DATA = "http://schemas.datacontract.example/Notifications"
NAME = "ActualizarCorreoClienteListaDocumentos"


def answer(inside, name=f"{NAME}Response", space=SPACE):
    return etree.fromstring(f'<{name} xmlns="{space}" xmlns:d="{DATA}">{inside}</{name}>')


RESULT = f"<{NAME}Result>{{}}</{NAME}Result>"
GOOD = RESULT.format("<d:Success>true</d:Success><d:Messages><d:string>x</d:string></d:Messages>")


def problems(child, version="1.1", name="wcf.wsdl", **told):
    made = bound(from_file(name), **told)
    return Validator(made.description).problems(child, version)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize(
    "inside",
    [
        GOOD,
        "",
        RESULT.format("<d:Success> 1 </d:Success>"),
        "<!-- words -->" + GOOD,
        GOOD.replace("x<", "<![CDATA[<]]><"),
    ],
)
def test_an_answer_of_the_operation_is_valid(inside, version):
    assert problems(answer(inside), version) == ()


def test_an_element_that_says_it_is_nil_is_valid_where_it_may_be():
    nil = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"'
    assert problems(answer(f"<{NAME}Result {nil}/>")) == ()
    assert problems(answer(RESULT.format(f"<d:Success {nil}/>"))) != ()


@pytest.mark.parametrize(
    ("child", "why"),
    [
        (None, f"the WSDL wants {NAME}Response in {SPACE} in the Body, which is empty"),
        (answer(GOOD, name="Otra"), "there is Otra in http://tempuri.example/"),
        (answer(GOOD, space="urn:otro"), f"there is {NAME}Response in urn:otro"),
        (etree.fromstring("<Nada/>"), "there is Nada in no namespace"),
        (answer(RESULT.format("<d:Success>si</d:Success>")), "si"),
        (answer(RESULT.format("<d:success>true</d:success>")), "success"),
        (answer(RESULT.format("<Success>true</Success>")), "Success"),
        (answer(RESULT.format("")), "Success"),
        (answer(RESULT.format("<d:Messages/><d:Success>true</d:Success>")), "Messages"),
        (answer(GOOD + GOOD), "Result"),
        (answer(GOOD + "<Mas/>"), "Mas"),
        (answer("words"), "character data|text"),
    ],
)  # fmt: skip
def test_another_answer_is_not_and_says_why(child, why):
    found = problems(child)
    assert 0 < len(found) <= MOST
    assert any(part in "\n".join(found) for part in why.split("|"))
    assert not any("\n" in line for line in found)


def test_no_more_than_five_reasons_are_told():
    wrong = RESULT.format("<d:Success>si</d:Success>" + "<d:Messages><d:x/></d:Messages>" * 9)
    assert len(problems(answer(wrong))) <= MOST


RPC = (
    '<r:actualizarCorreoClienteListaDocumentosResponse xmlns:r="urn:correos:rpc" xmlns:t="urn:correos:tipos">{}'
    "</r:actualizarCorreoClienteListaDocumentosResponse>"
)
PART = "<respuesta><t:codigo>{}</t:codigo></respuesta>"


@pytest.mark.parametrize(
    ("inside", "why"),
    [
        (PART.format("0") + "<mensaje>listo</mensaje>", ""),
        (PART.format("cero") + "<mensaje>listo</mensaje>", "cero"),
        (
            PART.format("0"),
            "must hold respuesta in no namespace, mensaje in no namespace, and it holds respuesta in no",
        ),
        ("<mensaje/>" + PART.format("0"), "must hold respuesta"),
        ("<t:respuesta><t:codigo>0</t:codigo></t:respuesta><mensaje/>", "it holds respuesta in urn:correos:tipos"),
        (PART.format("0") + "<mensaje><x/></mensaje>", "mensaje must hold text, and it holds elements"),
        ("", "it holds nothing"),
    ],
)
def test_the_parts_of_an_rpc_answer_are_held_to_their_types(inside, why):
    found = problems(etree.fromstring(RPC.format(inside)), name="rpc.wsdl")
    assert (why in "\n".join(found)) if why else found == ()


def test_a_request_can_be_held_against_the_wsdl_too():
    made = bound(from_file("wcf.wsdl"))
    child = sent(made, "1.1")
    validator = Validator(made.description)
    assert validator.request_problems(child, "1.1") == ()
    child[0][0].tag = f"{{{DATA}}}Otra"
    assert validator.request_problems(child, "1.1") != ()


def test_the_detail_of_a_fault_is_held_to_its_declaration_where_there_is_one():
    validator = Validator(bound(from_file("wcf.wsdl")).description)
    assert validator.fault_problems(etree.fromstring("<x:Falla xmlns:x='urn:x'/>")) == ()
    good = f"<PingResponse xmlns='{SPACE}'><PingResult>x</PingResult></PingResponse>"
    assert validator.fault_problems(etree.fromstring(good)) == ()
    assert validator.fault_problems(etree.fromstring(good.replace("PingResult", "Otro"))) != ()


def test_an_operation_without_an_answer_wants_an_empty_body():
    made = bound(from_text(text_of(Sheet()).replace('<output message="t:Out"/>', "")))
    assert made.contract.operation.one_way
    validator = Validator(made.description)
    assert validator.problems(None, "1.1") == ()
    assert validator.problems(answer(GOOD), "1.1") == (
        f"the WSDL wants an empty Body, and there is {NAME}Response in {SPACE}",
    )


SHEET = text_of(Sheet())
RETURNED = '<xs:element name="return" type="xs:string" minOccurs="0"/>'


def returned(pattern, text):
    """What is said of an answer whose text must have the pattern."""
    kind = f'<xs:restriction base="xs:string"><xs:pattern value="{pattern}"/></xs:restriction>'
    held = f'<xs:element name="return"><xs:simpleType>{kind}</xs:simpleType></xs:element>'
    assert RETURNED in SHEET
    made = bound(from_text(SHEET.replace(RETURNED, held)))
    child = f'<d:actualizarCorreoClienteListaDocumentosResponse xmlns:d="http://formas.example/ws">{text}'
    return Validator(made.description).problems(
        etree.fromstring(f"{child}</d:actualizarCorreoClienteListaDocumentosResponse>"), "1.1"
    )


LARGE = "(a{0,1000}){0,1000}b"
DEAR = r"(\w{0,90}){0,90}x"


@pytest.mark.parametrize(
    ("pattern", "text", "why"),
    [
        (LARGE, "aab", r"the pattern '.*' is not held against any text: repetitions that come to more than"),
        ("[(", "aab", "is not held against any text: not a regular expression"),
        (DEAR, "a" * 20_000, "is not held against a text of 20000 characters: it takes too long"),
    ],
)
def test_a_text_that_is_not_held_against_its_pattern_is_no_valid_one(pattern, text, why, monkeypatch):
    monkeypatch.setattr(linear, "MOST_WORK", 10_000)
    with pytest.raises(Untold, match=why):
        returned(pattern, f"<return>{text}</return>")


@pytest.mark.parametrize(("text", "valid"), [("aax", True), ("aa", False)])
def test_a_pattern_that_is_dear_for_long_texts_is_held_against_short_ones(text, valid):
    assert (returned(DEAR, f"<return>{text}</return>") == ()) is valid


def test_what_is_wrong_beside_a_pattern_that_is_too_much_is_told():
    (found,) = returned(LARGE, "<return>aab</return><mas/>")
    assert "mas" in found
