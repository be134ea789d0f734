"""`claim.json` and `conformance verify`: whatever is changed in a run's folder is found; nothing else is read."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.cli import main
from conformance.errors import ConformanceError
from conformance.report.claim import CLAIM, REPORT, SIGNATURE, Artefact, claim, misfits
from conformance.report.claim.files import LARGEST, Unreadable, content_of, measured
from conformance.report.claim.signing import KEY, KEY_FILE, PASSWORD, Signer, signer_of
from conformance.report.claim.writing import read_claim
from conformance.report.language import ENGLISH
from conformance.report.writers import FORMATS
from conformance.run import execution, rendering, resuming, setup, verifying, writing
from conformance.run.options import Options
from tests.report_samples import material
from tests.report_strategies import reports
from tests.test_cli import surroundings

RULE = "collection-policy/request/Email/pattern"
FILES = ("evidence.har", "junit.xml", "report.html", "report.json", "run.jsonl")


def command(words: list[str]) -> int:
    with pytest.raises(SystemExit) as ended:
        main(words)
    return int(str(ended.value.code))


def openssl(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *map(str, words)], cwd=cwd, capture_output=True, check=False, timeout=60)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys as somebody makes them by hand, of the one who signs and of another."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("key", "other"):
        assert openssl("genpkey", "-algorithm", "ed25519", "-out", f"{name}.pem", cwd=folder).returncode == 0
        assert openssl("pkey", "-in", f"{name}.pem", "-pubout", "-out", f"{name}.pub", cwd=folder).returncode == 0
    locked = ("pkey", "-in", "key.pem", "-aes256", "-passout", "pass:Geheim 7", "-out", "locked.pem")
    assert openssl(*locked, cwd=folder).returncode == 0
    assert openssl("genpkey", "-algorithm", "rsa", "-out", "rsa.pem", cwd=folder).returncode == 0
    assert openssl("pkey", "-in", "rsa.pem", "-pubout", "-out", "rsa.pub", cwd=folder).returncode == 0
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Path:
    """A signed run. Nobody changes it."""
    folder = tmp_path_factory.mktemp("made") / "run"
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(KEY, (keys / "key.pem").read_text("utf-8"))
        words = f"check --quiet --service collection-policy --rules {RULE} --depth quick --out {folder}"
        assert command(words.split()) == 0
    return folder


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(made, tmp_path / "run")
    return tmp_path / "run"


@pytest.fixture
def unsigned(run: Path) -> Path:
    (run / SIGNATURE).unlink()
    return run


def verify(run: Path, key: Path | None = None) -> tuple[str, int]:
    return verifying.told(run, key, ENGLISH)


def report(run: Path, *words: str) -> int:
    return command(["report", str(run), *words])


# --- what a claim says ------------------------------------------------------------------------------------------------


def test_a_claim_says_what_the_report_says_and_what_each_file_is(made: Path) -> None:
    content = (made / CLAIM).read_bytes()
    said, told = json.loads(content), json.loads((made / REPORT).read_bytes())
    assert content == json.dumps(said, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"
    assert misfits(said) == []
    for part in ("outcome", "sentence", "exit_status", "counts", "decision_rules"):
        assert said[part] == told[part]
    assert said["suite"].items() <= told["suite"].items()
    assert said["suite"].keys() >= {"version", "run", "started", "ended"}
    assert said["target"]["services"]["collection-policy"]["url"].startswith("http://127.0.0.1:")
    assert said["contracts"]["collection-policy"]["hash"] == told["suite"]["contracts"]["collection-policy"]["hash"]
    assert tuple(sorted(said["artefacts"])) == FILES
    for name, facts in said["artefacts"].items():
        assert facts["bytes"] == (made / name).stat().st_size
        digest = subprocess.run(["sha256sum", made / name], capture_output=True, check=True, text=True).stdout
        assert facts["sha256"] == digest.split()[0]


def test_a_claim_repeats_the_waivers_with_their_owner_and_state(made: Path) -> None:
    told = json.loads((made / REPORT).read_bytes())
    waiver = {
        "rule": "*/Email/*", "reason": "known", "owner": "Ana", "expiry": "2027-01-31", "ticket": "QA-7",
        "state": "used", "verdicts": [{"rule": RULE, "encoding": "json"}], "more": "text",
    }  # fmt: skip
    said = json.loads(claim({**told, "waivers": [waiver]}, {REPORT: Artefact(bytes=1, sha256="0" * 64)}))
    kept = ("rule", "reason", "owner", "expiry", "ticket", "state")
    assert said["waivers"] == [{name: waiver[name] for name in kept}]


@settings(max_examples=40, deadline=None)
@given(made=reports())
def test_any_report_can_be_claimed(made: tuple[Any, Any]) -> None:
    told = json.loads(FORMATS["json"][1](material(*made)))
    content = claim(told, {REPORT: Artefact(bytes=1, sha256="0" * 64)})
    assert misfits(json.loads(content)) == []
    assert content == claim(json.loads(json.dumps(told)), {REPORT: Artefact(bytes=1, sha256="0" * 64)})


def test_half_a_surrogate_pair_in_a_report_is_no_obstacle(made: Path) -> None:
    told = json.loads((made / REPORT).read_bytes())
    content = claim({**told, "sentence": "a\ud800b"}, {REPORT: Artefact(bytes=1, sha256="0" * 64)})
    assert json.loads(content)["sentence"] == "a\ud800b"


# --- what verify finds ------------------------------------------------------------------------------------------------


def test_what_nobody_changed_is_verified(made: Path, keys: Path) -> None:
    for named in (made, made / CLAIM):
        text, status = verify(named, keys / "key.pub")
        assert status == 0
        assert text.startswith("The claim holds: ")
        assert "The signature holds, by the key " in text
        assert "Tested was reference (embedded reference implementation) on " in text
        assert "says nothing of" not in text


FLIPPED, CUT, GREW, GONE = "flipped", "cut", "grew", "gone"


@settings(max_examples=120, deadline=None)
@given(
    name=st.sampled_from((*FILES, CLAIM, CLAIM, SIGNATURE)),
    how=st.sampled_from((FLIPPED, FLIPPED, FLIPPED, CUT, GREW, GONE)),
    where=st.floats(0, 1, exclude_max=True),
    mask=st.integers(1, 255),
    keyed=st.booleans(),
)
def test_any_change_of_any_file_is_found(
    made: Path, keys: Path, name: str, how: str, where: float, mask: int, keyed: bool
) -> None:
    path = made / name
    before = path.read_bytes()
    place = int(where * len(before))
    after = {
        FLIPPED: before[:place] + bytes([before[place] ^ mask]) + before[place + 1 :],
        CUT: before[:place],
        GREW: before + bytes([mask]),
        GONE: None,
    }[how]
    # A signature with another byte is one all the same, to whoever has no key to check it by.
    keyed = keyed or (name == SIGNATURE and how in {FLIPPED, GONE})
    try:
        if after is None:
            path.unlink()
        else:
            path.write_bytes(after)
        try:
            text, status = verify(made, keys / "key.pub" if keyed else None)
        except ConformanceError as error:
            text, status = str(error), 4
        assert status in ((1, 4) if name == CLAIM else (1,))
        assert name in text
    finally:
        path.write_bytes(before)


def remade(run: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Another claim in place of the one that is there, written as this suite writes it."""
    said = json.loads((run / CLAIM).read_bytes())
    change(said)
    (run / CLAIM).write_text(json.dumps(said, ensure_ascii=False, indent=2, sort_keys=True) + "\n", "utf-8")


