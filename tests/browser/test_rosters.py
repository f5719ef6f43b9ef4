"""An admin imports a roster on a phone without script: file, preview, confirmation; axe on each page (F2)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, WIDE, Visit, add_staff
from tests.browser.test_accessibility import findings
from tests.desk.rosters.conftest import csv_of, several, unit
from tests.support.browser.steps import overflow, sign_in
from tests.support.filings import make_uscc
from tests.support.serving import Server, start_server

LIST = "/desk/rosters/backup-registration"


@pytest.fixture
def server(site: Path, tmp_path: Path) -> Iterator[Server]:
    """A server of each test's own, whose rosters are empty."""
    with start_server(site=site, data=tmp_path / "data") as running:
        yield running


@pytest.fixture
def admin(server: Server) -> tuple[str, str]:
    """Name and password of an admin whom the operator has added beside the running server."""
    return add_staff(server, "mingce", "admin")


def choose(page: Page, content: bytes) -> None:
    """Choose a file and have it looked at."""
    page.goto(f"{LIST}/import")
    page.get_by_label("名册文件").set_input_files({"name": "名册.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="检查文件").click()


def test_a_roster_is_imported_on_a_phone_without_script(visit: Visit, admin: tuple[str, str]) -> None:
    page = visit("/desk/rosters", javascript=False, viewport=PHONE)
    sign_in(page, *admin)
    page.goto(LIST)
    page.get_by_role("link", name="导入文件").click()
    choose(page, several(range(901, 904)))
    expect(page.locator("h1")).to_contain_text("导入前先看")
    page.get_by_role("button", name="确认导入 3 行").click()
    expect(page.get_by_role("status")).to_contain_text("名册已经导入")
    choose(page, csv_of(unit(901, name="示例县第一中学"), unit(902), unit(904)))
    page.get_by_role("textbox", name="要结束几个单位").fill("1")
    page.get_by_role("button", name="确认导入 3 行").click()
    expect(page.get_by_role("alert")).to_contain_text("请选为什么结束")
    page.get_by_label("示例县第903中学为什么结束").select_option("文件漏了，保留")
    page.get_by_role("button", name="确认导入 3 行").click()
    expect(page.locator("main")).to_contain_text("现在有 4 个单位")


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["1280", "360"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_overflows_on_any_page_about_rosters(
    visit: Visit, admin: tuple[str, str], scheme: str, viewport: dict[str, int]
) -> None:
    page = visit("/desk/rosters", color_scheme=scheme, viewport=viewport, bypass_csp=True)

    def look() -> None:
        assert findings(page) == [], page.url
        assert overflow(page) == 0, page.url

    sign_in(page, *admin)
    look()
    choose(page, several([901, 902, 903]))
    expect(page.locator("main")).to_contain_text("新增 3 个单位")
    look()
    page.get_by_role("button", name="确认导入 3 行").click()
    expect(page.get_by_role("status")).to_contain_text("名册已经导入")
    look()
    choose(page, csv_of(unit(901, name="示例县第九中学"), unit(903, phone="0310-5550101"), unit(905)))
    page.get_by_role("button", name="确认导入 3 行").click()
    expect(page.get_by_role("alert")).to_contain_text("请选为什么结束")
    look()
    page.goto(LIST)
    page.get_by_role("link", name="示例县第902中学").click()
    page.get_by_label("为什么结束").select_option("并入别的单位")
    page.get_by_label("并入的单位的统一社会信用代码").fill("123")
    look()
    page.get_by_role("button", name="移出名册").click()
    expect(page.get_by_role("alert")).to_contain_text("不是统一社会信用代码")
    look()
    page.get_by_label("并入的单位的统一社会信用代码").fill(make_uscc(901))
    page.get_by_role("button", name="移出名册").click()
    expect(page.get_by_role("status")).to_contain_text("已经移出名册")
    page.goto(f"/desk/units/{make_uscc(901)}")
    expect(page.locator("main")).to_contain_text("示例县第902中学的")
    look()
    choose(page, csv_of(unit(901), "示例县气象站,12130426000000A7,"))
    expect(page.get_by_role("alert")).to_contain_text("一行也没有导入")
    look()
    choose(page, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    expect(page.locator("main")).to_contain_text("旧格式的 .xls 文件")
    look()
    for address in (LIST, f"{LIST}/import", f"{LIST}/rows/new"):
        page.goto(address)
        look()
    page.get_by_role("button", name="列入名册").click()
    expect(page.get_by_role("alert")).to_contain_text("名册还没有改")
    look()
