"""What an ASMX help page can print, feature by feature, on small pages in one place each."""

from __future__ import annotations

from decimal import Decimal

import pytest

from conformance.documents import contract_of
from conformance.documents.asmx import recognises
from conformance.documents.asmx.tree import Source, read_xml
from conformance.documents.ledger import members
from conformance.errors import ConformanceError
from conformance.model import Basis, Contract, Field
from tests.synthetic_pages import ASMX, line_of, page

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
ANSWER = '<CountResponse xmlns="urn:orchard"><CountResult>int</CountResult></CountResponse>'


def envelope(body: str, header: str = "", attributes: str = "") -> str:
    head = f"<soap:Header>\n{header}\n</soap:Header>\n" if header else ""
    names = f'xmlns:soap="{SOAP}" xmlns:xsi="{XSI}" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
    return f"<soap:Envelope {names}>\n{head}<soap:Body{attributes}>\n{body}\n</soap:Body>\n</soap:Envelope>"


def soap(request: str, answer: str = ANSWER, *, header: str = "", answer_header: str = "", attributes: str = "") -> str:
    """A page with SOAP 1.1 alone; the request is what stands in its root."""
    asked = envelope(f'<Count xmlns="urn:orchard">\n{request}\n</Count>', header, attributes)
    return f"""Count
POST /Orchard.asmx HTTP/1.1
Host: orchard.example
Content-Type: text/xml; charset=utf-8
Content-Length: length
SOAPAction: "urn:orchard/Count"

{asked}
HTTP/1.1 200 OK
Content-Type: text/xml; charset=utf-8
Content-Length: length

{envelope(answer, answer_header)}
"""


def read(text: str) -> Contract:
    return contract_of(page(text))


def asked(request: str) -> dict[str, Field]:
    """The members of a request by path."""
    return dict(members(read(soap(request)).operation.request.fields))


def refused(text: str) -> str:
    with pytest.raises(ConformanceError) as caught:
        read(text)
    return str(caught.value)


# --- types ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "kind", "occurs", "bounds"),
    [
        ("unsignedByte", "int", (1, 1), (0, 255)),
        ("short", "int", (1, 1), (-32768, 32767)),
        ("unsignedLong", "integer", (1, 1), (0, 18446744073709551615)),
        ("char", "int", (1, 1), (0, 65535)),
        ("double", "decimal", (1, 1), None),
        ("date", "string", (1, 1), None),
        ("duration", "string", (0, 1), None),
        ("hexBinary", "string", (0, 1), None),
    ],
)
def test_a_word_that_says_more_than_its_type_is_kept_with_its_bounds(word, kind, occurs, bounds):
    held = asked(f"<Age>{word}</Age>")["Age"]
    assert (held.type, held.occurs, held.constraint("data-type").text) == (kind, occurs, word)
    stated = held.constraint("range")
    assert (stated is not None) == (bounds is not None)
    if bounds is not None:
        assert (stated.minimum, stated.maximum) == (Decimal(bounds[0]), Decimal(bounds[1]))
        assert (stated.basis, stated.citation.standard) == (Basis.STANDARD, "XML Schema Part 2")


def test_a_qualified_name_is_printed_with_a_prefix_of_its_own():
    held = asked('<Kind xmlns:q1="urn:sample">q1:QName</Kind>')["Kind"]
    assert (held.type, held.constraint("data-type").text) == ("string", "QName")


def test_choices_stand_with_or_between_them():
    held = asked("<Hue>Red or Light Green or Blue</Hue>")["Hue"]
    assert (held.type, held.type_basis, held.occurs) == ("enum", Basis.STATED, (1, 1))
    assert [choice.name for choice in held.choices] == ["Red", "Light Green", "Blue"]


def test_a_single_unknown_word_is_an_only_choice_and_an_erratum():
    contract = read(soap("<Hue>Red</Hue>"))
    (held,) = contract.operation.request.fields
    assert (held.type, held.type_basis, [choice.name for choice in held.choices]) == ("enum", Basis.INFERRED, ["Red"])
    assert "one-choice-hue" in [erratum.id for erratum in contract.errata]


