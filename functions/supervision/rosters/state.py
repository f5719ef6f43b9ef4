"""A roster on a day, folded from the events of its chain; knows no store and reads no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final, Literal

import orjson

from functions.forms.filing_rules import Key
from functions.forms.formats import day_of
from functions.forms.roster_form import RosterForm
from functions.records.event import Event
from functions.supervision.deadlines import day_in_shanghai

KIND: Final = "roster"
IMPORTED: Final = "imported"
ADDED: Final = "row_added"
CHANGED: Final = "row_changed"
ENDED: Final = "row_ended"

Values = Mapping[str, Any]
RowKey = tuple[str, ...]
Why = Literal["import", "hand"]


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands. `listed` is the day it came onto the roster, `ended` the day it left, `reason` why.

    `into` is the code of the unit that it was merged into. `former` are its values from before each change of its name
    or code, `earlier` the rows that had ended when it was listed again, the oldest first. `by_hand` are the columns
    whose value was set at the desk; "" among them: its end was.
    """

    values: Values
    listed: date
    ended: date | None = None
    reason: str = ""
    by_hand: frozenset[str] = frozenset()
    into: str = ""
    former: tuple[Values, ...] = ()
    earlier: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Roster:
    """The rows of a roster by their keys, those that ended too; `head` is the chain's last sequence."""

    rows: Mapping[RowKey, Row] = field(default_factory=dict)
    head: int = 0

    def current(self) -> dict[RowKey, Row]:
        """The rows that have not ended."""
        return {key: row for key, row in self.rows.items() if row.ended is None}


def key_of(form: RosterForm, values: Values) -> RowKey:
    """What tells a row from the others: names that differ in width, blanks or unseen characters alone are one."""
    return tuple(Key(f"/{name}", normalise=True).value_in(values) for name in form.key)


def begins(form: RosterForm, row: Row) -> date:
    """The first day on which the row counts: without one of its own, from the January of the year it was listed."""
    return _day(row, form.since) or date(row.listed.year, 1, 1)


def ends(form: RosterForm, row: Row) -> date | None:
    """The last day on which the row counts, None while it has none."""
    return min((day for day in (_day(row, form.until), row.ended) if day is not None), default=None)


def in_effect(form: RosterForm, roster: Roster, on: date) -> dict[RowKey, Row]:
    """The rows that count on the day by their own dates, as far as the roster knows them."""
    times = ((key, one) for key, row in roster.rows.items() for one in (*row.earlier, row))
    return {key: one for key, one in times if begins(form, one) <= on <= (ends(form, one) or date.max)}


def _day(row: Row, column: str) -> date | None:
    value = row.values.get(column) if column else None
    return day_of(value) if isinstance(value, str) else None


def roster_on(
    form: RosterForm, events: Iterable[Event], on: date | None = None, *, before: Roster | None = None
) -> Roster:
    """The roster after the events up to the end of the day `on` in Asia/Shanghai, or after all of them.

    `before` is the roster before the first of these events, where they do not begin the chain.
    """
    rows = dict(before.rows) if before else {}
    head = before.head if before else 0
    for event in events:
        day = day_in_shanghai(datetime.fromisoformat(event.at))
        if on is not None and day > on:
            break
        _apply(form, rows, event, day)
        head = event.sequence
    return Roster(rows, head)


def _apply(form: RosterForm, rows: dict[RowKey, Row], event: Event, day: date) -> None:
    body = orjson.loads(event.body or b"{}")
    hand = str(event.type) != IMPORTED
    for values in body.get("added", ()):
        _put(rows, key_of(form, values), Row(values, day, by_hand=frozenset(values) if hand else frozenset()))
    for change in body.get("changed", ()):
        key = tuple(change["key"])
        row = rows.pop(key, None)
        if row is not None:
            values = {name: value for name, value in {**row.values, **change["set"]}.items() if value is not None}
            touched = row.by_hand | set(change["set"]) if hand else row.by_hand - set(change["set"])
            named = {"unit_name", "uscc", form.project} & set(change["set"])
            former = (*row.former, row.values) if named else row.former
            _put(rows, key_of(form, values), replace(row, values=values, by_hand=touched, former=former))
    for end in body.get("ended", ()):
        key = tuple(end["key"])
        if key in rows:
            by_hand = rows[key].by_hand | {""} if hand else rows[key].by_hand
            last, into = date.fromisoformat(end.get("on", day.isoformat())), end.get("into", "")
            rows[key] = replace(rows[key], ended=last, reason=end["reason"], into=into, by_hand=by_hand)
    for key in map(tuple, body.get("resumed", ())):
        if key in rows:
            rows[key] = replace(rows[key], ended=None, reason="", into="", by_hand=rows[key].by_hand - {""})


def _put(rows: dict[RowKey, Row], key: RowKey, row: Row) -> None:
    """Give the row its place; what ended there before stays with it."""
    before = rows.pop(key, None)
    if before is not None and before.ended:
        row = replace(row, earlier=(*before.earlier, replace(before, earlier=()), *row.earlier))
    rows[key] = row
