"""Orders, circulars, recommendations and extensions at the desk, from board to unit page (K1, K8, T8, T14)."""

from __future__ import annotations

import io
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from pypdf import PdfReader
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.supervision.orders.reading import read_extensions, read_letters
from tests.desk.conftest import ComeIn
from tests.support.board import list_units, moment
from tests.support.clock import Clock
from tests.support.filings import make_uscc
from tests.support.markup import read_page

pytestmark = pytest.mark.proves("K1", "K8", "T8", "T14")
UNITS = [{"unit_name": f"示例单位{n}", "uscc": make_uscc(n), "since": "2026-01-01"} for n in (1, 2)]
ROAD = {"unit_name": "示例建设公司", "uscc": make_uscc(3), "project_name": "示例县环城路", "start_date": "2026-03-31"}
NEW = "/desk/orders/new"


@pytest.fixture
def owing(services: Services, clock: Clock) -> Services:
    """On 2026-10-08 two units owe the self-check of 2025 and a project its first registration, all overdue."""
    clock.at = moment("2026-10-08")
    list_units(services, *UNITS)
    list_units(services, ROAD, roster="key-projects")
    return services


def keys_of(browser: TestClient, query: str = "state=act") -> list[str]:
    boxes = read_page(browser.get(f"/desk/due?{query}").text).find("input", type="checkbox")
    return [box.attributes["value"] for box in boxes]


def issue(browser: TestClient, kind: str, keys: list[str], **typed: str) -> Any:
    page = browser.get(NEW, params={"do": kind, "row": keys})
    posted = [pair for pair in read_page(page.text).posted() if pair[0] not in typed]
    return browser.post(NEW, data=_multi([*posted, *typed.items()]))


