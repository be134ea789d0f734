"""Ways with answers in XML, with and without an envelope: entities, sizes, encodings, and what leads elsewhere."""

from __future__ import annotations

import re

from tests.hostile.way import Act, Asked, Lures, Talk, Way, answer, bodied, lured

DOCUMENTS = "xml soap bound"
SOME = "xml soap11 bound12"
ILL = {"envelope/well-formed": DOCUMENTS}
TYPED = {"envelope/document-type": "soap bound"}
DEEP = 100_000
DECLARATION = re.compile(r"^<\?xml.*?\?>\s*")
TEXT = "Operaci\u00f3n"


def bare(asked: Asked) -> str:
    """The good document without its XML declaration."""
    return DECLARATION.sub("", asked.text)


def root_of(asked: Asked) -> str:
    """The name of its root element."""
    found = re.match(r"<([\w:.-]+)", bare(asked))
    assert found is not None
    return found[1]


def inside(asked: Asked, fragment: str) -> str:
    """The good document with a fragment in a place that says nothing: a member that nobody knows, a header block."""
    text = bare(asked)
    if asked.lane == "xml":
        at = text.rindex("</")
        return f"{text[:at]}<extra>{fragment}</extra>{text[at:]}"
    prefix = root_of(asked).split(":")[0]
    block = f'<{prefix}:Header><h:x xmlns:h="urn:example:h">{fragment}</h:x></{prefix}:Header>'
    return text.replace(f"<{prefix}:Body>", f"{block}<{prefix}:Body>", 1)


def within(make) -> Act:
    """The good answer with the fragment that the function makes inside."""
    return bodied(lambda asked: inside(asked, make(asked)).encode("utf-8", "surrogatepass"))


def prologue(text: str, put: str = "") -> Act:
    """The good answer behind a document type, `{root}` its root; `put` stands in place of every longer text."""

    def make(asked: Asked, lures: Lures) -> bytes:
        told = text.replace("{root}", root_of(asked)).replace("{file}", lures.file).replace("{http}", lures.http)
        told = told.replace("{folder}", lures.folder)
        document = bare(asked).replace(f">{TEXT}<", f">{put}<") if put else bare(asked)
        return answer(asked, body=(told + document).encode())

    return lured(make)


def ill(name: str, act: Act, to: str = DOCUMENTS) -> Way:
    """Called XML, but none."""
    return Way(
        id=f"XML: {name}", act=act, to=to, exit=1, silent=to, fails={"envelope/well-formed": to}, documents=False
    )


def taken(name: str, act: Act, to: str = DOCUMENTS, **more) -> Way:
    """An acceptance like any other."""
    return Way(**{"id": f"XML: {name}", "act": act, "to": to, "clean": to, "documents": False} | more)


def typed(name: str, act: Act) -> Way:
    """A document type with something in it: SOAP has none, and of plain XML nothing is read."""
    return Way(
        id=f"XML: {name}",
        act=act,
        to=DOCUMENTS,
        exit=1,
        silent=DOCUMENTS,
        fails=TYPED,
        unsure={"envelope/well-formed": "xml"},
        documents=False,
    )


def beyond(name: str, act: Act, to: str = DOCUMENTS, **more) -> Way:
    """It may well be a document, but is more than this suite reads."""
    return Way(
        **{
            "id": f"XML: {name}",
            "act": act,
            "to": to,
            "exit": 6,
            "silent": to,
            "unsure": {"envelope/well-formed": to},
            "documents": False,
        }
        | more
    )


def encoded(codec: str, label: str, name: str, mark: bytes = b"") -> Act:
    """The good document in that codec, called this by its Content-Type and that by its declaration."""

    def act(talk: Talk) -> None:
        asked = talk.asked
        kind = (asked.good.header("Content-Type") or "").split(";")[0]
        declaration = f'<?xml version="1.0" encoding="{name}"?>' if name else ""
        body = mark + (declaration + bare(asked)).encode(codec, "xmlcharrefreplace")
        talk.send(answer(asked, body=body, headers={"Content-Type": f"{kind}; charset={label}" if label else kind}))

    return act


