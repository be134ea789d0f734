"""The languages that reports and the command line speak: English, in which everything is thought, and Spanish.

Values carry English sentences from the layer that knows the fact to the one that shows it; here they are put into
another language, last of all. `fill` is for sentences that a writer makes, `say` for those that came from below or
from a journal. Text of a server or a user is neither: it stays as it came. Must never import a writer, and imports
Babel only where a number or a date is told in another language than English.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from conformance.errors import ConformanceError
from conformance.report.language import moments
from conformance.report.language.catalogue import translations
from conformance.report.language.environment import CODES, locale_named
from conformance.report.language.matching import said
from conformance.report.language.templates import filled
from conformance.report.text import counted, listed

__all__ = ["CODES", "ENGLISH", "VARIABLE", "Language", "language_of", "speak", "spoken"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """`code` is `en` or `es`; `locale` that of numbers and dates, such as `es_MX`."""

    code: str
    locale: str

    def say(self, text: str) -> str:
        """A sentence of ours, which may quote others, in this language."""
        return said(self.code, text) if self.code != "en" else text

    def fill(self, template: str, **parts: object) -> str:
        """The template in this language with its parts in their places; the parts are put in as they are."""
        return filled(translations(self.code).get(template, template), parts)

    def word(self, text: str) -> str:
        """A word of the model, such as an outcome or a basis, in this language."""
        return translations(self.code).get(text, text)

    def counted(self, number: int, noun: str) -> str:
        """`1 request`, `2 requests`; the noun is English and takes an s."""
        return self.say(counted(number, noun))

    def listed(self, words: Sequence[str], limit: int | None = None) -> str:
        """`a, b and c`, of words that are in this language already; past the limit the rest is counted."""
        if self.code == "en" or not words:
            return listed(words, limit)
        if limit is not None and len(words) > limit:
            words = [*words[:limit], self.fill("{number} more", number=len(words) - limit)]
        if len(words) == 1:
            return words[0]
        return self.fill("{first} and {last}", first=", ".join(words[:-1]), last=words[-1])

    def number(self, value: float) -> str:
        """A number as people of the locale write it."""
        return moments.number(value, self.locale)

    def moment(self, iso: str) -> str:
        """A time with its zone, for people; the text itself where it is no time."""
        return moments.moment(iso, self.locale)

    def day(self, iso: str) -> str:
        """A date for people; the text itself where it is none."""
        return moments.day(iso, self.locale)


ENGLISH = Language(code="en", locale="en")
VARIABLE = "CONFORMANCE_LANG"
"""The environment variable that stands for `--lang`."""


def speak(code: str | None) -> Callable[[], None]:
    """Make this the language of whatever asks for none, here and in every process started from now on; None changes
    nothing. Returns what puts the earlier one back."""
    before = os.environ.get(VARIABLE)

    def restore() -> None:
        if before is None:
            os.environ.pop(VARIABLE, None)
        else:
            os.environ[VARIABLE] = before

    if code is not None:
        os.environ[VARIABLE] = code
    return restore


def language_of(code: str | None, environ: Mapping[str, str] = os.environ) -> Language:
    """The language that `--lang` names; without it that of the environment, English where it has none that is known."""
    code = code if code is not None else environ.get(VARIABLE)
    if code is not None and code not in CODES:
        raise ConformanceError(f"--lang {code}: known are {', '.join(CODES)}")
    locale = locale_named(code, environ)
    return Language(code=locale.partition("_")[0], locale=locale)


def spoken() -> Language:
    """The language of whatever has no other: that of `speak`, or of the environment. Never an error, since errors are
    told in it."""
    return language_of(None) if os.environ.get(VARIABLE) in {None, *CODES} else ENGLISH
