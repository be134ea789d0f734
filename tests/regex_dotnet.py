"""[RegularExpression] itself, from .NET's own library: a line with a pattern and texts in, a line with the answers out.

Runs in a process of its own, since the runtime that it loads stays until the end.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import dotnetcore2
from clr_loader import get_coreclr

ROOT = Path(dotnetcore2.__file__).parent / "bin"
FRAMEWORK = "Microsoft.NETCore.App"


def start():
    from pythonnet import set_runtime

    (version,) = (found.name for found in (ROOT / "shared" / FRAMEWORK).iterdir())
    options = {
        "tfm": "netcoreapp" + version.rpartition(".")[0],
        "framework": {"name": FRAMEWORK, "version": version},
        # No ICU: character classes of regular expressions do not depend on it.
        "configProperties": {"System.Globalization.Invariant": True},
    }
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "runtimeconfig.json")
        config.write_text(json.dumps({"runtimeOptions": options}), encoding="utf-8")
        set_runtime(get_coreclr(runtime_config=str(config), dotnet_root=str(ROOT)))
        import clr

    clr.AddReference("System.ComponentModel.Annotations")
    return version


def main():
    version = start()
    from System import ArgumentException
    from System.ComponentModel.DataAnnotations import RegularExpressionAttribute

    def test(pattern, texts):
        try:
            attribute = RegularExpressionAttribute(pattern)
            attribute.IsValid("x")
        except ArgumentException:
            return None
        # The bridge between Python and .NET does not carry half of a surrogate pair.
        return [attribute.IsValid(text) if _carried(text) else None for text in texts]

    for line in sys.stdin:
        question = json.loads(line) if line.strip() else None
        print(json.dumps(test(**question) if question else version), flush=True)


def _carried(text):
    return not any(0xD800 <= ord(char) <= 0xDFFF for char in text)


if __name__ == "__main__":
    main()