def test_each_statement_of_a_claim_is_held_against_the_report(unsigned: Path) -> None:
    def brighter(said: dict[str, Any]) -> None:
        said["outcome"], said["decision_rules"] = "inconclusive", []

    remade(unsigned, brighter)
    text, status = verify(unsigned)
    assert status == 1
    assert "claim.json: its decision_rules is not what report.json says." in text
    assert "claim.json: its outcome is not what report.json says." in text
    assert "sentence" not in text


def test_a_claim_in_other_bytes_is_another_one(unsigned: Path) -> None:
    path = unsigned / CLAIM
    path.write_bytes(json.dumps(json.loads(path.read_bytes())).encode())
    assert verify(unsigned) == (
        "claim.json: says what report.json says, in other bytes.\n"
        f"The claim does not hold: {unsigned}\n",
        1,
    )  # fmt: skip


def test_a_file_that_no_claim_names_is_told(run: Path) -> None:
    for number in range(7):
        (run / f"more{number}.pdf").write_bytes(b"")
    (run / "an\x1b[31m escape").write_bytes(b"")
    text, status = verify(run)
    assert status == 0
    assert "says nothing of what else is in the folder: an␛[31m escape, more0.pdf, more1.pdf" in text
    assert "and 3 more." in text
    (run / ".hidden.html").write_bytes(b"")
    assert "folder: .hidden.html, an" in verify(run)[0]


