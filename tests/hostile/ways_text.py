"""Ways with words: what acts on a page, a terminal, a spreadsheet or a template, put wherever an answer has a text."""

from __future__ import annotations

import json
import re
from xml.sax.saxutils import escape

from tests.hostile.way import Asked, Talk, Way, answer, line

ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What no XML may hold, by its number neither."""
ESC, BEL, CSI = "\x1b", "\x07", "\x9b"

WORDS = {
    "a script": "<script>document.title='ran'</script>",
    "the end of a block, then a script": "</pre></dd></p></style></script><script>document.title='ran'</script>",
    "a picture that fails": "<img src=x onerror=\"document.title='ran'\">",
    "a drawing that loads": "<svg/onload=\"document.title='ran'\">",
    "an attribute that ends": "\" autofocus onfocus=\"document.title='ran'\" x='",
    "a frame of another host": '<iframe src="http://203.0.113.1/"></iframe><link rel=stylesheet href=//203.0.113.1/x>',
    "a page that moves on": '<meta http-equiv=refresh content="0;url=http://203.0.113.1/"><base href=//203.0.113.1/>',
    "an address that is a script": "javascript:document.title='ran'//<a href=\"javascript:document.title='ran'\">x</a>",
    "an address that is data": "data:text/html,<script>document.title='ran'</script>",
    "the end of a comment": "--><!-- ]]> <![CDATA[ --!> <script>document.title='ran'</script>",
    "references that become markup": "&lt;script&gt;&#60;script&#62; &amp;lt;img onerror=x&amp;gt; &colon;&NewLine;",
    "a template": "{{7*7}}{% include '/etc/passwd' %}{# #}${7*7}<%= 7*7 %>#{7*7}",
    "formats": "%s%n%x %(secret)s {0.__class__} {secret!r} $(reboot) `reboot` ; rm -rf ~",
    "colours of a terminal": f"{ESC}[31;1mred{ESC}[0m{ESC}[2J{ESC}[H{ESC}[8m",
    "a link of a terminal": f"{ESC}]8;;http://203.0.113.1/{ESC}\\click{ESC}]8;;{ESC}\\",
    "a clipboard of a terminal": f"{ESC}]52;c;cm0gLXJmIH4={BEL}",
    "a title of a terminal": f"{ESC}]0;owned{BEL}{ESC}]2;owned{ESC}\\{ESC}c",
    "escapes of one byte": f"{CSI}31m{CSI}2J\x90x\x9c\x85\x84",
    "characters that rub out": "passed\b\b\b\b\b\bfailed\r\x7f\x0b\x0c",
    "direction marks": "\u202egnp.exe\u202c \u2066x\u2069 \u200e\u200f\u061c",
    "what nobody sees": "a\u200bb\u200dc\ufeffd\u2060e\u00adf\u180eg",
    "separators": "a\u2028b\u2029c\x85d\ne\r\nf\tg",
    "half a surrogate pair": "\ud800x\udfff",
    "what is no character": "\ufffe\uffff\ufdd0\U0001ffff\U0010ffff",
    "NUL": "a\0b\0",
    "formulas": "=cmd|' /C calc'!A0\n@SUM(1+1)\n+1+1\n-2+3\n=HYPERLINK(\"http://203.0.113.1\")\t=1",
    "markup of rich": "[bold red]x[/] [link=http://203.0.113.1]y[/link] [/nothing] :boom: [@click=quit]z",
    "names of prototypes": "__proto__",
    "what masks say": "\u2022\u2022\u2022 \u2022\u2022\u2022#1:abc ${SECRET} ${CREDENTIAL}",
    "marks upon marks": "Z" + "\u0300\u0301\u0302\u0303\u0489" * 200,
    "100,000 letters": "<b>" * 33_000,
    "paths": "../../../../etc/passwd\\..\\..\\x C:\\con \\\\203.0.113.1\\share file:///etc/passwd",
}


def head_of(text: str) -> str:
    """The text as one header can hold it."""
    return re.sub("[\r\n\0]", " ", text)[:8000].encode("utf-8", "replace").decode("utf-8")


def _json(text: str) -> bytes:
    tree = {
        "success": text,
        "message": text,
        "messageDetail": [text],
        "failureCode": text,
        "data": {text: text},
        text: [text],
    }
    return json.dumps(tree).encode()


def _element(text: str) -> str:
    return escape(text, {'"': "&quot;"})


def _xml(asked: Asked, text: str) -> bytes:
    told = _element(text)
    start = asked.text[: asked.text.index("<success>")]
    root = re.findall(r"<([\w.]+)", start)[-1]
    body = f"<success>{told}</success><message>{told}</message>"
    body += f'<messageDetail><string a="{told}">{told}</string></messageDetail>'
    return f"{start}{body}</{root}>".encode("utf-8", "surrogatepass")


def _fault(asked: Asked, text: str) -> bytes:
    told, space = _element(text), "http://schemas.xmlsoap.org/soap/envelope/"
    parts = f'<faultcode>{told}</faultcode><faultstring>{told}</faultstring><detail><x a="{told}">{told}</x></detail>'
    if asked.lane.endswith("12"):
        space = "http://www.w3.org/2003/05/soap-envelope"
        parts = (
            f'<e:Code><e:Value>{told}</e:Value></e:Code><e:Reason><e:Text xml:lang="{told}">{told}</e:Text></e:Reason>'
        )
    text = f'<e:Envelope xmlns:e="{space}"><e:Body><e:Fault>{parts}</e:Fault></e:Body></e:Envelope>'
    return text.encode("utf-8", "surrogatepass")


def speaking(text: str):
    """The text in the reason phrase, in headers, and in every member of the body."""
    told = head_of(text)

    def act(talk: Talk) -> None:
        asked = talk.asked
        status = 500 if asked.lane.startswith(("soap", "bound")) else 200
        body = _json(text) if asked.is_json else _xml(asked, text) if asked.lane == "xml" else _fault(asked, text)
        start = f"HTTP/1.1 {status} {told}".encode("utf-8", "replace")
        extra = (
            line("X-Text", told) + line("Set-Cookie", told) + line("Location", told) + line("WWW-Authenticate", told)
        )
        talk.send(answer(asked, body=body, start=start, extra=extra))

    return act


def _way(name: str, text: str) -> Way:
    """A text for success fails its type, so page, terminal and files must tell it; a fault is told as the reason."""
    fails = {"response/success/type": "json xml"}
    if re.search("[\ud800-\udfff]", text):
        fails |= {"envelope/charset": "xml soap bound"}
    elif ILLEGAL.search(text):
        fails = {
            "response/success/type": "json",
            "envelope/well-formed": "xml soap bound",
            "http/no-server-error": "soap bound",
        }
    return Way(id=f"text: {name}", act=speaking(text), exit=1, fails=fails, documents=False)


TEXTS = tuple(_way(name, text) for name, text in WORDS.items())
