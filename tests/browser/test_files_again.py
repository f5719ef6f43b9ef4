"""Files in a correction and in a paper filing, with JavaScript and without; a list in every state is accessible."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from functions.forms.catalogue import Catalogue
from tests.browser.conftest import PHONE, WIDE, Visit
from tests.browser.test_files import FORM, PATH, box, choose, entry, fill_in_the_rest, named, written
from tests.browser.test_files_plain import send
from tests.browser.test_review_loop import is_sound, look, press
from tests.support.browser.steps import CODE, NUMBER, act, sign_in
from tests.support.clock import today
from tests.support.files import jpeg, pdf_of
from tests.support.line import line_to
from tests.support.serving import Server

SCRIPT = pytest.mark.parametrize("javascript", [True, False], ids=["script", "plain"])


def put(page: Page, file: Path, *, javascript: bool) -> None:
    """Choose the file and have it sent."""
    choose(page, file)
    if not javascript:
        send(page)
    expect(entry(page, file.name)).to_be_visible()
    if javascript:
        expect(entry(page, file.name).locator(".st--ok")).to_be_visible()


@SCRIPT
def test_a_correction_keeps_the_files_and_changes_one(
    visit: Visit, catalogue: Catalogue, tmp_path: Path, javascript: bool
) -> None:
    page = visit(PATH, javascript=javascript)
    fill_in_the_rest(page, catalogue)
    for name, content in (("留着的.pdf", pdf_of(300)), ("漏页的.pdf", pdf_of(301))):
        put(page, written(tmp_path, name, content), javascript=javascript)
    act(page, "review")
    act(page, "file")
    words = page.locator("main").inner_text()
    number, code = NUMBER.search(words), CODE.search(words)
    assert number
    assert code
    look(page, number[0], code[0])
    press(page, "补正")
    assert [each["name"] for each in named(page)] == ["留着的.pdf", "漏页的.pdf"]
    entry(page, "漏页的.pdf").get_by_role("button", name="移除").click()
    page.wait_for_load_state()
    put(page, written(tmp_path, "补全的.jpg", jpeg()), javascript=javascript)
    act(page, "review")
    row = page.locator("table.diff tbody tr")
    expect(row).to_have_count(1)
    expect(row.locator("del")).to_have_text("漏页的.pdf（301 字节）")
    expect(row.locator("ins")).to_contain_text("补全的.jpg")
    act(page, "file")
    expect(page.locator("h1")).to_contain_text("第 2 版")


@SCRIPT
def test_an_officer_enters_a_filing_on_paper_with_its_scan(
    visit: Visit, catalogue: Catalogue, officer: tuple[str, str], tmp_path: Path, javascript: bool
) -> None:
    page = visit(f"/desk/records/{FORM}", javascript=javascript)
    sign_in(page, *officer)
    page.goto(f"/desk/records/{FORM}")
    page.locator("[name=received_on]").fill(today().isoformat())
    fill_in_the_rest(page, catalogue)
    put(page, written(tmp_path, "纸质件扫描.pdf", pdf_of(3 * 1024 * 1024)), javascript=javascript)
    act(page, "review")
    expect(page.locator("#a-files-scans")).to_contain_text("纸质件扫描.pdf（3 MB）")
    act(page, "file")
    expect(page.locator("h1")).to_contain_text("已经录入")
    page.get_by_role("link", name="看这件填报").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="纸质件扫描.pdf").click()
    assert download.value.path().read_bytes() == pdf_of(3 * 1024 * 1024)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["1280", "360"])
def test_a_list_with_files_in_every_state_is_accessible_and_fits(
    browser: Browser, server: Server, tmp_path: Path, viewport: ViewportSize, scheme: Any
) -> None:
    with line_to(server.port) as line:
        context = browser.new_context(base_url=line.url, viewport=viewport, color_scheme=scheme, bypass_csp=True)
        page = context.new_page()
        page.goto(PATH)
        name = "盖章扫描件第一至第三页" * 7 + ".jpg"
        choose(page, written(tmp_path, name, jpeg()), written(tmp_path, "收文.doc", b"x"))
        expect(entry(page, name).locator(".st--ok")).to_be_visible()
        line.cut_after(3 * 1024 * 1024)
        choose(page, written(tmp_path, "断了.pdf", pdf_of(20 * 1024 * 1024)))
        assert line.broken.wait(30)
        expect(entry(page, "断了.pdf")).to_contain_text("网络不通")
        act(page, "review")
        expect(page.locator("#files-scans-e")).to_be_visible()
        is_sound(page)
        line.mend()
        page.reload()
        expect(entry(page, "断了.pdf")).to_contain_text("请再选一次")
        is_sound(page)
        page.get_by_role("button", name="继续填").click()
        expect(entry(page, name).locator(".st--ok")).to_be_visible()
        expect(entry(page, "断了.pdf")).to_contain_text("请再选一次")
        assert box(page).get_by_role("progressbar").count() == 0
        context.close()
