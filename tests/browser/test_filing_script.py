"""What JavaScript adds to a form: rows, conditions, early messages, the draft, the progress line."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from functions.forms.catalogue import Catalogue
from tests.browser.conftest import PHONE, WIDE, Visit
from tests.support.browser.steps import NUMBER, act, fill_in, overflow
from tests.support.clock import last_year
from tests.support.filings import fresh_uscc, make_uscc, valid_self_check
from tests.support.serving import Server

SELF_CHECK = "annual-self-check"
PATH = f"/forms/{SELF_CHECK}/"


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["1280", "360"])
def test_a_clerk_files_with_javascript_and_the_draft_goes_with_the_receipt(
    visit: Visit, catalogue: Catalogue, viewport: ViewportSize
) -> None:
    definition = catalogue.get(SELF_CHECK)
    data = valid_self_check(uscc=fresh_uscc(), year=last_year(), databases=2)
    page = visit(PATH, viewport=viewport)
    act(page, "add:databases.databases")
    act(page, "add:databases.databases")
    act(page, "add:rectification.issues")
    assert page.url.endswith(PATH)
    fill_in(page, definition, data)
    expect(page.locator(".prog p")).to_contain_text("七部分")
    assert overflow(page) == 0
    act(page, "review")
    act(page, "file")
    assert NUMBER.search(page.locator("main").inner_text())
    page.goto(PATH)
    expect(page.locator("[name='unit.unit_name']")).to_have_value("")


def test_a_mistake_shows_on_leaving_the_field_and_goes_when_it_is_mended(visit: Visit) -> None:
    page = visit(PATH)
    field = page.locator("[name='unit.uscc']")
    field.fill(make_uscc(8200)[:17])
    field.blur()
    error = page.locator("#unit-uscc-e")
    expect(error).to_contain_text("应为 18 位，现在是 17 位")
    expect(field).to_have_attribute("aria-invalid", "true")
    right = make_uscc(8200)
    field.fill(right[:17] + ("1" if right[17] != "1" else "2"))
    field.blur()
    expect(error).to_contain_text("最后一位不对")
    field.fill(right)
    field.blur()
    expect(error).to_have_count(0)


def test_conditions_show_and_hide(visit: Visit) -> None:
    page = visit(PATH)
    types = page.locator("[data-f='holdings.professional_types']")
    expect(types).to_be_hidden()
    page.locator("[name='holdings.basis'][value=catalogue]").check()
    expect(types).to_be_visible()
    note = page.locator("[name='checks.check_2.note']")
    page.locator("[name='checks.check_2.result'][value=yes]").check()
    expect(note).to_be_hidden()
    page.locator("[name='checks.check_2.result'][value=part]").check()
    expect(note).to_be_visible()


def test_the_draft_survives_a_closed_browser(browser: Browser, server: Server) -> None:
    first = browser.new_context(base_url=server.url)
    page = first.new_page()
    page.goto(PATH)
    act(page, "add:databases.databases")
    page.locator("[name='unit.unit_name']").fill("示例县第三中学")
    page.locator("[name='databases.databases[0].name']").fill("学籍档案数据库")
    page.locator("[name='databases.databases[0].name']").blur()
    page.wait_for_function("Object.keys(localStorage).length > 0")
    kept = first.storage_state()
    first.close()
    second = browser.new_context(base_url=server.url, storage_state=kept)
    page = second.new_page()
    page.goto(PATH)
    page.get_by_role("button", name="继续填").click()
    expect(page.locator("[name='unit.unit_name']")).to_have_value("示例县第三中学")
    expect(page.locator("[name='databases.databases[0].name']")).to_have_value("学籍档案数据库")
    second.close()


def test_the_draft_is_saved_to_a_file_and_loaded_elsewhere(visit: Visit, tmp_path: Path) -> None:
    page = visit(PATH)
    act(page, "add:databases.databases")
    page.locator("[name='unit.unit_name']").fill("示例县第四中学")
    page.locator("[name='databases.databases[0].size_gb']").fill("12.50")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="把草稿存成文件").click()
    draft = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(draft)
    elsewhere = visit(PATH)
    elsewhere.get_by_label("草稿文件").set_input_files(draft)
    expect(elsewhere.locator("[name='unit.unit_name']")).to_have_value("示例县第四中学")
    expect(elsewhere.locator("[name='databases.databases[0].size_gb']")).to_have_value("12.50")


def test_loading_an_older_draft_file_lists_dropped_answers_and_can_be_undone(visit: Visit, tmp_path: Path) -> None:
    values = [
        ["unit.unit_name", "示例县第五中学"],
        ["unit.fax", "0000-7654321"],
        ["checks.check_1.result", "mostly"],
        ["checks.check_2.result", "yes"],
        ["holdings.basis", "y30"],
        ["holdings.basis", "catalogue"],
        ["holdings.storage_status", "甲\n乙"],
    ]
    older = {"kind": "qingdan-draft", "form": "annual-self-check", "digest": "0" * 64, "values": values}
    (tmp_path / "draft.json").write_text(json.dumps({**older, "saved": "2026-09-01T02:00:00Z"}), encoding="utf-8")
    page = visit(PATH)
    page.locator("[name='unit.unit_name']").fill("示例县第六中学")
    page.get_by_label("草稿文件").set_input_files(tmp_path / "draft.json")
    expect(page.locator("[name='unit.unit_name']")).to_have_value("示例县第五中学")
    expect(page.locator("[name='holdings.storage_status']")).to_have_value("甲\n乙")
    said = page.locator("#draft-note")
    expect(said).to_contain_text("这张表后来更新过，新的栏目还空着")
    expect(said).to_contain_text("有 2 个答案在这张表里没有地方放，没有填进来：“0000-7654321”、“mostly”。")
    said.get_by_role("button", name="撤销").click()
    expect(page.locator("[name='unit.unit_name']")).to_have_value("示例县第六中学")
    expect(page.locator("[name='holdings.storage_status']")).to_have_value("")


def test_a_draft_of_another_form_is_refused_in_words(visit: Visit, tmp_path: Path) -> None:
    page = visit("/forms/key-project-registration/")
    page.locator("[name='unit.unit_name']").fill("示例县水利工程建设中心")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="把草稿存成文件").click()
    draft = tmp_path / "draft.json"
    waiting.value.save_as(draft)
    other = visit(PATH)
    other.get_by_label("草稿文件").set_input_files(draft)
    expect(other.locator("main")).to_contain_text("重点建设项目档案管理登记表")
    expect(other.locator("[name='unit.unit_name']")).to_have_value("")
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps([1, 2]), encoding="utf-8")
    other.get_by_label("草稿文件").set_input_files(broken)
    expect(other.locator("[name='unit.unit_name']")).to_have_value("")


def test_the_summary_takes_the_focus_and_its_links_lead_to_the_controls(visit: Visit, catalogue: Catalogue) -> None:
    data = copy.deepcopy(valid_self_check(uscc=fresh_uscc(), year=last_year(), databases=0))
    data["unit"]["contact_phone"] = "12"
    page = visit(PATH)
    act(page, "add:rectification.issues")
    fill_in(page, catalogue.get(SELF_CHECK), data)
    act(page, "review")
    expect(page.locator(".errors")).to_be_focused()
    page.locator(".errors li a").first.click()
    expect(page.locator("[name='unit.contact_phone']")).to_be_focused()
