"""One export, or the floor under it, in a process of its own, so that its memory can be weighed.

`python -m benchmarks.exports.export_child WHAT FROM OUT` prints one JSON object. WHAT is a format; or one with
"-floor" for the bare writer of the same cells, which are read from a file in slices, with the clock stopped.
"""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import xlsxwriter

from benchmarks.sample import FORM
from functions.exports.formats import export
from functions.records.store import Selection
from functions.storage.sqlite import open_store
from functions.storage.sqlite.store import DATABASE_NAME

SLICE = 2_000
SHEETS = 3
AT = datetime(2026, 11, 1, tzinfo=UTC)


def run_export(format: str, data: Path, out: Path) -> dict[str, float]:
    """The export as desk and command line make it; a small one first, so that only growth is weighed."""
    store = open_store(data)
    try:
        for _ in export(format, store, Selection(numbers=("SC-2026-000000",)), at=AT).chunks:
            pass
        before = forget_peak()
        began, worked = time.perf_counter(), time.process_time()
        chunks = export(format, store, Selection(form=FORM), at=AT).chunks
        with out.open("wb") as file:
            file.write(next(chunks))
            first = time.perf_counter() - began
            file.writelines(chunks)
        took = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - worked}
        return {**took, "first": first, "growth": (peak() - before) / 1000}
    finally:
        store.close()


def forget_peak() -> float:
    """Start the kernel's high-water mark anew; the memory in use now. (getrusage keeps the parent's peak over exec.)"""
    Path("/proc/self/clear_refs").write_text("5")
    return peak()


def peak() -> float:
    """The most resident memory since, in KB of 1000 bytes."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) * 1.024


class Stopwatch:
    """Counts only the time between taking a slice and asking for the next."""

    def __init__(self) -> None:
        self.seconds = self.cpu = 0.0

    def slices(self, items: Iterator[Any]) -> Iterator[list[Any]]:
        """Lists of items, the making of which costs nothing."""
        while some := list(islice(items, SLICE)):
            with self:
                yield some

    def __enter__(self) -> None:
        self._began, self._worked = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self._began
        self.cpu += time.process_time() - self._worked


def floor_csv(cells: Path, out: Path, watch: Stopwatch) -> None:
    """csv.writer with the rows of the CSV export."""
    with (
        cells.open(encoding="utf-8-sig", newline="") as source,
        out.open("w", encoding="utf-8-sig", newline="") as file,
    ):
        writer = csv.writer(file)
        for rows in watch.slices(csv.reader(source)):
            writer.writerows(rows)


def floor_bare(cells: Path, out: Path, watch: Stopwatch) -> None:
    """The shortest program that exports: SELECT, json.loads, csv.writer with the rows of the CSV export."""
    connection = sqlite3.connect(cells.with_name("data") / DATABASE_NAME)
    bodies = connection.execute("SELECT body FROM events ORDER BY id")
    with (
        cells.open(encoding="utf-8-sig", newline="") as source,
        out.open("w", encoding="utf-8-sig", newline="") as file,
    ):
        writer = csv.writer(file)
        for rows in watch.slices(csv.reader(source)):
            for row, (body,) in zip(rows, bodies, strict=False):
                json.loads(body)
                writer.writerow(row)
    connection.close()


def floor_jsonl(cells: Path, out: Path, watch: Stopwatch) -> None:
    """json.dumps with the objects of the JSON Lines export."""
    with cells.open(encoding="utf-8") as source, out.open("w", encoding="utf-8") as file:
        for objects in watch.slices(map(json.loads, source)):
            for one in objects:
                file.write(json.dumps(one, ensure_ascii=False) + "\n")


def floor_xlsx(cells: Path, out: Path, watch: Stopwatch) -> None:
    """XlsxWriter in constant memory with the cells of the workbook, given as JSON by `dump_cells`."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(out), options)
    sheets = [book.add_worksheet() for _ in range(SHEETS)]
    with cells.open(encoding="utf-8") as source:
        for lines in watch.slices(map(json.loads, source)):
            for index, row, line in lines:
                sheet = sheets[index]
                for column, cell in line:
                    if isinstance(cell, str):
                        sheet.write_string(row, column, cell)
                    else:
                        sheet.write_number(row, column, cell)
    with watch:
        book.close()


def dump_cells(data: Path, out: Path) -> None:
    """The cells of the workbook, one JSON array a line: [sheet, row, [[column, cell], ...]]."""
    from functions.exports.cells import CellReader
    from functions.exports.table import build_tables
    from functions.exports.writers import versions_of
    from functions.exports.xlsx import CELLS

    store = open_store(data)
    versions = versions_of(store, Selection(form=FORM))
    tables = build_tables(versions)
    reader, rows = CellReader(tables, versions, CELLS), [1] * len(tables)
    with out.open("w", encoding="utf-8") as file:
        for answers in store.answers(Selection(form=FORM)):
            for index, cells in reader.lines(answers):
                line = [(column, cell) for column, cell in enumerate(cells) if cell is not None]
                file.write(json.dumps([index, rows[index], line], ensure_ascii=False) + "\n")
                rows[index] += 1
    store.close()


FLOORS = {
    "csv-floor": floor_csv,
    "bare-floor": floor_bare,
    "jsonl-floor": floor_jsonl,
    "xlsx-floor": floor_xlsx,
}


def main() -> None:
    """Do one thing and print what it took."""
    what, data, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    if what == "cells":
        dump_cells(data, out)
        seen: dict[str, float] = {}
    elif what.endswith("-floor"):
        watch = Stopwatch()
        FLOORS[what](data, out, watch)
        seen = {"seconds": watch.seconds, "cpu": watch.cpu}
    else:
        seen = run_export(what, data, out)
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main()
