"""The calendar of working days is that of the State Council's notices, and its mistakes are named by line."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from functions.errors import AuthoringError
from functions.forms.authoring.holidays import HOLIDAYS, read_holidays

ROOT = Path(__file__).parents[3]
NOTICE = "notices: [{number: null, date: null, note: 没有核实}]"


def _written(root: Path, text: str) -> Path:
    path = root / HOLIDAYS
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return root


def _year(holidays: str, year: int = 2026, notice: str = NOTICE) -> str:
    return f"years:\n  - year: {year}\n    complete: true\n    {notice}\n    holidays: [{holidays}]\n"


@pytest.mark.parametrize("year", range(2004, 2027))
def test_every_day_is_off_or_worked_as_an_independent_calendar_has_it(year: int) -> None:
    days_off = read_holidays(ROOT).days_off()
    assert year in days_off.years
    day = date(year, 1, 1)
    while day.year == year:
        assert days_off.include(day) == chinese_calendar.is_holiday(day), day
        day += timedelta(days=1)


def test_a_year_that_is_not_announced_is_not_in_the_calendar() -> None:
    """The calendar holds the years announced when it was shipped; days of later years are never invented."""
    assert read_holidays(ROOT).days_off().years == frozenset(range(2004, 2027))


def test_an_unverified_notice_carries_a_note() -> None:
    for year in read_holidays(ROOT).years:
        for notice in year.notices:
            assert notice.note or (notice.number and notice.date)


def test_a_year_that_is_not_complete_is_not_known(tmp_path: Path) -> None:
    text = _year("{name: 元旦, first: 2026-01-01, last: 2026-01-01}").replace("complete: true", "complete: false")
    days_off = read_holidays(_written(tmp_path, text)).days_off()
    assert days_off.years == frozenset()
    assert days_off.include(date(2026, 1, 1))


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (_year("{name: 元旦, first: 2026-01-03, last: 2026-01-01}"), 5, "元旦的 last 在 first 前面"),
        (
            _year("{name: 元旦, first: 2026-01-01, last: 2026-01-03, work: [2026-01-05]}"),
            5,
            "2026-01-05 不是周六、周日",
        ),
        (_year("{name: 元旦, first: 2026-01-01, last: 2026-01-04, work: [2026-01-04]}"), 5, "又放假又上班"),
        (_year("{name: 元旦, first: 2027-01-01, last: 2027-01-01}"), 2, "2027-01-01 不在 2026 年的放假安排里"),
        (_year("{name: 元旦, first: 2025-11-30, last: 2025-12-01}"), 2, "2025-11-30 不在 2026 年"),
        (_year("{name: 元旦, first: 2026-01-01, last: 2026-13-01}"), 5, "没有 2026-13-01 这一天"),
        (_year("{name: 元旦, first: 一月一日, last: 2026-01-01}"), 5, "应为日期，写成 2026-03-01 这样"),
        (_year("{name: 元旦, first: 2026-01-01}"), 5, "last：缺这一项"),
        (_year("{name: 元旦, from: 2026-01-01, last: 2026-01-01}"), 5, "from：不认识这一项"),
        (_year("{name: 元旦, first: 2026-01-01, last: 2026-01-01}", notice="notices: []"), 4, "至少要写一项"),
        (
            _year("{name: 元旦, first: 2026-01-01, last: 2026-01-01}", notice="notices: [{number: null, date: null}]"),
            4,
            "要写 note 说明",
        ),
        (
            _year(
                "{name: 元旦, first: 2026-01-01, last: 2026-01-02}, {name: 春节, first: 2026-01-02, last: 2026-01-02}"
            ),
            1,
            "2026-01-02 写了两次",
        ),
    ],
)
def test_a_mistake_is_named_by_line_with_cause_and_cure(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(AuthoringError) as refused:
        read_holidays(_written(tmp_path, text))
    assert f"holidays.yml:{line}：" in str(refused.value)
    assert said in str(refused.value)


def test_a_year_is_written_once(tmp_path: Path) -> None:
    one = _year("{name: 元旦, first: 2026-01-01, last: 2026-01-01}")
    other = _year("{name: 春节, first: 2026-02-15, last: 2026-02-23}").removeprefix("years:\n")
    with pytest.raises(AuthoringError, match="2026 写了两次"):
        read_holidays(_written(tmp_path, one + other))
