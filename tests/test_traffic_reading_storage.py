"""Recordings found: files, folders, patterns and URLs, told apart by their content; and what is said of others."""

from __future__ import annotations

import io
import os
import pickle
import tracemalloc
from pathlib import Path

import fsspec
import pytest
from fsspec.registry import known_implementations

from conformance.errors import ConformanceError
from conformance.traffic.files import har as har_reader
from conformance.traffic.files import lines, parts, storage
from conformance.traffic.files.parts import Part, parts_of
from conformance.traffic.files.reading import records
from conformance.traffic.recording import Recorded, Unread
from tests.traffic_support import PACKERS, exchange, har, jsonl, read_bytes

LINES = jsonl([exchange(1), exchange(2)])
ARCHIVE = har([exchange(1)])
FLOW = b"9:4:type;4:http;}"


def _names(found: tuple[Part, ...]) -> list[tuple[int, str, str, str]]:
    return [(part.order, Path(part.path).name, part.kind, part.packed) for part in found]


def _fill(folder: Path) -> Path:
    (folder / "b" / ".git").mkdir(parents=True)
    (folder / "b" / ".git" / "x.har").write_bytes(ARCHIVE)
    (folder / "b" / "two.har.gz").write_bytes(PACKERS["gz"](ARCHIVE))
    (folder / "b" / "one.ndjson").write_bytes(LINES)
    (folder / "a.zst").write_bytes(PACKERS["zst"](LINES))
    (folder / "notes.txt").write_bytes(b"nothing")
    (folder / "empty").write_bytes(b"\n")
    (folder / "torn.gz").write_bytes(PACKERS["gz"](LINES)[:12])
    (folder / "page.har").write_bytes(b"<html>")
    (folder / ".hidden.jsonl").write_bytes(LINES)
    return folder


def test_a_folder_means_every_recording_below_it_in_order(tmp_path):
    found = parts_of([str(_fill(tmp_path))])
    assert _names(found) == [
        (0, "a.zst", "jsonl", "zst"),
        (1, "page.har", "unknown", ""),
        (2, "torn.gz", "jsonl", "gz"),
        (3, "one.ndjson", "jsonl", ""),
        (4, "two.har.gz", "har", "gz"),
    ]
    assert list(records(found[1])) == [
        (0, Unread("corrupt", "by its name it is a recording, and by its content it is none"))
    ]
    assert [type(one) for part in found for _, one in records(part)] == [
        *(Recorded, Recorded, Unread, Unread, Recorded, Recorded, Recorded),
    ]


def test_the_order_is_that_of_the_command_line_and_no_file_is_read_twice(tmp_path):
    _fill(tmp_path)
    found = parts_of(
        [str(tmp_path / "b" / "two.har.gz"), str(tmp_path / "*" / "*"), str(tmp_path), f"{tmp_path}/**/*.gz"]
    )
    assert [Path(part.path).name for part in found] == ["two.har.gz", "one.ndjson", "a.zst", "page.har", "torn.gz"]


def test_a_name_with_the_marks_of_a_pattern_is_a_name(tmp_path):
    (tmp_path / "a[1].har").write_bytes(ARCHIVE)
    assert _names(parts_of([str(tmp_path / "a[1].har")])) == [(0, "a[1].har", "har", "")]


def test_a_name_that_is_no_text_is_read_and_can_be_written(tmp_path):
    (tmp_path / "f").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path / "f") + b"/\xff.har")).write_bytes(ARCHIVE)
    (part,) = parts_of([str(tmp_path / "f")])
    assert part.path.encode("utf-8").endswith(b"/?.har")
    assert [one for _, one in records(part)] == [exchange(1)]


