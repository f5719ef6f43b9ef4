"""Reads rosters and filings through their ports and says who owes what on a day; knows no adapter, page or clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from functions.forms.catalogue import Catalogue
from functions.forms.definition import Definition
from functions.forms.filing_rules import Rules
from functions.forms.formats import day_of
from functions.forms.roster_form import RosterForm
from functions.records.ledger import LedgerStore, chain_name
from functions.records.pinned import PinnedForms
from functions.records.state import Erased, standing
from functions.records.store import Record, RecordStore, Selection, Summary
from functions.supervision.deadlines import add_months, day_in_shanghai
from functions.supervision.obligations.from_filing import filed_from, project_at
from functions.supervision.obligations.owing import owed
from functions.supervision.obligations.values import Extension, Filed, Listed, Obligation, Order
from functions.supervision.obligations.words import place_of
from functions.supervision.rosters.state import KIND, Row, begins, ends, roster_on

AT_ONCE: Final = 1000
_GONE: Final = ("withdrawn", "voided")


class Ports(Protocol):
    """What is read: the filings, the chains of the rosters, the forms in use."""

    @property
    def records(self) -> RecordStore: ...
    @property
    def ledger(self) -> LedgerStore: ...
    @property
    def catalogue(self) -> Catalogue: ...


def due_of(
    ports: Ports,
    *,
    on: date,
    form: str | None = None,
    period: str | None = None,
    uscc: str | None = None,
    until: date | None = None,
    rows: Sequence[Listed] | None = None,
    extensions: Iterable[Extension] = (),
    orders: Iterable[Order] = (),
) -> tuple[Obligation, ...]:
    """What is owed on the day `on`, of one form and period or of all, in the order of every list; blocks.

    A year that is asked for by its number is also found up to one year before it is owed; `until` brings all that is
    owed up to then. With `uscc` only the filings of that unit are read, and `rows` should be its own; else they are the
    rosters where the caller has read them. NotFound where there is no such form.
    """
    forms = [ports.catalogue.get(form)] if form else list(ports.catalogue)
    if period and period.isdecimal() and on.year < date.max.year:
        until = add_months(on, 12)
    if rows is None:
        rows = rows_of(read_rows(ports), uscc) if uscc else read_rows(ports)
    found = owed(
        {one.id: one.rules for one in forms},
        rows,
        (
            filed
            for one in forms
            for unit in _codes(uscc, rows)
            for filed in _filings(ports, one, Selection(form=one.id, unit=unit), on)
        ),
        extensions,
        orders,
        on,
        until,
    )
    return tuple(sorted((one for one in found if period in (None, one.period)), key=place_of))


def read_rows(ports: Ports) -> list[Listed]:
    """The rows of every roster as they are known now, those that ended too: each says from when to when it counts."""
    rows = [
        _listed(form, time)
        for form in ports.catalogue.rosters.values()
        for row in roster_on(form, ports.ledger.read(chain_name(KIND, form.id))).rows.values()
        for time in (*row.earlier, row)
    ]
    merged = {row.uscc: row.into for row in rows if row.into}
    return [replace(row, into=_last(merged, row.into)) if row.into in merged else row for row in rows]


def rows_of(rows: Iterable[Listed], uscc: str) -> list[Listed]:
    """The rows of the units that were merged into this one, those that had its code earlier, and last its own."""
    found = (row for row in rows if uscc in (row.uscc, row.into, *(unit for unit, _ in row.former)))
    return sorted(found, key=lambda row: row.uscc == uscc)


def _last(merged: Mapping[str, str], uscc: str) -> str:
    """The unit that is left where one was merged into another, and that one into a third."""
    seen = {uscc}
    while (following := merged.get(uscc, "")) and following not in seen:
        seen.add(following)
        uscc = following
    return uscc


def _codes(uscc: str | None, rows: Iterable[Listed]) -> Iterable[str | None]:
    """Under which codes the filings of a unit stand, those of its rows too; None for everybody's."""
    if uscc is None:
        return (None,)
    return {uscc, *(code for row in rows for code in (row.uscc, row.into, *(unit for unit, _ in row.former)) if code)}


def _listed(form: RosterForm, row: Row) -> Listed:
    """The row as obligations see it."""
    dates = ((at, day_of(str(row.values.get(column, "")))) for column, at in form.feeds.items())
    names = ((str(was.get("uscc", "")), str(was.get(form.project, ""))) for was in row.former)
    return Listed(
        roster=form.id,
        uscc=str(row.values.get("uscc", "")),
        unit_name=str(row.values.get("unit_name", "")),
        since=begins(form, row),
        until=ends(form, row),
        project=str(row.values.get(form.project, "")) if form.project else "",
        dates={at: day for at, day in dates if day is not None},
        columns={key: value for key, value in row.values.items() if isinstance(value, str)},
        former=tuple(names),
        into=row.into,
    )


def _filings(ports: Ports, form: Definition, selection: Selection, on: date) -> Iterator[Filed]:
    """The filings of a form as they stood on the day; what a summary says is enough where only years count."""
    if _is_yearly(form.rules):
        yield from _summarised(ports, form, selection, on)
        return
    pinned = PinnedForms(ports.records, ports.catalogue)
    for record in ports.records.stream(selection):
        yield from _as_it_stood(record, pinned, on)


def _is_yearly(rules: Rules) -> bool:
    return len(rules.filings) == 1 and rules.filings[0].due.rule == "day_of_year" and project_at(rules) is None


def _summarised(ports: Ports, form: Definition, selection: Selection, on: date) -> Iterator[Filed]:
    pinned = PinnedForms(ports.records, ports.catalogue)
    for summary in summaries(ports.records, selection):
        first = _first_day(summary)
        if first <= on and (summary.status in _GONE or summary.version > 1):
            # What the summary says may have come about after that day: the events tell.
            yield from _as_it_stood(ports.records.read(summary.number), pinned, on)
        else:
            yield Filed(
                number=summary.number,
                form=form.id,
                filing=form.rules.filings[0].id,
                period=summary.period,
                uscc=summary.uscc,
                counted_day=_counted_day(summary, first),
                status=summary.status,
                contested=summary.contested,
            )


def summaries(records: RecordStore, selection: Selection) -> Iterator[Summary]:
    """Every summary of the selection, newest first; blocks."""
    cursor = None
    while True:
        page = records.page(selection, limit=AT_ONCE, cursor=cursor)
        yield from page.items
        if page.older is None:
            return
        cursor = page.older


def _first_day(summary: Summary) -> date:
    if summary.received_on:
        return date.fromisoformat(summary.received_on)
    return day_in_shanghai(datetime.fromisoformat(summary.submitted_at))


def _counted_day(summary: Summary, first: date) -> date:
    """The day that timeliness goes by; where a correction made it late, the first that is: no summary has the other."""
    if summary.timeliness == "on_time":
        return first
    return max(first, date.fromisoformat(summary.due) + timedelta(days=1))


def _as_it_stood(record: Record, pinned: PinnedForms, on: date) -> Iterator[Filed]:
    """The filing after its events up to that day; a paper that was entered later counts from the day it came in."""
    later = (event.at for event in record.events[1:])
    place = sum(day_in_shanghai(datetime.fromisoformat(at)) <= on for at in later)
    summary = record.summary
    with suppress(Erased):  # neither its case nor its period is known any more
        state = standing(record.events, place)
        yield filed_from(
            summary.number, state, pinned(state.form_digest), uscc=summary.uscc, contested=summary.contested
        )
