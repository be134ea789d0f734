"""The compiled catalogues: English text → text in another language. Must never import Babel: it is slow to load."""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

FOLDER = Path(__file__).resolve().parent / "catalogues"
DOMAIN = "conformance"


@cache
def translations(code: str) -> Mapping[str, str]:
    """Every message of the language. English is what messages are written in, so it needs none."""
    if code == "en":
        return MappingProxyType({})
    with (FOLDER / code / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
        told = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return MappingProxyType({key: text for key, text in told.items() if isinstance(key, str) and key})