def test_the_status_of_a_claim_survives_that_nobody_can_read_the_rest(run: Path) -> None:
    words = [sys.executable, "-m", "conformance", "verify", str(run)]
    for status in (0, 1):
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(
                words, env=surroundings(), stdout=full, stderr=subprocess.PIPE, timeout=60, check=False
            )
        assert (done.returncode, done.stderr) == (status, b"")
        (run / REPORT).unlink(missing_ok=True)


def test_a_report_that_is_none_is_told(unsigned: Path) -> None:
    for content in (b"{}", b"[]", b"{", b"[" * 100_000):
        (unsigned / REPORT).write_bytes(content)
        found = measured(unsigned / REPORT)
        assert found is not None
        remade(
            unsigned,
            lambda said, found=found: said["artefacts"].update(
                {REPORT: {"bytes": found.bytes, "sha256": found.sha256}}
            ),
        )
        text, status = verify(unsigned)
        assert (status, text.startswith("report.json: is no report of this suite: ")) == (1, True), text


# --- hostile folders --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../other", "/etc/passwd", "a/b", "..", ".", ".hidden", "a\\b", "a\0b", "", "a..b", "x" * 200, "a\n"]
)
def test_a_claim_leads_nowhere_out_of_its_folder(unsigned: Path, name: str) -> None:
    (unsigned.parent / "other").write_bytes(b"")
    remade(unsigned, lambda said: said["artefacts"].update({name: {"bytes": 0, "sha256": "0" * 64}}))
    with pytest.raises(ConformanceError, match="is no claim of this suite"):
        verify(unsigned)


def as_link(path: Path) -> None:
    path.rename(path.with_name(".kept"))
    path.symlink_to(".kept")


def as_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def as_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def as_device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    ("make", "said"),
    [(as_link, "is a link and no file"), (as_folder, "is no file"), (as_pipe, "is no file"), (as_device, "is a link")],
)
def test_what_is_no_file_is_not_read(unsigned: Path, make: Callable[[Path], None], said: str) -> None:
    make(unsigned / "junit.xml")
    text, status = verify(unsigned)
    assert status == 1
    assert f"junit.xml: {said}" in text
    (unsigned / CLAIM).unlink()
    (unsigned / CLAIM).write_bytes(b"{}")
    make(unsigned / CLAIM)
    with pytest.raises(ConformanceError, match=rf"claim\.json: {said}"):
        verify(unsigned)


def test_a_file_of_another_size_is_not_read(unsigned: Path) -> None:
    with (unsigned / "evidence.har").open("r+b") as file:
        file.truncate(2**40)
    text, status = verify(unsigned)
    assert (status, "evidence.har: is not the file that the claim names: another size." in text) == (1, True)


def test_reading_has_an_end(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert content_of(path, 5) == b"12345"
    with pytest.raises(Unreadable, match="more than 4 bytes"):
        content_of(path, 4)
    with path.open("r+b") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(Unreadable, match="more than"):
        measured(path)


# --- rendering again --------------------------------------------------------------------------------------------------


def test_reports_that_are_written_again_keep_the_claim(run: Path, keys: Path) -> None:
    before = (run / CLAIM).read_bytes()
    assert report(run, "--format", "junit") == 0
    assert (run / CLAIM).read_bytes() == before
    # The same claim; so what was signed is.
    assert verify(run, keys / "key.pub")[1] == 0


def test_a_changed_file_is_not_claimed_anew_but_may_be_written_anew(unsigned: Path, capsys: Any) -> None:
    path = unsigned / "report.html"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"conforms", b"CONFORMS"))
    left = {one.name: one.read_bytes() for one in unsigned.iterdir() if one.is_file()}
    assert report(unsigned, "--format", "junit,json") == 4
    assert (
        "report.html was changed since the claim of the run was made; `conformance report " in capsys.readouterr().err
    )
    assert {one.name: one.read_bytes() for one in unsigned.iterdir() if one.is_file()} == left
    assert report(unsigned) == 0
    assert path.read_bytes() == whole
    assert verify(unsigned)[1] == 0


