"""Roster files as bureaus should not send them, each with what they are told; every one is made here."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from tests.support.filings import make_uscc

ONE, TWO, THREE = make_uscc(1), make_uscc(2), make_uscc(3)
COLUMNS: Final = ("单位名称", "统一社会信用代码", "类别", "联系电话", "列入日期")
GOOD: Final = ("示例县第1中学", ONE, "县直单位", "0310-5550101", "2026-03-01")
OLD: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
UNPACKED: Final = 310 * 1024 * 1024
SHEET: Final = "xl/worksheets/sheet1.xml"


@dataclass(frozen=True)
class Bad:
    """A file, and what is said of it: of the whole file, or of one place in it, given as line and column letter."""

    make: Callable[[], bytes]
    words: str
    line: int = 0
    letter: str = ""


def csv(*rows: Sequence[str], header: Sequence[str] = COLUMNS) -> bytes:
    return "\n".join(",".join(row) for row in (header, *rows, ())).encode()


def row(**changes: str) -> tuple[str, ...]:
    """A good row with other cells, by the places of their columns: c1 is the second one."""
    return tuple(changes.get(f"c{place}", cell) for place, cell in enumerate(GOOD))


def book(*sheets: Callable[[Worksheet], None], epoch: Any = None) -> bytes:
    """A workbook whose sheets hold a good roster and are then changed."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    made.epoch = epoch or made.epoch
    for change in sheets:
        sheet = made.create_sheet()
        sheet.append(COLUMNS)
        sheet.append(GOOD)
        change(sheet)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def cell(place: str, value: Any, number_format: str = "") -> Callable[[Worksheet], None]:
    """A change of one cell."""

    def change(sheet: Worksheet) -> None:
        sheet[place] = value
        if number_format:
            sheet[place].number_format = number_format

    return change


def with_part(old: bytes, new: bytes) -> bytes:
    """A workbook of the good roster with these bytes of its sheet replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book(untouched))) as whole, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in whole.namelist():
            content = whole.read(name)
            made.writestr(name, content.replace(old, new) if name == SHEET else content)
    return out.getvalue()


def strict() -> bytes:
    """A workbook of the kind that Excel calls strict Open XML."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book(untouched))) as whole, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in whole.namelist():
            content = whole.read(name)
            for part in (b"spreadsheetml", b"officeDocument"):
                old = b"http://schemas.openxmlformats.org/%s/2006" % part
                content = content.replace(old, b"http://purl.oclc.org/ooxml/" + part)
            made.writestr(name, content)
    return out.getvalue()


def good_of_1904() -> bytes:
    """A good roster in a workbook whose days are counted from 1904."""
    return book(cell("E2", date(2026, 3, 1)), epoch=CALENDAR_MAC_1904)


def zip_of(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def untouched(sheet: Worksheet) -> None:
    """Leave the sheet as it is."""


def hidden(sheet: Worksheet) -> None:
    sheet.sheet_state = "hidden"


def emptied(sheet: Worksheet) -> None:
    sheet.delete_rows(1, 9)


def second_header(sheet: Worksheet) -> None:
    """A header of two rows: the group of columns above, their names below."""
    sheet.insert_rows(1)
    for place, words in (("A1", "单位"), ("D1", "联系"), ("E1", "日期")):
        sheet[place] = words


def merged_header(sheet: Worksheet) -> None:
    second_header(sheet)
    sheet.merge_cells("A1:C1")


def titled(sheet: Worksheet) -> None:
    sheet.insert_rows(1)
    sheet["A1"] = "示例县登记备份名册（2026 年）"


def merged_units(sheet: Worksheet) -> None:
    sheet.append(row(c1=TWO))
    sheet.merge_cells("A2:A3")


@cache
def bomb() -> bytes:
    return zip_of({"xl/workbook.xml": b"\0" * UNPACKED})


@cache
def many_rows() -> bytes:
    """A workbook of 200,000 rows, of one cell each."""
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(3, 200_001))
    return with_part(b"</sheetData>", rows + b"</sheetData>")


