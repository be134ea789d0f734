from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from conformance.errors import ConformanceError
from conformance.target import credential as module
from conformance.target.credential import Credential
from tests.target_support import target


def script(path: Path, text: str) -> str:
    (path / "fetch.py").write_text(text)
    return f"{sys.executable} '{path / 'fetch.py'}'"


COUNT = """
from pathlib import Path
seen = Path(__file__).with_name("seen")
seen.write_text(seen.read_text() + "x" if seen.exists() else "x")
print("  token-%d  " % len(seen.read_text()))
"""


def test_a_token_is_fetched_when_it_is_needed_and_again_when_it_ages(tmp_path) -> None:
    now = [0.0]
    credential = Credential(script(tmp_path, COUNT), 10, clock=lambda: now[0])
    assert not (tmp_path / "seen").exists()
    assert credential.token() == "token-1"
    now[0] = 9.9
    assert credential.token() == "token-1"
    now[0] = 10.0
    assert credential.resolve("Bearer ${CREDENTIAL}") == "Bearer token-2"
    assert credential.tokens() == ("token-1", "token-2")


def test_without_an_age_it_is_fetched_once(tmp_path) -> None:
    now = [0.0]
    credential = Credential(script(tmp_path, COUNT), clock=lambda: now[0])
    credential.token()
    now[0] = 1e9
    assert credential.token() == "token-1"


def test_a_text_without_the_placeholder_runs_no_command(tmp_path) -> None:
    credential = Credential(script(tmp_path, COUNT))
    assert credential.resolve("Bearer x") == "Bearer x"
    assert credential.tokens() == ()


def test_several_senders_fetch_one_token(tmp_path) -> None:
    credential = Credential(script(tmp_path, COUNT), 900)
    threads = [threading.Thread(target=credential.token) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert credential.tokens() == ("token-1",)


def test_all_tokens_are_masked_and_none_is_shown(tmp_path) -> None:
    now = [0.0]
    credential = Credential(script(tmp_path, COUNT), 10, clock=lambda: now[0])
    one = target("http://127.0.0.1/", credential=credential)
    credential.token()
    now[0] = 11.0
    credential.token()
    assert one.masks().mask("token-1 token-2") == "••• •••"
    assert "token-1" not in repr(one)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import sys; print('hidden-word'); sys.exit('hidden-word')", "status 1"),
        ("", "must print the token"),
        ("print('hidden-word\\nhidden-word')", "must print the token"),
    ],
)
def test_a_command_that_fails_is_an_error_that_shows_no_output(tmp_path, text: str, words: str) -> None:
    with pytest.raises(ConformanceError, match=words) as caught:
        Credential(script(tmp_path, text)).token()
    assert "hidden-word" not in str(caught.value)


@pytest.mark.parametrize("command", ["/no/such/command", "'unclosed", ""])
def test_a_command_that_cannot_be_run_is_an_error(command: str) -> None:
    with pytest.raises(ConformanceError, match=r"credential\.command"):
        Credential(command).token()


def test_no_shell_reads_the_command(tmp_path) -> None:
    assert Credential("echo $HOME ; ls").token() == "$HOME ; ls"


def test_a_command_that_hangs_is_ended(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0.2)
    with pytest.raises(ConformanceError, match="printed no token within"):
        Credential(script(tmp_path, "input() if False else __import__('time').sleep(30)")).token()