def test_of_a_changed_journal_nothing_is_claimed(unsigned: Path, capsys: Any) -> None:
    path = unsigned / "run.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    assert report(unsigned) == 4
    err = capsys.readouterr().err
    assert "run.jsonl was changed since the claim of the run was made" in err
    assert "--out DIR` shows what it tells" in err
    elsewhere = unsigned.parent / "elsewhere"
    assert report(unsigned, "--out", str(elsewhere)) == 6
    assert (elsewhere / REPORT).exists()
    assert not (elsewhere / CLAIM).exists()


def test_another_report_writes_all_again_that_the_claim_names(unsigned: Path) -> None:
    log = rendering.log_of(unsigned)
    told = rendering.report_of(log)
    other = rendering.material(replace(told, notices=(*told.notices, "Another word.")), log, ENGLISH)
    files = writing.written(other, unsigned, ["junit"])
    assert {path.name for path in files} == {*FILES, CLAIM} - {"run.jsonl"}
    for name in ("report.html", "report.json", "junit.xml"):
        assert b"Another word." in (unsigned / name).read_bytes()
    assert verify(unsigned)[1] == 0


def test_a_stale_signature_does_not_stay(run: Path) -> None:
    log = rendering.log_of(run)
    told = rendering.report_of(log)
    other = rendering.material(replace(told, notices=(*told.notices, "Another word.")), log, ENGLISH)
    writing.written(other, run, ["junit"])
    assert not (run / SIGNATURE).exists()
    assert "The claim is not signed" in verify(run)[0]


def test_who_signs_writes_all_again(run: Path, keys: Path) -> None:
    signer = signer_of({KEY_FILE: str(keys / "other.pem")})
    (run / "report.html").write_bytes(b"<p>Everything is fine.</p>")
    log = rendering.log_of(run)
    files = writing.written(rendering.material(rendering.report_of(log), log, ENGLISH), run, ["junit"], signer)
    assert run / SIGNATURE in files
    assert b"Everything is fine" not in (run / "report.html").read_bytes()
    assert verify(run, keys / "other.pub")[1] == 0
    assert verify(run, keys / "key.pub")[1] == 1


def test_a_folder_has_the_claim_of_one_run(run: Path, made: Path, capsys: Any) -> None:
    assert report(made, "--out", str(run)) == 4
    assert "holds the journal of another run; name another folder" in capsys.readouterr().err
    elsewhere = run.parent / "elsewhere"
    assert report(run, "--out", str(elsewhere), "--format", "json,junit") == 0
    assert read_claim(elsewhere / CLAIM).artefacts.keys() == {"report.json", "junit.xml"}
    assert verify(elsewhere)[1] == 0
    assert report(run, "--out", str(run.parent / "third"), "--format", "junit") == 0
    assert not (run.parent / "third" / CLAIM).exists()


def test_a_run_that_goes_on_has_no_claim_until_it_ends(run: Path) -> None:
    path = run / "run.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[: len(lines) // 2]))
    options, log = resuming.options_of({"resume": run})
    assert log is not None
    prepared = resuming.narrowed(setup.set_up(options, {}), log)
    going = execution.Run(prepared, prepared.items, narrowed=False)
    try:
        going.start()
        assert not (run / CLAIM).exists()
        assert not (run / SIGNATURE).exists()
        # Somebody looks at it meanwhile.
        (run / CLAIM).write_bytes(b"{}")
        going.finish()
    finally:
        going.close()
    assert run / CLAIM in going.files
    assert verify(run)[1] == 0


def test_a_killed_run_has_no_claim_until_it_is_reported(run: Path) -> None:
    for path in run.iterdir():
        if path.is_file() and path.name != "run.jsonl":
            path.unlink()
    with pytest.raises(ConformanceError, match=r"no claim\.json here; .*`conformance report .*run` makes one"):
        verify(run)
    assert report(run) == 0
    assert verify(run)[1] == 0


