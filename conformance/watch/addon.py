"""The addon itself, as mitmproxy loads it: options and hooks. It looks on and changes nothing.

What it sees it hands to a `Watch`, which judges in a thread of its own. Nothing is raised into mitmproxy, but at its
start: a mistake in an option is an error in its log, over which it ends.
"""

from __future__ import annotations

import logging
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mitmproxy import ctx

from conformance.errors import ConformanceError
from conformance.report.language import spoken
from conformance.report.text import one_line
from conformance.run.watching import Watch, WatchOptions
from conformance.traffic.files.flow import recorded

LOG = logging.getLogger("conformance")
NAMES = ("out", "target", "services", "formats", "lang")


class Conformance:
    """Judges every HTTP exchange that has come to its end."""

    def __init__(self) -> None:
        self._watch: Watch | None = None
        self._begun = False

    def load(self, loader: Any) -> None:
        loader.add_option(
            "conformance_out", str, "", "Folder of the journal and the report; by default one below reports/."
        )
        loader.add_option(
            "conformance_target", str, "", "Target file: where the services are, and what they claim of themselves."
        )
        loader.add_option("conformance_services", Sequence[str], [], "Services that are judged; by default all.")
        loader.add_option("conformance_formats", Sequence[str], [], "Further formats of the report.")
        loader.add_option("conformance_lang", str, "", "Language of the report: en or es; by default the locale's.")

    def configure(self, updated: set[str]) -> None:
        named = [name for name in NAMES if f"conformance_{name}" in updated]
        if self._begun:
            if named:
                told = "conformance_{name} is read at the start alone; start mitmproxy again"
                _say(spoken().fill(told, name=named[0]), warning=True)
            return
        self._begun = True
        given = {name: getattr(ctx.options, f"conformance_{name}") for name in NAMES}
        options = WatchOptions(
            command=_command(given),
            out=Path(given["out"]).expanduser() if given["out"] else None,
            target=Path(given["target"]).expanduser() if given["target"] else None,
            services=tuple(given["services"]),
            formats=tuple(given["formats"]),
            lang=given["lang"] or None,
        )
        try:
            self._watch = Watch(options, lambda line, warning: _say(line, warning=warning))
        except ConformanceError as error:
            for line in spoken().say(str(error)).splitlines():
                LOG.error("conformance: %s", one_line(line))
        else:
            _say(self._watch.language.fill("judging what goes by; the journal is in {folder}", folder=self._watch.out))

    def response(self, flow: Any) -> None:
        """The answer is there, all of it."""
        self._see(flow)

    def error(self, flow: Any) -> None:
        """The exchange was broken off. After a whole answer it was judged already."""
        if flow.response is None or flow.response.timestamp_end is None:
            self._see(flow)

    def done(self) -> None:
        watch, self._watch = self._watch, None
        if watch is None:
            return
        report = watch.close()
        if report is not None:
            _say(f"{one_line(watch.language.say(report.sentence))} {watch.out / 'report.html'}")

    def _see(self, flow: Any) -> None:
        if self._watch is None:
            return
        try:
            self._watch.see(recorded(flow))
        except Exception as error:  # noqa: BLE001 - whatever is wrong with us, the traffic is not to feel it
            told = "an exchange could not be read ({error}); please report it"
            _say(self._watch.language.fill(told, error=type(error).__name__), warning=True)


def _command(given: Mapping[str, Any]) -> str:
    """What the report says was started: our own options, since mitmproxy's may hold a password."""
    words = ["mitmdump", "-s", "conformance/watch/addon.py"]
    for name, value in given.items():
        for one in [value] if isinstance(value, str) else value:
            words += ["--set", f"conformance_{name}={one}"] if one else []
    return shlex.join(words)


def _say(line: str, *, warning: bool = False) -> None:
    LOG.log(logging.WARNING if warning else logging.INFO, "conformance: %s", line)


addons = [Conformance()]
