"""The shape of a target file, key by key, as pydantic models. What values mean is checked in `checks`.

Strict: a text is no number. A key that no model names is a mistake. Must never import the wire.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator
from pydantic_core import PydanticCustomError


def _as_float(value: object) -> object:
    """TOML fractions are read as Decimal for the sake of `values`; times and rates are floats."""
    return float(value) if isinstance(value, Decimal) else value


def _certificate(value: object) -> object:
    # By hand: pydantic would report a union once for each of its branches, under keys that no file has.
    pair = value if isinstance(value, list) and len(value) == _PAIR else [value]
    if all(isinstance(one, str) and one for one in pair):
        return value
    raise PydanticCustomError("certificate", "must be the name of a file, or of two: certificate and key")


def _one_or_more(value: object) -> object:
    rows = value if isinstance(value, list) else [value]
    if rows and all(isinstance(row, dict) for row in rows):
        return value
    raise PydanticCustomError("values", "must be a table, or a list of tables that are used in turn")


_PAIR = 2

Positive = Annotated[float, BeforeValidator(_as_float), Field(gt=0, le=86_400, allow_inf_nan=False)]
Rate = Annotated[float, BeforeValidator(_as_float), Field(gt=0, allow_inf_nan=False)]
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


class CollectionPolicy(Shape):
    """`[collection-policy]`"""

    url: str
    encodings: list[str] | None = None
    headers: dict[str, str] = {}
    enforcement: Literal["must", "advisory"] = "must"
    values: Values = {}


class EnvioCorreo(Shape):
    """`[envio-correo]`"""

    url: str
    soap: list[Literal["1.1", "1.2"]] | None = None
    profiles: list[Text] = []
    headers: dict[str, str] = {}
    enforcement: Literal["must", "advisory"] = "must"
    values: Annotated[Values | list[Values], PlainValidator(_one_or_more)] = {}
    refusal: Refusal | None = None


class Auth(Shape):
    """`auth` of actualizar-correo"""

    kind: Literal["basic", "wsse", "fields"]
    username: Text | None = None
    password: Text | None = None


class Documento(Shape):
    """One of `documentos`: a document that exists in the tenant."""

    tipo: Text
    prefijo: str | None = None
    numero: Text


class ActualizarCorreo(Shape):
    """`[actualizar-correo]`"""

    wsdl: Text
    url: str | None = None
    soap: list[Literal["1.1", "1.2"]] | None = None
    headers: dict[str, str] = {}
    enforcement: Literal["must", "advisory"] = "must"
    auth: Auth | None = None
    binding: dict[str, str] = {}
    tipos: dict[str, str] = {}
    values: Values = {}
    documentos: list[Documento] = []
    refusal: Refusal | None = None


class TargetFile(Shape):
    """The whole file."""

    name: Text | None = None
    environment: str = ""
    effects: Literal["allow"] | None = None
    recipients: list[Text] = []
    budget: Budget = Budget()
    timeout: Timeout = Timeout()
    tls: Tls = Tls()
    proxy: Text | None = None
    credential: CredentialShape | None = None
    collection_policy: CollectionPolicy | None = Field(default=None, alias="collection-policy")
    envio_correo: EnvioCorreo | None = Field(default=None, alias="envio-correo")
    actualizar_correo: ActualizarCorreo | None = Field(default=None, alias="actualizar-correo")

    def sections(self) -> dict[str, CollectionPolicy | EnvioCorreo | ActualizarCorreo]:
        """The sections that the file has, by service."""
        found = {
            "collection-policy": self.collection_policy,
            "envio-correo": self.envio_correo,
            "actualizar-correo": self.actualizar_correo,
        }
        return {service: section for service, section in found.items() if section is not None}


SERVICES = ("collection-policy", "envio-correo", "actualizar-correo")
