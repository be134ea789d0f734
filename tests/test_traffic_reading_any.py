"""Readers of recordings, by properties: however a recording is written, packed and cut, it says the same; one damaged
byte costs one exchange, and is told."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conformance.traffic.files.parts import Part
from conformance.traffic.files.reading import records
from conformance.traffic.recording import Recorded, Unread, body_of
from tests.traffic_support import PACKERS, any_exchanges, exchange, har, jsonl, read, read_as

SIZES = st.one_of(st.integers(20, 60), st.integers(100, 2000))
EVERY = [exchange(number, b'{"a": "' + b"x" * number + b'"}') for number in range(4)]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@given(any_exchanges(), SIZES, st.sampled_from(sorted(PACKERS)), st.sampled_from((b"\n", b"\r\n", b"\n\n \n")))
def test_lines_say_the_same_however_they_are_packed_and_cut(folder, exchanges, size, packed, end):
    content = jsonl(exchanges).replace(b"\n", end)
    path = folder / f"a.jsonl{packed and '.'}{packed}"
    path.write_bytes(PACKERS[packed](content))
    found = read(path, size)
    assert [one for _, one in found] == exchanges
    for (at, one), (after, _) in pairwise([*found, (len(content), None)]):
        assert read_as(folder / "one.jsonl", content[at:after], "jsonl") == [(0, one)]


@given(any_exchanges(), st.sampled_from(sorted(PACKERS)), st.sampled_from((None, 0, 2)))
def test_archives_say_the_same_however_they_are_packed_and_laid_out(folder, exchanges, packed, indent):
    content = har(exchanges, indent=indent)
    path = folder / f"a.har{packed and '.'}{packed}"
    path.write_bytes(PACKERS[packed](content))
    found = read(path)
    assert [one for _, one in found] == exchanges
    for at, _ in found:
        assert content[at : at + 40].replace(b"\n", b"").replace(b" ", b"").startswith(b'{"startedDateTime"')


@given(st.integers(0, len(jsonl(EVERY)) - 1), st.integers(1, 255))
@example(len(jsonl(EVERY[:1])) - 1, 1)
@example(len(jsonl(EVERY[:1])) - 1, ord("\n") ^ ord("{"))
def test_a_damaged_byte_of_lines_costs_one_exchange_and_is_told(folder, place, change):
    _check_damage(folder, jsonl(EVERY), place, change, "jsonl", _starts(jsonl(EVERY), b'{"request"'))


@pytest.mark.parametrize("indent", [None, 1])
@given(st.data())
def test_a_damaged_byte_of_an_archive_costs_one_entry_and_is_told(folder, indent, data):
    content = har(EVERY, indent=indent)
    marks = st.sampled_from([at for at, byte in enumerate(content) if byte in b'{}[],"'])
    place = data.draw(st.one_of(marks, st.integers(0, len(content) - 1)))
    change = data.draw(
        st.one_of(st.integers(1, 255), st.sampled_from(b'"{}[],\\\n').map(lambda to: to ^ content[place]))
    )
    mark = b'{"startedDateTime"' if indent is None else b'{\n    "startedDateTime"'
    _check_damage(folder, content, place, change, "har", _starts(content, mark))


def _starts(content: bytes, mark: bytes) -> list[int]:
    starts, at = [], content.find(mark)
    while at >= 0:
        starts.append(at)
        at = content.find(mark, at + 1)
    assert len(starts) == len(EVERY)
    return starts


def _check_damage(folder: Path, content: bytes, place: int, change: int, kind: str, starts: list[int]) -> None:
    damaged = bytearray(content)
    damaged[place] ^= change
    found = read_as(folder / "damaged", bytes(damaged), kind)
    said = dict(found)
    before = 0 if kind == "jsonl" else starts[0]
    for (begin, end), one in zip(pairwise([*starts, len(content)]), EVERY, strict=True):
        # What joins an entry to the next belongs to the one before it; what stands before all of them, to none.
        if begin <= place < end:
            told = [held for at, held in found if begin <= at < end]
            assert told, "silent"
        else:
            got = said[begin]
            assert isinstance(got, Recorded)
            assert got == one if place >= before else got.request.url == one.request.url
    assert len([one for _, one in found if isinstance(one, Recorded)]) <= len(EVERY)


@given(st.integers(0, len(har(EVERY))))
def test_a_torn_archive_yields_what_came_before(folder, end):
    content = har(EVERY)
    starts, closed = _starts(content, b'{"startedDateTime"'), content.rindex(b"]")
    found = read_as(folder / "torn", content[:end], "har")
    ends = [*(at - 1 for at in starts[1:]), closed]
    assert [one for _, one in found if isinstance(one, Recorded)] == EVERY[: sum(at <= end for at in ends)]
    assert (end > closed) != any(isinstance(one, Unread) for _, one in found)


@pytest.mark.parametrize("packed", ["gz", "zst"])
@given(st.data())
def test_a_torn_packed_file_yields_what_came_before_and_tells(folder, packed, data):
    content = jsonl(EVERY)
    whole = PACKERS[packed](content)
    end = data.draw(st.integers(4, len(whole) - 1))
    path = folder / f"torn.jsonl.{packed}"
    path.write_bytes(whole[:end])
    found = read(path)
    assert isinstance(found[-1][1], Unread)
    assert [one for _, one in found[:-1]] == EVERY[: len(found) - 1]


@given(st.binary(max_size=400), st.sampled_from(("jsonl", "journal", "har")), st.sampled_from(("", "gz", "zst")))
def test_no_bytes_are_too_odd(folder, content, kind, packed):
    path = folder / "odd"
    path.write_bytes(content)
    for at, one in records(Part(order=0, path="odd", url=str(path), kind=kind, packed=packed)):
        assert at >= 0
        assert isinstance(one, (Recorded, Unread))


@given(any_exchanges(3))
def test_bodies_can_be_had_and_names_of_pseudo_headers_are_gone(folder, exchanges):
    path = folder / "b.har"
    path.write_bytes(har(exchanges, creator="another"))
    for (_, got), one in zip(read(path), exchanges, strict=True):
        assert isinstance(got, Recorded)
        assert body_of(got.request) == body_of(one.request) or got.request.kept == "nothing"


@given(st.data(), st.sampled_from(("jsonl", "har")))
def test_bytes_cut_out_doubled_and_put_in_stop_no_reader(folder, data, kind):
    content = jsonl(EVERY) if kind == "jsonl" else har(EVERY, indent=data.draw(st.sampled_from((None, 1))))
    damaged = content
    for _ in range(data.draw(st.integers(1, 4))):
        begin = data.draw(st.integers(0, len(damaged)))
        end = min(len(damaged), begin + data.draw(st.integers(0, 300)))
        put = data.draw(st.one_of(st.binary(max_size=5), st.just(damaged[begin:end] * 2)))
        damaged = damaged[:begin] + put + damaged[end:]
    found = read_as(folder / "damaged", damaged, kind)
    places = [at for at, _ in found]
    assert places == sorted(places)
    said = dict(found)
    if kind == "jsonl":
        at = 0
        for line in damaged.split(b"\n"):
            for one in EVERY:
                assert line + b"\n" != jsonl([one]) or said[at] == one
            at += len(line) + 1
    else:
        for at, one in found:
            assert damaged[at : at + 1] == b"{" or isinstance(one, Unread)
