"""What an answer shows of the rules about envelopes, whatever the case was about; `soap_http` has those about HTTP.

One defect is one finding. Who owns what:

    defect                                                      fails alone
    a body labelled XML that is none                            well-formed; content-type where it is JSON
    bytes that are not in the declared encoding                 charset; content-type where the label names another one
    a readable encoding other than UTF-8 and UTF-16             utf
    the Envelope of another version, or none in a 2xx answer    version; the rest is held to the answer's own version
    Header and Body twice, swapped, missing, among others       structure
    anything else behind the Body                               after-body
    several elements in the Body                                one-child; fault-alone where one is a fault
    an envelope under another label                             media-type; content-type-present where there is none
    an envelope without a fault that is not 200                 success-status; no-server-error from 500 on

An answer to a request that is not in the version of its case (another media type, another envelope, no XML) may come in
either version. Answers to other methods than POST are no SOAP at all: only their headers are looked at.
"""

from __future__ import annotations

import codecs

from lxml import etree

from conformance.codecs import Envelope
from conformance.codecs.elements import elements, named, tag
from conformance.codecs.soap import ENVELOPES
from conformance.codecs.xml_bytes import DOCTYPE, declared
from conformance.judge.reply import Answer, charset_of, is_xml, media_type, start_of
from conformance.judge.soap_faults import fault_marks
from conformance.judge.soap_http import Asked, asked, header_marks, is_envelope, label_lies, travel_marks
from conformance.judge.soap_marks import Mark, Marks, bad, blocked, good, judged, void
from conformance.model import Case, Outcome, Response

READ = ("well-formed", "charset", "utf", "document-type", "processing-instruction")
SHAPE = (
    "structure",
    "after-body",
    "one-child",
    "qualified-child",
    "encoding-style",
    "soap-attributes",
    "must-understand-value",
)
VALUES = {"1.1": frozenset({"0", "1"}), "1.2": frozenset({"0", "1", "false", "true"})}


def answer_marks(case: Case, response: Response, answer: Answer) -> Marks:
    """Marks of every rule that this answer bears on."""
    told = asked(case)
    yield from header_marks(response, answer)
    if case.request.method == "POST":
        yield from _document(response, answer, told)


# --- the document -----------------------------------------------------------------------------------------------------


def _document(response: Response, answer: Answer, told: Asked) -> Marks:
    labelled = is_xml(media_type(response)) and bool(response.body.strip())
    envelope = answer.decoded.envelope if answer.decoded is not None else None
    if envelope is None:
        if labelled:
            yield from _unread(response, answer)
        return
    if not labelled and not is_envelope(answer):
        # A page, or markup of a proxy that calls itself nothing.
        return
    yield good("envelope/well-formed")
    yield from _encoding(response, answer)
    if not _meant(response, envelope):
        return
    document_type = "a document type declaration" if envelope.document_type else ""
    yield judged("envelope/document-type", "no document type declaration", document_type, "document-type")
    instructions = f"{envelope.instructions} of them" if envelope.instructions else ""
    expected = "no processing instruction"
    yield judged("envelope/processing-instruction", expected, instructions, "processing-instruction")
    yield from _version(envelope, told)
    if envelope.version:
        yield from _shape(envelope)
        yield from travel_marks(response, envelope, told)
        if envelope.fault is not None:
            yield from fault_marks(envelope, envelope.fault, response.status, unreadable=not told.readable)


def _unread(response: Response, answer: Answer) -> Marks:
    by = "envelope/well-formed"
    if start_of(response) == "json":
        yield from blocked("http/content-type", by)
        by = "http/content-type"
    elif answer.malformed == DOCTYPE and (200 <= response.status < 300 or b"Envelope" in response.body):
        by = "envelope/document-type"
        yield bad(by, "no document type declaration", "one with entities", "document-type")
        yield from blocked(by, "envelope/well-formed")
    elif answer.unread:
        yield Mark(by, Outcome.UNTESTED, reason=answer.malformed)
    else:
        yield bad(by, "an XML document", answer.malformed, "well-formed")
    rest = (f"envelope/{facet}" for facet in (*READ[1:], "version", *SHAPE))
    yield from blocked(by, *(rule for rule in rest if rule != by))


def _encoding(response: Response, answer: Answer) -> Marks:
    if answer.decoded is None or not answer.decoded.utf8:
        by = "http/content-type" if label_lies(response, answer) else "envelope/charset"
        if by == "envelope/charset":
            yield bad(by, "the encoding that the answer declares", "bytes of another one", "charset")
        else:
            yield from blocked(by, "envelope/charset")
        yield from blocked(by, "envelope/utf")
        return
    yield good("envelope/charset")
    name = declared(response.body, charset_of(response))
    known = codecs.lookup(name).name.startswith(("utf-8", "utf-16")) or response.body.isascii()
    yield judged("envelope/utf", "UTF-8 or UTF-16", "" if known else name, "utf")


