"""Tells what happened to the rows of one unit on a roster, from the events of its chain; reads no store."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

import orjson

from functions.forms.roster_form import RosterForm
from functions.records.event import Event
from functions.supervision.deadlines import day_in_shanghai
from functions.supervision.rosters.state import RowKey, Values, key_of

NOTHING: Final[Values] = {}


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a row: its values before and after, why, and the code of the unit that it was merged into."""

    day: date
    kind: Literal["listed", "changed", "ended", "resumed"]
    before: Values
    after: Values
    reason: str = ""
    into: str = ""


def changes_of(form: RosterForm, events: Iterable[Event], codes: Container[str]) -> Iterator[Change]:
    """Yield what happened to the rows that came with one of these codes, oldest first."""
    rows: dict[RowKey, Values] = {}
    for event in events:
        body = orjson.loads(event.body or b"{}")
        yield from _changed(form, rows, body, day_in_shanghai(datetime.fromisoformat(event.at)), codes)


def _changed(
    form: RosterForm, rows: dict[RowKey, Values], body: Any, day: date, codes: Container[str]
) -> Iterator[Change]:
    for values in body.get("added", ()):
        if values.get("uscc", "") in codes:
            rows[key_of(form, values)] = values
            yield Change(day, "listed", NOTHING, values)
    for change in body.get("changed", ()):
        before = rows.pop(tuple(change["key"]), None)
        if before is not None:
            after = {name: value for name, value in {**before, **change["set"]}.items() if value is not None}
            rows[key_of(form, after)] = after
            reason = body.get("reason", "")
            yield Change(day, "changed", before, after, reason if isinstance(reason, str) else "")
    for end in body.get("ended", ()):
        row = rows.get(tuple(end["key"]))
        if row is not None:
            last = date.fromisoformat(end["on"]) if end.get("on") else day
            yield Change(last, "ended", row, row, end["reason"], end.get("into", ""))
    for key in map(tuple, body.get("resumed", ())):
        if key in rows:
            yield Change(day, "resumed", rows[key], rows[key])
