"""Everything that a run leaves behind, held against what its readers need: valid, and without a word that acts."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema_rs
from haralyzer import HarParser
from junitparser import JUnitXml
from lxml import etree

from conformance.report.language import ENGLISH
from conformance.report.schema import report_schema
from conformance.report.writers import ALWAYS, FORMATS, html
from conformance.report.writers import known as known_formats
from conformance.run import rendering, writing
from tests.test_writers_markdown import harmless

TEMPLATES = tuple(Path(html.__file__).parent / "templates" / name for name in ("base.html.j2", "report.html.j2"))
TERMINAL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""What a terminal may obey, or a reader may be misled by."""
FILES = tuple(FORMATS[name][0] for name in ALWAYS)


class Vocabulary(HTMLParser):
    """The elements of a page, each with the names of its attributes; links, style and script by the way."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.used: set[tuple[str, str]] = set()
        self.links: set[str] = set()
        self.policies: list[str] = []
        self.sheets: list[str] = []
        self.scripts: list[str] = []
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.used.add((tag, ""))
        self.used |= {(tag, name) for name, _ in attrs}
        told = dict(attrs)
        if "href" in told:
            self.links.add(told["href"] or "")
        if (told.get("http-equiv") or "").lower() == "content-security-policy":
            self.policies.append(told.get("content") or "")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "style":
            self.sheets.append(data)
        if self._inside == "script":
            self.scripts.append(data)

    def handle_comment(self, data: str) -> None:
        self.used.add(("a comment", data))

    def handle_pi(self, data: str) -> None:
        self.used.add(("an instruction", data))

    def unknown_decl(self, data: str) -> None:
        self.used.add(("a declaration", data))


@cache
def known() -> frozenset[tuple[str, str]]:
    """The elements and attributes that the templates themselves write: no answer may add to them."""
    texts = (re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", path.read_text("utf-8"), flags=re.DOTALL) for path in TEMPLATES)
    return frozenset(pair for text in texts for pair in Vocabulary(text).used)


def strings(value: Any) -> Iterator[str]:
    """Every text of a JSON document, names included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, held in value.items():
            yield name
            yield from strings(held)
    elif isinstance(value, list):
        for held in value:
            yield from strings(held)


def wrong_text(text: str) -> bool:
    """Can it not be written as UTF-8?"""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def problems(out: Path, *secret: str) -> list[str]:
    """What is wrong with the files of a run; `secret` are texts that none of them may hold."""
    found = [f"{name} is missing" for name in (*FILES, rendering.JOURNAL) if not (out / name).is_file()]
    if found:
        return found
    return [
        *_json(out / "report.json"),
        *_har(out / "evidence.har"),
        *_junit(out / "junit.xml"),
        *_page(out / "report.html"),
        *_journal(out),
        *(f"{path.name} says {word}" for path in out.iterdir() for word in secret if word in path.read_text("utf-8")),
    ]


@cache
def _schema() -> Any:
    return jsonschema_rs.validator_for(report_schema())


def _document(path: Path) -> tuple[Any, list[str]]:
    value = json.loads(path.read_bytes().decode("utf-8"), parse_constant=lambda name: 1 / 0)
    return value, [f"{path.name}: half a surrogate pair" for text in strings(value) if wrong_text(text)]


def _json(path: Path) -> Iterator[str]:
    value, found = _document(path)
    yield from found
    yield from (f"report.json: {error.message[:200]}" for error in _schema().iter_errors(value))


def _har(path: Path) -> Iterator[str]:
    value, found = _document(path)
    yield from found
    entries = HarParser(value).har_data["entries"]
    if len(entries) != len(value["log"]["entries"]):
        yield "evidence.har: entries are lost"
    for entry in entries:
        sent, came = entry["request"], entry["response"]
        if not (
            isinstance(came["status"], int) and isinstance(came["statusText"], str) and came["headers"] is not None
        ):
            yield "evidence.har: a response without status or headers"
        if came["content"].get("encoding") == "base64":
            base64.b64decode(came["content"]["text"], validate=True)
        if not sent["method"] or not sent["url"]:
            yield "evidence.har: a request without method or address"


def _junit(path: Path) -> Iterator[str]:
    root = etree.parse(path, etree.XMLParser(resolve_entities=False, huge_tree=False)).getroot()
    cases = sum(len(suite) for suite in JUnitXml.fromfile(str(path)))
    if cases != int(root.get("tests", "-1")):
        yield f"junit.xml: {cases} cases, {root.get('tests')} counted"
    used = {str(one.tag) for one in root.iter()}
    more = used - {"testsuites", "testsuite", "testcase", "properties", "property", "failure", "skipped", "system-out"}
    yield from (f"junit.xml: {name}" for name in more)


def _page(path: Path) -> Iterator[str]:
    text = path.read_bytes().decode("utf-8")
    page = Vocabulary(text)
    yield from (f"report.html: {tag} {name}" for tag, name in sorted(page.used - known()))
    yield from (f"report.html: a link to {link}" for link in page.links if not link.startswith("#"))
    (sheet,), (script,), (policy,) = page.sheets, page.scripts, page.policies
    style, code = (base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in (sheet, script))
    if f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{code}'; " not in policy:
        yield "report.html: the policy is not that of the page"
    if TERMINAL.search(text):
        yield f"report.html: {TERMINAL.search(text)!r}"


def _journal(out: Path) -> Iterator[str]:
    log = rendering.log_of(out)
    yield from log.problems
    again = out / "again"
    writing.written(rendering.material(rendering.report_of(log), log, ENGLISH), again, ["all"])
    for name in FILES:
        if (again / name).read_bytes() != (out / name).read_bytes():
            yield f"{name} is another one when it is rendered again"
    yield from _further(again)
    shutil.rmtree(again)


def _further(folder: Path) -> Iterator[str]:
    """The formats that are written where they are asked for."""
    for name in set(known_formats(["all"])) - set(ALWAYS):
        path = folder / FORMATS[name][0]
        text = path.read_bytes().decode("utf-8").removeprefix("\ufeff" if name == "csv" else "").replace("\r\n", "\n")
        if TERMINAL.search(text):
            yield f"{path.name}: {TERMINAL.search(text)!r}"
        if path.suffix in (".json", ".jsonld"):
            yield from _document(path)[1]
    harmless((folder / "summary.md").read_text("utf-8"))
