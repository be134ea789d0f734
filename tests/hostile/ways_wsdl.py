"""Ways with a WSDL: what it imports, what it is too much of, and what it says to people.

Each is asked for the rule that the WSDL can be used and for those about answers that hang on it; where it cannot be
used nothing else is sent.
"""

from __future__ import annotations

import re
from functools import cache
from xml.sax.saxutils import quoteattr

from tests.hostile.way import Asked, Lures, Talk, Way, answer, line, sends
from tests.hostile.ways_coding import gzip_bomb
from tests.hostile.ways_text import WORDS
from tests.wsdl_shapes import Sheet, text_of

RULES = ("http/wsdl", "http/stock-client", "response/valid")
HOLDS = (
    '<?xml version="1.0"?><schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x{n}">{inner}</schema>'
)


@cache
def _plain(address: str) -> str:
    return text_of(Sheet(address=address, versions=("1.1", "1.2")))


def own(asked: Asked) -> str:
    """A small WSDL with the documented operation at this server."""
    return _plain(f"http://{asked.host}{asked.path.split('?')[0]}")


def published(asked: Asked) -> str:
    """The WSDL that goes with the good answers."""
    return asked.text


def schema(text: str, declared: str) -> str:
    """The WSDL with more in its schema."""
    return text.replace('<xs:simpleType name="kinds">', declared + '<xs:simpleType name="kinds">', 1)


def above(text: str, declared: str) -> str:
    """The WSDL with an import at the top of its schema."""
    return re.sub(r"(<xs:schema[^>]*>)", lambda found: found[1] + declared, text, count=1)


def member(text: str, element: str) -> str:
    """The WSDL with another optional member of the request."""
    return text.replace('<xs:element name="facturador"', f'{element}<xs:element name="facturador"', 1)


def document(make) -> object:
    """What the function makes of the small WSDL, at any address that is asked; to requests the good answer."""

    def act(talk: Talk) -> None:
        asked = talk.asked
        if asked.lane != "wsdl":
            talk.send(answer(asked))
            return
        made = make(asked, talk.lures)
        body = made if isinstance(made, bytes) else made.encode("utf-8", "surrogatepass")
        talk.send(
            answer(asked, start=b"HTTP/1.1 200 OK", body=body, headers={"Content-Type": "text/xml; charset=utf-8"})
        )

    return act


def imports(place: str, kind: str = "import"):
    """The WSDL whose schema imports from there."""

    def make(asked: Asked, lures: Lures) -> str:
        told = place.format(file=lures.file, folder=lures.folder, http=lures.http, host=lures.host)
        extra = 'namespace="urn:x" ' if kind == "import" else ""
        return above(own(asked), f'<xs:{kind} {extra}schemaLocation="{told}"/>')

    return document(make)


def chain(asked: Asked, lures: Lures) -> str:
    """Each document imports the next."""
    number = asked.count
    if asked.path.endswith("?wsdl"):
        return above(own(asked), '<xs:import namespace="urn:x0" schemaLocation="?n=0"/>')
    return HOLDS.format(n=number - 2, inner=f'<import namespace="urn:x{number - 1}" schemaLocation="?n={number - 1}"/>')


def crowd(asked: Asked, lures: Lures) -> str:
    """Ten thousand schemas at once."""
    if asked.path.endswith("?wsdl"):
        return above(
            own(asked), "".join(f'<xs:import namespace="urn:x{n}" schemaLocation="?n={n}"/>' for n in range(10_000))
        )
    return HOLDS.format(n=asked.path.rpartition("=")[2], inner="")


def itself(asked: Asked, lures: Lures) -> str:
    return published(asked).replace(
        "<wsdl:types>", '<wsdl:import namespace="urn:self" location="?wsdl"/><wsdl:types>', 1
    )


def circle(asked: Asked, lures: Lures) -> str:
    """Two schemas that import each other."""
    if asked.path.endswith("?wsdl"):
        return above(published(asked), '<xs:import namespace="urn:x0" schemaLocation="?n=0"/>')
    other = 1 - int(asked.path[-1])
    return HOLDS.format(n=asked.path[-1], inner=f'<import namespace="urn:x{other}" schemaLocation="?n={other}"/>')


