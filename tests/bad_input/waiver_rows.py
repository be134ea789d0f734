"""Mistakes in a waivers file."""

from __future__ import annotations

from tests.bad_input.row import RULE, Row, a_run, row

GOOD = f'rule = "{RULE}"\nreason = "known"\nowner = "Ana"\nexpiry = 2026-12-31\n'
CHECK = "check --waivers waivers.toml"


def file(name: str, text: str | bytes, *says: str, lines: int = 1, words: str = CHECK) -> Row:
    """A row about a waivers file."""
    return row(f"waivers: {name}", words, *says, files={"waivers.toml": text}, lines=lines)


def line(name: str, old: str, new: str, *says: str, lines: int = 1) -> Row:
    """A row about one waiver that is right but for a line of it."""
    key = old.partition(" ")[0]
    found = next(one for one in GOOD.splitlines(keepends=True) if one.startswith(f"{key} "))
    return file(name, f"[[waiver]]\n{GOOD.replace(found, new)}", r"^waivers\.toml, line \d: ", *says, lines=lines)


def more(name: str, text: str, *says: str, lines: int = 1) -> Row:
    """A row about one waiver with a line too many."""
    return file(name, f"[[waiver]]\n{GOOD}{text}\n", *says, lines=lines)


# fmt: off

ROWS = (
    row("waivers: no file", CHECK, r"^waivers\.toml cannot be read \(No such file or directory\); name the file that has the \[\[waiver\]\] tables$"),
    row("waivers: a folder", CHECK, r"^waivers\.toml cannot be read \(Is a directory\); name the file", files={"waivers.toml": None}),
    row("waivers: no name", "check --waivers ''", r"--waivers.*must not be empty; is a variable of the shell not set\?"),
    file("no TOML", "[[waiver]]\nrule = \n", r"^waivers\.toml, line 2, column 8: this is no TOML: invalid value"),
    file("no UTF-8", b'[[waiver]]\nreason = "\xe9"\n', r"^waivers\.toml, line 2: byte 21 is not UTF-8; save the file as UTF-8"),
    file("no such day", "[[waiver]]\nexpiry = 2026-02-30\n", r"^waivers\.toml, line 2, .*invalid date"),
    file("key at the top", 'rule = "*"\n', r"^waivers\.toml: rule: unknown key"),
    file("another table", f"[[waivers]]\n{GOOD}", r"^waivers\.toml: waivers: unknown key; did you mean waiver\?"),
    file("one table", f"[waiver]\n{GOOD}", r"^waivers\.toml: waiver: must be written as \[\[waiver\]\], once for each"),
    file("a list of something else", 'waiver = ["*"]\n', r"^waivers\.toml: waiver: must be written as \[\[waiver\]\]"),
    file("empty waiver", "[[waiver]]\n", r"line 1: rule: is required; name a rule, or a glob of rules; `conformance rules` lists them", r"line 1: reason: is required; say why the failure may stand", r"line 1: owner: is required; name who answers for it", r"line 1: expiry: is required; give the last day on which it holds, such as 2026-12-31", lines=4),
    file("mistakes of two", '[[waiver]]\nrule = "*/Emial/pattern"\nowner = 5\n\n[[waiver]]\n' + GOOD + 'tiket = "QA-9"\n', r"line 2: rule: \*/Emial/pattern matches no rule; did you mean \*/Email/pattern\?", r"line 3: owner: must be a text in quotes", r"line 10: tiket: unknown key; did you mean ticket\?", lines=5),
    line("glob of nothing", "rule", 'rule = "*/zzz"\n', r"rule: \*/zzz matches no rule; `conformance rules` lists them"),
    line("rule: a slip", "rule", 'rule = "collection-policy/request/Emial/pattern"\n', rf"did you mean {RULE}"),
    line("rule: blank", "rule", 'rule = " "\n', r"rule: must not be empty; name a rule"),
    line("rule: a list", "rule", f'rule = ["{RULE}"]\n', r"rule: must be a text in quotes"),
    line("reason: unchanged", "reason", 'reason = "CHANGE ME"\n', r'reason: is "CHANGE ME" still; say why the failure may stand'),
    line("reason: unchanged in another case", "reason", 'reason = "  Change-me! "\n', r'reason: is "Change-me!" still; say why'),
    line("reason: empty", "reason", 'reason = ""\n', r"reason: must not be empty; say why"),
    line("reason: a dash", "reason", 'reason = " - "\n', r"reason: must not be empty; say why"),
    line("owner: unchanged", "owner", 'owner = "change me"\n', r'owner: is "change me" still; name who answers for it'),
    line("owner: none", "owner", "", r"line 1: owner: is required; name who answers for it"),
    line("expiry: a word", "expiry", 'expiry = "soon"\n', r"expiry: must be a date; give the last day on which it holds, such as 2026-12-31"),
    line("expiry: no such day", "expiry", 'expiry = "2026-02-30"\n', r"expiry: there is no day 2026-02-30; give the last day"),
    line("expiry: another form", "expiry", 'expiry = "20261231"\n', r"expiry: must be a date"),
    line("expiry: a number", "expiry", "expiry = 2026\n", r"expiry: must be a date"),
    line("expiry: with a time", "expiry", "expiry = 2026-12-31T10:00:00Z\n", r"expiry: must be a date without a time, such as 2026-12-31"),
    more("encodings: unknown", 'encodings = ["json", "jsn"]', r"line 6: encodings: there is no encoding 'jsn'; did you mean json\?"),
    more("encodings: of another service", 'encodings = ["soap-1.1"]', rf"encodings: no rule that matches {RULE} exists in soap-1\.1; there are json, xml"),
    more("encodings: none", "encodings = []", r"encodings: must name at least one of json, xml, form, or be left out for all"),
    more("encodings: a text", 'encodings = "json"', r"encodings: must be a list"),
    more("encodings: a number", "encodings = [1]", r"encodings: must hold texts in quotes"),
    more("target: empty", 'target = ""', r"target: must not be empty; give one, or leave it out"),
    more("ticket: a number", "ticket = 9", r"ticket: must be a text in quotes"),
    more("ticket: unchanged", 'ticket = "CHANGE ME"', r'ticket: is "CHANGE ME" still; give one, or leave it out'),
    file("the same twice", f"[[waiver]]\n{GOOD}\n[[waiver]]\n{GOOD}".replace('"Ana"', '"Bea"', 1), r"^waivers\.toml, line 8: rule: the waiver of line 1 names the same; keep one of them$"),
    row("waivers: with a folder for the run", f"{CHECK} --out run", r"line 3: reason: is", files={"waivers.toml": f"[[waiver]]\n{GOOD}".replace("known", "CHANGE ME")}),
    row("waivers: of a report", "report run --waivers waivers.toml --out again", r'^waivers\.toml, line 3: reason: is "CHANGE ME" still', files={"waivers.toml": f"[[waiver]]\n{GOOD}".replace("known", "CHANGE ME")}, make=a_run),
)
