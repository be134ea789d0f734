"""The service enforces what the document says of a request, and takes what it allows.

One item a rule and encoding; the plugin sends what they need and decides. See `conformance rules`.
"""

from __future__ import annotations

from collections.abc import Callable

from conformance.model import Verdict

PART = "request"


def test_request(verdict: Verdict, holds: Callable[[Verdict], None]) -> None:
    """The service enforces what the document says of a request, and takes what it allows."""
    holds(verdict)
