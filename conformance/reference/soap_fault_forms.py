"""Defects in the form of a SOAP fault. A table of small edits of a tree, as in `soap_forms`."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

from lxml import etree

from conformance.codecs.elements import elements, tag
from conformance.codecs.soap import ENVELOPES, PREFIXES
from conformance.facets import element_name
from conformance.reference.faults import LANGUAGE
from conformance.reference.soap_forms import Change, Parts, foreign, put_last


def _gone(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _code(parts: Parts) -> etree._Element:
    return parts.named("faultcode" if parts.version == "1.1" else "Value")


def _unbound(parts: Parts) -> None:
    """The right code with a prefix that nobody has declared."""
    code = _code(parts)
    code.text = f"desconocido:{(code.text or '').rpartition(':')[2]}"


def _bare_code(parts: Parts) -> None:
    """The right code without a prefix."""
    code = _code(parts)
    code.text = (code.text or "").rpartition(":")[2]


def _no_text(parts: Parts) -> None:
    _code(parts).text = None


def _first_word(parts: Parts) -> None:
    """What SOAP 1.1 calls a fault of the sender, in SOAP 1.2."""
    code = _code(parts)
    code.text = (code.text or "").replace(":Sender", ":Client")


def _as_in_second(parts: Parts) -> None:
    """The children that SOAP 1.2 has, in a fault of SOAP 1.1."""
    code, reason = _code(parts).text, parts.named("faultstring").text
    parts.child[:] = []
    for outer, inner, text in (("Code", "Value", code), ("Reason", "Text", reason)):
        etree.SubElement(etree.SubElement(parts.child, tag(parts.own, outer)), tag(parts.own, inner)).text = text


def _as_in_first(parts: Parts) -> None:
    """The children that SOAP 1.1 has, in a fault of SOAP 1.2."""
    code, reason = _code(parts).text, parts.named("Text").text
    parts.child[:] = []
    etree.SubElement(parts.child, "faultcode").text = code
    etree.SubElement(parts.child, "faultstring").text = reason


def _text_in_reason(parts: Parts) -> None:
    reason = parts.named("Reason")
    reason.text = parts.named("Text").text
    reason[:] = []


def _moved(namespace: str) -> Change:
    """The Fault itself in another namespace."""

    def change(parts: Parts) -> None:
        made = etree.Element(tag(namespace, "Fault"))
        made[:] = list(parts.child)
        parts.body.replace(parts.child, made)

    return change


def _of_other_version(parts: Parts) -> None:
    _moved(ENVELOPES["1.2" if parts.version == "1.1" else "1.1"])(parts)


def _doubled(element: etree._Element) -> None:
    element.addnext(deepcopy(element))


def _beside_a_message(parts: Parts) -> None:
    """The answer of a success in front of the fault."""
    operation = parts.contract.operation
    # A one-way operation has no answer of its own; the element is qualified all the same, since that is another rule.
    name = element_name(operation.response.root or "Respuesta")
    parts.body.insert(0, etree.Element(tag(operation.response.namespace or operation.request.namespace, name)))


def _detail_first(parts: Parts) -> None:
    parts.child.insert(0, etree.Element(tag(parts.own, "Detail")))


def _another_code(parts: Parts) -> None:
    """A number in place of the code, in SOAP 1.2 a sixth one; codes that a request asks for stay."""
    code = _code(parts)
    if (code.text or "").rpartition(":")[2] in {"Client", "Sender"}:
        code.text = "400" if parts.version == "1.1" else f"{PREFIXES[parts.version]}:Wrong"


def _dotted(parts: Parts) -> None:
    code = _code(parts)
    code.text = f"{code.text}.Datos"


def _qualify(parts: Parts) -> None:
    for element in elements(parts.child):
        element.tag = tag(parts.own, etree.QName(element).localname)


def _without_language(parts: Parts) -> None:
    del parts.named("Text").attrib[LANGUAGE]


def _plain_language(parts: Parts) -> None:
    """The attribute without its prefix."""
    parts.named("Text").set("lang", parts.named("Text").attrib.pop(LANGUAGE))


FAULTS: Mapping[tuple[str, str], Change] = {
    ("envelope/fault-structure", "dropped"): lambda parts: _gone(
        parts.named("faultstring" if parts.version == "1.1" else "Reason")
    ),
    ("envelope/fault-structure", "no-code"): lambda parts: _gone(
        parts.named("faultcode" if parts.version == "1.1" else "Code")
    ),
    ("envelope/fault-structure", "empty"): lambda parts: parts.child.__setitem__(slice(None), []),
    ("envelope/fault-structure", "two-codes"): lambda parts: _doubled(parts.child[0]),
    ("envelope/fault-structure", "other-version"): _of_other_version,
    ("envelope/fault-structure", "second-children"): _as_in_second,
    ("envelope/fault-structure", "first-children"): _as_in_first,
    ("envelope/fault-structure", "no-text"): _text_in_reason,
    ("envelope/fault-structure", "detail-first"): _detail_first,
    ("envelope/fault-structure", "order"): lambda parts: put_last(parts.child),
    ("envelope/fault-children", "dropped"): lambda parts: etree.SubElement(parts.child, "stackTrace"),
    ("envelope/fault-unqualified", "dropped"): _qualify,
    ("envelope/fault-code", "dropped"): _unbound,
    ("envelope/fault-code", "unknown"): _another_code,
    ("envelope/fault-code", "bare"): _bare_code,
    ("envelope/fault-code", "empty"): _no_text,
    ("envelope/fault-code", "first-version"): _first_word,
    ("envelope/fault-dots", "dropped"): _dotted,
    ("envelope/fault-language", "dropped"): _without_language,
    ("envelope/fault-language", "plain"): _plain_language,
    ("envelope/fault-alone", "dropped"): lambda parts: foreign(parts.body, 1),
    ("envelope/fault-alone", "message"): _beside_a_message,
    ("envelope/fault-alone", "twice"): lambda parts: _doubled(parts.child),
    ("envelope/qualified-child", "fault"): _moved(""),
}
"""What breaks a fault."""
