"""A session that expires while an officer types: the text survives the sign-in, in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from functions.forms.catalogue import Catalogue
from tests.browser.conftest import PHONE, Visit, add_staff
from tests.browser.test_review_loop import SCRIPT, SELF_CHECK, is_sound, press
from tests.support.browser.steps import NUMBER, act, fill_in, overflow, sign_in
from tests.support.clock import last_year, today
from tests.support.filings import fresh_uscc, valid_self_check
from tests.support.serving import Server


@pytest.fixture(scope="module")
def typist(server: Server) -> tuple[str, str]:
    """An officer of whose sessions no other test makes use."""
    return add_staff(server, "luru", "officer")


def end_all_sessions(visit: Visit, account: tuple[str, str]) -> None:
    """Sign out everywhere, at another machine."""
    elsewhere = visit("/desk/account")
    sign_in(elsewhere, *account)
    press(elsewhere, "全部退出，这里也退出")


def is_fit(page: Page, *, javascript: bool) -> None:
    """As is_sound; axe is a script."""
    assert overflow(page) == 0, page.title()
    if javascript:
        is_sound(page)


@SCRIPT
def test_a_paper_filing_is_typed_once(
    visit: Visit, catalogue: Catalogue, typist: tuple[str, str], javascript: bool
) -> None:
    definition = catalogue.get(SELF_CHECK)
    page = visit(f"/desk/records/{SELF_CHECK}", javascript=javascript, viewport=PHONE)
    sign_in(page, *typist)
    for rows in ("databases.databases", "rectification.issues"):
        act(page, f"add:{rows}")
    fill_in(
        page, definition, valid_self_check(uscc=fresh_uscc(), year=last_year(), databases=1, unit_name="示例县图书馆")
    )
    page.locator("[name=received_on]").fill(today().isoformat())
    end_all_sessions(visit, typist)
    act(page, "review")
    expect(page.locator(".say--warn")).to_contain_text("您填的内容都留着")
    is_fit(page, javascript=javascript)
    sign_in(page, typist[0], "不是这个口令 12345")
    expect(page.locator(".errors")).to_contain_text("账号或者密码不对")
    sign_in(page, *typist)
    expect(page.locator("h1")).to_have_text("刚才填的内容还没有提交")
    expect(page.locator(".slip")).to_contain_text("示例县图书馆")
    is_fit(page, javascript=javascript)
    press(page, "继续提交")
    expect(page.locator("main")).to_contain_text("按“确认提交”以后才算录入")
    act(page, "file")
    assert NUMBER.search(page.locator("main").inner_text())
