"""Ways with status lines, statuses, redirects and headers."""

from __future__ import annotations

import random

from tests.hostile.way import Asked, Talk, Way, answer, line, lines, lured, sends
from tests.hostile.ways_time import dead, fine

NO_HTTP = "something that is no HTTP"
MANY = 10_000


def starting(first: bytes):
    """The good answer behind another status line."""
    return sends(lambda asked: answer(asked, start=first))


def adding(*extra: tuple[str, str]):
    """The good answer with more headers."""
    return sends(lambda asked: answer(asked, extra=lines(extra)))


def leading(make):
    """The good answer with headers that lead elsewhere."""
    return lured(lambda asked, lures: answer(asked, extra=lines(make(lures))))


def status(code: int, *extra: tuple[str, str], body: bytes = b""):
    """Another status and little else."""
    kept = {} if body else {"Content-Type": None}
    return sends(
        lambda asked: answer(asked, body=body, start=f"HTTP/1.1 {code} X".encode(), headers=kept, extra=lines(extra))
    )


def refused(name: str, act, says: str = "", **more) -> Way:
    """An answer that neither accepts nor refuses."""
    return Way(**{"id": name, "act": act, "exit": 6, "silent": "all", "says": says} | more)


def redirect(make):
    """307 to wherever the function says."""
    return lured(
        lambda asked, lures: answer(
            asked,
            body=b"",
            start=b"HTTP/1.1 307 X",
            headers={"Content-Type": None},
            extra=line("Location", make(asked, lures)),
        )
    )


def _noise(asked: Asked) -> bytes:
    return random.Random(asked.count).randbytes(100_000)


def _early(talk: Talk) -> None:
    """The answer to a request of which nothing was read; what comes is read behind it."""
    talk.send(answer(talk.asked))
    talk.half_close()
    talk.wait()


def _labelled(value: str):
    return sends(lambda asked: answer(asked, headers={"Content-Type": value}))


def _bare_twice(asked: Asked) -> bytes:
    kind = (asked.good.header("Content-Type") or "").split(";")[0]
    return answer(asked, headers={"Content-Type": kind}, extra=b"Content-Type: text/html\r\n")


def _more(what: str):
    """The Content-Type with a parameter."""
    return sends(
        lambda asked: answer(
            asked, headers={"Content-Type": f"{(asked.good.header('Content-Type') or '').split(';')[0]}{what}"}
        )
    )


STATUS_LINES = (
    dead("HTTP/0.9: a body alone", sends(lambda asked: asked.good.body), NO_HTTP),
    Way(
        id="HTTP/1.0 without a length",
        act=sends(lambda asked: answer(asked, start=b"HTTP/1.0 200 OK", length=False)),
        clean="all",
        fails={"http/version": "soap11 bound11"},
    ),
    dead("HTTP/2 in a status line", starting(b"HTTP/2 200 OK"), ""),
    dead("HTTP/3.14 in a status line", starting(b"HTTP/3.14 200 OK"), ""),
    dead("a status that is no number", starting(b"HTTP/1.1 abc OK"), NO_HTTP),
    dead("a status of 000", starting(b"HTTP/1.1 000 OK"), NO_HTTP),
    dead("a status of 99", starting(b"HTTP/1.1 99 OK"), NO_HTTP),
    dead("a status of 20", starting(b"HTTP/1.1 20 OK"), NO_HTTP),
    dead("a status of a million digits", starting(b"HTTP/1.1 " + b"2" * 10**6), ""),
    dead("a negative status", starting(b"HTTP/1.1 -200 OK"), NO_HTTP),
    fine("no reason phrase", starting(b"HTTP/1.1 200")),
    fine("a reason phrase of 60,000 letters", starting(b"HTTP/1.1 200 " + b"O" * 60_000)),
    dead("a banner of SSH", lambda talk: talk.send(b"SSH-2.0-OpenSSH_9.6\r\n"), NO_HTTP),
    dead("a greeting of SMTP", lambda talk: talk.send(b"220 mail.example.com ESMTP\r\n"), NO_HTTP),
    dead("an alert of TLS", lambda talk: talk.send(bytes.fromhex("15030300020228")), ""),
    dead("noise", sends(_noise), ""),
    dead("TLS was asked for, HTTP answers", sends(answer), "TLS", tls=True, early=True),
    Way(id="answers before it reads", act=_early, to="json", exit=6, silent="json", says="400", early=True),
)

