"""Reads the answers of very many filings in slices: one statement reads a slice while the previous one is in use."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import orjson

from functions.records.store import Answers, Decided
from functions.records.versions import DECISIONS
from functions.storage.sqlite.database import Readers
from functions.storage.sqlite.selection import CONTESTED, Where

FILINGS_A_SLICE: Final = 200
# Two slices are requested ahead, so that the thread goes on to the next one without waiting for the interpreter lock.
_SLICES_AHEAD: Final = 2

# Most records have no other event than their first, and no decision.
_TYPES = ", ".join(f"'{each}'" for each in sorted(DECISIONS))
_DECIDED = f"""CASE s.sequence WHEN 1 THEN NULL ELSE (
    SELECT json_array(x.type, x.at, x.actor, CAST(x.body AS TEXT)) FROM events x
    WHERE x.number = s.number AND x.type IN ({_TYPES})
    ORDER BY x.sequence DESC LIMIT 1) END"""  # noqa: S608 - constants
# In the order of Answers; the body is a separate column.
_FACTS = f"""json_array(s.number, s.form, s.form_digest, s.period, s.unit_name, s.submitted_at, s.due, s.timeliness,
    s.status, s.version, e.digest, json(iif({CONTESTED}, 'true', 'false')),
    iif(e.type = 'corrected', e.at, ''), json({_DECIDED}))"""
# Most records have no other event than their first.
_LATEST = """CASE s.sequence WHEN 1 THEN 1 ELSE (SELECT max(x.sequence) FROM events x
    WHERE x.number = s.number AND x.type IN ('submitted', 'corrected')) END"""


def read_answers(readers: Readers, chosen: Where) -> Iterator[Answers]:
    """Yield the answers of all selected filings, oldest first, as of the moment when the first is taken."""
    # Ended early, it waits for the requested slices: afterwards nothing uses the data any more.
    with readers.snapshot() as connection, ThreadPoolExecutor(1, "qingdan-answers") as ahead:
        slices = _slices(connection, chosen)
        coming = deque(ahead.submit(next, slices, None) for _ in range(_SLICES_AHEAD))
        while (some := coming.popleft().result()) is not None:
            coming.append(ahead.submit(next, slices, None))
            facts, bodies = some
            for known, body in zip(orjson.loads(facts), bodies.split(b"\n"), strict=True):
                if known[-1] is not None:
                    known[-1] = Decided._make(known[-1])
                known.append(body or None)
                yield Answers._make(known)


def _slices(connection: sqlite3.Connection, chosen: Where) -> Iterator[tuple[bytes, bytes]]:
    """Yield slices: the facts of several filings as a JSON array, and their bodies as lines (JSON has no line ends).

    Each slice is one row: SQLite makes it without the interpreter lock, which it would need for each of several rows.
    """
    # The LIMIT makes SQLite keep the order of the subquery.
    statement = f"""SELECT CAST('[' || group_concat(facts) || ']' AS BLOB),
        CAST(group_concat(body, char(10)) AS BLOB), max(place) FROM (
        SELECT {_FACTS} AS facts, ifnull(CAST(e.body AS TEXT), '') AS body, s.submitted_at || ' ' || s.number AS place
        FROM {chosen.source} CROSS JOIN events e ON e.number = s.number AND e.sequence = {_LATEST}
        WHERE {chosen.condition} AND (s.submitted_at, s.number) > (?, ?)
        ORDER BY s.submitted_at, s.number LIMIT {FILINGS_A_SLICE})"""  # noqa: S608 - constants, values are bound
    place = " "
    while place is not None:
        facts, bodies, place = connection.execute(statement, (*chosen.bound, *place.split(" "))).fetchone()
        if place is not None:
            yield facts, bodies
