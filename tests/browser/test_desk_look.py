"""Real text of any length fits the desk and the filer's page, on every screen size and on paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from functions.forms.catalogue import Catalogue
from tests.browser.conftest import PHONE, WIDE, Visit
from tests.browser.test_review_loop import file_one, look, press, send_back
from tests.support.browser.steps import CODE, NUMBER, act, fill_in, overflow, sign_in
from tests.support.clock import last_year, today
from tests.support.filings import fresh_uscc, valid_self_check
from tests.support.serving import Server

LONG = "ShiliUnit" * 11
LONG_WORD = "long" * 100


@pytest.fixture(scope="module")
def endless(server: Server) -> tuple[str, str]:
    """Number and code of a filing in which no line can be broken at a blank."""
    data = valid_self_check(uscc=fresh_uscc(), year=last_year(), databases=1, unit_name=LONG)
    data["unit"] |= {"contact_name": "Shili" * 10, "contact_email": f"{'a' * 60}@{'b' * 30}.example"}
    data["holdings"]["storage_status"] = LONG_WORD
    data["databases"]["databases"][0]["name"] = "DB" * 30
    given = file_one(server, data)
    return given["number"], given["access_code"]


def is_narrow(page: Page) -> None:
    assert overflow(page) <= 0, page.url


@pytest.mark.parametrize("large", [False, True], ids=["plain", "large"])
def test_no_name_is_too_long_for_the_screen(
    visit: Visit, endless: tuple[str, str], reviewer: tuple[str, str], large: bool
) -> None:
    number, code = endless
    page = visit("/desk/")
    sign_in(page, *reviewer)
    send_back(page, number)
    for size in (WIDE, PHONE):
        page.set_viewport_size(size)
        for path in (
            f"/desk/?q={number}",
            f"/desk/submissions/{number}",
            f"/desk/accept?number={number}",
            f"/desk/void?number={number}",
            "/desk/calls",
        ):
            page.goto(path)
            if large:
                page.evaluate("document.documentElement.classList.add('elder')")
            is_narrow(page)
        look(page, number, code)
        is_narrow(page)


def test_on_paper_a_filing_has_no_boxes_to_tick(
    visit: Visit, endless: tuple[str, str], reviewer: tuple[str, str]
) -> None:
    page = visit("/desk/submissions")
    sign_in(page, *reviewer)
    page.emulate_media(media="print")
    for box in page.locator("main [type=checkbox]").all():
        expect(box).to_be_hidden()
    heads, cells = page.locator("thead th:visible"), page.locator("tbody tr").first.locator("> :visible")
    assert heads.count() == cells.count() == 6
    page.goto(f"/desk/submissions/{endless[0]}")
    expect(page.locator("[name=field]").first).to_be_hidden()
    expect(page.get_by_text("来自涉县档案局经办台")).to_be_visible()


@pytest.mark.parametrize("javascript", [False, True], ids=["without script", "with script"])
def test_every_receipt_page_offers_its_documents(
    visit: Visit, server: Server, reviewer: tuple[str, str], catalogue: Catalogue, javascript: bool
) -> None:
    """Of a filing, of its correction, and of one on paper: the buttons lead somewhere from wherever the page is."""
    data = valid_self_check(uscc=fresh_uscc(), year=last_year(), databases=0)
    del data["rectification"]
    page = visit("/forms/annual-self-check/", javascript=javascript)
    fill_in(page, catalogue.get("annual-self-check"), data)
    act(page, "review")
    act(page, "file")
    give_papers(page)
    words = page.inner_text("main")
    number, code = NUMBER.search(words), CODE.search(words)
    assert number
    assert code
    look(page, number.group(), code.group())
    press(page, "补正")
    act(page, "review")
    act(page, "file")
    give_papers(page)
    desk = visit("/desk/records/annual-self-check", javascript=javascript)
    sign_in(desk, *reviewer)
    fill_in(desk, catalogue.get("annual-self-check"), {**data, "unit": {**data["unit"], "uscc": fresh_uscc()}})
    desk.locator("[name=received_on]").fill(today().isoformat())
    act(desk, "review")
    act(desk, "file")
    give_papers(desk)


def give_papers(page: Page) -> None:
    for name in ("下载回执（PDF）", "下载填报表（PDF）"):
        with page.expect_download() as download:
            page.get_by_text(name).click()
        assert download.value.path().read_bytes().startswith(b"%PDF")
