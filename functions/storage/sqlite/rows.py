"""How summaries and events lie in rows, there and back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from functions.records.event import Event
from functions.records.state import searchable
from functions.records.store import Record, Summary
from functions.storage.sqlite.selection import CONTESTED

EVENT_COLUMNS = "number, form, sequence, type, at, actor, previous, body_digest, digest, salt, body"
_STORED = (
    "number, form, form_digest, period, unit_name, uscc, submitted_at, due, timeliness, status, version, sequence, "
    "guard, warnings, unit_sought, holds"
)
_UPDATED = ", ".join(f"{name} = excluded.{name}" for name in _STORED.split(", ")[1:])
_READ = ", ".join(f"s.{name}" for name in _STORED.split(", ")[:14])

# Reads a summary from "summaries s CROSS JOIN words w"; the columns are those of Summary, in its order.
SUMMARY_COLUMNS = f"{_READ}, w.words, {CONTESTED}"

_INSERT_EVENT = f"INSERT INTO events ({EVENT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - constants only
_UPSERT_SUMMARY = f"""INSERT INTO summaries ({_STORED}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (number) DO UPDATE SET {_UPDATED} RETURNING id"""  # noqa: S608 - constants only
_REPLACE_WORDS = "INSERT OR REPLACE INTO words (id, words) VALUES (?, ?)"
_EVENTS_OF = f"""SELECT {EVENT_COLUMNS} FROM events WHERE number IN (SELECT value FROM json_each(?))
    ORDER BY number, sequence"""  # noqa: S608 - constants only
_NO_WARNINGS = "[]"


def write_summary(connection: sqlite3.Connection, summary: Summary, *, claims: bool) -> None:
    """Put the summary in place of the record's last one; with `claims` it holds its guard for as long as it is live."""
    live = summary.status not in ("withdrawn", "voided")
    row = (
        summary.number,
        summary.form,
        summary.form_digest,
        summary.period,
        summary.unit_name,
        summary.uscc,
        summary.submitted_at,
        summary.due,
        summary.timeliness,
        summary.status,
        summary.version,
        summary.sequence,
        summary.guard,
        json.dumps(summary.warnings, ensure_ascii=False) if summary.warnings else _NO_WARNINGS,
        searchable(summary.unit_name),
        int(claims and live),
    )
    key = connection.execute(_UPSERT_SUMMARY, row).fetchone()[0]
    connection.execute(_REPLACE_WORDS, (key, summary.words))


def write_event(connection: sqlite3.Connection, event: Event) -> None:
    """Add an event; one of the same number and sequence violates the constraint."""
    row = (
        event.number,
        event.form,
        event.sequence,
        event.type,
        event.at,
        event.actor,
        event.previous,
        event.body_digest,
        event.digest,
        event.salt,
        event.body,
    )
    connection.execute(_INSERT_EVENT, row)


def summary_from(row: Sequence[Any]) -> Summary:
    """A summary from a row of SUMMARY_COLUMNS."""
    warnings = () if row[13] == _NO_WARNINGS else tuple(json.loads(row[13]))
    fields: tuple[Any, ...] = (*row[:13], warnings, row[14], bool(row[15]))
    return Summary(*fields)


def records_from(connection: sqlite3.Connection, summaries: Iterable[Summary]) -> list[Record]:
    """The records of these summaries, in their order, read with one statement."""
    wanted = list(summaries)
    events: dict[str, list[Event]] = {summary.number: [] for summary in wanted}
    for row in connection.execute(_EVENTS_OF, (json.dumps(list(events)),)):
        events[row[0]].append(Event(*row))
    return [Record(summary, tuple(events[summary.number])) for summary in wanted]
