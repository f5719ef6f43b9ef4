"""`python -m tests.fuzz [NAME ...] [--seconds N]`: divides the seconds among the targets; exits 1 when one failed.

Each target has a process of its own. What made one fail lies in build/fuzz/NAME/, and
`python -m tests.fuzz.one NAME FILE` tries it again.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TARGETS = sorted(path.stem for path in (Path(__file__).parent / "targets").glob("[!_]*.py"))
# To import the code with its branches counted, and to make the seeds: no target fuzzes meanwhile.
START = 60


def main(arguments: list[str]) -> int:
    """Fuzz those named, or all, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("names", metavar="NAME", nargs="*", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=300, help="for all of them together, their start included")
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.names if name not in TARGETS]:
        parser.error(f"no target named {', '.join(unknown)}; there are {', '.join(TARGETS)}")
    names = given.names or TARGETS
    end = time.monotonic() + given.seconds
    failed = [
        name for place, name in enumerate(names) if not fuzz(name, (end - time.monotonic()) / (len(names) - place))
    ]
    print("\nnothing failed" if not failed else f"\nFAILED: {', '.join(failed)}; see build/fuzz/")
    return 1 if failed else 0


def fuzz(name: str, seconds: float) -> bool:
    """Whether the target stood what it was given until its time was over."""
    command = [sys.executable, "-m", "tests.fuzz.one", name, "--seconds", f"{max(seconds, 1):.0f}"]
    print(f"{name}: {seconds:.0f} s", flush=True)
    try:
        # libFuzzer ends its process without tidying up.
        with tempfile.TemporaryDirectory(prefix="qingdan-fuzz-") as scratch:
            variables = {**os.environ, "TMPDIR": scratch}
            return subprocess.run(command, check=False, timeout=max(seconds, 1) + START, env=variables).returncode == 0
    except subprocess.TimeoutExpired:
        print(f"{name} did not end in its time", flush=True)
        return False


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
