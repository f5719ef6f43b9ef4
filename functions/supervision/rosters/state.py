"""A roster on a day, folded from the events of its chain; knows no store and reads no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final, Literal

import orjson

from functions.forms.filing_rules import Key
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

    `by_hand` are the columns whose value was set at the desk; "" among them: the row's end was.
    """

    values: Values
    listed: date
    ended: date | None = None
    reason: str = ""
    by_hand: frozenset[str] = frozenset()


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


def roster_on(form: RosterForm, events: Iterable[Event], on: date | None = None) -> Roster:
    """The roster after the events up to the end of the day `on` in Asia/Shanghai, or after all of them."""
    rows: dict[RowKey, Row] = {}
    head = 0
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
        rows[key_of(form, values)] = Row(values, day, by_hand=frozenset(values) if hand else frozenset())
    for change in body.get("changed", ()):
        key = tuple(change["key"])
        row = rows.pop(key, None)
        if row is not None:
            values = {name: value for name, value in {**row.values, **change["set"]}.items() if value is not None}
            touched = row.by_hand | set(change["set"]) if hand else row.by_hand - set(change["set"])
            rows[key_of(form, values)] = replace(row, values=values, by_hand=touched)
    for end in body.get("ended", ()):
        key = tuple(end["key"])
        if key in rows:
            by_hand = rows[key].by_hand | {""} if hand else rows[key].by_hand
            rows[key] = replace(rows[key], ended=day, reason=end["reason"], by_hand=by_hand)
    for key in map(tuple, body.get("resumed", ())):
        if key in rows:
            rows[key] = replace(rows[key], ended=None, reason="", by_hand=rows[key].by_hand - {""})
