"""The one thread that writes: it collects waiting jobs into one commit, and answers only when the commit is durable.

Other processes may have such a thread for the same database: they share a write lock.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from functions.errors import StoreUnavailable
from functions.storage.refusals import CLOSING
from functions.storage.sqlite.database import BUSY_SECONDS, connect, unavailable
from functions.storage.sqlite.write_lock import WriteLock

MOST_IN_ONE_COMMIT = 512

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], Any]
Together = Callable[[sqlite3.Connection, Sequence[Any]], Sequence[Any]]

# SQLite's errors about the data of a job; all other errors are about the database itself.
_OF_THE_JOB = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError)


@dataclass(frozen=True, slots=True)
class _Refused:
    error: Exception


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A job and its future; `step` describes the job in a form that can be done together with others."""

    future: Future[Any]
    job: Job
    step: Any = None


class Writer:
    """Runs jobs in the order of arrival. A job that raises is undone alone; a commit that fails fails all its jobs.

    `together` does many steps at once and returns their results, or raises sqlite3.IntegrityError when one of them
    cannot be done; then each is done alone, by its job.
    """

    def __init__(self, path: Path, together: Together) -> None:
        self._path = path
        self._together = together
        self._write_lock: WriteLock | None = None
        self._connection: sqlite3.Connection | None = None
        self._waiting: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def submit(self, job: Callable[[sqlite3.Connection], T], step: Any = None) -> Future[T]:
        """Run the job in the next commit. The future gets the result once that is durable, an error at once.

        With a `step`, the job may be done together with others. StoreUnavailable when the commit failed: then nothing
        of it is stored, and later jobs get a new attempt.
        """
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise StoreUnavailable(CLOSING)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="qingdan-writer", daemon=True)
                self._thread.start()
            self._waiting.put(_Waiting(future, job, step))
        return future

    def close(self) -> None:
        """Finish pending jobs, then stop; repeating this changes nothing."""
        with self._lock:
            self._closed = True
            thread, self._thread = self._thread, None
        if thread is not None:
            self._waiting.put(None)
            thread.join()

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            try:
                with self._turn():
                    # Collected only now, under the lock: jobs that arrived meanwhile join this commit.
                    batch = self._batch(first)
                    outcomes = self._commit(batch) if batch else ()
            except StoreUnavailable as refusal:
                batch = self._batch(first)
                outcomes = [_Refused(refusal)] * len(batch)
            for one, outcome in zip(batch, outcomes, strict=True):
                if isinstance(outcome, _Refused):
                    one.future.set_exception(outcome.error)
                else:
                    one.future.set_result(outcome)
        self._disconnect()
        if self._write_lock is not None:
            self._write_lock.close()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Hold the write lock among processes; StoreUnavailable when it is not free in time."""
        if self._write_lock is None:
            try:
                self._write_lock = WriteLock(self._path.parent)
            except OSError as error:
                raise unavailable(error) from error
        with self._write_lock.turn(BUSY_SECONDS):
            yield

    def _batch(self, first: _Waiting) -> list[_Waiting]:
        """Return the waiting jobs, within a limit, without cancelled ones."""
        taken = [first]
        while len(taken) < MOST_IN_ONE_COMMIT:
            try:
                one = self._waiting.get_nowait()
            except Empty:
                break
            if one is None:
                self._waiting.put(None)  # puts the stop signal back for the next batch
                break
            taken.append(one)
        return [one for one in taken if one.future.set_running_or_notify_cancel()]

    def _commit(self, batch: list[_Waiting]) -> Sequence[Any]:
        """Return the durable outcome of each job; never raises, since every caller must get an answer."""
        try:
            connection = self._connected()
            connection.execute("BEGIN IMMEDIATE")
            outcomes = self._attempt_all(connection, batch)
            connection.execute("COMMIT")
        except Exception as error:
            self._disconnect()
            return [_Refused(unavailable(error) if isinstance(error, sqlite3.Error) else error)] * len(batch)
        return outcomes

    def _attempt_all(self, connection: sqlite3.Connection, batch: list[_Waiting]) -> Sequence[Any]:
        """Return the outcome of each job: all at once when they can be done together, else one after the other."""
        if all(one.step is not None for one in batch):
            try:
                return self._together(connection, [one.step for one in batch])
            except sqlite3.IntegrityError:
                connection.execute("ROLLBACK")
                connection.execute("BEGIN IMMEDIATE")
        return [_attempt(connection, one.job) for one in batch]

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = connect(self._path)
        return self._connection

    def _disconnect(self) -> None:
        """Close the connection, which rolls back; the next commit starts with a fresh one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _attempt(connection: sqlite3.Connection, job: Job) -> Any:
    """Return the job's result, or its refusal; an error of SQLite itself spoils the whole commit."""
    connection.execute("SAVEPOINT job")
    try:
        result = job(connection)
    except Exception as error:
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, _OF_THE_JOB):
            raise
        connection.execute("ROLLBACK TO job")
        connection.execute("RELEASE job")
        return _Refused(error)
    connection.execute("RELEASE job")
    return result
