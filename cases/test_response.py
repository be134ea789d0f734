"""The answer carries what the document names, typed and spelt as documented.

One item a rule and encoding; the plugin sends what they need and decides. See `conformance rules`.
"""

from __future__ import annotations

from collections.abc import Callable

from conformance.model import Verdict

PART = "response"


def test_response(verdict: Verdict, holds: Callable[[Verdict], None]) -> None:
    """The answer carries what the document names, typed and spelt as documented."""
    holds(verdict)
