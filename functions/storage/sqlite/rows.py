"""Converts summaries and events to rows and back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from functions.records.event import Event
from functions.records.filed import Filed, line_of
from functions.records.state import searchable
from functions.records.store import Append, Record, Summary
from functions.storage.sqlite.named_files import NAMED_COLUMNS, named_rows
from functions.storage.sqlite.selection import CONTESTED

EVENT_COLUMNS = "number, form, sequence, type, at, actor, previous, body_digest, digest, salt, body"
STORED = (
    "number, form, form_digest, period, unit_name, uscc, submitted_at, due, timeliness, status, version, sequence, "
    "guard, warnings, approved_by, correction_due, received_on, unit_sought, holds"
)
_UPDATED = ", ".join(f"{name} = excluded.{name}" for name in STORED.split(", ")[1:])
_READ = ", ".join(f"s.{name}" for name in STORED.split(", ")[:17])

# Reads a summary from "summaries s CROSS JOIN words w".
SUMMARY_COLUMNS = f"{_READ}, w.words, {CONTESTED}"

_INSERT_EVENT = f"INSERT INTO events ({EVENT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - constants only
_UPSERT_SUMMARY = f"""INSERT INTO summaries ({STORED}) VALUES ({", ".join("?" * len(STORED.split(", ")))})
    ON CONFLICT (number) DO UPDATE SET {_UPDATED} RETURNING id"""  # noqa: S608 - constants only
_REPLACE_WORDS = "INSERT OR REPLACE INTO words (id, words) VALUES (?, ?)"
_EVENTS_OF = f"""SELECT {EVENT_COLUMNS} FROM events WHERE number IN (SELECT value FROM json_each(?))
    ORDER BY number, sequence"""  # noqa: S608 - constants only
_NO_WARNINGS = "[]"
_LARGEST_LOT = 32


def write_summary(connection: sqlite3.Connection, summary: Summary, *, claims: bool) -> None:
    """Replace the record's summary; with `claims` it holds its guard for as long as it is live."""
    key = connection.execute(_UPSERT_SUMMARY, summary_row(summary, claims)).fetchone()[0]
    connection.execute(_REPLACE_WORDS, (key, summary.words))


def is_held(connection: sqlite3.Connection, guard: str, number: str) -> bool:
    """Whether another record holds the guard.

    Two filings with different guards can get the same guard when names are normalised anew: an earlier release kept
    invisible characters. Only one holds it then, and both are contested.
    """
    held = "SELECT 1 FROM summaries WHERE guard = ? AND holds = 1 AND number <> ?"
    return connection.execute(held, (guard, number)).fetchone() is not None


def write_event(connection: sqlite3.Connection, event: Event) -> None:
    """Insert an event and the files that it names; a duplicate number and sequence violates the constraint."""
    connection.execute(_INSERT_EVENT, _event_row(event))
    _insert(connection, f"named ({NAMED_COLUMNS})", list(named_rows([event])))


FILED_COLUMNS = "number, line"
ANSWER_COLUMNS = "key, request, answer, at"
# Sorts after every time, since times are compared as text.
FOR_GOOD = "~"


def write_new(connection: sqlite3.Connection, steps: Sequence[Append]) -> None:
    """Insert the first steps of several new records, table by table.

    Each SQLite statement hands the interpreter lock to other threads for a while; one statement for many rows lets a
    busy server write several times as many. An existing row violates a constraint; then the caller must roll everything
    back.
    """
    first = connection.execute("SELECT ifnull(max(id), 0) + 1 FROM summaries").fetchone()[0]
    _insert(connection, f"idempotency ({ANSWER_COLUMNS})", [answer_row(one) for one in steps if one.idempotency])
    summaries = [(first + place, *summary_row(one.summary, one.claim is not None)) for place, one in enumerate(steps)]
    _insert(connection, f"summaries (id, {STORED})", summaries)
    _insert(connection, "words (id, words)", [(first + place, one.summary.words) for place, one in enumerate(steps)])
    _insert(connection, f"events ({EVENT_COLUMNS})", [_event_row(event) for one in steps for event in one.events])
    _insert(connection, f"named ({NAMED_COLUMNS})", list(named_rows(event for one in steps for event in one.events)))
    write_filed(connection, (one.filed for one in steps))


def write_filed(connection: sqlite3.Connection, found: Iterable[Filed | None]) -> None:
    """Note what obligations see of filings from now on."""
    _insert(connection, f"filed ({FILED_COLUMNS})", [(one.number, line_of(one)) for one in found if one])


def answer_row(step: Append) -> tuple[Any, ...]:
    """Return the row for the step's key; the answer of a step that claimed no guard never expires."""
    assert step.idempotency is not None
    at = step.events[-1].at if step.claim is not None else FOR_GOOD
    return (step.idempotency.key, step.idempotency.request, step.answer, at)


def _insert(connection: sqlite3.Connection, into: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert the rows with few statements, of so few shapes that the statement cache holds them all."""
    for start in range(0, len(rows), _LARGEST_LOT):
        lot = rows[start : start + _LARGEST_LOT]
        row = f"({', '.join('?' * len(lot[0]))})"
        statement = f"INSERT INTO {into} VALUES {', '.join([row] * len(lot))}"  # noqa: S608 - constants and place holders
        connection.execute(statement, list(chain.from_iterable(lot)))


def summary_row(summary: Summary, claims: bool) -> tuple[Any, ...]:
    """Return the values of STORED; with `claims` the record holds its guard for as long as it is live."""
    live = summary.status not in ("withdrawn", "voided")
    return (
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
        summary.approved_by,
        summary.correction_due,
        summary.received_on,
        searchable(summary.unit_name),
        int(claims and live),
    )


def _event_row(event: Event) -> tuple[Any, ...]:
    """Return the values of EVENT_COLUMNS."""
    return (
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


def summary_from(row: Sequence[Any]) -> Summary:
    """Make a summary from a row of SUMMARY_COLUMNS."""
    warnings = () if row[13] == _NO_WARNINGS else tuple(json.loads(row[13]))
    # The order of Summary.
    fields: tuple[Any, ...] = (*row[:13], warnings, row[17], bool(row[18]), *row[14:17])
    return Summary(*fields)


def records_from(connection: sqlite3.Connection, summaries: Iterable[Summary]) -> list[Record]:
    """Return the records of these summaries, in order, read with one statement."""
    wanted = list(summaries)
    events: dict[str, list[Event]] = {summary.number: [] for summary in wanted}
    for row in connection.execute(_EVENTS_OF, (json.dumps(list(events)),)):
        events[row[0]].append(Event(*row))
    return [Record(summary, tuple(events[summary.number])) for summary in wanted]
