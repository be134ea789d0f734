"""For the tests of audits: exchanges as recordings hold them, what an audit says of them, and damage done to them.

What damages an exchange is a table of functions of a text: what a recorder, a client or a server may make of it, and
what nobody would. A seed makes always the same exchanges.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from bench.recordings import CLIENTS, _request, _tree, pool
from conformance.model import Outcome, Request, Response
from conformance.reference import State, answer
from conformance.run.auditing import subjects_of
from conformance.run.contracts import contracts
from conformance.traffic.auditing import Auditor, Brief
from conformance.traffic.files.lines import body_members, write_line
from conformance.traffic.files.parts import parts_of
from conformance.traffic.judging import Desk, Judged, Subject
from conformance.traffic.recording import Answered, Asked, Recorded
from conformance.traffic.summary import Summary

POLICY, CORREO = "collection-policy", "envio-correo"
REST = "https://cobros.example.com/Dito.REST/api/CollectionPolicy"
SOAP = "https://cobros.example.com/ServicioSSIntegral.asmx"
SUBJECTS = subjects_of(tuple(contracts()), None, named=False)
Edit = Callable[[random.Random, str], str]


@lru_cache(1)
def desk() -> Desk:
    """What judges every exchange of these tests."""
    return Desk(SUBJECTS)


def recorded(request: Request, response: Response | None, **kept: Any) -> Recorded:
    """The exchange, every byte of it."""
    body, body64 = body_members(request.body)
    asked = Asked(
        method=request.method, url=request.url, headers=list(request.headers), body=body, body64=body64, **kept
    )
    if response is None:
        return Recorded(request=asked)
    body, body64 = body_members(response.body)
    answered = Answered(
        status=response.status,
        reason=response.reason,
        http_version=response.http_version,
        headers=list(response.headers),
        body=body,
        body64=body64,
    )
    return Recorded(request=asked, response=answered)


def failures(judged: Judged) -> set[tuple[str, str]]:
    """The parties and rules that fail, without the service."""
    return {(one.party, one.rule.partition("/")[2]) for one in judged.said if one.outcome is Outcome.FAILED}


def summary(
    folder: Path,
    exchanges: Iterable[Recorded],
    *,
    walked: bool = False,
    size: int = 1 << 30,
    subjects: Mapping[str, Subject] = SUBJECTS,
) -> Summary:
    """What an audit sums up of the exchanges."""
    path = folder / "recorded.jsonl"
    path.write_bytes(b"".join(map(write_line, exchanges)))
    auditor, whole = Auditor(Brief(subjects=subjects, walked=walked)), Summary()
    for part in parts_of([str(path)], size):
        whole.merge(auditor(part))
    return whole.ordered()


# --- damage -----------------------------------------------------------------------------------------------------------

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
MASKS = ("***", "•••", "[REDACTED]", "redacted", "[Filtered]", "[masked]", "x****")


def _at(pattern: str, *made: str | Callable[[random.Random, re.Match[str]], str]) -> Edit:
    """One of the places where the pattern matches is written in another way; `{0}` is the match, `{1}` its group."""
    found = re.compile(pattern, re.DOTALL)

    def edit(rng: random.Random, text: str) -> str:
        places = list(found.finditer(text))
        if not places:
            return text
        place, way = rng.choice(places), rng.choice(made)
        if callable(way):
            new = way(rng, place)
        else:
            new = way
            for number, group in enumerate((place[0], *place.groups())):
                new = new.replace(f"{{{number}}}", group or "")
        return text[: place.start()] + new + text[place.end() :]

    return edit


def _cut(rng: random.Random, text: str) -> str:
    return text[: rng.randrange(len(text) + 1)]


def _byte(rng: random.Random, place: re.Match[str]) -> str:
    return chr(rng.randrange(32, 127))


SCALAR = r'("[^"]*"|[\d.]+|true|false|null)'
JSON: tuple[Edit, ...] = (
    _at(r'"(\w+)":', '"{1}" :', '"{1}"\t\n:', '"{1}":\n  ', '"{1}X":', '"x{1}":'),
    _at(r'"(\w)(\w*)":', lambda _rng, found: f'"{found[1].swapcase()}{found[2]}":'),
    _at(r'"(\w)(\w*)":', lambda _rng, found: f'"\\u{ord(found[1]):04x}{found[2]}":'),
    _at(rf'("\w+":){SCALAR}', "{0},{0}", '{1}"otro",{0}', "{0},{1}null", '{1}"\\"",{0}'),
    _at(rf'"\w+":{SCALAR},', ""),
    _at(
        r":(\d+)(?=[,}])",
        *(":{1}.0", ":1e1", ":1E+2", ":-0", ":0", ":1e400", ":" + "9" * 30, ":" + "9" * 5000, ":-1", ":101"),
        *(":100.01", ":6.125", ":6.10", ":0.0", ":-0.0", ":+5", ":007", ":1e-400", ":1." + "0" * 99, ':"5"'),
    ),
    _at(
        r':("[^"]*")(?=[,}\]])',
        *(':""', ':" "', ":null", ':"\\u2022\\u2022\\u2022"', ':"\\u002a\\u002a\\u002a"', ':"a\\":b"', ':"\\ud800"'),
        *(':"\\u0000"', ":true", ":5", ":{}", ":[]", ':"\\u00f1"', ':"x\\n"', ':"\U0001f600"', ':"[12] pagos"'),
        *(f':"{mask}"' for mask in MASKS),
    ),
    _at(
        r"\{",
        *('{"x":1,', '{"x":"x",', '{"x":{"a":[1,{"b":null}]},', '{"x":true,', '{"x":{"a":1,"a":2},', '{"":0,'),
        *(
            '{"x":"***",',
            '{"x":1.0,',
            '{"x":' + "9" * 4400 + ",",
            '{"x":1e999999,',
            '{"x":' + "[" * 60 + "]" * 60 + ",",
        ),
        *('{"x":' + "[" * 992 + "]" * 992 + ",", '{"x":"\\"","x":1,'),
    ),
    _at(r"true|false", "true", "false", "1", "0", '"true"', "null", "True"),
    _at(r"\[[^\[\]]*\]", "[]", "[null]", "null", "{}", '["x"]', '[{"NotificationSchemaName":"a"}]'),
    _at(r"[{,]", "{0}\n  ", "{0}/*c*/", "{0}\u00a0", "{0}\t"),
    _at(r'"data":', '"datos":', '"data":{"a":1},"data":', '"DATA":'),
    _at(r'"data":\{', '"data":{"Extra":{"a":1},'),
    _at(r".", _byte),
    _at(r"^", "\ufeff", " \n"),
    _at(r"$", "x", "{}", ",", "\0", "//c", "\n\n"),
    _cut,
)
ELEMENT = r"<(\w+)>([^<]*)</\1>"
XML: tuple[Edit, ...] = (
    _at(
        ELEMENT,
        *("", "{0}{0}", "<{1}/>", "<{1}></{1}>", "<{1} >{2}</{1}>", "<{1}>{2}</{1} >", "<{1}>{2}</{1}\n>"),
        *("<!--c-->{0}", "{0}<?pi x?>", "<{1}><![CDATA[{2}]]></{1}>", "<{1}>{2}<!--c--></{1}>", "{0} text "),
        *('<p:{1} xmlns:p="urn:p">{2}</p:{1}>', '<{1} xmlns="">{2}</{1}>', "<x{1}>{2}</x{1}>", "<{1}> {2} </{1}>"),
        *(
            '<{1} x="1">{2}</{1}>',
            "<{1}><value>{2}</value></{1}>",
            "<Extra>1</Extra>{0}",
            "<Extra><a>{2}</a></Extra>{0}",
        ),
    ),
    _at(
        ELEMENT,
        *(
            f"<{{1}} {XSI} xsi:{said}>{held}</{{1}}>"
            for said in ('nil="true"', 'nil ="true"', "nil\n= '1'", 'nil="false"', 'nil="0"', 'schemaLocation="a b"')
            for held in ("", "{2}")
        ),
        f'<{{1}} {XSI} xsi:type="q:string" xmlns:q="http://www.w3.org/2001/XMLSchema">{{2}}</{{1}}>',
    ),
    _at(
        r"(?<=>)([^<>]+)(?=</)",
        *(
            "",
            "  ",
            " {1} ",
            "{1}\n",
            "60.0",
            "1e1",
            "9" * 40,
            "-1",
            "101",
            "+7",
            "007",
            "abc",
            "true",
            "1",
            "0",
            "TRUE",
        ),
        *("&#8226;&#8226;&#8226;", "&#x2022;", "&#42;&#42;&#42;", "&#116;rue", "&amp;", "\u00a0", "2025-01-31"),
        *("2025-01-31T10:00:00Z", "no es base64!", "Q UJD", "QUJD\nQUJD", "<b/>", "\U0001f600", "&#xD;", *MASKS),
    ),
    _at(
        r"(<(?:success|IsValid)>)(\w+)(?=<)",
        *("{1}true", "{1}false", "{1}1", "{1}0", "{1}&#116;rue", "{1} true ", "{1}", "{1}True"),
    ),
    _at(r"^(?:<\?xml[^>]*\?>\s*)?", "\ufeff", "\ufeff{0}", "", " {0}", '<?xml version="1.0" encoding="utf-16"?>'),
    _at(
        r"^<\?xml[^>]*\?>",
        *('<?xml version="1.0"?>', '<?xml version="1.0" encoding="ISO-8859-1"?>', '<?xml version="1.1"?>'),
        *('<?xml version="1.0" encoding="Utf-8"?>', '<!DOCTYPE a [<!ENTITY b "c">]>', "<!--c-->", "{0}<?p x?>"),
        "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n",
    ),
    _at(r"<((?:\w+:)?)Body>", "<{1}Header/>{0}", '<{1}Body encodingStyle="x">', "{0}\n", "{0}x", "{0}<!--c-->"),
    _at(r"<((?:\w+:)?)Body>", '<{1}Header><a xmlns="urn:a">1</a></{1}Header>{0}', '<{1}Body {1}encodingStyle="x">'),
    _at(r"</((?:\w+:)?)Body>", "<x/>{0}", "{0}<y/>", "{0}text", "z{0}", "{0}\n", '<a:b xmlns:a="urn:a"/>{0}'),
    _at(r"http://(?:schemas.xmlsoap.org/soap/envelope/|www.w3.org/2003/05/soap-envelope)", "urn:x"),
    _at(r'xmlns="[^"]*"', 'xmlns="urn:other"', ""),
    _at(r"<(\w+)([ >])", '<{1} encodingStyle="x"{2}'),
    _at(r"(<(\w+)>[^<]*</\2>)(<(\w+)>[^<]*</\4>)", "{3}{1}"),
    _at(r"><", ">\n   <"),
    lambda _rng, text: text.replace("soap:", "e:").replace(":soap", ":e"),
    _at(r".", _byte),
    _at(r"$", "\n", "x", "<!--c-->", "<?p?>", "<a/>"),
    _cut,
)
FORM: tuple[Edit, ...] = (
    _at(r"(?:^|&)(\w+)=([^&]*)", "", "{0}{0}", "&{1}=", "&{1}", "&{1}=%2A%2A%2A", "&{1}=%ff", "&{1}X={2}", "&{1}=abc"),
    _at(r".", _byte),
    _cut,
)
LABELS = (
    *(
        "text/plain",
        "application/json",
        "text/json",
        "application/xml",
        "text/xml",
        "application/soap+xml",
        "text/html",
    ),
    *("application/x-www-form-urlencoded", "application/vnd.a+json", "text/xml; charset=utf-16", "text/xml, text/xml"),
    *('text/xml; charset="UTF-8"', "application/json; charset=iso-8859-1", "application/json; charset=utf8"),
)
STATUSES = (200, 201, 202, 204, 301, 400, 401, 404, 405, 409, 415, 422, 429, 500, 501, 503, 0)


def _relabelled(side: Asked | Answered, name: str, *values: str) -> None:
    side.headers = [pair for pair in side.headers if pair[0].lower() != name.lower()]
    side.headers += [(name, value) for value in values]


def head_damaged(rng: random.Random, one: Recorded) -> None:
    """Something around the bodies is another."""
    asked, answered = one.request, one.response
    assert answered is not None
    side = rng.choice((asked, answered))
    match rng.randrange(13):
        case 0 | 1:
            _relabelled(side, "Content-Type", rng.choice(LABELS))
        case 2:
            _relabelled(side, "Content-Type", *rng.choice(((), ("text/xml", "application/json"))))
        case 3 | 4:
            answered.status = rng.choice(STATUSES)
        case 5:
            answered.http_version = rng.choice(("HTTP/1.0", "HTTP/2", "h3", "", "HTTP/1.1", "unknown"))
        case 6:
            _relabelled(asked, "SOAPAction", *rng.choice(((), ('""',), ("x",), ('"urn:other"',), ('"a"', '"b"'))))
        case 7:
            asked.method = rng.choice(("GET", "post", "PUT"))
        case 8:
            added = rng.choice(("?x=1", "/", "#f", "/x"))
            asked.url = rng.choice((asked.url + added, asked.url.upper(), asked.url.replace("https", "http")))
        case 9:
            side.kept = rng.choice(("text", "part", "nothing"))
        case 10:
            one.response = None
        case 11:
            side.headers = [(name.lower(), value) for name, value in side.headers]
        case 12:
            side.headers = [*side.headers, ("Allow", "POST"), ("Location", "/x"), ("X", "•••")]


def body_damaged(rng: random.Random, side: Asked | Answered) -> None:
    """The body was written in another way, or is another."""
    begin = side.body.lstrip()[:1]
    table = JSON if begin in {"{", "["} else XML if begin == "<" else FORM
    side.body = rng.choice(table)(rng, side.body)


def forms(count: int, seed: int) -> Iterator[Recorded]:
    """Forms, and what the reference answers: of every third one a value is wrong."""
    rng, contract = random.Random(seed), contracts()[POLICY]
    for number in range(count):
        tree = {**_tree(rng, contract), **({"MaximumTermDays": "many"} if number % 3 == 2 else {})}
        request = _request(contract, contract.encoding("form"), tree, CLIENTS[number % len(CLIENTS)])
        yield recorded(request, answer(contract, request, State())[0])


def damaged(kind: str, count: int, seed: int, share: float = 0.7) -> Iterator[Recorded]:
    """Exchanges of several clients, most of them damaged in one or two ways."""
    rng = random.Random(seed)
    for one in forms(count, seed) if kind == "form" else pool(kind, count, broken=0.3, seed=seed):
        for _ in range(rng.choice((1, 1, 1, 2)) if rng.random() < share else 0):
            if one.response is None:
                break
            if rng.random() < 0.2:
                head_damaged(rng, one)
            else:
                body_damaged(rng, rng.choice((one.request, one.response)))
        yield one