@pytest.mark.parametrize(
    ("content", "kind", "basis"),
    [
        ("<Any>xml</Any>", "open", Basis.STATED),
        ("<Any>xmlxml</Any>", "open", Basis.STATED),
        ("<Any>dataset</Any>", "open", Basis.STATED),
        ("<Any>\n<xsd:schema>schema</xsd:schema>xml\n</Any>", "open", Basis.STATED),
        ('<Any xsi:type="type" />', "open", Basis.INFERRED),
        ('<Any xsi:nil="true" />', "open", Basis.INFERRED),
        ("<Any />", "empty", Basis.STATED),
    ],
)
def test_content_of_any_kind(content, kind, basis):
    held = asked(f"<Age>int</Age>{content}")["Any"]
    assert (held.type, held.type_basis, held.occurs) == (kind, basis, (0, 1))


def test_a_list_of_objects_of_no_type_is_open_item_by_item():
    held = asked("<All><anyType /><anyType /></All><Age>int</Age>")["All"]
    assert (held.type, held.item.name, held.item.type) == ("list", "anyType", "open")


def test_what_has_attributes_is_never_left_open():
    held = asked('<anyType id="int" /><Age>int</Age>')
    assert (held["anyType"].type, held["anyType/@id"].type) == ("object", "int")


# --- lists ------------------------------------------------------------------------------------------------------------


def test_a_list_without_an_element_of_its_own_keeps_its_name():
    held = asked("<Age>int</Age><Row><Tree>string</Tree></Row><Row><Tree>string</Tree></Row>")
    row = held["Row"]
    assert (row.type, row.occurs, row.item.name, row.item.occurs) == ("list", (0, None), "Row", (0, None))
    assert held["Row/Tree"].type == "string"


def test_a_list_in_an_element_is_another_matter_even_under_one_name():
    row = asked("<Age>int</Age><Row><Row>int</Row><Row>int</Row></Row>")["Row"]
    assert (row.type, row.occurs, row.item.name, row.item.type) == ("list", (0, 1), "Row", "int")


def test_lists_of_lists_are_read_to_the_end():
    grid = asked("<Age>int</Age><Grid>" + "<Row><n>int</n><n>int</n></Row>" * 2 + "</Grid>")["Grid"]
    assert (grid.item.name, grid.item.type, grid.item.item.name, grid.item.item.type) == ("Row", "list", "n", "int")


def test_items_that_are_printed_differently_are_refused_where_the_second_stands():
    text = soap("<Age>int</Age>\n<Row>int</Row>\n<Row>string</Row>")
    line = line_of(text, "<Row>string")
    assert refused(text) == f"page.txt, line {line}: Row is printed again here, but not as before; items are alike"


# --- attributes, text, namespaces -------------------------------------------------------------------------------------


def test_attributes_and_the_text_beside_them_are_members():
    held = asked('<Price currency="string" scale="int">decimal</Price><Age>int</Age>')
    assert held["Price"].type == "object"
    assert [(inner.name, inner.type, inner.occurs) for inner in held["Price"].fields] == [
        ("@currency", "string", (0, 1)),
        ("@scale", "int", (1, 1)),
        ("#text", "decimal", (1, 1)),
    ]


def test_attributes_without_content_are_an_erratum_since_text_may_be_hidden():
    errata = {held.id: held for held in read(soap('<Price currency="string" /><Age>int</Age>')).errata}
    assert errata["attributes-only-price"].statement.startswith("Price is printed with attributes and without content")


def test_attributes_of_the_envelope_are_not_those_of_the_service():
    text = soap("<Age>int</Age>", header='<Key xmlns="urn:orchard" soap:mustUnderstand="1"><Name>string</Name></Key>')
    (key,) = read(text).operation.request.headers
    assert [inner.name for inner in key.fields] == ["Name"]


def test_a_namespace_is_told_where_it_changes():
    held = asked(
        '<Age xmlns="">int</Age><Row xmlns="urn:rows"><Tree>string</Tree><Bud xmlns="urn:buds">int</Bud></Row>'
    )
    assert {path: member.namespace for path, member in held.items()} == {
        "Age": "",
        "Row": "urn:rows",
        "Row/Tree": None,
        "Row/Bud": "urn:buds",
    }


