"""Notes what obligations see of filings, reads it, and makes it anew from all events; judges nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from functools import cache

from functions.errors import NotFound
from functions.forms.definition import Definition
from functions.records.event import Event
from functions.records.filed import FiledSince, read_lines, without_answers
from functions.records.filed_from import filed_through
from functions.records.state import Erased
from functions.storage.sqlite.database import Readers
from functions.storage.sqlite.rows import EVENT_COLUMNS, write_filed
from functions.storage.sqlite.writer import Writer

_AFTER = "SELECT id, line FROM filed WHERE id > ? ORDER BY id"
# Filings that an earlier release took in.
_NOT_NOTED = "SELECT number FROM summaries WHERE number NOT IN (SELECT number FROM filed)"
_EVENTS_OF = f"SELECT {EVENT_COLUMNS} FROM events WHERE number = ? ORDER BY sequence"  # noqa: S608 - constants only


def read_filed(readers: Readers, writer: Writer, document: Callable[[str], bytes], after: str) -> FiledSince:
    """Return what was noted after the mark, the last id; from the beginning, it first notes what is missing."""
    if not after:
        with readers.snapshot() as connection:
            missing = [row[0] for row in connection.execute(_NOT_NOTED)]
        if missing:
            writer.submit(lambda connection: _note_missing(connection, missing, document)).result()
    with readers.snapshot() as connection:
        rows = connection.execute(_AFTER, (int(after or 0),)).fetchall()
    return FiledSince(str(rows[-1][0]) if rows else after or "0", not after, read_lines([line for _, line in rows]))


def note_filing(connection: sqlite3.Connection, events: tuple[Event, ...], form: Callable[[str], Definition]) -> None:
    """Note one filing after each of its events; what an erasure has left is in its summary."""
    number = events[0].number
    uscc, guard = connection.execute("SELECT uscc, guard FROM summaries WHERE number = ?", (number,)).fetchone()
    with suppress(Erased):  # not even its period is known any more
        write_filed(connection, list(filed_through(events, form, uscc=uscc, guard=guard)))


def last_note(connection: sqlite3.Connection) -> int:
    """Return the id of the newest row; new rows come after it, so that no id is given twice."""
    last: int = connection.execute("SELECT ifnull(max(id), 0) FROM filed").fetchone()[0]
    return last


def forget_answers_of(connection: sqlite3.Connection, number: str, sequence: int) -> None:
    """Take out of the notes what came from the answers of the version that the step `sequence` brought."""
    lines = [row[0] for row in connection.execute("SELECT line FROM filed WHERE number = ? ORDER BY id", (number,))]
    found, last = read_lines(lines), last_note(connection)
    versions = {one.version for one in found if one.sequence == sequence}
    write_filed(connection, [without_answers(one) if one.version in versions else one for one in found])
    connection.execute("DELETE FROM filed WHERE number = ? AND id <= ?", (number, last))


def _note_missing(connection: sqlite3.Connection, missing: list[str], document: Callable[[str], bytes]) -> None:
    form = cache(lambda digest: Definition.from_document(document(digest)))
    for number in missing:
        events = tuple(Event(*row) for row in connection.execute(_EVENTS_OF, (number,)))
        with suppress(NotFound):  # one lost form document must not hide the other filings
            note_filing(connection, events, form)
