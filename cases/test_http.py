"""The service speaks HTTP as documented: media types, Accept, status, headers.

One item a rule and encoding; the plugin sends what they need and decides. See `conformance rules`.
"""

from __future__ import annotations

from collections.abc import Callable

from conformance.model import Verdict

PART = "http"


def test_http(verdict: Verdict, holds: Callable[[Verdict], None]) -> None:
    """The service speaks HTTP as documented: media types, Accept, status, headers."""
    holds(verdict)
