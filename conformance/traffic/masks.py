"""What was masked in a recording before we saw it, and what we mask before we write it down.

Recorders put marks in place of secrets; a value with one is not what went over the wire and is not judged. What a
recording still holds of credentials is told by the names of headers and members, and masked in every form.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from conformance.codecs import CODECS, Malformed
from conformance.judge.reply import charset_of
from conformance.model import Contract, Exchange, Field, Message, Response, Tree
from conformance.rules.soap import is_soap
from conformance.target.secrets import MASK, Secrets

MARKS = (
    *("•", "***", "EDACTED", "edacted"),
    *("[FILTERED]", "[Filtered", "[filtered", "[MASKED]", "[Masked", "[masked"),
    *("\\u2022", "\\u002", "&#8226", "&#x2022", "&#42", "&#x2"),
)
"""One of these is in every body that holds a mask, the last where JSON or XML escapes it; few other bodies hold one."""
_MASKED = re.compile(rf"{MASK}|\*{{3,}}|REDACTED|[Rr]edacted|\[(?:FILTERED\]|MASKED\]|[Ff]iltered|[Mm]asked)")
_CREDENTIAL = frozenset({"password", "nonce", "binarysecuritytoken", "signaturevalue", "username"})
"""Elements, mostly in the header of an envelope, that tell who asks."""
_PAIRS = re.compile(
    r"""["'](?P<name_of_json>[^"'\\<>\s]{1,80})["']\s*:\s*"?(?P<text_of_json>(?<=")(?:[^"\\]|\\.)+|(?<!")[^",\s\]}]+)"""
    r"|<(?:[\w.-]{1,80}:)?(?P<name_of_xml>[\w.-]{1,80})(?:\s[^<>]*)?>(?:\s*<!\[CDATA\[|\s*<!--[^>]*-->)?(?P<text_of_xml>[^<\]]+)"
    r"|(?:^|[&?])(?P<name_of_form>[^=&\s<>\"]{1,80})=(?P<text_of_form>[^&\s]+)",
    re.DOTALL,
)
"""A name with its text, in any of the encodings, whatever stands around."""
_NO_VALUES: Mapping[str, str] = {}


def masked_text(text: str) -> bool:
    """Did somebody put a mask in the place of the text, or into it?"""
    return _MASKED.search(text) is not None


def _marked(body: bytes) -> bool:
    return any(mark.encode() in body for mark in MARKS)


def hidden(contract: Contract, exchange: Exchange, encoding: str) -> Callable[[str], bool]:
    """Tells of a rule about the answer, without its service, whether a mask hides what it is about."""
    response = exchange.response
    if response is None or not (_marked(response.body) or _marked(exchange.request.body)):
        return lambda _place: False
    operation = contract.operation
    answer = _tree(operation.response, encoding if is_soap(encoding) else _label(response), response.body, response)
    if answer is None and _marked(response.body):
        return lambda place: not place.startswith("http/")
    there = frozenset(_masked_in(answer, ""))
    asked = frozenset(_masked_in(_tree(operation.request, encoding, exchange.request.body, None), ""))
    echo = operation.acceptance.echo if operation.acceptance is not None else None

    def tells(place: str) -> bool:
        part, _, rest = place.partition("/")
        path, _, facet = rest.rpartition("/")
        if part != "response":
            return False
        if facet == "echo" and echo:
            return _within(path, there) or _within(path.removeprefix(f"{echo}/"), asked)
        return path in there

    return tells


def _within(path: str, masked: frozenset[str]) -> bool:
    """Is the member masked, or a part of it?"""
    return any(path == one or one.startswith(f"{path}/") for one in masked)


def _label(response: Response) -> str:
    return "xml" if response.body.lstrip()[:1] == b"<" else "json"


def _tree(message: Message, encoding: str, body: bytes, response: Response | None) -> Tree:
    try:
        return CODECS[encoding].decode(message, body, charset_of(response) if response is not None else "").tree
    except Malformed:
        return None


def _masked_in(tree: Tree, path: str) -> Iterator[str]:
    if isinstance(tree, Mapping):
        for name, value in tree.items():
            yield from _masked_in(value, f"{path}/{name}" if path else name)
    elif isinstance(tree, list):
        for value in tree:
            yield from _masked_in(value, path)
    elif isinstance(tree, str) and masked_text(tree):
        yield path


# --- what is written down ---------------------------------------------------------------------------------------------


def secrets_of(contract: Contract, exchange: Exchange, encoding: str) -> Secrets:
    """What an exchange holds that must not be written down, as far as its names tell."""
    request = exchange.request
    tree = _tree(contract.operation.request, encoding, request.body, None)
    values = tree if isinstance(tree, Mapping) else _NO_VALUES
    found = Secrets.for_headers(request.headers).join(Secrets.for_values(values, contract.operation.request.fields))
    found = found.join(Secrets.for_names(values)).join(Secrets.for_names(_in_address(request.url)))
    # A body that does not decode holds the same secrets, and so does one that has a member twice or elsewhere.
    named = frozenset(_secret(contract.operation.request.fields))
    bodies = (request.body, exchange.response.body if exchange.response is not None else b"")
    return found.join(Secrets(text for body in bodies for text in _in_text(body, named)))


def _secret(fields: Iterable[Field]) -> Iterator[str]:
    """The names of the members that the contract marks as secret, at any depth."""
    for member in fields:
        if "secret" in member.marks:
            yield member.name.lower()
        yield from _secret(member.fields + (member.item.fields if member.item is not None else ()))


def _in_text(body: bytes, named: frozenset[str]) -> Iterator[str]:
    """What stands behind the names of secrets in a body, well-formed or not: as it is written, and as it is read."""
    for match in _PAIRS.finditer(body.replace(b"\0", b"").decode("utf-8", "replace")):
        kind = match.lastgroup or ""
        name, text = match[f"name_{kind.removeprefix('text_')}"], match[kind]
        if name.lower() in named or name.lower() in _CREDENTIAL or _is_secret(name):
            yield text
            yield _UNDONE[kind](text)


@lru_cache(1024)
def _is_secret(name: str) -> bool:
    return len(Secrets.for_names({name: MASK})) > 0


def _of_json(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text


_UNDONE: Mapping[str, Callable[[str], str]] = {
    "text_of_json": _of_json,
    "text_of_xml": lambda text: html.unescape(text).strip(),
    "text_of_form": unquote_plus,
}


def _in_address(url: str) -> Mapping[str, str]:
    try:
        parts = urlsplit(url)
        pairs = dict(parse_qsl(parts.query))
        return pairs | ({"password": parts.password} if parts.password else {})
    except ValueError:
        return _NO_VALUES
