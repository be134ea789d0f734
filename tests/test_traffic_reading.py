"""Recordings read: archives in the dialects of their tools, lines, journals, and what is odd or damaged."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from conformance.target.journal.lines import sealed
from conformance.traffic.files import har as archives
from conformance.traffic.files import lines
from conformance.traffic.files.har_bodies import is_whole
from conformance.traffic.files.parts import parts_of
from conformance.traffic.files.reading import Progress, records
from conformance.traffic.recording import Recorded, Unread, body_of
from tests.traffic_support import exchange, har, jsonl, read, read_as, read_bytes

SAMPLES = Path(__file__).parent / "traffic_samples"
ASK = b'{"GrantorTaxId":"AAA010101AAA","Email":"qa@example.com"}'
FORM = b"GrantorTaxId=AAA010101AAA&Email=qa%40example.com"
OK = b'{"success":true,"message":null,"data":{"GrantorTaxId":"AAA010101AAA"}}'
XML = b'<?xml version="1.0" encoding="utf-8"?><CollectionPolicyResult><success>true</success></CollectionPolicyResult>'
LATIN = '<?xml version="1.0" encoding="ISO-8859-1"?><P><Name>Peña</Name></P>'.encode("latin-1")

# tool: method, request body, what of it is kept; status or error, answer's body, what of it is kept
DIALECTS: dict[str, list[tuple[str, bytes, str, int | str, bytes, str]]] = {
    "chrome": [
        ("OPTIONS", b"", "bytes", 204, b"", "bytes"),
        ("POST", ASK, "text", 200, OK, "text"),
        ("POST", FORM, "text", 200, XML, "text"),  # its size counts a byte order mark
        ("POST", ASK, "text", 200, b"", "nothing"),  # evicted
        ("POST", ASK, "text", "net::ERR_CONNECTION_RESET", b"", ""),
        ("GET", b"", "bytes", 200, b"%PDF\xff\xfe\x00\x01", "bytes"),
        ("POST", ASK, "text", 200, OK[:40], "part"),
        ("POST", LATIN, "text", 200, "<P><N>Ibáñez</N></P>".encode("latin-1"), "text"),
    ],
    "firefox": [
        ("POST", ASK, "text", 200, OK, "text"),
        ("POST", b"GrantorTaxId=AAA010101AAA", "text", 200, OK, "text"),  # behind the header fields of a form
        ("POST", ASK, "text", 200, b"", "nothing"),  # bodies left out
        ("POST", ASK, "text", "no answer was recorded", b"", ""),  # without a status
        ("POST", ASK[:30], "part", 200, OK, "text"),  # cut at the limit
    ],
    "postman": [
        ("POST", ASK, "text", 200, OK, "text"),
        ("POST", ASK, "text", 200, OK, "text"),  # unpacked, with the length of what was packed
        ("POST", ASK, "text", 400, b'{"Message":"The request is invalid."}', "text"),
    ],
    "mitmproxy": [
        ("POST", ASK, "text", 200, OK, "text"),
        ("POST", ASK, "text", 200, b'{"success":true}', "text"),  # its size is that of what was packed
        ("POST", ASK, "text", 200, b"", "nothing"),  # streamed
        ("POST", ASK, "text", "Connection killed.", b"", ""),
        ("POST", ASK, "text", 200, b'{"name":"Pe\xf1a"}', "text"),  # no UTF-8
        ("POST", ASK, "text", 200, b"\x00\x01\xff", "bytes"),
    ],
    "playwright": [
        ("POST", ASK, "text", 200, OK, "text"),
        ("POST", b"", "nothing", 200, b"", "nothing"),  # recorded with content "omit"
        ("POST", ASK, "text", "net::ERR_CONNECTION_REFUSED", b"", ""),  # its status is -1
    ],
    "ours": [
        ("POST", ASK, "bytes", 200, '{"success":"███"'.encode(), "bytes"),  # a mask changes no length that is believed
        ("POST", b"\xff\xfe{", "bytes", 200, b"\x80", "bytes"),
        ("POST", b"", "nothing", "sent, answer unknown", b"", ""),
    ],
}


@pytest.mark.parametrize("tool", sorted(DIALECTS))
def test_an_archive_is_read_in_the_dialect_of_its_tool(tool):
    rows = []
    for _, one in read(SAMPLES / f"{tool}.har"):
        assert isinstance(one, Recorded)
        request, response = one.request, one.response
        told = (one.error, b"", "") if response is None else (response.status, body_of(response), response.kept)
        rows.append((request.method, body_of(request), request.kept, *told))
    assert rows == DIALECTS[tool]


def test_header_fields_are_those_that_were_sent():
    _, one = read(SAMPLES / "chrome.har")[1]
    assert one.request.headers == [("content-type", "application/json")]
    assert one.response.headers == [
        ("content-type", "application/json; charset=utf-8"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
    ]
    assert one.response.http_version == "HTTP/2.0"
    assert (one.started, one.milliseconds) == ("2026-03-02T10:00:01.120Z", 13.5)


def _entry(request: dict | None = None, response: dict | None = None, **members) -> bytes:
    asked = {"method": "POST", "url": "https://h.example/x", "headers": [], **(request or {})}
    got = {"status": 200, "headers": [], "content": {"size": 0, "text": ""}, **(response or {})}
    return json.dumps({"log": {"entries": [{"request": asked, "response": got, **members}]}}).encode()


@pytest.mark.parametrize(
    ("response", "kept"),
    [
        ({"content": {"size": 0, "mimeType": "x-unknown"}}, "bytes"),
        ({"content": {"size": -1, "mimeType": ""}, "bodySize": -1}, "nothing"),
        ({"content": {}, "bodySize": 0}, "bytes"),
        ({"content": {"size": 0, "text": ""}, "headers": [{"name": "Content-Length", "value": "12"}]}, "nothing"),
        ({"content": {"size": 0, "text": ""}, "headers": [{"name": "Content-Length", "value": "0"}]}, "bytes"),
        ({"status": 304, "content": {"size": 900}}, "bytes"),
        ({"content": {"size": 900, "text": '{"a": "b"}'}}, "text"),
        ({"content": {"size": 900, "text": '{"a": "b"'}}, "part"),
        ({"content": {"size": 12, "text": '{"a": "b"'}}, "text"),  # a mark, no cut
        ({"content": {"size": 900, "text": "<a><b/></a>\n"}}, "text"),
        ({"content": {"size": 900, "text": "<a><b/>"}}, "part"),
        ({"content": {"size": 900, "text": "e30=", "encoding": "base64"}}, "bytes"),
        ({"content": {"size": 900, "text": "eyI=", "encoding": "base64"}}, "part"),
        (
            {
                "content": {"size": 9, "text": '{"a": "b"'},
                "headers": [{"name": "Content-Length", "value": "900"}, {"name": "Content-Encoding", "value": "br"}],
            },
            "text",
        ),
        (
            {"content": {"size": 9, "text": '{"a": "b"'}, "headers": [{"name": "Content-Length", "value": "900"}]},
            "part",
        ),
        (
            {
                "content": {"size": 26, "text": '{"a": "ñandú'},
                "headers": [{"name": "Content-Type", "value": "application/json; charset=utf-16"}],
            },
            "text",
        ),
    ],
)
def test_a_body_is_a_part_only_where_that_is_beyond_doubt(tmp_path, response, kept):
    ((_, one),) = read_bytes(tmp_path, _entry(response=response), "a.har")
    assert one.response.kept == kept


@pytest.mark.parametrize(
    ("request_", "kept", "body"),
    [
        ({"headers": [{"name": "Content-Length", "value": "12"}]}, "nothing", b""),
        ({"bodySize": 12}, "nothing", b""),
        ({"postData": {"mimeType": "multipart/form-data", "params": [{"name": "a"}]}}, "nothing", b""),
        (
            {"postData": {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "a b", "value": "é&"}]}},
            "text",
            b"a+b=%C3%A9%26",
        ),
        ({"postData": {"mimeType": "text/xml; charset=windows-1252", "text": "<a>€</a>"}}, "text", b"<a>\x80</a>"),
        ({"postData": {"mimeType": "text/xml; charset=ascii", "text": "<a>€</a>"}}, "text", "<a>€</a>".encode()),
        ({"postData": {"mimeType": "text/xml; charset=rot13", "text": "<a>€</a>"}}, "text", "<a>€</a>".encode()),
        ({"postData": {"mimeType": "text/xml", "text": "<a>\ud800</a>"}}, "part", b"<a>?</a>"),
        ({"postData": {"mimeType": "text/xml", "text": None}}, "bytes", b""),
    ],
)
def test_the_body_of_a_request(tmp_path, request_, kept, body):
    ((_, one),) = read_bytes(tmp_path, _entry(request=request_), "a.har")
    assert (one.request.kept, body_of(one.request)) == (kept, body)


def test_a_time_that_is_none_is_no_number(tmp_path):
    for time in (-1, None, 0):
        ((_, one),) = read_bytes(tmp_path, _entry(time=time), "a.har")
        assert one.milliseconds == 0
    endless = _entry(comment="\ud800", time=7).replace(b'"time": 7', b'"time": 1e999')
    ((_, one),) = read_bytes(tmp_path, endless, "a.har")
    assert one.milliseconds == 0


def test_a_request_by_head_has_an_answer_without_a_body(tmp_path):
    length = {"headers": [{"name": "Content-Length", "value": "12"}], "content": {"size": 12}}
    ((_, one),) = read_bytes(tmp_path, _entry({"method": "HEAD"}, length), "a.har")
    assert one.response.kept == "bytes"


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ('{"a": 1}', True),
        ('\ufeff [1, {"b": "}"}] ', True),
        ('{"a": 1', False),
        ('{"a": "}', False),
        ("[" * 100_000, False),
        ("<a/>", True),
        ('<?xml version="1.0"?><!-- b --><p:a x="1"><b/></p:a>\n', True),
        ("<a><b></b>", False),
        ("<a", False),
        ("a=1", False),
        ("", False),
    ],
)
def test_what_is_whole_by_itself(text, whole):
    assert is_whole(text) is whole


# --- lines ------------------------------------------------------------------------------------------------------------

LINE = jsonl([exchange(1)])
BAD: list[tuple[bytes, str]] = [
    (b'{"request": {"method": "POST"}}', "`request.url` is missing"),
    (b"{}", "`request` is missing"),
    (b'{"request": {"method": "POST", "url": 5}}', "`request.url` is not of its type"),
    (b'{"request": {"method": "P", "url": "u", "headers": [["a"]]}}', "`request.headers[0]` is not of its type"),
    (b'{"request": {"method": "P", "url": "u", "kept": "secret-word"}}', "`request.kept` is not of its type"),
    (b'{"request": {"method": "P", "url": "u"}, "milliseconds": 1e999}', "`milliseconds` is not of its type"),
    (b'{"request": {"method": "P", "url": "u", "body64": "!"}}', "`body64` of its `request` is no Base64"),
    (
        b'{"request": {"method": "P", "url": "u"}, "response": {"status": 2, "body64": "\xc3\xb1"}}',
        "`body64` of its `response` is no Base64",
    ),
    (b'{"request": {"method": "P", "url": "\xff"}}', "a text of it is not UTF-8"),
    (
        b'{"request": {"method": "P", "url": "\\ud800"}}',
        "it is no JSON: its end is missing, or half of a surrogate pair stands in a text",
    ),
    (b'{"request": {"method": "P", "url": "\x00"}}', "it is no JSON from byte 36 of it on"),
    (b'{"request": {"method": "P", "url": "u"}, "a": ' + b"[" * 100_000, "it is nested deeper than is read here"),
    (b"[]", "it is no object of JSON"),
    (b"secret-word", "it is no JSON from byte 0 of it on"),
    (
        b'{"request": {"method": "P", "url": "u"',
        "it is no JSON: its end is missing, or half of a surrogate pair stands in a text",
    ),
]


@pytest.mark.parametrize(("line", "detail"), BAD)
def test_a_line_that_is_no_exchange_is_told_in_our_own_words_and_passed(tmp_path, line, detail):
    content = LINE + line + b"\n" + LINE
    assert read_bytes(tmp_path, content) == [
        (0, exchange(1)),
        (len(LINE), Unread("corrupt", detail)),
        (len(LINE) + len(line) + 1, exchange(1)),
    ]


def test_what_is_odd_and_sound_is_read(tmp_path):
    other = LINE.replace(b'{"request"', b'{"unknown": {"a": [1e999, "\\u0000"]}, "started": "no", "request"', 1)
    content = (
        b"\xef\xbb\xbf" + LINE[:-1] + b"\r\n\n \t\r\n" + other.replace(b'"body":', b'"body":"twice","body":', 1)[:-1]
    )
    found = read_bytes(tmp_path, content)
    assert [one for _, one in found] == [exchange(1), exchange(1)]
    assert [at for at, _ in found] == [0, content.index(b'{"unknown"')]


def test_a_line_that_is_too_large_is_told_and_passed_in_any_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "LARGEST", 2000)
    large = LINE.replace(b'"body":"', b'"body":"' + b"x" * 5000, 1)
    content = LINE + large + LINE
    expected = [
        (0, exchange(1)),
        (len(LINE), Unread("too-large", "the line is larger than the 0 MiB that are read of one exchange")),
        (len(LINE) + len(large), exchange(1)),
    ]
    for size in (100, 1000, len(LINE) + 1, 3000, 1 << 20):
        assert read_bytes(tmp_path, content, size=size) == expected
    assert read_bytes(tmp_path, LINE + large[:-3]) == expected[:2]


def test_an_exchange_behind_a_lost_line_end_is_found(tmp_path):
    content = LINE[:-1] + b"#" + LINE
    assert [(at, type(one)) for at, one in read_bytes(tmp_path, content)] == [(0, Unread), (len(LINE), Recorded)]


@pytest.mark.parametrize("beyond", [-2, -1, 0, 1, 2])
def test_a_line_is_read_once_wherever_parts_meet(tmp_path, beyond):
    found = read_bytes(tmp_path, LINE * 4, size=len(LINE) + beyond)
    assert [at for at, _ in found] == [len(LINE) * number for number in range(4)]


def test_empty_files_say_nothing(tmp_path):
    assert read_bytes(tmp_path, b"", "a.jsonl") == []
    assert read_bytes(tmp_path, b" \n\n", "b.jsonl") == []
    assert read_bytes(tmp_path, b'{"log": {"entries": []}}', "c.har") == []


def test_parts_add_up_to_the_file(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(LINE * 50)
    progress = Progress()
    for part in parts_of([str(path)], 333):
        for _ in records(part, progress):
            pass
    assert progress.size == 50 * len(LINE)
    (path.parent / "a.har").write_bytes(har([exchange(1)] * 9))
    progress = Progress()
    assert len(list(records(parts_of([str(tmp_path / "a.har")])[0], progress))) == 9
    assert progress.size == (tmp_path / "a.har").stat().st_size


# --- journals ---------------------------------------------------------------------------------------------------------


def test_the_exchanges_of_a_journal_are_read(tmp_path):
    content = b"".join(
        (
            sealed({"header": {"journal": 1}}, 1),
            sealed({"sending": {"exchange": "x00001"}}, 2),
            sealed({"exchange": {"id": "x00001", **json.loads(LINE)}, "sent": True, "records": [{"request": 5}]}, 3),
            sealed({"exchange": json.loads(LINE), "bodiless": True, "records": []}, 4),
            sealed({"unsent": {"exchange": "x00002", "reason": ""}}, 5),
            sealed({"end": {}}, 6),
        )
    )
    found = [one for _, one in read_bytes(tmp_path, content, "run.jsonl", size=100)]
    assert found[0] == exchange(1)
    assert found[1].response.kept == "nothing"
    assert len(found) == 2


def test_a_damaged_line_of_a_journal_is_told_whatever_it_was(tmp_path):
    first, second = sealed({"header": {"journal": 1}}, 1), sealed({"exchange": json.loads(LINE)}, 2)
    content = first + second.replace(b"success", b"succesS") + first.replace(b"header", b"HEADER") + first[5:]
    assert [one for _, one in read_bytes(tmp_path, content, "run.jsonl")] == [
        Unread("corrupt", "it does not fit its checksum"),
        Unread("corrupt", "it does not fit its checksum"),
        Unread("corrupt", "it has no checksum"),
    ]


# --- archives ---------------------------------------------------------------------------------------------------------


def test_an_entry_that_is_none_is_told_and_passed(tmp_path):
    good = har([exchange(1), exchange(2)]).decode()
    for bad, detail in (
        ('{"request": {"method": "POST"}, "response": null}', "`request.url` is missing"),
        ('{"request": {"method": "POST", "url": "u"}}', "`response` is missing"),
        ('{"request": 5, "response": null}', "`request` is not of its type"),
        ('{"request": {"method": "\\ud800"}, "response": null}', "`request.url` is missing"),
        (
            '{"request": {"method": "", "url": "", "postData": {"text": "%", "encoding": "base64"}}, "response": null}',
            "a body of it is no Base64",
        ),
        (
            '{"request": {"method": "P", "url": "u"}, "response": null, "a": ' + "[" * 9999 + "]" * 9999 + "}",
            "it is nested deeper than is read here",
        ),
    ):
        content = good.replace(',{"startedDateTime"', f',{bad},{{"startedDateTime"', 1).encode()
        found = read_bytes(tmp_path, content, "a.har")
        assert [one for _, one in found] == [exchange(1), Unread("corrupt", detail), exchange(2)]
        assert found[1][0] == content.index(bad[:20].encode(), found[0][0] + 50)


def test_each_damaged_entry_of_a_list_is_told(tmp_path):
    content = har([exchange(number) for number in range(5)])
    damaged = content.replace(b'"method":"POST"', b'"method":POST', 3).replace(b'"method":POST', b'"method":"POST"', 1)
    assert [type(one) for _, one in read_bytes(tmp_path, damaged, "a.har")] == [
        *(Recorded, Unread, Unread, Recorded, Recorded),
    ]


def test_what_joins_entries_is_told_where_it_is_damaged(tmp_path):
    for joined in (b",,", b"", b";", b",]", b"]"):
        content = har([exchange(1), exchange(2)]).replace(b',{"startedDateTime"', joined + b'{"startedDateTime"')
        found = [one for _, one in read_bytes(tmp_path, content, "a.har")]
        assert [one for one in found if isinstance(one, Recorded)] == [exchange(1), exchange(2)]
        assert [one.reason for one in found if isinstance(one, Unread)] == ["corrupt"]


def test_entries_that_begin_unlike_others_are_found_again(tmp_path):
    content = har([exchange(1), exchange(2), exchange(3)]).replace(b'{"startedDateTime"', b'{"id":1,"startedDateTime"')
    first = content.index(b'{"id":1')
    damaged = content[: first + 30] + b'"' + content[first + 30 :]
    assert [type(one) for _, one in read_bytes(tmp_path, damaged, "a.har")] == [Unread, Recorded, Recorded]


def test_an_archive_that_is_torn_behind_its_list_is_told(tmp_path):
    packed = gzip.compress(har([exchange(1)]))
    assert [one for _, one in read_bytes(tmp_path, packed[:-4], "a.har.gz")] == [
        exchange(1),
        Unread("corrupt", "the packed file (gz) ends before its content does"),
    ]


def test_an_entry_that_is_too_large_is_told_and_passed(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "LARGEST", 300_000)
    for size in (310_000, 3_000_000):
        content = har([exchange(1), exchange(2, b"x" * size), exchange(3)])
        found = read_bytes(tmp_path, content, "a.har")
        assert [one for _, one in found][::2] == [exchange(1), exchange(3)]
        assert found[1][1].reason == "too-large"
        assert len(found) == 3


def test_an_archive_without_a_list_is_told(tmp_path):
    assert read_bytes(tmp_path, b'{"log": {"version": "1.2"}}', "a.har") == [
        (0, Unread("corrupt", "it has no list `log.entries`"))
    ]
    nested = b'{"log": {"_x": {"entries": [{"request": 1}]}, "entries": []}}'
    assert read_bytes(tmp_path, nested, "a.har") == []


def test_archives_one_behind_another_are_read(tmp_path):
    content = har([exchange(1)]) + b"\n" + har([exchange(2)], indent=2)
    assert [one for _, one in read_bytes(tmp_path, content, "a.har")] == [exchange(1), exchange(2)]


def test_what_is_too_damaged_is_left_out_and_told(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "_WASTE", 1000)
    content = b'{"log": {"entries": [' + b'{"request": ' * 5000
    *_, (_, last) = read_as(tmp_path / "a", content, "har")
    assert last == Unread("corrupt", "so much is damaged that the rest of the file is left out")
