"""Opens connections to the one database file, pools those for reading, and translates their errors."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from functions.errors import StoreUnavailable
from functions.storage.folder import FILE_MODE, sync_folder
from functions.storage.refusals import CLOSING
from functions.storage.sqlite.schema import migrate

BUSY_SECONDS = 10.0
_CACHE_KIB = 16 * 1024
# Four times the default: a page that many commits change is copied into the database only once.
_CHECKPOINT_PAGES = 4000
# One statement for each number of rows that are written together into each table, and those of the staff.
_CACHED_STATEMENTS = 256

BUSY = "另一个程序正占用着数据"
DAMAGED = "数据文件已损坏，请从备份恢复"

_REASONS = {
    "SQLITE_FULL": "磁盘空间不够",
    "SQLITE_BUSY": BUSY,
    "SQLITE_READONLY": "数据文件夹不能写",
    "SQLITE_CANTOPEN": "打不开数据文件",
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_NOTADB": DAMAGED,
}


def unavailable(error: BaseException) -> StoreUnavailable:
    """Return the error for people when SQLite or a file failed; the original stays in `__cause__`, for the log."""
    refusal = refused(reason_of(error))
    refusal.__cause__ = error
    return refusal


def refused(reason: str) -> StoreUnavailable:
    """Return the refusal for this reason, a few words."""
    if reason == DAMAGED:
        # Waiting does not repair a damaged database.
        return StoreUnavailable("数据文件已损坏，这一步没有存入。请停掉服务，留着坏的文件，用 qingdan restore 恢复备份")
    return StoreUnavailable(f"数据暂时存取不了（{reason}），这一步没有存入。请稍后再试")


def reason_of(error: BaseException) -> str:
    """Return why SQLite failed, in a few words."""
    name = getattr(error, "sqlite_errorname", "")
    return next((words for start, words in _REASONS.items() if name.startswith(start)), "磁盘读写出错")


def prepare_file(path: Path) -> None:
    """Make the database file, private, with its name synced to disk, and migrate its tables."""
    try:
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE))
            sync_folder(path.parent)
        connection = connect(path)
    except (OSError, sqlite3.Error) as error:
        raise unavailable(error) from error
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        migrate(connection)
    except sqlite3.Error as error:
        raise unavailable(error) from error
    finally:
        connection.close()


def connect(path: Path) -> sqlite3.Connection:
    """Return a connection that commits only when told to, and syncs every commit."""
    connection = sqlite3.connect(
        path,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=_CACHED_STATEMENTS,
    )
    connection.execute("PRAGMA synchronous = FULL")
    # SQLite overwrites deleted content in the file: an erasure leaves no copy in a free page.
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    # Keep the undo data of savepoints in memory: a quarter less work for each append.
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


class Readers:
    """A pool of read connections, as many as are in use at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._closed = False

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection that sees the data as of one moment until the block ends; translates SQLite's errors."""
        connection = self._take()
        try:
            connection.execute("BEGIN")
            yield connection
        except sqlite3.Error as error:
            connection.close()
            raise unavailable(error) from error
        except BaseException:
            self._give_back(connection)
            raise
        self._give_back(connection)

    def close(self) -> None:
        """Close idle connections now; those in use are closed when they come back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._closed:
                raise StoreUnavailable(CLOSING)
            if self._idle:
                return self._idle.pop()
        try:
            connection = connect(self._path)
            connection.execute("PRAGMA query_only = ON")
        except sqlite3.Error as error:
            raise unavailable(error) from error
        return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        connection.rollback()
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()