def large(asked: Asked, lures: Lures) -> str:
    """Documents of seven megabytes, each of which names the next."""
    filler = "<annotation><documentation>" + "x" * 7_000_000 + "</documentation></annotation>"
    if asked.path.endswith("?wsdl"):
        return above(
            own(asked), "".join(f'<xs:import namespace="urn:x{n}" schemaLocation="?n={n}"/>' for n in range(9))
        )
    return HOLDS.format(n=asked.path.rpartition("=")[2], inner=filler)


def doubled(count: int) -> str:
    leaf = '<xs:element name="w" type="xs:string" minOccurs="0"/>'
    first = f'<xs:group name="g0"><xs:sequence>{leaf}</xs:sequence></xs:group>'
    return first + "".join(
        f'<xs:group name="g{n + 1}"><xs:sequence>' + f'<xs:group ref="d:g{n}"/>' * 2 + "</xs:sequence></xs:group>"
        for n in range(count)
    )


def substitutes(count: int) -> str:
    return "".join(
        f'<xs:element name="s{n}" type="xs:string" substitutionGroup="d:s{(n + 1) % count}"/>' for n in range(count)
    )


def pattern(expression: str) -> str:
    restriction = f'<xs:restriction base="xs:string"><xs:pattern value="{expression}"/></xs:restriction>'
    return f'<xs:simpleType name="slow">{restriction}</xs:simpleType>'


def slow(expression: str, text: str):
    """A member of the answer has to match the expression, and is a text for which that takes for ever."""

    def act(talk: Talk) -> None:
        asked = talk.asked
        told = schema(own(asked) if asked.lane == "wsdl" else "", pattern(expression))
        told = told.replace('<xs:element name="return" type="xs:string"', '<xs:element name="return" type="d:slow"')
        if asked.lane == "wsdl":
            talk.send(answer(asked, start=b"HTTP/1.1 200 OK", body=told.encode(), headers={"Content-Type": "text/xml"}))
            return
        kind = (
            "http://www.w3.org/2003/05/soap-envelope"
            if asked.lane.endswith("12")
            else "http://schemas.xmlsoap.org/soap/envelope/"
        )
        label = "application/soap+xml; charset=utf-8" if asked.lane.endswith("12") else "text/xml; charset=utf-8"
        body = (
            f'<e:Envelope xmlns:e="{kind}"><e:Body><d:actualizarCorreoClienteListaDocumentosResponse '
            f'xmlns:d="http://formas.example/ws"><return>{text}</return>'
            "</d:actualizarCorreoClienteListaDocumentosResponse></e:Body></e:Envelope>"
        )
        talk.send(answer(asked, start=b"HTTP/1.1 200 OK", body=body.encode(), headers={"Content-Type": label}))

    return act


def unread(name: str, act, says: str = "", **more) -> Way:
    """It may well be a WSDL, but is beyond what is read or followed: nothing is held against the target."""
    return Way(
        id=f"WSDL: {name}",
        act=act,
        to="bound",
        exit=6,
        silent="bound",
        unsure={"http/wsdl": "bound"},
        says=says,
        rules=RULES,
        depth="quick",
        **more,
    )


def unusable(name: str, act, says: str = "") -> Way:
    """It is no WSDL that anybody could use."""
    return Way(
        id=f"WSDL: {name}",
        act=act,
        to="bound",
        exit=1,
        silent="bound",
        fails={"http/wsdl": "bound"},
        says=says,
        rules=RULES,
        depth="quick",
    )


def mistaken(name: str, act, says: str) -> Way:
    """Names cannot be told: whoever wrote the target file has to say them."""
    return Way(id=f"WSDL: {name}", act=act, to="bound", exit=4, over=says, rules=RULES, depth="quick")


def usable(name: str, act, **more) -> Way:
    """Odd, but good enough."""
    return Way(**{"id": f"WSDL: {name}", "act": act, "to": "bound", "rules": RULES, "depth": "quick", "exit": 0} | more)


def _address(address: str):
    def make(asked: Asked, lures: Lures) -> str:
        return _plain(address.format(http=lures.http, host=lures.host, file=lures.file, own=asked.host))

    return document(make)


def _whole(text: bytes | str):
    return document(lambda asked, lures: text)


def _redirected(talk: Talk) -> None:
    talk.send(
        answer(talk.asked, start=b"HTTP/1.1 301 X", body=b"", extra=line("Location", f"{talk.lures.http}/x.wsdl"))
    )


