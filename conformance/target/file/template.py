"""The commented target file that `conformance init` writes. It loads as it stands once its variables are set.

A service has a section written by hand in `templates/`, as data, or one made from its contract. Text only; must never
import the wire.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from conformance.errors import ConformanceError, hint
from conformance.facets import plain
from conformance.generate.address_line import placeholders
from conformance.generate.defaults import default, refers
from conformance.model import Contract, Field, Tree
from conformance.resources import is_own
from conformance.target.file.sections import SECTIONS, RestSection, SoapSection, in_order

FOLDER = Path(__file__).resolve().parent / "templates"
HOST = "https://staging.example.com"
_HEAD = """\
# Where `conformance check --target FILE` sends to, and within which bounds.
# ${NAME} reads the environment; what it reads is masked in everything that is written. $${ stands for ${.

name = "staging"
environment = "staging, build 1.2.3"               # printed on the report

# All operations write data or send mail. Without this line nothing is sent to a host that is not this machine.
# effects = "allow"

# Mail addresses that may appear in messages, besides those whose domain nobody can own (example.com, .test, …).
# recipients = ["*@qa.example.com"]

budget = { requests = 2000, per_second = 5 }       # at most so many requests, and so many a second
timeout = { connect = 5, exchange = 30 }           # seconds; exchange counts from connecting to the last byte

# tls = { ca = "staging-ca.pem", client_cert = "client.pem", verify = true }
# proxy = "http://proxy.example.com:3128"
# A command that prints a token; it is run again when the token is older. ${CREDENTIAL} stands for it in headers.
# credential = { command = "print-token --for staging", seconds = 900 }
"""


_REST = """\
# encodings = {encodings}{pad}# default: all that this version covers
# headers = {{ Authorization = "Bearer ${{QA_TOKEN}}" }}
enforcement = "must"                               # "advisory": a constraint that is not enforced is no failure
"""
_SOAP = """\
# soap = ["1.1", "1.2"]                            # default: both
# profiles = ["wsi-bp-1.1"]                        # claimed profiles: their clauses become MUST
"""
_VALUES = """
# What must exist at this tenant; everything else has a working default. Remove a line to use the default.
"""
_COLUMN = 51


def render(services: Sequence[str], contracts: Mapping[str, Contract]) -> str:
    """The file with a section for each of the services, in the order of `in_order`; for all where none is named."""
    known = in_order(contracts)
    for service in services:
        if service not in known:
            raise ConformanceError(f"unknown service {service!r}{hint(service, known)}")
    wanted = [service for service in known if not services or service in services]
    return _HEAD + "".join(f"\n{_section(contracts[service])}" for service in wanted)


def _section(contract: Contract) -> str:
    written = FOLDER / f"{contract.service}.toml"
    if written.is_file() and not is_own(contract.service):
        return written.read_text("utf-8")
    shape = SECTIONS[contract.document.kind]
    path = urlsplit(contract.operation.path).path.strip("/")
    lines = [f"[{contract.service}]\n"]
    if shape is RestSection:
        lines.append(f'url = "{HOST}/{path}"\n')
        lines += [f"# {{{name}}} is filled in from the values below, or written out here.\n" for name in _first(path)]
        names = json.dumps([encoding.name for encoding in contract.operation.encodings])
        lines.append(_REST.format(encodings=names, pad=" " * max(2, _COLUMN - len(f"# encodings = {names}"))))
    elif shape is SoapSection:
        lines += [f'url = "{HOST}/{path}"\n', _SOAP]
    else:
        lines.append(f'wsdl = "{HOST}/{path}?wsdl"\n')
    values = list(_values(contract))
    if values:
        lines += [_VALUES, f"[{contract.service}.values]\n", *values]
    return "".join(lines)


def _first(path: str) -> tuple[str, ...]:
    return placeholders(path)[:1]


def _values(contract: Contract) -> Iterator[str]:
    """A line for each parameter of the address and each reference that is one value; an optional one is a comment."""
    operation = contract.operation
    for member in (*operation.parameters, *operation.request.fields):
        asked = member in operation.parameters or refers(member)
        text = _toml(member, contract.baseline.get(member.name, default(member))) if asked else None
        if text is not None:
            in_path = member.name in placeholders(urlsplit(operation.path).path)
            optional = not (member.required or in_path)
            yield f"{'# ' if optional else ''}{_key(member.name)} = {text}\n"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name)


def _toml(member: Field, value: Tree) -> str | None:
    """The value as TOML writes it; None for one of several parts, which a comment would not explain."""
    if "secret" in member.marks:
        return f'"${{{re.sub(r"[^A-Z0-9]+", "_", member.name.upper())}}}"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, Decimal)):
        return plain(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else None
