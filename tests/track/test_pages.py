"""A unit tracks, corrects and withdraws its filing without JavaScript; the access code is never in an address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlencode, urljoin

import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.forms.definition import Definition
from functions.local.server.server import create_app
from functions.records.store import Selection
from tests.support.clock import Clock
from tests.support.filings import make_uscc, valid_self_check
from tests.support.web.browser import Browser
from tests.support.web.pages import BROWSER, page_of
from tests.support.web.tracking import SELF_CHECK, accept, officer_does, send_back


@pytest.fixture
def browser(client: TestClient) -> Browser:
    return Browser(client)


@pytest.fixture
def filed(client: TestClient) -> dict[str, Any]:
    given: dict[str, Any] = client.post(SELF_CHECK, json=valid_self_check()).json()
    return given


def test_the_sites_page_posts_to_the_function(client: TestClient) -> None:
    page = page_of(client.get("/track", headers=BROWSER), 200)
    form = page.one("form", class_="measure")
    assert (form.attributes["action"], form.attributes["method"]) == ("../track", "post")
    assert {each.attributes["name"] for each in page.find("input")} == {"number", "code"}
    for start in ("/", "/forms/"):
        links = page_of(client.get(start, headers=BROWSER), 200).find("a")
        assert any(urljoin(f"http://127.0.0.1{start}", each.attributes["href"]).endswith("/track/") for each in links)


def test_the_page_shows_the_status(browser: Browser, filed: dict[str, Any], services: Services) -> None:
    send_back(services, filed["number"])
    page = browser.look(filed)
    slip, said = page.one("dl", class_="slip").text, page.one(class_="say--warn").text
    for words in (filed["number"], "已退回", "第 1 版", "2026年9月18日", "按期", "2026年9月30日", "2026年9月25日"):
        assert words in slip
    assert "30 年档案数量漏填。" in said
    assert "要改的栏：30 年档案、联系电话。" in said
    assert "0000-1234567" in page.one("details").text, "the whole version is there, folded"
    assert not page.find("a", href="#"), "no dead link"


def test_a_wrong_pair_says_one_thing_and_keeps_the_number(browser: Browser, filed: dict[str, Any]) -> None:
    other = filed | {"access_code": "0000-0000-0000-0000"}
    unknown = {"number": "SC-2026-79999999", "access_code": filed["access_code"]}
    pages = [browser.look(pair, 404) for pair in (other, unknown)]
    words = {page.one(class_="errors").text for page in pages}
    assert len(words) == 1
    assert pages[0].one("input", name="number").attributes["value"] == filed["number"]
    assert "value" not in pages[0].one("input", name="code").attributes
    assert [each.attributes["aria-invalid"] for each in pages[0].find("input", name="code")] == ["true"]


@pytest.mark.parametrize(
    "spell",
    [
        str.lower,
        lambda text: text.replace("-", "—"),
        lambda text: text.replace("-", "‑"),
        lambda text: f"  {text} ",
        lambda text: f"\u200e{text}\ufeff",
        str.swapcase,
    ],
)
def test_the_number_may_be_typed_as_people_type(browser: Browser, filed: dict[str, Any], spell: Any) -> None:
    browser.look(filed | {"number": spell(filed["number"])})


def test_a_returned_filing_is_corrected_from_its_form_to_its_receipt(
    browser: Browser, filed: dict[str, Any], services: Services
) -> None:
    send_back(services, filed["number"])
    form = browser.press(browser.look(filed), "/correct")
    assert form.one("h1").text == "补正：档案工作情况自查报告"
    assert "30 年档案数量漏填。" in form.one(class_="say--warn").text
    assert [each.text for each in form.find("b", class_="asked")] == ["本局要求改这一栏。"] * 2
    phone = form.one("input", name="unit.contact_phone")
    assert "unit-contact_phone-h" in phone.attributes["aria-describedby"], "who cannot see the mark hears it"
    assert dict(form.posted())["unit.unit_name"] == "示例县第一中学", "it comes back filled in"
    assert "data-unkept" in form.one("form", id="form").attributes

    wrong = browser.send(form, "review", {"unit.contact_phone": "12"}, 422)
    assert wrong.one("title").text.startswith("有 1 处要改：补正")
    more = browser.send(wrong, "add:databases.databases")
    fewer = browser.send(more, "remove:databases.databases:3")
    check = browser.send(fewer, "review", {"unit.contact_phone": "0000-7654321", "holdings.y30.y30_items": "1264"})
    table = check.one("table", class_="diff").text
    assert "0000-7654321" in table
    assert "1264" in table
    assert len(services.records.read(filed["number"]).events) == 2, "nothing is filed by looking"

    receipt = browser.send(check, "file")
    slip = receipt.one("dl", class_="slip").text
    assert "第一次提交" in slip
    assert "补正提交" in slip
    assert "早 12 天" in slip
    assert not receipt.find(class_="secret"), "the code is shown once, when it is made"
    record = services.records.read(filed["number"])
    assert (record.summary.version, record.summary.status) == (2, "submitted")

    saved = receipt.one("form", class_="acts")
    token = receipt.one("input", name="receipt").attributes["value"]
    file = browser.client.post(urljoin(browser.url, saved.attributes["action"]), data={"receipt": token})
    assert services.keys.verify(file.text)["digest"] == record.events[-1].digest

    after = browser.press(receipt, "track")
    assert "按期补正期限 2026年9月25日" in after.one("dl", class_="slip").text
    assert "第 2 版改了 2 处" in after.one("h3", id="changes-2").text
    assert all(filed["access_code"] not in url for url in browser.visited)


def test_a_filing_accepted_meanwhile_is_not_corrected_and_typed_answers_stay(
    browser: Browser, filed: dict[str, Any], services: Services
) -> None:
    check = browser.send(browser.press(browser.look(filed), "/correct"), "review", {"responsible.title": "示例职务"})
    accept(services, filed["number"])
    stopped = browser.send(check, "file", status=409)
    assert "已经接受，不能补正" in stopped.one(class_="errors").text
    assert dict(stopped.posted())["responsible.title"] == "示例职务"
    page = browser.look(filed)
    assert not [each for each in page.find("form") if "correct" in each.attributes["action"]]
    assert not [each for each in page.find("form") if "withdraw" in each.attributes["action"]]


def test_a_correction_into_anothers_place_offers_to_contest(
    browser: Browser, client: TestClient, filed: dict[str, Any], services: Services
) -> None:
    theirs = client.post(SELF_CHECK, json=valid_self_check(uscc=make_uscc(5))).json()
    form = browser.press(browser.look(filed), "/correct")
    check = browser.send(form, "review", {"unit.uscc": make_uscc(5)})
    stopped = browser.send(check, "file", status=409)
    assert "已经有一份" in stopped.one(class_="errors").text
    assert theirs["number"] not in stopped.one("main", id="main").text
    pairs = [*stopped.posted(), ("contest", "true"), ("action", "file")]
    browser.post(stopped.one("form", id="form").attributes["action"], pairs)
    assert services.records.count(Selection(status="contested")) == 2


def test_a_withdrawal_asks_first(browser: Browser, filed: dict[str, Any], services: Services) -> None:
    page = browser.press(browser.look(filed), "/withdraw")
    assert services.records.read(filed["number"]).summary.status == "submitted"
    assert "不能恢复" in page.one("main", id="main").text
    form = page.one("form", action="withdraw")
    hidden = [(each.attributes["name"], each.attributes["value"]) for each in page.find("input", type="hidden")]
    wanted = [pair for pair in dict(hidden).items() if pair[0] != "number"]
    long = browser.post(form.attributes["action"], [*wanted, ("reason", "字" * 2001)], 422)
    assert "最多 2000 字" in long.one(class_="errors").text
    done = browser.post(form.attributes["action"], [*wanted, ("reason", "填错了单位")])
    assert "已经撤回" in done.one("h1").text
    again = browser.post(form.attributes["action"], [*wanted, ("reason", "填错了单位")])
    assert "已经撤回" in again.one("h1").text, "a second click is told the same"
    assert services.records.read(filed["number"]).summary.status == "withdrawn"
    after = browser.press(done, "track")
    assert "填错了单位" in after.one("ol", class_="time").text


@pytest.mark.parametrize("step", ["correct", "withdraw"])
def test_a_step_needs_the_code_each_time(
    client: TestClient, filed: dict[str, Any], services: Services, step: str
) -> None:
    path = f"/track/{filed['number']}/{step}"
    for pairs in ([], [("code", "0000-0000-0000-0000"), ("action", "withdraw"), ("key", "k")]):
        page_of(client.post(path, content=urlencode(pairs), headers=BROWSER), 404)
    assert services.records.read(filed["number"]).summary.status == "submitted"
    assert client.get(path, follow_redirects=False).headers["location"] == "/track/"


def test_notes_and_names_of_officers_are_not_shown(browser: Browser, filed: dict[str, Any], services: Services) -> None:
    from functions.records.transitions import note

    officer_does(services, filed["number"], lambda open_record, act: note(open_record, act, "听说搬了家"))
    send_back(services, filed["number"])
    text = browser.look(filed).one("main", id="main").text
    assert "听说搬了家" not in text
    assert "jia" not in text
    assert "退回　本局" in text


def test_markup_of_officers_is_escaped(browser: Browser, filed: dict[str, Any], services: Services) -> None:
    from functions.records.decision import Decision
    from functions.records.transitions import decide

    attack = "<script>alert(1)</script>\n第二行"
    decision = Decision("return", attack, date(2026, 9, 25))
    officer_does(services, filed["number"], lambda open_record, act: decide(open_record, act, decision))
    page = browser.look(filed)
    assert attack.partition("\n")[0] in page.one(class_="say--warn").text
    assert not [each for each in page.find("script") if "alert" in each.text]


@pytest.fixture
def limited(services: Services) -> Iterator[Browser]:
    settings = replace(services.settings, rate_limit=True, rate_per_minute=100_000)
    client = TestClient(create_app(replace(services, settings=settings)), base_url="http://127.0.0.1")
    yield Browser(client)
    client.close()


def test_after_many_wrong_pairs_the_page_says_when_to_try_again(
    limited: Browser, filed: dict[str, Any], clock: Clock
) -> None:
    for _ in range(30):
        limited.look(filed | {"access_code": "0000"}, 404)
    page = limited.look(filed, 429)
    assert "请过 15 分钟再试" in page.one(class_="errors").text
    assert page.one("input", name="number").attributes["value"] == filed["number"]


def test_a_paper_filing_says_when_it_came(browser: Browser, services: Services, definition: Definition) -> None:
    from functions.records.filing import PaperFiling, answer, prepare

    step = prepare(
        definition,
        valid_self_check(),
        at=services.clock(),
        due=date(2026, 9, 30),
        timeliness="on_time",
        contest=False,
        idempotency_key=None,
        request_digest="",
        keys=services.keys,
        entropy=services.entropy,
        paper=PaperFiling(date(2026, 9, 15), "jia", "officer"),
    )
    given = answer(services.records.append(step).result(), services.keys)
    page = browser.look(given)
    assert "2026年9月15日" in page.one("dl", class_="slip").text
    assert "纸质件" in page.one("dl", class_="slip").text
    assert "录入纸质件（第 1 版）　本局" in page.one("ol", class_="time").text
