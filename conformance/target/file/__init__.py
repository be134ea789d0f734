"""The target file: TOML in, a `Target` out, or one error that lists every mistake in it, a line each.

Also the target that stands for the embedded reference. Must never import the wire, the exchanger or the journal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import ValidationError

from conformance.errors import ConformanceError
from conformance.model import Contract, Field, Headers
from conformance.target.credential import Credential
from conformance.target.file import soap
from conformance.target.file.checks import mistakes, shape
from conformance.target.file.environment import Mistake, substituted
from conformance.target.file.notices import in_the_clear, unmasked
from conformance.target.file.sections import RestSection, Section, TargetFile, WsdlSection, file_model
from conformance.target.file.tls_checks import bundle_mistakes
from conformance.target.secrets import Secrets, marked
from conformance.target.settings import CONNECT_TIMEOUT, EXCHANGE_TIMEOUT, ServiceTarget, Target
from conformance.toml_file import load_toml

__all__ = ["ServiceTarget", "Target", "load_target", "reference_target"]

_ADVICE = "write a target file with `conformance init`"


def load_target(
    path: Path,
    environ: Mapping[str, str],
    contracts: Mapping[str, Contract],
    covered: Mapping[str, tuple[str, ...]],
) -> Target:
    """The target that the file describes. `covered` maps a service to the encodings that this version can exercise;
    the file may name more, which gives a notice."""
    found = substituted(load_toml(path, _ADVICE, Decimal), environ)
    wrong: list[Mistake] = list(found.mistakes)
    spoilt = {key for key, _ in wrong}
    file: TargetFile | None = None
    model = file_model(contracts)
    try:
        file = model.model_validate(found.tree)
    except ValidationError as error:
        wrong += shape(error, model)
    wrong += bundle_mistakes(found.tree, environ)
    # What a missing variable leaves behind has been reported once.
    wrong += [(key, text) for key, text in mistakes(found.tree, contracts, path.parent) if key not in spoilt]
    if wrong or file is None:
        secrets = Secrets(found.values.values())
        lines = dict.fromkeys(secrets.mask(f"{path}: {_key(key)}{sentence}") for key, sentence in wrong)
        raise ConformanceError("\n".join(lines))
    secrets = Secrets(found.values.values()).add(*_passwords(environ))
    notices = list(unmasked({f"${{{name}}}": value for name, value in found.values.items()}))
    notices += _unmasked_literals(file, frozenset(found.values.values()), contracts)
    return _target(path, file, secrets, notices, contracts, covered)


def reference_target(
    url: str,
    contracts: Mapping[str, Contract],
    covered: Mapping[str, tuple[str, ...]],
    encodings: Sequence[str] | None = None,
) -> Target:
    """The embedded reference at `url`, which is its root or the address of one operation: every covered service in
    every covered encoding, or in those of `encodings`."""
    services = {}
    for service, can in covered.items():
        kept = tuple(name for name in can if encodings is None or name in encodings)
        if kept:
            contract = contracts[service]
            # Parameters of the query are added to each request.
            place = urlsplit(contract.operation.path).path.strip("/")
            address = url if urlsplit(url).path.strip("/") == place else f"{url.rstrip('/')}/{place}"
            services[service] = ServiceTarget(
                service=service,
                url=address,
                encodings=kept,
                values=deepcopy(dict(contract.baseline)),
                wsdl=f"{address}?wsdl" if contract.document.kind == "prose" else "",
            )
    secrets = Secrets()
    for service in services:
        fields = contracts[service].operation.request.fields
        secrets = secrets.join(Secrets.for_values(contracts[service].baseline, fields))
    environment = "embedded reference implementation"
    return Target(name="reference", environment=environment, services=services, secrets=secrets, reference=True)


def _key(path: tuple[str | int, ...]) -> str:
    """`collection-policy.values.Email: `, or nothing for the whole file."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return f"{text}: " if text else ""


def _target(
    path: Path,
    file: TargetFile,
    secrets: Secrets,
    notices: list[str],
    contracts: Mapping[str, Contract],
    covered: Mapping[str, tuple[str, ...]],
) -> Target:
    services: dict[str, ServiceTarget] = {}
    for service, section in file.sections().items():
        kept = _kept(service, section, contracts, covered, notices)
        secrets = secrets.join(_secrets(service, section, contracts))
        if kept:
            services[service] = _service(service, section, kept, contracts[service], path.parent)
            notices += in_the_clear(services[service])
    secrets = secrets.add(*_passwords({"proxy": file.proxy or ""}))
    certificate = file.tls.client_cert
    base = path.parent
    return Target(
        name=file.name or path.stem,
        environment=file.environment,
        services=services,
        effects=file.effects == "allow",
        recipients=tuple(file.recipients),
        budget_requests=file.budget.requests,
        per_second=file.budget.per_second,
        connect_timeout=file.timeout.connect or CONNECT_TIMEOUT,
        exchange_timeout=file.timeout.exchange or EXCHANGE_TIMEOUT,
        ca=str(base / file.tls.ca) if file.tls.ca else None,
        client_cert=(str(base / certificate[0]), str(base / certificate[1]))
        if isinstance(certificate, list)
        else (str(base / certificate) if certificate else None),
        verify=file.tls.verify,
        proxy=file.proxy,
        credential=Credential(file.credential.command, file.credential.seconds) if file.credential else None,
        secrets=secrets,
        notices=tuple(notices),
    )


