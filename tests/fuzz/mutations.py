"""Bytes made from valid ones by few, seeded steps: what Hypothesis draws and what the coverage-guided fuzzer adds.

A step is four small numbers, so that a failure shrinks to few of them and repeats anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

Step = tuple[int, int, int, int]
"""Which mutation, where, how much, and with what."""

LONGEST = 60_000
"""Bytes of a mutant; what is larger is the business of the bombs."""
TOKENS: Sequence[bytes] = (
    # characters and encodings
    b"\x00", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x1b[31m", b"\x7f",
    b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xae", b"\xf0\x9f\x98\x80", b"\xd9\xa1\xd9\xa2", b"\r\n", b"\n\n", b"\t",
    b" ", b"\x0b", b"\xc2\xa0",
    # JSON
    b"null", b"true", b"{}", b"[]", b'""', b"NaN", b"-Infinity", b"1e999999999", b"-1E-999999999", b"0.1e1", b"-0",
    b"1e1", b"60.0", b"9" * 5000, b"0." + b"3" * 400, b'"\\ud800"', b'"\\u0000"', b"\\", b'"', b",", b":",
    b"__proto__", b"//", b"0x1", b'"5"',
    # XML
    b"<a>", b"</a>", b"<a/>", b"<", b">", b"&", b"&lol;", b"&#0;", b"&#xD800;", b"&#x10FFFF;", b"<![CDATA[", b"]]>",
    b"<!--", b"-->", b"<?p x?>", b'<!DOCTYPE a [<!ENTITY lol "x">]>', b'<!DOCTYPE a SYSTEM "file:///etc/hostname">',
    b"<!DOCTYPE a>", b'<?xml version="1.1"?>', b'<?xml version="1.0" encoding="UTF-16"?>',
    b'<?xml version="1.0" encoding="zip"?>', b' xsi:nil="true"', b' xsi:type="xs:int"', b' xsi:type="q:none"',
    b' xmlns=""', b' xmlns:soap="u"', b' a="1" a="1"', b' xml:lang="x"', b' mustUnderstand="1"', b"soap:Client",
    b"SOAP-ENV:Server.x", b' encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"', b"<xi:include href='x'/>",
    b' xsi:schemaLocation="u http://h/x"', b"{", b"}", b"{u}a",
    # schemas and WSDLs
    b' minOccurs="-1"', b' maxOccurs="99999999999999999999"', b' maxOccurs="0"', b' type="d:none"', b' type=""',
    b' type="xs:anyType"', b' ref="d:x"', b' base="d:kinds"', b' name=""', b' name="a b"', b' abstract="true"',
    b' nillable="x"', b' substitutionGroup="d:x"', b' mixed="true"', b' use="encoded"', b' style="rpc"', b' fixed="x"',
    b'<xs:any processContents="x"/>', b'<xs:pattern value="(a+)+$"/>', b'<xs:pattern value="["/>',
    b'<xs:maxLength value="x"/>', b'<xs:enumeration value=""/>', b'<xs:choice maxOccurs="7">',
    b'<xs:import namespace="u" schemaLocation="x.xsd"/>', b'<xs:include schemaLocation="."/>',
    b'<xs:redefine schemaLocation="x"/>', b'<import location="http://[x"/>', b'targetNamespace=""', b"xs:sequence",
    b"xs:all", b"xs:group", b"xs:extension", b"xs:restriction", b"xs:union", b"xs:list", b"xs:attribute",
    b"xs:element",
    # TOML, forms, headers, addresses, patterns
    b"\n[[a]]\n", b"\n[a.b]\n", b"a.b = 1\n", b"inf", b"nan", b"1979-05-27T07:32:00Z", b"07:32:00", b"0xFF", b"'''",
    b'"""', b"${X}", b"${}", b"${CREDENTIAL}", b"{{Email}}", b"= ", b"#", b"%", b"%00", b"%ed%a0%80", b"a[0].b=1&",
    b"a[999999999999]=1&", b"a[][]=&", b"=", b"&", b"+", b"; charset=zip", b"; charset=", b"; charset=utf-16",
    b"; charset=\"", b"multipart/related", b"Content-Type: ", b"Retry-After: -1\n", b"Location: http://[x\n",
    b"Set-Cookie: a\n", b"Allow: \n", b"a@example.org", b"<a@b.co>", b'"a b"@b.co', b"a@xn--a.com", b"=?utf-7?Q?a?=",
    b"(", b")", b"(?:", b"(?=", b"(?<n>", b"*", b"+?", b"{2,}", b"{9999}", b"{,3}", b"[^", b"[a-", b"\\p{L}", b"\\b",
    b"\\1", b"|", b"^", b"$", b".", b"http://[", b"http://a:99999/", b"file:///etc/hostname", b"-1", b"0", b"1",
    b"400", b"500", b"200",
)  # fmt: skip
"""What a reader may stumble over, of every format: also in the wrong one."""
SAFE = tuple(token for token in TOKENS if token.isascii() and not set(token) & set(b"<>&\"'\\\0\x1b\x0b\x7f\n"))
"""Those that stand in a value without an end to the message."""
BOUNDARY = re.compile(rb"(?<=[>,{\[\n&;])|$")
"""Where a message may well go on otherwise."""
NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
PAIR = re.compile(
    rb'"[^"\\]{0,80}"\s*:\s*(?:"[^"\\]{0,200}"|[^\s{}\[\],"]{1,40})'
    rb"|<([\w:]{1,60})[^<>]{0,300}>[^<>]{0,200}</\1>"
    rb"|^[^\n=]{1,80}=[^\n]{1,200}$",
    re.MULTILINE,
)
QUOTED = re.compile(rb"\"[^\"]{0,200}\"|'[^']{0,200}'|>[^<>]{1,200}<")
WORD = re.compile(rb"[A-Za-z_]\w*")
ENCODINGS = ("utf-16", "utf-16-be", "utf-32", "latin-1", "utf-7", "cp037")


