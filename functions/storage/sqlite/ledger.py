"""Event chains in the records' database, chained inside the one writer thread; does not interpret events."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from functions.errors import SequenceTaken
from functions.records.event import Event
from functions.records.ledger import MARK, Step, link_steps
from functions.storage.refusals import CHAIN_MOVED
from functions.storage.sqlite.database import Readers
from functions.storage.sqlite.rows import EVENT_COLUMNS
from functions.storage.sqlite.writer import Writer

_LAST = f"SELECT {EVENT_COLUMNS} FROM ledger WHERE number = ? ORDER BY sequence DESC LIMIT 1"  # noqa: S608 - constants only
_AFTER = f"SELECT {EVENT_COLUMNS} FROM ledger WHERE number = ? AND sequence > ? ORDER BY sequence"  # noqa: S608 - constants only
_INSERT = f"""INSERT INTO ledger ({EVENT_COLUMNS})
    VALUES ({", ".join(f":{name}" for name in EVENT_COLUMNS.split(", "))})"""  # noqa: S608 - constants only
# The upper bound of all names with this prefix: "0" follows "/".
_CHAINS = "SELECT DISTINCT number FROM ledger WHERE number >= ? AND number < ? ORDER BY number"


class SqliteLedger:
    """A LedgerStore."""

    def __init__(self, readers: Readers, writer: Writer) -> None:
        self._readers = readers
        self._writer = writer

    def append(self, chain: str, steps: Sequence[Step], *, expect: int) -> tuple[Event, ...]:
        def add(connection: sqlite3.Connection) -> tuple[Event, ...]:
            row = connection.execute(_LAST, (chain,)).fetchone()
            last = Event(*row) if row else None
            if (last.sequence if last else 0) != expect:
                raise SequenceTaken(CHAIN_MOVED)
            events = link_steps(chain, steps, last)
            columns = EVENT_COLUMNS.split(", ")
            connection.executemany(_INSERT, [{name: getattr(event, name) for name in columns} for event in events])
            return events

        return self._writer.submit(add).result()

    def read(self, chain: str, *, after: int = 0) -> tuple[Event, ...]:
        with self._readers.snapshot() as connection:
            return tuple(Event(*row) for row in connection.execute(_AFTER, (chain, after)))

    def chains(self, kind: str) -> tuple[str, ...]:
        bounds = (f"{MARK}{kind}/", f"{MARK}{kind}0") if kind else (MARK, chr(ord(MARK) + 1))
        with self._readers.snapshot() as connection:
            return tuple(row[0] for row in connection.execute(_CHAINS, bounds))
