"""A spreadsheet as rows of cells, from CSV or XLSX; knows no column's meaning and stores nothing.

What cannot be read without guessing is refused, with what it is and how to save it again.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from functions.errors import QingdanError

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_UNPACKED: Final = 300 * 1024 * 1024
MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 200
_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# openpyxl makes an object of every cell in a merged area while it opens the workbook.
_MOST_MERGED: Final = 100_000
_MERGED: Final = re.compile(rb"mergeCell\s[^>]*?ref\s*=\s*[\"']([^\"']*)")
_ROW: Final = re.compile(rb"<(?:\w+:)?row[\s/>]")
_CELL: Final = re.compile(rb"<(?:\w+:)?c[\s/>]")
# openpyxl holds every cell in memory, some 200 bytes each: 100,000 rows of twenty columns.
MOST_CELLS: Final = 2_000_000
_NO_TABLE: Final = re.compile(r"\s*(?:<|%PDF-|\{\\rtf)")
_TOO_LARGE: Final = "这个工作簿解开以后大得不像名册，没有打开。请新建一个工作簿，只把名册粘贴进去再导入"
_SAVE_AGAIN: Final = "请用表格软件打开，另存为 .xlsx 或 CSV（UTF-8）再导入"


class SheetRefused(QingdanError):
    """The file cannot be read as rows; its words say what it is and how to save it again."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell. `number` tells that the spreadsheet holds a number and not text, `formula` a formula."""

    text: str
    number: bool = False
    formula: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file, by its number in the file from 1, with its cells from column A on."""

    number: int
    cells: tuple[Cell, ...]

    @property
    def is_blank(self) -> bool:
        """Whether no cell says anything."""
        return not any(cell.text.strip() for cell in self.cells)


def read_sheet(content: bytes) -> tuple[Line, ...]:
    """The lines that say something, in order; SheetRefused for what is no CSV and no XLSX, is empty or too large."""
    if len(content) > MOST_BYTES:
        raise SheetRefused(
            f"文件有 {len(content) // 2**20} MB，最多收 {MOST_BYTES // 2**20} MB。请删去空行和图片，或者分开导入"
        )
    if content.startswith(_OLD):
        raise SheetRefused(f"这是旧格式的 .xls 文件，或者是加了密码的工作簿，读不了。{_SAVE_AGAIN}，不要加密码")
    lines = list(_xlsx(content) if content.startswith(_ZIP) else _csv(content))
    if not lines:
        raise SheetRefused("文件里没有内容。请核对选的是不是要导入的文件")
    return tuple(lines)


def column_letter(place: int) -> str:
    """The letter of a column from 0: A, Z, AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _kept(lines: Iterator[Line]) -> Iterator[Line]:
    for line in lines:
        _refuse_rows(line.number)
        if len(line.cells) > MOST_COLUMNS:
            raise SheetRefused(
                f"第 {line.number} 行有 {len(line.cells)} 栏，最多 {MOST_COLUMNS} 栏。请删去右边多余的栏"
            )
        if not line.is_blank:
            yield line


def _refuse_rows(number: int) -> None:
    if number > MOST_ROWS + 1:
        raise SheetRefused(f"文件超过 {MOST_ROWS:,} 行，一次收不下。请删去多余的行，或者分成几份")


def _csv(content: bytes) -> Iterator[Line]:
    text = _decoded(content)
    if "\x00" in text or _NO_TABLE.match(text):
        raise SheetRefused(f"这不是表格文件，多半是网页、PDF 或别的软件的文件。{_SAVE_AGAIN}")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)

    def lines() -> Iterator[Line]:
        number = 1
        for row in reader:
            yield Line(number, tuple(Cell(_plain(value), formula=value.startswith("=")) for value in row))
            number = reader.line_num + 1

    try:
        yield from _kept(lines())
    except csv.Error:
        words = f"第 {reader.line_num} 行的引号不成对，分不清各栏"
        raise SheetRefused(f"{words}。请核对这一行的引号，或者另存为 .xlsx 再导入") from None


def _plain(text: str) -> str:
    """A cell without the apostrophe that our own exports put before what a spreadsheet would run."""
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in "=+-@'" else text


