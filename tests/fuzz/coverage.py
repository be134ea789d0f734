"""`python -m tests.fuzz.coverage --seconds N [--entry NAME]…`: a coverage-guided fuzzer, atheris, on each way in.

Not for CI: atheris is no dependency (`pip install atheris` where it has a wheel). Each entry point runs in a process of
its own; corpus and crashes are in a folder that is named at the end. Exit status 1 where one crashed.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.mutations import LONGEST, mutated

HANGING = 20
"""Seconds of one input that count as a hang."""
MEMORY = 2048
"""Megabytes of the process."""
DONE = re.compile(r"Done (\d+) runs|stat::number_of_executed_units:\s*(\d+)")


def main(arguments: list[str]) -> int:
    """Fuzz the entry points one after the other, or be the process of one of them."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz.coverage", description=__doc__)
    options.add_argument("--seconds", type=int, default=120, help="for each entry point")
    options.add_argument("--entry", action="append", help="only those whose name holds this")
    options.add_argument("--folder", type=Path, help="for corpus and crashes; a new one otherwise")
    options.add_argument("--inside", help=argparse.SUPPRESS)
    told = options.parse_args(arguments)
    if told.inside:
        _fuzz(told.inside, told.folder, told.seconds)
        return 0
    from tests.fuzz.entries import ENTRIES

    chosen = [one for one in ENTRIES if not told.entry or any(name in one.name for name in told.entry)]
    folder = told.folder or Path(tempfile.mkdtemp(prefix="conformance-corpus-"))
    total, crashed = 0, []
    for entry in chosen:
        runs, status, said = _process(entry.name, folder / entry.name.replace(" ", "-"), told.seconds)
        total += runs
        crashed += [entry.name] if status else []
        print(f"{entry.name:44} {runs:9} runs, {'CRASHED' if status else 'no crash'}", flush=True)
        if status:
            print(said[-3000:], flush=True)
    print(f"{len(chosen)} entry points, {total} runs, {len(crashed)} crashed; {folder}")
    return 1 if crashed else 0


def _process(name: str, folder: Path, seconds: int) -> tuple[int, int, str]:
    folder.mkdir(parents=True, exist_ok=True)
    inside = ["--inside", name, "--folder", str(folder), "--seconds", str(seconds)]
    command = [sys.executable, "-m", "tests.fuzz.coverage", *inside]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    said = done.stdout + done.stderr
    counts = [int(one or two) for one, two in DONE.findall(said)]
    return max(counts, default=0), done.returncode, said


def _fuzz(name: str, folder: Path, seconds: int) -> None:
    import atheris

    # What is not seen is not instrumented: the suite, and what reads for it in Python.
    with atheris.instrument_imports(include=["conformance", "zeep"]):
        from tests.fuzz.entries import ENTRIES, held
    entry = next(one for one in ENTRIES if one.name == name)
    seeds = entry.seeds()
    corpus = folder / "corpus"
    corpus.mkdir(exist_ok=True)
    for number, seed in enumerate(seeds):
        (corpus / f"seed-{number:03}").write_bytes(seed)

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        """Half of the time as libFuzzer does, half of the time by what messages are made of."""
        drawn = random.Random(seed)
        if drawn.random() < 0.5:
            return bytes(atheris.Mutate(data, most))
        steps = [tuple(drawn.randrange(65536) for _ in range(4)) for _ in range(drawn.choice((1, 1, 2, 3)))]
        return mutated(data, steps, drawn.choice(seeds))[:most]

    limits = [f"-max_total_time={seconds}", f"-timeout={HANGING}", f"-rss_limit_mb={MEMORY}", f"-max_len={LONGEST}"]
    kept = [f"-artifact_prefix={folder}/", "-print_final_stats=1", "-len_control=0", str(corpus)]
    atheris.Setup([sys.argv[0], *limits, *kept], lambda data: held(entry, data), custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
