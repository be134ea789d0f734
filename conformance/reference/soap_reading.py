"""How the reference reads a request in SOAP: the envelope, its header blocks, the element, its members.

A `Reading` raises `Refused` for what is not taken. What a defect forgets stands beside what it would have looked at.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from copy import deepcopy

from lxml import etree
from werkzeug.http import parse_options_header

from conformance.codecs import CODECS, Decoded, Envelope, Malformed, Oddity, xml
from conformance.codecs.elements import elements, nil
from conformance.codecs.soap import ENVELOPES, VERSIONS
from conformance.model import Contract, Field, Request
from conformance.reference.defect import Defect
from conformance.reference.places import lists, texts
from conformance.reference.soap_flaws import absent, flaws_of
from conformance.reference.soap_habits import (
    ASCII,
    BLOCKS,
    EMPTY,
    FORGETS,
    MALFORMED,
    MOST,
    OVERLOOKS,
    REFUSES,
    SPELLINGS,
    TAKES,
    refuses_choice,
)
from conformance.reference.state import Flaw, Memory, State
from conformance.rules.fields import walk

NEXT = {"1.1": "http://schemas.xmlsoap.org/soap/actor/next", "1.2": f"{ENVELOPES['1.2']}/role/next"}
ULTIMATE = f"{ENVELOPES['1.2']}/role/ultimateReceiver"
ADDRESSED = {"1.1": "actor", "1.2": "role"}
ITEMS = {"first-item": slice(1, None), "last-item": slice(None, -1)}
"""The items of a list that a defective reader does not look at."""
TRUE = {"1.1": frozenset({"1"}), "1.2": frozenset({"1", "true"})}
"""What mustUnderstand says where it means yes (SOAP 1.1 §4.2.3, SOAP 1.2 Part 1 §5.2.3)."""


class Refused(Exception):  # noqa: N818 - control flow of the reference, never seen outside
    """The request is not taken: with a fault of that code, or without a code with 400 and an empty body. `blocks` are
    header blocks that were not understood."""

    def __init__(self, code: str, reason: str = "", blocks: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.blocks = blocks


class Taken(Exception):  # noqa: N818 - control flow as well
    """A defect lets the request pass without a further look."""


def breaks(contract: Contract, defect: Defect, rule: str, variant: str = "") -> bool:
    """Does the defect break the rule, which is named without its service, in that way?"""
    return defect.breaks(f"{contract.service}/{rule}") and variant in {"", defect.variant}


class Reading:
    """One request while it is read as a message of that version. `noted`: it had header blocks nobody knows; `caught`:
    the rules that refused it, without the service."""

    def __init__(
        self, contract: Contract, request: Request, state: State, defect: Defect, memory: Memory, version: str
    ) -> None:
        self.contract = contract
        self.request = request
        self.state = state
        self.defect = defect
        self.memory = memory
        self.version = version
        self.noted = False
        self.caught: frozenset[str] = frozenset()

    def breaks(self, rule: str, variant: str = "") -> bool:
        """Does the reference forget the rule, in that way and in this version?"""
        broken = breaks(self.contract, self.defect, rule, variant)
        return broken and f"soap-{self.version}" in self.defect.encodings

    def check(self) -> None:
        """Is the request what it should be, but for what the defect forgets?"""
        decoded = self.decoded()
        if isinstance(decoded, Malformed):
            self.unread()
            return
        self.spelling(self.request.body)
        envelope = decoded.envelope
        if not decoded.utf8 or envelope is None or envelope.document_type:
            raise Refused("")
        self.enveloped(envelope)
        self.headers(envelope)
        self.rooted(decoded, envelope)
        self.fitting(decoded, envelope)

    def spelling(self, body: bytes) -> None:
        """Refuse what the defect makes of spellings that say the same."""
        if body.startswith(codecs.BOM_UTF8) and self.breaks("envelope/accepts-byte-order-mark"):
            raise Refused("Client", "a byte order mark")
        text = body.removeprefix(codecs.BOM_UTF8)
        if self.breaks("envelope/spelling") and SPELLINGS[self.defect.variant](text):
            raise Refused("Client", "another spelling")
        if self.breaks("envelope/non-ascii") and ASCII[self.defect.variant](text):
            raise Refused("Client", "not ASCII")

    def decoded(self) -> Decoded | Malformed:
        """The message in the bytes, or why there is none."""
        _, parameters = parse_options_header(self.request.header("Content-Type"))
        charset = parameters.get("charset", "").lower()
        key = (charset, self.request.body)
        known = self.memory.decoded.get(key)
        if known is None:
            message = self.contract.operation.request
            try:
                known = CODECS[f"soap-{self.version}"].decode(message, self.request.body, charset)
            except Malformed as reason:
                known = reason
            self.memory.decoded[key] = known
        return known

    def unread(self) -> None:
        """A body that is no document."""
        body = self.request.body
        if not body.strip():
            self.blank(has_body=True)
        elif self.breaks("envelope/malformed") and MALFORMED[self.defect.variant](body):
            raise Taken
        raise Refused("Client", "no XML document") if self.breaks("http/malformed-status") else Refused("")

    def blank(self, *, has_body: bool) -> None:
        """Let a request without a message pass where the defect does."""
        if self.breaks("envelope/empty-body") and EMPTY[self.defect.variant](self.request.body, has_body):
            raise Taken

    def enveloped(self, envelope: Envelope) -> None:
        """The Envelope is that of the version that the media type names."""
        if etree.QName(envelope.root).localname != "Envelope":
            if self.breaks("envelope/request-root"):
                raise Taken
            raise Refused("VersionMismatch", "no envelope")
        forgotten = self.breaks("envelope/version-mismatch", "dropped")
        if envelope.version != self.version and not forgotten:
            code = "Client" if self.breaks("envelope/version-mismatch") else "VersionMismatch"
            raise Refused(code, "an envelope of another version")

    def headers(self, envelope: Envelope) -> None:
        """No block in the Header that is for this node must be understood."""
        own = etree.QName(envelope.root).namespace or ""
        version = VERSIONS.get(own, self.version)
        unknown: list[str] = []
        for block in _blocks(envelope):
            node = (block.get(f"{{{own}}}{ADDRESSED[version]}") or "").strip()
            ours = node in {"", NEXT[version], ULTIMATE} if version == "1.2" else node in {"", NEXT[version]}
            must = (block.get(f"{{{own}}}mustUnderstand") or "").strip()
            due = must in TRUE[version] and ours
            if not due and self.breaks("envelope/header") and BLOCKS[self.defect.variant](node, must):
                raise Refused("Client", "an unknown header block")
            if due and not self.overlooks(node, must):
                unknown.append(str(block.tag))
            self.noted = True
        if unknown:
            code = "Client" if self.breaks("envelope/must-understand", "other-code") else "MustUnderstand"
            raise Refused(code, "a header block that is not understood", tuple(unknown))

    def overlooks(self, node: str, must: str) -> bool:
        """Does the defect miss that the block must be understood?"""
        if not self.breaks("envelope/must-understand") or self.defect.variant not in OVERLOOKS:
            return False
        return OVERLOOKS[self.defect.variant](node, must)

    def rooted(self, decoded: Decoded, envelope: Envelope) -> None:
        """The Body holds the element of the operation, alone and in its namespace."""
        if envelope.body is None or envelope.child is None:
            self.blank(has_body=envelope.body is not None)
            raise Refused("Client", "no message")
        if not self.contract.operation.request.root:
            # The document says nothing of the message, so any will do.
            raise Taken
        odd: dict[str, Oddity] = {}
        for oddity in decoded.oddities:
            if oddity.kind == "root" or (oddity.kind == "namespace" and not oddity.path):
                odd.setdefault(oddity.kind, oddity)
        if "root" in odd or not isinstance(decoded.tree, dict):
            if self.breaks("envelope/request-root", "dropped"):
                raise Taken
            raise Refused("Client", f"not {self.contract.operation.request.root}")
        if "namespace" in odd and not self.breaks("envelope/request-namespace"):
            raise Refused("Client", f"not in {odd['namespace'].expected}")
        if sum(1 for _ in elements(envelope.body)) > 1:
            raise Refused("Client", "more than one element in the Body")

    def fitting(self, decoded: Decoded, envelope: Envelope) -> None:
        """Every member has a text of its type, and what is due is there."""
        wrong = [flaw for flaw in self.flaws(decoded) if not self.takes(flaw)]
        if wrong:
            self.caught = frozenset(f"request/{flaw.path}/{flaw.facet}" for flaw in wrong)
            raise Refused("Client", "; ".join(f"{flaw.path}: {flaw.facet}" for flaw in wrong))
        if envelope.child is not None:
            self.strict(decoded, envelope.child)

    def flaws(self, decoded: Decoded) -> tuple[Flaw, ...]:
        if self.defect.goes_by(ITEMS):
            return tuple(flaws_of(self.contract, self.shortened(decoded)))
        key = (self.version, self.request.body)
        known = self.memory.flaws.get(key)
        if known is None:
            known = self.memory.flaws[key] = tuple(flaws_of(self.contract, decoded))
        return known

    def shortened(self, decoded: Decoded) -> Decoded:
        """The message as one reads it who looks at one item of the list alone that the defect is about."""
        if decoded.envelope is None or decoded.envelope.child is None:
            return decoded
        message = self.contract.operation.request
        path = self.defect.rules[0].removeprefix(f"{self.contract.service}/request/").split("/")[:-2]
        root = deepcopy(decoded.envelope.root)
        child = root.find(".//{*}Body/*")
        for found in lists(message, child, "/".join(path)) if child is not None else ():
            for item in found[ITEMS[self.defect.variant]]:
                holder = item.getparent()
                if holder is not None:
                    holder.remove(item)
        return CODECS[f"soap-{self.version}"].decode(message, xml.written(root), "")

    def takes(self, flaw: Flaw) -> bool:
        """Does the defect take the flaw?"""
        if self.breaks("envelope/versions-agree", "laxer"):
            return self.version == "1.2" and flaw.text == "nil"
        rule = f"request/{flaw.path}/{flaw.facet}"
        if not self.breaks(rule) or self.defect.variant in ITEMS:
            return False
        variant = self.defect.variant
        if variant in FORGETS:
            return FORGETS[variant](self.state, rule)
        taken = TAKES.get((flaw.facet, variant))
        return taken is None or taken(flaw)

    def strict(self, decoded: Decoded, child: etree._Element) -> None:
        """Refuse what the defect makes of values that are valid."""
        if self.breaks("envelope/versions-agree", "stricter") and self.version == "1.2" and _nil_within(child):
            raise Refused("Client", "nil")
        message = self.contract.operation.request
        for path, member in walk(message.fields):
            facet = next((one for one in _tolerances(member) if self.breaks(f"request/{path}/{one}")), None)
            if facet is not None:
                self.misliked(path, member, facet, decoded, child)

    def misliked(self, path: str, member: Field, facet: str, decoded: Decoded, child: etree._Element) -> None:
        """Refuse a valid value of the member, as the defect does that breaks its rule with that facet."""
        message = self.contract.operation.request
        habit = REFUSES.get((facet, self.defect.variant))
        for choice in member.choices:
            if facet == f"choice-{choice.name}":
                habit = refuses_choice(choice.literal or choice.name)
        if habit is not None and any(habit(text) for text in texts(message, child, path)):
            raise Refused("Client", f"{path}: not a value")
        if facet == "several" and any(len(found) > MOST[self.defect.variant] for found in lists(message, child, path)):
            raise Refused("Client", f"{path}: fewer items")
        if facet == "optional" and absent(decoded.tree, path.split("/")):
            raise Refused("Client", f"{path}: required")


def _tolerances(member: Field) -> tuple[str, ...]:
    """The facets of rules about what must be accepted."""
    return ("lexical", "text", "size", "several", "optional", *(f"choice-{one.name}" for one in member.choices))


def _blocks(envelope: Envelope) -> Iterator[etree._Element]:
    """The header blocks."""
    for one in elements(envelope.root):
        if etree.QName(one).localname == "Header":
            yield from elements(one)


def _nil_within(child: etree._Element) -> bool:
    return any(nil(one) for one in child.iter(tag=etree.Element))
