"""Header blocks that a service has never heard of, and envelopes of a version that it does not know."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.codecs.soap import ENVELOPES, with_header
from conformance.generate.soap.envelope import case, envelope_case, namespace, other_version, version
from conformance.generate.subject import Subject
from conformance.model import Case, Expect

UNKNOWN = "urn:conformance:header"
NODE = "urn:conformance:another-node"
NO_ENVELOPE = "urn:conformance:envelope"
ADDRESSED = {"1.1": "actor", "1.2": "role"}
"""The attribute that names who a block is for."""
NEXT = {"1.1": "http://schemas.xmlsoap.org/soap/actor/next", "1.2": f"{ENVELOPES['1.2']}/role/next"}
ULTIMATE = f"{ENVELOPES['1.2']}/role/ultimateReceiver"


def header_cases(subject: Subject) -> Iterator[Case]:
    """Blocks that are no obstacle, blocks that must be understood, and versions."""
    own, to = version(subject), ADDRESSED[version(subject)]
    for slug, title, attributes in (
        ("plain", "a header block that the service does not know", {}),
        ("zero", "an unknown header block with mustUnderstand 0", {"mustUnderstand": "0"}),
        ("another-node", f"a block with mustUnderstand for another {to}", {"mustUnderstand": "1", to: NODE}),
        ("next", f"an unknown block for the {to} next", {to: NEXT[own]}),
    ):
        yield envelope_case(subject, "header", slug, title, _with_block(subject, attributes), Expect.ACCEPTED)
    for slug, title, attributes in (
        ("unknown", "an unknown header block with mustUnderstand 1", {"mustUnderstand": "1"}),
        ("next", f"an unknown block with mustUnderstand for the {to} next", {"mustUnderstand": "1", to: NEXT[own]}),
        *((("true", "an unknown header block with mustUnderstand true", {"mustUnderstand": "true"}),) * (own == "1.2")),
        *(
            (
                (
                    "ultimate-receiver",
                    "an unknown block with mustUnderstand for the ultimate receiver",
                    {"mustUnderstand": "1", to: ULTIMATE},
                ),
            )
            * (own == "1.2")
        ),
    ):
        request = subject.request(_with_block(subject, attributes))
        yield case(subject, "envelope", "must-understand", slug, title, request, Expect.ANY, answer="must-understand")
    yield from _versions(subject)


def _with_block(subject: Subject, attributes: dict[str, str]) -> bytes:
    """The baseline with a block in its Header that carries these attributes of the envelope's namespace."""
    body = subject.encode(subject.baseline())
    said = "".join(f' env:{name}="{value}"' for name, value in attributes.items())
    spaces = f'xmlns:c="{UNKNOWN}" xmlns:env="{namespace(subject)}"'
    return with_header(body, f"<c:Trace {spaces}{said}>conformance</c:Trace>")


def _versions(subject: Subject) -> Iterator[Case]:
    body = subject.encode(subject.baseline())
    own = namespace(subject).encode()
    facet = "version-mismatch"
    request = subject.request(body.replace(own, NO_ENVELOPE.encode()))
    title = "an envelope in a namespace that no version of SOAP has"
    yield case(subject, "envelope", facet, "unknown", title, request, Expect.ANY, answer=facet)
    other = body.replace(own, ENVELOPES[other_version(subject)].encode())
    title = f"an envelope of SOAP {other_version(subject)} under the media type of {version(subject)}"
    yield envelope_case(subject, facet, "other-version", title, other, Expect.OBSERVE)
