"""What a target is, as short digests by key: does a run that goes on meet the same one, and which key differs if not?

Of secrets nothing is taken, so they may be changed in between; nor of what only says how the target is reached. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.target.secrets import Secrets
from conformance.target.settings import ServiceTarget, Target


def settings(target: Target) -> list[list[str]]:
    """Key and digest of each setting that bears on what is sent or how it is judged."""
    masks = target.masks()
    told: dict[str, Any] = {
        "name": target.name,
        "environment": target.environment,
        "effects": target.effects,
        "recipients": target.recipients,
        "budget.requests": target.budget_requests,
        "timeout.exchange": target.exchange_timeout,
        "tls.verify": target.verify,
    }
    for service, kept in target.services.items():
        told |= {f"{service}.{key}": value for key, value in _service(kept, masks).items()}
    return [[key, _digest(text, masks)] for key, text in _flat(told)]


def _service(kept: ServiceTarget, masks: Secrets) -> dict[str, Any]:
    auth = kept.auth
    return {
        "url": kept.url,
        "encodings": kept.encodings,
        "headers": masks.mask_headers(kept.headers),
        "enforcement": kept.enforcement,
        "values": [dict(kept.values), *map(dict, kept.rows)],
        "profiles": sorted(kept.profiles),
        "refusal": str(kept.refusal),
        "auth": [auth.kind, auth.username, auth.digest] if auth is not None else [],
        "wsdl": kept.wsdl if urlsplit(kept.wsdl).scheme else Path(kept.wsdl).name,
        "wsdl_hosts": sorted(kept.wsdl_hosts),
        "binding": dict(kept.binding),
        "tipos": dict(kept.tipos),
    }


def _flat(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text with the key that it stands under; a list of one is as if it stood alone."""
    if isinstance(value, Mapping):
        for name, held in value.items():
            yield from _flat(held, f"{key}.{name}" if key else str(name))
    elif isinstance(value, (list, tuple)) and len(value) != 1:
        yield key, str(len(value))
        for number, held in enumerate(value):
            yield from _flat(held, f"{key}[{number}]")
    elif isinstance(value, (list, tuple)):
        yield from _flat(value[0], key)
    else:
        yield key, repr(value)


def _digest(text: str, masks: Secrets) -> str:
    return hashlib.sha256(masks.mask(text).encode()).hexdigest()[:12]
