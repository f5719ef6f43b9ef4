"""The staff store on the records' database: accounts, sessions and sign-in counters, each change one durable job."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.errors import NotFound
from functions.staff.port import Account, Attempts, NameTaken, Session
from functions.storage.sqlite.database import Readers
from functions.storage.sqlite.writer import Writer

_ACCOUNT = "name, role, password_hash, must_change_password, disabled, created_at"
_SESSION = "token_hash, account, csrf, created_at, seen_at"


class SqliteStaff:
    """A StaffStore."""

    def __init__(self, readers: Readers, writer: Writer) -> None:
        self._readers = readers
        self._writer = writer

    def account(self, name: str) -> Account:
        row = self._first(f"SELECT {_ACCOUNT} FROM accounts WHERE name = ?", name)  # noqa: S608 - constants only
        if row is None:
            raise NotFound(f"没有名为“{name}”的账号。请核对账号")
        return _account(row)

    def accounts(self) -> tuple[Account, ...]:
        with self._readers.snapshot() as connection:
            rows = connection.execute(f"SELECT {_ACCOUNT} FROM accounts ORDER BY name")  # noqa: S608 - constants only
            return tuple(_account(row) for row in rows)

    def add_account(self, account: Account) -> None:
        def add(connection: sqlite3.Connection) -> None:
            statement = f"INSERT INTO accounts ({_ACCOUNT}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608 - constants only
            try:
                connection.execute(statement, _account_row(account))
            except sqlite3.IntegrityError:
                raise NameTaken(f"已经有名为“{account.name}”的账号。请换一个账号名") from None

        self._writer.submit(add).result()

    def replace_account(self, account: Account) -> None:
        def replace(connection: sqlite3.Connection) -> None:
            statement = """UPDATE accounts SET role = ?, password_hash = ?, must_change_password = ?, disabled = ?,
                created_at = ? WHERE name = ?"""
            name, *rest = _account_row(account)
            if connection.execute(statement, (*rest, name)).rowcount == 0:
                raise NotFound(f"没有名为“{name}”的账号。请核对账号")

        self._writer.submit(replace).result()

    def open_session(self, session: Session) -> None:
        row = (session.token_hash, session.account, session.csrf, _text(session.created_at), _text(session.seen_at))
        self._write(f"INSERT INTO sessions ({_SESSION}) VALUES (?, ?, ?, ?, ?)", *row)  # noqa: S608 - constants only

    def session(self, token_hash: str) -> Session:
        row = self._first(f"SELECT {_SESSION} FROM sessions WHERE token_hash = ?", token_hash)  # noqa: S608
        if row is None:
            raise NotFound("没有这次登录。请重新登录")
        return Session(row[0], row[1], row[2], _time(row[3]), _time(row[4]))

    def touch_session(self, token_hash: str, seen_at: datetime) -> None:
        self._write("UPDATE sessions SET seen_at = max(seen_at, ?) WHERE token_hash = ?", _text(seen_at), token_hash)

    def close_session(self, token_hash: str) -> None:
        self._write("DELETE FROM sessions WHERE token_hash = ?", token_hash)

    def close_sessions(self, account: str) -> None:
        self._write("DELETE FROM sessions WHERE account = ?", account)

    def drop_sessions(self, *, created_before: datetime, seen_before: datetime) -> None:
        self._write(
            "DELETE FROM sessions WHERE created_at < ? OR seen_at < ?", _text(created_before), _text(seen_before)
        )

    def count_attempt(self, key: str, *, at: datetime, window: timedelta) -> Attempts:
        def count(connection: sqlite3.Connection) -> Attempts:
            statement = """INSERT INTO attempts (key, count, since) VALUES (?1, 1, ?2)
                ON CONFLICT (key) DO UPDATE SET
                    count = iif(since <= ?3, 1, count + 1), since = iif(since <= ?3, ?2, since)
                RETURNING count, since"""
            row = connection.execute(statement, (key, _text(at), _text(at - window))).fetchone()
            return Attempts(key, row[0], _time(row[1]))

        return self._writer.submit(count).result()

    def forget_attempts(self, key: str) -> None:
        self._write("DELETE FROM attempts WHERE key = ?", key)

    def _first(self, statement: str, *bound: str) -> Any:
        with self._readers.snapshot() as connection:
            return connection.execute(statement, bound).fetchone()

    def _write(self, statement: str, *bound: str) -> None:
        def write(connection: sqlite3.Connection) -> None:
            connection.execute(statement, bound)

        self._writer.submit(write).result()


def _account(row: Any) -> Account:
    return Account(
        name=row[0],
        role=row[1],
        password_hash=row[2],
        must_change_password=bool(row[3]),
        disabled=bool(row[4]),
        created_at=_time(row[5]),
    )


def _account_row(account: Account) -> tuple[Any, ...]:
    return (
        account.name,
        account.role,
        account.password_hash,
        int(account.must_change_password),
        int(account.disabled),
        _text(account.created_at),
    )


def _text(at: datetime) -> str:
    """UTC with microseconds always, so that the order of the texts is the order of the times."""
    if at.tzinfo is None:
        raise ValueError("a time must know its zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
