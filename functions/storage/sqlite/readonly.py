"""Opens a database only to read it, as of one moment, even if it is damaged or an older program wrote it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from functions.errors import NotFound, StoreUnavailable
from functions.storage.sqlite.schema import STEPS, migrate


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open a connection that changes nothing in the file; replaces text that is not UTF-8 by marks.

    A file of an older program is migrated in a private copy. Raises NotFound, StoreUnavailable for a file of a newer
    program, and sqlite3.DatabaseError when the file cannot be read or was emptied.
    """
    if not path.is_file():
        raise NotFound(f"{path.parent} 里没有数据。请核对路径")
    connection = _connect(path)
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(STEPS):
        connection.close()
        raise StoreUnavailable(
            f"数据是更新的程序写的（第 {version} 版），本程序只认到第 {len(STEPS)} 版。请改用新版程序"
        )
    if version == 0:
        # Our programs never leave an empty file; migrating it would make it look like a whole one without any filing.
        connection.close()
        raise sqlite3.DatabaseError("里面什么也没有，它被清空过")
    if version < len(STEPS):
        connection = _migrated(connection)
    connection.text_factory = _text
    connection.execute("BEGIN")
    return connection


def schema_faults(connection: sqlite3.Connection) -> list[str]:
    """Return the names of tables and indexes that differ from those that the program makes."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        migrate(fresh)
        expected, found = _schema(fresh), _schema(connection)
    return sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))


def _connect(path: Path) -> sqlite3.Connection:
    """Open read-only; on a read-only medium, as a file that nobody else changes."""
    address = path.absolute().as_uri()
    try:
        connection = sqlite3.connect(f"{address}?mode=ro", uri=True, isolation_level=None)
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        connection = sqlite3.connect(f"{address}?mode=ro&immutable=1", uri=True, isolation_level=None)
    return connection


def _migrated(connection: sqlite3.Connection) -> sqlite3.Connection:
    copy = sqlite3.connect("", isolation_level=None)  # a private file that is deleted on close
    with closing(connection):
        connection.backup(copy)
    migrate(copy)
    return copy


def _schema(connection: sqlite3.Connection) -> dict[str, str]:
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return dict(rows.fetchall())


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
