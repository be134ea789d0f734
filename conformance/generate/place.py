"""Where a difference from the baseline is made, and the case that makes it there. Knows no rule's values."""

from __future__ import annotations

from dataclasses import dataclass, replace

from conformance.generate.addresses import safe
from conformance.generate.subject import Subject, refers
from conformance.generate.values import Value
from conformance.model import Case, Change, Expect, Field, Tree
from conformance.rules.fields import join

ABSENT = object()
OF_TEXTS = frozenset({"pattern", "text", "lexical"})
"""Facets whose positives are many spellings of one value, not its edges."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a difference is made: a member by its path, in a message that carries it.

    `around` is the message without the difference; `leans_on` the case that sends it where that is not the baseline.
    """

    subject: Subject
    member: Field
    names: tuple[str, ...]
    around: dict[str, Tree]
    leans_on: str | None = None

    @property
    def path(self) -> str:
        return join(*self.names)

    def rule(self, facet: str, part: str = "request") -> str:
        return f"{self.subject.service}/{part}/{self.path}/{facet}"

    def case(
        self,
        facet: str,
        value: Value,
        expect: Expect,
        *,
        also: tuple[str, ...] = (),
        origin: str = "contract",
        changed: dict[str, Tree] | None = None,
    ) -> Case:
        """The case that puts `value` (ABSENT to leave out) in the place. `also` names implied facets."""
        message = put(self.around if changed is None else changed, self.names, value.value)
        return Case(
            id=f"{self.subject.service}/{self.subject.encoding.name}/{self.path}/{facet}/{value.slug}",
            service=self.subject.service,
            encoding=self.subject.encoding.name,
            kind={Expect.ACCEPTED: "positive", Expect.REFUSED: "negative"}.get(expect, "observe"),
            expect=expect,
            rules=(self.rule(facet), *(self.rule(other) for other in also if other != facet)),
            title=f"{self.path}: {value.what}",
            request=self.subject.request(self.subject.encode(message)),
            path=self.path,
            leans_on=self.leans_on,
            varies_reference=expect is not Expect.REFUSED and refers(self.member),
            origin=origin,
            change=self.change(value, bound=origin == "contract" and facet not in OF_TEXTS),
        )

    def change(self, value: Value, *, bound: bool, along: tuple[str, ...] = ()) -> Change | None:
        """What a case does to the baseline, another member `along` with it; None in a message that is not that."""
        if self.leans_on is not None:
            return None
        sets = tuple((names, value.value) for names in (self.names, along) if names)
        return Change(slot=self.path, sets=sets, bound=bound)


def put(message: dict[str, Tree], names: tuple[str, ...], value: Tree) -> dict[str, Tree]:
    """A copy of the message with the value at the path; the first item of a list stands for the list."""
    name, *below = names
    # Thousands of messages are made of one: what is not on the path is theirs together.
    made = {**message}
    if below:
        held = made[name]
        inner = put(held[0] if isinstance(held, list) else held, tuple(below), value)
        made[name] = [inner, *held[1:]] if isinstance(held, list) else inner
    elif value is ABSENT:
        made.pop(name, None)
    else:
        made[name] = value
    return made


def as_echo(subject: Subject, case: Case, path: str) -> Case:
    """The case as one of the rule that the member comes back."""
    operation = subject.contract.operation
    echo = operation.acceptance.echo if operation.acceptance is not None else None
    rules = (f"{subject.service}/response/{join(echo, path)}/echo",) if echo else ()
    return replace(case, rules=rules, varies_reference=True)


def is_words(value: Tree) -> bool:
    """Letters and spaces: text that may be replaced by other text."""
    return isinstance(value, str) and value.replace(" ", "").isalpha()


def witness(subject: Subject, member: Field) -> str:
    """The value that near misses are made from: the target's, unless its neighbours would be addresses of somebody."""
    current = str(subject.value(member))
    free = safe(current) and member.name not in subject.private
    return current if free else str(subject.contract.baseline.get(member.name, current))
