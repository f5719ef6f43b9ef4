"""Whom to call at the desk: who sees contacts, what is noted, who leaves the list and who comes back."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from html import unescape

import pytest
from httpx2 import Response
from openpyxl import load_workbook
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.reminding.night import Night
from functions.staff.audit_log import Sought, body_of
from functions.supervision.reminders.ledger import Chain, history_of
from tests.desk.conftest import ComeIn, token_in
from tests.support.board import file_at, list_units, moment
from tests.support.clock import Clock
from tests.support.filings import make_uscc, valid_self_check

PLACE = "/desk/reminders"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SCHOOL = {"unit_name": "示例县第一中学", "uscc": make_uscc(1), "since": "2026-01-01",
          "contact_name": "示例甲", "contact_phone": "0310-3891234"}  # fmt: skip
SHOP = {"unit_name": "示例商贸有限公司", "uscc": make_uscc(2), "since": "2026-01-01"}


@pytest.fixture
def listed(services: Services, clock: Clock) -> Services:
    """Two units that a night put on the list, the day before the last day."""
    clock.at = moment("2026-09-29 09:00:00")
    list_units(services, SCHOOL, SHOP)
    assert Night(services, date(2026, 9, 29)).send().counts == {"call": 2}
    return services


def said(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def calls(html: str) -> str:
    return said(html.partition("要打的电话</h2>")[2].partition("提醒的记录</h2>")[0])


def id_of(services: Services, name: str) -> str:
    return next(
        one.reminder.id for one in history_of(services.ledger).entries.values() if one.reminder.unit_name == name
    )


def press(browser: TestClient, id: str, **typed: str) -> Response:
    page = browser.get(PLACE).text
    body = {"csrf": token_in(page, "csrf"), "once": token_in(page, "once"), **typed}
    return browser.post(f"{PLACE}/{id}", data=body, headers=FORM)


def test_the_list_says_whom_to_call_about_what_until_when(listed: Services, come_in: ComeIn) -> None:
    page = come_in("officer").get(PLACE).text
    words = calls(page)
    for word in (
        "示例县第一中学",
        "示例甲",
        "0310-3891234",
        "2026-09-30",
        "还有 1 天",
        "丙",
        "要打电话",
        "没有联系人，请补",
    ):
        assert word in words
    assert 'href="tel:03103891234"' in page
    assert " style=" not in page


def test_contacts_are_for_those_with_the_permission_and_looks_are_noted(listed: Services, come_in: ComeIn) -> None:
    page = come_in("viewer").get(PLACE).text
    assert "示例县第一中学" in calls(page)
    assert "示例甲" not in page
    assert "3891234" not in page
    assert "已联系</button>" not in page
    come_in("officer").get(PLACE)
    noted = [body_of(event)["details"] for event in listed.trail.page(Sought(action="listed"), limit=2)]
    assert noted == [{"where": "reminders", "contacts": 1}, {"where": "reminders"}]


def test_the_workbook_has_the_list_with_contacts_and_is_noted(listed: Services, come_in: ComeIn) -> None:
    answer = come_in("officer").get(f"{PLACE}.xlsx")
    rows = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert rows[0][:5] == ("单位", "统一社会信用代码", "项目", "联系人", "联系电话")
    school = next(row for row in rows if row[0] == "示例县第一中学")
    assert school[3:5] == ("示例甲", "0310-3891234")
    (event,) = listed.trail.page(Sought(action="exported"), limit=1)
    assert body_of(event)["details"] == {"where": "reminders", "format": "xlsx", "contacts": 2}


def test_a_call_is_ticked_with_what_was_said_and_leaves_the_list(listed: Services, come_in: ComeIn) -> None:
    browser = come_in("officer")
    answer = press(browser, id_of(listed, "示例县第一中学"), do="called", said=" 说周五以前报 ")
    assert answer.headers["location"] == f"{PLACE}?done=called"
    page = browser.get(f"{PLACE}?done=called").text
    assert "记下了：已联系" in page
    assert "示例县第一中学" not in calls(page)
    assert "officer：说周五以前报" in said(page)
    (event,) = listed.trail.page(Sought(action="reminded"), limit=1)
    assert (event.actor, body_of(event)["details"]) == ("officer", {"outcome": "called"})


def test_a_tick_without_a_word_is_refused_beside_its_field(listed: Services, come_in: ComeIn) -> None:
    id = id_of(listed, "示例县第一中学")
    answer = press(come_in("officer"), id, do="called", said=" ")
    assert answer.status_code == 422
    page = answer.text
    assert "请写说了什么" in page
    assert f'aria-describedby="said-{id}-e"' in page
    long = press(come_in("officer"), id, do="called", said="好" * 201)
    assert long.status_code == 422
    assert "好" * 201 in long.text


def test_who_has_filed_is_on_neither_page_nor_workbook(listed: Services, come_in: ComeIn) -> None:
    file_at(listed, "2026-09-29", valid_self_check())
    browser = come_in("officer")
    assert "示例县第一中学" not in calls(browser.get(PLACE).text)
    book = load_workbook(io.BytesIO(browser.get(f"{PLACE}.xlsx").content))
    assert [row[0] for row in book.active.iter_rows(min_row=2, values_only=True)] == ["示例商贸有限公司"]


def send_mail(services: Services, name: str) -> str:
    """Record that the unit's next reminder, the one of the day after, went out by mail."""
    first = next(one.reminder for one in history_of(services.ledger).entries.values() if one.reminder.unit_name == name)
    mail = replace(first, step=-1, channel="email")
    chain = Chain(services.ledger, mail.year, services.clock, services.entropy)
    chain.begin([mail], {}, "(console)")
    chain.begin([], {mail.id: "sent"}, "(console)")
    return mail.id


