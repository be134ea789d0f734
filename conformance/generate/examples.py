"""Example cases: `cases/<service>/*.toml`, each with a story, made into cases of an encoding.

A case changes the baseline by `set` (a member, or a path of names with `/` between them) and `remove`, or gives a
literal `body` in which `{{Name}}` stands for the baseline's value as the encoding writes it: a JSON value, escaped text
in XML, percent escapes in a form. Nothing is filled in that the file does not say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from conformance.errors import ConformanceError
from conformance.generate.members import put
from conformance.generate.subject import Subject
from conformance.model import Case, Change, Expect, Rule, Tree
from conformance.resources import example_files
from conformance.rules.http import about_answers
from conformance.toml_file import load_toml

PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


class Example(BaseModel):
    """One `[[case]]` of an example file."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    title: Annotated[str, Field(min_length=3)]
    story: Annotated[str, Field(min_length=20)]
    rule: str
    expect: Literal["accepted", "refused", "observe"]
    encodings: Annotated[list[str], Field(min_length=1)] = Field(default=["json"])
    set: dict[str, Any] = Field(default_factory=dict)
    remove: list[str] = Field(default_factory=list)
    body: str | None = None
    media_type: str = ""
    accept: str = ""

    @model_validator(mode="after")
    def _one_way(self) -> Example:
        if self.body is not None and (self.set or self.remove):
            raise ValueError("a literal body is sent as it stands; leave out set and remove, or the body")
        return self


class ExampleFile(BaseModel):
    """A whole example file."""

    model_config = ConfigDict(extra="forbid")

    case: Annotated[list[Example], Field(min_length=1)]


def read(path: Path) -> ExampleFile:
    """The examples of one file; ConformanceError names file and key."""
    try:
        return ExampleFile.model_validate(load_toml(path, "make it readable, or move it elsewhere", Decimal))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConformanceError(f"{path}: {key}: {first['msg']}") from None


def example_cases(subject: Subject, folder: Path, rules: dict[str, Rule]) -> Iterator[Case]:
    """The examples of the subject's service that name its encoding, file by file in alphabetical order."""
    for path in example_files(folder, subject.service):
        for number, example in enumerate(read(path).case, start=1):
            origin = f"{path.name}#{number}"
            _check(subject, origin, example, rules)
            if subject.encoding.name in example.encodings:
                yield _case(subject, origin, example, rules[example.rule])


def _wrong(subject: Subject, origin: str, key: str, what: str) -> ConformanceError:
    return ConformanceError(f"cases/{subject.service}/{origin}: {key}: {what}")


def _check(subject: Subject, origin: str, example: Example, rules: dict[str, Rule]) -> None:
    """Is there such a rule, does it hold in every encoding of the example, are the members those of the document?"""
    rule = rules.get(example.rule)
    if rule is None:
        raise _wrong(subject, origin, "rule", f"there is no rule {example.rule!r}")
    documented = [encoding.name for encoding in subject.contract.operation.encodings]
    for name in example.encodings:
        if name not in documented and subject.description is None:
            what = f"{subject.service} documents no {name!r}; it documents {', '.join(documented)}"
            raise _wrong(subject, origin, "encodings", what)
        # What an answer shows is told by the encoding of the answer, and nobody answers with a form.
        if name not in rule.encodings and not about_answers(rule.id, subject.service):
            what = f"{rule.id} does not hold in {name}, only in {', '.join(rule.encodings)}; leave {name} out"
            raise _wrong(subject, origin, "encodings", what)
    for name in example.remove:
        if name not in {member.name for member in subject.fields}:
            raise _wrong(subject, origin, "remove", f"the request has no member {name!r}")


def _body(subject: Subject, origin: str, example: Example) -> bytes:
    if example.body is None:
        message = subject.baseline()
        for place, value in example.set.items():
            # Below a list the first item is meant, which the tenant has.
            try:
                message = put(message, tuple(place.split("/")), value)
            except (KeyError, IndexError, TypeError, AttributeError):
                raise _wrong(subject, origin, "set", f"the baseline has no place {place!r}") from None
        for name in example.remove:
            message.pop(name, None)
        return subject.encode(message)
    values = subject.baseline()

    def filled(found: re.Match[str]) -> str:
        name = found[1]
        if name not in values:
            raise _wrong(subject, origin, "body", f"{found[0]} is no member of the baseline")
        text = _written(subject, name, values[name])
        if text is None:
            what = f"{found[0]} is no single text in {subject.encoding.name}; write it out in the body"
            raise _wrong(subject, origin, "body", what)
        return text

    return PLACEHOLDER.sub(filled, example.body).encode()


def _written(subject: Subject, name: str, value: Tree) -> str | None:
    """What the encoding writes between the marks around a value; None where that is not one text."""
    if subject.encoding.name == "json":
        return subject.encode(value).decode()
    whole = subject.encode({name: value}).decode()
    if subject.encoding.name == "form":
        _, equals, text = whole.partition(f"{name}=")
        return text if equals and not isinstance(value, (dict, list)) else None
    start, end = whole.find(f"<{name}>"), whole.rfind(f"</{name}>")
    return whole[start + len(name) + 2 : end] if 0 <= start < end else None


def _case(subject: Subject, origin: str, example: Example, rule: Rule) -> Case:
    expect = Expect(example.expect)
    return Case(
        id=f"{subject.service}/{subject.encoding.name}/example/{origin}",
        service=subject.service,
        encoding=subject.encoding.name,
        kind={Expect.ACCEPTED: "positive", Expect.REFUSED: "negative"}.get(expect, "observe"),
        expect=expect,
        rules=(example.rule,),
        title=example.title,
        request=subject.request(_body(subject, origin, example), media_type=example.media_type, accept=example.accept),
        path=rule.path,
        origin=f"example:{origin}",
        change=_change(example),
    )


def _change(example: Example) -> Change | None:
    """What the example does, where that is one member with another value."""
    if len(example.set) != 1 or example.remove or example.media_type or example.accept:
        return None
    ((place, value),) = example.set.items()
    return Change(slot=place, sets=((tuple(place.split("/")), value),))
