"""axe finds nothing on any kind of page, in light and dark; no page breaks in large type, on paper, on a phone."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from functions.forms.catalogue import Catalogue
from tests.browser.conftest import PHONE, WIDE, Visit
from tests.support.browser.steps import act, fill_in, overflow, sign_in
from tests.support.clock import last_year
from tests.support.filings import fresh_uscc, valid_self_check
from tests.support.serving import ROOT

AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
SELF_CHECK = "/forms/annual-self-check/"
STATIC = (
    "/",
    "/duties/",
    "/services/",
    "/sections/guidance/",
    "/sections/research/",
    "/regimes/",
    "/regimes/jia/",
    "/regimes/yi/",
    "/regimes/bing/",
    "/regimes/ding/",
    "/laws/",
    "/search/",
    "/search/?q=自查报告",
    "/forms/",
    "/track/",
    SELF_CHECK,
    "/forms/key-project-registration/",
    "/open-data/",
    "/changes/",
    "/verify/",
    "/privacy/",
    "/accessibility/",
    "/no-such-page/",
)
SCHEMES = ("light", "dark")


def findings(page: Page) -> list[str]:
    """The findings of axe, one line for each rule, on the page once it has loaded."""
    page.wait_for_load_state()
    page.evaluate(AXE)
    # Of rules that hold, axe need not collect where.
    found: list[dict[str, Any]] = page.evaluate("axe.run({ resultTypes: ['violations'] }).then(r => r.violations)")
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:160]} ({len(rule['nodes'])})" for rule in found]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("path", STATIC)
def test_axe_finds_nothing_on_the_site(read: Visit, path: str, scheme: str) -> None:
    page = read(path, color_scheme=scheme, bypass_csp=True)
    if "?q=" in path:
        expect(page.locator(".hits li").first).to_be_visible()
    assert findings(page) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_in_what_the_script_adds_to_a_form(visit: Visit, scheme: str) -> None:
    page = visit(SELF_CHECK, color_scheme=scheme, bypass_csp=True)
    page.locator("[name='unit.uscc']").fill("1")
    page.locator("[name='unit.uscc']").blur()
    act(page, "add:databases.databases")
    page.get_by_role("button", name="把草稿存成文件").click()
    expect(page.locator("#draft-note")).to_be_visible()
    expect(page.locator("#unit-uscc-e")).to_be_visible()
    assert findings(page) == []
    page.reload()
    expect(page.locator("#draft-note")).to_be_visible()
    assert findings(page) == []
    page.get_by_role("button", name="继续填").click()
    page.locator("#draft-note").get_by_role("button", name="清除草稿").click()
    expect(page.get_by_role("button", name="撤销")).to_be_visible()
    assert findings(page) == []


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["1280", "360"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_from_the_error_page_to_the_receipt(
    visit: Visit, catalogue: Catalogue, scheme: str, viewport: ViewportSize
) -> None:
    year = last_year()
    data = valid_self_check(uscc=fresh_uscc(), year=year, databases=1)
    wrong = copy.deepcopy(data)
    wrong["unit"]["uscc"] = "1"
    wrong["databases"]["databases"][0]["name"] = ""
    definition = catalogue.get("annual-self-check")
    page = visit(SELF_CHECK, color_scheme=scheme, viewport=viewport, bypass_csp=True)
    act(page, "add:databases.databases")
    act(page, "add:rectification.issues")
    fill_in(page, definition, wrong)
    act(page, "review")
    expect(page).to_have_title(re.compile("^有 2 处要改"))
    assert findings(page) == []
    fill_in(page, definition, data)
    act(page, "review")
    expect(page).to_have_title(re.compile("^核对后提交"))
    assert findings(page) == []
    act(page, "file")
    expect(page.locator("[data-filed]")).to_have_count(1)
    assert findings(page) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_where_filing_is_stopped(visit: Visit, catalogue: Catalogue, scheme: str) -> None:
    data = valid_self_check(uscc=fresh_uscc(), year=last_year(), databases=0)
    del data["rectification"]
    page = visit(SELF_CHECK, color_scheme=scheme, bypass_csp=True)
    for _ in range(2):
        page.goto(SELF_CHECK)
        fill_in(page, catalogue.get("annual-self-check"), data)
        act(page, "review")
        act(page, "file")
    expect(page.get_by_label("仍要提交")).to_be_visible()
    assert findings(page) == []
    page.goto(SELF_CHECK)
    page.locator("#form").evaluate("form => { form.action = 'no-such-form'; form.submit(); }")
    expect(page.locator("h1")).to_have_text("没有找到")
    assert findings(page) == []


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["1280", "360"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_at_the_desk(
    visit: Visit, officer: tuple[str, str], filed: str, scheme: str, viewport: ViewportSize
) -> None:
    desk = visit("/desk/", color_scheme=scheme, viewport=viewport, bypass_csp=True)
    assert findings(desk) == []
    sign_in(desk, officer[0], "not-the-password")
    expect(desk.locator(".errors")).to_be_focused()
    assert findings(desk) == []
    sign_in(desk, *officer)
    due = ("/desk/due", "/desk/due?q=没有这样的单位", "/desk/due?on=2000-01-01", "/desk/units/nothing")
    for path in (
        "/desk/",
        "/desk/submissions?q=没有这样的填报",
        "/desk/submissions",
        "/desk/password",
        "/desk/submissions/SC-2026-222222",
        *due,
    ):
        desk.goto(path)
        assert findings(desk) == [], path
    desk.goto(f"/desk/submissions/{filed}")
    expect(desk.locator(".ans").first).to_be_visible()
    assert findings(desk) == []
    desk.goto("/desk/password")
    for name, typed in (("old", "not-the-password"), ("new", "shuimohua-2027-xuni"), ("again", "shuimohua-2027-xuni")):
        desk.locator(f"[name={name}]").fill(typed)
    desk.get_by_role("button", name="改成新密码").click()
    expect(desk.locator(".errors")).to_be_focused()
    assert findings(desk) == []


@pytest.mark.parametrize("path", STATIC)
def test_nothing_is_wider_than_the_screen_in_the_largest_type(read: Visit, path: str) -> None:
    """A narrow phone; the narrowest screen on which tables are tables, and a page is one column; a wide one."""
    page = read(path, viewport={"width": 320, "height": 640})
    page.evaluate("document.documentElement.classList.add('elder')")
    for width in (320, 725, 965, 1280):
        page.set_viewport_size({"width": width, "height": 640})
        assert overflow(page) == 0, width


@pytest.mark.parametrize("path", ["/duties/", "/regimes/bing/", SELF_CHECK])
def test_print_leaves_the_navigation_out_and_the_text_in(visit: Visit, path: str, tmp_path: Path) -> None:
    page = visit(path)
    page.emulate_media(media="print")
    assert page.locator("nav.prog:visible, .nav:visible, .side:visible, .crumb:visible").count() == 0
    assert page.locator("main h1").is_visible()
    assert page.locator(".only-print").first.is_visible()
    pdf = tmp_path / "page.pdf"
    page.pdf(path=pdf, format="A4")
    assert pdf.read_bytes().startswith(b"%PDF")


def test_large_type_holds_at_the_desk_too(visit: Visit, officer: tuple[str, str], filed: str) -> None:
    desk = visit("/desk/", viewport={"width": 320, "height": 640})
    sign_in(desk, *officer)
    small = desk.evaluate("getComputedStyle(document.documentElement).fontSize")
    desk.get_by_role("button", name="大字版").click()
    for path in ("/desk/", f"/desk/submissions/{filed}", "/duties/"):
        desk.goto(path)
        assert desk.evaluate("getComputedStyle(document.documentElement).fontSize") > small
        assert overflow(desk) == 0, path