def test_an_element_with_content_and_a_wildcard_holds_both():
    held = asked("<Age>int</Age><Row><Tree>string</Tree>xml</Row>")
    assert [(inner.name, inner.type, inner.occurs) for inner in held["Row"].fields] == [
        ("Tree", "string", (0, 1)),
        ("#any", "open", (0, None)),
    ]


@pytest.mark.parametrize(
    ("request_content", "names"),
    [
        ("<Row><Tree>string</Tree><Age>int</Age></Row>", ["Tree", "Age"]),
        ('<Row id="int"><Tree>string</Tree></Row>', ["Row"]),
        ('<Row xmlns="urn:rows"><Tree>string</Tree></Row>', ["Row"]),
        ("<Row><Tree>string</Tree></Row>xml", ["Row", "#any"]),
        ("<Row><Tree>string</Tree><Tree>string</Tree></Row>", ["Row"]),
        ("<Row><xsd:schema>schema</xsd:schema>xml</Row>", ["Row"]),
    ],
)
def test_an_element_wraps_only_where_nothing_of_it_would_be_lost(request_content, names):
    request = read(soap(request_content)).operation.request
    assert [held.name for held in request.fields] == names
    assert request.wrappers == (("Row",) if names == ["Tree", "Age"] else ())


# --- depth ------------------------------------------------------------------------------------------------------------


def test_a_name_that_is_cut_off_in_several_places_is_one_erratum():
    nil = '<Bud xsi:nil="true" />'
    answer = f'<CountResponse xmlns="urn:orchard"><CountResult><A>{nil}</A><B>{nil}</B></CountResult></CountResponse>'
    text = soap(f"<Row><Tree>\n{nil}\n</Tree><Age>int</Age></Row>", answer)
    contract = read(text)
    (cut,) = [held for held in contract.errata if held.id.startswith("cut-off")]
    first, second = line_of(text, "<Bud"), line_of(text, "<Bud", 2)
    assert cut.line == first
    assert cut.statement.startswith(f"Bud in Tree, A and B is printed as nil on lines {first} and {second}:")
    assert dict(members(contract.operation.request.fields))["Tree/Bud"].type == "open"


def test_what_is_cut_off_in_every_item_of_a_list_is_told_of_the_first():
    text = soap("<Age>int</Age><Rows>" + '<Row>\n<Bud xsi:nil="true" />\n<Leaf>int</Leaf></Row>' * 2 + "</Rows>")
    (cut,) = [held for held in read(text).errata if held.id.startswith("cut-off")]
    assert cut.statement.startswith(f"Bud in Rows is printed as nil on line {line_of(text, '<Bud')}:")


def test_two_attributes_of_one_name_are_refused():
    text = soap('<Row id="int" q:id="int" xmlns:q="urn:q" /><Age>int</Age>')
    line = line_of(text, "<Row")
    assert refused(text) == f"page.txt, line {line}: Row has two attributes of one name; they cannot be told apart"


# --- messages ---------------------------------------------------------------------------------------------------------


def test_headers_of_request_and_answer_stand_beside_the_members():
    key = '<Key xmlns="urn:orchard">\n<Name>string</Name>\n<Until>dateTime</Until>\n</Key>'
    text = soap("<Age>int</Age>", header=key, answer_header='<Trace xmlns="urn:trace">\n<Id>guid</Id>\n</Trace>')
    contract = read(text)
    request, answer = contract.operation.request, contract.operation.response
    assert [held.name for held in request.fields] == ["Age"]
    assert [(path, held.type) for path, held in members(request.headers)] == [
        ("Key", "object"),
        ("Key/Name", "string"),
        ("Key/Until", "dateTime"),
    ]
    assert (answer.headers[0].name, answer.headers[0].namespace) == ("Trace", "urn:trace")
    ledger = {entry.line: entry for entry in contract.ledger}
    assert ledger[line_of(text, "<Name>")].facts == ("request/header/Key/Name", "request/header/Key/Name/type")
    assert "response/header/Trace/Id" in ledger[line_of(text, "<Id>")].facts
    assert ledger[line_of(text, "<soap:Header>")].reason == "the header of an envelope"


