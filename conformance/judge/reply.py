"""What an answer says about the request: accepted, refused, neither, or no answer. DESIGN: verdicts.

The body is read whatever its label says, so that a lying Content-Type is one finding and not two hundred.
"""

from __future__ import annotations

from dataclasses import dataclass

from conformance.codecs import Decoded, Malformed, json
from conformance.judge.show import UNCUT, whole
from conformance.model import Contract, Exchange, Reply, Response, Tree

REFUSALS = frozenset({400, 422})
ABSENT = object()


@dataclass(frozen=True, slots=True)
class Answer:
    """An exchange's answer, read. `decoded` is None where the body is no JSON text, `malformed` then says why."""

    reply: Reply
    words: str
    decoded: Decoded | None
    malformed: str
    unread: bool = False
    """The body may be a JSON text, but is beyond what this suite reads."""

    @property
    def tree(self) -> Tree:
        """The message; None where there is none."""
        return None if self.decoded is None else self.decoded.tree


def read(contract: Contract, exchange: Exchange) -> Answer:
    """Classify the answer of an exchange."""
    response = exchange.response
    if response is None:
        return Answer(Reply.DEAD, f"no answer: {exchange.error}", None, "no answer")
    decoded, malformed = _decode(response)
    reply = _reply(contract, response, decoded)
    unread = malformed is not None and malformed.unread
    return Answer(reply, _words(response), decoded, str(malformed or ""), unread)


def media_type(response: Response) -> str:
    """The media type of the answer in lower case, without parameters; empty where it has none."""
    return (response.header("Content-Type") or "").split(";")[0].strip().lower()


def is_json(name: str) -> bool:
    """Does the media type name declare JSON?"""
    return name in {"application/json", "text/json"} or name.endswith("+json")


def _decode(response: Response) -> tuple[Decoded | None, Malformed | None]:
    start = response.body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if not is_json(media_type(response)) and start not in {b"{", b"["}:
        return None, Malformed("not JSON")
    try:
        return json.decode(response.body), None
    except Malformed as reason:
        return None, reason


def _reply(contract: Contract, response: Response, decoded: Decoded | None) -> Reply:
    if response.status in REFUSALS:
        return Reply.REFUSED
    if not 200 <= response.status < 300 or response.status == 204:
        return Reply.NEITHER
    acceptance = contract.operation.acceptance
    if acceptance is None:
        return Reply.ACCEPTED
    tree = decoded.tree if decoded is not None else None
    said = tree.get(acceptance.member, ABSENT) if isinstance(tree, dict) else ABSENT
    if said is True:
        return Reply.ACCEPTED
    return Reply.REFUSED if said is False else Reply.NEITHER


def _words(response: Response) -> str:
    text = response.body[:UNCUT].decode("utf-8", "replace")
    name = media_type(response)
    if name in {"text/html", "application/xhtml+xml"}:
        text = "an HTML page"
    location = response.header("Location")
    if location and 300 <= response.status < 400:
        text = f"redirect to {location}"
    status = f"{response.status} {response.reason}"
    return whole(f"{status}: {text}" if text.strip() else status)
