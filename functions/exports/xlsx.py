"""Writes records as a workbook in constant memory: a sheet for every table of every form, typed cells, guarded text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any, BinaryIO

import xlsxwriter

from functions.exports.cells import SHANGHAI, CellReader, Cells
from functions.exports.formula_guard import guard
from functions.exports.sheet_names import SheetNames
from functions.exports.table import MAIN_COLUMNS, Column, build_tables
from functions.forms.definition import Definition
from functions.records.store import Answers

MAX_ROWS = 1_048_576
MAX_TEXT = 32_767  # UTF-16 units in a cell
CUT = "……（超出单元格上限，后文从略；全文见 JSON Lines 导出）"
DIGITS_HELD = 15  # the digits of a number that Excel keeps
_CHUNK = 1 << 18
FROZEN_COLUMNS = 2  # the number, and the unit or the row, stay visible

_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_SHOWN = {"text": "@", "integer": "0", "decimal": "0", "date": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm:ss"}
_EPOCH = date(1899, 12, 30).toordinal()
_FIRST_DAY = date(1900, 3, 1)  # earlier dates mean different days to different programs
_HEADER = {
    "bold": True,
    "text_wrap": True,
    "valign": "top",
    "bg_color": "#E7EDE9",
    "border": 1,
    "border_color": "#9AA9A1",
}


def write_xlsx(filings: Iterable[Answers], versions: Sequence[Definition], out: BinaryIO, *, at: datetime) -> None:
    """Write the workbook to `out`, which need not be seekable; `at` (aware) is the time it says it was made.

    `versions` are all form versions that the filings are pinned to, those of one form together, newest first; none
    means that nothing was selected. A number or date that Excel could not hold exactly stays text; a text longer than a
    cell may be is cut with a clear mark. When reading the filings fails, nothing has been written to `out`.
    """
    with _workbook(out, at, "填报导出") as book:
        _fill(book, filings, versions)


def stream_list(
    title: str, columns: Sequence[Column], lines: Iterable[Sequence[str]], *, at: datetime
) -> Iterator[bytes]:
    """Yield a workbook of one sheet, in chunks; each line has a text for each column."""
    converts = [CELLS.of(column.kind) for column in columns]
    with TemporaryFile(prefix="qingdan-xlsx-") as file:
        with _workbook(file, at, title) as book:
            sheet = _Sheet(book, SheetNames(), _Formats(book), title, columns)
            for line in lines:
                sheet.write([convert(text) if text else None for convert, text in zip(converts, line, strict=True)])
            sheet.finish()
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk


@contextmanager
def _workbook(out: IO[bytes], at: datetime, title: str) -> Iterator[Any]:
    """Yield a workbook that is written to `out` when the block ends without an error."""
    with TemporaryDirectory(prefix="qingdan-xlsx-") as folder:
        book = xlsxwriter.Workbook(out, {**_OPTIONS, "tmpdir": folder})
        book.set_properties({"title": title, "created": at.astimezone(SHANGHAI).replace(tzinfo=None)})
        try:
            yield book
            book.close()
        finally:
            for sheet in book.worksheets():
                sheet.row_data_fh.close()


def _fill(book: Any, filings: Iterable[Answers], versions: Sequence[Definition]) -> None:
    names, formats = SheetNames(), _Formats(book)
    forms: dict[str, tuple[CellReader, list[_Sheet]]] = {}
    for form, group in groupby(versions, lambda version: version.id):
        same = list(group)
        tables = build_tables(same)
        forms[form] = (
            CellReader(tables, same, CELLS),
            [_Sheet(book, names, formats, t.title, t.columns) for t in tables],
        )
    if not forms:
        _Sheet(book, names, formats, "填报", MAIN_COLUMNS).finish()
    for answers in filings:
        reader, sheets = forms[answers.form]
        for index, cells in reader.lines(answers):
            sheets[index].write(cells)
    for _, sheets in forms.values():
        for sheet in sheets:
            sheet.finish()


class _Formats:
    """The cell formats of one workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[str, Any] = {}
        self.header = book.add_format(_HEADER)

    def of(self, column: Column) -> Any:
        """Text columns are declared as text, so that an edited cell is not taken for a number or a formula either."""
        shown = _SHOWN[column.kind] + ("." + "0" * column.decimals if column.decimals else "")
        if column.wrap:
            shown = "General"  # older programs show #### for long text that is declared as text
        if shown not in self._made:
            self._made[shown] = self._book.add_format({"num_format": shown, "valign": "top", "text_wrap": column.wrap})
        return self._made[shown]


class _Sheet:
    """One table; a full sheet continues in another with its name and a number."""

    def __init__(self, book: Any, names: SheetNames, formats: _Formats, title: str, columns: Sequence[Column]) -> None:
        self._book, self._names, self._formats = book, names, formats
        self._title, self._columns, self._row = title, columns, 0
        self._open()

    def write(self, cells: Sequence[str | int | float | None]) -> None:
        """Append one line; None leaves a cell out."""
        if self._row == MAX_ROWS:
            self.finish()
            self._open()
        row, string, number = self._row, self._sheet.write_string, self._sheet.write_number
        for position, cell in enumerate(cells):
            if cell.__class__ is str:
                string(row, position, cell)
            elif cell is not None:
                number(row, position, cell)
        self._row = row + 1

    def finish(self) -> None:
        """Add the settings that depend on the last line."""
        self._sheet.autofilter(0, 0, max(self._row - 1, 1), len(self._columns) - 1)

    def _open(self) -> None:
        sheet = self._sheet = self._book.add_worksheet(self._names.give(self._title))
        sheet.freeze_panes(1, FROZEN_COLUMNS)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_footer("&L&A&R&P / &N")
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{MAX_ROWS}"})
        for position, column in enumerate(self._columns):
            sheet.set_column(position, position, column.width, self._formats.of(column))
            sheet.write_string(0, position, _text(column.header), self._formats.header)
        self._row = 1


def _text(value: str) -> str:
    safe = guard(value)
    # A character counts once or twice: a text of half the limit always fits.
    if len(safe) <= MAX_TEXT // 2 or len(safe.encode("utf-16-le")) // 2 <= MAX_TEXT:
        return safe
    return safe.encode("utf-16-le")[: 2 * (MAX_TEXT - len(CUT))].decode("utf-16-le", "ignore") + CUT


def _integer(value: int) -> int | str:
    return value if abs(value) < 10**DIGITS_HELD else str(value)


def _decimal(value: str) -> float | str:
    digits = value.removeprefix("-").replace(".", "", 1)
    if digits.isascii() and digits.isdecimal() and len(digits.lstrip("0")) <= DIGITS_HELD:
        return float(value)
    return _text(value)


@lru_cache(maxsize=4096)
def _date(value: str) -> int | str:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return _text(value)
    return day.toordinal() - _EPOCH if day >= _FIRST_DAY else value


def _moment(value: str) -> float:
    seconds = int(value[11:13]) * 3600 + int(value[14:16]) * 60 + int(value[17:19])
    return date.fromisoformat(value[:10]).toordinal() - _EPOCH + seconds / 86400


CELLS = Cells(text=_text, integer=_integer, decimal=_decimal, date=_date, moment=_moment, blank=None)