STATUSES = (
    refused("204 with a body", sends(lambda asked: answer(asked, start=b"HTTP/1.1 204 No Content")), "204"),
    fine(
        "205 with a body",
        sends(lambda asked: answer(asked, start=b"HTTP/1.1 205 Reset Content")),
        fails={"http/success-status": "envelopes"},
        documents=False,
    ),
    refused("304 with a body", sends(lambda asked: answer(asked, start=b"HTTP/1.1 304 Not Modified")), "304"),
    dead("101 to another protocol", status(101, ("Upgrade", "websocket"), ("Connection", "Upgrade")), ""),
    refused("200 with nothing", status(200), "200"),
    refused("200 with blanks", status(200, body=b"  \r\n  "), exit=1, fails={"envelope/well-formed": "json xml"}),
    refused("999", status(999), "999", fails={"http/no-server-error": "rest soap"}),
    refused("600", status(600), "600", fails={"http/no-server-error": "rest soap"}),
    refused(
        "401 that asks for credentials",
        status(
            401,
            ("WWW-Authenticate", 'Basic realm="<script>"'),
            ("WWW-Authenticate", "NTLM"),
            ("WWW-Authenticate", "Negotiate"),
        ),
        "401",
    ),
    refused("407 that asks for credentials", status(407, ("Proxy-Authenticate", 'Basic realm="x"')), "407"),
    refused("429 without a hint", status(429), "429", to="json"),
    refused("429 for a thousand years", status(429, ("Retry-After", "31536000000")), ""),
    refused("429 until yesterday", status(429, ("Retry-After", "Fri, 01 Jan 1999 00:00:00 GMT")), "", to="json"),
    refused("429 with a Retry-After that is none", status(429, ("Retry-After", "-1e999 NaN ٣")), "", to="json"),
    refused(
        "503 for a million digits",
        status(503, ("Retry-After", "9" * 60_000)),
        "",
        fails={"http/no-server-error": "json soap11"},
    ),
)

REDIRECTS = (
    refused("a redirect to itself", redirect(lambda asked, lures: asked.path), "redirect to"),
    refused("a redirect to another host", redirect(lambda asked, lures: f"{lures.http}/trap"), "redirect to"),
    refused("a redirect to another host, without a scheme", redirect(lambda asked, lures: f"//{lures.host}/trap"), ""),
    refused("a redirect to a file", redirect(lambda asked, lures: lures.file), ""),
    refused("a redirect to a script", redirect(lambda asked, lures: "javascript:alert(1)"), "javascript:alert(1)"),
    refused("a redirect to data", redirect(lambda asked, lures: "data:text/html,<script>alert(1)</script>"), ""),
    refused("a redirect with credentials", redirect(lambda asked, lures: f"http://user:pass@{lures.host}/"), ""),
    refused("a redirect to no address", redirect(lambda asked, lures: "http://[::1"), ""),
    refused("a redirect of 60,000 letters", redirect(lambda asked, lures: "/" + "a" * 60_000), ""),
    refused("a redirect without a place", status(302), "302"),
    refused("300 with many choices", status(300, ("Location", "/1"), ("Location", "/2"))),
    fine("a refresh elsewhere", leading(lambda lures: [("Refresh", f"0; url={lures.http}/")])),
    fine(
        "headers that name other hosts",
        leading(
            lambda lures: [
                ("Location", f"{lures.http}/"),
                ("Content-Location", lures.file),
                ("Link", f"<{lures.http}/>; rel=preload"),
                ("Alt-Svc", f'h2="{lures.host}"'),
                ("Report-To", f'{{"url":"{lures.http}"}}'),
                ("SourceMap", lures.http),
            ]
        ),
    ),
)

