"""When a session ends: idle after 30 minutes, at the latest after 12 hours, and at once on sign-out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from functions.errors import NotFound
from functions.staff.port import Account, StaffStore
from functions.staff.sessions import SessionLimits, hash_token, open_session, resume_session
from tests.staff.conftest import NOON

LIMITS = SessionLimits()
SECOND = timedelta(seconds=1)
Open = Callable[[datetime], str]


@pytest.fixture
def open_at(staff: StaffStore, entropy: Callable[[int], bytes]) -> Open:
    account = Account("示例甲", "officer", "", False, False, NOON)
    staff.add_account(account)
    return lambda at: open_session(staff, account, at=at, entropy=entropy, limits=LIMITS)[0]


def alive(staff: StaffStore, token: str, at: datetime) -> bool:
    try:
        resume_session(staff, token, at=at, limits=LIMITS)
    except NotFound:
        return False
    return True


def test_the_limits_are_half_an_hour_and_half_a_day() -> None:
    assert SessionLimits(idle=timedelta(minutes=30), absolute=timedelta(hours=12)) == LIMITS


def test_a_token_has_256_bits_and_is_not_kept(staff: StaffStore, open_at: Open) -> None:
    token = open_at(NOON)
    assert len(token) == 43
    session = staff.session(hash_token(token))
    assert token not in (session.token_hash, session.csrf)
    assert session.csrf != session.token_hash


def test_idle_for_less_than_half_an_hour_it_lives(staff: StaffStore, open_at: Open) -> None:
    assert alive(staff, open_at(NOON), NOON + timedelta(minutes=30) - SECOND)


def test_idle_for_half_an_hour_it_is_over_for_good(staff: StaffStore, open_at: Open) -> None:
    token = open_at(NOON)
    assert not alive(staff, token, NOON + timedelta(minutes=30))
    assert not alive(staff, token, NOON)


def test_in_use_it_lives_for_twelve_hours_and_no_longer(staff: StaffStore, open_at: Open) -> None:
    token = open_at(NOON)
    for minutes in range(20, 12 * 60, 20):
        assert alive(staff, token, NOON + timedelta(minutes=minutes))
    assert alive(staff, token, NOON + timedelta(hours=12) - SECOND)
    assert not alive(staff, token, NOON + timedelta(hours=12))


def test_a_disabled_account_is_out_at_once(staff: StaffStore, open_at: Open) -> None:
    from dataclasses import replace

    token = open_at(NOON)
    staff.replace_account(replace(staff.account("示例甲"), disabled=True))
    assert not alive(staff, token, NOON)


def test_a_token_never_given_opens_nothing(staff: StaffStore) -> None:
    assert not alive(staff, "", NOON)
    assert not alive(staff, "A" * 43, NOON)


def test_ended_sessions_are_swept_out_at_the_next_sign_in(staff: StaffStore, open_at: Open) -> None:
    old = open_at(NOON)
    open_at(NOON + timedelta(minutes=31))
    with pytest.raises(NotFound):
        staff.session(hash_token(old))
