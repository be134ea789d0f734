"""Example cases: `cases/<service>/*.toml`, each with a story, made into cases of an encoding.

A case changes the baseline by `set` and `remove`, or gives a literal `body` in which `{{Name}}` stands for the
baseline's value as JSON writes it. Nothing is filled in that the file does not say.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from conformance.errors import ConformanceError
from conformance.generate.subject import Subject
from conformance.model import Case, Expect, Rule
from conformance.resources import example_files

PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


class Example(BaseModel):
    """One `[[case]]` of an example file."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    title: Annotated[str, Field(min_length=3)]
    story: Annotated[str, Field(min_length=20)]
    rule: str
    expect: Literal["accepted", "refused", "observe"]
    encodings: list[str] = Field(default=["json"])
    set: dict[str, Any] = Field(default_factory=dict)
    remove: list[str] = Field(default_factory=list)
    body: str | None = None
    media_type: str = ""
    accept: str = ""


class ExampleFile(BaseModel):
    """A whole example file."""

    model_config = ConfigDict(extra="forbid")

    case: Annotated[list[Example], Field(min_length=1)]


def read(path: Path) -> ExampleFile:
    """The examples of one file; ConformanceError names file and key."""
    try:
        return ExampleFile.model_validate(tomllib.loads(path.read_text("utf-8"), parse_float=Decimal))
    except tomllib.TOMLDecodeError as error:
        raise ConformanceError(f"{path}: not TOML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConformanceError(f"{path}: {key}: {first['msg']}") from None


def example_cases(subject: Subject, folder: Path, rules: dict[str, Rule]) -> Iterator[Case]:
    """The examples of the subject's service that name its encoding, file by file in alphabetical order."""
    for path in example_files(folder, subject.service):
        for number, example in enumerate(read(path).case, start=1):
            if subject.encoding.name in example.encodings:
                yield _case(subject, f"{path.name}#{number}", example, rules)


def _case(subject: Subject, origin: str, example: Example, rules: dict[str, Rule]) -> Case:
    rule = rules.get(example.rule)
    if rule is None:
        raise ConformanceError(f"cases/{subject.service}/{origin}: rule: there is no rule {example.rule!r}")
    message = subject.baseline() | example.set
    for name in example.remove:
        message.pop(name, None)
    if example.body is None:
        body = subject.encode(message)
    else:
        values = subject.baseline()
        unknown = [name for name in PLACEHOLDER.findall(example.body) if name not in values]
        if unknown:
            where = f"cases/{subject.service}/{origin}: body"
            raise ConformanceError(f"{where}: {{{{{unknown[0]}}}}} is no member of the baseline")
        body = PLACEHOLDER.sub(lambda found: subject.encode(values[found[1]]).decode(), example.body).encode()
    expect = Expect(example.expect)
    return Case(
        id=f"{subject.service}/{subject.encoding.name}/example/{origin}",
        service=subject.service,
        encoding=subject.encoding.name,
        kind={Expect.ACCEPTED: "positive", Expect.REFUSED: "negative"}.get(expect, "observe"),
        expect=expect,
        rules=(example.rule,),
        title=example.title,
        request=subject.request(body, media_type=example.media_type, accept=example.accept),
        path=rule.path,
        origin=f"example:{origin}",
    )
