"""Which SOAP answers without a fault say no, and what of an answer looks like a code or a flag.

A service may refuse in a normal answer. What decides is declared (by the target file, or by our reading of the page);
where nothing is, an answer whose codes differ from those of the baseline is told as doubtful, never as an acceptance.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

from conformance.codecs import Envelope
from conformance.codecs.elements import elements, nil
from conformance.model import Basis, Condition, Contract, Refusal

MOST = 200
"""Leaves of an answer that are looked at."""
LONGEST = 40
"""Characters of a code."""
CODES = re.compile(
    r"cod(e|igo)|status|estado|success|exito|éxito|valid|error|resultado|result|accept|acept|ok$|respuesta",
    re.IGNORECASE,
)
"""Names of members that tell how it went."""
FLAGS = frozenset({"true", "false"})


def refusal_of(contract: Contract) -> Refusal | None:
    """What declares a refusal: the target's conditions, or by our reading the member that tells acceptance."""
    operation = contract.operation
    if operation.refusal is not None:
        return operation.refusal
    if operation.acceptance is None:
        return None
    said = Condition(path=operation.acceptance.member, value="false")
    return Refusal(any=(said,), basis=Basis.INFERRED)


def said(envelope: Envelope) -> dict[str, str]:
    """The texts of an answer by the path of local names below the child of Body; of several at one place the last."""
    found: dict[str, str] = {}
    if envelope.child is not None and envelope.fault is None:
        _walk(envelope.child, (), found)
    return found


def _walk(element: etree._Element, path: tuple[str, ...], found: dict[str, str]) -> None:
    children = list(elements(element))
    if not children and path and len(found) < MOST and not nil(element):
        found["/".join(path)] = (element.text or "").strip()
    for child in children:
        _walk(child, (*path, etree.QName(child).localname), found)


def refused(contract: Contract, texts: Mapping[str, str]) -> tuple[bool, bool]:
    """(is the answer a declared refusal, was there anything to decide by)."""
    refusal = refusal_of(contract)
    if refusal is None:
        return False, False
    any_of = [_holds(condition, texts) for condition in refusal.any]
    all_of = [_holds(condition, texts) for condition in refusal.all]
    decided = any(one is not None for one in (*any_of, *all_of))
    return any(any_of) or (bool(all_of) and all(all_of)), decided


def reason(contract: Contract, texts: Mapping[str, str]) -> str:
    """What of the answer says no, in words."""
    refusal = refusal_of(contract)
    said = [one for one in (*refusal.any, *refusal.all) if _holds(one, texts)] if refusal is not None else []
    return ", ".join(f"{one.path} is {_there(one, texts)[0]}" for one in said)


def _there(condition: Condition, texts: Mapping[str, str]) -> list[str]:
    names = condition.path.strip("/").split("/")
    return [text for path, text in texts.items() if path.split("/")[-len(names) :] == names]


def _holds(condition: Condition, texts: Mapping[str, str]) -> bool | None:
    """Does the answer say so? None where it has no such member."""
    there = _there(condition, texts)
    if not there:
        return None
    same = [_same(text, condition.value) for text in there]
    return any(same) if condition.equal else not all(same)


def _same(text: str, value: str) -> bool:
    """The same text; of booleans the same value."""
    flags = {"1": "true", "0": "false"}
    if value in FLAGS:
        return flags.get(text, text) == value
    return text == value


def codes(texts: Mapping[str, str]) -> dict[str, str]:
    """Those of the texts that tell how it went: flags, and short texts whose member is called a code or a status."""
    return {
        path: text
        for path, text in texts.items()
        if text.lower() in FLAGS or (CODES.search(path.rpartition("/")[2]) and len(text) <= LONGEST and " " not in text)
    }
