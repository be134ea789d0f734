"""Where bytes from outside come in: one row each, with valid messages to begin from.

A row's function may return anything and raise what the row allows: an error for the user, or what a decoder says of
bytes that are no message. Whatever else it raises is a bug.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from conformance.codecs import CODECS, Malformed, covered
from conformance.documents import contract_of, derive
from conformance.documents.page import page_of
from conformance.emit import contract_json, files_of
from conformance.errors import ConformanceError
from conformance.facets import matches, readable
from conformance.generate import addresses, examples
from conformance.judge.reply import charset_of, media_type, start_of
from conformance.model import Exchange
from conformance.patterns import Unsupported, lengths, mutants, parse, reading, whole
from conformance.rules import rules_of
from conformance.run.contracts import all_rules, contracts
from conformance.target.secrets import Secrets
from conformance.wsdl.bind import bind
from conformance.wsdl.errors import Unreadable
from conformance.wsdl.stock import Fault
from tests.fuzz import seeds, sessions

Seeds = Callable[[], tuple[bytes, ...]]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A way in. `cost` says how many times dearer than a decoder it is: it gets that many fewer examples."""

    name: str
    run: Callable[[bytes], object]
    seeds: Seeds
    allowed: tuple[type[Exception], ...] = (ConformanceError,)
    cost: int = 1


# --- decoders ---------------------------------------------------------------------------------------------------------


def _decoder(encoding: str, service: str, part: str) -> Callable[[bytes], object]:
    """The first line of the bytes, if it begins with `charset=`, is what the Content-Type names."""

    def run(data: bytes) -> object:
        contract = sessions.contract_for(service)
        charset, body = "", data
        if data.startswith(b"charset="):
            first, _, body = data.partition(b"\n")
            charset = first.removeprefix(b"charset=").decode("latin-1").strip()
        return CODECS[encoding].decode(getattr(contract.operation, part), body, charset)

    return run


# --- the judge --------------------------------------------------------------------------------------------------------


def _judged(service: str, encoding: str) -> Callable[[bytes], object]:
    def run(data: bytes) -> object:
        judge, cases = sessions.judge_of(service), sessions.cases_of(service, encoding)
        number, response = sessions.response_from(data)
        case = cases[number % len(cases)]
        exchange = Exchange(
            id="x00001", case=case.id, request=case.request, response=response, error=None, started="", milliseconds=1.0
        )
        judgement = judge(case, exchange)
        assert judgement.encoding == encoding
        return judgement

    return run


def _opinion(service: str, encoding: str) -> Callable[[bytes], object]:
    """The second opinion on what the first could read."""

    def run(data: bytes) -> object:
        from conformance.judge import reply

        contract = sessions.contract_for(service)
        _, response = sessions.response_from(data)
        case = sessions.cases_of(service, encoding)[0]
        exchange = Exchange(
            id="x00001", case=case.id, request=case.request, response=response, error=None, started="", milliseconds=1.0
        )
        read = reply.read(contract, exchange, encoding)
        return sessions.opinions_of(service).of(response, read) if isinstance(read.tree, dict) else None

    return run


def _labels(data: bytes) -> object:
    _, response = sessions.response_from(data)
    return media_type(response), charset_of(response), start_of(response)


def _pause(data: bytes) -> object:
    from conformance.target.pace import retry_after

    _, response = sessions.response_from(data)
    found = retry_after(response, datetime(2026, 1, 1, tzinfo=UTC))
    assert found is None or found >= 0
    return found


# --- WSDLs ------------------------------------------------------------------------------------------------------------


def _wsdl(data: bytes) -> object:
    description = sessions.described_by(data)
    return bind(contracts()["actualizar-correo"], description).block


def _stock_answer(data: bytes) -> object:
    """What a stock client, and the target's own schema, make of an answer."""
    from conformance.wsdl import stock

    number, response = sessions.response_from(data)
    description = sessions.prepared("actualizar-correo").service("actualizar-correo").description
    assert description is not None
    version = sorted(description.port)[number % len(description.port)]
    return stock.read(description, version, response.status, media_type(response), response.body)


# --- files ------------------------------------------------------------------------------------------------------------


def _with_file(name: str, use: Callable[[Path], object]) -> Callable[[bytes], object]:
    def run(data: bytes) -> object:
        path = sessions.folder() / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        return use(path)

    return run


def _target(path: Path) -> object:
    from conformance.run.contracts import encodings
    from conformance.target.file import load_target

    return load_target(path, {"QA_TOKEN": "t0k3n", "CLAVE": "s3cr3t"}, contracts(), encodings())


def _example(path: Path) -> object:
    subject = sessions.subject_of("collection-policy", "json")
    rules = {rule.id: rule for rule in all_rules().values()}
    return tuple(examples.example_cases(subject, path.parent.parent, rules))


def _schemas(path: Path) -> object:
    """A contract of the user's own, used as far as rules and emitted files."""
    contract = contract_json.load(path)
    return len(files_of(contract)), rules_of(contract, covered(contract))


def _page(data: bytes) -> object:
    text = data.decode("utf-8", "replace")
    return contract_of(page_of("page.txt", text))


def _folder_of_pages(path: Path) -> object:
    return derive(path.parent)


def _journal(data: bytes) -> object:
    """Lines get their checksum here: otherwise every mutant were one and the same damage."""
    from conformance.report.language import ENGLISH
    from conformance.run.rendering import log_of, material, report_of
    from conformance.run.writing import written

    run = sessions.folder() / "run"
    run.mkdir(exist_ok=True)
    (run / "run.jsonl").write_bytes(seeds.sealed(data))
    log = log_of(run)
    return written(material(report_of(log), log, ENGLISH), run, ("all",))


