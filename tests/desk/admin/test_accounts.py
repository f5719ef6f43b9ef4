"""The admin's pages: accounts are added, changed, disabled and reset, and it takes effect at once."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.desk.admin.accounts import id_of
from functions.desk.app import create_app
from functions.staff.store import SecondFactor
from tests.desk.conftest import PASSWORD, ComeIn, csrf_of, post_sign_in


def add(client: TestClient, services: Services, **fields: str) -> Any:
    return client.post("/desk/staff", data={"csrf": csrf_of(client, services), **fields})


def change(client: TestClient, services: Services, name: str, do: str, **fields: str) -> Any:
    return client.post(f"/desk/staff/{id_of(name)}", data={"csrf": csrf_of(client, services), "do": do, **fields})


def one_time_in(html: str) -> str:
    found = re.search(r'<p class="secret">([^<]+)</p>', html)
    assert found, html
    return found.group(1)


def test_an_account_is_added_and_its_password_shown_once(come_in: ComeIn, services: Services) -> None:
    admin = come_in("admin")
    answer = add(admin, services, name=" 示例甲 ", role="reviewer")
    assert answer.status_code == 200
    assert "只显示这一次" in answer.text
    one_time = one_time_in(answer.text)
    account = services.staff.account("示例甲")
    assert (account.role, account.must_change_password) == ("reviewer", True)
    for path in ("/desk/staff", f"/desk/staff/{id_of('示例甲')}"):
        assert one_time not in admin.get(path).text
    with TestClient(create_app(services), base_url="https://testserver", follow_redirects=False) as browser:
        assert post_sign_in(browser, "示例甲", one_time).headers["location"] == "/desk/password"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "officer", "role": "viewer"}, "已经有叫“officer”的账号"),
        ({"name": "示例 甲", "role": "viewer"}, "账号名要用 1 到 32 个"),
        ({"name": "示例甲", "role": "leader"}, "没有“leader”这种角色"),
        ({"name": "示例甲"}, "请用 viewer、officer、reviewer、admin 之一"),
        ({"name": '"><script>', "role": "viewer"}, "账号名要用 1 到 32 个"),
    ],
)
def test_a_refused_account_shows_the_reason_and_keeps_typed_values(
    come_in: ComeIn, services: Services, fields: dict[str, str], words: str
) -> None:
    before = services.staff.accounts()
    answer = add(come_in("admin"), services, **fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert "<script>" not in answer.text.partition("<main")[2]
    if "<" not in fields["name"]:
        assert f'value="{fields["name"]}"' in answer.text
    assert services.staff.accounts() == before


def test_another_role_holds_in_the_middle_of_a_session(come_in: ComeIn, services: Services) -> None:
    """Privilege change in mid-session: both ways, without signing in again, and without a moment more."""
    admin, colleague = come_in("admin"), come_in("officer")
    assert colleague.get("/desk/staff").status_code == 403
    answer = change(admin, services, "officer", "role", role="admin")
    assert answer.headers["location"] == f"/desk/staff/{id_of('officer')}?done=role"
    assert colleague.get("/desk/staff").status_code == 200
    change(admin, services, "officer", "role", role="viewer")
    assert colleague.get("/desk/staff").status_code == 403
    assert add(colleague, services, name="示例甲", role="admin").status_code == 403
    assert colleague.get("/desk/").status_code == 200


def test_a_disabled_colleague_is_out_at_once_and_cannot_come_back(
    come_in: ComeIn, services: Services, client: TestClient
) -> None:
    admin, colleague = come_in("admin"), come_in("officer")
    change(admin, services, "officer", "disable")
    assert colleague.get("/api/desk/submissions").status_code == 401
    assert post_sign_in(client, "officer", PASSWORD).status_code == 401
    assert "已停用" in admin.get("/desk/staff").text
    change(admin, services, "officer", "enable")
    assert colleague.get("/api/desk/submissions").status_code == 401, "the old session stays over"
    assert post_sign_in(client, "officer", PASSWORD).status_code == 303


def test_a_reset_password_is_shown_once_and_ends_the_old_one(
    come_in: ComeIn, services: Services, client: TestClient
) -> None:
    admin, colleague = come_in("admin"), come_in("officer")
    answer = change(admin, services, "officer", "password")
    one_time = one_time_in(answer.text)
    assert colleague.get("/api/desk/submissions").status_code == 401
    assert post_sign_in(client, "officer", PASSWORD).status_code == 401
    assert post_sign_in(client, "officer", one_time).headers["location"] == "/desk/password"


def test_the_phone_of_a_colleague_is_forgotten_on_request(come_in: ComeIn, services: Services) -> None:
    factor = SecondFactor("k.secret", 1, frozenset(), services.clock())
    admin, colleague = come_in("admin"), come_in("officer")
    page = f"/desk/staff/{id_of('officer')}"
    assert "取消两步登录" not in admin.get(page).text
    services.staff.replace_account(replace(services.staff.account("officer"), second_factor=factor))
    assert "取消两步登录" in admin.get(page).text
    change(admin, services, "officer", "totp")
    assert services.staff.account("officer").second_factor is None
    assert colleague.get("/api/desk/submissions").status_code == 401


@pytest.mark.parametrize("do", ["role", "disable", "password", "totp"])
def test_an_admin_cannot_lock_out_their_own_account(come_in: ComeIn, services: Services, do: str) -> None:
    admin = come_in("admin")
    before = services.staff.account("admin")
    answer = change(admin, services, "admin", do, role="viewer")
    assert answer.status_code == 409
    assert "请另一位管理员来改" in answer.text
    assert services.staff.account("admin") == before
    assert "停用账号" not in admin.get(f"/desk/staff/{id_of('admin')}").text


def test_one_admin_remains_when_two_disable_each_other(come_in: ComeIn, services: Services) -> None:
    """Each has opened the other's page; the second press comes from an account that is out."""
    change(come_in("admin"), services, "officer", "role", role="admin")
    one, other = come_in("admin"), come_in("officer")
    csrf = csrf_of(other, services)
    change(one, services, "officer", "disable")
    answer = other.post(f"/desk/staff/{id_of('admin')}", data={"csrf": csrf, "do": "disable"})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/desk/sign-in")
    assert [each.name for each in services.staff.accounts() if each.manages] == ["admin"]


