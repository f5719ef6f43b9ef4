"""One table builder: every field in form order, repeated rows as their own table, columns of older versions kept."""

from __future__ import annotations

from functions.exports.cells import PLAIN, CellReader
from functions.exports.table import MAIN_COLUMNS, build_tables
from functions.records.versions import answers_of
from tests.support.exports.samples import ANSWERS, FORM, SCHEMA, form, record, text, with_added, without
from tests.support.forms import changed


def headers(*versions: object, table: int = 0) -> list[str]:
    return [column.header for column in build_tables(versions)[table].columns]  # type: ignore[arg-type]


def test_the_facts_come_first_then_every_field_in_form_order() -> None:
    assert headers(FORM) == [
        *["编号", "单位", "表", "年度或阶段", "收到时间", "补正时间", "截止日期", "是否按期", "状态", "版本"],
        *["最近的决定", "决定时间", "决定人", "意见", "内容指纹"],
        *["年度", "单位名称", "统一社会信用代码", "联系电话", "单位 · 说明"],
        *["预算（万元）", "卷", "开工日期", "依据", "声明"],
        *["检查（一） · 结果", "检查（一） · 说明", "检查（二） · 结果", "检查（二） · 说明"],
    ]


def test_no_two_columns_of_a_table_have_the_same_header() -> None:
    schema = with_added(SCHEMA, "work", number=text("编号"), status=text("状态"))
    for table in build_tables([form(schema)]):
        names = [column.header for column in table.columns]
        assert len(set(names)) == len(names)


def test_repeated_rows_are_a_table_of_their_own_linked_by_number_and_row() -> None:
    rows = build_tables([FORM])[1]
    assert rows.key == "work.databases"
    assert rows.title == "示例表 数据库"
    assert headers(FORM, table=1) == ["编号", "行号", "单位", "名称", "数据量（GB）", "运行", "异地备份"]


def test_columns_of_older_versions_come_after_and_are_marked() -> None:
    newer = form(
        with_added(without(SCHEMA, "work", "volumes", "check_2"), "work", books={"type": "integer", "title": "册"})
    )
    names = headers(newer, FORM)
    assert names[-3:] == ["卷（旧版）", "检查（二） · 结果（旧版）", "检查（二） · 说明（旧版）"]
    assert "册" in names


def test_rows_that_only_an_older_version_has_keep_their_table() -> None:
    newer = form(without(SCHEMA, "work", "databases"))
    assert [table.key for table in build_tables([newer, FORM])] == ["", "work.databases"]


def test_numbers_and_dates_are_known_as_such() -> None:
    kinds = {column.header: column.kind for column in build_tables([FORM])[0].columns[len(MAIN_COLUMNS) :]}
    assert (kinds["卷"], kinds["预算（万元）"], kinds["开工日期"]) == ("integer", "decimal", "date")
    assert kinds["统一社会信用代码"] == kinds["联系电话"] == "text"


NESTED = {
    "type": "object",
    "properties": {
        "name": text("名称"),
        "parts": {
            "type": "array",
            "title": "部分",
            "x-item": "部分",
            "maxItems": 9,
            "items": {"type": "object", "properties": {"what": text("内容")}},
        },
    },
}
ROWS = {"type": "array", "title": "数据库", "x-item": "数据库", "maxItems": 9, "items": NESTED}


def test_rows_within_rows_have_a_table_that_says_in_which_row_they_are() -> None:
    asked = form(with_added(SCHEMA, "work", databases=ROWS))
    held = [{"name": "甲", "parts": [{"what": "一"}, {"what": "二"}]}, {"name": "乙"}, {"parts": [{"what": "三"}]}]
    filed = answers_of(record(changed(ANSWERS, {"/work/databases": held}), definition=asked))
    tables = build_tables([asked])
    assert [table.key for table in tables] == ["", "work.databases", "work.databases.*.parts"]
    lines = list(CellReader(tables, [asked], PLAIN).lines(filed))
    assert [(cells[1], cells[3]) for index, cells in lines if index == 1] == [("1", "甲"), ("2", "乙"), ("3", "")]
    inner = [(cells[1], cells[3]) for index, cells in lines if index == 2]
    assert inner == [("1.1", "一"), ("1.2", "二"), ("3.1", "三")]
    alone = CellReader(tables[2:], [asked], PLAIN).lines(filed)
    assert [(cells[1], cells[3]) for _, cells in alone] == inner
