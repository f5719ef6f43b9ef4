"""When a session ends: idle after 30 minutes, at the latest after 12 hours, and at once on sign-out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from functions.errors import NotFound
from functions.staff.accounts import without_sessions
from functions.staff.sessions import SessionLimits, hash_token, living_sessions, open_session, resume_session
from functions.staff.store import Account, StaffStore
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


def test_a_session_idle_for_less_than_half_an_hour_lives(staff: StaffStore, open_at: Open) -> None:
    assert alive(staff, open_at(NOON), NOON + timedelta(minutes=30) - SECOND)


def test_a_session_idle_for_half_an_hour_ends_for_good(staff: StaffStore, open_at: Open) -> None:
    token = open_at(NOON)
    assert not alive(staff, token, NOON + timedelta(minutes=30))
    assert not alive(staff, token, NOON)


def test_a_session_in_use_lives_for_twelve_hours(staff: StaffStore, open_at: Open) -> None:
    token = open_at(NOON)
    for minutes in range(20, 12 * 60, 20):
        assert alive(staff, token, NOON + timedelta(minutes=minutes))
    assert alive(staff, token, NOON + timedelta(hours=12) - SECOND)
    assert not alive(staff, token, NOON + timedelta(hours=12))


def test_a_disabled_account_loses_its_session_at_once(staff: StaffStore, open_at: Open) -> None:
    token = open_at(NOON)
    staff.replace_account(replace(staff.account("示例甲"), disabled=True))
    assert not alive(staff, token, NOON)


def test_raising_the_epoch_ends_every_session_in_one_step(staff: StaffStore, open_at: Open) -> None:
    tokens = [open_at(NOON), open_at(NOON)]
    staff.replace_account(without_sessions(staff.account("示例甲")))
    assert not any(alive(staff, token, NOON) for token in tokens)


def test_a_session_opened_on_a_password_that_was_changed_meanwhile_is_dead(
    staff: StaffStore, entropy: Callable[[int], bytes]
) -> None:
    """Checking a password takes long: it may be changed between the check and the session."""
    staff.add_account(Account("示例甲", "officer", "", False, False, NOON))
    checked = staff.account("示例甲")
    staff.replace_account(without_sessions(checked))
    token, _ = open_session(staff, checked, at=NOON, entropy=entropy, limits=LIMITS)
    assert not alive(staff, token, NOON)


def test_only_living_sessions_are_listed_newest_first(staff: StaffStore, entropy: Callable[[int], bytes]) -> None:
    staff.add_account(Account("示例甲", "officer", "", False, False, NOON))
    old = replace(staff.account("示例甲"), epoch=-1)
    for minutes, account in ((0, staff.account("示例甲")), (5, old), (10, staff.account("示例甲"))):
        at = NOON + timedelta(minutes=minutes)
        open_session(staff, account, at=at, entropy=entropy, limits=LIMITS, client=f"第 {minutes} 分钟")

    def listed(at: datetime) -> list[str]:
        found = living_sessions(staff, staff.account("示例甲"), at=at, limits=LIMITS)
        return [session.client for session in found]

    assert listed(NOON + timedelta(minutes=30) - SECOND) == ["第 10 分钟", "第 0 分钟"]
    assert listed(NOON + timedelta(minutes=30)) == ["第 10 分钟"]


def test_an_unknown_token_opens_no_session(staff: StaffStore) -> None:
    assert not alive(staff, "", NOON)
    assert not alive(staff, "A" * 43, NOON)


def test_ended_sessions_are_swept_out_at_the_next_sign_in(staff: StaffStore, open_at: Open) -> None:
    old = open_at(NOON)
    open_at(NOON + timedelta(minutes=31))
    with pytest.raises(NotFound):
        staff.session(hash_token(old))


@pytest.mark.parametrize("ahead", [timedelta(minutes=1), timedelta(days=1)])
def test_a_session_opened_by_a_fast_clock_lives_no_longer(staff: StaffStore, open_at: Open, ahead: timedelta) -> None:
    token = open_at(NOON + ahead)
    assert alive(staff, token, NOON)
    assert not alive(staff, token, NOON + LIMITS.idle)
