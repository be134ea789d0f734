"""Causes of failures that public knowledge tells by their pattern, as data. DOMAIN: informative.

A row says which failures it claims and what is likely behind them. It is worded as likely, since the wire alone proves
no cause, and it claims a failure only where what was seen shows the pattern. Pure; must never import a writer.
"""

# ruff: noqa: E501 - a table; a sentence stands on one line

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from conformance.model import Outcome, Verdict

VALUE_TYPES = ("boolean", "integer", "decimal", "guid", "enum", "int", "dateTime")
"""Those that a reader of XML may give a default value, and so never finds missing."""
_FACETS = frozenset({"required", "pattern", "minimum", "maximum", "max-length"})
"""What a validator of models checks by annotations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A failed verdict with what tells its cause: the parts of its rule, the type of its member, the outcome of every
    rule of the run in every encoding, and whether the service seems to check nothing of a request in this one."""

    verdict: Verdict
    part: str
    facet: str
    type: str
    unchecked: bool
    outcomes: Mapping[tuple[str, str], Outcome] = field(repr=False)

    def expected(self, word: str) -> bool:
        """Was it due that the service `accepted`, or `refused`, in everything that was found?"""
        return all(one.expected.startswith(f"{word}:") for one in self.verdict.findings) and bool(self.verdict.findings)

    def elsewhere(self, encoding: str) -> Outcome | None:
        """What became of the same rule in another encoding."""
        return self.outcomes.get((self.verdict.rule, encoding))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """`expected` is what the service should have done; `encodings` are globs; empty parts match anything."""

    title: str
    likely: str
    part: str
    facets: tuple[str, ...]
    expected: str = ""
    types: tuple[str, ...] = ()
    encodings: tuple[str, ...] = ("*",)
    when: Callable[[Seen], bool] | None = None

    def claims(self, seen: Seen) -> bool:
        """Does what was seen show this cause?"""
        return (
            seen.part == self.part
            and seen.facet in self.facets
            and (not self.types or seen.type in self.types)
            and any(fnmatchcase(seen.verdict.encoding, glob) for glob in self.encodings)
            and (not self.expected or seen.expected(self.expected))
            and (self.when is None or self.when(seen))
        )


def unchecked(outcomes: Mapping[tuple[str, str], Outcome]) -> frozenset[tuple[str, str]]:
    """The services and encodings in which, of what annotations of a model check, rules of three kinds failed and none
    passed."""
    failed: dict[tuple[str, str], set[str]] = {}
    passed = set()
    for (rule, encoding), outcome in outcomes.items():
        service, _, path = rule.partition("/")
        facet = path.rpartition("/")[2]
        if not path.startswith("request/") or facet not in _FACETS:
            continue
        if outcome is Outcome.FAILED:
            failed.setdefault((service, encoding), set()).add(facet)
        elif outcome is Outcome.PASSED:
            passed.add((service, encoding))
    return frozenset(place for place, kinds in failed.items() if len(kinds) >= 3 and place not in passed)


def _other_case(seen: Seen) -> bool:
    found = seen.verdict.findings
    return bool(found) and all(
        one.expected.casefold() == one.observed.casefold() and one.expected != one.observed for one in found
    )


def _bound_itself_holds(seen: Seen) -> bool:
    whole = seen.verdict.rule.removesuffix("-step")
    return seen.outcomes.get((whole, seen.verdict.encoding)) is Outcome.PASSED


def _worse_is_refused(seen: Seen) -> bool:
    """What is not of the type at all was noticed, so somebody reads the value."""
    other = f"{seen.verdict.rule.rpartition('/')[0]}/type"
    return seen.outcomes.get((other, seen.verdict.encoding)) is Outcome.PASSED


def _fractions_alone(seen: Seen) -> bool:
    return not any(one.expected.partition(":")[2].strip().isdigit() for one in seen.verdict.findings)


def _heeds_no_accept(seen: Seen) -> bool:
    """A 406 was made by who read the header."""
    plain = (f"{seen.verdict.service}/http/accept-honoured", seen.verdict.encoding)
    return seen.outcomes.get(plain) is Outcome.FAILED and not any(
        "406" in one.observed for one in seen.verdict.findings
    )