@pytest.mark.parametrize(
    ("do", "fields", "status"), [("", {}, 400), ("delete", {}, 400), ("role", {}, 400), ("role", {"role": "x"}, 400)]
)
def test_a_button_or_role_that_does_not_exist_changes_nothing(
    come_in: ComeIn, services: Services, do: str, fields: dict[str, str], status: int
) -> None:
    before = services.staff.accounts()
    assert change(come_in("admin"), services, "officer", do, **fields).status_code == status
    assert services.staff.accounts() == before


def test_an_account_that_is_not_there_is_not_found(come_in: ComeIn, services: Services) -> None:
    admin = come_in("admin")
    assert admin.get("/desk/staff/0123456789abcdef").status_code == 404
    assert change(admin, services, "没有这人", "disable").status_code == 404


def test_links_contain_no_account_name(come_in: ComeIn, services: Services) -> None:
    """Addresses are logged and remembered by browsers; accounts are often people's names."""
    admin = come_in("admin")
    add(admin, services, name="示例甲", role="viewer")
    html = admin.get("/desk/staff").text
    links = re.findall(r'(?:href|action)="([^"]*)"', html)
    assert any(id_of("示例甲") in link for link in links)
    assert not any("示例甲" in link or "%E7%A4%BA" in link for link in links)


def test_accounts_that_must_set_up_a_phone_are_marked(come_in: ComeIn, services: Services) -> None:
    factor = SecondFactor("k.secret", 1, frozenset(), services.clock())
    services.staff.replace_account(replace(services.staff.account("admin"), second_factor=factor))
    page = come_in("admin", require_totp=True).get("/desk/staff").text
    assert page.count("要开，还没有开") == 1
    assert page.count("没有开") - 1 == 2
    assert page.count("已开") == 1


def test_only_admins_see_the_link_to_the_accounts(come_in: ComeIn) -> None:
    assert "账号管理" in come_in("admin").get("/desk/").text
    assert "账号管理" not in come_in("reviewer").get("/desk/").text


def test_the_first_account_has_no_default_password(services: Services) -> None:
    """No default password: the first account has a random one, made when the first server starts."""
    from functions.local.commands.cli import first_account
    from functions.staff.accounts import check_password
    from functions.staff.passwords import Passwords

    assert services.staff.accounts() == ()
    one_time = first_account(services) or ""
    assert len(set(one_time)) > 4
    for guess in ("admin", "password", "123456", "", "qingdan"):
        assert check_password(services.staff, Passwords(services.entropy), name="admin", password=guess) is None
    assert services.staff.account("admin").must_change_password
