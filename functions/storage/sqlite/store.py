"""The record store on SQLite and files; the contract suite checks that it keeps the port's rules."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from datetime import datetime
from pathlib import Path

from functions.errors import GuardTaken, IdempotencyMismatch, NotFound, SequenceTaken
from functions.records.attachments.sweep import forget
from functions.records.filed import FiledSince
from functions.records.filing import timestamp
from functions.records.store import ANSWERS_KEPT, Answers, Append, Idempotency, Page, Record, Selection, Stored, Summary
from functions.storage.document_cache import FileDocuments
from functions.storage.files import FileBlobs
from functions.storage.folder import lock_folder, private_folder
from functions.storage.refusals import GUARD_TAKEN, KEY_OF_ANOTHER, SEQUENCE_TAKEN, UNKNOWN_FORM, UNKNOWN_NUMBER
from functions.storage.reservations import DEFAULT_MOST
from functions.storage.sqlite.audit_log import SqliteAuditLog
from functions.storage.sqlite.bodies import read_answers
from functions.storage.sqlite.database import BUSY_SECONDS, Readers, connect, prepare_file, refused, unavailable
from functions.storage.sqlite.filed import forget_answers_of, read_filed
from functions.storage.sqlite.ledger import SqliteLedger
from functions.storage.sqlite.named_files import find_named, forget_named
from functions.storage.sqlite.rows import (
    ANSWER_COLUMNS,
    SUMMARY_COLUMNS,
    answer_row,
    records_from,
    summary_from,
    write_event,
    write_filed,
    write_new,
    write_summary,
)
from functions.storage.sqlite.seals import SqliteSeals
from functions.storage.sqlite.selection import Cursor, Where, read_cursor, where
from functions.storage.sqlite.staff import SqliteStaff
from functions.storage.sqlite.writer import Writer

DATABASE_NAME = "qingdan.sqlite3"
# With less of the disk free, an operator is to know before filings are refused.
LEAST_FREE = 64 * 1024 * 1024
_ROWS_AT_ONCE = 200
_FORGOTTEN_AT_ONCE = 1000


def require_data(folder: Path) -> None:
    """Return when the folder holds filings or is ready for them; NotFound when it does not: it may be misspelt."""
    if not (folder / DATABASE_NAME).is_file():
        raise NotFound(f"{folder} 里没有数据（{DATABASE_NAME}）。请用 --data 或 QINGDAN_DATA 指明数据文件夹")


def open_store(folder: Path, *, lock: bool = False, unfiled: int = DEFAULT_MOST) -> SqliteStore:
    """The store in this folder, made if need be. `lock` makes it the folder's one server, else StoreLocked.

    Without it, a command works beside a running server. `unfiled` is how many bytes of files may be in no filing yet.
    StoreUnavailable when the data cannot be opened, or was written
    by a newer program.
    """
    private_folder(folder)
    held = lock_folder(folder) if lock else None
    try:
        prepare_file(folder / DATABASE_NAME)
        return SqliteStore(folder, held, unfiled)
    except BaseException:
        if held is not None:
            os.close(held)
        raise


class SqliteStore:
    """A RecordStore, with `staff`, `seals`, `trail` (the audit log) and `ledger` in the same database.

    `blobs` and `papers` (the document cache) are files beside it.

    `held` is the descriptor of the folder's lock.
    """

    def __init__(self, folder: Path, held: int | None, unfiled: int) -> None:
        self._held = held
        self._path = folder / DATABASE_NAME
        self.blobs = FileBlobs(folder, named=self.named, most=unfiled)
        self.papers = FileDocuments(folder)
        self._readers = Readers(self._path)
        self.writer = Writer(self._path, _append_new)
        self.staff = SqliteStaff(self._readers, self.writer)
        self.seals = SqliteSeals(self._readers, self.writer)
        self.trail = SqliteAuditLog(self._readers, self.writer)
        self.ledger = SqliteLedger(self._readers, self.writer)

    def append(self, step: Append) -> Future[Stored]:
        new = step if step.events[0].sequence == 1 else None
        return self.writer.submit(lambda connection: _append(connection, step), new)

    def erase(self, step: Append, sequence: int) -> None:
        def erased(connection: sqlite3.Connection) -> list[str]:
            _append(connection, step)
            of = (step.summary.number, sequence)
            connection.execute("UPDATE events SET salt = NULL, body = NULL WHERE number = ? AND sequence = ?", of)
            forget_answers_of(connection, *of)
            return forget_named(connection, *of)

        files = self.writer.submit(erased).result()
        # Overwritten data stays in the write-ahead log until SQLite restarts the log.
        with closing(connect(self._path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        self.papers.forget(step.summary.number)
        forget(self.named, self.blobs, files)

    def recall(self, used: Idempotency) -> Stored | None:
        with self._readers.snapshot() as connection:
            first = _known_answer(connection, used)
        return Stored(first, replayed=True) if first is not None else None

    def read(self, number: str) -> Record:
        with self._readers.snapshot() as connection:
            found = _summaries(connection, where(Selection(numbers=(number,))), "", ())
            for record in records_from(connection, found):
                return record
        raise NotFound(UNKNOWN_NUMBER)

    def page(self, selection: Selection, *, limit: int, cursor: str | None = None) -> Page:
        place = read_cursor(cursor) if cursor is not None else None
        chosen = where(selection)
        with self._readers.snapshot() as connection:
            found = _beside(connection, chosen, place, limit)
            if not found:
                return Page((), None, None)
            older = Cursor("older", found[-1].submitted_at, found[-1].number)
            newer = Cursor("newer", found[0].submitted_at, found[0].number)
            came_from = place.side if place else ""
            # A reader who came from a newer page can go back there: only the other end needs a lookup.
            return Page(
                tuple(found),
                older.written() if came_from == "newer" or _beside(connection, chosen, older, 1) else None,
                newer.written() if came_from == "older" or (place and _beside(connection, chosen, newer, 1)) else None,
            )

    def count(self, selection: Selection) -> int:
        chosen = where(selection)
        statement = f"SELECT count(*) FROM {chosen.source} WHERE {chosen.condition}"  # noqa: S608 - values are bound
        with self._readers.snapshot() as connection:
            count: int = connection.execute(statement, chosen.bound).fetchone()[0]
        return count

    def periods(self) -> tuple[tuple[str, str], ...]:
        pairs: list[tuple[str, str]] = []
        with self._readers.snapshot() as connection:
            # Skips from pair to pair through the index, as fast with many filings as with few: no time sorts after "~",
            # so the search lands on the next pair without walking through the filings of this one.
            after = """SELECT form, period FROM summaries WHERE (form, period, submitted_at) > (?, ?, '~')
                ORDER BY form, period, submitted_at LIMIT 1"""
            while row := connection.execute(after, pairs[-1] if pairs else ("", "")).fetchone():
                pairs.append((row[0], row[1]))
        return tuple(pairs)

    def digests(self, selection: Selection) -> tuple[str, ...]:
        chosen = where(selection)
        statement = f"""SELECT s.form_digest FROM {chosen.source} WHERE {chosen.condition}
            GROUP BY s.form_digest ORDER BY max(s.submitted_at) DESC"""  # noqa: S608 - values are bound
        with self._readers.snapshot() as connection:
            return tuple(row[0] for row in connection.execute(statement, chosen.bound))

    def stream(self, selection: Selection) -> Iterator[Record]:
        chosen = where(selection)
        statement = f"""SELECT {SUMMARY_COLUMNS} FROM summaries s CROSS JOIN words w ON w.id = s.id
            WHERE {chosen.condition} ORDER BY s.submitted_at, s.number"""  # noqa: S608 - values are bound
        with self._readers.snapshot() as connection, closing(connection.execute(statement, chosen.bound)) as rows:
            while some := rows.fetchmany(_ROWS_AT_ONCE):
                yield from records_from(connection, map(summary_from, some))

    def forget_answers(self, now: datetime) -> None:
        some = "DELETE FROM idempotency WHERE id IN (SELECT id FROM idempotency WHERE at <= ? LIMIT ?)"
        before = timestamp(now - ANSWERS_KEPT)

        def forget(connection: sqlite3.Connection) -> int:
            return connection.execute(some, (before, _FORGOTTEN_AT_ONCE)).rowcount

        # A few at a time, so that filings do not have to wait.
        while self.writer.submit(forget).result() == _FORGOTTEN_AT_ONCE:
            pass

    def filed(self, after: str = "") -> FiledSince:
        return read_filed(self._readers, self.writer, self.document, after)

    def named(self, digests: Collection[str]) -> frozenset[str]:
        with self._readers.snapshot() as connection:
            return find_named(connection, digests)

    def answers(self, selection: Selection) -> Iterator[Answers]:
        return read_answers(self._readers, where(selection))

    def keep_document(self, digest: str, document: bytes) -> None:
        self.blobs.keep("forms", digest, document)

    def document(self, digest: str) -> bytes:
        try:
            return self.blobs.read("forms", digest)
        except NotFound:
            raise NotFound(UNKNOWN_FORM) from None

    def check_writable(self) -> None:
        """Write for real, since a full disk still lets everything be opened, and leave what is nearly full."""
        if shutil.disk_usage(self._path.parent).free < LEAST_FREE:
            raise refused("磁盘空间不够")
        try:
            self.writer.submit(_probe).result(BUSY_SECONDS)
        except TimeoutError as error:
            raise unavailable(error) from error

    def close(self) -> None:
        self.writer.close()
        self._readers.close()
        if self._held is not None:
            os.close(self._held)
            self._held = None


def _probe(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE probe SET writes = writes + 1")


def _append_new(connection: sqlite3.Connection, steps: Sequence[Append]) -> list[Stored]:
    write_new(connection, steps)
    return [Stored(step.answer, replayed=False) for step in steps]


def _append(connection: sqlite3.Connection, step: Append) -> Stored:
    if step.idempotency is not None:
        first = _first_answer(connection, step, step.idempotency)
        if first is not None:
            return Stored(first, replayed=True)
    try:
        write_summary(connection, step.summary, claims=step.claim is not None)
        for event in step.events:
            write_event(connection, event)
        write_filed(connection, [step.filed])
    except sqlite3.IntegrityError as error:
        raise _refusal(error) from None
    return Stored(step.answer, replayed=False)


def _first_answer(connection: sqlite3.Connection, step: Append, used: Idempotency) -> bytes | None:
    """Return the earlier answer under this key; None when the key is new, which claims it."""
    take = f"INSERT INTO idempotency ({ANSWER_COLUMNS}) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING"  # noqa: S608
    if connection.execute(take, answer_row(step)).rowcount == 1:
        return None
    return _known_answer(connection, used)


def _known_answer(connection: sqlite3.Connection, used: Idempotency) -> bytes | None:
    known = connection.execute("SELECT request, answer FROM idempotency WHERE key = ?", (used.key,)).fetchone()
    if known is None:
        return None
    request, first = known
    if request != used.request:
        raise IdempotencyMismatch(KEY_OF_ANOTHER)
    return bytes(first)


def _refusal(error: sqlite3.IntegrityError) -> Exception:
    if str(error) == "UNIQUE constraint failed: summaries.guard":
        return GuardTaken(GUARD_TAKEN)
    if str(error) == "UNIQUE constraint failed: events.number, events.sequence":
        return SequenceTaken(SEQUENCE_TAKEN)
    return error


def _beside(connection: sqlite3.Connection, chosen: Where, place: Cursor | None, limit: int) -> list[Summary]:
    """Return at most `limit` summaries next to a place, newest first; from the newest when there is no place."""
    if place is None:
        return _summaries(connection, chosen, "ORDER BY s.submitted_at DESC, s.number DESC LIMIT ?", (limit,))
    sign, order = ("<", "DESC") if place.side == "older" else (">", "ASC")
    tail = f"AND (s.submitted_at, s.number) {sign} (?, ?) ORDER BY s.submitted_at {order}, s.number {order} LIMIT ?"
    found = _summaries(connection, chosen, tail, (place.submitted_at, place.number, limit))
    return found if place.side == "older" else found[::-1]


def _summaries(connection: sqlite3.Connection, chosen: Where, tail: str, bound: tuple[object, ...]) -> list[Summary]:
    statement = f"""SELECT {SUMMARY_COLUMNS} FROM summaries s CROSS JOIN words w ON w.id = s.id
        WHERE {chosen.condition} {tail}"""  # noqa: S608 - values are bound
    return [summary_from(row) for row in connection.execute(statement, (*chosen.bound, *bound))]
