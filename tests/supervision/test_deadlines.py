"""Deadlines as domain.md section 3 promises them: T1, T2, T3, T5, in Asia/Shanghai."""

from __future__ import annotations

import calendar
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.forms.definition import Definition
from functions.forms.filing_rules import rules_from
from functions.supervision.deadlines import SHANGHAI, add_months, counted_day, due_date, timeliness, timeliness_of_day
from tests.support.filings import valid_registration, valid_self_check
from tests.support.forms import changed, registration, self_check

ACCEPTED_IN_NOVEMBER = {"/progress/archive_acceptance_date": "2026-11-30"}

days = st.dates(min_value=date(1990, 1, 1), max_value=date(2099, 12, 31))
months = st.integers(min_value=0, max_value=120)


@pytest.mark.proves("T1")
@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2025-08-31", 6, "2026-02-28"),
        ("2023-08-31", 6, "2024-02-29"),
        ("2023-08-29", 6, "2024-02-29"),
        ("2025-08-28", 6, "2026-02-28"),
        ("2026-03-01", 6, "2026-09-01"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-31", 6, "2027-06-30"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-01-31", 0, "2026-01-31"),
        ("2026-06-30", 6, "2026-12-30"),
    ],
)
def test_t1_ends_on_the_corresponding_day_or_the_end_of_the_month(start: str, count: int, end: str) -> None:
    assert add_months(date.fromisoformat(start), count).isoformat() == end


@given(days, months)
def test_the_end_has_the_same_day_unless_its_month_is_too_short(day: date, count: int) -> None:
    end = add_months(day, count)
    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == count
    assert end.day == min(day.day, calendar.monthrange(end.year, end.month)[1])


@given(days, days, months)
def test_a_later_start_never_has_an_earlier_deadline(one: date, other: date, count: int) -> None:
    earlier, later = sorted((one, other))
    assert add_months(earlier, count) <= add_months(later, count)


@pytest.mark.proves("T1", "T2", "T3")
@pytest.mark.parametrize(
    ("data", "due"),
    [
        (valid_registration("start", start_date="2025-08-31"), "2026-02-28"),
        (valid_registration("annual", year=2026), "2026-12-31"),
        (
            changed(valid_registration("post_acceptance"), {"/progress/archive_acceptance_date": "2026-11-30"}),
            "2027-02-28",
        ),
    ],
)
def test_t1_t2_t3_each_phase_of_a_registration_has_its_own_deadline(data: Any, due: str) -> None:
    assert due_date(registration().filing_for(data), data).isoformat() == due


@pytest.mark.proves("T5")
def test_t5_a_report_on_one_year_is_due_on_30_september_of_the_next() -> None:
    data = valid_self_check(year=2025)
    assert due_date(self_check().filing_for(data), data) == date(2026, 9, 30)


@pytest.mark.parametrize(
    ("clock", "judged"),
    [
        ("2026-09-30T23:59:59", "on_time"),
        ("2026-09-30T23:59:59.999999", "on_time"),
        ("2026-10-01T00:00:00", "late"),
        ("2026-09-30T00:00:00", "on_time"),
    ],
)
def test_the_last_second_is_in_time_and_midnight_is_late(clock: str, judged: str) -> None:
    at = datetime.fromisoformat(clock).replace(tzinfo=SHANGHAI).astimezone(UTC)
    assert timeliness(at, date(2026, 9, 30)) == judged


def test_the_filing_day_is_counted_in_shanghai_time() -> None:
    assert timeliness(datetime(2026, 9, 30, 15, 59, 59, tzinfo=UTC), date(2026, 9, 30)) == "on_time"
    assert timeliness(datetime(2026, 9, 30, 16, 0, 0, tzinfo=UTC), date(2026, 9, 30)) == "late"


@given(days)
def test_one_second_divides_in_time_from_late(due: date) -> None:
    midnight = datetime.combine(due + timedelta(days=1), datetime.min.time(), SHANGHAI)
    assert timeliness(midnight, due) == "late"
    assert timeliness((midnight.astimezone(UTC) - timedelta(seconds=1)), due) == "on_time"


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        timeliness(datetime(2026, 9, 30), date(2026, 9, 30))  # noqa: DTZ001  # the naive instant is the point


HOLIDAYS = ["2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07"]
WORKDAYS = ["2026-10-10"]


def due_with_days_off(start: str, days: dict[str, list[str]] | None) -> str:
    """When the filing after a start on this day is due, under the registration's rules with this switch."""
    raw = json.loads(registration().document)["rules"]
    if days is not None:
        raw["filings"][0]["due"]["next_workday"] = days
    return due_date(rules_from(raw).filings[0], valid_registration("start", start_date=start)).isoformat()


@pytest.mark.proves("T1")
@pytest.mark.parametrize(
    ("start", "plain", "rolled"),
    [
        ("2026-03-30", "2026-09-30", "2026-09-30"),
        ("2026-04-01", "2026-10-01", "2026-10-08"),
        ("2026-04-07", "2026-10-07", "2026-10-08"),
        ("2026-04-10", "2026-10-10", "2026-10-10"),
        ("2026-04-11", "2026-10-11", "2026-10-12"),
        ("2025-08-31", "2026-02-28", "2026-03-02"),
    ],
    ids=["workday", "first holiday", "last holiday", "Saturday that is worked", "Sunday", "end of the month"],
)
def test_t1_a_deadline_moves_to_the_next_working_day_only_where_the_rule_says_so(
    start: str, plain: str, rolled: str
) -> None:
    """Civil Code 203: a switch, off by default."""
    assert due_with_days_off(start, None) == plain
    assert due_with_days_off(start, {"holidays": HOLIDAYS, "workdays": WORKDAYS}) == rolled


@pytest.mark.parametrize("form", [self_check(), registration()], ids=lambda form: form.id)
def test_the_switch_is_off_in_the_forms_as_they_are(form: Definition) -> None:
    assert [filing.due.days_off for filing in form.rules.filings] == [None] * len(form.rules.filings)


@pytest.mark.parametrize(
    ("corrected", "correction_due", "counted"),
    [
        (date(2026, 10, 9), date(2026, 10, 9), date(2026, 9, 18)),
        (date(2026, 10, 10), date(2026, 10, 9), date(2026, 10, 10)),
        (date(2026, 12, 1), None, date(2026, 9, 18)),
    ],
    ids=["on the last day", "the day after", "not asked to"],
)
def test_a_correction_in_time_keeps_the_day_that_counts(
    corrected: date, correction_due: date | None, counted: date
) -> None:
    assert counted_day(date(2026, 9, 18), corrected, correction_due) == counted


@pytest.mark.parametrize(("day", "expected"), [(date(2026, 9, 30), "on_time"), (date(2026, 10, 1), "late")])
def test_a_day_is_in_time_up_to_the_last_one(day: date, expected: str) -> None:
    assert timeliness_of_day(day, date(2026, 9, 30)) == expected
