"""Sheets from bureaus: unambiguous content is read, and everything else is named with its cure."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from functions.imports.sheet import MOST_ROWS, SheetRefused, column_letter, read_sheet

ROWS = [["单位名称", "统一社会信用代码"], ["示例单位", "12000000000000001U"]]


def book_of(*sheets: Callable[[Worksheet], None]) -> bytes:
    """A workbook whose sheets hold ROWS and are then changed."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for change in sheets:
        sheet = book.create_sheet()
        for row in ROWS:
            sheet.append(row)
        change(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def untouched(sheet: Worksheet) -> None:
    """Leave the sheet as it is."""


def texts(content: bytes) -> list[list[str]]:
    return [[cell.text for cell in line.cells] for line in read_sheet(content)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_every_encoding_that_spreadsheets_write(encoding: str, delimiter: str) -> None:
    content = "\r\n".join(delimiter.join(row) for row in ROWS).encode(encoding)
    assert texts(content) == ROWS


def test_a_quoted_line_end_stays_in_its_cell_and_lines_keep_their_numbers() -> None:
    lines = read_sheet('名称,备注\n甲,"一\n二"\n\n乙,三\n'.encode())
    assert [(line.number, line.cells[0].text) for line in lines] == [(1, "名称"), (2, "甲"), (5, "乙")]
    assert lines[1].cells[1].text == "一\n二"


def test_a_workbook_is_read_with_dates_numbers_and_formulas_told_apart() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append([date(2026, 3, 1), 12000000000000001, "=A1", True, 3.5, "'=1+1"])

    line = read_sheet(book_of(fill))[2]
    assert [cell.text for cell in line.cells] == ["2026-03-01", "1.2e+16", "=A1", "是", "3.5", "=1+1"]
    assert [cell.number for cell in line.cells] == [False, True, False, False, True, False]
    assert [cell.formula for cell in line.cells] == [False, False, True, False, False, False]


def test_dates_of_1904_are_the_days_that_the_spreadsheet_shows() -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.worksheets[0].append(["开工日期"])
    book.worksheets[0].append([date(2026, 3, 1)])
    out = io.BytesIO()
    book.save(out)
    assert texts(out.getvalue())[1] == ["2026-03-01"]


def hide(sheet: Worksheet) -> None:
    sheet.sheet_state = "hidden"


def merge(sheet: Worksheet) -> None:
    sheet.merge_cells("A2:B2")


def test_a_hidden_sheet_is_not_read() -> None:
    assert texts(book_of(hide, untouched)) == ROWS


def zip_of(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def part_changed(old: bytes, new: bytes) -> bytes:
    """The workbook with these bytes of its sheet replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book_of(untouched))) as book, zipfile.ZipFile(out, "w") as made:
        for name in book.namelist():
            made.writestr(name, book.read(name).replace(old, new) if "sheet1" in name else book.read(name))
    return out.getvalue()


def damaged(method: int) -> bytes:
    """A workbook compressed so, with four bytes changed in its first member."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        made.writestr("xl/workbook.xml", bytes(range(256)) * 9)
    content = out.getvalue()
    return content[:70] + b"~~~~" + content[74:]


BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "文件里没有内容"),
    "blank lines": (b"\n\n , ,\n", "文件里没有内容"),
    "old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧格式的 .xls"),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "不是表格文件|编码认不出来"),
    "broken zip": (b"PK\x03\x04" + b"x" * 50, "打不开"),
    "other zip": (zip_of(a=b"1"), "不是 .xlsx 工作簿"),
    "not really a workbook": (zip_of(xl__workbook=b"", **{"xl/workbook.xml": b"<x/>"}), "打不开"),
    "zip bomb": (zip_of(**{"xl/workbook.xml": b"\0" * (310 * 1024 * 1024)}), "大得不像名册"),
    "merged": (book_of(merge), "A2:B2 是合并的单元格"),
    "only hidden": (book_of(hide, lambda sheet: sheet.delete_rows(1, 9)), "看得见的表都是空的"),
    "two sheets": (book_of(untouched, untouched), "2 张有内容的表"),
    "quotes": (b'a,b\n"x,1\n', "引号不成对"),
    "too many columns": (",".join("a" * 201).encode() + b"\n", "最多 200 栏"),
    "all merged": (
        part_changed(b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        "A1:XFD1048576 是合并的单元格",
    ),
    "no such text": (part_changed(b"</row>", b'<c r="C1" t="s"><v>9999</v></c></row>'), "打不开"),
    "no such style": (part_changed(b"</row>", b'<c r="C1" s="9999"><v>1</v></c></row>'), "打不开"),
    "far away": (part_changed(b"</row>", b'<c r="A1048576"><v>1</v></c></row>'), "超过 100,000 行"),
    "damaged": (damaged(zipfile.ZIP_DEFLATED), "打不开"),
    "damaged otherwise": (damaged(zipfile.ZIP_LZMA), "打不开"),
    "no text": (b"\x81\x00\xff\xff\x00", "不是表格文件|编码认不出来"),
}


@pytest.mark.parametrize("name", BAD)
def test_an_unreadable_sheet_is_refused_with_the_cure(name: str) -> None:
    content, words = BAD[name]
    with pytest.raises(SheetRefused, match=words):
        read_sheet(content)


@pytest.mark.parametrize(("rows", "taken"), [(MOST_ROWS, True), (MOST_ROWS + 1, False), (200_000, False)])
def test_a_file_over_100_000_rows_is_refused(rows: int, taken: bool) -> None:
    content = ("名称\n" + "甲\n" * rows).encode()
    if taken:
        assert len(read_sheet(content)) == rows + 1
    else:
        with pytest.raises(SheetRefused, match="超过 100,000 行"):
            read_sheet(content)


@pytest.mark.parametrize(("place", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_have_the_letters_of_spreadsheets(place: int, letter: str) -> None:
    assert column_letter(place) == letter