def _multi(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def act(browser: TestClient, address: str, **typed: str) -> Any:
    posted = dict(read_page(browser.get(address).text).posted())
    return browser.post(address, data={**{name: posted[name] for name in ("csrf", "once")}, **typed})


def test_one_press_numbers_an_order_for_each_ticked_row(owing: Services, come_in: ComeIn) -> None:
    browser = come_in("reviewer")
    keys = keys_of(browser)
    assert len(keys) == 3
    answer = issue(browser, "correction", keys, until="2026-10-20", signed_by="示例局长")
    assert answer.status_code == 303, answer.text
    letters = read_letters(owing.ledger)
    assert [letter.number for letter in letters] == [f"涉档责改〔2026〕{n}号" for n in (1, 2, 3)]
    listed = browser.get(answer.headers["location"]).text
    assert "开了 3 份文书" in listed
    board = browser.get("/desk/due").text
    for letter in letters:
        assert f'href="/desk/orders/{letter.id}">10-08</a>' in board
        assert letter.number in board
    page = browser.get(NEW, params={"do": "correction", "row": keys}).text
    assert page.count("已经责令改正") == 3
    assert "编号并开" not in page


def test_a_date_that_is_not_after_today_numbers_nothing_and_keeps_what_was_typed(
    owing: Services, come_in: ComeIn
) -> None:
    browser = come_in("reviewer")
    key = keys_of(browser)[0]
    answer = issue(
        browser, "correction", [key], until="2026-10-08", signed_by="示例局长", **{f"facts.{key}": "另写的事实"}
    )
    assert answer.status_code == 422
    assert "改正期限要在 2026-10-08 以后" in answer.text
    assert "另写的事实" in answer.text
    assert read_letters(owing.ledger) == ()


def test_a_row_that_was_ordered_meanwhile_stops_the_whole_press(owing: Services, come_in: ComeIn) -> None:
    browser, other = come_in("reviewer"), come_in("admin")
    keys = keys_of(browser)
    page = read_page(browser.get(NEW, params={"do": "correction", "row": keys}).text)
    issue(other, "correction", keys[:1], until="2026-10-20", signed_by="示例局长")
    typed = [*page.posted(), ("until", "2026-10-21"), ("signed_by", "示例局长")]
    typed = [pair for pair in typed if pair[1]]
    answer = browser.post(NEW, data=_multi(typed))
    assert answer.status_code == 409
    assert "一份也没有开" in answer.text
    assert len(read_letters(owing.ledger)) == 1


def test_from_the_board_to_the_order_its_documents_refused_and_the_circular(
    owing: Services, come_in: ComeIn, clock: Clock
) -> None:
    browser = come_in("reviewer")
    (key,) = keys_of(browser, "state=act&form=key-project-registration/start")
    address = issue(browser, "correction", [key], until="2026-10-20", signed_by="示例局长").headers["location"]
    one = address.partition("?")[0]
    pdf = PdfReader(io.BytesIO(browser.get(f"{one}/document.pdf").content))
    text = "".join(page.extract_text() for page in pdf.pages).replace("\n", "").replace("\u200b", "")
    for words in (
        "责令限期改正通知书",
        "涉档责改〔2026〕1号",
        "示例县环城路",
        "2026 年 10 月 20 日",
        "本系统拟定，非官方格式",
    ):
        assert words in text
    with ZipFile(io.BytesIO(browser.get(f"{one}/document.docx").content)) as docx:
        assert docx.testzip() is None
        for name in docx.namelist():
            ElementTree.fromstring(docx.read(name))
        words = "".join(ElementTree.fromstring(docx.read("word/document.xml")).itertext())
    assert "责令示例建设公司于2026 年 10 月 20 日前改正" in words
    clock.at = moment("2026-10-09")
    browser = come_in("reviewer")
    assert act(browser, one, do="served", served_day="2026-10-09", how="当面送达", who="示例乙").status_code == 303
    assert "已送达" in browser.get(one).text

    clock.at = moment("2026-10-20 23:59:59")
    browser = come_in("reviewer")
    assert "才可以通报批评" in browser.get(NEW, params={"do": "circular", "row": [key]}).text
    clock.at = moment("2026-10-21 00:00:00")
    browser = come_in("reviewer")
    assert "不报" in browser.get(f"/desk/units/{make_uscc(3)}").text
    circular = issue(browser, "circular", [key], signed_by="示例局长").headers["location"].partition("?")[0]
    assert "涉档责改〔2026〕1号" in browser.get(circular).text
    unit = browser.get(f"/desk/units/{make_uscc(3)}").text
    assert "涉档通报〔2026〕1号" in unit
    assert "涉档责改〔2026〕1号" in unit
    assert act(browser, one, do="void", reason="写错").status_code == 409


def test_a_recommendation_owes_a_written_answer_which_is_recorded(
    owing: Services, come_in: ComeIn, clock: Clock
) -> None:
    browser = come_in("reviewer")
    key = keys_of(browser, "q=示例单位1")[0]
    issue(browser, "correction", [key], until="2026-10-20", signed_by="示例局长")
    clock.at = moment("2026-10-21")
    browser = come_in("reviewer")
    typed = {"until": "2026-11-20", "signed_by": "示例局长", "to": "示例县教育局"}
    one = issue(browser, "recommendation", [key], **typed).headers["location"].partition("?")[0]
    act(browser, one, do="served", served_day="2026-10-21", how="邮寄送达", who="示例县教育局")
    assert "待答复" in browser.get(one).text
    clock.at = moment("2026-11-21")
    browser = come_in("reviewer")
    assert "逾期未答复" in browser.get(one).text
    assert act(browser, one, do="answered", answered_day="2026-11-21", words="已给予警告").status_code == 303
    assert "已给予警告" in browser.get(one).text


def test_a_voided_order_keeps_its_number_and_the_row_is_free_again(owing: Services, come_in: ComeIn) -> None:
    browser = come_in("reviewer")
    key = keys_of(browser)[0]
    one = (
        issue(browser, "correction", [key], until="2026-10-20", signed_by="示例局长")
        .headers["location"]
        .partition("?")[0]
    )
    assert act(browser, one, do="void", reason="").status_code == 422
    assert act(browser, one, do="void", reason="单位名称写错").status_code == 303
    assert "单位名称写错" in browser.get(one).text
    again = issue(browser, "correction", [key], until="2026-10-20", signed_by="示例局长").headers["location"]
    assert "2026-correction-2" in again


def test_a_reviewer_extends_at_once_and_an_officer_asks(owing: Services, come_in: ComeIn) -> None:
    browser, officer = come_in("reviewer"), come_in("officer")
    first, second = keys_of(browser, "q=示例单位")
    new = "/desk/extensions/new"

    def ask(client: TestClient, key: str, until: str) -> Any:
        posted = dict(read_page(client.get(f"{new}?row={key}").text).posted())
        return client.post(new, data={**posted, "until": until, "reason": "搬迁库房"})

    assert ask(browser, first, "2026-10-08").status_code == 422
    assert ask(browser, first, "2026-11-15").headers["location"].endswith("done=granted")
    assert ask(officer, second, "2026-11-15").headers["location"].endswith("done=asked")
    assert [each.status for each in read_extensions(owing.ledger)] == ["granted", "asked"]
    assert "没到期，不能责令改正" in browser.get(NEW, params={"do": "correction", "row": [first]}).text
    assert "已延期" in browser.get("/desk/due?state=extended").text
    assert act(browser, "/desk/extensions/2026-2", do="grant").status_code == 404
    waiting = read_extensions(owing.ledger)[1]
    assert act(browser, f"/desk/extensions/{waiting.id}", do="grant").status_code == 303
    assert act(browser, f"/desk/extensions/{waiting.id}", do="revoke", reason="没有搬").status_code == 303
    assert [each.status for each in read_extensions(owing.ledger)] == ["granted", "revoked"]


def test_the_list_is_had_as_a_file(owing: Services, come_in: ComeIn) -> None:
    browser = come_in("reviewer")
    issue(browser, "correction", keys_of(browser)[:1], until="2026-10-20", signed_by="示例局长")
    lines = browser.get("/desk/orders.csv?year=2026&kind=correction").content.decode("utf-8-sig").splitlines()
    assert lines[1].startswith("涉档责改〔2026〕1号,责令限期改正通知书,")
    assert browser.get("/desk/orders.xlsx?year=2025").status_code == 200


def test_a_viewer_sees_letters_and_makes_none(owing: Services, come_in: ComeIn) -> None:
    issue(come_in("reviewer"), "correction", keys_of(come_in("reviewer"))[:1], until="2026-10-20", signed_by="示例局长")
    viewer = come_in("viewer")
    assert keys_of(viewer) == []
    page = viewer.get("/desk/orders/2026-correction-1").text
    assert "涉档责改〔2026〕1号" in page
    assert "作废这份文书" not in page
