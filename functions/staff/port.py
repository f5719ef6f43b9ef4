"""The port behind which accounts, sessions and sign-in counters are kept; knows neither passwords nor HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from functions.errors import QingdanError

Role = Literal["viewer", "officer", "reviewer", "admin"]


class NameTaken(QingdanError):
    """There is an account of this name already."""


@dataclass(frozen=True, slots=True)
class Account:
    """One person of the bureau who may sign in.

    `password_hash` is an argon2id string. `must_change_password` holds from a one-time password until its change.
    `created_at` is aware, UTC.
    """

    name: str
    role: Role
    password_hash: str = field(repr=False)
    must_change_password: bool
    disabled: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser or program. `token_hash` is the SHA-256 of its token (hexadecimal), which is not kept.

    `csrf` is what every form of this session must send back. `created_at` and `seen_at` are aware, UTC.
    """

    token_hash: str = field(repr=False)
    account: str
    csrf: str = field(repr=False)
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Attempts:
    """How many sign-ins were tried under `key` in the window that began at `since` (aware, UTC)."""

    key: str
    count: int
    since: datetime


class StaffStore(Protocol):
    """Where staff are kept, on the same data as the records. Calls block; every one may raise StoreUnavailable.

    What a method has stored is durable when it returns, and survives a restart: sessions and counters too.
    """

    def account(self, name: str) -> Account:
        """The account of exactly this name, or NotFound."""
        ...

    def accounts(self) -> tuple[Account, ...]:
        """All accounts, by name."""
        ...

    def add_account(self, account: Account) -> None:
        """Store a new account, or raise NameTaken."""
        ...

    def replace_account(self, account: Account) -> None:
        """Store the new state of an existing account in place of the old, or raise NotFound."""
        ...

    def open_session(self, session: Session) -> None:
        """Store a new session."""
        ...

    def session(self, token_hash: str) -> Session:
        """The session, or NotFound. Its limits are the caller's to judge."""
        ...

    def touch_session(self, token_hash: str, seen_at: datetime) -> None:
        """Move `seen_at` forward; a session closed meanwhile stays closed, and nothing is raised."""
        ...

    def close_session(self, token_hash: str) -> None:
        """Forget the session; one that is not there is closed already."""
        ...

    def close_sessions(self, account: str) -> None:
        """Forget every session of the account."""
        ...

    def drop_sessions(self, *, created_before: datetime, seen_before: datetime) -> None:
        """Forget every session created before the one or last seen before the other."""
        ...

    def count_attempt(self, key: str, *, at: datetime, window: timedelta) -> Attempts:
        """Add one try, in one step, and return the counter with it.

        A counter whose `since` is `window` or longer before `at` begins anew with count 1 and `since` = `at`. Racing
        calls each get their own count.
        """
        ...

    def forget_attempts(self, key: str) -> None:
        """Begin the key's counter anew; one that is not there is forgotten already."""
        ...
