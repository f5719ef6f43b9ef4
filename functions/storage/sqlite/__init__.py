"""The adapter for one machine: SQLite in WAL mode and files, in one private folder."""

from functions.storage.sqlite.store import SqliteStore, open_store

__all__ = ["SqliteStore", "open_store"]