# --- signatures -------------------------------------------------------------------------------------------------------


def test_openssl_checks_what_we_sign(made: Path, keys: Path) -> None:
    words = ("pkeyutl", "-verify", "-pubin", "-inkey", keys / "key.pub", "-rawin", "-in", CLAIM, "-sigfile", SIGNATURE)
    done = openssl(*words, cwd=made)
    assert (done.returncode, done.stdout) == (0, b"Signature Verified Successfully\n")
    assert openssl(*(keys / "other.pub" if word == keys / "key.pub" else word for word in words), cwd=made).returncode


def test_we_check_what_openssl_signs(unsigned: Path, keys: Path) -> None:
    words = ("pkeyutl", "-sign", "-inkey", keys / "key.pem", "-rawin", "-in", CLAIM, "-out", SIGNATURE)
    assert openssl(*words, cwd=unsigned).returncode == 0
    assert verify(unsigned, keys / "key.pub")[1] == 0


def test_the_fingerprint_is_what_openssl_says_of_the_key(made: Path, keys: Path) -> None:
    shown = openssl("pkey", "-pubin", "-in", keys / "key.pub", "-outform", "DER", cwd=keys).stdout
    (keys / "der").write_bytes(shown)
    digest = subprocess.run(["sha256sum", keys / "der"], capture_output=True, check=True, text=True).stdout.split()[0]
    assert f"The signature holds, by the key {digest}." in verify(made, keys / "key.pub")[0]


def test_whoever_names_a_key_wants_a_signature_of_it(run: Path, keys: Path) -> None:
    text, status = verify(run, keys / "other.pub")
    assert (status, "claim.json.sig: does not hold: another key signed" in text) == (1, True)
    text, status = verify(run)
    assert (status, "the signature was not checked: name a key with --key" in text) == (0, True)
    (run / SIGNATURE).unlink()
    text, status = verify(run, keys / "key.pub")
    assert (status, "claim.json.sig: is not there, so nobody signed" in text) == (1, True)


def signers(keys: Path) -> Iterator[dict[str, str]]:
    text, locked = ((keys / name).read_text("utf-8") for name in ("key.pem", "locked.pem"))
    yield {KEY: text}
    yield {KEY: text.replace("\n", "\r\n").strip()}
    yield {KEY_FILE: str(keys / "key.pem")}
    yield {KEY: locked, PASSWORD: "Geheim 7"}
    yield {KEY_FILE: str(keys / "locked.pem"), PASSWORD: "Geheim 7"}


def test_a_key_comes_in_each_of_its_ways(keys: Path) -> None:
    found = [signer_of(environ) for environ in signers(keys)]
    assert len({signer.sign(b"x") for signer in found if signer is not None}) == 1
    assert all(isinstance(signer, Signer) for signer in found)
    assert signer_of({}) is None


TEXT, BEGIN = "PEM-text-in-the-wrong-place", "-----BEGIN PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({KEY: ""}, f"{KEY} is empty; unset it"),
        ({KEY_FILE: " "}, f"{KEY_FILE} is empty; unset it"),
        ({PASSWORD: TEXT}, f"{PASSWORD} is set, but no key"),
        ({KEY: TEXT, KEY_FILE: TEXT}, "are both set; unset one"),
        ({KEY: TEXT}, f"{KEY}: holds no private key, as PEM; the path of a key file goes into {KEY_FILE}"),
        ({KEY: f"{BEGIN}\n{TEXT}\n{BEGIN.replace('BEGIN', 'END')}"}, "holds no private key that can be read"),
        ({KEY: "{key.pub}"}, "holds no private key that can be read"),
        ({KEY: "{rsa.pem}"}, f"{KEY}: is not for Ed25519"),
        ({KEY: "{key.pem}", PASSWORD: TEXT}, "the key is not encrypted; unset it"),
        ({KEY: "{locked.pem}"}, f"{KEY}: the key is encrypted; set {PASSWORD}"),
        ({KEY: "{locked.pem}", PASSWORD: TEXT}, f"or {PASSWORD} is another one's"),
        ({KEY_FILE: f"gone/{TEXT}"}, rf"{KEY_FILE}: the file that it names cannot be read \(No such file"),
        ({KEY_FILE: "{key.pem}"}, f"{KEY_FILE}: "),
        ({KEY_FILE: "/dev/zero"}, f"{KEY_FILE}: holds no private key"),
        ({KEY_FILE: "/"}, f"{KEY_FILE}: the file that it names cannot be read"),
        ({KEY_FILE: f"{TEXT}\0"}, f"{KEY_FILE}: names no file"),
    ],
)  # fmt: skip
def test_a_bad_key_is_refused_before_anything_is_sent_and_never_shown(
    keys: Path, environ: dict[str, str], said: str
) -> None:
    files = {path.name: path.read_text("utf-8") for path in keys.iterdir() if path.suffix in {".pem", ".pub"}}
    environ = {name: files.get(value[1:-1], value) if value[:1] == "{" else value for name, value in environ.items()}
    with pytest.raises(ConformanceError, match=said) as raised:
        setup.set_up(Options(), environ)
    told = str(raised.value)
    assert "\n" not in told
    assert TEXT not in told
    assert all(line not in told for text in environ.values() for line in text.splitlines() if len(line) > 20)


