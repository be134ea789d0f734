"""The errors that a user sees. Below everything; imports nothing."""

from __future__ import annotations


class ConformanceError(Exception):
    """A mistake that the user can mend. The text names the key, file or line and says what to do. Exit status 4."""


class SuiteError(Exception):
    """A defect of this suite. Exit status 3."""
