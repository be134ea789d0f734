"""Cases of the SOAP encodings. `members` varies what a message says, `texts` how the envelope around it is written,
`headers` what stands in that beside the message, `http` how it is sent."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.generate.soap.headers import header_cases
from conformance.generate.soap.http import http_cases
from conformance.generate.soap.odd import odd_cases
from conformance.generate.soap.texts import text_cases
from conformance.generate.subject import Subject
from conformance.model import Case

__all__ = ["soap_transport_cases"]


def soap_transport_cases(subject: Subject) -> Iterator[Case]:
    """Every envelope and HTTP case in the subject's version of SOAP."""
    yield from text_cases(subject)
    yield from odd_cases(subject)
    yield from header_cases(subject)
    yield from http_cases(subject)
