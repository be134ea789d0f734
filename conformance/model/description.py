"""A target's own description of its service: the WSDL and what it imports, as they were downloaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """`url` is where the WSDL was found, `documents` maps each address to the bytes from there, the WSDL itself first.
    `port` names the port of each SOAP version: `1.1` → (service, port), both local names."""

    url: str
    documents: Mapping[str, bytes]
    operation: str
    port: Mapping[str, tuple[str, str]] = field(default_factory=dict)
