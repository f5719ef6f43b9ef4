"""How accounts are made and passwords judged, checked and changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace

import pytest
from argon2 import PasswordHasher

from functions.errors import NotFound
from functions.staff.accounts import (
    AccountRefused,
    change_password,
    check_password,
    make_account,
    revise,
    without_sessions,
)
from functions.staff.passwords import PasswordRefused, Passwords, judge_password
from functions.staff.store import Account, Session, StaffStore
from tests.staff.conftest import NOON

GOOD = "示例的长口令 horse 7"
OTHER = "另一个长口令 staple 8"


def make(staff: StaffStore, passwords: Passwords, name: str = "示例甲", password: str | None = GOOD) -> str | None:
    return make_account(staff, passwords, name=name, role="officer", password=password, at=NOON)


def test_a_password_given_is_final_and_one_not_given_is_made_for_one_use(
    staff: StaffStore, passwords: Passwords
) -> None:
    assert make(staff, passwords) is None
    assert not staff.account("示例甲").must_change_password
    one_time = make(staff, passwords, "示例乙", None)
    assert one_time is not None
    assert len(one_time) == 19
    assert staff.account("示例乙").must_change_password
    assert check_password(staff, passwords, name="示例乙", password=one_time)


def test_passwords_are_kept_as_argon2id_only(
    staff: StaffStore, entropy: Callable[[int], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At full cost, which tests do without elsewhere."""
    monkeypatch.setattr("functions.staff.passwords.PasswordHasher", PasswordHasher)
    passwords = Passwords(entropy)
    make(staff, passwords)
    account = staff.account("示例甲")
    assert account.password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert check_password(staff, passwords, name="示例甲", password=GOOD)
    assert check_password(staff, passwords, name="没有这人", password=GOOD) is None
    assert account.password_hash not in repr(account)


@pytest.mark.parametrize("name", ["", "甲 乙", "a" * 33, "a/b", "<script>"])
def test_a_name_that_cannot_be_one_is_refused(staff: StaffStore, passwords: Passwords, name: str) -> None:
    with pytest.raises(AccountRefused, match="账号名要用"):
        make(staff, passwords, name)


@pytest.mark.parametrize(
    ("name", "character"), [("示例①", "“①”（U+2460）"), ("ﬁ", "“ﬁ”（U+FB01）"), ("甲²", "“²”（U+00B2）")]
)
def test_a_name_that_would_become_another_is_refused_by_its_character(
    staff: StaffStore, passwords: Passwords, name: str, character: str
) -> None:
    with pytest.raises(AccountRefused, match=re.escape(f"账号名里有{character}")):
        make(staff, passwords, name)


def test_invisible_characters_are_dropped_from_names_and_lookups(staff: StaffStore, passwords: Passwords) -> None:
    make(staff, passwords, "示例\u200eＡ\ufeff")
    assert [each.name for each in staff.accounts()] == ["示例A"]
    assert check_password(staff, passwords, name="\u202a示例A\ufe0f", password=GOOD)


def test_a_one_time_password_is_taken_as_people_type_it(staff: StaffStore, passwords: Passwords) -> None:
    given = make(staff, passwords, password=None) or ""
    wide = given.translate({ord(letter): ord(letter) + 0xFEE0 for letter in given})
    mistyped = given.lower().replace("1", "l").replace("0", "o")
    for typed in (f" {given}\n", given.lower(), given.replace("-", ""), given.replace("-", " — "), wide, mistyped):
        assert check_password(staff, passwords, name="示例甲", password=f"\u200e{typed}"), typed
    account = staff.account("示例甲")
    changed = change_password(staff, passwords, account, old=given.lower().replace("-", ""), new=GOOD, again=GOOD)
    assert not changed.must_change_password


def test_a_chosen_password_is_never_read_as_a_code(staff: StaffStore, passwords: Passwords) -> None:
    """Even one that looks like a generated one: its blanks, hyphens and letters are its own."""
    chosen = passwords.hash("ABCD-EFGH-JKMN-PQRS")  # before such passwords were refused
    staff.add_account(Account("示例甲", "officer", chosen, False, False, NOON))
    assert check_password(staff, passwords, name="示例甲", password="ABCD-EFGH-JKMN-PQRS")
    for typed in ("abcd-efgh-jkmn-pqrs", "ABCDEFGHJKMNPQRS", " ABCD-EFGH-JKMN-PQRS"):
        assert check_password(staff, passwords, name="示例甲", password=typed) is None


def test_a_name_is_unique_and_a_role_must_be_known(staff: StaffStore, passwords: Passwords) -> None:
    make(staff, passwords)
    with pytest.raises(AccountRefused, match="已经有叫“示例甲”的账号"):
        make(staff, passwords)
    with pytest.raises(AccountRefused, match="viewer、officer、reviewer、admin"):
        make_account(staff, passwords, name="示例丙", role="leader", password=GOOD, at=NOON)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("a1b2c3d4e5f", "至少要 12 个字符，现在是 11 个"),
        ("shili-officer", "不能就是账号名"),
        ("SHILI-OFFICER", "不能就是账号名"),
        ("aaaaaaaaaaaa", "两三个不同的字符"),
        ("a1b2" * 51, "最多 200 个字符"),
        ("ABCD-EFGH-JKMN-PQRS", "一次性密码的样子"),
        ("qingdan12345", "除了“qingdan”这样谁都知道的词"),
        ("12345_QingDan", "除了“qingdan”这样谁都知道的词"),
        ("Qingdan@2026!", "除了“qingdan”这样谁都知道的词"),
        ("shili-officer-1", "除了“shili-officer”这样谁都知道的词"),
        ("示例县档案局2026年度", "除了“示例县档案局”这样谁都知道的词"),
        ("password1234", "里有很常用的密码"),
        ("Passw0rd!2026", "和很常用的密码差不多"),
        ("qwertyuiop123", "里有很常用的密码"),
        ("abcdefghijkl", "是连续的字母或数字"),
        ("a1b2c3d4e5f6", "和很常用的密码差不多"),
    ],
)
def test_a_weak_password_is_refused_with_the_cure(password: str, reason: str) -> None:
    with pytest.raises(PasswordRefused, match=reason):
        judge_password(password, name="shili-officer", context=("示例县档案局",))


