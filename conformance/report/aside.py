"""What is said beside a run: lines on stderr, in the language of the command. Must never import a writer."""

from __future__ import annotations

import sys
from contextlib import suppress

from conformance.report.language import spoken
from conformance.report.text import printable


def told(text: str) -> None:
    """A message on stderr, should anybody read it."""
    with suppress(OSError, ValueError):
        sys.stderr.write(f"conformance: {printable(spoken().say(text))}\n")
        sys.stderr.flush()
