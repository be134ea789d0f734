"""The engines that read a pattern, each in the spelling that is written for it: pattern and texts → yes, no or None.

None for a text stands for one that the engine's data format cannot carry (a control character in XML), None for all of
them for a pattern that the engine refuses. Node and .NET take part where they are at hand, in one process each for a
test run; .NET comes from the package index (`pip install dotnetcore2 pythonnet`).
"""

from __future__ import annotations

import json
import re
import select
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import jsonschema
import jsonschema_rs
import xmlschema
from lxml import etree

from conformance import facets
from conformance.judge.opinion import Validator
from conformance.patterns import Unsupported

Answers = list[bool | None]
PATIENCE = 60
NODE = """
const test = ({pattern, texts, flags}) => {
  let read;
  try { read = new RegExp(pattern, flags); } catch { return null; }
  return texts.map(text => read.test(text));
};
require("readline").createInterface({input: process.stdin}).on("line", line => {
  console.log(JSON.stringify(line ? test(JSON.parse(line)) : process.versions.node));
});
"""
NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Ask = Callable[..., object]


@dataclass(frozen=True)
class Reader:
    """One engine. `dialect` is the spelling that it reads; `documents` is the one in which the documents print."""

    name: str
    dialect: str
    read: Callable[[str, Sequence[str]], Answers]


def present() -> dict[str, bool]:
    """The engines that a machine may lack."""
    net = find_spec("dotnetcore2") is not None and find_spec("clr_loader") is not None
    return {"node": shutil.which("node") is not None, "dotnet": net}


@contextmanager
def readers() -> Iterator[dict[str, Reader]]:
    """All engines at hand, by name."""
    found = list(HERE)
    with _process(["node", "-e", NODE], "node") as node, _process(DOTNET, "dotnet") as dotnet:
        if node is not None:
            found += [
                Reader("node", "ecma", lambda pattern, texts: node(pattern=pattern, texts=texts, flags="")),
                Reader("node-u", "ecma", lambda pattern, texts: node(pattern=pattern, texts=texts, flags="u")),
            ]
        if dotnet is not None:
            found.append(Reader("dotnet", "documents", lambda pattern, texts: dotnet(pattern=pattern, texts=texts)))
        yield {reader.name: reader for reader in found}


@contextmanager
def _process(command: list[str], name: str) -> Iterator[Ask | None]:
    """A function that asks the engine's process for one line."""
    if not present()[name]:
        yield None
        return
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="ascii"
    ) as process:

        def ask(**question: object) -> object:
            process.stdin.write(json.dumps(question) + "\n" if question else "\n")
            process.stdin.flush()
            if not select.select([process.stdout], [], [], PATIENCE)[0]:
                process.kill()
                raise TimeoutError(f"{name} did not answer within {PATIENCE} seconds: {question}")
            line = process.stdout.readline()
            assert line, f"{name} ended at {question}"
            answer = json.loads(line)
            return [None] * len(question["texts"]) if question and answer is None else answer

        yield ask
        process.stdin.close()


DOTNET = [sys.executable, "-P", str(Path(__file__).with_name("regex_dotnet.py"))]


# --- those that are always there --------------------------------------------------------------------------------------


def _decides(pattern: str, texts: Sequence[str]) -> Answers:
    with warnings.catch_warnings():
        # Python warns of `[[a]`, which will mean something else one day.
        warnings.simplefilter("ignore", FutureWarning)
        try:
            return [facets.matches(pattern, text) for text in texts]
        except re.error:
            return [None] * len(texts)


def _search(pattern: str, texts: Sequence[str]) -> Answers:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        try:
            compiled = re.compile(pattern)
        except re.error:
            return [None] * len(texts)
        return [compiled.search(text) is not None for text in texts]


def _jsonschema(kind: Callable[[object], object]) -> Callable[[str, Sequence[str]], Answers]:
    def read(pattern: str, texts: Sequence[str]) -> Answers:
        validator = kind({"type": "string", "pattern": pattern})
        try:
            return [validator.is_valid(text) for text in texts]
        except (re.error, Unsupported):
            return [None] * len(texts)

    return read


def _rust(options: object) -> Callable[[str, Sequence[str]], Answers]:
    def read(pattern: str, texts: Sequence[str]) -> Answers:
        try:
            validator = jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=options)
        except (jsonschema_rs.ValidationError, UnicodeEncodeError):
            return [None] * len(texts)
        # Rust's texts are UTF-8, which has no half of a surrogate pair.
        return [validator.is_valid(text) if _whole_characters(text) else None for text in texts]

    return read


def _whole_characters(text: str) -> bool:
    return not any(0xD800 <= ord(char) <= 0xDFFF for char in text)


def xsd(pattern: str) -> str:
    """A schema whose only element is a text of that pattern."""
    return (
        '<s:schema xmlns:s="http://www.w3.org/2001/XMLSchema"><s:element name="v"><s:simpleType>'
        f'<s:restriction base="s:string"><s:pattern value={quoteattr(pattern)}/></s:restriction>'
        "</s:simpleType></s:element></s:schema>"
    )


def document(text: str) -> str:
    """The text in an element; a carriage return is written so that a parser leaves it alone."""
    return f"<v>{escape(text, {chr(13): '&#13;'})}</v>"


def _lxml(pattern: str, texts: Sequence[str]) -> Answers:
    try:
        schema = etree.XMLSchema(etree.fromstring(xsd(pattern)))
    except (etree.XMLSchemaParseError, etree.XMLSyntaxError):
        return [None] * len(texts)
    return [None if NO_XML.search(text) else schema.validate(etree.fromstring(document(text))) for text in texts]


def _xmlschema(pattern: str, texts: Sequence[str]) -> Answers:
    try:
        schema = xmlschema.XMLSchema10(xsd(pattern))
    except xmlschema.XMLSchemaException:
        return [None] * len(texts)
    return [None if NO_XML.search(text) else schema.is_valid(document(text)) for text in texts]


HERE = (
    Reader("decides", "documents", _decides),
    Reader("python", "python", _search),
    Reader("opinion", "ecma", _jsonschema(Validator)),
    Reader("jsonschema", "ecma", _jsonschema(jsonschema.Draft202012Validator)),
    Reader("jsonschema-rs", "ecma", _rust(jsonschema_rs.FancyRegexOptions())),
    Reader("jsonschema-rs regex", "ecma", _rust(jsonschema_rs.RegexOptions())),
    Reader("lxml", "xsd", _lxml),
    Reader("xmlschema", "xsd", _xmlschema),
)
