"""Which SOAP answers without a fault say no, and what of an answer looks like a code or a flag.

A service may refuse in a normal answer. What decides is declared (by the target file, or by our reading of the page);
where nothing is, an answer whose codes differ from those of the baseline is told as doubtful, never as an acceptance.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

from lxml import etree

from conformance.codecs import Envelope
from conformance.codecs.elements import elements, nil
from conformance.model import Basis, Condition, Contract, Refusal

MOST = 200
"""Leaves of an answer that are looked at."""
LONGEST = 40
"""Characters of a code; what is longer is kept as a digest."""
CODES = re.compile(
    r"cod(e|igo)|status|estado|success|exito|éxito|valid|error|resultado|result|accept|acept|ok$|respuesta",
    re.IGNORECASE,
)
"""Names of members that tell how it went."""
BETWEEN = "\n"
"""Between the texts of one place."""
FLAGS = frozenset({"true", "false"})
_MASKED = re.compile(r"•••#([0-9a-f]+):")
"""What stands for a text that holds a secret, with the name of the key by which it is told from others."""


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
    """The texts of an answer by the path of local names below the child of Body; several at one place in a row, each
    once: how many items there are says nothing of how it went."""
    found: dict[str, list[str]] = {}
    if envelope.child is not None and envelope.fault is None:
        _walk(envelope.child, (), found)
    return {path: BETWEEN.join(dict.fromkeys(texts)) for path, texts in found.items()}


def _walk(element: etree._Element, path: tuple[str, ...], found: dict[str, list[str]]) -> None:
    children = list(elements(element))
    if not children and path and len(found) < MOST and not nil(element):
        found.setdefault("/".join(path), []).append((element.text or "").strip())
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


def declared(contract: Contract) -> bool:
    """Does the target file say what a refusal is?"""
    return contract.operation.refusal is not None


def reason(contract: Contract, texts: Mapping[str, str]) -> str:
    """What of the answer says no, in words."""
    refusal = refusal_of(contract)
    said = [one for one in (*refusal.any, *refusal.all) if _holds(one, texts)] if refusal is not None else []
    return ", ".join(f"{one.path} is {next(iter(_there(one, texts)), 'absent')}" for one in said)


def _there(condition: Condition, texts: Mapping[str, str]) -> list[str]:
    names = condition.path.strip("/").split("/")
    found = [text for path, text in texts.items() if path.split("/")[-len(names) :] == names]
    return [one for text in found for one in text.split(BETWEEN)]


def _holds(condition: Condition, texts: Mapping[str, str]) -> bool | None:
    """Does the answer say so? None where it has no member to be like that."""
    there = _there(condition, texts)
    if not there:
        # What a refusal leaves out is not what an acceptance says there.
        return None if condition.equal else True
    same = [_same(text, condition.value) for text in there]
    return any(same) if condition.equal else not all(same)


def _same(text: str, value: str) -> bool:
    """The same text; of booleans the same value."""
    flags = {"1": "true", "0": "false"}
    if value in FLAGS:
        return flags.get(text, text) == value
    return text == value


def told(texts: Mapping[str, str], *, coded: bool = False) -> dict[str, str]:
    """The texts as a judgement keeps them, whole until they are masked. `coded` keeps only codes and flags."""
    return {path: text for path, text in texts.items() if not coded or is_code(path, text)}


def brief(text: str) -> str:
    """What is long as a digest, which is enough to see that it differs. Only for what holds no secret."""
    if len(text) <= LONGEST:
        return text
    return f"#{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def alike(one: str | None, other: str | None) -> bool:
    """Do two brief texts say the same, as far as one can tell? Masks that two processes made cannot be compared."""
    keys = [_MASKED.match(text) for text in (one, other) if text is not None]
    by = {found[1] for found in keys if found is not None}
    return one == other or (len(keys) == len(by) == 2)


def echoes(text: str, request: bytes) -> bool:
    """Does the text only say again what was sent, or nothing?"""
    return all(not part or f">{escape(part)}<".encode() in request for part in text.split(BETWEEN))


def is_code(path: str, text: str) -> bool:
    """Does the text tell how it went? A flag, or a short text whose member is called a code or a status."""
    if text.lower() in FLAGS:
        return True
    return bool(CODES.search(path.rpartition("/")[2])) and len(text) <= LONGEST and " " not in text
