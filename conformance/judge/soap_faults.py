"""What a SOAP fault shows of the rules about faults. A fault is held to the version of the envelope that it came in.

    defect                                            fails alone         blocks
    a part is missing, twice, or in the wrong order   fault-structure     fault-children, -unqualified, -language,
                                                                          without a code all that is about codes
    a child that no version knows (1.1)               fault-children
    a known child in a namespace (1.1)                fault-unqualified
    a code that is no qualified name, or another one  fault-code          fault-dots, -status-sender
    another element beside the fault                  fault-alone         one-child
    another status                                    fault-status        fault-status-sender

A status that speaks of HTTP (401, 404, 405, 415, …) says that no SOAP was processed: then none is due for the fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lxml import etree

from conformance.codecs import Envelope, Fault
from conformance.codecs.elements import elements, named
from conformance.codecs.soap import ENVELOPES
from conformance.judge.soap_marks import Marks, bad, blocked, good, judged, void

OF_HTTP = frozenset({401, 403, 404, 405, 406, 407, 408, 411, 413, 414, 415, 429, 502, 503, 504})
"""Statuses of a gate, a proxy or the HTTP layer of a service."""
FIRST = ("faultcode", "faultstring", "faultactor", "detail")
DUE = FIRST[:2]
SECOND = ("Code", "Reason", "Node", "Role", "Detail")
FIVE = ("VersionMismatch", "MustUnderstand", "DataEncodingUnknown", "Sender", "Receiver")
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
QNAME = re.compile(r"(?:[^\W\d][\w.\-·]*:)?[^\W\d][\w.\-·]*")
"""Near enough to Namespaces in XML §4: letters, digits and marks of all scripts."""
BLANKS = " \t\r\n"


def fault_marks(envelope: Envelope, fault: Fault, status: int, *, unreadable: bool) -> Marks:
    """Marks of every rule about faults. `unreadable`: the request was no XML document, which 400 may answer too."""
    namespace = ENVELOPES[envelope.version]
    yield from _alone(envelope)
    yield from _status(envelope.version, status, unreadable=unreadable)
    problem = _misplaced(fault.element, namespace)
    if not problem:
        problem = _first_problem(fault.element) if envelope.version == "1.1" else _problem(fault.element, namespace)
    by = "envelope/fault-structure"
    yield judged(by, *(problem or ("", "")), path="Fault")
    if problem:
        yield from blocked(by, *(f"envelope/fault-{facet}" for facet in ("children", "unqualified", "language")))
    elif envelope.version == "1.1":
        yield from _children(fault.element)
    else:
        yield from _language(fault.element, namespace)
    if problem and not _has_code(fault, envelope.version, namespace):
        yield from blocked(by, "envelope/fault-code", "envelope/fault-dots", "envelope/fault-status-sender")
    elif envelope.version == "1.1":
        yield from _first_code(fault)
    else:
        yield from _code(fault, namespace, status)


def _alone(envelope: Envelope) -> Marks:
    others = [etree.QName(one).localname for one in elements(envelope.body)] if envelope.body is not None else []
    more = ", ".join(others) if len(others) > 1 else ""
    yield judged("envelope/fault-alone", "a Fault alone in the Body", more, "Body")


def _status(version: str, status: int, *, unreadable: bool) -> Marks:
    due = (500,) if version == "1.1" else (400, 500)
    if status in OF_HTTP or (unreadable and status == 400):
        return
    expected = " or ".join(map(str, due))
    yield judged("envelope/fault-status", expected, "" if status in due else str(status), "fault-status")


Problem = tuple[str, str] | None
"""(expected, observed)."""


def _misplaced(element: etree._Element, namespace: str) -> Problem:
    found = etree.QName(element).namespace
    return None if found == namespace else (f"a Fault in {named(namespace)}", f"one in {named(found)}")


def _first_problem(element: etree._Element) -> Problem:
    names = [etree.QName(one).localname for one in elements(element)]
    for name in DUE:
        if names.count(name) != 1:
            return f"one {name}", f"{names.count(name)}: {', '.join(names) or 'no children'}"
    return None


def _problem(element: etree._Element, namespace: str) -> Problem:
    """What is wrong with the parts of a fault of SOAP 1.2, the first only."""
    parts: tuple[tuple[Callable[[], etree._Element | None], tuple[str, ...], tuple[str, ...]], ...] = (
        (lambda: element, SECOND[:2], SECOND),
        (lambda: _part(element, "Code"), ("Value",), ("Value", "Subcode")),
        (lambda: _part(element, "Reason"), ("Text",), ("Text",)),
    )
    for find, due, known in parts:
        problem = _sequence(find(), namespace, due, known)
        if problem is not None:
            return problem
    inner = _part(_part(element, "Code"), "Subcode")
    while inner is not None:
        problem = _sequence(inner, namespace, ("Value",), ("Value", "Subcode"))
        if problem is not None:
            return problem
        inner = _part(inner, "Subcode")
    return None


def _part(element: etree._Element | None, name: str) -> etree._Element | None:
    if element is None:
        return None
    return next((one for one in elements(element) if etree.QName(one).localname == name), None)


def _sequence(element: etree._Element | None, namespace: str, due: tuple[str, ...], known: tuple[str, ...]) -> Problem:
    """Are the children those that are known, in their order, each once but for Text, and none missing that is due?"""
    if element is None:
        return None
    parent = etree.QName(element).localname
    names = []
    for child in elements(element):
        name = etree.QName(child)
        if name.namespace != namespace:
            return f"{', '.join(known)} in {named(namespace)}", f"{name.localname} in {named(name.namespace)}"
        names.append(name.localname)
    said = ", ".join(names) or "no children"
    missing = next((name for name in due if name not in names), None)
    if missing is not None:
        return f"{missing} in {parent}", said
    if any(name not in known for name in names):
        return f"no children of {parent} but {', '.join(known)}", said
    places = [known.index(name) for name in names]
    single = [place for place in places if known[place] != "Text"]
    if places != sorted(places) or len(single) != len(set(single)):
        return f"{', '.join(known)} in that order, each once", said
    return None


def _children(element: etree._Element) -> Marks:
    names = [etree.QName(one) for one in elements(element)]
    others = ", ".join(name.localname for name in names if name.localname not in FIRST)
    yield judged("envelope/fault-children", f"no children but {', '.join(FIRST)}", others, "Fault")
    spaced = ", ".join(name.text for name in names if name.localname in FIRST and name.namespace)
    yield judged("envelope/fault-unqualified", "children in no namespace", spaced, "Fault")


def _language(element: etree._Element, namespace: str) -> Marks:
    reason = _part(element, "Reason")
    texts = list(elements(reason)) if reason is not None else []
    silent = [one for one in texts if one.get(LANGUAGE) is None]
    observed = f"{len(silent)} of {len(texts)} without" if silent else ""
    yield judged("envelope/fault-language", f"xml:lang on every Text of {namespace}", observed, "Fault/Reason/Text")


def _has_code(fault: Fault, version: str, namespace: str) -> bool:
    names = _codes(fault.element, version, namespace)
    return next(names, None) is not None


def _codes(element: etree._Element, version: str, namespace: str) -> Iterator[etree._Element]:
    if version == "1.1":
        yield from (one for one in elements(element) if etree.QName(one).localname == "faultcode")
        return
    code = element.find(f"{{{namespace}}}Code/{{{namespace}}}Value")
    if code is not None:
        yield code


def _first_code(fault: Fault) -> Marks:
    rule, path = "envelope/fault-code", "Fault/faultcode"
    text = fault.text.strip(BLANKS)
    if not QNAME.fullmatch(text) or fault.namespace is None:
        expected = "a qualified name whose prefix is bound"
        yield bad(rule, expected, text or "an empty faultcode", path)
        yield from blocked(rule, "envelope/fault-dots")
        return
    yield good(rule)
    yield judged("envelope/fault-dots", "a code without dots", text if "." in fault.code else "", path)


def _code(fault: Fault, namespace: str, status: int) -> Marks:
    rule, path = "envelope/fault-code", "Fault/Code/Value"
    sender = "envelope/fault-status-sender"
    text = fault.text.strip(BLANKS)
    if fault.namespace != namespace or fault.code not in FIVE or not QNAME.fullmatch(text):
        of = named(fault.namespace)
        yield bad(rule, f"one of {', '.join(FIVE)} in {named(namespace)}", f"{text or 'nothing'}, in {of}", path)
        yield from blocked(rule, sender)
        return
    yield good(rule)
    if fault.code != "Sender":
        yield void(sender, "no fault was one of the sender")
    elif status in {400, 500}:
        yield judged(sender, "400", "" if status == 400 else str(status), "fault-status")
    elif status not in OF_HTTP:
        yield from blocked("envelope/fault-status", sender)
