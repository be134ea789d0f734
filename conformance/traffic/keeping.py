"""A summary as JSON values and back: the line `summary` of an audit's journal.

The exchanges of examples are not in it: they stand in lines of their own, and are named by their id. Must never open a
file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.model import Exchange, Finding
from conformance.traffic.recording import Place
from conformance.traffic.summary import Example, Key, Occurrence, Problem, Seen, Summary, Tally

_COUNTS = ("passed", "failed", "cant_tell", "untested", "inapplicable")

Numbered = Mapping[Place, str]
"""Where each example is from → the id that its exchange has in the journal."""


def numbered(summary: Summary) -> dict[Place, str]:
    """An id for each exchange that is an example, in the order of the recordings; one that shows several failures is
    one exchange."""
    shown = {example.occurrence.place: example.occurrence for example in examples(summary)}
    return {place: f"x{number:05}" for number, place in enumerate(sorted(shown, key=lambda one: shown[one]), 1)}


def examples(summary: Summary) -> Iterator[Example]:
    """Every example, some of the same exchange."""
    for tally in summary.tallies.values():
        yield from tally.examples


def kept(summary: Summary, ids: Numbered | None = None) -> dict[str, Any]:
    """The summary as JSON has it, in an order that does not hang on how it came about. `ids` are those that the
    exchanges have already."""
    ids = numbered(summary) if ids is None else ids
    return {
        "records": summary.records,
        "size": summary.size,
        "exchanges": [[*pair, times] for pair, times in sorted(summary.exchanges.items())],
        "tallies": [_tally(key, tally, ids) for key, tally in sorted(summary.tallies.items())],
        "observations": [
            {**key._asdict(), "sentence": sentence, **_seen(seen)}
            for (key, sentence), seen in sorted(summary.observations.items(), key=lambda row: row[0])
        ],
        "unjudged": [
            {"party": party, "reason": reason, **_seen(seen)}
            for (party, reason), seen in sorted(summary.unjudged.items(), key=lambda row: row[0])
        ],
        "unread": [[*pair, times] for pair, times in sorted(summary.unread.items())],
        "problems": [[*problem.place, problem.reason, problem.detail] for problem in summary.problems],
        "first": _occurrence(summary.first),
        "last": _occurrence(summary.last),
    }


def _tally(key: Key, tally: Tally, ids: Numbered) -> dict[str, Any]:
    return {
        **key._asdict(),
        **{name: getattr(tally, name) for name in _COUNTS},
        "reason": tally.reason,
        "first": _occurrence(tally.first),
        "last": _occurrence(tally.last),
        "examples": [
            {
                "beside": example.beside,
                "size": example.size,
                "at": _occurrence(example.occurrence),
                "exchange": ids[example.occurrence.place],
                "findings": [[found.path, found.expected, found.observed] for found in example.findings],
            }
            for example in tally.examples
        ],
    }


def _seen(seen: Seen) -> dict[str, Any]:
    return {"times": seen.times, "first": _occurrence(seen.first)}


def _occurrence(of: Occurrence | None) -> list[Any] | None:
    return None if of is None else [of.instant, of.started, *of.place]


def summary_from(value: Mapping[str, Any], exchanges: Mapping[str, Exchange]) -> Summary:
    """The summary that was kept, with its examples out of these exchanges; KeyError, TypeError, ValueError or
    AttributeError where it is none. An example whose exchange is lost is left out."""
    return Summary(
        records=_number(value["records"]),
        size=_number(value["size"]),
        exchanges={(_text(service), _text(name)): _number(times) for service, name, times in value["exchanges"]},
        tallies={_key(told): _tally_from(told, exchanges) for told in value["tallies"]},
        observations={(_key(told), _text(told["sentence"])): _seen_from(told) for told in value["observations"]},
        unjudged={(_text(told["party"]), _text(told["reason"])): _seen_from(told) for told in value["unjudged"]},
        unread={(_text(file), _text(reason)): _number(times) for file, reason, times in value["unread"]},
        problems=tuple(
            Problem(_place(order, path, offset), _text(reason), _text(detail))
            for order, path, offset, reason, detail in value["problems"]
        ),
        first=_occurrence_from(value["first"]),
        last=_occurrence_from(value["last"]),
    )


def _tally_from(told: Mapping[str, Any], exchanges: Mapping[str, Exchange]) -> Tally:
    return Tally(
        **{name: _number(told[name]) for name in _COUNTS},
        reason=_text(told["reason"]),
        first=_occurrence_from(told["first"]),
        last=_occurrence_from(told["last"]),
        examples=tuple(
            Example(
                beside=_number(example["beside"]),
                size=_number(example["size"]),
                occurrence=_there(example["at"]),
                exchange=exchanges[example["exchange"]],
                findings=tuple(
                    Finding(path=_text(path), expected=_text(expected), observed=_text(observed))
                    for path, expected, observed in example["findings"]
                ),
            )
            for example in told["examples"]
            if example["exchange"] in exchanges
        ),
    )


def _key(told: Mapping[str, Any]) -> Key:
    return Key(*(_text(told[name]) for name in Key._fields))


def _seen_from(told: Mapping[str, Any]) -> Seen:
    return Seen(times=_number(told["times"]), first=_occurrence_from(told["first"]))


def _occurrence_from(value: Any) -> Occurrence | None:
    return None if value is None else _there(value)


def _there(value: Any) -> Occurrence:
    instant, started, *place = value
    return Occurrence(float(instant), _text(started), _place(*place))


def _place(order: Any, path: Any, offset: Any) -> Place:
    return Place(_number(order), _text(path), _number(offset))


def _number(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("no count")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value
