"""Ways with answers in JSON: what is none, what is too much, and what a reader may trip over."""

from __future__ import annotations

import json

from tests.hostile.way import Asked, Way, bodied

BOTH = "json form"
DEEP = 100_000
ILL = {"envelope/well-formed": "json"}


def extra(text: str | bytes):
    """The good answer with one more member, whose value is this text."""
    value = text if isinstance(text, bytes) else text.encode("utf-8")
    return bodied(lambda asked: asked.good.body[:-1] + b',"extra":' + value + b"}")


def ill(name: str, make) -> Way:
    """Called JSON, but none."""
    return Way(id=f"JSON: {name}", act=bodied(make), to=BOTH, exit=1, silent=BOTH, fails=ILL)


def taken(name: str, act, **more) -> Way:
    """An acceptance like any other, but for what is said."""
    return Way(**{"id": f"JSON: {name}", "act": act, "to": BOTH, "clean": BOTH} | more)


def beyond(name: str, act) -> Way:
    """It may well be JSON, but nobody is held to what this suite does not read."""
    return Way(id=f"JSON: {name}", act=act, to=BOTH, exit=6, silent=BOTH, unsure=ILL, says="this suite")


def member(name: str, raw: str):
    """The good answer with another value of a member at its top."""

    def make(asked: Asked) -> bytes:
        text = asked.text
        start = text.index(f'"{name}":') + len(name) + 3
        _, end = json.JSONDecoder().raw_decode(text[start:])
        return (text[:start] + raw + text[start + end :]).encode("utf-8", "surrogatepass")

    return bodied(make)


def before(text: bytes):
    return lambda asked: text + asked.good.body


def behind(text: bytes):
    return lambda asked: asked.good.body + text


def _utf(name: str):
    return lambda asked: asked.text.encode(name)


NAMES = [
    "__proto__",
    "constructor",
    "toString",
    "__class__",
    "",
    " ",
    "/",
    "~1",
    "../../etc/passwd",
    "a/b",
    "$ref",
    "@type",
]
ODD_NAMES = json.dumps({name: {"polluted": True} for name in NAMES})

