"""The whole suite against a SOAP server of another stack, and the tables of what that stack is known to do otherwise.

A table holds honest deviations only: the stack breaks the clause, and the suite says so. What else fails is a false
alarm of the suite, what is missing is a defect that it no longer sees; either way the test that compares them fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from conformance.model import Basis, Level, Outcome, Report, Rule, Verdict
from conformance.run.contracts import all_rules
from conformance.run.execution import Run
from conformance.run.options import Options
from conformance.run.setup import set_up

SERVICE, UPDATE = "envio-correo", "actualizar-correo"
WSDL = Path(__file__).resolve().parents[2] / "schemas" / SERVICE / "ServicioSSIntegral.wsdl"
"""What the page says, as we publish it: stacks that begin with a WSDL are built from it."""
FIRST, SECOND = ("soap-1.1",), ("soap-1.2",)
BOTH = (*FIRST, *SECOND)
PAGE, READING = "the page", "our reading"


@dataclass(frozen=True, slots=True)
class Deviation:
    """A rule that a stack breaks or that it gives no evidence of. `clause` is what the rule stands on: clauses of
    standards, PAGE or READING. `only` are tags of settings in which it shows, any of them; none for all."""

    rule: str
    clause: str
    what: str
    encodings: tuple[str, ...] = BOTH
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a stack: rules that it breaks, and MUST rules that it leaves undecided."""

    must: tuple[Deviation, ...]
    should: tuple[Deviation, ...]
    undecided: tuple[Deviation, ...] = ()

    def __iter__(self) -> Iterator[Deviation]:
        yield from (*self.must, *self.should, *self.undecided)


@dataclass(frozen=True, slots=True)
class Setting:
    """A server to check: how it is started, the versions that it is checked in, and what is particular about it."""

    serving: Callable[[], AbstractContextManager[str]]
    encodings: tuple[str, ...] = BOTH
    tags: tuple[str, ...] = ()

    def section(self, url: str) -> str:
        """The section of a target file for the server at the URL."""
        versions = ", ".join(f'"{encoding.removeprefix("soap-")}"' for encoding in self.encodings)
        return f'url = "{url}"\nsoap = [{versions}]\n'


@dataclass(frozen=True, slots=True)
class Checked:
    """A finished run."""

    report: Report
    service: str
    out: Path

    def rules(self, *outcomes: Outcome, level: Level) -> set[str]:
        """`rule@encoding` of every verdict at the level with one of the outcomes."""
        return {
            f"{self._short(v)}@{v.encoding}" for v in self._verdicts() if v.outcome in outcomes and v.level is level
        }

    def why(self, rules: Iterable[str]) -> dict[str, object]:
        """The reasons, for the message of an assertion."""
        known = {f"{self._short(v)}@{v.encoding}": v for v in self._verdicts()}
        return {rule: known[rule].findings or known[rule].reason for rule in sorted(rules) if rule in known}

    def findings(self, rule: str) -> str:
        """What was expected where `rule@encoding` failed, in one text."""
        name, _, encoding = rule.partition("@")
        found = (v for v in self._verdicts() if self._short(v) == name and v.encoding == encoding)
        return "\n".join(f"{finding.expected} | {finding.observed}" for v in found for finding in v.findings)

    def _verdicts(self) -> tuple[Verdict, ...]:
        return tuple(v for v in self.report.verdicts if v.service == self.service)

    def _short(self, verdict: Verdict) -> str:
        return verdict.rule.removeprefix(f"{self.service}/")


def check(folder: Path, section: str, *, service: str = SERVICE, depth: str = "standard", **more: str) -> Checked:
    """The suite against the target that this section of a target file describes. `more` is the environment."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "target.toml"
    path.write_text(f'environment = "a server of the tests"\n[{service}]\n{section}', "utf-8")
    prepared = set_up(Options(target=path, depth=depth, workers=4, out=folder / "run"), more)
    run = Run(prepared, prepared.items, narrowed=False)
    try:
        run.start()
        report = run.finish()
    finally:
        run.close()
    assert report is not None
    return Checked(report, service, folder / "run")


def documents() -> str:
    """The line of a target file with documents of each kind, and one without a prefix."""
    rows = (("factura", "SETP", "990000001"), ("nota-credito", "NC", "12"), ("nota-debito", "ND", "7"))
    listed = [f'{{ tipo = "{kind}", prefijo = "{prefix}", numero = "{number}" }}' for kind, prefix, number in rows]
    return f'documentos = [{", ".join(listed)}, {{ tipo = "factura", numero = "15" }}]\n'


def checked_in(setting: Setting, folder: Path, depth: str = "standard") -> Checked:
    """The server started and checked."""
    with setting.serving() as url:
        return check(folder, setting.section(url), depth=depth)


def differences(known: Known, setting: Setting, checked: Checked) -> list[str]:
    """Where the verdicts are not those of the table: none where every failure is an honest one, and none is missing."""
    told: list[str] = []
    for words, deviations, level, outcomes in (
        ("fails", known.must, Level.MUST, (Outcome.FAILED,)),
        ("fails", known.should, Level.SHOULD, (Outcome.FAILED,)),
        ("is undecided", known.undecided, Level.MUST, (Outcome.CANT_TELL, Outcome.UNTESTED)),
    ):
        found, due = checked.rules(*outcomes, level=level), _shown(deviations, setting)
        told += [f"{level} {rule} {words}: {why}" for rule, why in checked.why(found - due).items()]
        told += [f"{level} {rule} no longer {words}" for rule in sorted(due - found)]
    if checked.report.exit_status != (1 if known.must else 0):
        told.append(f"exit {checked.report.exit_status}: {checked.report.sentence}")
    return told


def _shown(deviations: Iterable[Deviation], setting: Setting) -> set[str]:
    """`rule@encoding` of those that show in this setting."""
    return {
        f"{one.rule}@{encoding}"
        for one in deviations
        for encoding in one.encodings
        if encoding in setting.encodings and (not one.only or set(one.only) & set(setting.tags))
    }


def unlike_their_rules(known: Known, service: str = SERVICE) -> list[str]:
    """Rows whose clause or level is not that of the rule; none where the tables are in order."""
    return [
        f"{one.rule}: {one.clause}, but the rule stands on {clause}"
        for one in known
        if one.clause != (clause := stands_on(all_rules()[f"{service}/{one.rule}"], one.encodings))
    ]


def stands_on(rule: Rule, encodings: Iterable[str]) -> str:
    """The clauses of the rule in these encodings, each once; PAGE or READING where there are none."""
    if rule.basis is Basis.STANDARD:
        return "; ".join(dict.fromkeys(str(rule.cited_in(encoding)) for encoding in encodings))
    return PAGE if rule.basis is Basis.STATED else READING
