"""Holds what the board and the page of one unit show, as values for their templates; knows no store and no HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from functions.desk.due.figures import Counts, Segment
from functions.desk.due.filters import SORTS, STATE_WORDS, DueFilters
from functions.desk.due.log import LogEntry
from functions.desk.due.reminded import Told
from functions.forms.catalogue import Catalogue
from functions.records.words import Mark
from functions.supervision.obligations.values import Obligation, Order
from functions.supervision.obligations.words import WORDS, days_text
from functions.supervision.orders.values import subject_of

LATE = "↑ "


@dataclass(frozen=True, slots=True)
class Days:
    """The days column: `words`, whether they say how long it is overdue, and what stands small above them."""

    words: str
    overdue: bool
    note: str

    @classmethod
    def of(cls, obligation: Obligation, on: date) -> Days:
        text = days_text(obligation, on)
        note, mark, late = text.partition(LATE)
        if mark:
            return cls(late, True, note.removesuffix("，"))
        if obligation.state == "extended":
            note, _, left = text.rpartition("，")
            return cls(left, False, note)
        return cls(text, False, "")


@dataclass(frozen=True, slots=True)
class DueRow:
    """One obligation in a table; `other_due` is the last day by the filing where the roster has another.

    `told` says when its unit was last reminded of it and what became of that, None where it was not; `order` is the
    last order to correct that is not void.
    `key` is what a selection calls it.
    """

    unit_name: str
    uscc: str
    form: str
    period: str
    basis: str
    project: str
    mark: Mark
    due: str
    other_due: str
    days: Days
    number: str
    contested: bool
    told: Told | None = None
    order: Order | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the tables by form and by category; `note` is how its deadline is said."""

    title: str
    note: str
    basis: str
    total: int
    act: int
    not_due: int
    segments: Sequence[Segment]
    query: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A part of the filter: its words, and the query without it."""

    word: str
    query: str


@dataclass(frozen=True, slots=True)
class Day:
    """The day that a page goes by."""

    text: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class DueView:
    """The board. `counts` are of all that the day shows, `rows` one page of those that the filters leave, of `found`.

    `earlier` is how many of earlier periods are still to be handled. `error` is what is wrong with the day.
    `acts` are the letters that can be made for ticked rows, as values and words.
    """

    template: ClassVar = "due.html"
    filters: DueFilters
    day: Day
    error: str
    counts: Counts
    by_form: Sequence[Line]
    by_category: Sequence[Line]
    earlier: int
    unannounced: str
    matters: Sequence[tuple[str, str]]
    strata: Sequence[tuple[str, str]]
    chips: Sequence[Chip]
    rows: Sequence[DueRow]
    found: int
    page: int
    pages: int
    size: int
    exports: bool
    acts: Sequence[tuple[str, str]]
    states: Sequence[tuple[str, str]] = tuple(STATE_WORDS.items())
    sorts: Sequence[tuple[str, str]] = tuple(SORTS.items())


@dataclass(frozen=True, slots=True)
class OnRoster:
    """A roster that a unit stands on; `ended` is "" while it does. `unit` is named where the row is another's.

    `into` is the code of the unit that took it over.
    """

    title: str
    project: str
    since: str
    ended: str
    unit: str
    into: str


@dataclass(frozen=True, slots=True)
class FiledRow:
    """One filing of a unit."""

    number: str
    form: str
    period: str
    at: str
    timeliness: Mark
    status: Mark


@dataclass(frozen=True, slots=True)
class Received:
    """One letter or extension of a unit: `address` is its page, `until` what it set."""

    address: str
    title: str
    number: str
    matter: str
    day: str
    until: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class UnitView:
    """One unit: where it is listed, what it owes, what it filed, newest first; `more` says that not all is shown.

    `received` are the letters to it; `steps` the next lawful steps by the key of a row, as address and word.
    """

    template: ClassVar = "unit.html"
    name: str
    uscc: str
    category: str
    contact: Sequence[str]
    day: Day
    now: Sequence[tuple[Mark, int]]
    next: DueRow | None
    rosters: Sequence[OnRoster]
    coming: Sequence[DueRow]
    rows: Sequence[DueRow]
    filings: Sequence[FiledRow]
    more: bool
    log: Sequence[LogEntry]
    received: Sequence[Received]
    steps: Mapping[str, Sequence[tuple[str, str]]]


def row_of(catalogue: Catalogue, obligation: Obligation, on: date, told: Told | None = None) -> DueRow:
    """Return an obligation in the words of its form, with the last reminder of it."""
    form = catalogue.get(obligation.form)
    other = obligation.due_by_filing
    return DueRow(
        unit_name=obligation.unit_name,
        uscc=obligation.uscc,
        form=form.short,
        period=form.period_title(obligation.period),
        basis=obligation.basis,
        project=obligation.project,
        mark=WORDS[obligation.state].mark,
        due=obligation.last_day.isoformat(),
        other_due=other.isoformat() if other else "",
        days=Days.of(obligation, on),
        number=obligation.number,
        contested=obligation.contested,
        told=told,
        order=obligation.order,
        key=subject_of(obligation).key,
    )


def chips_of(filters: DueFilters, titles: Mapping[str, str]) -> list[Chip]:
    """Return what narrows the rows, one by one; `titles` has forms, periods and categories in words."""
    chips = []
    if filters.matter:
        chips.append(Chip(titles.get(filters.matter, filters.matter.strip("/")), filters.query(form="", period="")))
    if filters.state:
        chips.append(Chip(STATE_WORDS[filters.state], filters.query(state="")))
    if filters.stratum:
        chips.append(Chip(titles.get(filters.stratum, filters.stratum), filters.query(stratum="")))
    for word in filters.words:
        rest = " ".join(other for other in filters.words if other != word)
        chips.append(Chip(word, filters.query(q=rest)))
    return chips