def _breaks_over_some(seen: Seen) -> bool:
    """It is its own error, not one of a gateway or of a service that is down, and other requests were dealt with."""
    request, encoding = f"{seen.verdict.service}/request/", seen.verdict.encoding
    return all(one.observed.startswith("500") for one in seen.verdict.findings) and any(
        place == encoding and rule.startswith(request) and outcome in (Outcome.PASSED, Outcome.FAILED)
        for (rule, place), outcome in seen.outcomes.items()
    )


KNOWN: tuple[Known, ...] = (
    Known(
        title="Nothing of a request is checked against its constraints.",
        likely="The service does not look at the result of the validation of its model (in ASP.NET, ModelState.IsValid).",
        part="request",
        facets=tuple(sorted(_FACETS | {"not-blank", "maximum-step", "minimum-step"})),
        expected="refused",
        when=lambda seen: seen.unchecked,
    ),
    Known(
        title="Proper decimals are refused.",
        likely="The service writes numbers in the manner of its culture before it holds them against the pattern (es-CO makes 6,1 of 6.1), or its own pattern takes fewer decimals than that of the document.",
        part="request",
        facets=("pattern",),
        types=("decimal",),
        expected="accepted",
        when=_fractions_alone,
    ),
    Known(
        title="A value just beyond a bound is accepted.",
        likely="The range is written with whole numbers, so a fraction is rounded before it is compared: in .NET, [Range(0, 100)] takes 100.4 for 100.",
        part="request",
        facets=("maximum-step", "minimum-step"),
        expected="refused",
        when=_bound_itself_holds,
    ),
    Known(
        title="A member that is missing in XML is not noticed.",
        likely="The reader of XML gives a missing number, boolean or GUID its default value (0, false) before anything is checked, so the check for presence never sees it missing.",
        part="request",
        facets=("required",),
        types=VALUE_TYPES,
        encodings=("xml",),
        expected="refused",
        when=lambda seen: seen.elsewhere("json") is Outcome.PASSED,
    ),
    Known(
        title="A missing int, boolean or dateTime is not noticed.",
        likely="The framework gives a missing element of these types its default value: ASMX reads a missing int as 0.",
        part="request",
        facets=("required",),
        types=VALUE_TYPES,
        encodings=("soap-*",),
        expected="refused",
        when=_worse_is_refused,
    ),
    Known(
        title="Base64 of a bad length is accepted.",
        likely="The decoder cuts the incomplete group at the end instead of refusing it, so an attachment may arrive shorter than it was sent.",
        part="request",
        facets=("strict-type",),
        types=("base64Binary",),
        expected="refused",
        when=_worse_is_refused,
    ),
    Known(
        title="A date or a time alone is accepted as a dateTime.",
        likely="The framework reads dates more widely than XML Schema does: ASMX takes a date without a time, and a time without a date.",
        part="request",
        facets=("strict-type",),
        types=("dateTime",),
        expected="refused",
        when=_worse_is_refused,
    ),
    Known(
        title="Values of a nearby type are converted.",
        likely='The reader of JSON converts on its own: Json.NET, as it comes, reads "90" as 90 and 1 as true.',
        part="request",
        facets=("strict-type",),
        types=("boolean", "integer", "decimal", "string", "guid", "list", "enum"),
        encodings=("json",),
        expected="refused",
        when=_worse_is_refused,
    ),
    Known(
        title="Faults of the sender travel with status 500.",
        likely="The framework sends every fault with 500, which SOAP 1.1 demands, also in SOAP 1.2, where a fault of the sender is 400.",
        part="envelope",
        facets=("fault-status-sender",),
    ),
    Known(
        title="Names of the answer come in another case.",
        likely="The serializer has a naming policy of its own, such as camelCase, which the document does not show.",
        part="response",
        facets=("name",),
        when=_other_case,
    ),
    Known(
        title="The service breaks over a message instead of refusing it.",
        likely="An exception is not caught: what cannot be read, or is not as expected, ends in a status of 500 or above.",
        part="http",
        facets=("no-server-error",),
        when=_breaks_over_some,
    ),
    Known(
        title="The media type that Accept asks for is not sent.",
        likely="The service has one formatter for its answers, or mirrors the media type of the request.",
        part="http",
        facets=("accept-honoured", "accept-documented", "accept-quality"),
        when=_heeds_no_accept,
    ),
)
"""The first row that claims a failure has it."""
