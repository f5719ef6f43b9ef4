"""The second step of signing in: codes of a phone (RFC 6238) and recovery codes; knows the store's port, not HTTP."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from pyotp import TOTP
from pyotp.exceptions import OTPVerificationError

from functions.errors import QingdanError
from functions.forms.characters import plain_code
from functions.staff.accounts import revise
from functions.staff.encryption import Encryption
from functions.staff.passwords import one_time
from functions.staff.store import Account, SecondFactor, StaffStore

SECRET_BYTES: Final = 20
DIGITS: Final = 6
STEP_SECONDS: Final = 30
RECOVERY_CODES: Final = 8
# One step of 30 s to either side: phones are not exactly on time, and typing takes a moment.
DRIFT: Final = 1
# Two servers' clocks may differ by so many further steps; a last step beyond that came from a wrong clock.
AHEAD: Final = 4
_LOOK_ALIKES = str.maketrans("OIL", "011", "-")

Entropy = Callable[[int], bytes]


class CodeRefused(QingdanError):
    """The code is wrong; the message says what to do."""


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """Turns the second factor of an account on and off, and uses up its codes. Calls block."""

    store: StaffStore
    encryption: Encryption
    entropy: Entropy

    def new_secret(self) -> str:
        """Return 160 random bits in base 32, as phones read them; stores nothing."""
        return base64.b32encode(self.entropy(SECRET_BYTES)).decode()

    def turn_on(self, name: str, *, secret: str, code: str, at: datetime) -> tuple[str, ...]:
        """Store the secret after the phone has shown its `code`; return the recovery codes, which are not stored.

        CodeRefused, and nothing is stored, when the code is wrong or the account has a second factor already.
        """
        step = _step(secret, normal_code(code), at)
        codes = self._recovery_codes()
        factor = SecondFactor(self.encryption.lock(secret, purpose=_purpose(name)), step, _hashes(codes), at)

        def change(account: Account) -> Account:
            if account.second_factor is not None:
                raise CodeRefused("这个账号已经开了两步登录。要换手机，请先关掉再重新开")
            return replace(account, second_factor=factor)

        revise(self.store, name, change)
        return codes

    def use(self, account: Account, code: str, *, at: datetime) -> Account:
        """Use up a code of the phone, or a recovery code, and return the account's new state; or raise CodeRefused.

        `account` is the state whose password was checked. Each code works once, even for concurrent tries.
        """
        given = normal_code(code)

        def change(current: Account) -> Account:
            if current.epoch != account.epoch or current.disabled or current.second_factor is None:
                raise CodeRefused("这个账号刚刚在别处改过。请从账号和密码重新登录")
            factor = current.second_factor
            if len(given) == DIGITS:
                return replace(current, second_factor=self._after_code(current.name, factor, given, at))
            return replace(current, second_factor=_after_recovery(factor, given))

        return revise(self.store, account.name, change)

    def renew_recovery(self, name: str) -> tuple[str, ...]:
        """Return new recovery codes, which invalidate the old ones; or raise CodeRefused."""
        codes = self._recovery_codes()

        def change(account: Account) -> Account:
            if account.second_factor is None:
                raise CodeRefused("这个账号没有开两步登录，用不着恢复码")
            return replace(account, second_factor=replace(account.second_factor, recovery=_hashes(codes)))

        revise(self.store, name, change)
        return codes

    def turn_off(self, name: str) -> None:
        """Remove phone and recovery codes; the sessions stay valid."""
        revise(self.store, name, lambda account: replace(account, second_factor=None))

    def _after_code(self, name: str, factor: SecondFactor, code: str, at: datetime) -> SecondFactor:
        step = _step(self.encryption.unlock(factor.secret, purpose=_purpose(name)), code, at)
        # A last step in the future came from a clock running ahead: until then no code would be accepted.
        if step <= factor.last_step <= _now_step(at) + DRIFT + AHEAD:
            raise CodeRefused("这个验证码已经用过。请等手机上换出下一个再填")
        return replace(factor, last_step=step)

    def _recovery_codes(self) -> tuple[str, ...]:
        return tuple(one_time(self.entropy) for _ in range(RECOVERY_CODES))


def enrolment_address(secret: str, *, name: str, issuer: str) -> str:
    """Return the text of the QR code (otpauth://), from which a phone reads the secret."""
    return TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def normal_code(code: str) -> str:
    """Normalise a typed code: without blanks, hyphens and invisible characters, in half width and capitals."""
    return plain_code(code).replace("-", "")


def _step(secret: str, code: str, at: datetime) -> int:
    """Return the time step of the phone's code, or raise CodeRefused."""
    try:
        return TOTP(secret).verify_and_get_timecode(code, for_time=at, valid_window=DRIFT)
    except OTPVerificationError:
        raise CodeRefused(f"验证码不对。请填手机上现在显示的 {DIGITS} 位数字；总是不对，请核对手机的时间") from None


def _now_step(at: datetime) -> int:
    return int(at.timestamp()) // STEP_SECONDS


def _after_recovery(factor: SecondFactor, code: str) -> SecondFactor:
    used = _hash(code)
    if used not in factor.recovery:
        raise CodeRefused(f"验证码不对。请填手机上现在显示的 {DIGITS} 位数字，或者一个没有用过的恢复码")
    return replace(factor, recovery=factor.recovery - {used})


def _hashes(codes: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_hash(normal_code(code)) for code in codes)


def _hash(code: str) -> str:
    """Fast hash: 80 random bits cannot be searched."""
    return hashlib.sha256(code.translate(_LOOK_ALIKES).encode("utf-8", "surrogatepass")).hexdigest()


def _purpose(name: str) -> str:
    return f"second factor of {name}"
