"""Accounts, sessions and sign-in counters: each change is durable, each race has one order."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from functions.errors import NotFound
from functions.staff.port import Account, Attempts, NameTaken, Session, StaffStore
from tests.contract.conftest import Adapter

NOW = datetime(2026, 9, 18, 2, 24, 7, tzinfo=UTC)
WINDOW = timedelta(minutes=15)


def account(name: str) -> Account:
    return Account(name, "officer", "$argon2id$invented", must_change_password=True, disabled=False, created_at=NOW)


def session(token: str, name: str = "admin", *, created_at: datetime = NOW, seen_at: datetime = NOW) -> Session:
    return Session(token * 64, name, "csrf", created_at, seen_at)


def test_an_account_is_read_back_as_it_was_stored(staff: StaffStore) -> None:
    kept = replace(account("示例甲𠮷"), created_at=NOW + timedelta(microseconds=1))
    staff.add_account(kept)
    assert staff.account("示例甲𠮷") == kept
    assert staff.account("示例甲𠮷").created_at.tzinfo is not None


def test_accounts_come_by_name(staff: StaffStore) -> None:
    assert staff.accounts() == ()
    for name in ("b", "a", "c"):
        staff.add_account(account(name))
    assert [found.name for found in staff.accounts()] == ["a", "b", "c"]


def test_a_name_is_given_once(staff: StaffStore) -> None:
    staff.add_account(account("admin"))
    with pytest.raises(NameTaken):
        staff.add_account(replace(account("admin"), role="admin"))
    assert staff.account("admin").role == "officer"


def test_an_account_is_replaced_whole_or_not_found(staff: StaffStore) -> None:
    staff.add_account(account("admin"))
    changed = Account("admin", "viewer", "$argon2id$other", must_change_password=False, disabled=True, created_at=NOW)
    staff.replace_account(changed)
    assert staff.account("admin") == changed
    for act in (lambda: staff.replace_account(account("nobody")), lambda: staff.account("nobody")):
        with pytest.raises(NotFound):
            act()


def test_a_session_lives_until_it_is_closed(staff: StaffStore) -> None:
    staff.open_session(session("a"))
    assert staff.session("a" * 64) == session("a")
    staff.close_session("a" * 64)
    staff.close_session("a" * 64)
    with pytest.raises(NotFound):
        staff.session("a" * 64)


def test_seen_at_moves_forward_only_and_never_opens_a_session(staff: StaffStore) -> None:
    staff.open_session(session("a"))
    staff.touch_session("a" * 64, NOW + timedelta(microseconds=1))
    staff.touch_session("a" * 64, NOW - timedelta(hours=1))
    assert staff.session("a" * 64).seen_at == NOW + timedelta(microseconds=1)
    staff.close_session("a" * 64)
    staff.touch_session("a" * 64, NOW)
    with pytest.raises(NotFound):
        staff.session("a" * 64)


def test_all_sessions_of_one_account_close(staff: StaffStore) -> None:
    for token, name in (("a", "admin"), ("b", "admin"), ("c", "other")):
        staff.open_session(session(token, name))
    staff.close_sessions("admin")
    assert staff.session("c" * 64).account == "other"
    for token in ("a", "b"):
        with pytest.raises(NotFound):
            staff.session(token * 64)


def test_sessions_too_old_or_too_idle_are_dropped(staff: StaffStore) -> None:
    hour = timedelta(hours=1)
    staff.open_session(session("a", created_at=NOW - 9 * hour))
    staff.open_session(session("b", seen_at=NOW - 2 * hour))
    staff.open_session(session("c", created_at=NOW - 8 * hour, seen_at=NOW - hour))
    staff.drop_sessions(created_before=NOW - 8 * hour, seen_before=NOW - hour)
    assert staff.session("c" * 64)
    for token in ("a", "b"):
        with pytest.raises(NotFound):
            staff.session(token * 64)


def test_tries_are_counted_within_a_window(staff: StaffStore) -> None:
    assert staff.count_attempt("k", at=NOW, window=WINDOW) == Attempts("k", 1, NOW)
    later = NOW + WINDOW - timedelta(microseconds=1)
    assert staff.count_attempt("k", at=later, window=WINDOW) == Attempts("k", 2, NOW)
    assert staff.count_attempt("other", at=later, window=WINDOW) == Attempts("other", 1, later)
    assert staff.count_attempt("k", at=NOW + WINDOW, window=WINDOW) == Attempts("k", 1, NOW + WINDOW)
    staff.forget_attempts("k")
    staff.forget_attempts("k")
    assert staff.count_attempt("k", at=NOW + WINDOW, window=WINDOW).count == 1


def test_racing_tries_each_get_their_own_count(staff: StaffStore) -> None:
    with ThreadPoolExecutor(16) as pool:
        counts = pool.map(lambda _: staff.count_attempt("k", at=NOW, window=WINDOW).count, range(48))
    assert sorted(counts) == list(range(1, 49))


def test_everything_survives_a_restart(reopen: Callable[[], Adapter]) -> None:
    first = reopen()
    first.staff.add_account(account("admin"))
    first.staff.open_session(session("a"))
    first.staff.count_attempt("k", at=NOW, window=WINDOW)
    first.close()
    again = reopen()
    assert again.staff.account("admin") == account("admin")
    assert again.staff.session("a" * 64) == session("a")
    assert again.staff.count_attempt("k", at=NOW, window=WINDOW).count == 2
    again.close()
