"""From the board to an order and its documents on a phone, with and without script; axe on each page (K1, T8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, WIDE, Visit, add_staff
from tests.browser.test_accessibility import findings
from tests.desk.rosters.conftest import unit
from tests.support.browser.steps import overflow, sign_in
from tests.support.serving import Server

pytestmark = pytest.mark.proves("K1", "T8")
FIRST, SECOND, THIRD = 951, 952, 953


@pytest.fixture(scope="session")
def chief(server: Server) -> tuple[str, str]:
    """Name and password of an admin, who imports a roster and makes letters."""
    return add_staff(server, "zhuguan", "admin")


def list_overdue_projects(page: Page) -> None:
    """Put projects on the roster whose first registration has long been overdue, whatever the day is."""
    page.goto("/desk/rosters/key-projects/import")
    lines = [f"{unit(number)}示例工程{number},2025-03-31" for number in (FIRST, SECOND, THIRD)]
    content = "\n".join(("单位名称,统一社会信用代码,项目名称,开工日期", *lines, "")).encode()
    page.get_by_label("名册文件").set_input_files({"name": "名册.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="检查文件").click()
    if page.get_by_role("button", name="确认导入").is_visible():
        page.get_by_role("button", name="确认导入").click()


def tick(page: Page, number: int, button: str) -> None:
    page.goto(f"/desk/due?q=第{number}中学&state=act")
    page.locator('tbody input[name="row"]').first.check()
    page.get_by_role("button", name=button, exact=True).click()


@pytest.mark.parametrize("number", [FIRST, SECOND], ids=["plain", "script"])
def test_an_officer_goes_from_the_board_to_an_order_and_its_documents(
    visit: Visit, chief: tuple[str, str], number: int
) -> None:
    page = visit("/desk/", javascript=number == SECOND, viewport=PHONE)
    sign_in(page, *chief)
    list_overdue_projects(page)
    tick(page, number, "责令改正")
    expect(page.locator("h1")).to_contain_text("责令改正：勾选了 1 行")
    page.get_by_role("button", name="编号并开 1 份").click()
    expect(page.get_by_role("alert")).to_contain_text("请填改正期限")
    tomorrow = (datetime.now(UTC) + timedelta(days=5)).date().isoformat()
    page.locator("#until").fill(tomorrow)
    page.locator("#signed_by").fill("示例局长")
    page.get_by_role("button", name="编号并开 1 份").click()
    expect(page.get_by_role("status")).to_contain_text("文书已经编号")
    for word, suffix in (("下载 PDF", ".pdf"), ("下载 DOCX", ".docx")):
        with page.expect_download() as download:
            page.get_by_role("link", name=word).click()
        assert download.value.suggested_filename.endswith(suffix)
    page.get_by_role("link", name=f"第{number}中学").click()
    expect(page.get_by_role("table", name="收到的文书")).to_contain_text("责令限期改正通知书")


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["1280", "360"])
def test_axe_finds_nothing_and_nothing_overflows_on_any_page_about_letters(
    visit: Visit, chief: tuple[str, str], viewport: dict[str, int]
) -> None:
    page = visit("/desk/", viewport=viewport, bypass_csp=True)

    def look() -> None:
        assert findings(page) == [], page.url
        assert overflow(page) == 0, page.url

    sign_in(page, *chief)
    list_overdue_projects(page)
    page.goto("/desk/due?state=act")
    look()
    tick(page, THIRD, "责令改正")
    look()
    page.get_by_role("button", name="编号并开 1 份").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look()
    page.goto("/desk/orders")
    look()
    tick(page, THIRD, "准予延期")
    look()
    page.goto("/desk/orders/new?do=circular")
    look()
    page.goto("/desk/orders/new?do=recommendation")
    look()
