"""Texts that stand in base64 in other texts: an attachment, a token, a word that only looks like it.

Pure. What holds no text, as a picture or an archive, holds nothing here. Standard library only.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from functools import lru_cache

RUN = re.compile(r"[A-Za-z0-9+/_-]{8,}(?:\r?\n[A-Za-z0-9+/_-]+)*")
"""What could be base64 of a mail address, in one line or several; the shortest has eight characters."""
_NESTED = 3
"""Base64 of base64 is read so deep."""


def unpacked(text: str, depth: int = 0) -> Iterator[str]:
    """The texts in base64 in the text, and those in these."""
    for run in RUN.findall(text):
        held = _text(run)
        if held is not None:
            yield held
            if depth < _NESTED:
                yield from unpacked(held, depth + 1)


@lru_cache(maxsize=2**12)
def _text(run: str) -> str | None:
    plain = "".join(run.split()).replace("-", "+").replace("_", "/")
    # One character more than a whole number of bytes is the length that no base64 has: cut, as readers do.
    plain = plain[: len(plain) - (len(plain) % 4 == 1)]
    try:
        held = base64.b64decode(plain + "=" * (-len(plain) % 4))
        return held.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").replace(b"\0", b"").decode("utf-8-sig")
    except (binascii.Error, UnicodeDecodeError):
        return None
