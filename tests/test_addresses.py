from __future__ import annotations

import json
import time

import pytest

from conformance.generate.addresses import OPAQUE, addresses, addresses_in, safe, unowned, unsafe

UNOWNED = [
    "example.com",
    "EXAMPLE.Org",
    "mail.example.net",
    "a.b.example",
    "example",
    "mail.test",
    "test",
    "nobody.invalid",
    "b.zz",
    "zz",
    "-b.zz",
    "b_c.zz",
    "b..zz",
    "b.x",
    "b.z",
    "x",
    "b.z9",
    "b." + "x" * 15,
    "b." + "x" * 16,
    "example.com.",
    "ｅxample.com",
    "",
]
OWNED = [
    "b.co",
    "example.co",
    "notexample.com",
    "example.com.mx",
    "b",
    "localhost",
    "te5t",
    "b.te5t",
    "127.0.0.1",
    "[127.0.0.1]",
    "[IPv6:::1]",
    "b.xx",
    "b." + "x" * 14,
    "b." + "x" * 17,
    "b.y",
    "zz。com",
    "example.com..",
]


@pytest.mark.parametrize("domain", UNOWNED)
def test_a_domain_that_nobody_can_own_is_safe(domain: str) -> None:
    assert unowned(domain)
    assert safe(f"someone@{domain}")


@pytest.mark.parametrize("domain", OWNED)
def test_any_other_domain_is_not_safe(domain: str) -> None:
    assert not unowned(domain)
    assert not safe(f"someone@{domain}")


@pytest.mark.parametrize(
    "text",
    [
        "a@b.co",
        "a@b@c.co@example.com",
        "a@example.com@b.co",
        "a@example.com,c@b.co",
        "a@example.com;c@b.co",
        '"a b"@b.co',
        "<a@b.co>",
        "Name <a@b.co>, b@example.com",
        "a @ b.co",
        "a@ b.co",
        "a@b .co",
        "a@example.com .b.co",
        "a@example.com(comment).b.co",
        "a@(comment)b.co",
        "a＠b.co",
        "a﹫b.co",
        "a@b．co",
        "a@ｂ.ｃｏ",
        "a%40b.co",
        "a%2540b.co",
        "a%40b%2eco",
        r"a\u0040b.co",
        r"a\\u0040b\u002eco",
        "a&#64;b.co",
        "a&#x40;b.co",
        "a&#0064;b&#46;co",
        "a&amp;#64;b.co",
        "a&commat;b.co",
        "a@[10.0.0.1]",
        "a@[b.co",
        "a@b.co\0.zz",
        "a@b.co\n",
        "a@example.com\nBcc: c@b.co",
        "mailto:a@b.co?subject=x",
        "a@b.co!x.zz",
        "a@x+y.b.co",
        "user%b.co@localhost",
        "Email=a%40b.co&Name=x",
        "@b.co",
    ],
)
def test_an_address_is_found_however_it_is_written(text: str) -> None:
    assert not safe(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no address",
        "a@",
        "@",
        "@@",
        "a@,b",
        "6 % of 100 & more \\u0041",
        '{"Email": "a@example.com", "ArMailName": "b"}',
        '{"Email": "a@example.com\\n"}',
        '{"Email": "a@"}',
        "<Email>a@example.com</Email>",
        "<Email>a@&#101;xample.com</Email>",
        "Email=a%40example.com&FlagAttachment=true",
        "Email=a%40example.com+&FlagAttachment=true",
        "a+b@example.com",
        "a@example.com!",
        ".a@mail.test",
        "a..b@mail.test",
        "a@!x.zz",
    ],
)
def test_a_text_without_a_real_recipient_is_safe(text: str) -> None:
    assert safe(text)


def test_each_at_sign_is_one_address() -> None:
    assert addresses("a@b@c.co") == ("a@b", "b@c.co")
    assert addresses("x, a@b.co; c@d.co") == ("a@b.co", "c@d.co")


def test_a_glob_admits_an_address_in_any_case() -> None:
    assert safe("QA@qa.ACME.com", ["*@qa.acme.com"])
    assert safe("one@acme.com", ["one@acme.com"])
    assert not safe("two@acme.com", ["one@acme.com"])
    assert not safe("one@acme.com, two@b.co", ["*@acme.com"])
    assert not safe("one@acme.com@b.co", ["*@acme.com"])
    assert not safe("one@b.co", [])


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "utf-32"])
@pytest.mark.parametrize("text", ["señor: a@b.co", '{"Email": "a@b.co", "Name": "ñ"}'])
def test_a_message_is_searched_in_its_character_encoding(name: str, text: str) -> None:
    assert "a@b.co" in addresses_in(text.encode(name))


def test_a_safe_message_is_safe_in_every_character_encoding() -> None:
    text = '{"Email": "a@example.com", "Name": "señor"}'
    for name in ("utf-8", "utf-8-sig", "utf-16", "latin-1"):
        assert all(unowned(found.rpartition("@")[2]) for found in addresses_in(text.encode(name)))


def test_the_strings_of_a_json_text_are_searched_after_decoding() -> None:
    body = json.dumps({"a": [{"b": "x\ty@b.co"}], "z@d.co": 1}).encode()
    assert {"y@b.co", "z@d.co"} <= set(addresses_in(body))


