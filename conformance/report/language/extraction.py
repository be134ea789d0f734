"""What of the package is for people, found in its source: the messages that the catalogues must have.

For maintainers; a run never loads it. An f-string becomes a template whose places are named after what stands in them;
a choice between two literals gives a message each. Text that is not for people is told by its shape, and by the two
tables of reasons below.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from typing import TypeGuard

from conformance.report.language.naming import name_of
from conformance.report.language.templates import PLACE

Part = str | tuple[str]
"""A text, or the name of a place in a tuple of one."""
_MOST = 16
"""Messages that one expression may give; past that its choices are messages of their own."""

NOT_FOR_PEOPLE: tuple[tuple[str, str], ...] = (
    ("conformance/reference/*", "what the reference answers is a server's text"),
    ("conformance/report/language/*", "the languages themselves"),
    ("conformance/emit/*", "schemas and descriptions are documents of their own, in English"),
    ("conformance/documents/asmx/notes.py", "the ledger of a document, in contract.json"),
    ("conformance/documents/asmx/words.py", "words of page generators"),
    ("conformance/documents/helppage/annotations.py", "words of page generators"),
    ("conformance/documents/helppage/printed.py", "words of page generators"),
    ("conformance/documents/helppage/sections.py", "words of page generators"),
    ("conformance/documents/helppage/typewords.py", "words of page generators"),
    ("conformance/target/file/template.py", "TOML, whose comments are messages line by line"),
)
FOR_PEOPLE_AFTER_ALL = (
    "conformance/reference/defect*.py",
    "conformance/reference/prove.py",
    "conformance/emit/bounds.py",
    "conformance/emit/contract_json.py",
    "conformance/report/language/__init__.py",
)

NOT_SAID: tuple[tuple[str, str], ...] = (
    (r"^<|xmlns|</", "markup"),
    (r"\(\?P<|\\b|\\d|\\S|\\s", "a regular expression"),
    (r"^(dict|list|tuple)\[|^int \| None", "a type"),
    (r"-(src|uri|action) '", "a policy of a page"),
    (r"^/\* |^Cobros & Pagos |^Basic \{|^Accept: |^(binding|tipos) = |\{text\} end$", "what is sent or pasted"),
    (r"^\S+; ?charset=|^application/|^text/", "a media type"),
    (r"^(bold|whole|exact|dim|red)( (green|red|yellow|exact))?$", "a style"),
    (r"^xs:\w+ xs:", "names of XML Schema"),
    (r"^(RFC|XML|WHATWG|SOAP|WS-I|OWASP|HTTP)[ \d.]*(RFC|§|R\d|Part)", "a citation"),
    (r"^(No visitor defined|Unexpected tag|Unknown fault occured|Tunnel connection failed.*)$", "a library's text"),
    (r"^(no element found|unclosed token|partial character|unclosed CDATA section|chunk size)$", "a library's text"),
    (r"^(Input should be|Value error, |Cannot overwrite a value)$", "a library's text"),
    (r"^(rest|soap) with(out)? ", "the name of a family of decision rules"),
    (r"^uno dos@|^no es base64!$", "a value that is sent"),
    (r"^(a=b|\{\w+\}=\{\w+\})", "an assignment"),
    (r"^curl |^PRAGMA |^#!|^\\{\\w+\\} \\{\\w+\\}, Python", "no sentence"),
)

_WORD = re.compile(r"(?:^|(?<=[\s(;,:“\"'—–]))[A-Za-z][a-z]+(?:[-'’][a-z]+)*(?=$|[\s.,;:)?!”\"'…])")
_LITTLE = re.compile(r"^(?:an?|no|the|one|not) [\w.]+(?: \w+)?$")
"""A thing that is named by a word which is none of English."""
_BLIND = frozenset(
    {"startswith", "endswith", "removeprefix", "removesuffix", "partition", "rpartition", "split", "rsplit"}
)
"""Methods whose texts are looked for, not said."""
_TOLD = frozenset({"fill", "t", "word"})
"""Functions whose literal is a message whatever its shape."""


def path_is_for_people(path: str) -> bool:
    """Whether a module, named from the root of the repository, says anything to people."""
    if any(fnmatch(path, glob) for glob in FOR_PEOPLE_AFTER_ALL):
        return True
    return not any(fnmatch(path, glob) for glob, _ in NOT_FOR_PEOPLE)


def messages(source: str) -> Iterator[tuple[int, str]]:
    """The messages of a module with their lines."""
    yield from _Reader().read(ast.parse(source))


def core(text: str) -> str:
    """A text without what joins it to its neighbours: the matcher puts that back."""
    return text.strip().lstrip(":;, ").rstrip(":;, ") if text.strip() else text


def is_message(text: str) -> bool:
    """Whether the shape of a text says that it is for people: words, and more than one, or one beside a place."""
    if any(re.search(pattern, text) for pattern, _ in NOT_SAID):
        return False
    bare = PLACE.sub("\x00", text)
    words = _WORD.findall(bare.replace("\x00", " "))
    if "\x00" in bare:
        return bool(words) and " " in bare
    return " " in bare and (len(words) > 1 or bool(_LITTLE.search(bare)))


class _Reader:
    """Walks a module once; what is part of a message already is not read again."""

    def __init__(self) -> None:
        self._done: set[int] = set()
        self._found: list[tuple[int, str]] = []

    def read(self, module: ast.Module) -> list[tuple[int, str]]:
        self._pass_over(module)
        for node in ast.walk(module):
            if id(node) in self._done:
                continue
            if isinstance(node, ast.Call):
                self._call(node)
            if isinstance(node, (ast.Constant, ast.JoinedStr)) or _is_sum(node):
                self._text(node)
        return sorted(self._found)

    def _pass_over(self, module: ast.Module) -> None:
        for node in ast.walk(module):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                self._done.add(id(node.value))
            elif isinstance(node, ast.Compare):
                self._blind(node.left, *node.comparators)
            elif isinstance(node, ast.Subscript):
                self._blind(node.slice)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                if node.func.attr in _BLIND or (isinstance(owner, ast.Name) and owner.id == "re"):
                    self._blind(*node.args)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and _is_command(node):
                told = ast.get_docstring(node)
                if told:
                    self._found.append((node.lineno, " ".join(told.split())))

    def _blind(self, *nodes: ast.AST) -> None:
        self._done.update(id(node) for node in nodes if isinstance(node, (ast.Constant, ast.JoinedStr)))

    def _call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in _TOLD and node.args:
            # A template of `fill` names its places itself.
            for one in _literals(node.args[0]):
                self._done.add(id(one))
                self._found.append((one.lineno, str(one.value)))
        elif name == "counted" and len(node.args) == 2:
            for parts in _alternatives(node.args[1]):
                noun = _joined(parts)
                if noun and not PLACE.fullmatch(noun):
                    self._found += [(node.lineno, f"1 {noun}"), (node.lineno, f"{{number}} {noun}s")]
            self._mark(node.args[1])

    def _text(self, node: ast.AST) -> None:
        found = _alternatives(node)
        self._mark(node)
        for parts in found:
            text = core(_joined(parts))
            if is_message(text):
                self._found.append((node.lineno, text))  # type: ignore[attr-defined]

    def _mark(self, node: ast.AST) -> None:
        """What `_alternatives` looked into is done; what stands inside of a place is read for itself."""
        self._done.add(id(node))
        if isinstance(node, ast.JoinedStr):
            for value in node.values:
                self._mark(value)
        elif isinstance(node, ast.FormattedValue):
            if node.format_spec is not None:
                self._mark(node.format_spec)
            if _spliced(node.value) and node.conversion == -1:
                self._mark(node.value)
        elif _is_sum(node):
            self._mark(node.left)
            self._mark(node.right)
        elif isinstance(node, ast.IfExp) and _spliced(node):
            self._mark(node.body)
            self._mark(node.orelse)
        elif (isinstance(node, ast.BoolOp) and _spliced(node)) or _is_verb(node):
            for one in node.values if isinstance(node, ast.BoolOp) else node.args:
                self._mark(one)


def _is_command(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(
        isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr in {"command", "callback"}
        for one in node.decorator_list
    )


def _is_sum(node: ast.AST) -> TypeGuard[ast.BinOp]:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and (_texty(node.left) or _texty(node.right))


def _texty(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    if isinstance(node, ast.IfExp):
        return _texty(node.body) or _texty(node.orelse)
    return isinstance(node, ast.JoinedStr) or _is_sum(node)


def _spliced(node: ast.AST) -> bool:
    """Whether the texts in a place belong to the sentence around it."""
    if isinstance(node, ast.BoolOp):
        return isinstance(node.op, ast.Or) and any(_texty(one) for one in node.values)
    return _texty(node) or _is_verb(node)


def _is_verb(node: ast.AST) -> TypeGuard[ast.Call]:
    """`_verb(facts, "is", "are")`: a choice between its words."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_verb"


