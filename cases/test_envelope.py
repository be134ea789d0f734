"""The text around the message is what its standard says, in both directions.

One item a rule and encoding; the plugin sends what they need and decides. See `conformance rules`.
"""

from __future__ import annotations

from collections.abc import Callable

from conformance.model import Verdict

PART = "envelope"


def test_envelope(verdict: Verdict, holds: Callable[[Verdict], None]) -> None:
    """The text around the message is what its standard says, in both directions."""
    holds(verdict)
