"""Single oddities of ASP.NET help pages, one page each: what the random pages do not draw, or draw rarely."""

from __future__ import annotations

import pytest

from conformance.documents import contract_of, count, derive, differences
from conformance.documents.ledger import facts_of, members
from conformance.errors import ConformanceError
from conformance.model import Basis
from tests.synthetic_pages import line_of, page

HEAD = "| Name | Description | Type | Additional information |\n|---|---|---|---|\n"


def sheet(body="", formats="", answer="None.", shown="", title="POST api/Harbour/Boat", parameters="None."):
    """A page of those parts."""
    parts = (
        f"{title}\nMoors a boat\nRequest Information\nURI Parameters\n{parameters}",
        f"Body Parameters\n{body or 'None.'}\nRequest Formats\n{formats}",
        f"Response Information\nResource Description\n{answer}\nResponse Formats\n{shown}",
    )
    return "\n".join(part.strip("\n") for part in parts)


def read(text):
    return contract_of(page(text))


def fields(text):
    return dict(members(read(text).operation.request.fields))


def ids(text):
    """What a page betrays, but that it lists no format: most of the pages here do not."""
    return [erratum.id for erratum in read(text).errata if erratum.id != "no-format"]


def test_an_empty_description_leaves_its_bar_behind_the_row():
    text = sheet(f"Boat{HEAD}| Mast | integer |\nNone. |\n|\n| Keel |\nWhat is below |\nstring |\nRequired |")
    assert [(name, held.type, held.required) for name, held in fields(text).items()] == [
        ("Mast", "integer", False),
        ("Keel", "string", True),
    ]
    assert ids(text) == ["stray-bar-after-mast"]


def test_many_stray_bars_are_one_erratum():
    rows = "".join(f"| M{index} | integer |\nNone. |\n|\n" for index in range(5))
    assert ids(sheet(f"Boat{HEAD}{rows}")) == ["stray-bars-boat"]


def test_an_annotation_of_one_word_is_no_type():
    text = sheet(f"Boat{HEAD}| Mast | string |\nSortable |\n|\n| Keel | Wood |\nSortable |\n|\n| Oar | date |\nNone. |")
    assert [(held.type, held.model, [c.text for c in held.constraints]) for held in fields(text).values()] == [
        ("string", "", ["Sortable"]),
        ("open", "Wood", ["Sortable"]),
        ("dateTime", "", []),
    ]


def test_a_cell_of_annotations_may_be_empty_where_none_is_never_said():
    text = sheet(f"Boat{HEAD}| Mast |\nThe mast |\nstring | |\n| Keel |\nThe keel |\ndate | |")
    assert [held.type for held in fields(text).values()] == ["string", "dateTime"]


def test_a_description_may_be_the_word_of_a_type():
    text = sheet(f"Boat{HEAD}| Built |\ndate |\ndate |\nRequired |\n| Mast |\nstring |\ninteger |\nNone. |")
    assert [held.type for held in fields(text).values()] == ["dateTime", "integer"]


def test_a_type_may_be_broken_over_lines():
    text = sheet(f"Boat{HEAD}| Sails |\nBy colour |\nDictionary of string [key]\nand integer [value] |\nNone. |")
    held = fields(text)["Sails"]
    assert (held.type, held.item.name, held.item.type) == ("map", "Value", "integer")


def test_a_model_that_holds_itself_is_followed_once():
    text = sheet(f"Boat{HEAD}| Tender | the small one | Boat | None. |\n| Mast | it stands | integer | Required |")
    held = fields(text)
    assert list(held) == ["Tender", "Mast"]
    assert (held["Tender"].type, held["Tender"].model, held["Tender"].fields) == ("object", "Boat", ())


def test_models_that_hold_each_other_too_often_are_an_error():
    tables = [
        f"M{index}{HEAD}" + "".join(f"| {name} | one of both | M{index + 1} | None. |\n" for name in "ab")
        for index in range(20)
    ]
    text = sheet("".join(tables))
    with pytest.raises(ConformanceError, match=r"page\.txt, line \d+: the models of this page hold each other"):
        read(text)


