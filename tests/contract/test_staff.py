"""Accounts, sessions and sign-in counters: each change is durable, each race has one order."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from functions.errors import NotFound
from functions.staff.store import (
    Account,
    AccountChanged,
    Attempts,
    FirstAnswer,
    LastAdmin,
    NameTaken,
    Role,
    SecondFactor,
    Session,
    StaffStore,
)
from tests.contract.conftest import Adapter

NOW = datetime(2026, 9, 18, 2, 24, 7, tzinfo=UTC)
WINDOW = timedelta(minutes=15)


FACTOR = SecondFactor("k.加密的", last_step=59_656_592, recovery=frozenset({"a" * 64, "b" * 64}), since=NOW)


def account(name: str, role: Role = "officer") -> Account:
    return Account(name, role, "$argon2id$invented", must_change_password=True, disabled=False, created_at=NOW)


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


def test_an_account_name_is_unique(staff: StaffStore) -> None:
    staff.add_account(account("admin"))
    with pytest.raises(NameTaken):
        staff.add_account(replace(account("admin"), role="admin"))
    assert staff.account("admin").role == "officer"


def test_an_account_is_replaced_whole_or_not_found(staff: StaffStore) -> None:
    staff.add_account(account("示例甲"))
    changed = Account(
        "示例甲",
        "viewer",
        "$argon2id$other",
        False,
        True,
        NOW,
        FACTOR,
        epoch=3,
        revision=staff.account("示例甲").revision,
    )
    stored = staff.replace_account(changed)
    assert stored == replace(changed, revision=changed.revision + 1)
    assert staff.account("示例甲") == stored
    assert staff.accounts() == (stored,)
    with pytest.raises(NotFound):
        staff.replace_account(account("nobody"))
    with pytest.raises(NotFound):
        staff.account("nobody")


def test_a_second_factor_comes_changes_and_goes(staff: StaffStore) -> None:
    staff.add_account(account("示例甲"))
    for factor in (FACTOR, replace(FACTOR, last_step=2**40, recovery=frozenset()), None):
        staff.replace_account(replace(staff.account("示例甲"), second_factor=factor))
        assert staff.account("示例甲").second_factor == factor


def test_a_state_made_from_an_older_one_is_not_stored(staff: StaffStore) -> None:
    """A stale change cannot undo one it has not seen: not a disabling, not a used code."""
    staff.add_account(account("示例甲"))
    seen = staff.account("示例甲")
    stored = staff.replace_account(replace(seen, disabled=True))
    with pytest.raises(AccountChanged):
        staff.replace_account(replace(seen, password_hash="$argon2id$other"))
    assert staff.account("示例甲") == stored


def test_one_of_many_concurrent_account_changes_is_stored(staff: StaffStore) -> None:
    staff.add_account(account("示例甲"))
    seen = staff.account("示例甲")

    def use(step: int) -> Account | AccountChanged:
        try:
            return staff.replace_account(replace(seen, second_factor=replace(FACTOR, last_step=step)))
        except AccountChanged as refusal:
            return refusal

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(use, range(32)))
    (winner,) = [outcome for outcome in outcomes if isinstance(outcome, Account)]
    assert staff.account("示例甲") == winner


def test_the_last_admin_is_neither_disabled_nor_demoted(staff: StaffStore) -> None:
    staff.add_account(account("甲", "admin"))
    staff.add_account(account("乙", "admin"))
    staff.add_account(account("丙"))
    staff.replace_account(replace(staff.account("乙"), disabled=True))
    only = staff.account("甲")
    for changed in (replace(only, disabled=True), replace(only, role="reviewer")):
        with pytest.raises(LastAdmin):
            staff.replace_account(changed)
    assert staff.account("甲") == only
    staff.replace_account(replace(only, password_hash="$argon2id$other"))
    staff.replace_account(replace(staff.account("丙"), role="admin"))
    staff.replace_account(replace(staff.account("甲"), role="viewer"))
    assert [each.name for each in staff.accounts() if each.manages] == ["丙"]


def test_an_admin_who_is_enabled_again_counts_again(staff: StaffStore) -> None:
    staff.add_account(account("甲", "admin"))
    staff.add_account(replace(account("乙", "admin"), disabled=True))
    staff.replace_account(replace(staff.account("乙"), disabled=False))
    staff.replace_account(replace(staff.account("甲"), disabled=True))
    with pytest.raises(LastAdmin):
        staff.replace_account(replace(staff.account("乙"), role="viewer"))


def test_without_an_admin_any_account_can_be_disabled(staff: StaffStore) -> None:
    staff.add_account(account("示例甲"))
    assert staff.replace_account(replace(staff.account("示例甲"), disabled=True)).disabled


def test_one_admin_remains_when_all_demote_each_other_at_once(staff: StaffStore) -> None:
    names = [f"示例{number:02d}" for number in range(12)]
    for name in names:
        staff.add_account(account(name, "admin"))

    def demote(name: str) -> bool:
        try:
            staff.replace_account(replace(staff.account(name), role="viewer"))
        except LastAdmin:
            return False
        return True

    with ThreadPoolExecutor(len(names)) as pool:
        done = list(pool.map(demote, names))
    assert done.count(False) == 1
    assert [each.name for each in staff.accounts() if each.manages] == [names[done.index(False)]]


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


def test_a_session_keeps_what_it_was_opened_with(staff: StaffStore) -> None:
    kept = replace(session("a", "示例甲"), client="Edge，Windows", epoch=7)
    staff.open_session(kept)
    assert staff.session("a" * 64) == kept


def test_the_sessions_of_one_account_come_newest_first(staff: StaffStore) -> None:
    assert staff.sessions("示例甲") == ()
    for number, token in enumerate("bca"):
        staff.open_session(session(token, "示例甲", created_at=NOW + timedelta(microseconds=number)))
    staff.open_session(session("d", "示例乙"))
    staff.touch_session("b" * 64, NOW + timedelta(minutes=2))
    assert [found.token_hash[0] for found in staff.sessions("示例甲")] == ["a", "c", "b"]
    assert staff.sessions("示例甲")[2].seen_at == NOW + timedelta(minutes=2)
    staff.close_session("c" * 64)
    assert [found.token_hash[0] for found in staff.sessions("示例甲")] == ["a", "b"]
    staff.close_sessions("示例甲")
    assert staff.sessions("示例甲") == ()
    assert [found.token_hash[0] for found in staff.sessions("示例乙")] == ["d"]


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


def test_a_window_that_begins_after_now_begins_now_and_keeps_its_count(staff: StaffStore) -> None:
    """A clock that was a day ahead for an hour does not block sign-in for a day."""
    ahead = NOW + timedelta(days=1)
    assert staff.count_attempt("k", at=ahead, window=WINDOW) == Attempts("k", 1, ahead)
    assert staff.count_attempt("k", at=NOW, window=WINDOW) == Attempts("k", 2, NOW)
    later = NOW + WINDOW - timedelta(microseconds=1)
    assert staff.count_attempt("k", at=later, window=WINDOW) == Attempts("k", 3, NOW)
    assert staff.count_attempt("k", at=NOW + WINDOW, window=WINDOW) == Attempts("k", 1, NOW + WINDOW)


def test_session_times_in_the_future_are_set_back(staff: StaffStore) -> None:
    staff.open_session(session("a", created_at=NOW - WINDOW, seen_at=NOW + WINDOW))
    staff.set_session_back("a" * 64, NOW)
    staff.set_session_back("b" * 64, NOW)
    assert staff.session("a" * 64) == session("a", created_at=NOW - WINDOW, seen_at=NOW)
    staff.set_session_back("a" * 64, NOW - 2 * WINDOW)
    assert staff.session("a" * 64) == session("a", created_at=NOW - 2 * WINDOW, seen_at=NOW - 2 * WINDOW)
    assert len(staff.sessions("admin")) == 1


def test_a_try_is_taken_back_from_its_own_window_only(staff: StaffStore) -> None:
    first = staff.count_attempt("k", at=NOW, window=WINDOW)
    staff.count_attempt("k", at=NOW, window=WINDOW)
    staff.return_attempt(first)
    assert staff.count_attempt("k", at=NOW, window=WINDOW).count == 2
    staff.count_attempt("k", at=NOW + WINDOW, window=WINDOW)
    staff.return_attempt(first)
    assert staff.count_attempt("k", at=NOW + WINDOW, window=WINDOW).count == 2
    staff.return_attempt(Attempts("unknown", 1, NOW))
    assert staff.count_attempt("unknown", at=NOW, window=WINDOW).count == 1


def test_concurrent_tries_are_each_counted(staff: StaffStore) -> None:
    with ThreadPoolExecutor(16) as pool:
        counts = pool.map(lambda _: staff.count_attempt("k", at=NOW, window=WINDOW).count, range(48))
    assert sorted(counts) == list(range(1, 49))


def claim(request: str = "r", *, until: datetime = NOW + WINDOW) -> FirstAnswer:
    return FirstAnswer("k" * 64, request, until)


def test_a_key_is_claimed_once_and_keeps_its_answer_until_expiry(staff: StaffStore) -> None:
    assert staff.claim_answer(claim(), at=NOW) is None
    assert staff.claim_answer(claim("other"), at=NOW) == claim()
    kept = replace(claim(until=NOW + 2 * WINDOW), answer="加密的")
    staff.keep_answer(kept)
    assert staff.claim_answer(claim(), at=NOW + 2 * WINDOW - timedelta(microseconds=1)) == kept
    assert staff.claim_answer(claim("other", until=NOW + 3 * WINDOW), at=NOW + 2 * WINDOW) is None


def test_an_unanswered_claim_expires(staff: StaffStore) -> None:
    assert staff.claim_answer(claim(), at=NOW) is None
    assert staff.claim_answer(claim("other"), at=NOW + WINDOW - timedelta(microseconds=1)) == claim()
    assert staff.claim_answer(claim("other", until=NOW + 2 * WINDOW), at=NOW + WINDOW) is None


def test_only_the_request_that_has_the_key_keeps_or_drops_its_answer(staff: StaffStore) -> None:
    staff.keep_answer(replace(claim(), answer="没有人要"))
    staff.drop_answer("k" * 64, "r")
    assert staff.claim_answer(claim(), at=NOW) is None
    staff.keep_answer(replace(claim("other"), answer="别人的"))
    staff.drop_answer("k" * 64, "other")
    assert staff.claim_answer(claim("third"), at=NOW) == claim()
    staff.drop_answer("k" * 64, "r")
    assert staff.claim_answer(claim("third"), at=NOW) is None


def test_what_stands_under_a_key_is_read_until_it_expires(staff: StaffStore) -> None:
    assert staff.first_answer("k" * 64, at=NOW) is None
    staff.claim_answer(claim(), at=NOW)
    assert staff.first_answer("k" * 64, at=NOW + WINDOW - timedelta(microseconds=1)) == claim()
    assert staff.first_answer("k" * 64, at=NOW + WINDOW) is None
    assert staff.first_answer("j" * 64, at=NOW) is None


def test_one_of_many_concurrent_claims_wins(staff: StaffStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: staff.claim_answer(claim(), at=NOW), range(16)))
    assert found.count(None) == 1
    assert found.count(claim()) == 15


def test_everything_survives_a_restart(reopen: Callable[[], Adapter]) -> None:
    first = reopen()
    first.staff.add_account(account("admin"))
    changed = first.staff.replace_account(replace(account("admin"), second_factor=FACTOR, epoch=1))
    first.staff.open_session(session("a"))
    first.staff.count_attempt("k", at=NOW, window=WINDOW)
    first.close()
    again = reopen()
    assert again.staff.account("admin") == changed
    assert again.staff.session("a" * 64) == session("a")
    assert again.staff.count_attempt("k", at=NOW, window=WINDOW).count == 2
    again.close()
