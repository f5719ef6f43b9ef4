"""Sign-in is throttled by account and by address, and the counters survive a restart."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from functions.staff.store import StaffStore
from functions.staff.throttle import Throttle, TooManyAttempts, address_key
from functions.storage.sqlite import open_store
from tests.staff.conftest import NOON

THROTTLE = Throttle(per_account=3, per_address=5)
WINDOW = timedelta(minutes=15)


def admit(staff: StaffStore, name: str = "示例甲", address: str = "192.0.2.1", at: datetime = NOON) -> None:
    THROTTLE.admit(staff, name=name, address=address, at=at)


def test_an_account_is_refused_after_its_tries_from_any_address(staff: StaffStore) -> None:
    for host in range(3):
        admit(staff, address=f"192.0.2.{host}")
    with pytest.raises(TooManyAttempts, match="请过 15 分钟再试") as refused:
        admit(staff, address="192.0.2.9")
    assert refused.value.retry_after == 15 * 60


def test_an_address_is_refused_whatever_names_it_tries(staff: StaffStore) -> None:
    for number in range(5):
        admit(staff, name=f"name{number}")
    with pytest.raises(TooManyAttempts):
        admit(staff, name="name5")
    admit(staff, name="name5", address="192.0.2.2")


def test_the_window_ends_to_the_second(staff: StaffStore) -> None:
    for _ in range(3):
        admit(staff)
    with pytest.raises(TooManyAttempts) as refused:
        admit(staff, at=NOON + WINDOW - timedelta(seconds=1))
    assert refused.value.retry_after == 1
    admit(staff, at=NOON + WINDOW)


def test_a_right_password_resets_the_account_count_but_not_the_address(staff: StaffStore) -> None:
    for _ in range(2):
        admit(staff)
        admit(staff)
        THROTTLE.forgive(staff, name="示例甲")
    admit(staff)
    with pytest.raises(TooManyAttempts):
        admit(staff)


@pytest.mark.parametrize("typed", ["Admin", "ａｄｍｉｎ", "admin ", "\u3000admin", "\tadmin\u00a0\n"])
def test_all_ways_to_type_a_name_share_one_count(staff: StaffStore, typed: str) -> None:
    """A name that sign-in treats as the same must not get new tries with one more blank."""
    for name in ("admin", "ADMIN", " admin"):
        admit(staff, name=name)
    with pytest.raises(TooManyAttempts):
        admit(staff, name=typed)


def test_the_counters_survive_a_restart(tmp_path: Path) -> None:
    first = open_store(tmp_path / "data")
    for _ in range(3):
        admit(first.staff)
    first.close()
    second = open_store(tmp_path / "data")
    try:
        with pytest.raises(TooManyAttempts):
            admit(second.staff)
    finally:
        second.close()


def test_the_typed_name_is_not_stored(staff: StaffStore) -> None:
    """People type passwords into the name field."""
    attempts = staff.count_attempt(address_key("192.0.2.1"), at=NOON, window=WINDOW)
    assert attempts.key == "address:192.0.2.1"
    from functions.staff.throttle import account_key

    assert "my secret password" not in account_key("my secret password")


def test_no_address_is_kept_past_its_window(tmp_path: Path) -> None:
    store = open_store(tmp_path / "data")
    admit(store.staff, name="示例甲", address="192.0.2.1")
    admit(store.staff, name="示例乙", address="192.0.2.2", at=NOON + timedelta(minutes=1))
    admit(store.staff, name="示例丙", address="192.0.2.3", at=NOON + WINDOW)
    store.close()
    with closing(sqlite3.connect(tmp_path / "data" / "qingdan.sqlite3")) as connection:
        kept = [key for (key,) in connection.execute("SELECT key FROM attempts WHERE key LIKE 'address:%'")]
    assert sorted(kept) == ["address:192.0.2.2", "address:192.0.2.3"]


def test_codes_have_a_lower_limit_and_their_own_count(staff: StaffStore) -> None:
    throttle = Throttle(per_account=3, per_account_codes=2)

    def try_code() -> None:
        throttle.admit(staff, name="示例甲", address="192.0.2.1", at=NOON, step="code")

    try_code()
    try_code()
    with pytest.raises(TooManyAttempts, match="验证码试得太多了。请过 15 分钟再试"):
        try_code()
    throttle.admit(staff, name="示例甲", address="192.0.2.1", at=NOON)
    throttle.forgive(staff, name="示例甲")
    try_code()


def test_codes_of_a_whole_office_use_up_nothing_of_its_address(staff: StaffStore) -> None:
    for number in range(5):
        THROTTLE.admit(staff, name=f"示例{number}", address="192.0.2.1", at=NOON, step="code")
    admit(staff)


def test_failed_sign_ins_do_not_block_confirmation_at_the_desk(staff: StaffStore) -> None:
    """Confirming one's password at the desk has a counter of its own."""
    for host in range(3):
        admit(staff, address=f"192.0.2.{host}")
    with pytest.raises(TooManyAttempts):
        admit(staff, address="192.0.2.9")
    THROTTLE.admit(staff, name="示例甲", address="192.0.2.10", at=NOON, step="confirm")


def test_an_account_allows_ten_tries_per_quarter_hour(staff: StaffStore) -> None:
    looked_at = 0
    for number in range(1000):
        try:
            Throttle().admit(staff, name="示例甲", address=f"2001:db8:{number:x}::1", at=NOON)
        except TooManyAttempts:
            continue
        looked_at += 1
    assert looked_at == 10


def test_a_clock_that_was_a_day_ahead_blocks_for_one_window_only(staff: StaffStore) -> None:
    for _ in range(3):
        admit(staff, at=NOON + timedelta(days=1))
    with pytest.raises(TooManyAttempts) as refused:
        admit(staff)
    assert refused.value.retry_after == 15 * 60
    admit(staff, at=NOON + WINDOW)
