"""What is wrong with a target file beyond its shape, and the sentences for what is wrong with its shape.

Every check looks at the raw tree and takes nothing for granted, so that one mistake hides no other. Pure generators of
(key path, sentence), save that files named in `tls` are looked at. Must never import the wire.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from os.path import isfile
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ValidationError

from conformance.codecs.elements import ILLEGAL
from conformance.errors import hint
from conformance.facets import Fit, broken, fit
from conformance.generate.address_line import placeholders
from conformance.generate.addresses import addresses, unsafe
from conformance.model import Contract, Field
from conformance.rules.fields import article
from conformance.target.file.environment import Mistake
from conformance.target.file.environment import Path as Key
from conformance.target.file.sections import TargetFile, in_order
from conformance.target.file.soap_checks import soap_mistakes
from conformance.target.file.tls_checks import tls_mistakes

TYPES = frozenset({"string", "boolean", "integer", "decimal", "guid", "list"})
"""Types whose values a target file can be held to before anything is sent."""
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_URL = re.compile(r"[!#-;=?-\[\]_a-z{}~]*")
"""What RFC 3986 admits, and braces around a parameter. A backslash, above all, is read in more than one way."""
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"(?=.{{1,254}}$){_LABEL}(?:\.{_LABEL})*\.?")
_LATIN = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")
_CASES_OWN = {
    "accept-encoding": "what comes back must be readable",
    "content-length": "it is counted",
    "content-type": "the encodings set it",
    "transfer-encoding": "the body goes out whole",
}
_SENTENCES = {
    "missing": "is required",
    "string_type": "must be a text in quotes",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "list_type": "must be a list [ … ]",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "string_too_short": "must not be empty",
}


def shape(error: ValidationError, model: type[TargetFile]) -> Iterator[Mistake]:
    """The mistakes that pydantic found, in this project's words."""
    for found in error.errors(include_url=False, include_input=False):
        kind, path = found["type"], tuple(found["loc"])
        if kind == "extra_forbidden":
            yield path, "unknown key" + hint(str(path[-1]), _known(model, path[:-1]))
        elif kind == "literal_error":
            expected = str(found.get("ctx", {}).get("expected", "")).replace("'", '"')
            yield path, f"must be {expected}"
        else:
            told = found["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
            yield path, _SENTENCES.get(kind, told[:1].lower() + told[1:])


def mistakes(tree: Mapping[str, Any], contracts: Mapping[str, Contract], base: Path) -> Iterator[Mistake]:
    """All that the values of the file get wrong. `base` is the directory that relative file names start from."""
    recipients = tree.get("recipients", [])
    yield from _recipients(recipients)
    yield from tls_mistakes(tree.get("tls"), base)
    if isinstance(tree.get("proxy"), str):
        for sentence in address_mistakes(tree["proxy"], userinfo=True):
            yield ("proxy",), sentence
    services = in_order(contracts)
    if not any(service in tree for service in services):
        yield (), f"no service to test; add a section, such as [{services[0]}] with its url"
    globs = [one for one in recipients if isinstance(one, str)] if isinstance(recipients, list) else []
    for service in services:
        section = tree.get(service)
        if isinstance(section, dict):
            for path, sentence in _section(section, contracts[service], globs, base):
                yield (service, *path), sentence


def _section(section: Mapping[str, Any], contract: Contract, recipients: list[str], base: Path) -> Iterator[Mistake]:
    for key in ("url", "wsdl"):
        if isinstance(section.get(key), str):
            if key == "wsdl" and "://" not in section[key]:
                if not isfile(base / section[key]):  # noqa: PTH113 - a Path that is too long raises
                    yield (key,), f"there is no file {section[key]}; name the address of the WSDL, or a file"
                continue
            for sentence in (*address_mistakes(section[key]), *_parameters(section[key], contract)):
                yield (key,), sentence
    yield from soap_mistakes(section, contract)
    yield from _plain(section.get("auth"), ("auth",))
    yield from _headers(section.get("headers"))
    yield from _encodings(section.get("encodings"), contract)
    values = section.get("values", {})
    for place, row in [((), values)] if isinstance(values, dict) else enumerated(values):
        if isinstance(row, dict):
            for path, sentence in _values(row, contract, recipients):
                yield ("values", *place, *path), sentence
    for place, row in enumerated(section.get("documentos")):
        for path, sentence in (*_plain(row, ()), *_mail(row, recipients)):
            yield ("documentos", *place, *path), sentence


def enumerated(rows: object) -> Iterator[tuple[Key, Any]]:
    """The rows of a list, each with its place as the end of a key path; nothing for what is no list."""
    if isinstance(rows, list):
        for place, row in enumerate(rows):
            yield (place,), row


def address_mistakes(text: str, *, userinfo: bool = False) -> Iterator[str]:
    """What keeps the text from being an address that requests can be sent to. The text may hold a secret and is not
    said."""
    parts = _split(text)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        yield "must be an absolute http or https url, such as https://staging.example.com/api"
        return
    if not _URL.fullmatch(text):
        yield 'must be ASCII, without blanks and none of " < > \\ ^ ` |; write other characters as %XX'
    elif not _port(parts):
        yield "must have a port from 1 to 65535, or none"
    elif "[" not in parts.netloc and not _HOST.fullmatch(parts.hostname):
        yield "must have the name of a host, or its number, before the path; a name has parts of at most 63 characters"
    if parts.fragment:
        yield "must not have a fragment (#…): it is never sent"
    if not userinfo and "@" in parts.netloc:
        yield 'must not hold a user or password; use headers = { Authorization = "Basic ${NAME}" }'
    elif not userinfo and addresses(text):
        yield "must not hold a mail address"


def _parameters(url: str, contract: Contract) -> Iterator[str]:
    known = [parameter.name for parameter in contract.operation.parameters]
    for name in placeholders(url):
        if name.lower() not in {one.lower() for one in known}:
            yield f"{{{name}}} is no parameter of {contract.service}{hint(name, known)}"


def _split(text: str) -> SplitResult | None:
    try:
        return urlsplit(text)
    except ValueError:
        return None


def _port(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:
        return False


def _headers(headers: object) -> Iterator[Mistake]:
    for name, value in headers.items() if isinstance(headers, dict) else ():
        if not _TOKEN.fullmatch(name):
            yield ("headers", name), "is no name of an HTTP header"
        elif name.lower() in _CASES_OWN:
            yield ("headers", name), f"cannot be set: {_CASES_OWN[name.lower()]}"
        if isinstance(value, str) and not _LATIN.fullmatch(value):
            yield ("headers", name), "must be one line of Latin-1 characters"


def _encodings(named: object, contract: Contract) -> Iterator[Mistake]:
    if not isinstance(named, list):
        return
    documented = [encoding.name for encoding in contract.operation.encodings]
    if not named:
        yield ("encodings",), f"must name at least one of {', '.join(documented)}, or be left out for all"
    for place, name in enumerate(named):
        if isinstance(name, str) and name not in documented:
            near = hint(name, documented)
            yield ("encodings", place), f"the document names no encoding {name!r}{near}"


def _values(values: Mapping[str, Any], contract: Contract, recipients: list[str]) -> Iterator[Mistake]:
    operation = contract.operation
    names = {member.name for member in operation.request.fields}
    alone = tuple(parameter for parameter in operation.parameters if parameter.name not in names)
    known = (*operation.request.fields, *alone)
    # The WSDL of a service without documented names may demand more than the document speaks of.
    told = {name: held for name, held in values.items() if name in {one.name for one in known}}
    yield from _members(told if contract.document.kind == "prose" else values, known, contract.service)
    yield from _plain(values, ())
    yield from _mail(values, recipients)


def _members(value: object, fields: tuple[Field, ...], owner: str, path: Key = ()) -> Iterator[Mistake]:
    known = {field.name: field for field in fields}
    for name, held in value.items() if isinstance(value, dict) else ():
        if name not in known:
            yield (*path, name), f"{owner} has no such member{hint(name, known)}"
            continue
        yield from (((*path, name), sentence) for sentence in _unfit(known[name], held))
        below = known[name].item or known[name]
        for place, one in enumerated(held) if isinstance(held, list) else [((), held)]:
            if below.fields:
                yield from _members(one, below.fields, name, (*path, name, *place))


def _unfit(field: Field, value: object) -> Iterator[str]:
    """What the document has against the value; the value itself may be a secret and is not said."""
    odd = isinstance(value, (datetime, date, time)) or (isinstance(value, Decimal) and not value.is_finite())
    if odd or field.type not in TYPES:
        # What TOML has and messages have not is told by itself.
        return
    if fit(field.type, value) is not Fit.EXACT:
        yield f"must be {article(field.type)}"
        return
    for facet in broken(field, value):
        yield f"breaks the documented {facet}, so no target may take it as a proper value"


def _plain(value: object, path: Key) -> Iterator[Mistake]:
    if isinstance(value, dict):
        for name, held in value.items():
            yield from _plain(held, (*path, name))
    elif isinstance(value, list):
        for place, held in enumerate(value):
            yield from _plain(held, (*path, place))
    elif isinstance(value, (datetime, date, time)):
        yield path, "is a TOML date or time; put it in quotes"
    elif isinstance(value, str) and ILLEGAL.search(value):
        yield path, "holds a character that XML does not admit, so it could not be sent as it is"
    elif isinstance(value, Decimal) and not value.is_finite():
        yield path, "must be a finite number"


def _mail(value: object, recipients: list[str], path: Key = ()) -> Iterator[Mistake]:
    if isinstance(value, str):
        for address in unsafe(addresses(value), recipients):
            yield path, f"{address!r} is an address that somebody could receive mail at; add it to recipients"
    elif isinstance(value, dict):
        for name, held in value.items():
            yield from _mail(held, recipients, (*path, name))
    elif isinstance(value, list):
        for place, held in enumerate(value):
            yield from _mail(held, recipients, (*path, place))


def _recipients(recipients: object) -> Iterator[Mistake]:
    for place, glob in enumerated(recipients):
        if isinstance(glob, str) and glob:
            local, _, domain = glob.rpartition("@")
            if not local or "@" in local or not domain.strip("*?."):
                yield ("recipients", *place), f"{glob!r} must be an address, such as *@qa.example.com, with a domain"


def _known(model: Any, path: Key) -> list[str]:
    """The keys that the table at the path may have."""
    for part in path:
        if isinstance(part, int):
            continue
        field = next((f for name, f in model.model_fields.items() if part in (name, f.alias)), None)
        model = _model(field.annotation) if field is not None else None
        if model is None:
            return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _model(inner)
        if found is not None:
            return found
    return None
