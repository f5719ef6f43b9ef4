"""The wording of obligations is the same on every page: look of the due board, domain.md §11."""

from __future__ import annotations

from typing import Any

import pytest

from functions.supervision.obligations.words import GROUPS, STATES, WORDS, day_shown, days_text, place_of
from tests.support.obligations import CALENDAR, CHECK, changed_rules, day, extension, filed, found, order, unit

IN_WORKING_DAYS = {
    CHECK: changed_rules(
        CHECK,
        yearly={
            "due": {
                "rule": "workdays_after",
                "at": "/unit/report_year",
                "workdays": 20,
                "next_workday": CALENDAR.document(),
            },
            "repeats": "at_each_change",
        },
    )
}


def said(on: str, *papers: Any) -> str:
    return days_text(found(on, [unit("2026-01-01")], *papers)[0], day(on))


def came(counted: str) -> Any:
    return filed("yearly", "2025", counted, form=CHECK)


@pytest.mark.parametrize(
    ("on", "papers", "words"),
    [
        ("2026-07-28", [], "还有 64 天"),
        ("2026-09-29", [], "还有 1 天"),
        ("2026-09-30", [], "今天到期"),
        ("2026-10-01", [], "↑ 过 1 天"),
        ("2026-10-28", [], "↑ 过 28 天"),
        ("2026-10-28", [came("2026-09-18")], "09-18 收到，早 12 天"),
        ("2026-10-28", [came("2026-09-30")], "09-30 收到，正好是最后一天"),
        ("2026-10-28", [came("2026-10-06")], "10-06 收到，晚 6 天"),
        ("2027-10-28", [came("2027-01-06")], "2027-01-06 收到，晚 98 天"),
        ("2026-10-28", [order("yearly", "2025", "2026-10-20", "2026-10-09", CHECK)], "改正期限 10-20，↑ 过 8 天"),
        ("2026-10-20", [order("yearly", "2025", "2026-10-20", "2026-10-09", CHECK)], "↑ 过 20 天"),
        ("2026-10-28", [extension("yearly", "2025", "2026-11-15", form=CHECK)], "原 09-30，搬迁库房，还有 18 天"),
        ("2026-11-15", [extension("yearly", "2025", "2026-11-15", form=CHECK)], "原 09-30，搬迁库房，今天到期"),
        ("2026-11-17", [extension("yearly", "2025", "2026-11-15", form=CHECK)], "↑ 过 2 天"),
        ("2026-12-01", [extension("yearly", "2025", "2027-01-15", form=CHECK)], "原 2026-09-30，搬迁库房，还有 45 天"),
    ],
)
def test_the_days_column(on: str, papers: list[Any], words: str) -> None:
    assert said(on, *papers) == words


@pytest.mark.parametrize(
    ("on", "words"),
    [
        ("2026-09-29", "还有 13 个工作日"),
        ("2026-10-08", "还有 11 个工作日"),
        ("2026-10-21", "还有 1 个工作日"),
        ("2026-10-22", "今天到期"),
        ("2026-10-26", "↑ 过 2 个工作日"),
    ],
)
def test_t10_a_deadline_in_working_days_is_counted_in_them(on: str, words: str) -> None:
    rows = [unit("2026-01-01", changes=(day("2026-09-18"),))]
    (one,) = found(on, rows, rules=IN_WORKING_DAYS)
    assert days_text(one, day(on)) == words


def test_the_order_is_what_needs_action_then_what_is_not_due_then_what_is_in() -> None:
    assert [WORDS[state].mark.word for state in STATES] == [
        "逾期未报", "不报", "漏报", "未到期", "已延期", "按期", "延报"
    ]  # fmt: skip
    assert [WORDS[state].mark.shape for state in STATES] == ["over", "never", "gap", "open", "ext", "ok", "late"]
    assert list(dict.fromkeys(WORDS[state].group for state in STATES)) == list(GROUPS) == ["要处理", "没到期", "已报"]


def test_obligations_are_sorted_by_state_then_last_day_then_unit() -> None:
    rows = [
        unit("2025-01-01", uscc="1", name="乙"),
        unit("2025-01-01", uscc="2", name="甲"),
        unit("2026-10-01", uscc="3", name="丙"),
    ]
    later = found("2026-10-02", rows, until=day("2027-01-01"))
    assert [(one.unit_name, one.period, one.state) for one in sorted(later, key=place_of)] == [
        ("乙", "2025", "overdue"),
        ("甲", "2025", "overdue"),
        ("乙", "2024", "missing"),
        ("甲", "2024", "missing"),
        ("丙", "2026", "upcoming"),
        ("乙", "2026", "upcoming"),
        ("甲", "2026", "upcoming"),
    ]


def test_a_page_says_which_day_it_shows() -> None:
    assert day_shown(day("2026-10-28"), day("2026-10-28")) == "截至 2026-10-28（今天）"
    assert day_shown(day("2026-09-30"), day("2026-10-28")) == "这是 2026-09-30 那天的样子，不是今天"