def test_a_mail_that_came_back_is_pressed_and_the_unit_is_called(listed: Services, come_in: ComeIn) -> None:
    id, browser = send_mail(listed, "示例县第一中学"), come_in("officer")
    assert "示例县第一中学" not in calls(browser.get(PLACE).text)
    press(browser, id, do="bounced")
    assert "示例县第一中学" in calls(browser.get(PLACE).text)
    assert "退信" in calls(browser.get(PLACE).text)


def test_programs_report_a_mail_that_came_back(listed: Services, come_in: ComeIn) -> None:
    id, browser = send_mail(listed, "示例县第一中学"), come_in("officer")
    assert browser.post(f"/api/desk/reminders/{id}/bounced", json={}).status_code == 204
    assert "示例县第一中学" in calls(browser.get(PLACE).text)
    called = id_of(listed, "示例商贸有限公司")
    assert browser.post(f"/api/desk/reminders/{called}/bounced", json={}).status_code == 409
    assert browser.post("/api/desk/reminders/nothing/bounced", json={}).status_code == 404


def test_the_list_is_searched(listed: Services, come_in: ComeIn) -> None:
    page = come_in("officer").get(f"{PLACE}?q=商贸").text
    assert "示例商贸有限公司" in calls(page)
    assert "示例县第一中学" not in page.partition("<h1>")[2]
    assert "没有符合的" in come_in("officer").get(f"{PLACE}?q=没有").text


def test_the_due_board_says_when_a_unit_was_last_reminded(listed: Services, come_in: ComeIn) -> None:
    page = come_in("viewer").get("/desk/due").text
    assert "09-29 电话</a>" in page
    assert '<small class="quiet">要打电话</small>' in page
    assert f'href="{PLACE}?q={make_uscc(1)}"' in page


def test_without_reminders_the_page_says_so(services: Services, come_in: ComeIn) -> None:
    page = come_in("viewer").get(PLACE).text
    assert "今天没有要打的电话" in page
    assert "还没有提醒过" in page