def test_nested_models_have_their_own_constraints_and_lines():
    text = sheet(
        f"Boat{HEAD}| Sails | of it | Collection of Sail | None. |\nSail\n{HEAD}"
        "| Area | m2 | integer | Required Max length: 3 |"
    )
    area = fields(text)["Sails/Area"]
    line = line_of(text, "| Area |")
    assert [(held.facet, held.citation.line) for held in area.constraints] == [("required", line), ("max-length", line)]
    assert (area.citation.line, area.type_citation.line) == (line, line)
    assert fields(text)["Sails"].item.model == "Sail"
    facts = {entry.line: entry.facts for entry in read(text).ledger}
    assert {"request/Sails/Area", "request/Sails/Area/required", "request/Sails/Area/max-length"} <= set(facts[line])
    assert "model/Sail" in facts[line_of(text, "| Name |", 2)]


def test_a_model_that_the_request_carries_demands_nothing_of_an_answer():
    sail = f"Sail{HEAD}| Area | m2 | integer | Required |"
    crew = f"Sailor{HEAD}| Age | years | integer | Required |"
    text = sheet(
        f"Boat{HEAD}| Sail | of it | Sail | Required |\n{sail}\n{crew}",
        answer=f"Harbour{HEAD}| Boat | in it | Boat | None. |\n| Sailor | of it | Sailor | None. |",
    )
    answer = dict(members(read(text).operation.response.fields))
    assert answer["Boat/Sail"].constraints == answer["Boat/Sail/Area"].constraints == ()
    assert [held.facet for held in answer["Sailor/Age"].constraints] == ["required"]


def test_an_enumeration_has_names_and_numbers():
    head = "Wind\nPossible enumeration values:\n| Name | Value | Description |\n|---|---|---|"
    table = f"{head}\n| Calm | 0 | none |\n| Gale | -8 | much |"
    text = sheet(f"Boat{HEAD}| Wind | today | Wind | Required |\n{table}")
    held = fields(text)["Wind"]
    assert (held.type, held.model, [(c.name, c.number) for c in held.choices]) == (
        "enum",
        "Wind",
        [("Calm", 0), ("Gale", -8)],
    )
    facts = {entry.line: entry.facts for entry in read(text).ledger}
    assert facts[line_of(text, "| Gale |")] == ("enumeration/Wind/Gale",)


def test_a_model_without_table_or_sample_is_open():
    text = sheet(f"Boat{HEAD}| Wind | today | Wind | Required |", 'application/json\n{"Wind": 3}')
    held = fields(text)["Wind"]
    assert (held.type, held.model) == ("open", "Wind")
    assert "no-table-wind" in ids(text)


def test_parameters_of_the_address_are_members_of_the_operation():
    table = f"{HEAD}| id | of the boat | integer | Required |\n| page | which | integer | Default value is 1 |"
    text = sheet(title="GET api/Boats/{id}?page={page}", parameters=table, shown="application/json\nSample:\n{}")
    operation = read(text).operation
    assert (operation.name, operation.request.fields, operation.request.root) == ("Boats", (), "")
    assert [(held.name, held.type, held.required) for held in operation.parameters] == [
        ("id", "integer", True),
        ("page", "integer", False),
    ]
    assert operation.parameters[1].constraint("default").text == "1"
    assert [(held.name, held.media_types, held.response_media_types) for held in operation.encodings] == [
        ("json", (), ("application/json",))
    ]
    ledger = {entry.line: entry.facts for entry in read(text).ledger}
    assert all(name in ledger[cite.line] for cite, name in facts_of(operation))
    assert count(read(text)) == "2 field rows, 1 stated constraint (1 required)"


