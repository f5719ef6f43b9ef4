"""Who may do what at the desk: one table, and the names of the roles; knows neither accounts nor routes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from functions.staff.port import Role

Permission = Literal[
    "own_account",
    "read",
    "export",
    "manage_accounts",
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
    "manage_accounts": frozenset({"admin"}),
}

NEEDS_SECOND_FACTOR: Final[frozenset[Role]] = frozenset({"reviewer", "admin"})
"""The roles that decide or manage: where the operator demands a second factor, it is of these."""


def may(role: Role, permission: Permission) -> bool:
    """Whether the table gives the role this permission."""
    return role in PERMISSIONS[permission]