def _kept(
    service: str,
    section: Section,
    contracts: Mapping[str, Contract],
    covered: Mapping[str, tuple[str, ...]],
    notices: list[str],
) -> tuple[str, ...]:
    """The encodings to test: those that the section names, or all documented, as far as this version can."""
    if service not in covered or service not in contracts:
        notices.append(f"{service} is not tested: this version has no rules for it.")
        return ()
    documented = [encoding.name for encoding in contracts[service].operation.encodings]
    named = _named(section)
    wanted = [name for name in documented if named is None or name in named]
    kept = tuple(name for name in wanted if name in covered[service])
    left = [name for name in wanted if name not in kept]
    if left and named is not None:
        notices.append(f"{service}: {', '.join(left)} not tested: this version has no rules for it.")
    return kept


def _named(section: Section) -> list[str] | None:
    if isinstance(section, RestSection):
        return section.encodings
    return None if section.soap is None else [f"soap-{version}" for version in section.soap]


def _rows(section: Section) -> list[dict[str, Any]]:
    return section.values if isinstance(section.values, list) else [section.values]


def _service(
    service: str, section: Section, encodings: tuple[str, ...], contract: Contract, base: Path
) -> ServiceTarget:
    values, *rows = _rows(section)
    values = {**values, **soap.items(section, contract)}
    baseline = deepcopy(dict(contract.baseline))
    auth = soap.auth(section)
    return ServiceTarget(
        service=service,
        url=section.url or "",
        encodings=encodings,
        headers=(*section.headers.items(), *soap.headers(auth)),
        enforcement=section.enforcement,
        values={**baseline, **values},
        explicit=frozenset(values),
        defaulted=tuple(
            field.name
            for field in contract.operation.request.fields
            if field.name in contract.baseline and field.name not in values and _refers(field)
        ),
        profiles=frozenset(getattr(section, "profiles", ())),
        refusal=soap.refusal(section),
        auth=auth,
        wsdl=_wsdl(section, base),
        wsdl_hosts=frozenset(getattr(section, "wsdl_hosts", ())),
        binding=getattr(section, "binding", {}),
        tipos=getattr(section, "tipos", {}),
        rows=tuple(rows),
    )


def _passwords(environ: Mapping[str, str]) -> Iterator[str]:
    """The passwords of proxies: `http_proxy` and its like."""
    for name, value in environ.items():
        if name.lower().endswith("proxy"):
            # What is no address has no password that would go out.
            with suppress(ValueError):
                password = urlsplit(value).password or ""
                yield from (password, unquote(password))


def _wsdl(section: Section, base: Path) -> str:
    """The address of the WSDL, or the file that it is in, which the target file names from where it stands."""
    named = section.wsdl if isinstance(section, WsdlSection) else ""
    return named if "://" in named or not named else str(base / named)


def _refers(field: Field) -> bool:
    below: Iterator[Field] = iter((*field.fields, *((field.item,) if field.item else ())))
    return "reference" in field.marks or any(_refers(one) for one in below)


def _unmasked_literals(file: TargetFile, told: frozenset[str], contracts: Mapping[str, Contract]) -> Iterator[str]:
    """The same of what is secret by its place and stands in the file as it is."""
    for service, section in file.sections().items():
        named: dict[str, str] = {}
        for row in _rows(section) if service in contracts else []:
            named |= {
                f"{service}.values.{name}": value
                for name, value in marked(row, contracts[service].operation.request.fields)
            }
        who = soap.auth(section)
        named |= {f"{service}.auth.password": who.password} if who and who.password else {}
        yield from unmasked({name: value for name, value in named.items() if value not in told})


def _secrets(service: str, section: Section, contracts: Mapping[str, Contract]) -> Secrets:
    """What the section holds that is never written down, wherever it comes from."""
    headers: Headers = tuple(section.headers.items())
    secrets = Secrets.for_headers(headers)
    if service in contracts:
        for row in _rows(section):
            secrets = secrets.join(Secrets.for_values(row, contracts[service].operation.request.fields))
            # What only the target's WSDL knows is secret by its name, as a header is.
            secrets = secrets.join(Secrets.for_names(row))
    return secrets.join(soap.secrets(soap.auth(section)))
