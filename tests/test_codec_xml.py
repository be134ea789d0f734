"""XML in and out: both serializers, values and nothing else, odd spellings told, strange bytes harmless."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from conformance.codecs import Oddity, elements, lexical, xml
from conformance.model import Basis, Citation, Field
from conformance.run.contracts import contracts
from tests.xml_words import NAMESPACE, in_namespace
from tests.xml_words import VALID as LOAN

OPERATION = contracts()["collection-policy"].operation
REQUEST, ANSWER = OPERATION.request, OPERATION.response
LOANS = in_namespace().operation.request
ROOT = REQUEST.root
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
LIST, ITEM = "NotificationSchemaList", "NotificationSchemaModelApi"
ID, NAME = "NotificationSchemaId", "NotificationSchemaName"
GUID = "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9"


def document(inner, root=ROOT, head=""):
    return f"{head}<{root} {XSI}>{inner}</{root}>".encode()


def read(body, charset="", message=REQUEST):
    return xml.decode(message, body, charset)


def tree(inner):
    return read(document(inner)).tree


def text(written):
    """What the name of the policy's sender is, however it is written."""
    return tree(f"<ArMailName>{written}</ArMailName>")["ArMailName"]


# --- writing ----------------------------------------------------------------------------------------------------------

MESSAGE = {
    "Email": "a@b.test",
    LIST: [{NAME: "Uno", ID: GUID}, None, {}],
    "GrantorTaxId": "AAA",
    "UserId": None,
    "AssignSeller": True,
    "MinimumInterest": Decimal("6.10"),
    "MaximumTermDays": 60,
}
WRITTEN = (
    "<?xml version='1.0' encoding='utf-8'?>\n"
    f'<{ROOT} xmlns:xsd="http://www.w3.org/2001/XMLSchema" {XSI}>'
    f"<GrantorTaxId>AAA</GrantorTaxId><{LIST}>"
    f"<{ITEM}><{ID}>{GUID}</{ID}><{NAME}>Uno</{NAME}></{ITEM}>"
    f'<{ITEM} xsi:nil="true"/><{ITEM}/></{LIST}>'
    "<Email>a@b.test</Email><MinimumInterest>6.10</MinimumInterest><MaximumTermDays>60</MaximumTermDays>"
    f'<AssignSeller>true</AssignSeller><UserId xsi:nil="true"/></{ROOT}>'
)


def test_a_message_is_written_in_the_order_of_the_document_without_a_namespace():
    assert xml.encode(REQUEST, MESSAGE).decode() == WRITTEN


def test_it_is_read_back_as_the_same_message():
    decoded = read(xml.encode(REQUEST, MESSAGE))
    assert decoded.tree == MESSAGE
    assert decoded.oddities == ()
    assert decoded.utf8
    assert not decoded.byte_order_mark


def test_a_data_contract_is_written_by_name_in_its_namespace():
    root = etree.fromstring(xml.encode(LOANS, LOAN))
    assert root.tag == f"{{{NAMESPACE}}}LoanModel"
    names = [etree.QName(child).localname for child in root]
    assert names == sorted(LOAN)
    assert {etree.QName(child).namespace for child in root} == {NAMESPACE}
    assert {child.tag for child in root.find(f"{{{NAMESPACE}}}Tags")} == {f"{{{elements.ARRAYS}}}string"}
    assert {child.tag for child in root.find(f"{{{NAMESPACE}}}Copies")} == {f"{{{NAMESPACE}}}CopyModel"}
    decoded = read(xml.encode(LOANS, LOAN), message=LOANS)
    assert decoded.tree == LOAN
    assert decoded.oddities == ()


def test_members_that_the_contract_does_not_know_come_last():
    body = xml.encode(REQUEST, {"Other": "x", "Email": "a", "Deep": {"Er": [1, None, {"Z": True}]}})
    assert body.endswith(
        b"<Email>a</Email><Other>x</Other>"
        b'<Deep><Er><item>1</item><item xsi:nil="true"/><item><Z>true</Z></item></Er></Deep></' + ROOT.encode() + b">"
    )


@pytest.mark.parametrize("name", ["", "a b", "1a", "<a>", "a:b", "ñ", "-a"])
def test_a_member_that_is_no_element_name_is_left_out(name):
    assert xml.encode(REQUEST, {name: "x"}) == xml.encode(REQUEST, {})


