"""Roster files: refused with words, or rows and faults that have their lines; CSV, and XLSX with a part replaced."""

from __future__ import annotations

import warnings
from datetime import date

from functions.forms.authoring.rosters import read_rosters
from functions.imports.roster_file import template
from functions.imports.roster_rows import read_rows
from functions.imports.sheet import SheetRefused, read_sheet
from functions.supervision.rosters.state import Roster, Row
from tests.conftest import ROOT
from tests.fuzz.zips import ITSELF, Spliced
from tests.support.filings import make_uscc

TODAY = date(2026, 10, 1)
FORM = next(form for form in read_rosters(ROOT / "schemas") if form.id == "key-projects")
VALUES = {"unit_name": "示例单位", "uscc": make_uscc(1), "project_name": "示例项目"}
SPLICED = Spliced.of(template(FORM, Roster({("1",): Row(VALUES, TODAY)}, 1)))
HEADER = "项目名称,单位名称,统一社会信用代码,开工日期,级别,列入年份"
ROWS = f'{HEADER}\n甲,乙,{make_uscc(1)},2026/3/1,县级,２０２６\n\'=1,"a\nb",1.2E+17,,,\n'
# A text and a style that are not there, a cell that is far away, a day that is none.
ODD = (
    b'<c r="A2" t="s"><v>9999</v></c>',
    b'<c r="A2" s="9999"><v>1</v></c>',
    b'<c r="XFD1048576"><v>1</v></c>',
    b'<c r="A2" t="d"><v>1e300</v></c>',
)
MERGED = b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'


def seeds() -> list[bytes]:
    itself = bytes([ITSELF])
    csv = [itself + ROWS.encode(encoding) for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16")]
    name = next(name for name in SPLICED.members if name.endswith("sheet1.xml"))
    sheet, place = SPLICED.members[name], bytes([list(SPLICED.members).index(name)])
    odd = [place + sheet.replace(b"</row>", cell + b"</row>", 1) for cell in ODD]
    return [*SPLICED.seeds(), *csv, *odd, place + sheet.replace(b"</sheetData>", MERGED)]


def check(data: bytes) -> None:
    try:
        with warnings.catch_warnings(action="ignore"):
            lines = read_sheet(SPLICED.made_from(data))
    except SheetRefused as refused:
        assert str(refused)
        return
    assert lines
    read = read_rows(FORM, lines, TODAY)
    assert not (read.rows and read.faults)
    assert all(fault.words and fault.line >= 1 for fault in read.faults)
