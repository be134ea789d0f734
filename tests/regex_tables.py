"""The tables of docs/dialects.md: measured here, written by `python -m tests.regex_tables`, checked by a test.

A row is a class of texts with one pattern and one text; a column is an engine. The columns of engines that are not at
hand stay as they are when the page is written, and are not checked.
"""

from __future__ import annotations

import importlib.metadata
import platform
import sys
from pathlib import Path

from lxml import etree

from conformance.emit.dialects import translate
from conformance.run.contracts import contracts
from tests.regex_readers import Reader, readers

LIBXML2 = ".".join(map(str, etree.LIBXML_VERSION))
PAGE = Path(__file__).resolve().parent.parent / "docs" / "dialects.md"
FIELDS = {member.name: member for member in contracts()["collection-policy"].operation.request.fields}
STATED = {
    f"*{label}*": FIELDS[name].constraint("pattern").pattern
    for label, name in (("mail", "Email"), ("decimal", "MinimumInterest"), ("integer", "MaximumTermDays"))
}
# fmt: off
WRITTEN = [
    ("ordinary ASCII", r"^\w+\d$", "ab_1"),
    ("address with a letter beyond ASCII", "*mail*", "ñ@b.co"),
    ("address, trailing line feed", "*mail*", "a@b.co\n"),
    ("no anchors: a part of the text", "a", "ba"),
    ("no anchors: alternatives", "a|ab", "ab"),
    ("anchors in one alternative each", "^a|b$", "ax"),
    ("empty text", "^a$", ""),
    ("trailing line feed", "^a$", "a\n"),
    ("line feed that the class holds", r"^\s+$", " \n"),
    ("carriage return and the dot", ".", "\r"),
    ("line separator and the dot", ".", "\u2028"),
    ("Arabic digits", r"\d", "٦"),
    ("full-width digit", r"\d", "１"),
    ("letter beyond ASCII", r"\w", "ñ"),
    ("combining mark", r"\w", "\u0301"),
    ("underscore", r"\w", "_"),
    ("other connector punctuation", r"\w", "\u203f"),
    ("sign that XSD calls a word character", r"\w", "+"),
    ("no-break space", r"\s", "\u00a0"),
    ("next line", r"\s", "\u0085"),
    ("byte order mark", r"\s", "\ufeff"),
    ("vertical tab", r"\s", "\x0b"),
    ("letter beyond U+FFFF", r"\w", "\U0001d41a"),
    ("anything beyond U+FFFF", ".", "\U0001d41a"),
    ("half of a surrogate pair", ".", "\ud835"),
    ("group without capture", "(?:a)", "a"),
    ("named group", "(?<n>a)", "a"),
    ("dash behind a class", r"[\w-.]", "-"),
    ("repetition without a lower bound", "a{,2}", "aa"),
    ("class taken from a class", "[a-c-[b]]", "c"),
    ("POSIX class", "[[:alpha:]]", "b"),
    ("bracket that is first in its class", "[]a]", "a"),
    ("Unicode category", r"\p{L}", "a"),
]
TRANSLATED = [
    ("address of ASCII", "*mail*", "a.b-c_d@sub.dom.com.mx"),
    ("address with a plus", "*mail*", "a+b@b.co"),
    ("address with a letter beyond ASCII", "*mail*", "ñ@b.co"),
    ("address with a composed letter", "*mail*", "jose\u0301@b.co"),
    ("address with connector punctuation", "*mail*", "a\u203fb@b.co"),
    ("address with a letter beyond U+FFFF", "*mail*", "\U0001d41a@b.co"),
    ("address, trailing line feed", "*mail*", "a@b.co\n"),
    ("Arabic digits", "*decimal*", "٦١"),
    ("full-width digit", "*integer*", "１"),
    ("no text", "*integer*", ""),
    ("number, trailing line feed", "*integer*", "6\n"),
    ("no anchors: a part of the text", "a", "ba"),
    ("anchors in one alternative each", "^a|b$", "ax"),
    ("line feed that the class holds", r"^\s+$", " \n"),
    ("carriage return and the dot", "^.$", "\r"),
    ("line separator and the dot", "^.$", "\u2028"),
    ("underscore", r"^\w$", "_"),
    ("no-break space", r"^\s$", "\u00a0"),
    ("vertical tab", r"^\s$", "\x0b"),
    ("anything beyond U+FFFF", "^.$", "\U0001d41a"),
    ("half of a surrogate pair", "^.$", "\ud835"),
    ("lazy repetition", "^a+?$", "aaa"),
    ("named group", "^(?<n>a)$", "a"),
    ("dash behind a class", r"^[\w-.]$", "-"),
]
# fmt: on
TABLES = {
    "as written": (WRITTEN, ["dotnet", "node", "node-u", "python", "jsonschema-rs", "lxml", "xmlschema"]),
    "translated": (
        TRANSLATED,
        [
            "opinion",
            "jsonschema",
            "jsonschema-rs",
            "jsonschema-rs regex",
            "node",
            "node-u",
            "python",
            "lxml",
            "xmlschema",
        ],
    ),
}
TITLES = {
    "dotnet": ".NET", "node": "Node", "node-u": "Node, `u`", "python": "Python `re`", "opinion": "our second opinion",
    "jsonschema-rs regex": "jsonschema-rs, `regex`", "lxml": "libxml2",
}  # fmt: skip
CELLS = {True: "yes", False: "no"}
Table = list[list[str]]


