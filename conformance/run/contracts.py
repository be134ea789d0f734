"""The contracts and rules that this version carries, and those of a folder that the user named."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from conformance.codecs import answered_in, covered
from conformance.emit.contract_json import AGAIN, fingerprint, load
from conformance.errors import ConformanceError, hint, near
from conformance.model import Contract, Field, Rule
from conformance.resources import CONTRACT, schemas_dir, schemas_dirs
from conformance.rules import rules_of
from conformance.rules.fields import ARTICLES
from conformance.rules.http import about_answers
from conformance.target.file.sections import SECTIONS

LISTED = "`conformance rules` lists them"


def contracts() -> Mapping[str, Contract]:
    """Every contract by service id: those that this version carries, and the user's own, which replace them."""
    return _contracts(schemas_dirs())


@cache
def _contracts(folders: tuple[Path, ...]) -> Mapping[str, Contract]:
    found: dict[str, Contract] = {}
    for folder in folders:
        paths = sorted(folder.glob(f"*/{CONTRACT}"))
        if not paths:
            raise ConformanceError(_without(folder))
        found |= {contract.service: contract for contract in map(_named, paths)}
    return dict(sorted(found.items()))


def _without(folder: Path) -> str:
    own = folder != schemas_dir()
    what = "holds no contract" if folder.is_dir() else "there is no such folder"
    how = f"conformance derive --documents DIR{f' --out {folder}' if own else ''}"
    return f"{'--schemas ' if own else ''}{folder}: {what}; write it with `{how}`"


def _named(path: Path) -> Contract:
    contract = load(path)
    if contract.service != path.parent.name:
        text = f"{path}: key service: {contract.service!r} stands in a folder named {path.parent.name!r}"
        raise ConformanceError(f"{text}; give the folder the name of the service")
    for key, word in _strange(contract):
        raise ConformanceError(f"{path}: key {key}: {word!r} is no word that this version knows; {AGAIN}")
    return contract


def _strange(contract: Contract) -> Iterator[tuple[str, str]]:
    """Key and word where a contract says what this version has no rule, no message and no section for."""
    if contract.document.kind not in SECTIONS:
        yield "document.kind", contract.document.kind
    operation = contract.operation
    own = (message for encoding in operation.encodings for message in (encoding.request, encoding.response) if message)
    for message in (operation.request, operation.response, *own):
        for member in _members((*message.fields, *message.headers, *operation.parameters)):
            if member.type not in ARTICLES:
                yield f"type of {member.name}", member.type


def _members(fields: Iterable[Field]) -> Iterator[Field]:
    for member in fields:
        yield member
        yield from _members((*member.fields, *((member.item,) if member.item is not None else ())))


def changed_since(header: Mapping[str, Any]) -> list[str]:
    """The services of a journal whose contract here is not the one that it was judged by."""
    known = contracts()
    return [
        service
        for service, facts in header.get("contracts", {}).items()
        if service in known and facts.get("hash") != fingerprint(known[service])
    ]


def encodings() -> Mapping[str, tuple[str, ...]]:
    """Service id → encodings that this version can exercise; empty where it has none yet."""
    return {service: covered(contract) for service, contract in contracts().items()}


def chosen(services: Iterable[str]) -> tuple[str, ...]:
    """The services by these ids, or every one that can be exercised; an unknown id is an error."""
    known = encodings()
    named = tuple(dict.fromkeys(services))
    for service in named:
        if service not in known:
            raise ConformanceError(f"--service {service}: no such service{hint(service, known)}")
        if not known[service]:
            text = f"--service {service}: this version has its contract but no rules for its encodings yet"
            raise ConformanceError(f"{text}; covered are {', '.join(name for name in known if known[name])}")
    return named or tuple(service for service in known if known[service])


def all_rules() -> Mapping[str, Rule]:
    """Every rule of every service, in the order of services and documents."""
    return _all_rules(schemas_dirs())


@cache
def _all_rules(_folders: tuple[Path, ...]) -> Mapping[str, Rule]:
    return {
        rule.id: rule for service, contract in contracts().items() for rule in rules_of(contract, encodings()[service])
    }


def matching(globs: Iterable[str], rules: Mapping[str, Rule]) -> tuple[Rule, ...]:
    """The rules whose id matches any of the globs (all for none); a glob that matches nothing is an error."""
    patterns = tuple(globs)
    for pattern in patterns:
        if not any(fnmatchcase(rule, pattern) for rule in rules):
            raise ConformanceError(f"--rules {pattern}: matches no rule{meant(pattern, rules)}")
    return tuple(rule for rule in rules.values() if not patterns or any(fnmatchcase(rule.id, p) for p in patterns))


def scope(rule: Rule, kept: Collection[str]) -> Collection[str]:
    """The encodings in which the rule is in scope of a target with these: they themselves, and for rules about answers
    those that answers to them are asked for in. A form is answered in JSON."""
    if not about_answers(rule.id, rule.service):
        return kept
    return {answered_in(contracts()[rule.service], name) for name in kept}


def rule_named(name: str) -> Rule:
    """The rule of that id; an error that suggests the nearest for any other."""
    rules = all_rules()
    if name not in rules:
        raise ConformanceError(f"there is no rule {name!r}{hint(name, rules, most=3, listed=LISTED)}")
    return rules[name]


def meant(glob: str, rules: Mapping[str, Rule]) -> str:
    """The end of a message about a glob that matches no rule: the glob with its plain parts put right, where that
    matches something; else the nearest rule ids."""
    parts = {part for rule in rules for part in rule.split("/")}
    put_right = "/".join(_spelt(part, parts) for part in glob.split("/"))
    if put_right != glob and any(fnmatchcase(rule, put_right) for rule in rules):
        return f"; did you mean {put_right}?"
    return hint(glob, rules, most=3, listed=LISTED)


def _spelt(part: str, known: Collection[str]) -> str:
    plain = part not in known and not any(wild in part for wild in "*?[")
    return next(iter(near(part, known)), part) if plain else part
