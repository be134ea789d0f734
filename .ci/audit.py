"""Known vulnerabilities of what the lock names, by pip-audit, or a line that says why they could not be looked up.

pip-audit ends well also where it found nothing about a package. Here that is said: what was not audited is not clean.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).with_name("requirements.txt")
OPTIONS = ("--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json", "--requirement")


def verdict(output: str, error: str) -> tuple[str, int]:
    """What to say of a run of pip-audit, and the exit status: 1 where a vulnerability is known."""
    try:
        entries = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = (error.strip().splitlines() or ["it said nothing"])[-1]
        return f"pip-audit: not run: {last}", 0
    known = [
        f"{entry['name']} {entry['version']}: {', '.join(found['id'] for found in entry['vulns'])}"
        for entry in entries
        if entry.get("vulns")
    ]
    skipped = [entry for entry in entries if "skip_reason" in entry]
    audited = f"pip-audit: {len(entries) - len(skipped)} of {len(entries)} packages audited"
    text = f"{audited}, {len(known)} with a known vulnerability"
    if skipped:
        text += f"; not run for {len(skipped)}: {skipped[0]['skip_reason']}"
    return "\n".join((text, *known)), 1 if known else 0


def main() -> int:
    """Run pip-audit, which stands beside this Python."""
    command = [str(Path(sys.executable).with_name("pip-audit")), *OPTIONS, str(LOCK)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    text, status = verdict(done.stdout, done.stderr)
    print(text)
    return status


if __name__ == "__main__":
    sys.exit(main())
