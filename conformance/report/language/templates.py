"""Templates: text with places that have names, `{member} is refused.`; any other brace is text. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

PLACE = re.compile(r"\{([a-z_][a-z0-9_]*|\d+)\}")


def filled(template: str, parts: Mapping[str, object]) -> str:
    """The template with the parts in their places, as they are."""
    return PLACE.sub(lambda place: str(parts.get(place[1], place[0])), template) if parts else template


def cut(template: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The texts around the places, one more than there are places, and the names of the places."""
    parts = PLACE.split(template)
    return tuple(parts[::2]), tuple(parts[1::2])
