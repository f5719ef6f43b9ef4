"""Filing without JavaScript: the form, add and remove a row, what to change, check, file, receipt."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.forms.catalogue import Catalogue
from functions.forms.definition import Definition
from functions.forms.page.encode import encode
from functions.local.server.server import create_app
from functions.records.store import Selection
from tests.support.clock import Clock
from tests.support.filings import make_uscc, valid_registration, valid_self_check
from tests.support.markup import read_page
from tests.support.web.pages import BROWSER, FORM, page_of, post, reviewed


def test_a_report_is_reviewed_then_filed_and_gets_its_receipt(
    client: TestClient, services: Services, definition: Definition
) -> None:
    check = reviewed(client, definition, valid_self_check())
    assert "核对后提交" in check.one("h1").text
    assert services.records.count(Selection()) == 0, "nothing is filed by looking"
    receipt = page_of(post(client, check.posted(), "file"), 201)
    (summary,) = services.records.page(Selection(), limit=2).items
    assert receipt.one(class_="say--done").attributes["data-filed"] == "annual-self-check"
    slip = receipt.one("dl", class_="slip").text
    assert summary.number in slip
    assert "示例县第一中学" in slip
    assert "2026年9月18日" in slip
    assert "10:24:07" in slip, "Asia/Shanghai"
    assert "早 12 天" in slip
    digest = services.records.read(summary.number).events[0].digest
    assert " ".join(digest[place : place + 8] for place in range(0, 64, 8)) in slip
    assert len(receipt.one("p", class_="secret").text.replace("-", "")) == 16, "80 bits in Crockford base 32"
    signed = receipt.one("input", name="receipt").attributes["value"]
    assert receipt.find("a", href=f"http://127.0.0.1/verify/#{signed}")
    (event,) = services.records.read(summary.number).events
    assert json.loads(event.body or b"")["data"] == valid_self_check()


def test_a_browser_may_keep_the_pages_of_filling_in_and_never_the_receipt(
    client: TestClient, definition: Definition
) -> None:
    refused = post(client, [("unit.unit_name", "示例县第一中学")], "review")
    checked = post(client, encode(definition, valid_self_check()), "review")
    assert [answer.headers["cache-control"] for answer in (refused, checked)] == ["private, no-cache"] * 2
    filed = post(client, read_page(checked.text).posted(), "file")
    assert filed.headers["cache-control"] == "no-store", "it shows the access code"


def test_a_late_report_says_how_late(client: TestClient, clock: Clock, definition: Definition) -> None:
    clock.at = clock.at.replace(month=10, day=3)
    check = reviewed(client, definition, valid_self_check())
    slip = page_of(post(client, check.posted(), "file"), 201).one("dl", class_="slip").text
    assert "延报" in slip
    assert "晚 3 天" in slip


def test_mistakes_bring_the_form_back_filled_in_with_a_linked_summary(
    client: TestClient, services: Services, definition: Definition
) -> None:
    data = valid_self_check(uscc="12000000")
    data["databases"]["databases"][1]["maintenance_note"] = ""
    answer = post(client, encode(definition, data), "review")
    page = page_of(answer, 422)
    assert page.one("title").text.startswith("有 2 处要改")
    links = page.one(class_="errors").text
    assert "统一社会信用代码" in links
    targets = [each.attributes["href"][1:] for each in page.find("a") if each.attributes["href"].startswith("#")]
    ids = {each.attributes.get("id") for each in page.elements}
    assert set(targets) <= ids
    assert dict(page.posted())["unit.uscc"] == "12000000", "what was typed is still there"
    assert services.records.count(Selection()) == 0


@pytest.mark.parametrize("action", ["review", "file"])
def test_a_start_date_that_does_not_exist_is_shown_as_it_was_typed(
    client: TestClient, catalogue: Catalogue, action: str
) -> None:
    form = catalogue.get("key-project-registration")
    pairs = encode(form, valid_registration(start_date="2026-02-30"))
    page = page_of(post(client, pairs, action, f"/forms/{form.id}"), 422)
    assert dict(page.posted())["progress.start_date"] == "2026-02-30"


def test_rows_are_added_and_removed_by_buttons(client: TestClient, definition: Definition) -> None:
    pairs = encode(definition, valid_self_check(databases=2))
    more = page_of(post(client, pairs, "add:databases.databases"), 200)
    assert [each.text for each in more.find("legend") if each.text.startswith("数据库 ")][:3] == [
        "数据库 1",
        "数据库 2",
        "数据库 3",
    ]
    less = page_of(post(client, pairs, "remove:databases.databases:0"), 200)
    names = dict(less.posted())
    assert names["databases.databases[0].name"] == "示例档案数据库 2"
    assert "databases.databases[1].name" not in names


def test_an_unknown_field_is_named(client: TestClient, definition: Definition) -> None:
    pairs = [*encode(definition, valid_self_check()), ("unit.fax", "0000-1234567")]
    assert "unit.fax" in page_of(post(client, pairs, "review"), 422).one(class_="errors").text


@pytest.mark.parametrize("body", [b"unit.unit_name=%00", b"unit.unit_name=%ff", b"unit.unit_name=%ed%a0%80"])
def test_an_unreadable_body_is_a_400_page_with_the_cure(client: TestClient, body: bytes) -> None:
    page = page_of(client.post(FORM, content=body, headers=BROWSER), 400)
    assert "再" in page.one(class_="errors").text


def test_other_ways_of_posting_are_415_and_unknown_forms_404(client: TestClient) -> None:
    page_of(client.post(FORM, content=b"{}", headers={**BROWSER, "Content-Type": "application/json"}), 415)
    page_of(client.post("/forms/nothing", content=b"", headers=BROWSER), 404)
    page_of(client.post(FORM, content=b"action=fly", headers=BROWSER), 400)


def test_10_mb_of_text_is_a_413_page(client: TestClient) -> None:
    body = urlencode({"holdings.storage_status": "x" * 10 * 1024 * 1024})
    page_of(client.post(FORM, content=body, headers=BROWSER), 413)


def test_a_taken_place_offers_to_contest_and_reveals_nothing(
    client: TestClient, services: Services, definition: Definition
) -> None:
    first = reviewed(client, definition, valid_self_check(unit_name="示例县第三中学"))
    page_of(post(client, first.posted(), "file"), 201)
    number = services.records.page(Selection(), limit=1).items[0].number
    check = reviewed(client, definition, valid_self_check())
    answer = post(client, check.posted(), "file")
    stopped = page_of(answer, 409)
    words = stopped.one(class_="errors").text
    assert "本单位 2025 年度的自查报告已经有一份。" in words
    assert "请勾选“仍要提交”，由本局核实" in words
    assert number not in answer.text
    assert "第三中学" not in answer.text
    box = stopped.one("input", name="contest")
    assert box.attributes["form"] == stopped.one("form", id="form").attributes["id"]
    receipt = page_of(post(client, [*stopped.posted(), ("contest", "true")], "file"), 201)
    assert "先核实哪一份是您单位报的，再审核" in receipt.one(class_="say--done").text
    assert {item.contested for item in services.records.page(Selection(), limit=3).items} == {True}


def test_the_receipt_file_comes_back_as_it_was_signed(
    client: TestClient, services: Services, definition: Definition
) -> None:
    check = reviewed(client, definition, valid_self_check())
    receipt = page_of(post(client, check.posted(), "file"), 201)
    form = receipt.one("form", class_="acts")
    assert form.attributes["action"] == "annual-self-check/receipt"
    saved = client.post(f"{FORM}/receipt", content=urlencode(receipt.posted()), headers=BROWSER)
    assert saved.status_code == 200
    told = services.keys.verify(saved.text)
    assert saved.headers["content-disposition"] == f'attachment; filename="{told["number"]}.jws"'
    assert "access_code" not in told


@pytest.mark.parametrize("receipt", ["", "<script>", "e30.e30.e30", "示例"])
def test_only_a_receipt_of_this_bureau_is_returned_as_a_file(client: TestClient, receipt: str) -> None:
    page_of(client.post(f"{FORM}/receipt", content=urlencode({"receipt": receipt}), headers=BROWSER), 400)


def test_typed_markup_is_escaped(client: TestClient, definition: Definition) -> None:
    attack = '"><script>alert(1)</script>'
    data = valid_self_check(unit_name=attack)
    check = post(client, encode(definition, data), "review")
    receipt = post(client, page_of(check, 200).posted(), "file")
    form = post(client, encode(definition, data), "edit")
    for answer in (check, receipt, form):
        assert "<script>alert" not in answer.text


def test_the_form_page_of_the_site_posts_to_the_function(client: TestClient, definition: Definition) -> None:
    page = page_of(client.get(FORM, follow_redirects=True), 200)
    form = page.one("form", id="form")
    assert form.attributes["method"] == "post"
    assert client.get(FORM, follow_redirects=True).url.path == f"{FORM}/"
    assert dict(page.posted())["form_digest"] == definition.digest
    assert "key" not in dict(page.posted()), "every visitor gets the same page"


def test_a_store_that_cannot_write_keeps_what_was_typed_on_the_page(services: Services, definition: Definition) -> None:
    client = TestClient(create_app(services))
    check = reviewed(client, definition, valid_self_check(uscc=make_uscc(77)))
    services.records.close()
    page = page_of(post(client, check.posted(), "file"), 503)
    assert "没有存" in page.one(class_="errors").text
    assert dict(page.posted())["unit.uscc"] == make_uscc(77)
    assert dict(page.posted())["key"] == dict(check.posted())["key"]
    client.close()


def test_a_staff_form_is_unknown_to_the_public(services: Services, definition: Definition) -> None:
    rules = json.loads(definition.document)
    rules["rules"]["audience"] = "staff"
    inner = Catalogue([Definition(json.dumps(rules, ensure_ascii=False).encode())])
    client = TestClient(create_app(replace(services, catalogue=inner)))
    assert client.post("/api/submissions/annual-self-check", json=valid_self_check()).status_code == 404
    client.close()


def test_a_read_only_page_accepts_no_post(client: TestClient) -> None:
    answer = client.post("/duties/", content="a=b", headers=BROWSER)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert client.post("/nowhere/", content="a=b", headers=BROWSER).status_code == 404
