"""Seals in the records' database: everything stored after the last mark is unsealed; knows no signature."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from functions.errors import NotFound, SealTaken, StoreUnavailable
from functions.records.seals.merkle import Tile
from functions.records.seals.seal import Leaf, Place, Seal, in_order, seal_of
from functions.records.store import Unsealed
from functions.storage.refusals import NO_SEAL, NOT_SEALED, SEAL_TAKEN
from functions.storage.sqlite.database import Readers
from functions.storage.sqlite.writer import Writer

# Rows are only ever added, each with the next id, so an id tells whether its row came before a mark.
_MARKS = "SELECT ifnull(max(last_event), 0), ifnull(max(last_entry), 0), ifnull(max(last_step), 0) FROM seals"
_NEW_EVENTS = "SELECT number, sequence, digest, id FROM events WHERE id > ?"
_NEW_ENTRIES = "SELECT number, sequence, digest, id FROM trail WHERE id > ?"
_NEW_STEPS = "SELECT number, sequence, digest, id FROM ledger WHERE id > ?"


class SqliteSeals:
    """A SealStore."""

    def __init__(self, readers: Readers, writer: Writer) -> None:
        self._readers = readers
        self._writer = writer

    def unsealed(self) -> Unsealed:
        with self._readers.snapshot() as connection:
            last_event, last_entry, last_step = connection.execute(_MARKS).fetchone()
            events, last_event = _leaves(connection, _NEW_EVENTS, last_event)
            entries, last_entry = _leaves(connection, _NEW_ENTRIES, last_entry)
            steps, last_step = _leaves(connection, _NEW_STEPS, last_step)
        return Unsealed(sorted(events + entries + steps, key=in_order), f"{last_event} {last_entry} {last_step}")

    def keep_seal(self, seal: Seal, unsealed: Unsealed, tiles: Sequence[Tile]) -> None:
        marks = tuple(map(int, unsealed.mark.split()))
        # Rows sorted in the order of the index are inserted many times as fast.
        places = sorted(
            (leaf.digest, seal.index, position, leaf.number, leaf.sequence)
            for position, leaf in enumerate(unsealed.leaves)
        )

        def keep(connection: sqlite3.Connection) -> None:
            (last,) = connection.execute("SELECT ifnull(max(seal), 0) FROM seals").fetchone()
            if seal.index != last + 1:
                raise SealTaken(SEAL_TAKEN)
            into = "INSERT INTO seals (seal, token, last_event, last_entry, last_step) VALUES (?, ?, ?, ?, ?)"
            connection.execute(into, (seal.index, seal.token, *marks))
            rows = ((seal.index, tile.level, tile.index, tile.hashes) for tile in tiles)
            connection.executemany("INSERT INTO tiles (seal, level, place, hashes) VALUES (?, ?, ?, ?)", rows)
            into = "INSERT INTO sealed (digest, seal, position, number, sequence) VALUES (?, ?, ?, ?, ?)"
            connection.executemany(into, places)

        self._writer.submit(keep).result()

    def last_seal(self) -> Seal | None:
        found = self._read("SELECT token FROM seals ORDER BY seal DESC LIMIT 1")
        return found[0] if found else None

    def seal(self, index: int) -> Seal:
        for seal in self._read("SELECT token FROM seals WHERE seal = ?", index):
            return seal
        raise NotFound(NO_SEAL)

    def seals(self, *, first: int, limit: int) -> tuple[Seal, ...]:
        return self._read("SELECT token FROM seals WHERE seal >= ? ORDER BY seal LIMIT ?", first, limit)

    def place(self, digest: str) -> Place:
        try:
            key = bytes.fromhex(digest)
        except ValueError:
            raise NotFound(NOT_SEALED) from None
        with self._readers.snapshot() as connection:
            row = connection.execute("SELECT seal, position FROM sealed WHERE digest = ?", (key,)).fetchone()
        if row is None:
            raise NotFound(NOT_SEALED)
        return Place(*row)

    def tile(self, seal: int, level: int, index: int) -> bytes:
        statement = "SELECT hashes FROM tiles WHERE seal = ? AND level = ? AND place = ?"
        with self._readers.snapshot() as connection:
            row = connection.execute(statement, (seal, level, index)).fetchone()
        if row is None:
            raise NotFound(NO_SEAL)
        return bytes(row[0])

    def _read(self, statement: str, *bound: int) -> tuple[Seal, ...]:
        with self._readers.snapshot() as connection:
            return tuple(seal_of(token) for (token,) in connection.execute(statement, bound))


def _leaves(connection: sqlite3.Connection, statement: str, after: int) -> tuple[list[Leaf], int]:
    """Return the leaves stored after this id, and the last id there is now."""
    leaves, last = [], after
    for number, sequence, digest, row in connection.execute(statement, (after,)):
        try:
            leaves.append(Leaf(number, sequence, bytes.fromhex(digest)))
        except ValueError:
            raise StoreUnavailable(
                f"{number} 第 {sequence} 步的指纹已损坏，没有封存。请运行 qingdan verify 查明"
            ) from None
        last = row
    return leaves, last
