"""One table builder: every field in form order, repeated rows as their own table, columns of older versions kept."""

from __future__ import annotations

from functions.exports.table import MAIN_COLUMNS, build_tables
from tests.support.exports.samples import FORM, SCHEMA, form, text, with_added, without


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