def test_beside_a_journal_the_archive_made_of_it_is_left_out_unless_it_is_named(tmp_path):
    (tmp_path / "run.jsonl").write_bytes(LINES)
    (tmp_path / "evidence.har").write_bytes(ARCHIVE)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "evidence.har").write_bytes(ARCHIVE)
    assert [part.path for part in parts_of([str(tmp_path)])] == [
        str(tmp_path / "run.jsonl"),
        str(tmp_path / "b" / "evidence.har"),
    ]
    assert _names(parts_of([str(tmp_path / "evidence.har")])) == [(0, "evidence.har", "har", "")]


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (LINES, "x", "jsonl"),
        (b"\xef\xbb\xbf\n" + LINES, "x.har", "jsonl"),
        (LINES.replace(b"{", b"x", 1), "x", "jsonl"),
        (b'{"response": null, "request": {}}', "x", "jsonl"),
        (ARCHIVE, "x.jsonl", "har"),
        (har([], indent=3), "x", "har"),
        (b'{"_meta": {"log": 1, "request": {}}, "log": {"entries": []}}', "x", "har"),
        (ARCHIVE.replace(b"{", b"x", 1), "x.har", "har"),
        (b'{"crc32": "00000000", "line": 1}\n', "x", "journal"),
        (b'{"header": 1}\n{"crc32": "00000000", "line": 2}\n', "x", "journal"),
        (b"", "x.har", "har"),
        (b"", "x", "jsonl"),
        (b"  \n", "x.jsonl", "jsonl"),
        (b'{"requ', "x.jsonl", "jsonl"),
    ],
)
def test_the_kind_is_told_by_the_content(tmp_path, content, name, kind):
    (tmp_path / name).write_bytes(content)
    assert [part.kind for part in parts_of([str(tmp_path / name)])] == [kind]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04....", "is a ZIP archive; unpack it"),
        (b"BZh91AY", "is packed with bzip2; unpack it"),
        (b"\xfd7zXZ\x00", "is packed with xz; unpack it"),
        (b"\xd4\xc3\xb2\xa1\x02", "is a capture of packets, in which TLS is still closed"),
        (b'{"info": {"_postman_id": "1"}, "item": []}', "is a Postman collection, which holds requests and no traffic"),
        (b"<!DOCTYPE html><p>", "looks like a HTML page"),
        (b"<?xml version='1.0'?><a/>", "looks like XML"),
        (b'[{"request": {}}]', "looks like a list of JSON; write one exchange a line"),
        (b'{"openapi": "3.1.0"}', "is JSON of another shape"),
        (b"\x7fELF\x00\x01", "holds bytes of no text"),
        (b"secret-word", "looks like plain text"),
        (
            b"# A page that shows lines\n\nAnd says\nwhat they\nare.\n" + LINES + b'{"crc32": "00000000", "line": 1}',
            "looks like plain text",
        ),
    ],
)
@pytest.mark.parametrize("packed", ["", "gz"])
def test_a_named_file_that_is_none_is_an_error_that_says_what_it_looks_like(tmp_path, content, words, packed):
    (tmp_path / "x").write_bytes(PACKERS[packed](content))
    with pytest.raises(ConformanceError) as error:
        parts_of([str(tmp_path / "x")])
    assert str(error.value).startswith(f"{tmp_path}/x is no recording: it {words}")
    assert "secret-word" not in str(error.value)


def test_where_nothing_is_the_error_names_the_path(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.txt").write_text("a")
    os.mkfifo(tmp_path / "pipe")
    for path, words in (
        ("missing.har", "nothing is there"),
        ("*.nothing", "nothing is there"),
        ("empty", "nothing is there"),
        ("other", "there is no recording in it"),
        ("pipe", "is neither a file nor a folder"),
        ("a\0b", "cannot be read (ValueError)"),
    ):
        with pytest.raises(ConformanceError, match=words.replace("(", r"\(").replace(")", r"\)")) as error:
            parts_of([str(tmp_path / path)])
        assert path in str(error.value)


def test_what_cannot_be_opened_is_an_error_that_names_it(tmp_path):
    part = Part(order=0, path="gone.jsonl", url=str(tmp_path / "gone.jsonl"))
    with pytest.raises(ConformanceError, match=r"gone\.jsonl: nothing is there"):
        list(records(part))


def test_flows_without_mitmproxy_are_an_error_that_names_the_extra(tmp_path, monkeypatch):
    (tmp_path / "flows").write_bytes(FLOW)
    monkeypatch.setattr(parts, "find_spec", lambda name: None)
    with pytest.raises(ConformanceError, match=r"install billing-conformance\[mitmproxy\]"):
        parts_of([str(tmp_path / "flows")])


# --- storages ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def memory():
    files = fsspec.filesystem("memory")
    files.store.clear()
    yield files
    files.store.clear()


def test_a_storage_is_read_as_files_are(memory):
    memory.pipe("/logs/2026/b.jsonl", LINES * 20)
    memory.pipe("/logs/2026/a.har.zst", PACKERS["zst"](ARCHIVE))
    memory.pipe("/logs/readme", b"nothing")
    found = parts_of(["memory://logs"], 500)
    assert {part.path for part in found} == {"memory:///logs/2026/a.har.zst", "memory:///logs/2026/b.jsonl"}
    said = [one for part in found for _, one in records(part)]
    assert said == [exchange(1), *[exchange(1), exchange(2)] * 20]
    assert len(found) > 10
    assert parts_of(["memory://logs/**/*.jsonl"], 500)[0].kind == "jsonl"
    assert len(parts_of(["memory://logs/2026/b.jsonl"])) == 1
    assert pickle.loads(pickle.dumps(found)) == found


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (
            "absent://bucket/a.har",
            r"to read from absent the Python package no_driver is needed; .*pip install no_driver",
        ),
        ("memori://bucket/a.har", r"memori is no storage that is known here; did you mean memory\?"),
        ("memory://nothing/here", r"nothing is there"),
    ],
)
def test_a_storage_that_cannot_be_read_is_one_clear_error(memory, monkeypatch, url, words):
    monkeypatch.setitem(known_implementations, "absent", {"class": "no_driver.Files", "err": "no"})
    with pytest.raises(ConformanceError, match=words) as error:
        parts_of([url])
    assert url in str(error.value)


