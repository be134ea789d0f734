"""The page in a browser: no script of an answer runs, and nothing is fetched."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from tests.hostile.lures import Bait
from tests.hostile.running import put
from tests.hostile.way import Way
from tests.hostile.ways_text import ILLEGAL, WORDS, speaking

pytestmark = pytest.mark.nightly
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or "chromium"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--virtual-time-budget=3000",
)


class Listener:
    """Stands for every host of the world; counts who comes."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.asked: list[bytes] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                try:
                    self.asked.append(connection.recv(4096))
                except OSError:
                    self.asked.append(b"")

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture
def listener():
    made = Listener()
    yield made
    made.close()


def title(page: Path, listener: Listener, folder: Path) -> str:
    """The title of the page once a browser has shown it. Every name and address is the listener's."""
    rules = f"--host-resolver-rules=MAP * 127.0.0.1:{listener.port}"
    command = [BROWSER, *FLAGS, rules, f"--user-data-dir={folder / 'profile'}", "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = re.search(r"<title>(.*?)</title>", done.stdout, re.DOTALL)
    assert found is not None, done.stdout[:500]
    return found[1]


def test_the_browser_of_this_test_runs_scripts_and_fetches(listener: Listener, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    acts = "".join(WORDS[name] for name in ("a script", "a picture that fails", "a frame of another host"))
    page.write_text(f"<!doctype html><title>calm</title><body>{acts}", "utf-8")
    assert title(page, listener, tmp_path) == "ran"
    assert any(b"203.0.113.1" in one for one in listener.asked)


def test_no_script_of_an_answer_runs_and_nothing_is_fetched(listener: Listener, tmp_path: Path) -> None:
    bait = Bait(tmp_path / "bait")
    words = "\n".join(ILLEGAL.sub("", text) for name, text in WORDS.items() if len(text) < 5000)
    seen = put(Way(id="all words at once", act=speaking(words), documents=False), bait, tmp_path / "of")
    bait.close()
    page = seen.out / "report.html"
    text = page.read_text("utf-8")
    assert "document.title=" in text
    assert "203.0.113.1" in text
    assert title(page, listener, tmp_path) == "Does not conform: hostile"
    # The browser asks its maker for the time of its own accord; every address of an answer is this one.
    assert not [one for one in listener.asked if b"203.0.113.1" in one]