LAUGHS = "".join(f'<!ENTITY e{n} "' + f"&e{n - 1};" * 10 + '">' for n in range(1, 10))
ENTITIES = (
    typed("a billion laughs", prologue(f'<!DOCTYPE {{root}} [<!ENTITY e0 "ha">{LAUGHS}]>', "&e9;")),
    typed("a quadratic blow-up", prologue('<!DOCTYPE {root} [<!ENTITY e "' + "x" * 100_000 + '">]>', "&e;" * 1000)),
    ill("an entity that holds itself", prologue('<!DOCTYPE {root} [<!ENTITY e "&f;"><!ENTITY f "&e;">]>', "&e;")),
    typed("an entity in a file", prologue('<!DOCTYPE {root} [<!ENTITY e SYSTEM "{file}">]>', "&e;")),
    typed("an entity at another host", prologue('<!DOCTYPE {root} [<!ENTITY e SYSTEM "{http}/e">]>', "&e;")),
    typed("a parameter entity in a file", prologue('<!DOCTYPE {root} [<!ENTITY % p SYSTEM "{file}">%p;]>')),
    typed("a parameter entity at another host", prologue('<!DOCTYPE {root} [<!ENTITY % p SYSTEM "{http}/p">%p;]>')),
    typed("an entity that nobody uses", prologue('<!DOCTYPE {root} [<!ENTITY e "x">]>')),
    typed(
        "ten thousand entities",
        prologue("<!DOCTYPE {root} [" + "".join(f'<!ENTITY e{n} "x">' for n in range(10_000)) + "]>"),
    ),
    Way(
        id="XML: a document type in a file",
        act=prologue('<!DOCTYPE {root} SYSTEM "{folder}/bait.dtd">'),
        to=DOCUMENTS,
        exit=1,
        silent="xml",
        clean="soap bound",
        fails=TYPED,
        unsure={"envelope/well-formed": "xml"},
        documents=False,
    ),
    Way(
        id="XML: a document type at another host",
        act=prologue('<!DOCTYPE {root} PUBLIC "-//x//EN" "{http}/x.dtd">'),
        to=DOCUMENTS,
        exit=1,
        silent="xml",
        clean="soap bound",
        fails=TYPED,
        unsure={"envelope/well-formed": "xml"},
        documents=False,
    ),
    Way(
        id="XML: a document type that presets attributes",
        act=prologue("<!DOCTYPE {root} [<!ATTLIST {root} onload CDATA 'alert(1)'>]>"),
        to=DOCUMENTS,
        exit=1,
        silent="xml",
        fails=TYPED,
        documents=False,
    ),
    ill("an entity of HTML", within(lambda asked: "&nbsp;&eacute;")),
    ill("an entity that nobody declared", within(lambda asked: "&xxe;")),
)

ELSEWHERE = (
    Way(
        id="XML: a style sheet at another host",
        act=prologue('<?xml-stylesheet type="text/xsl" href="{http}/x.xsl"?>'),
        to=DOCUMENTS,
        exit=1,
        clean=DOCUMENTS,
        fails={"envelope/processing-instruction": "soap bound"},
        documents=False,
    ),
    taken(
        "a file to be included",
        lured(
            lambda asked, lures: answer(
                asked,
                body=inside(
                    asked, f'<i:include xmlns:i="http://www.w3.org/2001/XInclude" parse="text" href="{lures.file}"/>'
                ).encode(),
            )
        ),
    ),
    taken(
        "a host to be included",
        lured(
            lambda asked, lures: answer(
                asked,
                body=inside(
                    asked, f'<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="{lures.http}/"/>'
                ).encode(),
            )
        ),
    ),
    taken(
        "schemas in a file and at another host",
        lured(
            lambda asked, lures: answer(
                asked,
                body=inside(
                    asked,
                    '<x xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
                    f'xsi:schemaLocation="urn:x {lures.folder}/bait.xsd urn:y {lures.http}/y.xsd" '
                    f'xsi:noNamespaceSchemaLocation="{lures.folder}/bait.xsd"/>',
                ).encode(),
            )
        ),
    ),
    taken(
        "a base at another host",
        lured(
            lambda asked, lures: answer(asked, body=inside(asked, f'<x xml:base="{lures.http}/" href="y"/>').encode())
        ),
    ),
    taken(
        "a namespace that is a script",
        within(lambda asked: '<a:x xmlns:a="javascript:alert(1)" a:b="data:text/html,x"/>'),
    ),
)

