"""The staff store on the records' database: accounts, sessions and sign-in counters, each change one durable job."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.errors import NotFound
from functions.staff.store import (
    Account,
    AccountChanged,
    Attempts,
    FirstAnswer,
    LastAdmin,
    NameTaken,
    SecondFactor,
    Session,
)
from functions.storage.refusals import ACCOUNT_TAKEN, NO_ACCOUNT, NO_SESSION
from functions.storage.sqlite.database import Readers
from functions.storage.sqlite.writer import Writer

_ACCOUNT = (
    "name, role, password_hash, must_change_password, disabled, created_at, "
    "totp_secret, totp_step, totp_since, recovery, epoch, revision"
)
_SESSION = "token_hash, account, csrf, created_at, seen_at, client, epoch"


class SqliteStaff:
    """A StaffStore."""

    def __init__(self, readers: Readers, writer: Writer) -> None:
        self._readers = readers
        self._writer = writer

    def account(self, name: str) -> Account:
        row = self._first(f"SELECT {_ACCOUNT} FROM accounts WHERE name = ?", name)  # noqa: S608 - constants only
        if row is None:
            raise NotFound(NO_ACCOUNT.format(name=name))
        return _account(row)

    def accounts(self) -> tuple[Account, ...]:
        with self._readers.snapshot() as connection:
            rows = connection.execute(f"SELECT {_ACCOUNT} FROM accounts ORDER BY name")  # noqa: S608 - constants only
            return tuple(_account(row) for row in rows)

    def add_account(self, account: Account) -> None:
        def add(connection: sqlite3.Connection) -> None:
            row = _account_row(account)
            marks = ", ".join("?" * len(row))
            statement = f"INSERT INTO accounts ({_ACCOUNT}) VALUES ({marks})"  # noqa: S608 - constants only
            try:
                connection.execute(statement, row)
            except sqlite3.IntegrityError:
                raise NameTaken(ACCOUNT_TAKEN.format(name=account.name)) from None

        self._writer.submit(add).result()

    def replace_account(self, account: Account) -> Account:
        stored = replace(account, revision=account.revision + 1)

        def put(connection: sqlite3.Connection) -> None:
            _require_replaceable(connection, account)
            columns = ", ".join(f"{column} = ?" for column in _ACCOUNT.split(", "))
            statement = f"UPDATE accounts SET {columns} WHERE name = ?"  # noqa: S608 - constants only
            connection.execute(statement, (*_account_row(stored), account.name))

        self._writer.submit(put).result()
        return stored

    def open_session(self, session: Session) -> None:
        times = (_text(session.created_at), _text(session.seen_at))
        row = (session.token_hash, session.account, session.csrf, *times, session.client, session.epoch)
        self._write(f"INSERT INTO sessions ({_SESSION}) VALUES (?, ?, ?, ?, ?, ?, ?)", *row)  # noqa: S608

    def session(self, token_hash: str) -> Session:
        row = self._first(f"SELECT {_SESSION} FROM sessions WHERE token_hash = ?", token_hash)  # noqa: S608
        if row is None:
            raise NotFound(NO_SESSION)
        return _session(row)

    def sessions(self, account: str) -> tuple[Session, ...]:
        statement = f"SELECT {_SESSION} FROM sessions WHERE account = ? ORDER BY created_at DESC"  # noqa: S608
        with self._readers.snapshot() as connection:
            return tuple(_session(row) for row in connection.execute(statement, (account,)))

    def touch_session(self, token_hash: str, seen_at: datetime) -> None:
        self._write("UPDATE sessions SET seen_at = max(seen_at, ?) WHERE token_hash = ?", _text(seen_at), token_hash)

    def set_session_back(self, token_hash: str, at: datetime) -> None:
        statement = (
            "UPDATE sessions SET created_at = min(created_at, ?), seen_at = min(seen_at, ?) WHERE token_hash = ?"
        )
        self._write(statement, _text(at), _text(at), token_hash)

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
                    count = iif(since <= ?3, 1, count + 1), since = iif(since <= ?3, ?2, min(since, ?2))
                RETURNING count, since"""
            row = connection.execute(statement, (key, _text(at), _text(at - window))).fetchone()
            if row[0] == 1:
                connection.execute("DELETE FROM attempts WHERE since <= ?", (_text(at - window),))
            return Attempts(key, row[0], _time(row[1]))

        return self._writer.submit(count).result()

    def return_attempt(self, counted: Attempts) -> None:
        statement = "UPDATE attempts SET count = count - 1 WHERE key = ? AND since = ? AND count > 0"
        self._write(statement, counted.key, _text(counted.since))

    def forget_attempts(self, key: str) -> None:
        self._write("DELETE FROM attempts WHERE key = ?", key)

    def claim_answer(self, claim: FirstAnswer, *, at: datetime) -> FirstAnswer | None:
        def take(connection: sqlite3.Connection) -> FirstAnswer | None:
            connection.execute("DELETE FROM first_answers WHERE until <= ?", (_text(at),))
            statement = "SELECT key, request, until, answer FROM first_answers WHERE key = ?"
            row = connection.execute(statement, (claim.key,)).fetchone()
            if row is not None:
                return FirstAnswer(row[0], row[1], _time(row[2]), row[3])
            given = (claim.key, claim.request, _text(claim.until), claim.answer)
            connection.execute("INSERT INTO first_answers (key, request, until, answer) VALUES (?, ?, ?, ?)", given)
            return None

        return self._writer.submit(take).result()

    def first_answer(self, key: str, *, at: datetime) -> FirstAnswer | None:
        statement = "SELECT key, request, until, answer FROM first_answers WHERE key = ? AND until > ?"
        row = self._first(statement, key, _text(at))
        return row and FirstAnswer(row[0], row[1], _time(row[2]), row[3])

    def keep_answer(self, answer: FirstAnswer) -> None:
        given = (_text(answer.until), answer.answer, answer.key, answer.request)
        self._write("UPDATE first_answers SET until = ?, answer = ? WHERE key = ? AND request = ?", *given)

    def drop_answer(self, key: str, request: str) -> None:
        self._write("DELETE FROM first_answers WHERE key = ? AND request = ?", key, request)

    def _first(self, statement: str, *bound: str) -> Any:
        with self._readers.snapshot() as connection:
            return connection.execute(statement, bound).fetchone()

    def _write(self, statement: str, *bound: str | int) -> None:
        def write(connection: sqlite3.Connection) -> None:
            connection.execute(statement, bound)

        self._writer.submit(write).result()


