"""What the bare parts do in this run: SQLite, jsonschema, jsonschema-rs; none of our code."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import jsonschema
import jsonschema_rs

from benchmarks.report import Table
from benchmarks.sample import FORM, self_check
from functions.forms.authoring.reader import read_form
from functions.forms.definition import Definition
from tests.support.filings import make_uscc

SECONDS = 2.0


def add_floors(table: Table, folder: Path, year: int) -> float:
    """Append the floors of filing, each measured for a few seconds; how many single inserts SQLite makes a second."""
    data = self_check(year, make_uscc(1))
    schema = Definition.from_document(read_form(Path("schemas") / FORM)).schema
    body = json.dumps(data, ensure_ascii=False).encode()
    single, grouped = _Inserts(folder / "floor.sqlite3", body, 1), _Inserts(folder / "floor.sqlite3", body, 32)
    one_each = _rate(single.run)
    table.add("floor: SQLite insert, FULL, one a transaction", one_each, "/s")
    table.add("floor: SQLite insert, FULL, 32 a transaction", _rate(grouped.run) * 32, "/s")
    explaining = jsonschema.Draft202012Validator(schema)
    table.add("floor: jsonschema, valid filing", _rate(lambda: list(explaining.iter_errors(data))), "/s")
    gate = jsonschema_rs.Draft202012Validator(schema)
    table.add("floor: jsonschema-rs, valid filing", _rate(lambda: gate.is_valid(data)), "/s")
    return one_each


def _rate(step: Callable[[], object]) -> float:
    """Steps a second."""
    count, began = 0, time.perf_counter()
    while (passed := time.perf_counter() - began) < SECONDS:
        step()
        count += 1
    return count / passed


class _Inserts:
    def __init__(self, path: Path, body: bytes, rows: int) -> None:
        self._rows = [(body,)] * rows
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("CREATE TABLE IF NOT EXISTS filed (id INTEGER PRIMARY KEY, body BLOB)")

    def run(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT INTO filed (body) VALUES (?)", self._rows)
        self._connection.execute("COMMIT")
