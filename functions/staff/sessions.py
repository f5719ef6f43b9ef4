"""Sessions: opened at sign-in, resumed by their token, ended by time or by sign-out; knows neither cookies nor HTTP."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from functions.errors import NotFound
from functions.staff.store import Account, Session, StaffStore

TOKEN_BYTES: Final = 32
SALT_BYTES: Final = 6
TOUCH_AFTER: Final = timedelta(minutes=1)

Entropy = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """A session ends this long after its last use, and at the latest this long after sign-in."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)

    def allow(self, session: Session, at: datetime) -> bool:
        """Whether the session is valid at `at`; exactly at the limit it has ended."""
        return at < session.seen_at + self.idle and at < session.created_at + self.absolute


def open_session(
    store: StaffStore, account: Account, *, at: datetime, entropy: Entropy, limits: SessionLimits, client: str = ""
) -> tuple[str, Session]:
    """Return a new session and its token of 256 random bits, which is stored nowhere; removes expired sessions.

    `account` is the state whose password was checked: if the password has been changed since, the session is invalid.
    """
    store.drop_sessions(created_before=at - limits.absolute, seen_before=at - limits.idle)
    token = _text(entropy(TOKEN_BYTES))
    csrf = f"{_text(entropy(TOKEN_BYTES))}.{_mark(account.name, _text(entropy(SALT_BYTES)))}"
    session = Session(hash_token(token), account.name, csrf, at, at, client, account.epoch)
    store.open_session(session)
    return token, session


def resume_session(store: StaffStore, token: str, *, at: datetime, limits: SessionLimits) -> tuple[Session, Account]:
    """Return the valid session of this token and its account, or raise NotFound; closes an expired session for good.

    Use is stored once a minute, so that reading pages does not cause writes: idle time is judged up to a minute early.
    Times after `at`, from a clock running ahead, are set to `at`: otherwise the session would outlive its limits.
    """
    session = store.session(hash_token(token))
    if max(session.created_at, session.seen_at) - at >= TOUCH_AFTER:
        store.set_session_back(session.token_hash, at)
        session = replace(session, created_at=min(session.created_at, at), seen_at=min(session.seen_at, at))
    account = store.account(session.account)
    if not _lives(session, account, limits, at):
        store.close_session(session.token_hash)
        raise NotFound("登录已经结束")
    if at - session.seen_at >= TOUCH_AFTER:
        store.touch_session(session.token_hash, at)
    return session, account


def living_sessions(store: StaffStore, account: Account, *, at: datetime, limits: SessionLimits) -> tuple[Session, ...]:
    """Return the account's valid sessions, newest first."""
    return tuple(each for each in store.sessions(account.name) if _lives(each, account, limits, at))


def _lives(session: Session, account: Account, limits: SessionLimits, at: datetime) -> bool:
    return not account.disabled and session.epoch == account.epoch and limits.allow(session, at)


def hash_token(token: str) -> str:
    """Return the stored hash of a token: a copy of the store does not allow signing in."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def mark_in(csrf: str) -> str:
    """Return the part of a CSRF token that identifies its account after the session is gone; "" when it has none."""
    return csrf.partition(".")[2]


def is_of(mark: str, name: str) -> bool:
    """Whether the mark is from a session of this account."""
    salt, _, digest = mark.partition(".")
    return bool(digest) and mark == _mark(name, salt)


def _mark(name: str, salt: str) -> str:
    return f"{salt}.{hashlib.sha256(f'{salt} {name}'.encode()).hexdigest()[:32]}"


def _text(random: bytes) -> str:
    return base64.urlsafe_b64encode(random).rstrip(b"=").decode("ascii")
