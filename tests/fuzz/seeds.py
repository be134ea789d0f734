"""Valid messages to begin from, in every format: few, small, and each with something that the others lack."""

from __future__ import annotations

import re
import subprocess
import sys
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from conformance.codecs import CODECS
from conformance.emit import contract_json
from conformance.resources import cases_dir
from conformance.run.contracts import contracts
from conformance.target.file.template import render
from tests.fuzz import sessions
from tests.synthetic_pages import ASMX, HELP, PROSE
from tests.wsdl_shapes import Sheet, text_of
from tests.wsdl_support import FOLDER

Seeds = Callable[[], tuple[bytes, ...]]
OURS = Path(contract_json.__file__).parent.parent / "documents" / "readings"
SEAL = re.compile(rb'\{"crc32": "[0-9a-f]{8}", "line": [0-9]+, ')


def decoded(service: str, encoding: str, part: str) -> Seeds:
    """Messages of one part of an operation."""

    @cache
    def made() -> tuple[bytes, ...]:
        contract = sessions.contract_for(service)
        found = sessions.exchanges_of(service, encoding)
        if part == "request":
            bodies = [one.request.body for one in found]
            bodies.append(CODECS[encoding].encode(contract.operation.request, dict(contract.baseline)))
        else:
            bodies = [one.response.body for one in found if one.response is not None]
        utf16 = [b"charset=utf-16\n" + bodies[0].decode().encode("utf-16")]
        return tuple(dict.fromkeys([*bodies, *utf16]))

    return made


def answers(service: str, encoding: str) -> Seeds:
    """Answers of the reference, and of others, with the number of a case."""

    @cache
    def made() -> tuple[bytes, ...]:
        found = sessions.exchanges_of(service, encoding)
        given = [one.response for one in found if one.response is not None]
        strange = (
            b"1 503 Busy\nRetry-After: 120\nContent-Type: text/html\n\n<html>busy</html>",
            b"2 302 Found\nLocation: /login\n\n",
            b"3 204 No Content\n\n",
            b'4 400 Bad Request\nContent-Type: application/problem+json\n\n{"title":"no","errors":{"Email":["bad"]}}',
            b"5 405 No\nAllow: POST\nContent-Type: text/plain\n\nno",
        )
        return (*(sessions.as_bytes(7 * number, one) for number, one in enumerate(given)), *strange)

    return made


def pauses() -> tuple[bytes, ...]:
    return (
        b"0 429 Slow\nRetry-After: 3\n\n",
        b"0 503 Busy\nDate: Wed, 21 Oct 2026 07:28:00 GMT\nRetry-After: Wed, 21 Oct 2026 07:29:00 GMT\n\n",
        b"0 429 Slow\nretry-after: 0\nRetry-After: 99999999999999999999\nRetry-After: -1\n\n",
        b"0 429 Slow\nRetry-After: Wednesday, 21-Oct-26 07:28:00 GMT\n\n",
        b"0 429 Slow\nRetry-After: Wed Oct 21 07:28:00 2026\n\n",
    )


@cache
def wsdls() -> tuple[bytes, ...]:
    files = [path.read_bytes() for path in sorted(FOLDER.glob("*.wsdl"))]
    return (*files, text_of(Sheet()).encode())


def targets() -> tuple[bytes, ...]:
    whole = render(tuple(contracts()), contracts())
    return (
        whole.encode(),
        whole.replace("# ", "").encode(),
        *(render((one,), contracts()).encode() for one in contracts()),
    )


@cache
def examples() -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted(cases_dir().glob("*/*.toml")))


@cache
def written_contracts() -> tuple[bytes, ...]:
    return tuple(contract_json.dumps(one).encode() for one in contracts().values())


def pages() -> tuple[bytes, ...]:
    return (HELP.encode(), ASMX.encode(), PROSE.encode())


@cache
def readings() -> tuple[bytes, ...]:
    """Those of the tests, of the page that lies beside them."""
    from tests.test_documents_readings import READINGS

    return (READINGS.encode(), *(path.read_bytes() for path in sorted(OURS.glob("*.toml"))))


