"""F11, F1 without JavaScript: from the home page to the receipt, and on to the officer's desk and downloads."""

from __future__ import annotations

import copy
import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, ViewportSize

from functions.forms.catalogue import Catalogue
from functions.forms.definition import Definition
from functions.supervision.deadlines import due_date, timeliness
from tests.browser.conftest import PHONE, WIDE, Visit
from tests.support.browser.steps import CODE, NUMBER, act, fill_in, fill_one, overflow, sign_in
from tests.support.clock import last_year, now
from tests.support.filings import fresh_uscc, valid_registration, valid_self_check

SELF_CHECK = "annual-self-check"
REGISTRATION = "key-project-registration"


def reach_form(page: Page, title: str) -> None:
    page.get_by_role("link", name="我要填报").first.click()
    page.get_by_role("main").get_by_role("link", name=title).first.click()
    assert page.locator("h1").inner_text() == title
    for fact in ("谁要填", "什么时候", "依据", "严禁填报涉密信息"):
        assert page.get_by_text(fact).first.is_visible()


def links_of_the_summary_hit_controls(page: Page) -> list[str]:
    links = page.locator(".errors li a")
    targets = [str(links.nth(index).get_attribute("href")) for index in range(links.count())]
    missing = [target for target in targets if page.locator(f'[id="{target[1:]}"]').count() != 1]
    assert missing == []
    return targets


@pytest.mark.proves("F11")
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["1280", "360"])
def test_a_clerk_files_a_self_check_without_javascript(
    visit: Visit, catalogue: Catalogue, officer: tuple[str, str], viewport: ViewportSize, tmp_path: Path
) -> None:
    definition = catalogue.get(SELF_CHECK)
    data = valid_self_check(uscc=fresh_uscc(), year=last_year(), databases=2)
    wrong = copy.deepcopy(data)
    wrong["unit"]["uscc"] = data["unit"]["uscc"][:17]
    del wrong["checks"]["check_2"]["note"]
    wrong["databases"]["databases"][1]["maintenance_note"] = ""
    page = visit("/", javascript=False, viewport=viewport)
    reach_form(page, definition.title)
    assert overflow(page) == 0
    for _ in range(2):
        act(page, "add:databases.databases")
    act(page, "add:rectification.issues")
    fill_in(page, definition, wrong)
    act(page, "review")

    assert page.title().startswith("有 3 处要改")
    assert links_of_the_summary_hit_controls(page) == [
        "#unit-uscc",
        "#databases-databases-1-maintenance_note",
        "#checks-check_2-note",
    ]
    assert "统一社会信用代码应为 18 位，现在是 17 位" in page.locator(".errors").inner_text()
    assert "您填的内容都还在" in page.locator(".errors").inner_text()
    assert page.locator("[name='unit.uscc']").input_value() == wrong["unit"]["uscc"]
    assert page.locator("[aria-invalid=true]").count() == 3
    assert overflow(page) == 0

    fill_in(page, definition, data)
    act(page, "review")
    assert "核对后提交" in page.locator("h1").inner_text()
    assert overflow(page) == 0
    act(page, "edit")
    assert (
        page.locator("[name='databases.databases[1].name']").input_value() == data["databases"]["databases"][1]["name"]
    )
    act(page, "review")
    act(page, "file")

    number = receipt_is_complete(page, definition, data)
    assert overflow(page) == 0
    reload_gives_the_same_receipt(page, number)
    the_officer_reads_and_downloads(visit, officer, number, data, viewport, tmp_path)


def receipt_is_complete(page: Page, definition: Definition, data: dict[str, Any]) -> str:
    words = page.locator("main").inner_text()
    number = NUMBER.search(words)
    code = CODE.search(words)
    assert number is not None
    assert code is not None
    due = due_date(definition.filing_for(data), data)
    judged = {"on_time": "按期", "late": "延报"}[timeliness(now(), due)]
    assert judged in words
    assert f"{due.year}年{due.month}月{due.day}日" in words
    digest = page.locator(".slip code").inner_text().split()
    assert [len(group) for group in digest] == [8] * 8
    return number.group()


def reload_gives_the_same_receipt(page: Page, number: str) -> None:
    page.reload()
    assert number in page.locator("main").inner_text()