def cell(reader: Reader, pattern: str, text: str) -> str:
    """`refused`: the engine does not take the pattern; `–`: it cannot be given the text."""
    answer, sign = reader.read(pattern, [text, "a"])
    return CELLS.get(answer, "refused" if sign is None else "–")


def table(name: str, found: dict[str, Reader], before: Table | None = None) -> Table:
    """Head and rows of the table. Cells of engines that are not at hand are taken from what was there before."""
    rows, columns = TABLES[name]
    old = {tuple(row[:3]): dict(zip(before[0], row, strict=True)) for row in before[1:]} if before else {}
    head = ["texts", "pattern", "text", *(TITLES.get(column, column) for column in columns)]
    lines = [head]
    for what, pattern, text in rows:
        start = [what, pattern if pattern in STATED else _code(pattern), _code(_visible(text)) if text else "(empty)"]
        line = list(start)
        for column in columns:
            if column not in found:
                line.append(old.get(tuple(start), {}).get(TITLES.get(column, column), "?"))
                continue
            reader, spelt = found[column], STATED.get(pattern, pattern)
            if name == "translated":
                spelt = translate(spelt, reader.dialect)
            line.append(cell(reader, spelt, text))
        lines.append(line)
    return lines


def _visible(text: str) -> str:
    """Characters that print nothing, or print oddly, as their code."""
    shown = {"\n": r"\n", "\r": r"\r"}
    odd = {char for char in text if not char.isprintable() or char == "\u0301"} - shown.keys()
    return "".join(f"U+{ord(char):04X}" if char in odd else shown.get(char, char) for char in text)


def _code(text: str) -> str:
    return f"`{text}`"


def render(lines: Table) -> str:
    """Markdown; a bar in a cell is escaped."""
    texts = [[text.replace("|", "\\|") for text in line] for line in lines]
    texts.insert(1, ["---"] * len(texts[0]))
    return "".join(f"| {' | '.join(line)} |\n" for line in texts)


def parsed(page: str, name: str) -> Table:
    """The table as the page has it."""
    body = part(page, name)[1]
    lines = [line for line in body.splitlines() if line.startswith("|") and not line.startswith("| ---")]
    kept = [line.replace("\\|", "\0").strip("| ").split(" | ") for line in lines]
    return [[text.strip().replace("\0", "|") for text in line] for line in kept]


def part(page: str, name: str) -> tuple[str, str, str]:
    """What is before, between and behind the marks of the table."""
    before, _, rest = page.partition(f"<!-- {name} -->\n")
    body, _, after = rest.partition(f"<!-- end of {name} -->\n")
    return before, body, after


def versions() -> str:
    """With what the tables were measured; Node and .NET are named by hand in the page."""
    libraries = [f"{name} {importlib.metadata.version(name)}" for name in ("jsonschema", "jsonschema-rs", "xmlschema")]
    return ", ".join([f"Python {platform.python_version()}", *libraries, f"libxml2 {LIBXML2}"])


def main() -> None:
    """Write the tables again."""
    page = PAGE.read_text(encoding="utf-8")
    with readers() as found:
        for name in TABLES:
            before, body, after = part(page, name)
            lines = table(name, found, parsed(page, name) if "|" in body else None)
            page = f"{before}<!-- {name} -->\n{render(lines)}<!-- end of {name} -->\n{after}"
        print("measured with:", versions())
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
