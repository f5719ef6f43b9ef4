"""Writes one table of plain texts as CSV or as a workbook, every text guarded; knows nothing of what it holds."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from functions.exports.csv import BOM, END, LINES_A_CHUNK
from functions.exports.csv_cells import quote
from functions.exports.formula_guard import guard

WIDTH = 18

Line = Sequence[str]


def plain_csv(header: Line, lines: Iterable[Line]) -> Iterator[bytes]:
    """UTF-8 with a byte-order mark, CRLF."""
    yield BOM + (",".join(map(quote, header)) + END).encode()
    waiting = iter(lines)
    while some := list(islice(waiting, LINES_A_CHUNK)):
        yield "".join(",".join(map(quote, line)) + END for line in some).encode()


def plain_xlsx(title: str, header: Line, lines: Iterable[Line]) -> Iterator[bytes]:
    """One sheet with a bold header that stays in sight."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, bold, text = book.add_worksheet(title), book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    sheet.set_column(0, len(header) - 1, WIDTH, text)
    sheet.freeze_panes(1, 1)
    sheet.write_row(0, 0, header, bold)
    for number, line in enumerate(lines, 1):
        for place, cell in enumerate(line):
            sheet.write_string(number, place, guard(cell), text)
    book.close()
    yield out.getvalue()
