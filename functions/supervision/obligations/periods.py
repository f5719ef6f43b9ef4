"""For which periods a row of a roster owes a filing, and from which day; judges no filing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from functions.forms.filing_rules import Filing, Rules
from functions.supervision.obligations.values import Listed

Dates = Mapping[str, date]


class Owed(NamedTuple):
    """One period: `start` is what its deadline counts from, a day or the year; owed from `since` on."""

    period: str
    since: date
    start: date | int


class Window(NamedTuple):
    """From which to which year a yearly filing runs; None where the roster alone says so."""

    opens: date | None
    closes: date | None


def periods_of(rules: Rules, rule: Filing, rows: Sequence[Listed], dates: Dates, until: date) -> Iterator[Owed]:
    """Every period of this rule that is owed on the day `until`, by the rows of one unit or project."""
    if rule.repeats == "at_each_change":
        days = sorted({day for row in rows for day in row.changes if covers(row, day, day)})
        yield from (Owed(day.isoformat(), day, day) for day in days if day <= until)
    elif rule.due.rule == "day_of_year":
        yield from _yearly(rules, rule, rows, dates, until)
    elif (start := dates.get(rule.due.at)) is not None and start <= until and any(_begun(row, start) for row in rows):
        period = str(start.year) if rule.period.startswith("/") else rule.period
        yield Owed(period, start, start)


def covers(row: Listed, first: date, last: date) -> bool:
    """Return whether the unit was on the roster on one of these days at least."""
    return row.since <= last and (row.until is None or row.until >= first)


def _begun(row: Listed, start: date) -> bool:
    """A project that is listed after its start still owes what is counted from it, unless it had left before."""
    return row.until is None or start <= row.until


def _yearly(rules: Rules, rule: Filing, rows: Sequence[Listed], dates: Dates, until: date) -> Iterator[Owed]:
    """The years of a filing that is due on one day of the year, from the January in which that day lies."""
    if not rule.period.startswith("/"):
        return
    window = _window(rules, dates)
    if window is None:
        return
    shift = rule.due.years
    first = min(row.since for row in rows).year
    last = until.year
    if window.opens:
        first = max(first, window.opens.year + shift)
    if window.closes:
        last = min(last, window.closes.year + shift)
    for year in range(first, last + 1):
        since, due = date(year, 1, 1), date(year, rule.due.month, rule.due.day)
        if not any(covers(row, since, due) for row in rows):
            continue
        since = max(since, window.opens) if window.opens else since
        if since <= until:
            yield Owed(str(year - shift), since, year - shift)


def _window(rules: Rules, dates: Dates) -> Window | None:
    """The years between the dates from which a form's single filings count (domain.md T2: from start to acceptance).

    The first such filing opens it, the last one closes it; None as long as the day that opens it is not known. A form
    without such filings is owed for as long as the unit is on the roster.
    """
    ends = [one.due.at for one in rules.filings if one.repeats == "once" and one.due.rule != "day_of_year"]
    if not ends:
        return Window(None, None)
    if ends[0] not in dates:
        return None
    return Window(dates[ends[0]], dates.get(ends[-1]) if len(ends) > 1 else None)
