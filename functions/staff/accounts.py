"""Accounts: how they are made, and how passwords are checked and changed; knows the store's port, not HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import cast

from functions.errors import NotFound, QingdanError
from functions.forms.characters import comparable, name_character, narrow, seen
from functions.staff.account_names import normal_name
from functions.staff.passwords import PasswordRefused, Passwords, normal_one_time
from functions.staff.permissions import ROLE_TITLES
from functions.staff.store import Account, AccountChanged, NameTaken, Role, StaffStore

_NAME = re.compile(r"[\w.-]{1,32}")


class AccountRefused(QingdanError):
    """The account cannot be made; the message says why and what to do."""


def make_account(
    store: StaffStore, passwords: Passwords, *, name: str, role: str, password: str | None, at: datetime
) -> str | None:
    """Store a new account and return its one-time password, or None when `password` was given: that one is final.

    `at` is aware, UTC. Raises AccountRefused or PasswordRefused.
    """
    _refuse_other_forms(seen(name).strip())
    name = normal_name(name)
    if not _NAME.fullmatch(name):
        raise AccountRefused("账号名要用 1 到 32 个汉字、字母、数字，或者 . _ -，中间不留空格")
    if role not in ROLE_TITLES:
        raise AccountRefused(f"没有“{role}”这种角色。请用 {'、'.join(ROLE_TITLES)} 之一")
    if password is not None:
        passwords.judge(password, name=name)
    given = passwords.one_time() if password is None else password
    account = Account(name, cast(Role, role), passwords.hash(given), password is None, False, at)
    try:
        store.add_account(account)
    except NameTaken:
        raise AccountRefused(f"已经有叫“{name}”的账号。请换一个名字") from None
    return given if password is None else None


def check_password(store: StaffStore, passwords: Passwords, *, name: str, password: str) -> Account | None:
    """Return the account if name and password match and it is enabled; else None, in equal time."""
    try:
        account = store.account(normal_name(name))
    except NotFound:
        passwords.fits(None, password)
        return None
    fits = passwords.fits(account.password_hash, given_password(account, password))
    return account if fits and not account.disabled else None


def change_password(
    store: StaffStore, passwords: Passwords, account: Account, *, old: str, new: str, again: str
) -> Account:
    """Store the new password, close all sessions of the account, return its new state; or raise PasswordRefused."""
    if not passwords.fits(account.password_hash, given_password(account, old)):
        raise PasswordRefused("现在的密码不对。请重填，注意大小写", field="old")
    passwords.judge(new, name=account.name)
    if new != again:
        raise PasswordRefused("两次填的新密码不一样。请重填", field="again")
    if passwords.fits(account.password_hash, new):
        raise PasswordRefused("新密码和现在的一样。请另取一个")
    new_hash = passwords.hash(new)

    def change(current: Account) -> Account:
        if current.password_hash != account.password_hash:
            raise PasswordRefused("密码刚刚在别处改过。请用改过的密码重新登录", field="old")
        return without_sessions(replace(current, password_hash=new_hash, must_change_password=False))

    changed = revise(store, account.name, change)
    store.close_sessions(account.name)
    return changed


def revise(store: StaffStore, name: str, change: Callable[[Account], Account]) -> Account:
    """Store what `change` makes of the account and return it; after a lost race, tries again with the newer state.

    Raises what `change` raises, NotFound and LastAdmin. Another writer succeeds at each retry, so this ends.
    """
    while True:
        try:
            return store.replace_account(change(store.account(name)))
        except AccountChanged:
            continue


def without_sessions(account: Account) -> Account:
    """Return a state in which all earlier sessions are invalid."""
    return replace(account, epoch=account.epoch + 1)


def given_password(account: Account, typed: str) -> str:
    """Return the typed password: a generated one is normalised like any code, a chosen one never."""
    return normal_one_time(typed) if account.must_change_password else typed


def _refuse_other_forms(name: str) -> None:
    """Refuse a name that normalising would change into another: ① would become 1."""
    for character in narrow(name):
        if comparable(character) != character:
            raise AccountRefused(f"账号名里有{name_character(character)}，会变成别的字。请换成普通的汉字、字母或者数字")
