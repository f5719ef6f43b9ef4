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


def test_reviewers_make_letters_and_officers_record_how_they_were_served() -> None:
    assert [role for role in ROLE_TITLES if may(role, "order")] == ["reviewer", "admin"]
    assert [role for role in ROLE_TITLES if may(role, "serve")] == ["officer", "reviewer", "admin"]


def test_permissions_of_a_role_are_described_in_words() -> None:
    assert set(PERMISSION_TITLES) == set(PERMISSIONS)
    assert "管理账号" in duties_of("admin")
    assert "管理账号" not in duties_of("reviewer")
    assert duties_of("viewer")


def test_every_permission_belongs_to_known_roles() -> None:
    for roles in PERMISSIONS.values():
        assert roles
        assert roles <= set(ROLE_TITLES)


def test_roles_that_decide_or_manage_may_need_a_second_factor() -> None:
    assert {"reviewer", "admin"} == NEEDS_SECOND_FACTOR
