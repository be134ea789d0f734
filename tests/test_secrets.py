from __future__ import annotations

import base64
import copy
import gzip
import html
import json
import pickle
import time
import zlib
from collections.abc import Callable
from dataclasses import asdict
from html.entities import codepoint2name
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.model import Basis, Citation, Field
from conformance.target.secrets import HEARD, MASK, OPEN, Secrets
from conformance.target.settings import ServiceTarget
from tests.target_support import target

HARD = "pa/ss+wörd &<\"'\\>\n=%@€\U0001f600"
FORMS = {
    "plain": lambda text: text,
    "json": lambda text: json.dumps(text)[1:-1],
    "json in utf-8": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "json twice": lambda text: json.dumps(json.dumps(text))[3:-3],
    "json with all escaped": lambda text: "".join(
        char if char.isalnum() and char.isascii() else json.dumps(char)[1:-1] for char in text
    ).replace("/", r"\/"),
    "json as .NET": lambda text: "".join(
        char if char.isalnum() and char.isascii() else "".join(f"\\u{unit:04X}" for unit in _units(char))
        for char in text
    ),
    "url": lambda text: quote(text, safe=""),
    "url path": quote,
    "form": quote_plus,
    "url in lower case": lambda text: quote(text, safe="").lower() if text.islower() else quote(text, safe=""),
    "url twice": lambda text: quote(quote(text, safe=""), safe=""),
    "xml": escape,
    "xml attribute": lambda text: quoteattr(text)[1:-1],
    "html": html.escape,
    "xml in ascii": lambda text: escape(text).encode("ascii", "xmlcharrefreplace").decode(),
    "form in latin-1": lambda text: quote_plus(text, encoding="latin-1", errors="xmlcharrefreplace"),
    "all in URL escapes": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "all in URL escapes, upper case": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "all in JSON escapes": lambda text: "".join(f"\\u{unit:04x}" for char in text for unit in _units(char)),
    "all in JSON escapes, upper case": lambda text: "".join(f"\\u{unit:04X}" for char in text for unit in _units(char)),
    "all in decimal references": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "all in hexadecimal references": lambda text: "".join(f"&#x{ord(char):x};" for char in text),
    "all in references with zeros": lambda text: "".join(f"&#X00{ord(char):X};" for char in text),
    "HTML names": lambda text: "".join(
        f"&{codepoint2name[ord(char)]};" if ord(char) in codepoint2name else char for char in text
    ),
    "CDATA": lambda text: text.replace("]]>", "]]]]><![CDATA[>"),
    "JSON in XML": lambda text: escape(json.dumps(text)[1:-1], {'"': "&quot;"}),
    "JSON in HTML": lambda text: html.escape(json.dumps(text)[1:-1]),
    "JSON of .NET in a form": lambda text: quote_plus(_escaped(text)),
    "XML in JSON of .NET": lambda text: _escaped(escape(text)),
    "XML in ASCII in HTML": lambda text: html.escape(escape(text).encode("ascii", "xmlcharrefreplace").decode()),
    "form in JSON of .NET": lambda text: _escaped(quote_plus(text)),
    "form in form": lambda text: quote_plus(quote_plus(text)),
    "references in JSON in a form": lambda text: quote_plus(_escaped(FORMS["all in decimal references"](text))),
    "read as Latin-1": lambda text: text.encode().decode("latin-1"),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 for urls": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
}


def _escaped(text: str) -> str:
    """As System.Text.Json writes it, which escapes what HTML and XML would read."""
    return "".join(
        f"\\u{unit:04x}" if unit > 126 or chr(unit) in "&<>\"'+`\\" else chr(unit)
        for char in text
        for unit in _units(char)
    )


def _units(char: str) -> list[int]:
    raw = char.encode("utf-16-be")
    return [int.from_bytes(raw[place : place + 2], "big") for place in range(0, len(raw), 2)]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("secret", [HARD, "simple-Token123", "a b c d", "ñandú"])
def test_a_secret_is_masked_in_every_form(form: str, secret: str) -> None:
    written = FORMS[form](secret)
    masked = Secrets([secret]).mask(f"before {written} after")
    assert masked in (f"before {MASK} after", f"before {MASK}= after", f"before {MASK}== after") or (
        form.startswith("base64") and len(masked) <= len(f"before {MASK}X== after")
    )


