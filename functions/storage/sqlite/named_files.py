"""The index of files that events name: written with each event, derived, and rebuilt from all events."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator

from functions.records.attachments.named import digests_in
from functions.records.event import Event

NAMED_COLUMNS = "number, sequence, digest"

_FIND = "SELECT DISTINCT digest FROM named WHERE digest IN (SELECT value FROM json_each(?))"
_FORGET = "DELETE FROM named WHERE number = ? AND sequence = ? RETURNING digest"
# Only bodies that may name a file: few, so that the others are not read.
_NAMING = "SELECT id, body FROM events WHERE instr(body, CAST('\"sha256\"' AS BLOB))"
_FILL = "INSERT INTO named (number, sequence, digest) SELECT number, sequence, ? FROM events WHERE id = ?"


def named_rows(events: Iterable[Event]) -> Iterator[tuple[str, int, str]]:
    """Return the rows of NAMED_COLUMNS for the files that these events name."""
    return ((event.number, event.sequence, digest) for event in events for digest in sorted(digests_in(event.body)))


def forget_named(connection: sqlite3.Connection, number: str, sequence: int) -> list[str]:
    """Delete the entries of this event; return the digests that it named."""
    return [row[0] for row in connection.execute(_FORGET, (number, sequence)).fetchall()]


def find_named(connection: sqlite3.Connection, digests: Collection[str]) -> frozenset[str]:
    """Return those of these digests that any event names."""
    return frozenset(row[0] for row in connection.execute(_FIND, (json.dumps(list(digests)),)))


def name_anew(connection: sqlite3.Connection) -> None:
    """Rebuild the whole index from the events."""
    connection.execute("DELETE FROM named")
    for row, body in connection.execute(_NAMING):
        for digest in sorted(digests_in(body)):
            connection.execute(_FILL, (digest, row))
