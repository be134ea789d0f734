"""How a defective reader of REST messages reads: what it takes though it must not, what it refuses though it may not.

Tables of small predicates. A key is the facet of a rule and the variant of its defect; `dropped` stands in no table of
what is taken: it takes all. Must never import the service.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from conformance.facets import Fit, broken, fits, is_number
from conformance.model import Field, Tree
from conformance.reference.state import State

MISSING = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """Something in a request that a rule excludes. `values` are those at the member's path, one for each item of a list
    around it, MISSING where there is none; `state` is what the service went by before the request."""

    rule: str
    member: Field
    values: tuple[Tree, ...]
    state: State

    @property
    def value(self) -> Tree:
        """The one that is wrong, as far as one can tell."""
        return next((one for one in self.values if not _right(self.member, one)), MISSING)


def _right(member: Field, value: Tree) -> bool:
    return value is not MISSING and value is not None and fits(member, value) is Fit.EXACT and not _any(member, value)


def _any(member: Field, value: Tree) -> bool:
    return next(broken(member, value), None) is not None


def values_at(tree: Tree, names: list[str]) -> Iterator[Tree]:
    """The values at the path; lists on the way are entered item by item."""
    if isinstance(tree, list):
        for item in tree:
            yield from values_at(item, names)
    elif not names:
        yield tree
    elif isinstance(tree, dict):
        inner = tree.get(names[0], MISSING)
        if len(names) == 1 or inner is MISSING:
            yield inner
        else:
            yield from values_at(inner, names[1:])
    else:
        yield MISSING


def _is_text(slip: Slip, *texts: str) -> bool:
    return isinstance(slip.value, str) and slip.value in texts


TAKES: Mapping[tuple[str, str], Callable[[Slip], bool]] = {
    ("required", "null"): lambda slip: None in slip.values,
    ("required", "absent"): lambda slip: MISSING in slip.values,
    ("required", "remembered"): lambda slip: MISSING in slip.values and slip.member.name in slip.state.saved,
    ("not-blank", "empty"): lambda slip: "" in slip.values,
    ("not-blank", "spaces"): lambda slip: "" not in slip.values,
    ("type", "words"): lambda slip: isinstance(slip.value, str),
    ("type", "objects"): lambda slip: isinstance(slip.value, dict),
    ("type", "lists"): lambda slip: isinstance(slip.value, list),
    ("type", "numbers"): lambda slip: is_number(slip.value),
    ("type", "first-item"): lambda slip: _right(slip.member, slip.values[0]),
    ("type", "short"): lambda slip: isinstance(slip.value, str) and len(slip.value) == 35,
    ("type", "any-letter"): lambda slip: isinstance(slip.value, str) and len(slip.value) == 36,
    ("strict-type", "digits"): lambda slip: isinstance(slip.value, str) and not slip.value.isalpha(),
    ("strict-type", "fraction"): lambda slip: _has_fraction(slip.value),
    ("strict-type", "true-for-one"): lambda slip: isinstance(slip.value, bool),
    ("strict-type", "word"): lambda slip: _is_text(slip, "true", "false"),
    ("strict-type", "one-for-true"): lambda slip: is_number(slip.value),
    ("strict-type", "capital"): lambda slip: _is_text(slip, "True", "False"),
    ("strict-type", "list-of-one"): lambda slip: isinstance(slip.value, list),
    ("strict-type", "scalar"): lambda slip: not isinstance(slip.value, (list, dict)),
    ("strict-type", "one-item"): lambda slip: isinstance(slip.value, dict),
}
"""The slips that a reader takes."""

ALWAYS: Mapping[str, Callable[[Slip], bool]] = {
    "after-refusal": lambda slip: slip.state.refused,
    "after-acceptance": lambda slip: bool(slip.state.latest) and not slip.state.refused,
    "once": lambda slip: slip.rule in slip.state.caught,
    "ignored": lambda _: True,
}
"""The same for any facet: a check that depends on what came before, or whose outcome nobody looks at."""


STATEFUL = frozenset({"after-refusal", "after-acceptance", "once"})
"""Variants that go by how the requests before were answered."""


def _has_fraction(value: Tree) -> bool:
    if isinstance(value, str):
        return re.fullmatch(r"\d+\.\d+", value) is not None
    return isinstance(value, Decimal) and value != int(value)


def takes(variant: str, slip: Slip) -> bool:
    """Does a reader with that defect take the slip, whose rule it breaks?"""
    facet = slip.rule.rpartition("/")[2]
    if variant == "dropped":
        return True
    habit = TAKES.get((facet, variant)) or ALWAYS.get(variant)
    return habit is not None and habit(slip)


# --- what is refused though it is right -------------------------------------------------------------------------------


def _longest(member: Field) -> int:
    return min((held.max_length for held in member.constraints if held.max_length is not None), default=0)


def _edge(member: Field, name: str) -> Decimal | None:
    found = member.constraint("range")
    return getattr(found, name, None)


REFUSES: Mapping[tuple[str, str], Callable[[Field, Tree], bool]] = {
    ("optional", "dropped"): lambda _, value: value is MISSING,
    ("max-length", "bytes"): lambda member, value: len(str(value).encode("utf-8", "replace")) > _longest(member),
    ("minimum", "exclusive"): lambda member, value: is_number(value) and value == _edge(member, "minimum"),
    ("maximum", "exclusive"): lambda member, value: is_number(value) and value == _edge(member, "maximum"),
    ("pattern", "culture"): lambda _, value: is_number(value) and _has_fraction(value),
}
"""Values of a member that a reader refuses."""
REFUSING = frozenset(facet for facet, _ in REFUSES)


def refuses(facet: str, variant: str, member: Field, values: Iterator[Tree]) -> bool:
    """Does a reader with that defect refuse one of the values of the member?"""
    habit = REFUSES.get((facet, variant))
    return habit is not None and any(habit(member, value) for value in values if facet == "optional" or _there(value))


def _there(value: Tree) -> bool:
    return value is not MISSING and value is not None


# --- bodies -----------------------------------------------------------------------------------------------------------

LOWER_ESCAPE = re.compile(rb"%[0-9][a-f]")
ESCAPED = re.compile(rb"\\u00[89a-f]|\\u0[1-9a-f]|\\u[1-9a-f]|&#(?:x[89a-f][0-9a-f]|1[3-9]\d|2\d\d)", re.IGNORECASE)
"""A letter beyond ASCII that is written as an escape or a reference."""

OVERLOOKS: Mapping[tuple[str, str], Callable[[bytes], bool]] = {
    ("empty-body", "nothing"): lambda body: not body.strip(b" \r\n&"),
    ("empty-body", "null"): lambda body: body.strip() == b"null",
    ("empty-body", "no-members"): lambda body: body.strip() == b"{}" or body.rstrip().endswith(b"/>"),
    ("request-root", "list"): lambda body: body.lstrip().startswith(b"["),
    ("request-root", "scalar"): lambda body: not body.lstrip().startswith((b"[", b"{", b"<")),
    ("request-root", "any-name"): lambda body: b"<NotDocumented>" in body or b"<NotDocumented " in body,
    ("request-root", "wrapped"): lambda body: body.lstrip().startswith(b"<Body"),
}
"""Bodies that are no message, which a reader takes for one."""


def overlooks(facet: str, variant: str, body: bytes) -> bool:
    """Does a reader that breaks the rule take the body for a message?"""
    habit = OVERLOOKS.get((facet, variant))
    return variant == "dropped" or (habit is not None and habit(body))


USUAL = {"json": b"{", "xml": b"<?xml version='1.0'", "form": b""}
"""How a body begins as this suite writes it without a thought."""

SPELLINGS: Mapping[str, Callable[[bytes, str], bool]] = {
    "dropped": lambda body, encoding: LOWER_ESCAPE.search(body) is not None or not body.startswith(USUAL[encoding]),
    "white-space": lambda body, encoding: encoding != "form" and re.search(rb'[>{,]\s*\n\s*[<"]', body) is not None,
    "escapes": lambda body, encoding: {"json": rb"\u00", "xml": b"&#x", "form": b"%43"}[encoding] in body,
    "undeclared": lambda body, encoding: encoding == "xml" and not body.lstrip().startswith(b"<?xml"),
    "cdata": lambda body, encoding: encoding == "xml" and b"<![CDATA[" in body,
    "percent": lambda body, encoding: encoding == "form" and b"%20" in body,
}
"""Spellings of a message that a reader refuses which knows one alone."""


def misspelt(variant: str, body: bytes, encoding: str) -> bool:
    """Does a reader with that defect refuse the spelling?"""
    habit = SPELLINGS.get(variant)
    return habit is not None and bool(body.strip()) and habit(body, encoding)


LETTERS: Mapping[str, Callable[[bytes, bool], bool]] = {
    "dropped": lambda _body, wide: wide,
    "escapes": lambda body, _wide: ESCAPED.search(body) is not None,
    "bytes": lambda body, _wide: not body.isascii(),
}
"""Letters beyond ASCII that a reader refuses: all, those that are escaped, or those that are not. `wide`: there are
such."""
