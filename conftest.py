"""For in-tree runs: the plugin, and Hypothesis profiles that repeat in CI. Little else belongs here."""

from __future__ import annotations

import os

from hypothesis import settings

pytest_plugins = ["conformance.plugin"]

settings.register_profile("ci", derandomize=True, database=None, deadline=None, max_examples=60)
settings.register_profile("dev", deadline=None, max_examples=60)
settings.register_profile("nightly", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))
