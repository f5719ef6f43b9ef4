"""File, return, correct, accept in a real browser: with and without JavaScript, by keyboard, on a phone, under axe."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from functions.forms.catalogue import Catalogue
from tests.browser.conftest import PHONE, WIDE, Visit
from tests.browser.test_accessibility import findings
from tests.support.browser.second_machine import SecondMachine
from tests.support.browser.steps import CODE, NUMBER, act, fill_in, fill_one, overflow, sign_in
from tests.support.clock import last_year, today
from tests.support.filings import fresh_uscc, valid_self_check
from tests.support.serving import Server

SELF_CHECK = "annual-self-check"
SCRIPT = pytest.mark.parametrize("javascript", [False, True], ids=["without script", "with script"])
SIZES = pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["1280", "360"])


def file_one(server: Server, data: dict[str, Any]) -> dict[str, Any]:
    """The receipt of a filing that a program has sent."""
    request = Request(
        f"{server.url}/api/submissions/{SELF_CHECK}",
        data=json.dumps(data).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urlopen(request, timeout=10) as answer:
        given: dict[str, Any] = json.load(answer)
    return given


def look(page: Page, number: str, code: str) -> None:
    """Opens the page of a filing with its number and access code."""
    page.goto("/track/")
    page.locator("[name=number]").fill(number)
    page.locator("[name=code]").fill(code)
    page.get_by_role("button", name="查看").click()
    page.wait_for_load_state()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


def is_sound(page: Page) -> None:
    """Nothing is wider than the window, and axe finds nothing."""
    assert overflow(page) == 0, page.title()
    assert findings(page) == [], page.title()


def send_back(desk: Page, number: str, query: str = "") -> None:
    """Returns the filing, asking for two fields to be changed."""
    desk.goto(f"/desk/submissions/{number}{query}")
    desk.locator("[name=field][value='/holdings/y30']").check()
    desk.locator("[name=field][value='/unit/contact_phone']").check()
    radio = desk.locator("[name=decision][value=return][type=radio]")
    if radio.count():
        radio.check()
    desk.locator("[name=opinion]").fill("30 年档案数量漏填。")
    desk.locator("[name=correction_due]").fill((today() + timedelta(days=7)).isoformat())
    desk.locator("#decide button").click()
    desk.wait_for_load_state()


@SCRIPT
def test_a_filing_is_returned_corrected_accepted_and_proved_elsewhere(
    visit: Visit,
    server: Server,
    catalogue: Catalogue,
    officer: tuple[str, str],
    reviewer: tuple[str, str],
    javascript: bool,
    tmp_path: Path,
) -> None:
    definition = catalogue.get(SELF_CHECK)
    data = valid_self_check(uscc=fresh_uscc(), year=last_year(), databases=1)
    page = visit(f"/forms/{SELF_CHECK}/", javascript=javascript)
    for rows in ("databases.databases", "rectification.issues"):
        act(page, f"add:{rows}")
    fill_in(page, definition, data)
    act(page, "review")
    act(page, "file")
    words = page.locator("main").inner_text()
    number, code = NUMBER.search(words), CODE.search(words)
    assert number
    assert code
    page.get_by_role("link", name="补正或者撤回").click()
    assert page.url.endswith("/track/")

    desk = visit("/desk/", javascript=javascript)
    sign_in(desk, *officer)
    send_back(desk, number.group())
    expect(desk.locator(".say--done")).to_contain_text("退回")

    look(page, number.group(), code.group())
    expect(page.locator(".say--warn")).to_contain_text("30 年档案数量漏填。")
    press(page, "补正")
    expect(page.locator(".asked")).to_have_count(2)
    expect(page.locator("[name='unit.unit_name']")).to_have_value(data["unit"]["unit_name"])
    if javascript:
        assert page.evaluate("localStorage.length") == 0, "a correction is no draft of a new filing"
    fill_one(page, "unit.contact_phone", "12")
    act(page, "review")
    assert page.title().startswith("有 1 处要改：补正")
    fill_one(page, "unit.contact_phone", "0000-7654321")
    fill_one(page, "holdings.y30.y30_items", "1264")
    act(page, "review")
    expect(page.locator("table.diff tbody tr")).to_have_count(2)
    act(page, "file")
    expect(page.locator("h1")).to_contain_text("已收到您的补正（第 2 版）")
    assert code.group() not in page.url

    second = visit("/desk/?status=waiting", javascript=javascript)
    sign_in(second, *reviewer)
    second.goto(f"/desk/submissions/{number.group()}?status=waiting")
    expect(second.locator("table.diff")).to_contain_text("1264")
    second.locator("[name=decision][value=accept]").check()
    second.get_by_role("button", name="作出决定").click()
    expect(second.locator(".say--done")).to_contain_text("接受")

    look(page, number.group(), code.group())
    expect(page.locator(".slip")).to_contain_text("已接受")
    assert page.get_by_role("button", name="补正", exact=True).count() == 0

    second.goto(f"/desk/?q={number.group()}")
    with second.expect_download() as download:
        second.get_by_role("button", name="归档包").click()
    elsewhere = SecondMachine(tmp_path / "elsewhere", server)
    download.value.save_as(elsewhere.package)
    whole = elsewhere.verify()
    assert whole.returncode == 0, whole.stderr
    assert "全部对得上" in whole.stdout
    assert "1 份填报" in whole.stdout
    assert "2 份回执" in whole.stdout
    body = f"data/filings/{number.group()}/v2/filing.json"
    elsewhere.flip_a_byte(body, b"1264")
    changed = elsewhere.verify()
    assert changed.returncode == 1
    assert body in changed.stderr
    assert elsewhere.holds() == {"package.zip", "jwks.json"}, "no data folder is asked for, nor made"


@SIZES
def test_every_tracking_page_is_accessible_and_fits(
    visit: Visit, server: Server, officer: tuple[str, str], viewport: ViewportSize
) -> None:
    given = file_one(server, valid_self_check(uscc=fresh_uscc(), year=last_year()))
    desk = visit("/desk/")
    sign_in(desk, *officer)
    send_back(desk, given["number"])
    page = visit("/track/", viewport=viewport, bypass_csp=True)
    look(page, given["number"], "0000-0000-0000-0000")
    expect(page.locator(".errors")).to_contain_text("编号和查询码对不上")
    is_sound(page)
    look(page, given["number"], given["access_code"])
    page.locator("summary").first.click()
    is_sound(page)
    press(page, "补正")
    is_sound(page)
    fill_one(page, "responsible.title", "示例职务")
    act(page, "review")
    is_sound(page)
    act(page, "file")
    is_sound(page)
    press(page, "回到这份填报")
    is_sound(page)
    press(page, "撤回")
    is_sound(page)
    press(page, "撤回这份填报")
    expect(page.locator("h1")).to_contain_text("已经撤回")
    is_sound(page)


@SIZES
def test_every_review_page_is_accessible_and_fits(
    visit: Visit, server: Server, catalogue: Catalogue, reviewer: tuple[str, str], viewport: ViewportSize
) -> None:
    given = [file_one(server, valid_self_check(uscc=fresh_uscc(), year=last_year())) for _ in range(3)]
    desk = visit("/desk/", viewport=viewport, bypass_csp=True)
    sign_in(desk, *reviewer)
    desk.goto("/desk/?status=waiting")
    is_sound(desk)
    one = given[0]["number"]
    desk.goto(f"/desk/submissions/{one}?status=waiting")
    for fold in desk.locator(".decide summary").all():
        fold.click()
    is_sound(desk)
    desk.locator("[name=decision][value=return]").check()
    desk.get_by_role("button", name="作出决定").click()
    expect(desk.locator(".errors li")).to_have_count(2)
    is_sound(desk)
    send_back(desk, one)
    is_sound(desk)
    desk.goto("/desk/calls")
    is_sound(desk)
    desk.goto(f"/desk/submissions/{one}")
    desk.locator("summary", has_text="换发查询码").click()
    desk.locator("[name=checked]").fill("示例：回拨总机")
    press(desk, "换发查询码")
    assert CODE.search(desk.locator(".secret").inner_text())
    is_sound(desk)
    numbers = "&".join(f"number={each['number']}" for each in given)
    desk.goto(f"/desk/accept?{numbers}")
    is_sound(desk)
    desk.locator("main button").click()
    expect(desk.locator("h1")).to_contain_text("接受了 2 件")
    is_sound(desk)
    desk.goto("/desk/records/")
    is_sound(desk)
    desk.get_by_role("link", name="档案工作情况自查报告").click()
    is_sound(desk)
    act(desk, "review")
    expect(desk.locator(".errors")).to_contain_text("请填收到纸质件的日期")
    is_sound(desk)


@SCRIPT
def test_a_paper_report_is_entered(
    visit: Visit, catalogue: Catalogue, officer: tuple[str, str], javascript: bool
) -> None:
    definition = catalogue.get(SELF_CHECK)
    data = valid_self_check(uscc=fresh_uscc(), year=last_year(), databases=0)
    desk = visit(f"/desk/records/{SELF_CHECK}", javascript=javascript)
    sign_in(desk, *officer)
    act(desk, "add:rectification.issues")
    fill_in(desk, definition, data)
    received = today().isoformat()
    desk.locator("[name=received_on]").fill(received)
    act(desk, "review")
    expect(desk.locator("main")).to_contain_text(received)
    act(desk, "file")
    expect(desk.locator("h1")).to_contain_text("已经录入")
    expect(desk.locator(".slip")).to_contain_text("按期")
    if javascript:
        assert desk.evaluate("Object.keys(localStorage).length") == 0


def alt(page: Page, key: str) -> None:
    """Presses Alt and a letter as a keyboard sends them: Playwright leaves out the letter that the browser looks at."""
    pressed = {"modifiers": 1, "key": key, "code": f"Key{key.upper()}", "windowsVirtualKeyCode": ord(key.upper())}
    session = page.context.new_cdp_session(page)
    for kind in ("keyDown", "keyUp"):
        session.send("Input.dispatchKeyEvent", {"type": kind, "text": key, "unmodifiedText": key, **pressed})
    session.detach()


def turned_to(page: Page, address: str) -> None:
    """The page of this address has been read to its end: a key that is pressed earlier finds no link yet."""
    page.wait_for_url(re.compile(address))


def test_the_review_queue_works_with_the_keyboard_alone(
    visit: Visit, server: Server, reviewer: tuple[str, str]
) -> None:
    numbers = [file_one(server, valid_self_check(uscc=fresh_uscc(), year=last_year()))["number"] for _ in range(2)]
    older, newer = (f"/desk/submissions/{number}[?]" for number in numbers)
    desk = visit(f"/desk/submissions/{numbers[1]}?status=waiting")
    sign_in(desk, *reviewer)
    turned_to(desk, newer)
    alt(desk, "j")
    turned_to(desk, older)
    alt(desk, "k")
    turned_to(desk, newer)
    alt(desk, "d")
    expect(desk.locator("#decision")).to_be_focused()
    desk.keyboard.press("Space")
    expect(desk.locator("#decision")).to_be_checked()
    for _ in range(40):
        if desk.evaluate("document.activeElement.innerText") == "作出决定":
            break
        desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    turned_to(desk, f"{older}.*done=")
    expect(desk.locator(".say--done")).to_contain_text("接受")
