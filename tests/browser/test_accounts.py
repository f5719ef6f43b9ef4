"""Staff in a real browser, without script: one-time password, phone, recovery code, colleagues; axe on each page."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from pyotp import TOTP

from tests.browser.conftest import PHONE, WIDE, Visit
from tests.browser.test_accessibility import findings
from tests.support.browser.steps import overflow, sign_in
from tests.support.clock import now
from tests.support.serving import COMMAND, ROOT, Server, environment, start_server

PASSWORD = "shuimohua-2026-xuni"
WRONG = "not-the-password"


@pytest.fixture(scope="module")
def server(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of this file's own, which demands a phone of reviewers and admins."""
    data = tmp_path_factory.mktemp("staffed") / "data"
    running = start_server(site=site, data=data, variables={"QINGDAN_REQUIRE_TOTP": "on"})
    yield running
    running.stop()


def add(server: Server, name: str, role: str) -> str:
    """The one-time password of an account that the operator adds beside the running server."""
    command = ["staff", "add", name, "--role", role, "--data", str(server.data)]
    told = subprocess.run(
        [*COMMAND, *command],
        text=True,
        check=True,
        capture_output=True,
        cwd=ROOT,
        env=environment(arguments=command),
    )
    found = re.search(r"一次性密码：(\S+)", told.stdout)
    assert found
    return found.group(1)


def change_password(page: Page, old: str) -> None:
    for name, value in (("old", old), ("new", PASSWORD), ("again", PASSWORD)):
        page.locator(f"[name={name}]").fill(value)
    page.locator("main button").click()


def set_up(page: Page) -> tuple[TOTP, list[str]]:
    """The phone that has taken over the secret by hand, and the recovery codes."""
    phone = TOTP(page.locator("#key").inner_text().replace(" ", ""))
    enter(page, phone.at(now()))
    expect(page.locator("h1")).to_have_text("两步登录已经开了")
    return phone, page.locator(".codes li").all_inner_texts()


def enter(page: Page, code: str) -> None:
    page.get_by_role("textbox", name="验证码").fill(code)
    page.locator("main button").click()


def next_code(phone: TOTP) -> str:
    """The code after the one just used: a phone may be one step ahead, so the test need not wait."""
    return phone.at(now() + timedelta(seconds=30))


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="退出", exact=True).first.click()


def test_a_reviewer_sets_up_a_phone_and_signs_in_with_it_without_script(visit: Visit, server: Server) -> None:
    one_time = add(server, "shenhe", "reviewer")
    page = visit("/desk/", javascript=False)
    sign_in(page, "shenhe", one_time)
    change_password(page, one_time)
    expect(page.locator("h1")).to_have_text("设置两步登录")
    expect(page.get_by_role("img", name="用手机验证器扫的二维码")).to_be_visible()
    page.goto("/desk/account")
    expect(page.locator("h1")).to_have_text("设置两步登录")
    begun = now()
    phone, codes = set_up(page)
    page.get_by_role("link", name="已经记下").click()
    expect(page.locator("h1")).to_have_text("我的账号")
    sign_out(page)

    sign_in(page, "shenhe", PASSWORD)
    expect(page.locator("h1")).to_have_text("再填一个验证码")
    enter(page, phone.at(begun))
    expect(page.locator(".errors")).to_contain_text(re.compile("已经用过|验证码不对"))
    enter(page, next_code(phone))
    expect(page.locator("h1")).to_have_text("到期看板")
    sign_out(page)

    sign_in(page, "shenhe", PASSWORD)
    enter(page, codes[3])
    page.goto("/desk/account")
    expect(page.locator(".slip")).to_contain_text("还有 7 个恢复码")
    for secret in (phone.secret, PASSWORD, one_time, *codes, "shenhe"):
        assert secret not in server.log()


