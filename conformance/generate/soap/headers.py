"""Header blocks that a service has never heard of, and envelopes of a version that it does not know."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from conformance.codecs.soap import ENVELOPES, with_header
from conformance.generate.soap.envelope import envelope_case, namespace, other_version, rewritten, version
from conformance.generate.subject import Subject
from conformance.generate.transport import case_of
from conformance.model import Case, Expect

UNKNOWN = "urn:conformance:header"
NODE = "urn:conformance:another-node"
NO_ENVELOPE = "urn:conformance:envelope"
ADDRESSED = {"1.1": "actor", "1.2": "role"}
"""The attribute that names who a block is for."""
NEXT = {"1.1": "http://schemas.xmlsoap.org/soap/actor/next", "1.2": f"{ENVELOPES['1.2']}/role/next"}
ULTIMATE = f"{ENVELOPES['1.2']}/role/ultimateReceiver"
Blocks = Iterator[tuple[str, str, dict[str, str]]]
"""(slug, title, attributes of the envelope's namespace)."""


def header_cases(subject: Subject) -> Iterator[Case]:
    """Blocks that are no obstacle, blocks that must be understood, and versions."""
    for slug, title, attributes in _harmless(version(subject)):
        block = _block(subject, attributes)
        yield rewritten(subject, ("header", "header"), slug, title, partial(with_header, block=block))
    facet = "must-understand"
    for slug, title, attributes in _mandatory(version(subject)):
        request = subject.request(with_header(subject.encode(subject.baseline()), _block(subject, attributes)))
        yield case_of(subject, "envelope", facet, slug, title, request, Expect.ANY, answer=facet)
    yield from _versions(subject)


def _harmless(own: str) -> Blocks:
    to = ADDRESSED[own]
    yield "plain", "a header block that the service does not know", {}
    yield "zero", "an unknown header block with mustUnderstand 0", {"mustUnderstand": "0"}
    yield "another-node", f"a block with mustUnderstand for another {to}", {"mustUnderstand": "1", to: NODE}
    yield "next", f"an unknown block for the {to} next", {to: NEXT[own]}
    if own == "1.2":
        yield "false", "an unknown header block with mustUnderstand false", {"mustUnderstand": "false"}


def _mandatory(own: str) -> Blocks:
    to = ADDRESSED[own]
    yield "unknown", "an unknown header block with mustUnderstand 1", {"mustUnderstand": "1"}
    yield "next", f"an unknown block with mustUnderstand for the {to} next", {"mustUnderstand": "1", to: NEXT[own]}
    if own == "1.2":
        yield "true", "an unknown header block with mustUnderstand true", {"mustUnderstand": "true"}
        title = "an unknown block with mustUnderstand for the ultimate receiver"
        yield "ultimate-receiver", title, {"mustUnderstand": "1", to: ULTIMATE}


def _block(subject: Subject, attributes: dict[str, str]) -> str:
    """A header block that carries these attributes of the envelope's namespace."""
    said = "".join(f' env:{name}="{value}"' for name, value in attributes.items())
    spaces = f'xmlns:c="{UNKNOWN}" xmlns:env="{namespace(subject)}"'
    return f"<c:Trace {spaces}{said}>conformance</c:Trace>"


def _versions(subject: Subject) -> Iterator[Case]:
    body = subject.encode(subject.baseline())
    own = namespace(subject).encode()
    facet = "version-mismatch"
    request = subject.request(body.replace(own, NO_ENVELOPE.encode()))
    title = "an envelope in a namespace that no version of SOAP has"
    yield case_of(subject, "envelope", facet, "unknown", title, request, Expect.ANY, answer=facet)
    other = body.replace(own, ENVELOPES[other_version(subject)].encode())
    title = f"an envelope of SOAP {other_version(subject)} under the media type of {version(subject)}"
    yield envelope_case(subject, facet, "other-version", title, other, Expect.OBSERVE)
