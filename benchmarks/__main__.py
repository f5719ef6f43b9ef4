"""`python -m benchmarks [NAME ...]`: runs the benchmarks, prints their tables, exits 1 when a bar was missed.

`--filings N` and `--bytes SMALLEST LARGEST` make that of packages fit the disk at hand.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks import seal, site
from benchmarks.cloud import cold, scale
from benchmarks.desk import board, desk, due, reminders, rosters, sign_in
from benchmarks.exports import exporting, packages
from benchmarks.filing import filing, judging, strangers
from benchmarks.report import Table, show

BENCHMARKS: dict[str, Callable[[Path, int], Table]] = {
    "filing": filing.run,
    "judging": judging.run,
    "exports": exporting.run,
    "site": site.run,
    "desk": desk.run,
    "due": due.run,
    "board": board.run,
    "rosters": rosters.run,
    "reminders": reminders.run,
    "cold": cold.run,
    "scale": scale.run,
    "sign_in": sign_in.run,
    "seal": seal.run,
    "packages": packages.run,
    "strangers": strangers.run,
}


def main(arguments: list[str]) -> int:
    """Run those named, or all; 1 when a bar was missed, 2 for a name that is none."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", metavar="NAME", nargs="*", help=", ".join(BENCHMARKS))
    parser.add_argument("--filings", type=int, default=packages.FILINGS, metavar="N", help="in the package")
    sizes, ends = [packages.SMALLEST, packages.LARGEST], ("SMALLEST", "LARGEST")
    parser.add_argument("--bytes", type=int, nargs=2, default=sizes, metavar=ends, dest="sizes", help="of a file in it")
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.names if name not in BENCHMARKS]:
        parser.error(f"no benchmark named {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    benchmarks = BENCHMARKS | {"packages": partial(packages.run, filings=given.filings, sizes=tuple(given.sizes))}
    now = datetime.now(UTC)
    load = os.getloadavg()[0]
    print(
        f"{now:%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, Python {platform.python_version()}, load before {load:.2f}"
    )
    missed: list[str] = []
    for name in given.names or benchmarks:
        with tempfile.TemporaryDirectory(prefix="qingdan-bench-") as folder:
            table = benchmarks[name](Path(folder), now.year - 1)
        print(show(table), flush=True)
        missed += [f"{name}: {figure.name}" for figure in table.missed()]
    print("\nevery bar kept" if not missed else "\nMISSED: " + "; ".join(missed))
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
