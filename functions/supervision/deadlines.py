"""When a filing is due and whether it came in time, all judged in Asia/Shanghai; knows no store and no clock."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from functions.forms import pointer
from functions.forms.filing_rules import Due, DueRule, Filing
from functions.supervision.workdays import next_workday, unannounced, workdays_after

Timeliness = Literal["on_time", "late"]

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


def add_months(day: date, months: int) -> date:
    """The corresponding day so many months later, or the end of that month when it has none.

    The first day is not counted, so a period of six months from 2025-08-31 ends with 2026-02-28, inclusive
    (domain.md T1; Civil Code 201-202). Raises ValueError outside the years 1 to 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def due_date(filing: Filing, data: Any) -> date:
    """The last day, in Asia/Shanghai, on which this valid filing is in time (domain.md T1, T2, T3, T5)."""
    return last_day(filing.due, pointer.read(data, pointer.split(filing.due.at)))


def last_day(due: Due, start: Any) -> date:
    """The last day by this rule, counted from an ISO date, or in the year `start`.

    Where the rule says so, a day off gives way to the next working day (Civil Code 203).
    """
    day = _DUE[due.rule](due, start)
    return day if due.days_off is None else next_workday(day, due.days_off)


def unannounced_years(due: Due, start: Any) -> tuple[int, ...]:
    """The years whose days off are not known yet and which decide on this last day; none by a rule without days off."""
    if due.days_off is None:
        return ()
    first = date.fromisoformat(start) if due.rule == "workdays_after" else _DUE[due.rule](due, start)
    return unannounced(first, last_day(due, start), due.days_off)


def is_overdue(due: date, on: date) -> bool:
    """Whether a last day has passed on this day, both in Asia/Shanghai: the one definition, for every page."""
    return on > due


def timeliness(at: datetime, due: date) -> Timeliness:
    """Whether an instant is in time: 23:59:59 of the last day in Asia/Shanghai is, 00:00:00 after it is late.

    `at` carries its time zone; a naive one raises ValueError.
    """
    return timeliness_of_day(day_in_shanghai(at), due)


def timeliness_of_day(day: date, due: date) -> Timeliness:
    """Whether a day, in Asia/Shanghai, is in time."""
    return "late" if is_overdue(due, day) else "on_time"


def counted_day(counted: date, corrected: date, correction_due: date | None) -> date:
    """The day that timeliness goes by after a correction.

    The day that it went by before, `counted`, where the unit corrected on its own or until the date that the bureau had
    set; the day of the correction where it came later than that.
    """
    return corrected if correction_due is not None and corrected > correction_due else counted


def day_in_shanghai(at: datetime) -> date:
    """The calendar day of this instant in Asia/Shanghai; a naive one raises ValueError."""
    if at.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return at.astimezone(SHANGHAI).date()


def _months_after(due: Due, start: Any) -> date:
    return add_months(date.fromisoformat(start), due.months)


def _days_after(due: Due, start: Any) -> date:
    return date.fromisoformat(start) + timedelta(days=due.days)


def _workdays_after(due: Due, start: Any) -> date:
    if due.days_off is None:
        raise ValueError("a deadline in working days needs the calendar of days off")
    return workdays_after(date.fromisoformat(start), due.workdays, due.days_off)


def _day_of_year(due: Due, year: Any) -> date:
    return date(int(year) + due.years, due.month, due.day)


_DUE: Final[Mapping[DueRule, Callable[[Due, Any], date]]] = {
    "months_after": _months_after,
    "days_after": _days_after,
    "workdays_after": _workdays_after,
    "day_of_year": _day_of_year,
}