def the_officer_reads_and_downloads(
    visit: Visit, officer: tuple[str, str], number: str, data: dict[str, Any], viewport: ViewportSize, folder: Path
) -> None:
    desk = visit("/desk/submissions", javascript=False, viewport=viewport)
    sign_in(desk, *officer)
    assert number in desk.locator("tbody tr").first.inner_text()
    assert overflow(desk) == 0
    desk.locator("[name=q]").fill(number)
    desk.get_by_role("button", name="筛选").click()
    assert desk.locator("tbody tr").count() == 1
    files = {form: download(desk, form, folder) for form in ("XLSX", "CSV", "JSON Lines")}
    sheet = openpyxl.load_workbook(files["XLSX"]).worksheets[0]
    assert number in [cell.value for row in sheet.iter_rows() for cell in row]
    text = files["CSV"].read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert number in [cell for row in csv.reader(io.StringIO(text.decode("utf-8-sig"))) for cell in row]
    line = json.loads(files["JSON Lines"].read_text(encoding="utf-8"))
    assert line["number"] == number
    desk.get_by_role("link", name=data["unit"]["unit_name"]).click()
    document = desk.locator("main").inner_text()
    for answer in (number, data["unit"]["uscc"], data["checks"]["check_2"]["note"], "部分符合"):
        assert answer in document
    assert overflow(desk) == 0


def download(page: Page, name: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name, exact=True).click()
    target = folder / waiting.value.suggested_filename
    waiting.value.save_as(target)
    return target


@pytest.mark.proves("F1")
@pytest.mark.parametrize("phase", ["start", "annual", "post_acceptance"])
def test_a_clerk_registers_a_project_in_every_phase_without_javascript(
    visit: Visit, catalogue: Catalogue, phase: str
) -> None:
    definition = catalogue.get(REGISTRATION)
    data = valid_registration(phase=phase, uscc=fresh_uscc())
    page = visit(f"/forms/{REGISTRATION}/", javascript=False)
    fill_in(page, definition, data)
    act(page, "review")
    assert page.locator(".errors").count() == 0, page.locator(".errors").inner_text()
    act(page, "file")
    receipt_is_complete(page, definition, data)


def test_a_clerk_goes_back_from_every_step_and_finds_the_answers_there(visit: Visit, catalogue: Catalogue) -> None:
    definition = catalogue.get(REGISTRATION)
    data = valid_registration(uscc=fresh_uscc())
    wrong = copy.deepcopy(data)
    wrong["unit"]["contact_phone"] = "123"
    page = visit(f"/forms/{REGISTRATION}/", javascript=False)
    fill_in(page, definition, wrong)
    act(page, "review")
    fill_one(page, "unit.contact_phone", data["unit"]["contact_phone"])
    act(page, "review")
    page.go_back()
    assert page.title().startswith("有 1 处要改")
    assert page.locator("[name='project.project_name']").input_value() == data["project"]["project_name"]
    page.go_forward()
    assert "核对后提交" in page.locator("h1").inner_text()
    act(page, "file")
    number = receipt_is_complete(page, definition, data)
    page.go_back()
    act(page, "file")
    assert number in page.locator("main").inner_text(), "the same answers under the same key"


def test_a_second_filing_is_refused_without_a_word_of_the_first_and_can_be_contested(
    visit: Visit, catalogue: Catalogue, officer: tuple[str, str]
) -> None:
    definition = catalogue.get(SELF_CHECK)
    data = valid_self_check(uscc=fresh_uscc(), year=last_year(), databases=0, unit_name="示例县第二中学")
    stranger = copy.deepcopy(data)
    stranger["unit"]["unit_name"] = "示例县另一个单位"

    def fill_and_file(answers: dict[str, Any]) -> Page:
        page = visit(f"/forms/{SELF_CHECK}/", javascript=False)
        act(page, "add:rectification.issues")
        fill_in(page, definition, answers)
        act(page, "review")
        act(page, "file")
        return page

    first = receipt_is_complete(fill_and_file(stranger), definition, stranger)
    refused = fill_and_file(data)
    words = refused.locator("main").inner_text()
    assert f"本单位 {data['unit']['report_year']} 年度的自查报告已经有一份" in words
    assert first not in words
    assert "示例县另一个单位" not in words
    fill_one(refused, "contest", "true")
    act(refused, "file")
    second = receipt_is_complete(refused, definition, data)
    desk = visit(f"/desk/?q={second}", javascript=False)
    sign_in(desk, *officer)
    assert "重复待核" in desk.locator("tbody").inner_text()
    desk.goto(f"/desk/?q={first}")
    assert "重复待核" in desk.locator("tbody").inner_text()
