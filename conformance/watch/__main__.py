"""`python -m conformance.watch` prints the path of the addon, for mitmproxy's option `-s`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.stdout.write(f"{Path(__file__).resolve().parent / 'addon.py'}\n")
