"""Rebuilds projections from the events, which are the only truth; needs the forms that filings are pinned to."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from itertools import groupby

from functions.forms.definition import Definition
from functions.records.event import Event
from functions.records.state import Erased, fold, summary_of
from functions.storage.sqlite.filed import last_note, note_filing
from functions.storage.sqlite.named_files import name_anew
from functions.storage.sqlite.rows import EVENT_COLUMNS, is_held, write_summary
from functions.storage.sqlite.store import SqliteStore


def rebuild(store: SqliteStore, definition_of: Callable[[str], Definition]) -> int:
    """Rebuild summaries, notes for obligations and the index of named files in one commit; return how many summaries.

    Lists show the old ones until the commit. `definition_of` gives the form of a digest. When the version that counts
    was erased, the record keeps its summary: no events are left to make one from.
    """
    return store.writer.submit(lambda connection: _rebuild(connection, definition_of)).result()


def _rebuild(connection: sqlite3.Connection, definition_of: Callable[[str], Definition]) -> int:
    # Guards are released first, since summaries are rebuilt in any order. Summaries that no event can rebuild get their
    # guards back.
    connection.execute("UPDATE summaries SET holds = -holds")
    made, noted = 0, last_note(connection)
    for events in _records(connection):
        try:
            state = fold(events)
        except Erased:
            note_filing(connection, events, definition_of)
            continue
        summary = summary_of(events[0], state, definition_of(state.form_digest))
        claims = not state.contest and not is_held(connection, summary.guard, summary.number)
        write_summary(connection, summary, claims=claims)
        note_filing(connection, events, definition_of)
        made += 1
    connection.execute("DELETE FROM summaries WHERE number NOT IN (SELECT number FROM events)")
    connection.execute("DELETE FROM filed WHERE id <= ?", (noted,))
    connection.execute("DELETE FROM words WHERE id NOT IN (SELECT id FROM summaries)")
    connection.execute(
        """UPDATE summaries SET holds = NOT EXISTS (SELECT 1 FROM summaries o WHERE o.guard = summaries.guard
        AND o.holds = 1) WHERE holds = -1"""
    )
    name_anew(connection)
    return made


def _records(connection: sqlite3.Connection) -> Iterator[tuple[Event, ...]]:
    rows = connection.execute(f"SELECT {EVENT_COLUMNS} FROM events ORDER BY number, sequence")  # noqa: S608
    for _, events in groupby((Event(*row) for row in rows), key=lambda event: event.number):
        yield tuple(events)
