"""Message ⇄ bytes, one module an encoding. Pure; knows neither rules nor verdicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from conformance.codecs import form, json, soap, xml
from conformance.codecs.decoded import Decoded, Envelope, Fault, Malformed, Oddity
from conformance.model import Contract, Message, Tree

__all__ = ["CODECS", "Codec", "Decoded", "Envelope", "Fault", "Malformed", "Oddity", "answered_in", "covered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """What an encoding does. `decode` takes the charset of the Content-Type too, and raises Malformed.

    `answers` says that an answer can be in it: nobody answers with a form.
    """

    encode: Callable[[Message, Tree], bytes]
    decode: Callable[[Message, bytes, str], Decoded]
    answers: bool = True


def _encode_json(_message: Message, tree: Tree) -> bytes:
    return json.encode(tree)


def _decode_json(_message: Message, body: bytes, _charset: str) -> Decoded:
    # A charset parameter has no meaning for JSON: RFC 8259 §11.
    return json.decode(body)


CODECS: Mapping[str, Codec] = {
    "json": Codec(encode=_encode_json, decode=_decode_json),
    "xml": Codec(encode=xml.encode, decode=xml.decode),
    "form": Codec(encode=form.encode, decode=form.decode, answers=False),
    "soap-1.1": Codec(encode=partial(soap.encode, version="1.1"), decode=soap.decode),
    "soap-1.2": Codec(encode=partial(soap.encode, version="1.2"), decode=soap.decode),
}


def covered(contract: Contract) -> tuple[str, ...]:
    """The documented encodings of the service that this version can send and read."""
    known = (encoding for encoding in contract.operation.encodings if encoding.media_types)
    rooted = bool(contract.operation.request.root and contract.operation.response.root)
    return tuple(one.name for one in known if one.name in CODECS and (rooted or one.name != "xml"))


def answered_in(contract: Contract, encoding: str) -> str:
    """The encoding that answers to a request in this one are asked for: its own, or the first that answers can have."""
    if CODECS[encoding].answers and contract.encoding(encoding).response_media_types:
        return encoding
    documented = (one.name for one in contract.operation.encodings if one.response_media_types)
    return next((name for name in documented if name in CODECS and CODECS[name].answers), "json")
