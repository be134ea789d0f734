"""The comparison as Markdown, as it stands in docs/benchmarks.md. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.side_by_side.compare import Run, by_kind, curve, only, per_run, short_of, total

BEGIN = "<!-- side by side: written by the command below -->"
END = "<!-- side by side: end -->"
MARKS = (100, 300, 600, 900, 1200, 1500, 2000, 3000, 5000)


def page(facts: Sequence[tuple[str, str]], runs: Sequence[Run], ours: str, theirs: str) -> str:
    """Facts of the run, the comparison, what each kind of defect met, and what only ours caught."""
    own, other = total(ours, runs), total(theirs, runs)
    medians = {tool: per_run(tool, runs) for tool in (ours, theirs)}
    rows = [
        ("defects caught", f"{own.caught} of {own.defects}", f"{other.caught} of {other.defects}"),
        ("seen in the report alone", f"{own.novel} of {own.defects}", f"{other.novel} of {other.defects}"),
        ("requests", f"{own.requests}", f"{other.requests}"),
        ("requests of one run, median", f"{medians[ours][0]:.0f}", f"{medians[theirs][0]:.0f}"),
        ("wall time", f"{own.seconds:.0f} s", f"{other.seconds:.0f} s"),
        ("wall time of one run, median", f"{medians[ours][1]:.1f} s", f"{medians[theirs][1]:.1f} s"),
        ("false alarms on the clean reference", str(len(own.false_alarms)), str(len(other.false_alarms))),
        ("runs cut at the time limit", str(own.cut), str(other.cut)),
    ]
    missed = short_of(own, other)
    verdict = "Every aim is met." if not missed else f"Not met: {'; '.join(missed)}."
    longest = max(run.requests for run in runs if run.tool == theirs)
    shown = curve(theirs, runs, [mark for mark in MARKS if mark < longest])
    parts = [
        table(("", ""), facts),
        table(("", ours, theirs), rows),
        f"Of the other's requests ours sent {_share(own.requests, other.requests)}, "
        f"of its wall time it took {_share(own.seconds, other.seconds)}. {verdict}",
        "\n".join((*_alarms(ours, own.false_alarms), *_alarms(theirs, other.false_alarms))),
        f"Defects that the first requests of each run of {theirs} had shown:",
        table([*(f"{mark}" for mark, _ in shown), "all"], [[*(str(count) for _, count in shown), str(other.caught)]]),
        "Caught by kind of defect:",
        table(
            ("kind of defect", "defects", ours, theirs),
            [(name, str(count), *map(str, caught)) for name, count, caught in by_kind(runs, (ours, theirs))],
        ),
        _listed(f"Only {ours} caught", only(ours, runs)),
        _listed(f"Only {theirs} caught", only(theirs, runs)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def command(arguments: Sequence[str]) -> str:
    """The command as the page shows it: without the files that it wrote."""
    kept, rest = ["python -m bench.side_by_side"], iter(arguments)
    for word in rest:
        if word in {"--json", "--write"}:
            next(rest, None)
        elif not word.startswith(("--json=", "--write=")):
            kept.append(word)
    return " ".join(kept)


def placed(document: str, text: str) -> str:
    """The document with the text between its two marks."""
    before, found, rest = document.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not found or not ended:
        raise ValueError(f"the document lacks the line {BEGIN if not found else END}")
    return f"{before}{BEGIN}\n\n{text}\n{END}{after}"


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "an unknown share"


def _alarms(tool: str, alarms: Sequence[str]) -> list[str]:
    return [f"* {tool}, clean reference: {alarm}" for alarm in alarms]


def _listed(title: str, names: Sequence[str]) -> str:
    if not names:
        return f"{title}: none."
    return f"{title} ({len(names)}):\n\n" + "\n".join(f"* `{name}`" for name in names)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of Markdown."""
    titles = tuple(head)
    lines = [titles, tuple("---" for _ in titles), *(tuple(row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