def test_a_one_way_operation_has_an_answer_without_a_message():
    text = soap("<Age>int</Age>").split("HTTP/1.1 200")[0] + "HTTP/1.1 202 Accepted\nNothing more is said.\n"
    operation = read(text).operation
    assert (operation.one_way, operation.response.root, operation.response.fields) == (True, "", ())
    assert operation.response.citation.line == line_of(text, "202")
    assert operation.encodings[0].response_media_types == ()


def test_a_method_without_parameters_that_returns_nothing():
    text = soap("", '<CountResponse xmlns="urn:orchard" />').replace(
        '<Count xmlns="urn:orchard">\n\n</Count>', '<Count xmlns="urn:orchard" />'
    )
    operation = read(text).operation
    assert (operation.name, operation.request.fields, operation.request.wrappers) == ("Count", (), ())
    assert (operation.one_way, operation.response.root, operation.response.fields) == (False, "CountResponse", ())


def test_a_body_without_an_element_may_hold_anything():
    (held,) = read(soap("<Age>int</Age>", "xml")).operation.response.fields
    assert (held.name, held.type, held.occurs) == ("#any", "open", (0, None))


def test_a_root_that_is_itself_a_value():
    answer = read(soap("<Age>int</Age>", '<Total xmlns="urn:orchard">long</Total>')).operation.response
    assert (answer.root, answer.fields[0].name, answer.fields[0].type) == ("Total", "#text", "integer")


def test_soap_1_2_may_name_its_action_in_the_media_type():
    old = "Content-Type: application/soap+xml; charset=utf-8"
    text = ASMX.replace(old, f'{old}; action="urn:parcels/Send"', 1)
    encodings = {held.name: held for held in read(text).operation.encodings}
    assert encodings["soap-1.2"].action == "urn:parcels/Send"
    assert encodings["soap-1.2"].media_types == ("application/soap+xml",)


# --- HTTP GET and POST ------------------------------------------------------------------------------------------------

FORMS = """HTTP GET
GET /Orchard.asmx/Count?age=string&rows=string&rows=string&hue=Hue HTTP/1.1
Host: orchard.example

HTTP/1.1 200 OK
Content-Type: text/xml; charset=utf-8
Content-Length: length

<?xml version="1.0" encoding="utf-8"?>
<int xmlns="urn:orchard">int</int>
HTTP POST
POST /Orchard.asmx/Count HTTP/1.1
Host: orchard.example
Content-Type: application/x-www-form-urlencoded
Content-Length: length

age=string&amp;rows=string&amp;rows=string&amp;hue=Hue
HTTP/1.1 200 OK
Content-Type: text/xml; charset=utf-8
Content-Length: length

<?xml version="1.0"?>
xml
"""


def test_http_parts_are_encodings_with_an_address_and_messages_of_their_own():
    text = soap("<age>int</age>") + FORMS
    contract = read(text)
    first, get, post = contract.operation.encodings
    assert (first.name, first.request, contract.operation.path) == ("soap-1.1", None, "/Orchard.asmx")
    assert (get.name, get.method, get.path, get.media_types) == ("http-get", "GET", "/Orchard.asmx/Count", ())
    assert get.response_media_types == post.response_media_types == ("text/xml",)
    assert (post.name, post.media_types) == ("http-post", ("application/x-www-form-urlencoded",))
    for encoding in (get, post):
        age, rows, hue = encoding.request.fields
        assert (age.name, age.type, rows.type, rows.item.type) == ("age", "string", "list", "string")
        assert (hue.type, hue.type_basis, hue.model, hue.choices) == ("enum", Basis.INFERRED, "Hue", ())
    assert (get.response.root, get.response.namespace, get.response.fields[0].name) == ("int", "urn:orchard", "#text")
    assert (post.response.root, post.response.fields[0].type) == ("", "open")
    assert {"text-in-http-get", "text-in-http-post"} <= {held.id for held in contract.errata}
    ledger = {entry.line: entry.facts for entry in contract.ledger}
    assert "encoding/http-post/request/rows/item" in ledger[line_of(text, "age=string&amp;")]
    assert "encoding/http-get/response/#text" in ledger[line_of(text, "<int ")]