SIZES = (
    taken("150 levels", within(lambda asked: "<a>" * 150 + "</a>" * 150)),
    beyond("300 levels", within(lambda asked: "<a>" * 300 + "</a>" * 300)),
    beyond("100,000 levels", within(lambda asked: "<a>" * DEEP + "</a>" * DEEP)),
    beyond(
        "a million attributes",
        within(lambda asked: "<a " + " ".join(f'a{n}="1"' for n in range(10**6)) + "/>"),
        SOME,
        nightly=True,
    ),
    taken("an attribute of a megabyte", within(lambda asked: '<a b="' + "x" * 2**20 + '"/>')),
    beyond(
        "an attribute of 11 megabytes", within(lambda asked: '<a b="' + "x" * 11_000_000 + '"/>'), SOME, nightly=True
    ),
    taken("five megabytes of text", within(lambda asked: "x" * 5_000_000), SOME),
    beyond("11 megabytes of text", within(lambda asked: "x" * 11_000_000), SOME, nightly=True),
    beyond("a million elements", within(lambda asked: "<a/>" * 10**6), SOME, nightly=True),
    beyond(
        "100,000 namespaces",
        within(lambda asked: "".join(f'<p{n}:a xmlns:p{n}="urn:{n}"/>' for n in range(DEEP))),
        SOME,
        nightly=True,
    ),
    taken(
        "a thousand namespaces on one element",
        within(lambda asked: "<a " + " ".join(f'xmlns:p{n}="urn:{n}"' for n in range(1000)) + "/>"),
    ),
    taken("a comment of five megabytes", within(lambda asked: f"<!--{'x' * 5_000_000}-->"), SOME),
    taken("a name of 40,000 letters", within(lambda asked: f"<{'n' * 40_000}/>")),
    beyond("a name of 100,000 letters", within(lambda asked: f"<{'n' * DEEP}/>")),
    taken("a thousand sections of raw text", within(lambda asked: "<![CDATA[<script>]]>" * 1000)),
)

MARKUP = (
    ill("NUL", within(lambda asked: "\0")),
    ill("a control character", within(lambda asked: "\x1b[31m")),
    ill("a control character by its number", within(lambda asked: "&#x1b;&#7;")),
    ill("NUL by its number", within(lambda asked: "&#0;")),
    ill("half a surrogate pair by its number", within(lambda asked: "&#xD800;")),
    taken(
        "half a surrogate pair as bytes",
        within(lambda asked: "\ud800"),
        exit=1,
        fails={"envelope/charset": DOCUMENTS},
        unsure={"envelope/utf": "soap11 bound11"},
    ),
    ill("what is no character", within(lambda asked: "\uffff")),
    ill("the end of raw text outside of any", within(lambda asked: "]]>")),
    ill("raw text that never ends", within(lambda asked: "<![CDATA[ <script>")),
    ill("a comment that never ends", within(lambda asked: "<!-- <script>")),
    ill("dashes in a comment", within(lambda asked: "<!-- -- -->")),
    ill("an attribute twice", within(lambda asked: '<a b="1" b="2"/>')),
    ill("an attribute without quotes", within(lambda asked: "<a b=1/>")),
    ill("a prefix that nobody bound", within(lambda asked: "<nobody:a/>")),
    ill("tags that cross", within(lambda asked: "<a><b></a></b>")),
    ill("a script of HTML", within(lambda asked: "<script>if (a<b && c) alert(1)</script>")),
    ill("two documents", bodied(lambda asked: bare(asked).encode() * 2)),
    ill("half a document", bodied(lambda asked: bare(asked).encode()[:-40])),
    ill("text behind it", bodied(lambda asked: bare(asked).encode() + b"<!-- --> x")),
    ill("blanks before its declaration", bodied(lambda asked: b"\r\n" + asked.good.body)),
    ill("two declarations", bodied(lambda asked: b'<?xml version="1.0"?>' + asked.good.body)),
    ill("two byte order marks", bodied(lambda asked: b"\xef\xbb\xbf" * 2 + asked.good.body)),
    ill("version 9.9 of XML", bodied(lambda asked: b'<?xml version="9.9"?>' + bare(asked).encode())),
    ill("a page in its place", bodied(lambda asked: b"<!doctype html><html><body onload=alert(1)><br></html>")),
    ill("text in its place", bodied(lambda asked: b"It works!")),
    ill("noise", bodied(lambda asked: bytes(range(256)) * 100)),
    taken("a byte order mark", bodied(lambda asked: b"\xef\xbb\xbf" + asked.good.body)),
    taken("comments everywhere", bodied(lambda asked: re.sub("(?<=>)(?=<)", "<!--x-->", bare(asked)).encode())),
    taken(
        "a standalone document",
        bodied(lambda asked: b'<?xml version="1.0" encoding="utf-8" standalone="no"?>' + bare(asked).encode()),
    ),
    taken("letters by their numbers", bodied(lambda asked: bare(asked).encode("ascii", "xmlcharrefreplace"))),
    taken("direction marks and separators", within(lambda asked: "\u202e\u2066\u200b\ufeff\u2028\x85\x9b31m")),
)

