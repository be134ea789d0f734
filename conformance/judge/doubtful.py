"""Evidence across exchanges that only SOAP needs: answers that may be refusals, and versions that answer differently.

Pure. An answer without a fault may still say no, in a code that nobody has declared; then nothing is decided.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from conformance.judge.refusals import alike, brief
from conformance.model import Expect, Finding, Outcome, Record, Reply, Result, Rule
from conformance.rules.soap import SOAP

Texts = tuple[str, ...]


class Baselines:
    """What the accepted baselines say of how it went: only what all of them say alike. Of a text with a secret in it
    each process made a mask of its own, so a resumed run has several for one place."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._said: dict[tuple[str, str], dict[str, Texts]] = {}
        self._paths: dict[tuple[str, str], set[str]] = {}
        self._codes: dict[tuple[str, str], set[str]] = {}
        for record in records:
            self.add(record)

    def add(self, record: Record) -> None:
        """One more of the run's records; it counts where it is an accepted baseline."""
        if record.case.kind != "baseline" or record.judgement.reply is not Reply.ACCEPTED:
            return
        key = (record.case.service, record.case.encoding)
        known = self._said.get(key)
        said = _brief(record)
        if known is None:
            self._said[key] = {path: (text,) for path, text in said.items()}
        else:
            self._said[key] = {
                path: tuple(dict.fromkeys((*texts, said[path])))
                for path, texts in known.items()
                if _alike(said.get(path), texts)
            }
        self._paths.setdefault(key, set()).update(said)
        self._codes.setdefault(key, set()).update(record.judgement.codes)

    def of(self, service: str, encoding: str) -> Mapping[str, Texts]:
        """The texts of the baselines; empty where none was accepted."""
        return self._said.get((service, encoding), {})

    def codes(self, service: str, encoding: str) -> Collection[str]:
        """The places of those that tell how it went."""
        return self._codes.get((service, encoding), ())

    def doubt(self, record: Record, result: Result) -> str | None:
        """Why an answer counts neither as an acceptance nor as a refusal; None where it does.

        Of a request that is to be refused any lasting difference may be the refusal; of one that is to be accepted only
        a code or a flag is, since an answer may well speak of what was asked.
        """
        judgement, case = record.judgement, record.case
        due = case.expect in {Expect.ACCEPTED, Expect.REFUSED} and case.kind != "baseline"
        if judgement.decided or not due or not result.leans or judgement.reply is not Reply.ACCEPTED:
            return None
        key = (case.service, case.encoding)
        if key not in self._said:
            return None
        said, any_text, codes = _brief(record), case.expect is Expect.REFUSED, self._codes[key]

        def speaks(path: str) -> bool:
            """Is a difference there one in how it went, and not in what was sent?"""
            return path in codes or (any_text and path not in judgement.echoed)

        differ = [path for path, texts in self._said[key].items() if not _alike(said.get(path), texts) and speaks(path)]
        if differ:
            # What tells a reader most comes first: a code before other texts, one that is there, one that can be read.
            path = min(differ, key=lambda one: (one not in codes, one not in said, "#" in self._said[key][one][0]))
            text = self._said[key][path][0]
            came = f"says {path} = {said[path]}" if path in said else f"does not say {path}"
            return _advice(f"the answer {came}, that of the baseline {text}", path, f"!= {text}")
        fresh = (path for path in said if path not in self._paths[key])
        new = next((path for path in fresh if any_text and path not in judgement.echoed), None)
        if new is None:
            return None
        return _advice(f"the answer says {new} = {said[new]}, which that of the baseline does not", new, said[new])


def _alike(one: str | None, texts: Texts) -> bool:
    """Does it say what each of the texts says, as far as one can tell?"""
    return all(alike(one, text) for text in texts)


def _brief(record: Record) -> dict[str, str]:
    return {path: brief(text) for path, text in record.judgement.said.items()}


def _advice(what: str, path: str, value: str) -> str:
    if "#" in f"{path}{value}":
        # A long text, or one with a secret in it, stands here as a digest, which no answer holds.
        return f"{what}; if this is a refusal, declare what tells it as refusal in the target file"
    line = f'refusal = {{ any = {{ "{path}" = "{value}" }} }}'
    return f"{what}; if this is a refusal, add {line} to the target file"


def agreement(
    rule: Rule, encoding: str, records: Sequence[Record], baselines: Baselines
) -> list[tuple[Record, Result]]:
    """What the exchanges of two SOAP versions with the same data say of the rule that they agree, for one of them."""
    other = next(name for name in SOAP if name != encoding)
    mine = _comparable(rule.service, encoding, records)
    theirs = _comparable(rule.service, other, records)
    found: list[tuple[Record, Result]] = []
    for key, record in mine.items():
        if key not in theirs:
            continue
        finding = _differs(record, theirs[key], other, baselines)
        outcome = Outcome.PASSED if finding is None else Outcome.FAILED
        found.append((record, Result(rule=rule.id, outcome=outcome, finding=finding)))
    if found:
        return found
    reason = f"nothing was answered in {other} to compare with"
    return [
        (record, Result(rule=rule.id, outcome=Outcome.INAPPLICABLE, reason=reason))
        for record in list(mine.values())[:1]
    ]


def _comparable(service: str, encoding: str, records: Sequence[Record]) -> dict[str, Record]:
    """The accepted baseline, and what is only observed of members: whatever else differs fails a rule of its own."""
    found: dict[str, Record] = {}
    for record in records:
        case = record.case
        if (case.service, case.encoding) != (service, encoding):
            continue
        alike = case.rules == (f"{service}/envelope/versions-agree",)
        about_members = case.kind == "observe" and (alike or "/request/" in case.rules[0])
        accepted = case.kind == "baseline" and record.judgement.reply is Reply.ACCEPTED
        if accepted or (about_members and record.judgement.reply in {Reply.ACCEPTED, Reply.REFUSED}):
            found.setdefault(case.id.replace(f"/{encoding}/", "/", 1), record)
    return found


def _differs(mine: Record, theirs: Record, other: str, baselines: Baselines) -> Finding | None:
    if mine.judgement.reply is not theirs.judgement.reply:
        return Finding(
            path=mine.case.path,
            expected=f"{theirs.judgement.reply}, as in {other}: {mine.case.title}",
            observed=f"{mine.judgement.reply}: {mine.judgement.words}",
        )
    if mine.case.kind != "baseline":
        return None
    here = baselines.of(mine.case.service, mine.case.encoding)
    there = baselines.of(theirs.case.service, theirs.case.encoding)
    codes = baselines.codes(mine.case.service, mine.case.encoding)
    for path in here:
        if path in there and path in codes and not all(_alike(text, there[path]) for text in here[path]):
            return Finding(path=path, expected=f"{there[path][0]}, as in {other}", observed=here[path][0])
    return None