def _mistaken(text: str) -> bool:
    """Do bytes of one per letter read as other letters in UTF-8? Nobody can tell then which was meant."""
    for name in ("latin-1", "cp1252"):
        raw = text.encode(name, "ignore")
        if raw.isascii():
            continue
        for start in range(len(raw)):
            for size in (2, 3, 4):
                piece = raw[start : start + size]
                if len(piece) == size and not piece.isascii() and len(piece.decode("utf-8", "ignore")) == 1:
                    return True
    return False


@given(
    st.text(min_size=4, max_size=30).filter(
        lambda text: text.strip(MASK) and text.lower() not in OPEN and not _mistaken(text)
    ),
    st.sampled_from(sorted(FORMS)),
)
def test_any_secret_is_masked_in_every_form(secret: str, form: str) -> None:
    masked = Secrets([secret]).mask(f"[{FORMS[form](secret)}]")
    assert MASK in masked
    assert secret not in masked


@pytest.mark.parametrize("secret", ["C:\\new\\x41", "100%41", "a&amp;b&#65;c", "%25%2525", "\\u0041bcd", "ends in \\"])
@pytest.mark.parametrize("form", sorted(FORMS))
def test_a_secret_that_looks_like_an_escape_is_masked_in_every_form(form: str, secret: str) -> None:
    assert MASK in Secrets([secret]).mask(f"<{FORMS[form](secret)}>")


def test_only_the_secret_is_taken_from_among_other_escapes() -> None:
    masked = Secrets(["Geheimnis"]).mask("a=%41%2B&b=%47%65heimn\\u0069&#115;%3d&c=&lt;%47")
    assert masked == f"a=%41%2B&b={MASK}%3d&c=&lt;%47"


def test_what_a_server_without_the_letters_makes_of_a_secret_is_masked() -> None:
    secrets = Secrets(["Señor 日本 secreto", "ñandú"])
    assert (
        secrets.mask("[Se?or ?? secreto] [Se??or ?????? secreto] [Se\ufffdor \ufffd secreto]")
        == f"[{MASK}] [{MASK}] [{MASK}]"
    )
    assert secrets.mask("ok? ????") == "ok? ????"


def test_a_guid_is_masked_in_any_case_and_without_dashes() -> None:
    secrets = Secrets(["6F1D2C3B-8a47-4e59-9b10-2d3e4f5a6bFF"])
    said = "6f1d2c3b-8a47-4e59-9b10-2d3e4f5a6bff 6F1D2C3B-8A47-4E59-9B10-2D3E4F5A6BFF 6f1d2c3b8a474e599b102d3e4f5a6bff"
    assert secrets.mask(said) == f"{MASK} {MASK} {MASK}"


def test_a_body_with_a_broken_byte_is_masked_in_each_of_the_encodings_it_mixes() -> None:
    body = b"\xff " + b" / ".join("contrase\u00f1a\u20ac".encode(name) for name in ("utf-8", "cp1252"))
    assert Secrets(["contrase\u00f1a\u20ac"]).mask_bytes(body) == b"\xff " + f"{MASK} / {MASK}".encode()


HEAVY = [
    "\\",
    "\\u",
    "%",
    "%25",
    "&",
    "&amp;",
    "&#0",
    "&#" + "0" * 5000,
    "?",
    "]]><![CDATA[",
    "\\x",
    " ",
    "+",
    "'",
    "<!--",
    "<!-- -",
    "-->",
    "<!---->",
    "<![CDATA[",
    "=4",
    "=41",
    "=\r\n",
    "a1",
    "QUJD",
    "\\nQUJD",
    "QUJD" * 20 + " ",
    "QUJD" * 10 + "\n \t",
    "eJx4nHic",
]


