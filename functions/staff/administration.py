"""An admin's actions on other accounts, at the desk or on the command line; knows the port, not HTTP."""

from __future__ import annotations

from dataclasses import replace

from functions.staff.accounts import revise, without_sessions
from functions.staff.passwords import Passwords
from functions.staff.store import Account, Role, StaffStore
from functions.staff.throttle import unlock


def change_role(store: StaffStore, name: str, role: Role) -> Account:
    """Give the account another role, effective in its open sessions too; NotFound or LastAdmin."""
    return revise(store, name, lambda account: replace(account, role=role))


def disable(store: StaffStore, name: str) -> Account:
    """Disable the account, and end its sessions at once; NotFound or LastAdmin."""
    return _shut_out(store, revise(store, name, lambda account: without_sessions(replace(account, disabled=True))))


def enable(store: StaffStore, name: str) -> Account:
    """Enable the account; old sessions stay invalid. NotFound."""
    return revise(store, name, lambda account: replace(account, disabled=False))


def allow_sign_in(store: StaffStore, name: str) -> Account:
    """Reset the account's counters of sign-in tries; NotFound."""
    account = store.account(name)
    unlock(store, account.name)
    return account


def reset_password(store: StaffStore, passwords: Passwords, name: str, *, second_factor_too: bool = False) -> str:
    """Return a one-time password in place of the old one; old password and sessions are invalid at once; NotFound.

    The second factor stays unless `second_factor_too` removes it in this step. Resets the counters of sign-in tries.
    """
    given = passwords.one_time()
    kept = passwords.hash(given)

    def change(account: Account) -> Account:
        factor = None if second_factor_too else account.second_factor
        changed = replace(account, password_hash=kept, must_change_password=True, second_factor=factor)
        return without_sessions(changed)

    _shut_out(store, revise(store, name, change))
    unlock(store, name)
    return given


def reset_second_factor(store: StaffStore, name: str) -> Account:
    """Remove the account's phone and recovery codes, and end its sessions at once; NotFound."""
    return _shut_out(store, revise(store, name, lambda account: without_sessions(replace(account, second_factor=None))))


def _shut_out(store: StaffStore, account: Account) -> Account:
    store.close_sessions(account.name)
    return account
