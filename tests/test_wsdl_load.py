"""What a stranger's WSDL may make us ask for, and what it may not."""

from __future__ import annotations

import socket

import pytest

from conformance.errors import ConformanceError
from conformance.wsdl import load as loading
from conformance.wsdl import stock
from conformance.wsdl.load import Limits, file_fetch, file_url, load
from conformance.wsdl.schemas import remarks, schema_of
from tests.wsdl_shapes import Sheet, text_of
from tests.wsdl_support import FOLDER, bound, from_file

URL = "https://facturas.example.com/ws?wsdl"
WSDL = (
    '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:xs="http://www.w3.org/2001/XMLSchema">{}</definitions>'
)
SCHEMA = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x">{}</xs:schema>'


def imports(*locations):
    inside = "".join(f'<xs:import namespace="urn:{n}" schemaLocation="{one}"/>' for n, one in enumerate(locations))
    return WSDL.format(f"<types><xs:schema>{inside}</xs:schema></types>")


def includes(*locations):
    return SCHEMA.format("".join(f'<xs:include schemaLocation="{one}"/>' for one in locations))


class Web:
    """Addresses with texts, and a list of those that were asked for."""

    def __init__(self, documents, otherwise=None):
        self.documents = documents
        self.otherwise = otherwise
        self.asked = []

    def __call__(self, url):
        self.asked.append(url)
        found = self.documents.get(url, self.otherwise)
        assert found is not None, url
        return found if isinstance(found, bytes) else found.encode()


def test_the_wsdl_comes_first_and_then_what_it_imports():
    web = Web({
        URL: imports("?xsd=1", "/other/two.xsd", "three.xsd"),
        "https://facturas.example.com/ws?xsd=1": includes("four.xsd"),
        "https://facturas.example.com/other/two.xsd": includes("../ws?xsd=1"),
        "https://facturas.example.com/three.xsd": includes(),
        "https://facturas.example.com/four.xsd": includes(),
    })  # fmt: skip
    found = load(web, URL)
    assert (found.url, found.operation, found.port) == (URL, "", {})
    assert list(found.documents) == web.asked
    assert web.asked == [
        URL,
        "https://facturas.example.com/ws?xsd=1",
        "https://facturas.example.com/other/two.xsd",
        "https://facturas.example.com/three.xsd",
        "https://facturas.example.com/four.xsd",
    ]


def test_a_wsdl_may_import_another():
    web = Web({
        URL: WSDL.format('<import namespace="urn:a" location="abstract.wsdl"/>'),
        "https://facturas.example.com/abstract.wsdl": WSDL.format(""),
    })  # fmt: skip
    assert len(load(web, URL).documents) == 2


def test_circles_are_asked_once():
    web = Web({
        URL: WSDL.format('<import namespace="urn:a" location="?wsdl"/>') ,
    })  # fmt: skip
    assert list(load(web, URL).documents) == [URL]
    assert web.asked == [URL]
    web = Web({
        URL: imports("a.xsd"),
        "https://facturas.example.com/a.xsd": includes("b.xsd", "a.xsd"),
        "https://facturas.example.com/b.xsd": includes("a.xsd"),
    })  # fmt: skip
    assert len(load(web, URL).documents) == 3


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("file:///etc/passwd", "an import by file is never followed"),
        ("FILE:///etc/passwd", "an import by file is never followed"),
        ("ftp://facturas.example.com/a.xsd", "an import by ftp is never followed"),
        ("data:text/xml,x", "an import by data is never followed"),
        ("gopher://facturas.example.com/", "an import by gopher is never followed"),
        ("http://facturas.example.com/a.xsd", "without TLS"),
        ("https://otra.example.com/a.xsd", "is not at facturas.example.com, the host of the WSDL"),
        ("//otra.example.com/a.xsd", "is not at facturas.example.com"),
        ("https://facturas.example.com.otra.example/a.xsd", "is not at facturas.example.com"),
        ("https://facturas.example.com:8443/a.xsd", "is not at facturas.example.com"),
        ("https://facturas.example.com@otra.example/a.xsd", "is no plain address"),
        ("https://u:p@facturas.example.com/a.xsd", "is no plain address"),
        ("https://169.254.169.254/latest/meta-data", "is not at facturas.example.com"),
        ("https://[::1]/a.xsd", "is not at facturas.example.com"),
        ("https://[/a.xsd", "is no address"),
        ("https://facturas.example.com:x/a.xsd", "is no address"),
        ("javascript:alert(1)", "an import by javascript is never followed"),
    ],
)
def test_only_the_host_of_the_wsdl_is_asked_and_only_by_http(location, why):
    web = Web({URL: imports(location)}, otherwise=includes())
    with pytest.raises(ConformanceError, match=why) as told:
        load(web, URL)
    assert web.asked == [URL]
    assert URL in str(told.value)


