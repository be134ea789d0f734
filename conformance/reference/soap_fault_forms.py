"""Defects in the form of a SOAP fault. A table of small edits of a tree, as in `soap_forms`."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from conformance.codecs.elements import elements, tag
from conformance.codecs.soap import PREFIXES
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


FAULTS: Mapping[tuple[str, str], Change] = {
    ("envelope/fault-structure", "dropped"): lambda parts: _gone(
        parts.named("faultstring" if parts.version == "1.1" else "Reason")
    ),
    ("envelope/fault-structure", "no-code"): lambda parts: _gone(
        parts.named("faultcode" if parts.version == "1.1" else "Code")
    ),
    ("envelope/fault-structure", "order"): lambda parts: put_last(parts.child),
    ("envelope/fault-children", "dropped"): lambda parts: etree.SubElement(parts.child, "nota"),
    ("envelope/fault-unqualified", "dropped"): _qualify,
    ("envelope/fault-code", "dropped"): _unbound,
    ("envelope/fault-code", "unknown"): _another_code,
    ("envelope/fault-dots", "dropped"): _dotted,
    ("envelope/fault-language", "dropped"): _without_language,
    ("envelope/fault-alone", "dropped"): lambda parts: foreign(parts.body, 1),
}
"""What breaks a fault."""
