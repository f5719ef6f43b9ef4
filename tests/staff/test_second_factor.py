"""Codes of a phone and recovery codes: turned on by proof, each used once, kept unreadable (RFC 6238)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from pyotp import TOTP

from functions.staff.accounts import without_sessions
from functions.staff.administration import disable, reset_second_factor
from functions.staff.encryption import Encryption
from functions.staff.second_factor import CodeRefused, SecondFactors, enrolment_address
from functions.staff.store import Account, StaffStore
from tests.staff.conftest import NOON

NAME = "示例甲"
# The secret of RFC 6238, appendix B: "12345678901234567890" in base 32.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
STEP = timedelta(seconds=30)


@pytest.fixture
def factors(staff: StaffStore, entropy: Callable[[int], bytes]) -> SecondFactors:
    staff.add_account(Account(NAME, "reviewer", "$argon2id$invented", False, False, NOON))
    return SecondFactors(staff, Encryption({"0001": b"k" * 32}, "0001", entropy), entropy)


def code_at(at: datetime, secret: str = RFC_SECRET) -> str:
    return TOTP(secret).at(at)


@pytest.fixture
def recovery(factors: SecondFactors) -> tuple[str, ...]:
    """The recovery codes of the account, whose phone showed its code half an hour before noon."""
    at = NOON - timedelta(minutes=30)
    return factors.turn_on(NAME, secret=RFC_SECRET, code=code_at(at), at=at)


def use(factors: SecondFactors, code: str, at: datetime = NOON) -> Account:
    return factors.use(factors.store.account(NAME), code, at=at)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (2000000000, "279037"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(factors: SecondFactors, seconds: int, code: str) -> None:
    """RFC 6238, appendix B, the last six digits of each."""
    at = datetime.fromtimestamp(seconds, NOON.tzinfo)
    factors.turn_on(NAME, secret=RFC_SECRET, code=code, at=at)
    factor = factors.store.account(NAME).second_factor
    assert factor is not None
    assert factor.last_step == seconds // 30


def test_a_secret_has_160_bits_and_is_never_the_same(factors: SecondFactors) -> None:
    first, second = factors.new_secret(), factors.new_secret()
    assert first != second
    assert len(first) == 32
    assert "=" not in first


def test_a_wrong_code_turns_nothing_on(factors: SecondFactors) -> None:
    with pytest.raises(CodeRefused, match="核对手机的时间"):
        factors.turn_on(NAME, secret=RFC_SECRET, code=code_at(NOON - 3 * STEP), at=NOON)
    assert factors.store.account(NAME).second_factor is None


def test_a_second_factor_cannot_be_replaced_by_turning_it_on_again(
    factors: SecondFactors, recovery: tuple[str, ...]
) -> None:
    """A page left open, or a person at an unlocked desk, cannot replace the first phone."""
    before = factors.store.account(NAME)
    other = factors.new_secret()
    with pytest.raises(CodeRefused, match="已经开了两步登录"):
        factors.turn_on(NAME, secret=other, code=code_at(NOON, other), at=NOON)
    assert factors.store.account(NAME) == before


def test_secret_and_recovery_codes_are_not_stored_in_clear(factors: SecondFactors, recovery: tuple[str, ...]) -> None:
    account = factors.store.account(NAME)
    factor = account.second_factor
    assert factor is not None
    assert len(set(recovery)) == len(factor.recovery) == 8
    kept = repr((factor.secret, sorted(factor.recovery)))
    assert RFC_SECRET not in kept
    assert not any(code in kept or code.replace("-", "") in kept for code in recovery)
    assert factor.secret not in repr(account)
    assert not any(digest in repr(account) for digest in factor.recovery)


def test_the_code_used_for_setup_is_refused_at_sign_in(factors: SecondFactors) -> None:
    factors.turn_on(NAME, secret=RFC_SECRET, code=code_at(NOON), at=NOON)
    with pytest.raises(CodeRefused, match="已经用过"):
        use(factors, code_at(NOON))
    assert use(factors, code_at(NOON + STEP))


def test_a_used_time_step_and_earlier_ones_are_refused(factors: SecondFactors, recovery: tuple[str, ...]) -> None:
    use(factors, code_at(NOON))
    for earlier in (NOON, NOON - STEP):
        with pytest.raises(CodeRefused, match="已经用过"):
            use(factors, code_at(earlier))
    use(factors, code_at(NOON + STEP))


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_phone_may_be_one_step_off(factors: SecondFactors, recovery: tuple[str, ...], steps: int) -> None:
    assert use(factors, code_at(NOON + steps * STEP))


@pytest.mark.parametrize("steps", [-2, 2])
def test_two_steps_off_is_refused(factors: SecondFactors, recovery: tuple[str, ...], steps: int) -> None:
    with pytest.raises(CodeRefused, match="验证码不对"):
        use(factors, code_at(NOON + steps * STEP))


@pytest.mark.parametrize("write", ["{0}", " {0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}\n", "{wide}", "\u200e{0}\ufeff"])
def test_a_code_is_taken_as_people_type_it(factors: SecondFactors, recovery: tuple[str, ...], write: str) -> None:
    code = code_at(NOON)
    wide = code.translate({ord(digit): chr(ord(digit) + 0xFEE0) for digit in code})
    assert use(factors, write.format(code, wide=wide))


def test_one_of_many_concurrent_uses_of_a_code_succeeds(factors: SecondFactors, recovery: tuple[str, ...]) -> None:
    def attempt(code: str) -> bool:
        try:
            use(factors, code)
        except CodeRefused:
            return False
        return True

    for code in (code_at(NOON), recovery[0]):
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(attempt, [code] * 16)).count(True) == 1


def test_each_recovery_code_works_once_however_it_is_written(factors: SecondFactors, recovery: tuple[str, ...]) -> None:
    written = [
        recovery[0],
        recovery[1].lower(),
        recovery[2].replace("-", ""),
        recovery[3].replace("-", " "),
        recovery[4].replace("0", "O").replace("1", "l"),
        f"　{recovery[5].replace('-', '‑')}\u200b",
    ]
    for code in written:
        use(factors, code)
        with pytest.raises(CodeRefused, match="没有用过的恢复码"):
            use(factors, code)
    factor = factors.store.account(NAME).second_factor
    assert factor is not None
    assert len(factor.recovery) == 2


def test_new_recovery_codes_end_the_old_ones(factors: SecondFactors, recovery: tuple[str, ...]) -> None:
    fresh = factors.renew_recovery(NAME)
    assert not set(fresh) & set(recovery)
    with pytest.raises(CodeRefused):
        use(factors, recovery[0])
    assert use(factors, fresh[0])


def test_without_a_second_factor_there_is_nothing_to_renew(factors: SecondFactors) -> None:
    with pytest.raises(CodeRefused, match="没有开两步登录"):
        factors.renew_recovery(NAME)


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda store: disable(store, NAME),
        lambda store: reset_second_factor(store, NAME),
        lambda store: store.replace_account(without_sessions(store.account(NAME))),
    ],
)
def test_a_code_is_refused_once_the_password_has_changed(
    factors: SecondFactors, recovery: tuple[str, ...], meanwhile: Callable[[StaffStore], Account]
) -> None:
    checked = factors.store.account(NAME)
    meanwhile(factors.store)
    for code in (code_at(NOON), recovery[0]):
        with pytest.raises(CodeRefused, match="请从账号和密码重新登录"):
            factors.use(checked, code, at=NOON)


def test_a_secret_copied_to_another_account_does_not_decrypt(
    factors: SecondFactors, recovery: tuple[str, ...], staff: StaffStore
) -> None:
    """An attacker who can write to the store but has no key cannot give an account their own phone."""
    from functions.staff.encryption import Unreadable

    stolen = replace(staff.account(NAME), name="示例乙", revision=0)
    staff.add_account(stolen)
    with pytest.raises(Unreadable):
        factors.use(stolen, code_at(NOON), at=NOON)


def test_turning_it_off_and_on_forgets_the_old_phone_and_codes(
    factors: SecondFactors, recovery: tuple[str, ...]
) -> None:
    factors.turn_off(NAME)
    assert factors.store.account(NAME).second_factor is None
    secret = factors.new_secret()
    factors.turn_on(NAME, secret=secret, code=code_at(NOON, secret), at=NOON)
    for code in (code_at(NOON + STEP), recovery[0]):
        with pytest.raises(CodeRefused):
            use(factors, code, NOON + STEP)


def test_the_qr_code_says_who_and_where() -> None:
    address = enrolment_address(RFC_SECRET, name="示例甲", issuer="示例县档案局经办台")
    assert address.startswith("otpauth://totp/")
    assert f"secret={RFC_SECRET}" in address
    from urllib.parse import unquote

    assert "示例县档案局经办台:示例甲" in unquote(address)
    assert "issuer=示例县档案局经办台" in unquote(address)


def test_a_clock_that_was_a_day_ahead_does_not_block_later_codes(
    factors: SecondFactors, recovery: tuple[str, ...]
) -> None:
    ahead = NOON + timedelta(days=1)
    use(factors, code_at(ahead), at=ahead)
    assert use(factors, code_at(NOON))
    with pytest.raises(CodeRefused, match="已经用过"):
        use(factors, code_at(NOON))


@pytest.mark.parametrize(("steps", "taken"), [(5, False), (6, True)])
def test_clocks_of_two_servers_may_differ_by_two_minutes(
    factors: SecondFactors, recovery: tuple[str, ...], steps: int, taken: bool
) -> None:
    """Within them a code is not taken twice."""
    later = NOON + steps * STEP
    use(factors, code_at(later), at=later)
    if taken:
        assert use(factors, code_at(NOON))
        return
    with pytest.raises(CodeRefused, match="已经用过"):
        use(factors, code_at(NOON))
