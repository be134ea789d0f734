"""What is wrong with the keys that only SOAP services have: refusal, auth, binding, tipos, documentos, profiles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from conformance.errors import hint
from conformance.model import Contract, Field
from conformance.rules.fields import walk
from conformance.rules.soap import PROFILES
from conformance.target.file.environment import Mistake

_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9a-fA-F:.]+\](:\d{1,5})?")
_OPERATOR = re.compile(r"(?!!=|==)[<>=!~]")
IDENTITY = ("usuario", "clave")
"""Inputs that no document names: user and password as members of the message."""


def soap_mistakes(section: Mapping[str, Any], contract: Contract) -> Iterator[Mistake]:
    """The mistakes of one section, each with its key."""
    yield from _refusal(section.get("refusal"))
    yield from _auth(section.get("auth"), contract)
    names = [name for name, _ in _inputs(contract.operation.request.fields)]
    yield from _unknown("binding", section.get("binding"), (*names, *IDENTITY))
    kinds = [choice.name for _, member in _inputs(contract.operation.request.fields) for choice in member.choices]
    yield from _unknown("tipos", section.get("tipos"), kinds)
    rows = section.get("documentos")
    for place, row in enumerate(rows if isinstance(rows, list) else ()):
        kind = row.get("tipo") if isinstance(row, dict) else None
        if isinstance(kind, str) and kinds and kind not in kinds:
            yield ("documentos", place, "tipo"), f"{kind!r} is no kind of document{hint(kind, kinds)}"
    hosts = section.get("wsdl_hosts")
    for place, name in enumerate(hosts if isinstance(hosts, list) else ()):
        if isinstance(name, str) and not _HOST.fullmatch(name):
            yield (
                ("wsdl_hosts", place),
                f"{name!r} must be the name of a host, or a name and a port, such as h.example:8080",
            )
    yield from _unknown_places(section.get("refusal"), contract)
    claimed = section.get("profiles")
    for place, name in enumerate(claimed if isinstance(claimed, list) else ()):
        if isinstance(name, str) and name not in PROFILES.values():
            yield ("profiles", place), f"{name!r} is no profile that this suite knows{hint(name, PROFILES.values())}"


def _inputs(fields: tuple[Field, ...]) -> Iterator[tuple[str, Field]]:
    for member in fields:
        yield member.name, member
        yield from _inputs(member.fields + (member.item.fields if member.item is not None else ()))


def _refusal(table: object) -> Iterator[Mistake]:
    if not isinstance(table, dict):
        return
    if not any(isinstance(table.get(key), dict) and table[key] for key in ("any", "all")):
        yield ("refusal",), 'must name what a refusal says, such as { any = { codigo = "!= 0" } }'
    for key in ("any", "all"):
        for path, text in table[key].items() if isinstance(table.get(key), dict) else ():
            if not str(path).strip("/"):
                yield ("refusal", key, path), "must be the path of a member of the answer"
            elif isinstance(text, str) and _OPERATOR.match(text):
                yield ("refusal", key, path), 'compares by "!= …" or "== …" alone; a text that begins so is "== …"'


def _unknown_places(table: object, contract: Contract) -> Iterator[Mistake]:
    """Conditions on members that no documented answer has. Below open content anything may stand."""
    known: list[str] = []
    opened: list[str] = []
    for path, member in walk(contract.operation.response.fields):
        known.append(path)
        if member.type == "open" or (member.item is not None and member.item.type == "open"):
            opened.append(path)
    told = table if isinstance(table, dict) and known else {}
    for key in ("any", "all"):
        for place in told[key] if isinstance(told.get(key), dict) else ():
            names = str(place).strip("/")
            if not names:
                continue
            fits = any(f"/{path}".endswith(f"/{names}") or names.endswith(f"/{path}") for path in known)
            if not fits and not any(f"/{path}/" in f"/{names}/" for path in opened):
                yield ("refusal", key, place), f"the documented answer has no such member{hint(names, known)}"


def _auth(table: object, contract: Contract) -> Iterator[Mistake]:
    if not isinstance(table, dict):
        return
    for key in ("username", "password"):
        if key not in table:
            yield ("auth", key), "is required"
    if table.get("kind") == "fields" and contract.document.kind != "prose":
        secret = next((member.name for member in contract.operation.request.fields if "secret" in member.marks), "…")
        yield ("auth", "kind"), f"the document names the members for user and password; give them in values ({secret})"
    if table.get("digest") and table.get("kind") != "wsse":
        yield ("auth", "digest"), 'only a UsernameToken has a digest: kind = "wsse"'
    if table.get("kind") == "basic" and ":" in str(table.get("username", "")):
        yield ("auth", "username"), "must not hold a colon: RFC 7617 §2"


def _unknown(key: str, table: object, known: Iterable[str]) -> Iterator[Mistake]:
    names = list(dict.fromkeys(known))
    for name in table if isinstance(table, dict) else ():
        if name not in names:
            yield (key, str(name)), f"there is no such input{hint(str(name), names)}"
