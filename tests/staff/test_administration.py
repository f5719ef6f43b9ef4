"""A change to an account takes effect at once, and the bureau always keeps an admin."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from functions.errors import NotFound
from functions.staff.accounts import check_password, make_account
from functions.staff.administration import change_role, disable, enable, reset_password, reset_second_factor
from functions.staff.passwords import Passwords
from functions.staff.sessions import SessionLimits, open_session, resume_session
from functions.staff.store import Account, LastAdmin, SecondFactor, Session, StaffStore
from tests.staff.conftest import NOON

LIMITS = SessionLimits()
NAME = "示例甲"


@pytest.fixture
def token(staff: StaffStore, entropy: Callable[[int], bytes]) -> str:
    """The token of a session of an officer with a second factor, beside one admin."""
    factor = SecondFactor("k.secret", 1, frozenset({"a" * 64}), NOON)
    staff.add_account(Account("主管", "admin", "", False, False, NOON))
    account = Account(NAME, "officer", "$argon2id$invented", False, False, NOON, factor)
    staff.add_account(account)
    return open_session(staff, account, at=NOON, entropy=entropy, limits=LIMITS)[0]


def resumed(staff: StaffStore, token: str) -> tuple[Session, Account]:
    return resume_session(staff, token, at=NOON, limits=LIMITS)


def test_another_role_holds_in_the_open_session(staff: StaffStore, token: str) -> None:
    change_role(staff, NAME, "viewer")
    assert resumed(staff, token)[1].role == "viewer"


def test_disabling_ends_the_sessions_and_enabling_restores_none(staff: StaffStore, token: str) -> None:
    disable(staff, NAME)
    with pytest.raises(NotFound):
        resumed(staff, token)
    enable(staff, NAME)
    assert not staff.account(NAME).disabled
    with pytest.raises(NotFound):
        resumed(staff, token)
    assert staff.sessions(NAME) == ()


@pytest.mark.parametrize("act", ["disable", "reset password", "reset second factor"])
def test_a_sign_in_begun_before_the_change_opens_no_session(
    staff: StaffStore, passwords: Passwords, entropy: Callable[[int], bytes], token: str, act: str
) -> None:
    """Its password was right a moment before; its session is opened a moment after."""
    checked = staff.account(NAME)
    if act == "disable":
        disable(staff, NAME)
    elif act == "reset password":
        reset_password(staff, passwords, NAME)
    else:
        reset_second_factor(staff, NAME)
    late, _ = open_session(staff, checked, at=NOON, entropy=entropy, limits=LIMITS)
    enable(staff, NAME)
    with pytest.raises(NotFound):
        resumed(staff, late)


def test_a_reset_password_works_for_one_change_and_the_old_one_and_its_sessions_are_gone(
    staff: StaffStore, passwords: Passwords, token: str
) -> None:
    make_account(staff, passwords, name="示例乙", role="officer", password="示例的长口令 horse 7", at=NOON)
    given = reset_password(staff, passwords, "示例乙")
    assert check_password(staff, passwords, name="示例乙", password="示例的长口令 horse 7") is None
    account = check_password(staff, passwords, name="示例乙", password=given)
    assert account is not None
    assert account.must_change_password
    reset_password(staff, passwords, NAME)
    with pytest.raises(NotFound):
        resumed(staff, token)


def test_a_reset_password_leaves_the_second_factor_as_it_was(
    staff: StaffStore, passwords: Passwords, token: str
) -> None:
    """An officer who only forgot the password still has the phone; a reset of both must be requested."""
    factor = staff.account(NAME).second_factor
    reset_password(staff, passwords, NAME)
    assert staff.account(NAME).second_factor == factor
    reset_password(staff, passwords, NAME, second_factor_too=True)
    assert staff.account(NAME).second_factor is None


def test_a_reset_second_factor_ends_the_sessions(staff: StaffStore, token: str) -> None:
    reset_second_factor(staff, NAME)
    assert staff.account(NAME).second_factor is None
    with pytest.raises(NotFound):
        resumed(staff, token)


def test_the_last_admin_cannot_be_removed(staff: StaffStore, token: str) -> None:
    with pytest.raises(LastAdmin, match="请先让另一个账号做管理员"):
        disable(staff, "主管")
    with pytest.raises(LastAdmin):
        change_role(staff, "主管", "officer")
    change_role(staff, NAME, "admin")
    disable(staff, "主管")
    with pytest.raises(LastAdmin):
        change_role(staff, NAME, "officer")


def test_an_unknown_account_is_not_found(staff: StaffStore, passwords: Passwords) -> None:
    acts: tuple[Callable[[], object], ...] = (
        lambda: change_role(staff, "没有这人", "viewer"),
        lambda: disable(staff, "没有这人"),
        lambda: enable(staff, "没有这人"),
        lambda: reset_password(staff, passwords, "没有这人"),
        lambda: reset_second_factor(staff, "没有这人"),
    )
    for act in acts:
        with pytest.raises(NotFound, match="没有名为“没有这人”的账号"):
            act()