@pytest.mark.parametrize("part", HEAVY, ids=range(len(HEAVY)))
def test_no_text_makes_masking_slow(part: str) -> None:
    hard = [
        "\\" * 8 + "z",
        "日本語????日本語abcd",
        "'\"'\"'\"zzzz",
        HARD,
        "%25%25%25%25a",
        "?ñ?ñ?ñ?ñabcd",
        "a&amp;amp;b",
        "    xx  ",
    ]
    text = (part * (30_000 // len(part) + 1))[:30_000]
    secrets = Secrets(hard)
    began = time.process_time()
    secrets.mask(text)
    # Ten times what it takes; a quadratic pattern takes a hundred times as long.
    assert time.process_time() - began < 8


@pytest.mark.parametrize("before", ["", "q", "qa", "qa:", "user:"])
@pytest.mark.parametrize("after", ["", ":x", "yz"])
def test_a_secret_inside_longer_base64_is_masked(before: str, after: str) -> None:
    secret = "hidden-Token/1+2"
    whole = base64.b64encode(f"{before}{secret}{after}".encode()).decode()
    masked = Secrets([secret]).mask(whole)
    core = base64.b64encode(secret.encode()).decode()
    assert MASK in masked
    assert len(masked) < len(whole) - len(core) + 12


IN_LINES = base64.b64encode(b"POST /api HTTP/1.1\r\nX-Seen: " + b"-" * 20 + b"simple-Token123\r\n" + b"." * 60).decode()


@pytest.mark.parametrize("width", [40, 64, 76])
@pytest.mark.parametrize(
    "end", ["\n", "\r\n    ", " ", "\t", "   ", "\\n", "%0D%0A", "&#10; ", "%20", "&#32;", "\\u0020"]
)
@pytest.mark.parametrize("before", ["", "%3D", "\\u003d", "&#x3D;", "&amp;#x3D;", "api/x/", "a" * 50 + " "])
def test_a_secret_in_base64_of_several_lines_is_masked_whatever_became_of_their_ends(
    width: int, end: str, before: str
) -> None:
    written = end.join(IN_LINES[start : start + width] for start in range(0, len(IN_LINES), width))
    masked = Secrets(["simple-Token123"]).mask(f"'{before}{written}'")
    assert MASK in masked
    for left in masked.replace(end, "").split(MASK):
        word = "".join(char for char in left if (char.isascii() and char.isalnum()) or char in "+/")
        pieces = (word[at : at + (len(word) - at) // 4 * 4] for at in range(4))
        assert not any(b"Token" in base64.b64decode(piece) for piece in pieces)


@pytest.mark.parametrize("before", ["", "3D", "api/x/", "/CollectionPolicy/of/the/tenant/", "a" * 64, "a" * 64 + " "])
@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_secret_that_is_packed_in_base64_is_masked_behind_what_looks_like_base64(
    before: str, pack: Callable[[bytes], bytes]
) -> None:
    word = base64.b64encode(pack(b'{"Clave": "simple-Token123"}')).decode()
    assert word not in Secrets(["simple-Token123"]).mask(f"[{before}{word}]")


def test_words_that_may_have_been_lines_do_not_tear_a_secret_behind_them() -> None:
    secret, other = "simple-Token123.x+/==", base64.b64encode(b"another-Secret-of-mine").hex()
    masked = Secrets([secret, "another-Secret-of-mine"]).mask(f"{'0' * 50} {other} {secret.replace('=', '=3D')}")
    assert masked == f"{'0' * 50} {MASK} {MASK}"


def test_the_longest_secret_is_masked_first() -> None:
    secrets = Secrets(["token", "token-and-more"])
    assert secrets.mask("token-and-more, token") == f"{MASK}, {MASK}"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("a17", "a17"),
        ("x00017", "x00017"),
        ("17", MASK),
        ('{"a": 17, "b": 117}', f'{{"a": {MASK}, "b": 117}}'),
        ("-17.", f"-{MASK}."),
        ("ñ17", "ñ17"),
        ("_17_", f"_{MASK}_"),
        ("&#49;7 %317 \\u00317", f"{MASK} {MASK} {MASK}"),
    ],
)
def test_a_short_secret_is_masked_where_it_stands_alone(text: str, masked: str) -> None:
    assert Secrets(["17"]).mask(text) == masked


@pytest.mark.parametrize("value", ["", "7", "ñ", "<", "true", "True", "FALSE", "null"])
def test_what_is_guessed_at_once_is_no_secret(value: str) -> None:
    """Its mask would stand in every answer, and tell more by its place than it hides."""
    secrets = Secrets([value])
    text = f'{{"a": true, "b": 7, "c": "ñ <", "d": null, "e": "{value}"}}'
    assert len(secrets) == 0
    assert secrets.mask(text) == text
    assert secrets.add(value) is secrets
    assert len(secrets.add("hidden")) == 1


def test_two_texts_with_a_secret_are_told_apart_and_not_told() -> None:
    secrets = Secrets(["hidden-1", "hidden-2"])
    one, same, other = map(secrets.distinct, ("a hidden-1", "a hidden-1", "a hidden-2"))
    assert one == same != other
    assert one.startswith(f"{MASK}#")
    assert "hidden" not in one + other
    assert secrets.distinct("plain") == "plain"


def test_the_name_of_a_header_is_masked_as_well() -> None:
    assert Secrets(["Hidden"]).mask_headers((("X-hidden-1", "a"),)) == ((f"X-{MASK}-1", "a"),)


@pytest.mark.parametrize("name", ["utf-16", "utf-16-be", "utf-32"])
def test_wide_characters_that_were_read_as_narrow_ones_are_masked(name: str) -> None:
    said = "a hidden-thing aGlkZGVuLXRoaW5n".encode(name).decode("utf-8", "replace")
    masked = Secrets(["hidden-thing"]).mask(said).replace("\0", "")
    assert "hidden" not in masked
    assert "aGlkZGVu" not in masked


def test_a_packed_body_that_holds_a_secret_is_masked_whole() -> None:
    packed = gzip.compress(b'{"a": "hidden-thing"}')
    assert Secrets(["hidden-thing"]).mask_bytes(packed) == MASK.encode()
    assert Secrets(["another-thing"]).mask_bytes(packed) == packed


def test_without_secrets_nothing_changes() -> None:
    secrets = Secrets(["", ""])
    assert len(secrets) == 0
    assert secrets.mask("text") == "text"
    assert secrets.mask_bytes(b"\xff\x00") == b"\xff\x00"


def test_half_a_surrogate_pair_becomes_its_escape() -> None:
    assert Secrets().mask("a\ud800ñ") == "a\\ud800ñ"


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_a_body_is_masked_in_its_character_encoding(name: str) -> None:
    body = 'señor {"a": "contraseña-1"}'.encode(name)
    masked = Secrets(["contraseña-1"]).mask_bytes(body)
    read_as = "utf-8" if name == "latin-1" else name
    assert masked.decode(read_as, "replace").endswith(f'{{"a": "{MASK}"}}')
    assert "contrase" not in masked.replace(b"\0", b"").decode("latin-1")


def test_bytes_that_are_no_text_keep_what_is_no_secret() -> None:
    masked = Secrets(["hidden"]).mask_bytes(b"\xff\xfe\x01hidden\x00\x80")
    assert masked == b"\xff\xfe\x01" + MASK.encode() + b"\x00\x80"


@pytest.mark.parametrize(
    ("name", "value", "masked"),
    [
        ("Authorization", "Bearer abc", f"Bearer {MASK}"),
        ("authorization", "Basic cXE6cHc=", f"Basic {MASK}"),
        ("Authorization", "abc def", MASK),
        ("Proxy-Authorization", "Digest a=b, c=d", f"Digest {MASK}"),
        ("Cookie", "a=b; c=d", MASK),
        ("Set-Cookie", "a=b; Path=/", MASK),
        ("X-Api-Key", "Token abc", MASK),
        ("X-Auth-Token", "abc", MASK),
        ("Client-Secret", "abc", MASK),
        ("X-PASSWORD", "abc", MASK),
        ("ApiKey", "abc", MASK),
        ("Clave", "abc", MASK),
        ("Authorization", "", ""),
        ("Content-Type", "application/json", "application/json"),
        ("X-Other", "with hidden-thing in it", f"with {MASK} in it"),
    ],
)
def test_headers_that_carry_credentials_are_masked_by_name(name: str, value: str, masked: str) -> None:
    assert Secrets(["hidden-thing"]).mask_headers(((name, value),)) == ((name, masked),)
    assert Secrets().mask_headers(((name, value),)) == ((name, masked if name != "X-Other" else value),)


def test_what_such_a_header_of_the_target_holds_is_a_secret_elsewhere_too() -> None:
    basic = "Basic " + base64.b64encode(b"qa:open sesame").decode()
    secrets = Secrets.for_headers((("Authorization", basic), ("X-Api-Key", "key-12345"), ("X-Other", "visible")))
    assert secrets.mask("open sesame") == MASK
    assert secrets.mask("key-12345 visible") == f"{MASK} visible"
    assert MASK in secrets.mask(basic[6:])
    assert len(Secrets.for_headers((("Authorization", "Bearer ${CREDENTIAL}"),))) == 0


def test_values_of_members_that_the_contract_marks_secret_are_secrets() -> None:
    citation = Citation(document="d", line=1)

    def field(name: str, *marks: str, **more: object) -> Field:
        return Field(name=name, type="string", basis=Basis.STATED, citation=citation, marks=marks, **more)  # type: ignore[arg-type]

    inner = (field("Clave", "secret"), field("Open"))
    fields = (
        field("Clave", "secret", "reference"),
        field("NIT"),
        field("Row", fields=inner),
        field("Rows", item=field("Row", fields=inner)),
        field("Flag", "secret"),
    )
    values = {
        "Clave": "first-one",
        "NIT": "visible",
        "Row": {"Clave": "second-one", "Open": "visible"},
        "Rows": [{"Clave": 12345}, {"Open": "visible"}],
        "Flag": True,
    }
    secrets = Secrets.for_values(values, fields)
    assert secrets.mask("first-one second-one 12345 visible True") == f"{MASK} {MASK} {MASK} visible True"


def test_the_collection_never_shows_what_it_holds() -> None:
    secrets = Secrets(["hidden-thing"])
    service = ServiceTarget(
        service="s", url="u", encodings=(), headers=(("A", "hidden-thing"),), values={"a": "hidden-thing"}
    )
    whole = target("http://127.0.0.1/", secrets=secrets, services={"s": service}, proxy="http://u:hidden-thing@p/")
    assert "hidden" not in f"{secrets} {secrets!r} {[secrets]} {whole!r}"
    assert asdict(target("http://127.0.0.1/", secrets=secrets))["secrets"] is secrets
    assert copy.copy(secrets) is copy.deepcopy(secrets) is secrets
    assert not hasattr(secrets, "__dict__")
    with pytest.raises(TypeError):
        pickle.dumps(secrets)


def test_a_collection_grows_by_making_another() -> None:
    one = Secrets(["first-one"])
    two = one.add("second-one")
    assert one.mask("second-one") == "second-one"
    assert two.mask("first-one second-one") == f"{MASK} {MASK}"
    assert one.add("first-one", "") is one
    assert one.join(two) == two
    assert hash(one.join(two)) == hash(two)
    assert len(two) == 2


SESSION = (("Content-Type", "text/plain"), ("Set-Cookie", 'sid="0123456789-abcdef"; Path=/somewhere/else; HttpOnly'))


def test_the_cookie_that_an_answer_sets_is_masked_in_that_answer() -> None:
    secrets = Secrets(["hidden-thing"])
    heard = secrets.heard(SESSION)
    assert heard.mask("hidden-thing 0123456789-abcdef /somewhere/else") == f"{MASK} {MASK} /somewhere/else"
    assert MASK in heard.mask(base64.b64encode(b"sid=0123456789-abcdef").decode())
    assert secrets.mask("0123456789-abcdef") == "0123456789-abcdef"
    assert secrets.heard(SESSION) is heard


def test_a_cookie_that_is_a_part_of_a_secret_does_not_tear_it() -> None:
    secret = "first-half/Ñ and the second half"
    quoted = secret.replace("Ñ", "=C3=91")
    heard = Secrets([secret]).heard((("Set-Cookie", quoted),))
    assert heard.mask(f"<{quoted}>") == f"<{MASK}>"
    assert heard.mask_bytes(f"<{quoted}>".encode()) == f"<{MASK}>".encode()


@pytest.mark.parametrize(
    "headers", [(), SESSION[:1], (("Set-Cookie", "lang=es; Path=/"),), (("Set-Cookie", f"a={'long' * 100}"),)]
)
def test_what_is_no_session_adds_nothing(headers: tuple[tuple[str, str], ...]) -> None:
    secrets = Secrets(["hidden-thing"])
    assert secrets.heard(headers) is secrets


def test_a_server_that_sets_a_thousand_cookies_costs_no_more_than_a_few() -> None:
    headers = tuple(("Set-Cookie", f"a{number}=session-{number:06d}") for number in range(1000))
    assert len(Secrets(["hidden-thing"]).heard(headers)) == HEARD


def test_each_cookie_of_the_target_file_is_a_secret() -> None:
    secrets = Secrets.for_headers((("Cookie", "sid=0123456789-abcdef; theme=dark; t=${CREDENTIAL}"),))
    assert secrets.mask("sid 0123456789-abcdef, dark, ${CREDENTIAL}") == f"sid {MASK}, dark, ${{CREDENTIAL}}"


def test_tokens_that_come_one_after_another_are_all_masked() -> None:
    secrets = Secrets(["hidden-thing"])
    tokens = [f"{number:03d}-token" for number in range(40)]
    for token in tokens:
        secrets = secrets.add(token)
        assert secrets.mask(f"{token} hidden-thing") == f"{MASK} {MASK}"
    assert secrets.mask(" ".join(tokens)) == " ".join([MASK] * 40)
