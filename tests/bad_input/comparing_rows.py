"""Mistakes in naming runs to compare."""

from __future__ import annotations

from tests.bad_input.row import a_run, journal, loop, row, sealed_header

FIRST = "check --baseline"

ROWS = (
    row("diff: nothing", "diff", r"Missing argument 'OLD'"),
    row("diff: one run", "diff run", r"Missing argument 'NEW'", make=a_run),
    row("diff: no name", "diff '' run", r"OLD.*must not be empty", make=a_run),
    row("diff: none", "diff gone run", r"^gone: is not there; name the folder that a run wrote", make=a_run),
    row("diff: none that is newer", "diff run gone", r"^gone: is not there; name the folder", make=a_run),
    row("diff: an empty folder", "diff run empty", r"^empty: neither report\.json nor run\.jsonl here; name the folder", files={"empty": None}, make=a_run),
    row("diff: a circle of links", "diff loop loop", r"^loop: .*; name the folder", make=loop),
    row("diff: a name too long", f"diff {'x' * 300} run", r"x: cannot be read \(File name too long\); name the folder", make=a_run),
    row("diff: a page", "diff run run/report.html", r"report\.html: is no report: not JSON", make=a_run),
    row("diff: a HAR", "diff run run/evidence.har", r"evidence\.har: is no report of this suite: ", make=a_run),
    row("diff: an empty journal", "diff run other", r"other/run\.jsonl.*name the folder", files={"other/run.jsonl": ""}, make=a_run),
    row("diff: a journal of another shape", "diff run/report.json x.jsonl", r"x\.jsonl, line 1", files={"x.jsonl": sealed_header(journal=1, rules=5)}, make=a_run),
    row("diff: a report of the future", "diff run new.json", r"new\.json: a report of revision 99, and this version reads up to \d+; update billing-conformance", files={"new.json": '{"revision": 99}'}, make=a_run),
    row("diff: no such format", "diff run run --format htm", r"--format htm: no such format; did you mean html\?", make=a_run),
    row("diff: no such language", "diff run run --lang fr", r"--lang fr: known are en, es", make=a_run),
    row("diff: output is a folder", "diff run run --format json --out run", r"--out run: is a folder; name a file", make=a_run),
    row("diff: output below a file", "diff run run --format html --out run/report.json/x.html", r"--out run/report\.json/x\.html: cannot write here: .*; name another file", make=a_run),
    row("diff: no leave", "diff run run --out /proc/x", r"--out /proc/x: cannot write here: .*; name another file", make=a_run),
    row("history: nothing", "history", r"Missing argument 'RUN'"),
    row("history: some are none", "history run gone empty", r"^gone: is not there; name the folder", r"^empty: neither", files={"empty": None}, make=a_run, lines=2),
    row("history: no such format", "history run --format svg", r"--format svg: no such format; known are text, json, html", make=a_run),
    row("history: output is a folder", "history run --out run", r"--out run: is a folder; name a file", make=a_run),
    row("baseline: none", f"{FIRST} gone", r"--baseline gone: gone: is not there; name the folder"),
    row("baseline: no name", f"{FIRST} ''", r"--baseline.*must not be empty"),
    row("baseline: no report", f"{FIRST} x.json", r"--baseline x\.json: x\.json: is no report of this suite: ", files={"x.json": "{}"}),
    row("baseline: an empty journal", f"{FIRST} run", r"--baseline run: .*run\.jsonl", files=journal(b"")),
    row("baseline: with --dry-run", f"{FIRST} gone --dry-run", r"--baseline gone: gone: is not there; name the folder"),
    row("baseline: of a report", "report run --baseline gone", r"--baseline gone: gone: is not there; name the folder", make=a_run),
    row("baseline: the run itself", "report run --baseline run/report.json", r"--baseline run/report\.json: is the run itself; name an earlier one", make=a_run),
    row("baseline: the run to go on with", "check --resume run --baseline run", r"--baseline run: is the run itself; name an earlier one", make=a_run),
)  # fmt: skip