def test_an_admin_adds_a_colleague_and_shuts_them_out_without_script(visit: Visit, server: Server) -> None:
    one_time = add(server, "zhuguan", "admin")
    admin = visit("/desk/", javascript=False)
    sign_in(admin, "zhuguan", one_time)
    change_password(admin, one_time)
    set_up(admin)
    admin.get_by_role("link", name="账号管理").click()
    admin.get_by_label("账号名").fill("示例乙")
    admin.get_by_label("经办员").check()
    admin.get_by_role("button", name="增加账号").click()
    given = admin.locator(".secret").inner_text()
    colleague = visit("/desk/", javascript=False)
    sign_in(colleague, "示例乙", given)
    change_password(colleague, given)
    expect(colleague.locator("h1")).to_have_text("到期看板")
    admin.get_by_role("link", name="看这个账号").click()
    admin.get_by_role("button", name="停用账号").click()
    expect(admin.locator("[role=status]")).to_contain_text("账号已经停用")
    colleague.reload()
    expect(colleague.locator("h1")).to_have_text("登录经办台")
    assert "示例乙" not in server.log()


def test_the_code_has_the_focus_and_is_sent_by_the_keyboard(visit: Visit, server: Server) -> None:
    one_time = add(server, "jianpan", "reviewer")
    page = visit("/desk/")
    sign_in(page, "jianpan", one_time)
    change_password(page, one_time)
    phone, _ = set_up(page)
    page.goto("/desk/")
    sign_out(page)
    sign_in(page, "jianpan", PASSWORD)
    expect(page.get_by_role("textbox", name="验证码")).to_be_focused()
    page.keyboard.type(next_code(phone))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("到期看板")


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["1280", "360"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_overflows_on_any_page_about_accounts(
    visit: Visit, server: Server, scheme: str, viewport: ViewportSize
) -> None:
    name = f"axe-{scheme}-{viewport['width']}"
    one_time = add(server, name, "admin")
    page = visit("/desk/", color_scheme=scheme, viewport=viewport, bypass_csp=True)

    def look() -> None:
        assert findings(page) == [], page.url
        assert overflow(page) == 0, page.url

    sign_in(page, name, one_time)
    change_password(page, one_time)
    look()
    secret = page.locator("#key").inner_text()
    enter(page, "000000x")
    assert page.locator("#key").inner_text() == secret
    look()
    phone, codes = set_up(page)
    look()
    sign_out(page)
    sign_in(page, name, PASSWORD)
    look()
    enter(page, "000000x")
    expect(page.locator(".errors")).to_be_visible()
    look()
    enter(page, codes[0])
    for path in ("/desk/account", "/desk/totp", "/desk/staff"):
        page.goto(path)
        look()
    page.get_by_label("账号名").fill("示例 甲")
    page.get_by_role("button", name="增加账号").click()
    expect(page.locator(".errors")).to_be_visible()
    look()
    page.get_by_label("账号名").fill(f"tongshi-{name}")
    page.get_by_role("button", name="增加账号").click()
    expect(page.locator(".secret")).to_be_visible()
    look()
    page.get_by_role("link", name="看这个账号").click()
    look()
    page.get_by_role("button", name="停用账号").click()
    look()
    page.goto("/desk/totp")
    page.locator("#off").fill(WRONG)
    page.get_by_role("button", name="关掉，换一部手机").click()
    expect(page.locator(".errors")).to_be_visible()
    look()
    assert phone.secret not in page.content()


def test_large_type_holds_on_a_narrow_phone(visit: Visit, server: Server) -> None:
    one_time = add(server, "dazi", "admin")
    page = visit("/desk/", viewport={"width": 320, "height": 640})
    sign_in(page, "dazi", one_time)
    page.get_by_role("button", name="大字版").click()
    change_password(page, one_time)
    assert overflow(page) == 0
    set_up(page)
    assert overflow(page) == 0
    for path in ("/desk/account", "/desk/totp", "/desk/staff"):
        page.goto(path)
        assert overflow(page) == 0, path
    page.get_by_label("账号名").fill("示例丙")
    page.get_by_role("button", name="增加账号").click()
    assert overflow(page) == 0
    page.get_by_role("link", name="看这个账号").click()
    assert overflow(page) == 0
