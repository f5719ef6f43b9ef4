"""Working days as domain.md §3 counts them (T9-T13), on the shipped calendar and an independent one."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.forms.authoring.holidays import read_holidays
from functions.forms.filing_rules import DaysOff, Due, rules_from
from functions.supervision.deadlines import last_day, unannounced_years
from functions.supervision.workdays import next_workday, unannounced, unannounced_text, workdays_after, workdays_between
from tests.support.forms import self_check

CALENDAR = read_holidays(Path(__file__).parents[2]).days_off()

known_days = st.dates(min_value=date(2004, 1, 1), max_value=date(2026, 6, 30))


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-09-30", 1, "2026-10-08"),  # seven days off between
        ("2026-09-30", 2, "2026-10-09"),
        ("2026-09-30", 3, "2026-10-10"),  # a Saturday that is worked
        ("2026-09-30", 4, "2026-10-12"),
        ("2026-09-18", 1, "2026-09-20"),  # a Sunday that is worked
        ("2026-09-20", 1, "2026-09-21"),
        ("2026-10-03", 1, "2026-10-08"),  # from a day off
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-14", 1, "2026-02-24"),  # the Spring Festival
        ("2026-02-14", 5, "2026-02-28"),
        ("2025-12-31", 1, "2026-01-04"),  # the turn of the year, and a Sunday that is worked
        ("2026-03-02", 5, "2026-03-09"),  # T13: five working days, one plain weekend
        ("2026-03-02", 7, "2026-03-11"),  # T9
        ("2026-03-02", 3, "2026-03-05"),  # T11
        ("2026-03-02", 20, "2026-03-30"),  # T10
        ("2026-04-20", 10, "2026-05-07"),  # T12 over Labour Day
    ],
)
def test_t9_to_t13_the_first_day_is_not_counted_and_days_off_are_not(start: str, count: int, end: str) -> None:
    assert workdays_after(day(start), count, CALENDAR) == day(end)
    assert last_day(Due("workdays_after", "/a", workdays=count, days_off=CALENDAR), start) == day(end)
    assert workdays_between(day(start), day(end), CALENDAR) == count


@settings(derandomize=True, max_examples=200)
@given(known_days, st.integers(1, 60))
def test_the_count_of_working_days_matches_an_independent_calendar(start: date, count: int) -> None:
    end = workdays_after(start, count, CALENDAR)
    between = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert sum(chinese_calendar.is_workday(one) for one in between) == count
    assert chinese_calendar.is_workday(end)
    assert workdays_between(start, end, CALENDAR) == count


@settings(derandomize=True, max_examples=200)
@given(known_days)
def test_the_next_working_day_has_only_days_off_before_it(start: date) -> None:
    end = next_workday(start, CALENDAR)
    assert chinese_calendar.is_workday(end)
    assert not any(chinese_calendar.is_workday(start + timedelta(days=n)) for n in range((end - start).days))


def test_no_working_day_lies_between_a_day_and_itself_or_an_earlier_one() -> None:
    assert workdays_between(day("2026-03-02"), day("2026-03-02"), CALENDAR) == 0
    assert workdays_between(day("2026-03-03"), day("2026-03-02"), CALENDAR) == 0


def test_an_unannounced_year_counts_weekends_only_and_the_text_says_so() -> None:
    due = Due("workdays_after", "/a", workdays=3, days_off=CALENDAR)
    assert last_day(due, "2028-09-29") == day("2028-10-04")
    assert unannounced_years(due, "2028-09-29") == (2028,)
    assert unannounced_text((2028,)) == "2028 年放假安排还没有公布，只按周末算"


@pytest.mark.parametrize(
    ("first", "last", "years"),
    [
        ("2026-11-01", "2026-12-28", ()),
        ("2026-11-01", "2026-12-29", (2027,)),  # the notice of 2027 may give these days off
        ("2026-12-01", "2027-01-04", (2027,)),
        ("2026-12-01", "2028-01-04", (2027, 2028)),
        ("2003-12-01", "2004-01-05", (2003,)),
    ],
)
def test_which_years_are_not_known(first: str, last: str, years: tuple[int, ...]) -> None:
    assert unannounced(day(first), day(last), CALENDAR) == years


def test_known_years_need_no_words() -> None:
    assert unannounced_text(()) == ""


def test_a_deadline_that_counts_days_does_not_ask_for_the_calendar() -> None:
    due = Due("days_after", "/a", days=15)
    assert last_day(due, "2028-02-20") == day("2028-03-06")
    assert unannounced_years(due, "2028-02-20") == ()


def test_a_deadline_in_working_days_is_refused_without_the_calendar() -> None:
    with pytest.raises(ValueError, match="needs the calendar"):
        last_day(Due("workdays_after", "/a", workdays=3), "2026-03-02")


def test_known_years_default_to_the_years_with_holidays() -> None:
    """Filings have pinned documents from before the calendar had years."""
    raw = json.loads(self_check().document)["rules"]
    raw["filings"][0]["due"]["next_workday"] = {"holidays": ["2026-10-01"], "workdays": ["2026-10-10"]}
    (filing,) = rules_from(raw).filings
    assert filing.due.days_off == DaysOff(frozenset({"2026-10-01"}), frozenset({"2026-10-10"}), frozenset({2026}))
