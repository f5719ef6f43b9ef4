"""Writes one table as CSV: UTF-8 with a byte-order mark, CRLF, quoted where needed, every text guarded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from functions.errors import QingdanError
from functions.exports.cells import CellReader
from functions.exports.csv_cells import CELLS, quote
from functions.exports.table import MAIN_COLUMNS, Column, Table, build_tables
from functions.forms.definition import Definition
from functions.records.store import Answers

BOM = b"\xef\xbb\xbf"
END = "\r\n"
LINES_A_CHUNK = 200


def stream_csv(filings: Iterable[Answers], versions: Sequence[Definition], *, table: str = "") -> Iterator[bytes]:
    """The CSV in chunks, in constant memory.

    `versions` are the versions of one form that the filings are pinned to, newest first; none means that nothing was
    selected, and the file has a header only. `table` names repeated rows by their path ("databases.databases"), ""
    is one line a filing. Raises QingdanError at once, before the first chunk, for several forms or an unknown table.
    """
    if len({version.id for version in versions}) > 1:
        raise QingdanError("CSV 文件一次只放一种表。请先在筛选里选定一种表再导出，或者改用 XLSX")
    if not versions:
        return iter([head_of(MAIN_COLUMNS)])
    return _stream(filings, _find(build_tables(versions), table), versions)


def _find(tables: Sequence[Table], key: str) -> Table:
    for table in tables:
        if table.key == key:
            return table
    known = "、".join(f"{table.key}（{table.title}）" for table in tables if table.key)
    raise QingdanError(f"这种表里没有名为 {key} 的子表。可用的子表：{known or '无'}；不写子表名，导出的就是主表")


def _stream(filings: Iterable[Answers], table: Table, versions: Sequence[Definition]) -> Iterator[bytes]:
    yield head_of(table.columns)
    lines = _lines(filings, table, versions)
    while some := list(islice(lines, LINES_A_CHUNK)):
        yield (END.join(some) + END).encode()


def _lines(filings: Iterable[Answers], table: Table, versions: Sequence[Definition]) -> Iterator[str]:
    if table.rows is None:
        from functions.exports.csv_rows import Lines

        return map(Lines(table, versions).of, filings)
    reader = CellReader((table,), versions, CELLS)
    return (",".join(cells) for answers in filings for _, cells in reader.lines(answers))


def head_of(columns: Iterable[Column]) -> bytes:
    """Return the beginning of a file: the byte-order mark and the headers."""
    return BOM + (",".join(quote(column.header) for column in columns) + END).encode()
