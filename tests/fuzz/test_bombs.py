"""Messages that cost their reader more than their sender: each ends soon, in little memory, and is called what it is.

All of them run in one process of bounded memory; what is beyond a bound of ours is unread, which holds nothing against
a target, and what is malformed as well is malformed.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time

import pytest

from conformance.codecs import CODECS, Malformed
from conformance.codecs.json import MOST_DIGITS, MOST_VALUES
from conformance.codecs.xml_bytes import MOST_NODES
from conformance.facets import matches, readable
from conformance.run.contracts import contracts

MANY = 2_000_000
SOON = 30.0
"""Seconds for one of them on a machine that does much else; the quadratic ones took hours."""
MEMORY = 1536 * 2**20
"""Bytes of address space for a process that reads them all."""
UNREAD, MALFORMED, READ = "unread", "malformed", "read"

JSON = {
    "deep": (b"[" * 100_000 + b"]" * 100_000, UNREAD),
    "deep objects": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, UNREAD),
    "deep and open": (b"[" * 100_000, MALFORMED),
    "deep and crossed": (b"[" * 1000 + b"}" * 1000, MALFORMED),
    "brackets in a string": (b'"' + b"[" * MANY + b'"', READ),
    "commas in a string": (b'["' + b"," * MANY + b'"]', READ),
    "escapes without an end": (b'"' + b'\\"' * MANY, MALFORMED),
    "quotes": (b'"' * MANY, MALFORMED),
    "backslashes": (b'"' + b"\\" * MANY, MALFORMED),
    "escapes and brackets": (b'["' + b'\\"' * MANY + b'",' + b"[]," * 300 + b"1]", READ),
    "empty lists": (b"[" + b"[]," * MANY + b"[]]", UNREAD),
    "members": (b"{" + b",".join(b'"a%d":0' % n for n in range(MOST_VALUES + 1)) + b"}", UNREAD),
    "the same member": (b"{" + b'"a":0,' * MOST_VALUES + b'"a":0}', UNREAD),
    "many values": (b"[" + b"0," * (MOST_VALUES - 2) + b"0]", READ),
    "digits": (b"9" * (MOST_DIGITS + 1), UNREAD),
    "digits of a fraction": (b"0." + b"9" * MOST_DIGITS, UNREAD),
    "as many digits as are read": (b"9" * MOST_DIGITS, READ),
    "exponent": (b"1e999999999", READ),
    "exponent beyond all": (b"1e9999999999999999999999", UNREAD),
    "not a number": (b"NaN", MALFORMED),
    "infinity": (b"[-Infinity]", MALFORMED),
    "half a pair": (b'"\\ud800"', READ),
}
LAUGHS = b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
XML = {
    "deep": (b"<a>" * 40_000 + b"</a>" * 40_000, UNREAD),
    "deep and open": (b"<a>" * 40_000, MALFORMED),
    "a little too deep": (b"<a>" * 230 + b"</a>" * 230, UNREAD),
    "children": (b"<a>" + b"<b/>" * MANY + b"</a>", UNREAD),
    "children and open": (b"<a>" + b"<b/>" * MANY, MALFORMED),
    "other children": (b"<a>" + b"".join(b"<b%d/>" % n for n in range(MOST_NODES)) + b"</a>", UNREAD),
    "attributes": (b"<a " + b" ".join(b'b%d=""' % n for n in range(MOST_NODES)) + b"/>", UNREAD),
    "namespaces": (b"<a " + b" ".join(b'xmlns:b%d="u"' % n for n in range(MOST_NODES)) + b"/>", UNREAD),
    "instructions": (b"<a>" + b"<?p?>x" * (MOST_NODES - 10) + b"</a>", READ),
    "more instructions": (b"<a>" + b"<?p?>x" * MANY + b"</a>", UNREAD),
    "comments": (b"<a>" + b"<!---->x" * (MOST_NODES - 10) + b"</a>", READ),
    "text": (b"<a>" + b"x" * 8_000_000 + b"</a>", READ),
    "equal signs": (b"<a>" + b"=" * MANY + b"</a>", READ),
    "longer text": (b"<a>" + b"x" * 12_000_000 + b"</a>", UNREAD),
    "a long name": (b"<" + b"x" * MANY + b"/>", UNREAD),
    "character references": (b"<a>" + b"&#65;" * MANY + b"</a>", READ),
    "laughs": (b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' + LAUGHS + b"]><a>&j;</a>", UNREAD),
    "one large entity": (
        b'<!DOCTYPE a [<!ENTITY a "' + b"a" * 100_000 + b'">]><a>' + b"&a;" * 10_000 + b"</a>",
        UNREAD,
    ),
    "declared twice": (b"<!DOCTYPE a [<!ELEMENT b (c)><!ELEMENT b (c)>]><a/>", UNREAD),
    "a file": (b'<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/hostname">]><a>&a;</a>', UNREAD),
}
ROWS = [*(("json", name) for name in JSON), *(("xml", name) for name in XML)]
CONTRACT = contracts()["collection-policy"]


def read(encoding, body):
    try:
        CODECS[encoding].decode(CONTRACT.operation.response, body, "")
    except Malformed as reason:
        return UNREAD if reason.unread else MALFORMED
    return READ


def rows_of(encoding):
    return JSON if encoding == "json" else XML


@pytest.mark.parametrize(("encoding", "name"), ROWS, ids=lambda value: value)
def test_a_bomb_ends_soon_and_is_called_what_it_is(encoding, name):
    body, due = rows_of(encoding)[name]
    started = time.monotonic()
    assert read(encoding, body) == due
    assert time.monotonic() - started < SOON


def test_they_are_read_in_little_memory():
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.test_bombs"], capture_output=True, text=True, check=False, timeout=300
    )
    assert (done.returncode, done.stdout.strip()) == (0, f"{len(ROWS)} read"), done.stderr[-2000:]


SLOW = {
    "loops in loops": (r"^(a+)+$", "a" * 50 + "!"),
    "a mark that need not be there": (r"^\w+([.-]?\w+)*@\w+([.-]?\w+)*(\.\w{2,3})+$", "a" * 60 + "@"),
    "alternatives that begin alike": (r"^(a|aa)+$", "a" * 60 + "b"),
    "one loop behind another": (r"^\w*\w*\w*\w*\w*\w*!$", "a" * 2000),
    "without anchors": (r"(x+x+)+y", "x" * 60),
    "a long text": (r"^([a-z]+)*$", "a" * 100_000 + "!"),
    "counts in counts": (r"^((a{0,20}){0,20})*b$", "a" * 300),
}


@pytest.mark.parametrize("name", SLOW)
def test_a_slow_pattern_refuses_soon(name):
    pattern, text = SLOW[name]
    assert readable(pattern)
    started = time.monotonic()
    assert not matches(pattern, text)
    assert time.monotonic() - started < SOON


def test_what_only_python_reads_is_not_asked_where_it_could_take_for_ever():
    assert not readable(r"^(?=a)(a+)+$")
    assert readable(r"^(?=.*[A-Z])(?=.*\d).{8,}$")
    assert matches(r"^(?=.*[A-Z])(?=.*\d).{8,}$", "Abcdefg1")
    assert not matches(r"^(?=.*[A-Z])(?=.*\d).{8,}$", "abcdefg1")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for one, its_name in ROWS:
        read(one, rows_of(one)[its_name][0])
    print(f"{len(ROWS)} read")