@pytest.mark.parametrize(
    ("url", "location", "hosts"),
    [
        (URL, "https://otra.example.com/a.xsd", {"otra.example.com"}),
        (URL, "https://otra.example.com:8443/a.xsd", {"Otra.example.com:8443"}),
        (URL, "https://facturas.example.com:8443/a.xsd", {"facturas.example.com"}),
        (URL, "https://FACTURAS.example.com:443/a.xsd", set()),
        ("http://facturas.example.com/ws?wsdl", "https://facturas.example.com/a.xsd", set()),
        ("http://127.0.0.1:8080/ws?wsdl", "https://127.0.0.1:8080/a.xsd", set()),
    ],
)
def test_other_hosts_are_asked_with_leave(url, location, hosts):
    web = Web({url: imports(location)}, otherwise=includes())
    assert len(load(web, url, hosts=frozenset(hosts)).documents) == 2


def test_leave_for_a_port_is_none_for_another():
    web = Web({URL: imports("https://otra.example.com:9/a.xsd")}, otherwise=includes())
    with pytest.raises(ConformanceError, match="not asked without leave"):
        load(web, URL, hosts=frozenset({"otra.example.com:8443"}))


@pytest.mark.parametrize("url", ["ftp://facturas.example.com/ws", "/etc/passwd", "data:,x", "", "https://[x/"])
def test_a_wsdl_is_at_an_address_of_the_web(url):
    web = Web({}, otherwise=WSDL.format(""))
    with pytest.raises(ConformanceError):
        load(web, url)
    assert web.asked == []


def test_ten_thousand_imports_are_too_many():
    web = Web({URL: imports(*(f"{number}.xsd" for number in range(10_000)))}, otherwise=includes())
    with pytest.raises(ConformanceError, match="imports more than 100 documents"):
        load(web, URL)
    assert len(web.asked) == 100


def test_an_endless_chain_ends():
    class Chain(Web):
        def __call__(self, url):
            super().__call__(url)
            return imports(f"{len(self.asked)}.xsd").encode()

    chain = Chain({}, otherwise="")
    with pytest.raises(ConformanceError, match=r"12\.xsd, .* is not a WSDL|is behind more than 12 imports"):
        load(chain, URL, Limits(documents=1000))
    assert len(chain.asked) <= 14


def test_a_chain_of_schemas_ends():
    def fetch(url):
        number = int(url.rpartition("/")[2].removesuffix(".xsd") or 0) if url.endswith(".xsd") else 0
        return (includes(f"{number + 1}.xsd") if number else imports("1.xsd")).encode()

    with pytest.raises(ConformanceError, match=r"13\.xsd, .* is behind more than 12 imports"):
        load(fetch, URL)


def test_a_document_may_be_too_large():
    padding = f"<!-- {'x' * 2000} -->"
    web = Web({URL: imports("a.xsd")}, otherwise=padding + includes())
    with pytest.raises(ConformanceError, match=r"a\.xsd, imported by .* at most 1000 are read"):
        load(web, URL, Limits(document_bytes=1000))


def test_all_of_them_may_be_too_large():
    padding = f"<!-- {'x' * 2000} -->"
    web = Web({URL: imports(*(f"{number}.xsd" for number in range(50)))}, otherwise=padding + includes())
    with pytest.raises(ConformanceError, match="have more than 12000 bytes"):
        load(web, URL, Limits(total_bytes=12_000))
    assert len(web.asked) < 10


def test_the_time_for_all_of_them_is_bounded():
    now = iter(range(0, 10_000, 7))
    web = Web({URL: imports(*(f"{number}.xsd" for number in range(50)))}, otherwise=includes())
    with pytest.raises(ConformanceError, match="took more than 60 seconds"):
        load(web, URL, clock=lambda: next(now))
    assert len(web.asked) < 10


BOMB = (
    '<!DOCTYPE definitions [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + ']><definitions xmlns="http://schemas.xmlsoap.org/wsdl/" name="&j;">&j;</definitions>'
)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('<!DOCTYPE definitions SYSTEM "http://otra.example/x.dtd">' + WSDL.format(""), "document type declaration"),
        ('<!DOCTYPE definitions [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + WSDL.format("&x;"), "document type"),
        (
            '<!DOCTYPE definitions [<!ENTITY % x SYSTEM "http://otra.example/x"> %x;]>' + WSDL.format(""),
            "document type",
        ),
        ("<!DOCTYPE definitions>" + WSDL.format(""), "document type declaration"),
        (BOMB, "document type declaration|well-formed"),
        ("", "is no well-formed XML"),
        ("no XML at all", "is no well-formed XML"),
        ("<definitions", "is no well-formed XML"),
        (WSDL.format("") + "x", "is no well-formed XML"),
        ("<html><body>Not found</body></html>", "it is <html>"),
        ("<x" * 5000, "is no well-formed XML"),
        ("<definitions/>", "it is <definitions>"),
        (SCHEMA.format(""), "is not a WSDL, whose root is definitions: it is <schema>"),
        ('<description xmlns="http://www.w3.org/ns/wsdl"/>', "is a WSDL 2.0 description; only WSDL 1.1 is read"),
        (b"\x00\xff\x00", "is no well-formed XML"),
        ("<?xml version='1.0' encoding='nonsense'?>" + WSDL.format(""), "is no well-formed XML"),
    ],
)
def test_what_is_no_wsdl_is_refused(text, why):
    with pytest.raises(ConformanceError, match=why) as told:
        load(Web({URL: text}), URL)
    assert str(told.value).startswith(URL)
    assert "\n" not in str(told.value)


