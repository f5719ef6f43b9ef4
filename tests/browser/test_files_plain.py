"""Files with a form without JavaScript: sent with the whole form, listed, removed, refused, never lost silently."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from functions.forms.catalogue import Catalogue
from tests.browser.conftest import PHONE, WIDE, Visit
from tests.browser.test_files import NAME, PATH, arrived, box, choose, fill_in_the_rest, named, written
from tests.support.browser.steps import NUMBER, act, overflow
from tests.support.files import jpeg, pdf_of, sha256
from tests.support.serving import Server


def send(page: Page) -> None:
    box(page).get_by_role("button", name="上传", exact=True).click()
    page.wait_for_load_state()


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["1280", "360"])
def test_files_are_sent_with_the_form_and_typed_answers_stay(
    visit: Visit, server: Server, catalogue: Catalogue, tmp_path: Path, viewport: ViewportSize
) -> None:
    page = visit(PATH, javascript=False, viewport=viewport)
    fill_in_the_rest(page, catalogue)
    content = pdf_of(3 * 1024 * 1024 + viewport["width"])  # as much as both stores take in this way
    choose(page, written(tmp_path, NAME, content), written(tmp_path, "第2页.jpg", jpeg()))
    send(page)
    expect(box(page).locator("li")).to_have_count(2)
    expect(box(page).locator("li").first).to_contain_text("3 MB")
    assert overflow(page) == 0
    assert arrived(server, sha256(content)) == content
    expect(page.locator("[name='unit.unit_name']")).to_have_value("示例县第一中学")
    box(page).locator("li", has_text="第2页.jpg").get_by_role("button").click()
    page.wait_for_load_state()
    assert [each["sha256"] for each in named(page)] == [sha256(content)]
    act(page, "review")
    act(page, "file")
    assert NUMBER.search(page.locator("main").inner_text())


def test_a_file_that_was_chosen_and_not_sent_is_named(visit: Visit, tmp_path: Path) -> None:
    page = visit(PATH, javascript=False)
    choose(page, written(tmp_path, "忘了按上传.pdf", pdf_of(100)))
    act(page, "review")
    words = "“盖章扫描件”选的文件“忘了按上传.pdf”还没有上传。请再选一次，按“上传”"
    expect(page.locator("#files-scans-e")).to_contain_text(words)


def test_a_refused_file_is_named_and_the_good_one_is_accepted(visit: Visit, tmp_path: Path) -> None:
    page = visit(PATH, javascript=False)
    choose(page, written(tmp_path, "收文.doc", b"x"), written(tmp_path, "好的.pdf", pdf_of(100)))
    send(page)
    expect(page.locator("#files-scans-e")).to_contain_text("“收文.doc”没有收下")
    assert [each["name"] for each in named(page)] == ["好的.pdf"]