def _bomb(talk: Talk) -> None:
    talk.send(answer(talk.asked, body=gzip_bomb(), extra=line("Content-Encoding", "gzip")))


def _gate(code: int):
    return sends(
        lambda asked: answer(
            asked, start=f"HTTP/1.1 {code} X".encode(), body=b"<h1>no</h1>", headers={"Content-Type": "text/html"}
        )
    )


IMPORTS = (
    unread("imports a file", imports("{file}"), "is never followed"),
    unusable("imports what is no schema", imports("/../../../../../../etc/passwd"), ""),
    unread("includes a file", imports("{folder}/bait.xsd", "include"), "is never followed"),
    unread("imports from another host", imports("{http}/x.xsd"), "is not asked without leave"),
    unread("imports from another host without a scheme", imports("//{host}/x.xsd"), "is not asked without leave"),
    unread(
        "imports from a name that nobody resolved",
        imports("http://wsdl.example.com/x.xsd"),
        "is not asked without leave",
    ),
    unread("imports with credentials", imports("http://user:pass@{host}/x.xsd"), ""),
    unread("imports by gopher", imports("gopher://{host}/x.xsd"), "is never followed"),
    unread("imports data", imports("data:text/xml,&lt;x/&gt;"), "is never followed"),
    unread("imports a script", imports("javascript:alert(1)"), "is never followed"),
    unusable("imports from no address", imports("http://[::1"), "is no address"),
    unread("redefines a file", imports("{file}", "redefine"), "redefine"),
    unread("imports a chain without end", document(chain), "imports"),
    unread("imports ten thousand schemas", document(crowd), "imports more than"),
    unread("imports a hundred megabytes", document(large), "bytes", nightly=True),
    unread("imports itself", document(itself)),
    usable("imports in a circle", document(circle)),
    Way(
        id="WSDL: a redirect to another host",
        act=_redirected,
        to="bound",
        exit=6,
        silent="bound",
        unsure={"http/wsdl": "bound"},
        says="a redirect to",
        rules=RULES,
        depth="quick",
    ),
)
CONTENT = (
    unusable("nothing", _whole(b""), "is no well-formed XML"),
    unusable("a page", _whole(b"<!doctype html><html><script>alert(1)</script></html>"), ""),
    unusable("JSON", _whole(b'{"openapi":"3.1.0"}'), "is no well-formed XML"),
    unusable("noise", _whole(bytes(range(256)) * 1000), "is no well-formed XML"),
    unusable("half of one", document(lambda asked, lures: own(asked)[:-50]), "is no well-formed XML"),
    unusable("another document", _whole("<feed xmlns='http://www.w3.org/2005/Atom'/>"), "is not a WSDL"),
    unread("WSDL 2.0", _whole('<description xmlns="http://www.w3.org/ns/wsdl"/>'), "WSDL 2.0"),
    unusable(
        "an entity in a file",
        document(
            lambda asked, lures: (
                f'<!DOCTYPE definitions [<!ENTITY e SYSTEM "{lures.file}">]>'
                + own(asked).replace("<types>", "<documentation>&e;</documentation><types>")
            )
        ),
        "document type declaration",
    ),
    unusable(
        "a billion laughs",
        document(
            lambda asked, lures: (
                '<!DOCTYPE definitions [<!ENTITY a "ha">'
                + "".join(
                    f'<!ENTITY {new} "' + f"&{old};" * 10 + '">'
                    for old, new in zip("abcdefghi", "bcdefghij", strict=True)
                )
                + "]>"
                + own(asked).replace("<types>", "<documentation>&j;</documentation><types>")
            )
        ),
        "",
    ),
    unusable(
        "a document type",
        document(lambda asked, lures: "<!DOCTYPE definitions>" + own(asked)),
        "document type declaration",
    ),
    unread("a gate before it: 401", _gate(401), "answered 401"),
    unread("a gate before it: 503", _gate(503), "answered 503"),
    unusable("none there: 404", _gate(404), "answered 404"),
    unread("a bomb", _bomb, "larger than"),
)
BOMBS = (
    unread(
        "groups that double",
        document(lambda asked, lures: member(schema(own(asked), doubled(30)), '<xs:group ref="d:g30"/>')),
        "more than 1000 elements",
    ),
    unread(
        "40,000 types",
        document(
            lambda asked, lures: schema(own(asked), "".join(f'<xs:complexType name="k{n}"/>' for n in range(40_001)))
        ),
        "at most 40000",
    ),
    unread(
        "100,000 levels",
        document(
            lambda asked, lures: own(asked).replace(
                "<types>", "<documentation>" + "<a>" * 100_000 + "</a>" * 100_000 + "</documentation><types>"
            )
        ),
    ),
    unread("substitutes in a circle", document(lambda asked, lures: schema(own(asked), substitutes(100)))),
    unread(
        "a type that is its own",
        document(
            lambda asked, lures: schema(
                own(asked), '<xs:simpleType name="k"><xs:restriction base="d:k"/></xs:simpleType>'
            )
        ),
    ),
    mistaken(
        "an occurrence of 100,000",
        document(
            lambda asked, lures: member(
                own(asked), '<xs:element name="z" type="xs:string" minOccurs="100000" maxOccurs="100000"/>'
            )
        ),
        "add values.z",
    ),
    usable(
        "a bound beyond any",
        document(
            lambda asked, lures: published(asked).replace('maxOccurs="unbounded"', 'maxOccurs="99999999999999999999"')
        ),
    ),
    usable(
        "a type that may hold itself",
        document(
            lambda asked, lures: published(asked).replace(
                '<xs:complexType name="documento">',
                '<xs:complexType name="k"><xs:sequence><xs:element name="k" type="tns:k" minOccurs="0"/></xs:sequence>'
                '</xs:complexType><xs:complexType name="documento">',
                1,
            )
        ),
    ),
    usable(
        "10,000 operations",
        document(
            lambda asked, lures: published(asked).replace(
                "<wsdl:portType",
                '<wsdl:portType name="x">' + '<wsdl:operation name="o"/>' * 10_000 + "</wsdl:portType><wsdl:portType",
                1,
            )
        ),
    ),
    usable(
        "a megabyte of documentation that says a script",
        document(
            lambda asked, lures: published(asked).replace(
                "<wsdl:types>",
                "<wsdl:documentation>" + "<script>alert(1)</script>" * 40_000 + "</wsdl:documentation><wsdl:types>",
                1,
            )
        ),
    ),
)
BROKEN: dict[str, object] = {"exit": 1, "fails": {"response/valid": "bound"}, "alone": True}
UNHELD: dict[str, object] = {
    "exit": 6,
    "unsure": {"response/valid": "bound"},
    "says": "is not held against any text",
    "alone": True,
}
SLOW = (
    usable("a pattern that takes for ever", slow("(a+)+b", "a" * 60), **BROKEN),
    usable("a pattern with many ways", slow("(a|a|aa)*c", "a" * 60), **BROKEN),
    usable("a pattern that counts far", slow("(a{0,1000}){0,1000}b", "a" * 5000), **UNHELD),
    usable("a pattern of 50,000 letters", slow("a?" * 50_000 + "b", "a" * 100), **UNHELD),
)
ADDRESSES = (
    mistaken("an address that is a script", _address("javascript:alert(1)"), "name the address to send to as url"),
    mistaken("an address that is a file", _address("{file}"), "name the address to send to as url"),
    mistaken("an address at another host", _address("http://192.0.2.1/servicio"), "name the address to send to as url"),
    mistaken(
        "an address at a name of its own",
        _address("http://wsdl.example.com/servicio"),
        "name the address to send to as url",
    ),
    mistaken(
        "an address with credentials", _address("http://user:pass@192.0.2.1/"), "name the address to send to as url"
    ),
    mistaken("an address that is none", _address("http://[bad"), "name the address to send to as url"),
    mistaken(
        "an address with an escape sequence",
        _address("http://192.0.2.1/\x9b31m\u202e"),
        "name the address to send to as url",
    ),
)
TEXTS = tuple(
    mistaken(f"names that say {name}", document(lambda asked, lures, text=text: _said(asked, text)), "cannot be bound")
    for name, text in WORDS.items()
    if name in {"a script", "direction marks", "markup of rich", "escapes of one byte", "formats", "a template"}
)


def _said(asked: Asked, text: str) -> str:
    """A WSDL whose kinds of document are this text, so that nobody can tell which is which."""
    values = "".join(f"<xs:enumeration value={quoteattr(text + str(n))}/>" for n in range(3))
    return re.sub(r"(<xs:enumeration [^>]*/>)+", lambda _: values, own(asked), count=1)
