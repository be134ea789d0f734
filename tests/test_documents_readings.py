"""Our own readings: data that cites the document and fails where the document says something else."""

from __future__ import annotations

import tomllib

import pytest

from conformance.documents import contract_of
from conformance.documents.readings import BASES, ERRATUM, FOLDER, KINDS
from conformance.errors import ConformanceError
from conformance.model import Basis
from tests.synthetic_pages import HELP, line_of, page

DONE = line_of(HELP, "Whether it was kept")
READINGS = f"""
operation = "WarehouseShelf"

[[stated]]
acceptance = {{ member = "done", line = {DONE}, word = "kept" }}

[[inferred]]
echo = {{ member = "kept", line = {DONE + 4}, word = "What" }}

[[inferred]]
mark = {{ member = "Shelves/ShelfId", as = "reference", line = {line_of(HELP, "All its shelves")}, word = "shelves" }}

[[inferred]]
order = {{ lower = "Places", upper = "Rent", line = {line_of(HELP, "What it costs")}, word = "costs" }}

[[assumed]]
value = {{ member = "Places", is = 3, line = {line_of(HELP, "| Places |")}, word = "Places" }}

[[assumed]]
value = {{ member = "Code", is = "A1", line = {line_of(HELP, "| Code |")}, word = "Code" }}

[[erratum]]
id = "rent-without-currency"
line = {line_of(HELP, "What it costs")}
word = "costs"
statement = "No currency."
consequence = "None is assumed."
"""


@pytest.fixture
def read(tmp_path):
    def reading(text, document=HELP):
        (tmp_path / "warehouse.toml").write_text(text, encoding="utf-8")
        return contract_of(page(document), tmp_path)

    return reading


def test_the_file_names_the_service(read):
    assert read(READINGS).service == "warehouse"


def test_readings_are_laid_over_the_page(read):
    contract = read(READINGS)
    operation = contract.operation
    assert (operation.acceptance.member, operation.acceptance.basis) == ("done", Basis.STATED)
    assert (operation.acceptance.echo, operation.acceptance.echo_citation.line) == ("kept", DONE + 4)
    assert (operation.orders[0].lower, operation.orders[0].basis) == ("Places", Basis.INFERRED)
    shelves = operation.request.fields[3]
    assert shelves.item.fields[0].marks == ("reference",)
    assert "rent-without-currency" in [erratum.id for erratum in contract.errata]


def test_the_baseline_has_the_order_of_the_request(read):
    assert list(read(READINGS).baseline.items()) == [("Code", "A1"), ("Places", 3)]


def test_a_reading_shows_in_the_ledger(read):
    ledger = {entry.line: entry.facts for entry in read(READINGS).ledger}
    assert ledger[DONE] == ("response/done/acceptance",)
    assert ledger[line_of(HELP, "All its shelves")] == ("request/Shelves/ShelfId/reference",)


def test_a_cited_word_that_is_not_in_its_line_is_named(read):
    with pytest.raises(ConformanceError) as caught:
        read(READINGS, HELP.replace("Whether it was kept", "Whether it worked"))
    message = str(caught.value)
    assert message.startswith(f"page.txt, line {DONE}: the word 'kept' is not in this line")
    assert "warehouse.toml, [[stated]] 1 (acceptance done)" in message


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('member = "done"', 'member = "undone"', "the document has no member undone"),
        ('as = "reference"', 'as = "shiny"', "shiny is no mark"),
        ("order = {", "disorder = {", "disorder is no reading that this version knows"),
        ('member = "Places", is = 3', 'member = "Places"', "the key is is missing"),
        ('id = "rent-without-currency"', 'id = "no-sample-form"', "the erratum no-sample-form is there twice"),
    ],
)
def test_a_reading_that_fits_nothing_is_named(read, old, new, reason):
    with pytest.raises(ConformanceError, match=reason):
        read(READINGS.replace(old, new))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_committed_reading_cites_a_line_and_a_word(path):
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    assert content.pop("operation")
    assert set(content) <= {*BASES, ERRATUM}
    for table, entries in content.items():
        for entry in entries:
            keys = entry if table == ERRATUM else next(iter(entry.values()))
            assert table == ERRATUM or set(entry) <= set(KINDS)
            assert isinstance(keys["line"], int)
            assert keys["word"].strip()
