"""How often a sign-in may be tried, by account and by address; the store keeps the counters, through restarts too."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final, Literal

from functions.errors import QingdanError
from functions.staff.accounts import normal_name
from functions.staff.store import StaffStore

Step = Literal["password", "code", "confirm"]
"""What is tried: the password or the second factor at sign-in, or the password again by who is signed in."""

_WORDS: Final[Mapping[Step, str]] = {
    "password": "登录试得太多了。请过 {} 分钟再试；忘了密码，请找本局的系统管理员",
    "code": "验证码试得太多了。请过 {} 分钟再试；手机不在身边，又没有恢复码，请找本局的系统管理员",
    "confirm": "密码试得太多了。请过 {} 分钟再试",
}


class TooManyAttempts(QingdanError):
    """A try is refused unread until `retry_after` seconds have passed."""

    def __init__(self, step: Step, retry_after: int) -> None:
        super().__init__(_WORDS[step].format(ceil(retry_after / 60)))
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Throttle:
    """At most so many tries per account and step, and so many passwords per address, within one window.

    A code has six digits, of which three are right at any moment: fewer tries are let through. An address may be that
    of a whole office: only passwords count for it, since all else is tried by who has given one already.
    """

    per_account: int = 10
    per_account_codes: int = 5
    per_address: int = 100
    window: timedelta = timedelta(minutes=15)

    def admit(self, store: StaffStore, *, name: str, address: str, at: datetime, step: Step = "password") -> None:
        """Count this try before it is looked at, or raise TooManyAttempts.

        Counting first means that tries racing each other cannot share one place. A name that nobody has is counted like
        any other, so the refusal tells nothing.
        """
        limits = {account_key(name, step): self.per_account_codes if step == "code" else self.per_account}
        if step == "password":
            limits[address_key(address)] = self.per_address
        for key, limit in limits.items():
            attempts = store.count_attempt(key, at=at, window=self.window)
            if attempts.count > limit:
                raise TooManyAttempts(step, max(1, ceil((attempts.since + self.window - at).total_seconds())))

    def forgive(self, store: StaffStore, *, name: str, steps: tuple[Step, ...] = ("password", "code")) -> None:
        """Begin the account's counts anew after all of its steps went right; the address keeps its count."""
        for step in steps:
            store.forget_attempts(account_key(name, step))


def account_key(name: str, step: Step = "password") -> str:
    """The counter of an account, one for all ways to type its name. What was typed is hashed: it may be a password."""
    folded = normal_name(name).casefold()
    kind = "account" if step == "password" else step
    return f"{kind}:" + hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()


def address_key(address: str) -> str:
    """The counter of an address, which is spelled in one way already."""
    return f"address:{address}"
