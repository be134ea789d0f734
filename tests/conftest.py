"""The head of a test run says whether the documents were at hand, since re-derivation is tested only then."""

from __future__ import annotations

from tests.documents_at_hand import documents_dir


def pytest_report_header() -> str:
    """One line for the head of the run."""
    found = documents_dir()
    if found is None:
        return "documents: not at hand; the committed ledgers are tested, re-derivation is not"
    return "documents: at hand; contracts are derived again and compared"
