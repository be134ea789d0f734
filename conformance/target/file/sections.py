"""The shape of a target file, key by key, as pydantic models. What values mean is checked in `checks`.

The shape of a service's section follows from the kind of its document, so a service that was derived a minute ago has
one too. Strict: a text is no number. A key that no model names is a mistake. Must never import the wire.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, create_model

from conformance.errors import ConformanceError
from conformance.model import Contract


def _as_float(value: object) -> object:
    """TOML fractions are read as Decimal for the sake of `values`; times and rates are floats."""
    return float(value) if isinstance(value, Decimal) else value


def _certificate(value: object) -> object:
    # By hand: pydantic would report a union once for each of its branches, under keys that no file has.
    pair = value if isinstance(value, list) and len(value) == _PAIR else [value]
    if all(isinstance(one, str) and one for one in pair):
        return value
    raise ValueError("must be the name of a file, or of two: certificate and key")


def _one_or_more(value: object) -> object:
    rows = value if isinstance(value, list) else [value]
    if rows and all(isinstance(row, dict) for row in rows):
        return value
    raise ValueError("must be a table, or a list of tables that are used in turn")


_PAIR = 2

Positive = Annotated[float, BeforeValidator(_as_float), Field(gt=0, le=86_400, allow_inf_nan=False)]
Rate = Annotated[float, BeforeValidator(_as_float), Field(ge=0.001, allow_inf_nan=False)]
"""A second; the least is one in a thousand seconds: nobody waits for a slower run, and no clock here counts so far."""
Text = Annotated[str, Field(min_length=1)]
Values = dict[str, Any]


class Shape(BaseModel):
    """Every table of the file."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True, populate_by_name=False)


class Budget(Shape):
    """`budget`"""

    requests: Annotated[int, Field(ge=1)] | None = None
    per_second: Rate | None = None


class Timeout(Shape):
    """`timeout`"""

    connect: Positive | None = None
    exchange: Positive | None = None


class Tls(Shape):
    """`tls`"""

    ca: Text | None = None
    client_cert: Annotated[str | list[str] | None, PlainValidator(_certificate)] = None
    verify: bool = True


class CredentialShape(Shape):
    """`credential`"""

    command: Text
    seconds: Positive | None = None


class Refusal(Shape):
    """`refusal` of a service: which members of an answer say no."""

    any: dict[str, str] | None = None
    all: dict[str, str] | None = None


class RestSection(Shape):
    """The section of a service with messages in JSON, XML or a form."""

    url: str
    encodings: list[str] | None = None
    headers: dict[str, str] = {}
    enforcement: Literal["must", "advisory"] = "must"
    values: Values = {}


class Auth(Shape):
    """`auth` of a SOAP service: its document does not say how it is told who asks."""

    kind: Literal["basic", "wsse", "fields"]
    username: Text | None = None
    password: Text | None = None
    digest: bool = False


class SoapSection(Shape):
    """The section of a service with SOAP messages whose names its document prints."""

    url: str
    soap: list[Literal["1.1", "1.2"]] | None = None
    profiles: list[Text] = []
    headers: dict[str, str] = {}
    enforcement: Literal["must", "advisory"] = "must"
    auth: Auth | None = None
    values: Annotated[Values | list[Values], PlainValidator(_one_or_more)] = {}
    refusal: Refusal | None = None


class Documento(Shape):
    """One of `documentos`: a document that exists in the tenant."""

    tipo: Text
    prefijo: str | None = None
    numero: Text


class WsdlSection(Shape):
    """The section of a service whose document is prose: its names come from the target's WSDL."""

    wsdl: Text
    wsdl_hosts: list[Text] = []
    url: str | None = None
    soap: list[Literal["1.1", "1.2"]] | None = None
    profiles: list[Text] = []
    headers: dict[str, str] = {}
    enforcement: Literal["must", "advisory"] = "must"
    auth: Auth | None = None
    binding: dict[str, str] = {}
    tipos: dict[str, str] = {}
    values: Values = {}
    documentos: list[Documento] = []
    refusal: Refusal | None = None


class TargetFile(Shape):
    """The whole file, but for the sections of services, which `file_model` adds."""

    name: Text | None = None
    environment: str = ""
    effects: Literal["allow"] | None = None
    recipients: list[Text] = []
    budget: Budget = Budget()
    timeout: Timeout = Timeout()
    tls: Tls = Tls()
    proxy: Text | None = None
    credential: CredentialShape | None = None

    def sections(self) -> dict[str, Section]:
        """The sections that the file has, by service."""
        fields = type(self).model_fields
        held = {field.alias: getattr(self, name) for name, field in fields.items() if field.alias}
        return {service: section for service, section in held.items() if section is not None}


Section = RestSection | SoapSection | WsdlSection
SECTIONS: Mapping[str, type[Section]] = {
    "aspnet-help-page": RestSection,
    "asmx-help-page": SoapSection,
    "prose": WsdlSection,
}
"""Kind of a document → the shape of the section of a service that it describes."""


def in_order(contracts: Mapping[str, Contract]) -> tuple[str, ...]:
    """The services, those whose section is filled in most easily first."""
    kinds = list(SECTIONS)
    return tuple(sorted(contracts, key=lambda service: (kinds.index(contracts[service].document.kind), service)))


def file_model(contracts: Mapping[str, Contract]) -> type[TargetFile]:
    """The whole file, with a section for each of the services."""
    return _file_model(tuple((service, contracts[service].document.kind) for service in in_order(contracts)))


@lru_cache(maxsize=32)
def _file_model(services: Iterable[tuple[str, str]]) -> type[TargetFile]:
    taken = next((service for service, _ in services if service in TargetFile.model_fields), None)
    if taken is not None:
        text = f"the service {taken!r} has the name of a key of the target file"
        raise ConformanceError(f"{text}; give it another by naming its readings file otherwise and derive it again")
    fields: dict[str, Any] = {
        f"section_{place}": (SECTIONS[kind] | None, Field(default=None, alias=service))
        for place, (service, kind) in enumerate(services)
    }
    return create_model("File", __base__=TargetFile, __doc__=TargetFile.__doc__, **fields)
