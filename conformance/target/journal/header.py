"""What the first lines of a journal must look like, for whoever reads one that this suite did not write.

The keys that a report is made of; a later version may add others. Must never open a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Moment = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)$")]
Encoding = Literal["json", "xml", "form", "soap-1.1", "soap-1.2"]
Item = tuple[str, Encoding]
Reason = tuple[str, Encoding, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """The version that made the run, and how."""

    name: str
    version: str
    python: str
    workers: int
    hypothesis: str = ""
    seed: int = 0
    depth: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A condition of a refusal."""

    path: str
    value: str
    equal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What the target declares to be a refusal."""

    any: list[Told]
    all: list[Told]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service as the target has it."""

    url: str
    encodings: list[Encoding]
    enforcement: Literal["must", "advisory"]
    values_defaulted: list[str]
    profiles: list[str]
    wsdl: str = ""
    binding: dict[str, str] = field(default_factory=dict)
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What was tested."""

    name: str
    environment: str
    reference: bool
    effects: bool
    tls_verify: bool
    services: dict[str, Service]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What of it."""

    services: list[str]
    encodings: dict[str, list[Encoding]]
    selection: str
    not_covered: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """By which contract."""

    hash: Sha256
    document: str
    sha256: Sha256
    effect: str
    accepted: str
    echo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One request, with the cases that it is for."""

    exchange: str
    case: dict[str, Any]
    riders: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere(Planned):
    """One that another shard sends."""

    shard: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """Which part of a plan the run sends, and the budget and the rate of all parts together and of this one."""

    number: Annotated[int, Field(ge=1)]
    of: Annotated[int, Field(ge=1)]
    requests: int | None = None
    per_second: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What runs of shards a journal was made of, and which of them were not there."""

    of: Annotated[int, Field(ge=1)]
    runs: list[dict[str, Any]]
    missing: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A failure that somebody answers for; `here` where it is for the target of the run."""

    rule: str
    reason: str
    owner: str
    expiry: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
    here: bool
    encodings: list[Encoding] | None = None
    target: str = "*"
    ticket: str = ""
    party: Literal["", "provider", "consumer"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A recording. What is not known of it is left out."""

    path: str
    bytes: int | None = None
    records: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What an audit read, by what, and who decides it."""

    files: list[File]
    engine: str
    party: Literal["provider", "consumer", "both"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What every journal begins with."""

    journal: int
    run: str
    started: Moment
    command: str
    options: dict[str, Any]
    strict: bool
    suite: Suite
    target: Target
    settings: list[tuple[str, str]]
    scope: Scope
    contracts: dict[str, Contract]
    rules: list[Item]
    notices: list[str]
    waivers: list[Waiver] = field(default_factory=list)
    shard: Shard | None = None
    merged: Merged | None = None
    audit: Audit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Header(Begun):
    """The same, with what comes with the plan."""

    replay: str | None = None
    plan: list[Planned] = field(default_factory=list)
    elsewhere: list[Elsewhere] = field(default_factory=list)
    beyond: list[Reason] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    undecided: list[Reason] = field(default_factory=list)


@cache
def _headers() -> TypeAdapter[Header]:
    return TypeAdapter(Header)


def header_mistake(header: Mapping[str, Any]) -> str:
    """The key that is not as every header has it; empty where all are."""
    try:
        _headers().validate_python(header)
    except ValidationError as error:
        first = error.errors()[0]
        return f"its key {'.'.join(map(str, first['loc']))} does not fit"
    return ""
