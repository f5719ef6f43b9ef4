"""How long an export of 100,000 filings takes beside the bare writer of the same cells, and what memory it grows by."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.report import Table
from benchmarks.seed import seed

FILINGS = 100_000
PATIENCE = 900


def run(folder: Path, year: int) -> Table:
    """Each format against its floor; the floors are given the very cells that the export wrote."""
    del year
    table = Table(f"export of {FILINGS:,} self-check reports, 3 database rows each")
    data = folder / "data"
    seed(data, FILINGS)
    out = folder / "export"
    seen = child("csv", data, out)
    _add(table, "csv", seen, child("csv-floor", out, folder / "floor"))
    bare = child("bare-floor", out, folder / "floor")["seconds"]
    table.add("csv: floor, SELECT and json.loads and csv.writer", bare, "s")
    table.add("csv: against that floor", seen["seconds"] / bare, "x")
    seen = child("jsonl", data, out)
    _add(table, "jsonl", seen, child("jsonl-floor", out, folder / "floor"))
    seen = child("xlsx", data, folder / "export.xlsx")
    child("cells", data, folder / "cells")
    _add(table, "xlsx", seen, child("xlsx-floor", folder / "cells", folder / "floor.xlsx"))
    return table


def child(what: str, data: Path, out: Path) -> dict[str, float]:
    """What the process for this one thing printed."""
    command = [sys.executable, "-m", "benchmarks.exports.export_child", what, str(data), str(out)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=PATIENCE)
    seen: dict[str, float] = json.loads(done.stdout)
    return seen


def _add(table: Table, format: str, seen: dict[str, float], floor: dict[str, float]) -> None:
    cpu = f"{seen['cpu']:.2f} s of processor time"
    table.add(f"{format}: seconds, reading from the store included", seen["seconds"], "s", note=cpu)
    ready = f"{floor['cpu']:.2f} s of processor time, cells ready in memory"
    table.add(f"{format}: floor, the bare writer of the same cells", floor["seconds"], "s", note=ready)
    table.add(f"{format}: against the floor", seen["seconds"] / floor["seconds"], "x", "at most", 2)
    table.add(f"{format}: growth of peak memory", seen["growth"], "MB", "below", 100)
    if format == "csv":
        table.add("csv: first bytes", seen["first"] * 1000, "ms", "below", 300)
