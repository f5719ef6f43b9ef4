"""Obligations compared with a simple day-by-day calculation that shares no arithmetic with ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.supervision.obligations.values import Extension, Filed, Listed, Order
from tests.support.obligations import ACCEPTED, CHECK, PROJECT, START, USCC, found

DAY = timedelta(days=1)
FIRST, LAST = date(2022, 1, 1), date(2026, 12, 31)
days = st.dates(FIRST, LAST)
cases = st.sampled_from(
    [("start", "start"), ("post_acceptance", "post_acceptance"), *(("annual", str(year)) for year in range(2022, 2027))]
)
reports = st.sampled_from([("yearly", str(year)) for year in range(2021, 2027)])


@dataclass
class Entry:
    """A line in the bookkeeper's book."""

    due: date
    runs_to: date
    extended: bool = False
    came: date | None = None
    late: bool = False
    over: bool = False
    refused: bool = False


@dataclass
class Book:
    """The obligations that the day-by-day calculation finds by the end of a day."""

    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)

    def open(self, case: tuple[str, str], due: date) -> None:
        self.entries.setdefault(case, Entry(due, due))

    def states(self) -> dict[tuple[str, str], str]:
        return {case: self._state(entry) for case, entry in self.entries.items()}

    def _state(self, entry: Entry) -> str:
        if entry.came:
            return "late" if entry.late else "on_time"
        if not entry.over:
            return "extended" if entry.extended else "upcoming"
        if entry.refused:
            return "refused"
        later = [one for one in self.entries.values() if one.due > entry.due]
        return "missing" if any(one.came or one.over for one in later) else "overdue"


def months_on(start: date, months: int) -> date:
    """Goes forward day by day until that many months have passed and the day is the same, or the month ends."""
    day, turned = start, 0
    while True:
        day += DAY
        turned += day.day == 1
        if turned == months and (day.day == start.day or (day + DAY).day == 1):
            return day


def keep_book(
    row: Listed,
    filed: Mapping[tuple[str, str], date],
    extensions: Mapping[tuple[str, str], Extension],
    orders: Mapping[tuple[str, str], Order],
    on: date,
) -> Book:
    book, day = Book(), min(FIRST, row.since)
    while day <= on:
        _open(book, row, day)
        for case, entry in book.entries.items():
            granted = extensions.get(case)
            if granted and granted.granted <= day and granted.until > entry.due:
                entry.runs_to, entry.extended = granted.until, True
            if filed.get(case) is not None and filed[case] <= day and entry.came is None:
                entry.came = filed[case]
            entry.over = day > entry.runs_to
            given = orders.get(case)
            entry.refused = given is not None and given.issued <= day and day > given.correct_by
        day += DAY
    for entry in book.entries.values():
        entry.late = entry.came is not None and entry.came > entry.runs_to
    return book


def _open(book: Book, row: Listed, day: date) -> None:
    listed = row.since <= day and (row.until is None or day <= row.until)
    if row.roster != "key-projects":
        if listed and (day.month, day.day) <= (9, 30):
            book.open(("yearly", str(day.year - 1)), date(day.year, 9, 30))
        return
    start, accepted = row.dates[START], row.dates.get(ACCEPTED)
    gone = row.until is not None and row.until < day
    if day == start and not gone:
        book.open(("start", "start"), months_on(start, 6))
    if day == accepted and not gone:
        book.open(("post_acceptance", "post_acceptance"), months_on(accepted, 3))
    runs = day >= start and (accepted is None or day.year <= accepted.year)
    began_in_time = row.until is None or row.until >= date(day.year, 1, 1)
    if runs and began_in_time and row.since <= date(day.year, 12, 31):
        book.open(("annual", str(day.year)), date(day.year, 12, 31))


def _compare(
    form: str,
    row: Listed,
    filed: Mapping[tuple[str, str], date],
    extended: Mapping[tuple[str, str], tuple[date, date]],
    ordered: Mapping[tuple[str, str], tuple[date, date]],
    on: date,
) -> None:
    """Filings count as they come: on or before the day that is asked for."""
    name = row.project
    filings = [Filed(f"N{case}", form, *case, USCC, came, "accepted", name) for case, came in filed.items()]
    extensions = {case: Extension(form, *case, USCC, until, at, "", "", name) for case, (at, until) in extended.items()}
    orders = {case: Order("1", form, *case, USCC, at, by, name) for case, (at, by) in ordered.items()}
    got = found(on.isoformat(), [row], *filings, *extensions.values(), *orders.values())
    book = keep_book(row, filed, extensions, orders, on)
    assert {(one.rule.id, one.period): one.state for one in got} == book.states()
    assert {(one.rule.id, one.period): one.last_day for one in got} == {
        case: entry.runs_to for case, entry in book.entries.items()
    }


@settings(derandomize=True, max_examples=300, deadline=None)
@given(
    st.dates(FIRST, date(2026, 6, 1)),
    st.none() | days,
    st.none() | days,
    st.dictionaries(cases, days, max_size=5),
    st.dictionaries(cases, st.tuples(days, days), max_size=3),
    st.dictionaries(cases, st.tuples(days, days), max_size=3),
    days,
)
def test_t1_t2_t3_obligations_of_a_project_match_the_oracle(
    start: date,
    accepted: date | None,
    until: date | None,
    filed: Mapping[tuple[str, str], date],
    extended: Mapping[tuple[str, str], tuple[date, date]],
    ordered: Mapping[tuple[str, str], tuple[date, date]],
    on: date,
) -> None:
    dates = {START: start} | ({ACCEPTED: accepted} if accepted and accepted > start else {})
    row = Listed("key-projects", USCC, "示例建设公司", date(2020, 1, 1), until, "示例县环城路", dates)
    _compare(PROJECT, row, filed, extended, ordered, on)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(
    days,
    st.none() | days,
    st.dictionaries(reports, days, max_size=4),
    st.dictionaries(reports, st.tuples(days, days), max_size=3),
    st.dictionaries(reports, st.tuples(days, days), max_size=3),
    days,
)
def test_t5_obligations_of_a_unit_match_the_oracle(
    since: date,
    until: date | None,
    filed: Mapping[tuple[str, str], date],
    extended: Mapping[tuple[str, str], tuple[date, date]],
    ordered: Mapping[tuple[str, str], tuple[date, date]],
    on: date,
) -> None:
    ended = until if until is not None and until >= since else None
    row = Listed("professional-archives", USCC, "示例县档案馆", since, ended)
    _compare(CHECK, row, filed, extended, ordered, on)