@pytest.mark.parametrize(
    ("body", "sample", "root"),
    [
        ("Collection of string", '["a", "b"]', "ArrayOfString"),
        (f"Collection of Boat{HEAD}| Mast | it stands | integer | None. |", '[{"Mast": 1}]', "ArrayOfBoat"),
        ("integer", "3", "int"),
        ("Dictionary of string [key] and integer [value]", '{"a": 1}', "KeyValueOfstringint"),
    ],
)
def test_an_answer_that_is_no_object_has_no_members_and_an_erratum(body, sample, root):
    text = sheet(answer=body, shown=f"application/json\n{sample}")
    contract = read(text)
    assert (contract.operation.response.fields, contract.operation.response.root) == ((), root)
    assert ids(text) == ["response-is-no-object"]


def test_a_body_whose_model_has_no_table_is_read_from_its_sample():
    text = sheet("A boat\nBoat", 'application/json\n{"Mast": 3, "Sails": ["a"]}')
    held = fields(text)
    assert [(name, one.type) for name, one in held.items()] == [("Mast", "integer"), ("Sails", "list")]
    assert held["Mast"].type_basis is Basis.INFERRED
    assert read(text).operation.request.root == "Boat"


def test_one_head_may_speak_of_several_encodings():
    types = "application/json, text/json, application/xml, application/x-www-form-urlencoded, application/bson"
    text = sheet(f"Boat{HEAD}| Mast | it stands | integer | None. |", f"{types}\nSample:\nSample not available.")
    assert [(held.name, held.media_types, held.serializer) for held in read(text).operation.encodings] == [
        ("json", ("application/json", "text/json"), None),
        ("xml", ("application/xml",), None),
        ("form", ("application/x-www-form-urlencoded",), None),
    ]
    assert ids(text) == ["no-sample-form", "no-sample-json", "no-sample-xml"]


def test_two_heads_of_one_encoding_are_one_encoding():
    shown = 'application/json\n{"Mast": 1}\ntext/json\nThe exception(s):\nOut of rope.'
    text = sheet(f"Boat{HEAD}| Mast | it stands | integer | None. |", shown)
    (encoding,) = read(text).operation.encodings
    assert encoding.media_types == ("application/json", "text/json")
    assert ids(text) == []


def test_names_that_json_writes_in_another_case_are_those_of_json():
    keel = f"Keel{HEAD}| Depth | m | integer | None. |"
    table = f"Boat{HEAD}| Mast | it stands | integer | None. |\n| KeelLength | m | Keel | None. |\n{keel}"
    shown = 'application/json\n{"mast": 1, "keelLength": {"depth": 2}}'
    assert list(fields(sheet(table, shown))) == ["mast", "keelLength", "keelLength/depth"]
    assert ids(sheet(table, shown)) == ["names-in-another-case"]
    xml = "\napplication/xml\n<Boat><Mast>1</Mast><KeelLength><Depth>2</Depth></KeelLength></Boat>"
    both = read(sheet(table, shown + xml))
    assert [held.name for held in both.operation.encodings] == ["json"]
    assert "xml-names-in-another-case" in [erratum.id for erratum in both.errata]


def test_the_element_of_an_item_is_named_by_the_xml_sample():
    logs = "| Logs | of it | Collection of Collection of date | None. |"
    table = f"Boat{HEAD}| Depths | m | Collection of integer | None. |\n{logs}"
    plain = read(sheet(table)).operation.request.fields
    assert [(held.item.name, held.item.type) for held in plain] == [("int", "integer"), ("ArrayOfDateTime", "list")]
    xml = (
        "application/xml\n<Boat><Depths><short>1</short><short>1</short></Depths>"
        "<Logs><ArrayOfDay><Day>x</Day></ArrayOfDay></Logs></Boat>"
    )
    shown = read(sheet(table, xml)).operation.request.fields
    assert [held.item.name for held in shown] == ["short", "ArrayOfDay"]
    assert shown[1].item.item.name == "Day"


