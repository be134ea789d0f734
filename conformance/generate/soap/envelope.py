"""The baseline's envelope, to be written in other ways: its tree, the places in it, and a case of one difference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lxml import etree

from conformance.codecs.elements import elements, tag, tags
from conformance.codecs.soap import ENVELOPES, VERSIONS
from conformance.facets import element_name
from conformance.generate.envelopes.text import DECLARATION, Rewrite
from conformance.generate.subject import Subject
from conformance.generate.transport import case_of
from conformance.model import Case, Change, Expect, Field

OTHER = "urn:conformance:other"
"""A namespace that no service has."""


def version(subject: Subject) -> str:
    """The version of SOAP: `1.1` or `1.2`."""
    return subject.encoding.name.removeprefix("soap-")


def namespace(subject: Subject) -> str:
    """The namespace of the envelope."""
    return ENVELOPES[version(subject)]


def other_version(subject: Subject) -> str:
    """The version that the subject is not about."""
    return next(name for name in VERSIONS.values() if name != version(subject))


def baseline(subject: Subject) -> etree._Element:
    """The envelope of the baseline as a tree of its own."""
    return etree.fromstring(subject.encode(subject.baseline()))


def bare(subject: Subject) -> bytes:
    """The envelope of the baseline without its XML declaration."""
    return subject.encode(subject.baseline()).removeprefix(DECLARATION)


def written(root: etree._Element) -> bytes:
    """The tree as the codec writes one: in UTF-8, with an XML declaration."""
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


def changed(subject: Subject, change: Callable[[etree._Element], None]) -> bytes:
    """The baseline's envelope after the change."""
    root = baseline(subject)
    change(root)
    return written(root)


def body_of(root: etree._Element) -> etree._Element:
    """The Body of an envelope that has one."""
    return next(one for one in elements(root) if etree.QName(one).localname == "Body")


def child_of(root: etree._Element) -> etree._Element:
    """The element of the operation."""
    return next(elements(body_of(root)))


def holder_of(subject: Subject, root: etree._Element) -> etree._Element:
    """The element that the members stand in."""
    message = subject.contract.operation.request
    holder = child_of(root)
    for name in message.wrappers:
        inner = holder.find(tag(message.namespace, element_name(name)))
        holder = holder if inner is None else inner
    return holder


def leaf_of(subject: Subject, root: etree._Element, member: Field) -> etree._Element | None:
    """The element of a member of the message."""
    found: etree._Element | None = holder_of(subject, root)
    for name in tags(member, subject.contract.operation.request.namespace):
        found = found.find(name) if found is not None else None
    return found


def envelope_case(subject: Subject, facet: str, slug: str, title: str, body: bytes, expect: Expect) -> Case:
    """A case about the text of the envelope."""
    return case_of(subject, "envelope", facet, slug, title, subject.request(body), expect)


def rewritten(subject: Subject, place: tuple[str, str], slug: str, title: str, rewrite: Rewrite) -> Case:
    """The baseline written in another way, which any other message can be as well. `place` is the facet, and the slot
    that the change takes."""
    facet, slot = place
    case = envelope_case(subject, facet, slug, title, rewrite(subject.encode(subject.baseline())), Expect.ACCEPTED)
    return replace(case, change=Change(slot=slot, rewrite=rewrite))