JSON = (
    ill("UTF-16 with a mark", _utf("utf-16")),
    ill("UTF-16 without a mark", _utf("utf-16-le")),
    ill("UTF-32", _utf("utf-32")),
    ill("UTF-7", lambda asked: asked.good.body.replace(b"{", b"+AHs-").replace(b"}", b"+AH0-")),
    ill("brackets that never close", lambda asked: b"[" * 10**6),
    ill("NaN", lambda asked: asked.good.body[:-1] + b',"extra":NaN}'),
    ill("Infinity", lambda asked: asked.good.body[:-1] + b',"extra":-Infinity}'),
    ill("a comment", before(b"/* x */")),
    ill("a comma at the end", lambda asked: asked.good.body[:-1] + b",}"),
    ill("single quotes", lambda asked: asked.good.body.replace(b'"', b"'")),
    ill("names without quotes", lambda asked: asked.good.body.replace(b'"success"', b"success")),
    ill("two texts", lambda asked: asked.good.body * 2),
    ill("a guard against inclusion", before(b")]}',\n")),
    ill("JSONP", lambda asked: b"alert(" + asked.good.body + b");"),
    ill("NUL before it", before(b"\0")),
    ill("NUL behind it", behind(b"\0")),
    ill(
        "a control character in a string",
        lambda asked: asked.good.body.replace(b'"message":"', b'"message":"\x1b[31m\x07'),
    ),
    ill("an escape that is none", lambda asked: asked.good.body.replace(b'"message":"', b'"message":"\\x41')),
    ill("a number in octal", lambda asked: asked.good.body[:-1] + b',"extra":0755}'),
    ill("never closed", lambda asked: asked.good.body[:-1]),
    ill("a string that never ends", lambda asked: b'{"success":"' + b"x" * 10**6),
    ill("half an escape", lambda asked: asked.good.body[:-1] + b',"extra":"\\ud8"}'),
    taken("a byte order mark", bodied(before(b"\xef\xbb\xbf")), exit=1, fails={"envelope/byte-order-mark": "json"}),
    taken("bytes that are no UTF-8", extra(b'"se\xf1al \xff"'), exit=1, fails={"envelope/utf-8": "json"}),
    taken("overlong UTF-8", extra(b'"\xc0\xbcscript\xc0\xbe"'), exit=1, fails={"envelope/utf-8": "json"}),
    taken("surrogates as bytes", extra(b'"\xed\xa0\x80"'), exit=1, fails={"envelope/utf-8": "json"}),
    taken("a letter cut in the middle", extra(b'"\xe2\x82"'), exit=1, fails={"envelope/utf-8": "json"}),
    taken("half a surrogate pair, escaped", extra('"\\ud800 \\udc00 \\udfff\\ud83d"')),
    taken("half a surrogate pair in a name", extra('{"\\ud800":1,"\\udfff\\ud83d":{"\\udc00":[]}}')),
    taken("NUL, escaped", extra('"a\\u0000b"')),
    taken("separators of lines and paragraphs", extra('"\u2028\u2029\x85"')),
    taken("what is no character", extra('"\uffff\ufffe\ufdd0\U0010ffff"')),
    taken("a name twice", extra('1,"extra":2,"extra":3'), fails={"envelope/unique-names": "json"}),
    Way(
        id="JSON: success twice",
        act=extra('1,"success":false'),
        to=BOTH,
        exit=6,
        silent="form",
        fails={"envelope/unique-names": "json"},
    ),
    taken("names of other languages' objects", extra(ODD_NAMES)),
    taken("a name of a megabyte", extra(json.dumps({"n" * 10**6: 1}))),
    taken("five megabytes in a string", extra(json.dumps("x" * 5_000_000))),
    beyond("100,000 members", extra(json.dumps({f"m{number}": number for number in range(100_000)}))),
    beyond("100,000 items", extra(json.dumps(list(range(100_000))))),
    taken("150 levels", extra("[" * 150 + "]" * 150)),
    taken("a number with an exponent beyond any", extra("[1e999999999,-1e-999999999,1E+400]")),
    taken("minus zero", extra("[-0,-0.0,0e0]")),
    taken("blanks of all kinds", bodied(lambda asked: b"\r\n\t " * 1000 + asked.good.body + b"\r\n\t " * 1000)),
    taken(
        "a reference to another host", extra('{"$ref":"http://schema.example.com/x","$schema":"file:///etc/passwd"}')
    ),
    beyond("100,000 levels of lists", extra("[" * DEEP + "]" * DEEP)),
    beyond("100,000 levels of objects", extra('{"a":' * DEEP + "1" + "}" * DEEP)),
    beyond("an integer of a million digits", extra("9" * 10**6)),
    beyond("a fraction of a million digits", extra("0." + "9" * 10**6)),
    *(
        Way(
            id=f"JSON: {name} in place of an object",
            act=bodied(lambda asked, text=text: text),
            to=BOTH,
            exit=1,
            silent="form",
            fails={"envelope/root": "json"},
        )
        for name, text in (
            ("null", b"null"),
            ("a list", b"[]"),
            ("a text", b'"<b>ok</b>"'),
            ("a number", b"1e400"),
            ("true", b"true"),
        )
    ),
    *(
        Way(
            id=f"JSON: success is {name}",
            act=member("success", raw),
            to=BOTH,
            exit=1,
            fails={"response/success/type": "json"},
        )
        for name, raw in (
            ("a text", '"true"'),
            ("1", "1"),
            ("a list", "[true]"),
            ("an object", '{"value":true}'),
            ("1e400", "1e400"),
        )
    ),
    ill("blanks alone", lambda asked: b" \r\n "),
    Way(
        id="JSON: a page in its place",
        act=bodied(lambda asked: b"<!DOCTYPE html><script>alert(1)</script>"),
        to=BOTH,
        exit=1,
        silent=BOTH,
        fails={"http/content-type": "json form"},
    ),
    *(
        Way(id=f"JSON: data is {name}", act=member("data", raw), to=BOTH, exit=1, fails={"response/data/type": "json"})
        for name, raw in (("a text", '"<b>none</b>"'), ("a list", json.dumps([{"x": 1}] * 1000)), ("a number", "-0.0"))
    ),
)
