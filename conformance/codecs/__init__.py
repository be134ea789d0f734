"""Message ⇄ bytes, one module an encoding. Pure; knows neither rules nor verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from conformance.codecs import json
from conformance.codecs.decoded import Decoded, Malformed
from conformance.model import Contract, Tree

__all__ = ["CODECS", "Codec", "Decoded", "Malformed", "covered"]


class Codec(Protocol):
    """What the module of an encoding offers."""

    def encode(self, tree: Tree) -> bytes:
        """The message as bytes."""
        ...

    def decode(self, body: bytes) -> Decoded:
        """The message in the bytes; Malformed where there is none."""
        ...


CODECS: Mapping[str, Codec] = {"json": json}


def covered(contract: Contract) -> tuple[str, ...]:
    """The documented encodings of the service that this version can send and read."""
    return tuple(encoding.name for encoding in contract.operation.encodings if encoding.name in CODECS)
