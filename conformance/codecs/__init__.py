"""Message ⇄ bytes, one module an encoding. Pure; knows neither rules nor verdicts."""

from __future__ import annotations

from conformance.codecs import json
from conformance.codecs.decoded import Decoded, Malformed
from conformance.model import Contract

CODECS = {"json": json}

__all__ = ["CODECS", "Decoded", "Malformed", "covered"]


def covered(contract: Contract) -> tuple[str, ...]:
    """The documented encodings of the service that this version can send and read."""
    return tuple(encoding.name for encoding in contract.operation.encodings if encoding.name in CODECS)