# fmt: off
ESCAPED = [
    ("a & b", "a &amp; b"), ("<b>", "&lt;b&gt;"), ("]]>", "]]&gt;"), ("'\"", "'\""), ("ñ", "ñ"), ("a\tb\nc", "a\tb\nc"),
    ("a\r\nb", "a&#13;\nb"), ("\N{GRINNING FACE}", "\N{GRINNING FACE}"), ("\x85\u2028", "\x85\u2028"),
]
# fmt: on


@pytest.mark.parametrize(("value", "written"), ESCAPED)
def test_text_is_escaped_and_comes_back_to_the_letter(value, written):
    body = xml.encode(REQUEST, {"ArMailName": value})
    assert f"<ArMailName>{written}</ArMailName>".encode() in body
    assert read(body).tree == {"ArMailName": value}


@pytest.mark.parametrize("char", ["\x00", "\x08", "\x0b", "\x1f", "\ud800", chr(0xDFFF), "\ufffe", "\uffff"])
def test_a_character_that_no_document_may_hold_is_written_as_its_replacement(char):
    assert read(xml.encode(REQUEST, {"ArMailName": f"a{char}b"})).tree == {"ArMailName": "a\ufffdb"}


@pytest.mark.parametrize("whole", ["text", 5, True])
def test_what_has_no_members_is_the_text_of_the_root(whole):
    assert read(xml.encode(REQUEST, whole)).tree == lexical.text_of(whole)


# --- values -----------------------------------------------------------------------------------------------------------

# fmt: off
VALUES = [
    ("<AssignSeller>true</AssignSeller>", {"AssignSeller": True}),
    ("<AssignSeller>0</AssignSeller>", {"AssignSeller": False}),
    ("<AssignSeller> 1 </AssignSeller>", {"AssignSeller": True}),
    ("<AssignSeller>True</AssignSeller>", {"AssignSeller": "True"}),
    ("<AssignSeller/>", {"AssignSeller": ""}), ("<MaximumTermDays>\n60\n</MaximumTermDays>", {"MaximumTermDays": 60}),
    ("<MaximumTermDays>6.0</MaximumTermDays>", {"MaximumTermDays": "6.0"}),
    ("<MaximumTermDays/>", {"MaximumTermDays": ""}),
    ("<MinimumInterest>6.10</MinimumInterest>", {"MinimumInterest": Decimal("6.10")}),
    ("<MinimumInterest>1e1</MinimumInterest>", {"MinimumInterest": "1e1"}),
    (f"<UserId>\t{GUID} </UserId>", {"UserId": GUID}), ("<UserId/>", {"UserId": ""}),
    ("<ArMailName>  a  b </ArMailName>", {"ArMailName": "  a  b "}), ("<ArMailName/>", {"ArMailName": ""}),
    ('<UserId xsi:nil="true"/>', {"UserId": None}), ('<UserId xsi:nil="1"/>', {"UserId": None}),
    ('<UserId xsi:nil=" true "/>', {"UserId": None}), ('<UserId xsi:nil="false">x</UserId>', {"UserId": "x"}),
    ('<UserId xsi:nil="0"/>', {"UserId": ""}), ('<UserId nil="true"/>', {"UserId": ""}),
    (f'<{LIST} xsi:nil="true"/>', {LIST: None}), ("<ArMailName><b>x</b></ArMailName>", {"ArMailName": {"b": "x"}}),
    ("<ArMailName>a<b>x</b>c</ArMailName>", {"ArMailName": {"b": "x"}}), ("<Other>5</Other>", {"Other": "5"}),
    ("<Other><a/><b><c>1</c></b></Other>", {"Other": {"a": "", "b": {"c": "1"}}}),
    ('<Other xsi:nil="true"/>', {"Other": None}),
]
LISTS = [
    (f"<{LIST}/>", []), (f"<{LIST}>\n  </{LIST}>", []), (f"<{LIST}>abc</{LIST}>", "abc"),
    (f"<{LIST}><{ITEM}/></{LIST}>", [{}]), (f'<{LIST}><{ITEM} xsi:nil="true"/></{LIST}>', [None]),
    (f"<{LIST}><{ITEM}>abc</{ITEM}></{LIST}>", ["abc"]),
    (f"<{LIST}><{ITEM}><{NAME}>a</{NAME}></{ITEM}><{ITEM}><{NAME}>b</{NAME}></{ITEM}></{LIST}>",
     [{NAME: "a"}, {NAME: "b"}]),
    (f"<{LIST}>\n<{ITEM}>\n<{NAME}>a</{NAME}>\n</{ITEM}>\n</{LIST}>", [{NAME: "a"}]),
    (f"<{LIST}>abc<{ITEM}/></{LIST}>", [{}]), (f"<{LIST}>\u00a0</{LIST}>", "\u00a0"),
]
# fmt: on


