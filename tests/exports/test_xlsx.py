"""A workbook that opens everywhere: typed cells, a sheet for repeated rows, no formula, no broken file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from functions.exports import xlsx
from functions.exports.formula_guard import clean
from functions.exports.sheet_names import SheetNames
from functions.forms.definition import Definition
from functions.records.keys import Keys
from functions.records.store import Answers, Record
from functions.records.versions import answers_of
from tests.support.exports.samples import ANSWERS, FORM, form, record, unguard
from tests.support.records import History

AT = datetime(2026, 10, 1, tzinfo=UTC)
texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


def workbook(*records: Record, versions: list[Definition] | None = None) -> bytes:
    out = io.BytesIO()
    xlsx.write_xlsx(map(answers_of, records), [FORM] if versions is None else versions, out, at=AT)
    return out.getvalue()


def sheets(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def answers(**unit: Any) -> dict[str, Any]:
    return {**ANSWERS, "unit": {**ANSWERS["unit"], **unit}}


def work(**work: Any) -> dict[str, Any]:
    return {**ANSWERS, "work": {**ANSWERS["work"], **work}}


def row(sheet: Any, number: int = 2) -> dict[str, Any]:
    return {cell.value: sheet.cell(number, cell.column) for cell in sheet[1]}


def shown(cell: Any) -> str:
    """What Excel shows, the guard taken off; openpyxl leaves the escapes of the format (_x005F_) to its caller."""
    return unguard(unescape(cell.value))


def test_numbers_dates_and_codes_have_their_types() -> None:
    cells = row(sheets(workbook(record()))["示例表"])
    assert (cells["卷"].value, cells["版本"].value) == (120, 1)
    assert (cells["预算（万元）"].value, cells["预算（万元）"].number_format) == (1234.5, "0.00")
    assert (cells["开工日期"].value.isoformat(), cells["开工日期"].number_format) == (
        "2025-08-31T00:00:00",
        "yyyy-mm-dd",
    )
    assert cells["截止日期"].value.isoformat() == "2026-09-30T00:00:00"
    assert cells["收到时间"].value.isoformat() == "2026-10-01T00:30:05"
    assert (cells["统一社会信用代码"].value, cells["统一社会信用代码"].data_type) == ("91130426MA0EXAMP1X", "s")
    assert (cells["联系电话"].value, cells["联系电话"].number_format) == ("0000-1234567", "@")
    assert (cells["依据"].value, cells["声明"].value) == ("甲类、乙类", "是")


def test_repeated_rows_are_a_second_sheet_linked_by_number_and_row() -> None:
    book = sheets(workbook(record(), record(number="SF-2026-AAAAAA")))
    assert book.sheetnames == ["示例表", "示例表 数据库"]
    lines = [[cell.value for cell in line[:4]] for line in book["示例表 数据库"].iter_rows(min_row=2)]
    assert [line[:2] for line in lines] == [
        *[["SF-2026-7F3K9Q", 1], ["SF-2026-7F3K9Q", 2]],
        *[["SF-2026-AAAAAA", 1], ["SF-2026-AAAAAA", 2]],
    ]
    assert [line[3] for line in lines[:2]] == ["馆藏目录", "照片"]


def test_the_header_is_frozen_and_the_columns_have_widths_and_a_filter() -> None:
    sheet = sheets(workbook(record()))["示例表"]
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref.startswith("A1:")
    assert sheet.column_dimensions["B"].width > 20


@pytest.mark.parametrize(
    ("volumes", "shown"), [(-5, -5), (10**15 - 1, 10**15 - 1), (2**53 - 1, str(2**53 - 1)), (-(10**15), str(-(10**15)))]
)
def test_an_integer_that_excel_could_not_hold_stays_text(volumes: int, shown: int | str) -> None:
    assert row(sheets(workbook(record(work(volumes=volumes))))["示例表"])["卷"].value == shown


@pytest.mark.parametrize(
    ("budget", "shown"),
    [("-0.05", -0.05), ("1234567890123.45", 1234567890123.45), ("12345678901234.56", "12345678901234.56")],
)
def test_a_decimal_that_excel_could_not_hold_stays_text(budget: str, shown: float | str) -> None:
    assert row(sheets(workbook(record(work(budget=budget))))["示例表"])["预算（万元）"].value == shown


@given(st.decimals(-(10**12), 10**12, places=2))
def test_a_decimal_of_fifteen_digits_is_exactly_itself_to_excel(value: Decimal) -> None:
    written = f"{xlsx.CELLS.decimal(str(value)):.16G}"
    assert Decimal(f"{float(written):.2f}") == value


def test_a_date_before_the_calendar_of_excel_stays_text() -> None:
    cells = row(sheets(workbook(record(work(start="1899-12-31"))))["示例表"])
    assert cells["开工日期"].value == "1899-12-31"


def cells_of(content: bytes) -> Iterator[tuple[str, ElementTree.Element]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                for cell in ElementTree.fromstring(archive.read(name)).iter():
                    yield name, cell


@given(texts, texts)
@settings(max_examples=150, deadline=None)
def test_any_text_comes_back_and_is_never_a_formula(note: str, name: str) -> None:
    data = {**answers(note=note), "work": {**ANSWERS["work"], "databases": [{"name": name}]}}
    content = workbook(record(data))
    assert not [cell for _, cell in cells_of(content) if cell.tag.endswith("}f")]
    book = sheets(content)
    assert shown(row(book["示例表"])["单位 · 说明"]) == clean(note)
    assert shown(row(book["示例表 数据库"])["名称"]) == clean(name)


@pytest.mark.parametrize(
    "text", ["<r>x</r>", "<r><t>&</t></r>", "_x0041_", "</t></is></c>", "]]>", "&amp;", "\x00\x0b\ufffe", "𠮷"]
)
def test_markup_and_controls_break_no_file(text: str) -> None:
    cells = row(sheets(workbook(record(answers(note=text))))["示例表"])
    assert shown(cells["单位 · 说明"]) == clean(text)


@pytest.mark.parametrize("text", ["=1+1", "＝1+1", "\t=1", "\u3000@x", "\ufeff+1", "-1"])
def test_text_like_a_formula_is_text(text: str) -> None:
    cell = row(sheets(workbook(record(answers(note=text))))["示例表"])["单位 · 说明"]
    assert (cell.data_type, cell.value[0]) == ("s", "'")


@pytest.mark.parametrize("text", ["长" * 40_000, "𠮷" * 20_000, "=" + "长" * 32_766])
def test_text_longer_than_a_cell_is_cut_with_a_clear_mark(text: str) -> None:
    value = row(sheets(workbook(record(answers(note=text))))["示例表"])["单位 · 说明"].value
    assert len(value.encode("utf-16-le")) // 2 <= 32_767
    assert value.endswith(xlsx.CUT)


def test_a_full_sheet_goes_on_in_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MAX_ROWS", 3)
    book = sheets(workbook(*(record(number=f"SF-2026-AAAAA{n}") for n in range(3))))
    assert book.sheetnames == ["示例表", "示例表 数据库", "示例表 数据库（2）", "示例表（2）", "示例表 数据库（3）"]
    assert row(book["示例表（2）"])["编号"].value == "SF-2026-AAAAA2"
    assert all(sheet["A1"].value == "编号" and sheet.freeze_panes == "C2" for sheet in book)


def test_several_forms_have_their_own_sheets() -> None:
    other = form(form_id="other", short="另一种表")
    book = sheets(workbook(record(), record(definition=other), versions=[FORM, other]))
    assert book.sheetnames == ["示例表", "示例表 数据库", "另一种表", "另一种表 数据库"]


def test_an_empty_selection_is_a_workbook_with_a_header() -> None:
    assert sheets(workbook(versions=[]))["填报"]["A1"].value == "编号"


def test_a_failure_while_reading_writes_nothing() -> None:
    def broken() -> Iterator[Answers]:
        yield answers_of(record())
        raise OSError("the store went away")

    out = io.BytesIO()
    with pytest.raises(OSError, match="the store went away"):
        xlsx.write_xlsx(broken(), [FORM], out, at=AT)
    assert out.getvalue() == b""


def test_the_creation_time_is_the_given_time() -> None:
    assert sheets(workbook(record())).properties.created.isoformat() == "2026-10-01T08:00:00"


@given(st.lists(st.text(max_size=40), max_size=8))
def test_sheet_names_are_unique_and_allowed(wanted: list[str]) -> None:
    names = SheetNames()
    given_names = [names.give(text) for text in wanted]
    assert len({name.lower() for name in given_names}) == len(given_names)
    for name in given_names:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\")


def test_dates_are_counted_as_excel_counts_them() -> None:
    assert xlsx.CELLS.date("1900-03-01") == 61
    assert xlsx.CELLS.date(date(2026, 11, 23).isoformat()) == 46349


def test_decisions_have_times_and_wrapped_words(keys: Keys) -> None:
    history = History(keys).file().send_back().correct()
    (sheet, *_) = sheets(workbook(history.record, versions=[history.definition])).worksheets
    cells = row(sheet)
    times = [str(cells[header].value) for header in ("收到时间", "补正时间", "决定时间")]
    assert times == ["2026-09-18 10:24:07"] * 3
    assert (cells["最近的决定"].value, cells["决定人"].value, cells["意见"].value) == ("退回补正", "jia", "示例意见")
    assert cells["意见"].alignment.wrap_text
    blank = row(sheets(workbook(record()))["示例表"])
    assert [blank[header].value for header in ("补正时间", "最近的决定", "决定时间", "决定人", "意见")] == [None] * 5
