"""The one table of who may do what."""

from __future__ import annotations

from functions.staff.permissions import (
    NEEDS_SECOND_FACTOR,
    PERMISSION_TITLES,
    PERMISSIONS,
    ROLE_TITLES,
    duties_of,
    may,
)


def test_every_role_has_a_title_and_looks_after_its_own_account() -> None:
    assert set(ROLE_TITLES) == {"viewer", "officer", "reviewer", "admin"}
    for permission in ("own_account", "read", "export"):
        assert all(may(role, permission) for role in ROLE_TITLES)


def test_only_an_admin_manages_accounts() -> None:
    assert [role for role in ROLE_TITLES if may(role, "manage_accounts")] == ["admin"]


def test_only_an_admin_changes_rosters() -> None:
    assert [role for role in ROLE_TITLES if may(role, "manage_rosters")] == ["admin"]


def test_what_a_role_may_do_is_said_in_words() -> None:
    assert set(PERMISSION_TITLES) == set(PERMISSIONS)
    assert "管理账号" in duties_of("admin")
    assert "管理账号" not in duties_of("reviewer")
    assert duties_of("viewer")


def test_no_permission_is_nobodys_and_none_names_an_unknown_role() -> None:
    for roles in PERMISSIONS.values():
        assert roles
        assert roles <= set(ROLE_TITLES)


def test_who_decides_or_manages_may_have_to_prove_a_phone() -> None:
    assert {"reviewer", "admin"} == NEEDS_SECOND_FACTOR