def test_a_member_that_a_later_one_hides_is_searched_too() -> None:
    assert "a@b.co" in addresses_in(rb'{"Email": "a\u0040b.co", "Email": "a@example.com"}')


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"[" * 100_000, b'{"a": 1e999999999}', b'{"a": ' + b"9" * 5000 + b"}"]
)
def test_a_strange_body_holds_no_address_and_breaks_nothing(body: bytes) -> None:
    assert addresses_in(body) == ()


@pytest.mark.parametrize(
    "body",
    [
        "<r><Email>a@<![CDATA[b.co]]></Email></r>",
        "<r><Email><![CDATA[a@]]>b.co</Email></r>",
        "<r><Email>a<![CDATA[@]]>b.co</Email></r>",
        "<r><Email>a@<!-- x -->b.co</Email></r>",
        "<r><Email>a@example.com<!-- x -->.b.co</Email></r>",
        "<r><Email>a@example.com<![CDATA[.b.co]]></Email></r>",
        "<r><Email>a@<?x y?>b.co</Email></r>",
        "<r><Email>a@<? <!-- ?>b.co<? --> ?></Email></r>",
        "<r><Email>a@<!-- <![CDATA[ -->b.co</Email></r>",
        "<r><Email>a@<!-- > <b> -->b.co</Email></r>",
        "<r><Email>a&#64;<!-- x -->b&#46;co</Email></r>",
        "<r><Email>a@<x/>b.co</Email></r>",
        "<r><Email>a@<x y='>'/>b.co</Email></r>",
        "<r><Email>a@<x>b</x>.co</Email></r>",
        "<r>text<Email>a@b<x/>.co</Email>.test</r>",
        "<x:r xmlns:x='urn:y'><x:Email>a@<x:z/>b.co</x:Email></x:r>",
        "<r><Email>a@<x>b.co",
        "a@<!-- x -->b.co",
        '<!DOCTYPE r [<!ENTITY at "@">]><r><Email>a&at;b.co</Email></r>',
        '<!DOCTYPE r [<!ENTITY d "b.co">]><r><Email>a@&d;</Email></r>',
        '<!DOCTYPE r [<!-- " --><!ENTITY % d "b.co">]><r/>',
        '<!doctype r SYSTEM "http://example.com/r.dtd"><r>a&at;b.co</r>',
        '<?xml version="1.0" encoding="utf-7"?><r>a+AEA-b.co</r>',
        '<?xml version="1.0" encoding="unheard-of"?><r/>',
        "Email=a%u0040b.co",
        r"a\x40b.co",
        r"a\u{40}b.co",
        r"a\u{000040}b.co",
        "+/v8-a+AEA-b.co",
    ],
)
def test_what_a_reader_joins_or_declares_is_an_address(body: str) -> None:
    assert unsafe(addresses_in(body.encode()))
    assert unsafe(addresses_in(body.encode("utf-16"))) or "utf-7" in body or body.startswith("+/v")


@pytest.mark.parametrize(
    "body",
    [
        "<r><Email>a@<!-- x -->example.com</Email></r>",
        "<r><Email>a@mail.test</Email><Flag>true</Flag></r>",
        "<r>\n\t<Email>a@mail.test</Email>\n\t<Flag>true</Flag>\n</r>\n",
        "\ufeff<r><Email>a@mail.test</Email><Flag>true</Flag></r>",
        "<r><Email>a@mail.test</Email><Flag>true</Flag></r> end",
        "<!-- policy --><r><Email>a@mail.test</Email><Flag>true</Flag></r>",
        "<!DOCTYPE r><r><Email>a@mail.test</Email><Flag>true</Flag></r>",
        '<?xml version="1.0" encoding="iso-8859-1"?><r><Email>a@mail.test</Email><Flag>true</Flag></r>',
        "<r><Email>a@</Email><Name>b.co</Name></r>",
        "Email=a%40mail.test&Number=+5&Name=a+AEA-b.co",
        '{"Email": "<a@mail.test>", "Name": "1 < 2 > 1"}',
    ],
)
def test_what_no_reader_joins_raises_no_alarm(body: str) -> None:
    assert not unsafe(addresses_in(body.encode()))


def test_a_message_is_searched_in_the_encoding_that_its_type_names() -> None:
    assert unsafe(addresses_in(b"a+AEA-b.co", "utf-7"))
    assert unsafe(addresses_in("a@b.co".encode("cp037"), "IBM037"))
    assert unsafe(addresses_in("<?xml version='1.0' encoding='cp273'?><r>a@b.co</r>".encode("cp273")))
    assert not unsafe(addresses_in(b"a@mail.test", "utf-8"))
    for name in ("unheard-of", "idna", "unicode_escape", "rot13", "\0"):
        assert addresses_in(b"plain", name) == (OPAQUE,)


@pytest.mark.parametrize(
    "part",
    [
        "<",
        "<!--",
        "<![CDATA[",
        "<?",
        "<a>",
        '<a b="',
        "</a>",
        "x<a>",
        "a@<b>",
        "<!DOCTYPE ",
        '<?xml encoding="',
        "\\",
        "&#0",
    ],
)
def test_no_text_makes_the_search_slow(part: str) -> None:
    body = (part * (20_000 // len(part) + 1))[:20_000].encode()
    began = time.process_time()
    addresses_in(body)
    assert time.process_time() - began < 8


def test_a_number_of_any_length_breaks_nothing() -> None:
    assert addresses_in(b"&#" + b"9" * 5000 + b"; &#" + b"0" * 5000 + b"; \\u{ffffff}") == ()
