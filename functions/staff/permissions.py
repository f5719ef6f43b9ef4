"""The permissions of the desk: one table, and the names of the roles; knows neither accounts nor routes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from functions.records.words import DECISIONS
from functions.staff.store import Role

Permission = Literal[
    "own_account",
    "read",
    "export",
    "note",
    "return",
    "accept",
    "reopen",
    "void",
    "reissue",
    "enter_paper",
    "manage_accounts",
    "read_trail",
    "manage_rosters",
    "see_contacts",
    "serve",
    "order",
]

ROLE_TITLES: Mapping[Role, str] = {
    "viewer": "查看员",
    "officer": "经办员",
    "reviewer": "审核员",
    "admin": "管理员",
}

PERMISSIONS: Mapping[Permission, frozenset[Role]] = {
    "own_account": frozenset({"viewer", "officer", "reviewer", "admin"}),
    "read": frozenset({"viewer", "officer", "reviewer", "admin"}),
    "export": frozenset({"viewer", "officer", "reviewer", "admin"}),
    "note": frozenset({"officer", "reviewer", "admin"}),
    "return": frozenset({"officer", "reviewer", "admin"}),
    "accept": frozenset({"reviewer", "admin"}),
    "reopen": frozenset({"reviewer", "admin"}),
    "void": frozenset({"reviewer", "admin"}),
    "reissue": frozenset({"officer", "reviewer", "admin"}),
    "enter_paper": frozenset({"officer", "reviewer", "admin"}),
    "manage_accounts": frozenset({"admin"}),
    "read_trail": frozenset({"admin"}),
    "manage_rosters": frozenset({"admin"}),
    "see_contacts": frozenset({"officer", "reviewer", "admin"}),
    "serve": frozenset({"officer", "reviewer", "admin"}),
    "order": frozenset({"reviewer", "admin"}),
}

PERMISSION_TITLES: Mapping[Permission, str] = {
    "own_account": "管自己的账号",
    "read": "看填报",
    "export": "下载",
    "note": "写内部备注",
    "return": DECISIONS["return"],
    "accept": DECISIONS["accept"],
    "reopen": DECISIONS["reopen"],
    "void": DECISIONS["void"],
    "reissue": "换发查询码",
    "enter_paper": "录入纸质件",
    "manage_accounts": "管理账号",
    "read_trail": "查看操作记录",
    "manage_rosters": "改名册",
    "see_contacts": "看联系人，打电话催报",
    "serve": "记送达和答复、申请延期",
    "order": "开文书、准予延期",
}

NEEDS_SECOND_FACTOR: Final[frozenset[Role]] = frozenset({"reviewer", "admin"})
"""The roles that decide or manage: where the operator demands a second factor, it is of these."""


def may(role: Role, permission: Permission) -> bool:
    """Whether the table gives the role this permission."""
    return role in PERMISSIONS[permission]


def duties_of(role: Role) -> tuple[str, ...]:
    """Return the role's permissions beyond its own account, in words."""
    given = (permission for permission in PERMISSIONS if permission != "own_account" and may(role, permission))
    return tuple(PERMISSION_TITLES[permission] for permission in given)
