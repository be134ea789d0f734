"""ASP.NET Web API help pages from sheets: what the page generator prints, in the renderings that were met.

`cells` has one cell a line behind a bar, `rows` one row a line, `bare` the same without bars at both ends, `bare-cells`
one cell a line without a leading bar, `lines` no bars at all. `rows` may be Markdown proper: fences around samples,
escaped characters, breaks, links and entities within cells.
"""

from __future__ import annotations

import html
import json
import re
from decimal import Decimal
from typing import Any

from tests.helppage_sheets import Member, Sheet, Word

XSD = 'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
XSI_ONLY = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'
CONTRACTS = "http://schemas.datacontract.org/2004/07/Orchard.Models"
ARRAYS = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
SAMPLES = {
    "string": "sample string 1",
    "boolean": True,
    "integer": 3,
    "unsigned integer": 4,
    "byte": 64,
    "signed byte": 65,
    "decimal number": Decimal("5.1"),
    "globally unique identifier": "5b1f0a52-40d6-4f0e-9a1b-6f3f2d0c7e11",
    "date": "2024-03-09T10:11:12.5+00:00",
    "character": "A",
    "time interval": "00:00:00",
    "URI": "https://orchard.example/",
    "Object": {},
}
ITEMS = {
    "string": "string",
    "boolean": "boolean",
    "integer": "int",
    "unsigned integer": "unsignedInt",
    "byte": "unsignedByte",
    "signed byte": "byte",
    "decimal number": "decimal",
    "globally unique identifier": "guid",
    "date": "dateTime",
    "character": "char",
    "time interval": "duration",
    "URI": "anyURI",
    "Object": "anyType",
}
"""Word → the name of an item in XML."""


def text_of(sheet: Sheet) -> str:
    """The page."""
    quirks = sheet.quirks
    head = "## " if quirks["markdown"] else ""
    lines = [
        f"{'# ' if quirks['markdown'] else ''}{sheet.method} {sheet.path}",
        # A writer that escapes does so in every text, and that is how a reader knows.
        r"Plants a tree \[of any kind\]" if quirks["escape"] else "Plants a tree",
        f"{head}Request Information",
    ]
    lines.append(f"{head}URI Parameters")
    lines += _table(sheet, "", sheet.parameters, None) if sheet.parameters else ["None."]
    tables = _tables(sheet)
    lines += [f"{head}Body Parameters", "The tree", *_table(sheet, sheet.body, sheet.models[sheet.body], sheet.lost)]
    inside = quirks["models"] == "inside"
    lines += tables if inside else []
    lines += [f"{head}Request Formats", *_samples(sheet, sheet.body)]
    if quirks["form"]:
        lines += [*_media(sheet, "application/x-www-form-urlencoded"), *_fenced(sheet, quirks["failure"].split("\n"))]
    if quirks["other"]:
        lines += [*_media(sheet, "application/bson, multipart/form-data"), quirks["failure"]]
    lines += [f"{head}Response Information", f"{head}Resource Description"]
    lines += _table(sheet, sheet.answer, sheet.models[sheet.answer], None)
    lines += [f"{head}Response Formats", *_samples(sheet, sheet.answer)]
    lines += tables if not inside else []
    return "\n".join(lines)


def _tables(sheet: Sheet) -> list[str]:
    """The tables of nested models and enumerations."""
    lines: list[str] = []
    for name, held in sheet.models.items():
        if name not in {sheet.body, sheet.answer, *sheet.untabled}:
            lines += _table(sheet, name, held, None)
    for name, choices in sheet.enums.items():
        lines += _enum(sheet, name, choices)
    return lines


def _head(sheet: Sheet, name: str, columns: str) -> list[str]:
    led = sheet.rendering in {"cells", "rows"}
    row = f"| {columns} |" if led else columns + (" |" if sheet.rendering == "bare-cells" else "")
    rule = ["|---|---|---|---|" if led else "---|---|---|---"] if sheet.quirks["rule"] else []
    if sheet.rendering == "lines":
        return [*([name] if name else []), columns.replace(" | ", "")]
    if name and sheet.quirks["glued"]:
        return [f"{name}{row}", *rule]
    return [*([name] if name else []), row, *rule]


