"""Writes every table of filings as its own CSV, all in one zip; knows no store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import groupby
from tempfile import TemporaryFile
from typing import IO

from functions.exports.cells import CellReader
from functions.exports.csv import END, head_of
from functions.exports.csv_cells import CELLS
from functions.exports.csv_rows import Lines
from functions.exports.sheet_names import SheetNames
from functions.exports.table import MAIN_COLUMNS, Column, build_tables
from functions.exports.zips import Zip, file_name
from functions.forms.definition import Definition
from functions.records.store import Answers

_CHUNK = 1 << 18


def stream_tables(filings: Iterable[Answers], versions: Sequence[Definition]) -> Iterator[bytes]:
    """The zip in chunks: for each form its main table, and one for each kind of repeated rows.

    `versions` are as for a workbook; none means that nothing was selected. The filings are read once: the tables wait
    in temporary files, not in memory.
    """
    with ExitStack() as files:
        tables = _Tables(files)
        forms = {form: _Form(tables, list(group)) for form, group in groupby(versions, key=lambda each: each.id)}
        if not forms:
            tables.open("填报", MAIN_COLUMNS)
        for answers in filings:
            forms[answers.form].write(answers)
        yield from tables.packed()


class _Tables:
    """The files of one zip, each begun with its header."""

    def __init__(self, files: ExitStack) -> None:
        self._files, self._names = files, SheetNames()
        self._open: dict[str, IO[bytes]] = {}

    def open(self, title: str, columns: Sequence[Column]) -> IO[bytes]:
        """Return a new file of this name, changed where an earlier file has it."""
        file = self._files.enter_context(TemporaryFile(prefix="qingdan-csv-"))  # noqa: SIM115 (closed by the stack)
        file.write(head_of(columns))
        self._open[f"{file_name(self._names.give(title))}.csv"] = file
        return file

    def packed(self) -> Iterator[bytes]:
        """Yield the zip of all files."""
        zipped = Zip()
        for name, file in self._open.items():
            file.seek(0)
            yield from zipped.add(name, iter(lambda file=file: file.read(_CHUNK), b""), deflate=True)  # type: ignore[misc]
        yield from zipped.finish()


class _Form:
    """The tables of one form."""

    def __init__(self, tables: _Tables, versions: Sequence[Definition]) -> None:
        main, *rows = build_tables(versions)
        self._main, self._main_file = Lines(main, versions), tables.open(main.title, main.columns)
        self._rows = CellReader(rows, versions, CELLS) if rows else None
        self._row_files = [tables.open(each.title, each.columns) for each in rows]

    def write(self, answers: Answers) -> None:
        self._main_file.write((self._main.of(answers) + END).encode())
        for index, cells in self._rows.lines(answers) if self._rows else ():
            self._row_files[index].write((",".join(cells) + END).encode())
