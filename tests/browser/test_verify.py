"""A receipt is verified in the browser: by its link, its file or its text; the keys are all that is fetched."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, Route, expect

from functions.forms.catalogue import Catalogue
from tests.browser.conftest import PHONE, Visit
from tests.browser.test_accessibility import findings
from tests.support.browser.steps import act, fill_in, overflow
from tests.support.clock import last_year
from tests.support.filings import fresh_uscc, valid_self_check
from tests.support.serving import Server

GOOD = "对得上：是本局签发的，没有改动过"


@pytest.fixture(scope="module")
def receipt(server: Server) -> dict[str, str]:
    """What a unit got when it filed: the receipt and what it says."""
    data = valid_self_check(uscc=fresh_uscc(), year=last_year(), unit_name="示例县𠮷祥小学")
    request = Request(
        f"{server.url}/api/submissions/annual-self-check",
        data=json.dumps(data).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urlopen(request, timeout=10) as answer:
        told: dict[str, str] = json.load(answer)
    return told


def bent(token: str) -> str:
    """A receipt with one letter of its payload changed."""
    head, body, tail = token.split(".")
    place = len(body) // 2
    other = "A" if body[place] != "A" else "B"
    return f"{head}.{body[:place]}{other}{body[place + 1 :]}.{tail}"


def test_the_link_of_the_qr_code_is_verified_at_once_and_never_sent(visit: Visit, receipt: dict[str, str]) -> None:
    asked: list[str] = []
    page = visit("/")
    page.on("request", lambda request: asked.append(request.url + (request.post_data or "")))
    page.goto(f"/verify/#{receipt['receipt']}")
    expect(page.get_by_text(GOOD)).to_be_visible()
    assert receipt["number"] in page.locator(".slip").inner_text()
    assert "示例县𠮷祥小学" in page.locator(".slip").inner_text()
    assert "档案工作情况自查报告" in page.locator(".slip").inner_text()
    assert receipt["digest"] in page.locator(".slip").inner_text().replace(" ", "")
    # Chromium tells the fragment of the address that was typed; what is behind # is sent to nobody.
    sent = [urlsplit(url)._replace(fragment="").geturl() for url in asked]
    assert not any(receipt["receipt"][60:90] in url for url in sent)
    fetched = [urlsplit(url).path for url in sent if "/assets/" not in url]
    assert fetched == ["/verify/", "/.well-known/jwks.json"]


def test_time_and_due_date_are_shown_in_beijing_time(visit: Visit, receipt: dict[str, str]) -> None:
    page = visit(f"/verify/#{receipt['receipt']}", timezone_id="America/New_York")
    expect(page.get_by_text(GOOD)).to_be_visible()
    at = datetime.fromisoformat(receipt["submitted_at"]).timestamp() + 8 * 3600
    local = datetime.fromtimestamp(at, UTC)
    words = page.locator(".slip").inner_text()
    assert f"{local.year}年{local.month}月{local.day}日 {local:%H:%M:%S}" in words
    year, month, day = map(int, receipt["due"].split("-"))
    assert f"{year}年{month}月{day}日" in words


@pytest.mark.parametrize("name", ["receipt.jws", "回执.txt"])
def test_a_chosen_file_is_verified(visit: Visit, receipt: dict[str, str], tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(f"\ufeff请保存好：\r\n{receipt['receipt']}\r\n", encoding="utf-8")
    page = visit("/verify/")
    page.locator("[type=file]").set_input_files(path)
    expect(page.get_by_text(GOOD)).to_be_visible()


def test_a_dropped_file_is_verified(visit: Visit, receipt: dict[str, str]) -> None:
    page = visit("/verify/")
    transfer = page.evaluate_handle(
        "text => { const t = new DataTransfer(); t.items.add(new File([text], 'receipt.jws')); return t; }",
        receipt["receipt"],
    )
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})
    expect(page.get_by_text(GOOD)).to_be_visible()


def test_a_pasted_text_is_verified_by_keyboard_alone(visit: Visit, receipt: dict[str, str]) -> None:
    page = visit("/verify/")
    page.get_by_label("或者粘贴回执的文字").focus()
    page.keyboard.insert_text(f"https://example.invalid/verify/#{receipt['receipt']}")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text(GOOD)).to_be_visible()
    expect(page.locator("[data-answer]")).to_be_focused()


def test_every_part_of_a_receipt_that_was_changed_is_refused(visit: Visit, receipt: dict[str, str]) -> None:
    head, body, tail = receipt["receipt"].split(".")
    other_head = "eyJhbGciOiJub25lIiwia2lkIjoiMSIsInR5cCI6IkpXVCJ9"
    page = visit("/verify/")
    for token in (
        bent(receipt["receipt"]),
        f"{other_head}.{body}.{tail}",
        f"{head}.{body}.{'A' * 86}",
        f"{head}.{body}.{tail}AA",
        f"{head}.{'e30AAAAAAAAAA'}.{tail}",
    ):
        paste(page, token)
        expect(page.get_by_text("核对不上")).to_be_visible()
        expect(page.get_by_text(GOOD)).to_have_count(0)
    paste(page, receipt["receipt"])
    expect(page.get_by_text(GOOD)).to_be_visible()


def paste(page: Page, text: str) -> None:
    page.get_by_label("或者粘贴回执的文字").fill(text)
    page.get_by_role("button", name="核验").click()


@pytest.mark.one_machine
def test_receipts_of_paper_and_of_corrections_show_both_their_times(visit: Visit, server: Server) -> None:
    from functions.storage.keys import load_keys

    signer = load_keys(server.data, lambda size: b"").signer
    said = {
        "number": "SC-2026-34679ACE", "form": "annual-self-check", "unit_name": "示例县", "digest": "0" * 64,
        "submitted_at": "2026-09-18T02:24:07.000000Z", "due": "2026-09-30", "timeliness": "on_time", "period": "2025",
    }  # fmt: skip
    page = visit("/verify/")
    paste(page, signer.sign({**said, "received_on": "2026-09-16"}))
    expect(page.get_by_text("2026年9月16日")).to_be_visible()
    expect(page.get_by_text("2026年9月18日 10:24:07")).to_be_visible()
    paste(page, signer.sign({**said, "corrected_at": "2026-09-20T16:00:00.000000Z", "version": "2"}))
    expect(page.get_by_text("2026年9月21日 00:00:00")).to_be_visible()
    expect(page.get_by_text("第 2 版")).to_be_visible()


@pytest.mark.one_machine
def test_a_seal_is_refused_as_a_receipt(visit: Visit, server: Server, receipt: dict[str, str]) -> None:
    from functions.records.receipt import Signer
    from functions.storage.keys import load_keys

    signer: Signer = load_keys(server.data, lambda size: b"").signer
    page = visit("/verify/")
    paste(page, signer.sign({"algorithm": "qingdan-seal-1", "index": 1, "size": 1, "root": "0" * 64}))
    expect(page.get_by_text("核对不上")).to_be_visible()


def test_text_without_a_receipt_says_that_none_was_found(visit: Visit) -> None:
    page = visit("/verify/")
    paste(page, "编号 SC-2026-34679ACE")
    expect(page.get_by_text("没有找到回执")).to_be_visible()


def test_without_the_keys_no_verdict_is_given_and_a_retry_is_offered(visit: Visit, receipt: dict[str, str]) -> None:
    page = visit("/verify/")

    def fail(route: Route) -> None:
        route.abort()

    page.route("**/jwks.json", fail)
    paste(page, receipt["receipt"])
    expect(page.get_by_text("公钥没有取到，现在判断不了")).to_be_visible()
    page.unroute("**/jwks.json")
    page.get_by_role("button", name="核验").click()
    expect(page.get_by_text(GOOD)).to_be_visible()


def test_keys_of_another_site_are_not_asked_for(visit: Visit, receipt: dict[str, str]) -> None:
    page = visit("/verify/")
    page.evaluate("document.getElementById('verify').dataset.keys = 'https://example.invalid/.well-known/jwks.json'")
    paste(page, receipt["receipt"])
    expect(page.get_by_text("公钥在另一个网址上")).to_be_visible()


def test_another_link_in_the_same_page_is_verified_anew(visit: Visit, receipt: dict[str, str]) -> None:
    page = visit(f"/verify/#{bent(receipt['receipt'])}")
    expect(page.get_by_text("核对不上")).to_be_visible()
    page.evaluate("token => { location.hash = token; }", receipt["receipt"])
    expect(page.get_by_text(GOOD)).to_be_visible()


def test_without_javascript_the_page_explains_another_way(visit: Visit) -> None:
    page = visit("/verify/", javascript=False)
    expect(page.get_by_text("qingdan verify 回执.jws --keys jwks.json")).to_be_visible()
    expect(page.locator("form[data-form]")).to_be_hidden()
    link = page.get_by_role("link", name="下载公钥")
    assert page.request.get(page.url + str(link.get_attribute("href"))).json()["keys"]


def test_the_footer_links_to_verification_which_links_to_the_seals(visit: Visit) -> None:
    page = visit("/")
    page.get_by_role("link", name="核验回执").click()
    page.get_by_role("link", name="看封存记录").click()
    expect(page.get_by_role("heading", name="封存记录")).to_be_visible()
    page.get_by_role("link", name="核验回执").first.click()
    expect(page.get_by_role("heading", name="核验回执")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_the_receipt_page_links_to_verification(visit: Visit, catalogue: Catalogue, javascript: bool) -> None:
    data = valid_self_check(uscc=fresh_uscc(), year=last_year(), databases=0)
    del data["rectification"]
    page = visit("/forms/annual-self-check/", javascript=javascript)
    fill_in(page, catalogue.get("annual-self-check"), data)
    act(page, "review")
    act(page, "file")
    expect(page.get_by_role("img", name="核验回执的二维码")).to_be_visible()
    page.get_by_role("link", name="点这里核验回执").click()
    if javascript:
        expect(page.get_by_text(GOOD)).to_be_visible()
    else:
        expect(page.get_by_text("这里要运行脚本才能核验")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_before_and_after(visit: Visit, receipt: dict[str, str], scheme: str) -> None:
    page = visit("/verify/", color_scheme=scheme, bypass_csp=True)
    assert findings(page) == []
    paste(page, receipt["receipt"])
    expect(page.get_by_text(GOOD)).to_be_visible()
    assert findings(page) == []
    paste(page, bent(receipt["receipt"]))
    expect(page.get_by_text("核对不上")).to_be_visible()
    assert findings(page) == []
    page.goto("/api/seals")
    assert findings(page) == []


def test_nothing_is_wider_than_a_phone(visit: Visit, receipt: dict[str, str]) -> None:
    page = visit(f"/verify/#{receipt['receipt']}", viewport=PHONE)
    expect(page.get_by_text(GOOD)).to_be_visible()
    assert overflow(page) == 0
    page.goto("/api/seals")
    assert overflow(page) == 0
