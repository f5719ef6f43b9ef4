"""The form script: the server's messages on leaving a field, conditions, rows, drafts, progress."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from functions.forms.checking.validation import validate
from functions.forms.definition import Definition
from functions.forms.page.field_names import id_of, parse_name
from functions.forms.pointer import join
from tests.forms.page.conftest import SCRIPTS, Pages
from tests.support.filings import make_uscc, valid_self_check
from tests.support.forms import GONE, changed, self_check

TODAY = date(2026, 9, 18)
OFF = make_uscc(1)[:17] + ("1" if make_uscc(1)[17] != "1" else "2")


def control(page: Page, name: str) -> Any:
    return page.locator(f'[name="{name}"]:not([type=hidden])').first


def message(page: Page, name: str) -> Any:
    path = parse_name(name)
    assert path is not None
    return page.locator(f"#{id_of(path)}-e")


def said_by_server(definition: Definition, data: Any, name: str) -> str:
    path = parse_name(name)
    assert path is not None
    found = [one.message for one in validate(definition, data, TODAY) if one.pointer == join(path)]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("unit.unit_name", ""),
        ("unit.unit_name", "示" * 101),
        ("unit.report_year", "去年"),
        ("unit.report_year", "1066"),
        ("unit.uscc", ""),
        ("unit.uscc", make_uscc(1)[:17]),
        ("unit.uscc", make_uscc(1)[:11]),
        ("unit.uscc", make_uscc(1) + "0"),
        ("unit.uscc", make_uscc(1) + "0000"),
        ("unit.uscc", "I" + make_uscc(1)[1:]),
        ("unit.uscc", OFF),
        ("unit.contact_phone", "12"),
        ("unit.contact_email", "shili@"),
        ("holdings.y30.y30_items", "-1"),
        ("holdings.y30.y30_items", "9999999999"),
        ("holdings.y30.y30_items", "三百件左右，具体数目还要再清点一遍才知道"),
        ("holdings.y30.y30_items", ""),
        ("holdings.storage_status", ""),
        ("databases.databases[1].size_gb", "1.234"),
        ("databases.databases[1].size_gb", "12345678901234"),
        ("databases.databases[1].maintenance_note", ""),
        ("checks.check_2.note", ""),
        ("responsible.title", ""),
    ],
)
def test_a_mistake_is_named_on_leaving_the_field_in_the_servers_words(pages: Pages, name: str, typed: str) -> None:
    good = valid_self_check(uscc=make_uscc(1), databases=2)
    pages.write_form("filled.html", "annual-self-check", good)
    path = parse_name(name)
    assert path is not None
    value = int(typed) if typed.lstrip("-").isascii() and typed.lstrip("-").isdigit() and "uscc" not in name else typed
    wrong = value if "size" not in name and "phone" not in name else typed
    expected = said_by_server(self_check(), changed(good, {join(path): wrong if typed else GONE}), name)
    page = pages.open("filled.html")
    control(page, name).fill(typed)
    control(page, name).blur()
    expect(message(page, name)).to_have_text(f"错误：{expected}")
    expect(control(page, name)).to_have_attribute("aria-invalid", "true")
    assert f"{id_of(path)}-e" in (control(page, name).get_attribute("aria-describedby") or "")
    expect(page.locator(".prog p")).to_contain_text("还有 1 处要改")


def test_a_date_typed_as_text_is_validated_like_one_from_a_date_control(pages: Pages) -> None:
    name = "databases.databases[0].last_backup"
    good = valid_self_check(databases=1)
    for typed in ("2026-02-30", "去年"):
        data = changed(good, {"/databases/databases/0/last_backup": typed})
        pages.write_form("dated.html", "annual-self-check", data, validate(self_check(), data, TODAY))
        page = pages.open("dated.html")
        page.evaluate("document.getElementById('databases-databases-0-last_backup').type = 'text'")
        control(page, name).fill(f"{typed} ")
        page.locator(f"[data-f='{name}']").evaluate("e => e.removeAttribute('data-judged')")
        control(page, name).blur()
        expect(message(page, name)).to_have_text(f"错误：{said_by_server(self_check(), data, name)}")
        control(page, name).fill("２０２６年３月１日")
        control(page, name).blur()
        expect(message(page, name)).to_have_count(0)


def test_choices_that_are_left_without_a_choice_are_named(pages: Pages) -> None:
    page = pages.open("check.html")
    page.locator("#checks-check_1-result").focus()
    control(page, "unit.unit_name").focus()
    expect(page.locator("#checks-check_1-result-e")).to_contain_text("“检查事项（一）”还没有选")
    page.locator("[name='checks.check_1.result'][value=yes]").check()
    control(page, "unit.unit_name").focus()
    expect(page.locator("#checks-check_1-result-e")).to_have_count(0)
    expect(page.locator("#checks-check_1")).not_to_have_class("fld bad")


def test_how_to_write_a_date_is_told_only_where_the_browser_shows_no_calendar(pages: Pages) -> None:
    example = "[data-f='progress.start_date'] [data-example]"
    expect(pages.open("project.html", java_script_enabled=False).locator(example)).to_have_text("如 2026-03-01。")
    page = pages.open("project.html")
    expect(page.locator(example)).to_be_hidden()
    expect(page.locator("#progress-start_date-h")).to_contain_text("实际开工的日期")
    expect(page.locator("#archives-setup_date-h")).to_be_hidden()
    page.evaluate("document.getElementById('progress-start_date').type = 'text'")
    control(page, "unit.unit_name").fill("示例县水利工程建设中心")
    expect(page.locator(example)).to_be_visible()


def test_a_browser_without_modules_gets_the_form_as_plain_html(pages: Pages) -> None:
    """Half a script would hide questions and promise drafts that it cannot keep. Such a browser takes a module's tag
    for one of a language that it does not know."""
    pages.write_form("wrong.html", "annual-self-check", {}, validate(self_check(), {}, TODAY))
    written = (pages.folder / "wrong.html").read_text(encoding="utf-8")
    unknown = written.replace('type="module"', 'type="text/unknown"')
    assert unknown != written
    (pages.folder / "wrong.html").write_text(unknown, encoding="utf-8")
    page = pages.open("wrong.html")
    expect(page.locator("[data-f='holdings.professional_types']")).to_be_visible()
    expect(page.get_by_role("button", name="把草稿存成文件")).to_have_count(0)
    assert page.locator("#form [disabled]").count() == 0


NEWER = re.compile(r"=>|`|\?\.[a-z\[(]|\?\?|\b(?:let|const|class|async|await|import|export|of)\b|\.\.\.|\*\*")
WRITTEN = re.compile(
    r"/\*.*?\*/|\"(?:\\.|[^\"\\])*\"|(?<=[(\[,=:!&|?{};\n] )/(?:\\.|[^/\\\n])+/[a-z]*|(?<=\()/(?:\\.|[^/\\\n])+/[a-z]*",
    re.S,
)


def test_the_script_of_every_page_uses_old_syntax_only() -> None:
    """One word of newer syntax, and a browser of 2016 runs nothing of the file. It runs none of the modules."""
    script = (SCRIPTS / "site.js").read_text(encoding="utf-8").removeprefix("// @ts-check")
    assert NEWER.findall(WRITTEN.sub("''", script)) == []


def test_a_message_goes_when_the_answer_is_mended(pages: Pages) -> None:
    page = pages.open("check.html")
    control(page, "unit.uscc").fill(OFF)
    control(page, "unit.uscc").blur()
    expect(message(page, "unit.uscc")).to_contain_text("最后一位不对")
    control(page, "unit.uscc").fill(make_uscc(1).lower())
    control(page, "unit.uscc").blur()
    expect(message(page, "unit.uscc")).to_have_count(0)
    assert control(page, "unit.uscc").get_attribute("aria-invalid") is None


def test_server_messages_stay_until_the_answer_changes(pages: Pages) -> None:
    data = changed(valid_self_check(databases=1), {"/databases/databases/0/last_backup": "2026-12-01"})
    problems = validate(self_check(), data, TODAY)
    pages.write_form("late.html", "annual-self-check", data, problems)
    page = pages.open("late.html")
    expect(page.locator(".errors")).to_be_focused()
    page.locator(".errors a").first.click()
    expect(control(page, "databases.databases[0].last_backup")).to_be_focused()
    control(page, "databases.databases[0].last_backup").blur()
    expect(message(page, "databases.databases[0].last_backup")).to_be_visible()
    control(page, "databases.databases[0].last_backup").fill("2026-08-31")
    control(page, "databases.databases[0].last_backup").blur()
    expect(message(page, "databases.databases[0].last_backup")).to_have_count(0)


def sent(page: Page) -> list[str]:
    """The names that the form would send now."""
    names: list[str] = page.evaluate("Array.from(new FormData(document.getElementById('form')).keys())")
    return names


def test_hidden_answers_are_not_sent_and_come_back_when_they_apply_again(pages: Pages) -> None:
    page = pages.open("project.html")
    year = page.locator("[data-f='project.reporting_year']")
    expect(year).to_be_hidden()
    page.locator("[name='project.phase'][value=annual]").check()
    expect(year).to_be_visible()
    control(page, "project.reporting_year").fill("2026")
    page.locator("[name='project.phase'][value=start]").check()
    expect(year).to_be_hidden()
    assert "project.reporting_year" not in sent(page)
    page.locator("[name='project.phase'][value=annual]").check()
    expect(control(page, "project.reporting_year")).to_have_value("2026")
    assert "project.reporting_year" in sent(page)
    expect(page.locator("[data-f='progress.completed_works'] .opt")).to_be_hidden()


def test_rows_that_do_not_apply_are_not_sent(pages: Pages) -> None:
    page = pages.open("check.html")
    page.locator("[value='add:databases.databases']").click()
    control(page, "databases.databases[0].name").fill("甲库")
    page.locator("[name='databases.no_database']").check()
    expect(page.locator("[data-f='databases.databases']")).to_be_hidden()
    assert not [name for name in sent(page) if name.startswith("databases.databases")]


def test_rows_are_added_filled_removed_and_counted_anew(pages: Pages) -> None:
    page = pages.open("check.html")
    add = page.locator("[value='add:databases.databases']")
    expect(add).to_have_text("加一个数据库")
    for index in range(3):
        add.click()
        expect(control(page, f"databases.databases[{index}].name")).to_be_focused()
        control(page, f"databases.databases[{index}].name").fill(f"库{index}")
    expect(add).to_have_text("再加一个数据库")
    page.locator("[name='databases.databases[2].running'][value=fault]").check()
    control(page, "databases.databases[2].maintenance_note").focus()
    control(page, "databases.databases[2].maintenance_note").blur()
    page.get_by_role("button", name="删除数据库 2").click()
    expect(control(page, "databases.databases[1].name")).to_be_focused()
    expect(control(page, "databases.databases[1].name")).to_have_value("库2")
    expect(page.locator("[name='databases.databases[1].running'][value=fault]")).to_be_checked()
    expect(page.get_by_role("group", name="数据库 2", exact=True)).to_have_count(1)
    expect(message(page, "databases.databases[1].maintenance_note")).to_contain_text("请写数据库 2 的维护情况")
    expect(page.locator("[name^='databases.databases[2]']")).to_have_count(0)
    for name in ("删除数据库 1", "删除数据库 1"):
        page.get_by_role("button", name=name).click()
    expect(add).to_be_focused()
    assert not [name for name in sent(page) if name.startswith("databases.databases")]


def test_the_draft_survives_and_goes_when_the_form_is_filed(pages: Pages) -> None:
    page = pages.open("check.html")
    control(page, "unit.unit_name").fill("示例县第一中学")
    page.locator("[name='holdings.basis'][value=y30]").check()
    page.locator("[value='add:databases.databases']").click()
    control(page, "databases.databases[0].name").fill("学籍档案数据库")
    page.locator("[name='checks.check_1.result'][value=part]").check()
    control(page, "checks.check_1.note").fill("还没有备份")
    control(page, "checks.check_1.note").blur()
    context = page.context
    page.close()
    again = pages.open("check.html", context)
    expect(again.locator("#draft-note")).to_contain_text("有一份没填完的草稿")
    expect(again.locator("#draft-note")).to_contain_text("刚才（")
    expect(control(again, "unit.unit_name")).to_have_value("")
    expect(again.locator("[data-row]")).to_have_count(0)
    again.get_by_role("button", name="继续填").click()
    expect(again.locator("#draft-note")).to_contain_text("已恢复上次没填完的草稿")
    expect(control(again, "unit.unit_name")).to_have_value("示例县第一中学")
    expect(control(again, "databases.databases[0].name")).to_have_value("学籍档案数据库")
    expect(again.locator("[name='holdings.basis'][value=y30]")).to_be_checked()
    expect(control(again, "checks.check_1.note")).to_have_value("还没有备份")
    again.goto(again.url.replace("check.html", "filed.html"))
    again.wait_for_function("Object.keys(localStorage).length === 0")
    last = pages.open("check.html", context)
    expect(control(last, "unit.unit_name")).to_have_value("")
    expect(last.locator("#draft-note")).to_have_count(0)


def test_each_of_two_tabs_keeps_its_own_draft_and_filing_one_leaves_the_other(pages: Pages) -> None:
    first = pages.open("check.html")
    control(first, "unit.unit_name").fill("示例县第一中学")
    control(first, "unit.unit_name").blur()
    second = pages.open("check.html", first.context)
    second.get_by_role("button", name="重新填").click()
    expect(control(second, "unit.unit_name")).to_have_value("")
    control(second, "unit.unit_name").fill("示例县第二中学")
    control(second, "unit.unit_name").blur()
    control(first, "unit.unit_name").fill("示例县第一小学")
    control(first, "unit.unit_name").blur()
    assert _kept(first) == ["示例县第一小学", "示例县第二中学"]
    first.goto(first.url.replace("check.html", "filed.html"))
    first.wait_for_function("Object.keys(localStorage).length === 1")
    assert _kept(second) == ["示例县第二中学"]
    third = pages.open("check.html", first.context)
    third.get_by_role("button", name="继续填").click()
    expect(control(third, "unit.unit_name")).to_have_value("示例县第二中学")
    assert _kept(third) == ["示例县第二中学"], "it is the third tab's now"
    control(second, "unit.unit_name").fill("示例县第二小学")
    control(second, "unit.unit_name").blur()
    assert _kept(third) == ["示例县第二中学", "示例县第二小学"]


def _kept(page: Page) -> list[str]:
    """The units of the drafts that the browser has."""
    names: list[str] = page.evaluate(
        """() => Object.keys(localStorage).filter((key) => key.startsWith("qingdan:draft:"))
            .map((key) => JSON.parse(localStorage[key]).values.find((pair) => pair[0] === "unit.unit_name")[1])
            .sort()"""
    )
    return names


def test_restoring_a_draft_can_be_undone(pages: Pages) -> None:
    page = pages.open("check.html")
    control(page, "unit.unit_name").fill("示例县第一中学")
    control(page, "unit.unit_name").blur()
    page.reload()
    control(page, "unit.unit_name").fill("示例县第二中学")
    page.get_by_role("button", name="继续填").click()
    expect(control(page, "unit.unit_name")).to_have_value("示例县第一中学")
    page.get_by_role("button", name="撤销").click()
    expect(control(page, "unit.unit_name")).to_have_value("示例县第二中学")


def test_a_draft_that_is_not_taken_stays_until_it_is_cleared(pages: Pages) -> None:
    page = pages.open("check.html")
    control(page, "unit.unit_name").fill("示例县第一中学")
    control(page, "unit.unit_name").blur()
    page.reload()
    page.get_by_role("button", name="重新填").click()
    expect(page.locator("#draft-note")).to_contain_text("满 7 天自动清除")
    page.reload()
    page.get_by_role("button", name="重新填").click()
    page.locator("#draft-note").get_by_role("button", name="清除草稿").click()
    page.reload()
    expect(page.locator("#draft-note")).to_have_count(0)


def test_a_draft_can_be_cleared_and_the_clearing_undone(pages: Pages) -> None:
    page = pages.open("check.html")
    control(page, "unit.unit_name").fill("示例县第一中学")
    control(page, "unit.unit_name").blur()
    page.reload()
    page.get_by_role("button", name="继续填").click()
    page.locator("#draft-note").get_by_role("button", name="清除草稿").click()
    expect(control(page, "unit.unit_name")).to_have_value("")
    page.get_by_role("button", name="撤销").click()
    expect(control(page, "unit.unit_name")).to_have_value("示例县第一中学")
    page.get_by_role("status").get_by_text("已撤销").wait_for()


def test_a_draft_can_be_cleared_before_leaving_a_computer_that_others_use(pages: Pages) -> None:
    page = pages.open("check.html")
    page.locator("[value='add:databases.databases']").click()
    control(page, "databases.databases[0].name").fill("学籍档案数据库")
    control(page, "unit.unit_name").fill("示例县第一中学")
    control(page, "unit.unit_name").blur()
    page.get_by_role("button", name="清除草稿").click()
    expect(page.locator("#draft-note")).to_be_focused()
    expect(control(page, "unit.unit_name")).to_have_value("")
    expect(page.locator("[data-row]")).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage).length") == 0
    page.reload()
    expect(control(page, "unit.unit_name")).to_have_value("")
    expect(page.locator("#draft-note")).to_have_count(0)


def test_a_draft_goes_to_a_file_and_back_and_only_into_its_own_form(pages: Pages, tmp_path: Path) -> None:
    page = pages.open("check.html")
    control(page, "unit.unit_name").fill("示例县第一中学")
    with page.expect_download() as download:
        page.get_by_role("button", name="把草稿存成文件").click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    assert saved.name == "档案工作情况自查报告（草稿）.json"
    other = pages.open("project.html")
    other.get_by_label("草稿文件").set_input_files(saved)
    expect(other.get_by_role("alert")).to_contain_text("这里要填的是《重点建设项目档案管理登记表》")
    fresh = pages.open("check.html")
    fresh.get_by_label("草稿文件").set_input_files(saved)
    expect(fresh.locator("#draft-note")).to_contain_text("已载入草稿文件")
    expect(control(fresh, "unit.unit_name")).to_have_value("示例县第一中学")
    broken = tmp_path / "说明.json"
    broken.write_text(json.dumps({"kind": "qingdan-draft", "values": "x"}), encoding="utf-8")
    fresh.get_by_label("草稿文件").set_input_files(broken)
    expect(fresh.get_by_role("alert")).to_contain_text("“说明.json”不是草稿文件")
    expect(control(fresh, "unit.unit_name")).to_have_value("示例县第一中学")


def test_a_hostile_draft_file_makes_no_markup_and_no_thousand_rows(pages: Pages, tmp_path: Path) -> None:
    values = [
        ["unit.unit_name", "<img src=x onerror=alert(1)>"],
        ["__proto__", "x"],
        ["databases.databases[999999].name", "x"],
    ]
    text = json.dumps({"kind": "qingdan-draft", "form": "annual-self-check", "saved": "<b>", "values": values})
    hostile = tmp_path / "hostile.json"
    hostile.write_text(text, encoding="utf-8")
    page = pages.open("check.html")
    page.get_by_label("草稿文件").set_input_files(hostile)
    expect(control(page, "unit.unit_name")).to_have_value("<img src=x onerror=alert(1)>")
    assert page.locator("[data-row]").count() <= 100
    assert page.locator("main img").count() == 0


def test_progress_follows_what_is_filled_in(pages: Pages) -> None:
    page = pages.open("check.html")
    expect(page.locator(".prog p")).to_have_text("七部分都还没有填好")
    for name, typed in (
        ("responsible.responsible_leader", "示例甲"),
        ("responsible.title", "校长"),
        ("responsible.filled_by", "示例乙"),
    ):
        control(page, name).fill(typed)
    control(page, "responsible.filled_by").blur()
    expect(page.locator("[data-part=responsible] .st")).to_have_text("已填")
    expect(page.locator(".prog p")).to_have_text("七部分中一部分填好")
    control(page, "responsible.title").focus()
    expect(page.locator("[data-part=responsible] a")).to_have_attribute("aria-current", "step")


@pytest.mark.parametrize("values", [None, valid_self_check(databases=2), {"databases": {"databases": [{}]}}])
def test_the_script_counts_as_the_server_does(pages: Pages, values: Any) -> None:
    pages.write_form("counted.html", "annual-self-check", values)
    plain = pages.open("counted.html", java_script_enabled=False)
    served = plain.locator(".prog").inner_text()
    assert pages.open("counted.html").locator(".prog").inner_text() == served


def test_a_form_filled_in_by_the_server_is_not_overwritten_by_an_older_draft(pages: Pages) -> None:
    page = pages.open("check.html")
    control(page, "unit.unit_name").fill("旧草稿")
    control(page, "unit.unit_name").blur()
    pages.write_form("again.html", "annual-self-check", {"unit": {"unit_name": "刚提交的"}})
    again = pages.open("again.html", page.context)
    expect(control(again, "unit.unit_name")).to_have_value("刚提交的")
