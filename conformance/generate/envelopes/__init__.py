"""Texts around one and the same message: other spellings of it, and what is no message. One module an encoding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from conformance.generate.envelopes import form, json, xml
from conformance.generate.envelopes.text import Text
from conformance.generate.subject import Subject

__all__ = ["TEXTS", "Text"]

TEXTS: Mapping[str, Callable[[Subject], Iterator[Text]]] = {"json": json.texts, "xml": xml.texts, "form": form.texts}
"""Encoding → everything that is tried with its text."""
