"""What a target file says of a SOAP service beyond any other: who asks, what is a refusal, which items the tenant has.

Pure. Must never import the wire.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.model import Condition, Contract, Headers, Refusal
from conformance.target.file.sections import RestSection, Section, WsdlSection
from conformance.target.secrets import Secrets
from conformance.target.settings import Auth

ADDRESS = "conformance@example.com"
"""What an item of the tenant's is changed to, where the target file names no address for it."""


def auth(section: Section) -> Auth | None:
    """How the service is told who asks."""
    held = None if isinstance(section, RestSection) else section.auth
    if held is None:
        return None
    return Auth(kind=held.kind, username=held.username or "", password=held.password or "", digest=held.digest)


def headers(who: Auth | None) -> Headers:
    """The HTTP header of Basic authentication: RFC 7617, in UTF-8."""
    if who is None or who.kind != "basic":
        return ()
    pair = base64.b64encode(f"{who.username}:{who.password}".encode()).decode()
    return (("Authorization", f"Basic {pair}"),)


def secrets(who: Auth | None) -> Secrets:
    """The password, and the header that it is in."""
    if who is None or not who.password:
        return Secrets()
    return Secrets([who.password]).join(Secrets.for_headers(headers(who)))


def refusal(section: Section) -> Refusal | None:
    """Which answers without a fault the target declares to be refusals."""
    held = None if isinstance(section, RestSection) else section.refusal
    if held is None:
        return None
    return Refusal(any=tuple(_conditions(held.any)), all=tuple(_conditions(held.all)))


def _conditions(table: Mapping[str, str] | None) -> Iterator[Condition]:
    for path, text in (table or {}).items():
        if text.startswith("!="):
            yield Condition(path=path, value=text.removeprefix("!=").strip(), equal=False)
        else:
            yield Condition(path=path, value=text.removeprefix("==").strip() if text.startswith("==") else text)


def items(section: Section, contract: Contract) -> dict[str, Any]:
    """The list of the request whose items the tenant has, as `documentos` declares them: each with an address."""
    if not isinstance(section, WsdlSection) or not section.documentos:
        return {}
    listed = next((member for member in contract.operation.request.fields if member.type == "list"), None)
    if listed is None or listed.item is None:
        return {}
    addressed = [member.name for member in listed.item.fields if "mail" in member.marks]
    rows = (document.model_dump(exclude_none=True) for document in section.documentos)
    return {listed.name: [dict.fromkeys(addressed, ADDRESS) | row for row in rows]}
