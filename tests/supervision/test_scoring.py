"""Q1, F4, F5: a score sheet is complete and in its bounds, gives a reason for less, and grades the exact total."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.errors import AuthoringError
from functions.supervision.scoring import (
    FULL,
    Score,
    Scored,
    ScoreSheet,
    grade_of,
    load_sheet,
    points_of,
    score,
    tenths_of,
)
from tests.conftest import ROOT

WRITTEN = (ROOT / "schemas" / "score-sheet.json").read_bytes()
SHEET = load_sheet(WRITTEN, "score-sheet.json")


def full(sheet: ScoreSheet = SHEET) -> dict[str, Score]:
    return {item.no: Score(item.max) for item in sheet.items}


def lowered(total: int) -> dict[str, Score]:
    """Scores that come to `total` tenths, with a reason wherever points are taken off."""
    scores, over = full(), FULL - total
    for item in SHEET.items:
        less = min(over, item.max)
        scores[item.no] = Score(item.max - less, "示例原因" if less else "")
        over -= less
    return scores


@pytest.mark.proves("Q1")
@pytest.mark.parametrize(
    ("total", "grade"),
    [
        ("0", "failed"), ("74.9", "failed"), ("75", "passed"), ("75.1", "passed"),
        ("84.9", "passed"), ("85", "good"), ("85.1", "good"), ("100", "good"),
    ],
)  # fmt: skip
def test_the_grade_on_both_sides_of_each_boundary(total: str, grade: str) -> None:
    tenths = tenths_of(total)
    assert tenths is not None
    assert grade_of(tenths) == grade
    scored = score(SHEET, lowered(tenths))
    assert isinstance(scored, Scored)
    assert (scored.total, scored.grade) == (tenths, grade)


def test_the_sheet_of_this_repository_is_a_placeholder_with_the_sections_of_the_application() -> None:
    assert not SHEET.official
    assert [(title, sum(item.max for item in items)) for title, items in SHEET.sections()] == [
        ("项目档案工作管理体制", 150),
        ("项目档案的形成、积累、整理与归档", 350),
        ("竣工图的编制情况及质量", 250),
        ("项目档案的接收、整理、管理", 150),
        ("档案在施工、试生产中的作用", 100),
    ]


@pytest.mark.proves("Q1")
@given(st.data())
def test_any_scores_within_bounds_add_up_exactly(data: st.DataObject) -> None:
    tenths = {item.no: data.draw(st.integers(0, item.max)) for item in SHEET.items}
    scored = score(SHEET, {no: Score(given, "示例原因") for no, given in tenths.items()})
    assert isinstance(scored, Scored)
    exact = sum((Decimal(points_of(given)) for given in tenths.values()), Decimal(0))
    assert Decimal(points_of(scored.total)) == exact
    wanted = "failed" if exact < 75 else "passed" if exact < 85 else "good"
    assert scored.grade == wanted


@pytest.mark.parametrize(
    ("no", "given", "rule", "words"),
    [
        ("1.1", None, "required", "第 1.1 项还没有打分。请填 0 到 4.0 分"),
        ("1.1", Score(41), "range", "第 1.1 项打了 4.1 分。请填 0 到 4.0 分"),
        ("1.1", Score(39), "reason", "第 1.1 项扣了 0.1 分，没有写为什么"),
        ("1.1", Score(0, "  "), "reason", "第 1.1 项扣了 4.0 分"),
        ("9.9", Score(1), "unknown", "评分表里没有第 9.9 项"),
    ],
)
def test_each_mistake_is_named_with_its_cure(no: str, given: Score | None, rule: str, words: str) -> None:
    scores = {each: one for each, one in full().items() if each != no}
    problems = score(SHEET, {**scores, no: given} if given else scores)
    assert not isinstance(problems, Scored)
    (problem,) = problems
    assert (problem.pointer, problem.rule) == (f"/scores/{no}", rule)
    assert words in problem.message


@pytest.mark.parametrize("given", [Score(0, "示例原因"), Score(39, "示例原因"), Score(40)])
def test_the_bounds_themselves_are_scores(given: Score) -> None:
    assert isinstance(score(SHEET, {**full(), "1.1": given}), Scored)


def test_all_mistakes_are_collected() -> None:
    problems = score(SHEET, {"1.1": Score(999)})
    assert not isinstance(problems, Scored)
    assert len(problems) == len(SHEET.items)


@pytest.mark.parametrize(
    ("points", "tenths"),
    [
        (4, 40), ("4", 40), ("4.5", 45), (Decimal("4.5"), 45), ("0.1", 1), (0, 0),
        ("4.55", None), (Decimal("4.55"), None), (4.5, None), (-1, None), ("-1", None), ("", None), ("四", None),
        ("１", None), ("1e2", None), (True, None), (None, None), ("4.", None), ("1234", None), ("4.5\n", None),
    ],
)  # fmt: skip
def test_points_are_read_without_rounding(points: Any, tenths: int | None) -> None:
    assert tenths_of(points) == tenths


@given(st.integers(0, FULL))
def test_points_are_written_as_they_are_read(tenths: int) -> None:
    assert tenths_of(points_of(tenths)) == tenths


def changed(*path: str | int, to: Any) -> bytes:
    raw = json.loads(WRITTEN)
    inside = raw
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = to
    return json.dumps(raw).encode()


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (b"{", "JSON 写法不对"),
        (b"[]", "缺 title"),
        (changed("version", to="2026"), "version 要写拟定的日期"),
        (changed("sections", to={}), "缺 sections"),
        (changed("sections", 0, "title", to=""), "第 1 部分缺 title"),
        (changed("sections", 0, "items", to=3), "写法不对"),
        (changed("sections", 0, "items", 0, "max", to=5), "合计 101.0 分，应为 100 分"),
        (changed("sections", 0, "items", 0, "max", to="3.9"), "合计 99.9 分"),
        (changed("sections", 0, "items", 0, "max", to=-4), "第 1.1 项的 max"),
        (changed("sections", 0, "items", 0, "max", to=0), "第 1.1 项的 max"),
        (changed("sections", 0, "items", 0, "no", to="1.2"), "第 1.2 项写了两次"),
        (changed("sections", 0, "items", 0, "evidence", to=None), "第 1.1 项缺 evidence"),
    ],
)
def test_an_invalid_sheet_names_file_place_and_cure(written: bytes, words: str) -> None:
    with pytest.raises(AuthoringError) as refused:
        load_sheet(written, "score-sheet.json")
    assert str(refused.value).startswith("score-sheet.json：")
    assert words in str(refused.value)


def test_halves_of_a_point_are_allowed_in_a_sheet() -> None:
    raw = json.loads(WRITTEN)
    raw["sections"][0]["items"][0]["max"], raw["sections"][0]["items"][1]["max"] = 3.5, "3.5"
    assert [item.max for item in load_sheet(json.dumps(raw).encode(), "").items][:2] == [35, 35]
