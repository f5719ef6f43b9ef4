"""Limits sign-in tries, by account and by address; the store keeps the counters, also across restarts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final, Literal, get_args

from functions.errors import QingdanError
from functions.staff.account_names import name_hash
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
    of a whole office: only passwords count for it, since all else is tried by who has given one already. A browser that
    the account has signed in from before has tries of its own: guesses from elsewhere do not lock it out.
    """

    per_account: int = 10
    per_account_codes: int = 5
    per_address: int = 100
    window: timedelta = timedelta(minutes=15)

    def admit(
        self, store: StaffStore, *, name: str, address: str, at: datetime, step: Step = "password", device: str = ""
    ) -> None:
        """Count this try before it is checked, or raise TooManyAttempts.

        Counting first prevents concurrent tries from sharing one count. An unknown name is counted like any other, so
        the refusal reveals nothing. `device` identifies the browser, as recognised by staff/devices.py.
        """
        limits = {account_key(name, step, device): self.per_account_codes if step == "code" else self.per_account}
        if step == "password" and not device:
            limits[address_key(address)] = self.per_address
        self._count(store, limits, at, step)

    def admit_address(self, store: StaffStore, *, address: str, at: datetime) -> None:
        """Count this try for its address alone, or raise TooManyAttempts."""
        self._count(store, {address_key(address): self.per_address}, at, "password")

    def forgive(
        self, store: StaffStore, *, name: str, steps: tuple[Step, ...] = ("password", "code"), device: str = ""
    ) -> None:
        """Reset the counts after a full sign-in: those of the device if there is one, else the account's.

        The address keeps its count, and so do strangers when somebody signs in from a known browser.
        """
        for step in steps:
            store.forget_attempts(account_key(name, step, device))

    def _count(self, store: StaffStore, limits: Mapping[str, int], at: datetime, step: Step) -> None:
        for key, limit in limits.items():
            attempts = store.count_attempt(key, at=at, window=self.window)
            if attempts.count > limit:
                raise TooManyAttempts(step, max(1, ceil((attempts.since + self.window - at).total_seconds())))


def unlock(store: StaffStore, name: str) -> None:
    """Reset the account's counts, so that it can be tried again at once, from everywhere."""
    for step in get_args(Step):
        store.forget_attempts(account_key(name, step))


def account_key(name: str, step: Step = "password", device: str = "") -> str:
    """The counter of an account, or of one of its devices: one for all ways to type its name."""
    kind = "account" if step == "password" else step
    return f"{kind}@device:{device}" if device else f"{kind}:{name_hash(name)}"


def address_key(address: str) -> str:
    """The counter of an address, which is spelled in one way already."""
    return f"address:{address}"
