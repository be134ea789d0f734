"""Envelope and HTTP rules of the REST encodings: one row a rule, each with its clause or the reason it is ours.

`inferred` rows are our reading; every other row quotes the standard that HTTP, JSON, XML or a form invokes by being
used. One rule holds in several encodings; its clause then names the standard of each.
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance.model import Basis, Citation, Contract, Level, Rule
from conformance.rules.applies import answering, free_text
from conformance.rules.rows import Row, rule_of, standard_clause

JSON, XML = ("json",), ("xml",)
BOTH = ("json", "xml")
REST = ("json", "xml", "form")


MUST, SHOULD = Level.MUST, Level.SHOULD

# fmt: off
STANDARD = (
    Row("envelope", "well-formed", MUST, "RFC 8259 §10; XML 1.0 §2.1", "An answer is well-formed in the format that it declares: one JSON text, or one XML document.", BOTH),
    Row("envelope", "utf-8", MUST, "RFC 8259 §8.1", "A JSON answer is encoded in UTF-8.", JSON),
    Row("envelope", "charset", MUST, "RFC 7303 §3", "The bytes of an XML answer are in the encoding that its byte order mark, charset or declaration names.", XML),
    Row("envelope", "byte-order-mark", MUST, "RFC 8259 §8.1", "A JSON answer does not begin with a byte order mark.", JSON),
    Row("envelope", "unique-names", SHOULD, "RFC 8259 §4", "The names within an object of a JSON answer are unique.", JSON),
    Row("envelope", "spelling", MUST, "RFC 8259 §9; XML 1.0 §2; WHATWG URL §5.1", "Every spelling of the same message is accepted: white space between tokens or elements, escapes and references, the order of a JSON object's members or a form's pairs.", REST),
    Row("envelope", "non-ascii", MUST, "RFC 8259 §8.1; XML 1.0 §2.2; WHATWG URL §5.1", "Text beyond ASCII is accepted, as UTF-8 and as escapes.", REST),
    Row("http", "media-type-case", SHOULD, "RFC 9110 §8.3.1", "A media type is accepted in any case.", REST),
    Row("http", "charset-parameter", SHOULD, "RFC 9110 §8.3.2", "A charset parameter that names UTF-8 is accepted in any case, quoted or not.", REST),
    Row("http", "unsupported-media-type", SHOULD, "RFC 9110 §15.5.16", "A body of a media type that is not documented is not accepted.", REST),
    Row("http", "accept-honoured", SHOULD, "RFC 9110 §12.5.1", "The answer has the documented media type that Accept asks for.", REST),
    Row("http", "accept-quality", SHOULD, "RFC 9110 §12.4.2", "Of two documented media types the answer has the one with the higher quality value.", REST),
    Row("http", "accept-wildcard", SHOULD, "RFC 9110 §12.5.1", "Accept with a wildcard, or no Accept at all, is not answered 406.", REST),
    Row("http", "content-type", MUST, "RFC 9110 §8.3", "The Content-Type of an answer tells the truth about its body.", REST),
    Row("http", "content-type-present", SHOULD, "RFC 9110 §8.3", "An answer with a body has a Content-Type.", REST),
    Row("http", "allow", MUST, "RFC 9110 §15.5.6", "An answer 405 lists the allowed methods in Allow.", REST),
)
INFERRED = (
    Row("envelope", "malformed", SHOULD, "", "A body that is not a JSON text, or no XML document, is refused.", BOTH),
    Row("envelope", "empty-body", SHOULD, "", "A body without any member (nothing, null, an empty object or root) is refused.", REST),
    Row("envelope", "request-root", SHOULD, "", "A body that is not a JSON object, or has another XML root, is refused.", BOTH),
    Row("envelope", "order", SHOULD, "", "The members of an XML answer come in the order of the document.", XML),
    Row("envelope", "repeated", SHOULD, "", "No member of an XML answer that is no item of a list comes twice.", XML),
    Row("http", "accept-unknown", SHOULD, "", "An unknown media type in Accept is answered 406, in JSON, or in the media type of the request.", REST),
    Row("http", "no-server-error", SHOULD, "", "No request is answered with a status of 500 or above.", REST),
    Row("http", "in-time", SHOULD, "", "An answer comes within the time that the target gives one.", REST),
)
STATED = (
    Row("envelope", "root", MUST, "response", "The answer to an accepted request is a JSON object, or the documented XML root element.", BOTH),
    Row("envelope", "namespace", MUST, "answer", "The elements of an XML answer are in the documented namespace, which may be none.", XML),
    Row("http", "request-media-type", MUST, "encoding", "Every documented media type of a request is accepted.", REST),
    Row("http", "accept-documented", MUST, "answer", "Accept with a documented media type is not answered 406.", REST),
)
# fmt: on

OF_ANSWERS = frozenset(
    {"well-formed", "utf-8", "charset", "byte-order-mark", "unique-names", "root", "namespace", "order", "repeated"}
)
"""Envelope rules about answers; the others are about requests."""

EVERY_ANSWER = frozenset(
    {f"envelope/{facet}" for facet in OF_ANSWERS}
    | {"http/content-type", "http/content-type-present", "http/no-server-error", "http/in-time"}
)
"""Rules that any answer decides, whatever was asked."""


NEGOTIATED = frozenset({"accept-documented", "accept-honoured", "accept-quality"})
"""Rules that say something only where an answer may have one media type or another."""


def about_answers(rule: str, service: str) -> bool:
    """Is the rule decided by what an answer holds? Its verdicts then go by the encoding of the answer."""
    part, _, rest = rule.removeprefix(f"{service}/").partition("/")
    return part == "response" or (part == "envelope" and rest in OF_ANSWERS)


def http_rules(contract: Contract, encodings: tuple[str, ...]) -> Iterator[Rule]:
    """The rows that apply to the covered encodings of the service."""
    answers = answering(contract.operation.encodings, encodings)
    choice = len({name for one in contract.operation.encodings for name in one.response_media_types}) > 1
    wordy = any(free_text(member) for member in contract.operation.request.fields)
    for basis, rows in ((Basis.STATED, STATED), (Basis.STANDARD, STANDARD), (Basis.INFERRED, INFERRED)):
        for row in rows:
            known = answers if row.part == "envelope" and row.facet in OF_ANSWERS else encodings
            applies = tuple(name for name in row.encodings if name in known)
            if not applies or (row.facet in NEGOTIATED and not choice) or (row.facet == "non-ascii" and not wordy):
                continue
            cited = {name: _citation(contract, row, name, basis) for name in applies}
            yield rule_of(contract, row, basis, cited)


def _citation(contract: Contract, row: Row, encoding: str, basis: Basis) -> Citation:
    if basis is Basis.STANDARD:
        return standard_clause(row, encoding)
    if row.clause == "response":
        return contract.operation.response.citation
    kept = contract.encoding(encoding)
    return (kept.response_citation or kept.citation) if row.clause == "answer" else kept.citation