def _table(sheet: Sheet, name: str, held: tuple[Member, ...], lost: int | None) -> list[str]:
    lines = _head(sheet, name, "Name | Description | Type | Additional information")
    for index, member in enumerate(held):
        between = "\n" if sheet.rendering == "lines" else "" if sheet.quirks["tight"] else " "
        between = sheet.quirks["break"] or between
        notes_ = between.join(_written(sheet, note.text) for note in member.notes) or "None."
        described = member.description or ("The lost one" if index == lost else "")
        shown = None if index == lost else member.name
        lines += _row(sheet, _written(sheet, shown), _written(sheet, described), _linked(sheet, member.word), notes_)
    return lines


def _written(sheet: Sheet, text: str | None) -> Any:
    """A text as a writer of Markdown writes it in a cell of a row; elsewhere as it is."""
    if not text or not (sheet.quirks["markdown"] and sheet.rendering == "rows"):
        return text
    text = re.sub(r"([\\*_\[\]`])", r"\\\1", text) if sheet.quirks["escape"] else text
    text = html.escape(text, quote=False) if sheet.quirks["entities"] else text
    return text.replace("|", "\\|")


def _linked(sheet: Sheet, word: Word) -> str:
    """The type, with a link at each model."""
    text = str(_written(sheet, word.text))
    for name in word.reaches() if sheet.quirks["links"] else ():
        text = re.sub(rf"\b{name}\b", f"[{name}](/Help/ResourceModel?modelName={name})", text)
    return text


def _row(sheet: Sheet, name: str | None, described: str, word: str, notes_: str) -> list[str]:
    vanish = sheet.quirks["vanish"]
    match sheet.rendering:
        case "cells":
            return _led_cells(name, described, word, notes_, vanish)
        case "bare-cells":
            return _bare_cells(name, described, word, notes_, vanish)
        case "lines":
            return [name or "", *([described] if described else []), word, *notes_.split("\n")]
    cells = [name or "", described, word, notes_]
    if not described and vanish != "empty":
        cells = [name or "", word, notes_, *([""] if vanish == "shifted" else [])]
    row = " | ".join(cells)
    return [f"| {row} |" if sheet.rendering == "rows" else row]


def _led_cells(name: str | None, described: str, word: str, notes_: str, vanish: str) -> list[str]:
    if name is None:
        return ["|", f"{described} |", f"{word} |", f"{notes_} |", "|"]
    if not described and vanish == "shifted":
        return [f"| {name} | {word} |", f"{notes_} |", "|"]
    between = [f"{described} |"] if described else ["|"] if vanish == "empty" else []
    return [f"| {name} |", *between, f"{word} |", f"{notes_} |"]


def _bare_cells(name: str | None, described: str, word: str, notes_: str, vanish: str) -> list[str]:
    if name is None:
        return [f"| {described} |", f"{word} |", f"{notes_} |", "|"]
    if not described:
        return [f"{name} | {word} |", f"{notes_} |", *(["|"] if vanish == "shifted" else [])]
    return [f"{name} |", f"{described} |", f"{word} |", f"{notes_} |"]


def _enum(sheet: Sheet, name: str, choices: tuple[tuple[str, int], ...]) -> list[str]:
    columns = "Name | Value | Description"
    if sheet.quirks["enum-heading"]:
        intro = "Possible enumeration values:"
        lines = [name, f"**{intro}**" if sheet.quirks["links"] else intro, *_head(sheet, "", columns)]
    else:
        lines = _head(sheet, name, columns)
    for choice, number in choices:
        match sheet.rendering:
            case "cells":
                lines += [f"| {choice} |", f"{number} |", "So it is |"]
            case "rows":
                lines += [f"| {choice} | {number} | So it is |"]
            case "bare-cells":
                lines += [f"{choice} |", f"{number} |", "So it is |"]
            case "lines":
                lines += [choice, str(number), "So it is"]
            case _:
                lines += [f"{choice} | {number} | So it is"]
    return lines


def _caption(sheet: Sheet) -> list[str]:
    return ["Sample:"] if sheet.quirks["caption"] else []


def _media(sheet: Sheet, types: str) -> list[str]:
    return [f"{'#### ' if sheet.quirks['fence'] else ''}{types}", *([""] if sheet.quirks["fence"] else [])]


def _fenced(sheet: Sheet, lines: list[str], language: str = "") -> list[str]:
    """A sample or what stands in its place, below its caption."""
    if not sheet.quirks["fence"]:
        return [*_caption(sheet), *lines]
    opening = f"```{language}" if sheet.quirks["fence"] == "named" else "```"
    return ["", *_caption(sheet), "", opening, *lines, "```", ""]


