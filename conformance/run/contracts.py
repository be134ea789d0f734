"""The contracts and rules that this version carries, and those of a folder that the user named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from conformance.codecs import covered
from conformance.emit.contract_json import load
from conformance.errors import ConformanceError
from conformance.model import Contract, Rule
from conformance.resources import CONTRACT, schemas_dir, schemas_dirs
from conformance.rules import rules_of


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
    return contract


def encodings() -> Mapping[str, tuple[str, ...]]:
    """Service id → encodings that this version can exercise; empty where it has none yet."""
    return {service: covered(contract) for service, contract in contracts().items()}


def chosen(services: Iterable[str]) -> tuple[str, ...]:
    """The services by these ids, or every one that can be exercised; an unknown id is an error."""
    known = encodings()
    named = tuple(dict.fromkeys(services))
    for service in named:
        if service not in known:
            raise ConformanceError(f"--service {service}: no such service{_nearest(service, known)}")
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
            raise ConformanceError(f"--rules {pattern}: matches no rule{_nearest(pattern, rules)}")
    return tuple(rule for rule in rules.values() if not patterns or any(fnmatchcase(rule.id, p) for p in patterns))


def rule_named(name: str) -> Rule:
    """The rule of that id; an error that suggests the nearest for any other."""
    rules = all_rules()
    if name not in rules:
        raise ConformanceError(f"there is no rule {name!r}{_nearest(name, rules)}")
    return rules[name]


def _nearest(name: str, known: Iterable[str]) -> str:
    names = tuple(known)
    lowered = {candidate.lower(): candidate for candidate in names}
    near = get_close_matches(name.lower(), lowered, n=3, cutoff=0.5)
    if near:
        return f"; did you mean {' or '.join(lowered[found] for found in near)}?"
    return f"; known are {', '.join(names)}" if len(names) < 10 else "; `conformance rules` lists them"