@pytest.mark.parametrize("password", ["kuzt7wmopexy", "correct horse battery", GOOD, "旧信箱 马灯 渡口 纸鸢 1"])
def test_twelve_uncommon_characters_are_enough(password: str) -> None:
    judge_password(password, name="示例甲", context=("示例县档案局",))


@pytest.mark.parametrize(("own", "fits"), [("kuzt7wm", False), ("kuzt7wmo", True)])
def test_a_known_word_counts_for_nothing(own: str, fits: bool) -> None:
    with nullcontext() if fits else pytest.raises(PasswordRefused, match="不到 8 个字符"):
        judge_password(f"qingdan-{own}", name="示例甲")


def test_a_long_password_is_judged_by_its_beginning() -> None:
    judge_password("旧信箱 马灯 渡口 纸鸢" * 12, name="示例甲")


def test_full_width_typing_is_the_same_password(staff: StaffStore, passwords: Passwords) -> None:
    make(staff, passwords, password="shili-a1b2c3d4")
    assert check_password(staff, passwords, name="　示例甲 ", password="ｓｈｉｌｉ－ａ１ｂ２ｃ３ｄ４")


def test_a_wrong_password_unknown_name_and_disabled_account_look_the_same(
    staff: StaffStore, passwords: Passwords
) -> None:
    make(staff, passwords)
    assert check_password(staff, passwords, name="示例甲", password=OTHER) is None
    assert check_password(staff, passwords, name="没有这人", password=GOOD) is None
    staff.replace_account(replace(staff.account("示例甲"), disabled=True))
    assert check_password(staff, passwords, name="示例甲", password=GOOD) is None


def test_an_unknown_name_costs_one_full_password_check(
    staff: StaffStore, passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Same answer and time for an unknown user: one verification of a real hash, neither less nor more."""
    checked: list[str] = []
    verify = PasswordHasher.verify

    def watch(hasher: PasswordHasher, kept: str, given: str) -> bool:
        checked.append(kept)
        return verify(hasher, kept, given)

    monkeypatch.setattr(PasswordHasher, "verify", watch)
    make(staff, passwords)
    check_password(staff, passwords, name="示例甲", password=OTHER)
    check_password(staff, passwords, name="没有这人", password=OTHER)
    known, unknown = checked
    assert known.rsplit("$", 2)[0] == unknown.rsplit("$", 2)[0]


@pytest.mark.parametrize(
    ("old", "new", "again", "field", "reason"),
    [
        (OTHER, OTHER, OTHER, "old", "现在的密码不对"),
        (GOOD, GOOD, GOOD, "new", "和现在的一样"),
        (GOOD, OTHER, OTHER + "x", "again", "两次填的新密码不一样"),
        (GOOD, "短", "短", "new", "至少要 12 个字符"),
    ],
)
def test_a_change_that_breaks_a_rule_changes_nothing(
    staff: StaffStore, passwords: Passwords, old: str, new: str, again: str, field: str, reason: str
) -> None:
    make(staff, passwords)
    account = staff.account("示例甲")
    with pytest.raises(PasswordRefused, match=reason) as refused:
        change_password(staff, passwords, account, old=old, new=new, again=again)
    assert refused.value.field == field
    assert staff.account("示例甲") == account


def test_concurrent_changes_are_not_lost(staff: StaffStore, passwords: Passwords) -> None:
    make(staff, passwords)
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda _: revise(staff, "示例甲", without_sessions), range(24)))
    assert staff.account("示例甲").epoch == 24


def test_a_password_changed_elsewhere_meanwhile_is_not_overwritten(staff: StaffStore, passwords: Passwords) -> None:
    make(staff, passwords)
    seen = staff.account("示例甲")
    change_password(staff, passwords, seen, old=GOOD, new=OTHER, again=OTHER)
    with pytest.raises(PasswordRefused, match="刚刚在别处改过"):
        change_password(staff, passwords, seen, old=GOOD, new=OTHER + "x", again=OTHER + "x")
    assert check_password(staff, passwords, name="示例甲", password=OTHER)


def test_a_change_ends_every_session_of_the_account(staff: StaffStore, passwords: Passwords) -> None:
    one_time = make(staff, passwords, password=None) or ""
    staff.open_session(Session("t" * 64, "示例甲", "c", NOON, NOON))
    staff.open_session(Session("u" * 64, "示例乙", "c", NOON, NOON))
    changed = change_password(staff, passwords, staff.account("示例甲"), old=one_time, new=GOOD, again=GOOD)
    assert not changed.must_change_password
    assert staff.account("示例甲") == changed
    with pytest.raises(NotFound):
        staff.session("t" * 64)
    assert staff.session("u" * 64).account == "示例乙"