def _samples(sheet: Sheet, model: str) -> list[str]:
    lines: list[str] = []
    failed = _fenced(sheet, sheet.quirks["failure"].split("\n"))
    if sheet.json_state == sheet.xml_state == "failed":
        return [*_media(sheet, "application/json, text/json, application/xml, text/xml"), *failed]
    if sheet.json_state != "unlisted":
        lines += [
            *_media(sheet, "application/json, text/json"),
            *(_json(sheet, model) if sheet.json_state == "shown" else failed),
        ]
    if sheet.xml_state != "unlisted":
        lines += [
            *_media(sheet, "application/xml, text/xml"),
            *(_xml(sheet, model) if sheet.xml_state == "shown" else failed),
        ]
    return lines


def spelt(sheet: Sheet, name: str) -> str:
    return name[0].lower() + name[1:] if sheet.quirks["camel"] else name


def _json(sheet: Sheet, model: str) -> list[str]:
    indent = None if sheet.quirks["one-line"] else 2
    text = json.dumps(_value(sheet, Word("model", model)), indent=indent, default=float, ensure_ascii=False)
    if sheet.quirks["caption"] and sheet.quirks["one-line"] and not sheet.quirks["fence"]:
        return [f"Sample: {text}"]
    return _fenced(
        sheet, text.split("\n") if sheet.quirks["fence"] else [line.strip() for line in text.split("\n")], "json"
    )


def _value(sheet: Sheet, word: Word) -> Any:
    match word.kind:
        case "list":
            return [_value(sheet, word.parts[0])] * 2
        case "map":
            return {f"sample key {index}": _value(sheet, word.parts[1]) for index in (1, 2)}
        case "pair":
            return {
                spelt(sheet, key): _value(sheet, part) for key, part in zip(("Key", "Value"), word.parts, strict=True)
            }
        case "model":
            return {spelt(sheet, member.name): _value(sheet, member.word) for member in sheet.models[word.name]}
        case "enum":
            return sheet.enums[word.name][0][1]
    return SAMPLES[word.name]


def _xml(sheet: Sheet, model: str) -> list[str]:
    foreign = sheet.serializer == "data-contract"
    attributes = f'{XSI_ONLY} xmlns="{CONTRACTS}"' if foreign else XSD
    lines = [f"<{model} {attributes}>", *_xml_members(sheet, model), f"</{model}>"]
    return _fenced(sheet, ["".join(lines)] if sheet.quirks["one-line"] else lines, "xml")


def _xml_members(sheet: Sheet, model: str) -> list[str]:
    held = sheet.models[model]
    if sheet.serializer == "data-contract":
        held = tuple(sorted(held, key=lambda member: member.name))
    return [line for member in held for line in _element(sheet, member.name, member.word)]


def item_element(sheet: Sheet, word: Word) -> str:
    """What an item of a list is called in XML."""
    match word.kind:
        case "simple":
            return ITEMS[word.name]
        case "list":
            inner = item_element(sheet, word.parts[0])
            return f"ArrayOf{inner if sheet.serializer == 'data-contract' else inner[0].upper() + inner[1:]}"
        case "map" | "pair":
            return "".join(("KeyValueOf", *(item_element(sheet, part) for part in word.parts)))
    return word.name


def _element(sheet: Sheet, name: str, word: Word, prefix: str = "") -> list[str]:
    match word.kind:
        case "list":
            item = item_element(sheet, word.parts[0])
            foreign = sheet.serializer == "data-contract" and word.parts[0].kind == "simple"
            space = f' xmlns:d2p1="{ARRAYS}"' if foreign else ""
            inner = _element(sheet, item, word.parts[0], "d2p1:" if foreign else "") * 2
            return [f"<{prefix}{name}{space}>", *inner, f"</{prefix}{name}>"]
        case "map" | "pair":
            # The members of a pair are in lower case in a data contract, and those of a dictionary's entry are not.
            key, value = ("Key", "Value") if word.kind == "map" else ("key", "value")
            both = [*_element(sheet, key, word.parts[0]), *_element(sheet, value, word.parts[1])]
            entry = item_element(sheet, word)
            inner = [f"<{entry}>", *both, f"</{entry}>"] * 2 if word.kind == "map" else both
            return [f"<{name}>", *inner, f"</{name}>"]
        case "model":
            return [f"<{name}>", *_xml_members(sheet, word.name), f"</{name}>"]
        case "enum":
            return [f"<{name}>{sheet.enums[word.name][0][0]}</{name}>"]
    value = SAMPLES[word.name]
    text = "" if value == {} else str(value).lower() if isinstance(value, bool) else str(value)
    return [f"<{prefix}{name}>{text}</{prefix}{name}>"]
