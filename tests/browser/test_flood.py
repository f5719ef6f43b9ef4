"""In a flood of filings: a browser solves its task and files; without JavaScript the page says what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

from functions.forms.catalogue import Catalogue
from functions.web.filing.flood import WITHOUT_PROOF
from tests.browser.conftest import Visit, add_staff
from tests.support.browser.steps import NUMBER, act, fill_in, overflow, sign_in
from tests.support.filings import fresh_uscc, valid_self_check
from tests.support.serving import Server, start_server

SELF_CHECK = "annual-self-check"
YEAR = datetime.now(UTC).year


@pytest.fixture(scope="module")
def server(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that always asks for a proof, and whose visitors have used up the small limit."""
    data = tmp_path_factory.mktemp("flood") / "data"
    with start_server(site=site, data=data, variables={"QINGDAN_PROOF_OF_WORK": "on"}) as running:
        for _ in range(WITHOUT_PROOF):
            file_as_program(running)
        yield running


def file_as_program(server: Server) -> None:
    body = json.dumps(filing()).encode()
    address = f"{server.url}/api/submissions/{SELF_CHECK}"
    with urlopen(Request(address, data=body, headers={"Content-Type": "application/json"}), timeout=10):
        return


def filing() -> dict[str, Any]:
    return valid_self_check(uscc=fresh_uscc(), year=YEAR - 1, databases=2)


def check(visit: Visit, catalogue: Catalogue, *, javascript: bool) -> Page:
    page = visit(f"/forms/{SELF_CHECK}/", javascript=javascript)
    act(page, "add:databases.databases")
    act(page, "add:databases.databases")
    act(page, "add:rectification.issues")
    fill_in(page, catalogue.get(SELF_CHECK), filing())
    act(page, "review")
    expect(page.locator("h1")).to_contain_text("核对后提交")
    return page


def test_the_browser_solves_the_task_and_files(visit: Visit, catalogue: Catalogue) -> None:
    page = check(visit, catalogue, javascript=True)
    page.locator("button[value=file]").click()
    expect(page.locator(".say--done")).to_be_visible(timeout=60_000)
    assert NUMBER.search(page.locator("main").inner_text())


def test_without_javascript_the_page_says_what_to_do_and_keeps_everything(visit: Visit, catalogue: Catalogue) -> None:
    page = check(visit, catalogue, javascript=False)
    typed = page.locator("[name='unit.unit_name']").input_value()
    act(page, "file")
    expect(page.locator(".errors")).to_contain_text("浏览器不能运行脚本（JavaScript）的，请打开脚本或者换一个浏览器")
    assert page.locator("[name='unit.unit_name']").input_value() == typed != ""
    assert overflow(page) == 0


def test_the_desk_says_so(visit: Visit, server: Server) -> None:
    page = visit("/desk/", javascript=False)
    sign_in(page, *add_staff(server, "lieshi", "officer"))
    expect(page.locator(".say--warn")).to_contain_text("正在限制网上填报")