def _at(data: bytes, where: int) -> int:
    return where * (len(data) + 1) // 65536


def _span(data: bytes, where: int, much: int) -> tuple[int, int]:
    start = _at(data, where)
    return start, min(len(data), start + 1 + much % 64 ** (1 + much % 3))


def _token(which: int) -> bytes:
    return TOKENS[which % len(TOKENS)]


def _flip(data: bytes, where: int, much: int, what: int, _other: bytes) -> bytes:
    start = min(_at(data, where), max(len(data) - 1, 0))
    return data[:start] + bytes(byte ^ (1 << what % 8) for byte in data[start : start + 1]) + data[start + 1 :]


def _delete(data: bytes, where: int, much: int, _what: int, _other: bytes) -> bytes:
    start, end = _span(data, where, much)
    return data[:start] + data[end:]


def _double(data: bytes, where: int, much: int, what: int, _other: bytes) -> bytes:
    start, end = _span(data, where, much)
    return data[:start] + data[start:end] * (1 + 2 ** (what % 9)) + data[end:]


def _insert(data: bytes, where: int, much: int, what: int, _other: bytes) -> bytes:
    found = _one(BOUNDARY, data, where) if much % 4 else None
    start = found.start() if found is not None else _at(data, where)
    return data[:start] + _token(what) + data[start:]


def _replace(data: bytes, where: int, much: int, what: int, _other: bytes) -> bytes:
    start, end = _span(data, where, much)
    return data[:start] + _token(what) + data[end:]


def _truncate(data: bytes, where: int, _much: int, what: int, _other: bytes) -> bytes:
    return data[: _at(data, where)] if what % 2 else data[_at(data, where) :]


def _splice(data: bytes, where: int, much: int, _what: int, other: bytes) -> bytes:
    return data[: _at(data, where)] + other[_at(other, much) :]


def _graft(data: bytes, where: int, much: int, what: int, other: bytes) -> bytes:
    start, end = _span(other, much, what)
    return data[: _at(data, where)] + other[start:end] + data[_at(data, where) :]


