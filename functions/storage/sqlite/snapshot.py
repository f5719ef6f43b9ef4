"""Copies the database as of one moment into one file while a server writes to it; knows nothing of backups."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from functions.errors import StoreUnavailable
from functions.storage.folder import FILE_MODE
from functions.storage.sqlite.database import connect, reason_of, unavailable
from functions.storage.sqlite.readonly import open_to_read
from functions.storage.sqlite.store import DATABASE_NAME, require_data

PAGES_AT_ONCE = 2048


def take_snapshot(folder: Path, into: Path, progress: Callable[[float], None]) -> int:
    """Copy the data folder's database into the new file `into`, check it, and return how many filings it holds.

    `progress` is called with the completed fraction, from 0 to 1. Sessions are left out: a restored session would admit
    somebody who has signed out since. NotFound when there is no database, StoreUnavailable when it cannot be read or is
    damaged.
    """
    require_data(folder)
    path = folder / DATABASE_NAME
    try:
        os.close(os.open(into, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE_MODE))
        with closing(connect(path)) as source, closing(sqlite3.connect(into, isolation_level=None)) as copy:
            _copy(source, copy, progress)
            return _close_up(copy, path)
    except sqlite3.Error as error:
        words = f"没有备份：{path} 或 {into.parent} 读写出错（{reason_of(error)}）。请检查磁盘和权限，再备份一次"
        raise StoreUnavailable(words) from error


def named_in_snapshot(path: Path) -> frozenset[str]:
    """Return the digests of the files that the snapshot names, whatever program wrote it."""
    try:
        with closing(open_to_read(path)) as connection:
            return frozenset(row[0] for row in connection.execute("SELECT DISTINCT digest FROM named"))
    except sqlite3.Error as error:
        raise unavailable(error) from error


def _copy(source: sqlite3.Connection, copy: sqlite3.Connection, progress: Callable[[float], None]) -> None:
    copy.execute("PRAGMA synchronous = OFF")
    # A reader's snapshot stays constant while others write. Without it the copying would restart with each commit, and
    # under load never end.
    source.execute("PRAGMA query_only = ON")
    source.execute("BEGIN")
    source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    source.backup(copy, pages=PAGES_AT_ONCE, progress=lambda _, left, total: progress(1 - left / max(total, 1)))
    source.execute("ROLLBACK")


def _close_up(copy: sqlite3.Connection, path: Path) -> int:
    """Turn it into one file without a write-ahead log, and check its integrity."""
    copy.execute("PRAGMA journal_mode = DELETE")
    copy.execute("PRAGMA secure_delete = ON")
    copy.execute("DELETE FROM sessions")
    found: str = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise StoreUnavailable(f"数据文件 {path} 已损坏（{found}），没有备份。请从上一份备份恢复")
    filings: int = copy.execute("SELECT count(*) FROM summaries").fetchone()[0]
    return filings
