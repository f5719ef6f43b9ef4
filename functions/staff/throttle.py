"""How often a sign-in may be tried, by account and by address; the store keeps the counters, through restarts too."""

from __future__ import annotations

import hashlib
import ipaddress
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from functions.errors import QingdanError
from functions.staff.port import StaffStore


class TooManyAttempts(QingdanError):
    """Sign-in is refused unread until `retry_after` seconds have passed."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"登录试得太多了。请过 {ceil(retry_after / 60)} 分钟再试；忘了密码，请找本局的系统管理员")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Throttle:
    """At most so many tries per account, and per address, within one window."""

    per_account: int = 10
    per_address: int = 100
    window: timedelta = timedelta(minutes=15)

    def admit(self, store: StaffStore, *, name: str, address: str, at: datetime) -> None:
        """Count this try before its password is looked at, or raise TooManyAttempts.

        Counting first means that tries racing each other cannot share one place. A name that nobody has is counted like
        any other, so the refusal tells nothing.
        """
        for key, limit in ((account_key(name), self.per_account), (address_key(address), self.per_address)):
            attempts = store.count_attempt(key, at=at, window=self.window)
            if attempts.count > limit:
                raise TooManyAttempts(max(1, ceil((attempts.since + self.window - at).total_seconds())))

    def forgive(self, store: StaffStore, *, name: str) -> None:
        """Begin the account's count anew after a right password; the address keeps its count."""
        store.forget_attempts(account_key(name))


def account_key(name: str) -> str:
    """The counter of an account. What was typed is hashed: people type passwords into the name field."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "account:" + hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()


def address_key(address: str) -> str:
    """The counter of an address; an IPv6 network of 64 bits counts as one, since one subscriber holds all of it."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "address:unknown"
    if parsed.version == 6:
        return f"address:{ipaddress.ip_network((parsed, 64), strict=False).network_address}"
    return f"address:{parsed}"