def _require_replaceable(connection: sqlite3.Connection, account: Account) -> None:
    """Return when the account is unchanged since the new state was made from it, and an admin remains; else raise."""
    row = connection.execute(f"SELECT {_ACCOUNT} FROM accounts WHERE name = ?", (account.name,)).fetchone()  # noqa: S608
    if row is None:
        raise NotFound(NO_ACCOUNT.format(name=account.name))
    before = _account(row)
    if before.revision != account.revision:
        raise AccountChanged
    if before.manages and not account.manages:
        others = "SELECT 1 FROM accounts WHERE role = 'admin' AND disabled = 0 AND name <> ? LIMIT 1"
        if connection.execute(others, (account.name,)).fetchone() is None:
            raise LastAdmin


def _account(row: Any) -> Account:
    return Account(
        name=row[0],
        role=row[1],
        password_hash=row[2],
        must_change_password=bool(row[3]),
        disabled=bool(row[4]),
        created_at=_time(row[5]),
        second_factor=None if row[6] is None else _second_factor(*row[6:10]),
        epoch=row[10],
        revision=row[11],
    )


def _second_factor(secret: str, step: int, since: str, recovery: str) -> SecondFactor:
    return SecondFactor(secret, step, frozenset(recovery.split()), _time(since))


def _account_row(account: Account) -> tuple[Any, ...]:
    factor = account.second_factor
    return (
        account.name,
        account.role,
        account.password_hash,
        int(account.must_change_password),
        int(account.disabled),
        _text(account.created_at),
        factor and factor.secret,
        factor and factor.last_step,
        factor and _text(factor.since),
        factor and " ".join(sorted(factor.recovery)),
        account.epoch,
        account.revision,
    )


def _session(row: Any) -> Session:
    return Session(row[0], row[1], row[2], _time(row[3]), _time(row[4]), row[5], row[6])


def _text(at: datetime) -> str:
    """Format UTC, always with microseconds, so that texts sort like times."""
    if at.tzinfo is None:
        raise ValueError("a time must know its zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