def test_what_is_secret_in_a_url_is_not_shown():
    for url, shown in (
        ("https://user:word@h.example/a.har?X-Signature=word", "https://h.example/a.har?…"),
        ("simplecache::s3://key:word@bucket/a.har", "simplecache::s3://bucket/a.har"),
        ("memory://a/b.har", "memory://a/b.har"),
    ):
        assert storage.shown(url) == shown
    with pytest.raises(ConformanceError) as error:
        parts_of(["s4://user:word@h/a?word"])
    assert "word" not in str(error.value)


def test_a_storage_that_breaks_off_is_told(memory, monkeypatch):
    memory.pipe("/a.jsonl", LINES)

    class Broken:
        def __init__(self) -> None:
            self.blocks = [LINES[:-9]]

        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def read(self, _size):
            if self.blocks:
                return self.blocks.pop()
            raise ConnectionResetError(104, "Connection reset by peer")

    (part,) = parts_of(["memory://a.jsonl"])
    monkeypatch.setattr(storage, "opened", lambda url: Broken())
    (_, first), (_, second) = records(part)
    assert isinstance(first, Recorded)
    assert second == Unread("corrupt", "the storage does not give what follows (Connection reset by peer)")


def test_a_storage_that_cannot_be_read_from_the_middle_is_an_error(memory, monkeypatch):
    memory.pipe("/a.jsonl", LINES)

    class Stream(io.RawIOBase):
        def seek(self, _place):
            raise ValueError("cannot seek, word")

    *_, part = parts_of(["memory://a.jsonl"], 300)
    monkeypatch.setattr(storage, "opened", lambda url: Stream())
    with pytest.raises(ConformanceError, match=r"memory://a\.jsonl cannot be read \(ValueError\)"):
        list(records(part))


# --- packed -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("packed", ["gz", "zst"])
def test_packed_files_one_behind_another_are_one(tmp_path, packed):
    pack = PACKERS[packed]
    found = read_bytes(tmp_path, pack(LINES[:50]) + pack(b"") + pack(LINES[50:]), f"a.{packed}")
    assert [one for _, one in found] == [exchange(1), exchange(2)]


def test_zeros_behind_gz_are_padding_and_anything_else_is_told(tmp_path):
    whole = PACKERS["gz"](LINES)
    assert len(read_bytes(tmp_path, whole + b"\0" * 600, "a.gz")) == 2
    assert read_bytes(tmp_path, whole + b"junk", "a.gz")[-1][1] == Unread(
        "corrupt", "what follows cannot be unpacked (gz)"
    )


@pytest.mark.parametrize("packed", ["gz", "zst"])
@pytest.mark.parametrize("kind", ["jsonl", "har"])
def test_memory_does_not_grow_with_what_is_packed(tmp_path, monkeypatch, packed, kind):
    """Nothing but one endless line, in a file that is small."""
    for module in (lines, har_reader):
        monkeypatch.setattr(module, "LARGEST", 2**20)
    head = b'{"request": "' if kind == "jsonl" else b'{"log": {"entries": [{"request": "'
    path = tmp_path / f"bomb.{kind}.{packed}"
    path.write_bytes(PACKERS[packed](head + bytes(40 * 2**20)))
    (part,) = parts_of([str(path)])
    tracemalloc.start()
    try:
        found = list(records(part))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert path.stat().st_size < 2**17
    assert [one.reason for _, one in found] == ["too-large"]
    assert peak < 8 * 2**20


@pytest.mark.parametrize("kind", ["jsonl", "har"])
def test_memory_does_not_grow_with_the_file(tmp_path, kind):
    peaks = []
    for many in (300, 3000):
        made = [exchange(number, b"x" * 1000) for number in range(many)]
        path = tmp_path / f"a.{kind}"
        path.write_bytes(jsonl(made) if kind == "jsonl" else har(made))
        del made
        (part,) = parts_of([str(path)])
        tracemalloc.start()
        try:
            assert sum(1 for _ in records(part)) == many
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert path.stat().st_size > 4 * 2**20
    assert max(peaks) < 3 * 2**20
