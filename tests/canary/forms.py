"""The ways in which a server may write a secret: what comes back is looked for in each. Texts in, texts out."""

from __future__ import annotations

import base64
import gzip
import html
import json
import quopri
import zlib
from collections.abc import Callable
from html.entities import codepoint2name
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape, quoteattr

Form = Callable[[str], str]


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _each(text: str, pattern: str) -> str:
    return "".join(pattern.format(ord(char)) for char in text)


def _octets(text: str, pattern: str) -> str:
    return "".join(pattern.format(byte) for byte in text.encode())


def _wrapped(text: str, width: int) -> str:
    return "\r\n".join(text[start : start + width] for start in range(0, len(text), width))


def _body(text: str) -> bytes:
    return json.dumps({"request": {"Clave": text, "other": [1, 2, 3]}}).encode()


def _long(text: str) -> bytes:
    return f"POST /api HTTP/1.1\r\nHost: staging.example.com\r\nX-Seen: {text}\r\n\r\n".encode()


def _half(text: str) -> tuple[str, str]:
    return text[: len(text) // 2], text[len(text) // 2 :]


FORMS: dict[str, Form] = {
    "plain": str,
    "in capitals": str.upper,
    "in small letters": str.lower,
    "as a title": str.title,
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON, solidus escaped": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "JSON, every unit": lambda text: _each(text, "\\u{:04x}"),
    "JSON, every unit in capitals": lambda text: _each(text, "\\u{:04X}"),
    "JSON in JSON": lambda text: json.dumps(json.dumps(text))[3:-3],
    "a repr": lambda text: repr(text)[1:-1],
    "octets of a log": lambda text: _octets(text, "\\x{:02x}"),
    "code points of C#": lambda text: _each(text, "\\U{:08x}"),
    "units of JavaScript": lambda text: _each(text, "%u{:04X}"),
    "XML": escape,
    "an attribute": lambda text: quoteattr(text)[1:-1],
    "decimal references": lambda text: _each(text, "&#{};"),
    "hexadecimal references": lambda text: _each(text, "&#x{:x};"),
    "references in capitals, with zeros": lambda text: _each(text, "&#x{:06X};"),
    "references in references": lambda text: escape(_each(text, "&#{};")),
    "HTML": html.escape,
    "HTML by names": lambda text: "".join(
        f"&{codepoint2name[ord(char)]};" if ord(char) in codepoint2name else char for char in text
    ),
    "XML in XML": lambda text: escape(escape(text)),
    "JSON in XML": lambda text: escape(json.dumps(text)[1:-1], {'"': "&quot;"}),
    "XML in JSON": lambda text: json.dumps(escape(text))[1:-1],
    "CDATA": lambda text: f"<![CDATA[{text}]]>",
    "CDATA cut in two": lambda text: "<![CDATA[{}]]><![CDATA[{}]]>".format(*_half(text)),
    "half in CDATA": lambda text: f"{escape(_half(text)[0])}<![CDATA[{_half(text)[1]}]]>",
    "cut by a comment": lambda text: "{}<!-- here -->{}".format(*map(escape, _half(text))),
    "cut by two comments": lambda text: "<!---->".join((text[:5], text[5:9], text[9:])),
    "cut by a comment, in JSON": lambda text: json.dumps("{}<!-- here -->{}".format(*map(escape, _half(text))))[1:-1],
    "URL": lambda text: quote(text, safe=""),
    "URL in small letters": lambda text: "".join(
        char if char.isalnum() else quote(char, safe="").lower() for char in text
    ),
    "URL, a path": quote,
    "form": quote_plus,
    "URL, every octet": lambda text: _octets(text, "%{:02X}"),
    "URL, every octet in small letters": lambda text: _octets(text, "%{:02x}"),
    "URL in URL": lambda text: quote(quote(text, safe=""), safe=""),
    "URL, every octet, twice": lambda text: _octets(text, "%25{:02X}"),
    "form in JSON": lambda text: json.dumps(quote_plus(text))[1:-1],
    "form in XML": lambda text: escape(quote_plus(quote_plus(text))),
    "form in Latin-1": lambda text: quote_plus(text, encoding="latin-1", errors="xmlcharrefreplace"),
    "base64": lambda text: _b64(text.encode()),
    "base64 behind a letter": lambda text: _b64(b"u" + text.encode()),
    "base64 of a pair": lambda text: _b64(f"qa:{text}".encode()),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64 without padding": lambda text: _b64(text.encode()).rstrip("="),
    "base64 in a URL": lambda text: quote(_b64(text.encode()), safe=""),
    "base64 in lines": lambda text: _wrapped(_b64(_long(text)), 76),
    "base64 in indented lines": lambda text: _wrapped(_b64(_long(text)), 64).replace("\n", "\n    "),
    "base64 in lines, in JSON": lambda text: json.dumps(_wrapped(_b64(_long(text)), 64))[1:-1],
    "base64 in lines, on one line": lambda text: _wrapped(_b64(_long(text)), 76).replace("\r\n", " "),
    "base64 of gzip behind a path": lambda text: f"api/of/{_b64(gzip.compress(_body(text), mtime=0))}",
    "base64 of a body": lambda text: _b64(_body(text)),
    "base64 of JSON of every unit": lambda text: _b64(('{"a": "' + _each(text, "\\u{:04x}") + '"}').encode()),
    "base64 of base64": lambda text: _b64(_b64(text.encode()).encode()),
    "base64 of base64 of a body": lambda text: _b64(b'{"body": "' + _b64(_body(text)).encode() + b'"}'),
    "base64 thrice": lambda text: _b64(_b64(_b64(text.encode()).encode()).encode()),
    "base64 of a URL": lambda text: _b64(quote(text, safe="").encode()),
    "base64 of hexadecimal": lambda text: _b64(text.encode().hex().encode()),
    "base64 of UTF-16": lambda text: _b64(text.encode("utf-16-le")),
    "base64 of UTF-16, the other order": lambda text: _b64(text.encode("utf-16-be")),
    "base64 of UTF-32": lambda text: _b64(text.encode("utf-32")),
    "base64 of gzip": lambda text: _b64(gzip.compress(_body(text), mtime=0)),
    "base64 of zlib": lambda text: _b64(zlib.compress(_body(text))),
    "hexadecimal": lambda text: text.encode().hex(),
    "hexadecimal in capitals": lambda text: text.encode().hex().upper(),
    "hexadecimal of .NET": lambda text: text.encode().hex("-").upper(),
    "hexadecimal with colons": lambda text: text.encode().hex(":"),
    "hexadecimal with blanks": lambda text: text.encode().hex(" "),
    "hexadecimal of a body": lambda text: _body(text).hex(),
    "hexadecimal of base64": lambda text: _b64(text.encode()).encode().hex(),
    "hexadecimal of UTF-16": lambda text: "0x" + text.encode("utf-16-le").hex(),
    "quoted-printable": lambda text: quopri.encodestring(text.encode()).decode(),
    "quoted-printable, every octet": lambda text: _octets(text, "={:02X}"),
    "quoted-printable, a soft line": lambda text: "{}=\r\n{}".format(*_half(text)),
    "quoted-printable in JSON": lambda text: json.dumps("{}=\r\n{}".format(*_half(text)))[1:-1],
    "between quotes of a shell": lambda text: "'" + text.replace("'", "'\"'\"'") + "'",
    "read as Latin-1": lambda text: text.encode().decode("latin-1"),
}