def test_a_signer_never_shows_the_key(keys: Path) -> None:
    signer = signer_of({KEY_FILE: str(keys / "key.pem")})
    assert signer is not None
    assert repr(signer) == "Signer()"
    assert isinstance(signer._key, Ed25519PrivateKey)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gone.pub", r"cannot be read \(No such file"),
        ("key.pem", "holds a private key; `openssl pkey -in KEY -pubout`"),
        ("rsa.pub", "is not for Ed25519"),
        ("der", "holds no public key, as PEM"),
        (".", r"cannot be read \(Is a directory\)"),
    ],
)
def test_a_bad_public_key_is_a_mistake_of_usage(made: Path, keys: Path, name: str, said: str) -> None:
    (keys / "der").write_bytes(b"\x30\x2a")
    with pytest.raises(ConformanceError, match=rf"--key .*: {said}"):
        verify(made, keys / name)


def test_the_key_is_a_secret_of_the_run(tmp_path: Path, keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copied into the target file by accident, and in the environment of a command that prints what it sees."""
    text = (keys / "key.pem").read_text("utf-8")
    secret = text.splitlines()[1]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.toml").write_text(
        f'name = "stg-{secret}"\nenvironment = "build {secret}"\n'
        f'[collection-policy]\nurl = "http://127.0.0.1:9/{secret}"\nencodings = ["json"]\n',
        "utf-8",
    )
    options = Options(target=tmp_path / "t.toml", rules=(RULE,), depth="quick", command=f"conformance check {secret}")
    prepared = setup.set_up(options, {KEY: text})
    going = execution.Run(prepared, prepared.items, narrowed=True)
    try:
        going.start()
        going.finish()
    finally:
        going.close()
    assert going.out is not None
    written = [path for path in going.out.rglob("*") if path.is_file()]
    assert {path.name for path in written} >= {*FILES, CLAIM, SIGNATURE}
    assert not [path for path in written if secret[:20].encode() in path.read_bytes() or secret in str(path)]


def test_a_credential_command_does_not_see_the_key(monkeypatch: pytest.MonkeyPatch, keys: Path) -> None:
    from conformance.target.credential import Credential

    for name in (KEY, KEY_FILE, PASSWORD):
        monkeypatch.setenv(name, "visible")
    monkeypatch.setenv("QA_OTHER", "visible")
    token = Credential("sh -c 'env | grep -c -e ^CONFORMANCE_SIGNING_ -e ^QA_OTHER'").token()
    assert token == "1"


def test_the_page_for_auditors_does_what_it_says(tmp_path: Path) -> None:
    page = (Path(__file__).parents[1] / "docs" / "claim.md").read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 3
    narrow = f"--service collection-policy --rules {RULE} --quiet"
    script = "set -euo pipefail\n" + "\n".join(blocks).replace("--quiet", narrow)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=surroundings(PATH=path),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines.count("Signature Verified Successfully") == 1
    assert [line for line in lines if line.endswith(": OK")] == [f"{name}: OK" for name in FILES]
    assert sum(line.startswith("The claim holds: ") for line in lines) == 2
