"""Counting in working days, by the calendar that the rules carry; knows no rule and no clock."""

from __future__ import annotations

from datetime import date, timedelta

from functions.forms.filing_rules import DaysOff

_DAY = timedelta(days=1)


def next_workday(day: date, days_off: DaysOff) -> date:
    """The day itself, or the first one after it that is no day off (Civil Code 203)."""
    while days_off.include(day):
        day += _DAY
    return day


def workdays_after(day: date, count: int, days_off: DaysOff) -> date:
    """The working day so many working days after this day, which is not counted itself (domain.md T9-T13)."""
    for _ in range(count):
        day = next_workday(day + _DAY, days_off)
    return day


def workdays_between(first: date, last: date, days_off: DaysOff) -> int:
    """How many working days lie after the first day, up to and including the last; 0 when it is not later."""
    days = (first + n * _DAY for n in range(1, (last - first).days + 1))
    return sum(not days_off.include(day) for day in days)


def unannounced(first: date, last: date, days_off: DaysOff) -> tuple[int, ...]:
    """The years from one day to the other whose days off are not known: of them only weekends were counted.

    The notice for a year may give days off at the end of the December before it, so its last three days ask for both.
    """
    return tuple(year for year in range(first.year, (last + 3 * _DAY).year + 1) if year not in days_off.years)


def unannounced_text(years: tuple[int, ...]) -> str:
    """Return what pages say of such years: 2028 年放假安排还没有公布，只按周末算; "" of none."""
    return f"{'、'.join(map(str, years))} 年放假安排还没有公布，只按周末算" if years else ""