def test_what_is_imported_must_be_a_schema_or_a_wsdl():
    web = Web({URL: imports("a.xsd")}, otherwise="<html/>")
    with pytest.raises(ConformanceError, match=r"a\.xsd, imported by .*, is not a WSDL or a schema: it is <html>"):
        load(web, URL)


def test_a_byte_order_mark_and_utf_16_are_fine():
    text = '<?xml version="1.0" encoding="utf-16"?>' + WSDL.format("")
    assert load(Web({URL: text.encode("utf-16")}), URL).url == URL
    assert load(Web({URL: b"\xef\xbb\xbf" + WSDL.format("").encode()}), URL).url == URL


@pytest.mark.parametrize("location", ["", "   "])
def test_an_import_without_an_address_asks_nothing(location):
    web = Web({URL: imports(location)})
    assert list(load(web, URL).documents) == [URL]


def test_what_fetches_may_give_up():
    def fetch(url):
        raise ConformanceError(f"{url} answered 503")

    with pytest.raises(ConformanceError, match="answered 503"):
        load(fetch, URL)


def test_schemas_of_standards_are_never_asked_for():
    web = Web({URL: imports("http://schemas.xmlsoap.org/soap/encoding/", "http://www.w3.org/2001/xml.xsd")})
    found = load(web, URL)
    assert web.asked == [URL]
    assert len(found.documents) == 3


def test_a_file_may_import_what_lies_beside_it():
    found = from_file("split.wsdl")
    assert [url.removeprefix("file:///") for url in found.documents] == [
        "split.wsdl",
        "parts/abstract.wsdl",
        "parts/data.xsd",
        "parts/common.xsd",
        "parts/circle.xsd",
    ]


@pytest.mark.parametrize(
    "location",
    [
        "/etc/passwd",
        "file:///etc/passwd",
        "../outside.xsd",
        "//host/share.xsd",
        "\\\\host\\share.xsd",
        "sub/../../x.xsd",
    ],
)
def test_a_file_may_import_nothing_outside_of_its_folder(tmp_path, location):
    (tmp_path / "outside.xsd").write_text(includes())
    (tmp_path / "x.xsd").write_text(includes())
    folder = tmp_path / "ws"
    folder.mkdir()
    (folder / "ws.wsdl").write_text(imports(location))
    with pytest.raises(ConformanceError, match=r"is not in the folder|cannot be read|is outside"):
        load(file_fetch(folder), file_url("ws.wsdl"))


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    (tmp_path / "secret.xsd").write_text(includes())
    folder = tmp_path / "ws"
    folder.mkdir()
    (folder / "a.xsd").symlink_to(tmp_path / "secret.xsd")
    (folder / "ws.wsdl").write_text(imports("a.xsd"))
    with pytest.raises(ConformanceError, match="is outside of"):
        load(file_fetch(folder), file_url("ws.wsdl"))


def test_a_file_imports_from_the_web_with_leave_only(tmp_path):
    (tmp_path / "ws.wsdl").write_text(imports("https://facturas.example.com/a.xsd"))
    with pytest.raises(ConformanceError, match="is not at the folder of the WSDL; it is not asked without leave"):
        load(file_fetch(tmp_path), file_url("ws.wsdl"))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConformanceError, match=r"nada\.wsdl cannot be read \(No such file or directory\)"):
        load(file_fetch(tmp_path), file_url("nada.wsdl"))
    with pytest.raises(ConformanceError, match="is no file in"):
        file_fetch(tmp_path)("https://facturas.example.com/")
    with pytest.raises(ConformanceError, match="cannot be read"):
        file_fetch(tmp_path)("file:///a%00b")


def test_names_of_files_may_have_blanks(tmp_path):
    (tmp_path / "mi servicio ñ.wsdl").write_text(imports("a b.xsd"))
    (tmp_path / "a b.xsd").write_text(includes())
    assert len(load(file_fetch(tmp_path), file_url("mi servicio ñ.wsdl")).documents) == 2


def test_nothing_is_fetched_after_the_download(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    text = text_of(Sheet()).replace(
        "<types><xs:schema ",
        '<types><xs:schema targetNamespace="urn:otro"><xs:import namespace="http://schemas.xmlsoap.org/soap/encoding/"/>'
        '<xs:import namespace="http://www.w3.org/XML/1998/namespace"/><xs:import namespace="urn:nadie"/></xs:schema>'
        "<xs:schema ",
    )
    found = load(Web({URL: text}), URL)
    made = bound(found)
    assert stock.client(made.description) is stock.client(found)
    assert remarks(found) == ()
    assert schema_of(found) is schema_of(made.description)


def test_what_was_not_downloaded_is_an_error_and_no_download(monkeypatch):
    monkeypatch.setattr(loading, "_imports", lambda *_: iter(()))
    found = load(file_fetch(FOLDER), file_url("split.wsdl"))
    with pytest.raises(ConformanceError, match="was not downloaded with the WSDL, and nothing is fetched now"):
        bound(found)
