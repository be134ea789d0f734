r"""Help pages in Markdown and with remains of HTML: single pages, beside the random ones."""

from __future__ import annotations

import pytest

from conformance.documents import contract_of
from conformance.documents.helppage.marks import bare
from conformance.documents.ledger import members
from tests.synthetic_pages import line_of, page

PAGE = r"""# POST api/Harbour/Boat

Moors a boat

## Request Information

### URI Parameters

None.

### Body Parameters

[Boat](/Help/ResourceModel?modelName=Boat)

| Name | Description | Type | Additional information |
| --- | --- | --- | --- |
| **Mast** | how&nbsp;tall | integer | Required<br>Range: inclusive between 0 and 9999.99 |
| Sails | of it | Collection of [Sail](/Help/ResourceModel?modelName=Sail) | None. |
| Code | of it | string | CELL |

**[Sail](/Help/ResourceModel?modelName=Sail)**

| **Name** | **Description** | **Type** | **Additional information** |
| --- | --- | --- | --- |
| Area | m2 | integer | <p>Required</p><p>Max length: 3</p> |

## Request Formats

#### **application/json**, text/json

Sample:

```json
{
  "Mast": 1,
  "Sails": [{"Area": 2}],
  "Code": "x"
}
```

#### application/xml

**Sample:**

~~~
<Boat><Mast>1</Mast><Sails><Sail><Area>2</Area></Sail></Sails><Code>x</Code></Boat>
~~~

---

## Response Information

### Resource Description

None.

### Response Formats

None.
"""


def read(cell="None.", text=PAGE):
    return contract_of(page(text.replace("CELL", cell)))


def code(cell, text=PAGE):
    held = dict(members(read(cell, text).operation.request.fields))["Code"]
    return [(one.facet, one.pattern or one.text or one.max_length) for one in held.constraints]


def test_a_page_in_markdown_is_read_whole():
    contract = read()
    assert [(held.name, held.media_types) for held in contract.operation.encodings] == [
        ("json", ("application/json", "text/json")),
        ("xml", ("application/xml",)),
    ]
    fields = dict(members(contract.operation.request.fields))
    assert [(name, held.type, [c.facet for c in held.constraints]) for name, held in fields.items()] == [
        ("Mast", "integer", ["required", "range"]),
        ("Sails", "list", []),
        ("Sails/Area", "integer", ["required", "max-length"]),
        ("Code", "string", []),
    ]
    assert fields["Sails"].item.model == "Sail"
    assert str(fields["Mast"].constraint("range").maximum) == "9999.99"
    assert contract.errata == ()
    ledger = {entry.line: entry for entry in contract.ledger}
    assert ledger[line_of(PAGE, "```json")].reason == "a bracket of a sample"


@pytest.mark.parametrize(
    "between", ["<br>", "<br/>", "<br />", "<BR>", " <br> ", "</p><p>", '<p class="x">', ", ", "; "]
)
def test_what_divides_annotations(between):
    cell = f"Required{between}Matching regular expression pattern: ^\\d{{7}}${between}Max length: 7"
    assert code(cell) == [("required", None), ("pattern", r"^\d{7}$"), ("max-length", 7)]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        (r"^(?<p>\d)\k<p>(?P<br>x)$", r"^(?<p>\d)\k<p>(?P<br>x)$"),
        (r"^[^<br>]+$<br>", r"^[^<br>]+$"),
        (r"^[A-Z](foo)$", r"^[A-Z](foo)$"),
        (r"^&lt;\w&amp;$", r"^<\w&$"),
        (r"`^a\|\d&lt;$`", r"^a|\d&lt;$"),
        (r"^(a\|b)\d$", r"^(a|b)\d$"),
        (r"^\[a\]\d*$", r"^\[a\]\d*$"),
        (r"^\[A-Z\]{2}\\d\*$", r"^[A-Z]{2}\d*$"),
        (r"^\\\[\\d\\\|x$", r"^\[\d\|x$"),
    ],
)
def test_marks_within_a_pattern(cell, found):
    assert code(f"Matching regular expression pattern: {cell}") == [("pattern", found)]


def test_escapes_are_undone_in_patterns_only_where_the_whole_page_escapes():
    cell = r"Matching regular expression pattern: ^\*\[x\]$"
    told = PAGE.replace("Moors a boat", r"Moors a\_boat")
    assert code(cell) == [("pattern", r"^\*\[x\]$")]
    assert code(cell, told) == [("pattern", "^*[x]$")]
    raw = "| Sails | of it | string | Matching regular expression pattern: ^[0-9]$ |"
    assert code(cell, told.replace("| Sails | of it |", f"{raw}\n| Oars | of it |")) == [("pattern", r"^\*\[x\]$")]


def test_an_escaped_bar_in_a_pattern_is_an_erratum():
    (erratum,) = read(r"Matching regular expression pattern: ^(x\|b)$").errata
    assert (erratum.id, erratum.line) == ("escaped-bar-code", line_of(PAGE, "| Code |"))


def test_a_page_without_marks_keeps_the_entities_of_its_patterns():
    text = "\n".join(
        line.lstrip("#").strip() for line in PAGE.split("\n") if not line.startswith(("```", "~~~", "---"))
    )
    for mark in ("<br>", "<p>", "</p>"):
        text = text.replace(mark, " ")
    bar = r"Matching regular expression pattern: ^(x\|b)$"
    assert code(bar, text) == [("pattern", r"^(x\|b)$")]
    assert "escaped-bar-code" in [erratum.id for erratum in read(bar, text).errata]
    assert code(r"Matching regular expression pattern: ^&lt;a$", text) == [("pattern", "^&lt;a$")]
    assert code("Allowed: &lt;a&gt;", text) == [("text", "Allowed: <a>")]


def test_a_page_without_any_format_has_an_erratum():
    lines = [line for line in PAGE.split("\n") if "application/" not in line]
    contract = read(text="\n".join(lines))
    assert contract.operation.encodings == ()
    (erratum,) = contract.errata
    assert (erratum.id, erratum.line) == ("no-format", lines.index("## Request Formats") + 1)


def test_annotations_that_are_not_read_are_one_erratum():
    dates = "Range: inclusive between 1/1/2000 12:00:00 AM and 1/1/2030 12:00:00 AM"
    text = PAGE.replace("Max length: 3", "Checked on Sundays")
    (erratum,) = read(f"Required<br>{dates}", text).errata
    lines = [line_of(text, "| Code |"), line_of(text, "| Area |")]
    assert (erratum.id, erratum.line) == ("annotations-not-read", lines[0])
    assert f"line {lines[0]} and line {lines[1]} are none" in erratum.statement


def test_a_page_that_was_cut_says_so():
    cut = PAGE.partition("## Request Formats")[0]
    found = read(text=cut).errata
    assert [erratum.id for erratum in found] == ["no-format", "no-response-information"]
    assert all(1 <= erratum.line <= cut.count("\n") for erratum in found)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("## Request Information ##", "Request Information"),
        ("**Sample:**", "Sample"),
        ("- `application/json`, `text/json`", "application/json, text/json"),
        ("### [Boat](/Help/ResourceModel?modelName=Boat)", "Boat"),
        (r"# POST api/a\_b?x={x}&amp;y={y}", "POST api/a_b?x={x}&y={y}"),
        ("<strong>URI Parameters</strong>", "URI Parameters"),
    ],
)
def test_a_line_without_its_marks(line, found):
    assert bare(line) == found
