"""Flows of mitmproxy. By day a stand-in reads the netstrings of a flow file that mitmproxy wrote, so that what is ours
is tested on every Python: where a flow begins and ends, what is damaged, what becomes of it. By night it does."""

from __future__ import annotations

import importlib.machinery
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.traffic.files import flows
from conformance.traffic.recording import Recorded, Unread, body_of
from tests.traffic_support import PACKERS, Read, read, read_as

SAMPLE = Path(__file__).parent / "traffic_samples" / "mitmproxy.flows"
CONTENT = SAMPLE.read_bytes()
ASK, OK = b'{"GrantorTaxId":"AAA010101AAA"}', b'{"success":true}'
STARTS = (0, 1822, 4927, 6705, 8479)
"""A flow of TCP lies between the second and the third."""
EXPECTED = [
    (ASK, "bytes", 200, OK, "bytes"),
    (ASK, "bytes", 200, OK, "bytes"),  # packed
    (ASK, "bytes", 200, b"", "nothing"),  # streamed
    (b"\xff\x00", "bytes", 200, b"\x80", "bytes"),
    (ASK, "bytes", "Connection killed.", b"", ""),
]


def rows(found: Read) -> list[tuple[Any, ...]]:
    made = []
    for _, one in found:
        assert isinstance(one, Recorded)
        request, response = one.request, one.response
        told = (one.error, b"", "") if response is None else (response.status, body_of(response), response.kept)
        made.append((body_of(request), request.kept, *told))
    return made


def _netstring(data: bytes) -> tuple[Any, bytes]:
    length, _, rest = data.partition(b":")
    held, kind, rest = rest[: int(length)], rest[int(length) : int(length) + 1], rest[int(length) + 1 :]
    if kind in {b"}", b"]"}:
        items = []
        while held:
            item, held = _netstring(held)
            items.append(item)
        return (dict(zip(items[::2], items[1::2], strict=True)) if kind == b"}" else items), rest
    return {b",": bytes, b";": bytes.decode, b"#": int, b"^": float, b"!": b"true".__eq__, b"~": lambda _: None}[kind](
        held
    ), rest


def _message(state: dict[str, Any] | None) -> Any:
    if state is None:
        return None
    text = {
        name: held.decode() if isinstance(held, bytes) and name != "content" else held for name, held in state.items()
    }
    url = f"{text.get('scheme')}://{text.get('host')}{text.get('path')}"
    fields = SimpleNamespace(fields=tuple(map(tuple, state["headers"])))
    return SimpleNamespace(**text | {"raw_content": state["content"], "url": url, "pretty_url": url, "headers": fields})


class FlowReader:
    """What mitmproxy's reader of flows does with one flow."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def stream(self) -> Any:
        state, _ = _netstring(self._file.read())
        if state["type"] == "http":
            error = state["error"] and SimpleNamespace(msg=state["error"]["msg"])
            yield SimpleNamespace(
                type="http", request=_message(state["request"]), response=_message(state["response"]), error=error
            )
        else:
            yield SimpleNamespace(type=state["type"])


@pytest.fixture(scope="module", autouse=True)
def stand_in():
    with pytest.MonkeyPatch.context() as patch:
        module, inner = ModuleType("mitmproxy"), ModuleType("mitmproxy.io")
        module.__spec__ = importlib.machinery.ModuleSpec("mitmproxy", None)
        inner.FlowReader = FlowReader
        patch.setitem(sys.modules, "mitmproxy", module)
        patch.setitem(sys.modules, "mitmproxy.io", inner)
        yield


@pytest.mark.parametrize("packed", sorted(PACKERS))
def test_flows_are_read_and_other_protocols_say_nothing(tmp_path, packed):
    path = tmp_path / "traffic"
    path.write_bytes(PACKERS[packed](CONTENT))
    found = read(path)
    assert rows(found) == EXPECTED
    assert tuple(at for at, _ in found) == STARTS
    _, one = found[0]
    assert one.request.url == "https://portal.example.com/Dito.REST/api/CollectionPolicy"
    assert (one.started, one.milliseconds) == ("2026-03-02T10:00:00.000+00:00", 40.0)


@given(st.integers(0, len(CONTENT) - 1), st.integers(1, 255))
def test_a_damaged_byte_costs_one_flow(tmp_path_factory, place, change):
    damaged = bytearray(CONTENT)
    damaged[place] ^= change
    said = dict(read_as(tmp_path_factory.getbasetemp() / "damaged.flows", bytes(damaged), "flow"))
    for begin, end, row in zip(STARTS, (*STARTS[1:], len(CONTENT)), EXPECTED, strict=True):
        if not begin <= place < end:
            assert rows([(begin, said[begin])]) == [row]


@pytest.mark.parametrize(("end", "whole"), [(len(CONTENT) - 1, 4), (6705, 3), (6706, 3), (1000, 0), (0, 0)])
def test_a_torn_file_yields_what_came_before_and_tells(tmp_path, end, whole):
    found = read_as(tmp_path / "torn", CONTENT[:end], "flow")
    assert rows(found[:whole]) == EXPECTED[:whole]
    left = [one for _, one in found[whole:]]
    assert left == ([] if end in STARTS else [Unread("corrupt", "the file ends in the middle of this flow")])


def test_a_flow_that_is_too_large_is_told_and_passed(tmp_path, monkeypatch):
    monkeypatch.setattr(flows, "LARGEST", 3000)
    large = CONTENT[:1822].replace(b"1816:", b"", 1)
    content = CONTENT[:1822] + b"9001816:" + large[:-1] + CONTENT[:1822] + b" " * 8_998_178 + b"}" + CONTENT[6705:]
    found = read_as(tmp_path / "large", content, "flow")
    assert rows([*found[:1], *found[2:]]) == [EXPECTED[0], *EXPECTED[3:]]
    assert found[1][1].reason == "too-large"


@pytest.mark.nightly
def test_mitmproxy_itself_reads_the_same(tmp_path):
    """And the archive that it makes of the flows says the same, but for what a HAR does not keep."""
    from tests.test_watch_live import program

    python = Path(program()).parent / "python"
    script = (
        "import sys\n"
        "from conformance.traffic.files.lines import write_line\n"
        "from conformance.traffic.files.parts import parts_of\n"
        "from conformance.traffic.files.reading import records\n"
        "for part in parts_of(sys.argv[1:]):\n"
        "    for _, one in records(part):\n"
        "        sys.stdout.buffer.write(write_line(one))\n"
    )
    done = subprocess.run([python, "-c", script, SAMPLE], capture_output=True, check=True)
    (tmp_path / "read.jsonl").write_bytes(done.stdout)
    assert [one for _, one in read(tmp_path / "read.jsonl")] == [one for _, one in read(SAMPLE)]

    archive = tmp_path / "made.har"
    subprocess.run([program(), "-nr", SAMPLE, "--set", f"hardump={archive}"], capture_output=True, check=True)
    assert json.loads(archive.read_text("utf-8"))["log"]["creator"]["name"] == "mitmproxy"
    made = rows(read(archive))
    assert [row[0] for row in made] == [row[0] for row in EXPECTED]
    assert [row[2:4] for row in made if row[2] == 200][:2] == [(200, OK)] * 2
    assert made[4][2] == "Connection killed."