DATA_CONTRACT = """application/xml, text/xml
<Boat xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://schemas.datacontract.org/2004/07/Harbour">
<Keel>a</Keel>
<Mast>b</Mast>
<Oars xmlns:d2p1="http://schemas.microsoft.com/2003/10/Serialization/Arrays">
<d2p1:string>c</d2p1:string>
<d2p1:string>c</d2p1:string>
</Oars>
<Zinc i:nil="true" />
</Boat>"""
LOST = (
    f"Boat{HEAD}| Zinc | grey | string | None. |\n| | tall | string | Required |\n"
    "| Oars | wet | Collection of string | None. |"
)


def test_a_data_contract_names_the_only_row_without_a_name():
    text = sheet(f"{LOST}\n| Keel | deep | string | None. |", DATA_CONTRACT)
    operation = read(text).operation
    assert [held.name for held in operation.request.fields] == ["Zinc", "Mast", "Oars", "Keel"]
    assert operation.request.namespace == "http://schemas.datacontract.org/2004/07/Harbour"
    assert operation.encodings[0].serializer == "data-contract"


def test_a_data_contract_does_not_tell_two_rows_without_a_name():
    text = sheet(f"{LOST}\n| | deep | string | None. |", DATA_CONTRACT)
    with pytest.raises(ConformanceError, match="the order of the samples does not tell it"):
        read(text)


def test_two_neighbours_without_a_name_have_the_order_of_the_sample():
    rows = "| Zinc | grey | string | None. |\n| | tall | string | Required |\n| | deep | integer | None. |"
    shown = 'application/json\n{"Zinc": "a", "Mast": "b", "Keel": 1}'
    assert [held.name for held in read(sheet(f"Boat{HEAD}{rows}", shown)).operation.request.fields] == [
        "Zinc",
        "Mast",
        "Keel",
    ]


def test_a_lost_name_in_a_nested_table_comes_from_the_place_of_the_model():
    sail = f"Sail{HEAD}| Area | m2 | integer | None. |\n| | of it | string | None. |"
    table = f"Boat{HEAD}| Sail | of it | Sail | None. |\n| Area | m2 | integer | None. |\n{sail}"
    shown = 'application/json\n{"Sail": {"Area": 1, "Cloth": "x"}, "Area": 2}'
    assert "Sail/Cloth" in fields(sheet(table, shown))


@pytest.mark.parametrize("annotation", ["Data type: EmailAddress", r"Matching regular expression pattern: ^\S+@\S+$"])
def test_a_field_that_plainly_is_mail_is_marked_without_readings(annotation):
    text = sheet(
        f"Boat{HEAD}| Contact | of it | string | {annotation} |\n| Mast | it stands | string | Data type: Url |"
    )
    assert [held.marks for held in fields(text).values()] == [("mail",), ()]


@pytest.mark.parametrize(
    ("rows", "at", "reason"),
    [
        (
            "| Mast | it stands | integer | None. |\n| Mast | again | integer | None. |",
            "| Mast |",
            "more than one row Mast",
        ),
        ("| Mast | it stands | in feet | None. |", "| Mast |", "the type 'in feet' is not known"),
        ("| Mast |", "| Mast |", "fewer than four cells"),
        ("", "| Name |", "this table has no row"),
    ],
)
def test_a_table_that_cannot_be_read_is_named_with_its_line(rows, at, reason):
    text = sheet(f"Boat{HEAD}{rows}")
    with pytest.raises(ConformanceError) as caught:
        read(text)
    assert str(caught.value).startswith(f"page.txt, line {line_of(text, at)}: ")
    assert reason in str(caught.value)


def test_a_page_with_marks_of_markdown_and_lines_around_it():
    text = sheet(f"Boat\n\n{HEAD}| Mast | it stands | integer | None. |", 'application/json\n```json\n{"Mast": 1}\n```')
    marked = "\n".join(
        f"## {line}" if line.endswith(("Information", "Parameters", "Formats")) else line for line in text.split("\n")
    )
    contract = read(f"Help Page Home\n\n# {marked}\n\n(c) Harbour")
    assert [held.name for held in contract.operation.request.fields] == ["Mast"]
    assert contract.operation.encodings[0].name == "json"
    assert contract.errata == ()