@pytest.mark.parametrize(("inner", "expected"), [*VALUES, *((inner, {LIST: items}) for inner, items in LISTS)])
def test_elements_are_read_as_the_values_that_they_stand_for(inner, expected):
    found = tree(inner)
    assert found == expected
    assert repr(found) == repr(expected)


def test_items_of_texts_are_texts():
    inner = '<messageDetail><string>5</string><string/><string xsi:nil="true"/></messageDetail>'
    assert read(document(inner, ANSWER.root), message=ANSWER).tree == {"messageDetail": ["5", "", None]}


# fmt: off
TEXTS = [
    ("a&amp;b&lt;c&gt;d&quot;e&apos;", "a&b<c>d\"e'"), ("&#241;&#xF1;&#xf1;", "ñññ"),
    ("&#x1F600;", "\N{GRINNING FACE}"),
    ("<![CDATA[<b>&amp;]]>", "<b>&amp;"), ("a<![CDATA[b]]>c", "abc"), ("<![CDATA[]]>", ""),
    ("<![CDATA[a]]><![CDATA[b]]>", "ab"), ("a<!-- no -->b", "ab"), ("a<?no no?>b", "ab"), ("<!-- only -->", ""),
    ("a\r\nb\rc", "a\nb\nc"), ("a&#13;&#10;b", "a\r\nb"), ("\u00a0", "\u00a0"), ("&#x85;", "\x85"),
]
# fmt: on


@pytest.mark.parametrize(("written", "expected"), TEXTS)
def test_a_text_is_the_same_however_it_is_written(written, expected):
    assert text(written) == expected


@pytest.mark.parametrize("head", ["<!-- policy -->", "<?policy run?>", "\n", "<?xml version='1.0'?><!-- a -->\n"])
def test_comments_and_instructions_around_the_document_mean_nothing(head):
    decoded = read(document("<Email>a</Email>", head=head) + b"<!-- end --><?end?>\n")
    assert (decoded.tree, decoded.oddities) == ({"Email": "a"}, ())


def test_attributes_and_types_named_on_the_wire_are_not_looked_at():
    assert tree('<Email a="b" xsi:type="xsd:int" xml:lang="es">a</Email>') == {"Email": "a"}


def test_a_root_without_members_is_a_message_without_members():
    for body in (document(""), document("  \n"), f'<{ROOT} {XSI} xsi:nil="true"/>'.encode()):
        assert read(body).tree == {}
    assert read(document("words")).tree == "words"


# --- odd spellings ----------------------------------------------------------------------------------------------------


def odd(body, message=REQUEST):
    return {(one.kind, one.path, one.expected, one.observed) for one in read(body, message=message).oddities}


NONE, OTHER = "no namespace", "the namespace urn:x"
# fmt: off
ODDITIES = [
    (document("<Email/>", "Other"), {("root", "", ROOT, "Other")}),
    (document("<Email/>", ROOT.lower()), {("root", "", ROOT, ROOT.lower())}),
    (f'<p:{ROOT} xmlns:p="urn:x"/>'.encode(), {("namespace", "", NONE, OTHER)}),
    (document('<Email xmlns="urn:x"/>'), {("namespace", "Email", NONE, OTHER)}),
    (document("<Email/><ArMailName/>"), {("order", "", "ArMailName", "Email")}),
    (document("<Other/><ArMailName/><More/><Email/>"), set()),
    (document("<Email>a</Email><Email>b</Email>"), {("repeated", "Email", "one element", "a second one")}),
    (document("<Other/><Other/><Other/>"), set()),
    (document(f"<{LIST}><Item/><{ITEM}/></{LIST}>"), {("item", LIST, ITEM, "Item")}),
    (document(f'<{LIST}><{ITEM} xmlns="urn:x"/></{LIST}>'), {("namespace", LIST, NONE, OTHER)}),
    (document(f"<{LIST}><{ITEM}><{NAME}/><{ID}/></{ITEM}></{LIST}>"), {("order", LIST, ID, NAME)}),
    (document(f"<{LIST}><{ITEM}><{ID}/><{ID}/></{ITEM}><{ITEM}><{ID}/><{ID}/></{ITEM}></{LIST}>"),
     {("repeated", f"{LIST}/{ID}", "one element", "a second one")}),
    (document("<email/>"), set()), (document('<Other xmlns="urn:x"/>'), set()),
]
# fmt: on


