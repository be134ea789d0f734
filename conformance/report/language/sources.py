"""Everything that the catalogues must hold: the package's messages, its pages, its data. And the catalogues written.

For maintainers, and for the test that nothing is missing: `python -m conformance.report.language.sources` brings the
catalogues up to date (translations stay, what is obsolete goes, what is new is empty) and compiles them; with `--check`
it says what is not complete. A run never loads it.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes

from conformance.report.language.catalogue import DOMAIN, FOLDER
from conformance.report.language.comments import comments
from conformance.report.language.environment import CODES
from conformance.report.language.extraction import messages, path_is_for_people
from conformance.report.language.foreign import LIBRARIES, WORDS
from conformance.report.language.templates import PLACE

PACKAGE = Path(__file__).resolve().parents[2]
ROOT = PACKAGE.parent
HEAD = """\
{name} of billing-conformance. The English text of a message is the message itself.
How it is to be written: docs/language.md.
"""
NAMES = {"en": "English", "es": "Spanish"}


def found() -> Iterator[tuple[str, str]]:
    """Every message with the file that it is from."""
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        if path_is_for_people(place):
            for _, message in messages(path.read_text("utf-8")):
                yield message, place
    yield from _pages()
    yield from _commented()
    yield from _data()
    yield from ((message, "conformance/report/language/foreign.py") for message in (*LIBRARIES, *WORDS))


def _pages() -> Iterator[tuple[str, str]]:
    for path in sorted((PACKAGE / "report" / "writers" / "templates").glob("*.j2")):
        for call in Environment(autoescape=True).parse(path.read_text("utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "t" and call.args:
                for literal in _literals(call.args[0]):
                    yield literal, path.relative_to(ROOT).as_posix()


def _literals(node: nodes.Node) -> Iterator[str]:
    """The literals that an expression of a page chooses from."""
    if isinstance(node, nodes.Const):
        yield str(node.value)
    elif isinstance(node, nodes.CondExpr):
        for chosen in (node.expr1, node.expr2):
            yield from _literals(chosen) if chosen is not None else ()


PLACED = "\n# {name} is filled in from the values below, or written out here."
"""The one comment of the template that is made with a name."""


def _commented() -> Iterator[tuple[str, str]]:
    template = PACKAGE / "target" / "file" / "template.py"
    folder = template.parent / "templates"
    for path in (template, *sorted(folder.glob("*.toml"))):
        text = path.read_text("utf-8")
        if path is template:
            text = text[: text.index("def render")] + PLACED
        for comment in comments(text):
            yield comment.replace("${{", "${"), path.relative_to(ROOT).as_posix()


def _data() -> Iterator[tuple[str, str]]:
    templates = [re.compile(_pattern(text), re.DOTALL) for text in _errata_templates()]
    for path in sorted((ROOT / "schemas").glob("*/contract.json")):
        contract = json.loads(path.read_text("utf-8"))
        place = path.relative_to(ROOT).as_posix()
        texts = [text for one in contract.get("errata", ()) for text in (one["statement"], one["consequence"])]
        if contract.get("effect"):
            texts.append(contract["effect"])
        yield from ((text, place) for text in texts if not any(one.fullmatch(text) for one in templates))
    for path in sorted((ROOT / "cases").glob("*/*.toml")):
        place = path.relative_to(ROOT).as_posix()
        yield from ((case["title"], place) for case in tomllib.loads(path.read_text("utf-8")).get("case", ()))


def _errata_templates() -> Iterator[str]:
    for path in sorted((PACKAGE / "documents").rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        if path_is_for_people(place):
            yield from (text for _, text in messages(path.read_text("utf-8")) if len(PLACE.sub("", text)) > 12)


def _pattern(template: str) -> str:
    return "(?:.+)".join(re.escape(text) for text in PLACE.split(template)[::2])


_KEPT = ("Language", "Plural-Forms", "MIME-Version", "Content-Type", "Content-Transfer-Encoding")
"""Of the head of a catalogue what a reader needs."""


def template() -> Catalog:
    """The messages of now, without translations."""
    catalog = Catalog(domain=DOMAIN, project="billing-conformance", charset="utf-8")
    for message, place in found():
        catalog.add(message, locations=[(place, 0)])
    return catalog


def path_of(code: str) -> Path:
    """The catalogue of a language, for people to edit."""
    return FOLDER / code / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(code: str) -> Catalog:
    """The catalogue as it is on disk, empty where there is none."""
    path = path_of(code)
    if not path.is_file():
        return Catalog(locale=code, domain=DOMAIN, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=code, domain=DOMAIN)


def merged(code: str) -> Catalog:
    """The messages of now with the translations on disk. English is its own translation."""
    old, new = read(code), template()
    catalog = Catalog(
        locale=code,
        domain=DOMAIN,
        project="billing-conformance",
        header_comment=_head(code),
        charset="utf-8",
        fuzzy=False,
    )
    for message in new:
        if message.id:
            kept = old.get(message.id)
            text = message.id if code == "en" else (kept.string if kept is not None else "")
            comments_ = kept.user_comments if kept is not None else ()
            catalog.add(message.id, text, locations=message.locations, user_comments=comments_)
    return catalog


def _head(code: str) -> str:
    return "\n".join(f"# {line}" for line in HEAD.format(name=NAMES[code]).splitlines())


def written(catalog: Catalog) -> bytes:
    """The catalogue as text, without what changes from day to day."""
    out = BytesIO()
    write_po(out, catalog, width=0, omit_header=False, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
    return re.sub(
        rb'"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By|'
        rb"Report-Msgid-Bugs-To): .*\n",
        b"",
        out.getvalue(),
    )


def compiled(catalog: Catalog) -> bytes:
    """The catalogue for the machine; what has no translation is left out."""
    steady = _Steady(locale=catalog.locale, domain=DOMAIN, charset="utf-8")
    for message in catalog:
        if message.id:
            steady[message.id] = message
    out = BytesIO()
    write_mo(out, steady)
    return out.getvalue()


class _Steady(Catalog):
    """A catalogue whose head is the same tomorrow and with the next Babel."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [(name, value) for name, value in super().mime_headers if name in _KEPT]


def faults(code: str) -> Iterator[str]:
    """What is not complete or not fresh in a catalogue, a line each."""
    old, new = read(code), template()
    ids = {message.id for message in new if message.id}
    for message in old:
        if not message.id:
            continue
        shown = str(message.id)
        if message.id not in ids:
            yield f"{code}: obsolete: {shown}"
        if message.fuzzy:
            yield f"{code}: fuzzy: {shown}"
        if not message.string:
            yield f"{code}: not translated: {shown}"
        elif sorted(PLACE.findall(shown)) != sorted(PLACE.findall(str(message.string))):
            yield f"{code}: other places than in the message: {shown}"
    here = {message.id for message in old}
    yield from (f"{code}: missing: {one}" for one in sorted(ids - here, key=str))
    path = path_of(code).with_suffix(".mo")
    if not path.is_file() or path.read_bytes() != compiled(old):
        yield f"{code}: {path.name} is not compiled from {path_of(code).name}"


def main(arguments: list[str]) -> int:
    """Bring the catalogues up to date, or say what is wrong with them."""
    wrong: list[str] = []
    for code in CODES:
        if "--check" not in arguments:
            path = path_of(code)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(written(merged(code)))
            path.with_suffix(".mo").write_bytes(compiled(read(code)))
        wrong += faults(code)
    sys.stdout.write("".join(f"{line}\n" for line in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
