"""Mistakes in an audit: in its words, its recordings, its target file and its folder."""

from __future__ import annotations

from tests.bad_input.row import REST, URL, Files, loop, row

# fmt: off

ONE = '{"request":{"method":"POST","url":"http://h/api/CollectionPolicy","body":"{}"},"response":{"status":200}}\n'
A: Files = {"a.jsonl": ONE}
WSDL = f'[actualizar-correo]\nwsdl = "https://h.example/ws?wsdl"\nurl = "{URL}"\n'


ROWS = (
    row("audit: nothing", "audit", r"Missing argument 'PATH'"),
    row("audit: no name", "audit ''", r"a path is empty; name a recording"),
    row("audit: none", "audit gone.har", r"gone\.har: nothing is there; name a recording, a folder of recordings, a pattern or a URL of a storage"),
    row("audit: no match", "audit '*.har'", r"\*\.har: nothing is there; name a recording, a folder of recordings, a pattern or a URL of a storage"),
    row("audit: an empty folder", "audit runs", r"runs: nothing is there; name a recording, a folder of recordings, a pattern or a URL of a storage", files={"runs": None}),
    row("audit: a picture", "audit a.png", r"a\.png is no recording: it holds bytes of no text", files={"a.png": b"\x89PNG\r\n\x1a\n" + bytes(99)}),
    row("audit: a page", "audit a.har", r"a\.har is no recording: it looks like a HTML page", files={"a.har": "<html></html>"}),
    row("audit: a circle of links", "audit loop", r"loop cannot be read .*name a recording", make=loop),
    row("audit: engine", "audit a.jsonl --engine dsk", r"--engine dsk: known are local, dask; did you mean dask\?", files=A),
    row("audit: party", "audit a.jsonl --party server", r"--party server: known are provider, consumer, both", files=A),
    row("audit: workers 0", "audit a.jsonl --workers 0", r"--workers 0: from 1 to 256", files=A),
    row("audit: workers 257", "audit a.jsonl --workers 257", r"--workers 257: from 1 to 256", files=A),
    row("audit: workers x", "audit a.jsonl --workers x", r"--workers.*integer", files=A),
    row("audit: a scheduler without dask", "audit a.jsonl --scheduler tcp://h:1", r"--scheduler .*add --engine dask", files=A),
    row("audit: service", "audit a.jsonl --service colection-policy", r"--service colection-policy: .*did you mean collection-policy\?", files=A),
    row("audit: format", "audit a.jsonl --format docx", r"unknown report format docx", files=A),
    row("audit: language", "audit a.jsonl --lang fr", r"--lang fr: known are en, es", files=A),
    row("audit: target: none", "audit a.jsonl --target gone.toml", r"gone\.toml", files=A),
    row("audit: target: no section", "audit a.jsonl --target t.toml --service envio-correo", r"--service envio-correo: the target file has no section \[envio-correo\]", files={**A, "t.toml": REST}),
    row("audit: target: a WSDL that would be fetched", "audit a.jsonl --target t.toml", r"\[actualizar-correo\] wsdl: an audit fetches nothing; download the WSDL and name the file", files={**A, "t.toml": WSDL}),
    row("audit: waivers: none", "audit a.jsonl --waivers gone.toml", r"gone\.toml", files=A),
    row("audit: baseline: none", "audit a.jsonl --baseline gone", r"gone", files=A),
    row("audit: out: used", "audit a.jsonl --out b", r"--out b: holds the journal of an earlier run; name another folder", files={**A, "b/run.jsonl": "x"}),
    row("audit: out: a file", "audit a.jsonl --out b", r"b: cannot write here: File exists; name another folder with --out", files={**A, "b": "x"}),
)
