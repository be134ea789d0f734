"""XML as bytes: which encoding wins and which lies are told, what is no document, and what must do no harm."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.codecs import xml
from conformance.codecs.decoded import Malformed
from conformance.facets import is_number
from conformance.run.contracts import contracts
from tests.xml_words import in_namespace

OPERATION = contracts()["collection-policy"].operation
REQUEST, ANSWER = OPERATION.request, OPERATION.response
LOANS = in_namespace().operation.request
ROOT = REQUEST.root
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
LIST, ITEM, NAME = "NotificationSchemaList", "NotificationSchemaModelApi", "NotificationSchemaName"


def document(inner):
    return f"<{ROOT} {XSI}>{inner}</{ROOT}>".encode()


def read(body, charset=""):
    return xml.decode(REQUEST, body, charset)


ACCENTED = "<ArMailName>Ñandú</ArMailName>"


def declared(encoding, inner=ACCENTED):
    return f'<?xml version="1.0" encoding="{encoding}"?><{ROOT}>{inner}</{ROOT}>'


BARE = f"<{ROOT}>{ACCENTED}</{ROOT}>"
# fmt: off
ENCODINGS = [
    # body, charset, in the encoding that it declares
    (BARE.encode(), "", True), (BARE.encode(), "utf-8", True), (BARE.encode(), "UTF-8", True),
    (codecs.BOM_UTF8 + BARE.encode(), "", True), (codecs.BOM_UTF8 + declared("UTF-8").encode(), "", True),
    (BARE.encode("utf-16"), "", True), (declared("utf-16").encode("utf-16"), "", True),
    (codecs.BOM_UTF16_BE + BARE.encode("utf-16-be"), "", True), (BARE.encode("utf-16"), "utf-16", True),
    (BARE.encode("utf-16-be"), "utf-16be", True), (BARE.encode("utf-16-le"), "utf-16le", True),
    (declared("iso-8859-1").encode("latin-1"), "", True), (declared("windows-1252").encode("cp1252"), "", True),
    (BARE.encode("latin-1"), "iso-8859-1", True),
    # The mark beats the charset, the charset beats the declaration: RFC 7303 §3.
    (codecs.BOM_UTF8 + BARE.encode(), "iso-8859-1", True), (BARE.encode("utf-16"), "utf-8", True),
    (codecs.BOM_UTF8 + declared("iso-8859-1").encode(), "", True), (declared("utf-8").encode("utf-16"), "", True),
    (declared("iso-8859-1").encode(), "utf-8", True), (declared("utf-16").encode(), "utf-8", True),
    (declared("utf-8").encode("latin-1"), "iso-8859-1", True),
    # What is declared is not what the bytes are.
    (BARE.encode("latin-1"), "", False), (BARE.encode("latin-1"), "utf-8", False),
    (declared("utf-8").encode("latin-1"), "", False), (declared("iso-8859-1").encode(), "", False),
    (BARE.encode(), "iso-8859-1", False), (BARE.encode(), "us-ascii", False),
    (declared("us-ascii").encode(), "", False),
    (codecs.BOM_UTF8 + BARE.encode("latin-1"), "", False), (declared("utf-8").encode(), "iso-8859-1", False),
    # A .NET StringWriter says utf-16 of whatever it is turned into.
    (declared("utf-16").encode(), "", False), (declared("utf-16", f"{ACCENTED} ").encode(), "", False),
    (BARE.encode(), "utf-16", False), (f"{BARE} ".encode(), "utf-16", False),
]
# fmt: on


@pytest.mark.parametrize(("body", "charset", "true"), ENCODINGS)
def test_a_text_is_read_in_whatever_encoding_it_comes_and_lies_are_told(body, charset, true):
    decoded = read(body, charset)
    name = decoded.tree["ArMailName"]
    assert name == "Ñandú" if not body.startswith(codecs.BOM_UTF8) or true else "and" in name
    assert decoded.utf8 is true
    assert decoded.byte_order_mark is body.startswith(codecs.BOM_UTF8)


@pytest.mark.parametrize("charset", ["iso-8859-1", "us-ascii", "windows-1252", "utf-8"])
def test_ascii_alone_is_no_lie_under_any_name_of_a_superset(charset):
    assert read(document("<Email>a</Email>"), charset).utf8


@pytest.mark.parametrize("charset", ["none-such", "x" * 5000, "\x00", "ñ", "..", "hex", "unicode_escape", "idna"])
def test_an_encoding_that_nobody_registered_is_beyond_what_is_read(charset):
    with pytest.raises(Malformed, match="an encoding that this suite does not read") as caught:
        read(document(r"<ArMailName>a\q</ArMailName>"), charset)
    assert caught.value.unread


@pytest.mark.parametrize(
    ("body", "charset", "name"),
    [
        (b"<a/>", "", "utf-8"),
        (b"<a/>", "x", "x"),
        (b"<?xml version='1.0' encoding='Latin-1'?><a/>", "", "Latin-1"),
        (b"<?xml version='1.0' encoding='Latin-1'?><a/>", "utf-8", "utf-8"),
        (codecs.BOM_UTF8 + b"<?xml encoding='Latin-1'?>", "x", "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "x", "utf-16"),
        (b" <?xml version='1.0' encoding='Latin-1'?>", "", "utf-8"),
        (b"", "", "utf-8"),
    ],
)
def test_the_mark_beats_the_charset_beats_the_declaration(body, charset, name):
    assert xml.declared(body, charset) == name


# fmt: off
ILL_FORMED = [
    b"", b" \r\n ", b"<", b"<a", b"<a>", b"<a></b>", b"<a><b></a></b>", b"<a/><b/>", b"<a/>end", b"start<a/>", b"{}",
    b"<a>&</a>", b"<a>&nbsp;</a>", b"<a>&#0;</a>", b"<a>&#xD800;</a>", b"<a>\x00</a>", b"<a>\x0b</a>", b"<a>]]></a>",
    b"<a b=c/>", b"<a b='1' b='2'/>", b"<a b='<'/>", b"<1/>", b"<a:b/>", b"<a><!-- -- --></a>", b"<a><![CDATA[</a>",
    b" <?xml version='1.0'?><a/>", b"<?xml version='1.0'?>", b"<?xml encoding=''?><a/>", "<a>\uffff</a>".encode(),
    codecs.BOM_UTF8 * 2 + b"<a/>", codecs.BOM_UTF8, b"\xff\xfe", b"\xfe\xff\x00<", "<a/>".encode("utf-16-le"),
    b"<a:b><c xmlns='relative'/></a:b>", b"<a b:c=''><d xmlns='relative'/></a>",
]
# fmt: on


@pytest.mark.parametrize("body", ILL_FORMED, ids=lambda body: repr(body[:24]))
def test_what_is_no_document_is_malformed_with_a_reason(body):
    with pytest.raises(Malformed, match=r"\w") as caught:
        read(body)
    assert not caught.value.unread


def test_a_relative_namespace_is_well_formed():
    assert xml.root_of(b"<a><c xmlns='relative'/></a>", "")[0].tag == "a"


def test_the_reason_says_where():
    with pytest.raises(Malformed, match="line 2, column 5"):
        read(b"<a>\n</b>")
    with pytest.raises(Malformed, match="line 2, column 5"):
        read(b"<a>\n<b:c/><d xmlns='relative'/></a>")


# --- what must do no harm ---------------------------------------------------------------------------------------------


def laughs(levels, use="<a>&x9;</a>"):
    inner = "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, levels + 1))
    return f'<!DOCTYPE a [<!ENTITY x0 "lol">{inner}]>{use}'.encode()


DTD = [
    b"<!DOCTYPE a><a/>",
    b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
    b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a>&x;</a>',
    b'<!DOCTYPE a [<!ATTLIST a b CDATA "default">]><a/>',
    laughs(9),
    laughs(9, '<a b="&x9;"/>'),
    laughs(30, "<a/>"),
]


@pytest.mark.parametrize("body", DTD, ids=lambda body: repr(body[:40]))
def test_a_document_type_is_beyond_what_is_read(body):
    with pytest.raises(Malformed, match="document type declaration") as caught:
        read(body)
    assert caught.value.unread


@pytest.mark.parametrize("kind", ["SYSTEM", 'PUBLIC "x"'])
@pytest.mark.parametrize("use", ["<a>&x;</a>", '<a b="&x;"/>', "<a/>"])
def test_no_file_is_read_into_a_message(tmp_path, kind, use):
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET", "utf-8")
    for declaration in (f'<!ENTITY x {kind} "{secret.as_uri()}">', f'<!ENTITY % x {kind} "{secret.as_uri()}"> %x;'):
        with pytest.raises(Malformed) as caught:
            read(f"<!DOCTYPE a [{declaration}]>{use}".encode())
        assert "SECRET" not in str(caught.value)


def test_an_inclusion_is_an_element_like_any_other(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET", "utf-8")
    inner = f'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{secret.as_uri()}" parse="text"/>'
    assert read(document(f"<Email>{inner}</Email>")).tree == {"Email": {"include": ""}}


@pytest.mark.parametrize("depth", [xml.DEEPEST, xml.DEEPEST + 1, 256, 257, 100_000])
def test_depth_has_a_bound_of_its_own(depth):
    body = b"<a>" * depth + b"</a>" * depth
    if depth <= xml.DEEPEST:
        assert isinstance(read(body).tree, dict)
        return
    with pytest.raises(Malformed) as caught:
        read(body)
    assert caught.value.unread


def test_a_text_of_ten_megabytes_is_beyond_what_is_read():
    with pytest.raises(Malformed) as caught:
        read(document(f"<ArMailName>{'x' * 10_000_001}</ArMailName>"))
    assert caught.value.unread


def test_ten_thousand_elements_are_read():
    items = [{NAME: str(number)} for number in range(10_000)]
    assert read(xml.encode(REQUEST, {LIST: items})).tree == {LIST: items}


# fmt: off
PIECES = st.sampled_from([
    *"<>/&;='\" ", "<?xml version='1.0' encoding='", "utf-16", "latin-1", "'?>", "<!DOCTYPE a [", "]>", "<!ENTITY x ",
    "&x;", f"<{ROOT}>", f"</{ROOT}>", f"<{ROOT} {XSI}", "xsi:nil='true'", "xmlns='urn:x'", "<![CDATA[", "]]>", "<!--",
    "-->", f"<{LIST}>", f"</{LIST}>", f"<{ITEM}>", f"</{ITEM}>", "<Email>", "</Email>", "<Email/>", "&#241;", "&#0;",
    "&amp;", "\x00", "\xff\xfe", "\xfe\xff", "\xef\xbb\xbf", "\xc3\x91", "\xd1", "true", "60", "\r\n",
])
# fmt: on
WHOLE = xml.encode(REQUEST, {LIST: [{NAME: "Uno"}, None], "Email": "a@b.test", "UserId": None, "AssignSeller": True})
BODIES = st.one_of(
    st.binary(max_size=60),
    st.lists(PIECES, max_size=25).map(lambda parts: "".join(parts).encode("latin-1")),
    st.tuples(st.integers(0, 400), st.binary(max_size=3)).map(lambda cut: WHOLE[: cut[0]] + cut[1] + WHOLE[cut[0] :]),
)
CHARSETS = st.sampled_from(["", "", "utf-8", "utf-16", "utf-7", "iso-8859-1", "none-such", "utf-32", "cp037", "big5"])


def scalars(found):
    if isinstance(found, dict):
        for value in found.values():
            yield from scalars(value)
    elif isinstance(found, list):
        for value in found:
            yield from scalars(value)
    else:
        yield found


def attempt(message, body, charset):
    """What is decoded, or the reason why nothing is."""
    try:
        return xml.decode(message, body, charset)
    except Malformed as reason:
        return str(reason)


@given(st.sampled_from([REQUEST, ANSWER, LOANS]), BODIES, CHARSETS)
def test_any_bytes_are_a_message_or_malformed(message, body, charset):
    decoded = attempt(message, body, charset)
    assert decoded == attempt(message, body, charset)
    if isinstance(decoded, str):
        assert decoded
        return
    assert isinstance(decoded.tree, dict | str)
    assert all(value is None or isinstance(value, str | bool) or is_number(value) for value in scalars(decoded.tree))


PYTHONS = [
    "zip",
    "rot13",
    "idna",
    "punycode",
    "unicode_escape",
    "raw_unicode_escape",
    "raw-unicode-escape",
    "undefined",
]


@pytest.mark.parametrize("charset", PYTHONS)
def test_a_codec_that_only_python_has_is_no_charset(charset):
    with pytest.raises(Malformed) as told:
        read(document("<Email>a</Email>"), charset)
    assert told.value.unread
