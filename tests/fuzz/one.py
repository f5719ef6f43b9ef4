"""One target in this process: atheris (libFuzzer) chooses bytes by the branches that they reach; it ends the process.

A target is a module of `targets/`: `check(data)` raises for what must not happen, `seeds()` are inputs to begin with.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import logging
import os
import sys
import time
from pathlib import Path

import atheris

BUILD = Path("build/fuzz")
# A single input takes milliseconds; these say that something grows without bound, also on a busy machine.
LONGEST_SECONDS = 20
MOST_MEGABYTES = 2048
COUNTED = ["functions", "python_multipart"]
TARGETS = "tests.fuzz.targets"


def main() -> None:
    """Fuzz the target for its seconds, or try one input."""
    began = time.monotonic()
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.one")
    parser.add_argument("name")
    parser.add_argument("file", nargs="?", type=Path, help="an input to try, and nothing else")
    parser.add_argument("--seconds", type=int, default=60)
    given = parser.parse_args()
    logging.disable()  # libraries say of each odd input what is odd
    with atheris.instrument_imports(include=COUNTED):
        target = importlib.import_module(f"{TARGETS}.{given.name}")
    if given.file:
        target.check(given.file.read_bytes())
        return
    corpus = corpus_of(given.name, target.seeds())
    left = given.seconds - int(time.monotonic() - began)
    atheris.Setup([sys.argv[0], *options(given.name, left), str(corpus)], target.check)
    atheris.Fuzz()


def options(name: str, seconds: int) -> list[str]:
    """The options of libFuzzer."""
    return [
        f"-max_total_time={max(seconds, 1)}",
        f"-timeout={LONGEST_SECONDS}",
        f"-rss_limit_mb={MOST_MEGABYTES}",
        f"-artifact_prefix={BUILD / name}{os.sep}",
        "-max_len=65536",
        "-len_control=0",
        "-verbosity=0",
        "-print_final_stats=1",
    ]


def corpus_of(name: str, seeds: list[bytes]) -> Path:
    """The folder of inputs that reached something new, in this run or one before; made with the seeds."""
    folder = BUILD / name / "corpus"
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        (folder / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    return folder


if __name__ == "__main__":
    main()