@pytest.mark.parametrize(("body", "expected"), ODDITIES)
def test_what_departs_from_the_documented_form_is_told_once(body, expected):
    assert odd(body) == expected


def test_of_an_element_that_comes_twice_the_first_counts():
    decoded = read(document("<Email>a</Email><Email>b</Email>"))
    assert decoded.tree == {"Email": "a"}
    assert decoded.duplicates == ("Email",)


def test_values_are_read_in_any_namespace_and_under_any_root():
    assert read(b'<a:X xmlns:a="urn:x"><a:MaximumTermDays>60</a:MaximumTermDays></a:X>').tree == {"MaximumTermDays": 60}


def test_a_wrong_namespace_of_everything_is_told_for_each_place_and_costs_no_value():
    body = xml.encode(REQUEST, MESSAGE).replace(f"<{ROOT} ".encode(), f'<{ROOT} xmlns="urn:x" '.encode())
    decoded = read(body)
    assert decoded.tree == MESSAGE
    assert {one.kind for one in decoded.oddities} == {"namespace"}
    assert {one.path for one in decoded.oddities} >= {"", "Email", LIST, f"{LIST}/{ID}"}


def test_a_data_contract_is_expected_in_its_namespaces_and_by_name():
    body = xml.encode(LOANS, LOAN)
    assert odd(body, LOANS) == set()
    bare = body.replace(f'xmlns="{NAMESPACE}"'.encode(), b"")
    assert ("namespace", "", f"the namespace {NAMESPACE}", NONE) in odd(bare, LOANS)
    root = etree.fromstring(body)
    root[:] = list(reversed(root))
    assert {(kind, path) for kind, path, _, _ in odd(etree.tostring(root), LOANS)} == {("order", "")}
    for item in (moved := etree.fromstring(body)).iter(f"{{{elements.ARRAYS}}}string"):
        item.tag = f"{{{NAMESPACE}}}string"
    assert odd(etree.tostring(moved), LOANS) == {
        ("namespace", "Tags", f"the namespace {elements.ARRAYS}", f"the namespace {NAMESPACE}"),
    }


def test_an_oddity_is_a_value():
    (one,) = read(document("<Email/>", "Other")).oddities
    assert one == Oddity(kind="root", path="", expected=ROOT, observed="Other")


LEGAL = st.characters(exclude_categories=["Cs"]).filter(lambda char: not xml.ILLEGAL.match(char))


@given(st.text(LEGAL, max_size=20), st.sampled_from(["utf-8", "utf-16", "us-ascii"]))
def test_any_legal_text_comes_back_to_the_letter_in_any_encoding(value, encoding):
    root = etree.fromstring(xml.encode(REQUEST, {"ArMailName": value}))
    assert read(etree.tostring(root, encoding=encoding, xml_declaration=True)).tree == {"ArMailName": value}


@given(st.text(max_size=20))
def test_any_text_at_all_makes_a_document(value):
    body = xml.encode(REQUEST, {"ArMailName": value, "Other": {"Deep": value}})
    assert read(body).tree["ArMailName"] == xml.ILLEGAL.sub("\ufffd", value)


# --- members of other contracts ---------------------------------------------------------------------------------------


def test_members_of_every_type_are_read():
    cite = Citation(document="x.txt", line=1)

    def member(name, type_name, **more):
        return Field(name=name, type=type_name, basis=Basis.STATED, citation=cite, **more)

    fields = (
        member("Kind", "enum"),
        member("When", "dateTime"),
        member("Rows", "list", item=member("ArrayOfInt", "list", item=member("int", "integer"))),
        member("Inner", "object", fields=(member("Flag", "boolean"),)),
        member("Words", "map", item=member("string", "string")),
    )
    message = replace(REQUEST, fields=fields)
    held = {
        "Kind": "Open",
        "When": "2025-01-31T10:00:00Z",
        "Rows": [[1, 2], [], None],
        "Inner": {"Flag": True},
        "Words": {"a": "b"},
    }
    decoded = read(xml.encode(message, held), message=message)
    assert decoded.tree == held
    assert decoded.oddities == ()
