"""What goes wrong with a target's WSDL, in words for the person who runs the suite. Imports nothing but the errors."""

from __future__ import annotations

from conformance.errors import ConformanceError


class Unusable(ConformanceError):
    """A WSDL, or a document that it imports, cannot be used. The text names the document and the reason."""


class Unreadable(Exception):  # noqa: N818 - it names a state of an answer, not an error of ours
    """A stock client cannot make a value out of an answer; the text says why."""
