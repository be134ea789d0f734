"""What a reader should make of a sheet, put together from the sheet alone, and a contract in the same terms.

What the page loses is lost here: content below the fourth level, whether a type with nothing but a repeated element is
an array, and the type of a simple parameter of HTTP GET and POST. Citations are left out.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from conformance.model import Contract, Encoding, Field, Message
from tests.asmx_pages import DEEPEST, Kind, Member, Sheet

ONE, MAYBE, MANY = (1, 1), (0, 1), (0, None)
EXACT = {
    "string": ("string", MAYBE),
    "int": ("int", ONE),
    "boolean": ("boolean", ONE),
    "decimal": ("decimal", ONE),
    "dateTime": ("dateTime", ONE),
    "base64Binary": ("base64Binary", MAYBE),
    "guid": ("guid", ONE),
    "integer": ("integer", MAYBE),
}
"""Words that are types of the model as they stand."""
WIDER = {
    "double": ("decimal", ONE),
    "float": ("decimal", ONE),
    "date": ("string", ONE),
    "time": ("string", ONE),
    "anyURI": ("string", MAYBE),
    "duration": ("string", MAYBE),
    "hexBinary": ("string", MAYBE),
    "QName": ("string", MAYBE),
    "gYear": ("string", MAYBE),
    "normalizedString": ("string", MAYBE),
    "nonNegativeInteger": ("integer", MAYBE),
}
BOUNDED = {
    "byte": ("int", -128, 127),
    "short": ("int", -32768, 32767),
    "unsignedByte": ("int", 0, 255),
    "unsignedShort": ("int", 0, 65535),
    "char": ("int", 0, 65535),
    "unsignedInt": ("integer", 0, 4294967295),
    "long": ("integer", -9223372036854775808, 9223372036854775807),
    "unsignedLong": ("integer", 0, 18446744073709551615),
}
Plain = dict[str, Any]


# --- a contract -------------------------------------------------------------------------------------------------------


def projection(contract: Contract) -> Plain:
    """A contract without its citations and without what is our own in it."""
    held = contract.operation
    return {
        "name": held.name,
        "address": (held.method, held.path),
        "one way": held.one_way,
        "request": _message(held.request),
        "response": _message(held.response),
        "encodings": tuple(_encoding(one) for one in held.encodings),
    }


def _encoding(held: Encoding) -> Plain:
    return {
        "name": held.name,
        "media": (held.media_types, held.response_media_types),
        "soap": (held.action, held.envelope),
        "address": (held.method, held.path),
        "request": _message(held.request) if held.request is not None else None,
        "response": _message(held.response) if held.response is not None else None,
    }


def _message(held: Message) -> Plain:
    return {
        "root": (held.root, held.namespace),
        "wrappers": held.wrappers,
        "headers": tuple(map(_field, held.headers)),
        "fields": tuple(map(_field, held.fields)),
    }


def _field(held: Field) -> Plain:
    made: Plain = {"name": held.name, "type": held.type, "occurs": held.occurs}
    for stated in held.constraints:
        made[stated.facet] = stated.text if stated.facet == "data-type" else (stated.minimum, stated.maximum)
    extra = {
        "namespace": held.namespace,
        "choices": tuple(choice.name for choice in held.choices) or None,
        "model": held.model or None,
        "fields": tuple(map(_field, held.fields)) or None,
        "item": _field(held.item) if held.item is not None else None,
    }
    return made | {name: value for name, value in extra.items() if value is not None}


# --- a sheet ----------------------------------------------------------------------------------------------------------


def expected(sheet: Sheet) -> Plain:
    """The contract of a sheet, as `projection` shows it."""
    encodings = [_soap(sheet, name) for name in sheet.soap] + [_http(sheet, name) for name in sheet.http]
    path = f"/Orchard/Ripe.asmx/{quote(sheet.name)}"
    if sheet.soap:
        asked = _enveloped(sheet, sheet.name, sheet.parameters, sheet.request_headers)
        result = () if sheet.result is None else (Member(f"{sheet.name}Result", sheet.result),)
        replied = _enveloped(sheet, f"{sheet.name}Response", result, sheet.answer_headers)
        address, one_way = ("POST", "/Orchard/Ripe.asmx"), sheet.one_way
        replied = _bare() if one_way else replied
    else:
        first = encodings[0]
        asked, replied, one_way = first["request"], first["response"], False
        address = first["address"][0], path
        first |= {"request": None, "response": None, "address": ("", "")}
    return {
        "name": sheet.name,
        "address": address,
        "one way": one_way,
        "request": asked,
        "response": replied,
        "encodings": tuple(encodings),
    }


def _bare(fields: tuple[Plain, ...] = (), root: tuple[str, str | None] = ("", None)) -> Plain:
    return {"root": root, "wrappers": (), "headers": (), "fields": fields}


def _soap(sheet: Sheet, name: str) -> Plain:
    first = name == "soap-1.1"
    media = ("text/xml",) if first else ("application/soap+xml",)
    uri = "http://schemas.xmlsoap.org/soap/envelope/" if first else "http://www.w3.org/2003/05/soap-envelope"
    action = sheet.namespace + sheet.name if first or sheet.action_parameter else None
    return {
        "name": name,
        "media": (media, () if sheet.one_way else media),
        "soap": (action, uri),
        "address": ("", ""),
        "request": None,
        "response": None,
    }


def _http(sheet: Sheet, name: str) -> Plain:
    form = ("application/x-www-form-urlencoded",) if name == "http-post" else ()
    silent = sheet.result is None or sheet.one_way
    return {
        "name": name,
        "media": (form, () if silent else ("text/xml",)),
        "soap": (None, None),
        "address": (name.removeprefix("http-").upper(), f"/Orchard/Ripe.asmx/{quote(sheet.name)}"),
        "request": _bare(tuple(_parameter(held) for held in sheet.parameters)),
        "response": _returned(sheet),
    }


def _parameter(held: Member) -> Plain:
    made: Plain = {"name": held.name, "type": "string", "occurs": MAYBE}
    if held.kind.kind == "enum":
        return made | {"type": "enum", "occurs": ONE, "model": held.kind.name}
    if held.kind.kind == "array":
        return {"name": held.name, "type": "list", "occurs": MANY, "item": made | {"occurs": MANY}}
    return made


def _returned(sheet: Sheet) -> Plain:
    kind = sheet.result
    if kind is None or sheet.one_way:
        return _bare()
    anything = ({"name": "#any", "type": "open", "occurs": MANY},)
    if kind.kind == "any":
        return _bare(anything)
    root = (kind.name, sheet.namespace)
    if kind.kind in {"dataset", "unknown"}:
        return _bare(anything, root)
    if kind.kind in {"word", "enum"}:
        return _bare((_seen(Member("#text", kind), 0, sheet.namespace),), root)
    return _bare(_inside(kind, 0, sheet.namespace), root)


def _enveloped(sheet: Sheet, root: str, members: tuple[Member, ...], headers: tuple[Member, ...]) -> Plain:
    """A message in an envelope: an element that holds nothing but another one with members only wraps it."""
    fields = _inside(Kind("struct", members=members), 0, sheet.namespace)
    wrappers: list[str] = []
    while len(fields) == 1 and _wraps(fields[0]):
        wrappers.append(fields[0]["name"])
        fields = fields[0]["fields"]
    return {
        "root": (root, sheet.namespace),
        "wrappers": tuple(wrappers),
        "headers": tuple(_seen(held, 0, sheet.namespace) for held in headers),
        "fields": fields,
    }


def _wraps(held: Plain) -> bool:
    inner = held.get("fields", ())
    return held["type"] == "object" and "namespace" not in held and not any(one["name"][0] == "@" for one in inner)


def _inside(kind: Kind, depth: int, around: str) -> tuple[Plain, ...]:
    """The members of a type that stands at some depth, in an element of some namespace."""
    attributes = tuple(_seen(Member(f"@{name}", Kind("word", text=word)), 0, around) for name, word in kind.attributes)
    made = tuple((_flat if held.flat else _seen)(held, depth + 1, around) for held in kind.members)
    anything = ({"name": "#any", "type": "open", "occurs": MANY},) if kind.wildcard else ()
    return (*attributes, *made, *anything)


def _flat(held: Member, depth: int, around: str) -> Plain:
    item = _seen(held, depth, around) | {"occurs": MANY}
    namespace = {"namespace": item.pop("namespace")} if "namespace" in item else {}
    return {"name": held.name, "type": "list", "occurs": MANY, "item": item} | namespace


def _seen(held: Member, depth: int, around: str) -> Plain:
    """One element, as far as it is printed."""
    kind = held.kind
    made: Plain = {"name": held.name, "type": "object", "occurs": MAYBE}
    own = around if held.namespace is None else held.namespace
    if own != around:
        made["namespace"] = own
    if (kind.complex and depth >= DEEPEST) or kind.kind in {"any", "dataset"}:
        return made | {"type": "open"}
    match kind.kind:
        case "unknown":
            return made | {"type": "open" if held.name == "anyType" else "empty"}
        case "enum":
            return made | {"type": "enum", "occurs": ONE, "choices": kind.choices}
        case "word":
            return made | _word(kind.text)
    fields = _inside(kind, depth, own)
    if not fields:
        return made | {"type": "open" if held.name == "anyType" else "empty"}
    if len(kind.members) == 1 and kind.members[0].flat and len(fields) == 1:
        return made | {"type": "list", "item": _seen(kind.members[0], depth + 1, own) | {"occurs": MANY}}
    return made | {"fields": fields}


def _word(text: str) -> Plain:
    if text in EXACT:
        return dict(zip(("type", "occurs"), EXACT[text], strict=True))
    if text in WIDER:
        return dict(zip(("type", "occurs"), WIDER[text], strict=True)) | {"data-type": text}
    kind, least, most = BOUNDED[text]
    return {"type": kind, "occurs": ONE, "data-type": text, "range": (least, most)}