def _one(pattern: re.Pattern[bytes], data: bytes, where: int) -> re.Match[bytes] | None:
    """One of the places where the pattern is found."""
    found = list(pattern.finditer(data))
    return found[where % len(found)] if found else None


def _number(data: bytes, where: int, _much: int, what: int, _other: bytes) -> bytes:
    found = _one(NUMBER, data, where)
    strange = (b"-1", b"1e999", b"9" * 400, b"0", b"2147483648", b"1.5", b"NaN", b"", b"-0", b"99999999999999999999")
    return data if found is None else data[: found.start()] + strange[what % len(strange)] + data[found.end() :]


def _text(data: bytes, where: int, much: int, what: int, _other: bytes) -> bytes:
    """Another text between quotes or tags; mostly one that may stand there."""
    found = _one(QUOTED, data, where)
    text = SAFE[what % len(SAFE)] if much % 4 else _token(what)
    return data if found is None else data[: found.start() + 1] + text + data[found.end() - 1 :]


def _again(data: bytes, where: int, much: int, what: int, _other: bytes) -> bytes:
    """A member once more: in its place, or somewhere else."""
    found = _one(PAIR, data, where)
    if found is None:
        return data
    place = found.end() if what % 2 else _at(data, much)
    between = (b"", b",", b"\n", b"&")[what // 2 % 4]
    return data[:place] + between + found[0] + between + data[place:]


def _gone(data: bytes, where: int, _much: int, _what: int, _other: bytes) -> bytes:
    found = _one(PAIR, data, where)
    return data if found is None else data[: found.start()] + data[found.end() :]


def _nested(data: bytes, where: int, much: int, what: int, _other: bytes) -> bytes:
    start, end = _span(data, where, much)
    before, after = ((b"[", b"]"), (b'{"a":', b"}"), (b"<a>", b"</a>"), (b"(", b")"))[what % 4]
    depth = (1, 3, 60, 210, 400)[what // 4 % 5]
    return data[:start] + before * depth + data[start:end] + after * depth + data[end:]


def _renamed(data: bytes, where: int, much: int, what: int, _other: bytes) -> bytes:
    """A name with a letter more: wherever it stands, so that tags still match, or here alone."""
    found = _one(WORD, data, where)
    if found is None:
        return data
    name = found[0] + (b"x", b".", b"-", b":x", b"\xc3\xb1", b"1")[what % 6]
    return data.replace(found[0], name) if much % 4 else data[: found.start()] + name + data[found.end() :]


def _swapped(data: bytes, where: int, much: int, _what: int, _other: bytes) -> bytes:
    """Two members in each other's place."""
    one, two = sorted(
        (_one(PAIR, data, where), _one(PAIR, data, much)), key=lambda found: found.start() if found else 0
    )
    if one is None or two is None or one.end() > two.start():
        return data
    return data[: one.start()] + two[0] + data[one.end() : two.start()] + one[0] + data[two.end() :]


def _encoded(data: bytes, _where: int, _much: int, what: int, _other: bytes) -> bytes:
    try:
        return data.decode("utf-8").encode(ENCODINGS[what % len(ENCODINGS)])
    except UnicodeError:
        return data


ROUGH = (_flip, _delete, _double, _insert, _replace, _truncate, _splice, _graft, _nested, _encoded)
"""These end most messages."""
GENTLE = (_number, _text, _again, _gone, _renamed, _swapped, _insert)
"""These leave most messages what they are."""
MUTATIONS: Sequence[Callable[[bytes, int, int, int, bytes], bytes]] = (*ROUGH, *GENTLE, *GENTLE, *GENTLE)


def mutated(data: bytes, steps: Sequence[Step], other: bytes) -> bytes:
    """The bytes after the steps; `other` is what pieces are taken from."""
    for which, where, much, what in steps:
        data = MUTATIONS[which % len(MUTATIONS)](data, where, much, what, other)[:LONGEST]
    return data
