"""The languages that reports and the command line speak: English, in which everything is thought, and Spanish.

Values carry English sentences from the layer that knows the fact to the one that shows it; here they are put into
another language, last of all. `fill` is for sentences that a writer makes, `say` for those that came from below or from
a journal. Text of a server or a user is neither: it stays as it came. Must never import a writer.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from conformance.errors import ConformanceError

CODES = ("en", "es")


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """`code` is `en` or `es`; `locale` that of numbers and dates, such as `es_MX`."""

    code: str
    locale: str

    def say(self, text: str) -> str:
        """A sentence of ours, which may quote others, in this language."""
        return text

    def fill(self, template: str, **parts: object) -> str:
        """The template in this language with its parts in their places; the parts are put in as they are."""
        return template.format(**parts) if parts else template

    def number(self, value: float) -> str:
        """A number as people of the locale write it."""
        return str(value)

    def moment(self, iso: str) -> str:
        """A time with its zone, for people; the text itself where it is no time."""
        return iso

    def day(self, iso: str) -> str:
        """A date for people; the text itself where it is none."""
        return iso


ENGLISH = Language(code="en", locale="en")


def language_of(code: str | None, environ: Mapping[str, str] = os.environ) -> Language:
    """The language that `--lang` names; without it that of the environment, English where it has none that is known."""
    if code is None:
        return ENGLISH
    if code not in CODES:
        raise ConformanceError(f"--lang {code}: known are {', '.join(CODES)}")
    return Language(code=code, locale=code)