def _decoded(content: bytes) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return _decode(content, encoding)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _decode(content, "gb18030")


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise SheetRefused(f"文件的文字编码认不出来，不是 UTF-8，也不是 GB18030。{_SAVE_AGAIN}") from None


def _xlsx(content: bytes) -> Iterator[Line]:
    import openpyxl

    _refuse_bomb(content)
    try:
        _refuse_large_parts(content)
        # Not in the read-only way: that one knows no merged cells.
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=False, keep_links=False)
    except SheetRefused:
        raise
    except Exception:  # over a damaged workbook it raises whatever Python raises
        raise _broken() from None
    if not book.worksheets:  # one of strict Open XML, or of charts alone
        raise _broken()
    sheet = _only_sheet([one for one in book.worksheets if one.sheet_state == "visible" and one.max_row > 0])
    _refuse_merged(area.coord for area in sheet.merged_cells.ranges)
    _refuse_rows(sheet.max_row)
    rows = sheet.iter_rows()
    yield from _kept(
        Line(number, tuple(_cell(cell.value, cell.data_type) for cell in row)) for number, row in enumerate(rows, 1)
    )


def _refuse_bomb(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise _broken() from None
    if sum(member.file_size for member in members) > MOST_UNPACKED or len(members) > 10_000:
        raise SheetRefused(_TOO_LARGE)
    if not any(member.filename == "xl/workbook.xml" for member in members):
        raise SheetRefused(f"这是压缩包或别的文件，不是 .xlsx 工作簿。{_SAVE_AGAIN}")


def _refuse_large_parts(content: bytes) -> None:
    """Refuse more rows, cells or merged areas than memory should hold, hidden sheets' as well."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.namelist():
            # In UTF-16 every second byte of these words is 0.
            part = archive.read(member).replace(b"\0", b"")
            _refuse_rows(sum(1 for _ in _ROW.finditer(part)))
            if sum(1 for _ in _CELL.finditer(part)) > MOST_CELLS:
                raise SheetRefused(_TOO_LARGE)
            _refuse_large_merges(part)


def _refuse_large_merges(part: bytes) -> None:
    from openpyxl.utils import range_boundaries

    cells = 0
    for found in _MERGED.finditer(part):
        area = found[1].decode("ascii")
        left, top, right, bottom = range_boundaries(area)
        cells += (right - left + 1) * (bottom - top + 1)
        if cells > _MOST_MERGED:
            _refuse_merged([area])


def _only_sheet(sheets: Sequence[Worksheet]) -> Worksheet:
    filled = [
        sheet
        for sheet in sheets
        if any(cell is not None for row in sheet.iter_rows(max_row=50, values_only=True) for cell in row)
    ]
    if not filled:
        raise SheetRefused("工作簿里看得见的表都是空的。请核对选的是不是要导入的文件；隐藏的表不读，要先取消隐藏")
    if len(filled) > 1:
        names = "、".join(f"“{sheet.title}”" for sheet in filled[:5])
        raise SheetRefused(
            f"工作簿里有 {len(filled)} 张有内容的表（{names}），不知道该读哪一张。请只留名册那一张再导入"
        )
    return filled[0]


def _broken() -> SheetRefused:
    return SheetRefused(f"这不是完好的 .xlsx 工作簿，打不开。{_SAVE_AGAIN}")


def _refuse_merged(areas: Iterable[str]) -> None:
    for area in areas:
        words = f"{area} 是合并的单元格，分不清各行的值"
        raise SheetRefused(f"{words}。请取消合并，每一行每一栏都填上，再导入")


def _cell(value: object, kind: str) -> Cell:
    if value is None:
        return Cell("")
    if kind == "f":
        return Cell(str(value), formula=True)
    if isinstance(value, bool):
        return Cell("是" if value else "否")
    if isinstance(value, (datetime, date)):
        return Cell(value.date().isoformat() if isinstance(value, datetime) else value.isoformat())
    if isinstance(value, (int, float)):
        whole = isinstance(value, int) or value.is_integer()
        return Cell(str(int(value)) if whole and abs(value) < 1e15 else repr(value), number=True)
    return Cell(_plain(str(value)))
