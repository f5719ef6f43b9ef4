"""The due board and the page of a unit in a browser: narrow and wide, without colour, and its picture on one A4."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Page, ViewportSize, expect

from functions.bootstrap import open_services
from functions.settings import Settings
from tests.browser.conftest import PHONE, WIDE, Visit, add_staff
from tests.browser.test_accessibility import findings
from tests.support.board import file_at, list_units
from tests.support.browser.steps import overflow, sign_in
from tests.support.clock import last_year
from tests.support.filings import make_uscc, valid_self_check
from tests.support.serving import Server, start_server

LAST_YEAR = last_year()
# The report for the year before last was due last September: of these units one was late, two have not filed.
DAY = f"{LAST_YEAR}-10-28"
UNITS = [
    {"unit_name": f"示例县第{place}中学", "uscc": make_uscc(place), "stratum": "institution", "since": "2024-01-01"}
    for place in range(60)
]


@pytest.fixture
def server(site: Path, tmp_path: Path) -> Iterator[Server]:
    """A server of each test's own, with sixty units of which two filed."""
    with start_server(site=site, data=tmp_path / "data") as running:
        services = open_services(Settings(data=running.data, site=site), lock=False)
        list_units(services, *UNITS, at=f"{LAST_YEAR}-01-05")
        for place, day in ((1, "09-18"), (2, "10-06")):
            data = valid_self_check(uscc=make_uscc(place), unit_name=UNITS[place]["unit_name"])
            data["report_year"] = LAST_YEAR - 1
            file_at(services, f"{LAST_YEAR}-{day}", data)
        services.close()
        yield running


@pytest.fixture
def reader(server: Server) -> tuple[str, str]:
    return add_staff(server, "yuedu", "officer")


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["1280", "360"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_board_and_unit_hold_narrow_and_wide(
    visit: Visit, reader: tuple[str, str], scheme: str, viewport: ViewportSize
) -> None:
    page = visit("/desk/", color_scheme=scheme, viewport=viewport, bypass_csp=True)
    sign_in(page, *reader)
    expect(page.locator("h1")).to_have_text("到期看板")
    for path in (f"/desk/due?on={DAY}", f"/desk/due?on={DAY}&q=slxd3zx", f"/desk/units/{make_uscc(2)}"):
        page.goto(path)
        expect(page.locator("main table").first).to_be_visible()
        assert findings(page) == [], path
        assert overflow(page) == 0, path
    expect(page.locator("#log + ol li").first).to_contain_text("提交自查报告")


def test_the_queue_is_one_click_from_the_board(visit: Visit, reader: tuple[str, str]) -> None:
    page = visit("/desk/")
    sign_in(page, *reader)
    page.get_by_role("link", name="待我处理").click()
    expect(page.locator("h1")).to_have_text("待我处理")


def test_the_picture_is_one_page_of_paper(visit: Visit, reader: tuple[str, str]) -> None:
    page = visit("/desk/")
    sign_in(page, *reader)
    page.goto(f"/desk/due?on={DAY}")
    first, *rest = (sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(printed(page))).pages)
    assert "到期看板" in first
    assert "合计" in first
    assert "应报事项" in rest[0]
    assert not any("合计" in sheet for sheet in rest)


def test_states_are_told_apart_without_colour(visit: Visit, reader: tuple[str, str]) -> None:
    page = visit("/desk/")
    sign_in(page, *reader)
    page.goto(f"/desk/due?on={DAY}")
    words = page.locator(".figs .st").all_inner_texts()
    assert len(set(words)) == len(words) == 7
    fills = page.locator(".figs .bar--key rect").evaluate_all(
        "all => all.map(one => one.getAttribute('fill') || one.className.baseVal)"
    )
    assert len(set(fills)) == 7, "each state has its own pattern"


def printed(page: Page) -> bytes:
    return page.pdf(format="A4", prefer_css_page_size=True)