def _literals(node: ast.AST) -> Iterator[ast.Constant]:
    """The literals that an expression chooses from."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)


def _alternatives(node: ast.AST) -> list[list[Part]]:
    """Every sequence of texts and places that the expression can come to."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [[node.value]]
    if isinstance(node, ast.JoinedStr):
        return _product([_alternatives(value) for value in node.values])
    if isinstance(node, ast.FormattedValue):
        plain = node.conversion == -1 and node.format_spec is None
        return _alternatives(node.value) if plain and _spliced(node.value) else [[(name_of(node.value),)]]
    if isinstance(node, ast.BinOp) and _is_sum(node):
        return _product([_alternatives(node.left), _alternatives(node.right)])
    if isinstance(node, ast.IfExp) and _spliced(node):
        return [*_alternatives(node.body), *_alternatives(node.orelse)]
    if isinstance(node, ast.BoolOp) and _spliced(node):
        return [one for value in node.values for one in _alternatives(value)]
    if _is_verb(node):
        return [one for value in node.args if _texty(value) for one in _alternatives(value)]
    return [[(name_of(node),)]]


def _product(choices: list[list[list[Part]]]) -> list[list[Part]]:
    number = 1
    for choice in choices:
        number *= len(choice)
    if number > _MOST:
        choices = [choice if len(choice) == 1 else [[("choice",)]] for choice in choices]
    return [list(itertools.chain.from_iterable(parts)) for parts in itertools.product(*choices)]


def _joined(parts: Sequence[Part]) -> str:
    """The template. A name that is there already for another place gets a number."""
    said, count = "", 0
    seen: dict[str, int] = {}
    for part in parts:
        if isinstance(part, str):
            said += part
            continue
        name = part[0]
        if not name:
            count += 1
            name = str(count)
        seen[name] = seen.get(name, 0) + 1
        said += "{" + (name if seen[name] == 1 else f"{name}{seen[name]}") + "}"
    return said
