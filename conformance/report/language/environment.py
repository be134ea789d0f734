"""Which language and region the environment asks for, as gettext reads it. Pure; must never import Babel."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

CODES = ("en", "es")
_NAME = re.compile(r"(?P<code>[a-z]{2,3})(?:[_-](?P<region>[A-Za-z]{2}|\d{3}))?(?=$|[.@])")
_NONE = frozenset({"C", "POSIX"})


def locale_named(code: str | None, environ: Mapping[str, str]) -> str:
    """`code` with the region of the environment where that speaks the same language, such as `es_MX`; without a code
    the first language of the environment that is known, else English."""
    for found, region in _asked(environ):
        if code is None and found not in CODES:
            continue
        if code in {None, found}:
            return f"{found}_{region.upper()}" if region else found
    return code or "en"


def _asked(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The languages that the environment asks for, most wanted first."""
    chosen = next((value for key in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environ.get(key))), "")
    if not chosen or chosen.partition(".")[0] in _NONE:
        return
    names = [name for name in environ.get("LANGUAGE", "").split(":") if name]
    # A list without a region, as in LANGUAGE=es, leaves that of the locale.
    for name in (*names, chosen):
        match = _NAME.match(name)
        if match is not None:
            own = _NAME.match(chosen)
            region = match["region"] or (own["region"] if own and own["code"] == match["code"] else "")
            yield match["code"], region or ""