def test_parameters_keep_their_case_and_need_a_name():
    shown = 'application/json\n{"dock": 1}'
    text = sheet(
        f"Boat{HEAD}| dock | which | integer | None. |", shown, parameters=f"{HEAD}| Dock | it | integer | None. |"
    )
    assert [held.name for held in read(text).operation.parameters] == ["Dock"]
    assert ids(text) == []
    with pytest.raises(ConformanceError, match=r"line 7: this parameter of the address has no name"):
        read(text.replace("| Dock |", "| |"))


def test_the_count_knows_nested_rows():
    table = f"Boat{HEAD}| Sail | of it | Sail | Required |\nSail{HEAD}| Area | m2 | integer | Required |"
    answer = f"Done{HEAD}| Boat | it | Boat | None. |"
    assert count(read(sheet(table, answer=answer))) == "3 field rows, 2 stated constraints (2 required)"


def test_headings_that_are_there_twice_are_two_pages():
    text = sheet()
    with pytest.raises(ConformanceError, match="the heading Request Information is there twice"):
        read(f"{text}\n{text}")


def test_huge_bounds_are_read():
    cell = "Max length: 2147483647 Range: inclusive between 0 and 1.79769313486232E+308"
    held = fields(sheet(f"Boat{HEAD}| Mast | it stands | string | {cell} |"))["Mast"]
    assert held.constraint("max-length").max_length == 2147483647
    assert held.constraint("range").maximum > 10**300


def test_constraints_of_new_kinds_differ_fact_by_fact():
    cell = "Data type: Url Hidden Max length: 9 Min length: 2 String length: inclusive between 1 and 8"
    text = sheet(f"Boat{HEAD}| Mast | it stands | string | {cell} |")
    line = line_of(text, "| Mast |")
    for old, new, name, was, now in (
        ("Min length: 2", "Min length: 3", "min-length", 2, 3),
        ("between 1 and", "between 0 and", "length/min-length", 1, 0),
        ("and 8", "and 7", "length/max-length", 8, 7),
        ("type: Url", "type: Html", "data-type", "Url", "Html"),
        ("Hidden", "Shown", "text", "Hidden", "Shown"),
    ):
        other = read(text.replace(old, new))
        sentence = f"harbour-boat request/Mast/{name}: committed '{was}', document line {line} says '{now}'"
        assert sentence in differences(read(text), other)


def test_readings_beside_the_page_are_read_with_it(tmp_path):
    text = sheet(f"Boat{HEAD}| Mast | it stands | integer | Required |")
    (tmp_path / "boat.txt").write_text(text, encoding="utf-8")
    (tmp_path / "moorings.toml").write_text(
        'operation = "HarbourBoat"\n[[assumed]]\nvalue = { member = "Mast", is = 3, line = 9, word = "Mast" }\n'
        '[[inferred]]\neffect = { text = "a boat was moored", line = 2, word = "Moors" }\n',
        encoding="utf-8",
    )
    (contract,) = derive(tmp_path)
    assert (contract.service, contract.baseline, contract.effect) == ("moorings", {"Mast": 3}, "a boat was moored")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("operation = ", "line 1, at its end: this is no TOML"),
        ('operation = "HarbourBoat"\n[stated]\nx = 1', "stated is no table of readings"),
        ('operation = "HarbourBoat"\n[[guessed]]\nx = 1', "guessed is no table of readings"),
        ('operation = "HarbourBoat"\n[[stated]]\nmark = 1', "mark is no reading that this version knows"),
        ('operation = "HarbourBoat"\n[[stated]]', " is no reading that this version knows"),
        (
            'operation = "HarbourBoat"\n[[stated]]\nfact = { is = "x", line = "two", word = "Moors" }',
            "the key line holds 'two'",
        ),
    ],
)
def test_readings_that_cannot_be_read_are_named(tmp_path, text, reason):
    (tmp_path / "boat.txt").write_text(sheet(f"Boat{HEAD}| Mast | it stands | integer | Required |"), encoding="utf-8")
    (tmp_path / "boat.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConformanceError, match=reason):
        derive(tmp_path)