def _version(envelope: Envelope, told: Asked) -> Marks:
    if not told.plain:
        return
    rule, name, due = "envelope/version", etree.QName(envelope.root), ENVELOPES[told.version]
    right = name.text == tag(due, "Envelope")
    came = f"{name.localname} in {named(name.namespace)}"
    yield judged(rule, f"Envelope in {named(due)}", "" if right else came, "version")
    if not envelope.version:
        yield from blocked(rule, *(f"envelope/{facet}" for facet in SHAPE))


def _meant(response: Response, envelope: Envelope) -> bool:
    """Is the document meant for SOAP? What a proxy or the HTTP layer says of its own accord need not be."""
    return 200 <= response.status < 300 or etree.QName(envelope.root).localname == "Envelope"


# --- the envelope -----------------------------------------------------------------------------------------------------


def _shape(envelope: Envelope) -> Marks:
    namespace = ENVELOPES[envelope.version]
    yield from _parts(envelope.root, namespace)
    yield from _attributes(envelope, namespace)
    if envelope.body is None:
        yield from blocked("envelope/structure", "envelope/one-child", "envelope/qualified-child")
        return
    names = [etree.QName(one) for one in elements(envelope.body)]
    several = ", ".join(name.localname for name in names) if len(names) > 1 else ""
    if envelope.fault is None:
        yield judged("envelope/one-child", "one element in the Body", several, "Body")
    elif several:
        yield from blocked("envelope/fault-alone", "envelope/one-child")
    plain = ", ".join(name.localname for name in names if not name.namespace)
    yield judged("envelope/qualified-child", "children of Body in a namespace", plain, "Body")


def _parts(root: etree._Element, namespace: str) -> Marks:
    """Header and Body, and what stands beside them."""
    header, body = tag(namespace, "Header"), tag(namespace, "Body")
    children = list(elements(root))
    names = [str(child.tag) for child in children]
    own = [name for name in names if name in {header, body}]
    last = max((place for place, name in enumerate(names) if name == body), default=len(names))
    stray = [name for name in names[:last] if name not in {header, body}]
    texts = [root.text, *(child.tail for child in children[:last])]
    text = any((one or "").strip() for one in texts)
    wrong = own not in ([body], [header, body]) or stray or text
    said = ", ".join(_said(child) for child in children) or "no children"
    observed = f"{said}{', and text' if text else ''}" if wrong else ""
    yield judged("envelope/structure", "at most one Header, then one Body", observed, "Envelope")
    behind = [_said(child) for child in children[last + 1 :] if child.tag not in {header, body}]
    if any((child.tail or "").strip() for child in children[last:]):
        behind.append("text")
    yield judged("envelope/after-body", "nothing behind the Body", ", ".join(behind), "Envelope")


def _said(element: etree._Element) -> str:
    name = etree.QName(element)
    return f"{name.localname} in {named(name.namespace)}" if name.localname in {"Header", "Body"} else name.localname


def _attributes(envelope: Envelope, namespace: str) -> Marks:
    style = tag(namespace, "encodingStyle")
    styled = [one for one in envelope.root.iter(f"{{{namespace}}}*") if one.get(style) is not None]
    if envelope.version == "1.1" and envelope.body is not None:
        # SOAP 1.2 allows it on a child of Body: Part 1 §5.1.1.
        styled += [one for one in elements(envelope.body) if one.get(style) is not None and one not in styled]
    observed = ", ".join(etree.QName(one).localname for one in styled)
    yield judged("envelope/encoding-style", "no encodingStyle", observed, "encoding-style")
    parts = [envelope.root, *(one for one in elements(envelope.root) if etree.QName(one).namespace == namespace)]
    own = [
        f"{etree.QName(name).localname} of {etree.QName(one).localname}"
        for one in parts
        for name in map(str, one.attrib)
        if etree.QName(name).namespace == namespace and name != style
    ]
    yield judged("envelope/soap-attributes", "no attribute of the envelope's namespace", ", ".join(own), "Envelope")
    yield from _understood(envelope, namespace)


def _understood(envelope: Envelope, namespace: str) -> Marks:
    rule = "envelope/must-understand-value"
    header = envelope.root.find(tag(namespace, "Header"))
    blocks = elements(header) if header is not None else iter(())
    values = [one for one in (block.get(tag(namespace, "mustUnderstand")) for block in blocks) if one is not None]
    if not values:
        yield void(rule, "no answer had a header block with mustUnderstand")
        return
    wrong = ", ".join(f'"{value}"' for value in values if value.strip() not in VALUES[envelope.version])
    yield judged(rule, " or ".join(sorted(VALUES[envelope.version])), wrong, "Header")
