"""Numbers, dates and times as people of a locale write them. Babel is loaded for other languages than English alone."""

from __future__ import annotations

from datetime import date, datetime

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def number(value: float, locale: str) -> str:
    """A number with the marks of the locale."""
    if locale == "en":
        return f"{value:,}"
    from babel.numbers import format_decimal  # noqa: PLC0415 - slow to load

    return format_decimal(value, locale=_known(locale))


def moment(iso: str, locale: str) -> str:
    """Date, time and zone; the text itself where it is no time."""
    try:
        when = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    away = "" if not when.utcoffset() else when.isoformat()[-6:]
    zone = f" UTC{away}" if when.tzinfo is not None else ""
    return f"{_day(when, locale)}, {when:%H:%M:%S}{zone}"


def day(iso: str, locale: str) -> str:
    """The date; the text itself where it is none."""
    try:
        return _day(date.fromisoformat(iso[:10]), locale)
    except ValueError:
        return iso


def _day(when: date, locale: str) -> str:
    if locale == "en":
        return f"{when.day} {MONTHS[when.month - 1]} {when.year}"
    from babel.dates import format_date  # noqa: PLC0415 - slow to load

    return format_date(when, "long", locale=_known(locale))


def _known(locale: str) -> str:
    """The locale, or its language alone where Babel does not know the region."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - slow to load

    try:
        return str(Locale.parse(locale))
    except (UnknownLocaleError, ValueError):
        return locale.partition("_")[0]
