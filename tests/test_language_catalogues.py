"""The catalogues are complete in every language: nothing missing, nothing obsolete, every place kept, compiled."""

from __future__ import annotations

import re
import shutil

import pytest

from conformance.report.language import CODES, catalogue, sources
from conformance.report.language.templates import PLACE

AGAIN = "python -m conformance.report.language.sources"


@pytest.fixture(scope="module")
def template():
    """The messages of now: reading the whole source takes seconds."""
    return sources.template()


@pytest.mark.parametrize("code", CODES)
def test_a_catalogue_is_complete(code, template, monkeypatch):
    monkeypatch.setattr(sources, "template", lambda: template)
    assert list(sources.faults(code)) == [], f"run `{AGAIN}`, and translate what is new"


def test_english_is_its_own_translation():
    assert all(message.id == message.string for message in sources.read("en") if message.id)


def test_what_is_compiled_is_what_is_read():
    known = catalogue.translations("es")
    assert len(known) > 1500
    assert known["No finding."] == sources.read("es").get("No finding.").string
    assert catalogue.translations("en") == {}


EXCEPTED = {
    "this table has no row; the page prints None. where there is nothing to list": "the stop belongs to None",
    "Input is not proper UTF-8, indicate encoding !": "Spanish has no mark there",
}


def test_marks_at_the_ends_are_kept():
    """A fragment is put between others, and a sentence ends."""
    ends = re.compile(r"[.:;,?!…]$")
    for message in sources.read("es"):
        if message.id in EXCEPTED:
            continue
        # A place may have moved to the end.
        if message.id and not PLACE.search(message.id[-12:] + message.string[-12:]):
            theirs, ours = ends.search(message.id), ends.search(message.string)
            assert (theirs and theirs[0]) == (ours and ours[0]), message.id
            assert message.id[:1].isspace() == message.string[:1].isspace(), message.id


def test_code_in_a_message_is_not_translated():
    for message in sources.read("es"):
        for code in re.findall(r"`[\w .-]+`|--[a-z-]+|\$\{[A-Z_]+\}", str(message.id)):
            assert code in message.string, message.id


FAULTS = (
    ('msgid "No finding."', 'msgid "No finding at all."', "obsolete: No finding at all.", "missing: No finding."),
    (re.compile(r'(msgid "No finding\."\nmsgstr )"[^"]+"'), r'\1""', "not translated: No finding."),
    (re.compile(r'(msgid "known are \{names\}"\nmsgstr ")[^"]+"'), r'\1conocidos"', "other places than in the message"),
    (re.compile(r'(msgid "No finding\."\n)'), r"#, fuzzy\n\1", "fuzzy: No finding."),
    (re.compile(r'(msgid "No finding\."\nmsgstr )"[^"]+"'), r'\1"Otra cosa."', "conformance.mo is not compiled from"),
)


@pytest.mark.parametrize("change", FAULTS, ids=lambda change: change[2])
def test_what_is_wrong_with_a_catalogue_is_told(change, template, monkeypatch, tmp_path):
    old, new, *said = change
    shutil.copytree(sources.FOLDER / "es", tmp_path / "es")
    monkeypatch.setattr(sources, "FOLDER", tmp_path)
    monkeypatch.setattr(sources, "template", lambda: template)
    path = sources.path_of("es")
    text = path.read_text("utf-8")
    changed = old.sub(new, text, count=1) if isinstance(old, re.Pattern) else text.replace(old, new, 1)
    assert changed != text
    path.write_text(changed, "utf-8")
    told = list(sources.faults("es"))
    for words in said:
        assert any(words in line for line in told), told


def test_bringing_up_to_date_keeps_translations_and_drops_what_is_obsolete(template, monkeypatch, tmp_path):
    shutil.copytree(sources.FOLDER, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(sources, "FOLDER", tmp_path)
    monkeypatch.setattr(sources, "template", lambda: template)
    before = {message.id: message.string for message in sources.read("es") if message.id}
    path = sources.path_of("es")
    path.write_text(path.read_text("utf-8") + '\nmsgid "nobody says this"\nmsgstr "nadie dice esto"\n', "utf-8")
    assert sources.main([]) == 0
    assert {message.id: message.string for message in sources.read("es") if message.id} == before
    assert path.read_bytes() == (catalogue.FOLDER / "es" / "LC_MESSAGES" / path.name).read_bytes()
    assert sources.main(["--check"]) == 0