def test_the_soap_parts_give_the_operation_wherever_they_stand():
    operation = read(FORMS + soap("<age>int</age>")).operation
    assert [held.name for held in operation.encodings] == ["soap-1.1", "http-get", "http-post"]
    assert (operation.method, operation.path, operation.request.root) == ("POST", "/Orchard.asmx", "Count")


def test_a_page_with_http_parts_only_describes_the_operation_by_the_first():
    operation = read(FORMS).operation
    assert (operation.name, operation.method, operation.path) == ("Count", "GET", "/Orchard.asmx/Count")
    assert [held.name for held in operation.request.fields] == ["age", "rows", "hue"]
    get, post = operation.encodings
    assert (get.request, get.method, post.method) == (None, "", "POST")


# --- layouts ----------------------------------------------------------------------------------------------------------


def test_a_page_without_line_breaks_gives_the_same_contract():
    text = soap("<Age>int</Age><Row><Tree>string</Tree></Row>")
    one = " ".join(line for line in text.split("\n")[1:] if line)
    many, few = read(text).operation, read(f"Count\n{one}").operation
    assert [path for path, _ in members(few.request.fields)] == [path for path, _ in members(many.request.fields)]
    assert (few.encodings[0].action, few.encodings[0].media_types) == ("urn:orchard/Count", ("text/xml",))
    assert {held.citation.line for held in few.request.fields} == {2}


def test_blank_lines_inside_a_sample_are_blank_in_the_ledger():
    text = soap("<Age>int</Age>\n\n<Row>int</Row>")
    ledger = {entry.line: entry.reason for entry in read(text).ledger}
    assert ledger[line_of(text, "<Row>") - 1] == "blank"
    assert ledger[line_of(text, "</Count>")] == "the end of an element"


def test_the_sentences_of_the_page_may_be_in_any_language():
    text = "Huerto\nHaga clic aquí.\nCount\nPrueba\n" + soap("<Age>int</Age>")
    assert recognises(page(text))
    assert read(text).operation.name == "Count"


@pytest.mark.parametrize(
    ("xml", "rest"),
    [("<a/>", " <b/>"), ("<a></a>", "</pre>"), ("<a x='/>'></a>", ">"), ("<a><b/></a>", "\n<"), ("<a>é</a>", "x>")],
)
def test_a_sample_ends_where_its_root_is_closed(xml, rest):
    _, end = read_xml(Source(page(f"--{xml}{rest}")), 2, len(xml + rest) + 2)
    assert end == len(xml) + 2


# --- what cannot be read ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "at", "reason"),
    [
        ("</soap:Envelope>\nHTTP", "HTTP", "<soap:Envelope", "the XML that begins here does not end"),
        ("<Age>int</Age>", "<Age>&nbsp;</Age>", "<Age>", "the XML sample is broken here: undefined entity"),
        ("<soap:Envelope", "<!DOCTYPE a><soap:Envelope", "<!DOCTYPE", "the XML has a document type here"),
        ("<Age>int</Age>", "<Age>int</Age>two", "<Count ", "Count holds text beside elements: 'two'"),
        ("<soap:Body>", '<soap:Body soap:encodingStyle="x">', "<soap:Body ", "this body is encoded as SOAP's own"),
        ("HTTP/1.1 200 OK", "Nothing", "POST", "no answer is printed below this request"),
        ("HTTP/1.1 200 OK", "HTTP/1.1 200 OK\nHTTP/1.1 200 OK", "HTTP/1.1 200", "this answer has no Content-Type"),
        ("Content-Type: text/xml; charset=utf-8\n", "", "POST", "this request has no Content-Type"),
        ("<soap:Body>", "<soap:Rump>", "</soap:Body>", "the XML sample is broken here"),
        (SOAP, "urn:another", "<soap:Envelope", "this is no SOAP envelope with a body"),
        ("<Age>int</Age>", "<a>" * 70 + "</a>" * 70, "<a><a>", "the XML is nested deeper than 64 levels"),
    ],
)
def test_what_cannot_be_read_is_one_error_with_its_line(old, new, at, reason):
    text = soap("<Age>int</Age>").replace(old, new, 1)
    assert refused(text).startswith(f"page.txt, line {line_of(text, at)}: {reason}")
