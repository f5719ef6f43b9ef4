"""`python -m benchmarks [NAME ...]`: runs the benchmarks, prints their tables, exits 1 when a bar was missed."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import cold, desk, exporting, filing, packages, scale, seal, site
from benchmarks.report import Table, show

BENCHMARKS: dict[str, Callable[[Path, int], Table]] = {
    "filing": filing.run,
    "exports": exporting.run,
    "site": site.run,
    "desk": desk.run,
    "cold": cold.run,
    "scale": scale.run,
    "seal": seal.run,
    "packages": packages.run,
}


def main(names: list[str]) -> int:
    """Run those named, or all; 1 when a bar was missed, 2 for a name that is none."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark named {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    now = datetime.now(UTC)
    load = os.getloadavg()[0]
    print(
        f"{now:%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, Python {platform.python_version()}, load before {load:.2f}"
    )
    missed: list[str] = []
    for name in names or BENCHMARKS:
        with tempfile.TemporaryDirectory(prefix="qingdan-bench-") as folder:
            table = BENCHMARKS[name](Path(folder), now.year - 1)
        print(show(table), flush=True)
        missed += [f"{name}: {figure.name}" for figure in table.missed()]
    print("\nevery bar kept" if not missed else "\nMISSED: " + "; ".join(missed))
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