CHARSETS = (
    taken("UTF-16 with a mark", encoded("utf-16", "utf-16", "utf-16")),
    taken("UTF-16 of the other order", encoded("utf-16-be", "", "utf-16", b"\xfe\xff")),
    taken("Latin-1, as it says", encoded("latin-1", "iso-8859-1", "iso-8859-1"), "xml"),
    Way(
        id="XML: Latin-1, called UTF-8",
        act=encoded("latin-1", "utf-8", "utf-8"),
        to=SOME,
        exit=1,
        fails={"envelope/charset": SOME},
        documents=False,
    ),
    Way(
        id="XML: UTF-8, called Latin-1",
        act=encoded("utf-8", "iso-8859-1", "utf-8"),
        to=SOME,
        exit=1,
        fails={"http/content-type": SOME},
        documents=False,
    ),
    taken("UTF-7, as it says", encoded("utf-7", "utf-7", "utf-7"), SOME),
    ill("UTF-7, called UTF-8", bodied(lambda asked: bare(asked).replace("<", "+ADw-").encode()), SOME),
    ill("an encoding by the name of a path", encoded("utf-8", "", "..-..-etc-passwd"), SOME),
    beyond("an encoding that is Python's", encoded("utf-8", "", "unicode_escape"), SOME),
)

ENVELOPES = "soap11 soap12"


def envelope(name: str, change, fails, to: str = ENVELOPES, **more) -> Way:
    """The good envelope with a change in its text."""
    act = bodied(lambda asked: change(bare(asked), root_of(asked).split(":")[0]).encode())
    return Way(
        **{"id": f"SOAP: {name}", "act": act, "to": to, "exit": 1 if fails else 0, "fails": fails, "documents": False}
        | more
    )


def _header(block: str):
    return lambda text, p: text.replace(
        f"<{p}:Body>", f"<{p}:Header>{block.replace('{p}', p)}</{p}:Header><{p}:Body>", 1
    )


def _body(inner: str):
    return lambda text, p: re.sub(
        f"(<{p}:Body>).*(</{p}:Body>)",
        lambda found: found[1] + inner.replace("{p}", p) + found[2],
        text,
        flags=re.DOTALL,
    )


ROUTED = (
    '<a:To xmlns:a="http://www.w3.org/2005/08/addressing">http://203.0.113.1/</a:To>'
    '<a:ReplyTo xmlns:a="http://www.w3.org/2005/08/addressing"><a:Address>http://203.0.113.1/</a:Address></a:ReplyTo>'
)

SOAP = (
    envelope("headers that send elsewhere", _header(ROUTED), {}, clean=ENVELOPES),
    envelope(
        "a header that must be understood", _header('<h:x xmlns:h="urn:x" {p}:mustUnderstand="1"/>'), {}, clean=""
    ),
    envelope("a Body without anything", _body(""), {"envelope/root": ENVELOPES}),
    envelope("a Body of text", _body("<!-- --> It works! "), {"envelope/root": ENVELOPES}),
    envelope(
        "an envelope in the envelope",
        lambda text, p: re.sub(f"(<{p}:Body>)(.*)(</{p}:Body>)", lambda f: f[1] + text + f[3], text, flags=re.DOTALL),
        {"envelope/root": ENVELOPES},
    ),
    envelope(
        "a Body twice",
        lambda text, p: text.replace(f"</{p}:Envelope>", f"<{p}:Body/></{p}:Envelope>"),
        {"envelope/structure": ENVELOPES},
        clean=ENVELOPES,
    ),
    envelope(
        "the namespace of another world",
        lambda text, p: text.replace("/soap/envelope/", "/soap/none/").replace("/2003/05/soap-envelope", "/2099/soap"),
        {"envelope/version": ENVELOPES},
    ),
    envelope(
        "100,000 items in the Body",
        _body("<x xmlns='urn:x'/>" * 100_000),
        {},
        exit=6,
        silent=ENVELOPES,
        unsure={"envelope/well-formed": ENVELOPES},
    ),
)