HEADERS = (
    dead("ten thousand headers", adding(*((f"X-{number}", "x") for number in range(MANY))), "header"),
    fine("ninety headers of 1,000 letters", adding(*((f"X-{number}", "x" * 1000) for number in range(90)))),
    dead("a header of 200,000 letters", adding(("X-Long", "x" * 200_000)), "a line that is too long"),
    dead(
        "a storm of cookies",
        adding(
            *(("Set-Cookie", f"c{number}={'v' * 4000}; Domain=.example.com; Path=/; HttpOnly") for number in range(80))
        ),
        "The head of the answer is larger",
    ),
    fine(
        "forty cookies",
        adding(*(("Set-Cookie", f"c{number}=v; Domain=.example.com; Path=/; HttpOnly") for number in range(40))),
    ),
    fine(
        "cookies that are none",
        adding(
            ("Set-Cookie", ";;;=;=\x7f"), ("Set-Cookie", "a" * 5000), ("Set-Cookie", '__Host-x="\\"; expires=never')
        ),
    ),
    fine(
        "a header with a bare CR in it",
        sends(lambda asked: answer(asked, extra=b"X-Bare: a\rSet-Cookie: injected=1\r\n")),
    ),
    fine("a header in UTF-8", adding(("X-Name", "señal ✓ \u202e"))),
    fine("a header in Latin-1", sends(lambda asked: answer(asked, extra=b"X-Name: se\xf1al \x80\xff\r\n"))),
    fine(
        "a header with control characters",
        sends(lambda asked: answer(asked, extra=b"X-Bell: \x07\x08\x1b[31m\x7f\r\n")),
    ),
    fine("a header with NUL", sends(lambda asked: answer(asked, extra=b"X-Nul: a\0b\r\n"))),
    fine("a header without a value", adding(("X-Empty", ""))),
    dead(
        "a header without a colon", sends(lambda asked: answer(asked, extra=b"this is no header\r\nX-More: x\r\n")), ""
    ),
    dead("a header without a name", sends(lambda asked: answer(asked, extra=b": x\r\n")), ""),
    dead("a header with a blank before its colon", sends(lambda asked: answer(asked, extra=b"X-Odd : x\r\n")), ""),
    fine(
        "dates that are none", adding(("Date", "yesterday"), ("Expires", "-1"), ("Last-Modified", "٣"), ("Age", "NaN"))
    ),
    fine(
        "a download with a path", adding(("Content-Disposition", 'attachment; filename="../../../../tmp/x; rm -rf ~"'))
    ),
)

CALLED = {"http/media-type": "envelopes", "http/content-type": "json form"}
LIES = {"http/content-type": "json form"}
SOME = "json form xml soap11 bound12"
"""Lanes for what is told apart by the kind of an answer alone."""

LABELS = (
    Way(
        id="no Content-Type",
        act=sends(lambda asked: answer(asked, headers={"Content-Type": None})),
        exit=6,
        fails={"http/content-type-present": "all"},
    ),
    Way(id="a Content-Type that is none", act=_labelled(';;;=,"/'), exit=6, fails={"http/content-type-present": "all"}),
    dead("a Content-Type of two megabytes", _labelled("application/json; x=" + "y" * 2**21), "a line that is too long"),
    Way(id="a Content-Type of 60,000 letters", act=_more("; x=" + "y" * 59_000), clean="all"),
    Way(id="two Content-Types without parameters", act=sends(_bare_twice), to=SOME, clean=SOME),
    Way(
        id="two Content-Types",
        act=sends(lambda asked: answer(asked, extra=b"Content-Type: text/html\r\n")),
        clean="all",
    ),
    Way(id="called HTML", act=_labelled("text/html"), exit=1, silent="xml", fails=CALLED),
    Way(
        id="called an executable",
        act=_labelled("application/x-msdownload"),
        exit=1,
        fails={"http/media-type": "envelopes"},
    ),
    Way(id="called a script", act=_labelled("application/javascript"), exit=1, fails={"http/media-type": "envelopes"}),
    Way(
        id="a charset that is a path",
        act=_more("; charset=../../etc/passwd"),
        to=SOME,
        exit=1,
        silent="xml soap11 bound12",
        fails=LIES,
    ),
    Way(
        id="a charset of 50,000 letters",
        act=_more("; charset=" + "u" * 50_000),
        to=SOME,
        exit=1,
        silent="xml soap11 bound12",
        fails=LIES,
    ),
    Way(
        id="a charset with NUL",
        act=_more("; charset=utf\0-8"),
        to=SOME,
        exit=1,
        silent="xml soap11 bound12",
        fails=LIES,
    ),
    Way(id="a charset in quotes that never end", act=_more('; charset="utf-8'), to=SOME, clean=SOME),
    Way(id="a charset twice", act=_more("; charset=utf-8; charset=utf-16"), to=SOME, clean=SOME),
    Way(id="a charset without a name", act=_more("; charset="), to=SOME, clean=SOME),
    *(
        Way(
            id=f"a charset that is Python's {name}",
            act=_more(f"; charset={name}"),
            to=SOME,
            exit=1,
            silent="xml soap11 bound12",
            fails=LIES,
        )
        for name in (
            "zip",
            "rot13",
            "idna",
            "unicode_escape",
            "raw_unicode_escape",
            "punycode",
            "undefined",
            "bz2",
            "hex",
            "uu",
            "mbcs",
        )
    ),
)
