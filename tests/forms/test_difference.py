"""Differences of two versions: every changed field is named, the rest only counted (look.md §4)."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.forms.difference import Comparison, compare
from functions.forms.page.diff_table import render_differences
from tests.support.filings import valid_self_check
from tests.support.forms import GONE, changed, self_check


def between(before: Any, after: Any) -> Comparison:
    return compare(self_check(), before, after)


def told(before: Any, after: Any) -> list[tuple[str, Any, Any]]:
    return [(change.label, change.before, change.after) for change in between(before, after).changes]


def cells(before: Any, after: Any) -> str:
    return render_differences(between(before, after), before=1, after=2)


def test_equal_versions_are_reported_as_unchanged() -> None:
    found = between(valid_self_check(), valid_self_check())
    assert found.changes == ()
    assert "第 2 版的内容和第 1 版一样" in cells(valid_self_check(), valid_self_check())


def test_each_field_is_named_with_what_was_and_what_is() -> None:
    before = valid_self_check()
    after = changed(
        before,
        {
            "/unit/contact_phone": "0000-7654321",
            "/holdings/y30/y30_items": 1264,
            "/databases/databases/1/running": "fault",
            "/checks/check_2/note": GONE,
            "/unit/contact_email": "shili@example.com",
        },
    )
    assert told(before, after) == [
        ("联系电话", "0000-1234567", "0000-7654321"),
        ("电子邮箱", None, "shili@example.com"),
        ("30 年档案 件", 960, 1264),
        ("数据库 2 运行情况", "normal", "fault"),
        ("检查事项（二）说明", before["checks"]["check_2"]["note"], None),
    ]
    assert between(before, after).unchanged == leaves(before) - 4


def leaves(value: Any) -> int:
    """How many answers there are; a choice of several is one."""
    if isinstance(value, dict):
        return sum(map(leaves, value.values()))
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return sum(map(leaves, value))
    return 1


def test_a_row_taken_out_of_the_middle_is_one_change() -> None:
    before = valid_self_check(databases=4)
    after = copy.deepcopy(before)
    del after["databases"]["databases"][1]
    [(label, was, now)] = told(before, after)
    assert (label, was, now) == ("数据库 2", before["databases"]["databases"][1], None)
    [(label, was, now)] = told(after, before)
    assert (label, was, now) == ("数据库 2", None, before["databases"]["databases"][1])


def test_a_row_that_came_is_read_with_an_answer_to_a_line() -> None:
    """Answers that end with a full stop stand beside others without a second mark after it."""
    table = cells(valid_self_check(databases=1), valid_self_check(databases=2))
    assert "<ins>数据库名称：示例档案数据库 2<br>记录条数：42601" in table.replace(",601", "601")
    assert "无异常。<br>最近一次备份" in table
    assert '<td role="cell" data-l="原为"><span class="quiet">没有</span></td>' in table


def test_a_moved_row_is_reported_once_without_its_answers() -> None:
    before = valid_self_check(databases=3)
    after = copy.deepcopy(before)
    held = after["databases"]["databases"]
    held.insert(0, held.pop())
    table = cells(before, after)
    assert "第 2 版改了 1 处" in table
    assert "<del>数据库 3</del>" in table
    assert "<ins>数据库 1</ins><small>　只换了位置，内容没有变</small>" in table
    assert "示例档案数据库 3" not in table
    held[0]["running"] = "fault"
    assert "示例档案数据库 3" in cells(before, after), "what also changed is shown"


def test_each_move_of_equal_rows_is_reported_separately() -> None:
    row, other = ({"name": name, "running": "normal"} for name in "甲乙")
    before, after = ({"databases": {"databases": rows}} for rows in ([other, row, row], [row, row, other]))
    assert cells(before, after).count("只换了位置") == 1
    gone = cells({"databases": {"databases": [row, row, other]}}, {"databases": {"databases": [other]}})
    assert gone.count("<del>") == 2


def test_only_the_changed_part_of_similar_texts_is_marked() -> None:
    before = valid_self_check()
    after = changed(before, {"/checks/check_2/note": "还没有异地备份，2026 年 11 月底前完成。"})
    table = cells(before, after)
    assert "2026 年 1<del>2</del> 月底前完成。" in table
    assert "2026 年 1<ins>1</ins> 月底前完成。" in table


def test_choices_dates_and_numbers_stand_in_words() -> None:
    before = valid_self_check()
    after = changed(
        before,
        {
            "/databases/databases/0/running": "stopped",
            "/databases/databases/0/last_backup": "2026-09-01",
            "/databases/databases/0/offsite": False,
            "/holdings/basis": ["y30", "database", "catalogue"],
        },
    )
    table = cells(before, after)
    for words in ("<del>正常</del>", "<ins>停用</ins>", "2026 年 9 月 1 日", "<del>是</del>", "没有勾选"):
        assert words in table


def test_an_absent_box_is_not_a_cleared_one() -> None:
    before = valid_self_check(databases=1)
    after = changed(before, {"/databases/databases/0/heterogeneous": GONE, "/rectification/issues/0/done": GONE})
    assert told(before, after) == told(after, before) == []


def test_zero_is_an_answer() -> None:
    before = changed(valid_self_check(), {"/holdings/y30/y30_items": 0})
    after = changed(before, {"/holdings/y30/y30_items": 12})
    assert told(before, after) == [("30 年档案 件", 0, 12)]
    assert "<del>0</del>" in cells(before, after)
    assert "没有填" not in cells(before, after)


def test_typed_markup_stays_text() -> None:
    before = valid_self_check()
    after = changed(before, {"/unit/unit_name": "<script>alert(1)</script>", "/holdings/storage_status": "<b>"})
    assert "<script>" not in cells(before, after)
    assert "<b>" not in cells(after, before)


@pytest.mark.parametrize(("before", "after"), [("é", "e"), ("e\u0301x", "e\u0300x"), ("", "字"), ("字", "")])
def test_a_letter_is_never_split_from_its_accent(before: str, after: str) -> None:
    data = valid_self_check()
    table = cells(
        changed(data, {"/responsible/title": before or " "}), changed(data, {"/responsible/title": after or " "})
    )
    assert ">\u0301" not in table
    assert ">\u0300" not in table


rows = st.lists(st.sampled_from("甲乙丙丁戊").map(lambda name: {"name": name, "running": "normal"}), max_size=6)


@settings(deadline=None)
@given(before=rows, after=rows)
def test_reported_row_changes_turn_one_version_into_the_other(before: list[Any], after: list[Any]) -> None:
    found = between({"databases": {"databases": before}}, {"databases": {"databases": after}})
    came = [change.after for change in found.changes if change.before is None]
    went = [change.before for change in found.changes if change.after is None]
    renamed = [change for change in found.changes if change.before is not None and change.after is not None]
    assert len(after) - len(before) == len(came) - len(went)
    assert (found.changes == ()) == (before == after)
    names = sorted(row["name"] for row in before)
    for row in went:
        names.remove(row["name"])
    for change in renamed:
        names.remove(change.before)
        names.append(change.after)
    assert sorted(names + [row["name"] for row in came]) == sorted(row["name"] for row in after)