@cache
def many_cells() -> bytes:
    """A workbook of few rows whose cells would fill the memory."""
    return with_part(b"</sheetData>", b"<row>" + b"<c/>" * 2_000_001 + b"</row></sheetData>")


LAUGHS: Final = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %s "%s">' % (bytes([n + 1]), b"&%s;" % bytes([n]) * 10) for n in range(ord("a"), ord("i")))
    + b"]>"
)
HTML: Final = "<html><body><table><tr><td>单位名称</td><td>统一社会信用代码</td></tr></table></body></html>"

BAD: Final[dict[str, Bad]] = {
    "empty": Bad(lambda: b"", "文件里没有内容"),
    "byte order mark alone": Bad(lambda: b"\xef\xbb\xbf", "文件里没有内容"),
    "blank lines": Bad(lambda: b"\r\n , ,\r\n\r\n", "文件里没有内容"),
    "xls": Bad(lambda: OLD + b"\0" * 600, "旧格式的 .xls 文件"),
    "password": Bad(lambda: OLD + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "加了密码的工作簿"),
    "picture": Bad(lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 40, "不是表格文件"),
    "pdf": Bad(lambda: b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n", "这不是表格文件，多半是网页、PDF"),
    "rar": Bad(lambda: b"Rar!\x1a\x07\x01\x00" + b"\0" * 40, "不是表格文件"),
    "web page named xls": Bad(lambda: HTML.encode(), "这不是表格文件，多半是网页"),
    "xml 2003": Bad(lambda: b'<?xml version="1.0"?>\n<Workbook></Workbook>', "这不是表格文件"),
    "json": Bad(lambda: b'[{"unit_name": "x"}]', "第一行应是表头", 1),
    "prose": Bad(lambda: "关于报送名册的函\n示例县教育局：\n".encode(), "第一行应是表头", 1),
    "utf-16 without mark": Bad(lambda: csv(GOOD).decode().encode("utf-16-le"), "编码认不出来"),
    "no encoding": Bad(lambda: csv(GOOD) + b"\xff\xfe\xfa,\n", "编码认不出来"),
    "open quote": Bad(lambda: csv(row(c0='"示例县第1中学')), "引号不成对"),
    "broken zip": Bad(lambda: b"PK\x03\x04" + b"x" * 50, "打不开"),
    "cut off": Bad(lambda: book(untouched)[:-200], "打不开"),
    "docx": Bad(lambda: zip_of({"word/document.xml": b"<w/>"}), "不是 .xlsx 工作簿"),
    "ods": Bad(lambda: zip_of({"mimetype": b"application/vnd.oasis", "content.xml": b"<x/>"}), "不是 .xlsx 工作簿"),
    "xlsb": Bad(lambda: zip_of({"xl/workbook.bin": b"\0"}), "不是 .xlsx 工作簿"),
    "zip bomb": Bad(bomb, "大得不像名册"),
    "zip of many": Bad(lambda: zip_of({f"xl/{n}": b"" for n in range(10_001)}), "大得不像名册"),
    "laughs": Bad(
        lambda: zip_of(
            {"[Content_Types].xml": LAUGHS + b"<Types>&i;</Types>", "xl/workbook.xml": LAUGHS + b"<x>&i;</x>"}
        ),
        "打不开",
    ),
    "strict": Bad(strict, "打不开"),
    "200,000 rows": Bad(lambda: csv(*[("x",)] * 200_000), "超过 100,000 行"),
    "200,000 rows xlsx": Bad(many_rows, "超过 100,000 行"),
    "too many cells": Bad(many_cells, "大得不像名册"),
    "far row": Bad(lambda: book(cell("A1048576", "x")), "超过 100,000 行"),
    "201 columns": Bad(lambda: csv(header=COLUMNS + tuple("x" * 201)), "最多 200 栏"),
    "far column": Bad(lambda: book(cell("XFD2", "x")), "最多 200 栏"),
    "merged units": Bad(lambda: book(merged_units), "A2:A3 是合并的单元格"),
    "merged header": Bad(lambda: book(merged_header), "A1:C1 是合并的单元格"),
    "two header rows": Bad(lambda: book(second_header), "只能有一行表头", 1),
    "title above": Bad(lambda: book(titled), "只能有一行表头", 1),
    "repeated header": Bad(lambda: csv(GOOD, COLUMNS), "应为 18 位", 3, "B"),
    "two sheets": Bad(lambda: book(untouched, untouched), "2 张有内容的表"),
    "only a hidden sheet": Bad(lambda: book(hidden, emptied), "隐藏的表不读"),
    "header alone": Bad(lambda: csv(), "只有表头", 1),
    "unknown column": Bad(lambda: csv(header=(*COLUMNS, "税号")), "名册里没有这一栏", 1, "F"),
    "column twice": Bad(lambda: csv(GOOD, header=(*COLUMNS, "类别")), "这一栏有两个", 1, "F"),
    "column missing": Bad(lambda: csv(("甲", "县直单位"), header=("单位名称", "类别")), "表头缺“统一社会信用代码”", 1),
    "another roster": Bad(lambda: csv(("1", "甲"), header=("序号", "姓名")), "下载模板对照", 1),
    "beside the table": Bad(lambda: csv((*GOOD, "多余")), "上面没有表头", 2, "F"),
    "formula": Bad(lambda: book(cell("E2", "=TODAY()")), "这是公式", 2, "E"),
    "formula in csv": Bad(lambda: csv(row(c0="=A1")), "这是公式", 2, "A"),
    "error value": Bad(lambda: book(cell("A2", "#REF!")), "算不出来的公式", 2, "A"),
    "error value csv": Bad(lambda: csv(row(c0="#N/A")), "算不出来的公式", 2, "A"),
    "hashes": Bad(lambda: csv(row(c4="########")), "应写成年-月-日", 2, "E"),
    "code as number": Bad(lambda: book(cell("B2", 121300000000000010)), "把代码变成了数字", 2, "B"),
    "code as number csv": Bad(lambda: csv(row(c1="1.21E+17")), "把代码变成了数字", 2, "B"),
    "code 17": Bad(lambda: csv(row(c1=ONE[:-1])), "现在是 17 位", 2, "B"),
    "code check": Bad(lambda: csv(row(c1=ONE[:-1] + ("0" if ONE[-1] != "0" else "1"))), "最后一位不对", 2, "B"),
    "code O": Bad(lambda: csv(row(c1="O" + ONE[1:])), "里不会有“O”", 2, "B"),
    "no code": Bad(lambda: csv(row(c1="")), "请填写统一社会信用代码", 2, "B"),
    "no name": Bad(lambda: csv(row(c0="　")), "请填写单位名称", 2, "A"),
    "no such choice": Bad(lambda: csv(row(c2="县级单位")), "没有这个选项", 2, "C"),
    "phone": Bad(lambda: csv(row(c3="12345")), "带区号的座机号", 2, "D"),
    "no such day": Bad(lambda: csv(row(c4="2026-02-30")), "日历上没有这一天", 2, "E"),
    "day number": Bad(lambda: book(cell("E2", 46082)), "应写成年-月-日", 2, "E"),
    "day number 1904": Bad(lambda: book(cell("E2", 44620), epoch=CALENDAR_MAC_1904), "应写成年-月-日", 2, "E"),
    "time alone": Bad(lambda: book(cell("E2", 0.5, "h:mm")), "应写成年-月-日", 2, "E"),
    "duration": Bad(lambda: book(cell("E2", 1.5, "[h]:mm")), "应写成年-月-日", 2, "E"),
    "until": Bad(
        lambda: csv((*GOOD, "2025-01-01"), header=(*COLUMNS, "移出日期")),
        "应在列入日期（2026 年 3 月 1 日）之后",
        2,
        "F",
    ),
    "too long": Bad(lambda: csv(row(c0="示" * 101)), "最多 100 字", 2, "A"),
    "control": Bad(lambda: csv(row(c0="示例\x07县")), "看不见的字符", 2, "A"),
    "differ": Bad(lambda: csv(GOOD, row(c3="0310-5550102")), "和第 2 行是同一项", 3),
    "one code, two names": Bad(lambda: csv(GOOD, row(c0="示例县第2中学")), "和第 2 行是同一项", 3),
}