def _report(path: Path) -> object:
    """A report.json, of this revision or an older one, as far as a comparison with itself."""
    from conformance.report.comparing import compare
    from conformance.report.comparing.snapshot import of_document
    from conformance.report.reading import read_report

    seen = of_document(read_report(path))
    return compare(seen, seen)


# --- texts ------------------------------------------------------------------------------------------------------------


def _masked(data: bytes) -> object:
    secrets = Secrets(("s3cr3t", 'q"<&>%/é', "900123456"))
    once = secrets.mask_bytes(data)
    assert b"s3cr3t" not in once
    assert secrets.mask_bytes(once) == once
    text = secrets.mask(data.decode("utf-8", "surrogateescape"))
    assert secrets.mask(text) == text
    return secrets.mask_headers((("Authorization", text), (text, "Bearer s3cr3t")))


def _addresses(data: bytes) -> object:
    return addresses.addresses_in(data, "utf-16"), addresses.unsafe(addresses.addresses(data.decode("latin-1")), ("*",))


def _pattern(data: bytes) -> object:
    """A pattern, and the texts that are held against it below a line feed."""
    pattern, _, text = data.decode("utf-8", "replace").partition("\n")
    if readable(pattern):
        matches(pattern, text)
    tree = parse(pattern)
    assert reading(reading(pattern)) == reading(pattern)
    return lengths.lengths(tree), list(mutants.mutants(pattern))[:50], whole(tree)


def _token(data: bytes) -> object:
    from conformance.target.credential import Credential

    path = sessions.folder() / "token"
    path.write_bytes(data)
    return Credential(f"cat {path}").token()


def _wsse(data: bytes) -> object:
    from conformance.target.settings import Auth
    from conformance.target.wsse import filled

    auths = {"envio-correo": Auth(kind="wsse", username="u", password='p<&"', digest=True)}
    return filled(data, auths, lambda *_issued: None)


DECODED: Mapping[str, tuple[str, ...]] = {
    "collection-policy": ("json", "xml", "form"),
    "envio-correo": ("soap-1.1", "soap-1.2"),
    "actualizar-correo": ("soap-1.1", "soap-1.2"),
}


def _messages(service: str, encoding: str) -> Iterator[Entry]:
    """Both messages of an operation, and what the judge says of an answer."""
    for part in ("request", "response"):
        yield Entry(
            name=f"decode {service} {encoding} {part}",
            run=_decoder(encoding, service, part),
            seeds=seeds.decoded(service, encoding, part),
            allowed=(Malformed,),
        )
    heard = seeds.answers(service, encoding)
    yield Entry(name=f"judge {service} {encoding}", run=_judged(service, encoding), seeds=heard, allowed=(), cost=2)
    if service != "actualizar-correo":
        yield Entry(
            name=f"opinion {service} {encoding}", run=_opinion(service, encoding), seeds=heard, allowed=(), cost=2
        )


def _entries() -> tuple[Entry, ...]:
    described = [one for service, names in DECODED.items() for name in names for one in _messages(service, name)]
    return (
        *described,
        Entry(name="labels", run=_labels, seeds=seeds.answers("collection-policy", "json"), allowed=()),
        Entry(name="retry-after", run=_pause, seeds=seeds.pauses, allowed=()),
        Entry(name="wsdl", run=_wsdl, seeds=seeds.wsdls, cost=20),
        Entry(
            name="stock client",
            run=_stock_answer,
            seeds=seeds.answers("actualizar-correo", "soap-1.1"),
            allowed=(Unreadable, Fault),
            cost=4,
        ),
        Entry(name="target file", run=_with_file("target.toml", _target), seeds=seeds.targets, cost=4),
        Entry(name="example file", run=_with_file("collection-policy/x.toml", _example), seeds=seeds.examples, cost=2),
        Entry(name="contract", run=_with_file("contract.json", _schemas), seeds=seeds.written_contracts, cost=10),
        Entry(name="page", run=_page, seeds=seeds.pages, cost=4),
        Entry(name="page file", run=_with_file("pages/page.txt", _folder_of_pages), seeds=seeds.pages, cost=4),
        Entry(
            name="readings",
            run=_with_file("readings/page.toml", seeds.beside_a_page(_folder_of_pages)),
            seeds=seeds.readings,
            cost=4,
        ),
        Entry(name="journal", run=_journal, seeds=seeds.journals, cost=100),
        Entry(name="report", run=_with_file("report.json", _report), seeds=seeds.reports, cost=4),
        Entry(name="secrets", run=_masked, seeds=seeds.masked, allowed=(), cost=4),
        Entry(name="addresses", run=_addresses, seeds=seeds.addressed, allowed=(), cost=2),
        Entry(name="pattern", run=_pattern, seeds=seeds.patterns, allowed=(Unsupported,)),
        Entry(name="credential", run=_token, seeds=seeds.tokens, cost=20),
        Entry(name="ws-security", run=_wsse, seeds=seeds.tokens_of_messages, allowed=()),
    )


ENTRIES: tuple[Entry, ...] = _entries()


def held(entry: Entry, data: bytes) -> None:
    """Run it; what is raised beyond the row's own goes on."""
    try:
        entry.run(data)
    except entry.allowed:
        return
