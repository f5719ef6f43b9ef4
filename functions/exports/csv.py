"""Writes one table as CSV: UTF-8 with a byte-order mark, CRLF, quoted where needed, every text guarded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from functions.errors import QingdanError
from functions.exports.guard import guard
from functions.exports.reader import Cells, Reader
from functions.exports.table import MAIN_COLUMNS, Table, build_tables
from functions.forms.definition import Definition
from functions.records.store import Record

BOM = b"\xef\xbb\xbf"
END = "\r\n"
LINES_A_CHUNK = 200

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def stream_csv(records: Iterable[Record], versions: Sequence[Definition], *, table: str = "") -> Iterator[bytes]:
    """The CSV in chunks, in constant memory.

    `versions` are the versions of one form that the records are pinned to, newest first; none means that nothing was
    selected, and the file has a header only. `table` names repeated rows by their path ("databases.databases"), ""
    is one line a filing. Raises QingdanError at once, before the first chunk, for several forms or an unknown table.
    """
    if len({version.id for version in versions}) > 1:
        raise QingdanError("CSV 文件一次只放一种表。请先在筛选里选定一种表再导出，或者改用 XLSX")
    if not versions:
        return iter([BOM + _line(quote(column.header) for column in MAIN_COLUMNS).encode()])
    return _stream(records, _find(build_tables(versions), table), versions)


def quote(text: str) -> str:
    """One cell: guarded, and quoted where commas, quotes or line ends demand it."""
    if text.isalnum():  # most cells are: nothing to guard, nothing to quote
        return text
    safe = guard(text)
    if "," in safe or '"' in safe or "\n" in safe:
        return '"' + safe.replace('"', '""') + '"'
    return safe


def _decimal(value: str) -> str:
    return value if _NUMBER.fullmatch(value) else quote(value)


CELLS = Cells(text=quote, integer=str, decimal=_decimal, date=quote, moment=str, blank="")


def _find(tables: Sequence[Table], key: str) -> Table:
    for table in tables:
        if table.key == key:
            return table
    known = "、".join(f"{table.key}（{table.title}）" for table in tables if table.key)
    raise QingdanError(f"这种表里没有名为 {key} 的子表。可用的子表：{known or '无'}；不写子表名，导出的就是主表")


def _stream(records: Iterable[Record], table: Table, versions: Sequence[Definition]) -> Iterator[bytes]:
    reader = Reader((table,), versions, CELLS)
    yield BOM + _line(quote(column.header) for column in table.columns).encode()
    lines = (",".join(cells) + END for record in records for _, cells in reader.lines(record))
    while chunk := "".join(islice(lines, LINES_A_CHUNK)):
        yield chunk.encode()


def _line(cells: Iterable[str]) -> str:
    return ",".join(cells) + END
