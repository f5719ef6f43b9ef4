"""The audit log in the records' database, chained inside the one writer thread; does not interpret entries."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing

from functions.records.event import Event
from functions.records.filing import timestamp
from functions.staff.audit_log import Entry, Sought, link
from functions.storage.sqlite.database import Readers
from functions.storage.sqlite.rows import EVENT_COLUMNS
from functions.storage.sqlite.writer import Writer

_ROWS_AT_ONCE = 500
_LAST = f"SELECT {EVENT_COLUMNS} FROM trail ORDER BY id DESC LIMIT 1"  # noqa: S608 - constants only
_INSERT = f"""INSERT INTO trail (id, about, {EVENT_COLUMNS})
    VALUES (:sequence, :about, {", ".join(f":{name}" for name in EVENT_COLUMNS.split(", "))})"""  # noqa: S608

# Times never fall along the chain, so one lookup in their index turns a time into a bound of the sequence, whatever
# other filters there are.
_FIRST_SINCE = "SELECT sequence FROM trail WHERE at >= ? ORDER BY at, sequence LIMIT 1"
_LAST_UNTIL = "SELECT sequence FROM trail WHERE at < ? ORDER BY at DESC, sequence DESC LIMIT 1"


class SqliteAuditLog:
    """An AuditLogStore."""

    def __init__(self, readers: Readers, writer: Writer) -> None:
        self._readers = readers
        self._writer = writer

    def add(self, entry: Entry, salt: bytes) -> Future[Event]:
        def chain(connection: sqlite3.Connection) -> Event:
            row = connection.execute(_LAST).fetchone()
            event = link(entry, Event(*row) if row else None, salt)
            values = {name: getattr(event, name) for name in EVENT_COLUMNS.split(", ")}
            connection.execute(_INSERT, {**values, "about": entry.about})
            return event

        return self._writer.submit(chain)

    def page(self, sought: Sought, *, limit: int, before: int | None = None) -> tuple[Event, ...]:
        condition, bound = _where(sought)
        if before is not None:
            condition, bound = f"{condition} AND sequence < ?", (*bound, before)
        statement = f"SELECT {EVENT_COLUMNS} FROM trail WHERE {condition} ORDER BY sequence DESC LIMIT ?"  # noqa: S608
        with self._readers.snapshot() as connection:
            return tuple(Event(*row) for row in connection.execute(statement, (*bound, limit)))

    def stream(self, sought: Sought) -> Iterator[Event]:
        condition, bound = _where(sought)
        statement = f"SELECT {EVENT_COLUMNS} FROM trail WHERE {condition} ORDER BY sequence"  # noqa: S608 - bound
        with self._readers.snapshot() as connection, closing(connection.execute(statement, bound)) as rows:
            while some := rows.fetchmany(_ROWS_AT_ONCE):
                yield from (Event(*row) for row in some)


def _where(sought: Sought) -> tuple[str, tuple[object, ...]]:
    """Return the SQL condition and its parameters."""
    terms: list[tuple[str, object]] = []
    if sought.actor is not None:
        terms.append(("actor = ?", sought.actor))
    if sought.action is not None:
        terms.append(("type = ?", sought.action))
    if sought.about is not None:
        terms.append(("about = ?", sought.about))
    if sought.since is not None:
        terms.append((f"sequence >= ifnull(({_FIRST_SINCE}), 1 << 62)", timestamp(sought.since)))
    if sought.until is not None:
        terms.append((f"sequence <= ifnull(({_LAST_UNTIL}), 0)", timestamp(sought.until)))
    return " AND ".join(["1", *(term for term, _ in terms)]), tuple(value for _, value in terms)