def beside_a_page(use: Callable[[Path], object]) -> Callable[[Path], object]:
    """The same, with a page in the folder that the readings are of."""

    def run(path: Path) -> object:
        (path.parent / "page.txt").write_text(HELP, "utf-8")
        return use(path)

    return run


@cache
def journals() -> tuple[bytes, ...]:
    """A short run against the reference, without numbers and checksums."""
    return (_journal("collection-policy"),)


@cache
def reports() -> tuple[bytes, ...]:
    """One of the first revision, and one of this."""
    from conformance.report.writers import report_json
    from tests.report_samples import hostile, material
    from tests.test_reading_reports import FIRST

    return FIRST.read_bytes(), report_json.write(material(*hostile()))


def _journal(service: str) -> bytes:
    out = sessions.folder() / service
    options = ("--service", service, "--depth", "smoke", "--format", "json", "--out", str(out))
    subprocess.run(
        [sys.executable, "-m", "conformance", "check", *options], capture_output=True, check=False, timeout=120
    )
    return SEAL.sub(b"{", (out / "run.jsonl").read_bytes())


def sealed(data: bytes) -> bytes:
    """The lines with a number and a checksum that fits, where they look like such lines at all."""
    lines = enumerate(data.split(b"\n"), 1)
    return b"\n".join(_sealed(line, number) if line.startswith(b"{") else line for number, line in lines)


def _sealed(line: bytes, number: int) -> bytes:
    text = b'{"line": %d, %s' % (number, line[1:])
    return b'{"crc32": "%08x", %s' % (zlib.crc32(text), text[1:])


def masked() -> tuple[bytes, ...]:
    return (
        b'{"token":"s3cr3t","id":900123456,"other":"q\\"<&>%/\xc3\xa9"}',
        b"<a>s3cr3t</a><b>q&quot;&lt;&amp;&gt;%/&#233;</b><!-- 900123456 -->",
        b"a=s3cr3t&b=q%22%3C%26%3E%25%2F%C3%A9&c=czNjcjN0",
        's3cr3t q"<&>%/é 900123456'.encode("utf-16"),
        b'Basic dXNlcjpzM2NyM3Q=  \xe9q"<&>%/\xe9  73336372337 &#x73;3cr3t \\u00733cr3t',
    )


def addressed() -> tuple[bytes, ...]:
    return (
        b'{"Email":"a@b.co, \\u0061@example.org","x":"a%40b.co"}',
        b"<Correo>a&#64;b.co</Correo><b>&lt;a@b.co&gt;</b><![CDATA[x@y.test]]>",
        "a＠b.co; a (comment) @ b . co".encode(),
        '"a b"@[127.0.0.1], @a,@b:c@d.example'.encode("utf-16"),
        b"user%b.co@example.com mailto:a@b.co?bcc=c@d.co",
    )


def patterns() -> tuple[bytes, ...]:
    from conformance.model import Field

    def stated(fields: tuple[Field, ...]) -> list[str]:
        return [one.pattern for member in fields for one in member.constraints if one.pattern is not None]

    found = [pattern for one in contracts().values() for pattern in stated(one.operation.request.fields)]
    written = [
        r"(a+)+$",
        r"^(?:[a-z]{1,3}|\d{2,})*$",
        r"[^\W\d_-]+?\.(?<n>x|y)",
        r"^a|b$",
        r"[\x41-\u005A]{3}\\",
        r"(?=a)a*",
    ]
    return tuple(f"{pattern}\naaaaaaaaaaaaaaaaaaaaaaaaaaaa!".encode() for pattern in (*found, *written))


def tokens() -> tuple[bytes, ...]:
    return (b"t0k3n\n", b"eyJhbGciOiJub25lIn0.e30.", b"")


def tokens_of_messages() -> tuple[bytes, ...]:
    names = ("WSSE-PASSWORD", "WSSE-NONCE", "WSSE-CREATED")
    places = "".join(f"<x>${{{name}:envio-correo}}</x>" for name in names)
    return (places.encode(), b"${WSSE-PASSWORD:other}", b"<a/>")
