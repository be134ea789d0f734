"""The curl command of a page, pasted into a shell: the very bytes arrive."""

from __future__ import annotations

import html as markup
import re
import subprocess
from dataclasses import replace

import pytest

from conformance.model import Finding, Outcome
from conformance.report.build import build
from conformance.report.writers import html
from tests.report_samples import EMAIL, log, material, record, verdict
from tests.target_support import raw_server

BODIES = (
    b'{"Email":"o\'neil@example.com","note":"two\\nlines, $HOME, `id`, \\"quoted\\" and \\\\"}',
    b"@/etc/hostname",
    b"two\nlines\r\n\tand a tab, a bell \x07 and \x1b[31m",
    b"\xff\xfe not UTF-8 \x80",
    "ñandú \u202e ✓ \U0001f600".encode(),
    b"<a b='1'>&amp;</a>!",
    b"%20 {} [] ; & | > < * ? ~ #",
)


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_a_command_that_is_pasted_sends_the_very_bytes(body: bytes) -> None:
    with raw_server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n") as server:
        made = record(1, (EMAIL,), body=body, url=f"{server.url}/a%20b?x='1'&y={{1}}&z=[2]")
        headers = (("Content-Type", 'text/plain; charset="utf-8"'), ("X-Odd", "it's $HOME"), ("X-Empty", ""))
        request = replace(made.exchange.request, headers=headers)
        made = replace(made, exchange=replace(made.exchange, request=request))
        finding = Finding(path="Email", expected="refused: it", observed="accepted: 200 OK")
        run = log((made,))
        report = build(run, [verdict(EMAIL, Outcome.FAILED, findings=(finding,), exchanges=("x00001",))], ())
        page = html.write(material(report, run)).decode("utf-8")
        (command,) = (
            markup.unescape(block)
            for block in re.findall(r"<pre data-copy>(.*?)</pre>", page, re.DOTALL)
            if block.startswith("curl ")
        )
        subprocess.run(["bash", "-c", command], check=True, capture_output=True, timeout=30)
        (received,) = server.received
    head, _, content = received.partition(b"\r\n\r\n")
    assert content == body
    lines = head.split(b"\r\n")
    assert lines[0].endswith(b"/a%20b?x='1'&y={1}&z=[2] HTTP/1.1")
    assert {b'Content-Type: text/plain; charset="utf-8"', b"X-Odd: it's $HOME", b"X-Empty:"} <= set(lines)
    assert not any(line.lower().startswith((b"user-agent", b"accept:")) for line in lines)
