"""What a watch writes down: each exchange of a service that is judged in the journal, masked, and what it adds up to.

Exchanges of other hosts are counted, and nothing of them is kept. Not safe for several threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from conformance.model import CONSUMER, PROVIDER, Exchange, Level, Observation, Outcome, Record, Report, Result
from conformance.report.language import Language
from conformance.report.sentences import finding_sentence
from conformance.report.text import one_line
from conformance.run import rendering
from conformance.run.audited import record_of, reported
from conformance.run.auditing import doubted
from conformance.target.journal import Journal
from conformance.target.journal.records import masked_exchange, masked_judgement
from conformance.target.secrets import Secrets
from conformance.traffic.counting import Counter
from conformance.traffic.judging import Desk, Judged, Subject
from conformance.traffic.keeping import examples, kept
from conformance.traffic.masks import secrets_of
from conformance.traffic.recording import Place, Recorded
from conformance.traffic.summary import Occurrence, Seen

MOST_SECRETS = 256
"""Secrets of earlier exchanges that are masked in later ones as well."""
WHOLE = 2000
"""Exchanges that are all in the journal. Of those that come later it has the examples, and the summary all counts: a
journal that is read must fit into memory."""


class Book:
    """Judges exchanges and writes them into the journal of the folder, which begins with the header."""

    def __init__(
        self, out: Path, subjects: Mapping[str, Subject], header: Mapping[str, object], secrets: Secrets
    ) -> None:
        self._out, self._subjects, self._secrets = out, subjects, secrets
        path = out / rendering.JOURNAL
        self._desk = Desk(subjects)
        self._journal = Journal.create(path, header, secrets)
        self._counter = Counter(0, str(path), self._masked)
        self._place = Place(0, str(path), 0)
        self._number = 0

    def add(self, recorded: Recorded, language: Language) -> Iterator[tuple[Level, str]]:
        """Judge the exchange and write it down; then a line for each failure that it shows."""
        judged = self._desk(recorded)
        if judged.exchange is None:
            self._counter.add(judged, recorded.started, self._number, None)
            return
        self._number += 1
        name = f"x{self._number:05}"
        secrets = self._secrets_of(judged.exchange, judged.service, judged.encoding)
        case = f"{judged.service}/{judged.encoding}/recorded"
        masked = replace(masked_exchange(judged.exchange, secrets), id=name, case=case)
        if judged.exchange.response is not None:
            secrets = secrets.heard(judged.exchange.response.headers)
        records = [*_records(judged, masked, secrets)]
        if self._number <= WHOLE:
            self._journal.exchange(masked, records)
        is_example = self._counter.add(judged, recorded.started, self._number, None)
        if self._number > WHOLE and is_example:
            self._journal.exchange(masked, records)
        for record in records:
            for result in record.judgement.results:
                if result.outcome is Outcome.FAILED and result.finding is not None:
                    party = record.case.origin.partition(":")[2]
                    where = f"{language.say(party)}: {result.rule} [{result.encoding}]"
                    said = f"{where}: {finding_sentence(result.finding, language=language)} ({name})"
                    yield self._subjects[judged.service].rules[result.rule].level, one_line(said, 600)

    def done(self, left_out: Mapping[str, int], formats: tuple[str, ...], lang: str | None) -> Report:
        """Write the summary and the reports. `left_out` are numbers of exchanges that were not judged, by reason."""
        summary = self._counter.done()
        for reason, times in left_out.items():
            if times:
                summary.records += times
                summary.unjudged.setdefault(("", reason), Seen()).merge(Seen(times, Occurrence(0.0, "", self._place)))
        shown = {one.occurrence.place: f"x{one.occurrence.place.offset:05}" for one in examples(summary)}
        disagreements = doubted(summary, self._desk)
        try:
            told = kept(summary.ordered(), shown)
            self._journal.summary(told | ({"disagreements": list(disagreements)} if disagreements else {}))
            self._journal.end()
        finally:
            self._journal.close()
        return reported(self._out, formats, lang=lang).report

    def _masked(self, exchange: Exchange, service: str, encoding: str) -> tuple[Exchange, Callable[[str], str]]:
        secrets = self._secrets_of(exchange, service, encoding)
        response = exchange.response
        return masked_exchange(exchange, secrets), (secrets.heard(response.headers) if response else secrets).mask

    def _secrets_of(self, exchange: Exchange, service: str, encoding: str) -> Secrets:
        """What is secret in the exchange, beside what was in others before it."""
        secrets = self._secrets.join(secrets_of(self._subjects[service].contract, exchange, encoding))
        if len(secrets) <= MOST_SECRETS:
            self._secrets = secrets
        return secrets


def _records(judged: Judged, masked: Exchange, secrets: Secrets) -> Iterator[Record]:
    """What the exchange says of either party, as it may be written down."""
    for party in (PROVIDER, CONSUMER):
        results = [
            Result(rule=one.rule, outcome=one.outcome, finding=one.finding, reason=one.reason, encoding=one.encoding)
            for one in judged.said
            if one.party == party
        ]
        seen = [
            Observation(rule=key.rule, encoding=key.encoding, sentence=sentence, exchanges=(masked.id,))
            for key, sentence in judged.observations
            if key.party == party
        ]
        if results or seen:
            record = record_of(masked, judged.service, judged.encoding, party, results, seen)
            yield replace(record, judgement=masked_judgement(record.judgement, secrets))
