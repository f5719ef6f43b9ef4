"""The port of the store for accounts, sessions and sign-in counters; knows neither passwords nor HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol

from functions.errors import QingdanError

Role = Literal["viewer", "officer", "reviewer", "admin"]


class NameTaken(QingdanError):
    """An account of this name exists already."""


class AccountChanged(QingdanError):
    """The account has changed since it was read: read it again and decide anew."""

    def __init__(self) -> None:
        super().__init__("这个账号刚刚被别人改过，这一步没有存入。请刷新后再看")


class LastAdmin(QingdanError):
    """No account would be left that may manage the others."""

    def __init__(self) -> None:
        super().__init__("这是最后一个能用的管理员账号，不能停用，也不能改成别的角色。请先让另一个账号做管理员")


# Counters and marks whose names begin so belong to a flood of filings: the public function may write them.
OF_FLOOD: Final = "flood#"


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """The second factor of an account, which its phone must prove.

    `secret` is the shared key of RFC 6238, encrypted: a copy of the store makes no codes. `last_step` is the time step
    of the newest code that was used. `recovery` holds the SHA-256 of each recovery code not yet used. `since` is aware,
    UTC.
    """

    secret: str = field(repr=False)
    last_step: int
    recovery: frozenset[str] = field(repr=False)
    since: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """One person of the bureau who may sign in.

    `password_hash` is an argon2id string. `must_change_password` holds from a one-time password until its change.
    `created_at` is aware, UTC. A session is worth something only while its `epoch` is the account's: raising it ends
    them all in the same step. `revision` counts the states that have been stored; the store alone raises it.
    """

    name: str
    role: Role
    password_hash: str = field(repr=False)
    must_change_password: bool
    disabled: bool
    created_at: datetime
    second_factor: SecondFactor | None = None
    epoch: int = 0
    revision: int = 0

    @property
    def manages(self) -> bool:
        """Whether this account may manage the others now: at least one such account must remain."""
        return self.role == "admin" and not self.disabled


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser or program. `token_hash` is the SHA-256 of its token (hexadecimal), which is not kept.

    `csrf` is what every form of this session must send back. `created_at` and `seen_at` are aware, UTC. `client` says
    roughly what it was opened with, as people know it again; `epoch` is the account's at sign-in.
    """

    token_hash: str = field(repr=False)
    account: str
    csrf: str = field(repr=False)
    created_at: datetime
    seen_at: datetime
    client: str = ""
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class Attempts:
    """The number of sign-in tries under `key` in the window that began at `since` (aware, UTC)."""

    key: str
    count: int
    since: datetime


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """What became of a page's key: the digest of the `request` that came with it, and its `answer`, encrypted.

    `answer` is "" while the request is worked on. Past `until` (aware, UTC) it is as if there were nothing.
    """

    key: str
    request: str
    until: datetime
    answer: str = field(default="", repr=False)


class StaffStore(Protocol):
    """Stores staff data, beside the records. Calls block; every one may raise StoreUnavailable.

    What a method has stored is durable when it returns, and survives a restart: sessions and counters too.
    """

    def account(self, name: str) -> Account:
        """Return the account of exactly this name, or raise NotFound."""
        ...

    def accounts(self) -> tuple[Account, ...]:
        """Return all accounts, by name."""
        ...

    def add_account(self, account: Account) -> None:
        """Store a new account, or raise NameTaken."""
        ...

    def replace_account(self, account: Account) -> Account:
        """Replace an account by a newer state, and return it as stored.

        `account.revision` is that of the state which was read; the stored one is one higher. Nothing is stored when it
        raises: NotFound; AccountChanged when another revision is stored by now; LastAdmin when the account `manages`,
        would do so no longer, and no other does. Of calls that race, also for different accounts, each is judged by
        what the one before has left.
        """
        ...

    def open_session(self, session: Session) -> None:
        """Store a new session."""
        ...

    def session(self, token_hash: str) -> Session:
        """Return the session, or raise NotFound. The caller checks its limits."""
        ...

    def sessions(self, account: str) -> tuple[Session, ...]:
        """The sessions of the account that have not been closed or dropped, by `created_at`, newest first."""
        ...

    def touch_session(self, token_hash: str, seen_at: datetime) -> None:
        """Move `seen_at` forward; a session closed meanwhile stays closed, and nothing is raised."""
        ...

    def set_session_back(self, token_hash: str, at: datetime) -> None:
        """Set each of the session's times that lies after `at` to `at`; a session closed meanwhile stays closed."""
        ...

    def close_session(self, token_hash: str) -> None:
        """Delete the session; a missing one counts as closed."""
        ...

    def close_sessions(self, account: str) -> None:
        """Delete every session of the account."""
        ...

    def drop_sessions(self, *, created_before: datetime, seen_before: datetime) -> None:
        """Delete every session created before `created_before` or last seen before `seen_before`."""
        ...

    def count_attempt(self, key: str, *, at: datetime, window: timedelta) -> Attempts:
        """Add one try, atomically, and return the counter with it.

        A counter whose `since` is `window` or longer before `at` begins anew with count 1 and `since` = `at`. One whose
        `since` is after `at`, by a clock that was ahead, keeps its count, and its window begins at `at`. Racing
        calls each get their own count. Counters past their window are forgotten in time: no address is kept for good.
        """
        ...

    def return_attempt(self, counted: Attempts) -> None:
        """Take back one try of the window of `counted`; does nothing when that window is over."""
        ...

    def forget_attempts(self, key: str) -> None:
        """Delete the key's counter; a missing one counts as deleted."""
        ...

    def claim_answer(self, claim: FirstAnswer, *, at: datetime) -> FirstAnswer | None:
        """Store the claim and return None, in one step; or return what stands under its key at `at`.

        Of racing calls with one key, one gets None. What is past its `until` is forgotten in time.
        """
        ...

    def first_answer(self, key: str, *, at: datetime) -> FirstAnswer | None:
        """Return what stands under the key at `at`, None for nothing."""
        ...

    def keep_answer(self, answer: FirstAnswer) -> None:
        """Store the answer in place of the claim of its key and request; does nothing when that claim is gone."""
        ...

    def drop_answer(self, key: str, request: str) -> None:
        """Delete the entry under the key, if it belongs to this request."""
        ...
