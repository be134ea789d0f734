"""`conformance diff`, `conformance history` and `--baseline`: runs read from their folders and held against each other.

A run without a report is reported from its journal, in memory. Nothing is sent, and nothing but `--out` written.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.errors import ConformanceError, hint
from conformance.report.comparing import compare, status
from conformance.report.comparing.snapshot import Snapshot, of_document, of_report
from conformance.report.files import put
from conformance.report.language import Language, language_of
from conformance.report.reading import FILE, read_report
from conformance.run import rendering
from conformance.run.contracts import all_rules

if TYPE_CHECKING:
    from rich.console import Console

FORMS = ("text", "json", "html")
WIDTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A run that was read back; `statements` are its rules as sentences, by id."""

    snapshot: Snapshot
    statements: Mapping[str, str]


def earlier(run: Path) -> Earlier:
    """A run, named by its folder, its `report.json` or its journal."""
    if _is_journal(run):
        return _of_journal(run)
    document = read_report(run)
    return Earlier(
        snapshot=of_document(document), statements={key: rule["statement"] for key, rule in document["rules"].items()}
    )


def _is_journal(run: Path) -> bool:
    """A journal alone, or the folder of a run that has no report; a ConformanceError where there is no run at all."""
    try:
        if not run.exists():
            raise ConformanceError(f"{run}: is not there; name the folder that a run wrote")
        if not run.is_dir():
            return run.suffix == Path(rendering.JOURNAL).suffix
        if (run / FILE).exists():
            return False
        if (run / rendering.JOURNAL).is_file():
            return True
    except OSError as error:
        text = f"{run}: cannot be read ({error.strerror}); name the folder that a run wrote"
        raise ConformanceError(text) from None
    raise ConformanceError(f"{run}: neither {FILE} nor {rendering.JOURNAL} here; name the folder that a run wrote")


def _of_journal(run: Path) -> Earlier:
    report = rendering.report_of(rendering.log_of(run))
    rules = all_rules()
    statements = {verdict.rule: rules[verdict.rule].statement for verdict in report.verdicts if verdict.rule in rules}
    return Earlier(snapshot=of_report(report), statements=statements)


def baseline_of(run: Path | None, own: Path | None = None) -> Snapshot | None:
    """What `--baseline` names, read before anything is sent; `own` is the folder of the run that is compared."""
    if run is None:
        return None
    if own is not None and _folder(own) == _folder(run):
        raise ConformanceError(f"--baseline {run}: is the run itself; name an earlier one")
    try:
        return earlier(run).snapshot
    except ConformanceError as error:
        raise ConformanceError(f"--baseline {run}: {error}") from None


def _folder(run: Path) -> Path:
    path = run.absolute()
    with suppress(OSError, RuntimeError):
        path = path.resolve()
    return path.parent if path.is_file() else path


def diff(old: Path, new: Path, form: str, out: Path | None, *, strict: bool, lang: str | None) -> int:
    """Tell what changed from the one run to the other; the exit status."""
    language = _language(form, lang)
    then, now = earlier(old), earlier(new)
    comparison = compare(then.snapshot, now.snapshot, strict=strict)
    statements = {**then.statements, **now.statements}
    if form == "text":
        from conformance.report.comparing.terminal import told  # noqa: PLC0415 - the other forms need no rich

        _told(lambda console: told(comparison, console, statements, language), out)
    elif form == "json":
        from conformance.report.comparing.document import write  # noqa: PLC0415 - as above

        _written(write(comparison, statements), out)
    else:
        from conformance.report.comparing.page import page  # noqa: PLC0415 - only a page needs Jinja

        _written(page(comparison, statements, language), out)
    return status(comparison)


def history(runs: Sequence[Path], form: str, out: Path | None, *, lang: str | None) -> int:
    """Tell how runs went over time; the exit status, which says nothing of them."""
    from conformance.report.history import history_of  # noqa: PLC0415 - `diff` does without

    language = _language(form, lang)
    found = history_of(_all(runs))
    if form == "text":
        from conformance.report.history.terminal import told  # noqa: PLC0415 - the other forms need no rich

        _told(lambda console: told(found, console, language), out)
    elif form == "json":
        from conformance.report.history.document import write  # noqa: PLC0415 - as above

        _written(write(found), out)
    else:
        from conformance.report.history.page import page  # noqa: PLC0415 - only a page needs Jinja

        _written(page(found, language), out)
    return 0


def _all(runs: Sequence[Path]) -> list[Snapshot]:
    """Every run; one error that names all that cannot be read, since a trend with holes would not show them."""
    found, wrong = [], []
    for run in dict.fromkeys(runs):
        try:
            found.append(earlier(run).snapshot)
        except ConformanceError as error:
            wrong.append(str(error))
    if wrong:
        raise ConformanceError("\n".join(wrong))
    return found


def _language(form: str, lang: str | None) -> Language:
    if form not in FORMS:
        raise ConformanceError(f"--format {form}: no such format{hint(form, FORMS)}")
    return language_of(lang)


def _told(tell: Callable[[Console], None], out: Path | None) -> None:
    from io import StringIO  # noqa: PLC0415 - only with the next

    from rich.console import Console  # noqa: PLC0415 - a page needs none

    if out is None:
        # rich ends the process where the reader of a pipe went away; the status must survive that.
        with suppress(OSError, SystemExit):
            # A log is not a terminal of 80 columns.
            tell(Console(width=None if sys.stdout.isatty() else WIDTH))
        return
    kept = StringIO()
    tell(Console(file=kept, width=WIDTH))
    _written(kept.getvalue().encode("utf-8"), out)


def _written(content: bytes, out: Path | None) -> None:
    if out is None:
        try:
            # A document is UTF-8 whatever the terminal is.
            sys.stdout.buffer.write(content)
            sys.stdout.flush()
        except BrokenPipeError:
            pass
        except OSError as error:
            raise ConformanceError(f"it cannot be printed: {error.strerror}; name a file with --out") from error
        return
    try:
        out.absolute().parent.mkdir(parents=True, exist_ok=True)
        if out.is_dir():
            raise ConformanceError(f"--out {out}: is a folder; name a file")
        if out.is_symlink() or (out.exists() and not out.is_file()):
            # /dev/stdout and its like are written to; a file put in their place would stay there.
            out.write_bytes(content)
        else:
            put(out, content)
    except OSError as error:
        raise ConformanceError(
            f"--out {out}: cannot write here: {error.strerror or error}; name another file"
        ) from None
