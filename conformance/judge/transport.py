"""What the bytes and headers of an answer say of the envelope and HTTP rules, whatever the case was about.

Each check is a generator of results over one exchange; a check that has nothing to look at yields nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance.judge.reply import Answer, charset_of, is_json, is_xml, media_type, start_of
from conformance.judge.show import whole
from conformance.model import Case, Exchange, Finding, Outcome, Response, Result

Found = Iterator[tuple[str, str, str]]
"""(facet path, expected, observed); an empty expected is a pass."""


def transport_results(case: Case, response: Response, answer: Answer) -> Iterator[Result]:
    """Results of every envelope and HTTP rule that this answer bears on."""
    for check in (_server_error, _content_type, _json_text, _xml_document, _allow):
        for facet, expected, observed in check(response, answer):
            rule = f"{case.service}/{facet}"
            if not expected:
                yield Result(rule=rule, outcome=Outcome.PASSED)
            elif not observed:
                yield Result(rule=rule, outcome=Outcome.UNTESTED, reason=expected)
            else:
                finding = Finding(path=facet.split("/")[-1], expected=expected, observed=observed)
                yield Result(rule=rule, outcome=Outcome.FAILED, finding=finding)


def in_time_results(case: Case, exchange: Exchange) -> Iterator[Result]:
    """Did the answer come within the time that the target gives it? A connection that broke says nothing of that."""
    rule = f"{case.service}/http/in-time"
    if exchange.late:
        finding = Finding(path="in-time", expected="an answer in time", observed=exchange.error or "none")
        yield Result(rule=rule, outcome=Outcome.FAILED, finding=finding)
    elif exchange.response is not None:
        yield Result(rule=rule, outcome=Outcome.PASSED)


def _server_error(response: Response, answer: Answer) -> Found:
    if response.status >= 500:
        yield "http/no-server-error", "a status below 500", answer.words
    else:
        yield "http/no-server-error", "", ""


def _content_type(response: Response, answer: Answer) -> Found:
    if not response.body.strip():
        return
    name = media_type(response)
    if not name:
        yield "http/content-type-present", "a Content-Type header", "none"
        return
    yield "http/content-type-present", "", ""
    observed = _lie(response, answer, name)
    yield ("http/content-type", f"a body that is {name}", observed) if observed else ("http/content-type", "", "")


def _lie(response: Response, answer: Answer, name: str) -> str:
    """What the body is, where the label says otherwise; empty where it tells the truth."""
    if is_json(name) and start_of(response) == "xml":
        return "markup"
    if name.endswith(("/xml", "+xml", "/html")) and answer.encoding == "json" and answer.decoded is not None:
        return "JSON"
    return _charset_lie(response, answer)


def _charset_lie(response: Response, answer: Answer) -> str:
    label = charset_of(response)
    if not label or label in {"utf-8", "utf8"} or answer.decoded is None or response.body.isascii():
        return ""
    # The body reads as UTF-8 and holds multi-byte characters: a label that names another charset is untrue.
    return f"UTF-8, though charset={label}" if _reads_as_utf8(response.body) else ""


def _reads_as_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _json_text(response: Response, answer: Answer) -> Found:
    if not is_json(media_type(response)) or not response.body:
        return
    if answer.decoded is None:
        yield _ill_formed(answer, "a JSON text", lies=start_of(response) == "xml")
        return
    if answer.encoding != "json":
        yield _ill_formed(answer, "a JSON text", lies=True)
        return
    yield "envelope/well-formed", "", ""
    yield ("envelope/utf-8", "", "") if answer.decoded.utf8 else ("envelope/utf-8", "UTF-8", "bytes that are not UTF-8")
    mark = answer.decoded.byte_order_mark
    yield (
        ("envelope/byte-order-mark", "no byte order mark", "EF BB BF") if mark else ("envelope/byte-order-mark", "", "")
    )
    twice = whole(", ".join(answer.decoded.duplicates))
    yield (
        ("envelope/unique-names", "every name once", f"twice: {twice}") if twice else ("envelope/unique-names", "", "")
    )


def _ill_formed(answer: Answer, expected: str, *, lies: bool) -> tuple[str, str, str]:
    if answer.unread:
        return "envelope/well-formed", answer.malformed, ""
    if lies:
        return "envelope/well-formed", "blocked by http/content-type", ""
    return "envelope/well-formed", expected, answer.malformed


def _xml_document(response: Response, answer: Answer) -> Found:
    if not is_xml(media_type(response)) or not response.body:
        return
    if answer.decoded is None or answer.encoding != "xml":
        yield _ill_formed(answer, "an XML document", lies=answer.encoding != "xml")
        return
    yield "envelope/well-formed", "", ""
    if answer.decoded.utf8:
        yield "envelope/charset", "", ""
    elif _charset_lie(response, answer):
        yield "envelope/charset", "blocked by http/content-type", ""
    else:
        yield "envelope/charset", "the encoding that the answer declares", "bytes of another one"


def _allow(response: Response, _answer: Answer) -> Found:
    if response.status == 405:
        yield ("http/allow", "", "") if response.header("Allow") else ("http/allow", "an Allow header", "none")


# --- Accept -----------------------------------------------------------------------------------------------------------

Verdict = tuple[Outcome, str, str]
"""outcome, expected (or the reason), observed"""


def _success(response: Response) -> bool:
    return 200 <= response.status < 300


def _documented(response: Response, wanted: str) -> Verdict:
    if response.status == 406:
        return Outcome.FAILED, f"{wanted}, as documented", "406"
    return (Outcome.PASSED, "", "") if _success(response) else (Outcome.CANT_TELL, "", "")


def _honoured(response: Response, wanted: str) -> Verdict:
    if response.status == 406:
        return Outcome.UNTESTED, "blocked by http/accept-documented", ""
    if not _success(response):
        return Outcome.CANT_TELL, "", ""
    name = media_type(response)
    return (Outcome.PASSED, "", "") if name == wanted else (Outcome.FAILED, wanted, name or "no Content-Type")


def _wildcard(response: Response, _wanted: str) -> Verdict:
    if response.status == 406:
        return Outcome.FAILED, "an answer", "406"
    return (Outcome.PASSED, "", "") if _success(response) else (Outcome.CANT_TELL, "", "")


def _unknown(response: Response, wanted: str) -> Verdict:
    if response.status == 406:
        return Outcome.PASSED, "", ""
    if not _success(response):
        return Outcome.CANT_TELL, "", ""
    name = media_type(response)
    mirrored = name == wanted or (is_xml(name) and is_xml(wanted))
    if is_json(name) or mirrored:
        return Outcome.PASSED, "", ""
    return Outcome.FAILED, f"406, JSON or {wanted}", name or "no Content-Type"


ACCEPT: dict[str, Callable[[Response, str], Verdict]] = {
    "http/accept-documented": _documented,
    "http/accept-honoured": _honoured,
    "http/accept-quality": _honoured,
    "http/accept-wildcard": _wildcard,
    "http/accept-unknown": _unknown,
}
"""How an answer is judged against the Accept header that was sent."""


def accept_results(case: Case, response: Response, words: str) -> Iterator[Result]:
    """Results of the case's own rules where they are about Accept."""
    for rule in case.rules:
        check = ACCEPT.get(rule.removeprefix(f"{case.service}/"))
        if check is None:
            continue
        outcome, expected, observed = check(response, case.answer)
        finding = Finding(path=case.title, expected=expected, observed=observed) if observed else None
        reason = expected if outcome is Outcome.UNTESTED else words if outcome is Outcome.CANT_TELL else ""
        yield Result(rule=rule, outcome=outcome, finding=finding, reason=reason, leans=True)
